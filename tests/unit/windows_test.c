/* SPDX-License-Identifier: Apache-2.0
 * The analyses of time and texts: what each finds and what it leaves alone; weeks against the words of
 * the rules, and the waits that are called swallowed against
 * every minute of a month. */
#include "base/calling_code.h"
#include "base/tz.h"
#include "compiler/analyze/zone_pairs.h"
#include "compiler/diag_edit.h"
#include "tests/unit/compile_help.h"

#define ACME(contact, items)                                                                                           \
	"workspace acme { timezone \"America/New_York\"\n contact { email email; phone phone required; " contact       \
	" }\n mailbox sales { address \"sales@acme.example\"; postal \"1 Main St\" }\n"                                \
	" sms texting { number \"+15145550100\" }\n whatsapp chat { number \"+15145550101\" }\n" items " }\n"
#define BODY(body) "sequence a {\n" body "\n}\n"
#define SMS        "sms s { text \"Hello from Acme\" }\n"

static void windows_that_never_open(void **state)
{
	(void)state;
	static const struct example examples[] = {
	        {"weekends skipped", ACME("", "") BODY("window sat 09:00-12:00\nskip weekends\n" SMS), "E0413"},
	        {"in a night from Friday on", ACME("", "") BODY("window fri 22:00-02:00\nskip weekends\n" SMS), ""},
	        {"any_day goes past the skip",
	         ACME("", "") BODY("window sat 09:00-12:00\nskip weekends\nsms s { any_day; text \"Hello\" }"), ""},
	        {"a window that no message takes",
	         ACME("", "") BODY("window sat 09:00-12:00\nskip weekends\nsms s { window anytime; text \"Hello\" }"),
	         ""},
	        {"a step's own", ACME("", "") BODY("skip weekends\nsms s { window sun 09:00-10:00; text \"Hello\" }"),
	         "E0413"},
	        {"within quiet hours", ACME("", "quiet sms 20:00-10:00") BODY("window mon-fri 20:30-22:00\n" SMS),
	         "E0413"},
	        {"of another channel", ACME("", "quiet email 20:00-10:00") BODY("window mon-fri 20:30-22:00\n" SMS),
	         ""},
	        {"the window of rule 4", ACME("", "quiet email 07:00-21:00") BODY(HELLO), "E0413"},
	        {"which service has not", ACME("", "quiet email 07:00-21:00") BODY("purpose service\n" HELLO), ""},
	        {"quiet all day long, twice over",
	         ACME("", "quiet email 07:00-21:00\nquiet email 21:00-07:00") BODY("purpose service\n" HELLO), "E0413"},
	        {"one channel of two",
	         ACME("", "quiet sms 20:00-10:00")
	                 BODY("window mon-fri 20:30-22:00\n"
	                      "send s by sms, email { sms { text \"Hi\" }; email { subject \"Hello\"; body \"Hi\" } }"),
	         "E0413"},
	        {"half an hour a week", ACME("", "") BODY("window mon 09:00-09:30\n" HELLO), "W0610"},
	        {"an hour a week", ACME("", "") BODY("window mon 09:00-09:30, thu 09:00-09:30\n" HELLO), ""},
	        {"quiet hours leave half an hour",
	         ACME("", "quiet email 20:00-08:30") BODY("window fri 08:00-09:00\n" HELLO), "W0610"},
	        {"what a hold-out would have",
	         ACME("", "") BODY("email s { window anytime; subject \"Hello\"\n"
	                           "variant one 50% { body \"Hi\" }\nvariant none 50% }"),
	         ""},
	        {"by a fragment",
	         ACME("", "quiet sms 20:00-10:00") "fragment f() { sms s { window mon 20:30-23:00; text \"Hi\" } "
	                                           "}\n" BODY("run f()"),
	         "E0413"},
	};
	EXPECT_ALL(examples);
}

#define PARIS_9 "window mon-fri 09:00-10:00 in \"Europe/Paris\"\n"

