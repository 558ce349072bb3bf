"""What is wrong with a partition into grids before it is taken in.

Real partitions are dirty: a ring crosses itself, two neighbours overlap by a strip of field. What would make
the answer to "which grid" wrong is an error; what makes it merely doubtful is a warning, listed with the codes
and the square metres, so that somebody can look. An overlap, a gap or a grid in another village may be so on
purpose: whoever says so beforehand gets a warning instead. Nothing is repaired here (SPATIAL §1).

Three faults of real files are warnings although they look graver. A shape without any code is no grid yet: it
is left out of the import and said so. A ring that touches itself in a point still has one inside and one
outside. Heights are left out, as grids have none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.partition import Astray, Gap, Overlap, Partition

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
    "heights",
    "overlap",
    "gap",
    "sliver",
    "across_villages",
]
Allowable = Literal["overlap", "gap", "across_villages"]
"""What may be so on purpose."""

ALLOWABLE: frozenset[Kind] = frozenset(get_args(Allowable))
NOTHING_ALLOWED: frozenset[Kind] = frozenset()
GRID_CODE = re.compile(r"[0-9]{15}")

_NAMED = 3
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
    """One grid as a file gives it: code and name as read, geometry in degrees WGS-84, None where it is missing.

    `had_heights` says that its file gave heights, which were left out.
    """

    code: str
    name: str
    geometry: BaseGeometry | None
    had_heights: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with the grid `code`; `message` is Chinese, for the person who imports.

    `other` and `square_metres` are those of an overlap; of a gap or an open sliver `around` are the codes of the
    grids around it, `code` the first of them. `place` is the ground it is about, in degrees. None elsewhere.
    """

    level: Level
    code: str
    kind: Kind
    message: str
    other: str | None = None
    square_metres: float | None = None
    around: tuple[str, ...] = ()
    place: BaseGeometry | None = None


def examine(
    features: Sequence[Feature], *, around: Sequence[Feature] = (), allow: frozenset[Kind] = NOTHING_ALLOWED
) -> tuple[Finding, ...]:
    """检查网格边界：return what is wrong, grid by grid in the order of the file, then between grids by code.

    `around` are grids in force beside them: what is wrong between them and the features is told, what is wrong
    among themselves is not, and one that `features` draws anew is left out. An error of a kind in `allow` is told
    as a warning; only the kinds in ALLOWABLE can be. Shapes without a code are told and then left aside; grids with
    an error in their geometry are not compared with the others.
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
    if comparable:
        beside = [feature for feature in around if feature.code not in times]
        findings.extend(_between(comparable, beside, allow))
    return tuple(findings)


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
    if feature.had_heights or (shape is not None and shape.has_z):
        yield Finding("warning", feature.code, "heights", f"「{feature.name}」的边界带有高程，高程不导入")
    if shape is None or shape.is_empty:
        yield Finding("error", feature.code, "empty", f"「{feature.name}」没有边界")
    elif shape.geom_type not in {"Polygon", "MultiPolygon"}:
        yield Finding("error", feature.code, "not_polygonal", _not_polygonal(feature.name, shape))
    elif not _on_earth(shape):
        message = f"「{feature.name}」的坐标超出经纬度范围，可能不是经纬度，或经度纬度写反了"
        yield Finding("error", feature.code, "out_of_range", message)
    elif not shape.is_valid:
        yield _wrong_ring(feature, shape)


def _not_polygonal(name: str, shape: BaseGeometry) -> str:
    if any("Polygon" in part.geom_type for part in shapely.get_parts(shape)):
        return f"「{name}」的边界里混有点或线，要的只是面"
    return f"「{name}」的边界不是面"


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


def _between(features: Sequence[Feature], beside: Sequence[Feature], allow: frozenset[Kind]) -> list[Finding]:
    every = [*features, *beside]
    shapes = [feature.geometry for feature in every if feature.geometry is not None]
    partition = Partition([feature.code for feature in every], shapes, asked=len(features))
    found = [_overlap(each, every, allow) for each in partition.overlaps]
    found += [_gap(each, every, allow) for each in partition.gaps()]
    return sorted(
        [*found, *(_astray(each, every, allow) for each in partition.astray())],
        key=lambda finding: (finding.code, finding.kind, finding.other or ""),
    )


def _level(kind: Kind, allow: frozenset[Kind]) -> Level:
    return "warning" if kind in allow & ALLOWABLE else "error"


def _overlap(found: Overlap, every: Sequence[Feature], allow: frozenset[Kind]) -> Finding:
    one, other = every[found.one], every[found.other]
    kind: Kind = "sliver" if found.is_sliver else "overlap"
    means = "窄条" if found.is_sliver else ""
    return Finding(
        "warning" if found.is_sliver else _level(kind, allow),
        one.code,
        kind,
        f"「{one.name}」与「{other.name}」{means}重叠 {_size(found.area)}，重叠处归编码较小的网格",
        other=other.code,
        square_metres=found.area,
        place=found.shape,
    )


def _gap(found: Gap, every: Sequence[Feature], allow: frozenset[Kind]) -> Finding:
    near = [every[at] for at in found.around]
    names = "".join(f"「{feature.name}」" for feature in near[:_NAMED])
    more = f"等 {len(near)} 个网格" if len(near) > _NAMED else ""
    kind: Kind = "sliver" if found.is_sliver else "gap"
    means = "窄缝" if found.is_sliver else "空隙"
    return Finding(
        "warning" if found.is_sliver else _level(kind, allow),
        near[0].code,
        kind,
        f"{names}{more}之间有{means} {_size(found.area)}，不属于任何网格",
        square_metres=found.area,
        around=tuple(feature.code for feature in near),
        place=found.shape,
    )


def _astray(found: Astray, every: Sequence[Feature], allow: frozenset[Kind]) -> Finding:
    grid = every[found.grid]
    own = grid.code[: len(found.village)]
    if found.how == "inside":
        level = _level("across_villages", allow)
        message = f"「{grid.name}」一半以上在 {found.village} 的网格里，编码却属于 {own}"
    else:
        level = "warning"
        message = (
            f"「{grid.name}」与本村（社区）{own} 的其他网格都不相接，只与 {found.village} 等相接，请核对编码"
        )
    return Finding(level, grid.code, "across_villages", message)


def _size(area: float) -> str:
    return f"{area:,.0f} 平方米" if area >= 1 else "不足 1 平方米"
