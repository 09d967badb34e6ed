#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a rehearsal of one sequence cannot show, on a store born virtual: fields that change, pauses, several sequences
for one contact, enrolling again, threads as mail programs see them. Each function quotes its rule; what left is read
back from the Maildir by Python's own parser."""
import email
import email.policy
import os
import re
import sys
import tempfile
from datetime import timezone

from harness import SEQD, instant, run, run_tests, write_contacts, write_workspace


TESTS = []


def test(function):
    TESTS.append(function)
    return function


class Store:
    def __init__(self, sequences, start, **workspace):
        self.folder = tempfile.TemporaryDirectory(prefix="acceptance.")
        write_workspace(self.folder.name, sequences, **workspace)
        self.seqd("init", "--virtual", "--from", start)
        self.seqd("deploy")
        for name in re.findall(r"^sequence (\w+)", sequences, re.MULTILINE):
            self.seqd("activate", name)

    def seqd(self, *words, ok=(0,)):
        return run(SEQD, *words, cwd=self.folder.name, ok=ok)

    def enroll(self, sequence, name="ada", *words, ok=(0,), **fields):
        pairs = {"email": f"{name}@example.net", **fields}
        contact = [word for field, value in pairs.items() for word in ("--contact", f"{field}={value}")]
        return self.seqd("enroll", "--sequence", sequence, *contact, *words, ok=ok)

    def event(self, kind, name="ada", **words):
        options = []
        for option, value in words.items():
            for one in value.items() if isinstance(value, dict) else [value]:
                options += ["--" + option, "=".join(one) if isinstance(one, tuple) else one]
        self.seqd("event", "--contact", f"{name}@example.net", *options, kind)

    def until(self, at):
        self.seqd("run", "--until", at)

    def mails(self):
        """Every message that left, oldest first."""
        folder = os.path.join(self.folder.name, ".seqd", "maildir", "new")
        found = []
        for name in os.listdir(folder) if os.path.isdir(folder) else []:
            with open(os.path.join(folder, name), "rb") as file:
                found.append(email.message_from_binary_file(file, policy=email.policy.default))
        return sorted(found, key=lambda mail: (mail["Date"].datetime, mail["To"], mail["Subject"]))

    def left(self):
        return [f"{mail['Date'].datetime.astimezone(timezone.utc):%Y-%m-%dT%H:%MZ} "
                f"{mail['To'].addresses[0].username} {mail['Subject']}" for mail in self.mails()]

    def show(self, name="ada"):
        return self.seqd("show", f"{name}@example.net", "--format", "json", ok=(0, 1))


def equal(got, wanted, what="what left"):
    if got != wanted:
        raise AssertionError(f"{what}:\n  expected " + "\n           ".join(map(str, wanted)) +
                             "\n  got      " + "\n           ".join(map(str, got)))


def mail(name, *parts):
    return f'email {name} {{ subject "{name}"; body "{name}"{"".join("; " + part for part in parts)} }}'


# ---- Fields that change (rules 5, 8, 9) ---------------------------------------------------------------------------

@test
def moments_follow_their_fields():
    """Rule 8: "It is derived again when a field it reads changes; a moment that has thereby passed takes the
    `otherwise`." Rule 11: an absent date is no date."""
    store = Store("""sequence s {
        thread no; window anytime
        when contact.renewal is set {
            wait until contact.renewal - 30 days at 09:00 as before otherwise skip
            """ + mail("b") + """
        }
        """ + mail("c") + """
    }""", "2026-06-01T09:00-04:00")
    for name, renewal in ("ann", "2026-08-01"), ("bob", "2026-08-01"), ("cyd", "2026-08-01"), ("dan", ""):
        store.enroll("s", name, **({"renewal": renewal} if renewal else {}))
    store.until("2026-06-10T12:00-04:00")
    store.event("set", "bob", set={"renewal": "2026-09-01"})
    store.event("set", "cyd", set={"renewal": "2026-07-01"})
    store.until("2026-12-01T00:00Z")
    equal(store.left(), ["2026-06-01T13:00Z dan c", "2026-06-10T16:00Z cyd c", "2026-07-02T13:00Z ann b",
                         "2026-07-02T13:00Z ann c", "2026-08-02T13:00Z bob b", "2026-08-02T13:00Z bob c"])


