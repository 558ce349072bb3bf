"""The office's acts on a demand: 登记, 分类, 派单, 反馈, and asking somebody to look or to check."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Literal

import sqlalchemy as sa

from server.domain.demand import handling_level
from server.domain.demand_acts import ROUTES, Action, authorise
from server.domain.events.demands import ReporterTold, TaskGiven
from server.domain.events.people import PersonalDataRevealed
from server.domain.jurisdiction import Level
from server.domain.mechanism import Canonical
from server.domain.people import Permission, Role
from server.domain.problems import Conflict, NotFound
from server.domain.scope import Scope
from server.domain.work_calendar import local_day
from server.services import actors
from server.services.demands.acts import perform
from server.storage import demands as storage
from server.storage.demands import Demand, DemandNote, can_be_told
from server.storage.posts import Account
from server.storage.selection import within
from server.work import Reading, Work

Means = Literal["phone", "visit", "message", "in_person"]


def register(work: Work, demand_id: uuid.UUID) -> Demand:
    """登记. Raises NotFound, Forbidden, Conflict("demand.step_not_allowed")."""
    demand = _demand(work, demand_id)
    perform(work, demand, Action.REGISTER)
    return demand


def classify(work: Work, demand_id: uuid.UUID, class_: Canonical, *, words: str | None = None) -> Demand:
    """分类, or correct the class; `words` say why. Raises NotFound, Forbidden, Conflict."""
    demand = _demand(work, demand_id)
    perform(work, demand, Action.CLASSIFY, class_=class_, words=words or "")
    _note(work, demand, Action.CLASSIFY.value, words)
    return demand


def assign(
    work: Work,
    demand_id: uuid.UUID,
    handler_id: uuid.UUID,
    *,
    measure: str | None = None,
    deadline: dt.date | None = None,
) -> Demand:
    """派给个人: to a person, with measure and deadline where the profile requires them (ZX-36).

    Raises NotFound for somebody it cannot be given to, Invalid("demand.required_fields"),
    Invalid("demand.deadline_past"), Forbidden, Conflict.
    """
    demand = _demand(work, demand_id)
    handler = _chosen(work, demand, handler_id)
    perform(
        work,
        demand,
        Action.ASSIGN,
        handler_id=handler.id,
        handler_level=handling_level(Role(handler.role)),
        measure=measure or "",
        deadline=deadline,
        words=measure or "",
    )
    demand.measure = measure
    _note(work, demand, Action.ASSIGN.value, measure, handler_id=str(handler.id))
    return demand


def feed_back(work: Work, demand_id: uuid.UUID, *, words: str, means: Means = "phone") -> Demand:
    """反馈: the village's own answer to the reporter, in `words`; with nobody to tell it only closes the matter.

    Raises NotFound, Forbidden, Conflict.
    """
    demand = _demand(work, demand_id)
    told = can_be_told(demand)
    perform(work, demand, Action.FEED_BACK, words=words)
    _note(work, demand, Action.FEED_BACK.value, words, means=means)
    if told:
        work.record(
            ReporterTold(subject_id=demand.id, jurisdiction=demand.jurisdiction, by="office", means=means)
        )
    return demand


def ask_to_look(work: Work, demand_id: uuid.UUID, looker_id: uuid.UUID) -> Demand:
    """请人核实 before anything is dispatched: it comes onto his phone as a `look`.

    Raises NotFound, Forbidden, Conflict("demand.step_not_allowed") once there is nothing to look at any more.
    """
    demand = _asking(work, demand_id, Action.LOOK)
    demand.looker_id = _chosen(work, demand, looker_id).id
    _task_given(work, demand, "look", looker_id)
    return demand


def ask_to_check(work: Work, demand_id: uuid.UUID, checker_id: uuid.UUID) -> Demand:
    """请人核查 what is done; never whoever handled it.

    Raises Forbidden("demand.checked_by_its_handler"), NotFound, Conflict.
    """
    demand = _asking(work, demand_id, Action.CHECK)
    account = _chosen(work, demand, checker_id)
    checker = actors.of_account(work.session, account, now=work.now)
    authorise(demand.state, Action.CHECK, actor=checker, place=demand.jurisdiction)
    demand.checker_id = account.id
    _task_given(work, demand, "check", checker_id)
    return demand


def reveal_contact(work: Work, demand_id: uuid.UUID, *, reason: str) -> Demand:
    """查看反映人联系方式: opened by somebody above the village with a reason, which is kept.

    Raises NotFound, Forbidden.
    """
    demand = storage.get(work.session, demand_id, scope=work.actor.scope)
    work.actor.require(Permission.REVEAL_PERSONAL_DATA, at=demand.jurisdiction)
    work.record(
        PersonalDataRevealed(
            subject_id=demand.id,
            jurisdiction=demand.jurisdiction,
            what="reporter_contact",
            reason=reason,
        )
    )
    return demand


def can_be_given_to(reading: Reading, demand: Demand) -> Sequence[Account]:
    """Who may be given the demand: the village's people and their township's, by level and name."""
    village = demand.jurisdiction[: Level.VILLAGE.digits]
    above = [village[: level.digits] for level in (Level.TOWNSHIP, Level.COUNTY)]
    near = sa.or_(Account.home.in_(above), within(Account.home, Scope.of([village])))
    handling = [role.value for role in Role if handling_level(role) is not None]
    query = sa.select(Account).where(near, Account.role.in_(handling)).order_by(Account.display_name)
    today = local_day(reading.now)
    found = [
        account
        for account in reading.session.scalars(query)
        if account.closed_on is None or account.closed_on > today
    ]
    able = [account for account in found if _may_handle(reading, account)]
    return sorted(able, key=lambda account: -len(account.home))


def _may_handle(reading: Reading, account: Account) -> bool:
    return actors.of_account(reading.session, account, now=reading.now).may(Permission.HANDLE_DEMAND)


def _demand(work: Work, demand_id: uuid.UUID) -> Demand:
    return storage.get(work.session, demand_id, scope=work.actor.scope, to_change=True)


def _chosen(work: Work, demand: Demand, account_id: uuid.UUID) -> Account:
    account = work.session.get(Account, account_id)
    if account is None or account not in can_be_given_to(work, demand):
        raise NotFound("demand.cannot_be_given", id=str(account_id))
    return account


def _asking(work: Work, demand_id: uuid.UUID, action: Action) -> Demand:
    demand = _demand(work, demand_id)
    work.actor.require(Permission.REGISTER_DEMAND, at=demand.jurisdiction)
    if demand.state.key not in ROUTES[action]:
        raise Conflict("demand.step_not_allowed", state=demand.key, action=action.value)
    return demand


def _task_given(work: Work, demand: Demand, task: str, account_id: uuid.UUID) -> None:
    demand.version += 1
    work.session.flush()
    work.record(
        TaskGiven(subject_id=demand.id, jurisdiction=demand.jurisdiction, task=task, account_id=account_id)
    )


def _note(work: Work, demand: Demand, step: str, words: str | None, **details: str) -> None:
    if not words:
        return
    work.session.add(
        DemandNote(
            demand_id=demand.id,
            at=work.now,
            account_id=work.actor.id,
            step=step,
            words=words,
            details=details,
        )
    )
    work.session.flush()
