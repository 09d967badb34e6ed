# SPDX-License-Identifier: Apache-2.0
"""Timelines of what is no plain message: waits for something, repeats, tasks, pages, variants, `send … by`, handoffs,
starts, exits with blocks. Worked out by hand from the rules, which each case quotes; cases.py tells the rest."""
from cases import ADA, FIRST, Case


def at(instant, event, contact="ada", **more):
    return {"at": instant, "contact": contact, "event": event, **more}


def june(day, time="10:00"):
    return f"2026-06-{day:02d}T{time}-04:00"


def named(day, name="demo", time="10:00", **fields):
    return at(june(day, time), "event", name=name, **({"fields": fields} if fields else {}))


START = june(1)
B = 'email b { body "b" }'
C = 'email c { body "c" }'
D = 'email d { body "d" }'
WAIT_DEMO = 'wait for event "demo" up to 5 days as %s { on event { %s }; on nothing { %s } }'
PHONE = 'sms texting { provider sinch; number "+15145550100"; consent contact.sms_ok; %s }'
SEND = '''window anytime
send hello by sms, email { sms { text "Hi" }; email { subject "Hello"; body "Hi" } }'''

VISIT = '''
questionnaire visit "Your visit" {
    rating overall "How was it?" 1..10 required decides
    text   reason  "What went wrong?" when overall <= 6
}
'''
INVITE = 'email invite { subject "How was it?"; body "Tell us: {{link}}" }'
# A contact's pages, and how each ends.
PAGES = '''
purpose service
''' + INVITE + '''
ask survey using visit { within 14 days; on nothing { exit "silent" } }
when survey.satisfied { offer gold { title "Gold"; body "Gold"; button "More"; url "https://acme.example/g" } }
otherwise { alert unhappy { to sales; subject "{{survey.overall}}"; body "{{survey.answers}}" } }
thanks final { satisfied "Thank you"; dissatisfied "We are sorry" }
'''
REMIND = '''
purpose service
''' + INVITE + '''
ask survey using visit {
    within 14 days
    remind after 3 days { email first { body "{{link}}" } }
    remind after 7 days { email second { body "{{link}}" } }
}
thanks final { satisfied "Thank you"; dissatisfied "We are sorry" }
wait 1 day as later
email last { body "last" }
'''

