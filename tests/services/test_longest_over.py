"""超期在前: the slices of queue and list that an index is walked for are all of it, sorted."""

from __future__ import annotations

from typing import Any

from server.database import Database
from server.domain.demand_states import Group
from server.domain.people import SYSTEM
from server.domain.scope import Scope
from server.storage import attention, case_list
from server.storage.case_filter import CaseFilter, Moments, Timing
from server.storage.demands import Demand
from server.storage.selection import Page
from tests.bench import many_demands
from tests.factories import COUNTY, NOW, County

COUNTY_SCOPE = Scope.of([COUNTY])
MOMENTS = Moments(as_of=NOW, end_of_today=NOW, end_of_next_working_day=NOW)


def test_slices_of_a_county_follow_one_another_as_all_of_it_sorted(
    database: Database, county: County
) -> None:
    many_demands.fill(database, county, 300)
    size = 25
    asked: dict[str, Any] = {"scope": COUNTY_SCOPE, "moments": MOMENTS}
    with database.read(SYSTEM) as reading:
        for wanted in (CaseFilter(), CaseFilter(groups=(Group.IN_HAND,)), CaseFilter(timing=Timing.OVERDUE)):
            whole = [row.number for row in case_list.every(reading.session, wanted, **asked)]
            pages = [Page(number, size) for number in range(1, len(whole) // size + 2)]
            found = [case_list.page_of(reading.session, wanted, **asked, page=page) for page in pages]
            assert [row.number for page in found for row in page] == whole
        rows = case_list.every(reading.session, CaseFilter(timing=Timing.OVERDUE), **asked)
        queue = sorted(rows, key=lambda row: (row.due_at, row.received_at, row.number))
        walked: list[Demand] = []
        while part := attention.due_until(
            reading.session,
            NOW,
            scope=COUNTY_SCOPE,
            area=None,
            limit=size,
            after=walked[-1].number if walked else None,
        ):
            walked += part
        assert len(walked) > size
        assert walked == queue
