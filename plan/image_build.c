/* SPDX-License-Identifier: Apache-2.0
 * Making an image. Rows and code refer to strings by the order in which they came; image_finish drops the strings that
 * nothing names, sorts the rest and renumbers every reference, so that one meaning has one encoding. */
#include "plan/image_format.h"
#include "plan/plan.h"
#include "plan/record.h"
#include <stdlib.h>
#include <string.h>

/* Different strings, numbered as they come. */
struct string_set {
	struct buf bytes, ends; /* ends: u32 */
	uint32_t *slots;        /* number + 1, by hash; a power of two of them */
	uint32_t slot_count;
};

struct map_row {
	uint32_t pc, file, line;
};

struct image_builder {
	enum image_kind kind;
	uint16_t edition;
	bool failed;
	struct buf sections[SECTION_ID_MAX]; /* rows; the code; u32 capabilities */
	struct string_set strings, files;
	struct buf map;
};

static uint32_t set_count(const struct string_set *s)
{
	return (uint32_t)(s->ends.n / 4);
}

static struct slice set_string(const struct string_set *s, uint32_t i)
{
	uint32_t span[2] = {0, 0};
	memcpy(span + (i == 0), s->ends.p + (i ? i - 1 : 0) * 4, i ? 8 : 4);
	return (struct slice){s->bytes.p + span[0], span[1] - span[0]};
}

static uint32_t *set_slot(const struct string_set *s, struct slice text)
{
	uint32_t at = (uint32_t)slice_hash(text) & (s->slot_count - 1);
	while (s->slots[at] && !slice_eq(set_string(s, s->slots[at] - 1), text))
		at = (at + 1) & (s->slot_count - 1);
	return &s->slots[at];
}

static bool set_grow(struct string_set *s)
{
	struct string_set grown = *s;
	grown.slot_count = s->slot_count ? s->slot_count * 2 : 64;
	grown.slots = calloc(grown.slot_count, sizeof *grown.slots);
	if (!grown.slots)
		return false;
	for (uint32_t i = 0; i < set_count(s); i++)
		*set_slot(&grown, set_string(s, i)) = i + 1;
	free(s->slots);
	*s = grown;
	return true;
}

/* The string's number; NONE without memory. */
static uint32_t set_add(struct string_set *s, struct slice text)
{
	if (set_count(s) * 2 >= s->slot_count && !set_grow(s))
		return NONE;
	uint32_t *slot = set_slot(s, text);
	if (*slot)
		return *slot - 1;
	buf_add_slice(&s->bytes, text);
	buf_add_u32(&s->ends, (uint32_t)s->bytes.n);
	if (s->bytes.failed || s->ends.failed || s->bytes.n > IMAGE_BYTES_MAX)
		return NONE;
	*slot = set_count(s);
	return *slot - 1;
}

static void set_free(struct string_set *s)
{
	buf_free(&s->bytes);
	buf_free(&s->ends);
	free(s->slots);
}

struct image_builder *image_builder_new(enum image_kind kind, uint16_t edition)
{
	struct image_builder *b = calloc(1, sizeof *b);
	if (b) {
		b->kind = kind;
		b->edition = edition;
	}
	return b;
}

void image_builder_free(struct image_builder *b)
{
	if (!b)
		return;
	for (uint32_t i = 0; i < SECTION_ID_MAX; i++)
		buf_free(&b->sections[i]);
	set_free(&b->strings);
	set_free(&b->files);
	buf_free(&b->map);
	free(b);
}

uint32_t image_add_string(struct image_builder *b, struct slice s)
{
	uint32_t index = set_add(&b->strings, s);
	b->failed |= index == NONE;
	return index;
}

/* Field by field, so that padding is zero whatever the caller's struct holds there. */
uint32_t image_add(struct image_builder *b, enum image_section section, const void *record)
{
	const struct record_info *info = record_info(section);
	struct buf *rows = &b->sections[section];
	if (!info || !buf_reserve(rows, info->size)) {
		b->failed = true;
		return NONE;
	}
	char *row = rows->p + rows->n;
	memset(row, 0, info->size);
	for (uint32_t i = 0; i < info->field_count; i++) {
		const struct record_field *f = &info->fields[i];
		memcpy(row + f->offset, (const char *)record + f->offset, f->kind == RECORD_I64 ? 8 : 4);
	}
	rows->n += info->size;
	return (uint32_t)(rows->n / info->size) - 1;
}

