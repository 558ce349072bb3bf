"""建县 services: an empty database becomes one county's, all at once or not at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from server.domain.jurisdiction import Level, level_of, validate
from server.domain.problems import Conflict
from server.domain.roles import Function, Role
from server.services import accounts, divisions, forms, posts, profiles
from server.storage import jurisdictions
from server.storage import posts as storage
from server.storage.posts import Account
from server.work import Work


@dataclass(frozen=True)
class Division:
    """A division of a new county: a code of 6, 9 or 12 digits, its name, "urban" or "rural"."""

    code: str
    name: str
    area: str = "rural"


@dataclass(frozen=True)
class FirstAdmin:
    """Who opens every other account. A password somebody else made up must be changed at the first sign-in."""

    display_name: str
    username: str
    password_hash: str
    must_change_password: bool


@dataclass(frozen=True)
class FirstPhone:
    """Who gets the first key, `at` which village or township, and the key."""

    display_name: str
    at: str
    key: str


def create(
    work: Work,
    county: Division,
    *,
    within: Sequence[Division],
    admin: FirstAdmin,
    phone: FirstPhone,
    profile: str,
    start_date: dt.date,
) -> None:
    """建县: divisions, the four forms, the mechanism (`profile` is its text), the first admin, the first phone's key.

    Work begins on `start_date` in every village (METRICS D11). Raises Conflict("county.not_empty") where there is a
    county or an account already, and Invalid for a malformed code, a division without its parent or a profile the
    loader refuses.
    """
    if jurisdictions.county(work.session) is not None or storage.listing(
        work.session, scope=work.actor.scope
    ):
        raise Conflict("county.not_empty")
    validate(county.code, Level.COUNTY)
    for division in (county, *sorted(within, key=lambda each: each.code)):
        is_village = level_of(division.code) is Level.VILLAGE
        begins = start_date if is_village else None
        divisions.add(work, division.code, division.name, area=division.area, start_date=begins)
    profiles.install(work, profile, jurisdiction=county.code, effective_from=start_date)
    forms.publish_shipped(work)
    accounts.open_account(
        work,
        display_name=admin.display_name,
        role=Role.ADMIN,
        home=county.code,
        username=admin.username,
        password_hash=admin.password_hash,
        must_change_password=admin.must_change_password,
    )
    accounts.issue_key(work, _holder(work, phone, start_date).id, key=phone.key)


def _holder(work: Work, phone: FirstPhone, start_date: dt.date) -> Account:
    """A village's phone is its cadre's, with the post that goes with it; a township's is its official's."""
    in_village = level_of(phone.at) is Level.VILLAGE
    holder = accounts.open_account(
        work,
        display_name=phone.display_name,
        role=Role.VILLAGE_CADRE if in_village else Role.TOWNSHIP_OFFICIAL,
        home=phone.at,
    )
    if in_village:
        posts.begin_post(
            work, holder.id, function=Function.VILLAGE_CADRE, jurisdiction=phone.at, valid_from=start_date
        )
    return holder
