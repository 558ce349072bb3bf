"""The ledger: every demand of the reader's divisions, found by number and words, struck off one by one, as a workbook."""

from __future__ import annotations

import datetime as dt
import io
import re
import uuid

import openpyxl
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from server.database import Database
from server.domain.demand_states import StateKey, group_of, is_ended
from server.domain.people import SYSTEM
from server.storage import ledger as storage
from server.storage.demands import Demand
from tests.conftest import Clock
from tests.demands import Story, finding, intake
from tests.factories import NOW, VILLAGE, County
from tests.pages import cells, read, sign_in, words


@pytest.fixture
def story(client: FlaskClient, county: County, database: Database, clock: Clock) -> Story:
    return Story(client, county, database, clock)


def shown(client: FlaskClient, query: str = "") -> list[dict[str, str]]:
    """The rows of the page."""
    return [cells(row) for row in read(client, f"/ledger{query}").iterfind(".//tbody/tr")]


def copies(database: Database, like: Demand, count: int) -> list[Demand]:
    """Many demands like one, each received an hour before the next, one in three of them ended."""
    made = []
    with database.transaction(SYSTEM) as work:
        seed = {
            name: getattr(like, name)
            for name in sa.inspect(Demand).column_attrs.keys()  # noqa: SIM118
            if name not in ("id", "number")
        }
        for n in range(count):
            moment = NOW - dt.timedelta(hours=n)
            key = StateKey.CLOSED if n % 3 == 0 else StateKey.IN_PROGRESS
            made.append(
                Demand(
                    **seed
                    | {
                        "id": uuid.uuid4(),
                        "number": f"509901250101{n + 1:06d}",
                        "received_at": moment,
                        "since": moment,
                        "key": key.value,
                        "submission_id": None,
                    }
                )
            )
        work.session.add_all(made)
    return made


def test_the_ledger_strikes_off_what_has_ended(story: Story, client: FlaskClient) -> None:
    story.patrol(finding(handled="fixed"), finding(words="路面塌了"))
    sign_in(client, "cadre")
    page = read(client, "/ledger")
    struck, sum_ = 0, words(page.find(".//p[@class='ledger-sum']"))
    for demand in story.demands():
        struck += is_ended(StateKey(demand.key))
    assert sum_ == f"共 2 件，已销号 {struck} 件，还有 {2 - struck} 件没有销号。"


def test_every_demand_is_read_once_going_through_the_slices(
    story: Story, client: FlaskClient, database: Database
) -> None:
    story.patrol(finding())
    made = copies(database, story.only_demand(), 120)
    sign_in(client, "cadre")
    seen, path = [], "/ledger?group=in_hand"
    while path:
        page = read(client, path)
        seen += [cells(row)["编号"] for row in page.iterfind(".//tbody/tr")]
        following = page.find(".//a[@rel='next']")
        path = "" if following is None else following.get("href")
    wanted = [each.number for each in made if group_of(StateKey(each.key)).value == "in_hand"]  # type: ignore[union-attr]
    assert seen == wanted
    assert f"共 {len(wanted)} 件" in words(page)


def test_reading_on_in_a_large_ledger_finds_the_same(
    story: Story, client: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    story.patrol(finding())
    copies(database, story.only_demand(), 130)
    sign_in(client, "assessor")
    few = [shown(client, query) for query in ("", "?group=ended", "?text=路灯", "?timing=overdue")]
    numbers = [each["编号"] for each in few[0]]
    after = shown(client, f"?after={numbers[-1]}")
    monkeypatch.setattr(storage, "MOST_COUNTED", 10)
    assert [shown(client, query) for query in ("", "?group=ended", "?text=路灯", "?timing=overdue")] == few
    assert shown(client, f"?after={numbers[-1]}") == after
    assert not set(numbers) & {each["编号"] for each in after}
    assert "共 10 件以上" in words(read(client, "/ledger"))


def test_a_number_that_is_none_begins_at_the_newest(story: Story, client: FlaskClient) -> None:
    story.patrol(finding())
    sign_in(client, "cadre")
    assert len(shown(client, "?after=509901250101999999")) == 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("GD-77", 1),
        ("石桥村1组", 1),
        ("灯不亮", 1),
        ("张三", 1),
        ("13900000000", 1),
        ("李四", 0),
        ("%", 0),
        ("_", 0),
    ],
)
def test_a_word_finds_numbers_addresses_what_was_said_and_names(
    story: Story, client: FlaskClient, text: str, found: int
) -> None:
    story.send("demand_intake", intake(channel="hotline", session={"outer_number": "GD-77"}))
    sign_in(client, "cadre")
    assert len(shown(client, f"?text={text.replace('%', '%25')}")) == found
    assert len(shown(client, f"?text={story.only_demand().number}")) == 1


