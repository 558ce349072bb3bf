"""名册变更: stating, confirming and refusing what should change in the register (METRICS D4)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from server.domain.events import register as events
from server.domain.people import ActorKind
from server.domain.permissions import Permission
from server.domain.problems import Conflict, Forbidden, Invalid, NotFound
from server.domain.register_change import REFUSALS, Effect, change_of
from server.domain.work_calendar import local_day
from server.services.register.effects import Choice, apply
from server.services.register.exits import require_township
from server.storage import households as storage
from server.storage.households import Household, RegisterChange
from server.work import Work


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What somebody says about the register. `whole`: of the household as such, not of somebody in it."""

    change: str
    whole: bool = False
    person_id: uuid.UUID | None = None
    tag_id: uuid.UUID | None = None
    words: str = ""
    details: Mapping[str, object] = field(default_factory=dict)


def propose_change(work: Work, household_id: uuid.UUID, statement: Statement) -> RegisterChange:
    """提出名册变更. It waits for a second person.

    Raises NotFound, Forbidden where the actor proposes nothing, Invalid("register.unknown_change",
    "register.nobody_named", "register.not_of_household") and Conflict("register.already_left",
    "register.already_proposed").
    """
    household = storage.get(work.session, household_id, scope=work.actor.scope)
    work.actor.require(Permission.PROPOSE_REGISTER_CHANGE, at=household.grid_code)
    change = change_of(statement.change)
    if change.effect is Effect.JOIN:
        raise Invalid("register.unknown_change", change=change.code)
    if change.of_person and statement.person_id is None:
        raise Invalid("register.nobody_named")
    _check_belongs(household, statement)
    if household.exited_at is not None:
        raise Conflict("register.already_left")
    alike = [row for row in storage.undecided(work.session, household.id) if _same(row, statement)]
    if alike:
        raise Conflict("register.already_proposed")
    return state(work, household, statement)


def state(
    work: Work, household: Household, statement: Statement, *, submission_id: int | None = None
) -> RegisterChange:
    """Write one statement down as a proposal, for a caller that has checked it."""
    row = RegisterChange(
        grid_code=household.grid_code,
        household_id=household.id,
        person_id=statement.person_id,
        tag_id=statement.tag_id,
        change=statement.change,
        words=statement.words,
        proposed_at=work.now,
        proposed_by=work.actor.id,
        submission_id=submission_id,
        details=_details(statement),
    )
    work.session.add(row)
    work.session.flush()
    work.record(
        events.RegisterChangeProposed(
            subject_id=row.id,
            jurisdiction=row.grid_code,
            change=row.change,
            household_id=household.id,
            person_id=row.person_id,
            submission_id=submission_id,
        )
    )
    return row


def restate(work: Work, household: Household, statements: Sequence[Statement], *, submission_id: int) -> None:
    """Write what a visit says about the register; said again it changes nothing twice.

    An edit corrects the words of what is undecided and withdraws what it no longer says. What a second person has
    decided stays.
    """
    query = sa.select(RegisterChange).where(RegisterChange.submission_id == submission_id)
    stored = {(row.household_id, row.change): row for row in work.session.scalars(query)}
    for statement in statements:
        row = stored.pop((household.id, statement.change), None)
        if row is None:
            state(work, household, statement, submission_id=submission_id)
        elif row.decided_at is None:
            row.state, row.words = "proposed", statement.words
            row.person_id, row.details = statement.person_id, _details(statement)
    for row in stored.values():
        if row.decided_at is None:
            row.state = "withdrawn"
            _leave_off(work, row)


def confirm_change(work: Work, change_id: uuid.UUID, choice: Choice | None = None) -> RegisterChange:
    """核定名册变更: a second person confirms; the change takes effect at this moment.

    `choice` names what the proposer could not: which person, which tag, which tier.
    Raises NotFound, Forbidden("register.second_person", "register.township_confirms"), Forbidden where the actor
    confirms nothing here, Conflict("register.already_decided", "register.already_left") and what the effect refuses.
    """
    row = _undecided(work, change_id)
    household = storage.get(work.session, row.household_id, scope=work.actor.scope)
    change = change_of(row.change)
    apply(work, household, row, choice or Choice())
    _decide(work, row, "confirmed")
    household.version += 1
    work.session.flush()
    if change.is_exit:
        require_township(work, household.grid_code)
    work.record(
        events.RegisterChangeConfirmed(
            subject_id=row.id,
            jurisdiction=row.grid_code,
            change=row.change,
            household_id=row.household_id,
            on=local_day(work.now),
        )
    )
    return row


def refuse_change(work: Work, change_id: uuid.UUID, *, reason: str) -> RegisterChange:
    """不予变更: a second person found it not so; everybody stays where he was.

    Raises as `confirm_change`, and Invalid("register.unknown_reason").
    """
    if reason not in REFUSALS:
        raise Invalid("register.unknown_reason", reason=reason)
    row = _undecided(work, change_id)
    _decide(work, row, "refused")
    row.details = {**row.details, "refusal": reason}
    _leave_off(work, row)
    work.session.flush()
    work.record(
        events.RegisterChangeRefused(
            subject_id=row.id,
            jurisdiction=row.grid_code,
            change=row.change,
            household_id=row.household_id,
            reason=reason,
        )
    )
    return row


def may_decide(work: Work, row: RegisterChange) -> bool:
    """Say whether the actor is a second person who may decide here."""
    actor = work.actor
    second = actor.kind is ActorKind.SYSTEM or actor.id != row.proposed_by
    return second and actor.may(Permission.CONFIRM_REGISTER_CHANGE, at=row.grid_code)


def _undecided(work: Work, change_id: uuid.UUID) -> RegisterChange:
    row = work.session.get(RegisterChange, change_id, with_for_update=True)
    if row is None or not work.actor.scope.covers(row.grid_code):
        raise NotFound("register.unknown_proposal", id=str(change_id))
    work.actor.require(Permission.CONFIRM_REGISTER_CHANGE, at=row.grid_code)
    if not may_decide(work, row):
        raise Forbidden("register.second_person")
    if row.state != "proposed":
        raise Conflict("register.already_decided")
    return row


def _decide(work: Work, row: RegisterChange, state: str) -> None:
    row.state, row.decided_at, row.decided_by = state, work.now, work.actor.id


def _details(statement: Statement) -> dict[str, object]:
    return {**statement.details, "whole": statement.whole}


def _same(row: RegisterChange, statement: Statement) -> bool:
    return (row.change, row.person_id, row.tag_id) == (
        statement.change,
        statement.person_id,
        statement.tag_id,
    )


def _check_belongs(household: Household, statement: Statement) -> None:
    person = next((each for each in household.persons if each.id == statement.person_id), None)
    if statement.person_id is not None and person is None:
        raise Invalid("register.not_of_household")
    if statement.tag_id is not None and (
        person is None or all(tag.id != statement.tag_id for tag in person.tags)
    ):
        raise Invalid("register.not_of_household")


def _leave_off(work: Work, row: RegisterChange) -> None:
    """A household nobody approved never comes onto the register; its visits stay records of work."""
    if change_of(row.change).effect is Effect.JOIN:
        work.session.get_one(Household, row.household_id).state = row.state
