"""看过的面积: the share of a small grid's area that patrols' tracks came past, for experts (METRICS P4, SPATIAL §3).

Not for leaders and in no card: in a rural grid of forest and field it would leave everything red.
"""

from __future__ import annotations

import numpy as np
import shapely
from shapely import STRtree
from sqlalchemy.orm import Session

from gis.measure import area_m2
from gis.swath import area_share
from server.domain.obligation import Window
from server.domain.scope import Scope
from server.figures.areas import GridName
from server.storage import grids, tracks

SMALL_M2 = 500_000.0
SWATH_M = 25.0
_SPECIAL = "special"
_TOWNSHIP_DIGITS = 9
# A degree of latitude; a box grown by this much holds whatever lies within the swath, even far north.
_SWATH_DEGREES = 3 * SWATH_M / 111_000


def area_shares(
    session: Session, period: Window, named: dict[str, GridName], *, scope: Scope
) -> dict[str, float]:
    """Return the share, 0 to 1, of each grid within the scope that is special (专属) or below 0.5 km².

    By the outlines in force at the end of the period. A track counts wherever in the township it belongs to.
    """
    outlines = {
        code: outline
        for code, outline in grids.outlines(session, scope=scope, on=period.last)
        if code in named and (named[code].kind == _SPECIAL or area_m2(outline) < SMALL_M2)
    }
    if not outlines:
        return {}
    townships = Scope.of({code[:_TOWNSHIP_DIGITS] for code in outlines})
    walked = np.array(
        tracks.parts(session, scope=townships, first=period.first, last=period.last), dtype=object
    )
    tree = STRtree(walked)
    shares = {}
    for code, outline in outlines.items():
        west, south, east, north = outline.bounds
        around = shapely.box(
            west - _SWATH_DEGREES, south - _SWATH_DEGREES, east + _SWATH_DEGREES, north + _SWATH_DEGREES
        )
        near = walked[np.sort(tree.query(around))].tolist()
        shares[code] = area_share(near, outline, radius_m=SWATH_M)
    return shares
