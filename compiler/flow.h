/* SPDX-License-Identifier: Apache-2.0
 * What is known at a point of a sequence: which variables are set on every path to it, which values are surely present
 * (rule 11), and whether an email sent there would be the first of its thread (rule 20). */
#ifndef SEQ_COMPILER_FLOW_H
#define SEQ_COMPILER_FLOW_H
#include "compiler/check.h"

struct fact {
	const void *what; /* a struct field or a struct variable */
	bool present;
	uint32_t depth; /* number of facts up to this one */
	const struct fact *older;
};

/* Where the pages of language.md §7 stand: what some path here has done (rule 13). */
enum pages {
	PAGES_NONE = 1,   /* no link is out */
	PAGES_LINK = 2,   /* the message with the link was the last step */
	PAGES_OPEN = 4,   /* a page was shown, and no `thanks` yet */
	PAGES_REMIND = 8, /* in a block of reminders */
};

struct flow {
	bool ended;                    /* no path gets here */
	bool may_be_first, may_follow; /* some path comes without, with an email before */
	bool murky;                    /* something not built came before: no more is said about threads */
	uint64_t assigned;             /* bit: index of a variable that every path sets */
	const struct fact *facts;      /* newest first; shared between flows */
	uint32_t effects;              /* asked of the world since the last rest, at most */
	uint32_t pages;                /* enum pages; 0: nothing is said */
	uint32_t queued;               /* messages between pages, at most */
	const struct step *link; /* what carried the link, the page shown last, and the `ask`: the same on every path */
	const struct step *page, *ask, *review;
	const struct variable *deadline; /* when the pages close */
};

bool flow_is_present(const struct flow *f, const void *what);
void flow_know(struct flow *f, struct arena *arena, const void *what, bool present);
/* The expression had a value, so what it reads is present. */
void flow_know_operands(struct flow *f, struct arena *arena, const struct expr *e);
/* After the condition turned out so. */
void flow_assume(struct flow *f, struct arena *arena, const struct expr *condition, bool truth);
/* Where two paths meet: what both know. */
void flow_join(struct flow *f, struct arena *arena, const struct flow *other);
#endif
