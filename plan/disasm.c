/* SPDX-License-Identifier: Apache-2.0
 * A plan or policy for people: every section's rows with names in place of numbers, then the code, an instruction a
 * line. Works on any image that image_open took, verified or not: a number that leads nowhere is printed as one. */
#include "base/civil.h"
#include "plan/plan.h"
#include "plan/record.h"
#include "plan/value.h"
#include <inttypes.h>

#define FILTER_NAMED_FILTER(name, NAME) [FILTER_##NAME] = name,
#define FILTER_NAMED_DEFAULT(name, NAME)
#define FILTER_NAMED_DATE(name, NAME)
#define FILTER_NAMED_NUMBER(name, NAME)
static const char *const filter_names[FILTER_COUNT] = {
#define FILTER(name, NAME, lowering, takes, argument, gives) FILTER_NAMED_##lowering(name, NAME)
#include "plan/filter.def"
#undef FILTER
};

static void print_string(struct buf *out, const struct image *m, uint32_t index)
{
	if (index >= m->sections[SECTION_STRINGS].count)
		buf_addf(out, "string %" PRIu32, index);
	else
		buf_add_json(out, image_string(m, index));
}

/* A row of a section: its name where the row begins with one, else the section and the number. */
static void print_row(struct buf *out, const struct image *m, uint32_t section, uint32_t index)
{
	const struct record_info *info = record_info(section);
	uint32_t name = NONE;
	if (info && index < m->sections[section].count && info->fields[0].kind == RECORD_STR)
		name = record_get((const char *)m->sections[section].rows + (size_t)index * info->size,
		                  &info->fields[0]);
	if (name < m->sections[SECTION_STRINGS].count)
		buf_add_slice(out, image_string(m, name));
	else
		buf_addf(out, "%s %" PRIu32, section_name(section), index);
}

static void print_constant(struct buf *out, const struct image *m, uint32_t index)
{
	if (index >= IMAGE_COUNT(m, CONST)) {
		buf_addf(out, "constant %" PRIu32, index);
		return;
	}
	const struct plan_constant *c = &IMAGE_ROWS(m, CONST, constant)[index];
	struct value v = value_int((enum plan_type)c->type, c->value);
	v.unit = (uint8_t)c->unit;
	if (type_is_text((enum plan_type)c->type))
		print_string(out, m, c->text);
	else
		value_write(out, v);
}

static void print_name(struct buf *out, const char *const names[], uint32_t count, uint32_t index)
{
	if (index < count)
		buf_adds(out, names[index]);
	else
		buf_addf(out, "%" PRIu32, index);
}

static void print_time(struct buf *out, uint32_t minute)
{
	buf_addf(out, "%02" PRIu32 ":%02" PRIu32, minute / 60, minute % 60);
}

static void print_operand(struct buf *out, const struct image *m, enum operand kind, uint32_t v)
{
	if (kind == OPERAND_NONE || v == NONE)
		return;
	buf_addc(out, ' ');
	switch (kind) {
	case OPERAND_NONE: break;
	case OPERAND_CONST: print_constant(out, m, v); break;
	case OPERAND_FIELD:
		buf_adds(out, "contact.");
		print_row(out, m, SECTION_FIELD, v);
		break;
	case OPERAND_INPUT:
		buf_adds(out, "input.");
		print_row(out, m, SECTION_INPUT, v);
		break;
	case OPERAND_SLOT: print_row(out, m, SECTION_SLOT, v); break;
	case OPERAND_STEP: print_row(out, m, SECTION_STEP, v); break;
	case OPERAND_POSITION:
		buf_adds(out, "at \"");
		print_row(out, m, SECTION_POSITION, v);
		buf_addc(out, '"');
		break;
	case OPERAND_END: buf_addf(out, "end %" PRIu32, v); break;
	case OPERAND_STRING: print_string(out, m, v); break;
	case OPERAND_FACT:
		buf_addc(out, '.');
		print_name(out, words_FACT, FACT_COUNT, v);
		break;
	case OPERAND_FILTER: print_name(out, filter_names, FILTER_COUNT, v); break;
	case OPERAND_BUILTIN: print_name(out, words_BUILTIN, BUILTIN_COUNT, v); break;
	case OPERAND_MINUTE: print_time(out, v); break;
	case OPERAND_DAYTIME:
		buf_addf(out, "%s%s ", v >= DAYTIME_NEXT ? "next " : "",
		         civil_weekday_words[v % DAYTIME_NEXT / 1440 % 7]);
		print_time(out, v % DAYTIME_NEXT % 1440);
		break;
	case OPERAND_PURPOSE: print_name(out, words_PURPOSE, PURPOSE_COUNT, v); break;
	case OPERAND_JUMP: buf_addf(out, "-> %" PRIu32, v); break;
	}
}

