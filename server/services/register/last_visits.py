"""导入上次走访: who was last seen when, from a list; a file is checked as a whole (METRICS D11)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

import sqlalchemy as sa

from server.domain.events import register as events
from server.domain.permissions import Permission
from server.domain.work_calendar import local_day
from server.services import roster_entry
from server.services.register.columns import VISIT_FIELDS, Reader, Wrong, columns_of
from server.services.register.importing import Imported, ListFile, WrongRows, known_households
from server.services.register.spreadsheet import read
from server.storage import households as storage
from server.storage.households import Household, Person
from server.storage.visits import Visit, VisitPerson
from server.work import Reading, Work

Seen = tuple[Household, dt.date]


@dataclass(frozen=True, slots=True)
class Examined:
    """What a list says, before anything is written: who was seen where and when, and the cells that cannot be taken."""

    seen: Mapping[Seen, Set[Person]]
    wrong: Sequence[Wrong]


def examine_visits(reading: Reading, file: ListFile) -> Examined:
    """Read a list of last visits and change nothing.

    A household is named by the number of the list it came with, else by its own in our lists (户编号). Raises
    Forbidden, Invalid("register.bad_file", "register.bad_mapping").
    """
    reading.actor.require(Permission.IMPORT_REGISTER)
    sheet = read(file.name, file.content)
    columns = columns_of(sheet, file.columns, fields=VISIT_FIELDS)
    known = _known(reading, {row.cells.get(columns["编号"], "") for row in sheet.rows})
    seen: dict[Seen, set[Person]] = {}
    wrong: list[Wrong] = []
    for row in sheet.rows:
        reader = Reader(row, columns)
        _take_visit(reading, reader, known, seen)
        wrong += reader.wrong
    return Examined(seen, wrong)


def import_visits(work: Work, file: ListFile) -> Imported:
    """导入上次走访: who was last seen when; it sets 上次走访 and nothing else (METRICS D11).

    The same household on the same day is the same visit. Raises as `examine_visits`, and WrongRows.
    """
    examined = examine_visits(work, file)
    if examined.wrong:
        raise WrongRows(examined.wrong)
    new = sum(
        _write_visit(work, household, day, people) for (household, day), people in examined.seen.items()
    )
    work.record(
        events.RegisterImported(
            subject_id=file.sha256,
            jurisdiction=None,
            what="visits",
            rows=len(examined.seen),
            sha256=file.sha256,
        )
    )
    return Imported(new=new, known=len(examined.seen) - new)


def _known(reading: Reading, keys: Set[str]) -> dict[str, list[Household]]:
    """The households that the keys of a list name, where the actor may import."""
    named: dict[str, list[Household]] = {
        key: [household] for key, household in known_households(reading.session, keys).items()
    }
    for household in storage.by_number(reading.session, keys - named.keys()):
        named.setdefault(storage.number_of(household.id), []).append(household)
    may = reading.actor.may
    return {
        key: [each for each in households if may(Permission.IMPORT_REGISTER, at=each.grid_code)]
        for key, households in named.items()
    }


def _take_visit(
    reading: Reading,
    reader: Reader,
    known: Mapping[str, Sequence[Household]],
    seen: dict[Seen, set[Person]],
) -> None:
    key, day = reader.needed("编号"), reader.day("日期")
    if day is None:
        reader.needed("日期")
    if day is None or not key:
        return
    households = known.get(key, ())
    if len(households) != 1:
        reader.refuse("编号", "有几户的编号是这样，分不清" if households else "名册里没有这个编号")
        return
    if day > local_day(reading.now):
        reader.refuse("日期", "不能晚于今天")
    people = seen.setdefault((households[0], day), set())
    name = reader.text("姓名")
    if name:
        met = [person for person in households[0].persons if person.name == name]
        if not met:
            reader.refuse("姓名", "这一户没有这个人")
        people.update(met)


def _write_visit(work: Work, household: Household, day: dt.date, people: Iterable[Person]) -> bool:
    """Write an imported visit, or complete the one that is there; say whether it is new."""
    query = sa.select(Visit).where(
        Visit.household_id == household.id, Visit.day == day, Visit.source == roster_entry.IMPORT
    )
    visit = work.session.scalars(query).first()
    new = visit is None
    if visit is None:
        visit = roster_entry.visit_row(household.id, household.grid_code, day, received_at=work.now)
        work.session.add(visit)
    met = {row.person_id for row in visit.seen}
    visit.seen.extend(VisitPerson(person_id=person.id) for person in people if person.id not in met)
    work.session.flush()
    return new
