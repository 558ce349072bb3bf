"""导入名册: a file is checked as a whole; one wrong cell, and nothing is changed."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import sqlalchemy as sa
from shapely import Point
from sqlalchemy.orm import Session, selectinload

from gis.coordinates import Datum, convert
from server.domain.mechanism import MechanismProfile
from server.domain.permissions import Permission
from server.domain.problems import Invalid, NotFound
from server.domain.work_calendar import local_day
from server.services import roster_entry
from server.services.ground import ground
from server.services.register.columns import HOUSEHOLD_FIELDS, Reader, Wrong, columns_of
from server.services.register.spreadsheet import read
from server.services.roster_entry import HouseholdEntry, PersonEntry, TagEntry
from server.storage.households import Household, Person
from server.storage.profiles import profile_at
from server.work import Work

_FARTHEST_METRES = 1000
"""A door farther than this from its grid speaks of a wrong datum."""
_AT_ONCE = 500
"""Keys in one query: a database takes only so many."""


@dataclass(frozen=True, kw_only=True)
class ListFile:
    """A file to import; `columns` are "column=field" pairs, `datum` what its positions are in."""

    name: str
    content: bytes
    columns: Sequence[str] = ()
    datum: Datum | None = None

    @property
    def sha256(self) -> str:
        """The hash by which the audit trail names the file."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Imported:
    """How many were new, and how many the register knew already."""

    new: int
    known: int


class WrongRows(Invalid):
    """Cells that cannot be taken; nothing was changed."""

    def __init__(self, wrong: Sequence[Wrong]) -> None:
        super().__init__("register.bad_rows", problems=len(wrong))
        self.wrong = tuple(wrong)


def import_households(work: Work, file: ListFile, *, entered_on: dt.date) -> Imported:
    """导入名册: one line per household or per person of it; the same `编号` again is the same household.

    What the register knows already is corrected and completed, nobody is taken off it. Raises Forbidden,
    Invalid("register.bad_file", "register.bad_mapping", "register.datum_needed"), WrongRows.
    """
    work.actor.require(Permission.IMPORT_REGISTER)
    sheet = read(file.name, file.content)
    columns = columns_of(sheet, file.columns, fields=HOUSEHOLD_FIELDS)
    if file.datum is None and "经度" in columns:
        raise Invalid("register.datum_needed")
    known = known_households(work.session, (row.cells.get(columns["编号"], "") for row in sheet.rows))
    check = _Households(work, file.datum or "wgs84", known)
    for row in sheet.rows:
        check.take(Reader(row, columns))
    if check.wrong:
        raise WrongRows(check.wrong)
    new = [entry for key, entry in check.entries.items() if key not in known]
    roster_entry.enter(work, new, entered_on=entered_on, sha256=file.sha256, known_at=work.now)
    for key, entry in check.entries.items():
        if key in known:
            _complete(work, known[key], entry)
    return Imported(new=len(new), known=len(check.entries) - len(new))


def known_households(session: Session, keys: Iterable[str]) -> dict[str, Household]:
    """The households that came with a list under one of these numbers, by it."""
    asked = sorted(set(keys))
    found: dict[str, Household] = {}
    for first in range(0, len(asked), _AT_ONCE):
        query = sa.select(Household).where(Household.outer_key.in_(asked[first : first + _AT_ONCE]))
        rows = session.scalars(query.options(selectinload(Household.persons).selectinload(Person.tags)))
        found |= {row.outer_key: row for row in rows if row.outer_key is not None}
    return found


