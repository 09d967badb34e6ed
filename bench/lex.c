/* SPDX-License-Identifier: Apache-2.0
 * The lexer alone against the bare re2c loop of bench/bare.re:  lex FILE...
 * Both go over the files, one after the other in memory, in turns; the best of some turns counts. */
#include "compiler/lex.h"
#include "bench/job.h"
#include "compiler/diag.h"

#define TURNS 7

size_t bare_lex(const char *at);

static void add_file(struct sources *sources, const char *path)
{
	FILE *f = fopen(path, "rb");
	struct buf text = {0};
	char block[65536];
	size_t n;
	if (!f)
		job_die(path, "cannot be read");
	while ((n = fread(block, 1, sizeof block, f)) > 0)
		buf_add(&text, block, n);
	fclose(f);
	source_add(sources, slice_of(path), buf_slice(&text), false);
	buf_free(&text);
}

static size_t lex_all(const struct sources *sources)
{
	size_t tokens = 0;
	for (uint32_t i = 0; i < sources->count; i++) {
		struct arena arena;
		struct diags diags;
		struct lexed lexed;
		arena_init(&arena, 0, NULL);
		diags_init(&diags, &arena, NULL);
		lex_source(&lexed, &sources->items[i], i, &arena, &diags);
		if (lexed.errors > 0)
			job_die("lex", "the generated files have mistakes");
		tokens += lexed.count;
		arena_free(&arena);
	}
	return tokens;
}

static size_t bare_all(const struct sources *sources)
{
	size_t tokens = 0;
	for (uint32_t i = 0; i < sources->count; i++)
		tokens += bare_lex(sources->items[i].text.p);
	return tokens;
}

int main(int argc, char **argv)
{
	struct arena arena;
	arena_init(&arena, 0, NULL);
	struct sources sources = {.arena = &arena};
	double bytes = 0, ours = 1e9, bare = 1e9, start, took;
	size_t tokens = 0, bare_tokens = 0;
	for (int i = 1; i < argc; i++)
		add_file(&sources, argv[i]);
	for (uint32_t i = 0; i < sources.count; i++)
		bytes += (double)sources.items[i].text.n;
	for (int turn = 0; turn < TURNS; turn++) {
		start = job_seconds();
		tokens = lex_all(&sources);
		took = job_seconds() - start;
		ours = took < ours ? took : ours;
		start = job_seconds();
		bare_tokens = bare_all(&sources);
		took = job_seconds() - start;
		bare = took < bare ? took : bare;
	}
	printf("ours %.0f MB/s (%zu tokens), bare %.0f MB/s (%zu tokens), ratio %.2f\n", bytes / ours / 1e6, tokens,
	       bytes / bare / 1e6, bare_tokens, bare / ours);
	arena_free(&arena);
	return 0;
}
