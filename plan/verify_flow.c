/* SPDX-License-Identifier: Apache-2.0
 * Every way through the code, in one pass in order of the offsets: first the sequence's body, then the blocks of exits,
 * then texts, conditions and values, which know from the body which variables are set when they run. What a repeat
 * holds counts as often as it can run. */
#include "plan/image_format.h"
#include "plan/record.h"
#include "plan/value.h"
#include "plan/verify.h"
#include "plan/verify_code.h"
#include <stdlib.h>
#include <string.h>

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
		return verify_refuse(v, pc, "takes more than the stack holds");
	char same = 0;
	for (const char *want = arrow; want-- > shape;) {
		char class = pop(f);
		if (*want == 'A')
			same = class;
		else if (*want == 'a' ? same && class != same : class != (*want == 'x' ? operand_class(v, in) : *want))
			return verify_refuse(v, pc, "takes a value of another type");
		if (in->op == OP_FORMAT_DATE && class != 'd' && class != 'm')
			return verify_refuse(v, pc, "takes a date or a moment");
	}
	for (const char *gives = arrow + 1; *gives; gives++) {
		if (f->height == PLAN_STACK_MAX)
			return verify_refuse(v, pc, "holds over 32 values");
		push(f, *gives == 'x' ? operand_class(v, in) : *gives);
	}
	return true;
}

