"""Redrawing a partition: cutting a grid along a line, joining grids, moving a border that two grids share.

Shapes come and go in degrees and are cut in degrees: whatever is kept keeps its vertices to the last digit, so that a
border two grids share stays one line. Only what is measured is measured in metres. Nothing is judged here but what
makes an act impossible; what a partition must be, gis/validate.py says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import shapely
from shapely import LineString, MultiPoint, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import split

from gis.measure import LocalPlane, area_m2

Outline = Polygon | MultiPolygon
Reason = Literal["line_does_not_cross", "not_adjacent", "nothing_left", "all_taken"]

_CRUMB_M2 = 0.001
"""Pieces of less are rounding: they are left where they are, and nobody is told of them (gis/partition.py)."""
_LEAST_BORDER_M = 0.01
_ON_THE_LINE_DEGREES = 1e-10
"""A hundredth of a millimetre: as near as two numbers for one place come."""
_LENGTHENED_DEGREES = 1e-5
"""About a metre: a line that was begun on the border, as near as a screen shows, begins beyond it."""


class RedrawRefused(Exception):
    """The act cannot be done, for `reason`; `code` is the grid it fails for, "" where it is none in particular."""

    def __init__(self, reason: Reason, code: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code


def split_by_line(outline: Outline, line: LineString) -> tuple[Outline, Outline]:
    """拆分: return the ground left and right of a line that crosses the outline from border to border.

    A winding border may be crossed several times: every piece falls to its side of the line, and a part the line does
    not touch to the nearer half. The areas add up to the outline's. Raises RedrawRefused("line_does_not_cross") where
    one side would stay empty.
    """
    halves: tuple[list[Polygon], list[Polygon]] = ([], [])
    untouched: list[Polygon] = []
    cut = _lengthened(line)
    for piece in (piece for part in _parts(outline) for piece in _parts(split(part, cut))):
        turn = _leftness(piece, cut)
        (untouched if turn == 0 else halves[0] if turn > 0 else halves[1]).append(piece)
    sides = [_polygonal(half) for half in halves]
    if any(area_m2(side) < _CRUMB_M2 for side in sides):
        raise RedrawRefused("line_does_not_cross")
    for piece in untouched:
        nearer = 0 if shapely.distance(sides[0], piece) <= shapely.distance(sides[1], piece) else 1
        halves[nearer].append(piece)
    left, right = halves
    return _polygonal(left), _polygonal(right)


def merged(outlines: Sequence[Outline]) -> Outline:
    """合并: return the ground of grids that lie side by side, as one.

    Raises RedrawRefused("not_adjacent") where one of them shares no border with the others.
    """
    first, *waiting = outlines
    joined: BaseGeometry = first
    while waiting:
        beside = next((each for each in waiting if border_m(each, joined) > _LEAST_BORDER_M), None)
        if beside is None:
            raise RedrawRefused("not_adjacent")
        waiting.remove(beside)
        joined = shapely.union(joined, beside)
    return _polygonal(_parts(joined))


def given_to_neighbours(outlines: Mapping[str, Outline], code: str, shape: Outline) -> dict[str, Outline]:
    """改界: return the outlines that change when the grid `code` takes the outline `shape`, itself among them.

    `outlines` are the grids it may take from and give to, itself among them unless it is new. What it gains its
    neighbours lose; each piece it leaves falls to the neighbour with the longest border along it. What nobody borders
    on is left to nobody. Raises RedrawRefused("nothing_left", code) where a neighbour would vanish.
    """
    after = {each: _without(each, outline, shape) for each, outline in outlines.items() if each != code}
    left = shapely.difference(outlines[code], shape) if code in outlines else Polygon()
    for piece in _parts(left):
        heir = max(after, key=lambda each: border_m(piece, after[each]), default=None)
        if heir is None or area_m2(piece) < _CRUMB_M2 or border_m(piece, after[heir]) < _LEAST_BORDER_M:
            continue
        after[heir] = _polygonal([*_parts(after[heir]), piece])
    changed = {each: outline for each, outline in after.items() if outline is not outlines[each]}
    return changed | {code: shape}


def left_over(outlines: Sequence[Outline], shape: Outline) -> Outline:
    """Return what of a shape no grid holds yet. Raises RedrawRefused("all_taken") where that is nothing."""
    rest = shapely.difference(shape, shapely.union_all(list(outlines)))
    free = [part for part in _parts(rest) if area_m2(part) >= _CRUMB_M2]
    if not free:
        raise RedrawRefused("all_taken")
    return _polygonal(free)


def knitted(outline: Outline, beside: Sequence[Outline]) -> Outline:
    """Return the outline with the vertices that `beside` have on its border: the same ground, one line for both.

    Where a cut meets a border, the grid on the other side of it gets the new vertex too.
    """
    corners = [shapely.get_coordinates(each) for each in beside]
    if not corners:
        return outline
    places = np.asarray(shapely.points(np.concatenate(corners)))
    on_border = places[shapely.distance(places, shapely.boundary(outline)) < _ON_THE_LINE_DEGREES]
    own = {tuple(corner) for corner in shapely.get_coordinates(outline).tolist()}
    missing = [place for place in on_border.tolist() if (place.x, place.y) not in own]
    if not missing:
        return outline
    return _polygonal(_parts(shapely.snap(outline, MultiPoint(missing), _ON_THE_LINE_DEGREES)))


def border_m(one: BaseGeometry, other: BaseGeometry) -> float:
    """Return the metres of border two shapes share: half the rim that joining them removes."""
    plane = LocalPlane.around([one, other])
    one, other = plane.flatten(one), plane.flatten(other)
    if not shapely.intersects(one, other):
        return 0.0
    return float(one.length + other.length - shapely.union(one, other).length) / 2


def _lengthened(line: LineString) -> LineString:
    """The line with both ends a metre further on."""
    corners = shapely.get_coordinates(line)
    ends = []
    for end, before in ((corners[0], corners[1]), (corners[-1], corners[-2])):
        way = end - before
        ends.append(end + way / np.hypot(*way) * _LENGTHENED_DEGREES)
    return LineString([ends[0], *corners[1:-1], ends[1]])


def _without(code: str, outline: Outline, taken: BaseGeometry) -> Outline:
    """The outline itself where nothing worth speaking of is taken."""
    if area_m2(shapely.intersection(outline, taken)) < _CRUMB_M2:
        return outline
    rest = [part for part in _parts(shapely.difference(outline, taken)) if area_m2(part) >= _CRUMB_M2]
    if not rest:
        raise RedrawRefused("nothing_left", code)
    return _polygonal(rest)


def _leftness(piece: Polygon, line: LineString) -> float:
    """How much the piece lies left of the line, by the way its border runs along it; 0 where it does not.

    Inside is on the left of a border that runs counter-clockwise: what runs along with the line lies left of it.
    """
    along = 0.0
    oriented = shapely.orient_polygons(piece)
    for ring in (oriented.exterior, *oriented.interiors):
        corners = shapely.get_coordinates(ring)
        on_line = np.asarray(shapely.distance(shapely.points(corners), line)) < _ON_THE_LINE_DEGREES
        middles = shapely.points((corners[:-1] + corners[1:]) / 2)
        runs_along = on_line[:-1] & on_line[1:] & (shapely.distance(middles, line) < _ON_THE_LINE_DEGREES)
        places = np.asarray(shapely.line_locate_point(line, shapely.points(corners)))
        along += float(np.sum((places[1:] - places[:-1])[runs_along]))
    return along


def _parts(shape: BaseGeometry) -> list[Polygon]:
    found: list[Polygon] = [part for part in shapely.get_parts(shape) if isinstance(part, Polygon)]
    return found


def _polygonal(parts: Sequence[Polygon]) -> Outline:
    """One polygon, or several where they do not hang together."""
    pieces = _parts(shapely.union_all(list(parts)))
    return pieces[0] if len(pieces) == 1 else MultiPolygon(pieces)
