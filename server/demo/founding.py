"""The county before its first day: divisions, grids, forms, people and the roster, entered as an office would."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from hashlib import sha256
from uuid import UUID

from shapely import Point

from server import profiles
from server.demo.acts import moment
from server.demo.care import CareTag, Person
from server.demo.county import County
from server.demo.gazetteer import COUNTY_CODE
from server.demo.people import Household
from server.demo.staff import StaffMember
from server.demo.units import units_of
from server.domain.permissions import PERMISSIONS, Permission
from server.services import accounts, boundaries, divisions, forms, posts, roster_entry, units
from server.services import profiles as mechanism
from server.services.boundaries import Feature
from server.services.roster_entry import HouseholdEntry, PersonEntry, TagEntry
from server.work import Work

PASSWORD = "qinglan-demo"  # noqa: S105 - of invented people, told to everybody on the sign-in page

_REGISTERED_DAYS_BEFORE = 365
_GROWN_UP, _OLD = 18, 60


def founded_at(county: County) -> dt.datetime:
    """The moment the county is set up: the morning before its history begins."""
    return moment(county.first_day - dt.timedelta(days=1), 8.0)


def carries_phone(member: StaffMember) -> bool:
    """Say whether somebody sends records, and so has a key for his phone."""
    return member.role in PERMISSIONS[Permission.SUBMIT].roles


def home_of(member: StaffMember) -> str:
    """The division somebody's account belongs to: that of his first post, a grid worker's village."""
    return member.posts[0].jurisdiction[:12] if member.posts else COUNTY_CODE


def found(work: Work, county: County, *, keys: Mapping[UUID, str]) -> None:
    """Set the county up; `keys` are those of the phones, by account. `work.now` is `founded_at`."""
    _add_divisions(work, county)
    _publish_grids(work, county)
    mechanism.install(
        work,
        profiles.source(county.profile),
        jurisdiction=COUNTY_CODE,
        effective_from=county.first_day - dt.timedelta(days=_REGISTERED_DAYS_BEFORE),
    )
    forms.publish_shipped(work)
    _enter_units(work, county)
    password_hash = accounts.hash_password(PASSWORD)
    for member in county.staff:
        _employ(work, member, password_hash=password_hash, until=county.first_day)
        if carries_phone(member):
            accounts.issue_key(work, member.key, key=keys[member.key], label="演示手机")
    _enter_roster(work, county)


def _add_divisions(work: Work, county: County) -> None:
    for division in county.map.divisions:
        start_date = county.first_day if division.level == "village" else None
        divisions.add(work, division.code, division.name, area=division.area, start_date=start_date)


def _publish_grids(work: Work, county: County) -> None:
    features = [
        Feature(
            code=grid.code,
            name=grid.name,
            outline=grid.outline,
            must_see=tuple((point.name, Point(point.lon, point.lat)) for point in grid.must_see),
            population=sum(household.people for household in county.by_grid[grid.code]),
        )
        for grid in county.map.grids
    ]
    effective_on = county.first_day - dt.timedelta(days=_REGISTERED_DAYS_BEFORE)
    boundaries.publish(work, features, effective_on=effective_on, source="演示县边界", datum="wgs84")


def _employ(work: Work, member: StaffMember, *, password_hash: str, until: dt.date) -> None:
    """Open an account and begin the posts held before the history; later ones begin in their time."""
    accounts.open_account(
        work,
        account_id=member.key,
        username=member.username,
        password_hash=password_hash,
        display_name=member.name,
        role=member.role,
        home=home_of(member),
        telephone=member.phone,
    )
    for post in member.posts:
        if post.valid_from < until:
            posts.begin_post(
                work,
                member.key,
                function=post.function,
                jurisdiction=post.jurisdiction,
                valid_from=post.valid_from,
                valid_to=post.valid_to,
            )


def _enter_units(work: Work, county: County) -> None:
    for unit in units_of(county):
        units.add(
            work,
            name=unit.name,
            kind=unit.kind,
            division=unit.division,
            alliance=unit.alliance,
            contact_name=unit.contact_name,
            contact_phone=unit.contact_phone,
        )


def _enter_roster(work: Work, county: County) -> None:
    roster_entry.enter(
        work,
        [_household(household, county) for household in county.households],
        entered_on=county.first_day - dt.timedelta(days=_REGISTERED_DAYS_BEFORE),
        sha256=sha256(repr(county.households).encode()).hexdigest(),
    )


def _household(household: Household, county: County) -> HouseholdEntry:
    return HouseholdEntry(
        id=household.key,
        grid=household.grid,
        address=household.address,
        head_name=household.head.name,
        telephone=household.head.phone,
        people=household.people,
        occupancy=household.status,
        away_since=household.away_since,
        point=None if household.position is None else Point(household.position),
        persons=tuple(_person(person, household, county) for person in household.persons),
        last_visit=household.last_visit,
    )


def _person(person: Person, household: Household, county: County) -> PersonEntry:
    age = county.seeded_on.year - person.born
    return PersonEntry(
        id=person.key,
        name=person.name,
        called=_called(person, household, age),
        is_child=age < _GROWN_UP,
        tags=tuple(_tag(tag) for tag in person.tags if tag.begun_on < county.first_day),
    )


def _tag(tag: CareTag) -> TagEntry:
    return TagEntry(code=tag.code, begun_on=tag.begun_on, basis=tag.basis, said_by=tag.said_by)


def _called(person: Person, household: Household, age: int) -> str:
    """How a phone shows somebody (FORMS §2): 王奶奶, 王大哥; a child without a name of its own."""
    if age < _GROWN_UP:
        return f"孩子（{household.head.name[0]}家）"
    words = {"female": ("大姐", "奶奶"), "male": ("大哥", "爷爷")}[person.sex]
    return person.name[0] + words[age >= _OLD]
