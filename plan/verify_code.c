/* SPDX-License-Identifier: Apache-2.0
 * Proves the code, in four passes over it, each in order of the offsets (all jumps go forward, so one pass sees every
 * instruction after all that lead to it):
 *   1. decode: opcodes, operands, where instructions begin, which instruction each position and each step has;
 *   2. the places that records name are instructions;
 *   3. positions: their rows agree with their instructions, and their rules are free of effects;
 *   4. flow: what the stack holds (its classes), which variables are set, which kind of code it is and how many
 * messages were sent at most; first through the sequence's body, then through texts and conditions, which know from the
 * body which variables are set when a message is rendered. */
#include "plan/image_format.h"
#include "plan/plan.h"
#include "plan/record.h"
#include "plan/value.h"
#include "plan/verify.h"
#include <stdlib.h>
#include <string.h>

/* What code may be reached from. EXIT conditions see the enrollment, others (limit when, consent) do not. */
enum { IN_BODY = 1, IN_EXIT = 2, IN_CONDITION = 4, IN_TEXT = 8, IN_ANY = 15 };
/* Marks of a byte of the code. */
enum { MARK_START = 1, MARK_TARGET = 2, MARK_RULE = 4, MARK_INTERIOR = 8, MARK_VISITED = 16 };
enum { SENDS_ALL, SENDS_CHANNEL, SENDS_COUNT = SENDS_CHANNEL + CHANNEL_COUNT };

/* What is known before an instruction, whichever path led there. */
struct flow {
	uint64_t slots;              /* a bit for each variable that is set on every path */
	uint64_t classes[2];         /* of the stack: four bits a value, 0 above its top */
	uint32_t sends[SENDS_COUNT]; /* the most on any path */
	uint8_t height, kinds;
	bool reached;
};

struct verifier {
	const struct image *m;
	const uint8_t *code;
	uint32_t length;
	uint8_t *marks;    /* a byte each */
	uint32_t *flow_of; /* for each target, its place in flows */
	struct flow *flows;
	uint32_t *at_position; /* the instruction of each position, or NONE */
	uint32_t *at_step;     /* the SEND of each step, or NONE */
	struct render {
		uint64_t slots; /* variables that are set wherever a text is rendered */
		bool seen;
	} * texts;
	struct flow end;     /* the most sends of any path */
	uint8_t *field_set;  /* which fields of the contact the code sets */
	uint32_t set_fields; /* and how many */
	struct image_error *error;
};

static bool refuse(struct verifier *v, uint32_t pc, const char *reason)
{
	const struct plan_step *steps = IMAGE_ROWS(v->m, STEP, step);
	struct slice step = {NULL, 0};
	for (uint32_t i = 0; i < IMAGE_COUNT(v->m, STEP); i++)
		if (steps[i].entry != NONE && steps[i].entry <= pc && pc < steps[i].end)
			step = image_string(v->m, steps[i].name);
	const struct op_info *info = pc < v->length ? op_info(v->code[pc]) : NULL;
	return image_refuse(v->error, "%s%.*s%scode %u%s%s: %s, at byte %u", step.n ? "step " : "",
	                    (int)(step.n < 60 ? step.n : 60), step.n ? step.p : "", step.n ? ", " : "", pc,
	                    info ? " " : "", info ? info->name : "", reason, (uint32_t)(v->code - v->m->bytes) + pc);
}

/* ---- 1: decode ---- */

#define FILTER_TAKES_none                 TYPE_COUNT
#define FILTER_TAKES_number               TYPE_NUMBER
#define FILTER_TAKES_text                 TYPE_TEXT
#define FILTER_ROW_FILTER(NAME, argument) [FILTER_##NAME] = FILTER_TAKES_##argument,
#define FILTER_ROW_DEFAULT(NAME, argument)
#define FILTER_ROW_DATE(NAME, argument)
#define FILTER_ROW_NUMBER(NAME, argument)
static const uint8_t filter_argument[FILTER_COUNT] = {
#define FILTER(name, NAME, lowering, takes, argument, gives) FILTER_ROW_##lowering(NAME, argument)
#include "plan/filter.def"
#undef FILTER
};

