#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kills `seqd run` with SIGKILL at random moments while it sends over SMTP on loopback, ROUNDS times, and then holds the
server's ledger against what seqd says (rules 1, 2): no message lost, none doubled, and what is in doubt is reported.

kill.py SEQD ROUNDS [SEED]
"""
import collections
import email
import email.policy
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

STEPS = ["a", "b", "c"]
CONTACTS_A_ROUND = 40
WORKSPACE = """
workspace w {
    edition 1
    locales en
    timezone "UTC"
    contact { email email required }
    key email
    mailbox out { address "out@w.example"; name "W"; postal "1 Main St" }
}
sequence s {
    purpose service
    mailbox out
    window anytime
    unsubscribe none
    thread no
    email a { subject "a"; body "first" }
    email b { subject "b"; body "second" }
    email c { subject "c"; body "third" }
}
"""


def deployment(port):
    return 'deployment here {\n    connect out { smtp "smtp://127.0.0.1:%s" tls none }\n}\n' % port


class Run:
    def __init__(self, seqd, folder):
        self.seqd, self.folder = seqd, folder
        self.base = ["--workspace", str(folder), "--deployment", str(folder / "deploy.seq")]

    def call(self, *words, stdin=None):
        done = subprocess.run([self.seqd, *words, *self.base], input=stdin, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit("seqd %s: exit %d\n%s%s" % (" ".join(words), done.returncode, done.stdout, done.stderr))
        return done.stdout

    def killed(self, after_s):
        process = subprocess.Popen([self.seqd, "run", *self.base], stderr=subprocess.DEVNULL)
        time.sleep(after_s)
        process.send_signal(signal.SIGKILL)
        process.wait()


def start_server(folder):
    server = subprocess.Popen([sys.executable, str(pathlib.Path(__file__).parent / "fake_smtp.py"), str(folder)])
    for _ in range(100):
        if (folder / "port").exists():
            return server, (folder / "port").read_text()
        time.sleep(0.05)
    sys.exit("the SMTP server did not start")


def ledger(folder):
    """What the server accepted: contact -> steps in order, and Message-IDs that came twice."""
    steps, ids = collections.defaultdict(list), collections.Counter()
    for path in sorted((folder / "mail").iterdir(), key=lambda p: int(p.stem)):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        steps[message["To"].addresses[0].addr_spec].append(str(message["Subject"]))
        ids[message["Message-ID"]] += 1
    return steps, [i for i, n in ids.items() if n > 1]


def judge(contacts, steps, doubtful):
    wrong = []
    for contact in contacts:
        got = steps.get(contact, [])
        if contact not in doubtful:
            if got != STEPS:
                wrong.append("%s got %s" % (contact, got))
            continue
        at = STEPS.index(doubtful[contact]["at"])
        if got not in (STEPS[:at], STEPS[: at + 1]):
            wrong.append("%s is in doubt at %s and got %s" % (contact, STEPS[at], got))
    return wrong


def main():
    seqd, rounds = sys.argv[1], int(sys.argv[2])
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(1 << 30)
    dice = random.Random(seed)
    print("seed %d" % seed)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "smtp").mkdir()
        server, port = start_server(folder / "smtp")
        try:
            (folder / "workspace.seq").write_text(WORKSPACE)
            (folder / "deploy.seq").write_text(deployment(port))
            run = Run(seqd, folder)
            run.call("init")
            run.call("deploy")
            run.call("activate", "s")
            contacts = []
            for i in range(rounds):
                fresh = ["c%d_%d@t.example" % (i, j) for j in range(CONTACTS_A_ROUND)]
                contacts += fresh
                run.call("enroll", "-", "--sequence", "s", stdin="email\n" + "\n".join(fresh) + "\n")
                run.killed(dice.uniform(0.01, 0.25))
                if sys.stderr.isatty():
                    print("  round %d of %d" % (i + 1, rounds), end="\r", file=sys.stderr)
            run.call("run", "--until-idle")
            rows = [json.loads(line) for line in run.call("outbox", "--format", "json").splitlines()]
            doubtful = {row["contact"]: row for row in rows if row["message"] == "in doubt"}
            steps, doubled = ledger(folder / "smtp")
            wrong = judge(contacts, steps, doubtful)
            arrived = sum(1 for c, row in doubtful.items() if row["at"] in steps.get(c, []))
            print("%d rounds, %d contacts, %d messages accepted, %d in doubt (%d of them had arrived), %d doubled, %d wrong"
                  % (rounds, len(contacts), sum(map(len, steps.values())), len(doubtful), arrived, len(doubled), len(wrong)))
            # A person settles what is in doubt by looking into the server's ledger; then everybody comes to the end.
            for contact, row in doubtful.items():
                outcome = "sent" if row["at"] in steps.get(contact, []) else "failed"
                run.call("outbox", "--resolve", str(row["enrollment"]), "--as", outcome)
            run.call("run", "--until-idle")
            steps, doubled_later = ledger(folder / "smtp")
            failed = {c: row["at"] for c, row in doubtful.items()}
            wrong += ["%s ended with %s" % (c, steps[c]) for c in contacts
                      if steps.get(c) != STEPS and [s for s in STEPS if s != failed.get(c)] != steps.get(c)]
            for line in wrong[:20] + ["doubled: %s" % i for i in doubled + doubled_later]:
                print(line)
            sys.exit(1 if wrong or doubled or doubled_later else 0)
        finally:
            server.terminate()
            server.wait()


main()
