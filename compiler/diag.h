/* SPDX-License-Identifier: Apache-2.0
 * Diagnostics: collected while compiling, sorted, then rendered in one of the formats below. Each kind is a record of
 * diagnostics.txt; tool/mkdiag makes from it the enum, the table, and one typed constructor each in diag_codes.h:
 *     struct diag *diag_unknown_step(struct diags *d, struct span span, struct slice name);
 * A constructor returns the diagnostic so that labels, notes and fixes can be hung on it, at once: the next one that
 * is added may move it. A diagnostic that has no place in a source has the span DIAG_NO_PLACE. */
#ifndef SEQ_COMPILER_DIAG_H
#define SEQ_COMPILER_DIAG_H
#include "base/buf.h"
#include "compiler/source.h"

#define DIAG_NO_PLACE ((struct span){UINT32_MAX, 0, 0})

enum diag_severity { DIAG_ERROR, DIAG_WARNING };
/* What must be free of mistakes of form for a finding to be told: poison.c. */
enum diag_needs {
	DIAG_NEEDS_STATEMENT,
	DIAG_NEEDS_BLOCK,
	DIAG_NEEDS_DECLARATION,
	DIAG_NEEDS_WORKSPACE,
	DIAG_NEEDS_NAME
};
enum diag_confidence { FIX_SURE, FIX_MAYBE, FIX_PLACEHOLDER };

struct diag_label {
	struct span span;
	struct slice text;
	struct diag_label *next;
};
struct diag_note {
	struct slice text;
	struct diag_note *next;
};
/* A line of a dated example of what a finding is about. */
struct diag_witness {
	int64_t wall_us; /* local, since 1970; or WITNESS_NO_DATE */
	struct slice what;
	struct diag_witness *next;
};
struct diag_fix {
	struct slice title, replacement;
	struct span span;
	enum diag_confidence confidence;
	struct diag_fix *next;
};
struct diag {
	int code; /* index in the table; DIAG_… of diag_codes.h */
	enum diag_severity severity;
	struct span span;
	struct slice message; /* filled in */
	struct diag_label *labels;
	struct diag_note *notes;
	struct diag_witness *witness; /* in order of time */
	struct slice witness_for;     /* whom it is about: "a contact in Pacific/Auckland"; empty: anybody */
	struct diag_fix *fixes;
	bool accepted;       /* by an `allow CODE because` */
	struct slice reason; /* of that `allow` */
};

/* One row of the registry, as mkdiag writes it. */
struct diag_info {
	const char *code; /* "E0201" */
	enum diag_severity severity;
	enum diag_needs needs;
	const char *slug, *section;
	const char *text, *note, *why; /* note: NULL for none */
	const char *bad, *good;        /* sources; NULL when `tested` names the test that shows it instead */
	const char *tested;
};

struct diags {
	struct arena *arena;
	struct sources *sources;
	struct diag *items;
	uint32_t count, cap, errors, warnings;
	uint32_t accepted;   /* how many of the items are; known once sorted */
	struct slice folder; /* what leads from where SARIF and GitHub count paths to the workspace: "" or "a/b/" */
};

void diags_init(struct diags *d, struct arena *arena, struct sources *sources);
/* What the generated constructors call: args fill %{name} of the text in order of `args`. */
struct diag *diag_add(struct diags *d, int code, struct span span, const char *const names[],
                      const struct slice values[]);
void diag_label(struct diags *d, struct diag *g, struct span span, const char *format, ...)
        __attribute__((format(printf, 4, 5)));
