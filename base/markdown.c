/* SPDX-License-Identifier: Apache-2.0 */
#include "base/markdown.h"
#include "base/utf8.h"

void markdown_add(struct buf *out, struct slice text)
{
	struct buf safe = {0};
	utf8_add_safe(&safe, text);
	for (size_t i = 0; i < safe.n; i++) {
		char c = safe.p[i];
		bool inside = i > 0 && i + 1 < safe.n && safe.p[i - 1] != ' ' && safe.p[i + 1] != ' ';
		if (c == '<')
			buf_adds(out, "&lt;");
		else if (c == '&')
			buf_adds(out, "&amp;");
		else if (c && (strchr("\\`*[]|~#@", c) || (c == '_' && !inside)))
			buf_addf(out, "\\%c", c);
		else
			buf_addc(out, c);
	}
	out->failed |= safe.failed;
	buf_free(&safe);
}
