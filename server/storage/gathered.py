"""What very many rows say, in one text where each takes the same room: of 200,000 not one becomes a row of ours."""

from __future__ import annotations

from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from server.storage.geometry import degrees_of, undecoded

Moments = NDArray[np.datetime64]
_MOMENT_WIDTH = len("2026-10-20 01:00:00")


def moments(session: Session, column: Any) -> sa.ColumnElement[str | None]:
    """All moments of a column."""
    return _joined(session, _moment(session, column))


def places(session: Session, point: Any, moment: Any) -> sa.ColumnElement[str | None]:
    """All points of a column, beside each its moment."""
    place: sa.ColumnElement[str]
    if _is_sqlite(session):
        place = sa.func.hex(undecoded(point), type_=sa.Text)
    else:
        place = sa.cast(undecoded(point), sa.Text)
    return _joined(session, place + _moment(session, moment))


def read_moments(text: str) -> Moments:
    """Return the moments of UTC, to the second, that `moments` gave."""
    return _moments(np.frombuffer(text.encode("ascii"), np.uint8).reshape(-1, _MOMENT_WIDTH))


def read_places(text: str, number: int) -> tuple[NDArray[np.float64], Moments]:
    """Return degrees, shape (number, 2), and moments of UTC, to the second, that `places` gave of so many rows."""
    records = np.frombuffer(text.encode("ascii"), np.uint8).reshape(number, -1)
    points = records[:, :-_MOMENT_WIDTH].tobytes().decode("ascii")
    return degrees_of(bytes.fromhex(points), number), _moments(records[:, -_MOMENT_WIDTH:])


def _moments(written: NDArray[np.uint8]) -> Moments:
    return written.copy().view(f"S{_MOMENT_WIDTH}")[:, 0].astype("datetime64[s]")


def _moment(session: Session, column: Any) -> sa.ColumnElement[str]:
    if _is_sqlite(session):
        return sa.func.substr(sa.type_coerce(column, sa.Text), 1, _MOMENT_WIDTH)
    return sa.func.to_char(sa.func.timezone("UTC", column), "YYYY-MM-DD HH24:MI:SS", type_=sa.Text)


def _joined(session: Session, record: sa.ColumnElement[str]) -> sa.ColumnElement[str | None]:
    join = sa.func.group_concat if _is_sqlite(session) else sa.func.string_agg
    return join(record, "", type_=sa.Text)


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"
