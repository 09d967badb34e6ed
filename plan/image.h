/* SPDX-License-Identifier: Apache-2.0
 * The container of plans and policies: a 64-byte header, a table of sections, sections of little-endian records, used
 * in place. image_open checks the container alone; plan_verify and policy_verify prove what is inside.
 * Format: docs/plan-format.md. */
#ifndef SEQ_PLAN_IMAGE_H
#define SEQ_PLAN_IMAGE_H
#include "base/buf.h"
#include "base/hash.h"

#define NONE                UINT32_MAX
#define MONTH_PERIOD        0xFFFFu /* limit.period_days: a calendar month */
#define IMAGE_FORMAT        2u
#define IMAGE_FORMAT_LEAST  2u /* format 1 was of the days before the whole language; nothing of it was released */
#define IMAGE_BYTES_MAX     (16u << 20) /* runtime.md §1 */
#define PLAN_STEPS_MAX      65535u
#define PLAN_VARIABLES_MAX  64u  /* slots that the code sets: kinds VARIABLE, MOMENT and ROUNDS, the first ones */
#define PLAN_SLOTS_MAX      256u /* all of an enrollment */
#define PLAN_EFFECTS_MAX    32u  /* PERFORM, SUPPRESS and hold-outs on one way between two suspensions */
#define PLAN_QUEUED_MAX     8u   /* QUEUE on one way from the start to the end */
#define PLAN_ROUNDS_MAX     1000u
#define PLAN_LOOPS_MAX      8u         /* repeats within each other */
#define SHARE_WHOLE         100000000u /* the shares of a step's variants make 100 % */
#define PLAN_STACK_MAX      32u
#define PLAN_CODE_MAX       (8u << 20)
#define PLAN_POSITIONS_MAX  65535u
#define PLAN_SET_FIELDS_MAX 64u /* different fields of the contact that one plan sets */
#define IMAGE_SECTIONS_MAX  128u
#define IMAGE_COMPILER      "sequitur 0.1.0" /* what image_finish writes into SECTION_COMPILER */

enum image_kind { IMAGE_PLAN, IMAGE_POLICY };

/* enum plan_type { TYPE_TEXT, ..., TYPE_COUNT }, words_TYPE[TYPE_TEXT] = "text", and so on for each row of enum.def. */
#define V(PREFIX, NAME, word) PREFIX##_##NAME,
#define ENUM(tag, PREFIX, values)                                                                                      \
	enum tag { values PREFIX##_COUNT };                                                                            \
	extern const char *const words_##PREFIX[PREFIX##_COUNT];
#include "plan/enum.def"
#undef ENUM
#undef V
#define SKIP_WEEKENDS 1u
#define SKIP_HOLIDAYS 2u
#define TRACK_OPENS   1u
#define TRACK_CLICKS  2u

#define SECTION_MUST_UNDERSTAND 1u /* flags of a section */
#define SECTION_MEANING         2u
enum image_section {
	SECTION_STRINGS = 1, /* u32 end offsets, one a string; sorted bytewise, unique, valid UTF-8 */
	SECTION_STRING_BYTES = 2,
	SECTION_CODE = 3,
	SECTION_CAPABILITIES =
	        4, /* u32 strings, sorted: "email", "field company text", ... what the policy must offer */
#define RECORD(id, NAME, name, kinds, fields) SECTION_##NAME = id,
#include "plan/record.def"
	SECTION_SOURCE_MAP =
	        96, /* not meaning: u32 rows, u32 files, rows (u32 pc, file, line) by pc, u32 name ends, names */
	SECTION_COMPILER = 97, /* not meaning: a line of text */
	SECTION_ID_MAX = 128
};

#define R_STR(r, f)        uint32_t f;
#define R_TEXT(r, f)       uint32_t f;
#define R_PC(r, f)         uint32_t f;
#define R_REF(r, f, S)     uint32_t f;
#define R_ENUM(r, f, n)    uint32_t f;
#define R_U32(r, f)        uint32_t f;
#define R_DATE(r, f)       uint32_t f;
#define R_TIME(r, f)       uint32_t f;
#define R_WEEKDAYS(r, f)   uint32_t f;
#define R_COUNT(r, f, ref) uint32_t f;
#define R_I64(r, f)        int64_t f;
#define RECORD(id, NAME, name, kinds, fields)                                                                          \
	struct plan_##name {                                                                                           \
		fields                                                                                                 \
	};