static void windows_against_zones(void **state)
{
	(void)state;
	static const struct example examples[] = {
	        {"contacts anywhere", ACME("timezone zone required", "quiet sms 21:00-08:00") BODY(PARIS_9 SMS),
	         "W0611"},
	        {"contacts where we are", ACME("", "quiet email 04:00-08:00") BODY(PARIS_9 HELLO), ""},
	        {"who are asleep then", ACME("", "quiet email 21:00-08:00") BODY(PARIS_9 HELLO), "E0413"},
	        {"without quiet hours", ACME("timezone zone required", "") BODY(PARIS_9 SMS), ""},
	        {"in the contact's own zone",
	         ACME("timezone zone required", "quiet sms 21:00-08:00") BODY("window mon-fri 09:00-10:00\n" SMS), ""},
	        {"by its field",
	         ACME("timezone zone required", "quiet sms 21:00-08:00")
	                 BODY("window mon-fri 09:00-10:00 in contact.timezone\n" SMS),
	         ""},
	        {"by another field",
	         ACME("timezone zone required; office zone", "quiet sms 21:00-08:00")
	                 BODY("window mon-fri 09:00-10:00 in contact.office\n" SMS),
	         ""},
	        {"quiet hours that leave each zone some of it",
	         ACME("timezone zone required", "quiet sms 23:00-06:00")
	                 BODY("window mon-fri 06:00-22:00 in \"Europe/Paris\"\n" SMS),
	         ""},
	        {"anytime", ACME("timezone zone required", "quiet sms 21:00-08:00") BODY("window anytime\n" SMS), ""},
	        {"a number of many zones",
	         ACME("timezone zone", "quiet sms 21:00-08:00") BODY("window mon-fri 09:00-12:00\n" SMS), "W0612"},
	        {"with its zone",
	         ACME("timezone zone required", "quiet sms 21:00-08:00") BODY("window mon-fri 09:00-12:00\n" SMS), ""},
	        {"by email",
	         ACME("timezone zone", "quiet email 21:00-08:00") BODY("window mon-fri 09:00-12:00\n" HELLO), ""},
	        {"until the afternoon",
	         ACME("timezone zone", "quiet sms 21:00-08:00") BODY("window mon-fri 09:00-15:00\n" SMS), ""},
	};
	EXPECT_ALL(examples);
}

#define WAIT(window, wait) "sequence a {\n" window "\n" HELLO wait "\n" AGAIN "}\n"

