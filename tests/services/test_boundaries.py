"""网格边界: what a publication changes, from which day, and what it leaves alone."""

from __future__ import annotations

import datetime as dt

import pytest
from shapely import box
from shapely.geometry.base import BaseGeometry

from gis.grid_files import Drawn
from server.database import Database
from server.domain.people import SYSTEM
from server.domain.problems import Forbidden, Invalid, NotFound
from server.domain.work_calendar import local_day
from server.figures.roster import duty_grids
from server.services import actors, boundaries, boundary_import, ground
from server.services.boundaries import Feature
from server.services.boundary_import import MapOrder, WrongMap
from server.storage import grids
from server.storage.posts import Account
from tests.conftest import Clock
from tests.factories import GRID, NOW, OTHER_GRID, OUTLINES, VACANT_GRID, VILLAGE, County

TODAY = local_day(NOW)
NEXT_MONTH = dt.date(2026, 11, 1)
WEST_HALF, EAST_HALF = box(108.00, 30.00, 108.005, 30.01), box(108.005, 30.00, 108.01, 30.01)
NEW = f"{VILLAGE}003"


def feature(code: str, outline: BaseGeometry, name: str = "第1网格", kind: str = "general") -> Feature:
    assert outline.geom_type == "Polygon"
    return Feature(code=code, name=name, outline=outline, kind=kind)  # type: ignore[arg-type]


def publish(
    database: Database,
    *features: Feature,
    on: dt.date = TODAY,
    ended: tuple[str, ...] = (),
    **origins: tuple[str, ...],
) -> int:
    with database.transaction(SYSTEM) as work:
        version = boundaries.publish(
            work, features, effective_on=on, source="新图", datum="wgs84", ended=ended, predecessors=origins
        )
        work.session.flush()
        return version.id


def drawn(database: Database, on: dt.date | None = None) -> dict[str, BaseGeometry]:
    with database.read(SYSTEM) as reading:
        day = on or local_day(reading.now)
        return dict(grids.outlines(reading.session, scope=SYSTEM.scope, on=day))


def grid_at(database: Database, lon: float) -> str | None:
    with database.read(SYSTEM) as reading:
        return ground.ground(reading).index.code_at(lon, 30.005)


def test_what_is_published_for_next_month_changes_nothing_today(
    database: Database, county: County, clock: Clock
) -> None:
    def today() -> tuple[object, ...]:
        with database.read(SYSTEM) as reading:
            duties = duty_grids(reading.session, scope=SYSTEM.scope, on=TODAY)
            grid = grids.get(reading.session, GRID, scope=SYSTEM.scope)
            version = grids.current_version(reading.session, on=TODAY)
            return version, drawn(database), [each.id for each in duties], grid.name, grid.kind

    before = today()
    publish(
        database,
        feature(GRID, WEST_HALF, "西头网格", "special"),
        feature(NEW, EAST_HALF),
        on=NEXT_MONTH,
        ended=(VACANT_GRID,),
    )
    assert grid_at(database, 108.008) == GRID
    assert today() == before


def test_on_its_day_a_boundary_takes_force_with_its_names(
    database: Database, county: County, clock: Clock
) -> None:
    assert grid_at(database, 108.008) == GRID
    publish(
        database,
        feature(GRID, WEST_HALF, "西头网格", "special"),
        feature(NEW, EAST_HALF),
        on=NEXT_MONTH,
        ended=(VACANT_GRID,),
    )
    clock.now = dt.datetime(2026, 10, 31, 16, 0, tzinfo=dt.UTC)  # midnight in Shanghai
    with database.transaction(SYSTEM) as work:
        assert boundaries.take_names(work) == 1
        assert boundaries.take_names(work) == 0
    assert grid_at(database, 108.008) == NEW
    assert grid_at(database, 108.015) is None
    with database.read(SYSTEM) as reading:
        known = grids.get(reading.session, GRID, scope=SYSTEM.scope)
        assert (known.name, known.kind) == ("西头网格", "special")
        due = {each.id for each in duty_grids(reading.session, scope=SYSTEM.scope, on=NEXT_MONTH)}
        assert due == {GRID, NEW, OTHER_GRID}


def test_a_later_publication_replaces_what_was_planned(database: Database, county: County) -> None:
    publish(database, feature(GRID, WEST_HALF, "西头网格"), on=NEXT_MONTH)
    publish(database, feature(GRID, EAST_HALF, "第1网格"), on=TODAY)
    assert drawn(database)[GRID].equals(EAST_HALF)
    assert drawn(database, NEXT_MONTH)[GRID].equals(EAST_HALF)
    assert drawn(database, TODAY - dt.timedelta(days=1))[GRID].equals(OUTLINES[GRID])


