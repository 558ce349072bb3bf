"""The lists of households and people on a phone: only one's own grids, what is due first, nothing that must not leak."""

from __future__ import annotations

import csv
import datetime as dt
import io
import uuid

import pytest
from flask.testing import FlaskClient
from shapely import Point

from server.database import Database
from server.domain.people import SYSTEM
from server.domain.work_calendar import SHANGHAI
from server.storage.households import Household, Person
from server.storage.visits import Visit, VisitPerson
from server.work import Work
from tests import factories
from tests.factories import COUNTY, GRID, NOW, OTHER_GRID, VACANT_GRID, County


@pytest.fixture
def homes(database: Database, county: County) -> dict[str, uuid.UUID]:
    """王家 with a person in care, 李家 without, one in the vacant grid, one in the other village."""
    with database.transaction(SYSTEM) as work:
        wang = factories.household(work, head="王大山", point=Point(108.004, 30.004), hint="听力不好")
        granny = factories.person(work, wang)
        li = factories.household(work, address="石桥村1组13号", head="李小明", point=Point(108.009, 30.009))
        vacant = factories.household(work, grid=VACANT_GRID, address="石桥村2组1号", head="欧阳修")
        other = factories.household(work, grid=OTHER_GRID, address="柳湾村1组1号", head="赵敏")
        return {"wang": wang.id, "granny": granny.id, "li": li.id, "vacant": vacant.id, "other": other.id}


def visited(
    work: Work, home: uuid.UUID, day: dt.date, *, seen: uuid.UUID | None = None, **more: object
) -> None:
    at = dt.datetime.combine(day, dt.time(10), tzinfo=SHANGHAI)
    row = Visit(
        household_id=home, grid_then=GRID, day=day, started_at=at, received_at=at, roles=["grid_worker"],
        **{"outcome": "met"} | more,
    )  # fmt: skip
    work.session.add(row)
    work.session.flush()
    if seen is not None:
        work.session.add(VisitPerson(visit_id=row.id, person_id=seen))


def fetch(client: FlaskClient, county: County, name: str, who: str = "worker") -> list[dict[str, str]]:
    path = f"{county.phone(who)}/forms/household_visit/attachments/{name}"
    answer = client.get(path, base_url="https://localhost")
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_a_worker_gets_the_households_of_his_grid_and_a_cadre_those_of_the_village(
    client: FlaskClient, county: County, homes: dict[str, uuid.UUID]
) -> None:
    def listed(who: str) -> set[str]:
        return {row["name"] for row in fetch(client, county, "households.csv", who)}

    assert listed("worker") == {str(homes["wang"]), str(homes["li"])}
    assert listed("cadre") == {str(homes[name]) for name in ("wang", "li", "vacant")}
    assert listed("other_worker") == {str(homes["other"])}
    assert listed("official") == set()


def test_the_columns_are_those_of_the_form(
    client: FlaskClient, county: County, homes: dict[str, uuid.UUID]
) -> None:
    row = fetch(client, county, "households.csv")[0]
    assert list(row) == [
        "name", "label", "__version", "grid", "due_state", "card", "geometry", "address", "last_outcome",
        "last_attempt",
    ]  # fmt: skip
    assert list(fetch(client, county, "persons.csv")[0]) == ["name", "label", "household"]
    assert row["geometry"] == "30.004000 108.004000 0 0"
    assert row["grid"] == GRID


def test_an_overdue_household_is_marked_by_a_character_and_comes_first(
    client: FlaskClient, county: County, homes: dict[str, uuid.UUID]
) -> None:
    first, second = fetch(client, county, "households.csv")
    assert (first["due_state"], first["label"]) == ("overdue", "！石桥村1组12号 王家 · 逾期81天")
    assert (second["due_state"], second["label"]) == ("due", "石桥村1组13号 李家")


def test_the_card_says_the_last_visit_and_what_this_one_settles(
    client: FlaskClient, database: Database, county: County, homes: dict[str, uuid.UUID]
) -> None:
    with database.transaction(SYSTEM) as work:
        visited(work, homes["wang"], dt.date(2026, 9, 3), seen=homes["granny"])
    row = fetch(client, county, "households.csv")[0]
    assert row["card"] == "上次9月3日，见到人；这次要见到王奶奶；10月31日前；听力不好。"
    assert (row["last_outcome"], row["last_attempt"]) == ("met", "2026-09-03")
    assert "alone_elder" not in row["card"]
    assert "独居" not in row["card"]


