"""Where very many demands lie, and since when they are known, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from server.domain.scope import Scope
from server.storage import gathered
from server.storage.case_filter import CaseFilter, Moments, looked_up_by_place
from server.storage.demands import Demand


@dataclass(frozen=True, slots=True)
class Places:
    """Demands that are alike in `value`: `degrees` of shape (n, 2), `received` moments of UTC to the second, shape (n,)."""

    value: Any
    degrees: NDArray[np.float64]
    received: gathered.Moments


def places(
    session: Session, wanted: CaseFilter, *, scope: Scope, moments: Moments, by: Any = None
) -> list[Places]:
    """Where the wanted demands lie, apart by a column of theirs or all together; `wanted` leaves only those with a place."""
    value = sa.null() if by is None else by
    query = sa.select(
        value, sa.func.count(), gathered.places(session, Demand.point, Demand.received_at)
    ).where(*looked_up_by_place(wanted, scope=scope, moments=moments))
    rows = session.execute(query if by is None else query.group_by(by))
    return [
        Places(alike, *gathered.read_places(text, number)) for alike, number, text in rows if text is not None
    ]
