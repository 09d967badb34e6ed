/* SPDX-License-Identifier: Apache-2.0
 * Every limit of a plan (runtime.md §1), met at n and refused at n + 1. */
#include "plan/image_format.h"
#include "tests/plan_fixture.h"

/* Loads what the fixture wrote. NULL: taken; else the error's words. */
static const char *load_error(struct buf *bytes)
{
	static struct image_error error;
	struct plan p;
	bool taken = plan_load(&p, bytes->p, bytes->n, false, &error);
	if (taken)
		plan_free(&p);
	return taken ? NULL : error.text;
}

static void finish_and_expect(struct fixture *f, const char *expected)
{
	struct buf bytes = {0};
	fixture_finish(f, &bytes);
	const char *error = load_error(&bytes);
	if (!expected && error)
		fail_msg("refused: %s", error);
	if (expected && (!error || !strstr(error, expected)))
		fail_msg("\"%s\" instead of \"%s\"", error ? error : "taken", expected);
	buf_free(&bytes);
}

static void at_most_32_values_on_the_stack(void **unused)
{
	(void)unused;
	for (uint32_t n = PLAN_STACK_MAX; n <= PLAN_STACK_MAX + 1; n++) {
		struct fixture f = fixture_begin(IMAGE_PLAN);
		uint32_t yes = constant(&f, TYPE_YES_NO, 1, 0);
		for (uint32_t i = 0; i < n; i++)
			op(&f, OP_CONST, yes, 0);
		for (uint32_t i = 1; i < n; i++)
			op(&f, OP_AND, 0, 0);
		op(&f, OP_JUMP_UNLESS, here(&f) + 5, 0);
		op(&f, OP_END, end(&f, END_FINISH, NULL), 0);
		finish_and_expect(&f, n > PLAN_STACK_MAX ? "holds over 32 values" : NULL);
	}
}

static void at_most_64_variables(void **unused)
{
	(void)unused;
	for (uint32_t n = PLAN_VARIABLES_MAX; n <= PLAN_VARIABLES_MAX + 1; n++) {
		struct fixture f = fixture_begin(IMAGE_PLAN);
		uint32_t one = constant(&f, TYPE_NUMBER, NUMBER_ONE, 0);
		for (uint32_t i = 0; i < n; i++) {
			char name[16];
			snprintf(name, sizeof name, "v%u", i);
			op(&f, OP_CONST, one, 0);
			op(&f, OP_STORE, slot(&f, name, TYPE_NUMBER), 0);
		}
		/* All of them can be read. */
		for (uint32_t i = 0; i < n; i++) {
			op(&f, OP_SLOT, i, 0);
			op(&f, OP_STORE, i, 0);
		}
		op(&f, OP_END, end(&f, END_FINISH, NULL), 0);
		finish_and_expect(&f, n > PLAN_VARIABLES_MAX ? "a variable behind others, or over 64 of them" : NULL);
	}
}

static void at_most_64_fields_are_set(void **unused)
{
	(void)unused;
	for (uint32_t n = PLAN_SET_FIELDS_MAX; n <= PLAN_SET_FIELDS_MAX + 1; n++) {
		struct fixture f = fixture_begin(IMAGE_PLAN);
		uint32_t one = constant(&f, TYPE_NUMBER, NUMBER_ONE, 0);
		for (uint32_t i = 0; i < 2 * n; i++) {
			char name[16];
			snprintf(name, sizeof name, "f%u", i);
			op(&f, OP_CONST, one, 0);
			op(&f, OP_SET_CONTACT, i < n ? field(&f, name, TYPE_NUMBER) : i - n, 0);
		}
		op(&f, OP_END, end(&f, END_FINISH, NULL), 0);
		finish_and_expect(&f, n > PLAN_SET_FIELDS_MAX ? "over 64 fields are set" : NULL);
	}
}

/* A step that is never reached costs a row only, so that 65,535 of them fit. */
static void add_steps(struct fixture *f, uint32_t n)
{
	struct plan_message m = BLANK(message);
	uint32_t message = image_add(f->b, SECTION_MESSAGE, &m);
	for (uint32_t i = 0; i < n; i++) {
		char name[16];
		snprintf(name, sizeof name, "s%u", i);
		struct plan_step s = BLANK(step);
		s.name = str(f, name);
		s.message = message;
		s.message_count = 1;
		image_add(f->b, SECTION_STEP, &s);
	}
	op(f, OP_END, end(f, END_FINISH, NULL), 0);
}

static void at_most_65535_steps(void **unused)
{
	(void)unused;
	for (uint32_t n = PLAN_STEPS_MAX; n <= PLAN_STEPS_MAX + 1; n++) {
		struct fixture f = fixture_begin(IMAGE_PLAN);
		add_steps(&f, n);
		finish_and_expect(&f, n > PLAN_STEPS_MAX ? "65536 of step; at most 65535 are allowed" : NULL);
	}
}

static void at_most_65535_positions(void **unused)
{
	(void)unused;
	for (uint32_t n = PLAN_POSITIONS_MAX; n <= PLAN_POSITIONS_MAX + 1; n++) {
		struct fixture f = fixture_begin(IMAGE_PLAN);
		struct plan_position p = BLANK(position);
		p.identity = str(&f, "w");
		p.kind = POSITION_WAIT;
		p.rule = p.resume = 0;
		op(&f, OP_END, end(&f, END_FINISH, NULL), 0);
		for (uint32_t i = 0; i < n; i++)
			image_add(f.b, SECTION_POSITION, &p);
		finish_and_expect(&f, n > PLAN_POSITIONS_MAX ? "65536 of position; at most 65535 are allowed"
		                                             : "position 0 has no instruction");
	}
}

