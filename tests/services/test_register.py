"""名册: what changes it, who has to agree, and what follows for the denominator (METRICS D4)."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

import pytest
from shapely import Point

from server.database import Database
from server.domain.people import SYSTEM, Actor
from server.domain.problems import Conflict, Forbidden, Invalid, NotFound, Problem
from server.domain.scope import Scope
from server.figures import roster
from server.services import actors
from server.services.register import households
from server.services.register.changes import Statement, confirm_change, propose_change, refuse_change
from server.services.register.effects import Choice
from server.services.register.households import Details
from server.storage.events import EventRow
from server.storage.households import AwaySpell, CareTag, Household, HouseholdMove, Person, RegisterChange
from server.storage.posts import Account
from tests import factories
from tests.factories import GRID, NOW, OTHER_GRID, VACANT_GRID, County
from tests.phones import rows

LEFT = Statement(change="moved_out", whole=True)


@dataclass
class Office:
    """The register's desk: who acts, and what he does."""

    database: Database
    county: County

    def actor(self, name: str) -> Actor:
        with self.database.read(SYSTEM) as reading:
            account = reading.session.get_one(Account, self.county.accounts[name])
            return actors.of_account(reading.session, account, now=NOW)

    def propose(self, who: str, home: uuid.UUID, statement: Statement) -> uuid.UUID:
        with self.database.transaction(self.actor(who)) as work:
            return propose_change(work, home, statement).id

    def confirm(self, who: str, change: uuid.UUID, **choice: object) -> None:
        with self.database.transaction(self.actor(who)) as work:
            confirm_change(work, change, Choice(**choice))  # type: ignore[arg-type]

    def refuse(self, who: str, change: uuid.UUID, reason: str = "not_so") -> None:
        with self.database.transaction(self.actor(who)) as work:
            refuse_change(work, change, reason=reason)


@pytest.fixture
def office(database: Database, county: County) -> Office:
    return Office(database, county)


@pytest.fixture
def home(database: Database, county: County) -> uuid.UUID:
    with database.transaction(SYSTEM) as work:
        return factories.household(work).id


@pytest.fixture
def granny(database: Database, home: uuid.UUID) -> uuid.UUID:
    with database.transaction(SYSTEM) as work:
        return factories.person(work, work.session.get_one(Household, home)).id


def only(database: Database, key: uuid.UUID) -> Household:
    return next(row for row in rows(database, Household) if row.id == key)


def test_a_proposal_changes_nothing_until_a_second_person_confirms_it(
    office: Office, database: Database, home: uuid.UUID, granny: uuid.UUID
) -> None:
    change = office.propose("worker", home, LEFT)
    assert only(database, home).exited_at is None
    office.confirm("cadre", change)
    left = only(database, home)
    assert (left.exited_at, left.exit_reason, left.version) == (NOW, "moved_out", 2)
    assert [(row.exited_at, row.exit_reason) for row in rows(database, Person)] == [(NOW, "moved_out")]
    with database.read(SYSTEM) as reading:
        (unit,) = roster.households(reading.session, scope=Scope.everything(), as_of=NOW)
    assert unit.stays[0].exit is not None
    assert unit.stays[0].exit.day == NOW.date()


def test_nobody_confirms_or_refuses_what_he_proposed_himself(office: Office, home: uuid.UUID) -> None:
    change = office.propose("cadre", home, LEFT)
    for act in (office.confirm, office.refuse):
        with pytest.raises(Forbidden, match=r"register\.second_person"):
            act("cadre", change)
    office.confirm("official", change)


def test_a_worker_confirms_nothing(office: Office, home: uuid.UUID) -> None:
    change = office.propose("cadre", home, LEFT)
    with pytest.raises(Forbidden, match=r"actor\.not_permitted"):
        office.confirm("worker", change)


def test_the_neighbouring_village_does_not_even_see_it(office: Office, home: uuid.UUID) -> None:
    change = office.propose("worker", home, LEFT)
    with pytest.raises(NotFound, match=r"register\.unknown_proposal"):
        office.confirm("other_cadre", change)
    with pytest.raises(NotFound, match=r"household\.unknown"):
        office.propose("other_cadre", home, LEFT)


def test_what_is_decided_is_decided(office: Office, database: Database, home: uuid.UUID) -> None:
    change = office.propose("worker", home, LEFT)
    office.refuse("cadre", change)
    with pytest.raises(Conflict, match=r"register\.already_decided"):
        office.confirm("cadre", change)
    assert only(database, home).exited_at is None
    (row,) = rows(database, RegisterChange)
    assert (row.state, row.details["refusal"], row.decided_at) == ("refused", "not_so", NOW)


def test_the_same_is_not_proposed_twice(office: Office, home: uuid.UUID) -> None:
    office.propose("worker", home, LEFT)
    with pytest.raises(Conflict, match=r"register\.already_proposed"):
        office.propose("cadre", home, LEFT)


