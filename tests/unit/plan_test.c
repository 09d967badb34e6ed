/* SPDX-License-Identifier: Apache-2.0
 * The container, the verifier and the disassembler: what runtime.md §1 promises of a plan. The hostile part breaks a
 * real plan and a real policy at every byte, repairs the checksums, and runs whatever the verifier still takes. */
#include "compiler/compile.h"
#include "plan/image_format.h"
#include "runtime/vm/vm.h"
#include "tests/plan_fixture.h"

/* Makes the checksums and the hash of a changed image right again, so that the verifier itself is met. */
static void reseal(uint8_t *bytes)
{
	struct image_header *h = (struct image_header *)(void *)bytes;
	struct section_entry *table = (struct section_entry *)(void *)(bytes + HEADER_SIZE);
	if (h->section_count > IMAGE_SECTIONS_MAX)
		return;
	uint32_t end_of_table = HEADER_SIZE + h->section_count * (uint32_t)sizeof *table;
	if (end_of_table > h->length)
		return;
	for (uint32_t i = 0; i < h->section_count; i++)
		if (table[i].offset > h->length || table[i].length > h->length - table[i].offset)
			return;
		else
			table[i].crc = crc32c(0, bytes + table[i].offset, table[i].length);
	image_meaning_hash(bytes, table, h->section_count, h->hash);
	h->crc = image_header_crc(bytes, end_of_table);
}

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static void count_piece(void *context, struct slice piece, bool is_value)
{
	*(size_t *)context += piece.n + is_value;
}

/* Renders every text in every locale. */
static void render_all(const struct image *m, const struct vm_view *view, const struct vm_state *state)
{
	char scratch[256];
	size_t total = 0;
	struct vm_text_view v = {.view = view, .state = state, .scratch = scratch, .scratch_n = sizeof scratch};
	for (uint32_t i = 0; i < IMAGE_COUNT(m, TEXT_LOCALE); i++)
		vm_text(m, IMAGE_ROWS(m, TEXT_LOCALE, text_locale)[i].entry, &v, count_piece, &total);
}

/* Fields of any type, some of them wrong for the plan: the VM takes those as absent. */
static void random_fields(struct value *fields, uint32_t count, uint32_t *seed)
{
	for (uint32_t i = 0; i < count; i++) {
		uint32_t r = next_random(seed);
		fields[i] = (struct value){.set = r & 1, .type = r / 2 % TYPE_COUNT, .unit = r % UNIT_COUNT};
		if (type_is_text(fields[i].type))
			fields[i] = value_text(fields[i].type, r & 64 ? SLICE("ada@engines.example") : SLICE("x"));
		else
			fields[i].u.i = r & 128   ? (int64_t)(next_random(seed) % 40000)
			                : r & 256 ? INT64_MAX
			                          : INT64_MIN;
	}
}

