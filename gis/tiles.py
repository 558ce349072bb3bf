"""Vector tiles of grids (Mapbox Vector Tile 2): what the maps draw, for a hundred grids and for twenty thousand.

A tile holds shapes and numbers only. The id of a feature is its position among the codes of its ground, which is how
an array of values finds its grid; names and figures travel apart (SPATIAL §4). Its layers:

    grids          polygons, from zoom 11 on; at every zoom where the ground has no more than FEW_GRIDS
    villages       polygons below that
    grid_labels    where a grid's number goes, wherever grids are drawn
    village_labels where a village's number goes, at every zoom
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import mapbox_vector_tile  # type: ignore[import-untyped]
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree
from shapely.errors import GEOSException
from shapely.geometry.base import BaseGeometry

from gis.generalise import TILE_PX, Coordinates, Shapes, generalise, joined, label_places, on_square

EXTENT = 1024
"""Units of a tile: a quarter of a pixel each."""
GRIDS_FROM_ZOOM = 11
FEW_GRIDS = 1_000
DEEPEST_ZOOM = 16
"""A unit is half a metre there; closer in, the browser enlarges."""

# Lines at an edge are drawn by both tiles: twelve pixels hold the thickest of them.
_MARGIN = 12 / TILE_PX
# The zooms shapes are simplified for: one band serves every zoom up to it.
_BANDS = (8, 10, 12, 14)
_LABELS_FROM_BAND = 14
_VILLAGE_DIGITS = 12


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    """A tile's address: zoom, column from the west, row from the north. Raises ValueError where there is none."""

    zoom: int
    x: int
    y: int

    def __post_init__(self) -> None:
        if not 0 <= self.zoom <= DEEPEST_ZOOM or not (
            0 <= self.x < 2**self.zoom and 0 <= self.y < 2**self.zoom
        ):
            raise ValueError(f"no such tile: {self.zoom}/{self.x}/{self.y}")

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom on the square of the world (gis/generalise.py)."""
        size = 0.5**self.zoom
        return self.x * size, self.y * size, (self.x + 1) * size, (self.y + 1) * size


class Ground:
    """The grids of an area in the order of their codes, and what is worked out from them once.

    `outlines` are in degrees WGS-84 and may overlap, leave gaps or cross themselves.
    """

    def __init__(self, codes: Sequence[str], outlines: Sequence[BaseGeometry]) -> None:
        self.codes = tuple(codes)
        self._shapes = on_square(outlines)
        self._simplified: dict[int, _Layer] = {}

    @cached_property
    def villages(self) -> tuple[str, ...]:
        """The codes of the villages the grids lie in, ascending."""
        return tuple(sorted({code[:_VILLAGE_DIGITS] for code in self.codes}))

    def shows_grids(self, zoom: int) -> bool:
        """Say whether grids are drawn at a zoom, or the villages they lie in."""
        return zoom >= GRIDS_FROM_ZOOM or len(self.codes) <= FEW_GRIDS

    def tiles(self, *, to_zoom: int) -> Iterator[Tile]:
        """The tiles with something in them, from the whole world down to `to_zoom`."""
        wanted = [Tile(0, 0, 0)] if len(self._shapes) else []
        while wanted:
            tile = wanted.pop()
            if not len(_within(self._all.tree, tile)):
                continue
            yield tile
            if tile.zoom < to_zoom:
                wanted += [
                    Tile(tile.zoom + 1, 2 * tile.x + i, 2 * tile.y + j) for i in (0, 1) for j in (0, 1)
                ]

    def encoded(self, tile: Tile) -> bytes:
        """The bytes of a tile; one with nothing in it is empty."""
        shown = self.shows_grids(tile.zoom)
        layers = [
            _polygons("grids", self._at(tile.zoom), tile)
            if shown
            else _polygons("villages", self._villages_at(tile.zoom), tile),
            _points("grid_labels", self._grid_labels, tile) if shown else _NOTHING,
            _points("village_labels", self._village_labels, tile),
        ]
        filled = [layer for layer in layers if layer["features"]]
        options = {"y_coord_down": True, "extents": EXTENT, "on_invalid_geometry": None}
        return bytes(mapbox_vector_tile.encode(filled, default_options=options)) if filled else b""

    def _at(self, zoom: int) -> _Layer:
        band = next((each for each in _BANDS if each >= zoom), None)
        if band is None:
            return self._all
        if band not in self._simplified:
            self._simplified[band] = _Layer(generalise(self._shapes, zoom=band))
        return self._simplified[band]

    def _villages_at(self, zoom: int) -> _Layer:
        band = next(each for each in _BANDS if each >= zoom)
        if -band not in self._simplified:
            self._simplified[-band] = _Layer(generalise(self._village_shapes, zoom=band))
        return self._simplified[-band]

    @cached_property
    def _all(self) -> _Layer:
        return _Layer(self._shapes)

    @cached_property
    def _spans(self) -> list[slice]:
        """Where the grids of each village stand."""
        found = np.array([code[:_VILLAGE_DIGITS] for code in self.codes])
        starts = np.searchsorted(found, self.villages).tolist()
        return [slice(*each) for each in zip(starts, [*starts[1:], len(found)], strict=True)]

    @cached_property
    def _village_shapes(self) -> Shapes:
        shapes = np.empty(len(self._spans), dtype=object)
        for number, span in enumerate(self._spans):
            shapes[number] = joined(self._shapes[span])
        return shapes

    @cached_property
    def _grid_labels(self) -> Coordinates:
        return label_places(self._at(_LABELS_FROM_BAND).shapes)

    @cached_property
    def _village_labels(self) -> Coordinates:
        """A village's number stands on the label of its grid nearest to the middle of them."""
        return np.array([_middle(self._grid_labels[span]) for span in self._spans]).reshape(-1, 2)


