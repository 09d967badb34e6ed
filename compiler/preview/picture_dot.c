/* SPDX-License-Identifier: Apache-2.0
 * The picture in the language of Graphviz: a digraph a sequence. */
#include "base/utf8.h"
#include "compiler/preview/picture.h"

enum { LABEL_WIDTH = 42 };

static const struct {
	const char *name, *shape, *fill, *line;
} looks[LOOK_COUNT] = {
#define X(NAME, class, shape, open, close, fill, line, ...) {#class, shape, fill, line},
        PICTURE_LOOKS(X)
#undef X
};

/* Within <…>: a label of HTML; lines end with <br/>. */
static void add_html(struct buf *out, struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		switch (s.p[i]) {
		case '&': buf_adds(out, "&amp;"); break;
		case '<': buf_adds(out, "&lt;"); break;
		case '>': buf_adds(out, "&gt;"); break;
		case '"': buf_adds(out, "&quot;"); break;
		case '\n': buf_adds(out, "<br/>"); break;
		default:
			if ((unsigned char)s.p[i] >= ' ')
				buf_addc(out, s.p[i]);
		}
	}
}

static void add_wrapped(struct buf *out, struct slice s)
{
	struct arena arena;
	arena_init(&arena, 0, NULL);
	add_html(out, picture_wrap(&arena, s, LABEL_WIDTH));
	arena_free(&arena);
}

static void add_quoted(struct buf *out, struct slice s)
{
	buf_addc(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			buf_addc(out, '\\');
		buf_addc(out, s.p[i]);
	}
	buf_addc(out, '"');
}

static void add_line(struct buf *out, const char *open, struct slice s, const char *close)
{
	if (!s.n)
		return;
	buf_adds(out, open);
	add_wrapped(out, s);
	buf_adds(out, close);
}

/* "email intro" with its subject below; a branch is asked in one line. */
static void add_label(struct buf *out, const struct picture_node *n)
{
	bool asks = n->look == LOOK_CHOICE || n->look == LOOK_WAIT;
	bool is_start = slice_is(n->kind, "start");
	if (asks) {
		bool bare = slice_is(n->kind, "wait");
		add_html(out, bare ? (struct slice){"", 0} : n->kind);
		add_line(out, bare ? "" : n->title.n > 24 ? "<br/>" : " ", n->title, "");
		return;
	}
	add_html(out, is_start ? (struct slice){"", 0} : n->kind);
	if (n->name.n) {
		buf_adds(out, " <b>");
		add_html(out, n->name);
		buf_adds(out, "</b>");
	}
	add_line(out, is_start ? "<b>" : "<br/>", n->title, is_start ? "</b>" : "");
	add_line(out, "<br/><font point-size=\"9\">", n->note, "</font>");
}

static void add_node(struct buf *out, const struct picture_node *n, const char *indent)
{
	buf_adds(out, indent);
	add_quoted(out, n->id);
	buf_addf(out, " [class=\"%s\", shape=%s, fillcolor=\"%s\", color=\"%s\", tooltip=", looks[n->look].name,
	         looks[n->look].shape, looks[n->look].fill, looks[n->look].line);
	add_quoted(out, n->id);
	/* Shapes with slanted sides have room of their own, or too little. */
	if (n->look == LOOK_CHOICE || n->look == LOOK_EXIT)
		buf_adds(out, ", margin=\"0,0.02\"");
	else if (n->look == LOOK_AWAY)
		buf_adds(out, ", margin=\"0.2,0.14\"");
	buf_adds(out, ", label=<");
	add_label(out, n);
	buf_adds(out, ">]\n");
}

static bool is_dashed(enum picture_line line)
{
	return line == LINE_LATE || line == LINE_BACK || line == LINE_REMIND;
}

/* The heavier, the straighter: what goes on is the trunk, what ends is aside. */
static int weight_of(const struct picture *p, const struct picture_edge *e)
{
	const struct picture_node *to = &p->nodes[e->to];
	bool ends = to->look == LOOK_EXIT || slice_is(to->kind, "finish");
	return e->line == LINE_NEXT ? 8 : is_dashed(e->line) || ends ? 1 : 4;
}

