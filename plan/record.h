/* SPDX-License-Identifier: Apache-2.0
 * record.def as data: each section's row size and fields. The builder, the verifier and the disassembler walk it, so
 * that a new field is one word in record.def. */
#ifndef SEQ_PLAN_RECORD_H
#define SEQ_PLAN_RECORD_H
#include "plan/image.h"

enum record_field_kind {
	RECORD_STR,
	RECORD_TEXT,
	RECORD_PC,
	RECORD_REF,
	RECORD_ENUM,
	RECORD_U32,
	RECORD_COUNT,
	RECORD_I64
};

enum record_display { DISPLAY_NUMBER, DISPLAY_DATE, DISPLAY_TIME, DISPLAY_WEEKDAYS };

struct record_field {
	const char *name;
	enum record_field_kind kind;
	uint16_t offset;
	uint16_t ref;                /* REF: the section; COUNT: the offset of the REF that it counts */
	uint32_t limit;              /* ENUM: the number of values, */
	const char *const *words;    /* and their words */
	enum record_display display; /* of a U32, for people */
};

struct record_info {
	const char *name;
	uint16_t size;
	uint16_t kinds; /* a bit 1 << enum image_kind for each kind of image that may hold it */
	uint16_t field_count;
	const struct record_field *fields;
};

/* NULL for a section that is no array of records. */
const struct record_info *record_info(uint32_t section);
/* The size of one row of a known section: 1 for bytes, 4 for strings; 0 for an unknown one. */
uint32_t section_row_size(uint32_t section);
const char *section_name(uint32_t section);
/* A u32 field of a row. */
uint32_t record_get(const void *row, const struct record_field *field);
#endif
