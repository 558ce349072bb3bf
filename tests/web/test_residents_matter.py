"""What its reporter sees of a matter, and does about it: supply, ask for another look, withdraw, rate."""

from __future__ import annotations

import datetime as dt
import re
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from lxml import html

from server import profiles
from server.database import Database
from server.domain.people import SYSTEM
from server.services import profiles as mechanism
from server.services.demands import closing, triage
from server.storage.demands import Demand
from server.storage.ratings import Rating
from tests.conftest import Clock
from tests.demands import Story
from tests.factories import COUNTY, County
from tests.pages import read, sign_in, words
from tests.phones import rows
from tests.residents import JPEG, WEBM, Resident

DAY = dt.timedelta(days=1)


@pytest.fixture
def story(client: FlaskClient, county: County, database: Database, clock: Clock) -> Story:
    return Story(client, county, database, clock)


@pytest.fixture
def resident(client: FlaskClient, story: Story) -> Resident:
    return Resident(client)


@pytest.fixture
def answered(story: Story, resident: Resident) -> Demand:
    """A matter that was handled and answered."""
    resident.report()
    demand = story.only_demand()
    story.hand_over(demand)
    story.settle(demand)
    return story.only_demand()


def opinions(database: Database) -> list[tuple[int, str | None]]:
    return [(row.stars, row.words) for row in rows(database, Rating)]


def test_a_matter_says_who_has_it_and_by_when(story: Story, resident: Resident) -> None:
    resident.report()
    assert "现在由 石桥村 办" in resident.stands()
    assert "最晚 2026年10月21日 登记" in resident.stands()
    story.hand_over(story.only_demand())
    assert "已交给承办人" in resident.stands()
    assert "现在由 石桥村 王秀英 办" in resident.stands()
    assert "最晚 2026年10月23日 办好" in resident.stands()


def test_what_was_asked_for_is_supplied(story: Story, resident: Resident) -> None:
    resident.report()
    demand = story.only_demand()
    with story.office() as work:
        triage.register(work, demand.id)
        triage.ask_info(work, demand.id, words="哪一栋？")
    assert "等您补充" in resident.stands()
    assert "哪一栋？" in words(resident.look())
    resident.do("supply", words="2栋门口")
    assert "已登记，正在看" in resident.stands()
    assert "2栋门口" in words(resident.look())
    assert "supply" not in resident.acts()


def test_a_photo_or_a_recording_answers_what_was_asked(
    story: Story, resident: Resident, client: FlaskClient
) -> None:
    resident.report()
    demand = story.only_demand()
    with story.office() as work:
        triage.register(work, demand.id)
        triage.ask_info(work, demand.id, words="哪一盏？")
    not_one = resident.do("supply", photo=(BytesIO(b"<svg onload=alert(1)>"), "x.jpg"))
    assert not_one.status_code == 400
    assert "这不是照片" in not_one.text
    assert "还有必填的" in resident.do("supply").text
    assert story.only_demand().key == "need_info"
    resident.do("supply", photo=(BytesIO(JPEG), "x.jpg"), voice=(BytesIO(WEBM), "x.webm"))
    assert "您补充了" in words(resident.look())
    sign_in(client, "cadre")
    page = read(client, f"/cases/{demand.id}")
    for which, content in (("photo", JPEG), ("voice", WEBM)):
        (address,) = {each for each in page.xpath("//@href") if re.search(f"/notes/[0-9]+/{which}$", each)}
        with client.get(address) as sent:
            assert sent.data == content


def test_a_refusal_has_its_reason_and_one_appeal(story: Story, resident: Resident) -> None:
    resident.report()
    demand = story.only_demand()
    with story.office() as work:
        triage.register(work, demand.id)
        triage.reject(work, demand.id, reason="untrue", words="去看过，灯是亮的。")
    page = words(resident.look())
    assert "不予受理，原因：现场核实不属实" in page
    assert "去看过，灯是亮的。" in page
    assert "剔除" not in page
    resident.do("appeal", words="晚上是不亮的")
    assert "appeal" not in resident.acts()
    with story.office("official") as work:
        closing.decide_appeal(work, demand.id, upheld=False, words="晚上也去看过，灯是亮的。")
    assert "appeal" not in resident.acts()
    assert "复核结果" in words(resident.look())


