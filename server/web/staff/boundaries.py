"""网格边界: the versions published, a new map looked at before it is taken in, and the maps given out."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Literal
from urllib.parse import quote
from uuid import UUID

from flask import Blueprint, Response, flash, request

from gis import grid_export
from gis.coordinates import Datum
from gis.grid_export import DATUM_NAMES, SUFFIXES, Format
from gis.grid_files import Columns, Contents
from gis.grid_upload import MOST_BYTES
from gis.validate import Allowable, Kind
from server.domain.permissions import Permission
from server.domain.problems import Conflict, Invalid, TooLarge
from server.domain.work_calendar import local_day
from server.figures import boundary_layers, boundary_versions
from server.services import boundary_import
from server.services import boundary_uploads as services
from server.services.boundary_import import Examined, MapOrder, WrongMap
from server.storage import boundary_uploads
from server.storage.boundary_uploads import BoundaryUpload
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.i18n import day, say
from server.web.parsing import Submitted, form, query
from server.web.parts import database, parts
from server.web.staff.pages import back_to, page

_SHOWN = 200
_UPLOADS_SHOWN = 10
_LARGE = 5_000
"""Grids, households and demands written by one publication: from here on it takes longer than a page should."""
_OVERHEAD_BYTES = 10_000
"""What a form adds to the file in it."""
_DATUMS: Sequence[tuple[Datum, str]] = (
    ("wgs84", "WGS-84（手机定位、GPS）"),
    ("cgcs2000", "CGCS2000（测绘部门、天地图）"),
    ("gcj02", "GCJ-02（高德、腾讯地图上画的）"),
    ("bd09", "BD-09（百度地图上画的）"),
)
_FORMATS: Sequence[tuple[Format, str]] = (
    ("gpkg", "GeoPackage（QGIS，连同必巡点和未了结诉求）"),
    ("geojson", "GeoJSON"),
    ("shp", "Shapefile（ZIP）"),
    ("kml", "KML"),
)
_ENCODINGS = (("GBK", "GBK"), ("UTF-8", "UTF-8"))
_ALLOWABLE: Mapping[Kind, str] = {
    "overlap": "重叠属实",
    "gap": "空隙属实（山、水、飞地）",
    "across_villages": "跨村（社区）属实",
}


class Chosen(Submitted):
    """Which field of a map is what, and how the map is to be taken in."""

    code: str = ""
    name: str = ""
    kind: str | None = None
    population: str | None = None
    village: str | None = None
    township: str | None = None
    datum: Datum | None = None
    encoding: Literal["GBK", "UTF-8"] | None = None
    effective_on: dt.date | None = None
    allow: tuple[Allowable, ...] = ()
    repair: bool = False
    end_missing: bool = False
    create_divisions: bool = False

    @property
    def columns(self) -> Columns:
        """The fields as a reader of maps wants them."""
        return Columns(self.code, self.name, self.kind, self.township, self.village, self.population)


class Wanted(Submitted):
    """Which boundaries are to be given out: those of a version, else those in force."""

    to: Format = "gpkg"
    datum: Datum = "wgs84"
    version: int | None = None


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/boundaries")(boundaries)
    blueprint.get("/boundaries/download", endpoint="boundaries_download")(download)
    blueprint.post("/boundaries/uploads", endpoint="boundaries_upload")(upload)
    blueprint.get("/boundaries/uploads/<uuid:upload_id>", endpoint="boundaries_examine")(examine)
    blueprint.post("/boundaries/uploads/<uuid:upload_id>", endpoint="boundaries_publish")(publish)


@requires(Permission.IMPORT_BOUNDARIES)
def boundaries() -> str:
    """The versions, and where to choose a map."""
    return _versions()


@requires(Permission.IMPORT_BOUNDARIES)
def upload() -> Response | tuple[str, int]:
    """收下边界文件: kept as it is; what it holds is asked about on the next page."""
    if (request.content_length or 0) > MOST_BYTES + _OVERHEAD_BYTES:
        refusal = TooLarge("boundary.too_large", most=MOST_BYTES // 1_000_000)
        return _versions(error=say(refusal.code, **refusal.details)), 413
    try:
        name, content = _sent()
        with database().transaction(current_actor()) as work:
            kept = services.receive(work, parts().files, name=name, content=content)
            upload_id = kept.id
    except Invalid as refusal:
        return _versions(error=say(refusal.code, **refusal.details)), 400
    return back_to("staff.boundaries_examine", upload_id=upload_id)


def _sent() -> tuple[str, bytes]:
    if "file" not in request.files:
        raise Invalid("boundary.no_file")
    with closing(request.files["file"]) as sent:
        return sent.filename or "", sent.stream.read()


@requires(Permission.IMPORT_BOUNDARIES)
def examine(upload_id: UUID) -> str | tuple[str, int]:
    """What the map holds; once its fields are named, what is wrong with it and what it would change."""
    kept, content = _kept(upload_id)
    try:
        chosen = query(Chosen)
        if not (chosen.code and chosen.name and chosen.datum):
            return _map(kept, services.look_into(content, encoding=chosen.encoding), chosen)
        held, order = _order(kept, content, chosen)
        with database().read(current_actor()) as reading:
            found = boundary_import.look(reading, order)
    except Invalid as refusal:
        held = services.look_into(content)
        return _map(kept, held, Chosen(), error=say(refusal.code, **refusal.details)), 400
    return _map(kept, held, chosen, found=found)


@requires(Permission.IMPORT_BOUNDARIES)
def publish(upload_id: UUID) -> Response | tuple[str, int]:
    """发布边界文件: all of it in one transaction, or nothing."""
    kept, content = _kept(upload_id)
    chosen = form(Chosen)
    try:
        held, order = _order(kept, content, chosen)
        with database().read(current_actor()) as reading:
            examined = boundary_import.examine_map(reading, order)
        with database().transaction(current_actor()) as work:
            done = services.publish(work, upload_id, order, examined)
    except WrongMap as refusal:
        words = say(refusal.code, **refusal.details)
        return _map(kept, held, chosen, found=refusal.examined, error=words), 400
    except (Invalid, Conflict) as refusal:
        held = services.look_into(content, encoding=chosen.encoding)
        return _map(kept, held, chosen, error=say(refusal.code, **refusal.details)), 400
    flash(f"已发布 {len(done.changes.features)} 个网格的边界，{day(order.effective_on)}起生效。", "success")
    return back_to("staff.boundaries")


@requires(Permission.IMPORT_BOUNDARIES)
def download() -> Response:
    """导出边界: the reader's own divisions, in a datum that the file's name says."""
    wanted = query(Wanted)
    if not grid_export.can_declare(wanted.to, wanted.datum):
        raise Invalid("boundary.kml_is_wgs84")
    with database().read(current_actor()) as reading:
        if wanted.version is None:
            layers = [boundary_layers.grid_layer(reading, on=local_day(reading.now))]
        else:
            layers = [boundary_layers.version_layer(reading, wanted.version)]
        if wanted.to == "gpkg" and wanted.version is None:
            layers += boundary_layers.point_layers(reading)
        which = "现行" if wanted.version is None else f"第{wanted.version}版"
        name = f"网格边界-{which}-{local_day(reading.now):%Y%m%d}-{DATUM_NAMES[wanted.datum]}"
    if not layers[0].shapes:
        raise Invalid("boundary.nothing_to_export")
    with tempfile.TemporaryDirectory(prefix="wangge-map-") as folder:
        path = Path(folder) / f"map{SUFFIXES[wanted.to]}"
        grid_export.write(path, layers, to=wanted.to, datum=wanted.datum)
        content = path.read_bytes()
    return Response(
        content,
        content_type="application/octet-stream",
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}{SUFFIXES[wanted.to]}",
            "Cache-Control": "private, no-store",
        },
    )


def _kept(upload_id: UUID) -> tuple[BoundaryUpload, bytes]:
    with database().read(current_actor()) as reading:
        kept = boundary_uploads.get(reading.session, upload_id, account_id=reading.actor.id)
    return kept, parts().files.path(kept.sha256).read_bytes()


def _order(kept: BoundaryUpload, content: bytes, chosen: Chosen) -> tuple[Contents, MapOrder]:
    datum = chosen.datum
    if datum is None:
        raise Invalid("boundary.no_datum")
    held, drawn = services.read(content, columns=chosen.columns, datum=datum, encoding=chosen.encoding)
    order = MapOrder(
        drawn=drawn,
        source=kept.name,
        datum=datum,
        effective_on=chosen.effective_on or local_day(database().clock()),
        allow=frozenset(chosen.allow),
        repair=chosen.repair,
        end_missing=chosen.end_missing,
        create_divisions=chosen.create_divisions,
    )
    return held, order


def _versions(*, error: str | None = None) -> str:
    with database().read(current_actor()) as reading:
        published = boundary_versions.versions(reading)
        return page(
            "boundaries.html",
            as_of=reading.now,
            versions=published,
            versions_offered=[
                (each.number, f"第 {each.number} 版（{day(each.effective_on)}，{each.source}）")
                for each in published
            ],
            datum_names=DATUM_NAMES,
            waiting=boundary_uploads.unpublished(
                reading.session, account_id=reading.actor.id, limit=_UPLOADS_SHOWN
            ),
            formats=_FORMATS,
            datums=_DATUMS,
            most=MOST_BYTES // 1_000_000,
            shown=_SHOWN,
            error=error,
        )


def _map(
    kept: BoundaryUpload,
    held: Contents,
    chosen: Chosen,
    *,
    found: Examined | None = None,
    error: str | None = None,
) -> str:
    today = local_day(database().clock())
    seems = chosen.model_dump() | ({} if chosen.code else services.guessed(held.fields))
    stopping = {remark.kind for remark in found.remarks if remark.level == "error"} if found else set()
    with database().read(current_actor()) as reading:
        names = {} if found is None else boundary_versions.names_of(reading, found.changes.ended)
    return page(
        "boundary_map.html",
        kept=kept,
        held=held,
        fields=[(field, _with_example(field, examples)) for field, examples in held.fields.items()],
        chosen=seems,
        today=today,
        last_day=(chosen.effective_on or today) - dt.timedelta(days=1),
        datums=_DATUMS,
        encodings=_ENCODINGS,
        allowable=[
            (kind, label) for kind, label in _ALLOWABLE.items() if kind in stopping or kind in chosen.allow
        ],
        found=found,
        names=names | ({feature.code: feature.name for feature in found.changes.features} if found else {}),
        shown=_SHOWN,
        is_large=found is not None and _is_large(found),
        error=error,
    )


def _is_large(found: Examined) -> bool:
    follows = found.follows
    followers = 0 if follows is None else follows.moving + follows.demands
    return len(found.changes.features) + followers > _LARGE


def _with_example(field: str, examples: Sequence[str]) -> str:
    return f"{field}（如 {examples[0][:20]}）" if examples else f"{field}（空）"
