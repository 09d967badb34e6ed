/* SPDX-License-Identifier: Apache-2.0
 * The picture of a sequence: what `seqc graph` and `seqc doc` draw. Made from the checked graph; waits stand on the
 * lines where nothing meets, what ends a sequence at any time stands aside, the pages that one link opens belong
 * together. It borrows the compile; all that is new lies in the arena given. */
#ifndef SEQ_PREVIEW_PICTURE_H
#define SEQ_PREVIEW_PICTURE_H
#include "compiler/check.h"

/* Looks of a node, also the class in a picture: name, shape of Graphviz, brackets of Mermaid, and its fill and line by
 * day and by night. The lines are of the palette of Okabe and Ito, which the colour-blind tell apart; shapes differ,
 * too. */
#define PICTURE_LOOKS(X)                                                                                               \
	X(TERMINAL, terminal, "ellipse", "([", "])", "#ffffff", "#444444", "#1c1c1c", "#bbbbbb")                       \
	X(EMAIL, email, "box", "[", "]", "#e1effa", "#0072b2", "#0c2b40", "#56b4e9")                                   \
	X(TEXT, texting, "box", "(", ")", "#dff4ec", "#00785a", "#07352a", "#1fbf91")                                  \
	X(PAGE, page, "tab", "[[", "]]", "#f9e9f2", "#a8487e", "#3c1f31", "#dd92bb")                                   \
	X(PERSON, person, "note", "[/", "/]", "#fdf0d2", "#a86f00", "#3d2c05", "#e69f00")                              \
	X(SYSTEM, system, "component", "[\\", "\\]", "#efefef", "#666666", "#2c2c2c", "#999999")                       \
	X(CHOICE, choice, "hexagon", "{{", "}}", "#fbf8d0", "#776c00", "#37330c", "#f0e442")                           \
	X(WAIT, wait, "plain", "(", ")", "#ffffff", "#777777", "#1c1c1c", "#999999")                                   \
	X(EXIT, exit, "octagon", "([", "])", "#fce6d8", "#b34f00", "#40200a", "#f08a3c")                               \
	X(AWAY, away, "cds", ">", "]", "#e9e6f7", "#5b4b9a", "#28214a", "#a99be0")

enum picture_look {
#define X(NAME, ...) LOOK_##NAME,
	PICTURE_LOOKS(X)
#undef X
	        LOOK_COUNT
};

struct picture_node {
	struct slice id;   /* a step's name; of others "when 1", with a space, so that they never meet */
	struct slice kind; /* the language's word: "email", "wait for", "finish" */
	enum picture_look look;
	struct slice name;  /* of a step; empty: none */
	struct slice title; /* what it says, short: its subject, its condition */
	struct slice note;  /* what else counts: who is asked by when; empty: nothing */
	uint32_t cluster;   /* of pages, from 1; 0: none */
	struct span span;
};

/* What a line means, also its word. */
#define PICTURE_LINES(X)                                                                                               \
	X(NEXT, "next") X(YES, "yes") X(NO, "no") X(ARM, "arm") X(LATE, "late") X(BACK, "again") X(REMIND, "remind")
enum picture_line {
#define X(NAME, word) LINE_##NAME,
	PICTURE_LINES(X)
#undef X
	        LINE_COUNT
};
extern const char *const picture_line_words[LINE_COUNT];

struct picture_edge {
	uint32_t from, to; /* rows of nodes */
	enum picture_line line;
	struct slice condition, wait; /* what it needs, then what passes; empty: nothing */
	struct span span;             /* of what makes it: the wait, else the branch */
};

/* What ends it at any time, or counts as success. */
struct picture_rule {
	struct slice text, then; /* then: the steps that run as the contact leaves, "task call, webhook note" */
	bool goal;
	struct span span; /* of the sequence's line, or none */
};

struct picture {
	const struct compile *c;
	const struct sequence *q;
	struct picture_node *nodes;
	uint32_t node_count, node_cap;
	struct picture_edge *edges;
	uint32_t edge_count, edge_cap;
	struct picture_rule *rules;
	uint32_t rule_count, rule_cap;
	uint32_t cluster_count;
};

void picture_make(struct picture *p, const struct compile *c, const struct sequence *q, struct arena *arena);

/* ---- as a format; several sequences: one after the other, in Mermaid side by side ---- */
void picture_dot(struct buf *out, const struct picture *p, uint32_t count);
void picture_mermaid(struct buf *out, const struct picture *p, uint32_t count);
void picture_json(struct buf *out, const struct picture *p, uint32_t count);
/* By Graphviz: an <svg> that follows the reader's light or dark mode. prolog: with what a file of its own begins with.
 * False: error says why, for people; missing: Graphviz is not there. */
bool picture_svg(struct buf *out, const struct picture *p, bool prolog, struct buf *error, bool *missing);

/* A label's text in lines of about `width` characters, at most; the arena's. */
struct slice picture_wrap(struct arena *arena, struct slice text, uint32_t width);
#endif
