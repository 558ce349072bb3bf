"""Doing an act to a demand: domain decides, the row keeps the outcome, the event keeps the way."""

from __future__ import annotations

import datetime as dt
from typing import Any

from server.domain.demand import decide
from server.domain.demand_acts import Action, Facts
from server.domain.demand_replay import ActRecord, kept, recorded
from server.domain.demand_states import DemandState
from server.domain.events import demands as events
from server.domain.mechanism import MechanismProfile
from server.domain.reminder import dates_of, first_at
from server.storage.demands import Demand, can_be_told
from server.storage.profiles import ProfileVersion, calendar_of, parsed
from server.work import Reading, Work

_VERSIONS = "profile_versions"


def profile_of(reading: Reading, demand: Demand) -> MechanismProfile:
    """The mechanism the demand was taken in under: old matters keep old rules."""
    # Held by the session: a row nobody holds is read again for every demand of a list.
    versions = reading.session.info.setdefault(_VERSIONS, {})
    key = demand.profile_version_id
    if key not in versions:
        versions[key] = reading.session.get_one(ProfileVersion, key)
    return parsed(versions[key].text)


def facts_of(demand: Demand, **stated: Any) -> Facts:
    """What is known about the demand, with what is `stated` with an act (the fields of Facts)."""
    return Facts(
        place=demand.jurisdiction,
        channel=demand.channel,
        demand_id=demand.id,
        received_at=demand.received_at,
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
    acted_at = at or work.now
    before = demand.state
    after = decide(
        before,
        action,
        actor=work.actor,
        facts=facts,
        profile=profile,
        calendar=calendar_of(profile),
        now=acted_at,
    )
    demand.state = after
    if dates_of(after) != dates_of(before):
        demand.remind_at = first_at(after, now=work.now)
    demand.version += 1
    act = recorded(action, actor=work.actor, facts=facts, now=acted_at)
    work.record(_moved(demand, act, before=before, submission_id=submission_id))


def _moved(
    demand: Demand, act: ActRecord, *, before: DemandState, submission_id: int | None
) -> events.DemandMoved:
    after = demand.state
    return events.DemandMoved(
        subject_id=demand.id,
        jurisdiction=demand.jurisdiction,
        action=act.action.value,
        from_key=before.key.value,
        to_key=after.key.value,
        acted_at=act.at,
        by_level=act.by_level,
        facts=kept(act.facts),
        class_from=before.class_,
        class_to=after.class_,
        handler_id=after.handler_id,
        unit_id=after.unit_id,
        due_at=after.due_at,
        reason=act.facts.reason or None,
        note_kept=bool(act.facts.words),
        submission_id=submission_id,
    )
