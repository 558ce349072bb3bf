"""改划网格, step by step: what an officer draws goes into his draft, or is refused above the map."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, flash
from pydantic import Field

from server.domain import drawn_shape
from server.domain.permissions import Permission
from server.domain.problems import Conflict, Invalid
from server.domain.redrawing import Draw, Kind, Merge, Rename, Reshape, Split, Step
from server.services import redrawing
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.i18n import say
from server.web.parsing import Submitted, form
from server.web.parts import database
from server.web.staff.pages import back_to


class SeenDraft(Submitted):
    """Every form says which version of the draft its page showed."""

    version: int


class SplitForm(SeenDraft):
    """拆分."""

    code: str
    line: str


class MergeForm(SeenDraft):
    """合并."""

    codes: tuple[str, ...]


class ReshapeForm(SeenDraft):
    """改界."""

    code: str
    outline: str
    shared: bool = False


class DrawForm(SeenDraft):
    """新画."""

    name: str = Field(max_length=50)
    kind: Kind
    outline: str
    takes: bool = False


class RenameForm(SeenDraft):
    """改名."""

    code: str
    name: str = Field(max_length=50)


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    place = "/boundaries/edit/<village>"
    blueprint.post(f"{place}/split", endpoint="boundary_split")(split)
    blueprint.post(f"{place}/merge", endpoint="boundary_merge")(merge)
    blueprint.post(f"{place}/reshape", endpoint="boundary_reshape")(reshape)
    blueprint.post(f"{place}/draw", endpoint="boundary_draw")(draw)
    blueprint.post(f"{place}/rename", endpoint="boundary_rename")(rename)
    blueprint.post(f"{place}/take-back", endpoint="boundary_take_back")(take_back)
    blueprint.post(f"{place}/give-up", endpoint="boundary_give_up")(give_up)


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
            redrawing.take_back(work, village, version=form(SeenDraft).version)
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
