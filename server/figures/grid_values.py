"""网格图层的数: what a map of grids is coloured by, as arrays in the order of its drawing.

Twenty thousand grids in a few tens of kilobytes: a code is its village's and three digits more, and a name travels
only where there are few grids or when somebody asks for a village's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from server.domain.jurisdiction import Level
from server.domain.scope import Scope
from server.figures.areas import grid_names
from server.figures.outlines import Drawing
from server.storage import jurisdictions
from server.work import Reading

Row = Mapping[str, Any]
"""{code, n, d, text, level} of a grid; it may say `vacant`, `thick`, another `name` than its own and, instead of its
text, what is `told` under its name."""

MOST_NAMED = 1_000
VACANT, THICK = 1, 2
_NO_ROW = -1


def divided(reading: Reading, drawn: Drawing) -> list[tuple[str, str, list[int]]]:
    """(code, name, numbers of its grids) of each village of a drawing: a grid's position is its place in all of them."""
    names = jurisdictions.names(reading.session, [village for village, _ in drawn.villages])
    return [
        (village, names.get(village, village), [int(code[Level.VILLAGE.digits :]) for code in codes])
        for village, codes in drawn.villages
    ]


def arrays(reading: Reading, drawn: Drawing, rows: Iterable[Row], *, levels: Sequence[str]) -> dict[str, Any]:
    """Return one value per grid of a drawing: `level` its place in `levels`, -1 without a row; `n`, `d`, `marks`.

    `texts` are those that its numbers do not say, by position. `names` and `titles`, a grid's lines in one text, are
    None and none where there are more than MOST_NAMED rows: a name is asked for then, and its number says the rest.
    """
    by_code = {row["code"]: row for row in rows}
    found = [by_code.get(code) for code in drawn.codes]
    order = {level: number for number, level in enumerate(levels)}
    shown = [(at, row) for at, row in enumerate(found) if row is not None]
    names = _names(reading, drawn, shown) if len(shown) <= MOST_NAMED else None
    return {
        "level": [_NO_ROW if row is None else order[row["level"]] for row in found],
        "n": [0 if row is None else row["n"] for row in found],
        "d": [0 if row is None else row["d"] for row in found],
        "marks": [0 if row is None else _marks(row) for row in found],
        "texts": {at: row["text"] for at, row in shown if row["text"] != f"{row['n']}/{row['d']}"},
        "titles": {}
        if names is None
        else {at: f"{names[at]}\n{row['told']}" for at, row in shown if "told" in row},
        "names": names,
    }


def _names(reading: Reading, drawn: Drawing, shown: Iterable[tuple[int, Row]]) -> dict[int, str]:
    named = grid_names(reading.session, scope=Scope(drawn.scope))
    return {at: row.get("name") or named[row["code"]].full_name for at, row in shown}


def names_of(reading: Reading, drawn: Drawing, village: str) -> dict[int, str]:
    """The names of a village's grids by their position in a drawing."""
    names = grid_names(reading.session, scope=Scope.of([village]))
    codes = dict(drawn.villages).get(village, ())
    first = drawn.codes.index(codes[0]) if codes else 0
    return {first + number: names[code].full_name for number, code in enumerate(codes)}


def _marks(row: Row) -> int:
    return VACANT * bool(row.get("vacant")) + THICK * bool(row.get("thick"))