#include "plan/record.def"

/* BLANK(step): a struct plan_step whose references are all NONE and whose numbers are 0. */
#define R_STR(r, f)        .f = NONE,
#define R_TEXT(r, f)       .f = NONE,
#define R_PC(r, f)         .f = NONE,
#define R_REF(r, f, S)     .f = NONE,
#define R_ENUM(r, f, n)    .f = 0,
#define R_U32(r, f)        .f = 0,
#define R_DATE(r, f)       .f = 0,
#define R_TIME(r, f)       .f = 0,
#define R_WEEKDAYS(r, f)   .f = 0,
#define R_COUNT(r, f, ref) .f = 0,
#define R_I64(r, f)        .f = 0,
#define RECORD(id, NAME, name, kinds, fields)                                                                          \
	static inline struct plan_##name blank_##name(void)                                                            \
	{                                                                                                              \
		return (struct plan_##name){fields};                                                                   \
	}
#include "plan/record.def"
#define BLANK(name) blank_##name()

struct image_table {
	const void *rows; /* in place; NULL when the section is absent */
	uint32_t count;   /* records, strings or bytes */
};

/* A checked container. Borrows the bytes; free of its own. */
struct image {
	enum image_kind kind;
	const uint8_t *bytes;
	uint32_t length;
	uint16_t edition;
	uint8_t hash[SHA256_SIZE]; /* of the meaning: the plan's name */
	struct image_table sections[SECTION_ID_MAX];
};

/* Why bytes were refused: one line for people, "at byte N" included. */
struct image_error {
	char text[200];
};
bool image_open(struct image *m, enum image_kind kind, const void *bytes, size_t n, struct image_error *error);
struct slice image_string(const struct image *m, uint32_t index); /* NONE gives an empty slice */
/* Where the code at pc came from; false without a source map (or with a damaged one). */
bool image_source(const struct image *m, uint32_t pc, struct slice *file, uint32_t *line);
/* Appends the image without what is not its meaning: the same hash. */
void image_strip(const struct image *m, struct buf *out);
#define IMAGE_ROWS(m, NAME, name) ((const struct plan_##name *)(m)->sections[SECTION_##NAME].rows)
#define IMAGE_COUNT(m, NAME)      ((m)->sections[SECTION_##NAME].count)

/* ---- making one ---- */
struct image_builder;
struct image_builder *image_builder_new(enum image_kind kind, uint16_t edition); /* NULL: no memory */
void image_builder_free(struct image_builder *b);
uint32_t image_add_string(struct image_builder *b, struct slice s); /* interned; renumbered when finished */
/* Appends a record (a struct plan_NAME) to a section; returns its index. */
uint32_t image_add(struct image_builder *b, enum image_section section, const void *record);
/* A record already added, to be filled in later; valid until the next image_add to that section. */
void *image_record(struct image_builder *b, enum image_section section, uint32_t index);
uint32_t image_count(const struct image_builder *b, enum image_section section);
void image_add_capability(struct image_builder *b, struct slice text);
/* The emitter appends here; STRING operands are renumbered at the end. */
struct buf *image_code(struct image_builder *b);
void image_add_source_map(struct image_builder *b, uint32_t pc, struct slice file, uint32_t line);
/* Renumbers strings into sorted order, writes everything, hashes the meaning. False: no memory or over a limit (error
 * says). */
bool image_finish(struct image_builder *b, struct buf *out, struct image_error *error);
#endif
