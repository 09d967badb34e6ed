/* SPDX-License-Identifier: Apache-2.0
 * Checked tests as text, below the sequences of `--emit checked`. */
#include "base/civil.h"
#include "compiler/check_print.h"
#include "compiler/test.h"

static void print_wall(struct buf *out, int64_t wall_us)
{
	struct value day = {.set = 1, .type = TYPE_DATE, .u.i = civil_day_of(wall_us)};
	int32_t minute = (int32_t)(civil_time_of(wall_us) / US_PER_MINUTE);
	value_write(out, day);
	buf_addf(out, " %02d:%02d", minute / 60, minute % 60);
}

static void print_when(struct buf *out, const char *before, const struct test_time *t)
{
	if (!t->given)
		return;
	buf_adds(out, before);
	if (!t->relative) {
		print_wall(out, t->wall_us);
		return;
	}
	struct value offset = {
	        .set = 1, .type = TYPE_DURATION, .unit = (uint8_t)t->offset.unit, .u.i = t->offset.value};
	buf_addc(out, '+');
	value_write(out, offset);
	if (t->at_minute >= 0)
		buf_addf(out, " at %02d:%02d", t->at_minute / 60, t->at_minute % 60);
}

static void print_named(struct buf *out, const char *before, struct slice name)
{
	if (name.n)
		buf_addf(out, "%s%.*s", before, SLICE_ARG(name));
}

static void print_quoted(struct buf *out, const char *before, struct slice text)
{
	if (!text.n)
		return;
	buf_adds(out, before);
	buf_add_json(out, text);
}

static void print_fields(struct buf *out, const char *before, const struct test_field *f, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		buf_addf(out, "%s%.*s ", before, SLICE_ARG(f[i].name));
		buf_add_json(out, f[i].text);
		buf_addc(out, '\n');
	}
}

static void print_probe(struct buf *out, const struct compile *c, const struct test *t, uint32_t index)
{
	for (uint32_t i = 0; i < c->result_count; i++) {
		if (!slice_eq(c->results[i].name, t->sequence))
			continue;
		const struct probe *p = c->sequences[i]->probes;
		for (uint32_t k = 0; p && k < index; k++)
			p = p->next;
		if (p) {
			buf_adds(out, " that ");
			check_print_expr(out, p->when);
		}
	}
}

static void print_act(struct buf *out, const struct test_line *l)
{
	print_when(out, "\tat ", &l->time);
	print_named(out, " ", l->word);
	print_named(out, " ", l->step);
	buf_adds(out, l->by_account ? " by account" : "");
	print_quoted(out, " ", l->text);
	print_named(out, " as ", l->outcome);
	print_when(out, " until ", &l->until);
	buf_addc(out, '\n');
	print_fields(out, "\t\t", l->fields, l->field_count);
}

static void print_expectation(struct buf *out, const struct compile *c, const struct test *t, const struct test_line *l)
{
	buf_adds(out, "\texpect");
	switch (l->kind) {
	case TEST_AT:
	case TEST_EXPECT:
		print_named(out, " ", l->word);
		print_named(out, " ", l->step);
		break;
	case TEST_EXPECT_EXIT: print_quoted(out, " exit ", l->text); break;
	case TEST_EXPECT_POSITION: print_quoted(out, " position ", l->step); break;
	case TEST_EXPECT_THAT: print_probe(out, c, t, l->probe); break;
	case TEST_EXPECT_UNTIL: buf_adds(out, " nothing until"); break;
	case TEST_EXPECT_NO_MORE: buf_adds(out, " nothing more"); break;
	}
	print_when(out, l->kind == TEST_EXPECT_UNTIL ? " " : " at ", &l->time);
	buf_addc(out, '\n');
	for (const struct test_part *p = l->parts; p; p = p->next) {
		buf_addf(out, "\t\t%.*s%s", SLICE_ARG(p->part),
		         !p->contains ? " "
		         : p->part.n  ? " contains "
		                      : "contains ");
		buf_add_json(out, p->text);
		buf_addc(out, '\n');
	}
}

void check_print_tests(struct buf *out, const struct compile *c)
{
	for (const struct test *t = c->tests; t; t = t->next) {
		buf_adds(out, "test ");
		buf_add_json(out, t->title);
		buf_addf(out, "\n\tsequence %.*s\n", SLICE_ARG(t->sequence));
		print_fields(out, "\tfield ", t->fields, t->field_count);
		print_when(out, "\tstart ", &t->start);
		print_named(out, " by ", t->by);
		buf_addf(out, "\n%s%s", t->spread ? "\tspread yes\n" : "", t->ramp ? "\tramp yes\n" : "");
		for (const struct test_line *l = t->lines; l; l = l->next) {
			if (l->kind == TEST_AT)
				print_act(out, l);
			else
				print_expectation(out, c, t, l);
		}
	}
}
