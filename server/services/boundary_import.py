"""导入网格边界: a map is looked at as a whole, against what is in force, then taken in as a whole or not at all."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from shapely import Point

from gis.coordinates import Datum
from gis.datum_hint import hinted
from gis.grid_files import Drawn
from gis.grid_index import GridIndex
from gis.repair import repaired
from gis.validate import GRID_CODE, NOTHING_ALLOWED, Finding, Kind, Level, examine
from server.domain.jurisdiction import Level as Division
from server.domain.jurisdiction import ancestor_at, level_of
from server.domain.permissions import Permission
from server.domain.problems import Invalid
from server.domain.scope import Scope
from server.domain.work_calendar import local_day
from server.figures.boundary_consequences import Consequences, consequences
from server.figures.rehousing import followers
from server.services import boundaries, divisions, rehousing
from server.services.boundary_comparison import (
    KINDS,
    Changes,
    beside,
    compared,
    in_force,
    missing,
)
from server.storage import jurisdictions, redrawings
from server.storage.grids import BoundaryVersion
from server.work import Reading, Work

_AROUND = (Division.COUNTY, Division.TOWNSHIP, Division.VILLAGE)
_MOST_VILLAGES, _MOST_PLACES = 100, 5_000


@dataclass(frozen=True, kw_only=True)
class MapOrder:
    """A map to be taken in: its shapes as read, and how.

    `allow` are the kinds of errors that are so on purpose, `repair` asks for wrong outlines to be put right,
    `end_missing` for grids of the villages drawn to end that the map does not draw, `create_divisions` for villages and
    townships to be set up that are not known; `places` are known places, shape (n, 2) degrees WGS-84, that should lie in
    the grids.
    """

    drawn: Sequence[Drawn]
    source: str
    datum: Datum
    effective_on: dt.date
    allow: frozenset[Kind] = NOTHING_ALLOWED
    repair: bool = False
    end_missing: bool = False
    create_divisions: bool = False
    places: Sequence[tuple[float, float]] = ()


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to know about a map; `kind` is that of gis.validate where it is about outlines."""

    level: Level
    code: str
    message: str
    kind: Kind | None = None
    other: str | None = None
    square_metres: float | None = None


@dataclass(frozen=True, kw_only=True)
class Examined:
    """What there is to know of a map, and what it would change; `absent` are divisions not known, by code, with names.

    `follows` is what publishing it would bring about, None where nothing asked for it; `seen` names the boundaries that
    had been published last when it was looked at.
    """

    remarks: Sequence[Remark]
    changes: Changes = field(default_factory=Changes)
    follows: Consequences | None = None
    seen: uuid.UUID | None = None
    absent: Mapping[str, str] = field(default_factory=dict)

    @property
    def errors(self) -> int:
        """How many remarks keep the map from being taken in."""
        return sum(remark.level == "error" for remark in self.remarks)


class WrongMap(Invalid):
    """A map that cannot be taken in as it is; `examined` says why."""

    def __init__(self, examined: Examined) -> None:
        super().__init__("boundary.has_errors", problems=examined.errors)
        self.examined = examined


def look(reading: Reading, order: MapOrder) -> Examined:
    """预览: what is wrong with a map, what it would change and what would follow; nothing is written. Raises Forbidden."""
    examined = examine_map(reading, order)
    changes = examined.changes
    if examined.errors or not (changes.features or changes.ended):
        return examined
    follow = followers(reading, villages=changes.villages, before=changes.before, after=changes.after)
    return replace(
        examined, follows=consequences(reading, follow, ended=changes.ended, redrawn=changes.redrawn)
    )


def examine_map(reading: Reading, order: MapOrder) -> Examined:
    """检查: what is wrong with a map and what it would change, as take_in() asks; nothing is written. Raises Forbidden."""
    reading.actor.require(Permission.IMPORT_BOUNDARIES)
    repairs, drawn = _repaired(order)
    taken = [each for each in drawn if each.code]
    if not taken or not all(GRID_CODE.fullmatch(each.code) for each in taken):
        found = examine(drawn, allow=order.allow)
        return Examined(remarks=[*map(_remark, found), *_wrong_kinds(taken), *_nothing_coded(taken)])
    on = max(order.effective_on, local_day(reading.now))
    present = in_force(reading, taken, on=on)
    ended = missing(present, taken) if order.end_missing else []
    staying = {code: shape for code, shape in present.items() if code not in ended}
    found = examine(drawn, around=beside(staying, taken), allow=order.allow)
    absent = _absent(reading, taken)
    remarks = [
        *map(_remark, found),
        *repairs,
        *_wrong_kinds(taken),
        *_orphans(absent, may_create=order.create_divisions),
        *_datum_remarks(reading, order, taken),
    ]
    if any(remark.level == "error" for remark in remarks):
        return Examined(remarks=remarks, absent=absent)
    return Examined(
        remarks=remarks,
        changes=compared(reading, taken, present, ended=ended),
        absent=absent,
        seen=redrawings.newest(reading.session),
    )


