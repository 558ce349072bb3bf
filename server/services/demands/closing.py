"""反馈、评单、申诉、重开、撤回: how a demand comes to its end, and how it may come back."""

from __future__ import annotations

import uuid
from typing import Literal

import sqlalchemy as sa

from server.domain.demand_acts import ROUTES, Action
from server.domain.demand_rights import authorise
from server.domain.events.demands import ReporterTold, TaskGiven
from server.domain.permissions import Permission
from server.domain.problems import Conflict
from server.services import actors
from server.services.demands.acts import perform, profile_of
from server.services.demands.handlers import chosen
from server.services.demands.notes import noted
from server.services.demands.reach import reached
from server.services.demands.words import legible
from server.storage.demands import Demand, can_be_told
from server.work import Work

Means = Literal["phone", "visit", "message", "in_person"]


def feed_back(
    work: Work, demand_id: uuid.UUID, *, words: str, means: Means = "phone", seen: int | None = None
) -> Demand:
    """反馈: the answer to the reporter, in `words`; with nobody to tell it only closes the matter.

    Raises NotFound, Forbidden, Conflict, Invalid.
    """
    demand = reached(work, demand_id, seen=seen)
    told = can_be_told(demand)
    perform(work, demand, Action.FEED_BACK, words=legible(words))
    noted(work, demand, Action.FEED_BACK.value, words, means=means)
    if told:
        work.record(
            ReporterTold(subject_id=demand.id, jurisdiction=demand.jurisdiction, by="office", means=means)
        )
    return demand


def appeal(work: Work, demand_id: uuid.UUID, *, words: str, seen: int | None = None) -> Demand:
    """申诉: the reporter asks the level above whether it was rightly refused (MECHANISMS S4 #21).

    Raises NotFound, Forbidden, Conflict, Invalid.
    """
    return _said(work, demand_id, Action.APPEAL, words, seen=seen)


def decide_appeal(
    work: Work, demand_id: uuid.UUID, *, upheld: bool, words: str, seen: int | None = None
) -> Demand:
    """申诉裁定: `upheld` takes it in after all. Raises NotFound, Forbidden, Conflict, Invalid."""
    demand = reached(work, demand_id, seen=seen)
    perform(work, demand, Action.DECIDE_APPEAL, upheld=upheld, words=legible(words))
    noted(work, demand, Action.DECIDE_APPEAL.value, words, upheld="yes" if upheld else "no")
    return demand


def call_back(work: Work, demand_id: uuid.UUID, *, words: str, seen: int | None = None) -> Demand:
    """回访: somebody who did not handle it has heard the reporter out (XA-26). Raises as appeal."""
    demand = _said(work, demand_id, Action.CALL_BACK, words, seen=seen)
    demand.caller_id = None
    work.session.flush()
    return demand


def reopen(work: Work, demand_id: uuid.UUID, *, words: str, seen: int | None = None) -> Demand:
    """重开: it has come back, within the county's time for that. Raises as appeal."""
    return _said(work, demand_id, Action.REOPEN, words, seen=seen)


def withdraw(work: Work, demand_id: uuid.UUID, *, words: str, seen: int | None = None) -> Demand:
    """撤回: by the reporter, or the same day by staff who did not take it in (MECHANISMS S2b).

    Raises NotFound, Forbidden, Conflict, Invalid; Conflict("demand.others_reported_it") where others wait for it too.
    """
    demand = reached(work, demand_id, seen=seen)
    if _has_merged(work, demand):
        raise Conflict("demand.others_reported_it")
    perform(work, demand, Action.WITHDRAW, words=legible(words))
    noted(work, demand, Action.WITHDRAW.value, words)
    return demand


def ask_to_look(work: Work, demand_id: uuid.UUID, looker_id: uuid.UUID, *, seen: int | None = None) -> Demand:
    """请人核实 before anything is dispatched: it comes onto his phone as a `look`.

    Raises NotFound, Forbidden, Conflict("demand.step_not_allowed") once there is nothing to look at any more.
    """
    demand = _asking(work, demand_id, Action.LOOK, seen=seen)
    demand.looker_id = chosen(work, demand, looker_id).id
    task_given(work, demand, "look", looker_id)
    return demand


def ask_to_check(
    work: Work, demand_id: uuid.UUID, checker_id: uuid.UUID, *, seen: int | None = None
) -> Demand:
    """请人核查 what is done; never whoever handled it.

    Raises Forbidden("demand.checked_by_its_handler"), NotFound, Conflict.
    """
    demand = _asking(work, demand_id, Action.CHECK, seen=seen)
    account = chosen(work, demand, checker_id)
    checker = actors.of_account(work.session, account, now=work.now)
    authorise(
        demand.state,
        Action.CHECK,
        actor=checker,
        place=demand.jurisdiction,
        profile=profile_of(work, demand),
    )
    demand.checker_id = account.id
    task_given(work, demand, "check", checker_id)
    return demand


def task_given(work: Work, demand: Demand, task: str, account_id: uuid.UUID) -> None:
    """Say that somebody was asked to see to a demand already changed."""
    demand.version += 1
    work.session.flush()
    work.record(
        TaskGiven(subject_id=demand.id, jurisdiction=demand.jurisdiction, task=task, account_id=account_id)
    )


def _asking(work: Work, demand_id: uuid.UUID, action: Action, *, seen: int | None) -> Demand:
    demand = reached(work, demand_id, seen=seen)
    work.actor.require(Permission.REGISTER_DEMAND, at=demand.jurisdiction)
    if demand.state.key not in ROUTES[action]:
        raise Conflict("demand.step_not_allowed", state=demand.key, action=action.value)
    return demand


def _has_merged(work: Work, demand: Demand) -> bool:
    query = sa.select(Demand.id).where(Demand.merged_into_id == demand.id).limit(1)
    return work.session.scalars(query).first() is not None


def _said(work: Work, demand_id: uuid.UUID, action: Action, words: str, *, seen: int | None) -> Demand:
    demand = reached(work, demand_id, seen=seen)
    perform(work, demand, action, words=legible(words))
    noted(work, demand, action.value, words)
    return demand