/* Random events until the end, which every path has: each wake-up moves on, and a repeat has at most 1,000 rounds. */
static void run_at_random(const struct plan *p, uint32_t seed)
{
	uint32_t steps = PLAN_COUNT(p, STEP), slots = PLAN_COUNT(p, SLOT), fields = PLAN_COUNT(p, FIELD);
	uint8_t facts[2][64];
	struct value slot_values[2][PLAN_SLOTS_MAX], field_values[16], input_values[16];
	if (steps > 64 || fields > 16 || PLAN_COUNT(p, INPUT) > 16)
		return;
	random_fields(field_values, fields, &seed);
	random_fields(input_values, PLAN_COUNT(p, INPUT), &seed);
	struct vm_view view = {.fields = field_values, .inputs = input_values, .locale = SLICE("fr")};
	struct vm_state states[2];
	struct vm_effects effects;
	for (int i = 0; i < 2; i++)
		vm_state_init(&states[i], facts[i], (uint16_t)steps, slot_values[i], (uint16_t)slots);
	struct vm_event start = {.kind = VM_START};
	int64_t now = 1772445600000000;
	vm_step(p, &states[0], &start, now, &view, &states[1], &effects);
	int at = 1;
	for (int i = 0; i < 20000 && !states[at].ended; i++, at = !at) {
		struct vm_event e = {.kind = (enum vm_event_kind)(next_random(&seed) % 7),
		                     .trigger = (enum plan_trigger)(next_random(&seed) % TRIGGER_COUNT),
		                     .step = next_random(&seed) % 8,
		                     .fact = (enum plan_fact)(next_random(&seed) % 3),
		                     .completed_us = now,
		                     .again = next_random(&seed) % 4 == 0,
		                     .detached = next_random(&seed) % 4 == 0,
		                     .came_us = now,
		                     .name = SLICE("deal.won")};
		uint32_t told = next_random(&seed) % (slots + 2);
		const struct plan_slot *row = told < slots ? &PLAN_ROWS(p, SLOT, slot)[told] : NULL;
		struct vm_setting setting = {told, {.set = 1, .type = TYPE_NUMBER, .u.i = 7}};
		if (row && type_is_text((enum plan_type)row->type))
			setting.value = value_text((enum plan_type)row->type, SLICE("news,offers"));
		else if (row)
			setting.value.type = (uint8_t)row->type;
		e.values = &setting;
		e.value_count = next_random(&seed) % 2;
		if (i > 50)
			e = (struct vm_event){.kind = i % 2 ? VM_TIMER : VM_SETTLED, .completed_us = now};
		if (states[at].armed_us != INT64_MAX && states[at].armed_us > now)
			now = states[at].armed_us;
		render_all(&p->image, &view, &states[at]);
		vm_step(p, &states[at], &e, now, &view, &states[!at], &effects);
	}
	assert_true(states[at].ended);
}

static void a_plan_comes_back_as_it_was_built(void **unused)
{
	(void)unused;
	struct buf bytes = {0};
	fixture_plan(&bytes);
	struct plan p = fixture_load(&bytes);
	assert_true(slice_is(PLAN_STRING(&p, p.sequence->name), "tested"));
	assert_int_equal(PLAN_COUNT(&p, STEP), 3);
	assert_int_equal(plan_find_step(&p, SLICE("last")), 2);
	assert_int_equal(plan_find_step(&p, SLICE("first")), NONE);
	assert_int_equal(plan_find_field(&p.image, SLICE("seats")), FIELD_SEATS);
	uint32_t body = PLAN_ROWS(&p, MESSAGE, message)[0].body;
	assert_int_equal(plan_text_entry(&p.image, body, SLICE("fr")), plan_text_entry(&p.image, body, SLICE("de")));
	assert_int_equal(plan_text_entry(&p.image, NONE, SLICE("fr")), NONE);
	struct slice file;
	uint32_t line;
	assert_true(image_source(&p.image, 12, &file, &line));
	assert_int_equal(line, 7);
	assert_true(slice_is(file, "tested.seq"));
	plan_free(&p);
	buf_free(&bytes);
}

static void the_same_meaning_gives_the_same_bytes(void **unused)
{
	(void)unused;
	struct buf one = {0}, two = {0};
	fixture_plan(&one);
	fixture_plan(&two);
	assert_true(slice_eq(buf_slice(&one), buf_slice(&two)));
	/* Strings in another order, some of them unused, and capabilities twice, are the same meaning. */
	struct buf other[2] = {{0}, {0}};
	for (int i = 0; i < 2; i++) {
		struct fixture f = fixture_begin(IMAGE_PLAN);
		if (i) {
			str(&f, "nobody names this");
			image_add_capability(f.b, SLICE("mailbox sales"));
		}
		image_add_capability(f.b, SLICE("channel email"));
		image_add_capability(f.b, SLICE("mailbox sales"));
		f.sequence.entry = op(&f, OP_END, end(&f, END_EXIT, "at once"), 0);
		fixture_finish(&f, &other[i]);
	}
	assert_true(slice_eq(buf_slice(&other[0]), buf_slice(&other[1])));
	for (int i = 0; i < 2; i++)
		buf_free(&other[i]);
	buf_free(&one);
	buf_free(&two);
}

