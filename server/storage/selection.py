"""What a list may be asked: within a scope, filtered, ordered, a page at a time. Compiled to SQL only here.

The scope rule is domain/scope.py's; this is its other half, so that one row and a list of a million obey the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from server.domain.jurisdiction import Level
from server.domain.scope import CodeRange, Scope

CodeColumn = InstrumentedAttribute[str] | InstrumentedAttribute[str | None] | sa.ColumnElement[str]


def within(column: Any, scope: Scope) -> sa.ColumnElement[bool]:
    """A condition that holds for rows whose division code lies in `scope` (ranges, so that the index is used)."""
    return _in_ranges(column, scope.ranges())


def private_within(column: Any, scope: Scope) -> sa.ColumnElement[bool]:
    """A condition that holds where the reader may see PRIVATE matters (MECHANISMS S4 #25)."""
    return _in_ranges(column, scope.private_ranges())


def under(column: Any, code: str) -> sa.ColumnElement[bool]:
    """A condition that holds for every code of the division `code` and what it contains."""
    return within(column, Scope.of([code]))


def is_wide(scope: Scope, area: str | None = None) -> bool:
    """Whether most of a county is asked about, where an index by place would lead all over the table, row by row."""
    codes = scope.codes if area is None else {area}
    return any(len(code) <= Level.COUNTY.digits for code in codes)


def as_value(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """A condition that no index is looked up for, so that the planner takes the narrow one beside it."""
    return sa.func.coalesce(condition, sa.false(), type_=sa.Boolean)


def _in_ranges(column: Any, ranges: Sequence[CodeRange]) -> sa.ColumnElement[bool]:
    return sa.or_(sa.false(), *(sa.and_(column >= low, column < high) for low, high in ranges))


Row = TypeVar("Row")


@dataclass(frozen=True)
class Page:
    """Which part of a list: `number` from 1, `size` rows."""

    number: int = 1
    size: int = 50

    @property
    def offset(self) -> int:
        """How many rows come before this page."""
        return (self.number - 1) * self.size


@dataclass(frozen=True)
class Listing(Generic[Row]):
    """One page of rows and how many there are in all."""

    rows: Sequence[Row]
    total: int
    page: Page
