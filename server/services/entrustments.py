"""代访 services: giving households to somebody for some days, and taking them back (METRICS V *Act*)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable

from server.domain.events import people as events
from server.domain.jurisdiction import around
from server.domain.permissions import PERMISSIONS, Permission
from server.domain.problems import Conflict, Invalid
from server.domain.roles import Role
from server.domain.work_calendar import local_day
from server.storage import entrustments as storage
from server.storage import households as register
from server.storage import posts
from server.storage.entrustments import EntrustedHousehold, Entrustment
from server.storage.households import Household
from server.storage.posts import Account
from server.work import Work


def entrust(
    work: Work,
    account_id: uuid.UUID,
    household_ids: Iterable[uuid.UUID],
    *,
    first_day: dt.date,
    last_day: dt.date,
) -> Entrustment:
    """请人代访: the households stand on somebody's phone until `last_day`; his visits count for their grids.

    Raises NotFound for an account or a household outside the actor's divisions, Forbidden where he names no
    stand-ins, Conflict("account.is_closed", "register.already_left"), Invalid("entrustment.no_household",
    "entrustment.days", "entrustment.over", "entrustment.not_a_visitor").
    """
    work.actor.require(Permission.NAME_STAND_IN)
    account = posts.get(work.session, account_id, scope=work.actor.scope)
    _check_visitor(account)
    _check_days(first_day, last_day, today=local_day(work.now))
    households = [_given_here(work, key) for key in dict.fromkeys(household_ids)]
    if not households:
        raise Invalid("entrustment.no_household")
    row = Entrustment(
        account_id=account.id,
        first_day=first_day,
        last_day=last_day,
        given_at=work.now,
        given_by=work.actor.id,
    )
    work.session.add(row)
    work.session.flush()
    work.session.add_all(
        EntrustedHousehold(entrustment_id=row.id, household_id=household.id) for household in households
    )
    work.session.flush()
    work.record(
        events.HouseholdsEntrusted(
            subject_id=row.id,
            jurisdiction=around(household.grid_code for household in households),
            account_id=account.id,
            households=tuple(household.id for household in households),
            first_day=first_day,
            last_day=last_day,
        )
    )
    return row


def take_back(work: Work, entrustment_id: uuid.UUID) -> Entrustment:
    """收回代访 before its last day; what was visited today still counts.

    Raises NotFound outside the actor's divisions, Forbidden where he names no stand-ins,
    Conflict("entrustment.has_ended").
    """
    row = storage.get(work.session, entrustment_id, scope=work.actor.scope)
    grids = storage.grids_of(work.session, row.id)
    for grid in grids:
        work.actor.require(Permission.NAME_STAND_IN, at=grid)
    if row.ended_at is not None or row.last_day < local_day(work.now):
        raise Conflict("entrustment.has_ended")
    row.ended_at = work.now
    work.record(
        events.EntrustmentEnded(subject_id=row.id, jurisdiction=around(grids), account_id=row.account_id)
    )
    return row


def _given_here(work: Work, household_id: uuid.UUID) -> Household:
    household = register.get(work.session, household_id, scope=work.actor.scope)
    work.actor.require(Permission.NAME_STAND_IN, at=household.grid_code)
    if household.exited_at is not None:
        raise Conflict("register.already_left")
    return household


def _check_visitor(account: Account) -> None:
    """Whoever sees no names gets no list of people, so he can visit nobody."""
    if account.closed_on is not None:
        raise Conflict("account.is_closed", name=account.display_name)
    if Role(account.role) not in PERMISSIONS[Permission.SEE_NAMES].roles:
        raise Invalid("entrustment.not_a_visitor")


def _check_days(first_day: dt.date, last_day: dt.date, *, today: dt.date) -> None:
    if last_day < first_day:
        raise Invalid("entrustment.days")
    if last_day < today:
        raise Invalid("entrustment.over")