static void waits_that_are_swallowed(void **state)
{
	(void)state;
	static const struct example examples[] = {
	        {"a day, where one a week is open", WAIT("window mon 09:00-12:00", "wait 1 day"), "W0613"},
	        {"a week", WAIT("window mon 09:00-12:00", "wait 1 week"), ""},
	        {"an hour", WAIT("window mon 09:00-12:00", "wait 1 hour"), ""},
	        {"more than the opening", WAIT("window mon 09:00-12:00", "wait 5 hours"), "W0613"},
	        {"half an hour before it closes", WAIT("window mon-fri 09:00-17:00", "wait 30 minutes"), ""},
	        {"three days over a weekend", WAIT("window mon-fri 09:00-17:00", "wait 3 days"), ""},
	        {"business days", WAIT("window mon-fri 09:00-17:00\nskip weekends", "wait 3 business days"), ""},
	        {"business days to where none is open", WAIT("window tue 09:00-17:00", "wait 1 business day"), "W0613"},
	        {"which a holiday may move into it", WAIT("window tue, thu 09:00-17:00", "wait 1 business day"), ""},
	        {"a time that is closed", WAIT("window mon-fri 09:00-17:00", "wait 1 day at 18:00"), "W0613"},
	        {"midnight names the day", WAIT("window mon-fri 09:00-17:00", "wait 1 day at 00:00"), ""},
	        {"in the afternoon of the second day",
	         "sequence a {\nwindow mon-fri 08:00-10:00\n" HELLO "wait 2 days\n"
	         "email again { window mon-fri 16:00-18:00; body \"Still there?\" } }",
	         ""},
	        {"in a morning that is over by then",
	         "sequence a {\nwindow mon-fri 16:00-18:00\n" HELLO "wait 2 days\n"
	         "email again { window mon-fri 08:00-10:00; body \"Still there?\" } }",
	         "W0613"},
	        {"one that is open", WAIT("window mon-fri 09:00-17:00", "wait 1 day at 16:00"), ""},
	        {"a day that is closed", WAIT("window mon-fri 09:00-17:00", "wait until sat 10:00"), "W0613"},
	        {"one that is skipped", WAIT("window mon-sun 09:00-17:00\nskip weekends", "wait until sat 10:00"),
	         "W0613"},
	        {"one that is open ", WAIT("window mon-fri 09:00-17:00", "wait until fri 10:00"), ""},
	        {"past the skip",
	         "sequence a {\nskip weekends\n" HELLO "wait until sat 10:00\n"
	         "email again { any_day; body \"Still there?\" } }",
	         ""},
	        {"anytime", WAIT("window anytime", "wait until sat 03:00"), ""},
	        {"anytime but weekends", WAIT("window anytime\nskip weekends", "wait until sat 03:00"), "W0613"},
	        {"before the first message a time is known",
	         "sequence a {\nwindow mon-fri 09:00-17:00\n"
	         "wait until 20:00\n" HELLO "}",
	         "W0613"},
	        {"but no start", "sequence a {\nwindow mon 09:00-12:00\nwait 1 day\n" HELLO "}", ""},
	        {"behind a branch",
	         WAIT("window mon 09:00-12:00", "when hello.clicked { exit \"x\" }\n"
	                                        "wait 1 day as later"),
	         ""},
	        {"in a branch",
	         "sequence a {\nwindow mon 09:00-12:00\n" HELLO "when hello.clicked { wait 1 day as later\n" AGAIN
	         "} }",
	         "W0613"},
	        {"behind something else",
	         WAIT("window mon 09:00-12:00", "alert us { to sales; subject \"S\"; body \"B\" }\n"
	                                        "wait 1 day"),
	         ""},
	        {"of two windows that meet",
	         "sequence a {\nwindow mon 09:00-12:00\n" HELLO "wait 1 day\n"
	         "email again { window tue 09:00-12:00; body \"Still there?\" } }",
	         ""},
	        {"in two zones",
	         "sequence a {\nwindow mon 09:00-12:00\n" HELLO "wait 1 day\n"
	         "email again { window mon 09:00-12:00 in \"Asia/Tokyo\"; body \"Still there?\" } }",
	         ""},
	};
	EXPECT_ALL(examples);
}

#define DAYS(days, body)                                                                                               \
	"workspace acme { contact { email email; renewal date required }\n"                                            \
	" mailbox sales { address \"sales@acme.example\"; postal \"1 Main St\" }\n holidays use ours }\n"              \
	"holidays ours { " days " }\nsequence a {\nskip holidays\n" body "\n}\n"

static void holidays_that_end(void **state)
{
	(void)state;
	static const struct example examples[] = {
	        {"a date beyond", DAYS("2026-12-25", "wait until 2027-01-04 otherwise continue\n" HELLO), "W0614"},
	        {"a date within", DAYS("2026-12-25", "wait until 2026-12-31 otherwise continue\n" HELLO), ""},
	        {"and a wait beyond",
	         DAYS("2026-12-25", "wait until 2026-12-01 otherwise continue\n" HELLO "wait 5 weeks\n" AGAIN),
	         "W0614"},
	        {"a year of waits, one of holidays", DAYS("2026-12-25", HELLO "wait 366 days\n" AGAIN), "W0614"},
	        {"two of them", DAYS("2026-12-25; 2027-12-25", HELLO "wait 366 days\n" AGAIN), ""},
	        {"on one path only", DAYS("2026-12-25", HELLO "when hello.clicked { wait 366 days as long }\n" AGAIN),
	         ""},
	        {"a date of the contact", DAYS("2026-12-25", "wait until contact.renewal otherwise continue\n" HELLO),
	         ""},
	        {"past the skip",
	         DAYS("2026-12-25", "wait until 2027-01-04 otherwise continue\n"
	                            "email hello { any_day; subject \"Hello\"; body \"Hi\" }"),
	         ""},
	        {"where the wait may be left out",
	         DAYS("2026-12-25", "wait until contact.renewal otherwise skip to again\n"
	                            "wait until 2027-01-04 as there otherwise continue\n" HELLO "wait 2 days\n"
	                            "email again { new_thread; subject \"S\"; body \"Still there?\" }"),
	         "W0614"},
	};
	EXPECT_ALL(examples);
}

