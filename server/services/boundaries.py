"""网格边界 services: a new version of the map takes force; a grid keeps its identity, its outlines keep their dates."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from shapely import MultiPolygon, Point, Polygon

from server.domain.events import register as events
from server.domain.jurisdiction import Level, parent_of, validate
from server.domain.people import Permission
from server.domain.problems import Invalid
from server.domain.scope import Scope
from server.storage import jurisdictions
from server.storage.grids import BoundaryVersion, Grid, GridBoundary, MustSeePoint
from server.work import Work


@dataclass(frozen=True)
class Feature:
    """A grid as a map draws it: 15-digit code, name, outline in degrees WGS-84, "general" or "special".

    `must_see` are its 必巡点 by name, in degrees WGS-84; where there are any, they replace the earlier ones.
    """

    code: str
    name: str
    outline: Polygon | MultiPolygon
    kind: str = "general"
    must_see: tuple[tuple[str, Point], ...] = ()


def publish(
    work: Work, features: Sequence[Feature], *, effective_on: dt.date, source: str, datum: str
) -> BoundaryVersion:
    """发布网格边界: the outlines count from `effective_on` on; a grid's earlier outline ends the day before.

    `source` says where the map is from, `datum` what it was measured in before it was converted to WGS-84. Grids the
    map does not draw keep their outlines. Raises Invalid for a malformed code, one drawn twice or one whose village
    is not known, and Forbidden outside the actor's divisions.
    """
    for feature in features:
        work.actor.require(Permission.IMPORT_BOUNDARIES, at=validate(feature.code, Level.GRID))
    _check_whole(work, [feature.code for feature in features])
    version = BoundaryVersion(published_at=work.now, effective_on=effective_on, source=source, datum=datum)
    work.session.add(version)
    _name_grids(work, features, effective_on)
    _end_earlier(work, [feature.code for feature in features], effective_on)
    _draw(work, version, features, effective_on)
    work.record(
        events.BoundaryPublished(
            subject_id=version.id,
            jurisdiction=_around(features),
            version=version.id,
            grids=len(features),
            valid_from=effective_on,
        )
    )
    return version


def _check_whole(work: Work, codes: Sequence[str]) -> None:
    twice = [code for code, count in Counter(codes).items() if count > 1]
    if twice:
        raise Invalid("boundary.drawn_twice", division=twice[0])
    villages = jurisdictions.listing(work.session, scope=Scope.of(_villages_of(codes)), digits=12)
    known = {village.code for village in villages}
    for code in codes:
        if parent_of(code) not in known:
            raise Invalid("boundary.no_village", division=code)


def _villages_of(codes: Sequence[str]) -> set[str]:
    """The villages that grids lie in, by their codes."""
    return {code[: Level.VILLAGE.digits] for code in codes}


def _name_grids(work: Work, features: Sequence[Feature], effective_on: dt.date) -> None:
    """New grids begin, known ones take the map's name and kind."""
    codes = [feature.code for feature in features]
    known = {grid.code: grid for grid in work.session.scalars(sa.select(Grid).where(Grid.code.in_(codes)))}
    for feature in features:
        grid = known.get(feature.code)
        if grid is None:
            work.session.add(
                Grid(code=feature.code, name=feature.name, kind=feature.kind, valid_from=effective_on)
            )
        elif (grid.name, grid.kind) != (feature.name, feature.kind):
            grid.name, grid.kind = feature.name, feature.kind
            grid.version += 1
    work.session.flush()


def _end_earlier(work: Work, codes: Sequence[str], effective_on: dt.date) -> None:
    work.session.execute(
        sa.update(GridBoundary)
        .where(GridBoundary.grid_code.in_(codes), GridBoundary.valid_to.is_(None))
        .values(valid_to=effective_on - dt.timedelta(days=1))
    )


def _draw(work: Work, version: BoundaryVersion, features: Sequence[Feature], effective_on: dt.date) -> None:
    redrawn = [feature.code for feature in features if feature.must_see]
    work.session.execute(sa.delete(MustSeePoint).where(MustSeePoint.grid_code.in_(redrawn)))
    for feature in features:
        outline = feature.outline
        work.session.add(
            GridBoundary(
                grid_code=feature.code,
                boundary_version_id=version.id,
                valid_from=effective_on,
                outline=outline if isinstance(outline, MultiPolygon) else MultiPolygon([outline]),
            )
        )
        for name, point in feature.must_see:
            work.session.add(MustSeePoint(grid_code=feature.code, name=name, point=point))
    work.session.flush()


def _around(features: Sequence[Feature]) -> str | None:
    """The county the grids lie in; None where they lie in several."""
    counties = {feature.code[: Level.COUNTY.digits] for feature in features}
    return counties.pop() if len(counties) == 1 else None
