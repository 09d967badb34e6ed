/* SPDX-License-Identifier: Apache-2.0
 * See strings.h. */
#include "runtime/render/strings.h"
#include <string.h>

void strings_free(struct strings *s)
{
	buf_free(&s->bytes);
	buf_free(&s->ends);
}

void strings_clear(struct strings *s)
{
	buf_clear(&s->bytes);
	buf_clear(&s->ends);
}

uint32_t strings_end(struct strings *s)
{
	uint32_t index = strings_count(s), end = (uint32_t)s->bytes.n;
	buf_add(&s->ends, &end, sizeof end);
	return index;
}

uint32_t strings_add(struct strings *s, struct slice string)
{
	buf_add_slice(&s->bytes, string);
	return strings_end(s);
}

uint32_t strings_count(const struct strings *s)
{
	return (uint32_t)(s->ends.n / sizeof(uint32_t));
}

struct slice strings_get(const struct strings *s, uint32_t index)
{
	uint32_t start = 0, end;
	if (index >= strings_count(s))
		return (struct slice){0};
	memcpy(&end, s->ends.p + index * sizeof end, sizeof end);
	if (index)
		memcpy(&start, s->ends.p + (index - 1) * sizeof start, sizeof start);
	if (start >= end || end > s->bytes.n) /* an empty one; after a failed allocation */
		return (struct slice){0};
	return (struct slice){s->bytes.p + start, end - start};
}

bool strings_failed(const struct strings *s)
{
	return s->bytes.failed || s->ends.failed;
}