def test_who_has_left_cannot_leave_again(office: Office, home: uuid.UUID) -> None:
    office.confirm("cadre", office.propose("worker", home, LEFT))
    with pytest.raises(Conflict, match=r"register\.already_left"):
        office.propose("worker", home, Statement(change="vacant", whole=True))


def test_a_death_takes_one_person_and_needs_a_name(
    office: Office, database: Database, home: uuid.UUID, granny: uuid.UUID
) -> None:
    with pytest.raises(Invalid, match=r"register\.nobody_named"):
        office.propose("worker", home, Statement(change="death"))
    office.confirm("cadre", office.propose("worker", home, Statement(change="death", person_id=granny)))
    assert rows(database, Person)[0].exit_reason == "death"
    assert only(database, home).exited_at is None


def test_nobody_of_another_household_can_be_named(
    office: Office, database: Database, home: uuid.UUID
) -> None:
    with database.transaction(SYSTEM) as work:
        stranger = factories.person(work, factories.household(work, address="石桥村1组13号")).id
    with pytest.raises(Invalid, match=r"register\.not_of_household"):
        office.propose("worker", home, Statement(change="death", person_id=stranger))


def test_away_is_a_dated_mark_and_coming_back_ends_it_the_day_before(
    office: Office, database: Database, home: uuid.UUID
) -> None:
    since = {"since": "2026-10-08"}
    office.confirm(
        "cadre", office.propose("worker", home, Statement(change="away", whole=True, details=since))
    )
    assert only(database, home).occupancy == "away"
    back = {"since": "2026-10-20"}
    office.confirm(
        "cadre", office.propose("worker", home, Statement(change="back", whole=True, details=back))
    )
    (spell,) = rows(database, AwaySpell)
    assert (spell.since, spell.until, spell.known_at) == (dt.date(2026, 10, 8), dt.date(2026, 10, 19), NOW)
    assert only(database, home).occupancy == "occupied"


def test_a_tag_ends_when_a_second_person_says_so(
    office: Office, database: Database, home: uuid.UUID, granny: uuid.UUID
) -> None:
    (tag,) = rows(database, CareTag)
    ended = Statement(change="tag_ended", person_id=granny, tag_id=tag.id)
    change = office.propose("cadre", home, ended)
    assert rows(database, CareTag)[0].ended_at is None
    office.confirm("official", change)
    ended_tag = rows(database, CareTag)[0]
    assert (ended_tag.ended_at, ended_tag.end_reason) == (NOW, "tag_ended")
    assert "tag.ended" in [row.kind for row in rows(database, EventRow)]


def test_a_new_need_gets_its_tag_from_the_registrar(
    office: Office, database: Database, home: uuid.UUID, granny: uuid.UUID
) -> None:
    change = office.propose("worker", home, Statement(change="new_need", person_id=granny, words="摔了腿"))
    with pytest.raises(Invalid, match=r"register\.no_such_tag"):
        office.confirm("cadre", change, tag="petitioner")
    with pytest.raises(Conflict, match=r"register\.tag_in_force"):
        office.confirm("cadre", change, tag="alone_elder")
    office.confirm("cadre", change, tag="hardship", basis="临时救助审批表", said_by="县民政局")
    assert sorted(tag.tag for tag in rows(database, CareTag)) == ["alone_elder", "hardship"]


def test_a_shorter_interval_is_a_tier_of_the_mechanism(
    office: Office, database: Database, home: uuid.UUID, granny: uuid.UUID
) -> None:
    change = office.propose("worker", home, Statement(change="shorter_interval", person_id=granny))
    with pytest.raises(Invalid, match=r"register\.no_such_tier"):
        office.confirm("cadre", change, tier="hourly")
    office.confirm("cadre", change, tier="weekly")
    with database.read(SYSTEM) as reading:
        (unit,) = roster.persons(reading.session, scope=Scope.everything(), as_of=NOW)
    assert unit.tier == "weekly"


def test_one_exit_too_many_is_for_the_township(office: Office, database: Database, county: County) -> None:
    with database.transaction(SYSTEM) as work:
        homes = [factories.household(work, address=f"石桥村1组{n}号").id for n in range(10)]
    changes = [office.propose("worker", key, LEFT) for key in homes[:3]]
    office.confirm("cadre", changes[0])
    office.confirm("cadre", changes[1])
    with pytest.raises(Forbidden, match=r"register\.township_confirms"):
        office.confirm("cadre", changes[2])
    assert only(database, homes[2]).exited_at is None
    office.confirm("official", changes[2])
    assert only(database, homes[2]).exited_at == NOW


