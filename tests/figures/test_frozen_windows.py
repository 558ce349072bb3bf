"""A frozen window stands as it was written: no edit, no move and no newer mechanism changes it (METRICS D3)."""

from __future__ import annotations

import datetime as dt
import re
import threading
import uuid
from typing import Any

import pytest
from flask.testing import FlaskClient

from server import profiles
from server.database import Database
from server.domain.obligation import Standing, window_of
from server.domain.people import SYSTEM
from server.domain.review import Verdict
from server.figures import visit_list
from server.figures.compliance import Compliance, compliance
from server.figures.coverage import coverage
from server.jobs.freezing import freeze_due
from server.services import profiles as mechanism
from server.services.register.households import move_household
from server.services.submissions import verdict
from server.settings import Settings
from server.storage.events import EventRow
from server.storage.households import Household
from server.storage.jurisdictions import Jurisdiction
from server.storage.sheets import FrozenSheet
from server.storage.submissions import Submission
from server.storage.visits import Visit
from tests import factories
from tests.conftest import Clock
from tests.factories import COUNTY, GRID, OTHER_GRID, OTHER_VILLAGE, SHANGHAI, VACANT_GRID, VILLAGE, County
from tests.figures.test_figures_recounted import Teller
from tests.instances import instance, patrol, visit
from tests.pages import cells, read, sign_in, words
from tests.phones import Phone, rows

SEPTEMBER = window_of("month", dt.date(2026, 9, 1))
FROZEN = dt.datetime(2026, 10, 6, 0, 0, tzinfo=SHANGHAI)
A_MINUTE = dt.timedelta(minutes=1)


def at(month: int, day: int, hour: int = 10) -> dt.datetime:
    return dt.datetime(2026, month, day, hour, tzinfo=SHANGHAI)


@pytest.fixture
def phone(client: FlaskClient, county: County) -> Phone:
    return Phone(client, county)


@pytest.fixture
def granny(database: Database, county: County) -> uuid.UUID:
    """One person in care, in a household of the worker's grid."""
    with database.transaction(SYSTEM) as work:
        return factories.person(work, factories.household(work)).id


def home_of(database: Database) -> uuid.UUID:
    return rows(database, Household)[0].id


def september(database: Database, *, live: bool = False, grid: str = GRID) -> Compliance:
    with database.read(SYSTEM) as reading:
        found = compliance(reading, "special_month", window=SEPTEMBER, live=live)
    return found.of_group(grid)


def of_people(database: Database) -> list[FrozenSheet]:
    return [row for row in rows(database, FrozenSheet) if row.duty == "special_month"]


def reached(found: Compliance) -> tuple[int, int]:
    figure = found.sum_of(lambda visits: visits.reached)
    return figure.n, figure.d


def seen_in_september(phone: Phone, database: Database, clock: Clock, granny: uuid.UUID) -> str:
    """A visit of the 15th that is in the sheet; its instanceID."""
    clock.now = at(9, 15, 11)
    name = f"uuid:{uuid.uuid4()}"
    sent = instance("household_visit", visit(home_of(database), at(9, 15), seen=[granny]), instance_id=name)
    assert phone.send(sent) == 201
    clock.now = FROZEN + A_MINUTE
    freeze_due(database)
    assert reached(september(database)) == (1, 1)
    clock.now = at(10, 8)
    return name


def test_an_edit_of_a_record_changes_the_live_figure_and_is_listed_as_late(
    phone: Phone, database: Database, clock: Clock, granny: uuid.UUID
) -> None:
    name = seen_in_september(phone, database, clock, granny)
    nobody = instance("household_visit", visit(home_of(database), at(9, 15), "not_home"), deprecated_id=name)
    assert phone.send(nobody) == 201
    assert reached(september(database)) == (1, 1)
    assert reached(september(database, live=True)) == (0, 1)
    (late,) = september(database).late
    assert (late.row.outcome, late.is_correction, late.received_at) == ("not_home", True, at(10, 8))


