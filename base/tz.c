/* SPDX-License-Identifier: Apache-2.0
 * Zones as an ascending list of offset changes and, after the last of them, the rule of the TZif footer, which is
 * evaluated when asked for. Everything that looks at local time goes through one primitive, piece_at: the stretch
 * of constant offset around an instant. isdst is never looked at: Dublin's winter is "daylight saving" of -1 hour.
 * Files are refused as a whole when anything in them breaks RFC 9636: a zone is right or not there. */
#include "base/tz.h"
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DAY_S 86400
/* Offsets are above -25 and below 26 hours (RFC 9636, 3.2). */
#define OFFSET_MIN_S   (-25 * 3600 + 1)
#define OFFSET_MAX_S   (26 * 3600 - 1)
#define NEVER_S        INT64_MAX
#define LAST_TIME_S    (INT64_MAX / US_PER_SECOND - 2 * DAY_S)
#define FIRST_TIME_S   (-(INT64_C(1) << 59))
#define FILE_MAX       ((size_t)1 << 20)
#define NAME_MAX_BYTES 64

/* A day of the year and a time on it, as POSIX TZ strings have them. */
struct rule {
	enum { RULE_JULIAN, RULE_DAY, RULE_WEEKDAY } kind;
	int day;         /* RULE_JULIAN 1..365 without 29 February, RULE_DAY 0..365, RULE_WEEKDAY 0 = Sunday */
	int month, week; /* RULE_WEEKDAY: 5 is the month's last */
	int32_t time_s;  /* local, from that day's midnight; may be negative or beyond a day */
};

struct footer {
	bool present, has_dst;
	int32_t std_s, dst_s;   /* seconds east */
	struct rule start, end; /* of dst: start on the std clock, end on the dst clock */
};

struct tz {
	uint32_t count; /* changes; each differs from the offset before it */
	int32_t first_offset_s;
	int64_t *change_s;     /* ascending */
	int32_t *offset_s;     /* from change_s[i] on */
	int64_t footer_from_s; /* the footer holds from here; not before the last change */
	struct footer footer;
	size_t name_n;
	char name[NAME_MAX_BYTES];
};

/* [from_s, to_s) has one offset, and no longer stretch around it has. INT64_MIN and NEVER_S mean no end. */
struct piece {
	int64_t from_s, to_s;
	int32_t offset_s;
};

/* ---- instants ---- */

static int64_t seconds_of(int64_t us)
{
	return us / US_PER_SECOND - (us % US_PER_SECOND < 0);
}

static int64_t us_of(int64_t seconds)
{
	int64_t us;
	if (__builtin_mul_overflow(seconds, US_PER_SECOND, &us))
		return seconds < 0 ? INT64_MIN : INT64_MAX;
	return us;
}

/* INT64_MAX means "never" to callers; it must not wrap. */
static int64_t add_seconds(int64_t us, int64_t seconds)
{
	int64_t sum;
	if (__builtin_add_overflow(us, us_of(seconds), &sum))
		return seconds < 0 ? INT64_MIN : INT64_MAX;
	return sum;
}

/* ---- pieces ---- */

static int32_t rule_day(const struct rule *r, int32_t year)
{
	int32_t january = civil_days(year, 1, 1);
	if (r->kind == RULE_JULIAN)
		return january + r->day - 1 + (r->day >= 60 && civil_month_length(year, 2) == 29);
	if (r->kind == RULE_DAY)
		return january + r->day;
	int32_t first = civil_days(year, r->month, 1);
	int sunday_based = (civil_weekday(first) + 1) % 7;
	int day = (r->day - sunday_based + 7) % 7 + (r->week - 1) * 7;
	return first + (day < civil_month_length(year, r->month) ? day : day - 7);
}