CASES = [
    # ---- Rule 9: wait for ------------------------------------------------------------------------------------------
    # "takes the oldest matching event since the enrollment began that no wait has taken"; "an event's arrival" is its
    # completion, but nothing begins before what precedes it is complete.
    Case("an event that came before the wait for it is taken at once",
         f'window anytime; {FIRST}; wait 2 days as two; {WAIT_DEMO % ("w", B, C)}',
         "2026-06-01T10:00-04:00  a\n2026-06-03T10:00-04:00  b", START, events=(named(2),)),
    Case("one event ends one wait; the second times out, 5 days after the first ended",
         f'window anytime; {FIRST}; {WAIT_DEMO % ("w", B, "set n = 1")}; {WAIT_DEMO % ("v", C, D)}',
         "2026-06-01T10:00-04:00  a\n2026-06-02T14:37-04:00  b\n2026-06-07T14:37-04:00  d", START,
         events=(named(2, time="14:37"),)),
    Case("two events end two waits",
         f'''window anytime; {FIRST}; wait 3 days as three; {WAIT_DEMO % ("w", B, "set n = 1")}
             wait 1 day as one; {WAIT_DEMO % ("v", C, D)}''',
         "2026-06-01T10:00-04:00  a\n2026-06-04T10:00-04:00  b\n2026-06-05T10:00-04:00  c", START,
         events=(named(2), named(3))),
    # "a click … of a named step, once true, stays true"
    Case("a click of a named step stays true for every wait",
         f'''window anytime; {FIRST}
             wait for click on a up to 2 days as w {{ on click {{ {B} }}; on nothing {{ finish }} }}
             wait for click on a up to 2 days as v {{ on click {{ {C} }}; on nothing {{ finish }} }}''',
         "2026-06-01T10:00-04:00  a\n2026-06-02T09:00-04:00  b\n2026-06-02T09:00-04:00  c", START,
         events=(at(june(2, "09:00"), "click", step="a"),)),
    # "`after STEP` narrows it"
    Case("a reply from before STEP is not the one that is waited for",
         f'''window anytime; {FIRST}; wait 2 days as two; {B}
             wait for reply after b up to 2 days as w {{ on reply {{ exit "heard" }}; on nothing {{ {C} }} }}''',
         "2026-06-01T10:00-04:00  a\n2026-06-03T10:00-04:00  b\n2026-06-05T10:00-04:00  c", START,
         events=(at(june(2), "reply", step="a"),)),
    Case("a reply from after STEP is, also when another wait was between",
         f'''window anytime; {FIRST}; wait 2 days as two; {B}; wait 1 day as one
             wait for reply after b up to 2 days as w {{ on reply {{ exit "heard" }}; on nothing {{ {C} }} }}''',
         "2026-06-01T10:00-04:00  a\n2026-06-03T10:00-04:00  b\n2026-06-04T10:00-04:00  ! heard", START,
         events=(at(june(2), "reply", step="a"), at(june(3, "20:00"), "reply", step="b"))),
    # "an event whose guards all fail is spent and the wait goes on"
    Case("an event whose guards fail is spent, for the next wait too",
         f'''window anytime; {FIRST}
             wait for event "demo" up to 2 days as w {{ on event when event.score > 5 {{ {B} }}; on nothing {{ set n = 1 }} }}
             wait for event "demo" up to 2 days as v {{ on event {{ {C} }}; on nothing {{ {D} }} }}''',
         "2026-06-01T10:00-04:00  a\n2026-06-05T10:00-04:00  d", START, events=(named(2, score=3),)),
    Case("… and a later one that passes is taken",
         f'''window anytime; {FIRST}
             wait for event "demo" up to 5 days as w {{ on event when event.score > 5 {{ {B} }}; on nothing {{ finish }} }}''',
         "2026-06-01T10:00-04:00  a\n2026-06-03T10:00-04:00  b", START,
         events=(named(2, score=3), named(3, score=7.5))),
    # "`up to D` is a `wait D`, deaf to windows": Sunday 10:00 passes, the message waits for Monday.
    Case("a timeout is deaf to windows",
         f'window mon-fri 09:00-17:00; {FIRST}; {WAIT_DEMO % ("w", B, "set n = 1; " + C)}',
         "2026-06-02T10:00-04:00  a\n2026-06-08T09:00-04:00  c | *", june(2)),
    # "a timer is taken only when no event is waiting in the store"
    Case("an event of the very instant of the timeout is taken first",
         f'window anytime; {FIRST}; {WAIT_DEMO % ("w", B, C)}',
         "2026-06-01T10:00-04:00  a\n2026-06-06T10:00-04:00  b", START, events=(named(6),)),
    Case("a reply of a colleague is for a wait `by account`, and not for a plain one",
         f'''window anytime; {FIRST}
             wait for reply up to 2 days as w {{ on reply {{ {B} }}; on nothing {{ set n = 1 }} }}
             wait for reply by account up to 2 days as v {{ on reply {{ {C} }}; on nothing {{ {D} }} }}''',
         """
         2026-06-01T10:00-04:00  ada: a
         2026-06-01T10:00-04:00  bob: a
         2026-06-02T10:00-04:00  bob: b
         2026-06-03T10:00-04:00  ada: c
         2026-06-04T10:00-04:00  bob: d
         """, START, {"ada": {}, "bob": {}}, events=(at(june(2), "reply", "bob", step="a"),),
         workspace="account domain"),
    # "exits first, then the wait it rests in"
    Case("an exit on what is waited for comes first",
         f'''window anytime; exit on reply; {FIRST}
             wait for reply, click on a up to 2 days as w {{ on reply {{ {B} }}; on click {{ {C} }}; on nothing {{ finish }} }}''',
         "2026-06-01T10:00-04:00  a\n2026-06-02T10:00-04:00  ! *", START, events=(at(june(2), "reply", step="a"),)),

    # ---- Rule 9: repeat --------------------------------------------------------------------------------------------
    Case("three rounds, 5 days after the last completion of each, and none after the last",
         f'window anytime; {FIRST}; repeat up to 3 times every 5 days {{ {B} }}; {C}',
         """
         2026-06-01T10:00-04:00  a
         2026-06-01T10:00-04:00  b
         2026-06-06T10:00-04:00  b
         2026-06-11T10:00-04:00  b
         2026-06-11T10:00-04:00  c
         """, START),
    Case("until that is true on arrival: no round",
         f'''window anytime; {FIRST}; wait 2 days as two
             repeat up to 3 times every 5 days until a.clicked as chase {{ {B} }}; {C}''',
         "2026-06-01T10:00-04:00  a\n2026-06-03T10:00-04:00  c", START, events=(at(june(2), "click", step="a"),)),
    Case("`until` also ends it during that wait",
         f'window anytime; {FIRST}; repeat up to 3 times every 5 days until a.clicked as chase {{ {B} }}; {C}',
         "2026-06-01T10:00-04:00  a\n2026-06-01T10:00-04:00  b\n2026-06-04T16:20-04:00  c", START,
         events=(at(june(4, "16:20"), "click", step="a"),)),
    Case("until at the very instant of the next round ends it",
         f'window anytime; {FIRST}; repeat up to 3 times every 5 days until a.clicked as chase {{ {B} }}; {C}',
         "2026-06-01T10:00-04:00  a\n2026-06-01T10:00-04:00  b\n2026-06-06T10:00-04:00  c", START,
         events=(at(june(6), "click", step="a"),)),
    Case("a task in a repeat: the wait counts from when it is done, and its outcome is the round's",
         '''window anytime
            repeat up to 2 times every 2 days { task call "Call" { outcomes spoke, no_answer; due 1 day } }
            when call is spoke { email b { subject "B"; body "b" } } otherwise { email c { subject "C"; body "c" } }''',
         """
         2026-06-01T10:00-04:00  call task | *
         2026-06-01T15:00-04:00  call done | *
         2026-06-03T15:00-04:00  call task | *
         2026-06-04T15:00-04:00  c
         """, START, events=(at(june(1, "15:00"), "done", step="call", outcome="spoke"),)),
    Case("a repeat in a repeat",
         f'''window anytime; {FIRST}
             repeat up to 2 times every 1 week as outer {{ repeat up to 2 times every 1 day as inner {{ {B} }} }}; {C}''',
         """
         2026-06-01T10:00-04:00  a
         2026-06-01T10:00-04:00  b
         2026-06-02T10:00-04:00  b
         2026-06-09T10:00-04:00  b
         2026-06-10T10:00-04:00  b
         2026-06-10T10:00-04:00  c
         """, START),

    # ---- Tasks -----------------------------------------------------------------------------------------------------
    Case("a task done after it was overdue moves nobody, nor does a second time",
         f'''window anytime; task call "Call" {{ outcomes spoke, no_answer; due 1 day }}
             {FIRST}; wait 3 days as three
             when call is spoke {{ {B} }} otherwise {{ {C} }}''',
         """
         2026-06-01T10:00-04:00  call task | *
         2026-06-01T12:00-04:00  call done | *
         2026-06-01T12:00-04:00  a
         2026-06-04T12:00-04:00  b
         """, START, events=(at(june(1, "12:00"), "done", step="call", outcome="spoke"),
                             at(june(2, "12:00"), "done", step="call", outcome="no_answer"))),
    Case("an overdue task has no outcome, and no comparison with it is true",
         f'''window anytime; task call "Call" {{ outcomes spoke, no_answer; due 1 day }}
             {FIRST}; when call is spoke or call is no_answer {{ {B} }} otherwise {{ {C} }}''',
         "2026-06-01T10:00-04:00  call task | *\n2026-06-02T10:00-04:00  a\n2026-06-02T10:00-04:00  c", START),
    Case("an async task goes on at once, and what comes of it is known later",
         f'''window anytime; task call "Call" {{ outcomes spoke, no_answer; async }}
             {FIRST}; wait 2 days as two; when call is spoke {{ {B} }} otherwise {{ {C} }}''',
         """
         2026-06-01T10:00-04:00  call task | *
         2026-06-01T10:00-04:00  a
         2026-06-02T10:00-04:00  call done | *
         2026-06-03T10:00-04:00  b
         """, START, events=(at(june(2), "done", step="call", outcome="spoke"),)),
    Case("a task done after an exit does nothing",
         f'window anytime; exit on reply; {FIRST}; task call "Call" {{ due 3 days }}; {B}',
         "2026-06-01T10:00-04:00  a\n2026-06-01T10:00-04:00  call task | *\n2026-06-02T10:00-04:00  ! *", START,
         events=(at(june(2), "reply", step="a"), at(june(3), "done", step="call"))),

    # ---- Webhooks --------------------------------------------------------------------------------------------------
    Case("what a webhook returned decides, and its end is the completion",
         f'''window anytime; webhook crm {{ post "https://api.acme.example/x"; json {{ who contact.email }}
             returns {{ done yes_no }} }}; wait 1 day as one
             when crm.done {{ email b {{ subject "B"; body "b" }} }} otherwise {{ email c {{ subject "C"; body "c" }} }}''',
         """
         2026-06-01T10:00-04:00  crm webhook | *
         2026-06-01T10:05-04:00  crm done | *
         2026-06-02T10:05-04:00  b
         """, START, events=(at(june(1, "10:05"), "done", step="crm", fields={"done": "yes"}),)),
    Case("a webhook that nobody answers is given up after 48 hours; what it returns is absent",
         '''window anytime; webhook crm { post "https://api.acme.example/x"; json { who contact.email }
            returns { done yes_no } }
            when crm.done { email b { subject "B"; body "b" } } otherwise { email c { subject "C"; body "c" } }''',
         "2026-06-01T10:00-04:00  crm webhook | *\n2026-06-03T10:00-04:00  c", START),

    # ---- Rule 13: pages --------------------------------------------------------------------------------------------
    Case("the first submission of an ask stands",
         PAGES, """
         2026-06-01T10:00-04:00  invite
         2026-06-01T10:00-04:00  survey page | *
         2026-06-02T10:00-04:00  unhappy alert | *
         2026-06-02T10:00-04:00  final page | *
         """, START, other=VISIT, events=(at(june(2), "answer", step="survey", answers={"overall": 3}),
                                          at(june(2, "10:01"), "answer", step="survey", answers={"overall": 9}))),
    Case("until `within` ends what is left is skipped",
         PAGES, """
         2026-06-01T10:00-04:00  invite
         2026-06-01T10:00-04:00  survey page | *
         2026-06-15T10:00-04:00  ! silent
         """, START, other=VISIT, events=(at(june(16), "answer", step="survey", answers={"overall": 9}),)),
    # "until `within` ends, when what is left is skipped": the page of thanks, too.
    Case("a contact who leaves a page rests there until `within` ends, counted from the sending",
         PAGES + 'wait 1 day as later; email last { body "last" }', """
         2026-06-01T10:00-04:00  invite
         2026-06-01T10:00-04:00  survey page | *
         2026-06-02T10:00-04:00  gold page | *
         2026-06-16T10:00-04:00  last
         """, START, other=VISIT, events=(at(june(1, "11:00"), "leave", step="gold"),
                                          at(june(2), "answer", step="survey", answers={"overall": 9}))),
    Case("both reminders where nobody answers, one where the answer comes between them",
         REMIND, """
         2026-06-01T10:00-04:00  ada: invite
         2026-06-01T10:00-04:00  ada: survey page | *
         2026-06-01T10:00-04:00  bob: invite
         2026-06-01T10:00-04:00  bob: survey page | *
         2026-06-04T10:00-04:00  ada: first
         2026-06-04T10:00-04:00  bob: first
         2026-06-05T10:00-04:00  bob: final page | *
         2026-06-06T10:00-04:00  bob: last
         2026-06-08T10:00-04:00  ada: second
         2026-06-16T10:00-04:00  ada: last
         """, START, {"ada": {}, "bob": {}}, other=VISIT,
         events=(at(june(5), "answer", "bob", step="survey", answers={"overall": 9}),)),
    Case("an exit stops messages, not the page: an answer after it is kept, and nothing is sent",
         "exit on event \"stop\"\n" + PAGES, """
         2026-06-01T10:00-04:00  invite
         2026-06-01T10:00-04:00  survey page | *
         2026-06-02T10:00-04:00  ! *
         """, START, other=VISIT, events=(named(2, "stop"),
                                          at(june(3), "answer", step="survey", answers={"overall": 3}))),

    # ---- Rules 3 and 20: a hold-out --------------------------------------------------------------------------------
    Case("a follow-up of a first mail that was held out is the first, under its own subject without Re",
         '''window anytime
            email a { variant one 0.000001% { subject "A"; body "a" }; variant none 99.999999% }
            wait 1 day; email b { subject "B"; body "b" }; wait 1 day; email c { body "c" }''',
         """
         2026-06-01T10:00-04:00  a skipped | *
         2026-06-02T10:00-04:00  b | | B
         2026-06-03T10:00-04:00  c | | Re: B
         """, START),
    Case("… and a follow-up where it was not",
         '''window anytime
            email a { variant one 99.999999% { subject "A"; body "a" }; variant none 0.000001% }
            wait 1 day; email b { subject "B"; body "b" }''',
         "2026-06-01T10:00-04:00  a | | A\n2026-06-02T10:00-04:00  b | | Re: A", START),

    # ---- Handoff, suppress, exits with blocks ----------------------------------------------------------------------
    Case("a handoff enrolls there with its inputs, and ends here",
         f'window anytime; {FIRST}; handoff on to t {{ input {{ order "A-17" }} }}',
         """
         2026-06-01T10:00-04:00  a
         2026-06-01T10:00-04:00  on handoff | *
         2026-06-01T10:00-04:00  ! handoff
         2026-06-01T10:00-04:00  there | | Order A-17
         """, START, other='''sequence t { window anytime; input { order text required }
                              email there { subject "Order {{input.order}}"; body "x" } }'''),
    Case("suppress sales stops sales, and not service",
         f'window anytime; {FIRST}; suppress sales; {B}; handoff on to t',
         """
         2026-06-01T10:00-04:00  a
         2026-06-01T10:00-04:00  - suppressed | *
         2026-06-01T10:00-04:00  b failed | *
         2026-06-01T10:00-04:00  on handoff | *
         2026-06-01T10:00-04:00  ! handoff
         2026-06-01T10:00-04:00  there
         """, START, other='''sequence t { purpose service; window anytime
                              email there { subject "S"; body "x" } }'''),
    Case("the block of an exit runs once, whatever comes after",
         f'''window anytime
             exit on event "closed" {{ task tell "Tell them" {{ }}; alert won {{ to sales; subject "Won"; body "w" }} }}
             {FIRST}; wait 5 days; {B}''',
         """
         2026-06-01T10:00-04:00  a
         2026-06-02T10:00-04:00  tell task | *
         2026-06-02T10:00-04:00  won alert | *
         2026-06-02T10:00-04:00  ! *
         """, START, events=(named(2, "closed"), named(2, "closed", "10:00"), named(3, "closed"))),

    # ---- Rule 7: on auto_reply -------------------------------------------------------------------------------------
    Case("a return beyond `at most` holds that long",
         f'window anytime; on auto_reply hold until return, at most 3 days; {FIRST}; wait 2 days; {B}',
         """
         2026-06-01T10:00-04:00  a
         2026-06-02T10:00-04:00  - held | *
         2026-06-05T10:00-04:00  - resumed | *
         2026-06-06T10:00-04:00  b
         """, START, events=(at(june(2), "auto_reply", until=june(20)),)),
    Case("a wait of hours gets back what was left",
         f'window anytime; on auto_reply hold until return, at most 14 days; {FIRST}; wait 48 hours; {B}',
         """
         2026-06-01T10:00-04:00  a
         2026-06-02T10:00-04:00  - held | *
         2026-06-04T08:00-04:00  - resumed | *
         2026-06-05T08:00-04:00  b
         """, START, events=(at(june(2), "auto_reply", until=june(4, "08:00")),)),
    Case("an exit ends a contact on hold, an event that is waited for is taken",
         f'''window anytime; exit on reply; on auto_reply hold until return, at most 14 days
             {FIRST}; wait 2 days; {B}''',
         """
         2026-06-01T10:00-04:00  a
         2026-06-02T10:00-04:00  - held | *
         2026-06-03T10:00-04:00  ! *
         """, START, events=(at(june(2), "auto_reply", until=june(10)), at(june(3), "reply", step="a"))),

    # ---- send … by (language.md §4, rules 4, 6, 14, 20) ----------------------------------------------------------------
    # "the first channel of the list that has an address, consent, quota and no suppression"; an email after a text is the
    # first email, under its own subject; a text takes no part in the thread.
    Case("no number, no consent: the next channel; both: the first",
         SEND + "\nwait 1 day as day; email b { subject \"B\"; body \"b\" }",
         """
         2026-06-01T10:00-04:00  ada: hello
         2026-06-01T10:00-04:00  bob: hello | | Hello
         2026-06-01T10:00-04:00  cyd: hello | | Hello
         2026-06-02T10:00-04:00  ada: b | | B
         2026-06-02T10:00-04:00  bob: b | | Re: Hello
         2026-06-02T10:00-04:00  cyd: b | | Re: Hello
         """, START, {"ada": {"phone": "+12125550100", "sms_ok": "yes"}, "bob": {},
                      "cyd": {"phone": "+12125550101", "sms_ok": "no"}}, workspace=PHONE % ""),
    Case("a used-up limit of texts sends the next by email",
         "window anytime; repeat up to 2 times every 2 hours { " + SEND.split("\n", 1)[1] + " }",
         """
         2026-06-01T10:00-04:00  hello
         2026-06-01T12:00-04:00  hello | | Hello
         """, START, {"ada": {"phone": "+12125550100", "sms_ok": "yes"}},
         workspace=PHONE % "" + "\nlimit 1 sms per day"),
    # "without it the step fails as `no_consent`", and `.failed` without a branch goes on.
    Case("a text without consent fails, and the sequence goes on",
         'window anytime; sms n { text "Hi" }; email b { subject "B"; body "b" }',
         "2026-06-01T10:00-04:00  n failed | no_consent\n2026-06-01T10:00-04:00  b | | B", START,
         {"ada": {"phone": "+12125550100", "sms_ok": "no"}}, workspace=PHONE % ""),
    # "quiet hours move it to their end"; they are the recipient's.
    Case("a text in the quiet hours leaves at their end, and the next delay counts from there",
         'window anytime; sms n { text "Hi" }; wait 2 hours; email b { subject "B"; body "b" }',
         "2026-06-02T08:00-04:00  n | quiet\n2026-06-02T10:00-04:00  b | | B", june(1, "22:00"),
         {"ada": {"phone": "+12125550100", "sms_ok": "yes", "timezone": "America/New_York"}},
         workspace=PHONE % "" + "\nquiet sms 21:00-08:00"),
    # "`1 sms per day`" holds for each round; without a window it moves it "in the same way": its own time on the next date.
    Case("a limit moves a round, and the next one counts from there",
         'window anytime; repeat up to 3 times every 2 hours { sms n { text "Hi" } }',
         """
         2026-06-01T10:00-04:00  n
         2026-06-02T12:00-04:00  n | limit
         2026-06-03T14:00-04:00  n | limit
         """, START, {"ada": {"phone": "+12125550100", "sms_ok": "yes"}},
         workspace=PHONE % "" + "\nlimit 1 sms per day"),
    # "A limit without a period is a cap of the enrollment: the first message over it ends it with reason `limit`."
    Case("a cap counts the rounds of a repeat",
         f'window anytime; limit 2 followups; {FIRST}; repeat up to 4 times every 1 day {{ {B} }}',
         """
         2026-06-01T10:00-04:00  a
         2026-06-01T10:00-04:00  b
         2026-06-02T10:00-04:00  b
         2026-06-03T10:00-04:00  ! limit
         """, START),
    Case("a cap of texts counts the rounds of a repeat",
         'window anytime; limit 2 sms; repeat up to 4 times every 1 day { sms n { text "Hi" } }',
         """
         2026-06-01T10:00-04:00  n
         2026-06-02T10:00-04:00  n
         2026-06-03T10:00-04:00  ! limit
         """, START, {"ada": {"phone": "+12125550100", "sms_ok": "yes"}}, workspace=PHONE % ""),
    Case("a cap of texts counts what left as one",
         'window anytime; limit 1 sms; ' + SEND.split("\n", 1)[1] + '; wait 1 day as day; sms n { text "Hi" }',
         """
         2026-06-01T10:00-04:00  ada: hello
         2026-06-01T10:00-04:00  bob: hello | | Hello
         2026-06-02T10:00-04:00  ada: ! limit
         2026-06-02T10:00-04:00  bob: n failed | *
         """, START, {"ada": {"phone": "+12125550100", "sms_ok": "yes"}, "bob": {}}, workspace=PHONE % ""),

    # ---- and together ----------------------------------------------------------------------------------------------
    # "A page is a POST bound to (enrollment, step, occurrence)": each round asks anew.
    Case("a survey in a repeat is answered in each round",
         """purpose service
         repeat up to 2 times every 10 days as rounds {
         """ + INVITE + """
         ask survey using visit { within 5 days }
         alert told { to sales; subject "{{survey.overall | default "none"}}"; body "x" }
         thanks final { satisfied "Thank you"; dissatisfied "We are sorry" }
         }""",
         """
         2026-06-01T10:00-04:00  invite
         2026-06-01T10:00-04:00  survey page | *
         2026-06-02T10:00-04:00  told alert | * | 3
         2026-06-02T10:00-04:00  final page | *
         2026-06-12T10:00-04:00  invite
         2026-06-12T10:00-04:00  survey page | *
         2026-06-13T10:00-04:00  told alert | * | 9
         2026-06-13T10:00-04:00  final page | *
         """, START, other=VISIT, events=(at(june(2), "answer", step="survey", answers={"overall": 3}),
                                          at(june(13), "answer", step="survey", answers={"overall": 9}))),
    Case("an exit that the sequence itself makes true runs its block once, and nothing leaves after it",
         f'''window anytime; exit when contact.vip {{ alert won {{ to sales; subject "Won"; body "w" }} }}
             {FIRST}; wait 1 day; set contact.vip = yes; {B}; {C}''',
         """
         2026-06-01T10:00-04:00  a
         2026-06-02T10:00-04:00  won alert | *
         2026-06-02T10:00-04:00  ! *
         """, START),
]
