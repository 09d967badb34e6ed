/* SPDX-License-Identifier: Apache-2.0
 * seqc doc: a page per sequence, for people; in a folder with an index. */
#include "compiler/preview/doc.h"
#include "compiler/verbs/verbs.h"
#include <string.h>

static bool is_html(const struct cli *c)
{
	const char *format = cli_get(c, "--format"), *to = cli_get(c, "-o");
	return format ? strcmp(format, "html") == 0 : to && slice_ends(slice_of(to), ".html");
}

/* False: told why. */
static bool make(const struct cli *c, const struct compile *k, uint32_t sequence, bool html, struct buf *out)
{
	struct buf error = {0};
	bool ok = true;
	if (!html)
		doc_markdown(out, k, sequence);
	else if (!(ok = doc_html(out, k, sequence, &error)))
		cli_error(c, "%s", buf_cstr(&error));
	buf_free(&error);
	return ok;
}

static bool put_folder(const struct cli *c, const struct compile *k, const bool *wanted, bool html, const char *folder)
{
	const char *ending = html ? ".html" : ".md";
	struct buf text = {0};
	if (!verb_folder(c, folder))
		return false;
	for (uint32_t i = 0; i < k->result_count; i++) {
		if (!wanted[i])
			continue;
		if (!make(c, k, i, html, &text)) {
			buf_free(&text);
			return false;
		}
		if (!verb_write_in(c, folder, k->results[i].name, ending, &text))
			return false;
	}
	doc_index(&text, k, wanted, html);
	return verb_write_in(c, folder, SLICE("index"), ending, &text);
}

static bool put(const struct cli *c, const struct compile *k, const bool *wanted, uint32_t count)
{
	const char *to = cli_get(c, "-o");
	bool html = is_html(c);
	if (to && verb_is_folder(to))
		return put_folder(c, k, wanted, html, to);
	if (html && count > 1) {
		verb_say_too_many(c, "a page", count);
		return false;
	}
	struct buf text = {0};
	for (uint32_t i = 0, put_so_far = 0; i < k->result_count; i++) {
		if (!wanted[i])
			continue;
		buf_adds(&text, put_so_far++ ? "\n" : "");
		if (!make(c, k, i, html, &text)) {
			buf_free(&text);
			return false;
		}
	}
	return to ? verb_write(c, to, &text) : verb_put(c, &text);
}

static int doc(const struct cli *c, const struct compile *k)
{
	struct arena arena;
	uint32_t count = 0;
	int result = EXIT_CANNOT;
	const char *only = cli_get(c, "--sequence");
	arena_init(&arena, 0, NULL);
	bool *wanted = ARENA_ARRAY(&arena, bool, k->result_count + 1);
	for (uint32_t i = 0; i < k->result_count; i++) {
		wanted[i] = verb_is_wanted(k, i, only);
		count += wanted[i];
	}
	if (!count)
		verb_say_no_sequence(c, k, only);
	else if (put(c, k, wanted, count))
		result = EXIT_DONE;
	arena_free(&arena);
	return result;
}

static int run(const struct cli *c)
{
	return verb_takes_output(c, ".md .html") ? verb_show(c, doc) : EXIT_CANNOT;
}

static const struct cli_flag flags[] = {
        COMPILE_FLAGS,
        {"--sequence", "NAME", "only this one; by default all that PATH has", CLI_ONCE},
        {"--format", "md|html", "by default what the file of -o ends with, else md", CLI_ONCE},
        {"-o", "FILE", "where to; a folder, or a name that ends with a slash, gets a page a sequence and an index",
         CLI_ONCE},
        {0},
};

const struct cli_verb verb_doc = {
        "doc", "writes a page per sequence, for people",
        "  seqc doc examples/acme --format html -o pages/\n"
        "  seqc doc --sequence recall\n"
        "A page says what the sequence does, when, to whom, what ends it, and what is proven of it.",
        flags, run};
