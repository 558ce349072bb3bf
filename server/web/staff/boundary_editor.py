"""改划网格: a county officer splits, joins, redraws and draws grids on a map, and publishes them for a day."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, Response, flash, jsonify, make_response

from server.domain.jurisdiction import Level
from server.domain.permissions import Permission
from server.domain.problems import Conflict, Invalid
from server.domain.redrawing import Kind
from server.domain.work_calendar import local_day
from server.figures import boundary_drawing, boundary_ground
from server.figures import boundary_editor as figures
from server.figures.boundary_drawing import Drawing
from server.services import redrawing
from server.storage import jurisdictions
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.i18n import day, say
from server.web.parsing import Submitted, form, query
from server.web.parts import basemap, database
from server.web.security import page_policy
from server.web.staff.boundary_steps import SeenDraft
from server.web.staff.pages import back_to, page

_FATES = {"same": "不变", "renamed": "改名", "redrawn": "改界", "new": "新", "ended": "取消"}
_KINDS: dict[Kind, str] = {"general": "一般网格", "special": "专属网格"}
_LEVELS = {"error": "错误", "warning": "提醒"}


class Wanted(Submitted):
    """The village somebody wants to redraw."""

    village: str | None = None


class Effective(Submitted):
    """The day a draft is to take force."""

    effective_on: dt.date | None = None


class Publication(SeenDraft):
    """What the last question asks."""

    effective_on: dt.date
    knowingly: bool = False


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    place = "/boundaries/edit/<village>"
    blueprint.get("/boundaries/edit", endpoint="boundary_editor")(choice)
    blueprint.get(place, endpoint="boundary_drawing")(drawing)
    blueprint.get(f"{place}/ground", endpoint="boundary_ground")(ground)
    blueprint.get(f"{place}/publication", endpoint="boundary_publication")(publication)
    blueprint.post(f"{place}/publication", endpoint="boundary_publish")(publish)


@requires(Permission.IMPORT_BOUNDARIES)
def choice() -> str | Response:
    """The reader's drafts, and the villages he may redraw."""
    wanted = query(Wanted)
    if wanted.village is not None:
        return back_to("staff.boundary_drawing", village=wanted.village)
    with database().read(current_actor()) as reading:
        drafts = boundary_drawing.drawings_begun(reading)
        villages = jurisdictions.listing(
            reading.session, scope=reading.actor.scope, digits=Level.VILLAGE.digits
        )
        townships = jurisdictions.names(reading.session, sorted({each.code[:9] for each in villages}))
    return page(
        "boundary_editor.html",
        drafts=drafts,
        villages=[
            (each.code, f"{townships.get(each.code[:9], '')} {each.name}")
            for each in villages
            if current_actor().may(Permission.IMPORT_BOUNDARIES, at=each.code)
        ],
    )


@requires(Permission.IMPORT_BOUNDARIES)
def drawing(village: str) -> Response:
    """The map with its tools, what was changed, what is wrong, and every grid before and after."""
    current_actor().require(Permission.IMPORT_BOUNDARIES, at=village)
    with database().read(current_actor()) as reading:
        drawn = boundary_drawing.drawing(reading, village)
        body = page(
            "boundary_editor_village.html",
            as_of=reading.now,
            drawn=drawn,
            outlook=figures.outlook(reading, drawn),
            told=boundary_drawing.told(drawn),
            lines=figures.lines(reading, drawn),
            findings=boundary_ground.findings(reading, drawn),
            fates=_FATES,
            kinds=list(_KINDS.items()),
            levels=_LEVELS,
            effective_on=_proposed_day(drawn, local_day(reading.now)),
            under=basemap(),
        )
    return _with_base_map(body)


@requires(Permission.IMPORT_BOUNDARIES)
def ground(village: str) -> Response:
    """What the map draws, as static/js/boundary_editor/ground.js reads it."""
    current_actor().require(Permission.IMPORT_BOUNDARIES, at=village)
    with database().read(current_actor()) as reading:
        response = jsonify(boundary_ground.ground(reading, boundary_drawing.drawing(reading, village)))
    response.headers["Cache-Control"] = "private, no-store"
    return response


@requires(Permission.IMPORT_BOUNDARIES)
def publication(village: str) -> str | Response:
    """The last question: everything that follows from publishing, in words."""
    current_actor().require(Permission.IMPORT_BOUNDARIES, at=village)
    wanted = query(Effective)
    with database().read(current_actor()) as reading:
        drawn = boundary_drawing.drawing(reading, village)
        if drawn.is_stale or not drawn.changes.touched:
            return back_to("staff.boundary_drawing", village=village)
        today = local_day(reading.now)
        effective_on = wanted.effective_on or _proposed_day(drawn, today)
        return page(
            "boundary_editor_publication.html",
            drawn=drawn,
            follows=figures.follows(reading, drawn),
            findings=boundary_ground.findings(reading, drawn),
            pardonable=not any(
                finding.level == "error"
                for finding in boundary_ground.findings(reading, drawn, knowingly=True)
            ),
            levels=_LEVELS,
            effective_on=effective_on,
            last_day=effective_on - dt.timedelta(days=1),
            today=today,
        )


@requires(Permission.IMPORT_BOUNDARIES)
def publish(village: str) -> Response:
    """发布改划."""
    given = form(Publication)
    try:
        with database().transaction(current_actor()) as work:
            redrawing.publish(
                work,
                village,
                version=given.version,
                effective_on=given.effective_on,
                knowingly=given.knowingly,
            )
    except (Invalid, Conflict) as refusal:
        flash(say(refusal.code, **refusal.details), "error")
        return back_to("staff.boundary_publication", village=village, effective_on=given.effective_on)
    flash(f"已发布，{day(given.effective_on)}起生效。请给新网格定网格员。", "success")
    return back_to("staff.boundary_drawing", village=village)


def _with_base_map(body: str) -> Response:
    """A page whose map asks the base map's hosts for images, and nobody else's for anything."""
    response = make_response(body)
    under = basemap()
    if under is not None:
        response.headers["Content-Security-Policy"] = page_policy(under.image_sources)
    return response


def _proposed_day(drawn: Drawing, today: dt.date) -> dt.date:
    """The first of next month, when figures begin anew; later where what was published before begins later."""
    first_of_next = (today.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    return max(first_of_next, drawn.first_day)
