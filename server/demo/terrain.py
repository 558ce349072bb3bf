"""The ground of the invented county: thousands of small cells, gathered into areas that share crooked borders.

Everything here is on a local plane in metres, x to the east and y to the north of the county's middle. Because an
area is a set of whole cells, neighbouring areas share every vertex and the result is a valid coverage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

RURAL_SPACING = 210.0
URBAN_SPACING = 62.0
_ROUNDS = 90


@dataclass(frozen=True, slots=True)
class Town:
    """A built-up place: its middle (metres) and how far its small cells reach (metres)."""

    x: float
    y: float
    reach: float


class Relief:
    """Hills and valleys: a smooth displacement in metres that makes straight borders crooked."""

    def __init__(self, chance: np.random.Generator) -> None:
        lengths = np.array([14000.0, 8000.0, 5200.0, 3300.0, 1900.0, 1100.0, 640.0])
        self._height = lengths * np.array([0.075, 0.065, 0.06, 0.055, 0.05, 0.045, 0.04])
        turn = chance.random((2, len(lengths))) * 2 * np.pi
        self._wave = np.stack([np.cos(turn), np.sin(turn)]) * 2 * np.pi / lengths
        self._phase = chance.random((2, len(lengths))) * 2 * np.pi

    def displace(self, points: Floats) -> Floats:
        """(n, 2) metres in, (n, 2) displaced metres out."""
        angle = np.einsum("nc,cdk->ndk", points, self._wave) + self._phase
        bent: Floats = points + (np.sin(angle) * self._height).sum(axis=2)
        return bent


@dataclass(frozen=True, slots=True)
class Ground:
    """The cells of a county: middles (n, 2), the same after displacement, areas (m²), polygons, neighbour pairs."""

    middles: Floats
    bent: Floats
    areas: Floats
    cells: NDArray[np.object_]
    neighbours: Indices

    @classmethod
    def lay(cls, *, half_length: float, half_width: float, slant: float, towns: Sequence[Town]) -> Ground:
        """Lay cells over a slanted oval (metres, radians): small in the towns, larger in the country."""
        chance = np.random.default_rng(20260816)
        relief = Relief(chance)
        margin = half_length + 3000
        country = _scatter(chance, (0.0, 0.0), margin, RURAL_SPACING)
        for town in towns:
            country = country[_distance(country, town) > town.reach]
        streets = []
        for town in towns:
            points = _scatter(chance, (town.x, town.y), town.reach, URBAN_SPACING)
            streets.append(points[_distance(points, town) <= town.reach])
        points = np.concatenate([country, *streets])
        along = np.array([np.cos(slant), np.sin(slant)])
        across = np.array([-np.sin(slant), np.cos(slant)])
        bent = relief.displace(points)
        radius = ((bent @ along) / half_length) ** 2 + ((bent @ across) / half_width) ** 2
        near = points[radius < 1.6]
        cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(near), ordered=True))
        inside = radius[radius < 1.6] < 1
        kept = cells[inside]
        return cls(
            middles=near[inside],
            bent=relief.displace(near[inside]),
            areas=shapely.area(kept),
            cells=kept,
            neighbours=_touching(kept),
        )


def _scatter(
    chance: np.random.Generator, middle: tuple[float, float], reach: float, spacing: float
) -> Floats:
    """Points about `spacing` apart in a square of half side `reach`, none on a straight line."""
    steps = np.arange(-reach, reach + spacing, spacing)
    grid = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    grid[:, 0] += np.where(np.round(grid[:, 1] / spacing).astype(int) % 2, spacing / 2, 0.0)
    scattered: Floats = grid + np.array(middle) + (chance.random(grid.shape) - 0.5) * spacing * 0.62
    return scattered


def _distance(points: Floats, town: Town) -> Floats:
    return np.asarray(np.hypot(points[:, 0] - town.x, points[:, 1] - town.y), dtype=np.float64)


def _touching(cells: NDArray[np.object_]) -> Indices:
    """Pairs (m, 2) of cells that share a side."""
    tree = shapely.STRtree(cells)
    pairs = tree.query(cells, predicate="intersects").T
    pairs = pairs[pairs[:, 0] < pairs[:, 1]]
    shared = shapely.intersection(cells[pairs[:, 0]], cells[pairs[:, 1]])
    return np.asarray(pairs[shapely.length(shared) > 1.0], dtype=np.int64)


def divide(
    ground: Ground, within: Indices, *, shares: Sequence[float], held: dict[int, tuple[float, float]]
) -> list[Indices]:
    """Divide the cells `within` into connected areas whose sizes stand to each other as `shares`.

    `held` fixes the middle of some areas in metres (a town does not wander); the others settle where there is room.
    It is a power diagram: an area too small gains weight, one too large loses some, until all are near their share.
    """
    if len(shares) == 1:
        return [within]
    points, areas = ground.bent[within], ground.areas[within]
    wanted = np.array(shares) / sum(shares) * areas.sum()
    fixed = {
        area: points[np.argmin(np.hypot(*(ground.middles[within] - place).T))] for area, place in held.items()
    }
    sites = _spread(points, len(shares), fixed)
    loose = np.array([area not in held for area in range(len(shares))])
    weight = np.zeros(len(shares))
    owner = np.zeros(len(points), dtype=np.int64)
    for step in range(_ROUNDS):
        gap = (points[:, None, 0] - sites[:, 0]) ** 2 + (points[:, None, 1] - sites[:, 1]) ** 2
        owner = np.argmin(gap - weight, axis=1)
        size = np.bincount(owner, areas, len(shares))
        weight += (wanted - size) * 0.4 * (1 - step / _ROUNDS)
        if step < _ROUNDS // 2:
            for axis in (0, 1):
                middle = np.bincount(owner, areas * points[:, axis], len(shares)) / np.maximum(size, 1.0)
                sites[:, axis] = np.where(loose & (size > 0), middle, sites[:, axis])
    owner = _rejoin(ground, within, owner)
    return [within[owner == area] for area in range(len(shares))]


def _spread(points: Floats, count: int, fixed: dict[int, Floats]) -> Floats:
    """A first middle for every area, each as far from the others as the ground allows."""
    sites = np.empty((count, 2))
    gap = np.full(len(points), np.inf)
    for area in sorted(range(count), key=lambda area: area not in fixed):
        far = points[np.argmax(np.where(np.isinf(gap), points[:, 0], gap))]
        sites[area] = fixed.get(area, far)
        gap = np.minimum(gap, np.hypot(*(points - sites[area]).T))
    return sites


def _rejoin(ground: Ground, within: Indices, owner: Indices) -> Indices:
    """Give every splinter cut off from its area to an area it touches, so that each is one piece."""
    place = np.full(len(ground.cells), -1)
    place[within] = np.arange(len(within))
    local = place[ground.neighbours]
    sides = local[(local >= 0).all(axis=1)]
    while True:
        piece = _pieces(len(within), sides[owner[sides[:, 0]] == owner[sides[:, 1]]])
        size = np.bincount(piece, ground.areas[within], len(within))
        main = {int(a): int(piece[owner == a][np.argmax(size[piece[owner == a]])]) for a in np.unique(owner)}
        stray = piece != np.array([main[int(a)] for a in owner])
        border = sides[stray[sides[:, 0]] != stray[sides[:, 1]]]
        if not stray.any() or not len(border):
            return owner
        owner = owner.copy()
        for one, other in border:
            cut, kept = (one, other) if stray[one] else (other, one)
            owner[piece == piece[cut]] = owner[kept]
            break


def _pieces(count: int, links: Indices) -> Indices:
    """The piece each cell belongs to when linked cells are together (the smallest number in it)."""
    piece = np.arange(count)
    while True:
        before = piece.copy()
        low = np.minimum(piece[links[:, 0]], piece[links[:, 1]])
        np.minimum.at(piece, links[:, 0], low)
        np.minimum.at(piece, links[:, 1], low)
        piece = piece[piece]
        if (piece == before).all():
            return piece