static void strip_keeps_the_hash(void **unused)
{
	(void)unused;
	struct buf whole = {0}, stripped = {0};
	fixture_plan(&whole);
	struct plan p = fixture_load(&whole);
	image_strip(&p.image, &stripped);
	assert_true(stripped.n < whole.n);
	struct plan q = fixture_load(&stripped);
	assert_memory_equal(p.image.hash, q.image.hash, SHA256_SIZE);
	struct slice file;
	uint32_t line;
	assert_false(image_source(&q.image, 12, &file, &line));
	plan_free(&p);
	plan_free(&q);
	buf_free(&whole);
	buf_free(&stripped);
}

static void every_truncation_is_refused(void **unused)
{
	(void)unused;
	struct buf bytes[2] = {{0}, {0}};
	fixture_plan(&bytes[0]);
	fixture_policy(&bytes[1]);
	struct image_error error;
	struct plan p;
	struct policy q;
	for (size_t n = 0; n < bytes[0].n; n++)
		assert_false(plan_load(&p, bytes[0].p, n, true, &error));
	for (size_t n = 0; n < bytes[1].n; n++)
		assert_false(policy_load(&q, bytes[1].p, n, true, &error));
	assert_non_null(strstr(error.text, "at byte"));
	for (int i = 0; i < 2; i++)
		buf_free(&bytes[i]);
}

static void every_flipped_byte_is_refused(void **unused)
{
	(void)unused;
	struct buf bytes = {0};
	fixture_plan(&bytes);
	struct image_error error;
	struct plan p;
	for (size_t i = 0; i < bytes.n; i++) {
		bytes.p[i] ^= 1;
		assert_false(plan_load(&p, bytes.p, bytes.n, false, &error));
		bytes.p[i] ^= 1;
	}
	assert_true(plan_load(&p, bytes.p, bytes.n, false, &error));
	buf_free(&bytes);
}

/* Returns how many of the changed images the verifier took. */
static uint32_t break_everywhere(struct buf *bytes, enum image_kind kind)
{
	static const uint8_t changes[] = {0x01, 0x02, 0x40, 0x80, 0xFF};
	uint32_t taken = 0;
	for (size_t i = 0; i < bytes->n; i++)
		for (size_t k = 0; k < sizeof changes; k++) {
			struct image_error error;
			/* In memory of its own size, so that a read past its end is seen. */
			uint8_t *copy = malloc(bytes->n);
			assert_non_null(copy);
			memcpy(copy, bytes->p, bytes->n);
			copy[i] ^= changes[k];
			reseal(copy);
			if (kind == IMAGE_PLAN) {
				struct plan p;
				if (plan_load(&p, copy, bytes->n, false, &error)) {
					run_at_random(&p, (uint32_t)i);
					taken++;
				}
			} else {
				struct policy p;
				struct value fields[16];
				uint32_t seed = (uint32_t)i;
				if (policy_load(&p, copy, bytes->n, false, &error)) {
					struct vm_view view = {.fields = fields};
					random_fields(fields, 16, &seed);
					render_all(&p.image, &view, NULL);
					for (uint32_t c = 0; c < PLAN_COUNT(&p, MAILBOX); c++)
						if (PLAN_ROWS(&p, MAILBOX, mailbox)[c].consent != NONE)
							vm_condition(&p.image,
							             PLAN_ROWS(&p, MAILBOX, mailbox)[c].consent, &view,
							             0);
					taken++;
				}
			}
			free(copy);
		}
	return taken;
}

static void what_the_verifier_takes_runs_to_its_end(void **unused)
{
	(void)unused;
	struct buf plan = {0}, policy = {0}, busy = {0};
	fixture_plan(&plan);
	fixture_busy_plan(&busy);
	fixture_policy(&policy);
	uint32_t tries = (uint32_t)plan.n * 5, taken = break_everywhere(&plan, IMAGE_PLAN);
	assert_true(break_everywhere(&busy, IMAGE_PLAN) > 50);
	/* Letters of texts and numbers of constants may change; structure may not. */
	assert_true(taken > 100);
	assert_true(taken < tries / 2);
	break_everywhere(&policy, IMAGE_POLICY);
	buf_free(&plan);
	buf_free(&policy);
	buf_free(&busy);
}

