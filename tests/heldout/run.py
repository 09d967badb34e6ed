#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The held-out set: files written from the design alone, each with the timeline that the rules give it.

A case is cases/NAME.seq, or a folder of that name that is a workspace; NAME.expected is worked out by hand. A file without a `workspace` of its own gets
cases/base.ws. `run.py [NAME …]` checks, builds, verifies, formats and rehearses; it prints what differs and exits 1.
Header lines of a case: `# Refused: E0123` (must not compile), `# Warns: W0123` (not held to --deny warnings).
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
CASES = os.path.join(HERE, "cases")
SEQC = os.path.abspath(os.environ.get("SEQC", "build/seqc"))
SEQD = os.path.abspath(os.environ.get("SEQD", "build/seqd"))
TOLD = ("sent", "failed", "skipped", "exit", "finish", "task", "done", "webhook", "alert", "page", "handoff", "held",
        "suppressed", "refused")


def run(*args, cwd):
    p = subprocess.run(args, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                       timeout=60)
    return p.returncode, p.stdout.decode("utf-8", "replace"), p.stderr.decode("utf-8", "replace")


def lay_out(name, folder):
    """The workspace of a case, in its own folder; the text of its first comment."""
    path = os.path.join(CASES, name)
    if os.path.isdir(path):
        shutil.copytree(path, folder)
        return open(os.path.join(folder, "workspace.seq"), encoding="utf-8").read()
    os.mkdir(folder)
    text = open(path + ".seq", encoding="utf-8").read()
    own = re.search(r"^workspace ", text, re.M)
    with open(os.path.join(folder, "workspace.seq"), "w", encoding="utf-8") as f:
        f.write(text if own else open(os.path.join(CASES, "base.ws"), encoding="utf-8").read())
    if not own:
        with open(os.path.join(folder, name + ".seq"), "w", encoding="utf-8") as f:
            f.write(text)
    return text


def compiles(name, folder, header):
    """What is wrong with how the workspace checks, builds, verifies and formats."""
    refused = re.search(r"^# Refused: (E\d+)", header, re.M)
    may_warn = re.search(r"^# (Warns:|Compiles with warnings)", header, re.M)
    code, out, err = run(SEQC, "check", *([] if may_warn else ["--deny", "warnings"]), ".", cwd=folder)
    if refused:
        return [] if code == 1 and refused[1] in out + err else ["not refused by %s: %d %s" % (refused[1], code, out + err)]
    if code != 0:
        return ["check: exit %d\n%s%s" % (code, out, err)]
    bad = []
    hashes = []
    for turn in ("built", "formatted"):
        target = os.path.join(folder, ".built-" + turn)
        code, out, err = run(SEQC, "build", "-o", target, ".", cwd=folder)
        if code != 0:
            return bad + ["build: exit %d\n%s%s" % (code, out, err)]
        plans = sorted(os.path.join(d, f) for d, _, fs in os.walk(target) for f in fs)
        hashes.append({os.path.relpath(p, target): open(p, "rb").read() for p in plans})
        for p in plans:
            code, out, err = run(SEQC, "verify", p, cwd=folder)
            if code != 0:
                bad.append("verify %s: exit %d\n%s%s" % (p, code, out, err))
        if turn == "built":
            for _ in range(2):
                code, out, err = run(SEQC, "fmt", ".", cwd=folder)
                if code != 0:
                    bad.append("fmt: exit %d\n%s%s" % (code, out, err))
            code, out, err = run(SEQC, "fmt", "--check", ".", cwd=folder)
            if code != 0:
                bad.append("fmt is not at rest: exit %d\n%s%s" % (code, out, err))
    if not hashes[0]:
        bad.append("nothing was built")
    if [(k, plan_hash(folder, ".built-built", k)) for k in hashes[0]] != \
       [(k, plan_hash(folder, ".built-formatted", k)) for k in hashes[1]]:
        bad.append("the plan's hash changed by formatting")
    for turn in ("built", "formatted"):
        shutil.rmtree(os.path.join(folder, ".built-" + turn))
    return bad