static void add_edge(struct buf *out, const struct picture *p, const struct picture_edge *e)
{
	buf_addc(out, '\t');
	add_quoted(out, p->nodes[e->from].id);
	buf_adds(out, " -> ");
	add_quoted(out, p->nodes[e->to].id);
	buf_addf(out, " [class=\"%s\", weight=%d, tooltip=\"%s\"", picture_line_words[e->line], weight_of(p, e),
	         picture_line_words[e->line]);
	if (is_dashed(e->line))
		buf_adds(out, ", style=dashed");
	if (e->condition.n || e->wait.n) {
		buf_adds(out, ", label=<");
		add_line(out, " ", e->condition, e->wait.n ? " <br/>" : " ");
		add_line(out, " <i>", e->wait, "</i> ");
		buf_addc(out, '>');
	}
	buf_adds(out, "]\n");
}

static void add_rules(struct buf *out, const struct picture *p, bool goals, const char *title)
{
	bool any = false;
	for (uint32_t i = 0; i < p->rule_count; i++) {
		const struct picture_rule *r = &p->rules[i];
		if (r->goal != goals)
			continue;
		if (!any)
			buf_addf(out, "<tr><td align=\"left\"><b>%s</b></td></tr>", title);
		any = true;
		buf_adds(out, "<tr><td align=\"left\" balign=\"left\">");
		add_wrapped(out, r->text);
		add_line(out, "<br/>then ", r->then, "");
		buf_adds(out, "</td></tr>");
	}
}

/* What ends it at any time stands beside the start, without lines. */
static void add_table(struct buf *out, const struct picture *p)
{
	if (!p->rule_count)
		return;
	buf_adds(out,
	         "\t\"at any time\" [class=\"rules\", shape=plain, style=\"\", fontsize=9.5, tooltip=\"at any time\", "
	         "label=<<table border=\"1\" cellborder=\"0\" cellspacing=\"0\" cellpadding=\"2\" color=\"#b34f00\">");
	add_rules(out, p, false, "ends at any time on");
	add_rules(out, p, true, "counts as success");
	buf_adds(out, "</table>>]\n\t{ rank=same; \"start 1\"; \"at any time\" }\n");
}

static void add_cluster(struct buf *out, const struct picture *p, uint32_t cluster)
{
	buf_addf(out,
	         "\tsubgraph \"cluster pages %u\" {\n\t\tclass=\"pages\"\n\t\tlabel=\"pages\"\n\t\tfontsize=9\n\t\t"
	         "labeljust=l\n\t\tstyle=\"rounded,dashed\"\n\t\tcolor=\"#a8487e\"\n\t\tfontcolor=\"#a8487e\"\n",
	         cluster);
	for (uint32_t i = 0; i < p->node_count; i++)
		if (p->nodes[i].cluster == cluster)
			add_node(out, &p->nodes[i], "\t\t");
	buf_adds(out, "\t}\n");
}

void picture_dot(struct buf *out, const struct picture *p, uint32_t count)
{
	for (; count--; p++) {
		buf_adds(out, "digraph ");
		add_quoted(out, p->q->name.text);
		buf_adds(out,
		         " {\n"
		         "\tgraph [rankdir=TB, bgcolor=transparent, nodesep=0.3, ranksep=0.35, "
		         "fontname=\"Helvetica,Arial,sans-serif\"]\n"
		         "\tnode [style=filled, fontname=\"Helvetica,Arial,sans-serif\", fontsize=10.5, height=0.3, "
		         "margin=\"0.14,0.07\"]\n"
		         "\tedge [fontname=\"Helvetica,Arial,sans-serif\", fontsize=9.5, color=\"#777777\", "
		         "fontcolor=\"#666666\", "
		         "arrowsize=0.7]\n");
		for (uint32_t i = 0; i < p->node_count; i++)
			if (!p->nodes[i].cluster)
				add_node(out, &p->nodes[i], "\t");
		for (uint32_t i = 1; i <= p->cluster_count; i++)
			add_cluster(out, p, i);
		add_table(out, p);
		for (uint32_t i = 0; i < p->edge_count; i++)
			add_edge(out, p, &p->edges[i]);
		buf_adds(out, "}\n");
	}
}
