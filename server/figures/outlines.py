"""网格轮廓: the outlines of the grids a reader may see, as the browser wants them."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from gis.geojson import feature_collection, label_point
from server.domain.scope import Scope
from server.figures.areas import narrowed
from server.storage import grids
from server.work import Reading

Point = tuple[float, float]
Bounds = tuple[float, float, float, float]

_COUNTRY: Bounds = (73.5, 18.0, 135.1, 53.6)
_TOLERANCE_M = 8.0
_FINE_TOLERANCE_M = 2.0
_FEW_GRIDS = 60
_KEPT = 4

_label_points: dict[uuid.UUID, dict[str, Point]] = {}
"""Where a grid's label goes, by the boundaries published: finding the place takes longer than everything else."""


@dataclass(frozen=True)
class Outlines:
    """The grids of an area by code, with the `token` that names them: other boundaries or another area, another token.

    `shapes` are degrees.
    """

    token: str
    codes: tuple[str, ...]
    shapes: tuple[BaseGeometry, ...]

    @property
    def bounds(self) -> Bounds:
        """West, south, east, north of them all in degrees; the whole country while there is none."""
        if not self.shapes:
            return _COUNTRY
        west, south, east, north = shapely.total_bounds(list(self.shapes))
        return float(west), float(south), float(east), float(north)

    def geojson(self) -> str:
        """GeoJSON text, simplified so that an area of many grids stays small (gis/geojson.py)."""
        tolerance = _FINE_TOLERANCE_M if len(self.codes) <= _FEW_GRIDS else _TOLERANCE_M
        return feature_collection(self.codes, self.shapes, tolerance_m=tolerance)


def token(reading: Reading, area: str | None = None) -> str:
    """Return what names the outlines of an area for this reader, without reading them."""
    scope = narrowed(reading.actor.scope, area)
    published = grids.current_version(reading.session)
    named = "none" if published is None else published[1].hex
    return f"{named}-{_digest(scope)}"


def outlines(reading: Reading, area: str | None = None) -> Outlines:
    """Return today's outlines of an area. Raises NotFound("jurisdiction.unknown") outside the reader's scope."""
    rows = grids.outlines(reading.session, scope=narrowed(reading.actor.scope, area))
    return Outlines(
        token(reading, area), tuple(code for code, _ in rows), tuple(outline for _, outline in rows)
    )


def label_points(reading: Reading, area: str | None = None) -> dict[str, Point]:
    """Return (longitude, latitude) of each grid's label, for an area."""
    published = grids.current_version(reading.session)
    if published is None:
        return {}
    found = _label_points.get(published[1], {})
    drawn = outlines(reading, area)
    missing = [pair for pair in zip(drawn.codes, drawn.shapes, strict=True) if pair[0] not in found]
    if missing:
        found = found | {code: label_point(shape) for code, shape in missing}
        while len(_label_points) >= _KEPT:
            _label_points.pop(next(iter(_label_points)), None)
        _label_points[published[1]] = found
    return {code: found[code] for code in drawn.codes}


def _digest(scope: Scope) -> str:
    return hashlib.sha256(" ".join(sorted(scope.codes)).encode()).hexdigest()[:16]