static struct piece footer_piece(const struct footer *f, int64_t at_s)
{
	struct piece piece = {INT64_MIN, NEVER_S, f->std_s};
	if (!f->has_dst)
		return piece;
	int32_t year;
	int month, day;
	civil_from_days(civil_day_of(us_of(at_s)), &year, &month, &day);
	/* Times reach up to 167 hours into the neighbouring years. */
	for (int32_t y = year - 2; y <= year + 2; y++) {
		int64_t start = (int64_t)rule_day(&f->start, y) * DAY_S + f->start.time_s - f->std_s;
		int64_t end = (int64_t)rule_day(&f->end, y) * DAY_S + f->end.time_s - f->dst_s;
		if (end <= at_s && end > piece.from_s)
			piece = (struct piece){end, piece.to_s, f->std_s};
		/* Where dst ends and starts at one instant, it goes on. */
		if (start <= at_s && start >= piece.from_s)
			piece = (struct piece){start, piece.to_s, f->dst_s};
		if (start > at_s && start < piece.to_s)
			piece.to_s = start;
		if (end > at_s && end < piece.to_s)
			piece.to_s = end;
	}
	return piece;
}

static struct piece piece_at(const struct tz *z, int64_t at_s)
{
	uint32_t low = 0, high = z->count; /* the first change after at_s */
	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		if (z->change_s[mid] <= at_s)
			low = mid + 1;
		else
			high = mid;
	}
	struct piece piece = {low ? z->change_s[low - 1] : INT64_MIN, low < z->count ? z->change_s[low] : NEVER_S,
	                      low ? z->offset_s[low - 1] : z->first_offset_s};
	if (low < z->count || !z->footer.present)
		return piece;
	struct piece last = footer_piece(&z->footer, at_s > z->footer_from_s ? at_s : z->footer_from_s);
	/* The last change stands until the footer's first one. By RFC 9636 the two agree at the last change; where zic
	 * writes files in which they do not (Ojinaga 2022, "slim"), it is the change that is right. */
	if (last.from_s <= z->footer_from_s)
		last = (struct piece){piece.from_s, last.to_s, piece.offset_s};
	return last;
}

int32_t tz_offset_s(const struct tz *z, int64_t instant_us)
{
	return piece_at(z, seconds_of(instant_us)).offset_s;
}

int64_t tz_to_wall(const struct tz *z, int64_t instant_us)
{
	return add_seconds(instant_us, tz_offset_s(z, instant_us));
}

int64_t tz_next_change(const struct tz *z, int64_t instant_us)
{
	return us_of(piece_at(z, seconds_of(instant_us)).to_s);
}

/* ---- wall clock to instants ---- */

/* Where a wall-clock second lies. With none of the zone's instants (a gap), first_s and last_s are what the
 * offsets before and after it make of it, and gap_end_s is the instant at which the clock jumps. */
struct resolved {
	enum tz_class class;
	int64_t first_s, last_s, gap_end_s;
};

static struct resolved resolve(const struct tz *z, int64_t wall_s)
{
	struct resolved gap = {TZ_GAP, 0, 0, 0}, found = {TZ_GAP, 0, 0, 0};
	struct piece piece = piece_at(z, wall_s - OFFSET_MAX_S), next;
	/* All instants that can show this wall time lie within the offsets' range: nearly always in one piece. */
	for (;; piece = next) {
		int64_t at_s = wall_s - piece.offset_s;
		if (at_s >= piece.from_s && at_s < piece.to_s) {
			found.class = found.class == TZ_GAP ? TZ_UNIQUE : TZ_OVERLAP;
			found.last_s = at_s;
			if (found.class == TZ_UNIQUE)
				found.first_s = at_s;
		}
		if (piece.to_s > wall_s - OFFSET_MIN_S)
			break;
		next = piece_at(z, piece.to_s);
		if (at_s >= piece.to_s && wall_s - next.offset_s < next.from_s)
			gap = (struct resolved){TZ_GAP, at_s, wall_s - next.offset_s, next.from_s};
	}
	return found.class == TZ_GAP ? gap : found;
}

enum tz_class tz_classify(const struct tz *z, int64_t wall_us)
{
	return resolve(z, seconds_of(wall_us)).class;
}

int64_t tz_from_wall(const struct tz *z, int64_t wall_us, enum tz_policy policy)
{
	int64_t wall_s = seconds_of(wall_us);
	struct resolved at = resolve(z, wall_s);
	if (at.class == TZ_GAP && policy == TZ_GAP_END)
		return us_of(at.gap_end_s);
	bool last = at.class == TZ_GAP ? policy == TZ_EARLIER : policy == TZ_LATER;
	return add_seconds(wall_us, (last ? at.last_s : at.first_s) - wall_s);
}