/* Everything a sequence may hold, compiled: variants, channels, pages with messages between them, arms, repeats. */
static const char RICH[] =
        "workspace acme { edition 1; locales en; timezone \"UTC\"\n"
        " contact { email email; phone phone; first_name text default \"there\"; vip yes_no default no }\n"
        " mailbox sales { address \"sales@acme.example\"; postal \"1 Main St\" }\n"
        " sms texting { provider sinch; number \"+15145550100\"; consent contact.vip } }\n"
        "questionnaire visit \"Your visit\" { rating overall \"How was it?\" 1..10 required decides\n"
        " several topics \"What next?\" { offers \"Offers\"; news \"News\" }; text reason \"Why?\" when overall <= 6 "
        "}\n"
        "sequence s { purpose service; window anytime; on auto_reply hold until return, at most 3 days\n"
        " exit on event \"deal.lost\" { alert won { to sales; subject \"W\"; body \"{{today}}\" } "
        "}\n"
        " email hello { variant one 45% { subject \"A\"; body \"a\" }; variant two 45% { subject \"B\"; body \"b\" }\n"
        "  variant none 10% }\n"
        " wait for reply, click on hello, event \"deal.won\" up to 5 days as w {\n"
        "  on reply when reply.text contains \"no\" { exit \"later\" }; on click { set n = 1 }\n"
        "  on event when event.amount > 2 { suppress sales }; on nothing { task call \"Call\" { due 1 day } } }\n"
        " repeat up to 3 times every 2 days until hello.clicked as chase {\n"
        "  send ping by sms, email { sms { text \"Hi\" }; email { subject \"P\"; body \"p\" } }\n"
        "  task ring \"Ring\" { outcomes spoke, silent; due 1 business day }\n"
        "  when ring.done and ring is spoke { alert spoke { to sales; subject \"S\"; body \"s\" } } }\n"
        " email invite { subject \"How?\"; body \"{{link}}\" }\n"
        " ask survey using visit { within 14 days; remind after 3 days { email again { body \"{{link}}\" } } }\n"
        " when survey.satisfied { email between { body \"x\" }\n"
        "  offer gold { title \"G\"; body \"g\"; button \"More\"; url \"https://acme.example/g\" } }\n"
        " otherwise { email sorry { body \"{{survey.overall | default \"-\"}}\" } }\n"
        " thanks final { satisfied \"T\"; dissatisfied \"S\" }\n"
        " webhook crm { post \"https://api.acme.example/x\"; json { who contact.email }; returns { score number } }\n"
        " when crm.score > 5 { wait until 10:00 as ten; email last { body \"l\" } } }\n";

static void what_the_compiler_makes_can_be_broken_too(void **unused)
{
	(void)unused;
	struct compile c;
	compile_init(&c);
	c.emit = true;
	if (!compile_text(&c, "test.seq", slice_of(RICH)))
		fail_msg("%.*s", SLICE_ARG(c.diags.items[0].message));
	struct buf bytes = {0};
	buf_add_slice(&bytes, c.results[0].plan);
	assert_true(break_everywhere(&bytes, IMAGE_PLAN) > 100);
	buf_free(&bytes);
	compile_free(&c);
}

static void random_bytes_are_refused(void **unused)
{
	(void)unused;
	uint32_t seed = 1;
	struct image_error error;
	struct plan p;
	for (int i = 0; i < 2000; i++) {
		uint8_t bytes[512];
		for (size_t k = 0; k < sizeof bytes; k++)
			bytes[k] = (uint8_t)next_random(&seed);
		if (i % 2)
			memcpy(bytes, image_magic[IMAGE_PLAN], 8);
		assert_false(plan_load(&p, bytes, next_random(&seed) % sizeof bytes, true, &error));
	}
}

/* ---- bodies that the verifier refuses, each with its reason ---- */

/* A fixture with fields, a slot, a text and two locales' worth of nothing; the case writes the body. */
static void refused(void (*body)(struct fixture *f), const char *reason)
{
	struct fixture f = fixture_begin(IMAGE_PLAN);
	struct buf bytes = {0};
	struct image_error error = {""};
	struct plan p;
	locale(&f, "en");
	field(&f, "vip", TYPE_YES_NO);
	field(&f, "seats", TYPE_NUMBER);
	slot(&f, "code", TYPE_TEXT);
	end(&f, END_FINISH, NULL);
	body(&f);
	fixture_finish(&f, &bytes);
	if (plan_load(&p, bytes.p, bytes.n, false, &error))
		fail_msg("taken, but should be refused: %s", reason);
	if (!strstr(error.text, reason))
		fail_msg("refused because \"%s\" instead of \"%s\"", error.text, reason);
	buf_free(&bytes);
}

