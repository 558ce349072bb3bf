"""The place of a record or a round: the answer to one question, or the first that was answered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from forms import answers
from server.figures.exports.cells import Answer
from server.figures.exports.order import place_key
from server.figures.exports.questions import Question, Table

Shape = dict[str, Any]
"""A geometry as GeoJSON has it: longitude and latitude in degrees WGS-84."""

Finder = Callable[[Answer], Shape | None]


def finder(table: Table, *, place: str) -> Finder:
    """A function from a row's answers to its place: of the question that `place` names, if it is of this table."""
    chosen = tuple(question for question in table.places if place_key(table, question) == place)
    asked = chosen or table.places
    return lambda answer: _first(asked, answer)


def point(place: tuple[float, float] | None) -> Shape | None:
    """Where a record was begun, as a shape."""
    return None if place is None else {"type": "Point", "coordinates": list(place)}


def _first(questions: Sequence[Question], answer: Answer) -> Shape | None:
    for question in questions:
        found = shape_of(question.type, _said(question.steps, answer))
        if found is not None:
            return found
    return None


def _said(steps: Sequence[str], answer: Answer) -> str | None:
    value: object = answer
    for step in steps:
        value = value.get(step) if isinstance(value, dict) else None
    return value if isinstance(value, str) else None


def shape_of(kind: str, said: str | None) -> Shape | None:
    """The shape of an answer of one of GEOMETRIES; what is left of a line or an area where points are broken."""
    if kind == "geopoint":
        fix = answers.geopoint(said)
        return None if fix is None else point((fix.lon, fix.lat))
    points = [[each.lon, each.lat] for each in answers.geotrace(said)]
    if not points:
        return None
    if len(points) == 1:
        return {"type": "Point", "coordinates": points[0]}
    if kind == "geotrace" or len(points) < 3:
        return {"type": "LineString", "coordinates": points}
    return _area(points)


def _area(points: list[list[float]]) -> Shape:
    """A ring that ends where it began; with fewer than three corners it is a line."""
    ring = points if points[0] == points[-1] else [*points, points[0]]
    if len(ring) < 4:
        return {"type": "LineString", "coordinates": points}
    return {"type": "Polygon", "coordinates": [ring]}
