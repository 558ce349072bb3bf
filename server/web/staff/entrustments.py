"""代访: households of the list of those not reached yet are given to somebody for some days (METRICS V *Act*)."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from flask import Blueprint, Response, flash

from server.domain.permissions import Permission
from server.domain.problems import Conflict, Invalid
from server.domain.work_calendar import local_day
from server.figures import personnel, register_desk
from server.services import entrustments as services
from server.storage import entrustments as storage
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.i18n import day, say
from server.web.parsing import Submitted, form, query
from server.web.parts import database
from server.web.staff.pages import back_to, page


class Chosen(Submitted):
    """The households ticked in a list; the same one twice where two of its people are waited for."""

    household: tuple[UUID, ...] = ()


class Given(Chosen):
    """What the form holds."""

    person: UUID
    first_day: dt.date
    last_day: dt.date


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/entrustments")(entrustments)
    blueprint.post("/entrustments", endpoint="entrustment_give")(give)
    blueprint.post("/entrustments/<uuid:entrustment_id>/end", endpoint="entrustment_end")(end)


@requires(Permission.NAME_STAND_IN)
def entrustments() -> str:
    """The form for the households ticked in a list, and what is given at present."""
    return _page(query(Chosen).household, error=None)


@requires(Permission.NAME_STAND_IN)
def give() -> Response | tuple[str, int]:
    """请人代访."""
    try:
        given = form(Given)
        with database().transaction(current_actor()) as work:
            services.entrust(
                work, given.person, given.household, first_day=given.first_day, last_day=given.last_day
            )
    except (Conflict, Invalid) as refusal:
        return _page(form(Chosen).household, error=say(refusal.code, **refusal.details)), 400
    flash(f"已请他代访，到{day(given.last_day)}为止。他的手机下次更新时会收到这些住户。", "success")
    return back_to("staff.entrustments")


@requires(Permission.NAME_STAND_IN)
def end(entrustment_id: UUID) -> Response:
    """收回代访."""
    with database().transaction(current_actor()) as work:
        services.take_back(work, entrustment_id)
    flash("已收回。他的手机下次更新时，这些住户就不在名单里了；今天已走访的仍然算。", "success")
    return back_to("staff.entrustments")


def _page(chosen: tuple[UUID, ...], *, error: str | None) -> str:
    with database().read(current_actor()) as reading:
        today = local_day(reading.now)
        homes = register_desk.chosen(reading, dict.fromkeys(chosen))
        people = [
            (line.id, f"{line.name}（{personnel.place_of(line)}）")
            for line in personnel.people(reading)
            if line.sees_names and line.closed_on is None
        ]
        running = storage.not_over(reading.session, scope=reading.actor.scope, on=today)
    return page(
        "entrustments.html",
        error=error,
        homes=homes,
        people=people,
        today=today.isoformat(),
        running=running,
    )