void *image_record(struct image_builder *b, enum image_section section, uint32_t index)
{
	return b->sections[section].p + (size_t)index * record_info(section)->size;
}

uint32_t image_count(const struct image_builder *b, enum image_section section)
{
	return (uint32_t)(b->sections[section].n / section_row_size(section));
}

void image_add_capability(struct image_builder *b, struct slice text)
{
	buf_add_u32(&b->sections[SECTION_CAPABILITIES], image_add_string(b, text));
}

struct buf *image_code(struct image_builder *b)
{
	return &b->sections[SECTION_CODE];
}

void image_add_source_map(struct image_builder *b, uint32_t pc, struct slice file, uint32_t line)
{
	struct map_row row = {pc, set_add(&b->files, file), line};
	b->failed |= row.file == NONE;
	buf_add(&b->map, &row, sizeof row);
}

/* ---- finishing ---- */

/* Calls visit for each reference to a string: rows, capabilities, operands. */
static void each_string(struct image_builder *b, void (*visit)(uint32_t *index, void *context), void *context)
{
	for (uint32_t section = 0; section < SECTION_ID_MAX; section++) {
		const struct record_info *info = record_info(section);
		struct buf *rows = &b->sections[section];
		for (size_t at = 0; info && at < rows->n; at += info->size)
			for (uint32_t i = 0; i < info->field_count; i++) {
				uint32_t *field = (uint32_t *)(void *)(rows->p + at + info->fields[i].offset);
				if (info->fields[i].kind == RECORD_STR && *field != NONE)
					visit(field, context);
			}
	}
	struct buf *capabilities = &b->sections[SECTION_CAPABILITIES];
	for (size_t at = 0; at < capabilities->n; at += 4)
		visit((uint32_t *)(void *)(capabilities->p + at), context);
	struct buf *code = image_code(b);
	const uint8_t *bytes = (const uint8_t *)code->p;
	for (uint32_t pc = 0; pc < code->n;) {
		struct instruction in = instruction_at(bytes, pc);
		if (op_info(in.op)->a == OPERAND_STRING) {
			visit(&in.a, context);
			code_patch(code, pc, in);
		}
		pc = in.next;
	}
}

static void mark_used(uint32_t *index, void *context)
{
	((uint32_t *)context)[*index] = 1;
}

static void renumber(uint32_t *index, void *context)
{
	*index = ((const uint32_t *)context)[*index];
}

struct sort_string {
	struct slice text;
	uint32_t number;
};

static int by_bytes(const void *a, const void *b)
{
	return slice_cmp(((const struct sort_string *)a)->text, ((const struct sort_string *)b)->text);
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return (x > y) - (x < y);
}

/* Writes the sorted strings to the two sections and rewrites every reference. */
static bool sort_strings(struct image_builder *b)
{
	uint32_t count = set_count(&b->strings), used_count = 0;
	uint32_t *numbers = calloc(count + 1, sizeof *numbers);
	struct sort_string *sorted = calloc(count + 1, sizeof *sorted);
	bool done = numbers && sorted;
	if (!done)
		goto out;
	each_string(b, mark_used, numbers);
	for (uint32_t i = 0; i < count; i++)
		if (numbers[i])
			sorted[used_count++] = (struct sort_string){set_string(&b->strings, i), i};
	qsort(sorted, used_count, sizeof *sorted, by_bytes);
	struct buf *ends = &b->sections[SECTION_STRINGS], *bytes = &b->sections[SECTION_STRING_BYTES];
	buf_clear(ends);
	buf_clear(bytes);
	for (uint32_t i = 0; i < used_count; i++) {
		buf_add_slice(bytes, sorted[i].text);
		buf_add_u32(ends, (uint32_t)bytes->n);
		numbers[sorted[i].number] = i;
	}
	each_string(b, renumber, numbers);
out:
	free(numbers);
	free(sorted);
	return done;
}

/* What is needed is a set: sorted, each once. */
static void sort_capabilities(struct buf *capabilities)
{
	uint32_t *items = (uint32_t *)(void *)capabilities->p, count = (uint32_t)(capabilities->n / 4), kept = 0;
	if (!count)
		return;
	qsort(items, count, sizeof *items, by_number);
	for (uint32_t i = 0; i < count; i++)
		if (i == 0 || items[i] != items[kept - 1])
			items[kept++] = items[i];
	capabilities->n = kept * sizeof *items;
}

