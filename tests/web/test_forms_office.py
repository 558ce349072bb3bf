"""A township clerk who knows only Excel changes a form: uploaded, mended, published, closed; phones follow."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import openpyxl
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from lxml import html
from shapely import Point

from forms import catalogue
from server.database import Database
from server.domain.people import SYSTEM
from server.services import forms
from server.services.projection import PROJECTORS
from server.storage import form_drafts
from server.storage import forms as storage
from server.storage.patrols import Patrol
from server.storage.submissions import Submission
from tests.factories import GRID, NOW, County
from tests.instances import VERSION, body, instance, patrol
from tests.pages import cells, read, sign_in, words

WELL = """| survey |
| | type | name | label | required |
| | start | start | | |
| | geopoint | place | 水井在哪里 | |
| | select_one water | water | 水质怎样 | yes |
| | image | photo | 照片 | |
| choices |
| | list_name | name | label |
| | water | good | 清 |
| | water | bad | 浑 |
| settings |
| | form_title | form_id | version |
| | 水井检查 | well | 2026102001 |
"""


@pytest.fixture(autouse=True)
def _without_java(monkeypatch: pytest.MonkeyPatch) -> None:
    """ODK Validate costs seconds a form; tests/unit/forms ask it."""
    monkeypatch.setenv("PATH", "")


@pytest.fixture
def office(client: FlaskClient, county: County) -> FlaskClient:
    sign_in(client, "admin")
    return client


def workbook_of(client: FlaskClient, form_id: str, version: str) -> openpyxl.Workbook:
    answer = client.get(f"/forms/{form_id}/versions/{version}/file")
    assert answer.status_code == 200
    return openpyxl.load_workbook(io.BytesIO(answer.data))


def packed(book: openpyxl.Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def write(book: openpyxl.Workbook, sheet: str, row: int, **texts: str) -> None:
    """Fill cells of a row by the heads of their columns."""
    heads = [head.value for head in book[sheet][1]]
    for column, text in texts.items():
        book[sheet].cell(row, heads.index(column) + 1).value = text


def upload(client: FlaskClient, content: bytes, name: str = "form.xlsx", **more: str) -> str:
    """The address of the draft."""
    answer = client.post("/form-drafts", data={"file": (io.BytesIO(content), name), **more})
    assert answer.status_code == 303, answer.text
    return answer.location


def publish(client: FlaskClient, draft: str) -> str:
    answer = client.post(f"{draft}/publish")
    assert answer.status_code == 303, words(html.fromstring(answer.text))
    return answer.location


def remarks(client: FlaskClient, draft: str) -> list[dict[str, str]]:
    return [cells(row) for row in read(client, draft).xpath("//table[caption='检查结果']/tbody/tr")]


def test_a_shipped_form_is_taken_home_as_a_workbook_changed_and_published(office: FlaskClient) -> None:
    book = workbook_of(office, "patrol", VERSION)
    assert {"survey", "choices", "settings"} <= set(book.sheetnames)
    assert book["survey"].freeze_panes == "A2"
    write(book, "settings", 2, version="2026102001")
    question = {"type": "text", "name": "well_water", "label::中文 (zh)": "水井水位"}
    write(book, "survey", book["survey"].max_row + 1, **question)
    draft = upload(office, packed(book), "巡查.xlsx")
    assert [each for each in remarks(office, draft) if each["级别"] == "错误"] == []
    assert "水井水位" in words(read(office, draft))
    address = publish(office, draft)
    first = read(office, address).xpath("//table[caption='发布过的版本']/tbody/tr")[0]
    shown = cells(first)
    assert shown["版本"] == "2026102001"
    assert shown["谁发布"] == "系统管理员"
    assert shown["文件"] == "巡查.xlsx"
    assert "新增「水井水位」" in shown["比前一版改了什么"]
    assert office.get("/forms/patrol/versions/2026102001/file").data == packed_as_sent(office, "patrol")
    assert office.get(draft).status_code == 404


def packed_as_sent(client: FlaskClient, form_id: str) -> bytes:
    """What was uploaded, read back out of the file store."""
    parts = client.application.extensions["wangge"]
    with parts.database.read(SYSTEM) as reading:
        version = storage.newest(reading.session, form_id)
        assert version is not None
        assert version.file_sha256 is not None
        content: bytes = Path(parts.files.path(version.file_sha256)).read_bytes()
    assert hashlib.sha256(content).hexdigest() == version.file_sha256
    return content


def test_an_error_names_the_sheet_and_the_row_and_keeps_the_form_back(office: FlaskClient) -> None:
    wrong = WELL.replace("select_one water", "select_one waters")
    draft = upload(office, wrong.encode(), "井.md")
    (found,) = remarks(office, draft)
    assert (found["级别"], found["工作表"]) == ("错误", "survey")
    assert found["行"] == "4"
    assert "waters" in found["要改什么"]
    assert office.post(f"{draft}/publish").status_code == 400
    mended = upload(office, WELL.encode(), "井.md", in_place_of=draft.rpartition("/")[2])
    assert mended == draft
    assert publish(office, draft) == "/forms/well"


def test_all_mistakes_are_told_beside_their_cells_and_that_more_may_follow(office: FlaskClient) -> None:
    wrong = (
        WELL.replace("| required |", "| constraint |")
        .replace("| yes |", "| . > |")
        .replace("| image | photo | 照片 |", "| image | zhao pian | 照片 |")
    )
    draft = upload(office, wrong.encode(), "井.md")
    told = [(each["工作表"], each["行"], each["列"]) for each in remarks(office, draft)]
    assert told == [("survey", "4", "constraint"), ("survey", "5", "name")]
    page = words(read(office, draft))
    assert "有 2 处错误，不能发布。" in page
    assert "改好再传一次，后面的还会接着查。" in page


def test_a_version_used_before_is_refused_with_one_to_write(office: FlaskClient) -> None:
    changed = catalogue.source("patrol").replace("巡查", "巡逻")
    (found,) = [each for each in remarks(office, upload(office, changed.encode())) if each["级别"] == "错误"]
    assert (found["工作表"], found["列"]) == ("settings", "version")
    assert "2026112102" in found["要改什么"]


def test_a_file_that_is_no_form_is_kept_with_what_to_do(office: FlaskClient) -> None:
    draft = upload(office, b"\x00\x01\x02", "照片.xlsx")
    assert len(remarks(office, draft)) == 1
    page = read(office, draft)
    assert page.xpath("//button[normalize-space()='发布']") == []
    assert office.get(f"{draft}/file").data == b"\x00\x01\x02"
    assert office.post(f"{draft}/drop").status_code == 303
    assert office.get(draft).status_code == 404


def test_nothing_chosen_and_too_much_are_said_on_the_page(office: FlaskClient) -> None:
    nothing = office.post("/form-drafts", data={})
    assert (nothing.status_code, "请先选择文件" in nothing.text) == (400, True)
    claimed = {"CONTENT_LENGTH": "4100000"}
    large = office.post(
        "/form-drafts", data={"file": (io.BytesIO(b"x"), "大.xlsx")}, environ_overrides=claimed
    )
    assert (large.status_code, "超过 4 兆" in large.text) == (413, True)


def test_a_county_s_own_form_is_collected_listed_and_lies_where_its_first_geometry_does(
    office: FlaskClient, county: County, database: Database
) -> None:
    publish(office, upload(office, WELL.encode(), "井.md"))
    phone = county.phone()
    assert b"<formID>well</formID>" in office.get(f"{phone}/formList").data
    assert office.get(f"{phone}/forms/well.xml").status_code == 200
    sent = instance(
        "well",
        {"start": NOW.isoformat(), "place": "30.006 108.004 0 5", "water": "bad"},
        version="2026102001",
    )
    assert office.post(f"{phone}/submission", data=body(sent)).status_code == 201
    with database.read(SYSTEM) as reading:
        record = reading.session.scalars(sa.select(Submission)).one()
        assert (record.form_id, record.jurisdiction, record.projection_error) == ("well", GRID, None)
        assert record.point == Point(108.004, 30.006)
    line = next(
        cells(row)
        for row in read(office, "/forms").xpath("//table[caption='发布过的表单']/tbody/tr")
        if "水井检查" in words(row)
    )
    assert line["收到"] == "1 份"
    assert line["当作哪张表统计"] == "只收记录，不进巡查和走访的统计"


def test_a_form_reworded_by_a_county_stands_for_the_patrol(
    office: FlaskClient, county: County, database: Database
) -> None:
    own = catalogue.source("patrol").replace("| patrol |", "| xunluo |", 1)
    draft = upload(office, own.encode(), "巡逻.md")
    assert office.post(f"{draft}/stands-for", data={"stands_for": "nothing"}).status_code == 400
    assert office.post(f"{draft}/stands-for", data={"stands_for": "patrol"}).status_code == 303
    publish(office, draft)
    sent = instance("xunluo", patrol(GRID, NOW))
    assert office.post(f"{county.phone()}/submission", data=body(sent)).status_code == 201
    with database.read(SYSTEM) as reading:
        assert forms.projector_of(reading.session, "xunluo") == "patrol"
        assert storage.standing_for(reading.session, "patrol") == ("patrol", "xunluo")
        assert reading.session.scalars(sa.select(Patrol.grid_then)).one() == GRID
    again = upload(office, own.replace("2026112101", "2026112102").encode(), "巡逻.md")
    assert office.post(f"{again}/stands-for", data={"stands_for": ""}).status_code == 409


def test_what_stands_for_a_shipped_form_must_keep_the_names_its_rules_read(office: FlaskClient) -> None:
    draft = upload(office, WELL.encode(), "井.md")
    office.post(f"{draft}/stands-for", data={"stands_for": "patrol"})
    assert any("grid" in each["要改什么"] for each in remarks(office, draft) if each["级别"] == "错误")
    assert office.post(f"{draft}/publish").status_code == 400


def test_a_closed_form_is_offered_to_no_phone_and_still_taken(office: FlaskClient, county: County) -> None:
    phone = county.phone()
    assert office.post("/forms/patrol/close").status_code == 303
    assert b"<formID>patrol</formID>" not in office.get(f"{phone}/formList").data
    sent = instance("patrol", patrol(GRID, NOW))
    assert office.post(f"{phone}/submission", data=body(sent)).status_code == 201
    assert office.post("/forms/patrol/close").status_code == 409
    assert office.post("/forms/patrol/reopen").status_code == 303
    assert b"<formID>patrol</formID>" in office.get(f"{phone}/formList").data
    assert office.post("/forms/patrol/reopen").status_code == 409
    assert office.post("/forms/nothing/close").status_code == 404


def test_a_list_a_form_reads_is_put_beside_it_before_it_is_published(office: FlaskClient) -> None:
    own = WELL.replace("select_one water |", "select_one_from_file wells.csv |")
    draft = upload(office, own.encode(), "井.md")
    assert any("wells.csv" in each["要改什么"] for each in remarks(office, draft))
    put = {"file": (io.BytesIO("name,label\nw1,东井\n".encode()), "wells.csv")}
    assert office.post("/forms/well/media", data=put).location == draft
    assert [each for each in remarks(office, draft) if each["级别"] == "错误"] == []
    publish(office, draft)
    page = read(office, "/forms/well")
    assert "wells.csv" in words(page)
    assert office.get("/forms/well/media/wells.csv").data.decode() == "name,label\nw1,东井\n"
    refused = {"file": (io.BytesIO(b"MZ"), "tool.exe")}
    assert office.post("/forms/well/media", data=refused).status_code == 400
    assert office.post("/forms/well/media/wells.csv/remove").status_code == 303
    assert office.get("/forms/well/media/wells.csv").status_code == 404


def test_a_township_prepares_a_form_and_the_county_publishes_it(
    client: FlaskClient, county: County, database: Database
) -> None:
    sign_in(client, "official")
    draft = upload(client, WELL.encode(), "井.md")
    assert "请县里的管理员" in words(read(client, draft))
    assert client.post(f"{draft}/publish").status_code == 403
    assert client.post("/forms/patrol/close").status_code == 403
    beside = {"file": (io.BytesIO(b"name,label\n"), "x.csv")}
    assert client.post("/forms/patrol/media", data=beside).status_code == 403
    sign_in(client, "cadre")
    assert client.get("/forms").status_code == 403
    with database.read(SYSTEM) as reading:
        (kept,) = form_drafts.waiting(reading.session)
        assert kept.uploaded_by == county.accounts["official"]


def test_a_form_has_one_draft(office: FlaskClient, database: Database) -> None:
    first = upload(office, WELL.encode(), "井.md")
    assert upload(office, WELL.replace("水质怎样", "水怎样").encode(), "井2.md") == first
    unread = upload(office, b"\x00", "坏.xlsx")
    assert upload(office, WELL.encode(), "井3.md", in_place_of=unread.rpartition("/")[2]) == unread
    with database.read(SYSTEM) as reading:
        assert [each.file_name for each in form_drafts.waiting(reading.session)] == ["井3.md"]


def test_an_error_inside_is_never_an_empty_list(
    office: FlaskClient, county: County, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An empty list makes Collect delete every form it has (OPENROSA §2)."""

    def broken(_session: object) -> None:
        raise RuntimeError("the disk is gone")

    monkeypatch.setattr(storage, "listed", broken)
    answer = office.get(f"{county.phone()}/formList")
    assert answer.status_code == 500
    assert b"<xform" not in answer.data.replace(b"<xforms", b"")


def test_what_can_be_stood_for_has_rules() -> None:
    assert set(catalogue.shipped()) == set(PROJECTORS)