def test_a_household_that_moves_stays_in_the_sheet_of_its_old_grid(
    phone: Phone, database: Database, clock: Clock, granny: uuid.UUID
) -> None:
    seen_in_september(phone, database, clock, granny)
    with database.transaction(SYSTEM) as work:
        move_household(work, home_of(database), to_grid=OTHER_GRID, moved_on=dt.date(2026, 10, 7))
    assert reached(september(database)) == (1, 1)
    assert reached(september(database, grid=OTHER_GRID)) == (0, 0)
    assert reached(september(database, live=True, grid=OTHER_GRID)) == (1, 1)
    with database.read(SYSTEM) as reading:
        found = september(database)
        (line,) = visit_list.lines(reading, found, found.standings)
    assert (line.grid, line.household) == (GRID, home_of(database))


def test_a_newer_mechanism_judges_the_windows_after_it(
    phone: Phone, database: Database, clock: Clock, granny: uuid.UUID
) -> None:
    seen_in_september(phone, database, clock, granny)
    strict = re.sub(
        r'(by = \["village_cadre"\].*\nalso =) \["grid_worker"\]',
        r"\1 []",
        profiles.source("zhongxian"),
        count=1,
    )
    assert strict != profiles.source("zhongxian")
    with database.transaction(SYSTEM) as work:
        mechanism.install(work, strict, jurisdiction=COUNTY, effective_from=dt.date(2026, 9, 1))
    assert reached(september(database)) == (1, 1)
    assert september(database).duty.also == {"grid_worker"}
    assert reached(september(database, live=True)) == (0, 1)


def test_a_rejected_record_stays_in_the_sheet(
    phone: Phone, database: Database, clock: Clock, granny: uuid.UUID
) -> None:
    seen_in_september(phone, database, clock, granny)
    with database.transaction(SYSTEM) as work:
        verdict(work, rows(database, Submission)[0].id, verdict=Verdict.REJECTED, comment="不实")
    assert reached(september(database)) == (1, 1)
    assert reached(september(database, live=True)) == (0, 1)


def test_what_comes_later_changes_the_live_figure_and_is_listed(
    client: FlaskClient, phone: Phone, database: Database, clock: Clock, granny: uuid.UUID
) -> None:
    clock.now = FROZEN + A_MINUTE
    freeze_due(database)
    clock.now = at(10, 8)
    assert phone.send(instance("household_visit", visit(home_of(database), at(9, 20), seen=[granny]))) == 201
    assert reached(september(database)) == (0, 1)
    assert reached(september(database, live=True)) == (1, 1)
    sign_in(client, "cadre")
    page = read(client, "/maps/visits?window=2026-09-01")
    assert "这一期已封账，是2026年10月6日 00:00的数" in words(page)
    (address,) = page.xpath("//a[text()='封账后补录 1 次走访']/@href")
    (line,) = read(client, address).xpath("//tbody/tr")
    assert cells(line)["说明"] == "2026年9月20日见到人，2026年10月8日 10:00补录"
    assert "实时数" in words(read(client, "/maps/visits?window=2026-09-01&view=live"))


def test_before_it_is_frozen_a_month_takes_what_comes(
    client: FlaskClient, phone: Phone, database: Database, clock: Clock, granny: uuid.UUID
) -> None:
    clock.now = at(10, 4)
    assert freeze_due(database) == 8  # July and August of two villages, patrols and people
    assert phone.send(instance("household_visit", visit(home_of(database), at(9, 20), seen=[granny]))) == 201
    assert reached(september(database)) == (1, 1)
    sign_in(client, "cadre")
    assert "还没封账" in words(read(client, "/maps/visits?window=2026-09-01"))


