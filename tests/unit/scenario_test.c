/* SPDX-License-Identifier: Apache-2.0
 * One contact on the real drive: what happens, why it moved, and which code ran. */
#include "compiler/compile.h"
#include "runtime/scenario.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
/* after those it needs */
#include <cmocka.h>

struct played {
	struct compile compile;
	struct tz_db *zones;
	struct scenario *s;
	struct buf error;
	uint8_t *marks;
	uint32_t mark_count;
};

static uint8_t *give_marks(void *context, const struct plan *plan)
{
	struct played *p = context;
	p->mark_count = plan->code_length;
	p->marks = calloc(1, plan->code_length);
	return p->marks;
}

static const struct drive_field ADA[] = {
        {SLICE("email"), SLICE("ada@engines.example")},
        {SLICE("timezone"), SLICE("Europe/Paris")},
        {SLICE("company"), SLICE("Engines")},
};

#define SCENARIO_WORKSPACE                                                                                             \
	"workspace acme { contact { email email; timezone zone; company text; seats number }\n"                        \
	" account contact.company, domain\n mailbox sales { address \"sales@acme.example\"; postal \"1 Main St\" } "   \
	"}\n"

static void open_it(struct played *p, const char *source, const char *start)
{
	int64_t wall_us;
	memset(p, 0, sizeof *p);
	compile_init(&p->compile);
	p->compile.emit = true;
	if (!compile_text(&p->compile, "main.seq", slice_of(source))) {
		struct buf told = {0};
		diags_render_text(&p->compile.diags, &told, false, 0);
		fail_msg("%s", buf_cstr(&told));
	}
	p->zones = tz_db_open(NULL);
	assert_true(civil_parse_wall(slice_of(start), &wall_us));
	struct scenario_options options = {
	        .policy = p->compile.policy,
	        .plans = &p->compile.results[0].plan,
	        .plan_count = 1,
	        .sequence = p->compile.results[0].name,
	        .zones = p->zones,
	        .start_us = tz_from_wall(tz_get(p->zones, SLICE("Europe/Paris")), wall_us, TZ_COMPATIBLE),
	        .marks = give_marks,
	        .context = p,
	};
	p->s = scenario_open(&options, &p->error);
	if (!p->s || !scenario_enroll(p->s, ADA, 3, (struct slice){0}, &p->error))
		fail_msg("%s", buf_cstr(&p->error));
}

static void close_it(struct played *p)
{
	scenario_close(p->s);
	tz_db_close(p->zones);
	compile_free(&p->compile);
	buf_free(&p->error);
	free(p->marks);
}

/* "2026-03-02 10:00 sent intro; …" */
static void expect_happened(struct played *p, const char *wanted)
{
	struct buf got = {0};
	for (size_t i = 0; i < p->s->happening_count; i++) {
		const struct drive_line *l = &p->s->happenings[i].line;
		struct civil c;
		civil_from_wall_us(tz_to_wall(p->s->zone, l->at_us), &c);
		buf_addf(&got, "%s%02d-%02d %02d:%02d %s%s%.*s%s%.*s", i ? "; " : "", c.month, c.day, c.hour, c.minute,
		         drive_line_word(l->event), l->step.n ? " " : "", SLICE_ARG(l->step),
		         l->event == DRIVE_EXIT ? " " : "",
		         SLICE_ARG(l->event == DRIVE_EXIT ? l->reason : (struct slice){0}));
	}
	assert_string_equal(buf_cstr(&got), wanted);
	buf_free(&got);
}

static int64_t paris(const struct played *p, const char *wall)
{
	int64_t wall_us;
	assert_true(civil_parse_wall(slice_of(wall), &wall_us));
	return tz_from_wall(p->s->zone, wall_us, TZ_COMPATIBLE);
}

#define TWO_MAILS                                                                                                      \
	SCENARIO_WORKSPACE                                                                                             \
	"sequence a { window mon-fri 09:00-17:00\n exit on reply by account\n exit on event \"won\"\n"                 \
	"email intro { subject \"Hi {{company | default \"you\"}}\"; body \"One\" }\n wait 3 days\n"                   \
	"when contact.seats > 9 { email big { body \"Big\" } } otherwise { email bump { body "                         \
	"\"Two\" } }\n}\n"