/* An operand of 16 bits names 65,535 rows: the emitter says so instead of cutting a number. */
static void an_operand_names_at_most_65535_rows(void **unused)
{
	(void)unused;
	for (uint32_t operand = 65534; operand <= 65535; operand++) {
		struct buf code = {0};
		code_emit(&code, OP_CONST, operand, 0);
		assert_int_equal(code.failed, operand == 65535);
		if (!code.failed)
			assert_int_equal(instruction_at((const uint8_t *)code.p, 0).a, operand);
		buf_free(&code);
	}
}

static void at_most_8_mib_of_code(void **unused)
{
	(void)unused;
	for (uint32_t extra = 0; extra <= 1; extra++) {
		struct fixture f = fixture_begin(IMAGE_PLAN);
		struct buf bytes = {0};
		struct image_error error;
		uint32_t finish = end(&f, END_FINISH, NULL), yes = constant(&f, TYPE_YES_NO, 1, 0);
		/* A push of 3 bytes, as many NOTs as fit, a jump of 5 that takes the value, an END of 3. */
		op(&f, OP_CONST, yes, 0);
		for (uint32_t i = 0; i < PLAN_CODE_MAX - 11 + extra; i++)
			op(&f, OP_NOT, 0, 0);
		op(&f, OP_JUMP_UNLESS, here(&f) + 5, 0);
		op(&f, OP_END, finish, 0);
		assert_int_equal(here(&f), PLAN_CODE_MAX + extra);
		f.sequence.name = f.sequence.title = str(&f, "long");
		image_add(f.b, SECTION_SEQUENCE, &f.sequence);
		assert_int_equal(image_finish(f.b, &bytes, &error), !extra);
		if (extra)
			assert_non_null(strstr(error.text, "8388609 bytes of code; at most 8388608"));
		else
			assert_null(load_error(&bytes));
		image_builder_free(f.b);
		buf_free(&bytes);
	}
}

/* The verifier holds the limit by itself, whoever made the file. */
static void the_reader_holds_the_limit_of_code_too(void **unused)
{
	(void)unused;
	struct buf bytes = {0};
	size_t n = PLAN_CODE_MAX + 1;
	char *code = calloc(n, 1);
	assert_non_null(code);
	struct section_source source = {SECTION_CODE, image_section_flags(SECTION_CODE), {code, n}};
	image_write(IMAGE_PLAN, 1, &source, 1, &bytes);
	assert_non_null(strstr(load_error(&bytes), "8388609 of code; at most 8388608 are allowed"));
	free(code);
	buf_free(&bytes);
}

static void at_most_16_mib(void **unused)
{
	(void)unused;
	for (uint32_t extra = 0; extra <= 1; extra++) {
		struct buf bytes = {0};
		/* One section that nobody must understand, so that only its size is judged. */
		size_t n = IMAGE_BYTES_MAX - HEADER_SIZE - sizeof(struct section_entry) + extra;
		char *filling = calloc(n, 1);
		assert_non_null(filling);
		struct section_source source = {SECTION_ID_MAX, 0, {filling, n}};
		image_write(IMAGE_PLAN, 1, &source, 1, &bytes);
		assert_int_equal(bytes.n, IMAGE_BYTES_MAX + extra);
		assert_non_null(strstr(load_error(&bytes),
		                       extra ? "16777217 bytes; at most 16777216" : "0 sequences instead of one"));
		free(filling);
		buf_free(&bytes);
	}
}

static void at_most_128_sections(void **unused)
{
	(void)unused;
	for (uint32_t count = IMAGE_SECTIONS_MAX; count <= IMAGE_SECTIONS_MAX + 1; count++) {
		struct buf bytes = {0};
		struct section_source sources[IMAGE_SECTIONS_MAX];
		for (uint32_t i = 0; i < IMAGE_SECTIONS_MAX; i++)
			sources[i] = (struct section_source){(uint16_t)(SECTION_ID_MAX + i), 0, SLICE("x")};
		image_write(IMAGE_PLAN, 1, sources, IMAGE_SECTIONS_MAX, &bytes);
		((struct image_header *)(void *)bytes.p)->section_count = (uint16_t)count;
		assert_non_null(strstr(load_error(&bytes),
		                       count > IMAGE_SECTIONS_MAX ? "129 sections" : "0 sequences instead of one"));
		buf_free(&bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(at_most_32_values_on_the_stack),
	        cmocka_unit_test(at_most_64_variables),
	        cmocka_unit_test(at_most_64_fields_are_set),
	        cmocka_unit_test(at_most_65535_steps),
	        cmocka_unit_test(at_most_65535_positions),
	        cmocka_unit_test(an_operand_names_at_most_65535_rows),
	        cmocka_unit_test(at_most_8_mib_of_code),
	        cmocka_unit_test(the_reader_holds_the_limit_of_code_too),
	        cmocka_unit_test(at_most_16_mib),
	        cmocka_unit_test(at_most_128_sections),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
