/* SPDX-License-Identifier: Apache-2.0
 * What the proofs cost:  bounds PATH...
 * First how the search grows with the steps of a graph that has two edges a step: the most messages in any 7 days.
 * Then, of the workspaces or files that are named, all bounds of every sequence, and all of the check, as times of
 * parsing. */
#include "compiler/analyze/bounds.h"
#include "bench/job.h"
#include "compiler/compile.h"
#include "compiler/lex.h"
#include "compiler/parse.h"
#include "plan/bound.h"

#define TURNS 7

/* Each step sends; it takes 0 to 3 dates to the next one, or the one behind that. */
static void make(struct bound_graph *g, uint32_t steps)
{
	uint64_t random = 0x9E3779B97F4A7C15u;
	*g = (struct bound_graph){0};
	for (uint32_t i = 0; i < steps; i++)
		bound_add_node(g, 1u << (i % 3 ? CHANNEL_EMAIL : CHANNEL_SMS));
	for (uint32_t i = 0; i < steps; i++)
		for (uint32_t far = 1; far <= 2 && i + far < steps; far++) {
			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			bound_add_edge(g, i, i + far, (uint32_t)(random >> 33) % 4, NONE);
		}
}

static void growth(void)
{
	static const uint32_t sizes[] = {50, 100, 500, 1000, 5000};
	for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
		struct bound_graph g;
		uint32_t most = 0;
		double best = 1e9;
		make(&g, sizes[k]);
		for (int turn = 0; turn < TURNS; turn++) {
			double start = job_seconds();
			if (!bound_most(&g, LIMIT_MESSAGES, 7, UINT32_MAX, &most))
				job_die("bounds", "gave up");
			double took = job_seconds() - start;
			best = took < best ? took : best;
		}
		printf("%u steps, %u edges: at most %u in 7 days, %.3f ms\n", g.node_count, g.edge_count, most,
		       best * 1e3);
		bound_free(&g);
	}
}

struct times {
	double parse, check, bounds;
	uint32_t sequences;
};

static void parse_again(const struct compile *c)
{
	for (uint32_t i = 0; i < c->source_count; i++) {
		struct arena arena;
		struct diags diags;
		struct sources sources = c->sources;
		arena_init(&arena, 0, NULL);
		diags_init(&diags, &arena, &sources);
		parse_source(&sources, c->seq_sources[i], &arena, &diags, NULL);
		arena_free(&arena);
	}
}

static void measure(const char *path, struct times *sum)
{
	struct times best = {1e9, 1e9, 1e9, 0};
	for (int turn = 0; turn < TURNS; turn++) {
		struct compile c;
		struct arena arena;
		struct bounds b;
		double start = job_seconds(), took;
		compile_init(&c);
		c.emit = true;
		if (!compile_path(&c, path))
			job_die(path, "does not compile");
		took = job_seconds() - start;
		best.check = took < best.check ? took : best.check;
		start = job_seconds();
		parse_again(&c);
		took = job_seconds() - start;
		best.parse = took < best.parse ? took : best.parse;
		arena_init(&arena, 0, NULL);
		start = job_seconds();
		for (uint32_t i = 0; i < c.result_count; i++)
			bounds_of(&arena, c.sequences[i], &b);
		took = job_seconds() - start;
		best.bounds = took < best.bounds ? took : best.bounds;
		best.sequences = c.result_count;
		arena_free(&arena);
		compile_free(&c);
	}
	sum->parse += best.parse;
	sum->check += best.check;
	sum->bounds += best.bounds;
	sum->sequences += best.sequences;
}

int main(int argc, char **argv)
{
	struct times sum = {0};
	growth();
	for (int i = 1; i < argc; i++)
		measure(argv[i], &sum);
	if (argc > 1)
		printf("%u sequences: parse %.2f ms, all bounds %.2f ms (%.1f times), check and emit %.2f ms (%.1f "
		       "times)\n",
		       sum.sequences, sum.parse * 1e3, sum.bounds * 1e3, sum.bounds / sum.parse, sum.check * 1e3,
		       sum.check / sum.parse);
	return 0;
}
