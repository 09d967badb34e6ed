/* SPDX-License-Identifier: Apache-2.0
 * Reading the container: every rule of it is checked here, before anything inside is looked at. Nothing is written, so
 * that the bytes may be a read-only mapping. Layout, all little-endian:
 *   0 magic  8 format u16  10 least reader u16  12 edition u16  14 sections u16  16 length u32
 *   20 crc-32c of header and table, itself taken as 0, u32  24 sha-256 of the meaning  56 eight zeros
 *   64 table: id u16, flags u16, offset u32, length u32, crc-32c u32
 * then the sections, each at the next multiple of 8, zeros between. The hash is taken over (id u32, length u32, sha-256
 * of the bytes) of each section of the meaning. */
#include "plan/image_format.h"
#include "plan/record.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "images are used in place");

const uint8_t image_magic[2][8] = {
        [IMAGE_PLAN] = {0x89, 'S', 'E', 'Q', 'P', 0x0D, 0x0A, 0x1A},
        [IMAGE_POLICY] = {0x89, 'S', 'E', 'Q', 'W', 0x0D, 0x0A, 0x1A},
};

bool image_refuse(struct image_error *error, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(error->text, sizeof error->text, format, args);
	va_end(args);
	return false;
}

uint16_t image_section_flags(uint32_t section)
{
	return section == SECTION_SOURCE_MAP || section == SECTION_COMPILER ? 0
	                                                                    : SECTION_MUST_UNDERSTAND | SECTION_MEANING;
}

uint32_t image_header_crc(const uint8_t *bytes, uint32_t table_end)
{
	static const uint8_t zeros[4];
	uint32_t crc = crc32c(0, bytes, HEADER_CRC_AT);
	crc = crc32c(crc, zeros, sizeof zeros);
	return crc32c(crc, bytes + HEADER_CRC_AT + 4, table_end - HEADER_CRC_AT - 4);
}

void image_meaning_hash(const uint8_t *bytes, const struct section_entry *table, uint32_t count,
                        uint8_t hash[SHA256_SIZE])
{
	uint8_t list[IMAGE_SECTIONS_MAX][8 + SHA256_SIZE];
	size_t n = 0;
	for (uint32_t i = 0; i < count; i++) {
		if (!(table[i].flags & SECTION_MEANING))
			continue;
		uint32_t id = table[i].id;
		memcpy(list[n], &id, 4);
		memcpy(list[n] + 4, &table[i].length, 4);
		sha256(bytes + table[i].offset, table[i].length, list[n] + 8);
		n++;
	}
	sha256(list, n * sizeof list[0], hash);
}

static bool check_header(const struct image_header *h, enum image_kind kind, size_t n, struct image_error *error)
{
	if (memcmp(h->magic, image_magic[kind], sizeof h->magic) != 0) {
		if (memcmp(h->magic, image_magic[!kind], sizeof h->magic) == 0)
			return image_refuse(error, "this is a %s, not a %s, at byte 0",
			                    kind == IMAGE_PLAN ? "policy" : "plan",
			                    kind == IMAGE_PLAN ? "plan" : "policy");
		if (memcmp(h->magic, image_magic[kind], 4) == 0)
			return image_refuse(error, "damaged by a transfer as text, at byte 4");
		return image_refuse(error, "not a %s of Sequitur, at byte 0", kind == IMAGE_PLAN ? "plan" : "policy");
	}
	if (h->least_reader > IMAGE_FORMAT)
		return image_refuse(error, "made for a newer program (format %u, this one reads %u), at byte 10",
		                    h->least_reader, IMAGE_FORMAT);
	if (h->format >= 1 && h->format < IMAGE_FORMAT_LEAST)
		return image_refuse(error, "of format %u, which is read no more: compile it again, at byte 8",
		                    h->format);
	if (h->format < 1 || h->least_reader < 1 || h->least_reader > h->format)
		return image_refuse(error, "no such format, at byte 8");
	if (h->length != n)
		return image_refuse(error, "%zu bytes, but its header says %u, at byte 16", n, h->length);
	if (h->section_count < 1 || h->section_count > IMAGE_SECTIONS_MAX)
		return image_refuse(error, "%u sections, at byte 14", h->section_count);
	if (h->zeros != 0)
		return image_refuse(error, "the header is not zero where it must be, at byte 56");
	return true;
}

/* One row of the table: known, allowed here, in its place. `*end` is where the section before it ended. */
static bool check_entry(struct image *m, const struct section_entry *e, uint32_t row, uint32_t *end,
                        struct image_error *error)
{
	uint32_t at = HEADER_SIZE + row * (uint32_t)sizeof *e;
	uint32_t row_size = section_row_size(e->id);
	if (!row_size && (e->flags & SECTION_MUST_UNDERSTAND))
		return image_refuse(error, "section %u must be understood and is not, at byte %u", e->id, at);
	if (e->flags & ~(SECTION_MUST_UNDERSTAND | SECTION_MEANING) ||
	    (row_size && e->flags != image_section_flags(e->id)))
		return image_refuse(error, "section %u has wrong flags, at byte %u", e->id, at + 2);
	const struct record_info *info = record_info(e->id);
	if (info && !(info->kinds >> m->kind & 1))
		return image_refuse(error, "section %s does not belong here, at byte %u", info->name, at);
	uint64_t place = ((uint64_t)*end + 7) & ~UINT64_C(7);
	if (e->offset != place)
		return image_refuse(error, "section %s begins at %u instead of %llu, at byte %u", section_name(e->id),
		                    e->offset, (unsigned long long)place, at + 4);
	if (e->length == 0 || e->length > m->length || e->offset > m->length - e->length)
		return image_refuse(error, "section %s has %u bytes, at byte %u", section_name(e->id), e->length,
		                    at + 8);
	if (row_size && e->length % row_size != 0)
		return image_refuse(error, "section %s ends within a row, at byte %u", section_name(e->id), at + 8);
	for (uint32_t gap = *end; gap < e->offset; gap++)
		if (m->bytes[gap])
			return image_refuse(error, "not zero between sections, at byte %u", gap);
	if (crc32c(0, m->bytes + e->offset, e->length) != e->crc)
		return image_refuse(error, "section %s is damaged, at byte %u", section_name(e->id), e->offset);
	if (row_size)
		m->sections[e->id] = (struct image_table){m->bytes + e->offset, e->length / row_size};
	*end = e->offset + e->length;
	return true;
}

