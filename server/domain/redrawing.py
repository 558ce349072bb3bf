"""改划网格: what an officer does to the grids of one village, step by step, before anything is in force.

A draft is its steps. Replayed on the grids in force they give the same plan every time, new codes included, so that a
step can be taken back and a page reloaded. Codes follow METRICS D5: whoever is cut or joined ends, and its successors
get numbers the village has never used; a border that moves leaves both grids what they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from typing import Annotated, Literal

import shapely
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, TypeAdapter
from shapely import LineString, MultiPolygon, Polygon

from gis import redraw
from gis.redraw import Outline, RedrawRefused
from server.domain.problems import Invalid

Kind = Literal["general", "special"]
MOST_VERTICES = 20_000
"""Of one drawn shape: ten times what the most winding grid of a county has."""
_MOST_NUMBER = 999


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A grid as the plan has it. `origins` are the grids in force that its ground was made from: itself, if it is one."""

    code: str
    name: str
    kind: str
    outline: Outline
    origins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """The grids of a village, by code; `used` are all codes it ever gave to one."""

    village: str
    pieces: Mapping[str, Piece]
    used: frozenset[str]

    def piece(self, code: str) -> Piece:
        """Raise Invalid("redrawing.no_such_grid") for a grid that is not the village's, or is none any more."""
        if code not in self.pieces:
            raise Invalid("redrawing.no_such_grid", grid=code)
        return self.pieces[code]

    @property
    def outlines(self) -> dict[str, Outline]:
        """The ground of every grid."""
        return {code: piece.outline for code, piece in self.pieces.items()}

    def without(self, codes: Iterable[str]) -> Plan:
        """The plan when some grids have ended."""
        gone = set(codes)
        return replace(self, pieces={code: piece for code, piece in self.pieces.items() if code not in gone})

    def with_new(self, *drafts: Piece) -> Plan:
        """The plan with more grids; each gets the lowest number the village never used."""
        pieces, used = dict(self.pieces), set(self.used)
        for draft in drafts:
            code = _free_code(self.village, used)
            used.add(code)
            pieces[code] = replace(draft, code=code)
        return Plan(self.village, dict(sorted(pieces.items())), frozenset(used))

    def redrawn(self, outlines: Mapping[str, Outline]) -> Plan:
        """The plan with other ground under some of its grids."""
        changed = {code: replace(self.pieces[code], outline=shape) for code, shape in outlines.items()}
        return replace(self, pieces=dict(self.pieces) | changed)


def _free_code(village: str, used: set[str]) -> str:
    for number in range(1, _MOST_NUMBER + 1):
        code = f"{village}{number:03d}"
        if code not in used:
            return code
    raise Invalid("redrawing.no_number_left")


def _read(value: object) -> object:
    return shapely.from_wkb(value) if isinstance(value, str) else value


def _written(shape: Outline | LineString) -> str:
    # As it is to the last digit: text would round, and a border two grids share would be two lines.
    return shapely.to_wkb(shape, hex=True)


_AsHex = (BeforeValidator(_read), PlainSerializer(_written, return_type=str))
_Ground = Annotated[Polygon | MultiPolygon, *_AsHex]
_Cut = Annotated[LineString, *_AsHex]
_Name = Annotated[str, Field(min_length=1, max_length=50)]


