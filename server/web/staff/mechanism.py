"""机制: what the county goes by, read by everybody, and changed by whoever administers it once he has seen what follows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from flask import Blueprint, Response, flash, request

from server import profiles
from server.domain.demand_paths import check
from server.domain.mechanism import MechanismProfile, parse_profile
from server.domain.permissions import Permission
from server.domain.problems import Invalid, NotFound, Problem, TooLarge
from server.domain.work_calendar import local_day
from server.figures.mechanism import Difference, differences, tables, unexecuted
from server.figures.mechanism_trial import Trial, trial
from server.services import profiles as services
from server.storage import jurisdictions
from server.storage import profiles as storage
from server.storage.profiles import ProfileVersion, parsed
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.i18n import day, say
from server.web.parsing import Submitted, form
from server.web.parts import database
from server.web.staff.pages import back_to, page
from server.work import Reading

_MOST_BYTES = 200_000
_TRIED_DAYS = 30


class Proposal(Submitted):
    """A mechanism that is to be looked at, or installed: a shipped one by name, or its text; and from when it holds."""

    shipped: str | None = None
    text: str | None = None
    effective_from: dt.date


@dataclass(frozen=True)
class Examined:
    """What a proposed mechanism would change: item by item, and on the demands of the last days."""

    proposed: MechanismProfile
    differences: tuple[Difference, ...]
    trial: Trial

    @property
    def by_table(self) -> list[tuple[str, list[Difference]]]:
        """The differences under the titles of their tables."""
        return [(title, list(group)) for title, group in groupby(self.differences, attrgetter("table"))]


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/mechanism")(mechanism)
    blueprint.get("/mechanism/file", endpoint="mechanism_file")(file)
    blueprint.get("/mechanism/change", endpoint="mechanism_change")(change)
    blueprint.post("/mechanism/examine", endpoint="mechanism_examine")(examine)
    blueprint.post("/mechanism/install", endpoint="mechanism_install")(install)


@requires(Permission.VIEW_MECHANISM)
def mechanism() -> str:
    """The mechanism in force, or one of its other versions."""
    with database().read(current_actor()) as reading:
        county = _county(reading)
        versions = storage.installed(reading.session).by_division.get(county, ())
        shown = _chosen(reading, versions, county)
        today = local_day(reading.now)
        in_force = storage.in_force(reading.session, county, on=today)
    return page(
        "mechanism.html",
        version=shown,
        in_force=in_force is not None and shown.id == in_force.id,
        today=today,
        tables=tables(shown.text),
        unexecuted=unexecuted(shown.text),
        versions=[(each, parsed(each.text)) for each in reversed(versions)],
        may_change=current_actor().may(Permission.CHANGE_MECHANISM),
    )


@requires(Permission.VIEW_MECHANISM)
def file() -> Response:
    """The file of a version, to be read or changed elsewhere and brought back."""
    with database().read(current_actor()) as reading:
        county = _county(reading)
        shown = _chosen(reading, storage.installed(reading.session).by_division.get(county, ()), county)
    name = f"attachment; filename=mechanism-{shown.version}.toml"
    return Response(
        shown.text, content_type="text/plain; charset=utf-8", headers={"Content-Disposition": name}
    )


@requires(Permission.CHANGE_MECHANISM)
def change() -> str:
    """Where a mechanism is chosen to be looked at."""
    return _form()


@requires(Permission.CHANGE_MECHANISM)
def examine() -> str | tuple[str, int]:
    """机制试算: what a mechanism would change; nothing is written."""
    try:
        given = form(Proposal)
        text = _text_of(given)
        _require_future(given.effective_from)
        with database().read(current_actor()) as reading:
            examined = _examined(reading, text)
            county = _county(reading)
    except (Invalid, TooLarge) as refusal:
        return _form(refusal), 400
    return page(
        "mechanism_examined.html",
        county=county,
        examined=examined,
        text=text,
        effective_from=given.effective_from,
        days=_TRIED_DAYS,
    )


@requires(Permission.CHANGE_MECHANISM)
def install() -> Response | tuple[str, int]:
    """安装机制方案 that was looked at before."""
    try:
        given = form(Proposal)
        text = _text_of(given)
        _require_future(given.effective_from)
        with database().transaction(current_actor()) as work:
            version = services.install(
                work, text, jurisdiction=_county(work), effective_from=given.effective_from
            )
            number, since = version.version, version.effective_from
    except (Invalid, TooLarge) as refusal:
        return _form(refusal), 400
    flash(f"已安装第 {number} 版，{day(since)}起生效。在那以前收到的诉求仍按原来的机制办。", "success")
    return back_to("staff.mechanism", version=number)


def _form(refusal: Problem | None = None) -> str:
    with database().read(current_actor()) as reading:
        today = local_day(reading.now)
    shipped = [(name, parsed(profiles.source(name))) for name in profiles.shipped()]
    return page(
        "mechanism_change.html",
        error=None if refusal is None else say(refusal.code, **refusal.details),
        errors={} if refusal is None else refusal.details.get("fields", {}),
        shipped=[(name, f"{profile.name}（{profile.brand}）") for name, profile in shipped],
        tomorrow=today + dt.timedelta(days=1),
    )


def _text_of(given: Proposal) -> str:
    """The text proposed: the file just chosen, the text looked at before, or a shipped one.

    Raises TooLarge("profile.too_large"), Invalid("profile.not_text"), Invalid("profile.none_chosen").
    """
    sent = request.files.get("file")
    if sent is not None and sent.filename:
        with closing(sent):
            return _decoded(sent.stream.read(_MOST_BYTES + 1))
    if given.text is not None:
        return (
            given.text.replace("\r\n", "\n") + "\n"
        )  # browsers send it so, and a form's blanks are taken off
    if given.shipped in profiles.shipped():
        return profiles.source(given.shipped)
    raise Invalid("profile.none_chosen")


def _decoded(content: bytes) -> str:
    if len(content) > _MOST_BYTES:
        raise TooLarge("profile.too_large", most=_MOST_BYTES // 1000)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid("profile.not_text") from error


def _require_future(effective_from: dt.date) -> None:
    with database().read(current_actor()) as reading:
        if effective_from < local_day(reading.now):
            raise Invalid("profile.effective_in_past")


def _examined(reading: Reading, text: str) -> Examined:
    proposed = parse_profile(text)
    check(proposed)
    county = _county(reading)
    old = storage.in_force(reading.session, county, on=local_day(reading.now))
    if old is None:
        raise NotFound("profile.none", jurisdiction=county)
    tried = trial(reading, parsed(old.text), proposed, days=_TRIED_DAYS)
    return Examined(proposed, differences(old.text, text), tried)


def _county(reading: Reading) -> str:
    county = jurisdictions.county(reading.session)
    if county is None:
        raise NotFound("profile.none")
    return county.code


def _chosen(reading: Reading, versions: Sequence[ProfileVersion], county: str) -> ProfileVersion:
    """The version asked for by its number, else the one in force today. Raises NotFound("profile.none")."""
    asked = request.args.get("version", "")
    chosen = next((each for each in versions if str(each.version) == asked), None)
    found = chosen or storage.in_force(reading.session, county, on=local_day(reading.now))
    if found is None:
        raise NotFound("profile.none", jurisdiction=county)
    return found
