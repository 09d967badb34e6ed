/* SPDX-License-Identifier: Apache-2.0
 * The picture as JSON, format_version 1 (docs/preview.md): nodes, edges and rules with their places in the sources. */
#include "compiler/preview/picture.h"

static void add_text(struct buf *out, const char *key, struct slice value)
{
	buf_addf(out, "\"%s\":", key);
	buf_add_json(out, value);
}

static void add_place(struct buf *out, const struct compile *c, struct span span)
{
	uint32_t line, column;
	const struct source *s = &c->sources.items[span.source];
	source_place(s, span.start, &line, &column);
	buf_addc(out, ',');
	add_text(out, "file", s->path);
	buf_addf(out, ",\"line\":%u,\"column\":%u}", line, column);
}

static void add_nodes(struct buf *out, const struct picture *p)
{
	buf_adds(out, "\"nodes\":[");
	for (uint32_t i = 0; i < p->node_count; i++) {
		const struct picture_node *n = &p->nodes[i];
		buf_adds(out, i ? ",\n{" : "\n{");
		add_text(out, "id", n->id);
		buf_addc(out, ',');
		add_text(out, "kind", n->kind);
		buf_addc(out, ',');
		if (n->name.n) {
			add_text(out, "step", n->name);
			buf_addc(out, ',');
		}
		add_text(out, "title", n->title);
		buf_addc(out, ',');
		add_text(out, "note", n->note);
		if (n->cluster)
			buf_addf(out, ",\"pages\":%u", n->cluster);
		add_place(out, p->c, n->span);
	}
	buf_adds(out, "],\n");
}

static void add_edges(struct buf *out, const struct picture *p)
{
	buf_adds(out, "\"edges\":[");
	for (uint32_t i = 0; i < p->edge_count; i++) {
		const struct picture_edge *e = &p->edges[i];
		buf_adds(out, i ? ",\n{" : "\n{");
		add_text(out, "from", p->nodes[e->from].id);
		buf_addc(out, ',');
		add_text(out, "to", p->nodes[e->to].id);
		buf_addf(out, ",\"kind\":\"%s\",", picture_line_words[e->line]);
		add_text(out, "condition", e->condition);
		buf_addc(out, ',');
		add_text(out, "wait", e->wait);
		add_place(out, p->c, e->span);
	}
	buf_adds(out, "],\n");
}

static void add_rules(struct buf *out, const struct picture *p, bool goals, const char *key)
{
	const char *comma = "\n{";
	buf_addf(out, "\"%s\":[", key);
	for (uint32_t i = 0; i < p->rule_count; i++) {
		const struct picture_rule *r = &p->rules[i];
		if (r->goal != goals)
			continue;
		buf_adds(out, comma);
		add_text(out, "on", r->text);
		if (!goals) {
			buf_addc(out, ',');
			add_text(out, "then", r->then);
		}
		add_place(out, p->c, r->span);
		comma = ",\n{";
	}
	buf_addc(out, ']');
}

void picture_json(struct buf *out, const struct picture *p, uint32_t count)
{
	buf_adds(out, "{\"format_version\":1,\"sequences\":[");
	for (uint32_t i = 0; i < count; i++) {
		buf_adds(out, i ? ",\n{" : "\n{");
		add_text(out, "name", p[i].q->name.text);
		buf_addc(out, ',');
		add_text(out, "title", p[i].q->title);
		buf_adds(out, ",\n");
		add_nodes(out, &p[i]);
		add_edges(out, &p[i]);
		add_rules(out, &p[i], false, "exits");
		buf_adds(out, ",\n");
		add_rules(out, &p[i], true, "goals");
		buf_addc(out, '}');
	}
	buf_adds(out, "]}\n");
}