class _Step(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Split(_Step):
    """拆分: one grid becomes two along a line."""

    act: Literal["split"] = "split"
    code: str
    line: _Cut

    def on(self, plan: Plan) -> Plan:
        """Both halves are new grids, named after the old one and where they lie."""
        old = plan.piece(self.code)
        left, right = redraw.split_by_line(old.outline, self.line)
        names = _sides(left, right)
        halves = (
            replace(old, name=f"{old.name}（{side}）", outline=shape)
            for side, shape in zip(names, (left, right), strict=True)
        )
        return plan.without([old.code]).with_new(*halves)


class Merge(_Step):
    """合并: grids that lie side by side become one."""

    act: Literal["merge"] = "merge"
    codes: tuple[str, ...]

    def on(self, plan: Plan) -> Plan:
        """The new grid bears the name of the first; it is 专属 where all were. Raises Invalid("redrawing.needs_two")."""
        old = [plan.piece(code) for code in sorted(set(self.codes))]
        if len(old) < 2:
            raise Invalid("redrawing.needs_two")
        joined = Piece(
            code="",
            name=old[0].name,
            kind="special" if all(piece.kind == "special" for piece in old) else "general",
            outline=redraw.merged([piece.outline for piece in old]),
            origins=tuple(sorted({origin for piece in old for origin in piece.origins})),
        )
        return plan.without(self.codes).with_new(joined)


class Reshape(_Step):
    """改界: a grid takes another outline; `shared`: what it gains its neighbours lose, what it leaves they get."""

    act: Literal["reshape"] = "reshape"
    code: str
    outline: _Ground
    shared: bool

    def on(self, plan: Plan) -> Plan:
        """Every grid keeps its code."""
        plan.piece(self.code)
        if not self.shared:
            return plan.redrawn({self.code: self.outline})
        return plan.redrawn(redraw.given_to_neighbours(plan.outlines, self.code, self.outline))


class Draw(_Step):
    """新画: a grid where there was none; `takes`: also on ground that its neighbours give up, else only beside them."""

    act: Literal["draw"] = "draw"
    name: _Name
    kind: Kind
    outline: _Ground
    takes: bool

    def on(self, plan: Plan) -> Plan:
        """The neighbours keep their codes; nobody is its predecessor."""
        new = Piece(code="", name=self.name, kind=self.kind, outline=self.outline)
        if not self.takes:
            free = redraw.left_over(list(plan.outlines.values()), self.outline)
            return plan.with_new(replace(new, outline=free))
        given = redraw.given_to_neighbours(plan.outlines, "", self.outline)
        del given[""]
        return plan.redrawn(given).with_new(new)


class Rename(_Step):
    """改名."""

    act: Literal["rename"] = "rename"
    code: str
    name: _Name

    def on(self, plan: Plan) -> Plan:
        """The grid stays what it is."""
        return replace(
            plan, pieces=dict(plan.pieces) | {self.code: replace(plan.piece(self.code), name=self.name)}
        )


Step = Split | Merge | Reshape | Draw | Rename
STEPS: TypeAdapter[tuple[Step, ...]] = TypeAdapter(tuple[Annotated[Step, Field(discriminator="act")], ...])
"""Steps as JSON keeps them, and back."""


def take(plan: Plan, step: Step) -> Plan:
    """Return the plan after one more step.

    Raises Invalid("redrawing.no_such_grid", "redrawing.needs_two", "redrawing.no_number_left",
    "redrawing.line_does_not_cross", "redrawing.not_adjacent", "redrawing.nothing_left", "redrawing.all_taken").
    """
    try:
        return step.on(plan)
    except RedrawRefused as refusal:
        raise _impossible(refusal) from refusal


def _impossible(refusal: RedrawRefused) -> Invalid:
    match refusal.reason:
        case "line_does_not_cross":
            return Invalid("redrawing.line_does_not_cross")
        case "not_adjacent":
            return Invalid("redrawing.not_adjacent")
        case "nothing_left":
            return Invalid("redrawing.nothing_left", grid=refusal.code)
        case "all_taken":
            return Invalid("redrawing.all_taken")


def replay(before: Plan, steps: Iterable[Step]) -> Plan:
    """Return the plan that steps make of the grids in force. Raises as take()."""
    return reduce(take, steps, before)


@dataclass(frozen=True, slots=True)
class Changes:
    """What a plan does to the grids in force: which end, which are new, and which get other ground or another name."""

    ended: tuple[Piece, ...]
    new: tuple[Piece, ...]
    redrawn: tuple[Piece, ...]
    renamed: tuple[Piece, ...]

    @property
    def touched(self) -> tuple[Piece, ...]:
        """Every grid of the plan that is not as it was."""
        named = {piece.code for piece in self.redrawn}
        return (*self.new, *self.redrawn, *(piece for piece in self.renamed if piece.code not in named))

    @property
    def ground(self) -> frozenset[str]:
        """Codes of the grids of the plan with new ground."""
        return frozenset(piece.code for piece in (*self.new, *self.redrawn))


def changes(before: Plan, after: Plan) -> Changes:
    """Compare two plans of a village."""
    kept = [(before.pieces[code], piece) for code, piece in after.pieces.items() if code in before.pieces]
    return Changes(
        ended=tuple(piece for code, piece in before.pieces.items() if code not in after.pieces),
        new=tuple(piece for code, piece in after.pieces.items() if code not in before.pieces),
        redrawn=tuple(now for was, now in kept if not was.outline.equals(now.outline)),
        renamed=tuple(now for was, now in kept if was.name != now.name),
    )


def _sides(one: Outline, other: Outline) -> tuple[str, str]:
    """东 and 西, or 北 and 南: where two halves lie to each other."""
    east, north = one.centroid.x - other.centroid.x, one.centroid.y - other.centroid.y
    if abs(east) >= abs(north):
        return ("东", "西") if east > 0 else ("西", "东")
    return ("北", "南") if north > 0 else ("南", "北")
