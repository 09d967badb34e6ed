/* SPDX-License-Identifier: Apache-2.0
 * Diagnostics: collected while compiling, sorted, then rendered as text or JSON. Each kind is a record of
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
	struct diag_fix *fixes;
	bool accepted; /* by an `allow CODE because` */
};

/* One row of the registry, as mkdiag writes it. */
struct diag_info {
	const char *code; /* "E0201" */
	enum diag_severity severity;
	enum diag_needs needs;
	const char *slug, *text, *note, *why; /* note: NULL for none */
	const char *bad, *good;               /* sources; NULL when `tested` names the test that shows it instead */
	const char *tested;
};

struct diags {
	struct arena *arena;
	struct sources *sources;
	struct diag *items;
	uint32_t count, cap, errors, warnings;
};

void diags_init(struct diags *d, struct arena *arena, struct sources *sources);
/* What the generated constructors call: args fill %{name} of the text in order of `args`. */
struct diag *diag_add(struct diags *d, int code, struct span span, const char *const names[],
                      const struct slice values[]);
void diag_label(struct diags *d, struct diag *g, struct span span, const char *format, ...)
        __attribute__((format(printf, 4, 5)));
void diag_note(struct diags *d, struct diag *g, const char *format, ...) __attribute__((format(printf, 3, 4)));
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
/* Source line, caret, labels, notes, fixes; colour with ANSI codes when asked. `max` per file (0: all), then a count.
 * The last lines are the summary, "2 errors, 1 warning". Nothing for no diagnostics. */
void diags_render_text(const struct diags *d, struct buf *out, bool colour, uint32_t max);
/* The JSON object of runtime.md §6. */
void diags_render_json(const struct diags *d, struct buf *out);
/* Did-you-mean: the nearest candidate within edit distance (1 up to 4 letters, else 2; a transposition counts one), or
 * -1. Of equally near ones the first; never the word itself. */
int diag_nearest(struct slice word, const struct slice *candidates, size_t count);
#endif
