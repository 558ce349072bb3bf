"""重新定格: which records bear another grid than the one their place lies in, when a wrong map has been put right.

A redraw never does this: a record keeps the grid it had (METRICS D5). Only what the map told can be told again: the grid
of a demand's place, that of a household which boundaries had given another, and of its visits. Patrols, findings and
their passes bear the grid the worker chose.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

Kind = Literal["demand", "household", "visit"]


@dataclass(frozen=True, slots=True)
class Move:
    """A record whose grid is put right: its kind and key, the grid it bears (None: none) and the one it gets."""

    kind: Kind
    key: Any
    was: str | None
    to: str

    @property
    def way(self) -> tuple[Kind, str, str]:
        """Kind, from, to; "" for no grid."""
        return self.kind, self.was or "", self.to


def moves_of(
    kind: Kind, keys: Sequence[Any], borne: Sequence[str | None], found: Sequence[str | None]
) -> Iterator[Move]:
    """The records whose place lies in another grid; one that lies in none keeps what it bears."""
    for key, was, to in zip(keys, borne, found, strict=True):
        if to is not None and to != was:
            yield Move(kind, key, was, to)


def by_way(moves: Iterable[Move]) -> dict[tuple[Kind, str, str], int]:
    """How many records go which way, the most first."""
    return dict(Counter(move.way for move in moves).most_common())


def batches(moves: Sequence[Move], *, at_most: int) -> Iterator[Sequence[Move]]:
    """Cut moves into batches, those that go one way together."""
    ordered = sorted(moves, key=lambda move: move.way)
    for start in range(0, len(ordered), at_most):
        yield ordered[start : start + at_most]


def together(batch: Iterable[Move]) -> Iterator[tuple[Kind, str | None, str, list[Any]]]:
    """Kind, from, to and the keys of the records that go this way, for a batch in the order of batches()."""
    for _, alike in groupby(batch, key=lambda move: move.way):
        same = list(alike)
        yield same[0].kind, same[0].was, same[0].to, [move.key for move in same]