int64_t tz_start_of_day(const struct tz *z, int32_t days)
{
	return tz_from_wall(z, us_of((int64_t)days * DAY_S), TZ_GAP_END);
}

int32_t tz_day_length_minutes(const struct tz *z, int32_t days)
{
	int64_t from = (int64_t)days * DAY_S, total = 0;
	struct piece piece = piece_at(z, from - OFFSET_MAX_S);
	for (;; piece = piece_at(z, piece.to_s)) {
		int64_t start = from - piece.offset_s, end = start + DAY_S;
		start = start > piece.from_s ? start : piece.from_s;
		end = end < piece.to_s ? end : piece.to_s;
		if (end > start)
			total += end - start;
		if (piece.to_s > from + DAY_S - OFFSET_MIN_S)
			return (int32_t)(total / 60);
	}
}

char *tz_format_people(const struct tz *z, int64_t instant_us, char out[40])
{
	return civil_format_people(tz_to_wall(z, instant_us), out);
}

char *tz_format_rfc3339(const struct tz *z, int64_t instant_us, char out[40])
{
	int32_t offset = tz_offset_s(z, instant_us), size = offset < 0 ? -offset : offset;
	struct civil c;
	civil_from_wall_us(add_seconds(instant_us, offset), &c);
	int n = snprintf(out, 40, "%04d-%02d-%02dT%02d:%02d:%02d%c%02d:%02d", c.year, c.month, c.day, c.hour, c.minute,
	                 c.second, offset < 0 ? '-' : '+', size / 3600, size / 60 % 60);
	if (size % 60 && n > 0 && n < 40)
		snprintf(out + n, 40 - (size_t)n, ":%02d", size % 60);
	return out;
}

/* ---- reading a TZif image ---- */

/* Reading past the end gives zeros and sets `bad`, so that only results need a test. */
struct reader {
	const uint8_t *p;
	size_t n;
	bool bad;
};

static const uint8_t *take(struct reader *r, size_t n)
{
	if (n > r->n) {
		r->bad = true;
		return NULL;
	}
	const uint8_t *p = r->p;
	r->p += n;
	r->n -= n;
	return p;
}

static uint64_t big_endian(const uint8_t *p, size_t n)
{
	uint64_t v = 0;
	for (size_t i = 0; i < n; i++)
		v = v << 8 | p[i];
	return v;
}

struct header {
	uint8_t version; /* 1..4 */
	uint32_t is_ut, is_std, leap, time, type, character;
};

static bool read_header(struct reader *r, struct header *h)
{
	const uint8_t *p = take(r, 44);
	if (!p || memcmp(p, "TZif", 4) != 0 || (p[4] && (p[4] < '2' || p[4] > '4')))
		return false;
	h->version = p[4] ? p[4] - '0' : 1;
	h->is_ut = (uint32_t)big_endian(p + 20, 4);
	h->is_std = (uint32_t)big_endian(p + 24, 4);
	h->leap = (uint32_t)big_endian(p + 28, 4);
	h->time = (uint32_t)big_endian(p + 32, 4);
	h->type = (uint32_t)big_endian(p + 36, 4);
	h->character = (uint32_t)big_endian(p + 40, 4);
	/* No count of a file of FILE_MAX bytes is larger; so sums below stay small. */
	return h->is_ut <= FILE_MAX && h->is_std <= FILE_MAX && h->leap <= FILE_MAX && h->time <= FILE_MAX &&
	       h->type <= FILE_MAX && h->character <= FILE_MAX;
}

static size_t block_size(const struct header *h, size_t time_size)
{
	return h->time * (time_size + 1) + h->type * (size_t)6 + h->character + h->leap * (time_size + 4) + h->is_std +
	       h->is_ut;
}

static bool all_below(const uint8_t *p, size_t n, unsigned limit)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] >= limit)
			return false;
	}
	return true;
}

static bool good_types(const uint8_t *types, const struct header *h)
{
	for (uint32_t i = 0; i < h->type; i++) {
		const uint8_t *type = types + (size_t)i * 6;
		int32_t offset = (int32_t)(uint32_t)big_endian(type, 4);
		if (offset < OFFSET_MIN_S || offset > OFFSET_MAX_S || type[4] > 1 || type[5] >= h->character)
			return false;
	}
	return true;
}