/* Where an instruction may stand. */
static uint8_t allowed_kinds(uint8_t op)
{
	switch (op) {
	case OP_RETURN: return IN_EXIT | IN_CONDITION;
	case OP_YIELD: return IN_VALUE;
	case OP_LEAVE: return IN_LEAVE;
	case OP_DONE:
	case OP_TO_TEXT:
	case OP_FILTER:
	case OP_FORMAT_DATE:
	case OP_FORMAT_NUMBER:
	case OP_BUILTIN: return IN_TEXT;
	case OP_FACT:
	case OP_SLOT:
	case OP_BASE: return IN_ANY & ~IN_CONDITION;
	case OP_STORE:
	case OP_SET_CONTACT:
	case OP_PERFORM:
	case OP_SUPPRESS: return IN_BODY | IN_LEAVE;
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

static void note(struct known_slots *k, uint64_t slots)
{
	k->slots = k->seen ? k->slots & slots : slots;
	k->seen = true;
}

/* A text is rendered with these variables set. */
static void note_render(struct verifier *v, uint32_t text, uint64_t slots)
{
	if (text == NONE)
		return;
	note(&v->texts[text], slots);
}

static void most_asked(struct flow *to, const struct flow *from)
{
	if (from->queued > to->queued)
		to->queued = from->queued;
	if (from->effects > to->effects)
		to->effects = from->effects;
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
		return verify_refuse(v, target, "paths meet with different values on the stack");
	known->slots &= f->slots;
	known->kinds |= f->kinds;
	most_asked(known, f);
	return true;
}

/* A jump into the middle of a rule is only for the rule itself. */
static bool jump(struct verifier *v, uint32_t pc, uint32_t target, const struct flow *f)
{
	bool inside = (v->marks[pc] & (MARK_RULE | MARK_INTERIOR)) && !verify_is_suspension(v->code[pc]);
	if ((v->marks[target] & MARK_INTERIOR) && !inside)
		return verify_refuse(v, pc, "jumps into a wait's rule");
	if (!verify_may_go(v, pc, target))
		return verify_refuse(v, pc, "jumps into a repeat");
	return join(v, target, f);
}

static uint32_t times(uint32_t count, uint32_t rounds)
{
	return count > UINT32_MAX - rounds ? UINT32_MAX : count + rounds;
}

/* A step leaves in one message, whichever it is. */
static bool apply_send(struct verifier *v, uint32_t pc, const struct instruction *in, struct flow *f)
{
	const struct plan_step *s = &IMAGE_ROWS(v->m, STEP, step)[in->a];
	uint32_t rounds = verify_rounds(v, pc);
	bool holds_out = false;
	for (uint32_t i = s->message; i < s->message + s->message_count; i++) {
		const struct plan_message *message = &IMAGE_ROWS(v->m, MESSAGE, message)[i];
		holds_out |= message->hold_out;
		note_render(v, message->subject, f->slots);
		note_render(v, message->body, f->slots);
		for (uint32_t k = 0; k < message->value_count; k++)
			note_render(v, IMAGE_ROWS(v->m, VALUE, value)[message->value + k].text, f->slots);
	}
	if (in->op == OP_QUEUE) {
		f->queued = times(f->queued, rounds);
		if (f->queued > PLAN_QUEUED_MAX)
			return verify_refuse(v, pc, "over 8 messages that nothing waits for");
	}
	f->effects += in->op == OP_QUEUE || holds_out;
	return true;
}

/* The texts of a questionnaire; its conditions see only answers. */
static void note_questionnaire(struct verifier *v, uint32_t index, uint64_t slots)
{
	if (index == NONE)
		return;
	const struct plan_questionnaire *q = &IMAGE_ROWS(v->m, QUESTIONNAIRE, questionnaire)[index];
	note_render(v, q->title, slots);
	for (uint32_t i = q->question; i < q->question + q->question_count && q->question_count; i++) {
		const struct plan_question *row = &IMAGE_ROWS(v->m, QUESTION, question)[i];
		note_render(v, row->text, slots);
		note_render(v, row->na, slots);
		for (uint32_t k = 0; k < row->choice_count; k++)
			note_render(v, IMAGE_ROWS(v->m, CHOICE, choice)[row->choice + k].text, slots);
	}
}

static void apply_perform(struct verifier *v, uint32_t step, struct flow *f)
{
	uint32_t index = IMAGE_ROWS(v->m, STEP, step)[step].action;
	const struct plan_action *a = &IMAGE_ROWS(v->m, ACTION, action)[index];
	const uint32_t texts[] = {a->title, a->subject, a->body, a->button, a->url, a->satisfied, a->dissatisfied};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		note_render(v, texts[i], f->slots);
	for (uint32_t i = 0; i < a->site_count; i++)
		note_render(v, IMAGE_ROWS(v->m, SITE, site)[a->site + i].url, f->slots);
	note_questionnaire(v, a->questionnaire, f->slots);
	note(&v->actions[index], f->slots);
	f->effects++;
}

/* The arms of a `wait for` begin where it rests, with nothing on the stack. */
static bool apply_wait_for(struct verifier *v, uint32_t pc, uint32_t position, const struct flow *f)
{
	const struct plan_position *p = &IMAGE_ROWS(v->m, POSITION, position)[position];
	for (uint32_t i = p->arm; i < p->arm + p->arm_count; i++) {
		uint32_t entry = IMAGE_ROWS(v->m, ARM, arm)[i].entry;
		if (entry <= pc)
			return verify_refuse(v, pc, "an arm that lies before it");
		note(&v->arms[i], f->slots);
		if (!jump(v, pc, entry, f))
			return false;
	}
	return true;
}

/* What rested asks anew; a moment that is past, and a hold-out, go on without a rest. */
static bool apply_rest(struct verifier *v, uint32_t pc, const struct instruction *in, struct flow *f)
{
	uint32_t position = op_info(in->op)->b == OPERAND_POSITION ? in->b : in->a;
	const struct plan_step *step = in->op == OP_SEND ? &IMAGE_ROWS(v->m, STEP, step)[in->a] : NULL;
	bool passes = step && (step->pick == PICK_VARIANT || step->reminds != NONE);
	note(&v->positions[position], f->slots);
	if (in->op == OP_WAIT_UNTIL && !jump(v, pc, in->b, f))
		return false;
	if (!passes)
		f->effects = 0;
	return in->op != OP_WAIT_FOR || apply_wait_for(v, pc, position, f);
}

static bool is_set_by_code(const struct verifier *v, uint32_t slot)
{
	uint32_t kind = IMAGE_ROWS(v->m, SLOT, slot)[slot].kind;
	return kind == SLOT_VARIABLE || kind == SLOT_MOMENT || kind == SLOT_ROUNDS;
}

static bool apply(struct verifier *v, uint32_t pc, const struct instruction *in, struct flow *f)
{
	if ((v->marks[pc] & MARK_RULE) && f->height)
		return verify_refuse(v, pc, "the stack is not empty where a rule begins");
	if (f->kinds & ~allowed_kinds(in->op))
		return verify_refuse(v, pc, "does not belong in this kind of code");
	if (in->op == OP_SLOT && is_set_by_code(v, in->a) && !(f->slots >> in->a & 1))
		return verify_refuse(v, pc, "reads a variable that may not be set");
	if (!apply_stack(v, pc, in, f))
		return false;
	const struct op_info *info = op_info(in->op);
	if ((info->effect == EFFECT_SUSPEND || info->effect == EFFECT_RETURN || in->op == OP_END) && f->height)
		return verify_refuse(v, pc, "leaves values on the stack");
	if (in->op == OP_STORE || in->op == OP_ROUNDS)
		f->slots |= UINT64_C(1) << in->a;
	if ((in->op == OP_SEND || in->op == OP_QUEUE) && !apply_send(v, pc, in, f))
		return false;
	if (in->op == OP_PERFORM)
		apply_perform(v, in->a, f);
	f->effects += in->op == OP_SUPPRESS;
	if (f->effects > PLAN_EFFECTS_MAX)
		return verify_refuse(v, pc, "over 32 things are asked of the world without a rest");
	if (info->effect == EFFECT_SUSPEND)
		return apply_rest(v, pc, in, f);
	return true;
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
			if (info->a == OPERAND_JUMP && !jump(v, pc, in.a, &f))
				return false;
			if (in.op == OP_JUMP || in.op == OP_END || info->effect == EFFECT_RETURN || in.op == OP_DONE)
				f.reached = false;
			else if (in.next == v->length)
				return verify_refuse(v, pc, "goes on behind the end of the code");
		}
		pc = in.next;
	}
	return true;
}

