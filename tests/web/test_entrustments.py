"""The page of 代访: households ticked in the list of those not reached yet are given away and taken back."""

from __future__ import annotations

import datetime as dt

import pytest
from flask.testing import FlaskClient

from server.database import Database
from server.domain.people import SYSTEM
from server.storage.entrustments import EntrustedHousehold, Entrustment
from tests.factories import GRID, NOW, OTHER_GRID, VACANT_GRID, County, household, person
from tests.pages import cells, read, sign_in, words
from tests.phones import rows

TODAY = NOW.date()
TOMORROW = TODAY + dt.timedelta(days=1)


@pytest.fixture
def peopled(client: FlaskClient, county: County, database: Database) -> FlaskClient:
    with database.transaction(SYSTEM) as work:
        for number, grid in enumerate((GRID, VACANT_GRID, OTHER_GRID)):
            home = household(work, grid=grid, address=f"{number}组<b>")
            person(work, home, name=f"王{number}")
            person(work, home, name=f"李{number}")
    return client


def ticked(client: FlaskClient) -> list[str]:
    """The boxes of the list of people not reached yet."""
    return read(client, "/visits/list").xpath("//input[@type='checkbox'][@name='household']/@value")


def test_households_ticked_in_the_list_are_given_and_taken_back(
    peopled: FlaskClient, county: County, database: Database
) -> None:
    sign_in(peopled, "official")
    boxes = ticked(peopled)
    assert len(boxes) == 6  # one for each person
    asked = "&".join(f"household={key}" for key in boxes[:4])
    form = read(peopled, f"/entrustments?{asked}")
    assert len(form.xpath("//input[@name='household']")) == 2
    people = dict(
        zip(form.xpath("//select/option/@value"), form.xpath("//select/option/text()"), strict=True)
    )
    assert "李镇长" not in str(people)
    stand_in = str(county.accounts["other_worker"])
    assert people[stand_in].startswith("孙大海")
    given = {"household": boxes[:4], "person": stand_in, "first_day": TODAY, "last_day": TOMORROW}
    assert peopled.post("/entrustments", data=given).status_code == 303
    assert len(rows(database, EntrustedHousehold)) == 2
    (line,) = (cells(row) for row in read(peopled, "/entrustments").xpath("//tbody/tr"))
    assert line == {"谁去": "孙大海", "户数": "2", "第一天": "2026年10月20日", "最后一天": "2026年10月21日"}
    page = read(peopled, "/visits/list")
    whose = {cells(row)["责任人"] for row in page.xpath("//tbody/tr")[:4]}
    assert whose == {"孙大海（代访）"}
    (row,) = rows(database, Entrustment)
    assert peopled.post(f"/entrustments/{row.id}/end").status_code == 303
    assert peopled.post(f"/entrustments/{row.id}/end").status_code == 409
    assert "现在没有代访" in words(read(peopled, "/entrustments"))
    assert "代访" not in words(read(peopled, "/visits/list").xpath("//tbody")[0])


def test_a_wrong_date_keeps_what_was_chosen(peopled: FlaskClient, county: County) -> None:
    sign_in(peopled, "cadre")
    boxes = ticked(peopled)
    given = {
        "household": boxes,
        "person": county.accounts["worker"],
        "first_day": TOMORROW,
        "last_day": TODAY,
    }
    answer = peopled.post("/entrustments", data=given)
    assert answer.status_code == 400
    assert "最后一天不能早于第一天" in answer.text
    assert answer.text.count('name="household"') == 2
    assert "组&lt;b&gt;" in answer.text
    assert peopled.post("/entrustments", data=given | {"household": "x"}).status_code == 400


def test_whoever_names_no_stand_ins_sees_no_boxes(peopled: FlaskClient, county: County) -> None:
    sign_in(peopled, "worker")
    assert ticked(peopled) == []
    assert peopled.get("/entrustments").status_code == 403
    assert peopled.post("/entrustments").status_code == 403


def test_another_villages_households_and_entrustments_are_not_found(
    peopled: FlaskClient, county: County, database: Database
) -> None:
    sign_in(peopled, "official")
    boxes = ticked(peopled)
    given = {
        "household": boxes[-1],
        "person": county.accounts["other_worker"],
        "first_day": TODAY,
        "last_day": TODAY,
    }
    assert peopled.post("/entrustments", data=given).status_code == 303
    sign_in(peopled, "cadre")
    assert peopled.get(f"/entrustments?household={boxes[-1]}").status_code == 404
    assert peopled.post(f"/entrustments/{rows(database, Entrustment)[0].id}/end").status_code == 404
    assert "孙大海" not in peopled.get("/entrustments").text


def test_the_map_leads_to_the_acts(peopled: FlaskClient) -> None:
    sign_in(peopled, "cadre")
    page = read(peopled, "/maps/visits")
    for act in ("请人代访", "正在代访的", "导入上次走访", "确认移出"):
        (address,) = page.xpath(f"//a[text()='{act}']/@href")
        assert peopled.get(address).status_code == 200
