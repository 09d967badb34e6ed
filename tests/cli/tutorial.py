#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a tutorial: writes its files, types its commands, and compares what they print with what the page says.

A fence ```LANG file=PATH is a file. In a ```console fence a line that begins with `$ ` is a command and the lines behind it
are its output, standard error included; a line `…` stands for any lines, and `…` within a line for any text. With BLESS=1
the page gets what was printed, but for outputs that hold a `…`."""
import os
import re
import subprocess
import sys

page, folder = os.path.abspath(sys.argv[1]), sys.argv[2]
lines = open(page, encoding="utf-8").read().split("\n")
bless = os.environ.get("BLESS") == "1"
env = dict(os.environ, NO_COLOR="1", COLUMNS="100", LC_ALL="C.UTF-8", TZ="UTC")
out, failed, ran, at = [], 0, 0, 0
os.makedirs(folder, exist_ok=True)


def matches(expected, actual):
    pattern = "\n".join(".*" if e.strip() == "…" else re.escape(e).replace("…", ".*") for e in expected)
    return re.fullmatch(pattern, "\n".join(actual), re.S) is not None


def run(command):
    done = subprocess.run(["bash", "-c", "exec 2>&1\n" + command], cwd=folder, env=env, stdout=subprocess.PIPE, timeout=60)
    text = done.stdout.decode().replace(os.path.realpath(folder), "~").rstrip("\n")
    return [line.rstrip() for line in text.split("\n")] if text else []


while at < len(lines):
    line = lines[at]
    out.append(line)
    at += 1
    fence = re.fullmatch(r"```(\w+)(?: file=(\S+))?", line)
    if not fence:
        continue
    body = []
    while lines[at] != "```":
        body.append(lines[at])
        at += 1
    if fence[2]:
        with open(os.path.join(folder, fence[2]), "w", encoding="utf-8") as f:
            f.write("\n".join(body) + "\n")
    if fence[1] != "console":
        out += body
        continue
    while body:
        command = body.pop(0)
        assert command.startswith("$ "), command
        expected = []
        while body and not body[0].startswith("$ "):
            expected.append(body.pop(0).rstrip())
        actual = run(command[2:])
        ran += 1
        out.append(command)
        if matches(expected, actual):
            out += expected
            continue
        out += actual
        if not bless:
            failed += 1
            print(f"{command}\n--- the page says\n" + "\n".join(expected) + "\n--- it printed\n" + "\n".join(actual) + "\n")
if bless:
    with open(page, "w", encoding="utf-8") as f:
        f.write("\n".join(out))
print(f"{ran} commands, {failed} printed something else")
sys.exit(1 if failed or ran < 10 else 0)
