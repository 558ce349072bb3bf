"""Who may sign in to the demo and which phones may send: what is printed at the start and written to demo.json."""

from __future__ import annotations

import datetime as dt
from typing import TypedDict

from server.demo.county import County
from server.demo.faults import planted
from server.demo.founding import PASSWORD, home_of
from server.demo.seeding import Seeded
from server.demo.staff import StaffMember
from server.domain.roles import Function, Role
from server.web.addresses import phone_url
from server.web.collect_settings import PROJECT_ID, server_url
from server.web.residents import PREFIX as RESIDENTS
from server.web.units import PREFIX as UNITS


class Phone(TypedDict):
    """Somebody with a phone; `scope` is where he works, `grid` his grid, None for who has none of his own."""

    display_name: str
    role: str
    scope: str
    grid: str | None
    openrosa_url: str
    phone_url: str


class SignIn(TypedDict):
    """Somebody who may sign in; `scope` is the division he works for."""

    role: str
    username: str
    password: str
    scope: str


class UnitLink(TypedDict):
    """A unit, and the address under which its members see its orders."""

    name: str
    url: str


class ResidentPage(TypedDict):
    """Where the residents of a grid say what is the matter: what its poster's code opens."""

    grid: str
    url: str


class Invitation(TypedDict):
    """Everything a visitor of the demo needs; `openrosa_url` and `phone_url` are those of the first phone.

    `profile` names the mechanism the county works by.
    """

    base_url: str
    project_id: int
    openrosa_url: str
    phone_url: str
    app_users: list[Phone]
    accounts: list[SignIn]
    profile: str
    units: list[UnitLink]
    residents: ResidentPage


def invitation(seeded: Seeded, *, base_url: str, on: dt.date) -> Invitation:
    """The demo's accounts and phones of those in office `on` a day, grid workers' phones first.

    Whoever answers for the village with the most people not seen comes first: a stranger tries the first of each role.
    """
    county, keys = seeded.county, seeded.state.keys
    serving = [
        member
        for member in county.staff
        if not member.posts or any(post.holds_on(on) for post in member.posts)
    ]
    serving.sort(key=lambda member: _unseen_in_the_bad_village(county, _scope(member, on)), reverse=True)
    phones = [
        _phone(member, keys[member.key], base_url=base_url, on=on) for member in serving if member.key in keys
    ]
    phones.sort(key=lambda phone: phone["grid"] is None)
    return Invitation(
        base_url=base_url,
        project_id=PROJECT_ID,
        openrosa_url=phones[0]["openrosa_url"],
        phone_url=phones[0]["phone_url"],
        app_users=phones,
        accounts=[_sign_in(member, on) for member in serving],
        profile=county.profile,
        units=[
            UnitLink(name=name, url=f"{base_url}{UNITS}/{token}")
            for name, token in seeded.state.unit_links.items()
        ],
        residents=_resident_page(county, base_url),
    )


def _resident_page(county: County, base_url: str) -> ResidentPage:
    """A grid of the village that strangers are shown first."""
    village = planted(county).bad_village
    grid = next(code for code in county.grids if code.startswith(village))
    return ResidentPage(grid=grid, url=f"{base_url}{RESIDENTS}/g/{grid}")


def one_of_each_role(accounts: list[SignIn]) -> list[SignIn]:
    """The first account of every role, widest role first."""
    first = {account["role"]: account for account in reversed(accounts)}
    return [first[role.value] for role in reversed(Role) if role.value in first]


def _unseen_in_the_bad_village(county: County, scope: str) -> int:
    """How many of its households not seen lie in a division."""
    faults = planted(county)
    return sum(
        household.key in faults.unseen and household.grid.startswith(scope)
        for household in county.households
        if household.grid.startswith(faults.bad_village)
    )


def _phone(member: StaffMember, key: str, *, base_url: str, on: dt.date) -> Phone:
    return Phone(
        display_name=member.name,
        role=member.role.value,
        scope=_scope(member, on),
        grid=_grid(member, on),
        openrosa_url=server_url(base_url, key),
        phone_url=phone_url(key, root=base_url),
    )


def _sign_in(member: StaffMember, on: dt.date) -> SignIn:
    return SignIn(
        role=member.role.value, username=member.username, password=PASSWORD, scope=_scope(member, on)
    )


def _scope(member: StaffMember, on: dt.date) -> str:
    return _grid(member, on) or home_of(member)


def _grid(member: StaffMember, on: dt.date) -> str | None:
    own = (
        post.jurisdiction
        for post in member.posts
        if post.function is Function.GRID_WORKER and post.holds_on(on) and post.stand_in_for is None
    )
    return next(own, None)