@test
def days_follow_a_change_of_zone():
    """Rule 5: "When a zone … changes, an armed day-based wait is derived again from its stored base and rule, not
    before now." From 1 June in New York; 4 June 10:00 in Paris is 08:00 UTC, which bob's change at 09:00 UTC comes after.
    Elapsed hours stay what they are."""
    store = Store("sequence s { thread no; window anytime; wait 3 days at 10:00; " + mail("b") + " }\n"
                  "sequence h { thread no; window anytime; wait 72 hours; " + mail("h") + " }",
                  "2026-06-01T10:00-04:00")
    for name in "ann", "bob":
        store.enroll("s", name, timezone="America/New_York")
    store.enroll("h", "ann", timezone="America/New_York")
    store.until("2026-06-02T12:00Z")
    store.event("set", "ann", set={"timezone": "Europe/Paris"})
    store.until("2026-06-04T09:00Z")
    store.event("set", "bob", set={"timezone": "Europe/Paris"})
    store.until("2026-07-01T00:00Z")
    equal(store.left(), ["2026-06-04T08:00Z ann b", "2026-06-04T09:00Z bob b", "2026-06-04T14:00Z ann h"])


@test
def exits_follow_their_fields():
    """Rule 9: "`exit when` is tested when anything it reads changes, at each wake-up and in each release." """
    store = Store("sequence s { thread no; window anytime; exit when contact.vip; " + mail("a") + "; wait 3 days; "
                  + mail("b") + " }", "2026-06-01T10:00Z")
    store.enroll("s", "ann")
    store.enroll("s", "vip", vip="yes", ok=(0, 1))
    store.until("2026-06-02T08:00Z")
    store.event("set", "ann", set={"vip": "yes"})
    store.until("2026-07-01T00:00Z")
    equal(store.left(), ["2026-06-01T10:00Z ann a"])


# ---- Pauses (rule 7) ----------------------------------------------------------------------------------------------

@test
def hours_get_back_what_was_left():
    """10 hours, of which 6 were left at the pause."""
    store = Store("sequence s { thread no; window anytime; " + mail("a") + "; wait 10 hours; " + mail("b") + " }",
                  "2026-06-01T10:00Z")
    store.enroll("s")
    store.until("2026-06-01T14:00Z")
    store.seqd("pause", "s")
    store.until("2026-06-02T12:00Z")
    store.seqd("resume", "s")
    store.until("2026-06-10T00:00Z")
    equal(store.left(), ["2026-06-01T10:00Z ada a", "2026-06-02T18:00Z ada b"])


@test
def days_keep_their_dates_and_their_time():
    """Armed for the 4th at 10:00, two dates from the pause on the 2nd: two dates from the resume on the 6th."""
    store = Store("sequence s { thread no; window anytime; " + mail("a") + "; wait 3 days; " + mail("b") + " }",
                  "2026-06-01T10:00-04:00")
    store.enroll("s")
    store.until("2026-06-02T12:00-04:00")
    store.seqd("pause", "--all")
    store.until("2026-06-06T17:00-04:00")
    store.seqd("resume", "--all")
    store.until("2026-07-01T00:00Z")
    equal(store.left(), ["2026-06-01T14:00Z ada a", "2026-06-08T14:00Z ada b"])


@test
def moments_stay():
    """ "moments … stay and, if past, take their `otherwise`" """
    store = Store("sequence s { thread no; window anytime; wait until 2026-06-03 09:00 as day otherwise skip; "
                  + mail("a") + "; " + mail("b") + " }", "2026-06-01T10:00-04:00")
    for name in "ann", "bob":
        store.enroll("s", name)
    store.seqd("pause", "--contact", "bob@example.net")
    store.until("2026-06-04T12:00-04:00")
    store.seqd("resume", "--contact", "bob@example.net")
    store.until("2026-07-01T00:00Z")
    equal(store.left(), ["2026-06-03T13:00Z ann a", "2026-06-03T13:00Z ann b", "2026-06-04T16:00Z bob b"])


@test
def what_is_overdue_leaves_over_an_hour():
    """ "what is overdue leaves through `spread` or over one hour": forty messages, none in one burst. """
    store = Store("sequence s { thread no; window mon-fri 09:00-17:00; " + mail("a") + " }", "2026-06-06T10:00-04:00")
    write_contacts(os.path.join(store.folder.name, "c.csv"), {f"c{i:02d}": {} for i in range(40)})
    store.seqd("enroll", "--sequence", "s", "c.csv")
    store.seqd("pause", "--mailbox", "sales")
    store.until("2026-06-09T10:00-04:00")
    equal(store.left(), [])
    store.seqd("resume", "--mailbox", "sales")
    store.until("2026-07-01T00:00Z")
    at = [mail["Date"].datetime for mail in store.mails()]
    equal(len(at), 40, "messages")
    assert instant("2026-06-09T10:00-04:00") <= min(at), min(at)
    assert max(at) <= instant("2026-06-09T11:00-04:00"), max(at)
    assert len(set(at)) > 20, "a burst"


