# SPDX-License-Identifier: Apache-2.0
"""Timelines worked out by hand from the rules; each case quotes what decides it. harness.py tells the notation.

Case(title, sequence, expected timeline, start, …): one contact, `ada` in New York, unless `contacts` names others.
"""
from dataclasses import dataclass, field

ADA = {"ada": {"timezone": "America/New_York"}}


@dataclass
class Case:
    title: str
    sequence: str
    expected: str
    start: str
    contacts: dict = field(default_factory=lambda: dict(ADA))
    events: tuple = ()
    until: str = None
    workspace: str = ""
    mailbox: str = ""
    other: str = ""


def zone(name):
    return {"ada": {"timezone": name}}


FIRST = 'email a { subject "A"; body "a" }'

CASES = [
    # ---- Rules 3 and 5: days are calendar days, hours are elapsed time -------------------------------------------
    Case("three days over the spring change keep the time of day",
         f'window anytime; {FIRST}; wait 3 days; email b {{ body "b" }}',
         """
         2026-03-06T10:00-05:00  a | | A
         2026-03-09T10:00-04:00  b | | Re: A
         """, "2026-03-06T10:00-05:00"),
    Case("72 hours over the spring change are 72 hours",
         f'window anytime; {FIRST}; wait 72 hours; email b {{ body "b" }}',
         """
         2026-03-06T10:00-05:00  a
         2026-03-09T11:00-04:00  b
         """, "2026-03-06T10:00-05:00"),
    # "A local time in a gap moves forward by the gap (02:30 → 03:30)"; the next wait counts from that completion.
    Case("a day that lands in a gap",
         f'''window anytime
         {FIRST}; wait 1 day
         email b {{ body "b" }}; wait 1 day
         email c {{ body "c" }}; wait 1 day at 02:30
         email d {{ body "d" }}''',
         """
         2026-03-07T02:30-05:00  a
         2026-03-08T03:30-04:00  b
         2026-03-09T03:30-04:00  c
         2026-03-10T02:30-04:00  d
         """, "2026-03-07T02:30-05:00"),
    # "a doubled one is its first": 01:30 comes twice on 1 November, and 24 hours on it is 00:30 in winter time.
    Case("a day that lands in an overlap",
         f'window anytime; {FIRST}; wait 1 day; email b {{ body "b" }}; wait 24 hours; email c {{ body "c" }}',
         """
         2026-10-31T01:30-04:00  a
         2026-11-01T01:30-04:00  b
         2026-11-02T00:30-05:00  c
         """, "2026-10-31T01:30-04:00"),
    # Lord Howe changes by 30 minutes: 02:00 becomes 02:30 on 4 October, so 02:15 becomes 02:45.
    Case("a gap of half an hour",
         f'window anytime; {FIRST}; wait 1 day; email b {{ body "b" }}; wait 1 week; email c {{ body "c" }}',
         """
         2026-10-03T02:15+10:30  a
         2026-10-04T02:45+11:00  b
         2026-10-11T02:45+11:00  c
         """, "2026-10-03T02:15+10:30", zone("Australia/Lord_Howe")),
    # … and 02:00 becomes 01:30 on 5 April: 01:45 comes twice, 30 minutes apart.
    Case("an overlap of half an hour",
         f'window anytime; {FIRST}; wait 1 day; email b {{ body "b" }}; wait 24 hours; email c {{ body "c" }}',
         """
         2026-04-04T01:45+11:00  a
         2026-04-05T01:45+11:00  b
         2026-04-06T01:15+10:30  c
         """, "2026-04-04T01:45+11:00", zone("Australia/Lord_Howe")),
    # Apia had no 30 December 2011: a gap of a day. 10:00 on that date moves forward by it.
    Case("a date that does not exist",
         f'window anytime; {FIRST}; wait 1 day; email b {{ body "b" }}; wait 1 day; email c {{ body "c" }}',
         """
         2011-12-29T10:00-10:00  a
         2011-12-31T10:00+14:00  b
         2012-01-01T10:00+14:00  c
         """, "2011-12-29T10:00-10:00", zone("Pacific/Apia")),
    Case("a window looks past a date that does not exist",
         f'window mon-fri 09:00-17:00; {FIRST}',
         "2012-01-02T09:00+14:00  a | window", "2011-12-29T18:00-10:00", zone("Pacific/Apia")),
    # "wait D counts from the completion of what precedes it": of the planned instant Monday 09:00, not of the start.
    Case("delays count from when the message before left",
         f'window mon-fri 09:00-17:00; {FIRST}; wait 1 day; email b {{ body "b" }}; email c {{ body "c" }}',
         """
         2026-06-08T09:00-04:00  a | weekend
         2026-06-09T09:00-04:00  b
         2026-06-09T09:00-04:00  c
         """, "2026-06-06T12:00-04:00"),
    # "a wait's armed instant": two waits add up, neither looks at the window.
    Case("a wait after a wait",
         f'window mon-fri 09:00-17:00; {FIRST}; wait 1 day as one; wait 5 hours as two; email b {{ body "b" }}',
         """
         2026-06-04T13:00-04:00  a
         2026-06-08T09:00-04:00  b | window
         """, "2026-06-04T13:00-04:00"),
    # "a sum is applied from left to right": 01:30 + 1 day = 01:30 before the gap, and 2 hours on it is 04:30 …
    Case("a day and two hours",
         f'window anytime; {FIRST}; wait 1 day + 2 hours; email b {{ body "b" }}',
         """
         2026-03-07T01:30-05:00  a
         2026-03-08T04:30-04:00  b
         """, "2026-03-07T01:30-05:00"),
    # … while 01:30 + 2 hours = 03:30, and a day on it is 03:30.
    Case("two hours and a day",
         f'window anytime; {FIRST}; wait 2 hours + 1 day; email b {{ body "b" }}',
         """
         2026-03-07T01:30-05:00  a
         2026-03-08T03:30-04:00  b
         """, "2026-03-07T01:30-05:00"),

    # ---- Business days -----------------------------------------------------------------------------------------
    # Friday 18:30 + 1 business day is Monday 18:30, which is after hours: Tuesday 09:00.
    Case("a business day keeps the time of day, then comes the window",
         'window mon-fri 09:00-17:00; email a { subject "A"; body "a"; window anytime }; wait 1 business day; '
         'email b { body "b" }',
         """
         2026-06-05T18:30-04:00  a
         2026-06-09T09:00-04:00  b | window
         """, "2026-06-05T18:30-04:00"),
    Case("business days skip holidays where the sequence does",
         f'window anytime; skip holidays; {FIRST}; wait 1 business day; email b {{ body "b" }}',
         """
         2026-07-02T10:00-04:00  a
         2026-07-06T10:00-04:00  b
         """, "2026-07-02T10:00-04:00", workspace="holidays use std/holidays/us"),
    Case("… and only there",
         f'window anytime; {FIRST}; wait 1 business day; email b {{ body "b" }}',
         """
         2026-07-02T10:00-04:00  a
         2026-07-03T10:00-04:00  b
         """, "2026-07-02T10:00-04:00", workspace="holidays use std/holidays/us"),
    Case("business days from a Saturday, and at a time",
         f'window anytime; {FIRST}; wait 1 business day; email b {{ body "b" }}; wait 4 business days at 08:15; '
         'email c { body "c" }; wait 1 business day; email d { body "d" }',
         """
         2026-06-06T10:00-04:00  a
         2026-06-08T10:00-04:00  b
         2026-06-12T08:15-04:00  c
         2026-06-15T08:15-04:00  d
         """, "2026-06-06T10:00-04:00"),

    # ---- Rules 4 and 5: windows --------------------------------------------------------------------------------
    Case("windows are half-open: the last second is inside",
         f'window mon-fri 09:00-17:00; {FIRST}',
         "2026-06-02T16:59:59-04:00  a", "2026-06-02T16:59:59-04:00"),
    Case("windows are half-open: the end is outside",
         f'window mon-fri 09:00-17:00; {FIRST}',
         "2026-06-03T09:00-04:00  a | window", "2026-06-02T17:00-04:00"),
    Case("everybody has a window of their own, and quarter hours count",
         f'window mon-sun 09:00-17:00; {FIRST}',
         """
         2026-06-01T12:44:59+09:30  darwin: a
         2026-06-01T09:00+05:45  kathmandu: a | window
         2026-06-01T09:00+05:30  kolkata: a | window
         2026-06-01T09:00+02:00  paris: a | window
         2026-06-02T09:00+14:00  kiritimati: a | window
         """, "2026-06-01T03:14:59Z",
         {"darwin": {"timezone": "Australia/Darwin"}, "kolkata": {"timezone": "Asia/Kolkata"},
          "kathmandu": {"timezone": "Asia/Kathmandu"}, "kiritimati": {"timezone": "Pacific/Kiritimati"},
          "paris": {"timezone": "Europe/Paris"}}),
    # "a window that begins in a gap opens at the first valid instant"
    Case("a window that begins in a gap",
         f'window mon-sun 02:30-05:00; {FIRST}',
         "2026-03-08T03:00-04:00  a | window", "2026-03-08T00:00-05:00"),
    Case("a window that lies in a gap does not open that day",
         f'window mon-sun 02:00-03:00; {FIRST}',
         "2026-03-09T02:00-04:00  a | window", "2026-03-08T00:00-05:00"),
    # "one in an overlap holds in both passes"
    Case("a window in an overlap opens twice",
         f'window mon-sun 01:00-01:30; {FIRST}',
         "2026-11-01T01:00-05:00  a | window", "2026-11-01T01:45-04:00"),
    Case("a day that begins at one o'clock",
         f'window mon-sun 00:00-06:00; {FIRST}',
         "2026-03-08T01:00-04:00  a | window", "2026-03-07T12:00-05:00", zone("America/Havana")),
    # "one across midnight belongs to the day it opens on"
    Case("Friday's night lasts until Saturday",
         f'window fri 22:00-02:00; {FIRST}; wait 1 hour; email b {{ body "b" }}; wait 3 hours + 6 days; '
         'email c { body "c" }',
         """
         2026-06-06T01:00-04:00  a
         2026-06-12T22:00-04:00  b | *
         2026-06-19T22:00-04:00  c | *
         """, "2026-06-06T01:00-04:00"),
    Case("Friday at one belongs to Thursday's night",
         f'window fri 22:00-02:00; {FIRST}',
         "2026-06-05T22:00-04:00  a | window", "2026-06-05T01:00-04:00"),
    # Saturday 01:00 is Friday's; Sunday 01:00 is Saturday's and Monday 01:00 is Sunday's: both are skipped.
    Case("nights and skipped weekends",
         f'''window mon-sun 22:00-02:00; skip weekends
         {FIRST}; wait 1 day
         email b {{ body "b" }}; wait 1 week at 01:00
         email c {{ body "c" }}''',
         """
         2026-06-06T01:00-04:00  a
         2026-06-08T22:00-04:00  b | weekend
         2026-06-15T22:00-04:00  c | *
         """, "2026-06-06T01:00-04:00"),
    Case("several windows",
         f'window mon-fri 09:00-17:00, sat 10:00-12:00; {FIRST}; wait 2 hours; email b {{ body "b" }}',
         """
         2026-06-06T10:00-04:00  a | window
         2026-06-08T09:00-04:00  b | window
         """, "2026-06-05T17:00-04:00"),
    # "The schedule zone is the window's `in`, else the contact's": windows and `at` use it.
    Case("a window in the sender's zone",
         f'''window mon-fri 09:00-17:00 in "Europe/Paris"
         {FIRST}; wait 1 day at 09:30
         email b {{ body "b" }}; wait 8 hours
         email c {{ body "c" }}''',
         """
         2026-06-01T08:00-04:00  a
         2026-06-02T03:30-04:00  b
         2026-06-03T03:00-04:00  c | window
         """, "2026-06-01T08:00-04:00"),
    # The contact brings no zone: the workspace's. A sales sequence without a `window` has 08:00–20:00, every day.
    Case("no zone, and no window in a sales sequence",
         f'{FIRST}; wait 12 hours; email b {{ body "b" }}; wait 4 days; email c {{ body "c" }}',
         """
         2026-06-01T08:00-04:00  a | window
         2026-06-02T08:00-04:00  b | window
         2026-06-06T08:00-04:00  c
         """, "2026-06-01T10:00Z", {"ada": {}}),
    Case("no window in a service sequence: any time",
         f'purpose service; unsubscribe none; {FIRST}',
         "2026-06-06T03:00-04:00  a", "2026-06-06T03:00-04:00"),
    # "without one (`anytime`), for its own wall-clock time on the first allowed day"
    Case("anytime, but not on weekends",
         f'window anytime; skip weekends; {FIRST}; wait 1 day; email b {{ body "b" }}',
         """
         2026-06-05T13:17-04:00  a
         2026-06-08T13:17-04:00  b | weekend
         """, "2026-06-05T13:17-04:00"),
    Case("anytime, but on business days only",
         f'window anytime; skip weekends, holidays; {FIRST}; wait 1 day; email b {{ body "b" }}; wait 1 day as next; '
         'email c { body "c" }',
         """
         2026-06-05T13:17-04:00  a
         2026-06-09T13:17-04:00  b | weekend
         2026-06-15T13:17-04:00  c | holiday
         """, "2026-06-05T13:17-04:00",
         workspace="holidays use shop",
         other='holidays shop { 2026-06-08 "Founders"; 2026-06-10 to 2026-06-12 "Shut" }'),
    Case("a holiday, and the weekend after it, in a window",
         f'window mon-fri 09:00-17:00; skip weekends, holidays; {FIRST}',
         "2026-07-06T09:00-04:00  a | holiday", "2026-07-03T11:00-04:00", workspace="holidays use std/holidays/us"),
    # `any_day` goes past `skip`, not past the window; a step may have a window of its own.
    Case("steps with days and windows of their own",
         f'''window mon-sun 09:00-17:00; skip weekends
         {FIRST}; wait 1 day
         email b {{ body "b"; any_day }}; wait 1 day at 03:00
         email c {{ body "c"; any_day; window anytime }}; wait 1 hour
         email d {{ body "d"; any_day; window mon-fri 10:00-11:00 }}; wait 1 hour
         email e {{ body "e"; window sat 10:00-12:00; any_day }}; wait 1 day
         email f {{ body "f"; window anytime }}''',
         """
         2026-06-05T10:00-04:00  a
         2026-06-06T10:00-04:00  b
         2026-06-07T03:00-04:00  c
         2026-06-08T10:00-04:00  d | weekend
         2026-06-13T10:00-04:00  e | window
         2026-06-15T10:00-04:00  f | weekend
         """, "2026-06-05T10:00-04:00"),

    # ---- Moments (rule 8) --------------------------------------------------------------------------------------
    # "the first such instant after now"; `next` never today.
    Case("until a time, until a weekday",
         f'''window anytime
         {FIRST}; wait until 10:00
         email b {{ body "b" }}; wait until 10:00
         email c {{ body "c" }}; wait until tue 11:00
         email d {{ body "d" }}; wait until tue 11:00
         email e {{ body "e" }}; wait until next tue 12:00
         email f {{ body "f" }}''',
         """
         2026-06-01T09:00-04:00  a
         2026-06-01T10:00-04:00  b
         2026-06-02T10:00-04:00  c
         2026-06-02T11:00-04:00  d
         2026-06-09T11:00-04:00  e
         2026-06-16T12:00-04:00  f
         """, "2026-06-01T09:00-04:00"),
    Case("until a time that the day lacks",
         f'window anytime; {FIRST}; wait until 02:30; email b {{ body "b" }}; wait until 02:30; email c {{ body "c" }}',
         """
         2026-03-08T01:00-05:00  a
         2026-03-08T03:30-04:00  b
         2026-03-09T02:30-04:00  c
         """, "2026-03-08T01:00-05:00"),
    # "a doubled one is its first", and that is past at the first 01:45.
    Case("until a time that the day has twice",
         f'window anytime; {FIRST}; wait until 01:30; email b {{ body "b" }}',
         """
         2026-11-01T01:45-04:00  a
         2026-11-02T01:30-05:00  b
         """, "2026-11-01T01:45-04:00"),
    Case("until a date, in everybody's own zone",
         f'window anytime; {FIRST}; wait until 2026-12-01 09:00 otherwise exit "too late"; email b {{ body "b" }}',
         """
         2026-11-30T19:30-05:00  ada: a
         2026-12-01T09:30+09:00  yui: a
         2026-12-01T09:30+09:00  yui: ! too late
         2026-12-01T09:00-05:00  ada: b
         """, "2026-12-01T00:30Z",
         {"ada": {"timezone": "America/New_York"}, "yui": {"timezone": "Asia/Tokyo"}}),
    Case("past: `otherwise skip` leaves out the next step",
         f'''window anytime
         {FIRST}; wait until 2026-05-01 09:00 otherwise skip
         email b {{ body "b" }}; wait 1 day
         email c {{ body "c" }}''',
         """
         2026-06-01T09:00-04:00  a
         2026-06-02T09:00-04:00  c
         """, "2026-06-01T09:00-04:00"),
    Case("past: `otherwise skip to NAME`",
         f'''window anytime
         {FIRST}; wait until 2026-05-01 09:00 otherwise skip to d
         email b {{ body "b" }}; wait 1 day
         email c {{ body "c" }}; wait 1 day
         email d {{ body "d" }}''',
         """
         2026-06-01T09:00-04:00  a
         2026-06-01T09:00-04:00  d
         """, "2026-06-01T09:00-04:00"),
    Case("past: `otherwise continue`",
         f'window anytime; {FIRST}; wait until 2026-05-01 09:00 otherwise continue; email b {{ body "b" }}',
         """
         2026-06-01T09:00-04:00  a
         2026-06-01T09:00-04:00  b
         """, "2026-06-01T09:00-04:00"),
    Case("today is the schedule zone's",
         f'window anytime; {FIRST}; when today >= 2026-06-02 {{ email b {{ body "b" }} }}',
         """
         2026-05-31T23:30-11:00  pago: a
         2026-06-02T00:30+14:00  kiri: a
         2026-06-02T00:30+14:00  kiri: b
         """, "2026-06-01T10:30Z",
         {"pago": {"timezone": "Pacific/Pago_Pago"}, "kiri": {"timezone": "Pacific/Kiritimati"}}),

    # ---- Limits (rules 4 and 6) --------------------------------------------------------------------------------
    # "a used-up limit moves it to the first allowed date in the same way": the first open instant of that date …
    Case("one message a day, in a window",
         f'window mon-fri 09:00-17:00; {FIRST}; email b {{ body "b" }}; wait 3 hours; email c {{ body "c" }}',
         """
         2026-06-04T10:00-04:00  a
         2026-06-05T09:00-04:00  b | limit
         2026-06-08T09:00-04:00  c | limit
         """, "2026-06-04T10:00-04:00", workspace="limit 1 message per day"),
    # … or its own time of day on it.
    Case("one message a day, anytime",
         f'window anytime; {FIRST}; wait 1 hour; email b {{ body "b" }}; wait 1 day; email c {{ body "c" }}',
         """
         2026-06-04T10:10-04:00  a
         2026-06-05T11:10-04:00  b | limit
         2026-06-06T11:10-04:00  c
         """, "2026-06-04T10:10-04:00", workspace="limit 1 message per day"),
    # "`N per D days` counts local dates: the message's and the D−1 before it": Monday's two count until Wednesday.
    Case("two messages in three days",
         f'window mon-sun 09:00-17:00; {FIRST}; email b {{ body "b" }}; email c {{ body "c" }}; '
         'email d { body "d" }; email e { body "e" }',
         """
         2026-06-01T10:00-04:00  a
         2026-06-01T10:00-04:00  b
         2026-06-04T09:00-04:00  c | limit
         2026-06-04T09:00-04:00  d
         2026-06-07T09:00-04:00  e | limit
         """, "2026-06-01T10:00-04:00", workspace="limit 2 messages per 3 days"),
    Case("two messages a calendar month",
         f'window mon-fri 09:00-17:00; {FIRST}; email b {{ body "b" }}; email c {{ body "c" }}',
         """
         2026-06-25T10:00-04:00  a
         2026-06-25T10:00-04:00  b
         2026-07-01T09:00-04:00  c | limit
         """, "2026-06-25T10:00-04:00", workspace="limit 2 messages per month"),
    # "the dates of contact limits always use the contact's" zone: midnight in Auckland is noon in Paris.
    Case("a limit's dates are the contact's, the window is the sender's",
         f'window mon-fri 09:00-17:00 in "Europe/Paris"; {FIRST}; email b {{ body "b" }}',
         """
         2026-01-14T21:00+13:00  a
         2026-01-15T00:00+13:00  b | limit
         """, "2026-01-14T09:00+01:00", zone("Pacific/Auckland"), workspace="limit 1 message per day"),
    # "A limit without a period is a cap of the enrollment: the first message over it ends it with reason `limit`."
    Case("a cap, for some; an absent region is no region (rule 11)",
         f'''window anytime
         {FIRST}; wait 1 day
         email b {{ body "b" }}; wait 1 day
         email c {{ body "c" }}''',
         """
         2026-06-01T10:00-04:00  eve: a
         2026-06-01T10:00-04:00  una: a
         2026-06-01T10:00-04:00  sam: a
         2026-06-02T10:00-04:00  eve: b
         2026-06-02T10:00-04:00  una: b
         2026-06-02T10:00-04:00  sam: b
         2026-06-03T10:00-04:00  eve: ! limit
         2026-06-03T10:00-04:00  una: c
         2026-06-03T10:00-04:00  sam: c
         """, "2026-06-01T10:00-04:00",
         {"eve": {"region": "europe"}, "una": {"region": "americas"}, "sam": {}},
         workspace="limit 1 followup when contact.region == europe"),
    Case("a limit of the sequence",
         f'window mon-sun 09:00-17:00; limit 1 message per 2 days; {FIRST}; email b {{ body "b" }}',
         """
         2026-06-01T10:00-04:00  a
         2026-06-03T09:00-04:00  b | limit
         """, "2026-06-01T10:00-04:00"),
    Case("a cap of the sequence",
         f'window anytime; limit 2 messages; {FIRST}; wait 1 day; email b {{ body "b" }}; wait 1 day; '
         'email c { body "c" }',
         """
         2026-06-01T10:00-04:00  a
         2026-06-02T10:00-04:00  b
         2026-06-03T10:00-04:00  ! limit
         """, "2026-06-01T10:00-04:00"),
    # The step's own limit asks for seven dates without another message: Tuesday the 2nd's counts until Monday the 8th.
    Case("a limit of a step",
         f'''window mon-sun 09:00-17:00
         {FIRST}; wait 1 day
         email b {{ body "b" }}
         email c {{ body "c"; limit 1 message per 7 days }}''',
         """
         2026-06-01T10:00-04:00  a
         2026-06-02T10:00-04:00  b
         2026-06-09T09:00-04:00  c | limit
         """, "2026-06-01T10:00-04:00"),
    # "mailbox limits use the workspace's zone"; those that wait go by planned instant, then by enrollment.
    Case("a mailbox takes two a day",
         f'window mon-sun 09:00-17:00; {FIRST}',
         """
         2026-06-01T09:00-04:00  ann: a
         2026-06-01T09:00-04:00  bob: a
         2026-06-02T09:00-04:00  cyd: a | mailbox
         2026-06-02T09:00-04:00  dan: a | mailbox
         2026-06-03T09:00-04:00  eve: a | mailbox
         """, "2026-06-01T09:00-04:00",
         {name: {} for name in ("ann", "bob", "cyd", "dan", "eve")}, mailbox="limit 2 messages per day"),
    # "follow-ups go before first messages": ann's and bob's second ones fill Tuesday, cyd's and dan's first ones wait.
    Case("a full mailbox sends follow-ups first",
         f'window mon-sun 09:00-17:00; {FIRST}; wait 1 day; email b {{ body "b" }}',
         """
         2026-06-01T09:00-04:00  ann: a
         2026-06-01T09:00-04:00  bob: a
         2026-06-02T09:00-04:00  ann: b
         2026-06-02T09:00-04:00  bob: b
         2026-06-03T09:00-04:00  cyd: a | mailbox
         2026-06-03T09:00-04:00  dan: a | mailbox
         2026-06-04T09:00-04:00  cyd: b
         2026-06-04T09:00-04:00  dan: b
         """, "2026-06-01T09:00-04:00",
         {name: {} for name in ("ann", "bob", "cyd", "dan")}, mailbox="limit 2 messages per day"),

    # Anytime, a full mailbox moves a message "in the same way": to its own time of day on the first allowed date.
    Case("a full mailbox, anytime",
         f'window anytime; {FIRST}; wait 1 hour; email b {{ body "b" }}',
         """
         2026-06-01T10:30-04:00  ann: a
         2026-06-01T16:30+02:00  bob: a
         2026-06-02T10:30-04:00  cyd: a | mailbox
         2026-06-02T11:30-04:00  ann: b | mailbox
         2026-06-03T17:30+02:00  bob: b | mailbox
         2026-06-03T11:30-04:00  cyd: b | mailbox
         """, "2026-06-01T10:30-04:00",
         {"ann": {}, "bob": {"timezone": "Europe/Paris"}, "cyd": {}}, mailbox="limit 2 messages per day"),

    # ---- Quiet hours (rules 4 and 5) ---------------------------------------------------------------------------
    # "quiet hours move it to their end, or to the first instant after it that the window allows"
    Case("quiet at lunch",
         f'window mon-fri 09:00-17:00; {FIRST}; wait 1 day at 12:59; email b {{ body "b" }}',
         """
         2026-06-01T13:00-04:00  a | quiet
         2026-06-02T13:00-04:00  b | quiet
         """, "2026-06-01T12:00-04:00", workspace="quiet email 12:00-13:00"),
    Case("quiet until after the window closes",
         f'window mon-fri 09:00-12:30; {FIRST}',
         "2026-06-02T09:00-04:00  a | quiet", "2026-06-01T12:10-04:00", workspace="quiet email 12:00-13:00"),
    # Paris' office hours begin at 03:00 in New York, whose night is over at 08:00.
    Case("quiet hours are the contact's, the window is the sender's",
         f'window mon-fri 09:00-17:00 in "Europe/Paris"; {FIRST}',
         "2026-06-01T08:00-04:00  a | *", "2026-06-01T00:00-04:00", workspace="quiet email 21:00-08:00"),

    # ---- Late (rule 4) -----------------------------------------------------------------------------------------
    # "`late` counts from the first planned instant": Monday 09:00, so the weekend is not lateness.
    Case("a weekend is not lateness",
         f'window mon-fri 09:00-17:00; late skip after 1 hour; {FIRST}',
         "2026-06-08T09:00-04:00  a | weekend", "2026-06-06T12:00-04:00"),

    # ---- Events and exits (rules 1, 4, 9, 14) ------------------------------------------------------------------
    Case("a reply ends it",
         f'window anytime; exit on reply; {FIRST}; wait 3 days; email b {{ body "b" }}',
         """
         2026-06-01T10:00-04:00  ada: a
         2026-06-01T10:00-04:00  bob: a
         2026-06-02T08:12-04:00  ada: ! reply
         2026-06-04T10:00-04:00  bob: b
         """, "2026-06-01T10:00-04:00", {"ada": {}, "bob": {}},
         ({"at": "2026-06-02T08:12-04:00", "contact": "ada", "event": "reply", "step": "a"},)),
    # "exits first, then the wait it rests in; a timer is taken only when no event is waiting in the store"
    Case("a reply at the instant of the next message wins",
         f'window anytime; exit on reply; {FIRST}; wait 3 days; email b {{ body "b" }}',
         """
         2026-06-01T10:00-04:00  a
         2026-06-04T10:00-04:00  ! reply
         """, "2026-06-01T10:00-04:00",
         events=({"at": "2026-06-04T10:00-04:00", "contact": "ada", "event": "reply", "step": "a"},)),
    # The message waits for its window while the exit comes: nothing leaves.
    Case("an exit while a message waits for its window",
         f'window mon-fri 09:00-17:00; exit on event "deal.closed"; {FIRST}',
         "2026-06-07T10:00-04:00  ! *", "2026-06-06T12:00-04:00",
         events=({"at": "2026-06-06T13:00-04:00", "contact": "ada", "event": "event", "name": "deal.lost"},
                 {"at": "2026-06-07T10:00-04:00", "contact": "ada", "event": "event", "name": "deal.closed"})),
    Case("meetings and our own mails end it where the sequence says so",
         f'window anytime; exit on meeting; exit on we_wrote; {FIRST}; wait 1 day; email b {{ body "b" }}',
         """
         2026-06-01T10:00-04:00  ada: a
         2026-06-01T10:00-04:00  bob: a
         2026-06-01T10:00-04:00  cyd: a
         2026-06-01T11:00-04:00  ada: ! meeting
         2026-06-01T11:00-04:00  bob: ! we_wrote
         2026-06-02T10:00-04:00  cyd: b
         """, "2026-06-01T10:00-04:00", {"ada": {}, "bob": {}, "cyd": {}},
         ({"at": "2026-06-01T11:00-04:00", "contact": "ada", "event": "meeting"},
          {"at": "2026-06-01T11:00-04:00", "contact": "bob", "event": "we_wrote"},
          {"at": "2026-06-01T11:00-04:00", "contact": "cyd", "event": "reply", "step": "a"})),
    # "a click … of a named step, once true, stays true"
    Case("who clicked gets another mail",
         f'''window anytime
         {FIRST}; wait 1 day
         email b {{ body "b" }}; wait 1 day
         choose {{
             when a.clicked {{ email c {{ body "c" }} }}
             when contact.seats >= 100 {{ email d {{ body "d" }} }}
             otherwise {{ email e {{ body "e" }} }}
         }}''',
         """
         2026-06-01T10:00-04:00  ada: a
         2026-06-01T10:00-04:00  bob: a
         2026-06-01T10:00-04:00  cyd: a
         2026-06-02T10:00-04:00  ada: b
         2026-06-02T10:00-04:00  bob: b
         2026-06-02T10:00-04:00  cyd: b
         2026-06-03T10:00-04:00  ada: c
         2026-06-03T10:00-04:00  bob: d
         2026-06-03T10:00-04:00  cyd: e
         """, "2026-06-01T10:00-04:00", {"ada": {}, "bob": {"seats": 100}, "cyd": {"seats": 99}},
         ({"at": "2026-06-01T11:00-04:00", "contact": "ada", "event": "click", "step": "a"},)),
    Case("unsubscribe, complaint and bounce",
         f'window anytime; {FIRST}; wait 1 day; email b {{ body "b" }}',
         """
         2026-06-01T10:00-04:00  ada: a
         2026-06-01T10:00-04:00  bob: a
         2026-06-01T10:00-04:00  cyd: a
         2026-06-01T11:00-04:00  ada: ! *
         2026-06-01T12:00-04:00  bob: ! *
         2026-06-01T13:00-04:00  cyd: ! *
         """, "2026-06-01T10:00-04:00", {"ada": {}, "bob": {}, "cyd": {}},
         ({"at": "2026-06-01T11:00-04:00", "contact": "ada", "event": "unsubscribe"},
          {"at": "2026-06-01T12:00-04:00", "contact": "bob", "event": "complaint"},
          {"at": "2026-06-01T13:00-04:00", "contact": "cyd", "event": "bounce", "step": "a"})),

    # ---- Conditions, variables, ends (rules 1 and 11) ----------------------------------------------------------
    # "a comparison … with an absent side is no, and `a != b` is `not (a == b)`"
    Case("comparisons with what is absent",
         f'''window anytime
         {FIRST}
         when contact.seats < 100     {{ email less     {{ body "x" }} }}
         when contact.seats >= 100    {{ email more     {{ body "x" }} }}
         when contact.seats != 100    {{ email other    {{ body "x" }} }}
         when not contact.seats < 100 {{ email not_less {{ body "x" }} }}
         when contact.seats in (1, 2) {{ email among    {{ body "x" }} }}
         when contact.seats is set    {{ email set_it   {{ body "x" }} }}''',
         """
         2026-06-01T10:00-04:00  a
         2026-06-01T10:00-04:00  other
         2026-06-01T10:00-04:00  not_less
         """, "2026-06-01T10:00-04:00", {"ada": {}}),
    # "exactly one is yes after" it settled: `.sent`.
    Case("what a step became",
         f'''window anytime
         {FIRST}
         when a.sent and not a.failed and not a.skipped {{ email b {{ body "b" }} }} otherwise {{ exit "no" }}
         when c.sent {{ exit "before its time" }}
         wait 1 day as day
         email c {{ body "c" }}
         when c.sent {{ exit "done" }}''',
         """
         2026-06-01T10:00-04:00  a
         2026-06-01T10:00-04:00  b
         2026-06-02T10:00-04:00  c
         2026-06-02T10:00-04:00  ! done
         """, "2026-06-01T10:00-04:00"),
    Case("variables, finish and exit",
         f'''window anytime
         set size = 1
         when contact.seats > 10 {{ set size = 2 + 1 }}
         {FIRST}
         when size == 3 {{ exit "big" }}
         wait 1 hour as hour
         email b {{ body "b" }}
         when size == 1 {{ finish }}
         email c {{ body "c" }}''',
         """
         2026-06-01T10:00-04:00  ada: a
         2026-06-01T10:00-04:00  big: a
         2026-06-01T10:00-04:00  big: ! big
         2026-06-01T11:00-04:00  ada: b
         """, "2026-06-01T10:00-04:00", {"ada": {"seats": 10}, "big": {"seats": 11}}),
    # A `set` of a field is a change like any other: the exit that reads it fires before the next message.
    Case("a sequence that sets a field which an exit reads",
         f'window anytime; exit when contact.vip; {FIRST}; set contact.vip = yes; email b {{ body "b" }}',
         """
         2026-06-01T10:00-04:00  a
         2026-06-01T10:00-04:00  ! *
         """, "2026-06-01T10:00-04:00"),

    # ---- Threads, subjects, languages (rule 20, language §8) ---------------------------------------------------
    # "the first *sent* email's subject with one `Re: `"; a new thread has its own.
    Case("threads",
         f'''window anytime
         email a {{ subject "Hello {{{{first_name}}}}"; body "a" }}; wait 1 day
         email b {{ body "b" }}; wait 1 day
         email c {{ body "c" }}; wait 1 day
         email d {{ subject "Another matter"; body "d"; new_thread }}''',
         """
         2026-06-01T10:00-04:00  a | | Hello Ada
         2026-06-02T10:00-04:00  b | | Re: Hello Ada
         2026-06-03T10:00-04:00  c | | Re: Hello Ada
         2026-06-04T10:00-04:00  d | | Another matter
         """, "2026-06-01T10:00-04:00", {"ada": {"first_name": "Ada"}}),
    # "Where … an email can be the first on one path and a follow-up on another, it needs a subject, used only when it
    # is the first."
    Case("a subject that is used only when the mail is the first",
         f'''window anytime
         when contact.vip {{ email a {{ subject "First"; body "a" }} }}
         email b {{ subject "Second"; body "b" }}''',
         """
         2026-06-01T10:00-04:00  ada: b | | Second
         2026-06-01T10:00-04:00  vip: a | | First
         2026-06-01T10:00-04:00  vip: b | | Re: First
         """, "2026-06-01T10:00-04:00", {"ada": {}, "vip": {"vip": "yes"}}),
    Case("without a thread every mail has its own subject",
         f'window anytime; thread no; {FIRST}; email b {{ subject "B"; body "b" }}',
         """
         2026-06-01T10:00-04:00  a | | A
         2026-06-01T10:00-04:00  b | | B
         """, "2026-06-01T10:00-04:00"),
    # "A contact's `locale` picks, then the workspace's first." `{{today}}` is the schedule zone's date.
    Case("languages",
         '''window anytime
         email a {
             subject { en "Hello {{first_name | upper}}, {{today | date "%A"}}"
                       fr "Bonjour {{first_name}}, {{today | date "%A"}}" }
             body    { en "Hi" fr "Salut" }
         }''',
         """
         2026-06-01T23:30-04:00  ada: a | | Hello ADA, Monday
         2026-06-02T05:30+02:00  zoe: a | | Bonjour Zoé, mardi
         2026-06-01T23:30-04:00  bob: a | | Hello THERE, Monday
         """, "2026-06-02T03:30Z",
         {"ada": {"first_name": "Ada", "locale": "en"},
          "zoe": {"first_name": "Zoé", "locale": "fr", "timezone": "Europe/Paris"}, "bob": {}}),
]