void diag_note(struct diags *d, struct diag *g, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Appends a line to the dated example that shows the finding; a caller adds them in order. */
#define WITNESS_NO_DATE INT64_MIN
void diag_witness(struct diags *d, struct diag *g, int64_t wall_us, const char *format, ...)
        __attribute__((format(printf, 4, 5)));
/* "for example, for TEXT:" above the lines, instead of "for example:". */
void diag_witness_for(struct diags *d, struct diag *g, const char *format, ...) __attribute__((format(printf, 3, 4)));
void diag_fix(struct diags *d, struct diag *g, struct span span, struct slice replacement,
              enum diag_confidence confidence, const char *title, ...) __attribute__((format(printf, 6, 7)));

const struct diag_info *diag_lookup(struct slice code); /* NULL when there is none */
const struct diag_info *diag_info_at(int index);
int diag_info_count(void);
/* The text with its holes as words in capitals: "there is no step `NAME`". */
void diag_put_pattern(struct buf *out, const struct diag_info *info);

/* By file (order of paths), offset, code. Drops exact repeats, and counts errors and warnings anew: accepted ones not.
 */
void diags_sort(struct diags *d);
/* Takes back all findings of that kind. */
void diags_drop(struct diags *d, int code);

/* Where a span lies, for the formats: places count from 1, columns in Unicode scalars, the end is after the last
 * character. Without a place `file` is empty and all numbers are 0. */
struct diag_place {
	struct slice file;
	uint32_t line, column, end_line, end_column, byte_start, byte_end;
};
struct diag_place diag_place_of(const struct sources *sources, struct span span);
/* 32 hex digits of code, file and message: the same after lines before it have come or gone. */
enum { DIAG_FINGERPRINT_SIZE = 33 };
void diag_fingerprint(const struct diags *d, const struct diag *g, char out[DIAG_FINGERPRINT_SIZE]);
const char *diag_severity_word(enum diag_severity severity); /* "error", "warning" */

/* What people are shown of one file: at most `max` findings (0: all), and errors are never left out for warnings. */
struct diag_page {
	uint32_t end;                        /* index after the file's last item */
	uint32_t errors_left, warnings_left; /* that may still be shown */
	uint32_t hidden;
};
struct diag_page diags_page(const struct diags *d, uint32_t first, uint32_t max);
/* Whether this item of the page, asked for in order, is shown; accepted ones are not. */
bool diags_page_shows(struct diag_page *page, const struct diag *g);
/* "... and 7 more in a.seq" and a newline; nothing when none are hidden. */
void diags_put_hidden(const struct diags *d, const struct diag_page *page, struct buf *out);
/* "2 errors, 1 warning; 3 warnings accepted" and a newline; nothing when there is nothing. */
void diags_put_summary(const struct diags *d, struct buf *out);

/* "Mon 2026-03-02 09:00", or as many blanks for WITNESS_NO_DATE. */
void diag_put_witness_date(struct buf *out, int64_t wall_us);

/* The formats: those that people read are coloured when asked and show at most `max` per file (0: all); programs are
 * told everything. Each is one file, diag_NAME.c; `text` is diag_render.c. */
#define DIAG_FORMATS(PEOPLE, PROGRAMS)                                                                                 \
	PEOPLE(text) PEOPLE(short) PROGRAMS(json) PROGRAMS(sarif) PROGRAMS(github) PROGRAMS(junit)
#define PEOPLE(name)   void diags_render_##name(const struct diags *d, struct buf *out, bool colour, uint32_t max);
#define PROGRAMS(name) void diags_render_##name(const struct diags *d, struct buf *out);
DIAG_FORMATS(PEOPLE, PROGRAMS)
#undef PEOPLE
#undef PROGRAMS
/* One diagnostic as `text` has it, without colour. */
void diag_render_one(const struct diags *d, const struct diag *g, struct buf *out);
/* A place as `text` shows it, with the label under it: of what is no diagnostic, as a test that fails. */
void diag_render_place(const struct diags *d, struct span span, struct slice label, struct buf *out, bool colour);

/* Did-you-mean: the nearest candidate within edit distance (1 up to 4 letters, else 2; a transposition counts one), or
 * -1. Of equally near ones the first; never the word itself. */
int diag_nearest(struct slice word, const struct slice *candidates, size_t count);
#endif
