"""龙里「四单」: ordered, sent out by the branch, taken by everybody, fed back by whoever took it — and a year's 1,682.

Left out, because they are no part of a demand's way or not executed yet: showing orders, flags, ranks and reports
(LL-30 to LL-36), who leads whom (LL-37, LL-06), matching volunteers (LL-14), chat groups (LL-15).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

import pytest

from tests.scenarios.browsing import NotOffered, Refused
from tests.scenarios.crowd import Crowd
from tests.scenarios.pages_of_figures import ledger_file, shares
from tests.scenarios.stories import Waiting, play
from tests.scenarios.world import World

Steps = Iterator[Waiting]
PUBLISHED = {"GOVERNMENT": 482, "COMMUNITY": 925, "PRIVATE": 275}
"""公家事, 大家事, 自家事 (LL-13)."""


def a_common_matter_claimed(world: World) -> Steps:
    """大家事: offered, claimed by a member on his own board, done and fed back by him; common to many (LL-16)."""
    cadre, worker, other = world.person("cadre"), world.person("worker"), world.person("other_worker")
    hedge = cadre.takes_in("绿篱没人修", "LL-02", kind="sanitation", grid="石桥村第1网格")
    cadre.does(hedge, "register", "LL-10")
    cadre.does(hedge, "classify", "LL-12 LL-16", category="COMMUNITY", dimensions="共性问题")
    assert "共性问题" in cadre.reads(hedge)
    cadre.does(hedge, "offer", "LL-21", words="会用剪枝机的党员优先")
    assert "绿篱没人修" in worker.reads_page("/claims")
    assert "绿篱没人修" not in other.reads_page("/claims")
    worker.claims(hedge, "LL-21")
    with pytest.raises(NotOffered):
        worker.claims(hedge, "LL-21")
    yield 8, 26
    worker.does(hedge, "say", "LL-24", step="已办好", words="修齐了")
    worker.does(hedge, "feed_back", "LL-23", words="绿篱修齐了", means="当面")
    world.reporter(hedge).does(hedge, "rate", "S4#30", stars=5)
    yield 9, 4
    assert "已了结" in cadre.reads(hedge)


def a_common_matter_nobody_claims(world: World) -> Steps:
    """After three days it is given to whoever offered it: nothing lies about."""
    cadre = world.person("cadre")
    yield 8, 25
    paint = cadre.takes_in("单元门掉漆", "LL-04", channel="box", kind="facility")
    cadre.does(paint, "register", "LL-10")
    cadre.does(paint, "classify", "LL-12", category="GRID")
    cadre.does(paint, "offer", "LL-21", words="")
    yield 8, 29
    assert "赵支书" in cadre.reads(paint)
    cadre.does(paint, "say", "LL-24", step="已办好", words="刷了")
    cadre.does(paint, "feed_back", "LL-23", words="门刷好了", means="电话")
    yield 9, 6
    assert "未评价销号" in cadre.reads(paint)


def a_matter_of_no_grid_claimed(world: World) -> Steps:
    """It lies in the village, nobody can say in which grid: whoever works in a grid of the village may claim it."""
    cadre, worker, other = world.person("cadre"), world.person("worker"), world.person("other_worker")
    yield 8, 27
    music = cadre.takes_in("广场舞音响坏了没人修", "LL-02", kind="facility")
    cadre.does(music, "register", "LL-10")
    cadre.does(music, "classify", "LL-12", category="COMMUNITY")
    with pytest.raises(Refused, match="404"):
        worker.opens(music.path)
    cadre.does(music, "offer", "LL-21", words="会修电器的来")
    assert "广场舞音响坏了没人修" not in other.reads_page("/claims")
    assert "claim" in worker.may_do(music)
    worker.claims(music, "LL-21")
    yield 8, 31
    worker.does(music, "say", "LL-24", step="已办好", words="换了插头")
    worker.does(music, "feed_back", "LL-23", words="音响修好了", means="电话")
    world.reporter(music).does(music, "rate", "S4#30", stars=5)


def a_promise_on_the_twenty_third(world: World) -> Steps:
    """每月23日: at the stand answered with a date, and kept by it (LL-01)."""
    cadre = world.person("cadre")
    yield 9, 23
    seat = cadre.takes_in(
        "想要一把长椅",
        "LL-03",
        channel="stand",
        kind="facility",
        answer="当场答应，限期办",
        promised_on="2026-09-29",
    )
    assert "9月29日" in cadre.reads(seat)
    yield 9, 29
    cadre.does(seat, "say", "LL-01", step="已办好", words="长椅装好")
    cadre.does(seat, "feed_back", "LL-23", words="长椅装好了", means="当面")
    world.reporter(seat).does(seat, "rate", "S4#30", stars=4)
    yield 10, 9
    assert "已了结" in cadre.reads(seat)


def a_public_matter_and_the_whistle(world: World) -> Steps:
    """公家事: the branch sends it straight to the responsible unit; the whistle calls two to the place."""
    cadre, official = world.person("cadre"), world.person("official")
    yield 9, 1
    power = world.unit("包保单位供电局", official, "LL-20", alliance="网格化包保单位")
    world.unit("城管局", official, "LL-37")
    wires = cadre.takes_in("电线垂到路面", "LL-05", kind="utility", detail="utility.power")
    cadre.does(wires, "register", "LL-10")
    cadre.does(wires, "classify", "LL-12", category="GOVERNMENT", dimensions="个性问题")
    cadre.does(wires, "assign", "LL-20", to="包保单位供电局", deadline="2026-09-08")
    cadre.does(wires, "whistle", "LL-37", units=["城管局"], at="2026-09-02T10:00", words="到三栋楼下看线")
    power.does(wires, "accept", "LL-20")
    yield 9, 7
    power.does(wires, "say", "LL-24", step="done", words="线抬高了")
    cadre.does(wires, "feed_back", "LL-23", words="线抬高了", means="电话")
    yield 9, 16
    assert "未评价销号" in cadre.reads(wires)


def test_orders_are_taken_by_everybody(world: Callable[[str], World]) -> None:
    here = world("longli")
    play(
        here,
        a_common_matter_claimed,
        a_common_matter_nobody_claims,
        a_matter_of_no_grid_claimed,
        a_promise_on_the_twenty_third,
        a_public_matter_and_the_whistle,
        until=(10, 9, 12),
    )


@pytest.mark.slow
def test_a_tenth_of_the_published_1682_runs_through_to_its_end(world: Callable[[str], World]) -> None:
    lives_through(world("longli"), {class_: number // 10 for class_, number in PUBLISHED.items()})


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the tenth goes through both
def test_the_published_1682_run_through_to_their_end(world: Callable[[str], World]) -> None:
    lives_through(world("longli"), PUBLISHED)


def lives_through(here: World, wanted: Mapping[str, int]) -> None:
    """Taken in on phones, sorted, given out or claimed, finished, fed back; nobody rates, so none counts as good."""
    Crowd(here).lives_through(wanted)
    here.on(9, 7)
    listed = ledger_file(here.person("cadre")).values()
    assert Counter(row["怎么销号"] for row in listed) == {"未评价销号": sum(wanted.values())}
    assert sorted(Counter(row["类别"] for row in listed).values()) == sorted(wanted.values())
    shown = shares(here.person("cadre"), "2026-08")
    assert shown["C7"] == (sum(wanted.values()),) * 2
    assert shown["C8"] == (sum(wanted.values()),) * 2
    assert shown["C9"] == (0, sum(wanted.values()))
