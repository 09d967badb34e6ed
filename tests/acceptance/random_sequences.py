#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Random sequences against the oracle: `random_sequences.py [COUNT [SEED]]`. A failure prints its seed, its
sequence and what differs; the same seed makes the same sequences."""
import random
import sys
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from harness import Refused, rehearse
from oracle import UTC, Calendar, Gate, Window, after, until, wall

ZONES = ["America/New_York", "Europe/Paris", "Australia/Lord_Howe", "Asia/Kathmandu", "Asia/Kolkata", "Asia/Tokyo",
         "Pacific/Auckland", "Pacific/Chatham", "Pacific/Kiritimati", "Pacific/Pago_Pago", "America/Santiago",
         "America/Havana", "Asia/Beirut", "Africa/Cairo", "Europe/Dublin", "Africa/Casablanca", "America/St_Johns"]
# Days near which clocks change somewhere, ends of years, a leap day.
SEASONS = [date(2026, 3, 6), date(2026, 3, 27), date(2026, 4, 3), date(2026, 9, 25), date(2026, 10, 2),
           date(2026, 10, 23), date(2026, 10, 30), date(2026, 12, 29), date(2028, 2, 27), date(2040, 3, 23)]
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def clock(minute):
    return f"{minute // 60:02d}:{minute % 60:02d}"


def random_minute(chance):
    """Any time of day, but often one of the small hours at which clocks change."""
    return chance.choice([0, 60, 90, 120, 135, 150, 180, 540, 1020, 1380, chance.randrange(1440)])


def random_window(chance):
    if chance.random() < 0.2:
        return None
    parts = []
    for _ in range(chance.choice([1, 1, 2])):
        first = chance.randrange(7)
        last = chance.randrange(first, 7)
        begin, end = random_minute(chance), random_minute(chance)
        if begin == end:
            end = (end + 90) % 1440
        parts.append((set(range(first + 1, last + 2)), begin, end))
    return parts


def window_text(parts):
    if parts is None:
        return "window anytime"
    texts = []
    for days, begin, end in parts:
        first, last = WEEKDAYS[min(days) - 1], WEEKDAYS[max(days) - 1]
        texts.append(f"{first if first == last else first + '-' + last} {clock(begin)}-{clock(end)}")
    return "window " + ", ".join(texts)


class Wait:
    """A random wait: its text and, from its base, its instant."""

    def __init__(self, chance):
        kind = chance.randrange(10)
        self.at = None
        if kind < 3:
            self.terms = [(chance.randrange(1, 6), chance.choice(["day", "business day"]))]
            self.at = random_minute(chance) if chance.random() < 0.5 else None
        elif kind < 6:
            most = {"minute": 180, "hour": 80, "day": 5, "week": 3, "business day": 6}
            self.terms = [(chance.randrange(1, most[unit]), unit)
                          for unit in chance.choices(list(most), k=chance.choice([1, 2, 2, 3]))]
        else:
            self.terms = None
            self.minute = random_minute(chance)
            self.weekday = chance.choice([None] + list(range(1, 8)))
            self.next = self.weekday is not None and chance.random() < 0.3

    def text(self):
        if self.terms is None:
            day = "" if self.weekday is None else ("next " if self.next else "") + WEEKDAYS[self.weekday - 1] + " "
            return f"wait until {day}{clock(self.minute)}"
        text = " + ".join(f"{amount} {unit}{'s' if amount > 1 else ''}" for amount, unit in self.terms)
        return f"wait {text}" + (f" at {clock(self.at)}" if self.at is not None else "")

    def ends(self, base, zone, calendar):
        if self.terms is None:
            return until(base, self.minute, self.weekday, self.next, zone)
        return after(base, self.terms, self.at, zone, calendar)


class Sequence:
    """A random sequence, the policy around it, a dozen contacts, and a start near a change of clocks."""

    def __init__(self, chance):
        self.parts = random_window(chance)
        self.zone = chance.choice(ZONES) if self.parts is not None and chance.random() < 0.25 else None
        self.weekends = chance.random() < 0.4
        self.skips_holidays = chance.random() < 0.4
        season = chance.choice(SEASONS)
        self.holidays = {season + timedelta(days=chance.randrange(30)) for _ in range(5)}
        self.quiet = (random_minute(chance), random_minute(chance)) if self.parts and chance.random() < 0.3 else None
        if self.quiet and (self.quiet[1] - self.quiet[0]) % 1440 not in range(1, 800):
            self.quiet = None
        self.limits = [(chance.randrange(1, 3), chance.choice([1, 2, 3, 7, "month"]))] if chance.random() < 0.4 else []
        self.limit_in_sequence = chance.random() < 0.3
        self.spread = chance.choice([0, 0, 10, 45])
        self.steps = []
        for number in range(chance.randrange(3, 7)):
            has_own = chance.random() < 0.15 and self.parts and not self.zone
            step_parts = random_window(chance) if has_own else self.parts
            if step_parts is None and self.quiet:        # quiet hours on a skipped day: two readings
                step_parts = self.parts
            self.steps.append((f"m{number}", Wait(chance) if chance.random() < 0.9 else None, step_parts,
                               chance.random() < 0.15))
        self.contacts = {f"c{i:02d}": {"timezone": zone} for i, zone in enumerate(chance.sample(ZONES, 11))}
        self.contacts["none"] = {}
        second = chance.choice([0, 0, 59, chance.randrange(60)])
        self.start = datetime(season.year, season.month, season.day, tzinfo=UTC) + timedelta(
            minutes=chance.randrange(4 * 1440), seconds=second)

    def text(self):
        lines = [window_text(self.parts) + (f' in "{self.zone}"' if self.zone else "")]
        skips = ["weekends"] * self.weekends + ["holidays"] * self.skips_holidays
        if skips:
            lines.append("skip " + ", ".join(skips))
        if self.spread:
            lines.append(f"spread {self.spread} minutes")
        if self.limit_in_sequence:
            lines += self.limit_texts()
        for number, (name, wait, parts, any_day) in enumerate(self.steps):
            if wait:
                lines.append(wait.text())
            own = "; " + window_text(parts) if parts is not self.parts else ""
            subject = 'subject "S"; ' if number == 0 else ""
            lines.append(f'email {name} {{ {subject}body "b"{own}{"; any_day" if any_day else ""} }}')
        return "sequence s {\n    " + "\n    ".join(lines) + "\n}\n"

    def limit_texts(self):
        return [f"limit {count} messages per " + ("month" if days == "month" else f"{days} days" if days > 1 else "day")
                for count, days in self.limits]

    def policy(self):
        lines = ["holidays use shut"]
        if not self.limit_in_sequence:
            lines += self.limit_texts()
        if self.quiet:
            lines.append(f"quiet email {clock(self.quiet[0])}-{clock(self.quiet[1])}")
        return "\n        ".join(lines)

    def calendar_text(self):
        return "holidays shut {\n" + "".join(f"    {day}\n" for day in sorted(self.holidays)) + "}\n"

    def gate(self, parts, any_day, own, sent):
        calendar = Calendar(self.weekends and not any_day, self.holidays if self.skips_holidays and not any_day else ())
        quiet = Window([(set(range(1, 8)), *self.quiet)]) if self.quiet else None
        zone = ZoneInfo(self.zone) if self.zone and parts is self.parts else own
        return Gate(parts and Window(parts), calendar, zone, quiet, own, self.limits, sent)


def check(sequence, name, lines):
    """Follows one contact; each step's base is what the program did before it, so that one mistake is told once."""
    own = ZoneInfo(sequence.contacts[name].get("timezone", "America/New_York"))
    base, sent, told = sequence.start, [], {line.step: line for line in lines}
    zone = ZoneInfo(sequence.zone) if sequence.zone else own
    business = Calendar(True, sequence.holidays if sequence.skips_holidays else ())
    end = sequence.start + timedelta(days=300)
    for step, wait, parts, any_day in sequence.steps:
        due = wait.ends(base, zone, business) if wait else base
        gate = sequence.gate(parts, any_day, own, sent)
        planned = gate.plan(due)
        line = told.get(step)
        if planned is None or planned > end:
            return None if line is None else f"{name}: {step} never leaves, yet it left: {line}"
        if line is None:
            return f"{name}: {step}, due {due.astimezone(own)}, leaves {planned.astimezone(own)}; it did not"
        at = line.at.astimezone(UTC)
        moved = planned != due
        opened = moved or (wait and wait.terms and wait.at is not None)      # rule 3: an opening set the instant
        latest = planned
        if opened and sequence.spread:
            latest = min(planned + timedelta(minutes=sequence.spread), gate.closes(planned, sequence.spread))
        if not planned <= at <= latest:
            return f"{name}: {step}, due {due.astimezone(own)}, leaves {planned.astimezone(own)}, not {line.at}"
        if bool(line.reason) != moved:
            return f"{name}: {step}, due {due.astimezone(own)}, left {line.at} with the reason `{line.reason}`"
        sent.append(wall(at, own).date())
        base = at
    return None