@test
def exits_end_what_is_paused():
    """ "events are still taken, exits still end" """
    store = Store("sequence s { thread no; window anytime; exit on reply; " + mail("a") + "; wait 1 day; " + mail("b")
                  + " }", "2026-06-01T10:00Z")
    store.enroll("s")
    store.until("2026-06-01T12:00Z")
    store.seqd("pause", "s")
    store.event("reply", step="a")
    store.until("2026-06-03T00:00Z")
    assert '"status":"ended"' in store.show(), store.show()
    store.seqd("resume", "s")
    store.until("2026-07-01T00:00Z")
    equal(store.left(), ["2026-06-01T10:00Z ada a"])


# ---- Several sequences, several enrollments (rules 6, 14, 16; language §2, §3) -------------------------------------

TWO = ("sequence s { thread no; window anytime; " + mail("a") + "; wait 2 days; " + mail("b") + " }\n"
       "sequence t { thread no; window anytime; " + mail("c") + " }\n")


@test
def one_sequence_queues():
    store = Store(TWO, "2026-06-01T10:00Z", workspace="one sales sequence per contact otherwise queue")
    store.enroll("s")
    store.enroll("t")
    store.until("2026-07-01T00:00Z")
    equal(store.left(), ["2026-06-01T10:00Z ada a", "2026-06-03T10:00Z ada b", "2026-06-03T10:00Z ada c"])


@test
def one_sequence_refuses():
    store = Store(TWO, "2026-06-01T10:00Z", workspace="one sales sequence per contact otherwise refuse")
    store.enroll("s")
    store.enroll("t", ok=(1,))
    store.until("2026-07-01T00:00Z")
    equal(store.left(), ["2026-06-01T10:00Z ada a", "2026-06-03T10:00Z ada b"])


@test
def one_sequence_replaces():
    store = Store(TWO, "2026-06-01T10:00Z", workspace="one sales sequence per contact otherwise replace")
    store.enroll("s")
    store.until("2026-06-02T10:00Z")
    store.enroll("t")
    store.until("2026-07-01T00:00Z")
    equal(store.left(), ["2026-06-01T10:00Z ada a", "2026-06-02T10:00Z ada c"])


@test
def limits_count_over_sequences_and_by_purpose():
    """Rule 6: "Contact limits count each purpose on its own, over all its sequences"."""
    service = "sequence v { purpose service; unsubscribe none; thread no; " + mail("d") + "; " + mail("e") + " }"
    store = Store(TWO + service,
                  "2026-06-01T10:00-04:00", workspace="limit 1 message per day")
    for name in "s", "t", "v":
        store.enroll(name)
    store.until("2026-07-01T00:00Z")
    equal(sorted(store.left()), ["2026-06-01T14:00Z ada a", "2026-06-01T14:00Z ada d", "2026-06-02T14:00Z ada c",
                                 "2026-06-02T14:00Z ada e", "2026-06-03T14:00Z ada b"])


@test
def enroll_once_again_always():
    """`enroll once | again after D | always`."""
    modes = {"once": "once", "again": "again after 3 days", "always": "always"}
    store = Store("".join(f"sequence {name} {{ thread no; window anytime; enroll {mode}; {mail(name)} }}\n"
                          for name, mode in modes.items()), "2026-06-01T10:00Z")
    for day in 1, 2, 5:
        store.until(f"2026-06-0{day}T10:00Z")
        for name in "once", "again", "always":
            store.enroll(name, ok=(0, 1))
        store.until(f"2026-06-0{day}T11:00Z")
    equal(store.left(), ["2026-06-01T10:00Z ada again", "2026-06-01T10:00Z ada always", "2026-06-01T10:00Z ada once",
                         "2026-06-02T10:00Z ada always", "2026-06-05T10:00Z ada again", "2026-06-05T10:00Z ada always"])