def test_the_card_says_that_the_family_was_met_and_the_person_not(
    client: FlaskClient, database: Database, county: County, homes: dict[str, uuid.UUID]
) -> None:
    with database.transaction(SYSTEM) as work:
        visited(work, homes["wang"], dt.date(2026, 10, 19))
    row = fetch(client, county, "households.csv")[0]
    assert row["card"].startswith("上次10月19日，上门，见到家属，没见到本人；这次要见到王奶奶；")


def test_what_was_done_comes_last_and_the_nearest_to_the_last_stop_first(
    client: FlaskClient, database: Database, county: County, homes: dict[str, uuid.UUID]
) -> None:
    with database.transaction(SYSTEM) as work:
        far = factories.household(work, address="石桥村1组1号", head="周", point=Point(108.0001, 30.0001)).id
        near = factories.household(work, address="石桥村1组9号", head="吴", point=Point(108.0041, 30.004)).id
        by = county.accounts["worker"]
        visited(work, homes["wang"], NOW.date() - dt.timedelta(days=1), seen=homes["granny"], account_id=by)
    rows = fetch(client, county, "households.csv")
    assert [row["name"] for row in rows] == [str(key) for key in (near, far, homes["li"], homes["wang"])]
    assert rows[-1]["due_state"] == "done"


def test_only_people_in_care_are_listed_and_a_child_only_by_its_family(
    client: FlaskClient, database: Database, county: County, homes: dict[str, uuid.UUID]
) -> None:
    with database.transaction(SYSTEM) as work:
        wang = work.session.get_one(Household, homes["wang"])
        factories.person(work, wang, name="王大山", called="王大山", tag=None)
        factories.person(work, wang, name="王小宝", called="王小宝", tag="left_child").is_child = True
        factories.person(work, wang, name="王二", called="王二", tag="hardship").exited_at = NOW
    labels = sorted(row["label"] for row in fetch(client, county, "persons.csv"))
    assert labels == ["孩子（王家）", "王奶奶"]


def test_whoever_entered_too_late_for_this_month_can_still_be_seen(
    client: FlaskClient, database: Database, county: County, homes: dict[str, uuid.UUID]
) -> None:
    with database.transaction(SYSTEM) as work:
        late = factories.household(
            work,
            address="石桥村1组20号",
            head="郑",
            entered_on=NOW.date(),
            known_at=NOW - dt.timedelta(hours=1),
        )
        factories.person(work, late, name="郑婆", called="郑婆婆")
    assert "郑婆婆" in {row["label"] for row in fetch(client, county, "persons.csv")}


def test_a_telephone_is_on_the_phone_only_where_the_mechanism_says_so(
    client: FlaskClient, database: Database, county: County, homes: dict[str, uuid.UUID]
) -> None:
    with database.transaction(SYSTEM) as work:
        work.session.get_one(Household, homes["wang"]).telephone = "13900001111"
    assert "13900001111" not in str(fetch(client, county, "households.csv"))


def test_hostile_names_stay_in_their_cell(
    client: FlaskClient, database: Database, county: County, homes: dict[str, uuid.UUID]
) -> None:
    name = '=cmd|"x"!A1,\n<b>王</b>'
    with database.transaction(SYSTEM) as work:
        work.session.get_one(Household, homes["li"]).head_name = name
        work.session.get_one(Person, homes["granny"]).called = name
    assert f"石桥村1组13号 {name}" in {row["label"] for row in fetch(client, county, "households.csv")}
    assert [row["label"] for row in fetch(client, county, "persons.csv")] == [name]


def test_a_phone_learns_which_households_are_gone(
    client: FlaskClient, database: Database, county: County, homes: dict[str, uuid.UUID]
) -> None:
    with database.transaction(SYSTEM) as work:
        work.session.get_one(Household, homes["li"]).exited_at = NOW
        waiting = factories.household(work, state="pending").id
    unknown = uuid.uuid4()
    asked = [homes["wang"], homes["li"], homes["other"], waiting, unknown]
    path = f"{county.phone()}/integrity/households.csv?id={','.join(map(str, asked))}"
    answer = client.get(path, base_url="https://localhost")
    for key, said in (
        (homes["wang"], "false"),
        (homes["li"], "true"),
        (homes["other"], "true"),
        (waiting, "false"),
    ):
        assert f'<entity id="{key}"><deleted>{said}</deleted></entity>' in answer.text
    assert str(unknown) not in answer.text
    assert COUNTY not in answer.text