#define CHAT(body) ACME("", "") BODY(body)
#define TEMPLATE   "whatsapp hello { template \"welcome\" en }\n"
#define TEXT       "whatsapp more { text \"Was that all?\" }\n"

static void free_texts_of_whatsapp(void **state)
{
	(void)state;
	static const struct example examples[] = {
	        {"templates", CHAT("exit on reply\n" TEMPLATE "wait 3 days\nwhatsapp again { template \"again\" en }"),
	         ""},
	        {"days later, nobody wrote", CHAT("exit on reply\n" TEMPLATE "wait 3 days\n" TEXT), "E0615"},
	        {"somebody may have", CHAT(TEMPLATE "wait 3 days\n" TEXT), "W0616"},
	        {"a day later it may be in time", CHAT("exit on reply\n" TEMPLATE "wait 1 day\n" TEXT), "W0616"},
	        {"at once", CHAT(TEXT), "W0616"},
	        {"behind a reply",
	         CHAT(TEMPLATE "wait for reply up to 3 days {\non reply { " TEXT " }\non nothing { }\n}"), ""},
	        {"some hours later",
	         CHAT(TEMPLATE "wait for reply up to 3 days {\non reply { wait 10 hours as pause\n" TEXT
	                       " }\non nothing { }\n}"),
	         ""},
	        {"too many of them",
	         CHAT(TEMPLATE "wait for reply up to 3 days {\non reply { wait 13 hours as pause\n" TEXT
	                       " }\non nothing { }\n}"),
	         "W0616"},
	        {"where the window has a weekend",
	         CHAT("window mon-fri 09:00-17:00\n" TEMPLATE "wait for reply up to 3 days {\non reply { " TEXT
	              " }\non nothing { }\n}"),
	         "W0616"},
	        {"in the other arm",
	         CHAT(TEMPLATE "wait for reply up to 3 days {\non reply { }\non nothing { " TEXT " }\n}"), "W0616"},
	        {"behind both",
	         CHAT(TEMPLATE "wait for reply up to 3 days {\non reply { }\non nothing { exit \"x\" }\n}\n" TEXT), ""},
	        {"behind another event",
	         CHAT(TEMPLATE "wait for event \"paid\" up to 3 days {\non event { " TEXT " }\non nothing { }\n}"),
	         "W0616"},
	        {"one that says so",
	         CHAT(TEMPLATE "wait for event \"whatsapp.message\" up to 3 days {\non event { " TEXT
	                       " }\non nothing { }\n}"),
	         ""},
	        {"where it was asked", CHAT(TEMPLATE "wait 2 hours\nwhen hello.replied { " TEXT " }"), ""},
	        {"long ago", CHAT(TEMPLATE "wait 2 days\nwhen hello.replied { " TEXT " }"), "W0616"},
	        {"from their message on", CHAT("start on event \"whatsapp.message\"\n" TEXT), ""},
	};
	EXPECT_ALL(examples);
}

