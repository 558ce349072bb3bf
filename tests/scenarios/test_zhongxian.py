"""忠县四单, a quarter of it: 24 August to 23 November 2026, over 中秋, 国庆 and the working Saturday of 10 October.

Everything happens through the pages people have, phones' records and links; time is the only thing given. Each deed
names the rule it follows. At the end the figures are counted again from the diary of the deeds.

Left out, because they are no part of a demand's way or not executed yet: visits (ZX-11, ZX-12), the yearly session as
a duty (ZX-13), the quarterly posting (ZX-16), year-end reviews and what they count for (ZX-17, ZX-52 to ZX-55), monthly
and weekly leadership (ZX-19), the yearly inspection (ZX-20), the principle itself (ZX-34), the urban 大党委 (ZX-40: this
county is rural), party levels (ZX-44) and which department keeps the platform (ZX-45).
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Callable

import pytest

from server import profiles
from tests.scenarios.pages_of_figures import apart, cards, cases_file, ledger_file, shares
from tests.scenarios.recount import Month, due_soon
from tests.scenarios.stories import play
from tests.scenarios.world import World
from tests.scenarios.zhongxian_closing import CLOSING
from tests.scenarios.zhongxian_handling import HANDLING
from tests.scenarios.zhongxian_intake import INTAKE

AS_OF = dt.date(2026, 11, 23)
LEFT_OUT = {
    *("ZX-11", "ZX-12", "ZX-13", "ZX-16", "ZX-17", "ZX-19", "ZX-20", "ZX-34", "ZX-40", "ZX-44", "ZX-45"),
    *("ZX-52", "ZX-53", "ZX-54", "ZX-55"),
}


@pytest.fixture
def quarter(world: Callable[[str], World]) -> World:
    """忠县 after a quarter."""
    here = world("zhongxian")
    play(here, *INTAKE, *HANDLING, *CLOSING, until=(11, 23, 10))
    return here


def test_a_quarter_under_four_orders_is_told_by_its_figures(quarter: World) -> None:
    every_rule_was_followed(quarter)
    every_channel_class_and_reason_occurred(quarter)
    what_is_open_is_what_the_diary_left_open(quarter)
    what_is_due_soon_is_what_the_diary_says_is(quarter)
    the_ledger_strikes_off_what_ended(quarter)
    the_figures_of_each_month_are_those_of_the_diary(quarter)


def every_rule_was_followed(world: World) -> None:
    rules = set(re.findall(r"ZX-\d+", profiles.source("zhongxian")))
    assert rules - world.diary.rules == LEFT_OUT & rules


def every_channel_class_and_reason_occurred(world: World) -> None:
    profile = tomllib.loads(profiles.source("zhongxian"))
    assert {each.class_ for each in world.diary.matters.values()} >= {
        "PRIVATE",
        "GRID",
        "COMMUNITY",
        "GOVERNMENT",
    }
    refused = {deed.entered["reason"] for deed in world.diary.deeds if deed.act == "reject"}
    assert refused == {each["label"] for each in profile["screen_reasons"]}
    listed = ledger_file(world.person("cadre")).values()
    assert len({row["渠道"] for row in listed}) == len(profile["channels"])


def what_is_open_is_what_the_diary_left_open(world: World) -> None:
    open_ = {
        each.number: each
        for each in world.diary.matters.values()
        if each.resolved is None and each.merged_into is None
    }
    listed = cases_file(world.person("official"), "unresolved")
    assert set(listed) == set(open_)
    for number, matter in open_.items():
        assert matter.received is not None
        assert listed[number]["件龄（天）"] == str((AS_OF - matter.received).days)
    late = {number for number, row in listed.items() if row["超期天数"]}
    assert late == {number for number, each in open_.items() if each.text == "狗整夜叫"}
    assert {listed[number]["超期天数"] for number in late} == {"10"}
    shown = cards(world.person("official"))
    assert (shown["未解决"], shown["超期"], shown["停滞"]) == (len(open_), len(late), 1)


def what_is_due_soon_is_what_the_diary_says_is(world: World) -> None:
    soon = due_soon(world.diary.matters.values(), as_of=AS_OF)
    assert {each.text for each in world.diary.matters.values() if each.number in soon} == {
        "垃圾桶满了",
        "绿篱挡住路口",
    }
    official = world.person("official")
    assert set(cases_file(official, "unresolved", timing="due_soon")) == soon
    assert f"下一个工作日前到期 {len(soon)} 件" in official.reads_page("/queue")


def the_ledger_strikes_off_what_ended(world: World) -> None:
    listed = ledger_file(world.person("cadre"))
    masters = [each for each in world.diary.matters.values() if each.merged_into is None]
    assert set(listed) == {each.number for each in masters}
    ended = {number for number, row in listed.items() if row["销号日期"]}
    assert ended == {each.number for each in masters if each.ended}


def the_figures_of_each_month_are_those_of_the_diary(world: World) -> None:
    reader = world.person("cadre")
    for month in (8, 9, 10, 11):
        counted, written = Month(world.diary.matters.values(), month, as_of=AS_OF), f"2026-{month:02d}"
        shown = shares(reader, written)
        wanted = {key: share for key, share in counted.figures().items() if share[1]}
        assert {key: shown.get(key) for key in wanted} == wanted, written
        beside = apart(reader, written)
        assert {key: beside.get(key, 0) for key in counted.apart()} == counted.apart(), written