static int by_pc(const void *a, const void *b)
{
	const struct map_row *x = a, *y = b;
	int order = (x->pc > y->pc) - (x->pc < y->pc);
	return order ? order : (x->line > y->line) - (x->line < y->line);
}

static void write_source_map(struct image_builder *b, struct buf *out)
{
	uint32_t rows = (uint32_t)(b->map.n / sizeof(struct map_row));
	buf_clear(out);
	if (!rows)
		return;
	qsort(b->map.p, rows, sizeof(struct map_row), by_pc);
	buf_add_u32(out, rows);
	buf_add_u32(out, set_count(&b->files));
	buf_add_slice(out, buf_slice(&b->map));
	buf_add_slice(out, buf_slice(&b->files.ends));
	buf_add_slice(out, buf_slice(&b->files.bytes));
}

void image_write(enum image_kind kind, uint16_t edition, const struct section_source *sources, uint32_t count,
                 struct buf *out)
{
	struct image_header h = {.format = IMAGE_FORMAT, .least_reader = IMAGE_FORMAT_LEAST, .edition = edition};
	struct section_entry table[IMAGE_SECTIONS_MAX];
	uint32_t table_end = HEADER_SIZE + count * (uint32_t)sizeof *table, end = table_end;
	size_t begin = out->n;
	for (uint32_t i = 0; i < count; i++) {
		struct slice bytes = sources[i].bytes;
		uint32_t offset = (end + 7) & ~7u;
		table[i] = (struct section_entry){sources[i].id, sources[i].flags, offset, (uint32_t)bytes.n,
		                                  crc32c(0, bytes.p, bytes.n)};
		end = offset + (uint32_t)bytes.n;
	}
	memcpy(h.magic, image_magic[kind], sizeof h.magic);
	h.section_count = (uint16_t)count;
	h.length = end;
	if (!buf_reserve(out, end))
		return;
	memset(out->p + begin, 0, end);
	uint8_t *bytes = (uint8_t *)out->p + begin;
	memcpy(bytes + HEADER_SIZE, table, count * sizeof *table);
	for (uint32_t i = 0; i < count; i++)
		memcpy(bytes + table[i].offset, sources[i].bytes.p, sources[i].bytes.n);
	image_meaning_hash(bytes, table, count, h.hash);
	memcpy(bytes, &h, sizeof h);
	h.crc = image_header_crc(bytes, table_end);
	memcpy(bytes, &h, sizeof h);
	out->n += end;
}

bool image_finish(struct image_builder *b, struct buf *out, struct image_error *error)
{
	struct section_source sources[IMAGE_SECTIONS_MAX];
	uint32_t count = 0;
	uint64_t total = HEADER_SIZE;
	struct buf *code = image_code(b);
	if (code->failed)
		return image_refuse(error, "the code is out of memory, or an operand is over 65,534");
	if (code->n > PLAN_CODE_MAX)
		return image_refuse(error, "%zu bytes of code; at most %u are allowed", code->n, PLAN_CODE_MAX);
	for (uint32_t i = 0; i < SECTION_ID_MAX; i++)
		b->failed |= b->sections[i].failed;
	if (b->failed || b->map.failed || !sort_strings(b))
		return image_refuse(error, "out of memory");
	if (code->failed)
		return image_refuse(error, "over 65,534 texts");
	sort_capabilities(&b->sections[SECTION_CAPABILITIES]);
	write_source_map(b, &b->sections[SECTION_SOURCE_MAP]);
	buf_clear(&b->sections[SECTION_COMPILER]);
	buf_adds(&b->sections[SECTION_COMPILER], IMAGE_COMPILER);
	for (uint32_t i = 0; i < SECTION_ID_MAX; i++) {
		if (b->sections[i].failed)
			return image_refuse(error, "out of memory");
		if (b->sections[i].n == 0)
			continue;
		total = ((total + 7) & ~UINT64_C(7)) + sizeof(struct section_entry) + b->sections[i].n;
		sources[count++] =
		        (struct section_source){(uint16_t)i, image_section_flags(i), buf_slice(&b->sections[i])};
	}
	if (total > IMAGE_BYTES_MAX)
		return image_refuse(error, "%llu bytes; at most %u are allowed", (unsigned long long)total,
		                    IMAGE_BYTES_MAX);
	image_write(b->kind, b->edition, sources, count, out);
	return !out->failed || image_refuse(error, "out of memory");
}
