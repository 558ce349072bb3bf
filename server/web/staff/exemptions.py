"""免巡: the township names grids and days that owe no patrol, and why (METRICS D9)."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, Response, flash, request

from server.domain.exemption import ExemptReason
from server.domain.permissions import Permission
from server.domain.problems import Invalid
from server.domain.work_calendar import local_day
from server.figures import areas
from server.services import exemptions as services
from server.storage import patrols
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.i18n import say
from server.web.parsing import Submitted, form
from server.web.parts import database
from server.web.staff.pages import back_to, page

_LISTED_BACK = dt.timedelta(days=92)


class Declaration(Submitted):
    """What the form holds."""

    grids: tuple[str, ...] = ()
    first_day: dt.date
    last_day: dt.date
    reason: ExemptReason


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/exemptions")(exemptions)
    blueprint.post("/exemptions", endpoint="exemption_declare")(declare)


@requires(Permission.DECLARE_EXEMPTION)
def exemptions() -> str:
    """The form, and what was declared in the last three months."""
    return _page(error=None)


@requires(Permission.DECLARE_EXEMPTION)
def declare() -> Response | tuple[str, int]:
    """声明免巡."""
    try:
        given = form(Declaration)
        with database().transaction(current_actor()) as work:
            services.declare(
                work, given.grids, first_day=given.first_day, last_day=given.last_day, reason=given.reason
            )
    except Invalid as refusal:
        return _page(error=say(refusal.code, **refusal.details)), 400
    flash("免巡已记下，这些天不算应巡，图表旁会写明。", "success")
    return back_to("staff.exemptions")


def _page(*, error: str | None) -> str:
    with database().read(current_actor()) as reading:
        today = local_day(reading.now)
        scope = reading.actor.scope
        named = areas.grid_names(reading.session, scope=scope)
        declared = patrols.exemptions(
            reading.session, scope=scope, first=today - _LISTED_BACK, last=dt.date.max
        )
    chosen = request.form.getlist("grids") or request.args.getlist("grid")
    return page(
        "exemptions.html",
        error=error,
        grids=[grid for grid in named.values() if grid.is_in_force(today)],
        chosen=chosen,
        reasons=[(reason.value, reason.label) for reason in ExemptReason],
        today=today,
        declared=[
            (named[row.grid_code].full_name, row.day, ExemptReason(row.reason).label, row.declared_at)
            for row in reversed(declared)
        ],
    )
