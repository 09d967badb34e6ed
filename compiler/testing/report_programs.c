/* SPDX-License-Identifier: Apache-2.0
 * Verdicts for programs: JSON, and JUnit as what shows the results of tests takes it. */
#include "base/xml.h"
#include "compiler/testing/report_test.h"

/* ---- JSON ---- */

static void member(struct buf *out, const char *key, struct slice value)
{
	buf_addf(out, ",\"%s\":", key);
	buf_add_json(out, value);
}

static void put_wall(struct buf *out, int64_t wall_us)
{
	struct civil c;
	civil_from_wall_us(wall_us, &c);
	buf_addf(out, "\"%04d-%02d-%02dT%02d:%02d\"", c.year, c.month, c.day, c.hour, c.minute);
}

static void put_shifts(struct buf *out, const struct test_shift *shift)
{
	buf_adds(out, ",\"shifts\":[");
	for (; shift; shift = shift->next) {
		buf_adds(out, "{\"due\":");
		put_wall(out, shift->due_wall_us);
		member(out, "cause", shift->cause);
		buf_adds(out, shift->next ? "}," : "}");
	}
	buf_addc(out, ']');
}

static void put_side(struct buf *out, const char *key, int64_t wall_us, struct slice what)
{
	buf_addf(out, "\"%s\":", key);
	if (!what.n) {
		buf_adds(out, "null");
		return;
	}
	buf_adds(out, "{\"what\":");
	buf_add_json(out, what);
	if (wall_us != WALL_NONE) {
		buf_adds(out, ",\"at\":");
		put_wall(out, wall_us);
	}
	buf_addc(out, '}');
}

static void put_place(const struct compile *k, struct span span, struct buf *out)
{
	struct diag_place at = diag_place_of(&k->sources, span);
	member(out, "file", at.file);
	buf_addf(out, ",\"line\":%u,\"column\":%u,\"byte_start\":%u,\"byte_end\":%u", at.line, at.column, at.byte_start,
	         at.byte_end);
}

static const char *word_of(enum test_problem_kind kind)
{
	switch (kind) {
	case PROBLEM_TIME: return "time";
	case PROBLEM_OTHER: return "content";
	case PROBLEM_STATE: return "state";
	case PROBLEM_MISSING: return "missing";
	case PROBLEM_UNNAMED: return "unnamed";
	case PROBLEM_BROKEN: break;
	}
	return "broken";
}

static void put_problem(const struct compile *k, const struct test_problem *p, struct buf *out)
{
	buf_addf(out, "{\"kind\":\"%s\"", word_of(p->kind));
	member(out, "message", p->message);
	put_place(k, p->span, out);
	member(out, "note", p->note);
	member(out, "detail", p->detail);
	member(out, "help", p->help);
	buf_addc(out, '}');
}

static void put_verdict(const struct compile *k, const struct verdict *v, struct buf *out)
{
	buf_adds(out, "{\"sequence\":");
	buf_add_json(out, v->test->sequence);
	member(out, "title", v->test->title);
	put_place(k, v->test->span, out);
	buf_addf(out, ",\"passed\":%s,\"blessed\":%s,\"seconds\":%lld.%06lld", v->passed ? "true" : "false",
	         v->blessed ? "true" : "false", (long long)(v->took_us / US_PER_SECOND),
	         (long long)(v->took_us % US_PER_SECOND));
	if (!v->passed) {
		member(out, "timezone", v->zone);
		buf_adds(out, ",\"problems\":[");
		for (const struct test_problem *p = v->problems; p; p = p->next) {
			put_problem(k, p, out);
			buf_adds(out, p->next ? "," : "");
		}
		buf_adds(out, "],\"timeline\":[");
		for (uint32_t i = 0; i < v->row_count; i++) {
			const struct test_row *r = &v->rows[i];
			buf_adds(out, i ? ",{" : "{");
			put_side(out, "expected", r->expected_wall_us, r->expected);
			buf_addc(out, ',');
			put_side(out, "happened", r->actual_wall_us, r->actual);
			put_shifts(out, r->shifts);
			buf_addf(out, ",\"differs\":%s}", r->differs ? "true" : "false");
		}
		buf_addc(out, ']');
	}
	buf_addc(out, '}');
}