def main(count, seed):
    for number in range(count):
        chance = random.Random(f"{seed}/{number}")
        sequence = Sequence(chance)
        try:
            lines = rehearse(sequence.text(), sequence.contacts, sequence.start.isoformat(),
                             until=(sequence.start + timedelta(days=300)).isoformat(),
                             workspace=sequence.policy(), other=sequence.calendar_text())
        except Refused as refused:
            if "never open" in str(refused):             # the compiler proved it: nothing to compare
                continue
            wrong, lines = [str(refused)], []
        else:
            lines = [line for line in lines if line.event == "sent"]
            wrong = [check(sequence, name, [line for line in lines if line.contact == name])
                     for name in sequence.contacts]
        wrong = [text for text in wrong if text]
        if wrong:
            print(f"random_sequences.py {count} {seed}: number {number} is not as the rules say")
            print(f"from {sequence.start.isoformat()}; {sequence.policy()}")
            print(f"{sequence.calendar_text()}{sequence.text()}")
            print("\n".join(wrong))
            return 1
    print(f"{count} random sequences as the rules say (seed {seed})")
    return 0


if __name__ == "__main__":
    arguments = [int(word) for word in sys.argv[1:]]
    sys.exit(main(arguments[0] if arguments else 40, arguments[1] if len(arguments) > 1 else random.randrange(10**6)))
