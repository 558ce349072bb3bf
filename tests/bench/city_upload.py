"""What a map of a whole city costs the office that sends it: 20,000 grids examined, then published, none known before."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

from shapely.geometry import mapping

from gis.grid_files import Columns
from server.app import seldom_look_for_garbage
from server.database import Database
from server.domain.people import SYSTEM
from server.domain.work_calendar import local_day
from server.services import boundary_import, boundary_uploads
from server.services.boundary_import import MapOrder
from server.storage import migrations
from tests.bench import city
from tests.factories import NOW, found_county

_MOST_EXAMINED_S, _MOST_PUBLISHED_S = 4.0, 10.0
_COLUMNS = Columns("code", "name", village="village")


def figures(folder: Path) -> Iterator[tuple[str, float, float | None]]:
    """Seconds of CPU from the bytes sent to the last finding, and from the bytes kept to the last row written."""
    url = f"sqlite:///{folder / 'upload.sqlite'}"
    migrations.upgrade(url)
    database = Database(url, clock=lambda: NOW)
    found_county(database)
    content = _sent()
    seldom_look_for_garbage()
    begun = time.process_time()
    with database.read(SYSTEM) as reading:
        boundary_import.look(reading, _order(content))
    yield f"a map of {city.GRIDS} grids: examined (s of CPU)", time.process_time() - begun, _MOST_EXAMINED_S
    begun = time.process_time()
    order = _order(content)
    with database.read(SYSTEM) as reading:
        examined = boundary_import.examine_map(reading, order)
    with database.transaction(SYSTEM) as work:
        boundary_import.take_in(work, order, examined)
    yield f"a map of {city.GRIDS} grids: published (s of CPU)", time.process_time() - begun, _MOST_PUBLISHED_S
    database.close()


def _sent() -> bytes:
    features = [
        {
            "type": "Feature",
            "properties": {
                "code": code,
                "name": f"第{int(code[-3:])}网格",
                "village": f"第{int(code[9:12])}社区",
            },
            "geometry": mapping(outline),
        }
        for code, outline in zip(city.codes(), city.outlines(), strict=True)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def _order(content: bytes) -> MapOrder:
    """Read anew each time, as the page does."""
    _, drawn = boundary_uploads.read(content, columns=_COLUMNS, datum="wgs84")
    return MapOrder(
        drawn=drawn, source="city", datum="wgs84", effective_on=local_day(NOW), create_divisions=True
    )