static void subjects_and_what_the_law_asks(void **state)
{
	(void)state;
#define LOCALES                                                                                                        \
	"workspace acme { locales en, fr; contact { email email; phone phone; locale one of en, fr; ok yes_no }\n"     \
	" mailbox sales { address \"sales@acme.example\"; postal \"1 Main St\" }\n sms texting { number "              \
	"\"+15145550100\" "                                                                                            \
	"} }\n"
#define BARE                                                                                                           \
	"workspace acme { contact { email email; phone phone }\n mailbox sales { address \"sales@acme.example\" }\n"   \
	" sms texting { number \"+15145550100\" } }\n"
	static const struct example examples[] = {
	        {"in one locale", LOCALES BODY("email a { subject { en \"Hello\" fr \"RE : oui\" }; body \"x\" }"),
	         "W0420"},
	        {"of `using`", LOCALES "message email m { subject \"re: us\"; body \"x\" }\n" BODY("email a using m"),
	         "W0420"},
	        {"of a fragment",
	         LOCALES "fragment f(s text) { email a { subject s; body \"x\" } }\n" BODY("run f(\"Re: us\")"),
	         "W0420"},
	        {"of a variant",
	         LOCALES BODY("email a { body \"x\"\nvariant one 50% { subject \"Us\" }\n"
	                      "variant two 50% { subject \"Re[2]: us\" } }"),
	         "W0420"},
	        {"of a branch in it",
	         LOCALES BODY("email a { subject \"{{when contact.ok}}Re: us{{otherwise}}Us{{end}}\"; "
	                      "body \"x\" }"),
	         "W0420"},
	        {"a word", LOCALES BODY("email a { subject \"Rest: of it\"; body \"x\" }"), ""},
	        {"of a new thread",
	         LOCALES BODY(HELLO "wait 1 day\nemail a { new_thread; subject \"Re: us\"; body \"x\" }"), "W0420"},
	        {"no way out of a fragment's text",
	         LOCALES "fragment f() { sms a { text \"Hi\" } }\n" BODY("unsubscribe none\nrun f()"), "E0423"},
	        {"no address behind `send`",
	         BARE BODY("send a by sms, email { sms { text \"Hi\" }\n"
	                   "email { subject \"S\"; body \"B\" } }"),
	         "E0505"},
	        {"none for one of `using`",
	         BARE "message email m { subject \"Us\"; body \"x\" }\n" BODY("email a using m"), "E0505"},
	        {"none for a variant",
	         BARE BODY("email a { subject \"S\"\nvariant one 50% { body \"x\" }\n"
	                   "variant none 50% }"),
	         "E0505"},
	        {"texts alone need none", BARE BODY("sms a { text \"Hi\" }"), ""},
	        {"nor does service", BARE BODY("purpose service\n" HELLO), ""},
	};
	EXPECT_ALL(examples);
}

/* ---- texts ---- */

#define TENS(s)    s s s s s s s s s s
#define SAYS(text) LOCALES BODY("sms a { text " text " }")

static void what_texts_cost(void **state)
{
	(void)state;
	static const struct example examples[] = {
	        {"a hole that is cut", SAYS("\"{{contact.email | default \"x\" | truncate 450}}0123456789\""), "W0470"},
	        {"short enough", SAYS("\"{{contact.email | default \"x\" | truncate 440}}0123456789\""), ""},
	        {"a dash in a default", SAYS("\"{{contact.email | default \"you – there\"}}\""), "W0471"},
	        {"in a default of the other branch",
	         SAYS("\"{{when contact.ok}}A longer text{{otherwise}}it’s{{end}} {{contact.email | default "
	              "\"x\"}}\""),
	         "W0471"},
	        {"in each locale",
	         SAYS("{ en \"{{contact.email | default \"x\"}} it’s\" fr "
	              "\"{{contact.email | default \"x\"}} l’ami\" }"),
	         "W0471 W0471"},
	        {"in the second locale only", SAYS("{ en \"x\" fr \"" TENS(TENS("abcde")) "\" }"), "W0470"},
	        {"extension characters count twice", SAYS("\"" TENS("[]{}|~^€\\\\ ") TENS(TENS("abc")) "\""), "W0470"},
	        {"what cannot be seen", SAYS("\"{{contact.email | default \"x\"}}\xE2\x80\x8B.\""), "W0471"},
	        {"a parameter of a fragment",
	         LOCALES "fragment f(s text) { sms a { text \"{{s}} {{contact.email | "
	                 "default \"x\"}}\" } }\n" BODY("run f(\"it’s\")"),
	         "W0471"},
	};
	EXPECT_ALL(examples);
}

static uint32_t apply_fixes(const char *source, struct buf *out)
{
	struct compile c;
	struct diag_edit *edits = NULL;
	uint32_t count = 0, found;
	compile_init(&c);
	compile_text(&c, "main.seq", slice_of(source));
	found = c.diags.count;
	assert_true(diag_edits(&c.diags, FIX_SURE, -1, &edits, &count));
	if (count)
		diag_edit_text(&c.sources, edits[0].diag->span.source, edits, count, out);
	free(edits);
	compile_free(&c);
	return found;
}