static bool enter(struct verifier *v, uint32_t pc, uint8_t kind, uint64_t slots)
{
	struct flow f = {.slots = slots, .kinds = kind, .reached = true};
	if (pc != NONE && !verify_may_go(v, NONE, pc))
		return verify_refuse(v, pc, "an entry into a repeat");
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

#define ENTER_ROWS(NAME, name, field, kind, known)                                                                     \
	for (uint32_t i = 0; i < IMAGE_COUNT(v->m, NAME); i++)                                                         \
		if (!enter(v, IMAGE_ROWS(v->m, NAME, name)[i].field, kind, known))                                     \
			return false;

/* Blocks of exits come before what they ask for. */
static bool enter_blocks(struct verifier *v)
{
	ENTER_ROWS(EXIT, exit, body, IN_LEAVE, 0)
	return true;
}

static bool enter_pairs(struct verifier *v)
{
	const struct plan_action *a = IMAGE_ROWS(v->m, ACTION, action);
	for (uint32_t i = 0; i < IMAGE_COUNT(v->m, ACTION); i++) {
		if (!enter(v, a[i].is_satisfied, IN_EXIT, v->actions[i].slots))
			return false;
		for (uint32_t k = 0; k < a[i].pair_count; k++)
			if (!enter(v, IMAGE_ROWS(v->m, PAIR, pair)[a[i].pair + k].value, IN_VALUE, v->actions[i].slots))
				return false;
	}
	return true;
}

static bool enter_rest(struct verifier *v)
{
	const struct image *m = v->m;
	ENTER_ROWS(EXIT, exit, when, IN_EXIT, 0)
	ENTER_ROWS(ARM, arm, when, IN_EXIT, v->arms[i].slots)
	ENTER_ROWS(POSITION, position, until, IN_EXIT, v->positions[i].slots)
	ENTER_ROWS(START, start, when, IN_EXIT, 0)
	ENTER_ROWS(START, start, moment, IN_VALUE, 0)
	ENTER_ROWS(MIGRATION, migration, value, IN_VALUE, 0)
	ENTER_ROWS(QUESTION, question, when, IN_EXIT, 0)
	ENTER_ROWS(QUESTIONNAIRE, questionnaire, satisfied, IN_EXIT, 0)
	ENTER_ROWS(PROBE, probe, when, IN_EXIT, UINT64_MAX) /* what is not set yet is absent */
	ENTER_ROWS(LIMIT, limit, when, IN_CONDITION, 0)
	ENTER_ROWS(MAILBOX, mailbox, consent, IN_CONDITION, 0)
	if (!enter_pairs(v))
		return false;
	const struct plan_text_locale *texts = IMAGE_ROWS(m, TEXT_LOCALE, text_locale);
	for (uint32_t i = 0; i < IMAGE_COUNT(m, TEXT_LOCALE); i++)
		if (!enter(v, texts[i].entry, IN_TEXT, v->texts[i / IMAGE_COUNT(m, LOCALE)].slots))
			return false;
	return true;
}

bool verify_flow(struct verifier *v)
{
	if (!make_flows(v))
		return false;
	if (v->m->kind == IMAGE_PLAN) {
		const struct plan_sequence *sequence = IMAGE_ROWS(v->m, SEQUENCE, sequence);
		note_render(v, sequence->unsubscribe_text, 0); /* it stands below every message */
		if (!enter(v, sequence->entry, IN_BODY, 0) || !run_flow(v) || !enter_blocks(v) || !run_flow(v))
			return false;
	}
	if (!enter_rest(v) || !run_flow(v))
		return false;
	for (uint32_t pc = 0; pc < v->length; pc++)
		if ((v->marks[pc] & (MARK_START | MARK_VISITED)) == MARK_START)
			return verify_refuse(v, pc, "nothing leads here");
	return true;
}
