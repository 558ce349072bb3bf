"""办事 from the page of one demand: proposed, refused with what was written kept, stale, told in plain words."""

from __future__ import annotations

import uuid

import pytest
from flask.testing import FlaskClient
from lxml import html

from server.database import Database
from server.domain.people import SYSTEM
from server.domain.roles import Function
from server.services import units
from server.services.demands import dispatch, triage
from server.storage import posts
from server.storage.demands import Demand
from tests.conftest import Clock
from tests.demands import Story, finding
from tests.factories import COUNTY, TOWNSHIP, County
from tests.pages import read, sign_in, words


@pytest.fixture
def story(client: FlaskClient, county: County, database: Database, clock: Clock) -> Story:
    return Story(client, county, database, clock)


@pytest.fixture
def unit_id(story: Story) -> uuid.UUID:
    with story.office("official") as work:
        return units.add(work, name="云溪供电所", kind="department", division=TOWNSHIP).id


def act(client: FlaskClient, demand: Demand, name: str, **said: object) -> int:
    return client.post(f"/cases/{demand.id}/acts/{name}", data=said).status_code


def classified(story: Story, class_: str = "COMMUNITY") -> Demand:
    story.patrol(finding(source="told", reporter_name="张三", reporter_phone="13900000000"))
    demand = story.only_demand()
    with story.office() as work:
        triage.register(work, demand.id)
        triage.classify(work, demand.id, class_)  # type: ignore[arg-type]
    return story.demand(demand.id)


def proposed(page: html.HtmlElement) -> str:
    return words(page.xpath("//div[@class='next-step']/h2")[0])


def others(page: html.HtmlElement) -> list[str]:
    return [words(each) for each in page.xpath("//details[@class='other-act']/summary")]


def test_one_step_is_proposed_and_the_others_are_folded(story: Story, client: FlaskClient) -> None:
    demand = classified(story)
    sign_in(client, "cadre")
    page = read(client, f"/cases/{demand.id}")
    assert proposed(page) == "下一步：派单"
    assert {"分单", "并单", "告知法定渠道", "上报"} <= set(others(page))
    assert [words(each) for each in page.xpath("//li[@aria-current='step']")] == ["任务派遣"]


def test_what_could_not_be_sorted_is_called_by_its_first_words(story: Story, client: FlaskClient) -> None:
    story.patrol(finding("other", None, words="祠堂的门锁坏了，晚上有人进去睡觉，请换一把"))
    sign_in(client, "cadre")
    page = words(read(client, "/inbox?tab=to_register&whose=all"))
    assert "祠堂的门锁坏了，晚上有人进去睡觉…" in page


def test_ticked_units_are_ticked_still_where_an_order_is_refused(
    story: Story, client: FlaskClient, database: Database
) -> None:
    demand = classified(story)
    with database.transaction(SYSTEM) as work:
        ticked = [
            str(units.add(work, name=name, kind="department", division=COUNTY).id)
            for name in ("水务局", "住建局")
        ]
        units.add(work, name="交通局", kind="department", division=COUNTY)
    sign_in(client, "cadre")
    answer = client.post(f"/cases/{demand.id}/acts/assign", data={"support": ticked})
    boxes = html.fromstring(answer.text).xpath("//div[@id='assign-support']//input[@checked]/@value")
    assert (answer.status_code, sorted(boxes)) == (400, sorted(ticked))


def test_an_order_without_measure_and_deadline_is_not_saved_and_says_where(
    story: Story, client: FlaskClient
) -> None:
    demand = classified(story)
    sign_in(client, "cadre")
    answer = client.post(
        f"/cases/{demand.id}/acts/assign", data={"to": f"person:{story.county.accounts['worker']}"}
    )
    page = html.fromstring(answer.text)
    assert answer.status_code == 400
    assert words(page.xpath("//div[@role='alert'][contains(@class, 'alert')]")[0]) == "还有必填的没有填。"
    wrong = page.xpath("//*[contains(@class, 'is-invalid')]/@name")
    assert wrong == ["measure", "deadline"]
    assert page.xpath("//select[@id='assign-to']/option[@selected]/@value") == [
        f"person:{story.county.accounts['worker']}"
    ]
    assert story.demand(demand.id).version == demand.version