/* One fix mends the whole text: across holes and branches, in defaults, and what is written as an escape. */
static void one_fix_is_enough(void **state)
{
	(void)state;
	static const char *const texts[] = {
	        SAYS("\"It’s {{contact.email | default \"l’ami\"}} – {{when "
	             "contact.ok}}“so”{{otherwise}}no…{{end}}\""),
	        SAYS("\"{{contact.email | default \"x\"}} \\u{2019} ` \xC2\xA0.\""),
	        SAYS("{ en \"{{contact.email | default \"x\"}} it’s\" fr \"{{contact.email | default \"x\"}} "
	             "l’ami\" }"),
	        LOCALES "fragment f(s text) { sms a { text \"’{{s}}’ {{contact.email | default \"x\"}}\" } }\n" BODY(
	                "run f(\"us\")"),
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct buf once = {0}, twice = {0};
		assert_true(apply_fixes(texts[i], &once) > 0);
		if (apply_fixes(buf_cstr(&once), &twice) != 0)
			fail_msg("%s", buf_cstr(&once));
		buf_free(&once);
		buf_free(&twice);
	}
}

/* ---- the reckoning ---- */

static uint64_t seed = 88172645463325252u;

static uint32_t below(uint32_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 33) % n;
}

#define PARTS 3

static void random_window(struct window *w, struct window_part *parts)
{
	uint32_t count = 1 + below(PARTS);
	*w = (struct window){.parts = parts};
	for (uint32_t i = 0; i < count; i++) {
		parts[i] = (struct window_part){.days = 1 + below(127), .from_minute = (int32_t)below(24) * 60};
		parts[i].to_minute = (parts[i].from_minute + 30 * (1 + (int32_t)below(47))) % DAY_MINUTES;
		parts[i].next = i + 1 < count ? &parts[i + 1] : NULL;
	}
}

/* Rules 4 and 5, word for word: half-open, one across midnight belongs to the day it opens on. */
static bool opens_at(const struct window *w, uint32_t skip, int32_t day, int32_t time)
{
	for (const struct window_part *p = w->parts; p; p = p->next) {
		bool crosses = p->to_minute <= p->from_minute;
		for (int32_t ago = 0; ago <= 1; ago++) {
			int32_t on = (day - ago + 7) % 7, at = time + ago * DAY_MINUTES;
			bool skipped = skip & SKIP_WEEKENDS && on >= 5;
			if (!skipped && (p->days >> on & 1) && at >= p->from_minute &&
			    at < p->to_minute + (crosses ? DAY_MINUTES : 0))
				return true;
		}
	}
	return false;
}

static void weeks_are_the_rules_word_for_word(void **state)
{
	(void)state;
	for (int round = 0; round < 200; round++) {
		struct window_part parts[PARTS];
		struct window w;
		struct week week;
		uint32_t skip = below(2) ? SKIP_WEEKENDS : 0, minutes = 0;
		random_window(&w, parts);
		week_of_window(&week, &w, PURPOSE_SALES, skip);
		for (int32_t minute = 0; minute < WEEK_MINUTES; minute++) {
			bool open = opens_at(&w, skip, minute / DAY_MINUTES, minute % DAY_MINUTES);
			minutes += open;
			assert_int_equal(week_is_open(&week, minute), open);
			assert_int_equal(week_is_open(&week, minute - WEEK_MINUTES), open);
		}
		assert_int_equal(week_open_minutes(&week), minutes);
		int32_t ends, closed = week_longest_closed(&week, &ends);
		for (int32_t i = 1; i <= closed && closed < WEEK_MINUTES; i++)
			assert_false(week_is_open(&week, ends - i));
		assert_true(week_is_open(&week, ends) || minutes == 0);
	}
}