def shown(standing: Standing) -> dict[str, Any]:
    """What a list shows of a unit."""
    fields = {name: getattr(standing, name) for name in Standing.__slots__ if name != "unit"}
    visits = {
        name: [(each.id, each.day, each.outcome, each.visitor) for each in fields[name]]
        for name in ("counted", "attempts", "calls")
    }
    last = standing.last_visit
    about = {"unit": standing.unit.id, "lives": (standing.unit.household, standing.unit.grid)}
    return fields | visits | about | {"last_visit": last and (last.id, last.day, last.outcome, last.imported)}


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("duty", ["special_month", "resident_half_year"])
def test_a_sheet_holds_exactly_what_was_counted_at_its_instant(
    database: Database, county: County, clock: Clock, seed: int, duty: str
) -> None:
    with database.transaction(SYSTEM) as work:
        teller = Teller(work.session, seed)
        teller.people()
        teller.visits()
        for home in teller.households[::9]:
            home.exited_at, home.exit_reason = at(9, 10), "vacant"
        for newcomer in teller.persons[::7]:
            newcomer.entered_on = dt.date(2026, 9, 25)
    window = SEPTEMBER if duty == "special_month" else window_of("half_year", dt.date(2026, 9, 1))
    clock.now = FROZEN + A_MINUTE if duty == "special_month" else dt.datetime(2027, 1, 6, tzinfo=SHANGHAI)
    with database.read(SYSTEM) as reading:
        derived = compliance(reading, duty, window=window)
    assert freeze_due(database) > 0
    with database.transaction(SYSTEM) as work:
        for visit_row in work.session.query(Submission):
            visit_row.state = "withdrawn"
        for home in work.session.query(Household):
            home.grid_code, home.state = VACANT_GRID, "withdrawn"
    with database.read(SYSTEM) as reading:
        stored = compliance(reading, duty, window=window)
    assert stored.frozen_at == derived.frozen_at is not None
    assert stored.stranded == ()
    for before, after in zip(derived.grids, stored.grids, strict=True):
        assert before.code == after.code
        for name in ("vacant", "trial", "pace", "reached", "by_own_role", "by_phone", "not_met",
                     "never", "long_unseen", "family_only", "exits", "unoccupied"):  # fmt: skip
            assert getattr(before.visits, name) == getattr(after.visits, name), name
        assert [shown(each) for each in before.visits.standings] == [
            shown(each) for each in after.visits.standings
        ]
        assert [(out.unit.id, out.exit) for out in before.visits.moved_out] == [
            (out.unit.id, out.exit) for out in after.visits.moved_out
        ]
        assert [unit.id for unit in before.visits.next_window] == [
            unit.id for unit in after.visits.next_window
        ]
    with database.read(SYSTEM) as reading:
        for sheet in reading.session.query(FrozenSheet).filter_by(duty=duty, first_day=window.first):
            mine = [line.visits.reached for line in stored.grids if line.grid.code.startswith(sheet.village)]
            assert (sheet.n, sheet.d) == (sum(each.n for each in mine), sum(each.d for each in mine))


