"""The demo county comes into being through services, the same every time, and grows with the days."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from server import profiles
from server.database import Database
from server.demo import unit_links
from server.demo.acts import FollowUpAct, PatrolAct, VisitAct, moment
from server.demo.case_acts import CaseAct, MeetingAct, ScanAct
from server.demo.county import invent_county
from server.demo.faults import planted
from server.demo.founding import PASSWORD, carries_phone, found, founded_at
from server.demo.invitation import invitation, one_of_each_role
from server.demo.raising import raised_on
from server.demo.retelling import Teller
from server.demo.seeding import MOST_DAYS_ADDED, AnotherMechanism, DemoState, NotTheDemo, Seeded, seed
from server.demo.staff import StaffMember
from server.demo.story import Act, day_story
from server.domain.demand_states import Group
from server.domain.people import SYSTEM
from server.domain.roles import Role
from server.domain.scope import Scope
from server.figures import inbox
from server.jobs.sweeping import sweep
from server.services import accounts, actors
from server.services.accounts import new_key
from server.storage.demands import Demand, DemandNote
from server.storage.events import EventRow
from server.storage.grids import Grid
from server.storage.households import Household
from server.storage.inbox import Badge, Desk, Wanted, slice_of
from server.storage.patrols import Patrol
from server.storage.posts import Account
from server.storage.sheets import FrozenSheet
from server.storage.submissions import Submission
from server.storage.visits import Visit
from tests.conftest import Clock
from tests.factories import County

SEEDED_ON = dt.date(2026, 10, 20)
NINE = moment(SEEDED_ON, 9.0)
DAY = dt.timedelta(days=1)


def begin_late(path: Path, *, days: int) -> None:
    """A demo that has only its last `days` days to tell: three months take a minute."""
    county = invent_county(SEEDED_ON)
    keys = {member.key: new_key() for member in county.staff if carries_phone(member)}
    DemoState(SEEDED_ON, moment(SEEDED_ON - days * DAY, 0.0), keys).save(path)


@contextmanager
def opened(folder: Path, now: dt.datetime) -> Iterator[Database]:
    database = Database(f"sqlite:///{folder / 'wangge.sqlite'}", clock=Clock(now))
    yield database
    database.close()


def seeded_at(folder: Path, now: dt.datetime) -> Seeded:
    with opened(folder, now) as database:
        return seed(database, folder / "demo_state.json")


@pytest.fixture(scope="module")
def demo(empty_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Seeded]:
    """The county with its last two days and the morning of the day it is seeded on."""
    folder = tmp_path_factory.mktemp("demo")
    shutil.copy(empty_sqlite, folder / "wangge.sqlite")
    begin_late(folder / "demo_state.json", days=2)
    return folder, seeded_at(folder, NINE)


def facts(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """What stands in the database, without the keys that differ from one seeding to the next."""
    questions = {
        "submissions": sa.select(
            Submission.form_id, Submission.instance_id, Submission.received_at, Submission.jurisdiction
        ),
        "demands": sa.select(Demand.number, Demand.key, Demand.class_, Demand.due_at, Demand.words),
        "events": sa.select(EventRow.kind, sa.func.count()).group_by(EventRow.kind),
    }
    with opened(folder, NINE) as database, database.read(SYSTEM) as reading:
        return {
            name: sorted((tuple(row) for row in reading.session.execute(query)), key=repr)
            for name, query in questions.items()
        }


def test_the_whole_county_is_there_and_every_record_has_its_rows(demo: tuple[Path, Seeded]) -> None:
    folder, seeded = demo

    def count(session: sa.orm.Session, table: type[object], *where: sa.ColumnElement[bool]) -> int:
        return session.scalar(sa.select(sa.func.count()).select_from(table).where(*where)) or 0

    with opened(folder, NINE) as database, database.read(SYSTEM) as reading:
        session = reading.session
        assert count(session, Grid) == len(seeded.county.grids)
        assert count(session, Household, Household.state == "registered") == len(seeded.county.households)
        assert count(session, Submission) > 200
        assert count(session, Submission, Submission.projection_error.is_not(None)) == 0
        assert count(session, Patrol) == count(session, Submission, Submission.form_id == "patrol")
        phoned = count(session, Visit, Visit.source == "phone")
        assert phoned == count(session, Submission, Submission.form_id == "household_visit")
        assert count(session, Demand) > 0
        refused = sa.cast(DemandNote.details, sa.Text).contains("refused")
        assert count(session, DemandNote, refused) == 0


def test_the_months_that_are_past_are_frozen(demo: tuple[Path, Seeded]) -> None:
    folder, seeded = demo
    villages = {grid.code[:12] for grid in seeded.county.map.grids}
    with opened(folder, NINE) as database, database.read(SYSTEM) as reading:
        sheets = reading.session.scalars(sa.select(FrozenSheet)).all()
        assert {(sheet.village, sheet.first_day.month) for sheet in sheets} == {
            (village, month) for village in villages for month in (7, 8, 9)
        }
        assert all(sheet.frozen_at <= sheet.written_at <= NINE for sheet in sheets)


def test_nothing_reaches_the_server_before_it_happened_or_after_now(demo: tuple[Path, Seeded]) -> None:
    folder, _ = demo
    with opened(folder, NINE) as database, database.read(SYSTEM) as reading:
        late = reading.session.scalar(sa.select(sa.func.max(Submission.received_at)))
        early = reading.session.scalar(sa.select(sa.func.min(Submission.received_at)))
        flags = [flag for row in reading.session.scalars(sa.select(Submission.flags)) for flag in row]
    assert late is not None
    assert early is not None
    assert moment(SEEDED_ON - 2 * DAY, 0.0) <= early <= late <= NINE
    assert "clock" not in flags


@pytest.mark.slow
def test_a_demo_topped_up_is_the_demo_seeded_later(
    demo: tuple[Path, Seeded], empty_sqlite: Path, tmp_path: Path
) -> None:
    shutil.copy(empty_sqlite, tmp_path / "wangge.sqlite")
    begin_late(tmp_path / "demo_state.json", days=2)
    for now in (NINE - DAY, NINE - dt.timedelta(hours=5), NINE, NINE):
        seeded_at(tmp_path, now)
    assert facts(tmp_path) == facts(demo[0])


def test_of_a_long_absence_only_the_last_days_are_told(demo: tuple[Path, Seeded], tmp_path: Path) -> None:
    shutil.copytree(demo[0], tmp_path, dirs_exist_ok=True)
    path = tmp_path / "demo_state.json"
    told: list[tuple[int, int]] = []
    with opened(tmp_path, NINE + 40 * DAY) as database:
        pace = told.append

        class Enough(Exception):
            pass

        def once(done: int, whole: int) -> None:
            pace((done, whole))
            raise Enough

        with pytest.raises(Enough):
            seed(database, path, progress=once)
    assert told == [(1, MOST_DAYS_ADDED + 1)]
    state = DemoState.load(path)
    assert state is not None
    assert state.told_until == moment(SEEDED_ON + (40 - MOST_DAYS_ADDED) * DAY, 24.0)


def test_a_database_with_another_county_is_left_alone(
    database: Database, county: County, tmp_path: Path
) -> None:
    with pytest.raises(NotTheDemo):
        seed(database, tmp_path / "demo_state.json")
    assert not (tmp_path / "demo_state.json").exists()


def test_a_demo_keeps_the_mechanism_it_was_made_under(demo: tuple[Path, Seeded], tmp_path: Path) -> None:
    shutil.copytree(demo[0], tmp_path, dirs_exist_ok=True)
    with opened(tmp_path, NINE) as database:
        with pytest.raises(AnotherMechanism, match="zhongxian"):
            seed(database, tmp_path / "demo_state.json", profile="longli")
        assert seed(database, tmp_path / "demo_state.json").county.profile == "zhongxian"


def test_the_invitation_says_who_may_come_in(demo: tuple[Path, Seeded]) -> None:
    folder, seeded = demo
    invited = invitation(seeded, base_url="http://127.0.0.1:8123", on=seeded.county.seeded_on)
    assert json.loads(json.dumps(invited)) == invited
    assert invited["project_id"] == 1
    assert {account["role"] for account in invited["accounts"]} == {role.value for role in Role}
    assert "@" in next(each["username"] for each in invited["accounts"] if each["role"] == Role.ADMIN)
    assert len(one_of_each_role(invited["accounts"])) == len(Role)
    assert invited["profile"] == "zhongxian"
    links = replace(seeded, state=replace(seeded.state, unit_links={"县水务局": "abc"}))
    opened_by = invitation(links, base_url="http://127.0.0.1:8123", on=seeded.county.seeded_on)["units"]
    assert opened_by == [{"name": "县水务局", "url": "http://127.0.0.1:8123/u/abc"}]
    assert invited["residents"]["url"] == f"http://127.0.0.1:8123/r/g/{invited['residents']['grid']}"
    first = invited["app_users"][0]
    assert invited["openrosa_url"] == first["openrosa_url"]
    assert first["openrosa_url"].startswith("http://127.0.0.1:8123/v1/key/")
    assert first["openrosa_url"].endswith("/projects/1")
    key = first["openrosa_url"].split("/")[5]
    assert invited["phone_url"] == first["phone_url"] == f"http://127.0.0.1:8123/w/#{key}"
    assert all("/w/#" in each["phone_url"] for each in invited["app_users"])
    with opened(folder, NINE) as database, database.read(SYSTEM) as reading:
        actor = actors.of_key(reading.session, key, now=reading.now)
        assert actor is not None
        assert (actor.name, actor.role) == (first["display_name"], Role.GRID_WORKER)
        assert first["grid"] in actor.scope.codes
        for sign_in in one_of_each_role(invited["accounts"]):
            account, stored = accounts.password_of(reading.session, sign_in["username"])
            assert account is not None
            assert account.role == sign_in["role"]
        assert accounts.verify(PASSWORD, against=stored)


class Tale:
    """What is raised in the township strangers are shown first, without the rest of the story: told in seconds."""

    def __init__(self, folder: Path, empty: Path, profile: str) -> None:
        self.county = invent_county(SEEDED_ON, profile)
        self.village = planted(self.county).bad_village
        shutil.copy(empty, folder / "wangge.sqlite")
        self.database = Database(f"sqlite:///{folder / 'wangge.sqlite'}", clock=Clock(NINE))
        keys = {member.key: new_key() for member in self.county.staff if carries_phone(member)}
        with self.database.transaction(SYSTEM) as work:
            found(replace(work, now=founded_at(self.county).astimezone(dt.UTC)), self.county, keys=keys)
        self.teller = Teller(self.county, keys)

    def tell(self, *, days: int) -> None:
        """The last days of the history, and this morning. Raises where the county does not admit an act."""
        told = [SEEDED_ON - n * DAY for n in range(days, -1, -1)]
        near = {each.key for day in told for each in raised_on(self.county, day) if self._is_near(each.grid)}
        for day in told:
            with self.database.transaction(SYSTEM) as work:
                for act in day_story(self.county, day):
                    if act.at <= NINE and self._is_told(act, near):
                        self.teller.tell(work, act)
            if day < SEEDED_ON:
                sweep(self.database, now=moment(day, 24.0).astimezone(dt.UTC))

    def _is_near(self, division: str) -> bool:
        return division.startswith(self.village[:9])

    def _is_told(self, act: Act, near: set[str]) -> bool:
        match act:
            case PatrolAct():
                return bool(act.findings) and self._is_near(act.grid)
            case VisitAct():
                return bool(act.asks) and self._is_near(act.grid)
            case CaseAct() | FollowUpAct():
                return act.demand in near
            case ScanAct():
                return self._is_near(act.grid)
            case MeetingAct():
                return self._is_near(act.jurisdiction)
        return self._is_near(act.village)

    def tabs_of(self, member: StaffMember, *, mine: bool) -> dict[Group, int]:
        """How many rows each tab of somebody's inbox has."""
        with self.database.read(SYSTEM) as reading:
            account = reading.session.get_one(Account, member.key)
            actor = actors.of_account(reading.session, account, now=reading.now)
        with self.database.read(actor) as reading:
            return {tab.group: tab.number for tab in inbox.tabs(reading, mine=mine)}


