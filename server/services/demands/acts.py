"""Doing an act to a demand: domain decides, the row keeps the outcome, the event keeps the way."""

from __future__ import annotations

import datetime as dt
from typing import Any

from server.domain.demand import decide
from server.domain.demand_acts import Action, Facts
from server.domain.demand_states import DemandState
from server.domain.events import Event
from server.domain.events import demands as events
from server.domain.mechanism import MechanismProfile
from server.storage.demands import Demand, can_be_told
from server.storage.profiles import ProfileVersion, calendar_of, parsed
from server.work import Reading, Work


def profile_of(reading: Reading, demand: Demand) -> MechanismProfile:
    """The mechanism the demand was taken in under: old matters keep old rules."""
    return parsed(reading.session.get_one(ProfileVersion, demand.profile_version_id).text)


def facts_of(demand: Demand, **stated: Any) -> Facts:
    """What is known about the demand, with what is `stated` with an act (the fields of Facts)."""
    return Facts(
        place=demand.jurisdiction,
        channel=demand.channel,
        raised_by_resident=demand.reporter_kind is not None,
        reporter_reachable=can_be_told(demand),
        **stated,
    )


def perform(
    work: Work,
    demand: Demand,
    action: Action,
    *,
    at: dt.datetime | None = None,
    submission_id: int | None = None,
    **stated: Any,
) -> None:
    """Do `action` to the demand as the actor of `work`, at the moment `at` (now, unless given).

    Raises what domain.demand.decide raises: Conflict, Forbidden, Invalid.
    """
    profile = profile_of(work, demand)
    facts = facts_of(demand, **stated)
    before = demand.state
    after = decide(
        before,
        action,
        actor=work.actor,
        facts=facts,
        profile=profile,
        calendar=calendar_of(profile),
        now=at or work.now,
    )
    demand.state = after
    demand.version += 1
    work.session.flush()
    for event in _told(demand, action, before=before, facts=facts, submission_id=submission_id):
        work.record(event)


def _told(
    demand: Demand, action: Action, *, before: DemandState, facts: Facts, submission_id: int | None
) -> list[Event]:
    """The event an act has of its own, if it has one, and the move, if the demand moved."""
    own = _own_event(demand, action, facts=facts, submission_id=submission_id)
    after = demand.state
    if own is not None and after.key is before.key:
        return [own]
    moved = events.DemandMoved(
        subject_id=demand.id,
        jurisdiction=demand.jurisdiction,
        action=action.value,
        from_key=before.key.value,
        to_key=after.key.value,
        class_from=before.class_,
        class_to=after.class_,
        handler_id=after.handler_id,
        due_at=after.due_at,
        reason=facts.reason or None,
        note_kept=bool(facts.words),
        submission_id=submission_id,
    )
    return [moved] if own is None else [own, moved]


def _own_event(demand: Demand, action: Action, *, facts: Facts, submission_id: int | None) -> Event | None:
    about: dict[str, Any] = {"subject_id": demand.id, "jurisdiction": demand.jurisdiction}
    if action is Action.PROGRESS:
        return events.DemandProgressed(**about, step=facts.result, submission_id=submission_id)
    if action is Action.LOOK:
        return events.DemandLookedAt(**about, step=facts.result, submission_id=submission_id)
    if action is Action.CANNOT:
        return events.EscalationAsked(**about, reason=facts.reason, submission_id=submission_id)
    return None