@dataclass
class _Households:
    """The households of a file, put together line by line."""

    work: Work
    datum: Datum
    known: dict[str, Household]
    entries: dict[str, HouseholdEntry] = field(default_factory=dict)
    wrong: list[Wrong] = field(default_factory=list)

    def take(self, reader: Reader) -> None:
        """Take one line: its household, and the person it names."""
        key = reader.needed("编号")
        entry = self._entry(reader, key)
        person = self._person(reader, entry.grid)
        before = self.entries.get(key)
        if before is not None:
            if (before.grid, before.address) != (entry.grid, entry.address):
                reader.refuse("编号", "与前面同一编号的网格或地址不一样")
            entry = before
        if person is not None:
            entry = replace(entry, persons=_joined(entry.persons, person))
        self.entries[key] = entry
        self.wrong += reader.wrong

    def _entry(self, reader: Reader, key: str) -> HouseholdEntry:
        grid = reader.needed("网格")
        self._check_known(reader, grid, self.known.get(key))
        self._check_grid(reader, grid)
        return HouseholdEntry(
            grid=grid,
            address=reader.needed("地址"),
            head_name=reader.text("户主") or None,
            telephone=reader.text("电话") or None,
            people=reader.number("人数"),
            hint=reader.text("提示") or None,
            point=self._point(reader, grid),
            outer_key=key,
        )

    def _check_grid(self, reader: Reader, grid: str) -> None:
        if grid and grid not in ground(self.work).index:
            reader.refuse("网格", "没有这个网格")
        elif grid and not self.work.actor.may(Permission.IMPORT_REGISTER, at=grid):
            reader.refuse("网格", "不在您的管辖范围")

    def _check_known(self, reader: Reader, grid: str, household: Household | None) -> None:
        if household is not None and household.exited_at is not None:
            reader.refuse("编号", "这一户已经移出名册")
        elif household is not None and household.grid_code != grid:
            reader.refuse("网格", "名册里这一户在别的网格，请办理迁居")

    def _point(self, reader: Reader, grid: str) -> Point | None:
        lon, lat = reader.degrees("经度"), reader.degrees("纬度")
        if lon is None or lat is None:
            if (lon is None) != (lat is None):
                reader.refuse("经度", "经度和纬度要么都填，要么都不填")
            return None
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            reader.refuse("经度", "不是有效的经纬度")
            return None
        place = convert(Point(lon, lat), source=self.datum, target="wgs84").centroid
        index = ground(self.work).index
        if grid in index and not index.within(grid, place.x, place.y, margin_m=_FARTHEST_METRES):
            reader.refuse("经度", "离所在网格超过 1 公里，请检查坐标系")
        return place

    def _person(self, reader: Reader, grid: str) -> PersonEntry | None:
        name = reader.text("姓名")
        if not name:
            for about in ("称呼", "标签"):
                if reader.text(about):
                    reader.refuse("姓名", f"填了{about}，没有填姓名")
            return None
        tag = self._tag(reader, grid)
        return PersonEntry(
            name=name,
            called=reader.text("称呼") or name,
            is_child=reader.yes("孩子"),
            tags=() if tag is None else (tag,),
        )

    def _tag(self, reader: Reader, grid: str) -> TagEntry | None:
        said = reader.text("标签")
        if not said:
            return None
        code = self._tag_code(said, grid)
        if code is None:
            reader.refuse("标签", "机制方案里没有这种关爱标签")
        begun_on = reader.day("标签起始")
        if begun_on is None:
            reader.needed("标签起始")
        return TagEntry(
            code=code or "",
            begun_on=begun_on or dt.date.min,
            basis=reader.text("依据"),
            said_by=reader.text("认定单位"),
        )

    def _tag_code(self, said: str, grid: str) -> str | None:
        profile = self._profile(grid)
        tags = () if profile is None else profile.care_tags
        return next((tag.code for tag in tags if said in (tag.code, tag.label)), None)

    def _profile(self, grid: str) -> MechanismProfile | None:
        try:
            return profile_at(self.work.session, grid, on=local_day(self.work.now))
        except NotFound:
            return None


def _joined(persons: tuple[PersonEntry, ...], person: PersonEntry) -> tuple[PersonEntry, ...]:
    """Somebody named on two lines is one person with the tags of both."""
    for place, known in enumerate(persons):
        if known.name == person.name:
            both = replace(known, tags=(*known.tags, *person.tags))
            return (*persons[:place], both, *persons[place + 1 :])
    return (*persons, person)


def _complete(work: Work, household: Household, entry: HouseholdEntry) -> None:
    """Put right what the file says about a known household; what it leaves out stays."""
    stated = {
        "address": entry.address,
        "head_name": entry.head_name,
        "telephone": entry.telephone,
        "people": entry.people,
        "hint": entry.hint,
        "point": entry.point,
    }
    changed = {
        name: value
        for name, value in stated.items()
        if value is not None and value != getattr(household, name)
    }
    for name, value in changed.items():
        setattr(household, name, value)
    if changed:
        household.version += 1
    for person in entry.persons:
        _complete_person(work, household, person)
    work.session.flush()


def _complete_person(work: Work, household: Household, entry: PersonEntry) -> None:
    today = local_day(work.now)
    person = next((each for each in household.persons if each.name == entry.name), None)
    if person is None:
        household.persons.append(roster_entry.person_row(entry, entered_on=today, known_at=work.now))
        return
    held = {tag.tag for tag in person.tags}
    person.tags.extend(
        roster_entry.tag_row(tag, known_at=work.now) for tag in entry.tags if tag.code not in held
    )
