"""Setting up a county on an empty database."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import Result

from server.app import create_app
from server.database import Database
from server.domain.people import SYSTEM
from server.settings import Settings
from server.storage import jurisdictions
from server.storage.posts import Account
from server.web.parts import Parts
from tests.cli.conftest import DIVISIONS, Run

NAMED = (
    "--code",
    "509901",
    "--name",
    "青岚县",
    "--admin",
    "张三",
    "--username",
    "zhang",
    "--phone-holder",
    "李四",
)


def create(run: Run, file: Path, *more: str) -> Result:
    return run("county", "create", "--divisions", file, *NAMED, *more)


def test_a_county_is_set_up_with_its_first_admin_and_first_phone(deployment: Settings, set_up: str) -> None:
    (password,) = re.findall(r"临时密码：(\w+)", set_up)
    (phone,) = re.findall(r"http://127.0.0.1:8000(/v1/key/\w{64}/projects/1)", set_up)
    app = create_app(deployment)
    app.config.update(WTF_CSRF_ENABLED=False)
    client = app.test_client()
    assert client.get(f"{phone}/formList").data.count(b"<formID>") == 4
    signed_in = client.post("/sign-in", data={"username": "zhang@qinglan.example", "password": password})
    assert signed_in.status_code == 303
    assert client.get("/").location == "/password"
    parts: Parts = app.extensions["wangge"]
    parts.database.close()


def test_the_divisions_are_those_of_the_list(deployment: Settings, set_up: str) -> None:
    database = Database(deployment.url)
    with database.read(SYSTEM) as reading:
        found = {
            row.code: (row.name, row.area)
            for row in jurisdictions.listing(reading.session, scope=SYSTEM.scope)
        }
    database.close()
    assert found == {
        "509901": ("青岚县", "rural"),
        "509901101": ("云溪镇", "rural"),
        "509901101001": ("石桥村", "rural"),
        "509901101002": ("柳湾社区", "urban"),
    }


def test_what_is_not_given_is_asked(run: Run, divisions: Path) -> None:
    answers = f"509901\n青岚县\n{divisions}\n张三\nzhang\n李四\n"
    done = run("county", "create", "--ask-password", answers=answers + "my own long password\n" * 2)
    assert done.exit_code == 0, done.output
    assert "县（区）名称" in done.output
    assert "临时密码" not in done.output
    assert "my own long password" not in done.output


def test_a_second_county_is_refused(run: Run, set_up: str, divisions: Path) -> None:
    refused = create(run, divisions)
    assert refused.exit_code == 2
    assert "已经有一个县" in refused.output


def test_a_list_saved_by_excel_is_read(run: Run, divisions: Path) -> None:
    divisions.write_bytes(DIVISIONS.encode("gb18030"))
    assert create(run, divisions).exit_code == 0


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("509901102001,独村,", "它的乡镇（街道）不在表里"),
        ("510101101,外乡,", "不在本县（509901）"),
        ("509901101001,石桥村,", "编码重复"),
        ("50990110100A,错村,", "编码不合规范"),
        ("509901101001001,网格,", "应是 9 位（乡镇、街道）或 12 位（村、社区）"),
        ("509901101003,,", "没有名称"),
        ("509901101003,山村,山区", "不是 urban（城镇）或 rural（农村）"),
    ],
)
def test_a_wrong_line_refuses_the_whole_list(
    deployment: Settings, run: Run, divisions: Path, line: str, words: str
) -> None:
    divisions.write_text(DIVISIONS + line + "\n", encoding="utf-8")
    refused = create(run, divisions)
    assert refused.exit_code == 2
    assert words in refused.output
    assert "什么都没有改" in refused.output


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--code", "5099"), "位数不对"),
        (("--profile", "nowhere"), "没有名为“nowhere”的机制方案"),
        (("--phone-at", "509901999"), "区划表里没有 509901999"),
    ],
)
def test_a_wrong_option_changes_nothing(
    deployment: Settings, run: Run, divisions: Path, more: tuple[str, ...], words: str
) -> None:
    refused = create(run, divisions, *more)
    assert refused.exit_code == 2
    assert words in refused.output
    database = Database(deployment.url)
    with database.read(SYSTEM) as reading:
        assert reading.session.scalar(sa.select(sa.func.count()).select_from(Account)) == 0
    database.close()


def test_a_phone_may_belong_to_a_township(run: Run, divisions: Path) -> None:
    assert create(run, divisions, "--phone-at", "509901101").exit_code == 0
    assert "乡镇（街道）干部" in run("user", "list").output