def plan_hash(folder, sub, plan):
    code, out, err = run(SEQC, "dis", os.path.join(folder, sub, plan), cwd=folder)
    found = re.search(r"[0-9a-f]{16,64}", out)
    return found[0] if found else (code, out, err)


def sections(path):
    parts = {"contacts": [], "events": [], "expect": []}
    here = None
    lines = open(path, encoding="utf-8").read().splitlines()
    for line in lines[1:]:
        if line in parts:
            here = parts[line]
        elif line.strip():
            here.append(line)
    return lines[0].split()[1:], parts


def told(line):
    """A printed line as the compact form has it, and its subject."""
    at = line["at"]
    name = {"exit": "reason", "done": "reason", "suppressed": "reason"}.get(line["event"], "step")
    words = [line["contact"].split("@")[0], at[5:10], at[11:16], line["event"], line[name]]
    return " ".join(w for w in words if w), line["subject"]


def fits(expected, got, subject):
    """`ada 03-02 16:00 sent intro | Hello`: the subject only where one stands; 09:00~30 is within the 30 minutes."""
    line, _, wanted = expected.partition(" | ")
    if wanted and subject.strip() != wanted.strip():
        return False
    m = re.match(r"(\S+ \S+) (\d\d):(\d\d)~(\d+)(.*)", line)
    if not m:
        return line.strip() == got
    g = re.match(r"(\S+ \S+) (\d\d):(\d\d)(.*)", got)
    late = (int(g[2]) - int(m[2])) * 60 + int(g[3]) - int(m[3])
    return m[1] == g[1] and m[5] == g[4] and 0 <= late < int(m[4])


def rehearses(name, folder):
    path = os.path.join(CASES, name + ".expected")
    if not os.path.exists(path):
        return []
    args, parts = sections(path)
    for part, file in (("contacts", "contacts.csv"), ("events", "events.jsonl")):
        with open(os.path.join(folder, file), "w", encoding="utf-8") as f:
            f.write("\n".join(parts[part]) + "\n" if parts[part] else "")
    code, out, err = run(SEQD, "rehearse", "contacts.csv", "--sequence", *args, "--events", "events.jsonl", "--format",
                         "json", "--maildir", os.path.join(folder, "mail"), cwd=folder)
    if code != 0:
        return ["rehearse: exit %d\n%s" % (code, err)]
    got = {}
    for line in map(json.loads, out.splitlines()):
        if line["event"] in TOLD:
            text, subject = told(line)
            got.setdefault(text.split()[0], []).append((text, subject))
    bad = []
    wanted = {}
    for line in parts["expect"]:
        wanted.setdefault(line.split()[0], []).append(line)
    for who in sorted(set(got) | set(wanted)):
        g = sorted(got.get(who, []), key=lambda x: x[0][:len(who) + 12])
        w = wanted.get(who, [])
        left = list(w)
        surplus = []
        for text, subject in g:  # within one instant the order is not compared
            found = next((e for e in left if fits(e, text, subject)), None)
            left.remove(found) if found else surplus.append(text + (" | " + subject if subject else ""))
        bad += ["  - %s" % e for e in left] + ["  + %s" % s for s in surplus]
    return ["timeline (- by the rules, + as rehearsed):\n" + "\n".join(bad)] if bad else []


def main(names):
    names = names or sorted({f.split(".")[0] for f in os.listdir(CASES) if not f.endswith(".ws")})
    failed = 0
    with tempfile.TemporaryDirectory() as tmp:
        for name in names:
            folder = os.path.join(tmp, name)
            header = lay_out(name, folder)
            bad = compiles(name, folder, header)
            if not bad or not bad[0].startswith(("check", "build")):
                bad += rehearses(name, folder)
            if bad:
                failed += 1
                print("%s: %s" % (name, "\n".join(bad)))
    print("%d cases, %d failed" % (len(names), failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
