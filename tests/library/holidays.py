#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Works the holidays out from the rules in the laws and holds the library's calendars to them.

    holidays.py FOLDER        says each day that a calendar has too many or too few; exit 1 if there is one
    holidays.py --print NAME  the rows that the rules give, as the library writes them

The calendars are dated rows because the language has no rules of its own for them; this is where the rules stand.
"""
import datetime
import os
import re
import sys

FIRST, LAST = 2025, 2030
MON, THU, SAT, SUN = 0, 3, 5, 6
DAY = datetime.timedelta(days=1)
date = datetime.date


def easter(year):
    """Easter Sunday, Gregorian (the anonymous algorithm of 1876)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def nth(year, month, weekday, n):
    """The n-th weekday of a month; n < 0 counts from its end."""
    days = [date(year, month, 1) + i * DAY for i in range(31)]
    days = [d for d in days if d.month == month and d.weekday() == weekday]
    return days[n - 1 if n > 0 else n]


def monday_before(year, month, day):
    d = date(year, month, day) - DAY
    while d.weekday() != MON:
        d -= DAY
    return d


def next_working(d, taken):
    d += DAY
    while d.weekday() >= SAT or d in taken:
        d += DAY
    return d


def us(year):
    yield date(year, 1, 1), "New Year's Day"
    yield nth(year, 1, MON, 3), "Martin Luther King Jr. Day"
    yield nth(year, 2, MON, 3), "Presidents' Day"
    yield nth(year, 5, MON, -1), "Memorial Day"
    yield date(year, 6, 19), "Juneteenth"
    yield date(year, 7, 4), "Independence Day"
    yield nth(year, 9, MON, 1), "Labor Day"
    yield nth(year, 10, MON, 2), "Columbus Day"
    yield date(year, 11, 11), "Veterans Day"
    yield nth(year, 11, THU, 4), "Thanksgiving"
    yield date(year, 12, 25), "Christmas Day"


def us_observed(days):
    """A Saturday is observed on the Friday before, a Sunday on the Monday after."""
    for d, title in days:
        yield d, title
        if d.weekday() in (SAT, SUN):
            yield d + (-DAY if d.weekday() == SAT else DAY), title + " (observed)"


def ca(year):
    yield date(year, 1, 1), "New Year's Day"
    yield easter(year) - 2 * DAY, "Good Friday"
    yield monday_before(year, 5, 25), "Victoria Day"
    yield date(year, 7, 1), "Canada Day"
    yield nth(year, 9, MON, 1), "Labour Day"
    yield date(year, 9, 30), "National Day for Truth and Reconciliation"
    yield nth(year, 10, MON, 2), "Thanksgiving"
    yield date(year, 11, 11), "Remembrance Day"
    yield date(year, 12, 25), "Christmas Day"
    yield date(year, 12, 26), "Boxing Day"


def next_working_day(days):
    """A day on a weekend is observed on the next working day besides."""
    days = list(days)
    taken = {d for d, _ in days}
    for d, title in days:
        yield d, title
        if d.weekday() >= SAT:
            observed = next_working(d, taken)
            taken.add(observed)
            yield observed, title + " (observed)"


def ca_qc(year):
    yield date(year, 1, 1), "Jour de l'An"
    yield date(year, 1, 2), "Lendemain du jour de l'An"
    yield easter(year) - 2 * DAY, "Vendredi saint"
    yield easter(year) + DAY, "Lundi de Pâques"
    yield monday_before(year, 5, 25), "Journée nationale des patriotes"
    yield date(year, 6, 24), "Fête nationale"
    yield date(year, 7, 1), "Fête du Canada"
    yield nth(year, 9, MON, 1), "Fête du Travail"
    yield nth(year, 10, MON, 2), "Action de grâces"
    yield date(year, 12, 25), "Noël"
    yield date(year, 12, 26), "Lendemain de Noël"


def ca_qc_observed(days):
    """The law moves the two days of summer off a Sunday."""
    for d, title in days:
        yield d, title
        if d.weekday() == SUN and title in ("Fête nationale", "Fête du Canada"):
            yield d + DAY, title + " (observée)"


def uk(year):
    yield date(year, 1, 1), "New Year's Day"
    yield easter(year) - 2 * DAY, "Good Friday"
    yield easter(year) + DAY, "Easter Monday"
    yield nth(year, 5, MON, 1), "Early May bank holiday"
    yield nth(year, 5, MON, -1), "Spring bank holiday"
    yield nth(year, 8, MON, -1), "Summer bank holiday"
    yield date(year, 12, 25), "Christmas Day"
    yield date(year, 12, 26), "Boxing Day"


