/* SPDX-License-Identifier: Apache-2.0
 * The container's own structs, shared by its reader (image.c) and its writer (image_build.c) and by nobody else. */
#ifndef SEQ_PLAN_IMAGE_FORMAT_H
#define SEQ_PLAN_IMAGE_FORMAT_H
#include "plan/image.h"

#define HEADER_SIZE   64u
#define HEADER_CRC_AT 20u

struct image_header {
	uint8_t magic[8];
	uint16_t format, least_reader, edition, section_count;
	uint32_t length, crc;
	uint8_t hash[SHA256_SIZE];
	uint64_t zeros;
};
_Static_assert(sizeof(struct image_header) == HEADER_SIZE, "no padding");

struct section_entry {
	uint16_t id, flags;
	uint32_t offset, length, crc;
};
_Static_assert(sizeof(struct section_entry) == 16, "no padding");

struct section_source {
	uint16_t id, flags;
	struct slice bytes;
};

extern const uint8_t image_magic[2][8];
/* Fills the error and is false, so that callers can return it. */
bool image_refuse(struct image_error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));
uint16_t image_section_flags(uint32_t section);
uint32_t image_header_crc(const uint8_t *bytes, uint32_t table_end);
void image_meaning_hash(const uint8_t *bytes, const struct section_entry *table, uint32_t count,
                        uint8_t hash[SHA256_SIZE]);
/* Appends an image of these sections, ascending and none empty, at most IMAGE_SECTIONS_MAX. A buffer that holds bytes
 * already keeps them. */
void image_write(enum image_kind kind, uint16_t edition, const struct section_source *sources, uint32_t count,
                 struct buf *out);
#endif
