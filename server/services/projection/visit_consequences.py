"""What follows from a visit: proposals to the register and demands. A visit itself changes neither (FORMS §4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from server.domain.events import visits as events
from server.domain.register_change import AWAY, NEW_HOUSEHOLD, SHORTER_INTERVAL, outcome_change
from server.services.demands.intake import Answer, Place, Raised, Reporter, raise_demand
from server.services.projection.record import Record
from server.services.projection.visit_facts import Ask, VisitFacts
from server.services.register.changes import Statement, restate
from server.storage import demands
from server.storage.households import Household
from server.work import Work

_CHANNEL = "visit"
_HELP_KIND = "welfare"
_HELP_POSITION = -1
"""Beside the rounds of the repeat, which are numbered from 0."""


@dataclass(frozen=True)
class Visited:
    """A visit whose row is written: what its consequences are made of."""

    submission_id: int
    visit_id: int
    record: Record
    household: Household
    facts: VisitFacts


def write(work: Work, visited: Visited) -> None:
    """Propose what the visit says about the register and raise what was asked for; again, it changes nothing twice."""
    restate(work, visited.household, _statements(visited), submission_id=visited.submission_id)
    for ask in visited.facts.asks:
        raise_demand(work, _asked(visited, ask))
    if visited.facts.condition == "help":
        _call_for_help(work, visited)


def _statements(visited: Visited) -> list[Statement]:
    record, household, facts = visited.record, visited.household, visited.facts
    since: dict[str, object] = {"since": record.day.isoformat()}
    said = []
    if facts.new is not None:
        said.append(Statement(change=NEW_HOUSEHOLD, whole=True, words=facts.new.address))
    outcome = outcome_change(facts.outcome)
    if outcome is not None and not (outcome == AWAY and _is_away(household)):
        said.append(Statement(change=outcome, whole=True, details=since))
    words = facts.change_words or ""
    for change in facts.changes:
        more = {"photo": facts.house_photo} if change == "house_risk" and facts.house_photo else {}
        said.append(Statement(change=change, words=words, details={**since, **more}))
    if facts.condition == "concern":
        said.append(_concern(household, facts))
    return said


def _is_away(household: Household) -> bool:
    return any(spell.until is None and spell.person_id is None for spell in household.away_spells)


def _concern(household: Household, facts: VisitFacts) -> Statement:
    """要多留意: of the one who was seen; of several, the registrar says of whom."""
    own = {person.id for person in household.persons} & facts.seen
    return Statement(
        change=SHORTER_INTERVAL,
        person_id=next(iter(own)) if len(own) == 1 else None,
        words=facts.condition_words or "",
    )


def _asked(visited: Visited, ask: Ask) -> Raised:
    """A demand of a visit. 不留姓名 also leaves out the household and its place, which would name it."""
    named = not ask.anonymous
    record, household = visited.record, visited.household
    return Raised(
        raised_on=record.day,
        received_at=record.received_at,
        channel=_CHANNEL,
        kind=ask.kind,
        division=household.grid_code,
        grid=record.grid,
        submission_id=visited.submission_id,
        position=ask.position,
        detail=ask.detail,
        words=ask.words,
        photo=ask.photo,
        voice=ask.voice,
        place=_place(household) if named else None,
        address=household.address if named else None,
        household_id=household.id if named else None,
        reporter=_reporter(household) if named else Reporter(kind="anonymous"),
        answer=cast(Answer, ask.answer),
        answer_words=ask.answer_words,
        promised_on=ask.promised_on,
    )


def _place(household: Household) -> Place | None:
    point = household.point
    return None if point is None else Place(lon=point.centroid.x, lat=point.centroid.y, source="register")


def _reporter(household: Household) -> Reporter:
    return Reporter(kind="named", name=household.head_name, phone=household.telephone)


def _call_for_help(work: Work, visited: Visited) -> None:
    """马上要帮: an urgent demand at once, of class PRIVATE, and word to the village."""
    known = demands.of_submission(work.session, visited.submission_id, position=_HELP_POSITION)
    record, household = visited.record, visited.household
    demand = raise_demand(
        work,
        Raised(
            raised_on=record.day,
            received_at=record.received_at,
            channel=_CHANNEL,
            kind=_HELP_KIND,
            division=household.grid_code,
            grid=record.grid,
            submission_id=visited.submission_id,
            position=_HELP_POSITION,
            words=visited.facts.condition_words or "走访时发现有人马上要帮",
            urgent=True,
            address=household.address,
            household_id=household.id,
            suggested_class="PRIVATE",
        ),
    )
    if known is None:
        work.record(
            events.HelpNeeded(
                subject_id=visited.visit_id,
                jurisdiction=household.grid_code,
                household_id=household.id,
                demand_id=demand.id,
            )
        )
