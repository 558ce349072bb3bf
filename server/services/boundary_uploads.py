"""边界文件 services: a map is kept as it was sent, looked into as often as wanted, and published once."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping

from gis import grid_files
from gis.coordinates import Datum
from gis.grid_files import Columns, Contents, Drawn, GridFileRefused
from gis.grid_upload import laid_out
from gis.validate import GRID_CODE
from server.domain.permissions import Permission
from server.domain.problems import Conflict, Forbidden, Invalid
from server.services import boundary_import
from server.services.boundary_import import Examined, MapOrder
from server.storage import boundary_uploads as storage
from server.storage.boundary_uploads import BoundaryUpload
from server.storage.files import FileStore
from server.work import Work

_LONGEST_NAME = 200
_USUAL_NAMES: Mapping[str, re.Pattern[str]] = {
    "name": re.compile(r"name|名称|网格名|mc", re.IGNORECASE),
    "kind": re.compile(r"kind|类别|类型|lb", re.IGNORECASE),
    "population": re.compile(r"population|人口|rk", re.IGNORECASE),
    "village": re.compile(r"village|村|社区|cunshe", re.IGNORECASE),
    "township": re.compile(r"township|乡镇|街道|zhenjie", re.IGNORECASE),
}


def receive(work: Work, files: FileStore, *, name: str, content: bytes) -> BoundaryUpload:
    """收下边界文件: keep a map that can be read. Raises Invalid("boundary.unreadable"), Forbidden."""
    work.actor.require(Permission.IMPORT_BOUNDARIES)
    if work.actor.id is None:
        raise Forbidden("actor.not_permitted")
    look_into(content)
    kept = files.put([content])
    row = BoundaryUpload(
        account_id=work.actor.id, name=name[:_LONGEST_NAME], sha256=kept.sha256, received_at=work.now
    )
    work.session.add(row)
    work.session.flush()
    return row


def look_into(content: bytes, *, encoding: str | None = None) -> Contents:
    """What a map holds. Raises Invalid("boundary.unreadable")."""
    try:
        with laid_out(content) as path:
            return grid_files.opened(path, encoding=encoding).contents
    except GridFileRefused as refusal:
        raise Invalid("boundary.unreadable", reason=str(refusal)) from refusal


def read(
    content: bytes, *, columns: Columns, datum: Datum, encoding: str | None = None
) -> tuple[Contents, tuple[Drawn, ...]]:
    """What a map holds, and its shapes in degrees WGS-84. Raises Invalid("boundary.unreadable")."""
    try:
        with laid_out(content) as path:
            file = grid_files.opened(path, encoding=encoding)
            return file.contents, file.drawn(columns=columns, datum=datum)
    except GridFileRefused as refusal:
        raise Invalid("boundary.unreadable", reason=str(refusal)) from refusal


def guessed(fields: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Which fields seem to hold what, by the examples in them and by their names; nothing where none does."""
    coded = [field for field, examples in fields.items() if any(map(GRID_CODE.fullmatch, examples))]
    found = {"code": coded[0]} if coded else {}
    for part, usual in _USUAL_NAMES.items():
        called = next(
            (field for field in fields if usual.search(field) and field not in found.values()), None
        )
        if called is not None:
            found[part] = called
    return found


def publish(work: Work, upload_id: uuid.UUID, order: MapOrder, examined: Examined) -> Examined:
    """发布边界文件: take the map in as it was examined, and remember what was made of it.

    Raises WrongMap, Conflict("boundary.upload_published", "boundary.no_difference") and what boundaries.publish() raises.
    """
    upload = storage.get(work.session, upload_id, account_id=work.actor.id)
    if upload.boundary_version_id is not None:
        raise Conflict("boundary.upload_published")
    version, examined = boundary_import.take_in(work, order, examined)
    if version is None:
        raise Conflict("boundary.no_difference")
    upload.boundary_version_id = version.id
    return examined