def test_a_stale_page_and_a_double_click_change_nothing(story: Story, client: FlaskClient) -> None:
    demand = classified(story)
    sign_in(client, "cadre")
    order = {
        "to": f"person:{story.county.accounts['worker']}",
        "measure": "换灯",
        "deadline": "2026-10-23",
        "seen": demand.version,
    }
    assert act(client, demand, "assign", **order) == 303
    answer = client.post(f"/cases/{demand.id}/acts/assign", data=order)
    assert answer.status_code == 409
    assert "刚" in answer.text
    assert story.demand(demand.id).version == demand.version + 1


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("reject", {"reason": "unlawful", "words": "字" * 100_000}),
        ("assign", {"to": "person:x"}),
        ("assign", {"to": "unit:00000000-0000-0000-0000-00000000000x"}),
        ("classify", {"category": "SECRET"}),
        ("supervise", {"words": "催", "until": "昨天"}),
        ("merge", {"number": "20261020-999999"}),
    ],
)
def test_what_makes_no_sense_is_refused_on_the_page(
    story: Story, client: FlaskClient, name: str, said: dict[str, str]
) -> None:
    demand = classified(story)
    sign_in(client, "official")
    assert act(client, demand, name, **said) in (400, 409)
    assert story.demand(demand.id).version == demand.version


def test_there_is_no_act_nobody_named(story: Story, client: FlaskClient) -> None:
    demand = classified(story)
    sign_in(client, "cadre")
    for name in ("lapse", "auto_close", "take_in", "x"):
        assert act(client, demand, name) == 404


def test_words_with_markup_stay_words(story: Story, client: FlaskClient) -> None:
    demand = classified(story)
    sign_in(client, "cadre")
    assert act(client, demand, "escalate", reason="money", words="<script>alert(1)</script>{{7*7}}") == 303
    page = client.get(f"/cases/{demand.id}").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}" in page
    assert "<script>alert" not in page


def test_a_return_goes_back_with_its_basis_and_is_told_in_plain_words(
    story: Story, client: FlaskClient, unit_id: uuid.UUID
) -> None:
    demand = classified(story, "GOVERNMENT")
    sign_in(client, "official")
    said = {"to": f"unit:{unit_id}", "measure": "去修", "deadline": "2026-10-30"}
    with story.office() as work:
        dispatch.escalate(work, demand.id, reason="money", words="村里没有钱")
    assert act(client, demand, "assign", **said) == 303
    unit = story.demand(demand.id)
    assert unit.unit_id == unit_id
    page = read(client, f"/cases/{demand.id}")
    assert "云溪供电所（牵头）" in words(page)
    taken = [words(each) for each in page.xpath("//ol[@class='steps-taken']//strong")]
    assert taken[0] == "派单给云溪供电所，10月30日到期"
    assert taken[1] == "上报：没有经费"
    assert not [each for each in taken if "→" in each]


def test_more_time_is_asked_for_and_agreed_to_above(story: Story, client: FlaskClient) -> None:
    demand = classified(story)
    sign_in(client, "cadre")
    order = {"to": f"person:{story.county.accounts['cadre']}", "measure": "换灯", "deadline": "2026-10-23"}
    assert act(client, demand, "assign", **order) == 303
    assert act(client, demand, "ask", request="extension", until="2026-10-30", words="等灯具到货") == 303
    sign_in(client, "official")
    page = read(client, f"/cases/{demand.id}")
    assert proposed(page) == "下一步：同意"
    assert "申请延期到2026年10月30日" in words(page)
    assert act(client, demand, "approve", until="2026-10-30", words="同意") == 303
    text = words(read(client, f"/cases/{demand.id}"))
    assert "时限2026年10月30日" in text
    assert "最初的时限2026年10月23日" in text


def test_two_reports_of_one_thing_are_suggested_and_merged(story: Story, client: FlaskClient) -> None:
    for _ in range(2):
        story.patrol(finding(source="told", reporter_name="张三", reporter_phone="13900000000"))
    first, second = story.demands()
    sign_in(client, "cadre")
    page = read(client, f"/cases/{second.id}")
    assert f"{first.number} 路灯不亮，相距 0 米，同一天" in words(page)
    assert act(client, second, "merge", master=str(first.id)) == 303
    page = read(client, f"/cases/{first.id}")
    assert "共 2 人次反映" in words(page)