static bool constant_is(const struct verifier *v, uint32_t index, enum plan_type type)
{
	return index < IMAGE_COUNT(v->m, CONST) && IMAGE_ROWS(v->m, CONST, constant)[index].type == type;
}

/* The argument of an instruction that wants a constant of one type, or none. */
static bool argument_good(const struct verifier *v, const struct instruction *in)
{
	switch (in->op) {
	case OP_FILTER:
		if (filter_argument[in->a] == TYPE_COUNT)
			return in->b == NONE;
		return constant_is(v, in->b, (enum plan_type)filter_argument[in->a]);
	case OP_FORMAT_DATE: return constant_is(v, in->a, TYPE_TEXT);
	case OP_FORMAT_NUMBER: return constant_is(v, in->a, TYPE_NUMBER);
	case OP_OR_DEFAULT: return constant_is(v, in->a, TYPE_TEXT);
	default: return true;
	}
}

static bool operand_good(const struct verifier *v, const struct instruction *in, enum operand kind, uint32_t value)
{
	const struct image *m = v->m;
	switch (kind) {
	case OPERAND_NONE: return true;
	case OPERAND_CONST: return in->op == OP_FILTER || value < IMAGE_COUNT(m, CONST);
	case OPERAND_FIELD: return value < IMAGE_COUNT(m, FIELD);
	case OPERAND_INPUT: return value < IMAGE_COUNT(m, INPUT);
	case OPERAND_SLOT: return value < IMAGE_COUNT(m, SLOT);
	case OPERAND_STEP: return value < IMAGE_COUNT(m, STEP);
	case OPERAND_POSITION: return value < IMAGE_COUNT(m, POSITION);
	case OPERAND_END: return value < IMAGE_COUNT(m, END);
	case OPERAND_STRING: return value < m->sections[SECTION_STRINGS].count;
	case OPERAND_FACT: return value < FACT_COUNT;
	case OPERAND_FILTER: return value < FILTER_COUNT;
	case OPERAND_BUILTIN: return value < BUILTIN_COUNT;
	case OPERAND_MINUTE: return value < 24 * 60;
	case OPERAND_DAYTIME: return value < 2 * DAYTIME_NEXT && value % DAYTIME_NEXT < 7 * 24 * 60;
	case OPERAND_JUMP: return value >= in->next && value < v->length;
	}
	return false;
}

static bool is_suspension(uint8_t op)
{
	return op_info(op)->effect == EFFECT_SUSPEND;
}

/* Remembers which instruction a position and a step have: exactly one, and at most one. */
static bool note_places(struct verifier *v, uint32_t pc, const struct instruction *in)
{
	if (in->op == OP_SET_CONTACT && !v->field_set[in->a]) {
		v->field_set[in->a] = 1;
		if (++v->set_fields > PLAN_SET_FIELDS_MAX)
			return refuse(v, pc, "over 64 fields are set");
	}
	if (!is_suspension(in->op))
		return true;
	uint32_t position = in->op == OP_SEND ? in->b : in->a;
	if (v->at_position[position] != NONE)
		return refuse(v, pc, "its position has an instruction already");
	v->at_position[position] = pc;
	if (in->op != OP_SEND)
		return true;
	if (v->at_step[in->a] != NONE)
		return refuse(v, pc, "its step is sent already");
	v->at_step[in->a] = pc;
	const struct plan_step *step = &IMAGE_ROWS(v->m, STEP, step)[in->a];
	if (step->entry == NONE || pc < step->entry || pc >= step->end)
		return refuse(v, pc, "stands outside its step");
	return true;
}

static bool decode(struct verifier *v)
{
	for (uint32_t pc = 0; pc < v->length;) {
		const struct op_info *info = op_info(v->code[pc]);
		if (!info)
			return refuse(v, pc, "no such instruction");
		if (info->length > v->length - pc)
			return refuse(v, pc, "cut off");
		struct instruction in = instruction_at(v->code, pc);
		if (!operand_good(v, &in, info->a, in.a) || !operand_good(v, &in, info->b, in.b))
			return refuse(v, pc, "an operand out of range");
		if (!argument_good(v, &in))
			return refuse(v, pc, "an argument of another type");
		v->marks[pc] |= MARK_START;
		if (info->a == OPERAND_JUMP)
			v->marks[in.a] |= MARK_TARGET;
		if (info->b == OPERAND_JUMP)
			v->marks[in.b] |= MARK_TARGET;
		if (!note_places(v, pc, &in))
			return false;
		pc = in.next;
	}
	for (uint32_t pc = 0; pc < v->length; pc++)
		if ((v->marks[pc] & MARK_TARGET) && !(v->marks[pc] & MARK_START))
			return refuse(v, pc, "a jump into an instruction");
	return true;
}