@pytest.mark.parametrize(
    "profile",
    [
        pytest.param(each, marks=[] if each == "zhongxian" else [pytest.mark.slow])
        for each in profiles.shipped()
    ],
)
def test_under_every_mechanism_each_tab_of_an_office_has_rows(
    profile: str, empty_sqlite: Path, tmp_path: Path
) -> None:
    tale = Tale(tmp_path, empty_sqlite, profile)
    tale.tell(days=52)
    cadre = tale.county.secretary(tale.village)
    official = tale.county.dispatcher(tale.village)
    assert all(tale.tabs_of(cadre, mine=True).values())
    assert all(tale.tabs_of(official, mine=False).values())
    township = tale.tabs_of(official, mine=True)
    if tale.county.mechanism.routed_to("GOVERNMENT") != "village":
        assert all(number for group, number in township.items() if group is not Group.TO_REGISTER)
    with tale.database.read(SYSTEM) as reading:
        desk = Desk(account=cadre.key, level="village")
        for badge in Badge:
            wanted = [Wanted(group=group, mine=False, badge=badge) for group in Group]
            assert any(
                slice_of(
                    reading.session, desk, each, as_of=reading.now, scope=Scope.of([tale.village]), size=1
                )
                for each in wanted
            ), badge
    links = unit_links.opened(tale.database, {})
    assert len(links) == 1
    assert unit_links.opened(tale.database, links) == links
    tale.database.close()


def test_the_demo_is_founded_on_either_database(database: Database, clock: Clock, tmp_path: Path) -> None:
    clock.now = moment(SEEDED_ON, 9.5)
    begin_late(tmp_path / "demo_state.json", days=0)
    seeded = seed(database, tmp_path / "demo_state.json")
    with database.read(SYSTEM) as reading:
        rows = reading.session.scalars(sa.select(Submission)).all()
    assert {row.day for row in rows} == {SEEDED_ON}
    assert seeded.state.told_until == clock.now
