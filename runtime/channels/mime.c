/* SPDX-License-Identifier: Apache-2.0
 * See mime.h. GMime encodes and folds; everything that it would make up by itself (boundary, date, ids) is set. */
#include "runtime/channels/mime.h"
#include "base/hash.h"
#include "base/utf8.h"
#include <gmime/gmime.h>
#include <stdio.h>
#include <string.h>

#define LOCAL_PART_MAX 64u
#define ADDRESS_MAX    254u
#define LINE_MAX_BYTES 998u
#define BOUNDARY_BYTES 15

void mime_init(void)
{
	g_mime_init();
}

/* ---- what may stand in a header ---- */
static bool refuse(struct buf *error, const char *header, const char *reason)
{
	buf_addf(error, "%s: %s", header, reason);
	return false;
}

static bool check_value(const char *header, struct slice s, struct buf *error)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\r' || s.p[i] == '\n')
			return refuse(error, header, "the value holds a line break");
		if (s.p[i] == '\0')
			return refuse(error, header, "the value holds a NUL");
		if ((uint8_t)s.p[i] < 0x20 || s.p[i] == 0x7F)
			return refuse(error, header, "the value holds a control character");
	}
	return utf8_valid(s) || refuse(error, header, "the value is not UTF-8");
}

/* An id or a URL: printable ASCII without blanks and without the brackets that stand around it. */
static bool check_token(const char *header, struct slice s, struct buf *error)
{
	if (!check_value(header, s, error))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] == '<' || s.p[i] == '>' || (uint8_t)s.p[i] >= 0x7F)
			return refuse(error, header, "the value holds a character that can't stand between < and >");
	return true;
}

/* A copy in which nothing looks like an encoded word ("=?"): GMime lets those pass, and readers would decode them. */
static char *header_text(struct slice s)
{
	GString *copy = g_string_sized_new(s.n + 1);
	for (size_t i = 0; i < s.n; i++) {
		g_string_append_c(copy, s.p[i]);
		if (s.p[i] == '=' && i + 1 < s.n && s.p[i + 1] == '?')
			g_string_append_c(copy, ' ');
	}
	return g_string_free(copy, FALSE);
}

/* ---- addresses ---- */
static bool is_atom(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c && strchr("!#$%&'*+-/=?^_`{|}~", c));
}

static bool good_local_part(struct slice s, const char **reason)
{
	bool dot = true; /* none at the start, none after another */
	*reason = "the part before the @ is empty, too long or ill-formed";
	if (!s.n || s.n > LOCAL_PART_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if ((uint8_t)s.p[i] & 0x80) {
			*reason = "the part before the @ is not ASCII";
			return false;
		}
		if (!is_atom(s.p[i]) && (s.p[i] != '.' || dot))
			return false;
		dot = s.p[i] == '.';
	}
	return !dot;
}

