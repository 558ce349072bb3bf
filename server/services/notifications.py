"""通知: whom an event concerns, and the message each of them is written. Sending them is services/deliveries.py."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from server.domain import notification
from server.domain.mechanism import MechanismProfile
from server.domain.notification import Audience, What
from server.domain.permissions import Permission
from server.services import actors
from server.services.demands.acts import profile_of
from server.storage import events
from server.storage.base import insert_once
from server.storage.demands import Demand
from server.storage.events import EventRow
from server.storage.notifications import Delivery
from server.storage.posts import Account
from server.storage.units import Unit
from server.work import Work

STALE_AFTER = dt.timedelta(days=1)
"""Nobody is told today of what happened last week, however long the worker was away."""


@dataclass(frozen=True)
class Recipient:
    """One to be told: an account, a unit, or, where neither is named, the reporter of a demand."""

    key: str
    demand: Demand
    account: Account | None = None
    unit: Unit | None = None


def taken_in(work: Work, event: EventRow) -> None:
    """已收到: whoever left a telephone number is told the number of his matter."""
    if _is_fresh(work, event):
        _write(work, event, "received", _reporters(work, _demand(work, event)))


def moved(work: Work, event: EventRow) -> None:
    """办理: whoever an act concerns is told (domain/notification.py RULES)."""
    rules = notification.rules_for(event.details["action"], to=event.details["to_key"])
    if not rules or not _is_fresh(work, event):
        return
    demand = _demand(work, event)
    for rule in rules:
        found = [each for each in _AUDIENCES[rule.audience](work, demand) if not _did_it(each, event)]
        _write(work, event, rule.what, found)


def reminded(work: Work, event: EventRow) -> None:
    """提醒: whoever holds a matter whose date comes near or has passed."""
    if _is_fresh(work, event):
        _write(work, event, "reminded", _handler(work, _demand(work, event)))


def task_given(work: Work, event: EventRow) -> None:
    """请人核实、核查、回访: whoever was asked."""
    if _is_fresh(work, event):
        account = work.session.get_one(Account, UUID(event.details["account_id"]))
        _write(work, event, "task", _accounts([account], _demand(work, event)))


def units_called(work: Work, event: EventRow) -> None:
    """吹哨: the units that are called together."""
    if _is_fresh(work, event):
        units = [work.session.get_one(Unit, UUID(each)) for each in event.details["unit_ids"]]
        _write(work, event, "called", _units(units, _demand(work, event)))


def _is_fresh(work: Work, event: EventRow) -> bool:
    return work.now - event.at <= STALE_AFTER


def _demand(work: Work, event: EventRow) -> Demand:
    return work.session.get_one(Demand, UUID(event.subject_id))


def _did_it(recipient: Recipient, event: EventRow) -> bool:
    """Nobody is told what he did himself."""
    return recipient.account is not None and recipient.account.id == event.actor_id


def _write(work: Work, event: EventRow, what: What, recipients: Sequence[Recipient]) -> None:
    """Write a message to each; the same event handed on again writes none."""
    for recipient in recipients:
        row = Delivery(
            event_id=event.id,
            recipient=recipient.key,
            account_id=None if recipient.account is None else recipient.account.id,
            unit_id=None if recipient.unit is None else recipient.unit.id,
            demand_id=recipient.demand.id,
            jurisdiction=recipient.demand.jurisdiction,
            what=what,
            words=_words(work, what, recipient.demand, event),
            send_from=notification.send_from(what, urgent=recipient.demand.urgent, now=work.now),
            for_digest=what in notification.FOR_THE_MORNING,
            made_at=work.now,
        )
        insert_once(work.session, row, unique=("event_id", "recipient", "what"))


def _words(work: Work, what: What, demand: Demand, event: EventRow) -> str:
    reasons = {each.code: each.label for each in profile_of(work, demand).screen_reasons}
    reason = reasons.get(event.details.get("reason") or "", "见答复")
    return notification.WORDS[what].format(number=demand.number, reason=reason)


_Find = Callable[[Work, Demand], Sequence[Recipient]]


def _reporters(work: Work, demand: Demand) -> list[Recipient]:
    """The reporter, and those whose matters were merged into this one: every reporter is told (MECHANISMS S2)."""
    merged = work.session.scalars(sa.select(Demand).where(Demand.merged_into_id == demand.id)).all()
    return [
        Recipient(f"reporter:{hashlib.sha256(each.reporter_phone.encode()).hexdigest()[:32]}", each)
        for each in (demand, *merged)
        if each.reporter_phone
    ]


def _handler(work: Work, demand: Demand) -> list[Recipient]:
    if demand.unit_id is not None:
        return _units([work.session.get_one(Unit, demand.unit_id)], demand)
    if demand.handler_id is not None:
        return _accounts([work.session.get_one(Account, demand.handler_id)], demand)
    return []


def _dispatcher(work: Work, demand: Demand) -> list[Recipient]:
    """Whoever gave it out last."""
    given = [
        row.actor_id
        for row in events.of_subject(work.session, "demand", demand.id)
        if row.details.get("action") in ("assign", "transfer") and row.actor_id is not None
    ]
    return _accounts([work.session.get_one(Account, given[-1])], demand) if given else []


def _desk(work: Work, demand: Demand) -> list[Recipient]:
    return _office(work, demand, level=demand.desk, permission=Permission.ASSIGN_DEMAND)


def _approver(work: Work, demand: Demand) -> list[Recipient]:
    profile: MechanismProfile = profile_of(work, demand)
    level = profile.approver_of(demand.desk)  # type: ignore[arg-type]
    return _office(work, demand, level=level, permission=Permission.APPROVE_DEMAND)


def _office(work: Work, demand: Demand, *, level: str, permission: Permission) -> list[Recipient]:
    """Who holds a permission at the demand and belongs to the division of that level it lies in."""
    division = demand.jurisdiction[: _DIGITS[level]]
    here = work.session.scalars(sa.select(Account).where(Account.home == division)).all()
    able = [
        account
        for account in here
        if actors.of_account(work.session, account, now=work.now).may(permission, at=demand.jurisdiction)
    ]
    return _accounts(able, demand)


_DIGITS = {"grid": 15, "village": 12, "township": 9, "county": 6, "city": 4}

_AUDIENCES: dict[Audience, _Find] = {
    "reporter": _reporters,
    "handler": _handler,
    "dispatcher": _dispatcher,
    "desk": _desk,
    "approver": _approver,
}


def _accounts(accounts: Sequence[Account], demand: Demand) -> list[Recipient]:
    return [
        Recipient(f"account:{account.id}", demand, account=account)
        for account in accounts
        if account.telephone and account.closed_on is None
    ]


def _units(units: Sequence[Unit], demand: Demand) -> list[Recipient]:
    return [
        Recipient(f"unit:{unit.id}", demand, unit=unit)
        for unit in units
        if unit.contact_phone and unit.closed_on is None
    ]
