"""人员: those of a household that the office enters, and their care tags."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from flask import Blueprint, Response, flash

from server.domain.permissions import Permission
from server.services.register import households as services
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.parsing import Submitted, form
from server.web.parts import database
from server.web.staff.households import Longer, Short
from server.web.staff.pages import back_to


class NewPerson(Submitted):
    """Somebody of a household."""

    name: Short
    called: Short
    is_child: str = ""


class NewTag(Submitted):
    """A care tag with its basis."""

    tag: str
    begun_on: dt.date
    basis: Longer = ""
    said_by: Short = ""


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    persons = "/households/<uuid:household_id>/persons"
    blueprint.post(persons, endpoint="household_person_add")(add_person)
    blueprint.post(f"{persons}/<uuid:person_id>/tags", endpoint="household_tag_begin")(begin_tag)


@requires(Permission.CONFIRM_REGISTER_CHANGE)
def add_person(household_id: UUID) -> Response:
    """新增人员."""
    given = form(NewPerson)
    with database().transaction(current_actor()) as work:
        services.add_person(
            work, household_id, name=given.name, called=given.called, is_child=given.is_child == "yes"
        )
    flash("已添加。", "success")
    return back_to("staff.household", household_id=household_id)


@requires(Permission.CONFIRM_REGISTER_CHANGE)
def begin_tag(household_id: UUID, person_id: UUID) -> Response:
    """新增关爱标签."""
    given = form(NewTag)
    with database().transaction(current_actor()) as work:
        services.begin_tag(
            work,
            person_id,
            tag=given.tag,
            begun_on=given.begun_on,
            basis=given.basis,
            said_by=given.said_by,
        )
    flash("已加上关爱标签。", "success")
    return back_to("staff.household", household_id=household_id)