/* ---- 2: places in records ---- */

static bool check_places(struct verifier *v)
{
	for (uint32_t section = 0; section < SECTION_ID_MAX; section++) {
		const struct record_info *info = record_info(section);
		const char *row = v->m->sections[section].rows;
		for (uint32_t i = 0; info && i < v->m->sections[section].count; i++, row += info->size)
			for (uint32_t k = 0; k < info->field_count; k++) {
				uint32_t pc = record_get(row, &info->fields[k]);
				if (info->fields[k].kind == RECORD_PC && pc != NONE && !(v->marks[pc] & MARK_START))
					return image_refuse(v->error, "%s %u: %s is %u, where no instruction begins",
					                    info->name, i, info->fields[k].name, pc);
			}
	}
	return true;
}

/* ---- 3: positions ---- */

/* From the rule on there are only instructions without effect, jumping no further than the wait. */
static bool check_rule(struct verifier *v, uint32_t rule, uint32_t wait)
{
	if (rule > wait || v->marks[rule] & (MARK_RULE | MARK_INTERIOR))
		return refuse(v, rule, "a rule that does not lead to its wait");
	v->marks[rule] |= MARK_RULE;
	for (uint32_t pc = rule; pc != wait;) {
		struct instruction in = instruction_at(v->code, pc);
		const struct op_info *info = op_info(in.op);
		if (info->effect != EFFECT_PURE && info->effect != EFFECT_FLOW)
			return refuse(v, pc, "has an effect within a wait's rule");
		if (info->a == OPERAND_JUMP && in.a > wait)
			return refuse(v, pc, "leaves a wait's rule");
		pc = in.next;
		v->marks[pc] |= MARK_INTERIOR;
	}
	return true;
}

static bool check_positions(struct verifier *v)
{
	const struct plan_position *p = IMAGE_ROWS(v->m, POSITION, position);
	for (uint32_t i = 0; i < IMAGE_COUNT(v->m, POSITION); i++) {
		uint32_t pc = v->at_position[i];
		if (pc == NONE)
			return image_refuse(v->error, "position %u has no instruction", i);
		struct instruction in = instruction_at(v->code, pc);
		uint32_t kind = in.op == OP_SEND   ? POSITION_MESSAGE
		                : in.op == OP_WAIT ? POSITION_WAIT
		                                   : POSITION_WAIT_UNTIL;
		if (p[i].kind != kind || p[i].resume != in.next)
			return refuse(v, pc, "its position has another kind, or goes on elsewhere");
		if (in.op == OP_SEND ? p[i].step != in.a : !check_rule(v, p[i].rule, pc))
			return in.op == OP_SEND ? refuse(v, pc, "its position has another step") : false;
	}
	return true;
}

/* ---- 4: flow ---- */

static char class_of(uint32_t type)
{
	switch ((enum plan_type)type) {
	case TYPE_NUMBER: return 'n';
	case TYPE_YES_NO: return 'y';
	case TYPE_DATE: return 'd';
	case TYPE_MOMENT: return 'm';
	case TYPE_DURATION: return 'u';
	case TYPE_TEXT:
	case TYPE_ZONE:
	case TYPE_EMAIL:
	case TYPE_PHONE:
	case TYPE_URL:
	case TYPE_ONE_OF:
	case TYPE_COUNT: break;
	}
	return 't';
}

static const char class_letters[] = "?tnydmu";

static char operand_class(const struct verifier *v, const struct instruction *in)
{
	switch (op_info(in->op)->a) {
	case OPERAND_CONST: return class_of(IMAGE_ROWS(v->m, CONST, constant)[in->a].type);
	case OPERAND_FIELD: return class_of(IMAGE_ROWS(v->m, FIELD, field)[in->a].type);
	case OPERAND_INPUT: return class_of(IMAGE_ROWS(v->m, INPUT, input)[in->a].type);
	case OPERAND_SLOT: return class_of(IMAGE_ROWS(v->m, SLOT, slot)[in->a].type);
	default: return '?';
	}
}

