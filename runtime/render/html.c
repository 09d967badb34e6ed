/* SPDX-License-Identifier: Apache-2.0
 * See html.h. */
#include "runtime/render/html.h"
#include <string.h>

static void add(struct buf *out, struct slice s, bool lines)
{
	size_t from = 0;
	for (size_t i = 0; i < s.n; i++) {
		const char *name;
		switch (s.p[i]) {
		case '&': name = "&amp;"; break;
		case '<': name = "&lt;"; break;
		case '>': name = "&gt;"; break;
		case '"': name = "&quot;"; break;
		case '\n': name = lines ? "<br>\n" : "\n"; break;
		default: continue;
		}
		buf_add(out, s.p + from, i - from);
		buf_adds(out, name);
		from = i + 1;
	}
	if (s.n)
		buf_add(out, s.p + from, s.n - from);
}

void html_add_text(struct buf *out, struct slice s)
{
	add(out, s, false);
}

void html_add_lines(struct buf *out, struct slice s)
{
	add(out, s, true);
}

void html_add_href(struct buf *out, struct slice url)
{
	static const char kept[] = "-._~!*(),%#@?=;:/+$[]";
	for (size_t i = 0; i < url.n; i++) {
		char c = url.p[i];
		if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c && strchr(kept, c)))
			buf_addc(out, c);
		else if (c == '&')
			buf_adds(out, "&amp;");
		else
			buf_addf(out, "%%%02X", (uint8_t)c);
	}
}

void html_open(struct buf *out, struct slice locale, struct slice title)
{
	buf_adds(out, "<!DOCTYPE html>\n<html lang=\"");
	for (size_t i = 0; i < locale.n; i++)
		html_add_text(out, locale.p[i] == '_' ? SLICE("-") : (struct slice){locale.p + i, 1});
	buf_adds(out, "\">\n<head>\n<meta charset=\"utf-8\">\n"
	              "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	              "<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
	html_add_text(out, title);
	buf_adds(out,
	         "</title>\n</head>\n"
	         "<body style=\"margin:0;padding:12px;font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,"
	         "Arial,sans-serif;font-size:15px;line-height:1.5\">\n<div style=\"max-width:42em\">\n");
}

void html_close(struct buf *out)
{
	buf_adds(out, "</div>\n</body>\n</html>\n");
}
