"""改划网格: a county officer splits, joins, redraws and draws grids on a map, and publishes them for a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from flask import Blueprint, Response, flash, jsonify, make_response
from pydantic import Field

from server.domain import drawn_shape
from server.domain.jurisdiction import Level
from server.domain.permissions import Permission
from server.domain.problems import Conflict, Invalid
from server.domain.redrawing import Draw, Kind, Merge, Rename, Reshape, Split, Step
from server.domain.work_calendar import local_day
from server.figures import boundary_editor as figures
from server.figures import boundary_ground
from server.figures.boundary_editor import Drawing
from server.services import redrawing
from server.storage import jurisdictions
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.i18n import day, say
from server.web.parsing import Submitted, form, query
from server.web.parts import basemap, database
from server.web.security import page_policy
from server.web.staff.pages import back_to, page

_FATES = {"same": "不变", "renamed": "改名", "redrawn": "改界", "new": "新", "ended": "取消"}
_KINDS: dict[Kind, str] = {"general": "一般网格", "special": "专属网格"}
_LEVELS = {"error": "错误", "warning": "提醒"}


class Seen(Submitted):
    """Every form says which version of the draft its page showed."""

    version: int


class SplitForm(Seen):
    """拆分."""

    code: str
    line: str


class MergeForm(Seen):
    """合并."""

    codes: tuple[str, ...]


class ReshapeForm(Seen):
    """改界."""

    code: str
    outline: str
    shared: bool = False


class DrawForm(Seen):
    """新画."""

    name: str = Field(max_length=50)
    kind: Kind
    outline: str
    takes: bool = False


class RenameForm(Seen):
    """改名."""

    code: str
    name: str = Field(max_length=50)


class Wanted(Submitted):
    """The village somebody wants to redraw."""

    village: str | None = None


class Effective(Submitted):
    """The day a draft is to take force."""

    effective_on: dt.date | None = None


class Publication(Seen):
    """What the last question asks."""

    effective_on: dt.date
    knowingly: bool = False


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    place = "/boundaries/edit/<village>"
    blueprint.get("/boundaries/edit", endpoint="boundary_editor")(choice)
    blueprint.get(place, endpoint="boundary_drawing")(drawing)
    blueprint.get(f"{place}/ground", endpoint="boundary_ground")(ground)
    blueprint.post(f"{place}/split", endpoint="boundary_split")(split)
    blueprint.post(f"{place}/merge", endpoint="boundary_merge")(merge)
    blueprint.post(f"{place}/reshape", endpoint="boundary_reshape")(reshape)
    blueprint.post(f"{place}/draw", endpoint="boundary_draw")(draw)
    blueprint.post(f"{place}/rename", endpoint="boundary_rename")(rename)
    blueprint.post(f"{place}/take-back", endpoint="boundary_take_back")(take_back)
    blueprint.post(f"{place}/give-up", endpoint="boundary_give_up")(give_up)
    blueprint.get(f"{place}/publication", endpoint="boundary_publication")(publication)
    blueprint.post(f"{place}/publication", endpoint="boundary_publish")(publish)


@requires(Permission.IMPORT_BOUNDARIES)
def choice() -> str | Response:
    """The reader's drafts, and the villages he may redraw."""
    wanted = query(Wanted)
    if wanted.village is not None:
        return back_to("staff.boundary_drawing", village=wanted.village)
    with database().read(current_actor()) as reading:
        drafts = figures.drawings_begun(reading)
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
        drawn = figures.drawing(reading, village)
        body = page(
            "boundary_editor_village.html",
            as_of=reading.now,
            drawn=drawn,
            outlook=figures.outlook(reading, drawn),
            told=figures.told(drawn),
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
        response = jsonify(boundary_ground.ground(reading, figures.drawing(reading, village)))
    response.headers["Cache-Control"] = "private, no-store"
    return response


@requires(Permission.IMPORT_BOUNDARIES)
def split(village: str) -> Response:
    """拆分."""

    def step() -> tuple[Step, int]:
        given = form(SplitForm)
        return Split(code=given.code, line=drawn_shape.line(given.line)), given.version

    return _drawn(village, step)


@requires(Permission.IMPORT_BOUNDARIES)
def merge(village: str) -> Response:
    """合并."""

    def step() -> tuple[Step, int]:
        given = form(MergeForm)
        return Merge(codes=given.codes), given.version

    return _drawn(village, step)


@requires(Permission.IMPORT_BOUNDARIES)
def reshape(village: str) -> Response:
    """改界."""

    def step() -> tuple[Step, int]:
        given = form(ReshapeForm)
        outline = drawn_shape.outline(given.outline)
        return Reshape(code=given.code, outline=outline, shared=given.shared), given.version

    return _drawn(village, step)


@requires(Permission.IMPORT_BOUNDARIES)
def draw(village: str) -> Response:
    """新画."""

    def step() -> tuple[Step, int]:
        given = form(DrawForm)
        outline = drawn_shape.outline(given.outline)
        return Draw(name=given.name, kind=given.kind, outline=outline, takes=given.takes), given.version

    return _drawn(village, step)


@requires(Permission.IMPORT_BOUNDARIES)
def rename(village: str) -> Response:
    """改名."""

    def step() -> tuple[Step, int]:
        given = form(RenameForm)
        return Rename(code=given.code, name=given.name), given.version

    return _drawn(village, step)


def _drawn(village: str, read_step: Callable[[], tuple[Step, int]]) -> Response:
    """Put the step into the draft; what is refused is said above the map, and the draft stays as it was."""
    try:
        step, version = read_step()
        with database().transaction(current_actor()) as work:
            redrawing.draw(work, village, step, version=version)
    except (Invalid, Conflict) as refusal:
        flash(say(refusal.code, **refusal.details), "error")
    return back_to("staff.boundary_drawing", village=village)


@requires(Permission.IMPORT_BOUNDARIES)
def take_back(village: str) -> Response:
    """撤销一步."""
    try:
        with database().transaction(current_actor()) as work:
            redrawing.take_back(work, village, version=form(Seen).version)
    except Conflict as refusal:
        flash(say(refusal.code, **refusal.details), "error")
    return back_to("staff.boundary_drawing", village=village)


@requires(Permission.IMPORT_BOUNDARIES)
def give_up(village: str) -> Response:
    """放弃草稿."""
    with database().transaction(current_actor()) as work:
        redrawing.give_up(work, village)
    flash("草稿已放弃，网格没有变。", "success")
    return back_to("staff.boundary_drawing", village=village)


@requires(Permission.IMPORT_BOUNDARIES)
def publication(village: str) -> str | Response:
    """The last question: everything that follows from publishing, in words."""
    current_actor().require(Permission.IMPORT_BOUNDARIES, at=village)
    wanted = query(Effective)
    with database().read(current_actor()) as reading:
        drawn = figures.drawing(reading, village)
        if drawn.is_stale or not drawn.changes.touched:
            return back_to("staff.boundary_drawing", village=village)
        today = local_day(reading.now)
        effective_on = wanted.effective_on or _proposed_day(drawn, today)
        return page(
            "boundary_editor_publication.html",
            drawn=drawn,
            follows=figures.consequences(reading, drawn),
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