def test_two_workers_write_each_sheet_once_and_later_rounds_write_none(
    database: Database, settings: Settings, clock: Clock, granny: uuid.UUID
) -> None:
    clock.now = at(10, 8)
    written: list[int] = []

    def sweep() -> None:
        own = Database(settings.url, clock=clock)
        written.append(freeze_due(own))
        own.close()

    workers = [threading.Thread(target=sweep) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(written) == len(rows(database, FrozenSheet)) == 12
    assert freeze_due(database) == 0
    assert sum(row.kind == "sheet.frozen" for row in rows(database, EventRow)) == 12


def test_a_server_that_was_down_catches_up_with_every_month_as_it_stood(
    phone: Phone, database: Database, clock: Clock, granny: uuid.UUID
) -> None:
    clock.now = at(12, 20)
    late = instance("household_visit", visit(home_of(database), at(9, 20), seen=[granny]))
    assert phone.send(late) == 201
    freeze_due(database)
    stored = [row for row in of_people(database) if row.village == VILLAGE]
    assert [(row.first_day.month, row.frozen_at.astimezone(SHANGHAI)) for row in stored] == [
        (month, dt.datetime(2026, month + 1, 6, tzinfo=SHANGHAI)) for month in (7, 8, 9, 10, 11)
    ]
    assert [(row.n, row.d) for row in stored] == [(0, 1)] * 5
    assert {row.written_at for row in stored} == {clock.now}


def test_a_village_is_frozen_from_its_beginning_and_after_its_mechanism_came(
    database: Database, county: County, clock: Clock
) -> None:
    with database.transaction(SYSTEM) as work:
        work.session.get_one(Jurisdiction, VILLAGE).start_date = dt.date(2020, 1, 1)
        work.session.get_one(Jurisdiction, OTHER_VILLAGE).start_date = None
    clock.now = at(9, 20)
    freeze_due(database)
    assert [(row.village, row.first_day.month) for row in of_people(database)] == [
        (VILLAGE, 7),
        (VILLAGE, 8),
    ]


def test_a_village_whose_sheet_cannot_be_written_keeps_no_other_waiting(
    database: Database, county: County, clock: Clock
) -> None:
    clock.now = at(8, 20)
    with database.transaction(SYSTEM) as work:
        home = factories.household(work)
        factories.person(work, home)
        damaged = Visit(
            household_id=home.id, grid_then=GRID, day=dt.date(2026, 7, 9), started_at=at(7, 9),
            received_at=at(7, 9), roles=7, outcome="met",
        )  # fmt: skip
        work.session.add(damaged)
    freeze_due(database)
    assert [row.village for row in rows(database, FrozenSheet)] == [OTHER_VILLAGE] * 2
    with database.transaction(SYSTEM) as work:
        work.session.get_one(Visit, rows(database, Visit)[0].id).roles = ["grid_worker"]
    freeze_due(database)
    assert [row.village for row in of_people(database)] == [OTHER_VILLAGE, VILLAGE]


def patrolled_in_september(database: Database, *, live: bool = False) -> tuple[set[int], int]:
    """Of the worker's grid: the days patrolled, and how many were owed."""
    with database.read(SYSTEM) as reading:
        (line,) = coverage(reading, SEPTEMBER, live=live).of_group(GRID).grids
    return {day.day for day in line.days.reached.rows_n}, line.days.reached.d


def test_the_patrol_days_of_a_frozen_month_stand_too(
    client: FlaskClient, phone: Phone, database: Database, clock: Clock
) -> None:
    names = {}
    for day in (3, 4):
        clock.now = at(9, day, 12)
        names[day] = f"uuid:{uuid.uuid4()}"
        assert phone.send(instance("patrol", patrol(GRID, at(9, day)), instance_id=names[day])) == 201
    clock.now = FROZEN + A_MINUTE
    freeze_due(database)
    clock.now = at(10, 8)
    elsewhere = instance("patrol", patrol(VACANT_GRID, at(9, 3)), deprecated_id=names[3])
    assert phone.send(elsewhere) == 201
    assert phone.send(instance("patrol", patrol(GRID, at(9, 20)))) == 201
    loose = profiles.source("zhongxian").replace('patrol_days = "calendar"', 'patrol_days = "workday"')
    with database.transaction(SYSTEM) as work:
        mechanism.install(work, loose, jurisdiction=COUNTY, effective_from=dt.date(2026, 9, 1))
    assert patrolled_in_september(database) == ({3, 4}, 30)
    assert patrolled_in_september(database, live=True) == ({4, 20}, 22)
    sign_in(client, "cadre")
    page = read(client, "/maps/patrols?period=last_month")
    assert "这一期已封账，是2026年10月6日 00:00的数" in words(page)
    first = cells(page.xpath("//section[@id='table']//tbody/tr")[0])
    assert first["巡查到位"].startswith("2/30")
    whole = "/maps/patrols?period=custom&first=2026-09-01&last=2026-09-30"
    assert cells(read(client, whole).xpath("//section[@id='table']//tbody/tr")[0]) == first
    live = read(client, f"{whole}&view=live")
    assert cells(live.xpath("//section[@id='table']//tbody/tr")[0])["巡查到位"].startswith("2/22")
    (address,) = page.xpath("//a[text()='封账后补录 2 次巡查']/@href")
    late = [cells(row) for row in read(client, address).xpath("//tbody/tr")]
    assert [(row["网格"], row["日期"], row["收到"]) for row in late] == [
        ("石桥村第2网格", "2026年9月3日 星期四", "2026年10月8日 10:00更正"),
        ("石桥村第1网格", "2026年9月20日 星期日", "2026年10月8日 10:00补录"),
    ]
    asked = f"/maps/patrols/rows?period=last_month&figure=P1&part=n&grid={GRID}"
    listed = [cells(row) for row in read(client, asked).xpath("//tbody/tr")]
    assert [(row["日期"], row["巡查"]) for row in listed] == [
        ("2026年9月3日 星期四", "封账时已巡，记录后来改了"),
        ("2026年9月4日 星期五", "10:00 无异常"),
    ]
