"""Accounts and keys from the command line."""

from __future__ import annotations

import re

from tests.cli.conftest import Run

VILLAGE = "509901101001"


def test_an_account_is_opened_listed_and_closed(run: Run, set_up: str) -> None:
    opened = run(
        "user", "add", "--name", "周敏", "--role", "village_cadre", "--home", VILLAGE, "--username", "zhou"
    )
    assert re.search(r"临时密码：\w{12}", opened.output)
    assert re.search(rf"zhou +周敏 +村（社区）干部 +{VILLAGE} +在用", run("user", "list").output)
    assert run("user", "reset-password", "周敏").exit_code == 0
    assert run("user", "close", "zhou").exit_code == 0
    assert "停用" in run("user", "list").output
    again = run("user", "close", "zhou")
    assert again.exit_code == 2
    assert "已经停用" in again.output


def test_a_wrong_account_is_refused(run: Run, set_up: str) -> None:
    nowhere = run("user", "add", "--name", "周敏", "--role", "grid_worker", "--home", "510000001001")
    assert nowhere.exit_code == 2
    assert "没有这个区划" in nowhere.output
    assert run("user", "close", "nobody").exit_code == 2
    by_phone_only = run("user", "reset-password", "李四")
    assert by_phone_only.exit_code == 2
    assert "没有登录密码" in by_phone_only.output


def test_two_people_of_one_name_are_told_apart_by_number(run: Run, set_up: str) -> None:
    for _ in range(2):
        run("user", "add", "--name", "周敏", "--role", "grid_worker", "--home", VILLAGE)
    refused = run("app-user", "issue", "周敏")
    assert refused.exit_code == 2
    number, *_ = re.findall(r"[0-9a-f-]{36}", refused.output)
    assert run("app-user", "issue", number).exit_code == 0


def test_a_key_is_issued_listed_without_itself_and_revoked(run: Run, set_up: str) -> None:
    issued = run("app-user", "issue", "李四", "--label", "备用机")
    (key,) = re.findall(r"/v1/key/(\w{64})/projects/1", issued.output)
    assert f"/w/#{key}" in issued.output
    listed = run("app-user", "list").output
    assert key not in listed
    (number,) = re.findall(r"([0-9a-f-]{36}) +李四 +备用机", listed)
    assert "不会被清除" in run("app-user", "revoke", number).output
    assert re.search(r"备用机 .*收回", run("app-user", "list").output)
