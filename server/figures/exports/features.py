"""导出 GeoJSON: every record, or every round of a repeat, as a feature; without a place its geometry is null."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import compress, repeat
from operator import ne
from typing import Any

from pydantic_core import to_json

from server.figures.exports import shapes
from server.figures.exports.cells import Cell, Reading, as_is, figure, heads, in_numbers
from server.figures.exports.order import Order, place_key
from server.figures.exports.questions import Table
from server.figures.exports.records import FACTS_IN_NUMBERS, Opened, Record, records, with_facts
from server.figures.exports.shapes import Shape
from server.figures.exports.text import Rounds, rounds, row_writer

Feature = dict[str, Any]
_BLANK = repeat("")


def lines(order: Order, opened: Opened) -> Iterator[bytes]:
    """The export as one FeatureCollection, a feature to a line."""
    yield b'{"type":"FeatureCollection","features":['
    features = _features(order)
    between = b"\n"
    for batch in records(order, opened):
        written = b",\n".join(to_json(feature) for record in batch for feature in features(record))
        if written:
            yield between + written
            between = b",\n"
    yield b"\n]}\n"


def reading(order: Order) -> Reading:
    """How answers are written in a file for maps: numbers as numbers, texts as they were typed."""
    return Reading(in_words=order.wanted.in_words, guard=as_is, number=figure)


def _features(order: Order) -> Callable[[Record], Iterable[Feature]]:
    table = _chosen(order)
    if table is order.table:
        layer = RecordLayer(order)
        named = [name for name, _ in layer.columns()]
        return lambda record: [_feature(named, *layer.row(record))]
    inner = RoundLayer(order, table)
    inner_named = [name for name, _ in inner.columns()]
    return lambda record: [_feature(inner_named, *row) for row in inner.rows(record)]


def _chosen(order: Order) -> Table:
    """The table that holds the place that was asked for."""
    wanted = order.wanted.place
    holding = (
        table
        for table in order.table.walk()
        if any(place_key(table, question) == wanted for question in table.places)
    )
    return next(holding, order.table)


def _feature(named: list[str], cells: list[Cell], shape: Shape | None) -> Feature:
    told = dict(compress(zip(named, cells, strict=True), map(ne, cells, _BLANK)))
    return {"type": "Feature", "geometry": shape, "properties": told}


class RecordLayer:
    """The records as rows with a place."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._row = row_writer(order, reading(order))
        self._find = shapes.finder(order.table, place=order.wanted.place)

    def columns(self) -> list[tuple[str, bool]]:
        """The names of its columns, and which hold numbers."""
        named = with_facts(self._order, heads(self._order.table, in_words=self._order.wanted.in_words))
        return list(zip(named, [*FACTS_IN_NUMBERS, *in_numbers(self._order.table)], strict=True))

    def row(self, record: Record) -> tuple[list[Cell], Shape | None]:
        """The cells of a record, and its place: an answer's, else where it was begun."""
        found = self._find(record.answers)
        if found is None and not self._order.wanted.place:
            found = shapes.point(record.point)
        return self._row(record), found


class RoundLayer:
    """The rounds of one repeat as rows with a place."""

    def __init__(self, order: Order, table: Table) -> None:
        self._outermost = order.table
        self.table = table
        self._rounds = Rounds(table, reading(order))
        self._find = shapes.finder(table, place=order.wanted.place)

    def columns(self) -> list[tuple[str, bool]]:
        """The names of its columns, and which hold numbers."""
        keys = (False, False)
        return list(zip(self._rounds.heads(), [*keys, *in_numbers(self.table)], strict=True))

    def rows(self, record: Record) -> Iterator[tuple[list[Cell], Shape | None]]:
        """The cells and the place of every round inside a record."""
        for table, key, parent, answers in rounds(self._outermost, record.key, record.answers):
            if table is self.table:
                yield self._rounds.row(key, parent, answers), self._find(answers)