void report_json(const struct compile *k, const struct verdict *verdicts, uint32_t count,
                 const struct coverage *coverage, struct buf *out)
{
	uint32_t passed = 0;
	buf_adds(out, "{\"format_version\":1,\"tests\":[");
	for (uint32_t i = 0; i < count; i++) {
		buf_adds(out, i ? ",\n" : "\n");
		put_verdict(k, &verdicts[i], out);
		passed += verdicts[i].passed;
	}
	buf_addf(out, "\n],\"passed\":%u,\"failed\":%u", passed, count - passed);
	if (coverage) {
		buf_adds(out, ",\n\"coverage\":");
		coverage_json(coverage, out);
	}
	buf_adds(out, "}\n");
}

/* ---- JUnit ---- */

static void put_seconds(struct buf *out, int64_t us)
{
	buf_addf(out, " time=\"%lld.%06lld\"", (long long)(us / US_PER_SECOND), (long long)(us % US_PER_SECOND));
}

static void put_case(const struct compile *k, const struct verdict *v, struct buf *out)
{
	static const struct report_style plain = {.columns = 100};
	struct diag_place at = diag_place_of(&k->sources, v->test->span);
	buf_adds(out, "    <testcase");
	xml_add_attribute(out, "name", v->test->title);
	xml_add_attribute(out, "classname", v->test->sequence);
	xml_add_attribute(out, "file", at.file);
	buf_addf(out, " line=\"%u\"", at.line);
	put_seconds(out, v->took_us);
	if (v->passed) {
		buf_adds(out, "/>\n");
		return;
	}
	struct buf text = {0};
	report_failure(k, v, &plain, &text);
	buf_adds(out, ">\n      <failure");
	xml_add_attribute(out, "message", v->problems->message);
	xml_add_attribute(out, "type", slice_of(word_of(v->problems->kind)));
	buf_addc(out, '>');
	xml_add(out, buf_slice(&text));
	buf_adds(out, "</failure>\n    </testcase>\n");
	out->failed = out->failed || text.failed;
	buf_free(&text);
}

struct tally {
	uint32_t tests, failures;
	int64_t took_us;
};

/* Of one sequence, or of all where it is empty. */
static struct tally tally_of(const struct verdict *verdicts, uint32_t count, struct slice sequence)
{
	struct tally t = {0};
	for (uint32_t i = 0; i < count; i++) {
		if (sequence.n && !slice_eq(verdicts[i].test->sequence, sequence))
			continue;
		t.tests++;
		t.failures += !verdicts[i].passed;
		t.took_us += verdicts[i].took_us;
	}
	return t;
}

static void put_tally(struct buf *out, const struct tally *t)
{
	buf_addf(out, " tests=\"%u\" failures=\"%u\" errors=\"0\" skipped=\"0\"", t->tests, t->failures);
	put_seconds(out, t->took_us);
	buf_adds(out, ">\n");
}

static bool is_first_of(const struct verdict *verdicts, uint32_t index)
{
	for (uint32_t i = 0; i < index; i++)
		if (slice_eq(verdicts[i].test->sequence, verdicts[index].test->sequence))
			return false;
	return true;
}

void report_junit(const struct compile *k, const struct verdict *verdicts, uint32_t count, struct buf *out)
{
	struct tally all = tally_of(verdicts, count, (struct slice){0});
	buf_adds(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"seqc test\"");
	put_tally(out, &all);
	for (uint32_t i = 0; i < count; i++) {
		struct slice sequence = verdicts[i].test->sequence;
		if (!is_first_of(verdicts, i))
			continue;
		struct tally t = tally_of(verdicts, count, sequence);
		buf_adds(out, "  <testsuite");
		xml_add_attribute(out, "name", sequence);
		put_tally(out, &t);
		for (uint32_t c = i; c < count; c++)
			if (slice_eq(verdicts[c].test->sequence, sequence))
				put_case(k, &verdicts[c], out);
		buf_adds(out, "  </testsuite>\n");
	}
	buf_adds(out, "</testsuites>\n");
}