static bool good_domain(const char *s)
{
	size_t label = 0;
	for (; *s; s++) {
		bool alnum = (*s >= '0' && *s <= '9') || (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z');
		if (*s == '.' ? label == 0 || s[-1] == '-' : !alnum && (*s != '-' || label == 0))
			return false;
		label = *s == '.' ? 0 : label + 1;
		if (label > 63)
			return false;
	}
	return label > 0 && s[-1] != '-';
}

bool mime_address(struct slice address, struct buf *out, struct buf *error)
{
	const char *at = address.n ? memchr(address.p, '@', address.n) : NULL, *reason;
	if (!check_value("address", address, error))
		return false;
	if (!at)
		return refuse(error, "address", "there is no @ in it");
	struct slice local = {address.p, (size_t)(at - address.p)};
	if (!good_local_part(local, &reason))
		return refuse(error, "address", reason);
	char *domain = g_strndup(at + 1, address.n - local.n - 1), *ascii = g_hostname_to_ascii(domain);
	bool good = ascii && good_domain(ascii) && local.n + 1 + strlen(ascii) <= ADDRESS_MAX;
	if (good) {
		buf_add_slice(out, local);
		buf_addf(out, "@%s", ascii);
	} else {
		refuse(error, "address", "what follows the @ is no domain");
	}
	g_free(domain);
	g_free(ascii);
	return good;
}

bool mime_next_address(struct slice *list, struct slice *address)
{
	while (list->n) {
		const char *comma = memchr(list->p, ',', list->n);
		size_t n = comma ? (size_t)(comma - list->p) : list->n, taken = n + (comma != NULL);
		*address = slice_trim((struct slice){list->p, n});
		*list = (struct slice){list->p + taken, list->n - taken};
		if (address->n)
			return true;
	}
	return false;
}

static bool add_mailbox(GMimeMessage *message, GMimeAddressType type, const char *header, struct slice name,
                        struct slice address, struct buf *error)
{
	struct buf ascii = {0}, reason = {0};
	bool good = check_value(header, name, error);
	if (good && !mime_address(address, &ascii, &reason)) {
		good = false;
		buf_addf(error, "%s: %s", header, buf_cstr(&reason));
	}
	if (good) {
		char *shown = header_text(name);
		InternetAddress *mailbox = internet_address_mailbox_new(*shown ? shown : NULL, buf_cstr(&ascii));
		internet_address_set_charset(mailbox, "utf-8");
		internet_address_list_add(g_mime_message_get_addresses(message, type), mailbox);
		g_object_unref(mailbox);
		g_free(shown);
	}
	buf_free(&ascii);
	buf_free(&reason);
	return good;
}

static bool add_addresses(GMimeMessage *message, const struct rendered *m, struct buf *error)
{
	struct slice none = {0}, rest = m->cc, address;
	if (!add_mailbox(message, GMIME_ADDRESS_TYPE_FROM, "From", m->from_name, m->from_address, error) ||
	    !add_mailbox(message, GMIME_ADDRESS_TYPE_TO, "To", m->to_name, m->to_address, error) ||
	    !check_value("Cc", m->cc, error))
		return false;
	while (mime_next_address(&rest, &address))
		if (!add_mailbox(message, GMIME_ADDRESS_TYPE_CC, "Cc", none, address, error))
			return false;
	return true;
}

/* ---- the other headers ---- */
static void set_date(GMimeMessage *message, const struct rendered *m)
{
	int64_t second = m->date_us / US_PER_SECOND - (m->date_us % US_PER_SECOND < 0);
	GDateTime *utc = g_date_time_new_from_unix_utc(second);
	GTimeZone *zone = g_time_zone_new_offset(m->date_offset_s / 60 * 60);
	GDateTime *local = utc ? g_date_time_to_timezone(utc, zone) : NULL;
	if (local) {
		g_mime_message_set_date(message, local);
		g_date_time_unref(local);
	}
	if (utc)
		g_date_time_unref(utc);
	g_time_zone_unref(zone);
}

/* A header whose value is already folded and ASCII. */
static void set_raw(GMimeMessage *message, const char *name, struct buf *value)
{
	GMimeHeaderList *headers = g_mime_object_get_header_list(GMIME_OBJECT(message));
	g_mime_header_list_append(headers, name, "", NULL);
	g_mime_header_set_raw_value(g_mime_header_list_get_header(headers, name), buf_cstr(value));
	buf_clear(value);
}

static bool next_id(struct slice *list, struct slice *id)
{
	*list = slice_trim(*list);
	if (!list->n)
		return false;
	size_t n = 0;
	while (n < list->n && list->p[n] != ' ')
		n++;
	*id = (struct slice){list->p, n};
	*list = (struct slice){list->p + n, list->n - n};
	return true;
}

/* One id a line; of too many the first and the last ones (mail programs need those). */
static bool add_references(GMimeMessage *message, struct slice list, struct buf *value, struct buf *error)
{
	struct slice rest = list, id;
	size_t count = 0, index = 0;
	while (next_id(&rest, &id)) {
		if (!check_token("References", id, error))
			return false;
		count++;
	}
	for (rest = list; next_id(&rest, &id); index++)
		if (index == 0 || count - index < MIME_REFERENCES_MAX)
			buf_addf(value, "%s <%.*s>", index ? "\n" : "", SLICE_ARG(id));
	buf_addc(value, '\n');
	if (count)
		set_raw(message, "References", value);
	buf_clear(value);
	return true;
}

static bool add_id(GMimeMessage *message, const char *header, struct slice id, struct buf *value, struct buf *error)
{
	if (!check_token(header, id, error))
		return false;
	if (!id.n)
		return refuse(error, header, "it is empty");
	buf_addf(value, " <%.*s>\n", SLICE_ARG(id));
	set_raw(message, header, value);
	return true;
}

static bool add_unsubscribe(GMimeMessage *message, const struct rendered *m, struct buf *value, struct buf *error)
{
	struct slice url = m->unsubscribe_url, mailto = m->unsubscribe_mailto;
	if (!check_token("List-Unsubscribe", url, error) || !check_token("List-Unsubscribe", mailto, error))
		return false;
	if (url.n)
		buf_addf(value, " <%.*s>", SLICE_ARG(url));
	if (mailto.n)
		buf_addf(value, "%s <%s%.*s>", url.n ? ",\n" : "",
		         slice_starts(mailto, "mailto:") ? "" : "mailto:", SLICE_ARG(mailto));
	if (!value->n)
		return true;
	buf_addc(value, '\n');
	set_raw(message, "List-Unsubscribe", value);
	if (slice_starts(url, "https://")) { /* RFC 8058: one click, over https only */
		buf_adds(value, " List-Unsubscribe=One-Click\n");
		set_raw(message, "List-Unsubscribe-Post", value);
	}
	return true;
}

static bool add_headers(GMimeMessage *message, const struct rendered *m, struct buf *error)
{
	struct buf value = {0};
	bool good = add_addresses(message, m, error) && check_value("Subject", m->subject, error);
	if (good) {
		char *subject = header_text(m->subject);
		g_mime_message_set_subject(message, subject, "utf-8");
		g_free(subject);
		good = add_id(message, "Message-ID", m->message_id, &value, error) &&
		       (!m->in_reply_to.n || add_id(message, "In-Reply-To", m->in_reply_to, &value, error)) &&
		       add_references(message, m->references, &value, error) &&
		       add_unsubscribe(message, m, &value, error);
	}
	if (good) {
		buf_adds(&value, " OOF, AutoReply\n"); /* keeps Exchange from answering by itself */
		set_raw(message, "X-Auto-Response-Suppress", &value);
		buf_adds(&value, " 1.0\n");
		set_raw(message, "MIME-Version", &value);
	}
	if (value.failed)
		good = refuse(error, "message", "out of memory");
	buf_free(&value);
	return good;
}

/* ---- the body ---- */
static void add_part(GMimeMultipart *parts, const char *subtype, struct slice text)
{
	GMimePart *part = g_mime_part_new_with_type("text", subtype);
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer(text.n ? text.p : "", text.n);
	GMimeDataWrapper *content = g_mime_data_wrapper_new_with_stream(stream, GMIME_CONTENT_ENCODING_DEFAULT);
	g_mime_object_set_content_type_parameter(GMIME_OBJECT(part), "charset", "utf-8");
	g_mime_part_set_content_encoding(part, GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
	g_mime_part_set_content(part, content);
	g_mime_multipart_add(parts, GMIME_OBJECT(part));
	g_object_unref(content);
	g_object_unref(stream);
	g_object_unref(part);
}

static void add_attachment(GMimeMultipart *parts, struct slice name, struct slice type, struct slice base64)
{
	char *kind = g_strndup(type.p, type.n), *file = header_text(name);
	const char *slash = strchr(kind, '/');
	GMimePart *part = slash ? g_mime_part_new() : g_mime_part_new_with_type("application", "octet-stream");
	GMimeContentType *content_type = slash ? g_mime_content_type_parse(NULL, kind) : NULL;
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer(base64.n ? base64.p : "", base64.n);
	GMimeDataWrapper *content = g_mime_data_wrapper_new_with_stream(stream, GMIME_CONTENT_ENCODING_BASE64);
	if (content_type) {
		g_mime_object_set_content_type(GMIME_OBJECT(part), content_type);
		g_object_unref(content_type);
	}
	g_mime_part_set_content_encoding(part, GMIME_CONTENT_ENCODING_BASE64);
	g_mime_part_set_content(part, content);
	g_mime_object_set_disposition(GMIME_OBJECT(part), GMIME_DISPOSITION_ATTACHMENT);
	g_mime_part_set_filename(part, file);
	g_mime_multipart_add(parts, GMIME_OBJECT(part));
	g_object_unref(content);
	g_object_unref(stream);
	g_object_unref(part);
	g_free(file);
	g_free(kind);
}

/* The texts, and after them the files. Takes `texts` over. */
static GMimeMultipart *add_attachments(GMimeMultipart *texts, const struct rendered *m, const char *boundary)
{
	const struct plan_attachment *rows = PLAN_ROWS(m->plan, ATTACHMENT, attachment);
	char outer[2 * BOUNDARY_BYTES + 8];
	GMimeMultipart *mixed = g_mime_multipart_new_with_subtype("mixed");
	snprintf(outer, sizeof outer, "=_m%s", boundary + 2);
	g_mime_multipart_set_boundary(mixed, outer);
	g_mime_multipart_add(mixed, GMIME_OBJECT(texts));
	g_object_unref(texts);
	for (uint32_t i = 0; i < m->attachment_count; i++) {
		const struct plan_attachment *a = &rows[m->attachment + i];
		add_attachment(mixed, PLAN_STRING(m->plan, a->name), PLAN_STRING(m->plan, a->type),
		               PLAN_STRING(m->plan, a->data));
	}
	return mixed;
}

static void add_body(GMimeMessage *message, const struct rendered *m)
{
	uint8_t digest[SHA256_SIZE];
	char boundary[2 + 2 * BOUNDARY_BYTES + 1] = "=_"; /* can't occur in quoted-printable */
	sha256(m->message_id.p, m->message_id.n, digest);
	hex_encode(digest, BOUNDARY_BYTES, boundary + 2);
	GMimeMultipart *parts = g_mime_multipart_new_with_subtype("alternative");
	g_mime_multipart_set_boundary(parts, boundary);
	add_part(parts, "plain", m->text);
	add_part(parts, "html", m->html);
	if (m->attachment_count)
		parts = add_attachments(parts, m, boundary);
	g_mime_message_set_mime_part(message, GMIME_OBJECT(parts));
	g_object_unref(parts);
}

/* What every server may take: CR and LF only as a pair, lines of at most 998 bytes. */
static bool check_lines(const char *p, size_t n, struct buf *error)
{
	size_t column = 0;
	for (size_t i = 0; i < n; i++) {
		bool pair = p[i] == '\r' && i + 1 < n && p[i + 1] == '\n';
		if ((p[i] == '\r' && !pair) || p[i] == '\n' || p[i] == '\0')
			return refuse(error, "message", "a bare CR, LF or NUL would leave");
		column = pair ? 0 : column + 1;
		i += pair;
		if (column > LINE_MAX_BYTES)
			return refuse(error, "message", "a line is longer than 998 bytes");
	}
	return column == 0 || refuse(error, "message", "the last line is not ended");
}

static bool write_message(GMimeMessage *message, struct buf *bytes, struct buf *error)
{
	GMimeFormatOptions *format = g_mime_format_options_new();
	g_mime_format_options_set_newline_format(format, GMIME_NEWLINE_FORMAT_DOS);
	GMimeStream *stream = g_mime_stream_mem_new();
	ssize_t written = g_mime_object_write_to_stream(GMIME_OBJECT(message), format, stream);
	GByteArray *array = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
	bool good = written >= 0 || refuse(error, "message", "it could not be written");
	if (good && array->len && array->data[array->len - 1] != '\n')
		g_mime_stream_write(stream, "\r\n", 2);
	good = good && check_lines((const char *)array->data, array->len, error);
	if (good) {
		buf_add(bytes, array->data, array->len);
		good = !bytes->failed || refuse(error, "message", "out of memory");
	}
	g_object_unref(stream);
	g_mime_format_options_free(format);
	return good;
}

bool mime_encode(const struct rendered *m, struct buf *bytes, struct buf *error)
{
	GMimeMessage *message = g_mime_message_new(FALSE);
	set_date(message, m);
	bool good = add_headers(message, m, error);
	if (good) {
		add_body(message, m);
		good = write_message(message, bytes, error);
	}
	g_object_unref(message);
	return good;
}

/* ---- back again ---- */

static void keep_first_text(GMimeObject *parent, GMimeObject *part, gpointer found)
{
	(void)parent;
	GMimePart **text = (GMimePart **)found;
	GMimeContentType *type = g_mime_object_get_content_type(part);
	if (!*text && GMIME_IS_PART(part) && (!type || g_mime_content_type_is_type(type, "text", "plain")))
		*text = GMIME_PART(part);
}

bool mime_text(struct slice message, struct buf *text)
{
	GMimePart *part = NULL;
	GMimeStream *in = g_mime_stream_mem_new_with_buffer(message.p, message.n), *out = g_mime_stream_mem_new();
	GMimeParser *parser = g_mime_parser_new_with_stream(in);
	GMimeMessage *parsed = g_mime_parser_construct_message(parser, NULL);
	if (parsed)
		g_mime_message_foreach(parsed, keep_first_text, &part);
	GMimeDataWrapper *content = part ? g_mime_part_get_content(part) : NULL;
	bool good = content && g_mime_data_wrapper_write_to_stream(content, out) >= 0;
	GByteArray *bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(out));
	for (guint i = 0; good && i < bytes->len; i++)
		if (bytes->data[i] != '\r')
			buf_add(text, bytes->data + i, 1);
	if (parsed)
		g_object_unref(parsed);
	g_object_unref(parser);
	g_object_unref(out);
	g_object_unref(in);
	return good && !text->failed;
}