/* A window that is said never to open in some zone does not, on any quarter of an hour of a year. */
static void pairs_of_zones_are_what_the_clocks_say(void **state)
{
	(void)state;
	struct tz_db *db = tz_db_open(NULL);
	size_t zones = 0;
	uint32_t never = 0;
	while (zones_of_the_world[zones])
		assert_non_null(tz_get(db, slice_of(zones_of_the_world[zones++])));
	for (int round = 0; round < 60; round++) {
		struct window_part part = {.days = 0x1F, .from_minute = (int32_t)below(24) * 60};
		struct window w = {.parts = &part};
		struct quiet quiet = {.channel = CHANNEL_SMS, .from_minute = (int32_t)below(24) * 60};
		struct week week;
		part.to_minute = (part.from_minute + 60 + 30 * (int32_t)below(8)) % DAY_MINUTES;
		quiet.to_minute = (quiet.from_minute + 600 + 60 * (int32_t)below(6)) % DAY_MINUTES;
		const struct tz *a = tz_get(db, slice_of(zones_of_the_world[below((uint32_t)zones)]));
		const struct tz *b = tz_get(db, slice_of(zones_of_the_world[below((uint32_t)zones)]));
		week_of_window(&week, &w, PURPOSE_SALES, 0);
		struct pairing p = pair_zones(&week, a, &quiet, CHANNEL_SMS, &b, 1, NULL);
		never += !p.most;
		bool open = false;
		struct window night = {.parts = &(struct window_part){0x7F, quiet.from_minute, quiet.to_minute, NULL}};
		for (int64_t at = EXAMPLE_MONDAY_US; at < EXAMPLE_MONDAY_US + 360 * US_PER_DAY;
		     at += 15 * US_PER_MINUTE) {
			int64_t here = tz_to_wall(a, at), there = tz_to_wall(b, at);
			bool now = opens_at(&w, 0, civil_weekday(civil_day_of(here)),
			                    (int32_t)(civil_time_of(here) / US_PER_MINUTE)) &&
			           !opens_at(&night, 0, 0, (int32_t)(civil_time_of(there) / US_PER_MINUTE));
			open |= now;
			assert_false(now && at >= p.closed_from_us && at < p.closed_to_us);
		}
		assert_int_equal(open, p.most > 0);
	}
	assert_true(never > 5 && never < 55);
	tz_db_close(db);
}

static void a_number_is_somewhere(void **state)
{
	(void)state;
	assert_string_equal(calling_code_digits(calling_code_of(SLICE("+15145550100"))), "1");
	assert_string_equal(calling_code_digits(calling_code_of(SLICE("+353915550101"))), "353");
	assert_int_equal(calling_code_of(SLICE("+9995550101")), 0);
	assert_int_equal(calling_code_of(SLICE("5145550101")), 0);
	assert_string_equal(calling_code_digits(0), "");
	assert_true(calling_code_zones(0, NULL, NULL));
}

/* ---- swallowed waits against every minute ---- */

struct random_wait {
	char text[64];
	int32_t hours, days, business_days, at; /* at: -1 none */
};

static void random_wait(struct random_wait *r)
{
	*r = (struct random_wait){.at = -1};
	switch (below(4)) {
	case 0:
		r->hours = 1 + (int32_t)below(40);
		snprintf(r->text, sizeof r->text, "wait %d hours", r->hours);
		break;
	case 1:
		r->days = 1 + (int32_t)below(8);
		snprintf(r->text, sizeof r->text, "wait %d days", r->days);
		break;
	case 2:
		r->days = 1 + (int32_t)below(8);
		r->at = (int32_t)below(24) * 60;
		snprintf(r->text, sizeof r->text, "wait %d days at %02d:00", r->days, r->at / 60);
		break;
	default:
		r->business_days = 1 + (int32_t)below(8);
		snprintf(r->text, sizeof r->text, "wait %d business days", r->business_days);
	}
}

static int64_t wait_ends(const struct random_wait *r, const struct tz *zone, int64_t from_us)
{
	if (r->hours)
		return from_us + r->hours * US_PER_HOUR;
	int64_t wall_us = tz_to_wall(zone, from_us),
	        time_us = r->at >= 0 ? r->at * US_PER_MINUTE : civil_time_of(wall_us);
	int32_t day = civil_day_of(wall_us) + r->days;
	for (int32_t left = r->business_days; left > 0; left--)
		do
			day++;
		while (civil_weekday(day) >= 5);
	return tz_from_wall(zone, day * US_PER_DAY + time_us, TZ_COMPATIBLE);
}

