"""诉求的分格: very many cases as squares of about a kilometre, and the single ones of a view.

The conditions are those of the list (storage/case_filter.py): a map and its list never differ.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from gis.generalise import to_square
from server.domain.demand_clock import age_band
from server.domain.demand_states import StateKey, group_of
from server.figures import open_cases
from server.figures.case_ages import ages_in_days
from server.figures.case_colours import MIXED, ColouredBy, colourings
from server.figures.open_cases import Case
from server.figures.outlines import Bounds
from server.storage import case_filter, case_places
from server.storage.case_filter import CaseFilter
from server.storage.demands import Demand
from server.storage.geometry import point_degrees, undecoded
from server.work import Reading

_CELLS = 2**15
"""Squares around the world: the tiles of zoom 15, a kilometre wide in the middle of China."""
_DECIMALS = 4

Indices = NDArray[np.intp]

_KEYS: Mapping[ColouredBy, tuple[Any, Callable[[Any], str]]] = {
    "group": (Demand.key, lambda key: group_of(StateKey(key)) or ""),
    "kind": (Demand.kind, str),
    "level": (Demand.level, lambda level: level or ""),
}
"""What a colour is decided by, as a column and as its key in the legend; age is decided by the oldest."""


def bins(reading: Reading, wanted: CaseFilter, *, coloured_by: ColouredBy = "age") -> list[dict[str, Any]]:
    """{lon, lat, count, age, colour} of each square with wanted demands: their middle, their number, the oldest's age.

    `wanted` leaves points only. The colour is the one they share, MIXED where they differ; by age it is the oldest's.
    """
    column, key_of = _KEYS.get(coloured_by, (None, str))
    alike = case_places.places(
        reading.session,
        wanted,
        scope=reading.actor.scope,
        moments=open_cases.moments(reading),
        by=column,
    )
    if not alike:
        return []
    degrees = np.concatenate([each.degrees for each in alike])
    squares = np.floor(to_square(degrees) * _CELLS).astype(np.int64)
    order = np.lexsort((squares[:, 1], squares[:, 0]))
    starts = np.flatnonzero(np.diff(squares[order], axis=0, prepend=-1).any(axis=1))
    counts = np.diff(starts, append=len(order))
    middles = np.add.reduceat(degrees[order], starts) / counts[:, None]
    oldest = np.minimum.reduceat(np.concatenate([each.received for each in alike])[order], starts)
    ages = ages_in_days(oldest, as_of=reading.now)
    keys = [(key_of(each.value), len(each.degrees)) for each in alike]
    shared = _shared(keys, order, starts)
    return [
        {"lon": lon, "lat": lat, "count": count, "age": age, "colour": _colour(coloured_by, key, age)}
        for (lon, lat), count, age, key in zip(
            middles.round(_DECIMALS).tolist(),
            counts.tolist(),
            ages.tolist(),
            shared,
            strict=True,
        )
    ]


def _shared(keys: Sequence[tuple[str, int]], order: Indices, starts: Indices) -> Sequence[str | None]:
    """The key that all of a square's demands have, None where they differ.

    `keys` say of how many demands in turn each is the key; `starts` are of squares in the `order` of demands.
    """
    known = sorted({key for key, _ in keys})
    of_row = np.repeat([known.index(key) for key, _ in keys], [number for _, number in keys])[order]
    lowest, highest = np.minimum.reduceat(of_row, starts), np.maximum.reduceat(of_row, starts)
    return [known[low] if low == high else None for low, high in zip(lowest, highest, strict=True)]


def cases_within(
    reading: Reading, wanted: CaseFilter, within: Bounds, *, at_most: int
) -> Sequence[Case] | None:
    """The wanted demands whose point lies within degrees (west, south, east, north); None if more than `at_most`."""
    west, south, east, north = within
    rows = _numbered(reading, wanted)
    if not rows:
        return []
    lon, lat = point_degrees([row[0] for row in rows]).T
    near = np.flatnonzero((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))
    if len(near) > at_most:
        return None
    return open_cases.lines(reading, _demands(reading, [rows[at].number for at in near.tolist()]))


def _numbered(reading: Reading, wanted: CaseFilter) -> Sequence[Any]:
    """(point, number) of wanted demands: what the index over those not settled knows of them."""
    conditions = case_filter.looked_up_by_place(
        wanted, scope=reading.actor.scope, moments=open_cases.moments(reading)
    )
    query = sa.select(undecoded(Demand.point), Demand.number).where(*conditions)
    return reading.session.connection().execute(query).all()


def _demands(reading: Reading, numbers: Sequence[str]) -> Sequence[Demand]:
    query = sa.select(Demand).where(Demand.number.in_(numbers)).order_by(Demand.received_at, Demand.number)
    return reading.session.scalars(query).all()


def _colour(coloured_by: ColouredBy, key: str | None, age: int) -> str:
    legend = colourings()[coloured_by].legend
    if coloured_by == "age":
        return legend[age_band(age).label][1]
    return MIXED if key is None else legend[key][1]
