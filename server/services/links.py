"""链接 services: what somebody without an account acts through. A token is returned once; only its hash is kept."""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from typing import Literal

from server.domain.demand_states import StateKey
from server.domain.events import units as events
from server.domain.people import Actor, ActorKind
from server.domain.permissions import Permission
from server.domain.problems import Conflict, Invalid, NotFound
from server.domain.scope import Scope
from server.services.actors import hash_of
from server.services.demands.acts import profile_of
from server.services.demands.rating import REPORTER, window_end
from server.services.demands.reach import reached
from server.storage import links as storage
from server.storage.demands import Demand
from server.storage.links import Link
from server.work import Reading, Work

Purpose = Literal["unit", "evaluate"]
_BYTES = 24
_TO_BE_JUDGED = (StateKey.FED_BACK, StateKey.RATED)


def give(
    work: Work,
    purpose: Purpose,
    *,
    place: str,
    unit_id: uuid.UUID | None = None,
    demand_id: uuid.UUID | None = None,
    evaluator: str | None = None,
    valid: dt.timedelta | None = None,
) -> str:
    """Return the token of a new link, for good or for so long. Who may give one, whoever calls this has asked."""
    token = secrets.token_urlsafe(_BYTES)
    link = Link(
        sha256=hash_of(token),
        purpose=purpose,
        unit_id=unit_id,
        demand_id=demand_id,
        evaluator=evaluator,
        given_at=work.now,
        given_by=work.actor.id,
        expires_at=None if valid is None else work.now + valid,
    )
    work.session.add(link)
    work.session.flush()
    work.record(
        events.LinkGiven(
            subject_id=link.id,
            jurisdiction=place,
            purpose=purpose,
            unit_id=unit_id,
            demand_id=demand_id,
            evaluator=evaluator,
            expires_at=link.expires_at,
        )
    )
    return token


def give_to_evaluator(work: Work, demand_id: uuid.UUID, *, evaluator: str) -> str:
    """请人评价: return the token of a link through which `evaluator` judges the demand until its window ends (JJ-24).

    Raises NotFound, Forbidden, Conflict("demand.not_to_be_rated"), Invalid("link.evaluator_unknown").
    """
    demand = reached(work, demand_id)
    work.actor.require(Permission.REPORT_BACK, at=demand.jurisdiction)
    if demand.state.key not in _TO_BE_JUDGED or demand.state.class_ is None:
        raise Conflict("demand.not_to_be_rated")
    if evaluator == REPORTER or evaluator not in profile_of(work, demand).evaluators(demand.state.class_):
        raise Invalid("link.evaluator_unknown")
    return give(
        work,
        "evaluate",
        place=demand.jurisdiction,
        demand_id=demand.id,
        evaluator=evaluator,
        valid=window_end(work, demand) - work.now,
    )


def opened(reading: Reading, token: str, purpose: Purpose) -> Link:
    """The link a token opens.

    Raises NotFound("link.unknown"), Conflict("link.revoked"), and once its time is over Conflict("link.used") where
    what it was for has been done, else Conflict("link.expired").
    """
    link = storage.of_hash(reading.session, hash_of(token))
    if link is None or link.purpose != purpose:
        raise NotFound("link.unknown")
    if link.revoked_at is not None:
        raise Conflict("link.revoked")
    if link.expires_at is not None and link.expires_at <= reading.now:
        raise Conflict("link.expired") if link.used_at is None else Conflict("link.used")
    return link


def evaluator_of(reading: Reading, link: Link) -> Actor:
    """评价人: whoever opened a link of purpose "evaluate"; he judges this one demand and sees no other."""
    demand = reading.session.get_one(Demand, link.demand_id)
    return Actor(
        kind=ActorKind.EVALUATOR,
        id=None,
        name="评价人",
        role=None,
        scope=Scope.nothing(),
        demand_id=demand.id,
        evaluates=link.evaluator,
    )


def mark_used(work: Work, link: Link) -> None:
    """Remember that what a link was given for has been done through it."""
    row = work.session.get_one(Link, link.id)
    row.used_at = row.used_at or work.now
    work.session.flush()
