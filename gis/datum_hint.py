"""Which datum a map of grids is really in, told by places that are known to lie in its grids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gis.coordinates import Datum, shift
from gis.grid_index import GridIndex
from gis.measure import Coordinates

_CANDIDATES: tuple[Datum, ...] = ("wgs84", "gcj02", "bd09")
_MOST = 0.5
_LABELS: dict[Datum, str] = {
    "wgs84": "WGS-84",
    "cgcs2000": "CGCS2000",
    "gcj02": "GCJ-02（高德、腾讯）",
    "bd09": "BD-09（百度）",
}


@dataclass(frozen=True, slots=True)
class Hint:
    """The datum under which most places lie in their grids, and the shares of places that do: as declared, and then."""

    datum: Datum
    share_declared: float
    share_then: float

    @property
    def message(self) -> str:
        """What to look at, in Chinese."""
        return (
            f"已知位置只有 {self.share_declared:.0%} 落在网格里；若文件是 {_LABELS[self.datum]} 坐标，"
            f"则有 {self.share_then:.0%} 落在网格里。请核对坐标系"
        )


def hinted(
    index: GridIndex, places: Coordinates, codes: Sequence[str | None], *, declared: Datum
) -> Hint | None:
    """坐标系提示：return the datum the map seems to be in; None where the declared one serves most places.

    `index` holds the grids as converted from `declared`; `places` has shape (n, 2), degrees WGS-84. A place lies right
    in the grid that `codes` names for it, where it is known (None: in any grid).
    """
    if not len(places):
        return None
    declared_share = _share(index, places, codes)
    if declared_share >= _MOST:
        return None
    shares = {
        datum: _share(index, _as_if(places, datum, declared), codes)
        for datum in _CANDIDATES
        if datum != declared
    }
    best = max(shares, key=lambda datum: shares[datum])
    return Hint(best, declared_share, shares[best]) if shares[best] > _MOST else None


def _as_if(places: Coordinates, datum: Datum, declared: Datum) -> Coordinates:
    """Where places seem to lie on a map that is in `datum` and was converted as if it were in `declared`."""
    return shift(shift(places, source="wgs84", target=datum), source=declared, target="wgs84")


def _share(index: GridIndex, places: Coordinates, codes: Sequence[str | None]) -> float:
    found = index.locate_many(places[:, 0], places[:, 1])
    right = [
        here is not None and (code is None or here == code) for here, code in zip(found, codes, strict=True)
    ]
    return float(np.mean(right))
