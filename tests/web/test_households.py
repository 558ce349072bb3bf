"""名册 in the office: who sees which names, and how a change finds its second person."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from flask.testing import FlaskClient

from server.database import Database
from server.domain.people import SYSTEM
from server.storage.events import EventRow
from server.storage.households import CareTag, Household, Person, RegisterChange
from server.storage.visits import Visit
from tests import factories
from tests.factories import GRID, NOW, OTHER_GRID, VACANT_GRID, County
from tests.instances import instance, visit
from tests.pages import cells, read, sign_in, words
from tests.phones import Phone, rows

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def home(database: Database, county: County) -> uuid.UUID:
    with database.transaction(SYSTEM) as work:
        row = factories.household(work, head="王大山", telephone="13900001111", hint="听力不好")
        factories.person(work, row)
        factories.household(work, grid=OTHER_GRID, address="柳湾村1组1号", head="赵敏")
        return row.id


def listed(client: FlaskClient, query: str = "") -> list[dict[str, str]]:
    return [cells(row) for row in read(client, f"/households{query}").iterfind(".//tbody/tr")]


def post(client: FlaskClient, path: str, **given: object) -> int:
    return client.post(path, data={name: str(value) for name, value in given.items()}).status_code


def proposed(client: FlaskClient, county: County, home: uuid.UUID, outcome: str = "moved") -> None:
    assert Phone(client, county).send(instance("household_visit", visit(home, NOW, outcome))) == 201


def test_a_cadre_finds_a_household_of_his_village_by_address_or_name(
    client: FlaskClient, county: County, home: uuid.UUID
) -> None:
    sign_in(client, "cadre")
    assert [line["户主"] for line in listed(client)] == ["王大山"]
    for asked in ("12号", "大山", "桂兰"):
        assert len(listed(client, f"?search={asked}")) == 1
    assert listed(client, "?search=%25") == []
    assert listed(client, "?search=赵敏") == []


def test_above_the_village_a_list_has_no_names_and_none_can_be_searched(
    client: FlaskClient, county: County, home: uuid.UUID
) -> None:
    sign_in(client, "official")
    assert [line["户主"] for line in listed(client)] == ["（不显示）", "（不显示）"]
    assert listed(client, "?search=王大山") == []
    page = client.get(f"/households/{home}").text
    for secret in ("王大山", "王桂兰", "王奶奶", "13900001111", "听力不好", "独居"):
        assert secret not in page


def test_opening_a_name_needs_a_reason_and_is_written_down(
    client: FlaskClient, database: Database, county: County, home: uuid.UUID
) -> None:
    sign_in(client, "official")
    assert post(client, f"/households/{home}/reveal", reason=" ") == 400
    opened = client.post(f"/households/{home}/reveal", data={"reason": "核实来访"})
    assert "王大山" in opened.text
    assert opened.headers["Cache-Control"] == "no-store"
    (event,) = [row for row in rows(database, EventRow) if row.kind == "personal_data.revealed"]
    assert (event.subject_id, event.details["reason"]) == (str(home), "核实来访")
    assert "王大山" not in client.get(f"/households/{home}").text


def test_another_village_does_not_find_the_page(client: FlaskClient, county: County, home: uuid.UUID) -> None:
    sign_in(client, "other_cadre")
    assert client.get(f"/households/{home}").status_code == 404
    assert post(client, f"/households/{home}/changes", change="vacant") == 404
    assert post(client, f"/households/{home}/move", to_grid=OTHER_GRID, moved_on="2026-10-20") == 404


def test_a_worker_sees_his_people_but_not_their_tags(
    client: FlaskClient, county: County, home: uuid.UUID
) -> None:
    sign_in(client, "worker")
    page = client.get(f"/households/{home}").text
    assert "王桂兰" in page
    assert "独居老人" not in page
    assert client.get(f"/households/{home}/correct").status_code == 403


def test_the_desk_shows_what_a_visit_proposed_and_its_effect(
    client: FlaskClient, county: County, home: uuid.UUID
) -> None:
    proposed(client, county, home)
    sign_in(client, "cadre")
    (row,) = read(client, "/register-changes").iterfind(".//tbody/tr")
    line = cells(row)
    assert line["变更"] == "搬走"
    assert line["影响"] == "核定后：应走访户 −1，特殊群体 −1 人"
    assert line["谁、何时提出"].startswith("王秀英")


def test_confirming_at_the_desk_takes_the_household_off_the_register(
    client: FlaskClient, database: Database, county: County, home: uuid.UUID
) -> None:
    proposed(client, county, home)
    (change,) = rows(database, RegisterChange)
    sign_in(client, "worker")
    assert post(client, f"/register-changes/{change.id}/confirm") == 403
    sign_in(client, "cadre")
    assert post(client, f"/register-changes/{change.id}/confirm") == 303
    assert listed(client) == []
    assert [line["状态"] for line in listed(client, "?state=left")] == ["已移出"]
    assert post(client, f"/register-changes/{change.id}/confirm") == 409


def test_nobody_decides_his_own_proposal(
    client: FlaskClient, database: Database, county: County, home: uuid.UUID
) -> None:
    sign_in(client, "cadre")
    assert post(client, f"/households/{home}/changes", change="vacant", words="锁着门") == 303
    (change,) = rows(database, RegisterChange)
    assert "您提出的，由另一位同事核定" in words(read(client, "/register-changes"))
    assert post(client, f"/register-changes/{change.id}/confirm") == 403
    assert post(client, f"/register-changes/{change.id}/refuse", reason="not_so") == 403
    sign_in(client, "official")
    assert post(client, f"/register-changes/{change.id}/refuse", reason="not_so") == 303
    assert rows(database, RegisterChange)[0].state == "refused"


def test_a_new_need_is_given_its_person_and_tag_at_the_desk(
    client: FlaskClient, database: Database, county: County, home: uuid.UUID
) -> None:
    answers = visit(home, NOW)
    answers["people"] |= {"changes": "new_need", "change_words": "腿摔了"}
    Phone(client, county).send(instance("household_visit", answers))
    (change,), (granny,) = rows(database, RegisterChange), rows(database, Person)
    sign_in(client, "cadre")
    assert "王桂兰" in client.get("/register-changes").text
    given = {"person_id": granny.id, "tag": "hardship", "basis": "临时救助审批表", "said_by": "县民政局"}
    assert post(client, f"/register-changes/{change.id}/confirm", **given) == 303
    assert sorted(tag.tag for tag in rows(database, CareTag)) == ["alone_elder", "hardship"]


def test_a_tag_ends_from_the_household_page_with_two_people(
    client: FlaskClient, database: Database, county: County, home: uuid.UUID
) -> None:
    (tag,), (granny,) = rows(database, CareTag), rows(database, Person)
    sign_in(client, "cadre")
    given = {"change": "tag_ended", "person_id": granny.id, "tag_id": tag.id}
    assert post(client, f"/households/{home}/changes", **given) == 303
    sign_in(client, "official")
    line = cells(next(read(client, "/register-changes").iterfind(".//tbody/tr")))
    assert (line["变更"], line["影响"]) == ("结束关爱走访", "核定后：特殊群体 −1 人")
    assert post(client, f"/register-changes/{rows(database, RegisterChange)[0].id}/confirm") == 303
    assert rows(database, CareTag)[0].ended_at == NOW


def test_many_empty_houses_ask_the_village_to_look(
    client: FlaskClient, database: Database, county: County
) -> None:
    with database.transaction(SYSTEM) as work:
        homes = [factories.household(work, address=f"石桥村9组{n}号").id for n in range(4)]
    for key in homes:
        proposed(client, county, key, "vacant")
    sign_in(client, "cadre")
    assert "石桥村第1网格本月报了 4 户空房或搬走" in words(read(client, "/register-changes"))


def test_a_household_is_entered_corrected_and_moved(
    client: FlaskClient, database: Database, county: County
) -> None:
    sign_in(client, "cadre")
    given = {"grid": GRID, "address": "石桥村3组1号", "head_name": HOSTILE, "people": 3}
    assert post(client, "/households", **given, lon=108.005) == 400
    assert post(client, "/households", **given) == 303
    (row,) = rows(database, Household)
    page = client.get(f"/households/{row.id}").text
    assert HOSTILE not in page
    assert "&lt;img" in page
    assert client.get(f"/households/{row.id}/correct").status_code == 200
    better = {"address": "石桥村3组2号", "lon": 108.005, "lat": 30.005}
    assert post(client, f"/households/{row.id}/correct", **better, version=1) == 303
    assert post(client, f"/households/{row.id}/correct", **better, version=1) == 409
    assert post(client, f"/households/{row.id}/correct", address="", version=2) == 400
    assert post(client, f"/households/{row.id}/move", to_grid=VACANT_GRID, moved_on="2026-10-20") == 303
    (moved,) = rows(database, Household)
    assert (moved.grid_code, moved.address) == (VACANT_GRID, "石桥村3组2号")


def test_a_worker_enters_a_household_that_waits(
    client: FlaskClient, database: Database, county: County
) -> None:
    sign_in(client, "worker")
    assert post(client, "/households", grid=GRID, address="石桥村3组1号") == 303
    assert post(client, "/households", grid=VACANT_GRID, address="石桥村3组1号") == 400
    assert [row.state for row in rows(database, Household)] == ["pending"]
    assert [line["状态"] for line in listed(client, "?state=pending")] == ["待核定"]


def test_people_and_tags_are_added_on_the_page(
    client: FlaskClient, database: Database, county: County, home: uuid.UUID
) -> None:
    sign_in(client, "cadre")
    assert post(client, f"/households/{home}/persons", name="王小宝", called="小宝", is_child="yes") == 303
    boy = next(row for row in rows(database, Person) if row.is_child)
    tag = {"tag": "left_child", "begun_on": "2026-10-01", "basis": "留守儿童台账"}
    assert post(client, f"/households/{home}/persons/{boy.id}/tags", **tag) == 303
    assert "留守儿童，2026年10月1日起，留守儿童台账" in words(read(client, f"/households/{home}"))


def test_visits_stand_on_the_page_newest_first(
    client: FlaskClient, database: Database, county: County, home: uuid.UUID
) -> None:
    with database.transaction(SYSTEM) as work:
        for day, source in ((dt.date(2026, 6, 1), "import"), (dt.date(2026, 10, 3), "phone")):
            at = dt.datetime.combine(day, dt.time(10), tzinfo=factories.SHANGHAI)
            work.session.add(
                Visit(
                    household_id=home, grid_then=GRID, day=day, started_at=at, received_at=at, roles=[],
                    outcome="met", source=source, account_id=county.accounts["worker"] if source == "phone" else None,
                )
            )  # fmt: skip
    sign_in(client, "cadre")
    table = read(client, f"/households/{home}").xpath("//table[caption='走访']/tbody/tr")
    assert [(cells(row)["日期"], cells(row)["谁去的"]) for row in table] == [
        ("2026年10月3日", "王秀英"),
        ("2026年6月1日", "导入的上次走访"),
    ]
