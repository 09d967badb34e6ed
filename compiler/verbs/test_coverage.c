/* SPDX-License-Identifier: Apache-2.0 */
#include "compiler/verbs/test_coverage.h"
#include "compiler/testing/coverage_stub.h"
#include "compiler/verbs/verbs.h"
#include <unistd.h>

enum { STUB_RUNS = 2000, STUB_MS = 1500 /* a sequence */ };

bool test_coverage_asked(const struct cli *c, unsigned *threshold)
{
	const char *text = cli_get(c, "--threshold");
	int64_t n = 0;
	if (text && (!slice_to_i64(slice_of(text), &n) || n < 0 || n > 100)) {
		cli_error(c, "--threshold takes a whole number of percent, 0 to 100, not `%s`", text);
		*threshold = UINT32_MAX;
		return false;
	}
	*threshold = (unsigned)n;
	return text || cli_has(c, "--coverage") || cli_has(c, "--lcov");
}

static bool put_stubs(const struct cli *c, const struct compile *k, const struct coverage *coverage,
                      struct tz_db *zones)
{
	struct buf out = {0}, error = {0};
	struct stub_options options = {.k = k, .zones = zones, .seed = 1, .runs = STUB_RUNS, .at_most_ms = STUB_MS};
	bool terminal = isatty(fileno(c->err));
	if (terminal)
		fputs("looking for tests that reach them …", c->err);
	bool ok = coverage_stubs(coverage, &options, &out, &error);
	if (terminal)
		fputs("\r\033[K", c->err);
	if (!ok)
		cli_error(c, "%s", error.n ? buf_cstr(&error) : "out of memory");
	else if (out.n)
		fputs("\nTests that do, as things happen today; read them before you keep them:\n\n", c->out);
	ok = verb_put(c, &out) && ok;
	buf_free(&error);
	return ok;
}

static bool write_lcov(const struct cli *c, const struct compile *k, const struct coverage *coverage)
{
	const char *path = cli_get(c, "--lcov");
	struct buf out = {0};
	if (!path)
		return true;
	coverage_lcov(coverage, k, k->root, &out);
	return verb_write(c, path, &out);
}

int test_coverage_report(const struct cli *c, const struct compile *k, const struct coverage *coverage,
                         struct tz_db *zones, unsigned threshold, bool quiet)
{
	unsigned percent = coverage_percent(coverage);
	bool ok = write_lcov(c, k, coverage);
	if (!quiet) {
		struct buf out = {0};
		buf_addc(&out, '\n');
		coverage_print(coverage, &out);
		ok = verb_put(c, &out) && ok;
		ok = put_stubs(c, k, coverage, zones) && ok;
	}
	if (percent < threshold)
		cli_error(c, "the tests reach %u %% of what there is, and --threshold asks for %u", percent, threshold);
	return !ok ? EXIT_CANNOT : percent < threshold ? EXIT_INPUT : EXIT_DONE;
}
