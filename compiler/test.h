/* SPDX-License-Identifier: Apache-2.0
 * A `test` block, checked (language.md §11): its names are resolved and its values read as the drive will read them;
 * only its times may still count from the line before. compiler/testing/ runs it. */
#ifndef SEQ_COMPILER_TEST_H
#define SEQ_COMPILER_TEST_H
#include "compiler/constant.h"
#include "compiler/source.h"

/* "2026-03-02 10:00" on the contact's wall clock, or "+3 days at 09:00" after the line before. */
struct test_time {
	bool given, relative;
	struct span span;       /* as written: what --bless replaces */
	int64_t wall_us;        /* of one that is not relative: the local wall clock as microseconds since 1970 */
	struct constant offset; /* a duration, as of a wait: days on the wall clock, hours elapsed */
	int32_t at_minute;      /* of the day that the offset leads to; -1: not said */
};

struct test_field {
	struct slice name, text; /* as a drive_field: "company", "input.order", "overall", "staff.desk" */
	struct span span;
};

enum test_line_kind {
	TEST_AT,          /* somebody does something: act, step, … */
	TEST_EXPECT,      /* of a step: word is email, sms, whatsapp, task, webhook, alert or page */
	TEST_EXPECT_EXIT, /* reason */
	TEST_EXPECT_POSITION,
	TEST_EXPECT_THAT,   /* probe */
	TEST_EXPECT_UNTIL,  /* nothing until */
	TEST_EXPECT_NO_MORE /* nothing more */
};

/* What `expect` may name, and which parts each of them has. Of a message `body` is its text, and kept as "text"; a page
 * of a review has a part of the name of each of its sites, its link there. */
#define TEST_WORDS                                                                                                     \
	TEST_WORD(EMAIL, "email")                                                                                      \
	TEST_WORD(SMS, "sms")                                                                                          \
	TEST_WORD(WHATSAPP, "whatsapp")                                                                                \
	TEST_WORD(TASK, "task")                                                                                        \
	TEST_WORD(WEBHOOK, "webhook")                                                                                  \
	TEST_WORD(ALERT, "alert")                                                                                      \
	TEST_WORD(PAGE, "page")
enum test_word {
#define TEST_WORD(NAME, word) TEST_##NAME,
	TEST_WORDS
#undef TEST_WORD
	        TEST_WORD_COUNT
};
#define TEST_IN(NAME) (1u << TEST_##NAME)
#define TEST_PARTS                                                                                                     \
	TEST_PART("subject", TEST_IN(EMAIL) | TEST_IN(ALERT))                                                          \
	TEST_PART("text", TEST_IN(EMAIL) | TEST_IN(SMS) | TEST_IN(WHATSAPP))                                           \
	TEST_PART("html", TEST_IN(EMAIL))                                                                              \
	TEST_PART("from", TEST_IN(EMAIL) | TEST_IN(SMS) | TEST_IN(WHATSAPP))                                           \
	TEST_PART("to", TEST_IN(EMAIL) | TEST_IN(SMS) | TEST_IN(WHATSAPP) | TEST_IN(ALERT))                            \
	TEST_PART("cc", TEST_IN(EMAIL))                                                                                \
	TEST_PART("template", TEST_IN(WHATSAPP))                                                                       \
	TEST_PART("title", TEST_IN(TASK) | TEST_IN(PAGE))                                                              \
	TEST_PART("assign", TEST_IN(TASK))                                                                             \
	TEST_PART("body", TEST_IN(ALERT) | TEST_IN(PAGE))                                                              \
	TEST_PART("questions", TEST_IN(PAGE))                                                                          \
	TEST_PART("button", TEST_IN(PAGE))                                                                             \
	TEST_PART("url", TEST_IN(PAGE) | TEST_IN(WEBHOOK))                                                             \
	TEST_PART("json", TEST_IN(WEBHOOK))

/* `subject "…"`, `body contains "…"`, or `contains "…"` (part empty: anywhere). */
struct test_part {
	struct slice part, text;
	bool contains;
	struct span span;
	struct test_part *next;
};

/* A part of a condition that is a condition itself: "intro.clicked" of `intro.clicked or not contact.vip`. */
struct test_term {
	struct span span;
	uint32_t probe;
	struct test_term *next;
};

struct test_line {
	enum test_line_kind kind;
	struct span span; /* of the whole line, without its block */
	struct test_time time;
	struct slice word; /* "reply", "set", "pause", "deploy" …; of EXPECT "email" … */
	struct slice step; /* whole name, "eu.chase_1"; of POSITION the identity of rule 12; empty: of none */
	struct slice text; /* of a reply; the name of an event; the path of a deploy; the reason of an exit */
	struct slice outcome;
	bool by_account;
	struct test_time until;          /* of auto_reply */
	const struct test_field *fields; /* of an event, an answer, a set */
	uint32_t field_count;
	const struct test_part *parts;
	uint32_t probe;          /* of THAT: the row of PROBE in result.probed */
	struct test_term *terms; /* of THAT, where it has several */
	struct test_line *next;
};

struct test {
	struct slice title;
	struct span span; /* of its title */
	struct slice sequence;
	struct test_field *fields; /* of the contact, then "input.NAME" */
	uint32_t field_count;
	struct test_time start;
	struct slice by; /* of `start … by link`; empty: not said */
	bool spread, ramp;
	struct test_line *lines;
	struct test *next; /* in order of file and place */
};
#endif
