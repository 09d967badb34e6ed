/* SPDX-License-Identifier: Apache-2.0
 * Subjects of replies (rule 20): one "Re: " before what is left when every prefix that mail programs add is gone. */
#include "base/utf8.h"
#include "runtime/render/render.h"
#include <string.h>
#include <strings.h>

static const char *const reply_prefixes[] = {"re", "fw", "fwd", "aw", "sv", "antw", "wg", "rv", "res", "tr"};

static size_t skip_blanks(struct slice s, size_t i)
{
	while (i < s.n && (s.p[i] == ' ' || s.p[i] == '\t'))
		i++;
	return i;
}

/* Bytes of "[2]" at i, or 0. */
static size_t counter_length(struct slice s, size_t i)
{
	size_t end = i + 1;
	if (i >= s.n || s.p[i] != '[')
		return 0;
	while (end < s.n && s.p[end] >= '0' && s.p[end] <= '9')
		end++;
	return end > i + 1 && end < s.n && s.p[end] == ']' ? end + 1 - i : 0;
}

/* Bytes of one "Re:", "AW[2] :" at the start of s, blanks around it included; 0: there is none. */
static size_t prefix_length(struct slice s)
{
	size_t start = skip_blanks(s, 0);
	for (size_t i = 0; i < sizeof reply_prefixes / sizeof *reply_prefixes; i++) {
		size_t end = start + strlen(reply_prefixes[i]);
		if (end >= s.n || strncasecmp(s.p + start, reply_prefixes[i], end - start) != 0)
			continue;
		end = skip_blanks(s, end);
		end = skip_blanks(s, end + counter_length(s, end));
		if (end < s.n && s.p[end] == ':')
			return skip_blanks(s, end + 1);
	}
	return 0;
}

void render_reply_subject(struct buf *out, struct slice subject)
{
	for (size_t n; (n = prefix_length(subject));)
		subject = (struct slice){subject.p + n, subject.n - n};
	subject = slice_trim(subject);
	buf_adds(out, subject.n ? "Re: " : "Re:");
	utf8_add_safe(out, subject);
}