static void test_to_the_end(void **state)
{
	(void)state;
	struct played p;
	open_it(&p, TWO_MAILS, "2026-03-05 18:00");
	assert_true(scenario_run(p.s, NEVER_US, false, &p.error));
	expect_happened(&p, "03-05 18:00 enrolled; 03-06 09:00 sent intro; 03-09 09:00 sent bump; 03-09 09:00 finish");
	const struct happening *intro = &p.s->happenings[1];
	assert_true(slice_is(intro->message->subject, "Hi Engines"));
	assert_true(slice_is(intro->message->to_address, "ada@engines.example"));
	assert_int_equal(intro->shift_count, 1);
	assert_true(intro->due_us == paris(&p, "2026-03-05 18:00"));
	assert_true(slice_starts(intro->shifts[0].reason, "window"));
	assert_true(slice_is(p.s->happenings[2].message->subject, "Re: Hi Engines"));
	assert_true(p.s->ended);
	unsigned yes = 0, no = 0;
	for (uint32_t i = 0; i < p.mark_count; i++) {
		yes += (p.marks[i] & VM_MARK_YES) != 0;
		no += (p.marks[i] & VM_MARK_NO) != 0;
	}
	assert_int_equal(yes, 1); /* the default was not needed */
	assert_int_equal(no, 1);  /* seats > 9 */
	close_it(&p);
}

static void test_somebody_replies(void **state)
{
	(void)state;
	struct played p;
	struct scenario_act reply = {.kind = ACT_EVENT, .event = {.kind = EVENT_REPLY}, .by_account = true};
	open_it(&p, TWO_MAILS, "2026-03-02 10:00");
	assert_true(scenario_run(p.s, paris(&p, "2026-03-03 00:00"), true, &p.error));
	assert_true(slice_is(scenario_position(p.s), "after intro"));
	assert_true(scenario_do(p.s, &reply, paris(&p, "2026-03-05 10:00"), &p.error));
	expect_happened(&p, "03-02 10:00 enrolled; 03-02 10:00 sent intro; 03-05 10:00 exit reply by account");
	assert_true(scenario_next_us(p.s) == NEVER_US);
	close_it(&p);
}

static void test_a_pause(void **state)
{
	(void)state;
	struct played p;
	open_it(&p, TWO_MAILS, "2026-03-02 10:00");
	assert_true(
	        scenario_do(p.s, &(struct scenario_act){.kind = ACT_PAUSE}, paris(&p, "2026-03-03 10:00"), &p.error));
	assert_true(
	        scenario_do(p.s, &(struct scenario_act){.kind = ACT_RESUME}, paris(&p, "2026-03-10 10:00"), &p.error));
	assert_true(scenario_run(p.s, NEVER_US, false, &p.error));
	/* two dates were left, and its time of day (rule 7) */
	expect_happened(&p, "03-02 10:00 enrolled; 03-02 10:00 sent intro; 03-12 10:00 sent bump; 03-12 10:00 finish");
	close_it(&p);
}

/* Rule 9: `exit when` is tested when what it reads changes, not only where the code comes to rest. */
static void test_a_field_that_ends_it(void **state)
{
	(void)state;
	struct played p;
	open_it(&p,
	        SCENARIO_WORKSPACE
	        "sequence a { window anytime\n exit when contact.seats > 9 { alert big { to \"t@acme.example\"; "
	        "subject \"Big\"; body \"Big\" } }\n"
	        "email intro { subject \"Hi\"; body \"One\" }\n set contact.seats = 10\n"
	        "task call \"Call\" { async }\n email bump { body \"Two\" }\n}\n",
	        "2026-03-05 18:00");
	assert_true(scenario_run(p.s, NEVER_US, false, &p.error));
	expect_happened(&p,
	                "03-05 18:00 enrolled; 03-05 18:00 sent intro; 03-05 18:00 alert big; 03-05 18:00 exit when "
	                "contact.seats > 9");
	close_it(&p);
}

static void test_what_cannot_be(void **state)
{
	(void)state;
	struct played p;
	struct scenario_act click = {.kind = ACT_EVENT, .event = {.kind = EVENT_CLICK, .step = SLICE("nobody")}};
	open_it(&p, TWO_MAILS, "2026-03-02 10:00");
	assert_false(scenario_do(p.s, &click, paris(&p, "2026-03-03 10:00"), &p.error));
	assert_non_null(strstr(buf_cstr(&p.error), "nobody"));
	close_it(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_to_the_end),     cmocka_unit_test(test_somebody_replies),
	        cmocka_unit_test(test_a_pause),        cmocka_unit_test(test_a_field_that_ends_it),
	        cmocka_unit_test(test_what_cannot_be),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