static void print_code(struct buf *out, const struct image *m)
{
	const uint8_t *code = m->sections[SECTION_CODE].rows;
	uint32_t length = m->sections[SECTION_CODE].count, last_line = 0;
	struct slice last_file = {NULL, 0};
	buf_addf(out, "code %" PRIu32 " bytes\n", length);
	for (uint32_t pc = 0; pc < length;) {
		const struct op_info *info = op_info(code[pc]);
		if (!info || info->length > length - pc) {
			buf_addf(out, "  %5" PRIu32 "  no such instruction\n", pc);
			return;
		}
		struct instruction in = instruction_at(code, pc);
		buf_addf(out, "  %5" PRIu32 "  %s", pc, info->name);
		print_operand(out, m, info->a, in.a);
		print_operand(out, m, info->b, in.b);
		struct slice file;
		uint32_t line;
		if (image_source(m, pc, &file, &line) && (line != last_line || !slice_eq(file, last_file))) {
			buf_addf(out, "    # %.*s:%" PRIu32, SLICE_ARG(file), line);
			last_line = line;
			last_file = file;
		}
		buf_addc(out, '\n');
		pc = in.next;
	}
}

static void print_number(struct buf *out, const struct record_field *f, uint32_t v)
{
	const char *between = "";
	switch (f->display) {
	case DISPLAY_NUMBER: buf_addf(out, "%" PRIu32, v); break;
	case DISPLAY_DATE: value_write(out, value_int(TYPE_DATE, (int32_t)v)); break;
	case DISPLAY_TIME: print_time(out, v); break;
	case DISPLAY_WEEKDAYS:
		for (int day = 0; day < 7; day++) {
			if (!(v >> day & 1))
				continue;
			buf_addf(out, "%s%s", between, civil_weekday_words[day]);
			between = ",";
		}
		break;
	}
}

static void print_field(struct buf *out, const struct image *m, const struct record_field *f, const char *row)
{
	uint32_t v = record_get(row, f);
	if (v == NONE && f->kind != RECORD_I64)
		return;
	buf_addf(out, " %s=", f->name);
	switch (f->kind) {
	case RECORD_STR: print_string(out, m, v); break;
	case RECORD_TEXT:
	case RECORD_REF:
		if (f->ref == SECTION_CONST)
			print_constant(out, m, v);
		else
			print_row(out, m, f->ref, v);
		break;
	case RECORD_I64: buf_addf(out, "%" PRId64, *(const int64_t *)(const void *)(row + f->offset)); break;
	case RECORD_ENUM: print_name(out, f->words, f->limit, v); break;
	case RECORD_U32: print_number(out, f, v); break;
	case RECORD_PC:
	case RECORD_COUNT: buf_addf(out, "%" PRIu32, v); break;
	}
}

static void print_section(struct buf *out, const struct image *m, uint32_t section)
{
	const struct record_info *info = record_info(section);
	const char *row = m->sections[section].rows;
	for (uint32_t i = 0; i < m->sections[section].count; i++, row += info->size) {
		buf_addf(out, "%s %" PRIu32, info->name, i);
		if (section == SECTION_CONST) {
			const struct plan_constant *c = (const void *)row;
			buf_adds(out, " type=");
			print_name(out, words_TYPE, TYPE_COUNT, c->type);
			buf_adds(out, " value=");
			print_constant(out, m, i);
			buf_addc(out, '\n');
			continue;
		}
		for (uint32_t k = 0; k < info->field_count; k++)
			print_field(out, m, &info->fields[k], row);
		buf_addc(out, '\n');
	}
}

void plan_disassemble(struct buf *out, const struct image *m)
{
	char hash[2 * SHA256_SIZE + 1];
	hex_encode(m->hash, SHA256_SIZE, hash);
	buf_addf(out, "%s %s edition %u\n", m->kind == IMAGE_PLAN ? "plan" : "policy", hash, m->edition);
	const uint32_t *needs = m->sections[SECTION_CAPABILITIES].rows;
	for (uint32_t i = 0; i < m->sections[SECTION_CAPABILITIES].count; i++) {
		buf_adds(out, "needs ");
		print_string(out, m, needs[i]);
		buf_addc(out, '\n');
	}
	for (uint32_t section = 0; section < SECTION_ID_MAX; section++)
		if (record_info(section))
			print_section(out, m, section);
	if (m->sections[SECTION_CODE].count)
		print_code(out, m);
}
