"""导入上次走访: a list of earlier visits, its columns named, looked at as a whole, then taken as a whole (METRICS V, D11)."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

from flask import Blueprint, Response, flash, request
from pydantic import Base64Bytes

from server.domain.permissions import Permission
from server.domain.problems import Invalid, TooLarge
from server.services.register import last_visits as services
from server.services.register.columns import VISIT_FIELDS, Wrong, guessed
from server.services.register.importing import ListFile, WrongRows
from server.services.register.spreadsheet import Sheet, read
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.i18n import say
from server.web.parsing import Submitted, form
from server.web.parts import database
from server.web.staff.pages import back_to, page

_MOST_BYTES = 1_000_000
"""The file travels with the page until it is imported or given up: nothing of it stays here in between."""
_SHOWN = 200
_PARTS = dict(zip(("key", "day", "person"), VISIT_FIELDS, strict=True))
"""The fields of the form, and those of a list."""


class Chosen(Submitted):
    """A file that was looked at, and which of its columns is what; `content` as Base64."""

    name: str
    content: Base64Bytes
    key: str = ""
    day: str = ""
    person: str = ""

    @property
    def columns(self) -> dict[str, str]:
        """Field of a list → column, for those chosen."""
        return {field: getattr(self, part) for part, field in _PARTS.items() if getattr(self, part)}

    @property
    def file(self) -> ListFile:
        """The file with its columns."""
        pairs = tuple(f"{column}={field}" for field, column in self.columns.items())
        return ListFile(name=self.name, content=self.content, columns=pairs)


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/register/last-visits")(last_visits)
    blueprint.post("/register/last-visits", endpoint="last_visits_examine")(examine)
    blueprint.post("/register/last-visits/import", endpoint="last_visits_import")(import_)


@requires(Permission.IMPORT_REGISTER)
def last_visits() -> str:
    """What a list should hold, and where to choose it."""
    return _page()


@requires(Permission.IMPORT_REGISTER)
def examine() -> str | tuple[str, int]:
    """Look at a list, just chosen or with other columns than before; nothing is written."""
    try:
        chosen = _uploaded() if "file" in request.files else form(Chosen)
        sheet = read(chosen.name, chosen.content)
    except (Invalid, TooLarge) as refusal:
        return _page(error=say(refusal.code, **refusal.details)), 400
    try:
        with database().read(current_actor()) as reading:
            examined = services.examine_visits(reading, chosen.file)
    except Invalid as refusal:
        return _page(chosen, sheet, error=say(refusal.code, **refusal.details)), 400
    return _page(chosen, sheet, wrong=examined.wrong, ready=len(examined.seen))


@requires(Permission.IMPORT_REGISTER)
def import_() -> Response | tuple[str, int]:
    """导入上次走访: all of it in one transaction, or nothing."""
    chosen = form(Chosen)
    try:
        with database().transaction(current_actor()) as work:
            done = services.import_visits(work, chosen.file)
    except WrongRows as refusal:
        words = say(refusal.code, **refusal.details)
        sheet = read(chosen.name, chosen.content)
        return _page(chosen, sheet, wrong=refusal.wrong, error=words), 400
    except Invalid as refusal:
        return _page(error=say(refusal.code, **refusal.details)), 400
    flash(f"已导入：新增 {done.new} 次上次走访，{done.known} 次原来就有。", "success")
    return back_to("staff.visits")


def _uploaded() -> Chosen:
    """The file just chosen, with the columns it seems to have. Raises TooLarge, Invalid("register.bad_file")."""
    with closing(request.files["file"]) as sent:
        name, content = sent.filename or "", sent.stream.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise TooLarge("register.too_large", most=_MOST_BYTES // 1_000_000)
    columns = guessed(read(name, content), fields=VISIT_FIELDS)
    seems = {part: columns.get(field, "") for part, field in _PARTS.items()}
    return Chosen(name=name, content=base64.b64encode(content), **seems)


def _page(
    chosen: Chosen | None = None,
    sheet: Sheet | None = None,
    *,
    wrong: Sequence[Wrong] = (),
    ready: int = 0,
    error: str | None = None,
) -> str:
    kept: Mapping[str, Any] = {}
    if chosen is not None and sheet is not None:
        kept = {
            "name": chosen.name,
            "content": base64.b64encode(chosen.content).decode(),
            "lines": len(sheet.rows),
            "columns": [(column, column) for column in sheet.columns],
            "chosen": {part: getattr(chosen, part) for part in _PARTS},
        }
    return page(
        "last_visits.html",
        kept=kept,
        wrong=wrong[:_SHOWN],
        wrong_in_all=len(wrong),
        ready=ready,
        error=error,
    )
