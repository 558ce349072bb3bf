"""封账表: what is written down reads back as it was, through JSON and with what a list shows."""

from __future__ import annotations

import datetime as dt
import json
import uuid

from server.domain.obligation import (
    CareTag,
    Duty,
    DutyGrid,
    Exit,
    GridVisits,
    Stay,
    Unit,
    Visit,
    VisitIndex,
    compliance,
    sheet,
    window_of,
)
from server.domain.work_calendar import SHANGHAI

GRID = "509901101001001"
OCTOBER = window_of("month", dt.date(2026, 10, 1))
FROZEN = dt.datetime(2026, 11, 6, tzinfo=SHANGHAI)
DUTY = Duty(
    id="special",
    label="月访",
    what="visit_person",
    window="month",
    by=frozenset({"village_cadre"}),
    also=frozenset({"grid_worker"}),
    tags={"alone_elder": "monthly"},
    tiers={"monthly": None},
)


class EveryDay:
    def is_working(self, day: dt.date) -> bool:
        return True


def on(day: int, hour: int = 10) -> dt.datetime:
    return dt.datetime(2026, 10, day, hour, tzinfo=SHANGHAI)


def unit(number: int, *, left: Exit | None = None, since: dt.date = dt.date(2026, 1, 1)) -> Unit:
    tags = (CareTag("alone_elder", since),)
    key, home = uuid.UUID(int=number), uuid.UUID(int=100 + number)
    return Unit(id=key, household=home, grid=GRID, stays=(Stay(since, left),), tags=tags)


def visit(key: int, to: Unit, day: int, outcome: str = "met", *, hour: int = 10, **more: object) -> Visit:
    seen = frozenset({to.id}) if outcome in ("met", "phone") else frozenset()
    return Visit(
        id=key, household=to.household, grid=GRID, day=on(day).date(), at=on(day, hour),
        received_at=on(day, hour), roles=frozenset({"grid_worker"}), outcome=outcome, seen=seen, **more,
    )  # fmt: skip


def october() -> GridVisits:
    done, left, late, tried, called = (
        unit(1),
        unit(2, left=Exit("death", on(15))),
        unit(3, since=dt.date(2026, 10, 28)),
        unit(4),
        unit(5),
    )
    visits = [
        visit(11, done, 3, visitor=str(uuid.UUID(int=9))),
        visit(12, tried, 4, "not_home"),
        visit(13, tried, 5, "not_home", hour=19),
        visit(14, called, 6, "phone"),
    ]
    found = compliance(
        DUTY,
        OCTOBER,
        [done, left, late, tried, called],
        VisitIndex(visits, as_of=FROZEN),
        grids=[DutyGrid(id=GRID, first_day=dt.date(2026, 1, 1), start_date=dt.date(2026, 1, 1), vacant=True)],
        calendar=EveryDay(),
    )
    return found[GRID]


def test_what_is_written_reads_back_as_it_was() -> None:
    before = october()
    grids, visits = json.loads(json.dumps(sheet.written({GRID: before})))
    after = sheet.read(grids, visits, duty=DUTY)[GRID]
    for name in (
        "pace",
        "vacant",
        "trial",
        "reached",
        "by_own_role",
        "by_phone",
        "not_met",
        "never",
        "exits",
    ):
        assert getattr(after, name) == getattr(before, name), name
    assert [out.unit.id for out in after.moved_out] == [uuid.UUID(int=2)]
    assert after.moved_out[0].exit == before.moved_out[0].exit
    assert [each.id for each in after.next_window] == [uuid.UUID(int=3)]
    for one, other in zip(after.standings, before.standings, strict=True):
        assert one.unit.household == other.unit.household
        assert [each.id for each in one.attempts] == [each.id for each in other.attempts]
        assert [each.id for each in one.calls] == [each.id for each in other.calls]
        assert (one.due_on, one.overdue_days, one.last_face_to_face) == (
            other.due_on,
            other.overdue_days,
            other.last_face_to_face,
        )
    assert after.standings[0].last_visit is not None
    assert after.standings[0].last_visit.visitor == str(uuid.UUID(int=9))


def test_a_sheet_names_keys_and_nobody() -> None:
    grids, visits = sheet.written({GRID: october()})
    units = {each["unit"]: each for each in grids[0]["units"]}
    assert units[str(uuid.UUID(int=1))]["n"] == [11]
    assert "n" not in units[str(uuid.UUID(int=4))]
    assert units[str(uuid.UUID(int=4))]["tried"] == [12, 13]
    assert set(visits) == {"11", "12", "13", "14"}
