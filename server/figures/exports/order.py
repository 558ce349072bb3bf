"""What somebody asks to have exported, and everything about it that is settled before the first record is read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from forms import catalogue
from server.domain.problems import NotFound
from server.domain.scope import Scope
from server.domain.submission import STATES
from server.domain.work_calendar import local_day
from server.figures.areas import narrowed
from server.figures.exports.questions import Path, Question, Table, tables
from server.figures.exports.silent import SILENT
from server.storage import exports as storage
from server.storage.exports import Selection
from server.storage.forms import Form
from server.storage.profiles import in_force, parsed
from server.work import Reading


class Format(StrEnum):
    """A kind of file."""

    XLSX = "xlsx"
    CSV = "csv"
    ZIP = "zip"
    GEOJSON = "geojson"
    GPKG = "gpkg"


EVERY_STATE = "all"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which records of a form, as which file.

    `first` … `last` are days (METRICS D1; None is open), `area` a division of the reader's scope, `state` one of
    STATES or EVERY_STATE. `in_words` writes labels, else names. `place` is the place_key() of the question whose
    answers are the geometries of a GeoJSON file; "" is the first of each record that was answered.
    """

    form_id: str
    format: Format
    in_words: bool = True
    first: dt.date | None = None
    last: dt.date | None = None
    area: str | None = None
    state: str = "received"
    place: str = ""


@dataclass(frozen=True, kw_only=True)
class Order:
    """An export that may begin: the form's table, which records, whose eyes it is for, and the words of flags."""

    wanted: Wanted
    table: Table
    selection: Selection
    scope: Scope
    flags: Mapping[str, str]

    @property
    def file_name(self) -> str:
        """The form's title and the days, as a file is called."""
        days = [day.isoformat() for day in (self.wanted.first, self.wanted.last) if day is not None]
        named = "_".join([self.table.label, *days])
        return "".join("_" if each in '/\\:*?"<>|' else each for each in named) + f".{self.wanted.format}"


def order(reading: Reading, wanted: Wanted, *, flags: Mapping[str, str], without: Collection[Path]) -> Order:
    """Settle an export as of now; `without` are the paths of questions whose answers stay here.

    Raises NotFound("form.unknown") for an unknown form, ("jurisdiction.unknown") for an area outside the reader's,
    ("export.no_such_place") for a place the form does not ask for.
    """
    scope = narrowed(reading.actor.scope, wanted.area)
    table = _table(reading, wanted.form_id, without, scope)
    if wanted.place and all(place_key(*each) != wanted.place for each in places(table)):
        raise NotFound("export.no_such_place")
    states = frozenset(STATES) if wanted.state == EVERY_STATE else frozenset({wanted.state})
    return Order(
        wanted=wanted,
        table=table,
        selection=Selection(
            form_id=wanted.form_id,
            states=states,
            asked=reading.now,
            first=wanted.first,
            last=wanted.last,
            without=tuple(without),
        ),
        scope=scope,
        flags=flags,
    )


def _table(reading: Reading, form_id: str, without: Collection[Path], scope: Scope) -> Table:
    form = reading.session.get(Form, form_id)
    if form is None:
        raise NotFound("form.unknown")
    versions = storage.form_versions(reading.session, form_id)
    lists = {
        "details": {detail.name: detail.label for detail in catalogue.details()},
        "classes": _classes(reading, scope),
    }
    return tables(versions, title=form.title, without=without, lists=lists, silent=SILENT.get(form_id, {}))


def _classes(reading: Reading, scope: Scope) -> Mapping[str, str]:
    """The classes as the county calls them; as they are where the scope holds several mechanisms."""
    place = min(scope.codes, default="")
    installed = in_force(reading.session, place, on=local_day(reading.now))
    own = () if installed is None else parsed(installed.text).classes
    return {name: each.label for each in own for name in each.canonical}


def places(table: Table) -> list[tuple[Table, Question]]:
    """The questions of a form whose answer is a place, repeats included, each with its table."""
    return [(each, question) for each in table.walk() for question in each.places]


def place_key(table: Table, question: Question) -> str:
    """What names a place of a form among its others."""
    return f"{table.name}/{question.name}"


def number(reading: Reading, prepared: Order) -> int:
    """How many records an export will hold."""
    return storage.number(reading.session, prepared.selection, scope=prepared.scope)