/* repeat of what takes `every` between its rounds; gives back the WAIT_ROUND's position. */
static uint32_t repeat_of(struct fixture *f, uint32_t every, uint32_t head_offset)
{
	uint32_t rounds = slot_of(f, SLOT_ROUNDS, TYPE_NUMBER, NONE, 3);
	struct plan_slot *rows = image_record(f->b, SECTION_SLOT, 0);
	rows[0].kind = SLOT_VARIABLE;
	op(f, OP_ROUNDS, rounds, 0);
	uint32_t head = here(f) + head_offset;
	op(f, OP_NOW, 0, 0);
	op(f, OP_NOW, 0, 0);
	op(f, OP_EQ, 0, 0);
	op(f, OP_JUMP_UNLESS, here(f) + 5, 0);
	uint32_t p = rest_here(f, "round", OP_WAIT_ROUND, begin_rule(f, every), NONE);
	position_row(f, p)->slot = rounds;
	position_row(f, p)->head = head;
	return p;
}

static void jumps_into_a_repeat(struct fixture *f)
{
	op(f, OP_CONTACT, 0, 0);
	uint32_t jump = op(f, OP_JUMP_UNLESS, 0, 0);
	uint32_t begin = here(f);
	repeat_of(f, days(f, 1), 0);
	code_patch_jump(f->code, jump, begin + 3 + 1 + 1 + 1 + 5); /* behind its JUMP_UNLESS */
	op(f, OP_END, 0, 0);
}

static void repeats_without_time(struct fixture *f)
{
	repeat_of(f, days(f, 0), 0);
	op(f, OP_END, 0, 0);
}

static void repeats_what_began_elsewhere(struct fixture *f)
{
	repeat_of(f, days(f, 1), 1);
	op(f, OP_END, 0, 0);
}

static void asks_too_much(struct fixture *f)
{
	for (uint32_t i = 0; i <= PLAN_EFFECTS_MAX; i++)
		op(f, OP_SUPPRESS, PURPOSE_SALES, 0);
	op(f, OP_END, 0, 0);
}

static void waits_for_an_arm_before_it(struct fixture *f)
{
	uint32_t p = rest_here(f, "w", OP_WAIT_FOR, begin_rule(f, days(f, 1)), NONE);
	op(f, OP_END, 0, 0);
	position_row(f, p)->arm = arm(f, TRIGGER_REPLY, NONE, 0);
	position_row(f, p)->arm_count = 1;
}

static void performs_a_message(struct fixture *f)
{
	email(f, "intro");
	op(f, OP_PERFORM, 0, 0);
	op(f, OP_END, 0, 0);
}

static void stores_into_rounds(struct fixture *f)
{
	uint32_t rounds = slot_of(f, SLOT_ROUNDS, TYPE_NUMBER, NONE, 3);
	op(f, OP_CONST, constant(f, TYPE_NUMBER, 0, 0), 0);
	op(f, OP_STORE, rounds, 0);
	op(f, OP_END, 0, 0);
}

static void falls_off(struct fixture *f)
{
	op(f, OP_NOW, 0, 0);
}

static void underflows(struct fixture *f)
{
	op(f, OP_NOT, 0, 0);
	op(f, OP_END, 0, 0);
}

static void mixes_types(struct fixture *f)
{
	op(f, OP_CONTACT, 0, 0);
	op(f, OP_CONTACT, 1, 0);
	op(f, OP_EQ, 0, 0);
	op(f, OP_JUMP_UNLESS, here(f) + 5, 0);
	op(f, OP_END, 0, 0);
}

static void leaves_a_value(struct fixture *f)
{
	op(f, OP_NOW, 0, 0);
	op(f, OP_END, 0, 0);
}