/* A zone with room for `changes`, in one allocation. */
static struct tz *new_zone(struct slice name, size_t changes)
{
	struct tz *z = calloc(1, sizeof *z + changes * (sizeof *z->change_s + sizeof *z->offset_s));
	if (!z)
		return NULL;
	z->change_s = (int64_t *)(z + 1);
	z->offset_s = (int32_t *)(z->change_s + changes);
	z->name_n = name.n;
	if (name.n)
		memcpy(z->name, name.p, name.n);
	return z;
}

/* The data block, with times of 4 or 8 bytes. Changes that keep the offset (only the abbreviation or isdst is new)
 * are left out. */
static struct tz *read_block(struct reader *r, const struct header *h, size_t time_size, struct slice name)
{
	const uint8_t *times = take(r, h->time * time_size), *indexes = take(r, h->time);
	const uint8_t *types = take(r, h->type * (size_t)6), *characters = take(r, h->character);
	take(r, h->leap * (time_size + 4));
	const uint8_t *is_std = take(r, h->is_std), *is_ut = take(r, h->is_ut);
	/* Leap seconds: the zones under right/ count other seconds than we do. */
	if (r->bad || h->type == 0 || h->type > 256 || h->character == 0 || h->leap ||
	    (h->is_std && h->is_std != h->type) || (h->is_ut && h->is_ut != h->type))
		return NULL;
	if (!all_below(indexes, h->time, h->type) || !good_types(types, h) || characters[h->character - 1] != 0 ||
	    !all_below(is_std, h->is_std, 2) || !all_below(is_ut, h->is_ut, 2))
		return NULL;
	struct tz *z = new_zone(name, h->time);
	if (!z)
		return NULL;
	int32_t offset = z->first_offset_s = (int32_t)(uint32_t)big_endian(types, 4);
	int64_t before = INT64_MIN;
	for (uint32_t i = 0; i < h->time; i++) {
		uint64_t raw = big_endian(times + i * time_size, time_size);
		int64_t at = time_size == 4 ? (int32_t)(uint32_t)raw : (int64_t)raw;
		if (at <= before || at < FIRST_TIME_S || at > LAST_TIME_S) {
			free(z);
			return NULL;
		}
		before = at;
		int32_t new_offset = (int32_t)(uint32_t)big_endian(types + (size_t)indexes[i] * 6, 4);
		if (new_offset != offset) {
			z->change_s[z->count] = at;
			z->offset_s[z->count++] = offset = new_offset;
		}
	}
	z->footer_from_s = before;
	return z;
}

/* ---- the footer: a POSIX TZ string ---- */

static bool take_char(struct reader *r, char c)
{
	if (r->n == 0 || r->p[0] != (uint8_t)c)
		return false;
	take(r, 1);
	return true;
}

