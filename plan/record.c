/* SPDX-License-Identifier: Apache-2.0
 * The tables that record.h promises, made from record.def. */
#include "plan/record.h"
#include <string.h>

#define V(PREFIX, NAME, word)     word,
#define ENUM(tag, PREFIX, values) const char *const words_##PREFIX[PREFIX##_COUNT] = {values};
#include "plan/enum.def"
#undef ENUM
#undef V

#define AT(r, f)                              offsetof(struct plan_##r, f)
#define R_STR(r, f)                           {#f, RECORD_STR, AT(r, f), 0, 0, NULL, DISPLAY_NUMBER},
#define R_TEXT(r, f)                          {#f, RECORD_TEXT, AT(r, f), SECTION_TEXT, 0, NULL, DISPLAY_NUMBER},
#define R_PC(r, f)                            {#f, RECORD_PC, AT(r, f), 0, 0, NULL, DISPLAY_NUMBER},
#define R_REF(r, f, S)                        {#f, RECORD_REF, AT(r, f), SECTION_##S, 0, NULL, DISPLAY_NUMBER},
#define R_ENUM(r, f, n)                       {#f, RECORD_ENUM, AT(r, f), 0, n##_COUNT, words_##n, DISPLAY_NUMBER},
#define R_U32(r, f)                           {#f, RECORD_U32, AT(r, f), 0, 0, NULL, DISPLAY_NUMBER},
#define R_DATE(r, f)                          {#f, RECORD_U32, AT(r, f), 0, 0, NULL, DISPLAY_DATE},
#define R_TIME(r, f)                          {#f, RECORD_U32, AT(r, f), 0, 0, NULL, DISPLAY_TIME},
#define R_WEEKDAYS(r, f)                      {#f, RECORD_U32, AT(r, f), 0, 0, NULL, DISPLAY_WEEKDAYS},
#define R_COUNT(r, f, ref)                    {#f, RECORD_COUNT, AT(r, f), AT(r, ref), 0, NULL, DISPLAY_NUMBER},
#define R_I64(r, f)                           {#f, RECORD_I64, AT(r, f), 0, 0, NULL, DISPLAY_NUMBER},
#define RECORD(id, NAME, name, kinds, fields) static const struct record_field name##_fields[] = {fields};
#include "plan/record.def"

/* Which image holds a section, by enum image_kind. */
enum { KIND_P = 1 << IMAGE_PLAN, KIND_W = 1 << IMAGE_POLICY, KIND_PW = KIND_P | KIND_W };

static const struct record_info infos[SECTION_ID_MAX] = {
#define RECORD(id, NAME, name, kinds, fields)                                                                          \
	[id] = {#name, sizeof(struct plan_##name), KIND_##kinds, sizeof name##_fields / sizeof *name##_fields,         \
	        name##_fields},
#include "plan/record.def"
};

const struct record_info *record_info(uint32_t section)
{
	return section < SECTION_ID_MAX && infos[section].size ? &infos[section] : NULL;
}

uint32_t section_row_size(uint32_t section)
{
	const struct record_info *info = record_info(section);
	if (info)
		return info->size;
	switch (section) {
	case SECTION_STRINGS:
	case SECTION_CAPABILITIES: return 4;
	case SECTION_STRING_BYTES:
	case SECTION_CODE:
	case SECTION_SOURCE_MAP:
	case SECTION_COMPILER: return 1;
	default: return 0;
	}
}

const char *section_name(uint32_t section)
{
	const struct record_info *info = record_info(section);
	if (info)
		return info->name;
	switch (section) {
	case SECTION_STRINGS: return "strings";
	case SECTION_CAPABILITIES: return "capabilities";
	case SECTION_STRING_BYTES: return "string bytes";
	case SECTION_CODE: return "code";
	case SECTION_SOURCE_MAP: return "source map";
	case SECTION_COMPILER: return "compiler";
	default: return "unknown section";
	}
}

uint32_t record_get(const void *row, const struct record_field *field)
{
	uint32_t v;
	memcpy(&v, (const char *)row + field->offset, sizeof v);
	return v;
}