static void meets_with_other_heights(struct fixture *f)
{
	op(f, OP_CONTACT, 0, 0);
	uint32_t jump = op(f, OP_JUMP_UNLESS, 0, 0);
	op(f, OP_NOW, 0, 0);
	jump_here(f, jump);
	op(f, OP_END, 0, 0);
}

static void jumps_back(struct fixture *f)
{
	op(f, OP_JUMP, 0, 0);
	op(f, OP_END, 0, 0);
}

static void jumps_into_an_instruction(struct fixture *f)
{
	op(f, OP_JUMP, 6, 0);
	op(f, OP_END, 0, 0);
}

static void reads_an_unset_variable(struct fixture *f)
{
	/* Set on one path only. */
	op(f, OP_CONTACT, 0, 0);
	uint32_t jump = op(f, OP_JUMP_UNLESS, 0, 0);
	op(f, OP_CONST, text_constant(f, "A"), 0);
	op(f, OP_STORE, 0, 0);
	jump_here(f, jump);
	op(f, OP_SLOT, 0, 0);
	op(f, OP_STORE, 0, 0);
	op(f, OP_END, 0, 0);
}

static void reads_it_in_a_text_too_early(struct fixture *f)
{
	email(f, "intro");
	op(f, OP_CONST, text_constant(f, "A"), 0);
	op(f, OP_STORE, 0, 0);
	op(f, OP_END, 0, 0);
	((struct plan_message *)image_record(f->b, SECTION_MESSAGE, 0))->body = text_here(f);
	op(f, OP_SLOT, 0, 0);
	op(f, OP_PUT, 0, 0);
	op(f, OP_DONE, 0, 0);
}

static void has_dead_code(struct fixture *f)
{
	op(f, OP_END, 0, 0);
	op(f, OP_END, 0, 0);
}

static void sends_in_a_condition(struct fixture *f)
{
	op(f, OP_END, 0, 0);
	exit_on(f, "odd", TRIGGER_WHEN, here(f));
	email(f, "intro");
	op(f, OP_CONTACT, 0, 0);
	op(f, OP_RETURN, 0, 0);
}

static void writes_text_in_the_body(struct fixture *f)
{
	op(f, OP_EMIT, str(f, "x"), 0);
	op(f, OP_END, 0, 0);
}

static void asks_facts_without_an_enrollment(struct fixture *f)
{
	email(f, "intro");
	op(f, OP_END, 0, 0);
	struct plan_limit limit = {.what = LIMIT_MESSAGES, .count = 1, .when = here(f), .mailbox = NONE};
	image_add(f->b, SECTION_LIMIT, &limit);
	op(f, OP_FACT, 0, FACT_SENT);
	op(f, OP_RETURN, 0, 0);
}

static void sends_a_step_twice(struct fixture *f)
{
	email(f, "intro");
	op(f, OP_SEND, 0, 0);
	op(f, OP_END, 0, 0);
}

static void resumes_elsewhere(struct fixture *f)
{
	email(f, "intro");
	((struct plan_position *)image_record(f->b, SECTION_POSITION, 0))->resume = op(f, OP_NOW, 0, 0) + 1;
	op(f, OP_STORE, 0, 0);
	op(f, OP_END, 0, 0);
}

static void has_a_position_of_nothing(struct fixture *f)
{
	struct plan_position p = BLANK(position);
	p.identity = str(f, "x");
	p.kind = POSITION_WAIT;
	p.rule = 0;
	p.resume = op(f, OP_END, 0, 0);
	image_add(f->b, SECTION_POSITION, &p);
}

static void has_a_rule_with_an_effect(struct fixture *f)
{
	uint32_t rule = op(f, OP_CONST, constant(f, TYPE_YES_NO, 1, 0), 0);
	op(f, OP_SET_CONTACT, 0, 0);
	op(f, OP_NOW, 0, 0);
	wait_here(f, "odd", rule, true, false);
	op(f, OP_END, 0, 0);
}

static void jumps_into_a_rule(struct fixture *f)
{
	op(f, OP_NOW, 0, 0);
	uint32_t jump = op(f, OP_JUMP, 0, 0);
	(void)jump;
	uint32_t rule = here(f);
	op(f, OP_NOW, 0, 0);
	jump_here(f, jump);
	wait_here(f, "odd", rule, true, false);
	op(f, OP_END, 0, 0);
}

