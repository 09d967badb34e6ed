# SPDX-License-Identifier: Apache-2.0
"""Runs a workspace through `seqd` and reads back who got what, when and why.

The acceptance tests are written from the rules alone: they see the program only through its command line. A rehearsal
gives `Line`s; an expected timeline is a text with one line for each of them:

    2026-03-09T10:00-04:00  bump | weekend | Re: Hello      a message that was sent, why it moved, its subject
    2026-03-09T10:00-04:00  bump                            one that left when it was due; any subject
    2026-03-09T10:00-04:00  ada: bump                       where there are several contacts
    2026-03-09T10:00-04:00  ! reply                         an exit and its reason; `*` is any reason or gate
    2026-03-09T10:00-04:00  bump failed | no_address        a message that was not sent
    2026-03-09T10:00-04:00  - held | *                      what is about no step
"""
import json
import os
import pathlib
import subprocess
import tempfile
from datetime import datetime

ROOT = pathlib.Path(__file__).resolve().parents[2]
SEQD = os.path.abspath(os.environ.get("SEQD", ROOT / "build" / "seqd"))
SEQC = os.path.abspath(os.environ.get("SEQC", ROOT / "build" / "seqc"))

WORKSPACE = """
workspace acme {
    edition  1
    locales  en, fr
    timezone "America/New_York"
    domains  "acme.example"
    contact {
        email      email required
        first_name text  default "there"
        timezone   zone
        locale     one of en, fr
        region     one of americas, europe
        renewal    date
        seats      number
        vip        yes_no default no
        phone      phone
        sms_ok     yes_no default no
    }
    key     email
    mailbox sales {
        address "sales@acme.example"
        name    "Acme Sales"
        postal  "1 Main Street, Springfield"
        %s
    }
    %s
}
"""


GATES = ("weekend", "holiday", "window", "quiet", "mailbox", "limit")


class Refused(Exception):
    """The program did not do what it was asked to."""


def run(*command, cwd, ok=(0,)):
    # No zone or language of the machine may matter: the tests run in one that no contact is in.
    env = {**os.environ, "TZ": "Asia/Kathmandu", "LC_ALL": "C", "NO_COLOR": "1"}
    done = subprocess.run([str(c) for c in command], cwd=cwd, env=env, capture_output=True, text=True, timeout=60)
    if done.returncode not in ok:
        raise Refused(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def instant(text):
    return datetime.fromisoformat(text)


class Line:
    """What happened to one contact at one instant."""

    def __init__(self, record):
        self.at = instant(record["at"])
        self.contact = record["contact"].split("@")[0]
        self.event = record["event"]
        self.step = record["step"]
        self.reason = record["reason"]
        self.subject = record["subject"]
        # "window; Mon 30 Nov 09:00 is the first open instant": the gate that was closed first stands first.
        first = self.reason.split(";")[0].split(",")[0]
        self.gate = next((gate for gate in GATES if gate in first), first)

    def __str__(self):
        what = f"! {self.reason}" if self.event == "exit" else self.step
        if self.event not in ("sent", "exit"):
            what += " " + self.event
        rest = "" if self.event == "exit" else f" | {self.reason} | {self.subject}"
        return f"{self.at.isoformat()}  {self.contact}: {what}{rest}"


def write_workspace(folder, sequences, mailbox="", workspace="", other=""):
    folder = pathlib.Path(folder)
    (folder / "workspace.seq").write_text(WORKSPACE % (mailbox, workspace))
    (folder / "sequences.seq").write_text(other + "\n" + sequences)


def write_contacts(path, contacts):
    """`contacts` maps a short name to its fields; the address is NAME@example.net."""
    fields = sorted({field for row in contacts.values() for field in row})
    rows = [",".join(["email"] + fields)]
    for name, row in contacts.items():
        rows.append(",".join([f"{name}@example.net"] + [str(row.get(field, "")) for field in fields]))
    pathlib.Path(path).write_text("\n".join(rows) + "\n")


def rehearse(sequences, contacts, start, until=None, events=(), name="s", **workspace):
    """The lines that tell of messages and exits, in the order in which they were printed."""
    with tempfile.TemporaryDirectory(prefix="acceptance.") as folder:
        write_workspace(folder, sequences, **workspace)
        write_contacts(os.path.join(folder, "contacts.csv"), contacts)
        command = [SEQD, "rehearse", "contacts.csv", "--sequence", name, "--from", start, "--format", "json"]
        if until:
            command += ["--until", until]
        if events:
            lines = [json.dumps({**event, "contact": event["contact"] + "@example.net"}) for event in events]
            pathlib.Path(folder, "events.jsonl").write_text("\n".join(lines) + "\n")
            command += ["--events", "events.jsonl"]
        output = run(*command, cwd=folder)
    lines = [Line(json.loads(line)) for line in output.splitlines()]
    return [line for line in lines if line.event not in ("enrolled", "planned", "moved", "finish")]


def differences(expected, lines, only=None):
    """What is not as expected, as sentences; lines of a timeline that name no contact are about `only`."""
    wanted = [line.strip() for line in expected.strip().splitlines() if line.strip()]
    wrong = []
    for number in range(max(len(wanted), len(lines))):
        want = wanted[number] if number < len(wanted) else None
        line = lines[number] if number < len(lines) else None
        if want is None or line is None or not matches(want, line, only):
            wrong.append(f"expected {want or 'nothing more'}\n     got {line or 'nothing'}")
    return wrong


def matches(want, line, only):
    at, rest = want.split("  ", 1)
    what, gate, subject = ([part.strip() for part in rest.split("|")] + [None, None])[:3]
    contact = only
    if ": " in what:
        contact, what = what.split(": ")
    at = instant(at)
    if (at, at.utcoffset(), contact) != (line.at, line.at.utcoffset(), line.contact):
        return False
    if what.startswith("!"):
        return line.event == "exit" and what[1:].strip() in ("*", line.reason)
    step, event = (what.split() + ["sent"])[:2]
    step = "" if step == "-" else step
    if (step, event) != (line.step, line.event) or subject not in (None, line.subject):
        return False
    return (gate or "") in ("*", line.gate)


def run_tests(tests, words, what):
    """Runs the functions whose names hold one of the words (without words: all); the exit status."""
    chosen = [test for test in tests if not words or any(word in test.__name__ for word in words)]
    failed = 0
    for test in chosen:
        try:
            test()
        except (AssertionError, Refused) as wrong:
            failed += 1
            print(f"not as the rules say: {test.__name__}: {test.__doc__ or ''}\n{wrong}")
    print(f"{len(chosen) - failed} {what} as the rules say, {failed} not")
    return 1 if failed or not chosen else 0