def test_names_are_neither_shown_nor_searched_above_the_village(story: Story, client: FlaskClient) -> None:
    story.send("demand_intake", intake())
    sign_in(client, "official")
    assert len(shown(client)) == 1
    assert shown(client, "?text=张三") == []
    assert shown(client, "?text=13900000000") == []
    page = client.get("/ledger").text
    assert "张三" not in page
    assert "姓名" not in page
    book = openpyxl.load_workbook(io.BytesIO(client.get("/ledger.xlsx").data))
    cells_ = [str(cell.value) for row in book.active.iter_rows() for cell in row]
    assert "张三" not in cells_
    assert "反映人" not in cells_


def test_the_ledger_ends_where_the_readers_divisions_end(story: Story, client: FlaskClient) -> None:
    story.patrol(finding())
    story.send("demand_intake", intake(matter={"kind": "dispute", "detail": "family", "words": "两家吵架"}))
    for name, number in (("cadre", 2), ("official", 1), ("other_cadre", 0), ("assessor", 1)):
        sign_in(client, name)
        assert len(shown(client)) == number, name
        client.post("/sign-out")


def test_the_workbook_is_printed_and_runs_nothing(
    story: Story, client: FlaskClient, database: Database
) -> None:
    for said in ("=HYPERLINK(1)", "+1", "-1", "@SUM(1)", "平常的话"):
        story.send("demand_intake", intake(matter={"kind": "facility", "detail": "lamp", "words": said}))
    with database.transaction(SYSTEM) as work:
        usual = sa.select(Demand).where(Demand.words == "平常的话")
        work.session.scalars(usual).one().words = "平常的话\x0b"
    sign_in(client, "cadre")
    answer = client.get("/ledger.xlsx")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-store"
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    heads = [cell.value for cell in sheet[1]]
    assert heads[:3] == ["编号", "原工单号", "收到日期"]
    assert sheet.freeze_panes == "A2"
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet.print_title_rows == "$1:$1"
    said = {row[heads.index("说明")].value for row in sheet.iter_rows(min_row=2)}
    assert said == {"=HYPERLINK(1)", "+1", "-1", "@SUM(1)", "平常的话"}
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert isinstance(sheet.cell(2, heads.index("收到日期") + 1).value, dt.datetime)
    assert sheet.cell(2, heads.index("件龄（天）") + 1).data_type == "n"


def test_too_many_for_a_workbook_are_not_half_of_them(
    story: Story, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from server.figures import ledger

    story.patrol(finding(), finding())
    monkeypatch.setattr(ledger, "MOST_IN_A_FILE", 1)
    sign_in(client, "cadre")
    answer = client.get("/ledger.xlsx")
    assert answer.status_code == 400
    assert "一次最多导出 1 件" in answer.text


def test_a_question_is_kept_under_a_name_for_oneself(story: Story, client: FlaskClient) -> None:
    sign_in(client, "cadre")
    asked = {"group": "in_hand", "timing": "overdue", "area": VILLAGE}
    assert client.post("/ledger/filters", data=asked | {"name": "村里超期的"}).status_code == 303
    assert (
        client.post("/ledger/filters", data=asked | {"name": "村里超期的", "kind": "road"}).status_code == 303
    )
    (link,) = read(client, "/ledger").findall(".//form[@class='saved-filter']/a")
    assert words(link) == "村里超期的"
    assert "kind=road" in link.get("href")
    assert client.get(link.get("href")).status_code == 200
    given_up = link.getparent().get("action")
    sign_in(client, "other_cadre")
    assert read(client, "/ledger").findall(".//form[@class='saved-filter']") == []
    assert client.post(given_up).status_code == 404
    sign_in(client, "cadre")
    assert client.post(given_up).status_code == 303
    assert "村里超期的" not in client.get("/ledger").text


def test_a_question_without_a_name_or_one_too_many_is_not_kept(story: Story, client: FlaskClient) -> None:
    sign_in(client, "cadre")
    for name in ("", "很" * 21):
        client.post("/ledger/filters", data={"group": "ended", "name": name})
        assert "请写个名称，最多 20 个字。" in client.get("/ledger").text
    for n in range(21):
        client.post("/ledger/filters", data={"group": "ended", "name": f"第{n}个"})
    page = client.get("/ledger").text
    assert "常用筛选最多 20 个" in page
    assert len(re.findall('saved-filter-name|class="saved-filter"', page)) == 20


def test_a_hostile_word_is_only_text(story: Story, client: FlaskClient) -> None:
    hostile = "<img src=x onerror=alert(1)>{{7*7}}"
    story.send("demand_intake", intake(matter={"kind": "facility", "detail": "lamp", "words": hostile}))
    sign_in(client, "cadre")
    client.post("/ledger/filters", data={"text": hostile, "name": "<b>{{7*7}}"})
    page = client.get("/ledger?text=%3Cimg").text
    assert "<img src=x" not in page
    assert "<b>" not in page
    assert ">49" not in page
