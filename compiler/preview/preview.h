/* SPDX-License-Identifier: Apache-2.0
 * What one contact, or several, would get: each one's way through the sequence, what every step says to it in every
 * locale, and the ways it did not take. Filled once, printed by put_*.c. Everything lies in one arena and in the
 * scenarios that were played; nothing is sent and nothing is written. */
#ifndef SEQ_PREVIEW_PREVIEW_H
#define SEQ_PREVIEW_PREVIEW_H
#include "compiler/preview/outline.h"
#include "compiler/testing/play.h"

/* ---- what a step shows ---- */

struct preview_pair {
	struct slice name, text;
};

/* One question of an `ask`, as its page would put it. */
struct preview_question {
	struct slice name, text, na;
	enum plan_question_kind kind;
	int64_t from, to; /* INT64_MIN: none */
	bool required, conditional;
	const struct preview_pair *choices; /* options, or a matrix's rows */
	uint32_t choice_count;
};

/* A step's words in one locale. */
struct preview_face {
	bool known; /* false: it cannot be shown; `problem` says why */
	struct slice problem;
	struct slice subject, text, html; /* of messages; html: of emails alone */
	struct slice from, to, cc;
	struct slice template, language;
	bool threaded;
	const struct preview_pair *pairs; /* of what is no message: title, body, url, json …; values of a template */
	uint32_t pair_count;
	const struct preview_question *questions;
	uint32_t question_count;
};

/* One of the things that a step can be: a variant, a channel, or all there is. */
struct preview_version {
	struct slice kind;  /* "email", "task", … */
	struct slice label; /* "variant B, 50 %", "by sms"; empty: the only one */
	bool taken, hold_out;
	struct preview_face *faces; /* one a locale */
};

struct preview_step {
	bool reached;
	uint32_t row;                     /* its first one; NONE */
	struct slice after;               /* what passes before it, in words */
	struct preview_version *versions; /* NULL: of nothing that shows; that which was taken is first */
	uint32_t version_count;
};

/* One line of the timeline. */
struct preview_row {
	enum drive_line_event event;
	int64_t at_us;
	struct slice step, kind, subject, reason;
	struct slice moved;               /* "due Sat 10:00, window …, then …"; empty: it left when it was due */
	struct slice text;                /* of a message: what it says, in its own locale */
	uint32_t step_index;              /* NONE: of no step */
	struct preview_version *versions; /* as in preview_step, with what left in this very line; NULL */
	uint32_t version_count;
};

/* ---- one way through ---- */

struct preview_way {
	struct play play;
	struct slice name;   /* of the contact: "Ada <ada@…>", or its address */
	struct slice *story; /* of a path: what leads there, a clause each */
	uint32_t story_count;
	struct slice refused; /* why there is nothing to see; empty: there is */
	const struct tz *zone;
	uint32_t locale; /* the contact's own */
	bool ended;
	struct preview_row *rows;
	uint32_t row_count, row_cap;
	struct preview_step *steps; /* by the plan's step index; NULL without `faces` */
	bool *taken;                /* by outline.id: it was come to; of an ARM, entered */
	uint8_t *marks;             /* VM_MARK_…, a byte for each of the plan's code */
	uint32_t mark_count;
	struct scenario *scenario; /* what its slices borrow */
};

/* ---- all of it ---- */

struct preview {
	/* set by the caller */
	const struct compile *k;
	const struct compile_result *result;
	struct tz_db *zones;
	struct arena *arena;
	int64_t until_us;
	bool faces; /* what each step says in every locale, and what is not reached; else the timeline alone */
	/* filled */
	struct plan plan;
	struct policy policy;
	struct slice *locales;
	uint32_t locale_count;
	struct outlined outline; /* with `faces` */
	struct preview_way *ways;
	uint32_t way_count, way_cap;
	uint32_t untold; /* paths that there are beside those */
	struct scenario **kept;
	uint32_t kept_count, kept_cap;
};

/* Reads the plan and its outline. False: error says why. preview_close in every case. */
bool preview_open(struct preview *p, struct buf *error);
void preview_close(struct preview *p);
/* Plays it and adds what came of it; a contact that is refused is a way with `refused` set. False: no memory. */
bool preview_add(struct preview *p, const struct play *play);
/* taken.c: which arms it took, and what passed before each step. */
void preview_take(struct preview *p, struct preview_way *way);
/* Adds a way for each distinct path that there is, from the play's contact on; at most `most`. paths.c. */
bool preview_add_paths(struct preview *p, const struct play *play, uint32_t most, uint32_t tries, struct buf *error);

/* ---- what formats share (say.c) ---- */

/* "email", "task", "exit": the word of a line. */
struct slice preview_what(const struct preview_row *row);
/* Its subject on one line; of a text the text with its segments; and why, for a table. */
struct slice preview_subject(struct arena *arena, const struct preview_row *row);
struct slice preview_why(struct arena *arena, const struct preview_way *way, const struct preview_row *row);
/* The title of the sequence, or its name. */
struct slice preview_title(const struct preview *p);
/* "4 emails, 1 task" of a way. */
void preview_count(struct buf *out, const struct preview_way *way);

/* A text message, measured. */
struct preview_size {
	uint32_t segments;
	size_t used, room; /* units, and those that this many segments hold */
	bool ucs2;
	uint32_t forced_by; /* the first character that is not in the GSM alphabet; 0: none */
};
struct preview_size preview_measure(struct slice text);

/* ---- formats ---- */
void preview_put_text(struct buf *out, const struct preview *p, bool texts);
void preview_put_json(struct buf *out, const struct preview *p, bool texts);
/* The rows of a way as JSON lines. */
void preview_put_lines(struct buf *out, const struct preview *p, const struct preview_way *way);
void preview_put_ics(struct buf *out, const struct preview *p);
void preview_put_markdown(struct buf *out, const struct preview *p, bool texts);
struct preview_watch {
	struct slice script; /* name of the sibling file that says which build this is; empty: nobody watches */
	struct slice stamp;
	struct slice trouble; /* diagnostics of a build that failed since; empty: none */
	struct slice at;      /* when that was */
};
void preview_put_html(struct buf *out, const struct preview *p, const struct preview_watch *watch);
/* A page that says only what is wrong; and an earlier page with what is wrong above it. */
void preview_put_trouble(struct buf *out, const struct preview_watch *watch);
void preview_put_again(struct buf *out, struct slice page, const struct preview_watch *watch);
#endif