class _Layer:
    """Shapes on the square, and the tree that finds those of a tile."""

    def __init__(self, shapes: Shapes) -> None:
        self.shapes = shapes
        self.tree = STRtree(shapes)


def _middle(places: Coordinates) -> Coordinates:
    """Return the place nearest to the mean of them; grids without a shape have none."""
    known = places[~np.isnan(places[:, 0])]
    if not len(known):
        return np.array([np.nan, np.nan])
    nearest: Coordinates = known[np.argmin(((known - known.mean(axis=0)) ** 2).sum(axis=1))]
    return nearest


_NOTHING: dict[str, Any] = {"name": "nothing", "features": []}


def _within(tree: STRtree, tile: Tile) -> NDArray[np.int64]:
    """Positions of what touches a tile or its margin, ascending."""
    return np.sort(tree.query(shapely.box(*_with_margin(tile))))


def _with_margin(tile: Tile) -> tuple[float, float, float, float]:
    left, top, right, bottom = tile.bounds
    margin = _MARGIN * (right - left)
    return left - margin, top - margin, right + margin, bottom + margin


def _polygons(name: str, layer: _Layer, tile: Tile) -> dict[str, Any]:
    found = _within(layer.tree, tile)
    clipped = np.array([_clipped(layer.shapes[position], tile) for position in found], dtype=object)
    drawn = shapely.transform(clipped, lambda at: _units(at, tile))
    return _layer(name, found, [_with_area(shape) for shape in drawn])


def _clipped(shape: BaseGeometry, tile: Tile) -> BaseGeometry:
    bounds = _with_margin(tile)
    try:
        return shapely.clip_by_rect(shape, *bounds)
    except GEOSException:  # of a shape that crosses itself
        return shapely.intersection(shapely.make_valid(shape), shapely.box(*bounds))


def _with_area(shape: BaseGeometry) -> BaseGeometry:
    """Return what of a cut shape is left to fill: a border that only touches the tile leaves a line."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon" and part.area > 0]
    return shapely.MultiPolygon(parts)


def _points(name: str, places: Coordinates, tile: Tile) -> dict[str, Any]:
    left, top, right, bottom = tile.bounds
    x, y = places[:, 0], places[:, 1]
    found = np.flatnonzero((x >= left) & (x < right) & (y >= top) & (y < bottom))
    return _layer(name, found, [shapely.Point(at) for at in _units(places[found], tile)])


def _layer(name: str, positions: NDArray[np.int64], shapes: Sequence[BaseGeometry]) -> dict[str, Any]:
    features = [
        {"geometry": shape, "properties": {}, "id": position}
        for position, shape in zip(positions.tolist(), shapes, strict=True)
        if not shape.is_empty
    ]
    return {"name": name, "features": features}


def _units(at: Coordinates, tile: Tile) -> Coordinates:
    left, top, right, _ = tile.bounds
    return np.round((at - (left, top)) * (EXTENT / (right - left)))
