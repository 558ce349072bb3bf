"""An office orders a workbook in a browser without scripts, sees it come about by itself, and takes it away."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import openpyxl
import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser

from server.database import Database
from server.settings import Settings
from tests.browser.conftest import PATIENCE_MS
from tests.factories import GRID, NOW, PASSWORD, County
from tests.instances import instance, patrol
from tests.live import answering
from tests.ordered_files import Desk
from tests.phones import Phone

pytestmark = pytest.mark.browser


def test_a_workbook_is_ordered_and_taken_away_without_a_script(
    chromium: Browser, client: FlaskClient, county: County, settings: Settings
) -> None:
    assert Phone(client, county).send(instance("patrol", patrol(GRID, NOW - dt.timedelta(hours=1)))) == 201
    with answering(settings) as url:
        context = chromium.new_context(java_script_enabled=False, locale="zh-CN", base_url=url)
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.goto("/sign-in")
        page.fill("input[name=username]", "official")
        page.fill("input[name=password]", PASSWORD)
        page.click("main button[type=submit]")
        page.goto("/submissions/export/patrol")
        page.get_by_label("导出原因").fill("月底汇总")
        page.get_by_role("button", name="导出").click()
        page.get_by_text("马上开始做，共 1 份记录").wait_for()
        at_present = Database(settings.url)  # as the server has it, not as the tests' clock
        assert Desk(at_present, settings, county).make() == 1
        at_present.close()
        taking = page.get_by_role("link", name="下载")
        taking.wait_for()
        with page.expect_download() as download:
            taking.click()
        content = Path(download.value.path()).read_bytes()
        assert openpyxl.load_workbook(io.BytesIO(content))["每日巡查"].max_row == 2
        page.goto("/submissions/export/patrol")
        assert "做好了" in page.get_by_role("region", name="我的文件").inner_text()
        context.close()
