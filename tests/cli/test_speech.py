"""The command line speaks Chinese, also about its own mistakes."""

from __future__ import annotations

import re

import pytest

from tests.cli.conftest import Run


@pytest.mark.parametrize("words", [(), ("grid",), ("grid", "import"), ("county", "create"), ("serve",)])
def test_a_help_page_is_chinese(run: Run, words: tuple[str, ...]) -> None:
    page = run(*words, "-h").output
    assert page.startswith("用法：wangge")
    assert not re.search(r"Usage|Options|Commands|Show|exit|TEXT|required", page)


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (("nothing",), "没有命令 nothing。用 wangge -h 看写法。"),
        (("grid", "import", "--nothing"), "没有选项 --nothing。用 wangge grid import -h 看写法。"),
        (("user", "close"), "缺少 WHO。用 wangge user close -h 看写法。"),
        (("profile", "check", "/no/such/file"), "没有名为“/no/such/file”的机制方案。"),
        (("restore", "/no/such/file"), "FILE 的值不对：没有这个文件。"),
        (("app-user", "revoke", "1"), "KEY_ID 的值不对：读不懂。"),
        (("profile", "install", "x", "--effective", "soon"), "--effective 的值不对：日期应写成"),
        (
            ("user", "add", "--name", "x", "--role", "king", "--home", "1"),
            "--role 的值不对：可用的是 grid_worker、",
        ),
        (("settings", "too", "much"), "参数的写法不对。"),
    ],
)
def test_what_was_typed_wrongly_is_answered_in_chinese(run: Run, words: tuple[str, ...], answer: str) -> None:
    refused = run(*words)
    assert refused.exit_code == 2
    assert answer in refused.output


def test_an_interrupted_question_changes_nothing(run: Run) -> None:
    stopped = run("county", "create", answers="")
    assert stopped.exit_code == 1
    assert "已中止" in stopped.output