def take_in(work: Work, order: MapOrder, examined: Examined) -> tuple[BoundaryVersion | None, Examined]:
    """导入网格边界: publish what differs from the boundaries in force, set up the divisions asked for; None: nothing did.

    `examined` is the order's, made before the transaction, so that phones need not wait for it; where other boundaries
    have been published since, the map is examined again. Households follow on the day it takes force. Raises
    WrongMap, and what boundaries.publish() raises.
    """
    work.actor.require(Permission.IMPORT_BOUNDARIES)
    if examined.seen != redrawings.newest(work.session):
        examined = examine_map(work, order)
    if examined.errors:
        raise WrongMap(examined)
    changes = examined.changes
    if not (changes.features or changes.ended):
        return None, examined
    for code, name in examined.absent.items():
        divisions.add(work, code, name)
    version = boundaries.publish(
        work,
        changes.features,
        effective_on=order.effective_on,
        source=order.source,
        datum=order.datum,
        ended=changes.ended,
        remarks=[remark.message for remark in examined.remarks],
    )
    rehousing.follow(work, version, villages=changes.villages)
    return version, examined


def _repaired(order: MapOrder) -> tuple[list[Remark], list[Drawn]]:
    if not order.repair:
        return [], list(order.drawn)
    pairs = [repaired(each) for each in order.drawn]
    told = [Remark("warning", repair.code, repair.message) for _, repair in pairs if repair is not None]
    return told, [each for each, _ in pairs]


def _remark(finding: Finding) -> Remark:
    return Remark(
        finding.level,
        finding.code,
        finding.message,
        kind=finding.kind,
        other=finding.other,
        square_metres=finding.square_metres,
    )


def _wrong_kinds(taken: Sequence[Drawn]) -> list[Remark]:
    return [
        Remark("error", each.code, f"「{each.name}」的类别“{each.kind}”不是一般或专属")
        for each in taken
        if each.kind not in KINDS
    ]


def _nothing_coded(taken: Sequence[Drawn]) -> list[Remark]:
    return [] if taken else [Remark("error", "", "没有一个图形有网格编码")]


def _orphans(absent: Iterable[str], *, may_create: bool) -> list[Remark]:
    """A county is set up on purpose, never by a map."""
    return [
        Remark("error", code, f"这个{level_of(code).label}还没有设立")
        for code in absent
        if not may_create or level_of(code) is Division.COUNTY
    ]


def _absent(reading: Reading, taken: Sequence[Drawn]) -> dict[str, str]:
    """The divisions around the grids that are not known, the widest first, with what the map calls them."""
    called: dict[str, Counter[str]] = defaultdict(Counter)
    for each in taken:
        for level in _AROUND:
            name = each.village if level is Division.VILLAGE else each.township
            called[ancestor_at(each.code, level)][name] += bool(name)
    known = jurisdictions.names(reading.session, sorted(called))
    return {code: _most_called(called[code]) or code for code in sorted(called.keys() - known.keys())}


def _most_called(names: Counter[str]) -> str:
    """What most of its grids call a division; nothing where none of them says."""
    return names.most_common(1)[0][0]


def _datum_remarks(reading: Reading, order: MapOrder, taken: Sequence[Drawn]) -> list[Remark]:
    """Places given, else the doors the register knows in the villages drawn, tell a wrong datum."""
    shapes = {each.code: each.geometry for each in taken if each.geometry is not None}
    index = GridIndex(list(shapes), list(shapes.values()))
    places: list[tuple[float, float, str | None]] = [(lon, lat, None) for lon, lat in order.places]
    if not places:
        places = [
            (point.x, point.y, code if code in index else None)
            for code, point in _doors(reading, {code[: Division.VILLAGE.digits] for code in shapes})
        ]
    hint = hinted(
        index,
        np.array([place[:2] for place in places], dtype=np.float64).reshape(-1, 2),
        [place[2] for place in places],
        declared=order.datum,
    )
    return [] if hint is None else [Remark("warning", "", hint.message)]


def _doors(reading: Reading, villages: Iterable[str]) -> list[tuple[str, Point]]:
    """Doors with their grids; of a whole city those of some villages are enough to tell a datum by."""
    every = sorted(villages)
    some = Scope.of(every[:: max(1, len(every) // _MOST_VILLAGES)])
    found = [
        (door.grid, door.point)
        for door in redrawings.doors(reading.session, scope=some)
        if door.point is not None
    ]
    return found[:: max(1, len(found) // _MOST_PLACES)]