bool image_open(struct image *m, enum image_kind kind, const void *bytes, size_t n, struct image_error *error)
{
	*m = (struct image){.kind = kind, .bytes = bytes, .length = (uint32_t)n};
	if (n > IMAGE_BYTES_MAX)
		return image_refuse(error, "%zu bytes; at most %u are read, at byte %u", n, IMAGE_BYTES_MAX,
		                    IMAGE_BYTES_MAX);
	if (n < HEADER_SIZE)
		return image_refuse(error, "cut off: %zu bytes, the header has %u, at byte %zu", n, HEADER_SIZE, n);
	if ((uintptr_t)bytes % 8 != 0)
		return image_refuse(error, "the bytes are not aligned to 8, at byte 0");
	const struct image_header *h = bytes;
	if (!check_header(h, kind, n, error))
		return false;
	uint32_t end = HEADER_SIZE + h->section_count * (uint32_t)sizeof(struct section_entry);
	if (end > n)
		return image_refuse(error, "cut off within the table of sections, at byte %zu", n);
	if (image_header_crc(m->bytes, end) != h->crc)
		return image_refuse(error, "the header is damaged, at byte %u", HEADER_CRC_AT);
	const struct section_entry *table = (const struct section_entry *)(m->bytes + HEADER_SIZE);
	for (uint32_t i = 0; i < h->section_count; i++) {
		if (i && table[i].id <= table[i - 1].id)
			return image_refuse(error, "section %u stands after %u, at byte %zu", table[i].id,
			                    table[i - 1].id, HEADER_SIZE + i * sizeof *table);
		if (!check_entry(m, &table[i], i, &end, error))
			return false;
	}
	if (end != n)
		return image_refuse(error, "bytes after the last section, at byte %u", end);
	image_meaning_hash(m->bytes, table, h->section_count, m->hash);
	if (memcmp(m->hash, h->hash, SHA256_SIZE) != 0)
		return image_refuse(error, "the hash is not that of the meaning, at byte 24");
	m->edition = h->edition;
	return true;
}

struct slice image_string(const struct image *m, uint32_t index)
{
	const struct image_table *ends = &m->sections[SECTION_STRINGS], *bytes = &m->sections[SECTION_STRING_BYTES];
	if (index >= ends->count)
		return (struct slice){NULL, 0};
	const uint32_t *end = ends->rows;
	uint32_t begin = index ? end[index - 1] : 0;
	if (begin >= end[index] || end[index] > bytes->count)
		return (struct slice){NULL, 0};
	return (struct slice){(const char *)bytes->rows + begin, end[index] - begin};
}

/* The sections of the meaning alone, laid out anew. */
void image_strip(const struct image *m, struct buf *out)
{
	struct section_source sources[IMAGE_SECTIONS_MAX];
	const struct image_header *h = (const struct image_header *)m->bytes;
	const struct section_entry *table = (const struct section_entry *)(m->bytes + HEADER_SIZE);
	uint32_t count = 0;
	for (uint32_t i = 0; i < h->section_count; i++) {
		if (table[i].flags & SECTION_MEANING)
			sources[count++] =
			        (struct section_source){table[i].id,
			                                table[i].flags,
			                                {(const char *)m->bytes + table[i].offset, table[i].length}};
	}
	image_write(m->kind, m->edition, sources, count, out);
}

bool image_source(const struct image *m, uint32_t pc, struct slice *file, uint32_t *line)
{
	const struct image_table *map = &m->sections[SECTION_SOURCE_MAP];
	const uint32_t *words = map->rows;
	if (map->count < 8)
		return false;
	uint64_t rows = words[0], files = words[1], names_at = 8 + rows * 12 + files * 4;
	if (names_at > map->count)
		return false;
	/* The last row at or before pc. */
	const uint32_t *row = words + 2, *end = row + rows * 3;
	uint64_t low = 0, high = rows;
	while (low < high) {
		uint64_t mid = (low + high) / 2;
		if (row[mid * 3] <= pc)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == 0)
		return false;
	row += (low - 1) * 3;
	uint32_t begin = row[1] && row[1] < files ? end[row[1] - 1] : 0;
	if (row[1] >= files || begin > end[row[1]] || end[row[1]] > map->count - names_at)
		return false;
	*file = (struct slice){(const char *)map->rows + names_at + begin, end[row[1]] - begin};
	*line = row[2];
	return true;
}
