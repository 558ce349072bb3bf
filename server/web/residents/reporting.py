"""我要反映: the page of a grid. Three questions, two of them optional; complete without scripts."""

from __future__ import annotations

import re
import uuid
from typing import Annotated, Any

from flask import Blueprint, Response, redirect, request, url_for
from pydantic import Field

from server.domain.jurisdiction import Level
from server.domain.people import SYSTEM
from server.domain.problems import Invalid, NotFound, Problem, TooLarge
from server.domain.scope import Scope
from server.figures import areas
from server.figures.areas import GridName
from server.figures.case_words import kinds
from server.services import residents
from server.services.residents import MOST_WORDS, Report
from server.web.authorization import public
from server.web.i18n import say
from server.web.parsing import Submitted, form
from server.web.parts import database
from server.web.reception import drain
from server.web.residents.credential import code_for
from server.web.residents.pages import page
from server.web.uploads import MEGABYTE, MOST, MOST_IN_ALL, uploaded

_UNSORTED = "other"
_TELEPHONE = re.compile(r"[0-9]{7,12}", re.ASCII)
_BETWEEN_DIGITS = re.compile(r"[\s-]")


class Sheet(Submitted):
    """What the page holds. `page` is drawn when it is shown; `homepage` is a field no person sees."""

    page: uuid.UUID
    kind: str = _UNSORTED
    words: Annotated[str, Field(max_length=MOST_WORDS)] | None = None
    address: Annotated[str, Field(max_length=200)] | None = None
    phone: Annotated[str, Field(max_length=40)] | None = None
    homepage: str | None = None


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/g/<grid>", endpoint="report")(sheet)
    blueprint.post("/g/<grid>", endpoint="report_post")(send)


@public
def sheet(grid: str) -> str:
    """The page of a grid. Raises NotFound("resident.no_such_place")."""
    return _sheet(grid, {})


@public
def send(grid: str) -> Response | tuple[str, int]:
    """点单: what was written is taken in, once for each page shown; the answer is the page of the matter."""
    if (request.content_length or 0) > MOST_IN_ALL:
        drain()
        return _sheet(grid, {}, TooLarge("file.too_large", most=MOST["image"] // MEGABYTE)), 413
    request.max_content_length = MOST_IN_ALL
    try:
        return _taken_in(grid)
    except Invalid as invalid:
        return _sheet(grid, request.form.to_dict(), invalid), 400


def _taken_in(grid: str) -> Response:
    written = form(Sheet)
    _check(written)
    with database().read(residents.stranger()) as reading:
        residents.check_trials(reading, _address(), what="report")
    report = Report(
        page=written.page,
        grid=grid,
        kind=written.kind,
        words=written.words,
        address=written.address,
        phone=_digits(written.phone),
        photo=uploaded("photo", "image"),
        voice=uploaded("voice", "audio"),
    )
    with database().transaction(residents.stranger()) as work:
        residents.note_trial(work, _address(), what="report")
        demand = residents.report(work, report)
    return redirect(  # type: ignore[return-value]
        url_for("residents.matter", number=demand.number, code=code_for(demand.number), said="received"), 303
    )


def _check(written: Sheet) -> None:
    """Raise Invalid("resident.not_a_person") where a machine filled in what it sees, Invalid("form.invalid")."""
    if written.homepage:
        raise Invalid("resident.not_a_person")
    fields = {}
    if written.kind not in kinds():
        fields["kind"] = "没有这个选项"
    if written.phone and not _TELEPHONE.fullmatch(_digits(written.phone) or ""):
        fields["phone"] = "电话是 7 到 12 位数字，不想留就空着"
    if fields:
        raise Invalid("form.invalid", fields=fields)


def _digits(written: str | None) -> str | None:
    return None if written is None else _BETWEEN_DIGITS.sub("", written) or None


def _address() -> str:
    return request.remote_addr or ""


def _sheet(grid: str, values: dict[str, str], refusal: Problem | None = None) -> str:
    context: dict[str, Any] = {
        "grid": _named(grid),
        "page_id": values.get("page") or uuid.uuid4(),
        "values": values,
        "errors": {} if refusal is None else refusal.details.get("fields", {}),
        "error": None if refusal is None else say(refusal.code, **refusal.details),
        "kinds": [each for each in kinds().items() if each[0] != _UNSORTED],
        "most_words": MOST_WORDS,
    }
    return page("report.html", **context)


def _named(code: str) -> GridName:
    if len(code) != Level.GRID.digits or not code.isdecimal():
        raise NotFound("resident.no_such_place")
    with database().read(SYSTEM) as reading:
        found = areas.grid_names(reading.session, scope=Scope.of([code])).get(code)
    if found is None:
        raise NotFound("resident.no_such_place")
    return found
