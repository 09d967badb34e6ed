#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Rules that leave the program a choice: what every choice must hold to. `spread`, `ramp`, `late`, and promises about
what the same input gives."""
import hashlib
import pathlib
import sys
import tempfile
from collections import Counter
from datetime import timedelta

from harness import ROOT, SEQC, SEQD, Refused, instant, rehearse, run, run_tests, write_workspace

MANY = {f"c{i:02d}": {} for i in range(30)}
TESTS = []


def test(function):
    TESTS.append(function)
    return function


def sent(lines, step):
    return [line for line in lines if line.step == step and line.event == "sent"]


@test
def spread_keeps_to_openings():
    """Rule 3: "`spread S` adds hash(enrollment, step) mod S only where an opening set the instant …, and never past
    that opening's end." a is opened by its window, which lasts ten minutes; b is due inside its window; c has an `at`."""
    lines = rehearse("""sequence s {
        window mon-sun 09:00-17:00; spread 30 minutes
        email a { subject "A"; body "a"; window mon-sun 09:00-09:10 }
        wait 1 day
        email b { body "b" }
        wait 1 day at 16:50
        email c { body "c" }
        wait until 10:00
        email d { body "d" }
    }""", MANY, "2026-06-01T08:00-04:00")
    opening = instant("2026-06-01T09:00-04:00")
    for line in sent(lines, "a"):
        assert opening <= line.at < opening + timedelta(minutes=10), line
    assert len({line.at for line in sent(lines, "a")}) > 10, "no spread at a window"
    first = {line.contact: line.at for line in sent(lines, "a")}
    for line in sent(lines, "b"):
        assert line.at == first[line.contact] + timedelta(days=1), line
    at = instant("2026-06-03T16:50-04:00")
    for line in sent(lines, "c"):
        assert at <= line.at < at + timedelta(minutes=10), line
    assert len({line.at for line in sent(lines, "c")}) > 10, "no spread at an `at`"
    # A moment is no opening.
    assert {line.at for line in sent(lines, "d")} == {instant("2026-06-04T10:00-04:00")}, sent(lines, "d")


@test
def spread_is_a_hash():
    """The same enrollments get the same instants again: neither chance nor time goes into it."""
    text = 'sequence s { spread 1 hour; email a { subject "A"; body "a" } }'
    once, again = (list(map(str, rehearse(text, MANY, "2026-06-01T00:00-04:00"))) for _ in range(2))
    assert once == again


@test
def a_ramp_grows_to_its_limit():
    """`limit 10 messages per day, ramp 2 to 10 over 4 days`: 2 on the first day, never fewer than the day before, 10
    from the fifth day on."""
    lines = rehearse('sequence s { window mon-sun 09:00-17:00; email a { subject "A"; body "a" } }',
                     {f"c{i:02d}": {} for i in range(60)}, "2026-06-01T10:00-04:00",
                     mailbox="limit 10 messages per day, ramp 2 to 10 over 4 days")
    days = Counter(line.at.date() for line in lines)
    counts = [days[day] for day in sorted(days)]
    assert counts[0] == 2 and counts[4] == 10, counts
    assert counts[:-1] == sorted(counts[:-1]) and max(counts) == 10 and sum(counts) == 60, counts
    assert max(days) - min(days) == timedelta(days=len(days) - 1), "a day was left out"


@test
def what_is_too_late_is_skipped():
    """Rule 4: "`late` counts from the first planned instant": of four, the mailbox takes one a day; the third would
    leave 48 hours late. A skipped step is `.skipped`, and the sequence goes on."""
    four = {name: {} for name in ("ann", "bob", "cyd", "dan")}
    lines = rehearse("""sequence s {
        window anytime; late skip after 30 hours
        email a { subject "A"; body "a" }
        when a.skipped and not a.sent and not a.failed { exit "skipped" }
    }""", four, "2026-06-01T10:00-04:00", mailbox="limit 1 message per day")
    assert [(line.contact, line.at.isoformat()) for line in sent(lines, "a")] == [
        ("ann", "2026-06-01T10:00:00-04:00"), ("bob", "2026-06-02T10:00:00-04:00")], list(map(str, lines))
    assert {line.contact for line in lines if line.event == "exit" and line.reason == "skipped"} == {"cyd", "dan"}


@test
def bad_rows_enroll_nobody():
    """Rule 16: "A row whose keys meet two contacts is refused by name"; rule 11: a contact without an address is
    refused; by default a file with bad rows is taken by none."""
    for rows, word in (("ada@x.example,\n,\n", "2"), ("ada@x.example,\nno address,\n", "2"),
                       ("ada@x.example,Nowhere/Land\n", "Nowhere/Land")):
        with tempfile.TemporaryDirectory(prefix="acceptance.") as folder:
            write_workspace(folder, 'sequence s { email a { subject "A"; body "a" } }')
            pathlib.Path(folder, "c.csv").write_text("email,timezone\n" + rows)
            try:
                run(SEQD, "rehearse", "c.csv", "--sequence", "s", "--from", "2026-06-01T10:00Z", cwd=folder)
            except Refused as refused:
                assert "exit 1" in str(refused) and word in str(refused), refused
            else:
                raise AssertionError(f"taken: {rows!r}")


def hashes(folder):
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(pathlib.Path(folder).rglob("*")) if path.is_file()}


@test
def the_same_source_gives_the_same_bytes():
    """runtime.md §1: "The same source gives the same bytes on every machine: no clock, path, locale or hash order goes
    in." The example workspace, built twice: in other folders, zones and locales."""
    made = []
    places = (("first", "UTC", "C"), ("a second, much longer one", "Asia/Kathmandu", "tr_TR.UTF-8"))
    with tempfile.TemporaryDirectory(prefix="acceptance.") as folder:
        for name, zone, locale in places:
            there = pathlib.Path(folder, name)
            run("cp", "-r", ROOT / "examples" / "acme", there, cwd=folder)
            run("env", f"TZ={zone}", f"LC_ALL={locale}", SEQC, "build", "-o", "out", cwd=there)
            made.append(hashes(there / "out"))
    assert made[0] == made[1] and len(made[0]) >= 3, made


if __name__ == "__main__":
    sys.exit(run_tests(TESTS, sys.argv[1:], "properties"))
