"""网格边界 services: a new version of the map takes force; a grid keeps its identity, its outlines keep their dates."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import sqlalchemy as sa
from shapely import MultiPolygon, Point, Polygon

from server.domain.events import register as events
from server.domain.jurisdiction import Level, parent_of, validate
from server.domain.permissions import Permission
from server.domain.problems import Invalid, NotFound
from server.domain.scope import Scope
from server.domain.work_calendar import local_day
from server.storage import grids, jurisdictions
from server.storage.grids import BoundaryVersion, Grid, GridBoundary, MustSeePoint
from server.work import Work


@dataclass(frozen=True)
class Feature:
    """A grid as a map draws it: 15-digit code, name, outline in degrees WGS-84, "general" or "special".

    `must_see` are its 必巡点 by name, in degrees WGS-84; where there are any, they replace the earlier ones.
    `population` is how many people live there, where the map says so; else what is known stays.
    """

    code: str
    name: str
    outline: Polygon | MultiPolygon
    kind: str = "general"
    must_see: tuple[tuple[str, Point], ...] = ()
    population: int | None = None


def publish(
    work: Work,
    features: Sequence[Feature],
    *,
    effective_on: dt.date,
    source: str,
    datum: str,
    ended: Sequence[str] = (),
    predecessors: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
    remarks: Sequence[str] = (),
) -> BoundaryVersion:
    """发布网格边界: the outlines count from `effective_on` on; a grid's earlier outline ends the day before.

    `source` says where the map is from, `datum` what it was measured in before it was converted to WGS-84, `remarks`
    what was let pass on purpose. Grids in `ended` end the day before; those neither drawn nor ended keep their
    outlines. `predecessors` names, for new grids, those they were made from (METRICS D5). Outlines, names and kinds
    published for a later day change nothing before it; what had been published for that time is replaced.

    Raises Invalid for a malformed code, one drawn twice, one both drawn and ended, one whose village is not known and
    one whose grid has ended before; NotFound for an unknown grid that ends or precedes, and Forbidden outside the
    actor's divisions.
    """
    drawn = [feature.code for feature in features]
    for code in (*drawn, *ended):
        work.actor.require(Permission.IMPORT_BOUNDARIES, at=validate(code, Level.GRID))
    _check_whole(work, drawn, ended)
    version = BoundaryVersion(
        published_at=work.now,
        effective_on=effective_on,
        in_force_from=max(effective_on, local_day(work.now)),
        source=source,
        datum=datum,
        remarks=list(remarks),
    )
    work.session.add(version)
    renamed = _begin_grids(work, features, effective_on, predecessors)
    grids.end_outlines(work.session, [*drawn, *ended], before=effective_on)
    _end_grids(work, ended, effective_on)
    _draw(work, version, features, renamed)
    if effective_on <= local_day(work.now):
        take_names(work)
    work.record(
        events.BoundaryPublished(
            subject_id=version.id,
            jurisdiction=_around([*drawn, *ended]),
            version=version.id,
            grids=len(features),
            ended=tuple(ended),
            valid_from=effective_on,
        )
    )
    return version


def take_names(work: Work) -> int:
    """改名生效: grids whose new boundary is in force by now take its name and kind; return how many did."""
    today = local_day(work.now)
    query = (
        sa.select(GridBoundary, Grid)
        .join(Grid, Grid.code == GridBoundary.grid_code)
        .where(GridBoundary.new_name.is_not(None), GridBoundary.valid_from <= today)
    )
    taken = 0
    for boundary, grid in work.session.execute(query.order_by(GridBoundary.id)).all():
        if boundary.valid_to is None or boundary.valid_to >= boundary.valid_from:
            grid.name = boundary.new_name or grid.name
            grid.kind = boundary.new_kind or grid.kind
            grid.version += 1
            taken += 1
        boundary.new_name = boundary.new_kind = None
    work.session.flush()
    return taken


def _check_whole(work: Work, drawn: Sequence[str], ended: Sequence[str]) -> None:
    twice = [code for code, count in Counter([*drawn, *ended]).items() if count > 1]
    if twice and twice[0] in ended:
        raise Invalid("boundary.drawn_and_ended", division=twice[0])
    if twice:
        raise Invalid("boundary.drawn_twice", division=twice[0])
    counties = Scope.of({code[: Level.COUNTY.digits] for code in drawn})
    villages = jurisdictions.listing(work.session, scope=counties, digits=Level.VILLAGE.digits)
    known = {village.code for village in villages}
    for code in drawn:
        if parent_of(code) not in known:
            raise Invalid("boundary.no_village", division=code)


def _begin_grids(
    work: Work,
    features: Sequence[Feature],
    effective_on: dt.date,
    predecessors: Mapping[str, tuple[str, ...]],
) -> frozenset[str]:
    """New grids begin with their predecessors; return the known ones that the map gives another name or kind."""
    known = grids.by_code(work.session, [feature.code for feature in features])
    for code in {code for earlier in predecessors.values() for code in earlier}:
        grids.get(work.session, code, scope=work.actor.scope)
    new, renamed = [], set()
    for feature in features:
        grid = known.get(feature.code)
        if grid is None:
            new.append(_begun(feature, effective_on, predecessors.get(feature.code, ())))
            continue
        _go_on(grid, effective_on)
        grid.population = feature.population or grid.population
        if (grid.name, grid.kind) != (feature.name, feature.kind):
            renamed.add(feature.code)
    work.session.flush()
    if new:
        work.session.execute(sa.insert(Grid), new)
    return frozenset(renamed)


def _begun(feature: Feature, effective_on: dt.date, predecessors: Sequence[str]) -> dict[str, object]:
    return {
        "code": feature.code,
        "name": feature.name,
        "kind": feature.kind,
        "population": feature.population,
        "valid_from": effective_on,
        "predecessors": list(predecessors),
    }


def _go_on(grid: Grid, effective_on: dt.date) -> None:
    """A grid that was to end does not; one that ended earlier is over, and its code is never given again."""
    if grid.valid_to is not None and grid.valid_to < effective_on - dt.timedelta(days=1):
        raise Invalid("boundary.code_retired", division=grid.code, last_day=grid.valid_to)
    grid.valid_from = min(grid.valid_from, effective_on)
    grid.valid_to = None


def _end_grids(work: Work, codes: Sequence[str], effective_on: dt.date) -> None:
    ending = grids.by_code(work.session, codes)
    for code in codes:
        if code not in ending:
            raise NotFound("grid.unknown", code=code)
        ending[code].valid_to = effective_on - dt.timedelta(days=1)
    work.session.flush()


def _draw(work: Work, version: BoundaryVersion, features: Sequence[Feature], renamed: frozenset[str]) -> None:
    if not features:
        return
    redrawn = [feature.code for feature in features if feature.must_see]
    work.session.execute(sa.delete(MustSeePoint).where(MustSeePoint.grid_code.in_(redrawn)))
    outlines = [
        {
            "grid_code": feature.code,
            "boundary_version_id": version.id,
            "valid_from": version.effective_on,
            "new_name": feature.name if feature.code in renamed else None,
            "new_kind": feature.kind if feature.code in renamed else None,
            "outline": _many(feature.outline),
        }
        for feature in features
    ]
    work.session.execute(sa.insert(GridBoundary), outlines)
    for feature in features:
        for name, point in feature.must_see:
            work.session.add(MustSeePoint(grid_code=feature.code, name=name, point=point))
    work.session.flush()


def _many(outline: Polygon | MultiPolygon) -> MultiPolygon:
    return outline if isinstance(outline, MultiPolygon) else MultiPolygon([outline])


def _around(codes: Sequence[str]) -> str | None:
    """The county the grids lie in; None where they lie in several."""
    counties = {code[: Level.COUNTY.digits] for code in codes}
    return counties.pop() if len(counties) == 1 else None
