"""导出: the records of a form as a file, chosen on one page; sent while it is written, or ordered where it must be whole first."""

from __future__ import annotations

import datetime as dt
from typing import Literal
from urllib.parse import quote

from flask import Blueprint, Response

from server.domain.permissions import Permission
from server.domain.submission import STATES
from server.figures.exports import file
from server.figures.exports import order as figures
from server.figures.exports.order import EVERY_STATE, Format, Wanted
from server.figures.personnel import place_names
from server.services import exports as services
from server.services import ordered_files
from server.storage import ordered_files as ordered_storage
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.parsing import Submitted, form, query
from server.web.parts import database, parts
from server.web.staff.maps import area_filter
from server.web.staff.pages import back_to, page
from server.work import Reading

_FORMATS = (
    (Format.XLSX, "表格（Excel、WPS 用）"),
    (Format.CSV, "CSV（最快，多大都行）"),
    (Format.ZIP, "ZIP（CSV，连同照片和录音）"),
    (Format.GEOJSON, "GeoJSON（地图用）"),
    (Format.GPKG, "GeoPackage（QGIS 用）"),
)
_WORDS = (("words", "中文（照表上的写）"), ("names", "代码（给程序用）"))

State = Literal["received", "quarantined", "held", "superseded", "rejected", "withdrawn", "all"]


class Chosen(Submitted):
    """Which records; what a list of records was narrowed to may come along."""

    first: dt.date | None = None
    last: dt.date | None = None
    area: str | None = None
    state: State = "received"


class Ordered(Chosen):
    """The file, and why it is taken."""

    format: Format
    wording: Literal["words", "names"] = "words"
    place: str = ""
    reason: str | None = None


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/submissions/export/<form_id>", endpoint="export")(chooser)
    blueprint.post("/submissions/export/<form_id>", endpoint="export_file")(download)


@requires(Permission.EXPORT_SUBMISSIONS)
def chooser(form_id: str) -> str:
    """The page where the file is chosen, with how many records it will hold."""
    chosen = query(Chosen)
    with database().read(current_actor()) as reading:
        return _page(reading, form_id, chosen)


def _page(reading: Reading, form_id: str, chosen: Chosen) -> str:
    prepared = services.settle(reading, Wanted(form_id=form_id, format=Format.XLSX, **chosen.model_dump()))
    places = figures.places(prepared.table)
    own_files = ordered_storage.of_account(reading.session, reading.actor.id, now=reading.now)
    return page(
        "export.html",
        as_of=reading.now,
        form_id=form_id,
        title=prepared.table.label,
        number=figures.number(reading, prepared),
        questions=sum(len(table.questions) for table in prepared.table.walk()),
        repeats=[table.label for table in prepared.table.walk() if table is not prepared.table],
        chosen=chosen,
        filters=[
            {"name": "first", "label": "从哪天", "kind": "date", "value": chosen.first or ""},
            {"name": "last", "label": "到哪天", "kind": "date", "value": chosen.last or ""},
            area_filter(reading, chosen.area),
            {
                "name": "state",
                "label": "情况",
                "kind": "select",
                "options": [*STATES.items(), (EVERY_STATE, "全部")],
                "value": chosen.state,
            },
        ],
        formats=[(kind.value, words) for kind, words in _FORMATS],
        wordings=_WORDS,
        places=[
            (figures.place_key(table, question), f"{table.label} · {question.label}")
            for table, question in places
        ],
        own_files=own_files,
        own_areas=place_names(reading.session, filter(None, (each.wanted["area"] for each in own_files))),
    )


@requires(Permission.EXPORT_SUBMISSIONS)
def download(form_id: str) -> Response:
    """导出: who takes it and why is written down; then the file is sent while it is made, or ordered."""
    ordered = form(Ordered)
    wanted = Wanted(
        form_id=form_id,
        in_words=ordered.wording == "words",
        **ordered.model_dump(exclude={"wording", "reason"}),
    )
    if wanted.format in file.MADE_FIRST:
        return _ordered(wanted, ordered.reason)
    records, files, actor = database(), parts().files, current_actor()
    with records.transaction(actor) as work:
        prepared = services.begin(work, wanted, reason=ordered.reason)
    return Response(
        file.chunks(prepared, lambda: records.read(actor), files),
        content_type=file.MIME[wanted.format],
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(prepared.file_name)}",
            "Cache-Control": "private, no-store",
        },
    )


def _ordered(wanted: Wanted, reason: str | None) -> Response:
    with database().transaction(current_actor()) as work:
        row = ordered_files.order(work, wanted, reason=reason)
    parts().call_for_files()
    return back_to("staff.ordered_file", file_id=row.id)
