/* SPDX-License-Identifier: Apache-2.0
 * seqc graph: the picture of each sequence, in the language of Graphviz or Mermaid, as SVG or as JSON. */
#include "compiler/preview/picture.h"
#include "compiler/verbs/verbs.h"
#include <string.h>

enum format { DOT, MERMAID, SVG, JSON, FORMAT_COUNT };
static const struct {
	const char *word, *ending;
} formats[FORMAT_COUNT] = {{"dot", ".dot"}, {"mermaid", ".mmd"}, {"svg", ".svg"}, {"json", ".json"}};

/* What is asked, else what the file's name ends with, else DOT. */
static enum format format_of(const struct cli *c)
{
	const char *asked = cli_get(c, "--format"), *file = cli_get(c, "-o");
	for (int i = 0; i < FORMAT_COUNT; i++)
		if (asked ? strcmp(asked, formats[i].word) == 0 : file && slice_ends(slice_of(file), formats[i].ending))
			return (enum format)i;
	return DOT;
}

/* False: told why. */
static bool draw(const struct cli *c, struct buf *out, const struct picture *p, uint32_t count, enum format format)
{
	struct buf error = {0};
	bool missing, ok = true;
	switch (format) {
	case DOT: picture_dot(out, p, count); break;
	case MERMAID: picture_mermaid(out, p, count); break;
	case JSON: picture_json(out, p, count); break;
	default:
		ok = picture_svg(out, p, true, &error, &missing);
		if (!ok)
			cli_error(c, "%s", buf_cstr(&error));
	}
	buf_free(&error);
	return ok;
}

static bool draw_each(const struct cli *c, const struct picture *p, uint32_t count, enum format format,
                      const char *folder)
{
	if (!verb_folder(c, folder))
		return false;
	for (uint32_t i = 0; i < count; i++) {
		struct buf text = {0};
		if (!draw(c, &text, &p[i], 1, format)) {
			buf_free(&text);
			return false;
		}
		if (!verb_write_in(c, folder, p[i].q->name.text, formats[format].ending, &text))
			return false;
	}
	return true;
}

static bool put(const struct cli *c, const struct picture *p, uint32_t count)
{
	enum format format = format_of(c);
	const char *to = cli_get(c, "-o");
	if (to && verb_is_folder(to))
		return draw_each(c, p, count, format, to);
	if (format == SVG && count > 1) {
		verb_say_too_many(c, "an SVG", count);
		return false;
	}
	struct buf text = {0};
	if (draw(c, &text, p, count, format))
		return to ? verb_write(c, to, &text) : verb_put(c, &text);
	buf_free(&text);
	return false;
}

static int graph(const struct cli *c, const struct compile *k)
{
	struct arena arena;
	uint32_t count = 0;
	int result = EXIT_CANNOT;
	arena_init(&arena, 0, NULL);
	struct picture *pictures = ARENA_ARRAY(&arena, struct picture, k->result_count + 1);
	const char *only = cli_get(c, "--sequence");
	for (uint32_t i = 0; i < k->result_count; i++)
		if (verb_is_wanted(k, i, only))
			picture_make(&pictures[count++], k, k->sequences[i], &arena);
	if (!count)
		verb_say_no_sequence(c, k, only);
	else if (put(c, pictures, count))
		result = EXIT_DONE;
	arena_free(&arena);
	return result;
}

static int run(const struct cli *c)
{
	return verb_takes_output(c, ".dot .gv .mmd .svg .json") ? verb_show(c, graph) : EXIT_CANNOT;
}

static const struct cli_flag flags[] = {
        COMPILE_FLAGS,
        {"--sequence", "NAME", "only this one; by default all that PATH has", CLI_ONCE},
        {"--format", "dot|mermaid|svg|json", "by default what the file of -o ends with, else dot", CLI_ONCE},
        {"-o", "FILE", "where to; a folder, or a name that ends with a slash, gets a file a sequence", CLI_ONCE},
        {0},
};

const struct cli_verb verb_graph = {"graph", "draws each sequence: its steps, branches, waits and ends",
                                    "  seqc graph --sequence recall --format svg -o recall.svg\n"
                                    "  seqc graph examples/clinic --format mermaid\n"
                                    "SVG is drawn by Graphviz (`apt install graphviz`); the others need nothing.",
                                    flags, run};