@test
def a_call_that_is_tried_again_enrolls_once():
    """Rule 16: "Enrolling carries an idempotency key …, so that a retried call enrolls once even under
    `enroll always`." """
    store = Store("sequence s { thread no; window anytime; enroll always; " + mail("a") + " }", "2026-06-01T10:00Z")
    write_contacts(os.path.join(store.folder.name, "c.csv"), {"ann": {}, "bob": {}})
    for _ in range(2):
        store.seqd("enroll", "--sequence", "s", "c.csv")
        store.enroll("s", "cyd", "--key", "order 7")
    store.until("2026-06-02T00:00Z")
    equal(store.left(), [f"2026-06-01T10:00Z {name} a" for name in ("ann", "bob", "cyd")])


@test
def keys_are_normalised():
    """Rule 16: "domain lower-case and IDNA, local part without case" — so the second one is the first."""
    store = Store("sequence s { thread no; window anytime; " + mail("a") + " }", "2026-06-01T10:00Z")
    store.enroll("s", email="Ada@Example.NET")
    store.enroll("s", email="ada@example.net", ok=(0, 1))
    store.until("2026-06-02T00:00Z")
    equal(len(store.mails()), 1, "messages")


@test
def an_unsubscribe_covers_sales_and_a_suppressed_step_fails():
    """Rule 14: "an unsubscribe covers sales on that channel"; it ends the contact's sales enrollments, no service one.
    Rule 4: "suppression or missing consent settles the step as failed" — and `.failed` goes on to the next step."""
    store = Store("sequence s { thread no; window anytime; " + mail("a") + "; wait 1 day; " + mail("b") + " }\n"
                  "sequence v { purpose service; unsubscribe none; thread no; wait 2 days; " + mail("c") + " }\n"
                  "sequence w { purpose service; unsubscribe none; thread no; wait 3 days; " + mail("d")
                  + '; when d.failed { exit "failed" } }', "2026-06-01T10:00Z")
    store.enroll("s")
    store.enroll("v")
    store.enroll("w", "bob")
    store.until("2026-06-01T11:00Z")
    store.event("unsubscribe")
    store.seqd("suppress", "bob@example.net")
    store.until("2026-07-01T00:00Z")
    equal(store.left(), ["2026-06-01T10:00Z ada a", "2026-06-03T10:00Z ada c"])
    assert "failed" in store.seqd("why", "bob@example.net")


# ---- What a mail program sees (rules 1, 20) -----------------------------------------------------------------------

@test
def threads_as_mail_programs_see_them():
    """Follow-ups are replies to what was sent; `new_thread` begins another; `quote first` prints the first below."""
    store = Store("""sequence s {
        window anytime; quote first
        email a { subject "Hello"; body "The very first words" }
        wait 1 day
        email b { body "Second" }
        wait 1 day
        email c { body "Third" }
        wait 1 day
        email d { subject "Other"; body "Fourth"; new_thread }
    }""", "2026-06-01T10:00-04:00")
    store.enroll("s")
    store.until("2026-07-01T00:00Z")
    a, b, c, d = store.mails()
    equal([mail["Subject"] for mail in (a, b, c, d)], ["Hello", "Re: Hello", "Re: Hello", "Other"], "subjects")
    equal([a["In-Reply-To"], d["In-Reply-To"], d["References"]], [None, None, None], "first mails")
    equal(b["In-Reply-To"], a["Message-ID"], "In-Reply-To")
    assert a["Message-ID"] in c["References"] and b["Message-ID"] in c["References"], c["References"]
    for follow_up in b, c:
        assert "The very first words" in follow_up.get_body(("plain",)).get_content()
    assert "The very first words" not in d.get_body(("plain",)).get_content()


@test
def a_mail_that_was_not_sent_opens_no_thread():
    """Rule 1: "a threaded follow-up whose predecessors all failed *is* the first message, under their subject without
    `Re: `." The first one's address is suppressed; then the contact has another one."""
    store = Store('sequence s { window anytime; email a { subject "Hello"; body "a" }; wait 1 day; '
                  'email b { body "b" } }', "2026-06-01T10:00Z")
    store.enroll("s")
    store.seqd("suppress", "ada@example.net")
    store.until("2026-06-02T09:00Z")
    store.event("set", set={"email": "ada@elsewhere.example"})
    store.until("2026-07-01T00:00Z")
    equal(store.left(), ["2026-06-02T10:00Z ada Hello"])


if __name__ == "__main__":
    sys.exit(run_tests(TESTS, sys.argv[1:], "stores"))
