"""改划网格: the ground a draft is drawn on: the village's grids, the neighbours around it, and what is wrong between them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import shapely
from shapely import STRtree
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from gis import validate
from gis.validate import ALLOWABLE, NOTHING_ALLOWED, Feature, Finding
from server.domain.jurisdiction import Level, ancestor_at
from server.domain.scope import Scope
from server.figures import areas
from server.figures.boundary_drawing import Drawing, fates
from server.storage import grids, redrawings
from server.storage.redrawings import Standing
from server.work import Reading

_AROUND_DEGREES = 0.003
"""Some three hundred metres: grids within them are neighbours of a village."""
_FOR_EVER = dt.date.max


def around(reading: Reading, village: str, standing: Standing) -> dict[str, BaseGeometry]:
    """Return the grids of other villages that lie beside a village, by code, as last published.

    Where the village has none yet, those of its township: whoever draws the first one sees where he is.
    """
    county = _county(reading, village)
    own = [row.outline for row in standing.grids]
    township = ancestor_at(village, Level.TOWNSHIP)
    near = range(len(county.codes)) if not own else sorted(county.tree.query(_frame(own)).tolist())
    return {
        county.codes[at]: county.shapes[at]
        for at in near
        if not county.codes[at].startswith(village) and (own or county.codes[at].startswith(township))
    }


def _frame(outlines: Sequence[BaseGeometry]) -> BaseGeometry:
    west, south, east, north = shapely.total_bounds(list(outlines))
    margin = _AROUND_DEGREES
    frame: BaseGeometry = shapely.box(west - margin, south - margin, east + margin, north + margin)
    return frame


@dataclass(frozen=True, slots=True)
class _County:
    codes: tuple[str, ...]
    shapes: tuple[BaseGeometry, ...]
    tree: STRtree


_counties: dict[tuple[uuid.UUID | None, str], _County] = {}
_KEPT = 4


def _county(reading: Reading, village: str) -> _County:
    """The outlines of a whole county, kept in memory until others are published."""
    county = ancestor_at(village, Level.COUNTY)
    key = (redrawings.newest(reading.session), county)
    if key not in _counties:
        rows = grids.outlines(reading.session, scope=Scope.of([county]), on=_FOR_EVER)
        shapes = tuple(shape for _, shape in rows)
        while len(_counties) >= _KEPT:
            _counties.pop(next(iter(_counties)), None)
        _counties[key] = _County(tuple(code for code, _ in rows), shapes, STRtree(shapes))
    return _counties[key]


def findings(reading: Reading, drawn: Drawing, *, knowingly: bool = False) -> tuple[Finding, ...]:
    """Return what is wrong with the grids that have new ground, among all they will lie beside (gis/validate.py).

    `knowingly`: what may be so on purpose is a warning.
    """
    touched = [piece for piece in drawn.after.pieces.values() if piece.code in drawn.changes.ground]
    if not touched:
        return ()
    rest = [piece for piece in drawn.after.pieces.values() if piece.code not in drawn.changes.ground]
    others = around(reading, drawn.village, drawn.standing)
    names = areas.grid_names(
        reading.session, scope=Scope.of({code[: Level.TOWNSHIP.digits] for code in others})
    )
    beside = [Feature(code, names[code].full_name, shape) for code, shape in others.items()]
    return validate.examine(
        [Feature(piece.code, piece.name, piece.outline) for piece in touched],
        around=[*(Feature(piece.code, piece.name, piece.outline) for piece in rest), *beside],
        allow=ALLOWABLE if knowingly else NOTHING_ALLOWED,
    )


def ground(reading: Reading, drawn: Drawing) -> dict[str, object]:
    """Return what the editor's map draws, degrees WGS-84: the plan's grids, those that end, those around, findings.

    Vertices are written to the last digit: what comes back unmoved is where it was.
    """
    fate_of = fates(drawn.changes)
    return {
        "grids": [
            {
                "code": code,
                "name": piece.name,
                "label": piece.name.removeprefix(drawn.name) or piece.name,
                "fate": fate_of.get(code, "same"),
                "shape": mapping(piece.outline),
            }
            for code, piece in drawn.after.pieces.items()
        ],
        "ended": [mapping(piece.outline) for piece in drawn.changes.ended],
        "around": [mapping(shape) for shape in around(reading, drawn.village, drawn.standing).values()],
        "findings": [
            None if finding.place is None else mapping(finding.place) for finding in findings(reading, drawn)
        ],
    }