def test_running_servers_notice_every_change_of_todays_boundaries(
    database: Database, county: County, clock: Clock
) -> None:
    seen = []
    for publication in (
        lambda: publish(database, feature(GRID, WEST_HALF), on=NEXT_MONTH),
        lambda: publish(database, feature(VACANT_GRID, OUTLINES[VACANT_GRID]), on=TODAY),
        lambda: publish(
            database, feature(VACANT_GRID, OUTLINES[VACANT_GRID]), on=TODAY - dt.timedelta(days=9)
        ),
        lambda: setattr(clock, "now", dt.datetime(2026, 11, 1, 1, 0, tzinfo=dt.UTC)),
        lambda: publish(
            database, feature(VACANT_GRID, OUTLINES[VACANT_GRID]), on=TODAY - dt.timedelta(days=9)
        ),
    ):
        publication()
        with database.read(SYSTEM) as reading:
            seen.append(grids.current_version(reading.session, on=local_day(reading.now)))
            in_force = dict(grids.outlines(reading.session, scope=SYSTEM.scope, on=local_day(reading.now)))
            assert {code: ground.ground(reading).index.shape(code) for code in in_force} == in_force
    assert len(set(seen)) == 5


def test_a_new_grid_keeps_those_it_was_made_from(database: Database, county: County) -> None:
    publish(database, feature(NEW, EAST_HALF), ended=(GRID,), **{NEW: (GRID,)})
    with database.read(SYSTEM) as reading:
        new = grids.get(reading.session, NEW, scope=SYSTEM.scope)
        old = grids.get(reading.session, GRID, scope=SYSTEM.scope)
        assert (new.predecessors, new.valid_from, old.valid_to) == (
            [GRID],
            TODAY,
            TODAY - dt.timedelta(days=1),
        )
    assert set(drawn(database)) == {NEW, VACANT_GRID, OTHER_GRID}


@pytest.mark.parametrize(
    ("code", "ended", "kind", "refusal"),
    [
        (GRID, (GRID,), Invalid, "boundary.drawn_and_ended"),
        ("509901101009001", (), Invalid, "boundary.no_village"),
        (GRID, (NEW,), NotFound, "grid.unknown"),
    ],
)
def test_a_publication_that_does_not_fit_the_county_is_refused_whole(
    database: Database, county: County, code: str, ended: tuple[str, ...], kind: type[Exception], refusal: str
) -> None:
    before = drawn(database)
    with pytest.raises(kind, match=refusal):
        publish(database, feature(code, WEST_HALF), ended=ended)
    assert drawn(database) == before


def test_the_code_of_a_grid_that_has_ended_is_not_given_again(database: Database, county: County) -> None:
    publish(database, ended=(GRID,))
    publish(database, feature(GRID, WEST_HALF))
    publish(database, on=TODAY - dt.timedelta(days=30), ended=(GRID,))
    with pytest.raises(Invalid, match="code_retired"):
        publish(database, feature(GRID, WEST_HALF))


def test_boundaries_are_published_by_whoever_keeps_them(database: Database, county: County) -> None:
    with database.read(SYSTEM) as reading:
        account = reading.session.get_one(Account, county.accounts["official"])
        official = actors.of_account(reading.session, account, now=reading.now)
    with pytest.raises(Forbidden), database.transaction(official) as work:
        boundaries.publish(work, [feature(GRID, WEST_HALF)], effective_on=TODAY, source="", datum="wgs84")


def test_a_map_examined_before_another_was_published_is_examined_again(
    database: Database, county: County
) -> None:
    def order(code: str, outline: BaseGeometry) -> MapOrder:
        drawn = [Drawn(code, "北头网格", outline)]
        return MapOrder(drawn=drawn, source="图", datum="wgs84", effective_on=TODAY)

    north = box(108.00, 30.01, 108.01, 30.02)
    first, second = order(NEW, north), order(f"{VILLAGE}004", north)
    with database.read(SYSTEM) as reading:
        examined = [boundary_import.examine_map(reading, each) for each in (first, second)]
    assert [each.errors for each in examined] == [0, 0]
    with database.transaction(SYSTEM) as work:
        boundary_import.take_in(work, first, examined[0])
    with pytest.raises(WrongMap) as refused, database.transaction(SYSTEM) as work:
        boundary_import.take_in(work, second, examined[1])
    assert "overlap" in {remark.kind for remark in refused.value.examined.remarks}
    assert set(drawn(database)) == {*OUTLINES, NEW}