static bool is_letter(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* "EST" or "<-03>": three characters or more. Names are not kept. */
static bool take_name(struct reader *r)
{
	bool quoted = take_char(r, '<');
	size_t n = 0;
	while (n < r->n && (is_letter(r->p[n]) || (quoted && (is_digit(r->p[n]) || r->p[n] == '+' || r->p[n] == '-'))))
		n++;
	take(r, n);
	return n >= 3 && (!quoted || take_char(r, '>'));
}

/* One to three digits, between min and max. */
static bool take_number(struct reader *r, int min, int max, int *value)
{
	size_t n = 0;
	*value = 0;
	while (n < 3 && n < r->n && is_digit(r->p[n]))
		*value = *value * 10 + (r->p[n++] - '0');
	take(r, n);
	return n && *value >= min && *value <= max;
}

/* [+-]h[:mm[:ss]] */
static bool take_hours(struct reader *r, int max_hours, int32_t *seconds)
{
	bool negative = take_char(r, '-');
	if (!negative)
		take_char(r, '+');
	int hours, minutes = 0, rest = 0;
	if (!take_number(r, 0, max_hours, &hours))
		return false;
	if (take_char(r, ':') &&
	    (!take_number(r, 0, 59, &minutes) || (take_char(r, ':') && !take_number(r, 0, 59, &rest))))
		return false;
	int32_t size = hours * 3600 + minutes * 60 + rest;
	*seconds = negative ? -size : size;
	return true;
}

static bool take_rule(struct reader *r, uint8_t version, struct rule *rule)
{
	*rule = (struct rule){.time_s = 2 * 3600};
	bool good = take_char(r, ',');
	if (take_char(r, 'J')) {
		rule->kind = RULE_JULIAN;
		good = good && take_number(r, 1, 365, &rule->day);
	} else if (take_char(r, 'M')) {
		rule->kind = RULE_WEEKDAY;
		good = good && take_number(r, 1, 12, &rule->month) && take_char(r, '.') &&
		       take_number(r, 1, 5, &rule->week) && take_char(r, '.') && take_number(r, 0, 6, &rule->day);
	} else {
		rule->kind = RULE_DAY;
		good = good && take_number(r, 0, 365, &rule->day);
	}
	if (good && take_char(r, '/')) {
		/* Signs and hours beyond a day came with version 3. */
		good = take_hours(r, version >= 3 ? 167 : 24, &rule->time_s);
		good = good && (version >= 3 || rule->time_s >= 0);
	}
	return good;
}

/* The footer's sign is POSIX's, west positive; ours is east. 24:59:59 and one hour more stay within the limits. */
static bool take_footer(struct reader *r, uint8_t version, struct footer *f)
{
	if (!take_char(r, '\n'))
		return false;
	if (take_char(r, '\n'))
		return r->n == 0; /* empty: the last change holds for ever */
	int32_t west;
	if (!take_name(r) || !take_hours(r, 24, &west))
		return false;
	*f = (struct footer){.present = true, .std_s = -west};
	if (r->n && r->p[0] != '\n') {
		f->has_dst = true;
		west -= 3600;
		if (!take_name(r) || (r->n && r->p[0] != ',' && !take_hours(r, 24, &west)) ||
		    !take_rule(r, version, &f->start) || !take_rule(r, version, &f->end))
			return false;
		f->dst_s = -west;
	}
	return take_char(r, '\n') && r->n == 0;
}

/* False if the footer does not know the offset that the changes end with. A dst that never ends
 * ("EST5EDT,0/0,J365/25"), or that keeps the offset, becomes the standard time: every boundary of a piece is then a
 * real change. The Gregorian calendar repeats after 400 years. */
static bool join_footer(struct tz *z)
{
	struct footer *f = &z->footer;
	int32_t last = z->count ? z->offset_s[z->count - 1] : z->first_offset_s;
	if (!f->present)
		return true;
	if (last != f->std_s && !(f->has_dst && last == f->dst_s))
		return false;
	struct piece piece = footer_piece(f, 0);
	int32_t offset = piece.offset_s;
	for (int i = 0; f->has_dst && i < 800; i++) {
		piece = footer_piece(f, piece.to_s);
		if (piece.offset_s != offset)
			return true;
	}
	*f = (struct footer){.present = true, .std_s = offset};
	return true;
}

struct tz *tz_parse(struct slice name, const void *image, size_t n)
{
	if (name.n >= NAME_MAX_BYTES || n > FILE_MAX || !image)
		return NULL;
	struct reader r = {image, n, false};
	struct header h, wide;
	if (!read_header(&r, &h))
		return NULL;
	if (h.version == 1) {
		struct tz *z = read_block(&r, &h, 4, name);
		if (!z || r.n == 0)
			return z;
		tz_unload(z);
		return NULL;
	}
	if (!take(&r, block_size(&h, 4)) || !read_header(&r, &wide) || wide.version != h.version)
		return NULL;
	struct tz *z = read_block(&r, &wide, 8, name);
	if (!z)
		return NULL;
	bool good = take_footer(&r, h.version, &z->footer);
	if (good && z->footer.present && wide.time == 0) { /* the footer holds always */
		z->footer_from_s = -LAST_TIME_S;
		z->first_offset_s = footer_piece(&z->footer, z->footer_from_s).offset_s;
	}
	if (good && join_footer(z))
		return z;
	tz_unload(z);
	return NULL;
}

void tz_unload(struct tz *z)
{
	free(z);
}

/* ---- the zones of a directory ---- */

/* There are about 600 names; the table never grows, so that threads may share it without a lock. */
#define SLOTS 2048

struct tz_db {
	char *directory;
	char version[32];
	_Atomic(struct tz *) slots[SLOTS];
};

static const struct tz utc = {.name_n = 3, .name = "UTC"};

const struct tz *tz_utc(void)
{
	return &utc;
}

struct slice tz_name(const struct tz *z)
{
	return (struct slice){z->name, z->name_n};
}

/* Reads at most size bytes of a regular file; -1 if it is none or larger. */
static ssize_t read_file(const char *directory, struct slice name, char *bytes, size_t size)
{
	char path[4096];
	int n = snprintf(path, sizeof path, "%s/%.*s", directory, SLICE_ARG(name));
	if (n < 0 || (size_t)n >= sizeof path)
		return -1;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -1;
	struct stat st;
	size_t have = 0;
	ssize_t got = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size >= 0 ? 1 : -1;
	while (got > 0 && have < size) {
		got = read(fd, bytes + have, size - have);
		if (got > 0)
			have += (size_t)got;
	}
	close(fd);
	return got < 0 ? -1 : (ssize_t)have;
}

/* "# version 2025b", the first line of tzdata.zi. */
static void read_version(struct tz_db *db)
{
	char bytes[64];
	ssize_t n = read_file(db->directory, SLICE("tzdata.zi"), bytes, sizeof bytes);
	struct slice text = {bytes, n > 0 ? (size_t)n : 0}, mark = SLICE("# version ");
	ptrdiff_t end = slice_find(text, SLICE("\n"));
	if (end < (ptrdiff_t)mark.n || !slice_starts(text, mark.p))
		return;
	struct slice version = slice_trim((struct slice){bytes + mark.n, (size_t)end - mark.n});
	if (version.n < sizeof db->version)
		memcpy(db->version, version.p, version.n);
}

struct tz_db *tz_db_open(const char *directory)
{
	struct tz_db *db = calloc(1, sizeof *db);
	if (!db)
		return NULL;
	db->directory = strdup(directory ? directory : "/usr/share/zoneinfo");
	if (!db->directory) {
		free(db);
		return NULL;
	}
	read_version(db);
	return db;
}

void tz_db_close(struct tz_db *db)
{
	if (!db)
		return;
	for (size_t i = 0; i < SLOTS; i++)
		tz_unload(atomic_load(&db->slots[i]));
	free(db->directory);
	free(db);
}

struct slice tz_db_version(const struct tz_db *db)
{
	return slice_of(db->version);
}

/* Real names begin with a capital; "localtime", "posixrules", "posix/..." and "right/..." do not. */
static bool good_name(struct slice name)
{
	if (name.n == 0 || name.n >= NAME_MAX_BYTES || name.p[0] < 'A' || name.p[0] > 'Z' || name.p[name.n - 1] == '/')
		return false;
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		if (!is_letter((uint8_t)c) && !is_digit((uint8_t)c) && c != '_' && c != '+' && c != '-' &&
		    (c != '/' || name.p[i - 1] == '/'))
			return false;
	}
	return true;
}

static struct tz *load(const struct tz_db *db, struct slice name)
{
	/* Real files have up to 4 KiB; a larger one reads as cut off, which is damaged. */
	char bytes[1 << 16];
	ssize_t n = read_file(db->directory, name, bytes, sizeof bytes);
	return n > 0 ? tz_parse(name, bytes, (size_t)n) : NULL;
}

const struct tz *tz_get(struct tz_db *db, struct slice name)
{
	if (slice_is(name, "UTC"))
		return &utc;
	if (!good_name(name))
		return NULL;
	struct tz *fresh = NULL;
	uint64_t at = slice_hash(name);
	for (size_t tries = 0; tries < SLOTS; tries++, at++) {
		_Atomic(struct tz *) *slot = &db->slots[at % SLOTS];
		struct tz *z = atomic_load_explicit(slot, memory_order_acquire);
		if (!z && !fresh && !(fresh = load(db, name)))
			return NULL;
		if (!z && atomic_compare_exchange_strong(slot, &z, fresh))
			return fresh;
		/* Somebody's zone, perhaps put there by another thread just now. */
		if (slice_eq(tz_name(z), name)) {
			tz_unload(fresh);
			return z;
		}
	}
	tz_unload(fresh);
	return NULL;
}
