"""The lists on a phone (FORMS §2), each made for one person: the grids of his duty and nothing beyond.

What is not on a phone cannot leak: no identity numbers, no tag names, no reason for care.
"""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property

from forms import catalogue
from gis.phone_outline import odk_ring
from server.domain.work_calendar import local_day
from server.figures import case_list, entity_lists, household_list
from server.figures.household_list import Round
from server.storage import grids, jurisdictions
from server.storage.profiles import profile_at
from server.work import Reading

Row = Sequence[str]


class Lists:
    """The lists of one person at one moment; what two of them are written from is worked out once."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading

    @cached_property
    def round(self) -> Round:
        """The households and people of the person's round."""
        return household_list.round_today(self.reading)

    def file(self, name: str) -> bytes:
        """A list as CSV (UTF-8), the same bytes while nothing has changed. Raises KeyError for an unknown name."""
        header, rows = _LISTS[name]
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows(self))
        return text.getvalue().encode()


def gone(reading: Reading, name: str, asked: Sequence[uuid.UUID]) -> dict[uuid.UUID, bool]:
    """Of the asked entities of a list, whether each is gone for this person; unknown ones are left out.

    `name` is the list's or its file's.
    """
    name = name.removesuffix(".csv")
    asked_of = _GONE.get(name)
    return entity_lists.gone(reading, name, asked) if asked_of is None else asked_of(reading, asked)


def _grids(lists: Lists) -> Iterable[Row]:
    reading = lists.reading
    named = {grid.code: grid.name for grid in grids.listing(reading.session, scope=reading.actor.scope)}
    for code, outline in grids.outlines(
        reading.session, scope=reading.actor.scope, on=local_day(reading.now)
    ):
        yield code, named[code], odk_ring(outline)


def _details(lists: Lists) -> Iterable[Row]:
    areas = {"all", *_areas(lists.reading)}
    for detail in catalogue.details():
        if detail.area in areas:
            yield detail.name, detail.label, detail.kind, detail.area


def _areas(reading: Reading) -> set[str]:
    villages = {grid.code[:12] for grid in grids.listing(reading.session, scope=reading.actor.scope)}
    divisions = jurisdictions.listing(reading.session, scope=reading.actor.scope, digits=12)
    return {division.area for division in divisions if division.code in villages} or {"urban", "rural"}


def _classes(lists: Lists) -> Iterable[Row]:
    reading = lists.reading
    place = min(reading.actor.scope.codes, default="")
    profile = profile_at(reading.session, place, on=local_day(reading.now))
    for own in profile.classes:
        yield own.canonical[0], own.label


_LISTS: dict[str, tuple[Row, Callable[[Lists], Iterable[Row]]]] = {
    "grids.csv": (("name", "label", "geometry"), _grids),
    "households.csv": (
        household_list.HOUSEHOLD_COLUMNS,
        lambda lists: household_list.households(lists.reading, lists.round),
    ),
    "persons.csv": (household_list.PERSON_COLUMNS, lambda lists: household_list.persons(lists.round)),
    "details.csv": (("name", "label", "kind", "area"), _details),
    "classes.csv": (("name", "label"), _classes),
    "open_cases.csv": (case_list.HEADER, lambda lists: case_list.rows(lists.reading)),
}

_GONE: dict[str, Callable[[Reading, Sequence[uuid.UUID]], dict[uuid.UUID, bool]]] = {
    "households": household_list.gone,
    "open_cases": case_list.gone,
}

NAMES = frozenset(_LISTS)
PERSONAL: frozenset[str] = frozenset({"households.csv", "persons.csv", "open_cases.csv"})
"""Lists about people: refused without TLS (web/addresses.py)."""