static void stands_outside_its_step(struct fixture *f)
{
	email(f, "intro");
	struct plan_step *s = image_record(f->b, SECTION_STEP, 0);
	s->entry = here(f);
	op(f, OP_END, 0, 0);
	s->end = here(f);
	op(f, OP_END, 0, 0);
}

static void breaks_its_promise(struct fixture *f)
{
	email(f, "one");
	email(f, "two");
	op(f, OP_END, 0, 0);
	struct plan_promise p = {.what = LIMIT_EMAIL, .count = 1};
	image_add(f->b, SECTION_PROMISE, &p);
}

static void has_a_time_that_is_none(struct fixture *f)
{
	op(f, OP_NOW, 0, 0);
	op(f, OP_AT, 1440, 0);
	op(f, OP_END, 0, 0);
}

static void filters_with_the_wrong_argument(struct fixture *f)
{
	op(f, OP_END, 0, 0);
	text_here(f);
	op(f, OP_CONST, text_constant(f, "x"), 0);
	op(f, OP_FILTER, FILTER_TRUNCATE, 0);
	op(f, OP_PUT, 0, 0);
	op(f, OP_DONE, 0, 0);
}

static void hostile_bodies_are_refused_with_their_reason(void **unused)
{
	(void)unused;
	refused(falls_off, "goes on behind the end");
	refused(underflows, "takes more than the stack holds");
	refused(mixes_types, "takes a value of another type");
	refused(leaves_a_value, "leaves values on the stack");
	refused(meets_with_other_heights, "paths meet with different values");
	refused(jumps_back, "an operand out of range");
	refused(jumps_into_an_instruction, "a jump into an instruction");
	refused(reads_an_unset_variable, "a variable that may not be set");
	refused(reads_it_in_a_text_too_early, "a variable that may not be set");
	refused(has_dead_code, "nothing leads here");
	refused(sends_in_a_condition, "does not belong in this kind of code");
	refused(writes_text_in_the_body, "does not belong in this kind of code");
	refused(asks_facts_without_an_enrollment, "does not belong in this kind of code");
	refused(jumps_into_a_repeat, "jumps into a repeat");
	refused(repeats_without_time, "may take no time");
	refused(repeats_what_began_elsewhere, "does not go back to where its rounds begin");
	refused(asks_too_much, "over 32 things are asked of the world without a rest");
	refused(waits_for_an_arm_before_it, "an arm that lies before it");
	refused(performs_a_message, "its step is of another kind");
	refused(stores_into_rounds, "its slot is not for that");
	refused(sends_a_step_twice, "its step is done elsewhere already");
	refused(resumes_elsewhere, "goes on elsewhere");
	refused(has_a_position_of_nothing, "has no instruction");
	refused(has_a_rule_with_an_effect, "has an effect within a wait's rule");
	refused(jumps_into_a_rule, "jumps into a wait's rule");
	refused(stands_outside_its_step, "stands outside its step");
	refused(breaks_its_promise, "a path sends 2");
	refused(has_a_time_that_is_none, "an operand out of range");
	refused(filters_with_the_wrong_argument, "an argument of another type");
}

static void an_error_names_step_and_instruction(void **unused)
{
	(void)unused;
	refused(resumes_elsewhere, "step intro, code 0 SEND: ");
}

/* ---- what a plan needs ---- */

