"""周例会: the sheet a village goes through, and what was agreed about each demand (ZX-15)."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, flash, request

from server.domain.permissions import Permission
from server.domain.problems import Invalid
from server.figures import weekly_sheet as figures
from server.services import weekly_meeting as services
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.i18n import say
from server.web.parsing import Submitted, form, query
from server.web.parts import database
from server.web.staff.ledger_tabs import ledger_tabs
from server.web.staff.maps import area_filter
from server.web.staff.pages import back_to, page

_AGREED = "agreed-"
"""Before the id of a demand: the name of the field with what was agreed about it."""


class SheetQuery(Submitted):
    """Whose sheet; none for all the reader may see."""

    area: str | None = None


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/weekly", endpoint="weekly")(sheet)
    blueprint.post("/weekly", endpoint="weekly_minute")(minute)


@requires(Permission.HOLD_MEETING)
def sheet() -> str:
    """The sheet, for the screen and for paper."""
    return _page(query(SheetQuery))


@requires(Permission.HOLD_MEETING)
def minute() -> Response | tuple[str, int]:
    """记下会议议定, of all demands at once; what is refused is said above what was written."""
    wanted = form(SheetQuery)
    written = {
        name.removeprefix(_AGREED): words for name, words in request.form.items() if name.startswith(_AGREED)
    }
    try:
        with database().transaction(current_actor()) as work:
            number = services.minute(work, {_key(name): words for name, words in written.items()})
    except Invalid as refusal:
        return _page(wanted, written=written, error=say(refusal.code, **refusal.details)), 400
    flash(f"记下了 {number} 件的议定事项，写进了各件的经过。" if number else "没有写议定事项。", "success")
    return back_to("staff.weekly", area=wanted.area)


def _key(name: str) -> UUID:
    try:
        return UUID(name)
    except ValueError:
        raise Invalid("form.invalid", fields={}) from None


def _page(wanted: SheetQuery, *, written: dict[str, str] | None = None, error: str | None = None) -> str:
    with database().read(current_actor()) as reading:
        return page(
            "weekly.html",
            as_of=reading.now,
            tabs=ledger_tabs(reading),
            filters=[area_filter(reading, wanted.area)],
            area=wanted.area,
            found=figures.sheet(reading, wanted.area),
            written=written or {},
            error=error,
            name_of=lambda demand: f"{_AGREED}{demand.id}",
        )