static void push(struct flow *f, char class)
{
	uint64_t number = (uint64_t)(strchr(class_letters, class) - class_letters);
	f->classes[f->height / 16] |= number << (f->height % 16 * 4);
	f->height++;
}

static char pop(struct flow *f)
{
	f->height--;
	uint64_t *half = &f->classes[f->height / 16];
	unsigned shift = f->height % 16 * 4;
	char class = class_letters[*half >> shift & 15];
	*half &= ~(UINT64_C(15) << shift);
	return class;
}

/* Applies "pops>pushes" to the stack. */
static bool apply_stack(struct verifier *v, uint32_t pc, const struct instruction *in, struct flow *f)
{
	const char *shape = op_info(in->op)->stack, *arrow = strchr(shape, '>');
	if (f->height < arrow - shape)
		return refuse(v, pc, "takes more than the stack holds");
	char same = 0;
	for (const char *want = arrow; want-- > shape;) {
		char class = pop(f);
		if (*want == 'A')
			same = class;
		else if (*want == 'a' ? same && class != same : class != (*want == 'x' ? operand_class(v, in) : *want))
			return refuse(v, pc, "takes a value of another type");
		if (in->op == OP_FORMAT_DATE && class != 'd' && class != 'm')
			return refuse(v, pc, "takes a date or a moment");
	}
	for (const char *gives = arrow + 1; *gives; gives++) {
		if (f->height == PLAN_STACK_MAX)
			return refuse(v, pc, "holds over 32 values");
		push(f, *gives == 'x' ? operand_class(v, in) : *gives);
	}
	return true;
}

/* Where an instruction may stand. */
static uint8_t allowed_kinds(uint8_t op)
{
	switch (op) {
	case OP_RETURN: return IN_EXIT | IN_CONDITION;
	case OP_DONE:
	case OP_TO_TEXT:
	case OP_FILTER:
	case OP_FORMAT_DATE:
	case OP_FORMAT_NUMBER:
	case OP_BUILTIN: return IN_TEXT;
	case OP_FACT:
	case OP_SLOT:
	case OP_BASE: return IN_BODY | IN_EXIT | IN_TEXT;
	default: break;
	}
	switch (op_info(op)->effect) {
	case EFFECT_PURE:
	case EFFECT_FLOW: return IN_ANY;
	case EFFECT_TEXT: return IN_TEXT;
	case EFFECT_STATE:
	case EFFECT_EFFECT:
	case EFFECT_SUSPEND:
	case EFFECT_RETURN: break;
	}
	return IN_BODY;
}

/* A text of this message is rendered with these variables set. */
static void note_render(struct verifier *v, uint32_t text, uint64_t slots)
{
	if (text == NONE)
		return;
	struct render *r = &v->texts[text];
	r->slots = r->seen ? r->slots & slots : slots;
	r->seen = true;
}

static void most_sends(struct flow *to, const struct flow *from)
{
	for (uint32_t i = 0; i < SENDS_COUNT; i++)
		if (from->sends[i] > to->sends[i])
			to->sends[i] = from->sends[i];
}

static void apply_send(struct verifier *v, uint32_t step, struct flow *f)
{
	const struct plan_step *s = &IMAGE_ROWS(v->m, STEP, step)[step];
	const struct plan_message *message = &IMAGE_ROWS(v->m, MESSAGE, message)[s->message];
	f->sends[SENDS_ALL]++;
	f->sends[SENDS_CHANNEL + message->channel]++;
	note_render(v, message->subject, f->slots);
	note_render(v, message->body, f->slots);
}

