# SPDX-License-Identifier: Apache-2.0
"""Reads a calendar by RFC 5545, strictly, and prints each event as a line: python3 ics.py < FILE. Anything that a
calendar may refuse is an error."""
import re
import sys

data = sys.stdin.buffer.read()
assert data.endswith(b"\r\n") and b"\n" not in data.replace(b"\r\n", b""), "lines end with CRLF"
raw = data.split(b"\r\n")[:-1]
assert all(len(line) <= 75 for line in raw), "a line is longer than 75 bytes"
for line in raw:
    line.decode("utf-8")  # no character is cut
lines = []
for line in raw:
    if line[:1] in b" \t" and line:
        lines[-1] += line[1:].decode("utf-8")
    else:
        lines.append(line.decode("utf-8"))


def unescape(text):
    assert not re.search(r"(?<!\\)(?:\\\\)*[,;]", text) or "," not in text, "an unescaped comma: " + text
    assert not re.search(r"(?<!\\)(?:\\\\)*\\[^\\,;nN]", text), "an unknown escape: " + text
    return re.sub(r"\\(.)", lambda m: "\n" if m[1] in "nN" else m[1], text)


stack, events, seen = [], [], set()
for line in lines:
    assert all(c >= " " or c == "\t" for c in line), "a control character"
    name, value = line.split(":", 1)
    assert re.fullmatch(r"[A-Z-]+(;[A-Z-]+=[^;:]+)*", name), name
    if name == "BEGIN":
        stack.append((value, {}))
        continue
    if name == "END":
        kind, fields = stack.pop()
        assert kind == value, "it does not nest"
        if kind == "VCALENDAR":
            assert {"VERSION", "PRODID"} <= fields.keys() and fields["VERSION"] == "2.0" and not stack
        else:
            assert kind == "VEVENT" and [k for k, _ in stack] == ["VCALENDAR"]
            assert {"UID", "DTSTAMP", "DTSTART", "SUMMARY"} <= fields.keys()
            assert fields["UID"] not in seen, "a UID twice"
            seen.add(fields["UID"])
            events.append(fields)
        continue
    fields = stack[-1][1]
    assert name not in fields, name + " twice"
    if name in ("DTSTAMP", "DTSTART"):
        assert re.fullmatch(r"\d{8}T\d{6}Z", value), value
    fields[name] = unescape(value) if name in ("SUMMARY", "DESCRIPTION", "CATEGORIES", "X-WR-CALNAME") else value
assert not stack and lines[0] == "BEGIN:VCALENDAR"
for e in events:
    print(e["DTSTART"], e["CATEGORIES"], e["SUMMARY"], repr(e["DESCRIPTION"]), sep=" | ")
