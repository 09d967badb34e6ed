/* SPDX-License-Identifier: Apache-2.0
 * See holes.h. A private-use character of planes 15 and 16 that an author wrote is itself carried as a hole, so that
 * every placeholder and mark in the parsed text is one of ours. */
#include "runtime/render/holes.h"
#include "base/utf8.h"
#include <string.h>
#include <strings.h>

void holes_free(struct holes *h)
{
	buf_free(&h->source);
	strings_free(&h->values);
}

struct slice holes_value(const struct holes *h, uint32_t placeholder)
{
	return strings_get(&h->values, placeholder - HOLE_FIRST);
}

/* Closes the value at the end of `values` and puts its placeholder into the source. */
static void end_hole(struct holes *h)
{
	if (strings_count(&h->values) >= HOLES_MAX || h->values.bytes.n > HOLES_TEXT_MAX)
		h->too_long = true;
	else
		utf8_put(&h->source, HOLE_FIRST + strings_end(&h->values));
}

bool holes_next(struct slice *s, struct slice *before, uint32_t *code_point)
{
	const char *p = s->p, *end = s->n ? s->p + s->n : s->p;
	while (p < end) {
		if ((uint8_t)*p < 0xF3) { /* the first byte of them all is F3 or F4 */
			p++;
			continue;
		}
		const char *at = p;
		*code_point = utf8_next(&p, end);
		if (*code_point < HOLE_FIRST)
			continue;
		*before = (struct slice){s->p, (size_t)(at - s->p)};
		*s = (struct slice){p, (size_t)(end - p)};
		return true;
	}
	return false;
}

static void sink(void *context, struct slice piece, bool is_value)
{
	struct holes *h = context;
	if (h->too_long || h->source.n + piece.n > HOLES_TEXT_MAX) {
		h->too_long = true;
		return;
	}
	if (is_value) {
		utf8_add_safe(&h->values.bytes, piece);
		end_hole(h);
		return;
	}
	struct slice before;
	uint32_t c;
	while (holes_next(&piece, &before, &c)) {
		buf_add_slice(&h->source, before);
		utf8_put(&h->values.bytes, c);
		end_hole(h);
	}
	buf_add_slice(&h->source, piece);
}

bool holes_collect(struct holes *h, const struct image *image, uint32_t entry, const struct vm_text_view *view,
                   struct buf *error)
{
	buf_clear(&h->source);
	strings_clear(&h->values);
	h->too_long = false;
	bool whole = vm_text(image, entry, view, sink, h);
	if (!whole || h->too_long)
		buf_adds(error, "the text is too long");
	else if (h->source.failed || strings_failed(&h->values))
		buf_adds(error, "out of memory");
	else
		return true;
	return false;
}

void holes_fill(const struct holes *h, struct slice s, struct buf *out)
{
	struct slice before;
	uint32_t c;
	while (holes_next(&s, &before, &c)) {
		buf_add_slice(out, before);
		buf_add_slice(out, holes_value(h, c));
	}
	buf_add_slice(out, s);
}

/* ---- link targets ---- */
static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

/* Percent-encodes all but letters, digits and `keep`. "%41" stays: the filter `url` may have been there before. */
static void add_encoded(struct buf *out, struct slice value, const char *keep)
{
	static const char hex[] = "0123456789ABCDEF";
	for (size_t i = 0; i < value.n; i++) {
		char c = value.p[i];
		bool encoded = c == '%' && i + 2 < value.n && is_hex(value.p[i + 1]) && is_hex(value.p[i + 2]);
		if (encoded || is_alnum(c) || is_one_of(c, keep)) {
			buf_addc(out, c);
		} else {
			buf_addc(out, '%');
			buf_addc(out, hex[(uint8_t)c >> 4]);
			buf_addc(out, hex[(uint8_t)c & 15]);
		}
	}
}

static bool has_scheme(struct slice s, const char *scheme)
{
	size_t n = strlen(scheme);
	return s.n > n && !strncasecmp(s.p, scheme, n);
}

/* The host (and port) of an https URL; empty when it is none. */
static struct slice https_authority(struct slice url)
{
	if (!has_scheme(url, "https://"))
		return (struct slice){0};
	struct slice rest = {url.p + 8, url.n - 8};
	size_t n = 0;
	while (n < rest.n && !is_one_of(rest.p[n], "/?#\\"))
		n++;
	return (struct slice){rest.p, n};
}

static bool plain_authority(struct slice host)
{
	for (size_t i = 0; i < host.n; i++)
		if (!is_alnum(host.p[i]) && !is_one_of(host.p[i], ".-:") && !((uint8_t)host.p[i] & 0x80))
			return false;
	return host.n > 0;
}

static bool add_link_value(struct buf *out, size_t start, struct slice value, const char **reason)
{
	if (out->n == start) {
		if (!plain_authority(https_authority(value))) {
			*reason = "is not an https URL";
			return false;
		}
		add_encoded(out, value, "-._~:/?#[]@!$&'()*+,;=");
		return true;
	}
	struct slice so_far = {out->p + start, out->n - start};
	if (!has_scheme(so_far, "https://") && !slice_is(so_far, "https://")) {
		*reason = "holds a value but is not an https URL";
		return false;
	}
	struct slice host = https_authority(so_far);
	if (host.n == so_far.n - 8 && !plain_authority(value)) {
		*reason = "holds a value that can't stand in a host name";
		return false;
	}
	add_encoded(out, value, "-._~");
	return true;
}

static bool fill_link(const struct holes *h, struct slice target, size_t start, struct buf *out, const char **reason)
{
	struct slice before;
	uint32_t c;
	while (holes_next(&target, &before, &c)) {
		buf_add_slice(out, before);
		if (!add_link_value(out, start, holes_value(h, c), reason))
			return false;
	}
	buf_add_slice(out, target);
	if (!plain_authority(https_authority((struct slice){out->p + start, out->n - start}))) {
		*reason = "is not an https URL";
		return false;
	}
	return true;
}

static bool is_own_link(const struct own_links *own, struct slice url)
{
	return url.n && (slice_eq(url, own->unsubscribe) || slice_eq(url, own->page));
}

bool holes_fill_link(const struct holes *h, struct slice target, const struct own_links *own, struct buf *out,
                     const char **reason)
{
	size_t start = out->n;
	struct slice rest = target, before;
	uint32_t c;
	if (!holes_next(&rest, &before, &c)) {
		buf_add_slice(out, target);
		*reason = "is not https, http or mailto";
		return has_scheme(target, "https://") || has_scheme(target, "http://") || has_scheme(target, "mailto:");
	}
	holes_fill(h, target, out);
	if (out->failed || is_own_link(own, (struct slice){out->p + start, out->n - start}))
		return true;
	out->n = start;
	if (fill_link(h, target, start, out, reason))
		return true;
	out->n = start;
	return false;
}
