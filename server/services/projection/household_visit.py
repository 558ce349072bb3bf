"""入户走访 → a visit with the people seen, what it says about the register, and what was raised (FORMS §4)."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa
from shapely import Point

from server.domain.events import visits as events
from server.domain.register_change import NEW_HOUSEHOLD
from server.services.projection import visit_consequences
from server.services.projection.record import Flag, Record
from server.services.projection.visit_consequences import Visited
from server.services.projection.visit_facts import NewHousehold, VisitFacts, read
from server.storage import entrustments, households
from server.storage.households import Household, RegisterChange
from server.storage.patrols import Pass
from server.storage.submissions import Submission
from server.storage.visits import Visit, VisitPerson
from server.work import Work

__all__ = ["grid_of", "read", "write"]

_GOOD_ACCURACY = 100.0


def grid_of(record: Record) -> str | None:
    """None: a visit names a household, and only the register knows its grid."""
    del record
    return None


def write(work: Work, submission: Submission, record: Record, facts: VisitFacts) -> None:
    """记录走访: the visit's row, who was seen, the place, and what follows from it.

    Raises ValueError for a household outside the sender's divisions that was not given to him for that day, or
    unknown to the register.
    """
    household = _household(work, submission, record, facts)
    grid_then = households.grid_on(work.session, household, day=record.day)
    record = replace(record, grid=grid_then)
    if submission.state == "received":
        submission.jurisdiction, submission.flags = grid_then, sorted(_questions(work, record, household))
    if household.point is None and facts.door is not None:
        household.point = Point(facts.door.lon, facts.door.lat)
        household.version += 1
    visit = _write_visit(work, submission, record, household=household, facts=facts)
    _write_pass(work, submission, record)
    visit_consequences.write(work, Visited(submission.id, visit.id, record, household, facts))


def _household(work: Work, submission: Submission, record: Record, facts: VisitFacts) -> Household:
    household = work.session.get(Household, facts.household)
    if facts.new is not None:
        return _wait_for_approval(work, submission, record, household=household, facts=facts, new=facts.new)
    if household is None or not (
        record.actor.scope.covers(household.grid_code) or _was_given(work, record, household)
    ):
        raise ValueError("名册里没有这一户，或不在发送人的管辖范围")
    return household


def _was_given(work: Work, record: Record, household: Household) -> bool:
    """代访: the sender stood in at this household on the day of the visit, whenever its record arrives."""
    return entrustments.is_given(work.session, household.id, to=record.actor.id, on=record.day)


def _questions(work: Work, record: Record, household: Household) -> frozenset[Flag]:
    """Somebody else's grid is no question where the household was given to him."""
    asked = record.questions()
    if Flag.NOT_OWN_GRID in asked and _was_given(work, record, household):
        return asked - {Flag.NOT_OWN_GRID}
    return asked


def _wait_for_approval(
    work: Work,
    submission: Submission,
    record: Record,
    *,
    household: Household | None,
    facts: VisitFacts,
    new: NewHousehold,
) -> Household:
    """新登记一户: its visit is a record of work at once, its place in a denominator waits for the village."""
    if household is None:
        household = Household(id=facts.household, grid_code=new.grid, state="pending", entered_on=record.day)
        work.session.add(household)
    elif not _stated_by(work, household, submission):
        raise ValueError("新登记的一户用了别人的编号")
    if household.state in ("pending", "withdrawn"):
        household.state = "pending"
        household.address, household.head_name, household.people = new.address, new.head, new.people
    work.session.flush()
    return household


def _stated_by(work: Work, household: Household, submission: Submission) -> bool:
    stated = sa.select(RegisterChange.id).where(
        RegisterChange.household_id == household.id,
        RegisterChange.submission_id == submission.id,
        RegisterChange.change == NEW_HOUSEHOLD,
    )
    return work.session.scalar(stated) is not None


def _write_visit(
    work: Work, submission: Submission, record: Record, *, household: Household, facts: VisitFacts
) -> Visit:
    own = {person.id for person in household.persons}
    visit = work.session.scalars(sa.select(Visit).where(Visit.submission_id == submission.id)).first()
    new = visit is None
    if visit is None:
        visit = Visit(submission_id=submission.id, received_at=record.received_at, account_id=record.actor.id)
        work.session.add(visit)
    visit.household_id, visit.grid_then = household.id, record.grid or household.grid_code
    visit.day, visit.started_at = record.day, record.started_at
    visit.roles = sorted(record.roles())
    visit.outcome, visit.retry = facts.outcome, facts.retry
    visit.condition, visit.condition_words = facts.condition, facts.condition_words
    visit.topics, visit.companions = list(facts.topics), list(facts.companions)
    visit.point = record.point
    visit.accuracy = None if record.fix is None else record.fix.accuracy
    kept = {row.person_id: row for row in visit.seen}
    visit.seen = [kept.get(key) or VisitPerson(person_id=key) for key in sorted(facts.seen & own, key=str)]
    work.session.flush()
    if new:
        work.record(
            events.VisitRecorded(
                subject_id=visit.id,
                jurisdiction=visit.grid_then,
                household_id=household.id,
                day=visit.day,
                outcome=visit.outcome,
            )
        )
    return visit


def _write_pass(work: Work, submission: Submission, record: Record) -> None:
    work.session.execute(sa.delete(Pass).where(Pass.submission_id == submission.id))
    if record.fix is None or (record.fix.accuracy or 0.0) > _GOOD_ACCURACY:
        return
    place = Point(record.fix.lon, record.fix.lat)
    work.session.add(
        Pass(
            submission_id=submission.id,
            grid_then=record.grid or record.jurisdiction,
            day=record.day,
            shape=place,
        )
    )