def test_a_matter_is_withdrawn_while_it_is_not_settled(story: Story, resident: Resident) -> None:
    resident.report()
    resident.do("withdraw", words="自己弄好了")
    assert "已撤回" in resident.stands()
    assert "这件事已经撤回，不再办理。" in resident.stands()
    assert resident.acts() == set()


def test_it_is_rated_once_and_changed_in_the_window(
    story: Story, resident: Resident, answered: Demand
) -> None:
    assert "已答复，请您评价" in resident.stands()
    assert "灯换好了，请看一看。" in words(resident.look())
    resident.do("rate", stars="4", words="还行")
    resident.do("rate", stars="5", words="挺好")
    assert opinions(story.database) == [(5, "挺好")]
    assert "已收到您的评价" in resident.stands()
    story.pass_days(8)
    assert "rate" not in resident.acts()
    assert "5 分：挺好" in words(resident.look())


def test_a_low_rating_starts_it_anew_in_plain_words(
    story: Story, resident: Resident, answered: Demand
) -> None:
    resident.do("rate", stars="2", words="还是不亮", confirmed="yes")
    assert "按您的意见重办" in resident.stands()
    assert "差评" not in words(resident.look())
    resident.do("rate", stars="1")
    assert opinions(story.database) == [(1, None)]
    story.settle(answered)
    resident.do("rate", stars="5")
    assert [stars for stars, _ in opinions(story.database)] == [1, 5]


def test_a_rating_that_sends_the_matter_back_is_asked_about_once(
    story: Story, resident: Resident, answered: Demand
) -> None:
    assert "选“很不满意”“不满意”，这件事马上退回重办，办事的人当时就知道您不满意" in words(resident.look())
    question = resident.do("rate", stars="1", words="还是<不>亮")
    assert "您选的是“很不满意”，要退回重办吗？" in question.text
    assert opinions(story.database) == []
    assert story.only_demand().key == "fed_back"
    (form,) = html.fromstring(question.text).iterfind(".//form")
    sent = {each.get("name"): each.get("value") for each in form.iterfind("input")}
    assert story.client.post(form.get("action"), data=sent).status_code == 303
    assert opinions(story.database) == [(1, "还是<不>亮")]
    assert story.only_demand().key == "rework"


def test_a_better_rating_afterwards_says_that_the_matter_is_done_again_all_the_same(
    story: Story, resident: Resident, answered: Demand
) -> None:
    resident.do("rate", stars="1", confirmed="yes")
    changed = resident.do("rate", stars="5")
    page = words(read(story.client, changed.location))
    assert "您的评价已经收到，谢谢。这件事已经退回重办，不会因为改评价停下来，办好再答复您。" in page
    assert "马上退回重办" not in page


def test_where_the_county_sends_nothing_back_again_nothing_is_promised_or_asked(
    story: Story, resident: Resident, answered: Demand
) -> None:
    resident.do("rate", stars="1", confirmed="yes")
    story.settle(answered)
    assert "退回重办" not in words(resident.look())
    assert resident.do("rate", stars="1").status_code == 303
    assert story.only_demand().key == "rated"


@pytest.mark.parametrize("stars", ["0", "6", "-1", "five", ""])
def test_stars_that_are_none_are_refused(
    story: Story, resident: Resident, answered: Demand, stars: str
) -> None:
    answer = resident.do("rate", stars=stars)
    assert answer.status_code == 400
    assert opinions(story.database) == []
    assert "已答复，请您评价" in words(resident.look())


def test_the_end_of_the_window_closes_the_form_and_the_link(
    story: Story, resident: Resident, answered: Demand
) -> None:
    (form,) = resident.look().xpath("//form[contains(@action, '/rate')]")
    story.pass_days(8)
    late = story.client.post(form.get("action"), data={"stars": "5"})
    assert late.status_code == 409
    assert opinions(story.database) == []


def test_a_stale_page_changes_nothing(story: Story, resident: Resident) -> None:
    resident.report()
    (form,) = resident.look().xpath("//form[contains(@action, '/withdraw')]")
    seen = form.xpath("string(.//input[@name='seen']/@value)")
    with story.office() as work:
        triage.register(work, story.only_demand().id)
    stale = story.client.post(form.get("action"), data={"seen": seen})
    assert stale.status_code == 409
    assert story.only_demand().key == "registered"