def test_a_demand_is_screened_in_one_step_and_the_next_comes_up(story: Story, client: FlaskClient) -> None:
    story.patrol(finding())
    story.pass_days(0.01)
    story.patrol(finding("road", "village_road"))
    first, second = story.demands()
    sign_in(client, "cadre")
    page = read(client, "/inbox/screen")
    assert "还有 2 件" in words(page)
    (suggested,) = page.xpath("//button[contains(@class, 'suggested')]")
    form = suggested.getparent().getparent()
    assert suggested.get("value") == "COMMUNITY"
    said = {"category": "COMMUNITY", "seen": form.xpath("input[@name='seen']/@value")[0]}
    assert client.post(form.get("action"), data=said).status_code == 303
    assert story.demand(first.id).key == "classified"
    page = read(client, "/inbox/screen")
    assert page.xpath(f"//a[@href='/cases/{second.id}']")
    (later,) = page.xpath("//a[@data-key='N']/@href")
    assert "后面没有了" in words(read(client, later))
    refused = client.post(f"/inbox/screen/{second.id}/reject", data={"reason": "unlawful", "words": ""})
    assert refused.status_code == 400
    rejected = client.post(
        f"/inbox/screen/{second.id}/reject", data={"reason": "unlawful", "words": "不归这里管"}
    )
    assert rejected.status_code == 303
    assert story.demand(second.id).key == "rejected"
    assert "都研判完了" in words(read(client, "/inbox/screen"))


def dismiss_registrar(story: Story) -> None:
    """The village's cadre is no registrar any more: matters of one household are not his to read."""
    with story.database.transaction(SYSTEM) as work:
        cadre = story.county.accounts["cadre"]
        held = posts.posts_of(work.session, cadre, on=story.clock.now.date())
        held[0].function = Function.VILLAGE_CADRE.value


def test_whoever_makes_a_matter_private_is_told_which_and_who_sees_it_now(
    story: Story, client: FlaskClient
) -> None:
    demand = classified(story)
    dismiss_registrar(story)
    sign_in(client, "cadre")
    assert "您就看不到这一件了" in words(read(client, f"/cases/{demand.id}"))
    answer = client.post(
        f"/cases/{demand.id}/acts/classify",
        data={"category": "PRIVATE", "words": "是家事"},
        follow_redirects=True,
    )
    said = words(html.fromstring(answer.text).xpath("//div[@role='status']")[0])
    assert said.startswith(f"{demand.number} 已分到「")
    assert "一家一户的事" in said
    assert "您以后看不到它。现在能看的是首问人王秀英" in said
    gone = client.get(f"/cases/{demand.id}")
    assert gone.status_code == 404
    assert "只有经办的人能看" in gone.text


def test_whoever_may_read_it_still_is_warned_of_nothing(story: Story, client: FlaskClient) -> None:
    demand = classified(story)
    sign_in(client, "cadre")
    assert "看不到" not in words(read(client, f"/cases/{demand.id}"))
    assert act(client, demand, "classify", category="PRIVATE", words="是家事") == 303
    page = words(read(client, f"/cases/{demand.id}"))
    assert f"{demand.number} 已分到「" in page
    assert "看不到" not in page


def test_screening_says_beforehand_what_will_be_out_of_sight(story: Story, client: FlaskClient) -> None:
    story.patrol(finding())
    demand = story.only_demand()
    sign_in(client, "cadre")
    assert "看不到" not in words(read(client, "/inbox/screen"))
    dismiss_registrar(story)
    assert "您就看不到这一件了" in words(read(client, "/inbox/screen"))
    answer = client.post(
        f"/inbox/screen/{demand.id}/classify", data={"category": "PRIVATE"}, follow_redirects=True
    )
    assert f"{demand.number} 已分到「" in words(html.fromstring(answer.text))
    assert "您以后看不到它" in answer.text


def test_where_nobody_may_see_a_private_matter_somebody_is_to_be_named(
    story: Story, client: FlaskClient
) -> None:
    demand = classified(story)
    dismiss_registrar(story)
    with story.database.transaction(SYSTEM) as work:
        worker = story.county.accounts["worker"]
        for post in posts.posts_of(work.session, worker, on=story.clock.now.date()):
            post.function = Function.VERIFIER.value
        work.session.get_one(Demand, demand.id).first_asked_id = None
    sign_in(client, "cadre")
    assert "请先定登记员或网格员" in words(read(client, f"/cases/{demand.id}"))
