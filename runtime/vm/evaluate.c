/* SPDX-License-Identifier: Apache-2.0
 * The interpreter: one switch over every opcode, without a default, so that a new row of opcode.def does not compile
 * until it has its case. Below it begin the conditions; above it stand the instructions that only compute. */
#include "runtime/vm/machine.h"

/* Bytes of each instruction, operands included. */
static const uint8_t lengths[OPCODE_LIMIT] = {
#define OP(number, NAME, a, b, stack, effect, contract)                                                                \
	[OP_##NAME] = 1 + OPERAND_BYTES(OPERAND_##a) + OPERAND_BYTES(OPERAND_##b),
#include "plan/opcode.def"
#undef OP
};

/* ---- values ---- */

static struct value constant(const struct machine *m, uint32_t index)
{
	const struct plan_constant *c = &IMAGE_ROWS(m->image, CONST, constant)[index];
	if (c->text != NONE)
		return value_text((enum plan_type)c->type, image_string(m->image, c->text));
	return (struct value){.set = 1, .type = (uint8_t)c->type, .unit = (uint8_t)c->unit, .u.i = c->value};
}

/* What a contact or an enrollment brought, if it is of the plan's type; else the default. */
static struct value typed(const struct machine *m, struct value v, uint32_t type, uint32_t fallback)
{
	bool fits = v.type == type || (type_is_text((enum plan_type)type) && type_is_text((enum plan_type)v.type));
	if (v.set && fits)
		return v;
	return fallback == NONE ? ABSENT : constant(m, fallback);
}

static void op_contact(struct machine *m, uint32_t field)
{
	const struct plan_field *row = &IMAGE_ROWS(m->image, FIELD, field)[field];
	struct value v = m->view->fields ? m->view->fields[field] : ABSENT;
	/* What this wake-up has set is what the contact has. */
	for (uint32_t i = 0; m->effects && i < m->effects->count; i++)
		if (m->effects->items[i].kind == VM_SET_CONTACT && m->effects->items[i].index == field)
			v = m->effects->items[i].value;
	push(m, typed(m, v, row->type, row->fallback));
}

static void op_input(struct machine *m, uint32_t input)
{
	const struct plan_input *row = &IMAGE_ROWS(m->image, INPUT, input)[input];
	push(m, typed(m, m->view->inputs ? m->view->inputs[input] : ABSENT, row->type, row->fallback));
}

static void op_slot(struct machine *m, uint32_t slot)
{
	const struct plan_slot *row = &IMAGE_ROWS(m->image, SLOT, slot)[slot];
	bool there = m->state && slot < m->state->slot_count;
	push(m, typed(m, there ? m->state->slots[slot] : ABSENT, row->type, NONE));
}

static void op_fact(struct machine *m, uint32_t step, uint32_t fact)
{
	bool there = m->state && step < m->state->fact_count;
	push_int(m, TYPE_YES_NO, there && (m->state->facts[step] >> fact & 1));
}

static void op_base(struct machine *m)
{
	push_int(m, TYPE_MOMENT, m->state ? m->state->base_us : m->now_us);
}

/* ---- yes or no: absent counts as no (rule 11) ---- */

static bool pop_yes(struct machine *m)
{
	struct value v = pop(m);
	return v.set && v.u.i;
}

static void op_not(struct machine *m)
{
	push_int(m, TYPE_YES_NO, !pop_yes(m));
}

static void op_and(struct machine *m)
{
	bool right = pop_yes(m), left = pop_yes(m);
	push_int(m, TYPE_YES_NO, left && right);
}

static void op_or(struct machine *m)
{
	bool right = pop_yes(m), left = pop_yes(m);
	push_int(m, TYPE_YES_NO, left || right);
}

/* A duration as time on a calendar without clock changes; a month is 30 days. */
static int64_t duration_length(struct value v)
{
	static const int64_t unit_us[UNIT_COUNT] = {1, US_PER_DAY, US_PER_DAY, 30 * US_PER_DAY};
	int64_t length, unit = v.unit < UNIT_COUNT ? unit_us[v.unit] : 1;
	return __builtin_mul_overflow(v.u.i, unit, &length) ? (v.u.i < 0 ? INT64_MIN : INT64_MAX) : length;
}

/* Pops two; false if one is absent, else *order is as of memcmp. */
static bool pop_order(struct machine *m, int *order)
{
	struct value right = pop(m), left = pop(m);
	if (!left.set || !right.set)
		return false;
	if (type_is_text((enum plan_type)left.type)) {
		*order = slice_cmp(value_slice(left), value_slice(right));
		return true;
	}
	int64_t a = left.type == TYPE_DURATION ? duration_length(left) : left.u.i;
	int64_t b = right.type == TYPE_DURATION ? duration_length(right) : right.u.i;
	*order = (a > b) - (a < b);
	return true;
}

static void op_eq(struct machine *m)
{
	int order;
	bool both = pop_order(m, &order);
	push_int(m, TYPE_YES_NO, both && order == 0);
}

static void op_lt(struct machine *m)
{
	int order;
	bool both = pop_order(m, &order);
	push_int(m, TYPE_YES_NO, both && order < 0);
}

static void op_le(struct machine *m)
{
	int order;
	bool both = pop_order(m, &order);
	push_int(m, TYPE_YES_NO, both && order <= 0);
}

static char ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static bool matches_at(const char *hay, struct slice needle)
{
	for (size_t i = 0; i < needle.n; i++)
		if (ascii_lower(hay[i]) != ascii_lower(needle.p[i]))
			return false;
	return true;
}

static void op_contains(struct machine *m)
{
	struct slice needle = value_slice(pop(m)), hay = value_slice(pop(m));
	bool found = false;
	for (size_t i = 0; needle.n && needle.n <= hay.n && i <= hay.n - needle.n && !found; i++)
		found = matches_at(hay.p + i, needle);
	push_int(m, TYPE_YES_NO, found);
}

static void op_is_set(struct machine *m)
{
	struct value v = pop(m);
	push_int(m, TYPE_YES_NO, v.set && (!type_is_text((enum plan_type)v.type) || v.n > 0));
}

/* ---- numbers ---- */

static void op_add(struct machine *m)
{
	struct value right = pop(m), left = pop(m);
	if (left.set && right.set)
		push_int(m, TYPE_NUMBER, add_saturating(left.u.i, right.u.i));
	else
		push(m, ABSENT);
}

static void op_sub(struct machine *m)
{
	struct value right = pop(m), left = pop(m);
	if (left.set && right.set)
		push_int(m, TYPE_NUMBER, subtract_saturating(left.u.i, right.u.i));
	else
		push(m, ABSENT);
}

static void op_negate(struct machine *m)
{
	struct value v = pop(m);
	v.u.i = v.set ? subtract_saturating(0, v.u.i) : 0;
	push(m, v);
}

static void op_or_default(struct machine *m, uint32_t text)
{
	struct value v = pop(m);
	push(m, v.set && v.n ? v : constant(m, text));
}

/* ---- the interpreter ---- */

static uint32_t operand_16(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8;
}

static uint32_t operand_32(const uint8_t *p)
{
	return operand_16(p) | operand_16(p + 2) << 16;
}

void machine_begin(struct machine *m, const struct image *image, const struct vm_view *view, int64_t now_us,
                   const struct vm_state *state)
{
	m->image = image;
	m->code = image->sections[SECTION_CODE].rows;
	m->view = view;
	m->zone = view->zone ? view->zone : tz_utc();
	m->now_us = now_us;
	m->state = state;
	m->after = NULL;
	m->effects = NULL;
	m->leaving = m->deriving = false;
	m->answer = false;
	m->result = ABSENT;
	m->text = NULL;
	m->sink = NULL;
	m->marks = view->marked == image ? view->marks : NULL;
	m->top = 0;
}

/* Every jump goes forward and only a timer goes back, so the loop ends. It is over 70 lines because it is a table: one
 * line an opcode. */
void machine_run(struct machine *m, uint32_t pc)
{
	for (;;) {
		const uint8_t *p = m->code + pc, *a = p + 1, *b = p + 3;
		uint32_t next = pc + lengths[*p];
		if (m->marks)
			m->marks[pc] |= VM_MARK_RAN;
		switch ((enum opcode) * p) {
		case OP_CONST: push(m, constant(m, operand_16(a))); break;
		case OP_CONTACT: op_contact(m, operand_16(a)); break;
		case OP_INPUT: op_input(m, operand_16(a)); break;
		case OP_SLOT: op_slot(m, operand_16(a)); break;
		case OP_STORE: op_store(m, operand_16(a)); break;
		case OP_FACT: op_fact(m, operand_16(a), operand_16(b)); break;
		case OP_TODAY: op_today(m); break;
		case OP_NOW: push_int(m, TYPE_MOMENT, m->now_us); break;
		case OP_BASE: op_base(m); break;
		case OP_NOT: op_not(m); break;
		case OP_AND: op_and(m); break;
		case OP_OR: op_or(m); break;
		case OP_EQ: op_eq(m); break;
		case OP_LT: op_lt(m); break;
		case OP_LE: op_le(m); break;
		case OP_CONTAINS: op_contains(m); break;
		case OP_IS_SET: op_is_set(m); break;
		case OP_ADD: op_add(m); break;
		case OP_SUB: op_sub(m); break;
		case OP_NEGATE: op_negate(m); break;
		case OP_SHIFT_DATE: op_shift_date(m, false); break;
		case OP_UNSHIFT_DATE: op_shift_date(m, true); break;
		case OP_SHIFT: op_shift(m, false); break;
		case OP_UNSHIFT: op_shift(m, true); break;
		case OP_DAYS_BETWEEN: op_days_between(m); break;
		case OP_MIDNIGHT: op_midnight(m); break;
		case OP_AT: op_at(m, operand_16(a)); break;
		case OP_NEXT_TIME: op_next_time(m, operand_16(a)); break;
		case OP_NEXT_DAY: op_next_day(m, operand_16(a)); break;
		case OP_JUMP: next = operand_32(a); break;
		case OP_JUMP_UNLESS:
			m->answer = pop_yes(m);
			mark(m, pc, m->answer);
			next = m->answer ? next : operand_32(a);
			break;
		case OP_SEND:
			if (op_send(m, operand_16(a), operand_16(b)))
				return;
			break;
		case OP_WAIT:
			if (op_wait(m, operand_16(a)))
				return;
			break;
		case OP_WAIT_UNTIL:
			m->wait = pc;
			if (op_wait_until(m, operand_16(a), operand_32(b), &next)) {
				mark(m, pc, true);
				return;
			}
			mark(m, pc, false);
			break;
		case OP_SET_CONTACT:
			if (op_set_contact(m, operand_16(a)))
				return;
			break;
		case OP_END: op_end(m, operand_16(a)); return;
		case OP_RETURN:
			m->answer = pop_yes(m);
			mark(m, pc, m->answer);
			m->result = (struct value){.set = 1, .type = TYPE_YES_NO, .u.i = m->answer};
			return;
		case OP_EMIT: op_emit(m, operand_16(a)); break;
		case OP_PUT: op_put(m); break;
		case OP_TO_TEXT: op_to_text(m); break;
		case OP_FILTER: op_filter(m, operand_16(a), operand_16(b)); break;
		case OP_FORMAT_DATE: op_format_date(m, operand_16(a)); break;
		case OP_FORMAT_NUMBER: op_format_number(m, operand_16(a)); break;
		case OP_BUILTIN: op_builtin(m, operand_16(a)); break;
		case OP_DONE: return;
		case OP_OR_DEFAULT:
			mark(m, pc, m->stack[m->top - 1].set && m->stack[m->top - 1].n);
			op_or_default(m, operand_16(a));
			break;
		case OP_YIELD: m->result = pop(m); return;
		case OP_QUEUE: op_queue(m, operand_16(a)); break;
		case OP_PERFORM: op_perform(m, operand_16(a)); break;
		case OP_REST:
			if (op_rest(m, operand_16(a), operand_16(b)))
				return;
			break;
		case OP_WAIT_FOR:
			if (op_wait_for(m, operand_16(a), &next))
				return;
			break;
		case OP_ROUNDS: op_rounds(m, operand_16(a)); break;
		case OP_WAIT_ROUND:
			if (op_wait_round(m, operand_16(a)))
				return;
			break;
		case OP_SUPPRESS: op_suppress(m, operand_16(a)); break;
		case OP_ORIGINAL: op_original(m, operand_16(a)); break;
		case OP_LEAVE: return;
		case OPCODE_LIMIT: return;
		}
		pc = next;
	}
}

struct value vm_value(const struct image *image, uint32_t pc, const struct vm_state *state, const struct vm_view *view,
                      int64_t now_us)
{
	struct machine m;
	machine_begin(&m, image, view, now_us, state);
	machine_run(&m, pc);
	return m.result;
}

bool vm_condition(const struct image *image, uint32_t pc, const struct vm_view *view, int64_t now_us)
{
	struct machine m;
	machine_begin(&m, image, view, now_us, NULL);
	machine_run(&m, pc);
	return m.answer;
}