static bool apply(struct verifier *v, uint32_t pc, const struct instruction *in, struct flow *f)
{
	if ((v->marks[pc] & MARK_RULE) && f->height)
		return refuse(v, pc, "the stack is not empty where a rule begins");
	if (f->kinds & ~allowed_kinds(in->op))
		return refuse(v, pc, "does not belong in this kind of code");
	if (in->op == OP_SLOT && !(f->slots >> in->a & 1))
		return refuse(v, pc, "reads a variable that may not be set");
	if (!apply_stack(v, pc, in, f))
		return false;
	bool rests = is_suspension(in->op);
	if ((rests || in->op == OP_END || in->op == OP_RETURN || in->op == OP_DONE) && f->height)
		return refuse(v, pc, "leaves values on the stack");
	if (in->op == OP_STORE)
		f->slots |= UINT64_C(1) << in->a;
	if (in->op == OP_SEND)
		apply_send(v, in->a, f);
	if (in->op == OP_END)
		most_sends(&v->end, f);
	return true;
}

/* What is known at a target, when one more path leads there. */
static bool join(struct verifier *v, uint32_t target, const struct flow *f)
{
	struct flow *known = &v->flows[v->flow_of[target]];
	if (!known->reached) {
		*known = *f;
		return true;
	}
	if (known->height != f->height || memcmp(known->classes, f->classes, sizeof f->classes) != 0)
		return refuse(v, target, "paths meet with different values on the stack");
	known->slots &= f->slots;
	known->kinds |= f->kinds;
	most_sends(known, f);
	return true;
}

/* A jump into the middle of a rule is only for the rule itself. */
static bool jump(struct verifier *v, uint32_t pc, uint32_t target, const struct flow *f)
{
	bool inside = (v->marks[pc] & (MARK_RULE | MARK_INTERIOR)) && !is_suspension(v->code[pc]);
	if ((v->marks[target] & MARK_INTERIOR) && !inside)
		return refuse(v, pc, "jumps into a wait's rule");
	return join(v, target, f);
}

/* One pass from the entries whose flows are marked as reached. */
static bool run_flow(struct verifier *v)
{
	struct flow f = {.reached = false};
	for (uint32_t pc = 0; pc < v->length;) {
		struct instruction in = instruction_at(v->code, pc);
		if (v->marks[pc] & MARK_TARGET) {
			struct flow *known = &v->flows[v->flow_of[pc]];
			if (f.reached && !join(v, pc, &f))
				return false;
			f = *known;
			known->reached = false;
		}
		if (f.reached) {
			v->marks[pc] |= MARK_VISITED;
			if (!apply(v, pc, &in, &f))
				return false;
			const struct op_info *info = op_info(in.op);
			if ((info->a == OPERAND_JUMP && !jump(v, pc, in.a, &f)) ||
			    (info->b == OPERAND_JUMP && !jump(v, pc, in.b, &f)))
				return false;
			if (in.op == OP_JUMP || in.op == OP_END || in.op == OP_RETURN || in.op == OP_DONE)
				f.reached = false;
			else if (in.next == v->length)
				return refuse(v, pc, "goes on behind the end of the code");
		}
		pc = in.next;
	}
	return true;
}

static bool enter(struct verifier *v, uint32_t pc, uint8_t kind, uint64_t slots)
{
	struct flow f = {.slots = slots, .kinds = kind, .reached = true};
	return pc == NONE || join(v, pc, &f);
}

/* Entries are marked as targets first, so that each has its place in flows. */
static bool make_flows(struct verifier *v)
{
	for (uint32_t section = 0; section < SECTION_ID_MAX; section++) {
		const struct record_info *info = record_info(section);
		const char *row = v->m->sections[section].rows;
		for (uint32_t i = 0; info && i < v->m->sections[section].count; i++, row += info->size)
			for (uint32_t k = 0; k < info->field_count; k++)
				if (info->fields[k].kind == RECORD_PC && record_get(row, &info->fields[k]) != NONE)
					v->marks[record_get(row, &info->fields[k])] |= MARK_TARGET;
	}
	uint32_t targets = 0;
	for (uint32_t pc = 0; pc < v->length; pc++)
		if (v->marks[pc] & MARK_TARGET)
			v->flow_of[pc] = targets++;
	v->flows = calloc(targets + 1, sizeof *v->flows);
	return v->flows || image_refuse(v->error, "out of memory");
}

