"""重新定格: what a wrong import left on records, looked at before it is put right, and the corrections made."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Blueprint, Response, flash

from server.domain.permissions import Permission
from server.domain.problems import Forbidden, Invalid
from server.domain.retagging import batches, by_way
from server.domain.work_calendar import local_day
from server.figures import boundary_versions
from server.figures.areas import choices
from server.services import retagging as services
from server.services.retagging import AT_ONCE, Correction
from server.storage import jurisdictions
from server.storage import retaggings as storage
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.i18n import say
from server.web.parsing import Submitted, form, query
from server.web.parts import database
from server.web.staff.pages import back_to, page
from server.work import Reading

_SHOWN = 100
_KINDS = {"demand": "诉求", "household": "住户", "visit": "走访"}


class Wanted(Submitted):
    """Which records somebody wants to look at; nothing given, nothing looked at."""

    division: str | None = None
    since: dt.date | None = None
    until: dt.date | None = None


class Ordered(Submitted):
    """Which records are to be put right, and why."""

    division: str
    since: dt.date
    until: dt.date
    reason: str = ""


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/boundaries/retagging", endpoint="retagging")(look)
    blueprint.post("/boundaries/retagging", endpoint="retagging_carry_out")(carry_out)


@requires(Permission.IMPORT_BOUNDARIES)
def look() -> str | tuple[str, int]:
    """预览: how many records bear a wrong grid, and which way they would go."""
    wanted = query(Wanted)
    if not (wanted.division and wanted.since):
        return _page(wanted)
    until = wanted.until or local_day(database().clock())
    order = Correction(jurisdiction=wanted.division, since=wanted.since, until=until)
    try:
        with database().read(current_actor()) as reading:
            moves = services.look(reading, order)
            codes = {code for _, was, to in by_way(moves) for code in (was, to)}
            names = boundary_versions.names_of(reading, sorted(codes))
    except (Invalid, Forbidden) as refusal:
        return _page(wanted, error=say(refusal.code, **refusal.details)), 400
    ways = [(_KINDS[kind], was, to, number) for (kind, was, to), number in by_way(moves).items()]
    return _page(wanted, found={"rows": len(moves), "ways": ways, "names": names, "until": until})


@requires(Permission.IMPORT_BOUNDARIES)
def carry_out() -> Response | tuple[str, int]:
    """重新定格: on record first, then a batch in each transaction; what was changed meanwhile stays as it is."""
    wanted = form(Ordered)
    order = Correction(
        jurisdiction=wanted.division, since=wanted.since, until=wanted.until, reason=wanted.reason
    )
    try:
        with database().read(current_actor()) as reading:
            moves = services.look(reading, order)
        with database().transaction(current_actor()) as work:
            retagging_id = services.begin(work, order, planned=len(moves))
    except (Invalid, Forbidden) as refusal:
        return _page(Wanted(**wanted.model_dump()), error=say(refusal.code, **refusal.details)), 400
    written = 0
    for batch in batches(moves, at_most=AT_ONCE):
        with database().transaction(current_actor()) as work:
            written += services.write(work, retagging_id, batch)
    flash(f"已改正 {written} 条记录的网格。", "success")
    return back_to("staff.retagging")


def _page(wanted: Wanted, *, found: dict[str, Any] | None = None, error: str | None = None) -> str:
    with database().read(current_actor()) as reading:
        return page(
            "retagging.html",
            as_of=reading.now,
            wanted=wanted,
            divisions=_divisions(reading),
            done=storage.listing(reading.session, scope=reading.actor.scope),
            found=found,
            shown=_SHOWN,
            error=error,
        )


def _divisions(reading: Reading) -> list[tuple[str, str]]:
    """The county, where all of it is the reader's, and what is in it."""
    county = jurisdictions.county(reading.session)
    inside = [(each.code, each.name) for each in choices(reading)]
    if county is None or not reading.actor.scope.covers(county.code):
        return inside
    return [(county.code, county.name), *inside]
