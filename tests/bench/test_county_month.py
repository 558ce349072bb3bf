"""The county of the bench owes and did what its rows say."""

from __future__ import annotations

from server.database import Database
from server.domain.obligation import window_of
from server.domain.people import SYSTEM
from server.domain.work_calendar import local_day
from server.figures.compliance import compliance
from server.figures.coverage import coverage
from tests.bench import county_month
from tests.conftest import Clock

GRIDS, HOMES = 8, 160


def test_every_patrol_and_every_home_of_the_bench_is_in_its_figures(database: Database, clock: Clock) -> None:
    clock.now = county_month.AS_OF
    county_month.fill(database, grids=GRIDS, patrols=GRIDS * 31, visits=HOMES)
    with database.read(SYSTEM) as reading:
        walked = coverage(reading, window_of("month", local_day(clock.now)), area=county_month.code_of(0)[:9])
        visited = compliance(reading, "resident_half_year", area=county_month.code_of(0)[:9])
    assert len(walked.grids) == GRIDS
    assert walked.reached.n == walked.reached.d == GRIDS * 31
    assert (walked.places.d, walked.long_unseen.n) == (HOMES, walked.places.d - walked.places.n)
    assert 0 < walked.places.n <= HOMES
    assert visited.sum_of(lambda visits: visits.reached).n == HOMES