def test_a_household_entered_by_the_office_is_on_the_register_and_by_a_worker_it_waits(
    office: Office, database: Database, county: County
) -> None:
    with database.transaction(office.actor("cadre")) as work:
        at_once = households.add_household(work, grid=GRID, details=Details(address="石桥村3组1号"))
    with database.transaction(office.actor("worker")) as work:
        waits = households.add_household(work, grid=GRID, details=Details(address="石桥村3组2号"))
    assert (at_once.state, at_once.known_at, waits.state) == ("registered", NOW, "pending")
    (change,) = rows(database, RegisterChange)
    office.confirm("cadre", change.id)
    approved = only(database, waits.id)
    assert (approved.state, approved.known_at, approved.entered_on) == ("registered", NOW, NOW.date())


def test_a_household_nobody_approves_never_comes_onto_the_register(
    office: Office, database: Database, county: County
) -> None:
    with database.transaction(office.actor("worker")) as work:
        waits = households.add_household(work, grid=GRID, details=Details(address="石桥村3组2号"))
    (change,) = rows(database, RegisterChange)
    office.refuse("cadre", change.id)
    assert only(database, waits.id).state == "refused"
    with database.read(SYSTEM) as reading:
        assert roster.households(reading.session, scope=Scope.everything(), as_of=NOW) == []


def test_an_older_page_does_not_overwrite_a_newer_one(
    office: Office, database: Database, home: uuid.UUID
) -> None:
    details = Details(address="石桥村1组12-1号", head_name="王家", people=2, point=Point(108.004, 30.004))
    with database.transaction(office.actor("cadre")) as work:
        households.edit_household(work, home, details, version=1)
    with (
        pytest.raises(Conflict, match=r"register\.changed_meanwhile"),
        database.transaction(office.actor("cadre")) as work,
    ):
        households.edit_household(work, home, Details(address="别处"), version=1)
    assert only(database, home).address == "石桥村1组12-1号"
    (event,) = [row for row in rows(database, EventRow) if row.kind == "household.edited"]
    assert event.details == {"fields": ["address", "point"]}


def test_a_household_that_moves_inside_the_county_owes_in_the_new_grid(
    office: Office, database: Database, home: uuid.UUID
) -> None:
    with database.transaction(office.actor("cadre")) as work:
        households.move_household(work, home, to_grid=VACANT_GRID, moved_on=NOW.date())
    assert only(database, home).grid_code == VACANT_GRID
    (move,) = rows(database, HouseholdMove)
    assert (move.from_grid, move.to_grid) == (GRID, VACANT_GRID)


@pytest.mark.parametrize(
    ("who", "grid", "moved_on", "code"),
    [
        ("cadre", OTHER_GRID, NOW.date(), "grid.unknown"),
        ("worker", VACANT_GRID, NOW.date(), "actor.not_permitted"),
        ("cadre", GRID, NOW.date(), "register.already_there"),
        ("cadre", VACANT_GRID, NOW.date() + dt.timedelta(days=1), "register.moved_in_the_future"),
    ],
)
def test_a_move_that_cannot_be(
    office: Office, database: Database, home: uuid.UUID, who: str, grid: str, moved_on: dt.date, code: str
) -> None:
    with pytest.raises(Problem, match=code), database.transaction(office.actor(who)) as work:
        households.move_household(work, home, to_grid=grid, moved_on=moved_on)
    assert only(database, home).grid_code == GRID


def test_whoever_looks_at_a_name_from_above_leaves_his_reason(
    office: Office, database: Database, home: uuid.UUID
) -> None:
    with (
        pytest.raises(Invalid, match=r"register\.reason_needed"),
        database.transaction(office.actor("official")) as work,
    ):
        households.reveal(work, home, reason="  ")
    with pytest.raises(Forbidden), database.transaction(office.actor("cadre")) as work:
        households.reveal(work, home, reason="看看")
    with database.transaction(office.actor("official")) as work:
        households.reveal(work, home, reason="核实来访")
    (event,) = [row for row in rows(database, EventRow) if row.kind == "personal_data.revealed"]
    assert (event.actor_name, event.details) == ("李镇长", {"what": "household", "reason": "核实来访"})


def test_people_and_tags_are_added_by_those_who_decide(
    office: Office, database: Database, home: uuid.UUID
) -> None:
    with database.transaction(office.actor("cadre")) as work:
        person = households.add_person(work, home, name="王小宝", called="小宝", is_child=True)
        households.begin_tag(
            work, person.id, tag="left_child", begun_on=NOW.date(), basis="留守儿童台账", said_by="县民政局"
        )
    with pytest.raises(Forbidden), database.transaction(office.actor("worker")) as work:
        households.add_person(work, home, name="王小妹", called="小妹")
    assert [(tag.tag, tag.known_at) for tag in rows(database, CareTag)] == [("left_child", NOW)]