static bool is_open_at(const struct window *w, const struct tz *zone, int64_t at_us)
{
	int64_t wall_us = tz_to_wall(zone, at_us);
	return opens_at(w, 0, civil_weekday(civil_day_of(wall_us)), (int32_t)(civil_time_of(wall_us) / US_PER_MINUTE));
}

/* In its window, or later on the day that a wait of days names. */
static bool leaves_as_written(const struct random_wait *r, const struct window *w, const struct tz *zone, int64_t at_us)
{
	int64_t wall_us = tz_to_wall(zone, at_us);
	if (is_open_at(w, zone, at_us))
		return true;
	return !r->hours && r->at <= 0 && w->parts->days >> civil_weekday(civil_day_of(wall_us)) & 1 &&
	       civil_time_of(wall_us) < w->parts->from_minute * US_PER_MINUTE;
}

static bool is_told(const char *source)
{
	struct compile c;
	compile_init(&c);
	assert_true(compile_text(&c, "main.seq", slice_of(source)));
	bool told = false;
	for (uint32_t i = 0; i < c.diags.count; i++)
		told |= strcmp(diag_info_at(c.diags.items[i].code)->code, "W0613") == 0;
	compile_free(&c);
	return told;
}

static void what_is_called_swallowed_is(void **state)
{
	(void)state;
	static const char *const days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
	struct tz_db *db = tz_db_open(NULL);
	const struct tz *zone = tz_get(db, SLICE("America/New_York"));
	uint32_t told = 0;
	for (int round = 0; round < 400; round++) {
		struct window_part part = {.days = 0, .from_minute = (int32_t)below(24) * 60};
		struct window w = {.parts = &part};
		struct random_wait r;
		char source[512], list[64] = "";
		int n = 0;
		part.to_minute = (part.from_minute + 60 * (1 + (int32_t)below(10))) % DAY_MINUTES;
		for (int day = 0; day < 7; day++) {
			if (below(3) && (day < 6 || part.days))
				continue;
			n += snprintf(list + n, sizeof list - (size_t)n, "%s%s", n ? "," : "", days[day]);
			part.days |= 1u << day;
		}
		random_wait(&r);
		snprintf(source, sizeof source, "sequence a {\nwindow %s %02d:00-%02d:00\n" HELLO "%s\n" AGAIN "}\n",
		         list, part.from_minute / 60, part.to_minute / 60, r.text);
		bool leaves = false;
		for (int64_t at = EXAMPLE_MONDAY_US; at < EXAMPLE_MONDAY_US + 28 * US_PER_DAY && !leaves;
		     at += 10 * US_PER_MINUTE)
			leaves = is_open_at(&w, zone, at) && leaves_as_written(&r, &w, zone, wait_ends(&r, zone, at));
		bool says = is_told(source);
		told += says;
		if (says && leaves)
			fail_msg("%s", source);
		if (!says && !leaves && !r.business_days && !r.hours)
			fail_msg("nothing is said:\n%s", source);
	}
	assert_true(told > 20);
	tz_db_close(db);
}

/* ---- */

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(windows_that_never_open),
	        cmocka_unit_test(windows_against_zones),
	        cmocka_unit_test(waits_that_are_swallowed),
	        cmocka_unit_test(holidays_that_end),
	        cmocka_unit_test(free_texts_of_whatsapp),
	        cmocka_unit_test(subjects_and_what_the_law_asks),
	        cmocka_unit_test(what_texts_cost),
	        cmocka_unit_test(one_fix_is_enough),
	        cmocka_unit_test(weeks_are_the_rules_word_for_word),
	        cmocka_unit_test(pairs_of_zones_are_what_the_clocks_say),
	        cmocka_unit_test(a_number_is_somewhere),
	        cmocka_unit_test(what_is_called_swallowed_is),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
