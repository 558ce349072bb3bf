"""导入上次走访: who was last seen when, from a list; a file is checked as a whole (METRICS D11)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from server.domain.events import register as events
from server.domain.people import Permission
from server.domain.work_calendar import local_day
from server.services import roster_entry
from server.services.register.columns import VISIT_FIELDS, Reader, Wrong, columns_of
from server.services.register.importing import Imported, ListFile, WrongRows, known_households
from server.services.register.spreadsheet import read
from server.storage.households import Household, Person
from server.storage.visits import Visit, VisitPerson
from server.work import Work


def import_visits(work: Work, file: ListFile) -> Imported:
    """导入上次走访: who was last seen when; it sets 上次走访 and nothing else (METRICS D11).

    The same household on the same day is the same visit. Raises as `import_households`.
    """
    work.actor.require(Permission.IMPORT_REGISTER)
    sheet = read(file.name, file.content)
    columns = columns_of(sheet, file.columns, fields=VISIT_FIELDS)
    known = known_households(work.session)
    wrong: list[Wrong] = []
    seen: dict[tuple[str, dt.date], set[Person]] = {}
    for row in sheet.rows:
        reader = Reader(row, columns)
        _take_visit(work, reader, known, seen)
        wrong += reader.wrong
    if wrong:
        raise WrongRows(wrong)
    new = sum(_write_visit(work, known[key], day, people) for (key, day), people in seen.items())
    work.record(
        events.RegisterImported(
            subject_id=file.sha256, jurisdiction=None, what="visits", rows=len(seen), sha256=file.sha256
        )
    )
    return Imported(new=new, known=len(seen) - new)


def _take_visit(
    work: Work,
    reader: Reader,
    known: Mapping[str, Household],
    seen: dict[tuple[str, dt.date], set[Person]],
) -> None:
    key, day = reader.needed("编号"), reader.day("日期")
    if day is None:
        reader.needed("日期")
        return
    household = known.get(key)
    if household is None or not work.actor.may(Permission.IMPORT_REGISTER, at=household.grid_code):
        reader.refuse("编号", "名册里没有这个编号")
        return
    if day > local_day(work.now):
        reader.refuse("日期", "不能晚于今天")
    people = seen.setdefault((key, day), set())
    name = reader.text("姓名")
    if name:
        met = [person for person in household.persons if person.name == name]
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
