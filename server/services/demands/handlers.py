"""Who may be given a demand: the village's and the township's people, and the units that serve there."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import sqlalchemy as sa

from server.domain.demand_levels import handling_level
from server.domain.jurisdiction import Level
from server.domain.permissions import Permission
from server.domain.problems import NotFound
from server.domain.roles import Role
from server.domain.scope import Scope
from server.domain.work_calendar import local_day
from server.services import actors
from server.storage import units
from server.storage.demands import Demand
from server.storage.posts import Account
from server.storage.selection import within
from server.storage.units import Unit
from server.work import Reading

_HANDLING = tuple(role.value for role in Role if handling_level(role) is not None)


def can_be_given_to(reading: Reading, demand: Demand) -> Sequence[Account]:
    """Who may be given the demand: the village's people and their township's, by level and name."""
    able = [
        account
        for account in reading.session.scalars(_near(demand).order_by(Account.display_name))
        if able_to_handle(reading, account)
    ]
    return sorted(able, key=lambda account: -len(account.home))


def chosen(reading: Reading, demand: Demand, account_id: uuid.UUID) -> Account:
    """Somebody who may be given the demand. Raises NotFound("demand.cannot_be_given")."""
    account = reading.session.scalars(_near(demand).where(Account.id == account_id)).first()
    if account is None or not able_to_handle(reading, account):
        raise NotFound("demand.cannot_be_given", id=str(account_id))
    return account


def able_to_handle(reading: Reading, account: Account) -> bool:
    """Say whether somebody may be given anything to handle: he works in the field or an office, and still does."""
    return _may(reading, account, Permission.HANDLE_DEMAND)


def units_for(reading: Reading, demand: Demand) -> Sequence[Unit]:
    """The units that serve where the demand lies, the nearest first."""
    return units.serving(reading.session, demand.jurisdiction, on=local_day(reading.now))


def chosen_units(reading: Reading, demand: Demand, unit_ids: Sequence[uuid.UUID]) -> Sequence[Unit]:
    """Units that serve where the demand lies, each once. Raises NotFound("unit.unknown")."""
    serving = {unit.id: unit for unit in units_for(reading, demand)}
    unknown = [each for each in unit_ids if each not in serving]
    if unknown:
        raise NotFound("unit.unknown", id=str(unknown[0]))
    return [serving[each] for each in dict.fromkeys(unit_ids)]


def supervisor_of(reading: Reading, demand: Demand) -> Account | None:
    """Who calls a reporter back: of those who may, the one nearest above, never who handled it; None where there is none."""
    found = reading.session.scalars(
        _near(demand).where(Account.id != demand.handler_id if demand.handler_id else sa.true())
    )
    able = [account for account in found if _may(reading, account, Permission.CALL_BACK)]
    return min(able, key=lambda account: (_distance(account), account.display_name, account.id), default=None)


def _distance(account: Account) -> int:
    """The township first: the village answers for what was done in it."""
    return abs(len(account.home) - Level.TOWNSHIP.digits)


def _near(demand: Demand) -> sa.Select[Account]:
    """Accounts of the demand's village and of the divisions above it."""
    village = demand.jurisdiction[: Level.VILLAGE.digits]
    above = [village[: level.digits] for level in (Level.TOWNSHIP, Level.COUNTY)]
    near = sa.or_(Account.home.in_(above), within(Account.home, Scope.of([village])))
    return sa.select(Account).where(near, Account.role.in_(_HANDLING))


def _may(reading: Reading, account: Account, permission: Permission) -> bool:
    if account.closed_on is not None and account.closed_on <= local_day(reading.now):
        return False
    return actors.of_account(reading.session, account, now=reading.now).may(permission)
