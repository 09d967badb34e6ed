/* SPDX-License-Identifier: Apache-2.0 */
#include "base/xml.h"
#include "base/utf8.h"

static bool is_xml(uint32_t c)
{
	return c == '\t' || c == '\n' || (c >= 0x20 && c <= 0xD7FF) || (c >= 0xE000 && c <= 0xFFFD) ||
	       (c >= 0x10000 && c <= 0x10FFFF);
}

static void put(struct buf *out, struct slice text, bool attribute)
{
	for (const char *p = text.p, *end = p + text.n; p < end;) {
		uint32_t c = utf8_next(&p, end);
		switch (c) {
		case '&': buf_adds(out, "&amp;"); break;
		case '<': buf_adds(out, "&lt;"); break;
		case '>': buf_adds(out, "&gt;"); break;
		case '"': buf_adds(out, "&quot;"); break;
		case '\t':
		case '\n':
			if (attribute) { /* which would make a blank of it */
				buf_addf(out, "&#%u;", c);
				break;
			} /* fallthrough */
		default: utf8_put(out, is_xml(c) ? c : 0xFFFD); break;
		}
	}
}

void xml_add(struct buf *out, struct slice text)
{
	put(out, text, false);
}

void xml_add_attribute(struct buf *out, const char *name, struct slice value)
{
	buf_addf(out, " %s=\"", name);
	put(out, value, true);
	buf_addc(out, '"');
}
