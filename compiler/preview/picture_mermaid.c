/* SPDX-License-Identifier: Apache-2.0
 * The picture as a flowchart of Mermaid, which reads labels as Markdown and HTML: whatever could mean something there
 * stands as an entity. */
#include "compiler/preview/picture.h"

static const struct {
	const char *name, *open, *close, *fill, *line;
} looks[LOOK_COUNT] = {
#define X(NAME, class, shape, open, close, fill, line, ...) {#class, open, close, fill, line},
        PICTURE_LOOKS(X)
#undef X
};

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

static void add_text(struct buf *out, struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool inside = i > 0 && i + 1 < s.n && is_word(s.p[i - 1]) && is_word(s.p[i + 1]);
		if (c == '"')
			buf_adds(out, "#quot;");
		else if (c == '&')
			buf_adds(out, "#amp;");
		else if (c == '<')
			buf_adds(out, "#lt;");
		else if (c == '>')
			buf_adds(out, "#gt;");
		else if (strchr("#`*~[]|\\@%$", c) || (c == '_' && !inside) ||
		         (c == ':' && i + 1 < s.n && s.p[i + 1] == '/') ||
		         (c == '.' && i >= 3 && strncmp(s.p + i - 3, "www", 3) == 0))
			buf_addf(out, "#%d;", c);
		else if ((unsigned char)c >= ' ')
			buf_addc(out, c);
		else
			buf_addc(out, ' ');
	}
}

static void add_part(struct buf *out, const char *open, struct slice s, const char *close)
{
	if (!s.n)
		return;
	buf_adds(out, open);
	add_text(out, s);
	buf_adds(out, close);
}

static void add_id(struct buf *out, uint32_t index, uint32_t sequence)
{
	if (sequence)
		buf_addf(out, "s%u", sequence);
	buf_addf(out, "n%u", index);
}

static void add_node(struct buf *out, const struct picture *p, uint32_t index, uint32_t sequence, const char *indent)
{
	const struct picture_node *n = &p->nodes[index];
	bool is_start = slice_is(n->kind, "start"), is_wait = slice_is(n->kind, "wait");
	buf_adds(out, indent);
	add_id(out, index, sequence);
	buf_addf(out, "%s\"", looks[n->look].open);
	if (!is_start && !is_wait)
		add_text(out, n->kind);
	add_part(out, " <b>", n->name, "</b>");
	bool below = !is_start && !is_wait && (n->name.n || n->title.n > 24);
	add_part(out, is_start ? "<b>" : is_wait ? "" : below ? "<br/>" : " ", n->title, is_start ? "</b>" : "");
	add_part(out, "<br/><small>", n->note, "</small>");
	buf_addf(out, "\"%s:::%s\n", looks[n->look].close, looks[n->look].name);
}

static void add_edge(struct buf *out, const struct picture_edge *e, uint32_t sequence)
{
	bool dashed = e->line == LINE_LATE || e->line == LINE_BACK || e->line == LINE_REMIND;
	buf_adds(out, "    ");
	add_id(out, e->from, sequence);
	buf_adds(out, dashed ? " -.->" : " -->");
	if (e->condition.n || e->wait.n) {
		buf_adds(out, "|\"");
		add_part(out, "", e->condition, e->wait.n ? "<br/>" : "");
		add_part(out, "<i>", e->wait, "</i>");
		buf_adds(out, "\"|");
	}
	buf_addc(out, ' ');
	add_id(out, e->to, sequence);
	buf_addc(out, '\n');
}

static void add_rules(struct buf *out, const struct picture *p, uint32_t sequence)
{
	const char *before = "";
	if (!p->rule_count)
		return;
	buf_adds(out, "    ");
	add_id(out, p->node_count, sequence);
	buf_adds(out, "[\"");
	for (uint32_t i = 0; i < p->rule_count; i++) {
		const struct picture_rule *r = &p->rules[i];
		if (i == 0 || r->goal != p->rules[i - 1].goal)
			buf_addf(out, "%s<b>%s</b>", before, r->goal ? "counts as success" : "ends at any time on");
		before = "<br/>";
		add_part(out, "<br/>", r->text, "");
		add_part(out, ", then ", r->then, "");
	}
	buf_adds(out, "\"]:::rules\n");
}

static void add_picture(struct buf *out, const struct picture *p, uint32_t sequence)
{
	for (uint32_t i = 0; i < p->node_count; i++)
		if (!p->nodes[i].cluster)
			add_node(out, p, i, sequence, "    ");
	for (uint32_t cluster = 1; cluster <= p->cluster_count; cluster++) {
		buf_adds(out, "    subgraph ");
		add_id(out, p->node_count + cluster, sequence);
		buf_adds(out, "[\"pages\"]\n        direction TB\n");
		for (uint32_t i = 0; i < p->node_count; i++)
			if (p->nodes[i].cluster == cluster)
				add_node(out, p, i, sequence, "        ");
		buf_adds(out, "    end\n");
	}
	add_rules(out, p, sequence);
	for (uint32_t i = 0; i < p->edge_count; i++)
		add_edge(out, &p->edges[i], sequence);
}

void picture_mermaid(struct buf *out, const struct picture *p, uint32_t count)
{
	buf_adds(out, "flowchart TD\n");
	for (uint32_t i = 0; i < count; i++) {
		if (count > 1) {
			buf_addf(out, "    subgraph s%u[\"", i + 1);
			add_text(out, p[i].q->name.text);
			buf_adds(out, "\"]\n    direction TB\n");
		}
		add_picture(out, &p[i], count > 1 ? i + 1 : 0);
		if (count > 1)
			buf_adds(out, "    end\n");
	}
	for (int i = 0; i < LOOK_COUNT; i++)
		buf_addf(out, "    classDef %s fill:%s,stroke:%s,color:#111\n", looks[i].name, looks[i].fill,
		         looks[i].line);
	buf_adds(out, "    classDef rules fill:#fff,stroke:#b34f00,color:#111,text-align:left\n");
}
