#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""parse_thread.py FOLDER: reads the three mails of smtp_seqd.bats (files below FOLDER) with Python's own MIME parser and
says what is wrong with them: the thread (RFC 5322), the subjects (RFC 2047), unsubscribing (RFC 2369), the texts."""
import email
import email.policy
import os
import sys

SUBJECT = "Une offre pour Zoë 你好"
TEXTS = ["shall we talk?", "Did my note reach you?", "This is the last one."]


def read(folder):
    mails = []
    for path, _, files in os.walk(folder):
        for name in files:
            with open(os.path.join(path, name), "rb") as f:
                mails.append(email.message_from_bytes(f.read(), policy=email.policy.default))
    return mails


def body(mail, kind):
    part = mail.get_body([kind])
    assert part is not None, "no %s part" % kind
    return part.get_content()


mails = read(sys.argv[1])
assert len(mails) == 3, "%d mails" % len(mails)
by_text = {}
for mail in mails:
    assert not mail.defects and all(not part.defects for part in mail.walk()), mail.defects
    assert mail.get_content_type() == "multipart/alternative"
    own = body(mail, "plain").split("\n> ")[0]
    found = [i for i, text in enumerate(TEXTS) if text in own]
    assert len(found) == 1, own
    by_text[found[0]] = mail
first, second, third = (by_text[i] for i in range(3))

ids = [m["Message-ID"] for m in (first, second, third)]
assert len(set(ids)) == 3 and all(i.startswith("<") and i.endswith("@acme.example>") for i in ids), ids
assert first["Subject"] == SUBJECT, first["Subject"]
assert second["Subject"] == third["Subject"] == "Re: " + SUBJECT, (second["Subject"], third["Subject"])
assert first["In-Reply-To"] is None and first["References"] is None
assert second["In-Reply-To"] == ids[0] and second["References"].split() == ids[:1], second["References"]
assert third["In-Reply-To"] == ids[1] and third["References"].split() == ids[:2], third["References"]
for mail in mails:
    assert mail["From"].addresses[0].addr_spec == "sales@acme.example"
    assert mail["From"].addresses[0].display_name == "Zoë at Acmé"
    assert [a.addr_spec for a in mail["To"].addresses] == ["alice@test.local"]
    assert mail["Date"].datetime.utcoffset() is not None
    assert mail["List-Unsubscribe"].startswith("<mailto:") and mail["List-Unsubscribe"].endswith(">")
    assert "1 Main Street" in body(mail, "plain") and "1 Main Street" in body(mail, "html")
assert "<strong>Zoë 你好</strong>" in body(first, "html")
assert "> Hello" in body(second, "plain") and "> Hello" in body(third, "plain"), "quote first"
