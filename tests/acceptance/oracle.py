# SPDX-License-Identifier: Apache-2.0
"""Rules 3, 4, 5, 6 and 8 a second time, as directly as Python allows: when does each message of a sequence leave?

Instants are aware datetimes in UTC; a *wall* is a naive datetime in some zone. A window is searched by its definition:
its open instants begin where a wall time begins it, or where the clocks change, so those few candidates are tried.
"""
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

UTC = timezone.utc
DAY = timedelta(days=1)
HORIZON = 400                                   # days; a window that stays shut longer never opens


def wall(at, zone):
    return at.astimezone(zone).replace(tzinfo=None)


def resolve(local, zone):
    """Rule 5, "compatible": a gap moves forward, a doubled time is its first. Python's fold=0 is just that."""
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)


def midnight(day):
    return datetime(day.year, day.month, day.day)


@lru_cache(maxsize=None)
def changes(zone, day):
    """The instants around `day` at which the zone's offset changes."""
    low, high = (midnight(day) - 2 * DAY).replace(tzinfo=UTC), (midnight(day) + 3 * DAY).replace(tzinfo=UTC)
    found, at = [], low
    while at < high:
        after = at + timedelta(hours=1)
        if at.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset():
            left, right = at, after
            while right - left > timedelta(seconds=1):
                middle = left + (right - left) / 2
                middle = middle.replace(microsecond=0)
                same = middle.astimezone(zone).utcoffset() == at.astimezone(zone).utcoffset()
                left, right = (middle, right) if same else (left, middle)
            found.append(right)
        at = after
    return found


class Calendar:
    """The days that a step may use: `skip weekends`, `skip holidays`, unless it is `any_day`."""

    def __init__(self, weekends, holidays):
        self.weekends, self.holidays = weekends, holidays

    def skips(self, day):
        return (self.weekends and day.isoweekday() > 5) or day in self.holidays


class Window:
    """`days FROM-TO, …`: parts are (set of ISO weekdays, minutes, minutes)."""

    def __init__(self, parts):
        self.parts = parts

    def holds(self, local, calendar):
        """Half-open; one across midnight belongs to the day it opens on."""
        return self.opened_on(local, calendar) is not None

    def opened_on(self, local, calendar):
        minute = local.hour * 60 + local.minute
        for days, begin, end in self.parts:
            for back in (0, 1):
                day = local.date() - back * DAY
                inside = begin <= minute < end if end > begin else (minute >= begin if back == 0 else minute < end)
                if (end <= begin or back == 0) and inside and day.isoweekday() in days and not calendar.skips(day):
                    return day
        return None


def starts(window, zone, day):
    """Where an open stretch can begin on a local date: at its wall time in either pass, or at a change of clocks."""
    for begin in {0} | {begin for _, begin, _ in window.parts}:
        local = midnight(day) + timedelta(minutes=begin)
        for fold in (0, 1):
            yield local.replace(tzinfo=zone, fold=fold).astimezone(UTC)
    yield from changes(zone, day)


class Gate:
    """What a message must pass, beside exits and pause: window and skips, quiet hours, contact limits (rule 4)."""

    def __init__(self, window, calendar, zone, quiet, quiet_zone, limits, sent):
        self.window, self.calendar, self.zone = window, calendar, zone
        self.quiet, self.quiet_zone = quiet, quiet_zone
        self.limits, self.sent = limits, sent            # `sent`: the contact's local dates of the messages so far

    def is_quiet(self, at):
        return self.quiet is not None and self.quiet.holds(wall(at, self.quiet_zone), Calendar(False, ()))

    def is_used_up(self, day):
        for count, days in self.limits:
            if days == "month":
                used = sum((day.year, day.month) == (other.year, other.month) for other in self.sent)
            else:
                used = sum(day - days * DAY < other <= day for other in self.sent)
            if used >= count:
                return True
        return False

    def is_open(self, at):
        if self.window is None:
            allowed = not self.calendar.skips(wall(at, self.zone).date())
        else:
            allowed = self.window.holds(wall(at, self.zone), self.calendar)
        return allowed and not self.is_quiet(at) and not self.is_used_up(wall(at, self.quiet_zone).date())

    def plan(self, due):
        """The planned instant, or None where it never comes."""
        return self.plan_anytime(due) if self.window is None else self.plan_window(due)

    def candidates(self, day):
        """Where an open stretch can begin: the window opens, quiet hours end or a date of the contact begins."""
        yield from starts(self.window, self.zone, day)
        for minute in {0} | ({part[2] for part in self.quiet.parts} if self.quiet else set()):
            local = midnight(day) + timedelta(minutes=minute)
            for fold in (0, 1):
                yield local.replace(tzinfo=self.quiet_zone, fold=fold).astimezone(UTC)
        yield from changes(self.quiet_zone, day)

    def plan_window(self, due):
        if self.is_open(due):
            return due
        first = wall(due, self.zone).date()
        for ahead in range(HORIZON):
            # Dates of two zones are up to two apart.
            found = [at for near in range(-2, 3) for at in self.candidates(first + (ahead + near) * DAY)
                     if due <= at < due + (ahead + 1) * DAY and self.is_open(at)]
            if found:
                return min(found)
        return None

    def plan_anytime(self, due):
        """Its own wall-clock time on the first allowed day; quiet hours then move it to their end."""
        local = wall(due, self.zone)
        for ahead in range(HORIZON):
            at = due if ahead == 0 else resolve(local + ahead * DAY, self.zone)
            if self.calendar.skips(wall(at, self.zone).date()) or self.is_used_up(wall(at, self.quiet_zone).date()):
                continue
            while self.is_quiet(at):
                at = at.replace(second=0) + timedelta(minutes=1)
            return at
        return None

    def closes(self, at, minutes):
        """The end of the opening that holds `at`, at most so many minutes later: what `spread` must not pass."""
        for _ in range(minutes):
            if not self.is_open(at + timedelta(minutes=1)):
                break
            at += timedelta(minutes=1)
        return at + timedelta(minutes=1)


# ---- Delays --------------------------------------------------------------------------------------------------------

def business_day(day, count, calendar):
    """`count` business days after `day`; `business days` skip weekends always, holidays where the sequence does."""
    while count:
        day += DAY
        if day.isoweekday() < 6 and day not in calendar.holidays:
            count -= 1
    return day


def add(base, amount, unit, zone, calendar):
    """One term of a delay: days keep the wall-clock time, hours and minutes are elapsed."""
    if unit in ("minute", "hour"):
        return base + amount * timedelta(**{unit + "s": 1})
    local = wall(base, zone)
    if unit == "business day":
        day = business_day(local.date(), amount, calendar)
    else:
        day = local.date() + amount * {"day": 1, "week": 7}[unit] * DAY
    return resolve(datetime.combine(day, local.time()), zone)


def after(base, terms, at, zone, calendar):
    """`wait D`: "a sum is applied from left to right"; `at` fixes the time of the day that it comes to."""
    for amount, unit in terms:
        base = add(base, amount, unit, zone, calendar)
    if at is not None:
        base = resolve(midnight(wall(base, zone).date()) + timedelta(minutes=at), zone)
    return base


def until(now, minute, weekday, never_today, zone):
    """`wait until [next] [WEEKDAY] TIME`: the first such instant after now."""
    day = wall(now, zone).date()
    for ahead in range(1 if never_today else 0, 16):
        there = day + ahead * DAY
        if weekday is None or there.isoweekday() == weekday:
            at = resolve(midnight(there) + timedelta(minutes=minute), zone)
            if at > now and wall(at, zone).date() >= there:
                return at
    raise AssertionError("a week has every weekday")
