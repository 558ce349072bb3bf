"""改划网格: what an officer draws, what takes force on its day, and who follows."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from shapely import LineString, Point, Polygon, box

from server.database import Database
from server.domain.demand_states import StateKey
from server.domain.obligation.windows import window_of
from server.domain.people import SYSTEM, Actor
from server.domain.problems import Conflict, Forbidden, Invalid
from server.domain.redrawing import Draw, Merge, Rename, Reshape, Split, Step
from server.domain.scope import Scope
from server.domain.work_calendar import local_day
from server.figures import areas, boundary_drawing, boundary_editor, compliance, coverage
from server.figures import outlines as outline_figures
from server.jobs.rehousing import rehouse_due
from server.services import actors, boundaries, redrawing
from server.services.demands.intake import Place, Raised, raise_demand
from server.storage import grids, households
from server.storage.demands import Demand
from server.storage.grids import BoundaryVersion, MustSeePoint
from server.storage.households import Household
from server.storage.posts import Account
from server.work import Work
from tests.conftest import Clock
from tests.factories import (
    GRID,
    NOW,
    OUTLINES,
    SHANGHAI,
    VACANT_GRID,
    VILLAGE,
    County,
    household,
)

TODAY = NOW.date()
DECEMBER = dt.date(2026, 12, 1)
THIRD, FOURTH = f"{VILLAGE}003", f"{VILLAGE}004"
DOWN_THE_MIDDLE = LineString([(108.005, 29.999), (108.005, 30.011)])
CUT = Split(code=GRID, line=DOWN_THE_MIDDLE)


@pytest.fixture
def admin(database: Database, county: County) -> Actor:
    with database.read(SYSTEM) as reading:
        account = reading.session.get_one(Account, county.accounts["admin"])
        return actors.of_account(reading.session, account, now=reading.now)


def drawn(database: Database, admin: Actor, *steps: Step, village: str = VILLAGE) -> int:
    """Put steps into the draft; the version it has then."""
    with database.transaction(admin) as work:
        version = boundary_drawing.drawing(work, village).version
        for step in steps:
            version = redrawing.draw(work, village, step, version=version).version
    return version


def published(database: Database, admin: Actor, *steps: Step, on: dt.date = DECEMBER) -> BoundaryVersion:
    version = drawn(database, admin, *steps)
    with database.transaction(admin) as work:
        return redrawing.publish(work, VILLAGE, version=version, effective_on=on)


def outlines(database: Database, *, on: dt.date) -> dict[str, Polygon]:
    with database.read(SYSTEM) as reading:
        return dict(grids.outlines(reading.session, scope=Scope.of([VILLAGE]), on=on))  # type: ignore[arg-type]


def test_nothing_is_in_force_before_the_day_that_was_published(database: Database, admin: Actor) -> None:
    published(database, admin, CUT)
    assert outlines(database, on=dt.date(2026, 11, 30)).keys() == {GRID, VACANT_GRID}
    assert outlines(database, on=DECEMBER).keys() == {VACANT_GRID, THIRD, FOURTH}


def test_a_split_names_its_predecessor_and_takes_numbers_the_village_never_used(
    database: Database, admin: Actor
) -> None:
    published(database, admin, CUT)
    with database.read(SYSTEM) as reading:
        found = {grid.code: grid for grid in grids.listing(reading.session, scope=Scope.of([VILLAGE]))}
    assert [(found[code].name, found[code].predecessors) for code in (THIRD, FOURTH)] == [
        ("第1网格（西）", [GRID]),
        ("第1网格（东）", [GRID]),
    ]
    assert (found[GRID].valid_to, found[THIRD].valid_from) == (dt.date(2026, 11, 30), DECEMBER)


def test_a_merger_of_halves_names_the_grids_that_were_in_force(database: Database, admin: Actor) -> None:
    published(database, admin, CUT, Merge(codes=(FOURTH, VACANT_GRID)))
    with database.read(SYSTEM) as reading:
        joined = grids.get(reading.session, f"{VILLAGE}005", scope=SYSTEM.scope)
    assert joined.predecessors == [GRID, VACANT_GRID]
    assert outlines(database, on=DECEMBER).keys() == {THIRD, joined.code}


def test_households_follow_on_the_day_and_what_was_recorded_stays(
    database: Database, admin: Actor, clock: Clock
) -> None:
    with database.transaction(SYSTEM) as work:
        west = household(work, point=Point(108.002, 30.005)).id
        east = household(work, point=Point(108.008, 30.005)).id
        unplaced = household(work).id
        other_east = household(work, point=Point(108.009, 30.005)).id
    published(database, admin, CUT)
    clock.now = dt.datetime(2026, 11, 30, 23, 59, tzinfo=SHANGHAI)
    assert rehouse_due(database) == 0
    clock.now = dt.datetime(2026, 12, 1, 0, 1, tzinfo=SHANGHAI)
    assert rehouse_due(database) == 4
    assert rehouse_due(database) == 0
    with database.read(SYSTEM) as reading:
        homes = {key: reading.session.get_one(Household, key) for key in (west, east, unplaced, other_east)}
        assert [home.grid_code for home in homes.values()] == [THIRD, FOURTH, FOURTH, FOURTH]
        then = [
            households.grid_on(reading.session, homes[west], day=day)
            for day in (dt.date(2026, 11, 30), DECEMBER)
        ]
        assert then == [GRID, THIRD]
        before = households.whereabouts(reading.session, scope=SYSTEM.scope, as_of=NOW)
        assert before.grid(west, THIRD) == GRID


def test_open_demands_follow_to_where_they_lie_and_settled_ones_stay(
    database: Database, admin: Actor, county: County
) -> None:
    west, east = (taken_in(database, county, lon=lon) for lon in (108.002, 108.008))
    unplaced = taken_in(database, county)
    withdrawn = taken_in(database, county, lon=108.002)
    with database.transaction(SYSTEM) as work:
        work.session.get_one(Demand, withdrawn).key = StateKey.WITHDRAWN.value
    published(database, admin, CUT, on=TODAY)
    with database.read(SYSTEM) as reading:
        found = [reading.session.get_one(Demand, key) for key in (west, east, unplaced, withdrawn)]
        assert [demand.jurisdiction for demand in found] == [THIRD, FOURTH, VILLAGE, GRID]
        assert [demand.grid_then for demand in found] == [GRID, GRID, None, GRID]


def taken_in(database: Database, county: County, *, lon: float | None = None) -> uuid.UUID:
    with database.read(SYSTEM) as reading:
        worker = reading.session.get_one(Account, county.accounts["worker"])
        by = actors.of_account(reading.session, worker, now=reading.now)
    with database.transaction(by) as work:
        return raise_demand(
            work,
            Raised(
                raised_on=TODAY,
                received_at=NOW,
                channel="walkin",
                kind="facility",
                words="路灯不亮",
                division=GRID,
                place=None if lon is None else Place(lon=lon, lat=30.005, source="map"),
            ),
        ).id


def test_what_takes_force_today_moves_households_at_once(database: Database, admin: Actor) -> None:
    with database.transaction(SYSTEM) as work:
        home = household(work, point=Point(108.008, 30.005)).id
    published(database, admin, CUT, on=TODAY)
    with database.read(SYSTEM) as reading:
        assert reading.session.get_one(Household, home).grid_code == FOURTH


def test_a_moved_border_is_moved_for_both_grids_and_for_who_lives_there(
    database: Database, admin: Actor
) -> None:
    with database.transaction(SYSTEM) as work:
        between = household(work, grid=VACANT_GRID, point=Point(108.0105, 30.009)).id
        beyond = household(work, grid=VACANT_GRID, point=Point(108.015, 30.005)).id
        lost = household(work, grid=VACANT_GRID).id
    wider = Polygon([(108, 30), (108.01, 30), (108.011, 30.01), (108, 30.01)])
    published(database, admin, Reshape(code=GRID, outline=wider, shared=True), on=TODAY)
    now = outlines(database, on=TODAY)
    assert now[GRID].union(now[VACANT_GRID]).symmetric_difference(box(108, 30, 108.02, 30.01)).area < 1e-12
    assert now[GRID].intersection(now[VACANT_GRID]).area == 0
    with database.read(SYSTEM) as reading:
        codes = [reading.session.get_one(Household, key).grid_code for key in (between, beyond, lost)]
    assert codes == [GRID, VACANT_GRID, VACANT_GRID]


def test_the_border_of_a_neighbour_gets_the_vertex_where_a_cut_meets_it(
    database: Database, admin: Actor
) -> None:
    across = LineString([(107.99, 30.003), (108.011, 30.007)])
    published(database, admin, Split(code=GRID, line=across), on=TODAY)
    now = outlines(database, on=TODAY)
    corners = {corner for part in now[VACANT_GRID].geoms for corner in part.exterior.coords}  # type: ignore[attr-defined]
    met = [corner for corner in corners if corner[0] == 108.01 and 30 < corner[1] < 30.01]
    assert len(met) == 1
    assert all(met[0] in part.exterior.coords for code in (THIRD, FOURTH) for part in now[code].geoms)  # type: ignore[attr-defined]


def test_places_to_be_seen_go_to_the_grids_they_lie_in(database: Database, admin: Actor) -> None:
    with database.transaction(SYSTEM) as work:
        for name, lon in (("水库", 108.002), ("学校", 108.008)):
            work.session.add(MustSeePoint(grid_code=GRID, name=name, point=Point(lon, 30.005)))
    published(database, admin, CUT)
    with database.read(SYSTEM) as reading:
        points = grids.must_see_points(reading.session, scope=Scope.of([THIRD, FOURTH]))
    assert [(point.grid_code, point.name) for point in points] == [(THIRD, "水库"), (FOURTH, "学校")]


def test_a_new_grid_takes_ground_from_its_neighbours_or_only_what_nobody_has(
    database: Database, admin: Actor
) -> None:
    over = box(108.004, 30.004, 108.006, 30.012)
    drawn(database, admin, Draw(name="园区", kind="special", outline=over, takes=True))
    with database.read(admin) as reading:
        taking = boundary_drawing.drawing(reading, VILLAGE).after
    assert taking.pieces[GRID].outline.intersection(over).area == 0
    assert taking.pieces[THIRD].outline.equals(over)
    with database.transaction(admin) as work:
        redrawing.take_back(work, VILLAGE, version=1)
    drawn(database, admin, Draw(name="园区", kind="special", outline=over, takes=False))
    with database.read(admin) as reading:
        yielding = boundary_drawing.drawing(reading, VILLAGE).after
    assert yielding.pieces[GRID].outline.equals(OUTLINES[GRID])
    assert yielding.pieces[THIRD].outline.equals(box(108.004, 30.01, 108.006, 30.012))


def test_a_new_name_holds_from_the_day_on(database: Database, admin: Actor) -> None:
    published(database, admin, Rename(code=GRID, name="河东网格"))
    with database.read(SYSTEM) as reading:
        assert grids.get(reading.session, GRID, scope=SYSTEM.scope).name == "第1网格"


def test_a_step_can_be_taken_back_and_a_draft_given_up(database: Database, admin: Actor) -> None:
    version = drawn(database, admin, CUT, Rename(code=THIRD, name="河西网格"))
    with database.transaction(admin) as work:
        redrawing.take_back(work, VILLAGE, version=version)
    with database.read(admin) as reading:
        left = boundary_drawing.drawing(reading, VILLAGE)
    assert left.after.pieces[THIRD].name == "第1网格（西）"
    with database.transaction(admin) as work:
        redrawing.give_up(work, VILLAGE)
    with database.read(admin) as reading:
        assert boundary_drawing.drawings_begun(reading) == []


def test_two_windows_do_not_draw_over_each_other(database: Database, admin: Actor) -> None:
    drawn(database, admin, CUT)
    with pytest.raises(Conflict, match=r"redrawing\.changed_meanwhile"), database.transaction(admin) as work:
        redrawing.draw(work, VILLAGE, Rename(code=THIRD, name="河西网格"), version=0)


def test_a_draft_is_stale_once_others_have_published(
    database: Database, county: County, admin: Actor
) -> None:
    version = drawn(database, admin, CUT)
    with database.transaction(SYSTEM) as work:
        _publish_by_file(work)
    with pytest.raises(Conflict, match=r"redrawing\.stale"), database.transaction(admin) as work:
        redrawing.publish(work, VILLAGE, version=version, effective_on=DECEMBER)
    with database.transaction(admin) as work:
        redrawing.give_up(work, VILLAGE)
    drawn(database, admin, CUT)


def _publish_by_file(work: Work) -> None:
    feature = boundaries.Feature(GRID, "第1网格", box(108.00, 30.00, 108.01, 30.01))
    boundaries.publish(work, [feature], effective_on=TODAY, source="grids.geojson", datum="wgs84")


def test_faults_are_not_published_unless_they_are_meant(database: Database, admin: Actor) -> None:
    over = box(108.0, 30.0, 108.012, 30.01)
    version = drawn(database, admin, Reshape(code=GRID, outline=over, shared=False))
    with pytest.raises(Invalid, match=r"redrawing\.has_faults"), database.transaction(admin) as work:
        redrawing.publish(work, VILLAGE, version=version, effective_on=DECEMBER)
    with database.transaction(admin) as work:
        meant = redrawing.publish(work, VILLAGE, version=version, effective_on=DECEMBER, knowingly=True)
    assert any("重叠" in remark for remark in meant.remarks)


def test_nothing_takes_force_in_the_past_or_before_what_was_published_for_later(
    database: Database, admin: Actor
) -> None:
    version = drawn(database, admin, CUT)
    with pytest.raises(Invalid, match=r"redrawing\.in_the_past"), database.transaction(admin) as work:
        redrawing.publish(work, VILLAGE, version=version, effective_on=TODAY - dt.timedelta(days=1))
    with database.transaction(admin) as work:
        redrawing.publish(work, VILLAGE, version=version, effective_on=DECEMBER)
    version = drawn(database, admin, Merge(codes=(THIRD, FOURTH)))
    with pytest.raises(Invalid, match=r"redrawing\.too_early"), database.transaction(admin) as work:
        redrawing.publish(work, VILLAGE, version=version, effective_on=DECEMBER)


def test_only_who_keeps_the_boundaries_may_redraw_them_and_only_his(
    database: Database, county: County, admin: Actor
) -> None:
    with database.read(SYSTEM) as reading:
        others = [
            actors.of_account(
                reading.session, reading.session.get_one(Account, county.accounts[name]), now=NOW
            )
            for name in ("assessor", "official", "cadre", "worker")
        ]
    for actor, village in [*((other, VILLAGE) for other in others), (admin, "110101001001")]:
        with pytest.raises(Forbidden), database.transaction(actor) as work:
            redrawing.draw(work, village, CUT, version=0)


def test_the_list_tells_every_grid_before_and_after(database: Database, admin: Actor) -> None:
    with database.transaction(SYSTEM) as work:
        household(work, point=Point(108.002, 30.005))
        household(work, point=Point(108.008, 30.005))
    drawn(database, admin, CUT)
    with database.read(admin) as reading:
        plan = boundary_drawing.drawing(reading, VILLAGE)
        told = [
            (line.code[-3:], line.fate, line.households_before, line.households_after)
            for line in boundary_editor.lines(reading, plan)
        ]
        follows = boundary_editor.follows(reading, plan)
    assert told == [
        ("001", "ended", 2, None),
        ("002", "same", 0, 0),
        ("003", "new", None, 1),
        ("004", "new", None, 1),
    ]
    assert (follows.moving, follows.unplaced) == (2, 0)
    assert [(grid, name) for grid, name, _ in follows.posts] == [(GRID, "王秀英")]


def test_lists_offer_the_grids_of_the_day(database: Database, admin: Actor, clock: Clock) -> None:
    published(database, admin, CUT)

    def offered() -> set[str]:
        with database.read(SYSTEM) as reading:
            known = areas.grid_names(reading.session, scope=Scope.of([VILLAGE])).values()
            return {grid.code for grid in known if grid.is_in_force(clock.now.date())}

    assert offered() == {GRID, VACANT_GRID}
    clock.now = dt.datetime(2026, 12, 1, 8, 0, tzinfo=SHANGHAI)
    assert offered() == {VACANT_GRID, THIRD, FOURTH}


def figures_of_today(database: Database) -> list[list[str]]:
    """Which grids have a line among the visits and the patrols of this month, and which the map draws."""
    with database.read(SYSTEM) as reading:
        month = window_of("month", local_day(reading.now))
        duty = compliance.duties(reading)[0].id
        visits = compliance.compliance(reading, duty, window=month, area=VILLAGE).grids
        patrols = coverage.coverage(reading, month, area=VILLAGE).grids
        return [
            [line.grid.code for line in visits],
            [line.grid.code for line in patrols],
            list(outline_figures.drawing(reading, VILLAGE).codes),
        ]


def test_what_is_published_for_later_changes_no_figure_of_today(
    database: Database, admin: Actor, clock: Clock
) -> None:
    before = figures_of_today(database)
    published(database, admin, CUT)
    assert figures_of_today(database) == before
    clock.now = dt.datetime(2026, 12, 2, 8, 0, tzinfo=SHANGHAI)
    rehouse_due(database)
    visits, patrols, drawn_today = figures_of_today(database)
    assert drawn_today == [VACANT_GRID, THIRD, FOURTH]
    assert {THIRD, FOURTH} <= set(visits) & set(patrols)


def test_a_draft_on_boundaries_to_come_counts_households_where_they_will_lie(
    database: Database, admin: Actor
) -> None:
    with database.transaction(SYSTEM) as work:
        household(work, point=Point(108.002, 30.005))
        household(work, point=Point(108.008, 30.005))
    published(database, admin, CUT)
    drawn(database, admin, Merge(codes=(FOURTH, VACANT_GRID)))
    with database.read(admin) as reading:
        plan = boundary_drawing.drawing(reading, VILLAGE)
        told = {
            line.code[-3:]: (line.households_before, line.households_after)
            for line in boundary_editor.lines(reading, plan)
        }
    assert told == {"002": (0, None), "003": (1, 1), "004": (1, None), "005": (None, 1)}


def test_a_ring_that_touches_itself_can_be_cut_like_any_other(database: Database, admin: Actor) -> None:
    hollow = [(108.004, 30.002), (108.005, 30.01), (108.006, 30.002)]
    touching = Polygon(
        [(108, 30), (108.01, 30), (108.01, 30.01), (108.005, 30.01), *hollow[::-1], (108, 30.01)]
    )
    feature = boundaries.Feature(GRID, "第1网格", touching)
    with database.transaction(SYSTEM) as work:
        boundaries.publish(work, [feature], effective_on=TODAY, source="grids.geojson", datum="wgs84")
    drawn(database, admin, Split(code=GRID, line=LineString([(107.99, 30.001), (108.02, 30.001)])))
    with database.read(admin) as reading:
        halves = boundary_drawing.drawing(reading, VILLAGE).after.pieces
    assert halves[THIRD].outline.area + halves[FOURTH].outline.area == pytest.approx(touching.area)
