"""导出 CSV: the records as lines of text, the first line at once, and the rounds of repeats in files beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from server.figures.exports.cells import Answer, Cell, Reading, Writer, distinct, guarded, heads, writer
from server.figures.exports.order import Order
from server.figures.exports.questions import Table
from server.figures.exports.records import Opened, Record, records, with_facts

BYTE_ORDER_MARK = "\ufeff"
"""By it WPS and Excel see that the text is UTF-8."""


def lines(order: Order, opened: Opened) -> Iterator[bytes]:
    """The records of an export as CSV, a line each; of a repeat they say how many rounds there are."""
    yield head(order)
    row = row_writer(order, Reading(in_words=order.wanted.in_words))
    for batch in records(order, opened, guard=guarded):
        yield written(map(row, batch))


def head(order: Order) -> bytes:
    """The first line."""
    named = with_facts(order, heads(order.table, in_words=order.wanted.in_words))
    return BYTE_ORDER_MARK.encode() + written([list(map(guarded, named))])


def row_writer(order: Order, reading: Reading) -> Callable[[Record], list[Cell]]:
    """A function from a record to its whole row."""
    answered = writer(order.table, reading)
    return lambda record: record.facts + answered(record.answers)


def written(rows: Iterable[Sequence[Cell]]) -> bytes:
    """Rows as CSV (RFC 4180). The csv module looks at every single letter, and a track has thousands."""
    return "".join([",".join(map(_quoted, row)) + "\r\n" for row in rows]).encode()


def _quoted(cell: Cell) -> str:
    if not isinstance(cell, str):
        return str(cell)
    if '"' in cell or "," in cell or "\n" in cell or "\r" in cell:
        return '"' + cell.replace('"', '""') + '"'
    return cell


class Rounds:
    """The rounds of one repeat as rows: a key of its own, the key of the row it is in, and its answers."""

    def __init__(self, table: Table, reading: Reading) -> None:
        self.table = table
        self._in_words = reading.in_words
        self._guard = reading.guard
        self._write: Writer = writer(table, reading)

    def heads(self) -> list[str]:
        """The headings of its columns."""
        keys = (
            [("标识", "KEY"), ("所属记录", "PARENT_KEY")]
            if self._in_words
            else [("KEY", "KEY"), ("PARENT_KEY", "PARENT_KEY")]
        )
        return distinct([*keys, *((each, each) for each in heads(self.table, in_words=self._in_words))])

    def row(self, key: str, parent: str, answers: Answer) -> list[Cell]:
        """The cells of one round."""
        return [self._guard(key), self._guard(parent), *self._write(answers)]


def rounds(table: Table, key: str, answers: Answer) -> Iterator[tuple[Table, str, str, Answer]]:
    """Every round of every repeat inside a row: its table, its key, the key of the row it is in, its answers."""
    for repeat in table.repeats:
        group: object = answers
        for step in repeat.steps:
            group = group.get(step) if isinstance(group, dict) else None
        for number, each in enumerate(group if isinstance(group, list) else (), start=1):
            inner = f"{key}/{repeat.name}[{number}]"
            yield repeat, inner, key, each
            yield from rounds(repeat, inner, each)
