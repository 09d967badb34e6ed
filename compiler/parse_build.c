/* SPDX-License-Identifier: Apache-2.0
 * Constructors of the grammar that are more than NEW(): nodes that several rules make, and nodes that grow while
 * their tail is read. */
#include "compiler/parse_build.h"
#include "seq.h"

struct slice parse_repaired_text(const struct parse *p, struct token t)
{
	struct slice text = parse_text_at(p, t.start, t.end);
	const struct token_info *info = lex_token(t.kind);
	bool word = info->class == TOKEN_SOFT || info->class == TOKEN_RESERVED;
	return word && lex_word(text) != t.kind ? slice_of(info->spelling) : text;
}

struct ast *parse_skipped(struct parse *parse)
{
	struct ast *n = NEW(error, parse->skipped_start, .node = {0});
	n->span.end = parse->skipped_end > parse->skipped_start ? parse->skipped_end : parse->skipped_start;
	return n;
}

struct ast *parse_path(struct parse *parse, struct token first)
{
	struct ast *part = NEW(word, first.start, .name = NAME(first));
	return NEW(path, first.start, .text = NAME(first), .parts = list_of(part));
}

void parse_path_part(struct parse *parse, struct ast *n, struct token part)
{
	struct ast_path *path = AST_AS(path, PATH, n);
	ast_push(&path->parts, NEW(word, part.start, .name = NAME(part)));
	path->text.text.n = part.end - n->span.start;
	n->span.end = path->text.span.end = part.end;
}

struct ast *parse_binary(struct parse *parse, struct ast *left, struct token op, struct ast *right)
{
	struct ast_name name = {slice_of(lex_token(op.kind)->spelling), parse_span(parse, op)};
	return NEW(binary, left->span.start, .op = name, .left = left, .right = right);
}

struct ast *parse_channel(struct parse *parse, struct token kind, struct token name, struct ast_list items)
{
	return NEW(channel, kind.start, .kind = NAME(kind), .name = NAME(name), .items = items);
}

struct ast *parse_one_of(struct parse *parse, struct token one, struct ast_list options)
{
	return NEW(type, one.start, .name = CONST_NAME(one, "one_of"), .options = options);
}

struct ast *parse_limit(struct parse *parse, struct token limit, struct token count, struct token what,
                        struct ast *period, struct ast *ramp, struct ast *when)
{
	struct ast *n =
	        NEW(limit, limit.start, .count = INT(count), .what = NAME(what), .period = period, .when = when);
	if (ramp) {
		struct ast_limit *to = AST_AS(limit, LIMIT, n), *from = AST_AS(limit, LIMIT, ramp);
		to->has_ramp = true;
		to->ramp_from = from->ramp_from;
		to->ramp_to = from->ramp_to;
		to->ramp_over = from->ramp_over;
	}
	return n;
}

struct ast *parse_sequence(struct parse *parse, struct token draft, struct token sequence, struct token name,
                           struct token was, struct ast *title, struct ast_list items)
{
	uint32_t start = draft.kind ? draft.start : sequence.start;
	return NEW(sequence, start, .draft = draft.kind != 0, .name = NAME(name), .was = NAME(was), .title = title,
	           .items = items);
}

struct ast *parse_step(struct parse *parse, struct token kind, struct token name, struct token was, struct ast *module,
                       struct ast *target, struct ast_list parts)
{
	return NEW(step, kind.start, .kind = NAME(kind), .name = NAME(name), .was = NAME(was), .using = module,
	           .target = target, .parts = parts);
}

struct ast *parse_message(struct parse *parse, struct token channel, struct token name, struct token was,
                          struct ast *module, struct ast_list parts)
{
	return NEW(message, channel.start, .channel = NAME(channel), .name = NAME(name), .was = NAME(was),
	           .using = module, .parts = parts);
}

struct ast *parse_until(struct parse *parse, struct token wait, struct ast *instant, struct named named)
{
	struct ast_wait_until *n = AST_AS(wait_until, WAIT_UNTIL, instant);
	n->as = NAME(named.as);
	n->was = NAME(named.was);
	instant->span.start = wait.start;
	instant->span.end = parse->end;
	return instant;
}

void parse_otherwise(struct parse *parse, struct ast *until, struct token way, struct ast *target)
{
	struct ast_wait_until *n = AST_AS(wait_until, WAIT_UNTIL, until);
	n->otherwise = NAME(way);
	n->target = target;
	until->span.end = parse->end;
}

void parse_migration(struct parse *parse, struct ast *n, struct ast_name action, struct ast *target)
{
	struct ast_migration *m = AST_AS(migration, MIGRATION, n);
	m->action = action;
	m->target = target;
	n->span.end = parse->end;
}

void parse_migration_over(struct parse *parse, struct ast *n, struct ast_name action, struct ast *over)
{
	AST_AS(migration, MIGRATION, n)->over = over;
	parse_migration(parse, n, action, NULL);
}

void parse_trigger_after(struct parse *parse, struct ast *trigger, struct ast *step)
{
	AST_AS(trigger, TRIGGER, trigger)->after = step;
	trigger->span.end = parse->end;
}

void parse_field_required(struct parse *parse, struct ast *field)
{
	AST_AS(field, FIELD, field)->required = true;
	field->span.end = parse->end;
}

void parse_field_default(struct parse *parse, struct ast *field, struct ast *value)
{
	AST_AS(field, FIELD, field)->fallback = value;
	field->span.end = parse->end;
}

void parse_question_range(struct parse *parse, struct ast *q, struct ast *range)
{
	AST_AS(question, QUESTION, q)->range = range;
	q->span.end = parse->end;
}

void parse_question_required(struct parse *parse, struct ast *q)
{
	AST_AS(question, QUESTION, q)->required = true;
	q->span.end = parse->end;
}

void parse_question_decides(struct parse *parse, struct ast *q)
{
	AST_AS(question, QUESTION, q)->decides = true;
	q->span.end = parse->end;
}

void parse_question_when(struct parse *parse, struct ast *q, struct ast *when)
{
	AST_AS(question, QUESTION, q)->when = when;
	q->span.end = parse->end;
}

void parse_question_na(struct parse *parse, struct ast *q, struct ast *text)
{
	AST_AS(question, QUESTION, q)->na = text;
	q->span.end = parse->end;
}

void parse_question_options(struct parse *parse, struct ast *q, struct ast_list options)
{
	AST_AS(question, QUESTION, q)->options = options;
	q->span.end = parse->end;
}

void parse_hole_when(struct parse *parse, struct ast *n, struct ast_list then, struct ast_list otherwise)
{
	struct ast_hole_when *h = AST_AS(hole_when, HOLE_WHEN, n);
	h->then = then;
	h->otherwise = otherwise;
	n->span.end = parse->end;
}