static void a_policy_offers_what_it_has(void **unused)
{
	(void)unused;
	struct buf plan_bytes = {0}, policy_bytes = {0};
	struct image_error error;
	struct policy policy;
	fixture_plan(&plan_bytes);
	fixture_policy(&policy_bytes);
	struct plan plan = fixture_load(&plan_bytes);
	assert_true(policy_load(&policy, policy_bytes.p, policy_bytes.n, true, &error));
	assert_true(policy_offers(&policy, &plan, &error));
	static const struct {
		const char *needs, *reason;
	} cases[] = {
	        {"field company text", "has no field contact.company"},
	        {"field seats text", "contact.seats is number in the workspace, but text"},
	        {"mailbox support", "has no mailbox support"},
	        {"channel whatsapp", "nothing that sends whatsapp"},
	        {"pigeons", "does not know"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct fixture f = fixture_begin(IMAGE_PLAN);
		struct buf bytes = {0};
		image_add_capability(f.b, slice_of(cases[i].needs));
		f.sequence.entry = op(&f, OP_END, end(&f, END_FINISH, NULL), 0);
		fixture_finish(&f, &bytes);
		struct plan needy = fixture_load(&bytes);
		assert_false(policy_offers(&policy, &needy, &error));
		assert_non_null(strstr(error.text, cases[i].reason));
		plan_free(&needy);
		buf_free(&bytes);
	}
	plan_free(&plan);
	policy_free(&policy);
	buf_free(&plan_bytes);
	buf_free(&policy_bytes);
}

/* A plan cannot hide what it needs by leaving it out of its list. */
static void a_field_that_no_capability_names_is_asked_for_too(void **unused)
{
	(void)unused;
	struct buf bytes = {0}, policy_bytes = {0};
	struct image_error error;
	struct policy policy;
	fixture_policy(&policy_bytes);
	assert_true(policy_load(&policy, policy_bytes.p, policy_bytes.n, true, &error));
	struct fixture f = fixture_begin(IMAGE_PLAN);
	field(&f, "company", TYPE_TEXT);
	f.sequence.entry = op(&f, OP_END, end(&f, END_FINISH, NULL), 0);
	fixture_finish(&f, &bytes);
	struct plan plan = fixture_load(&bytes);
	assert_false(policy_offers(&policy, &plan, &error));
	assert_non_null(strstr(error.text, "contact.company"));
	plan_free(&plan);
	policy_free(&policy);
	buf_free(&bytes);
	buf_free(&policy_bytes);
}

static void a_plan_is_no_policy(void **unused)
{
	(void)unused;
	struct buf bytes = {0};
	struct image_error error;
	struct policy q;
	fixture_plan(&bytes);
	assert_false(policy_load(&q, bytes.p, bytes.n, true, &error));
	assert_string_equal(error.text, "this is a plan, not a policy, at byte 0");
	buf_free(&bytes);
}

static void the_disassembly_has_names(void **unused)
{
	(void)unused;
	struct buf bytes = {0}, out = {0};
	fixture_plan(&bytes);
	struct plan p = fixture_load(&bytes);
	plan_disassemble(&out, &p.image);
	static const char *const lines[] = {
	        "needs \"field seats number\"\n",
	        "step 0 name=\"intro\"",
	        "  CONST 3 business days\n",
	        "  WAIT at \"after intro\"\n",
	        "  WAIT_UNTIL at \"renewing\" -> 66\n",
	        "  FACT intro .clicked    # tested.seq:9\n",
	        "  FORMAT_DATE \"%A %-d %B %Y\"\n",
	        "  FILTER truncate 4\n",
	        "  CONTACT contact.renewal\n",
	        "  BUILTIN unsubscribe\n",
	};
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		if (!strstr(buf_cstr(&out), lines[i]))
			fail_msg("no line \"%s\" in\n%s", lines[i], buf_cstr(&out));
	plan_free(&p);
	buf_free(&bytes);
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_plan_comes_back_as_it_was_built),
	        cmocka_unit_test(the_same_meaning_gives_the_same_bytes),
	        cmocka_unit_test(strip_keeps_the_hash),
	        cmocka_unit_test(every_truncation_is_refused),
	        cmocka_unit_test(every_flipped_byte_is_refused),
	        cmocka_unit_test(what_the_verifier_takes_runs_to_its_end),
	        cmocka_unit_test(what_the_compiler_makes_can_be_broken_too),
	        cmocka_unit_test(random_bytes_are_refused),
	        cmocka_unit_test(hostile_bodies_are_refused_with_their_reason),
	        cmocka_unit_test(an_error_names_step_and_instruction),
	        cmocka_unit_test(a_policy_offers_what_it_has),
	        cmocka_unit_test(a_field_that_no_capability_names_is_asked_for_too),
	        cmocka_unit_test(a_plan_is_no_policy),
	        cmocka_unit_test(the_disassembly_has_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
