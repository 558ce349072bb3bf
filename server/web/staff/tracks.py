"""轨迹: one's own, and of one's village a single one for a reason that its walker reads."""

from __future__ import annotations

from flask import Blueprint

from server.domain.permissions import Permission
from server.figures import tracks as figures
from server.services import tracks as services
from server.storage.selection import Page
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.parsing import Submitted, form, query
from server.web.parts import database
from server.web.staff.pages import page


class Wanted(Submitted):
    """Which page of the village's list."""

    page: int = 1


class Reason(Submitted):
    """Why a track is looked at."""

    reason: str | None = None


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/tracks", endpoint="tracks")(listing)
    blueprint.get("/tracks/<int:patrol_id>", endpoint="track")(track)
    blueprint.post("/tracks/<int:patrol_id>", endpoint="track_opened")(opened)


@requires(Permission.USE_STAFF_PAGES)
def listing() -> str:
    """One's own tracks with who looked at them; for a cadre the village's, none of them shown."""
    wanted = query(Wanted)
    may_open = current_actor().may(Permission.OPEN_TRACK)
    with database().read(current_actor()) as reading:
        own = figures.own(reading)
        village = figures.of_village(reading, Page(max(wanted.page, 1))) if may_open else None
    return page(
        "tracks.html",
        as_of=reading.now,
        own=own,
        village=village,
        pages=0 if village is None else -(-village.total // village.page.size),
        most=services.MOST_CHARACTERS,
        kept_days=figures.KEPT_DAYS,
    )


@requires(Permission.USE_STAFF_PAGES)
def track(patrol_id: int) -> str:
    """One's own track."""
    with database().read(current_actor()) as reading:
        found = figures.own_track(reading, patrol_id)
    return page("track.html", as_of=reading.now, track=found, is_own=True, kept_days=figures.KEPT_DAYS)


@requires(Permission.OPEN_TRACK)
def opened(patrol_id: int) -> str:
    """查看轨迹: somebody else's, after the reason was noted."""
    reason = form(Reason).reason
    with database().transaction(current_actor()) as work:
        patrol = services.open_track(work, patrol_id, reason=reason)
        found = figures.drawn(work, patrol)
    return page("track.html", as_of=work.now, track=found, is_own=False, kept_days=figures.KEPT_DAYS)