def test_an_act_the_matter_does_not_allow_is_refused(
    story: Story, client: FlaskClient, resident: Resident
) -> None:
    resident.report()
    seen = story.only_demand().version
    for act, fields in (
        ("rate", {"stars": "5"}),
        ("appeal", {"words": "不同意"}),
        ("supply", {"words": "2栋"}),
    ):
        answer = client.post(f"{resident.matter}/{act}", data={"seen": str(seen)} | fields)
        assert answer.status_code == 409, act
    assert story.only_demand().key == "submitted"


def test_a_hundred_thousand_characters_are_refused(story: Story, resident: Resident) -> None:
    resident.report()
    answer = resident.do("withdraw", words="长" * 100_000)
    assert answer.status_code == 400
    assert story.only_demand().key == "submitted"


def test_what_is_merged_stands_where_the_other_stands_and_shows_nothing_of_it(
    story: Story, resident: Resident, client: FlaskClient
) -> None:
    other = Resident(client)
    other.report(words="楼下路灯坏了三天，我叫李四")
    resident.report()
    master, merged = story.demands()
    with story.office() as work:
        triage.register(work, master.id)
        triage.merge(work, merged.id, master_id=master.id)
    story.hand_over(master)
    page = words(resident.look())
    assert "和别人反映的同一件事一起办" in page
    assert "现在由 石桥村 王秀英 办" in page
    assert "李四" not in page
    assert master.number not in page
    story.settle(master)
    page = words(resident.look())
    assert "灯换好了，请看一看。" in page
    assert "办得怎么样？" in page
    assert resident.do("rate", stars="4", words="我家门口也亮了").status_code == 303
    assert "改评价" in words(resident.look())


def test_number_and_code_are_typed_as_they_were_written_down(resident: Resident, client: FlaskClient) -> None:
    resident.report()
    number, code = resident.number, resident.code.upper()
    spaced = f"{number[:6]} {number[6:12]} {number[12:]}"
    found = client.post("/r/", data={"number": spaced, "code": f" {code[:4]} {code[4:]}"})
    assert found.status_code == 303
    assert "已收到" in words(read(client, found.location))


def test_a_wrong_code_leaves_what_was_typed_in_the_form(resident: Resident, client: FlaskClient) -> None:
    resident.report()
    answer = client.post("/r/", data={"number": resident.number, "code": '2222"<22'})
    assert answer.status_code == 404
    page = html.fromstring(answer.text)
    assert "编号或查询码不对" in words(page.find(".//p[@role='alert']"))
    assert {each.get("name"): each.get("value") for each in page.iterfind(".//form/input")} == {
        "number": resident.number,
        "code": '2222"<22',
    }
    assert answer.headers["Cache-Control"] == "no-store"


def test_ten_wrong_codes_from_an_address_make_the_next_one_wait(
    resident: Resident, client: FlaskClient, story: Story
) -> None:
    resident.report()
    for _ in range(10):
        assert client.get(f"/r/t/{resident.number}/22222222").status_code == 404
    assert client.get(resident.matter).status_code == 429
    story.pass_days(1 / 48)
    assert client.get(resident.matter).status_code == 200


@pytest.mark.parametrize("path", ["/r/t/1/2", "/r/t/509901261020999999/22222222", "/r/nowhere", "/r/e/none"])
def test_an_address_of_nothing_is_said_in_plain_words(client: FlaskClient, county: County, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "没有办成" in answer.text


def test_the_page_of_a_matter_is_kept_by_nobody(resident: Resident, client: FlaskClient) -> None:
    resident.report()
    answer = client.get(resident.matter)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in answer.headers


def test_by_its_number_alone_nothing_is_shown_unless_the_county_says_so(
    story: Story, resident: Resident, client: FlaskClient
) -> None:
    resident.report(words="楼下路灯坏了，我叫李四")
    answer = client.post("/r/", data={"number": resident.number})
    assert answer.status_code == 404
    assert "请把查询码也填上" in answer.text


def test_a_county_may_show_anybody_where_a_matter_stands(
    story: Story, resident: Resident, client: FlaskClient
) -> None:
    text = profiles.source("zhongxian").replace("case_states = false", "case_states = true")
    with story.database.transaction(SYSTEM) as work:
        mechanism.install(work, text, jurisdiction=COUNTY, effective_from=story.clock.now.date())
    resident.report(words="楼下路灯坏了，我叫李四")
    page = words(html.fromstring(client.post("/r/", data={"number": resident.number}).text))
    assert "已收到 2026年10月20日起" in page
    assert "李四" not in page
