"""What is wrong with a partition into grids before it is taken in.

Real partitions are dirty: a ring crosses itself, two neighbours overlap by a strip of field. What would make
the answer to "which grid" wrong is an error; what makes it merely doubtful is a warning, listed with the pair
of codes and the square metres, so that somebody can look. Nothing is repaired here (SPATIAL §1).

Two faults of real files are warnings although they look graver. A shape without any code is no grid yet: it
is left out of the import and said so. A ring that touches itself in a point still has one inside and one
outside.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import shapely
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from gis.measure import LocalPlane

Level = Literal["error", "warning"]
Kind = Literal[
    "missing_code",
    "malformed_code",
    "duplicate_code",
    "empty",
    "not_polygonal",
    "out_of_range",
    "invalid_ring",
    "touching_ring",
    "overlap",
]

GRID_CODE = re.compile(r"[0-9]{15}")
# Ten square centimetres: more than rounding makes between grids that share their vertices.
OVERLAP_TOLERANCE_M2 = 0.001

_TOUCHES_ITSELF = "Ring Self-intersection"

_REASONS = {
    "Self-intersection": "边界自相交",
    "Interior is disconnected": "内部被割裂",
    "Hole lies outside shell": "内洞在外边界之外",
    "Holes are nested": "内洞互相嵌套",
    "Nested shells": "各部分互相嵌套",
    "Duplicate Rings": "边界环重复",
    "Too few points in geometry component": "边界点太少",
    "Invalid Coordinate": "坐标不是有效数字",
}


@dataclass(frozen=True, slots=True)
class Feature:
    """One grid as a file gives it: code and name as read, geometry in degrees WGS-84, None where it is missing."""

    code: str
    name: str
    geometry: BaseGeometry | None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with the grid `code`; `message` is Chinese, for the person who imports.

    `other` and `square_metres` are those of an overlap, None elsewhere.
    """

    level: Level
    code: str
    kind: Kind
    message: str
    other: str | None = None
    square_metres: float | None = None


def examine(features: Sequence[Feature]) -> tuple[Finding, ...]:
    """检查网格边界：return what is wrong, grid by grid in the order of the file, then overlaps by code.

    Shapes without a code are told and then left aside; grids with an error in their geometry are not
    compared with the others.
    """
    times = Counter(feature.code for feature in features)
    findings: list[Finding] = []
    comparable: list[Feature] = []
    for feature in features:
        if not feature.code:
            findings.append(Finding("warning", "", "missing_code", f"「{feature.name}」没有网格编码，不导入"))
            continue
        wrong = list(_wrong_geometry(feature))
        findings.extend((*_wrong_code(feature, times), *wrong))
        if all(finding.level == "warning" for finding in wrong):
            comparable.append(feature)
    return (*findings, *_overlaps(comparable))


def _wrong_code(feature: Feature, times: Counter[str]) -> Iterator[Finding]:
    if not GRID_CODE.fullmatch(feature.code):
        message = f"「{feature.name}」的网格编码“{feature.code}”不是 15 位数字"
        yield Finding("error", feature.code, "malformed_code", message)
    if times[feature.code] > 1:
        message = f"「{feature.name}」的网格编码出现了 {times[feature.code]} 次"
        yield Finding("error", feature.code, "duplicate_code", message)


def _wrong_geometry(feature: Feature) -> Iterator[Finding]:
    """Yield the first thing wrong with the geometry; the later checks presuppose the earlier ones."""
    shape = feature.geometry
    if shape is None or shape.is_empty:
        yield Finding("error", feature.code, "empty", f"「{feature.name}」没有边界")
    elif shape.geom_type not in {"Polygon", "MultiPolygon"}:
        yield Finding("error", feature.code, "not_polygonal", f"「{feature.name}」的边界不是面")
    elif not _on_earth(shape):
        message = f"「{feature.name}」的坐标超出经纬度范围，可能不是经纬度，或经度纬度写反了"
        yield Finding("error", feature.code, "out_of_range", message)
    elif not shape.is_valid:
        yield _wrong_ring(feature, shape)


def _wrong_ring(feature: Feature, shape: BaseGeometry) -> Finding:
    """Put GEOS's reason, such as `Self-intersection[108.01 30.02]`, into Chinese."""
    reason, _, place = shapely.is_valid_reason(shape).partition("[")
    lon, lat = (float(degrees) for degrees in place.rstrip("]").split())
    where = f"（经度 {lon:.6f}，纬度 {lat:.6f} 附近）"
    if reason == _TOUCHES_ITSELF:
        message = f"「{feature.name}」的边界环与自身相接，照原样导入{where}"
        return Finding("warning", feature.code, "touching_ring", message)
    message = f"「{feature.name}」的边界有错：{_REASONS.get(reason, '几何不合规范')}{where}"
    return Finding("error", feature.code, "invalid_ring", message)


def _on_earth(shape: BaseGeometry) -> bool:
    # Written so that a coordinate that is not a number fails it too.
    return bool(np.all(np.abs(shapely.get_coordinates(shape)) <= (180.0, 90.0)))


def _overlaps(features: Sequence[Feature]) -> list[Finding]:
    if not features:
        return []
    degrees = np.array([feature.geometry for feature in features], dtype=object)
    plane = LocalPlane.around(degrees)
    # Only to compare: an overlay cannot be trusted with a ring that touches itself.
    shapes = shapely.make_valid(shapely.transform(degrees, plane.to_local))
    first, second = STRtree(shapes).query(shapes, predicate="intersects")
    first, second = first[first < second], second[first < second]
    areas = shapely.area(shapely.intersection(shapes[first], shapes[second]))
    found = [
        _overlap(features[a], features[b], area)
        for a, b, area in zip(first.tolist(), second.tolist(), areas.tolist(), strict=True)
        if area > OVERLAP_TOLERANCE_M2
    ]
    return sorted(found, key=lambda finding: (finding.code, finding.other))


def _overlap(one: Feature, other: Feature, area: float) -> Finding:
    one, other = sorted((one, other), key=lambda feature: feature.code)
    size = f"{area:,.0f} 平方米" if area >= 1 else "不足 1 平方米"
    message = f"「{one.name}」与「{other.name}」重叠 {size}，重叠处归编码较小的网格"
    return Finding("warning", one.code, "overlap", message, other=other.code, square_metres=area)