def substitute(days):
    """A day on a weekend gives way to the next working day that is not a holiday itself."""
    days = list(days)
    taken = {d for d, _ in days}
    for d, title in days:
        if d.weekday() < SAT:
            yield d, title
        else:
            instead = next_working(d, taken)
            taken.add(instead)
            yield instead, title + " (substitute day)"


def fr(year):
    yield date(year, 1, 1), "Jour de l'An"
    yield easter(year) + DAY, "Lundi de Pâques"
    yield date(year, 5, 1), "Fête du Travail"
    yield date(year, 5, 8), "Victoire 1945"
    yield easter(year) + 39 * DAY, "Ascension"
    yield easter(year) + 50 * DAY, "Lundi de Pentecôte"
    yield date(year, 7, 14), "Fête nationale"
    yield date(year, 8, 15), "Assomption"
    yield date(year, 11, 1), "Toussaint"
    yield date(year, 11, 11), "Armistice 1918"
    yield date(year, 12, 25), "Noël"


def de(year):
    yield date(year, 1, 1), "Neujahr"
    yield easter(year) - 2 * DAY, "Karfreitag"
    yield easter(year) + DAY, "Ostermontag"
    yield date(year, 5, 1), "Tag der Arbeit"
    yield easter(year) + 39 * DAY, "Christi Himmelfahrt"
    yield easter(year) + 50 * DAY, "Pfingstmontag"
    yield date(year, 10, 3), "Tag der Deutschen Einheit"
    yield date(year, 12, 25), "1. Weihnachtstag"
    yield date(year, 12, 26), "2. Weihnachtstag"


def es(year):
    yield date(year, 1, 1), "Año Nuevo"
    yield date(year, 1, 6), "Epifanía del Señor"
    yield easter(year) - 2 * DAY, "Viernes Santo"
    yield date(year, 5, 1), "Fiesta del Trabajo"
    yield date(year, 8, 15), "Asunción de la Virgen"
    yield date(year, 10, 12), "Fiesta Nacional de España"
    yield date(year, 11, 1), "Todos los Santos"
    yield date(year, 12, 6), "Día de la Constitución"
    yield date(year, 12, 8), "Inmaculada Concepción"
    yield date(year, 12, 25), "Natividad del Señor"


def india(year):
    yield date(year, 1, 26), "Republic Day"
    yield easter(year) - 2 * DAY, "Good Friday"
    yield date(year, 8, 15), "Independence Day"
    yield date(year, 10, 2), "Mahatma Gandhi's Birthday"
    yield date(year, 12, 25), "Christmas Day"


AS_THEY_FALL = list
CALENDARS = {
    "us": (us, us_observed),
    "ca": (ca, next_working_day),
    "ca_qc": (ca_qc, ca_qc_observed),
    "uk": (uk, substitute),
    "fr": (fr, AS_THEY_FALL),
    "de": (de, AS_THEY_FALL),
    "es": (es, AS_THEY_FALL),
    "in": (india, AS_THEY_FALL),
}


def rows(name):
    """What the rules give, sorted, within the years that the calendars cover."""
    days, observed = CALENDARS[name]
    # one year more on each side: New Year's Day may be observed in the year before
    all_days = [row for year in range(FIRST - 1, LAST + 2) for row in days(year)]
    return sorted(row for row in observed(all_days) if FIRST <= row[0].year <= LAST)


def read(path):
    found = []
    with open(path, encoding="utf-8") as f:
        for line in f:
            m = re.match(r'\s+(\d{4})-(\d\d)-(\d\d) "(.*)"$', line)
            if m:
                found.append((date(int(m[1]), int(m[2]), int(m[3])), m[4]))
    return found


def main():
    if sys.argv[1] == "--print":
        for d, title in rows(sys.argv[2]):
            print(f'    {d} "{title}"')
        return 0
    wrong = 0
    for name in CALENDARS:
        path = os.path.join(sys.argv[1], name + ".seq")
        have, want = read(path), rows(name)
        for d, title in sorted(set(want) - set(have)):
            print(f"{path}: lacks {d} {title}")
            wrong += 1
        for d, title in sorted(set(have) - set(want)):
            print(f"{path}: {d} {title} is no such day")
            wrong += 1
        if have != sorted(set(have)):
            print(f"{path}: not in order, or a row twice")
            wrong += 1
    print(f"{len(CALENDARS)} calendars, {sum(len(rows(n)) for n in CALENDARS)} days, {wrong} wrong")
    return 1 if wrong else 0


sys.exit(main())