static bool enter_rest(struct verifier *v)
{
	const struct image *m = v->m;
	const struct plan_exit *exits = IMAGE_ROWS(m, EXIT, exit);
	for (uint32_t i = 0; i < IMAGE_COUNT(m, EXIT); i++)
		if (!enter(v, exits[i].when, IN_EXIT, 0))
			return false;
	const struct plan_limit *limits = IMAGE_ROWS(m, LIMIT, limit);
	for (uint32_t i = 0; i < IMAGE_COUNT(m, LIMIT); i++)
		if (!enter(v, limits[i].when, IN_CONDITION, 0))
			return false;
	const struct plan_mailbox *mailboxes = IMAGE_ROWS(m, MAILBOX, mailbox);
	for (uint32_t i = 0; i < IMAGE_COUNT(m, MAILBOX); i++)
		if (!enter(v, mailboxes[i].consent, IN_CONDITION, 0))
			return false;
	const struct plan_text_locale *texts = IMAGE_ROWS(m, TEXT_LOCALE, text_locale);
	for (uint32_t i = 0; i < IMAGE_COUNT(m, TEXT_LOCALE); i++)
		if (!enter(v, texts[i].entry, IN_TEXT, v->texts[i / IMAGE_COUNT(m, LOCALE)].slots))
			return false;
	return true;
}

static bool check_promises(struct verifier *v)
{
	const struct plan_promise *p = IMAGE_ROWS(v->m, PROMISE, promise);
	for (uint32_t i = 0; i < IMAGE_COUNT(v->m, PROMISE); i++) {
		uint32_t most = v->end.sends[SENDS_ALL];
		if (p[i].what == LIMIT_FOLLOWUPS)
			most -= most > 0;
		else if (p[i].what != LIMIT_MESSAGES)
			most = v->end.sends[SENDS_CHANNEL + p[i].what - LIMIT_EMAIL];
		if (most > p[i].count && (p[i].count == 0 || (p[i].period_days == 0 && !IMAGE_COUNT(v->m, LIMIT))))
			return image_refuse(v->error, "promise %u: at most %u, but a path sends %u", i, p[i].count,
			                    most);
	}
	return true;
}

static bool check_flow(struct verifier *v)
{
	if (!make_flows(v))
		return false;
	if (v->m->kind == IMAGE_PLAN) {
		const struct plan_sequence *sequence = IMAGE_ROWS(v->m, SEQUENCE, sequence);
		note_render(v, sequence->unsubscribe_text, 0); /* it stands below every message */
		if (!enter(v, sequence->entry, IN_BODY, 0) || !run_flow(v))
			return false;
	}
	if (!enter_rest(v) || !run_flow(v))
		return false;
	for (uint32_t pc = 0; pc < v->length; pc++)
		if ((v->marks[pc] & (MARK_START | MARK_VISITED)) == MARK_START)
			return refuse(v, pc, "nothing leads here");
	return check_promises(v);
}

bool verify_code(const struct image *m, struct image_error *error)
{
	struct verifier v = {.m = m,
	                     .code = m->sections[SECTION_CODE].rows,
	                     .length = m->sections[SECTION_CODE].count,
	                     .error = error};
	uint32_t positions = IMAGE_COUNT(m, POSITION), steps = IMAGE_COUNT(m, STEP), texts = IMAGE_COUNT(m, TEXT);
	v.marks = calloc(v.length + 1, 1);
	v.flow_of = calloc(v.length + 1, sizeof *v.flow_of);
	v.at_position = malloc((positions + 1) * sizeof *v.at_position);
	v.at_step = malloc((steps + 1) * sizeof *v.at_step);
	v.texts = calloc(texts + 1, sizeof *v.texts);
	v.field_set = calloc(IMAGE_COUNT(m, FIELD) + 1, 1);
	bool good = v.marks && v.flow_of && v.at_position && v.at_step && v.texts && v.field_set;
	if (good) {
		memset(v.at_position, 0xFF, positions * sizeof *v.at_position);
		memset(v.at_step, 0xFF, steps * sizeof *v.at_step);
		good = decode(&v) && check_places(&v) && check_positions(&v) && check_flow(&v);
	} else {
		image_refuse(error, "out of memory");
	}
	free(v.marks);
	free(v.flow_of);
	free(v.flows);
	free(v.at_position);
	free(v.at_step);
	free(v.texts);
	free(v.field_set);
	return good;
}
