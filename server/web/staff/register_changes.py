"""待确认: changes to the register that wait for a second person, with what they would do to the denominators."""

from __future__ import annotations

import datetime as dt
from typing import Annotated
from uuid import UUID

from flask import Blueprint, Response, flash
from pydantic import Field

from server.domain.permissions import Permission
from server.domain.register_change import REFUSALS, TAG_ENDED, Effect, change_of
from server.figures import register_desk
from server.services.register.changes import Statement, confirm_change, propose_change, refuse_change
from server.services.register.effects import Choice
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.parsing import Submitted, form
from server.web.parts import database
from server.web.staff.pages import back_to, page

Words = Annotated[str, Field(max_length=500)]


class Proposed(Submitted):
    """What somebody says about a household, or about one person of it."""

    change: str
    person_id: UUID | None = None
    tag_id: UUID | None = None
    words: Words = ""
    since: dt.date | None = None


class Confirmed(Submitted):
    """What the second person names."""

    person_id: UUID | None = None
    tag: str | None = None
    tier: str | None = None
    basis: Words = ""
    said_by: Words = ""


class Refused(Submitted):
    """Why not."""

    reason: str


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/register-changes", endpoint="register_changes")(desk)
    blueprint.post("/register-changes/<uuid:change_id>/confirm", endpoint="register_change_confirm")(confirm)
    blueprint.post("/register-changes/<uuid:change_id>/refuse", endpoint="register_change_refuse")(refuse)
    blueprint.post("/households/<uuid:household_id>/changes", endpoint="register_change_propose")(propose)


@requires(Permission.VIEW_LISTS)
def desk() -> str:
    """Everything that waits in the reader's divisions."""
    with database().read(current_actor()) as reading:
        return page(
            "register_changes.html",
            as_of=reading.now,
            proposals=register_desk.desk(reading),
            empty_houses=register_desk.empty_houses(reading),
            refusals=list(REFUSALS.items()),
        )


@requires(Permission.CONFIRM_REGISTER_CHANGE)
def confirm(change_id: UUID) -> Response:
    """核定名册变更."""
    given = form(Confirmed)
    choice = Choice(
        person_id=given.person_id,
        tag=given.tag,
        tier=given.tier,
        basis=given.basis,
        said_by=given.said_by,
    )
    with database().transaction(current_actor()) as work:
        confirm_change(work, change_id, choice)
    flash("已核定，从现在起生效。", "success")
    return back_to("staff.register_changes")


@requires(Permission.CONFIRM_REGISTER_CHANGE)
def refuse(change_id: UUID) -> Response:
    """不予变更."""
    given = form(Refused)
    with database().transaction(current_actor()) as work:
        refuse_change(work, change_id, reason=given.reason)
    flash("没有变更，名册不动。", "success")
    return back_to("staff.register_changes")


@requires(Permission.PROPOSE_REGISTER_CHANGE)
def propose(household_id: UUID) -> Response:
    """提出名册变更."""
    given = form(Proposed)
    effect = change_of(given.change).effect
    dated = effect in (Effect.GO_AWAY, Effect.COME_BACK) and given.since is not None
    statement = Statement(
        change=given.change,
        whole=given.person_id is None and given.change != TAG_ENDED,
        person_id=given.person_id,
        tag_id=given.tag_id,
        words=given.words,
        details={"since": given.since.isoformat()} if dated and given.since is not None else {},
    )
    with database().transaction(current_actor()) as work:
        propose_change(work, household_id, statement)
    flash("已提出，等另一位同事核定。", "success")
    return back_to("staff.household", household_id=household_id)
