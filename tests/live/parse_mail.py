#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""parse_mail.py FOLDER COUNT: reads the messages that smtp_live_test sent (files below FOLDER) with Python's own MIME
parser and says what is wrong with them; the other messages of that program are only counted."""
import email
import email.policy
import os
import re
import sys

TEXTS = [
    "Hello,\n\na plain message.\n\n-- \nKim\n",
    ".\n..\n.starts with a dot\nFrom the start\n",
    "Zoë, 你好, 🙂\n",
    "A very long line without any break: "
    "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234\n",
    "trailing blanks  \n\ttabs\t\n= signs =3D\n",
]
NAMES = ["Alice Test", "Zoë Ångström", 'Test, "The" Alice', "你好", ""]


def check(path, seen):
    with open(path, "rb") as f:
        raw = f.read()
    message = email.message_from_bytes(raw, policy=email.policy.default)
    found = re.fullmatch(r"<message-(\d+)@acme\.example>", message["Message-ID"] or "")
    if not found:
        return
    i = int(found.group(1))
    assert i not in seen, "message %d is there twice" % i
    seen.add(i)
    assert max(map(len, raw.splitlines())) <= 998, "a line is too long"
    for part in message.walk():
        assert not part.defects, part.defects
        for name, value in part.items():
            assert not value.defects, (name, value.defects)
    for name in ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "X-Auto-Response-Suppress"):
        assert len(message.get_all(name, [])) == 1, name
    assert message["Subject"] == "Message %d: " % i + "une très longue question, " * (i % 5) + "end", message["Subject"]
    assert message["From"].addresses[0].display_name == "Acmé Sales"
    assert message["From"].addresses[0].addr_spec == "sales@acme.example"
    assert message["To"].addresses[0].display_name == NAMES[i % 5]
    assert message["To"].addresses[0].addr_spec == "alice@test.local"
    assert message["Date"].datetime.isoformat() == "2026-03-02T09:00:%02d-05:00" % i
    thread = (message["In-Reply-To"], message["References"])
    if i % 2:
        assert thread == ("<parent@acme.example>", "<first@acme.example> <parent@acme.example>"), thread
        assert message["List-Unsubscribe"].startswith("<https://go.acme.example/u/TOKEN>, <mailto:u+token@")
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    else:
        assert thread == (None, None), thread
        assert message["List-Unsubscribe"] == "<mailto:u+token@acme.example?subject=unsubscribe>"
        assert message["List-Unsubscribe-Post"] is None
    assert message.get_content_type() == "multipart/alternative"
    text, html = message.iter_parts()
    for part, kind in ((text, "text/plain"), (html, "text/html")):
        assert part.get_content_type() == kind
        assert part.get_content_charset() == "utf-8"
        assert part["Content-Transfer-Encoding"] == "quoted-printable"
    content = text.get_content().replace("\r\n", "\n")  # as it travelled, or as a Maildir keeps it
    assert content == TEXTS[i % 5], content
    assert "<p>Message %d</p>" % i in html.get_content()


def main():
    seen = set()
    for folder, _, files in os.walk(sys.argv[1]):
        for name in files:
            try:
                check(os.path.join(folder, name), seen)
            except AssertionError as e:
                sys.exit("%s: %s" % (name, e))
    if seen != set(range(int(sys.argv[2]))):
        sys.exit("%d messages of %s" % (len(seen), sys.argv[2]))


main()
