"""机制 on the staff pages: read by everybody, changed by the administrator once he has seen what follows."""

from __future__ import annotations

import io

import pytest
from flask.testing import FlaskClient
from lxml import html

from server import profiles
from tests.pages import cells, read, sign_in, words

pytestmark = pytest.mark.usefixtures("county")

HOSTILE = "<img src=x onerror=alert(1)> {{7*7}}"


def examined(client: FlaskClient, **given: object) -> str:
    answer = client.post("/mechanism/examine", data={"effective_from": "2026-11-01", **given})
    return answer.text


def install_form(client: FlaskClient, shipped: str) -> dict[str, str]:
    (form,) = html.fromstring(examined(client, shipped=shipped)).xpath(
        "//form[contains(@action, '/install')]"
    )
    return dict(form.form_values())


@pytest.mark.parametrize("name", ["worker", "cadre", "official", "assessor", "admin"])
def test_everybody_reads_the_countys_mechanism_with_its_sources(client: FlaskClient, name: str) -> None:
    sign_in(client, name)
    shown = read(client, "/mechanism")
    rows = {row["叫法"]: row for row in map(cells, shown.iterfind(".//tbody/tr")) if "叫法" in row}
    assert rows["小事"]["派单要写"] == "责任人、措施、时限"
    assert "ZX-36" in rows["小事"]["出处"]
    assert "第 1 版" in words(shown)
    assert ("换一版机制" in words(shown)) == (name == "admin")


def test_what_is_not_done_yet_says_so(client: FlaskClient) -> None:
    sign_in(client, "cadre")
    (table,) = read(client, "/mechanism").xpath("//table[caption='尚未执行']")
    assert "公示：居民需求清单办理情况" in words(table)


@pytest.mark.parametrize("name", ["cadre", "official", "assessor"])
def test_only_the_administrator_changes_it(client: FlaskClient, name: str) -> None:
    sign_in(client, name)
    assert client.get("/mechanism/change").status_code == 403
    for path in ("examine", "install"):
        given = {"shipped": "longli", "effective_from": "2026-11-01"}
        assert client.post(f"/mechanism/{path}", data=given).status_code == 403


def test_a_mechanism_is_looked_at_then_installed_for_a_day(client: FlaskClient) -> None:
    sign_in(client, "admin")
    assert "先看看会变什么" in words(read(client, "/mechanism/change"))
    seen = examined(client, shipped="jiangjin")
    for said in ("换成江津区的机制", "街道人大工委、民主监督员", "500116", "还没有安装"):
        assert said in seen
    assert "第 2 版" not in words(read(client, "/mechanism"))
    installed = client.post("/mechanism/install", data=install_form(client, "jiangjin"))
    assert "2026年11月1日起生效" in client.get(installed.location).text
    assert "第 1 版，" in words(read(client, "/mechanism"))
    later = words(read(client, "/mechanism?version=2"))
    assert "还没有生效" in later
    assert "网格邻里会" in later


def test_the_same_mechanism_again_makes_no_new_version(client: FlaskClient) -> None:
    sign_in(client, "admin")
    assert "说的和现在一样" in examined(client, shipped="zhongxian")
    client.post("/mechanism/install", data=install_form(client, "zhongxian"))
    assert "第 2 版" not in words(read(client, "/mechanism"))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "请选一份随产品提供的方案"),
        ({"shipped": "nowhere"}, "请选一份随产品提供的方案"),
        ({"shipped": "longli", "effective_from": "2026-10-19"}, "生效日期不能早于今天"),
        ({"shipped": "longli", "effective_from": "明天"}, "日期应写成"),
        ({"text": "surprise = 1"}, "缺少这个配置项"),
        ({"text": "<script>"}, "机制方案读不懂"),
        ({"file": b"\xff\xfe"}, "不是 UTF-8 编码的文字"),
        ({"file": b"#" * 200_001}, "方案文件太大"),
    ],
)
@pytest.mark.parametrize("step", ["examine", "install"])
def test_what_cannot_be_a_mechanism_is_refused_in_words(
    client: FlaskClient, step: str, given: dict[str, object], said: str
) -> None:
    sign_in(client, "admin")
    if isinstance(given.get("file"), bytes):
        given = {"file": (io.BytesIO(given["file"]), "own.toml")}
    answer = client.post(f"/mechanism/{step}", data={"effective_from": "2026-11-01", **given})
    assert answer.status_code == 400
    assert said in answer.text
    assert "第 2 版" not in words(read(client, "/mechanism"))


def test_the_file_is_taken_home_changed_and_brought_back(client: FlaskClient) -> None:
    sign_in(client, "admin")
    taken = client.get("/mechanism/file")
    assert taken.data.decode() == profiles.source("zhongxian")
    assert taken.headers["Content-Disposition"].startswith("attachment")
    changed = taken.data.replace(b'allowance = "15wd"', b'allowance = "10wd"')
    (row,) = [
        cells(row)
        for row in html.fromstring(examined(client, file=(io.BytesIO(changed), "own.toml"))).iterfind(
            ".//tbody/tr"
        )
    ]
    assert row == {"项目": "大事：时限", "现在": "15个工作日", "换了以后": "10个工作日"}


def test_a_file_of_the_county_is_shown_as_written_and_never_run(client: FlaskClient) -> None:
    own = profiles.source("zhongxian").replace('brand = "四单"', f'brand = "{HOSTILE}"')
    sign_in(client, "admin")
    seen = examined(client, file=(io.BytesIO(own.encode()), "本县.toml"))
    assert "<img src=x" not in seen
    assert "&lt;img src=x onerror=alert(1)&gt; {{7*7}}" in seen
