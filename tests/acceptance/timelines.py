#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Rehearses every case of cases.py and language_cases.py; with words as arguments only those whose title holds one of
them."""
import sys

from cases import CASES as MESSAGES
from harness import Refused, differences, rehearse
from language_cases import CASES as LANGUAGE

CASES = MESSAGES + LANGUAGE


def check(case):
    try:
        lines = rehearse("sequence s {\n" + case.sequence + "\n}\n", case.contacts, case.start, case.until, case.events,
                         workspace=case.workspace, mailbox=case.mailbox, other=case.other)
    except Refused as refused:
        return [str(refused)]
    only = next(iter(case.contacts)) if len(case.contacts) == 1 else None
    wrong = differences(case.expected, lines, only)
    return wrong and wrong + ["the whole rehearsal:"] + [f"  {line}" for line in lines]


def main(words):
    chosen = [case for case in CASES if not words or any(word in case.title for word in words)]
    failed = 0
    for case in chosen:
        wrong = check(case)
        if wrong:
            failed += 1
            print(f"not as the rules say: {case.title}")
            print("\n".join("    " + line for text in wrong for line in text.splitlines()))
    print(f"{len(chosen) - failed} timelines as the rules say, {failed} not")
    return 1 if failed or not chosen else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
