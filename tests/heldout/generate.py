#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sequences that nobody wrote: every kind of step in every kind of block, and random well-formed ones.

    generate.py matrix            each step kind inside each block kind, and inside two blocks
    generate.py random N [SEED]   N random sequences, rehearsed with random events

Each either compiles, verifies, is formatted to rest and rehearses to the end of every enrollment, or is refused by a
diagnostic with a code. Never a signal, an exit code of our own mistakes, an assertion, a held enrollment, or one that
never ends. `KEEP=DIR` keeps what fails. The binaries are SEQC and SEQD.
"""
import collections
import datetime
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import zoneinfo

HERE = os.path.dirname(os.path.abspath(__file__))
SEQC = os.path.abspath(os.environ.get("SEQC", "build/seqc"))
SEQD = os.path.abspath(os.environ.get("SEQD", "build/seqd"))
BASE = open(os.path.join(HERE, "cases", "base.ws"), encoding="utf-8").read().replace("locales  en, fr", "locales  en")
SHARED = """
questionnaire poll "Poll" {
    rating overall "How?" 1..10 required decides
    choice best "What?" { speed "Speed"; price "Price" }
    several why "Why?" { a "A"; b "B" } when overall <= 6
    matrix staff "Who?" 1..5 { desk "Desk"; phone "Phone" } na "None"
    nps r "Recommend?"
    yes_no again "Again?"
    number visits "Visits?" 0..9
    date next "When?"
    text words "Words?"
}
message email shared { subject "Shared"; body "Shared {{first_name}}" }
fragment chase(gap duration, words text, tone one of (soft, firm) default soft) {
    wait gap
    email knock { subject "Knock"; new_thread; body "{{words}}" }
    when tone == firm { task ring "Ring" { outcomes yes_please, no_thanks; due 1 day } }
}
sequence other "Other" {
    mailbox sales
    window anytime
    input { n number }
    email hello { subject "Other"; body "o {{input.n | default "none"}}" }
}
"""
EMAIL = 'email %s { subject "S"; new_thread; body "https://acme.example/x {{first_name}}" }'


class Names:
    def __init__(self):
        self.n = 0

    def __call__(self, stem):
        self.n += 1
        return "%s%d" % (stem, self.n)


def ask(n, body=""):
    link, q = n("link"), n("ask")
    return ('email %s { subject "L"; new_thread; body "{{link}}" }\nask %s using poll { within 4 days; '
            'remind after 1 day { %s }; on nothing { %s } }' % (link, q, 'email %s { body "{{link}}" }' % n("again"), body))


STEPS = {
    "email": lambda n: EMAIL % n("mail"),
    "email_using": lambda n: "email %s using shared { new_thread }" % n("mail"),
    "threaded": lambda n: 'email %s { body "b" }' % n("mail"),
    "variants": lambda n: 'email %s { variant a 50%% { subject "A"; new_thread; body "a" }; variant b 30%% { subject "B"; new_thread; '
                          'body "b" }; variant none 20%% }' % n("mail"),
    "sms": lambda n: 'sms %s { text "Hi {{first_name}}" }' % n("text"),
    "whatsapp": lambda n: 'whatsapp %s { template "t" en values first_name }' % n("wa"),
    "whatsapp_text": lambda n: 'whatsapp %s { text "free" }' % n("wa"),
    "send": lambda n: 'send %s by sms, whatsapp, email { sms { text "s" }; whatsapp { template "t" en }; '
                      'email { subject "e"; new_thread; body "e" } }' % n("send"),
    "task": lambda n: 'task %s "T" { outcomes spoke, missed; due 1 day }' % n("task"),
    "task_async": lambda n: 'task %s "T" { async }' % n("task"),
    "webhook": lambda n: 'webhook %s { post "https://api.acme.example/x"; json { who contact.email; n contact.seats } }' % n("hook"),
    "webhook_returns": lambda n: (lambda h: 'webhook %s { post "https://api.acme.example/x"; returns { done yes_no; n number } }\n'
                                  'when %s.done or %s.n > 3 { set contact.vip = no }' % (h, h, h))(n("hook")),
    "alert": lambda n: 'alert %s { to sales; subject "A {{first_name}}"; body "b" }' % n("alert"),
    "ask": lambda n: ask(n, "finish") + '\nthanks %s { satisfied "Y"; dissatisfied "N" }' % n("thanks"),
    "ask_alone": lambda n: ask(n),
    "pages": lambda n: ask(n, 'exit "none"') + '\noffer %s { title "O"; body "o"; button "B"; url "https://acme.example" }\n'
                       'review %s { title "R"; google "https://g.example" }\nthanks %s { satisfied "Y"; dissatisfied "N" }'
                       % (n("offer"), n("review"), n("thanks")),
    "offer": lambda n: 'offer %s { title "O"; body "o"; button "B"; url "https://acme.example" }' % n("offer"),
    "review": lambda n: 'review %s { title "R"; google "https://g.example" }' % n("review"),
    "thanks": lambda n: 'thanks %s { satisfied "Y"; dissatisfied "N" }' % n("thanks"),
    "set": lambda n: 'set %s = 1 + 2' % n("var"),
    "set_contact": lambda n: "set contact.seats = 4",
    "handoff": lambda n: "handoff %s to other { input { n contact.seats } }" % n("over"),
    "suppress": lambda n: "suppress sales",
    "run": lambda n: 'run chase(1 day, "w", firm) as %s' % n("run"),
    "finish": lambda n: "finish",
    "exit": lambda n: 'exit "left"',
    "wait": lambda n: "wait 2 days as %s" % n("gap"),
    "wait_hours": lambda n: "wait 5 hours as %s" % n("gap"),
    "wait_business": lambda n: "wait 2 business days at 09:30 as %s" % n("gap"),
    "wait_until": lambda n: "wait until tue 10:00 as %s" % n("gap"),
    "wait_until_date": lambda n: "wait until 2026-03-05 09:00 as %s otherwise continue" % n("gap"),
    "wait_until_skip": lambda n: "wait until 2026-03-03 09:00 as %s otherwise skip\n%s" % (n("gap"), EMAIL % n("mail")),
    "wait_for": lambda n: 'wait for reply, event "ping", meeting up to 2 days as %s { on reply when reply.text contains "a" { %s }; '
                          'on event when event.n > 3 { %s }; on meeting { finish }; on nothing { %s } }'
                          % (n("hear"), EMAIL % n("mail"), 'task %s "T" { async }' % n("task"), EMAIL % n("mail")),
    "choose": lambda n: 'choose { when contact.seats > 3 { %s }; when contact.region in (europe, asia) { %s }; otherwise { %s } }'
                        % (EMAIL % n("mail"), 'task %s "T" { due 2 hours }' % n("task"), 'wait 1 hour as %s' % n("gap")),
    "when": lambda n: "when contact.vip { %s } otherwise { %s }" % (EMAIL % n("mail"), "wait 3 hours as %s" % n("gap")),
    "repeat": lambda n: "repeat up to 2 times every 1 day until contact.vip as %s { %s }" % (n("loop"), EMAIL % n("mail")),
    "original": lambda n: "original %s" % n("own"),
}
BLOCKS = {
    "top": lambda n, s: s,
    "when": lambda n, s: "when contact.vip {\n%s\n}" % s,
    "otherwise": lambda n, s: "when contact.vip { %s } otherwise {\n%s\n}" % (EMAIL % n("mail"), s),
    "choose": lambda n, s: "choose { when contact.seats > 3 {\n%s\n}; otherwise { %s } }" % (s, EMAIL % n("mail")),
    "choose_otherwise": lambda n, s: "choose { when contact.seats > 3 { finish }; otherwise {\n%s\n} }" % s,
    "arm": lambda n, s: 'wait for reply, click up to 2 days as %s { on reply {\n%s\n}; on click { finish }; on nothing { } }' % (n("hear"), s),
    "nothing": lambda n, s: 'wait for event "ping" up to 2 days as %s { on event { finish }; on nothing {\n%s\n} }' % (n("hear"), s),
    "repeat": lambda n, s: "repeat up to 2 times every 2 days as %s {\n%s\n}" % (n("loop"), s),
    "remind": lambda n, s: 'email %s { subject "L"; new_thread; body "{{link}}" }\nask %s using poll { within 4 days; remind after 1 day {\n%s\n} '
                           '; on nothing { finish } }' % (n("link"), n("ask"), s),
    "ask_nothing": lambda n, s: 'email %s { subject "L"; new_thread; body "{{link}}" }\nask %s using poll { within 4 days; on nothing {\n%s\n} }'
                                % (n("link"), n("ask"), s),
}


def sequence(body, exits="", before="", after=True, n=None, settings="window anytime"):
    n = n or Names()
    first = EMAIL % "first"
    return "%ssequence g \"G\" {\n    mailbox sales\n    %s\n    exit on event \"stop\"%s\n%s\n%s\n%s\n}\n" % (
        before, settings, exits, first, body, (EMAIL % "last") if after else "")


def matrix():
    for step, make in STEPS.items():
        for block, wrap in BLOCKS.items():
            n = Names()
            yield "%s in %s" % (step, block), sequence(wrap(n, make(n)))
            if block != "top":
                for outer in ("when", "repeat", "arm", "choose_otherwise"):
                    n = Names()
                    yield "%s in %s in %s" % (step, block, outer), sequence(BLOCKS[outer](n, wrap(n, make(n))))
        n = Names()
        yield "%s in exit" % step, sequence("wait 5 days", exits=' {\n%s\n}' % make(n))
        yield "%s in exit when" % step, sequence("wait 5 days", exits="\nexit when contact.seats == 4 {\n%s\n}" % make(Names()))
        n = Names()
        yield "%s in fragment" % step, sequence("run frag() as f\nrun frag() as f2", before="fragment frag() {\n%s\n}\n" % make(n))
        for kind in ("thanks", "ask"):
            yield "%s after pages" % step, sequence(STEPS[kind](Names()) + "\n" + make(Names()).replace("1", "77"))


def block(r, n, depth, budget):
    """A random list of steps, and whether its end is reached."""
    out = []
    for _ in range(r.randint(1, 3 if depth else 5)):
        if budget[0] <= 0:
            break
        budget[0] -= 1
        kind = r.random()
        if kind < 0.55 or depth >= 4:
            name = r.choice([k for k in STEPS if k not in ("original", "offer", "review", "thanks", "finish", "exit", "handoff",
                                                           "whatsapp_text") or r.random() < 0.06])
            out.append(STEPS[name](n))
            if name in ("finish", "exit", "handoff"):
                return out, False
        elif kind < 0.7:
            a, goes = block(r, n, depth + 1, budget)
            b, _ = block(r, n, depth + 1, budget)
            cond = r.choice(["contact.vip", "contact.seats > %d" % r.randint(1, 9), "first.clicked", "contact.phone is set",
                             "not first.replied and contact.region != europe", 'contact.company contains "x" or contact.seats < 4'])
            out.append("when %s {\n%s\n}" % (cond, "\n".join(a)) + (" otherwise {\n%s\n}" % "\n".join(b) if r.random() < 0.6 else ""))
        elif kind < 0.8:
            arms = ["when contact.seats > %d {\n%s\n}" % (9 - 3 * i, "\n".join(block(r, n, depth + 1, budget)[0]))
                    for i in range(r.randint(1, 3))]
            out.append("choose {\n%s\notherwise {\n%s\n}\n}" % ("\n".join(arms), "\n".join(block(r, n, depth + 1, budget)[0])))
        elif kind < 0.9:
            triggers = r.sample(["reply", "click on first", 'event "ping"', "meeting", "we_wrote"], r.randint(1, 3))
            arms = []
            for t in triggers:
                guard = r.choice(["", ' when reply.text contains "a"'] if t == "reply" else
                                 ["", " when event.n >= %d" % r.randint(1, 5)] if t.startswith("event") else [""])
                arms.append("on %s%s {\n%s\n}" % (t, guard, "\n".join(block(r, n, depth + 1, budget)[0])))
            out.append("wait for %s up to %d %s as %s {\n%s\non nothing {\n%s\n}\n}"
                       % (", ".join(triggers), r.randint(1, 6), r.choice(["days", "hours", "business days"]), n("hear"),
                          "\n".join(arms), "\n".join(block(r, n, depth + 1, budget)[0])))
        else:
            until = r.choice(["", " until first.clicked", " until contact.vip"])
            inner, _ = block(r, n, depth + 1, budget)
            out.append("repeat up to %d times every %d %s%s as %s {\n%s\n}"
                       % (r.randint(1, 3), r.randint(1, 4), r.choice(["days", "hours"]), until, n("loop"), "\n".join(inner)))
    return out or [EMAIL % n("mail")], True


def randoms(count, seed):
    for i in range(count):
        r = random.Random("%s/%d" % (seed, i))
        n = Names()
        settings = r.choice(["window anytime", "window mon-fri 09:00-17:00", "window mon-fri 09:00-12:00, sat 10:00-11:00",
                             "window mon-fri 22:00-03:00", "window anytime\n    skip weekends"])
        settings += r.choice(["", "\n    spread 20 minutes", "\n    late skip after 1 day", "\n    limit 1 message per day",
                              "\n    limit 4 followups", "\n    on auto_reply hold until return, at most 5 days"])
        exits = r.choice(["", "\nexit on reply", "\nexit on reply by account", "\nexit on click on first",
                          "\nexit on we_wrote {\nhandoff away to other\n}", "\nexit on meeting", "\nexit when contact.seats > 20",
                          '\nexit on event "won" { task won "W" { async }; alert wonalert { to sales; subject "W"; body "w" } }'])
        body, goes = block(r, n, 0, [r.randint(3, 14)])
        policy = r.sample(["quiet sms, whatsapp 21:00-08:00", "quiet email 20:00-07:30", "limit 1 message per day", "limit 2 messages per 7 days",
                           "limit 1 sms per 3 days", "limit 2 followups when contact.region == europe",
                           "one sales sequence per contact otherwise " + r.choice(["queue", "refuse", "replace"])], r.choice([0, 0, 1, 2, 3]))
        quota = r.choice(["", "", "        limit 1 message per day\n", "        limit 3 messages per 2 days\n"])
        ours = "# policy\n%s# quota\n%s# end\n" % ("".join(p + "\n" for p in policy), quota)
        yield "random %s/%d" % (seed, i), ours + sequence("\n".join(body), exits=exits, n=n, settings=settings, after=goes)


CONTACTS = """email,first_name,timezone,phone,sms_ok,seats,region,vip,company
ada@x.example,Ada,Europe/Paris,+33612345678,yes,10,europe,no,Engines
lin@y.example,Lin,America/Montreal,,no,2,americas,no,
bob@z.example,Bob,,+15145550123,yes,,,yes,xyz
eve@gmail.com,Eve,Asia/Kolkata,+919812345678,no,5,asia,no,xyz
"""


def events(r, text):
    """Random events for what stands in the sequence, in order of time."""
    asks = re.findall(r"^ask (\w+)", text, re.M)
    tasks = re.findall(r'task (\w+) "\w+" \{ (?:outcomes (\w+), (\w+))?', text)
    hooks = re.findall(r"webhook (\w+)", text)
    lines = []
    if "fragment frag" in text:  # its steps are found under the names of its runs
        asks, tasks, hooks = ["f." + a for a in asks], [("f." + t[0], *t[1:]) for t in tasks], ["f2." + h for h in hooks]
    for _ in range(r.randint(0, 24)):
        who = r.choice([line.split(",")[0] for line in CONTACTS.splitlines()[1:]])
        at = "2026-03-%02dT%02d:%02d:00Z" % (r.randint(2, 27), r.randint(0, 23), r.randint(0, 59))
        e = {"at": at, "contact": who}
        kind = r.choice(["reply", "click", "open", "meeting", "we_wrote", "ping", "won", "stop", "bounce", "unsubscribe", "complaint",
                         "auto_reply", "answer", "answer", "answer", "done", "done", "done", "leave"])
        if kind in ("ping", "won", "stop"):
            e.update(event="event", name=kind, fields={"n": r.randint(0, 9)} if r.random() < 0.8 else {})
        elif kind == "answer":
            if not asks:
                continue
            e.update(event="answer", step=r.choice(asks), answers={"overall": r.randint(1, 10), "best": r.choice(["speed", "price"])})
        elif kind == "leave":
            if not asks:
                continue
            e.update(event="leave", step=r.choice(asks))
        elif kind == "done":
            if hooks and r.random() < 0.5:
                e.update(event="done", step=r.choice(hooks))
                e.update(r.choice([{"outcome": "failed"}, {}]))
            elif tasks:
                task = r.choice(tasks)
                e.update(event="done", step=task[0])
                if task[1]:
                    e["outcome"] = r.choice(task[1:])
            else:
                continue
        elif kind == "auto_reply":
            e.update(event=kind, until="2026-03-%02dT09:00:00Z" % r.randint(3, 30))
        else:
            e.update(event=kind)
            if kind in ("reply", "click", "open", "bounce") and (kind in ("click", "open") or r.random() < 0.5):
                e["step"] = "first"
            if kind == "reply":
                e["text"] = r.choice(["a yes", "no", ""])
        lines.append(e)
    lines.sort(key=lambda e: e["at"])
    return "".join(json.dumps(e) + "\n" for e in lines)


def run(args, cwd):
    try:
        p = subprocess.run(args, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    except subprocess.TimeoutExpired:
        return 124, "", "timed out"
    return p.returncode, p.stdout.decode("utf-8", "replace"), p.stderr.decode("utf-8", "replace")


WINDOWS = {  # of `window`: (weekdays, from, to) in minutes; the last one goes past midnight
    "mon-fri 09:00-17:00": [(range(5), 540, 1020)],
    "mon-fri 09:00-12:00, sat 10:00-11:00": [(range(5), 540, 720), ([5], 600, 660)],
    "mon-fri 22:00-03:00": [(range(5), 1320, 1440), (range(1, 6), 0, 180)],
}


def at_a_wrong_time(line, at, text):
    """Rule 4: outside its window, on a skipped day, in quiet hours."""
    minute, day, kind = at.hour * 60 + at.minute, at.weekday(), line["kind"]
    window = re.search(r"^    window (.*)$", text, re.M)[1]
    if line["sequence"] == "g":
        if window in WINDOWS and not any(day in d and a <= minute < b for d, a, b in WINDOWS[window]):
            return "window"
        if "skip weekends" in text and day > 4:
            return "skipped day"
    if "\nquiet email" in text and kind == "email" and not 450 <= minute < 1200:
        return "quiet"
    if "\nquiet sms" in text and kind in ("sms", "whatsapp") and not 480 <= minute < 1260 and not line["contact"].startswith("bob"):
        return "quiet"
    return None


def over(dates, most, days):
    """Rule 6: more than `most` on `days` local dates."""
    return any(sum(0 <= (d - e).days < days for e in dates) > most for d in dates)


def against_the_rules(lines, text):
    """What left at a wrong time, over a limit, or after the end."""
    sent, quota, texts, own, ended = {}, [], {}, {}, set()
    for line in lines:
        who = (line["contact"], line["sequence"])
        at = datetime.datetime.fromisoformat(line["at"])
        if line["event"] == "enrolled":
            ended.discard(who)
        elif line["event"] in ("exit", "finish"):
            ended.add(who)
        elif line["event"] == "sent" and not line["step"].startswith("own"):
            wrong = at_a_wrong_time(line, at, text)
            if wrong or who in ended:
                return "%s: %s" % (wrong or "after the end", line)
            sent.setdefault(line["contact"], []).append(at.date())
            if line["sequence"] == "g":
                own.setdefault(line["contact"], []).append(at.date())
            if line["kind"] == "sms":
                texts.setdefault(line["contact"], []).append(at.date())
            if line["kind"] == "email":
                quota.append(at.astimezone(zoneinfo.ZoneInfo("America/Montreal")).date())
    for limit, groups, most, days in (
            ("\nlimit 1 message per day", sent.values(), 1, 1), ("\nlimit 2 messages per 7 days", sent.values(), 2, 7),
            ("\nlimit 1 sms per 3 days", texts.values(), 1, 3), ("\n    limit 1 message per day", own.values(), 1, 1),
            ("\n        limit 1 message per day", [quota], 1, 1), ("\n        limit 3 messages per 2 days", [quota], 3, 2)):
        for dates in groups:
            if limit in text and over(dates, most, days):
                return "over%s: %s" % (limit, sorted(dates))
    return None


def rehearsed(r, folder, text, policy):
    with open(os.path.join(folder, "contacts.csv"), "w") as f:
        f.write(CONTACTS)
    with open(os.path.join(folder, "events.jsonl"), "w") as f:
        f.write(events(r, text))
    args = [SEQD, "rehearse", "contacts.csv", "--sequence", "g", "--from", "2026-03-02T10:00", "--events", "events.jsonl",
            "--format", "json", "--skip-bad", "--maildir", "mail"]
    code, out, err = run(args, folder)
    if code not in (0, 1) or (code == 1 and not out):
        return "rehearse: exit %d %s" % (code, err)
    open_ = collections.Counter()
    lines = [json.loads(line) for line in out.splitlines()]
    for line in lines:
        key = (line["contact"], line["sequence"])
        if line["event"] == "held" and "internal" in line["reason"]:
            return "held: %s" % line
        open_[key] += {"enrolled": 1, "exit": -1, "finish": -1}.get(line["event"], 0)
    left = [k for k, v in open_.items() if v != 0]
    if left:
        return "these never end: %s" % left
    return against_the_rules(lines, policy + text)


def one(name, text, tally, tmp):
    """What is wrong with it, or None."""
    r = random.Random(name)
    folder = os.path.join(tmp, "case")
    shutil.rmtree(folder, ignore_errors=True)
    os.mkdir(folder)
    with open(os.path.join(folder, "workspace.seq"), "w") as f:
        policy = re.match(r"# policy\n(.*)# quota\n(.*)# end\n", text, re.S)
        base = BASE
        if policy:
            text = text[policy.end():]
            base = base.replace("        postal", policy[2] + "        postal").replace("    sms texting", policy[1] + "    sms texting")
        f.write(base + SHARED + text)
    code, out, err = run([SEQC, "build", "-o", "out", "."], folder)
    said = out + err
    if code == 1 and re.search(r"error\[E\d{4}\]", said) and "our own" not in said:
        tally["refused"] += 1
        tally[re.search(r"error\[(E\d{4})\]", said)[1]] += 1
        return None
    if code not in (0, 3):
        return "build: exit %d %s" % (code, said)
    tally["compiled"] += 1
    for sub, _, files in os.walk(os.path.join(folder, "out")):
        for plan in files:
            code, out, err = run([SEQC, "verify", os.path.join(sub, plan)], folder)
            if code:
                return "verify %s: exit %d %s" % (plan, code, out + err)
    shutil.rmtree(os.path.join(folder, "out"))
    why = rehearsed(r, folder, text, policy[0] if policy else "")
    if why:
        return why
    for args in (["fmt", "."], ["fmt", "--check", "."]):
        code, out, err = run([SEQC, *args], folder)
        if code:
            return "%s: exit %d %s" % (args, code, out + err)
    return None


def main(args):
    if not args or args[0] not in ("matrix", "random"):
        print(__doc__)
        return 2
    cases = matrix() if args[0] == "matrix" else randoms(int(args[1]), args[2] if len(args) > 2 else "1")
    part = os.environ.get("PART")  # "0/7": every seventh
    tally, failed = collections.Counter(), 0
    with tempfile.TemporaryDirectory() as tmp:
        for i, (name, text) in enumerate(cases):
            if part and i % int(part.split("/")[1]) != int(part.split("/")[0]):
                continue
            why = one(name, text, tally, tmp)
            if why:
                failed += 1
                print("%s: %s" % (name, why), flush=True)
                if os.environ.get("KEEP"):
                    shutil.copytree(os.path.join(tmp, "case"), os.path.join(os.environ["KEEP"], name.replace(" ", "_").replace("/", "-")),
                                    dirs_exist_ok=True)
    codes = ", ".join("%s %d" % (k, v) for k, v in sorted(tally.items()) if k.startswith("E"))
    print("%d compiled, %d refused (%s), %d failed" % (tally["compiled"], tally["refused"], codes, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
