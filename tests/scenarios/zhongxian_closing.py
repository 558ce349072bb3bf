"""忠县, 反馈和评单: low stars again, proxy stars, reopening — and what still lies on the desks when the quarter ends."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from tests.scenarios.stories import Waiting
from tests.scenarios.world import World

Steps = Iterator[Waiting]


def a_lift_that_stays_bad(world: World) -> Steps:
    """Low once, done again, low again: no third round; somebody else rings, writes it down, and it is over."""
    cadre, official, phone = world.person("cadre"), world.person("official"), world.phone("worker")
    yield 10, 12
    lift = cadre.takes_in("电梯老停", "ZX-02", channel="phone", detail="facility.lift")
    cadre.does(lift, "register", "ZX-30")
    cadre.does(lift, "classify", "ZX-33", category="COMMUNITY")
    cadre.does(lift, "assign", "ZX-36", to="王秀英", measure="催物业检修", deadline="2026-10-16")
    lift.handled_at("grid")
    yield 10, 15
    phone.says(lift, "done", "ZX-36", words="物业修过了")
    cadre.does(lift, "feed_back", "ZX-50", words="物业修过了", means="电话")
    reporter = world.reporter(lift)
    reporter.does(lift, "rate", "ZX-51", stars=1, words="当天又停")
    assert lift.path.rpartition("/")[2] in phone.cases()
    yield 10, 16
    official.does(lift, "call_back", "XA-26", words="说今天又停，已约厂家")
    yield 10, 20
    phone.says(lift, "done", "XA-26", words="厂家换了主板")
    cadre.does(lift, "feed_back", "ZX-50", words="厂家换了主板", means="电话")
    yield 10, 21
    reporter.does(lift, "rate", "ZX-51", stars=2, words="还是慢")
    assert "call_back" not in world.person("worker").may_do(lift)
    yield 10, 23
    official.does(lift, "call_back", "S4#9", words="电梯能用，慢是老型号，已说明")
    assert "已了结" in cadre.reads(lift)
    assert "已说明" in reporter.reads()


def a_leak_that_comes_back(world: World) -> Steps:
    """重开: over and unrated, it comes back within thirty days, once."""
    cadre, phone = world.person("cadre"), world.phone("worker")
    yield 9, 15
    roof = cadre.takes_in("活动室漏雨", "ZX-03", kind="facility")
    cadre.does(roof, "register", "ZX-30")
    cadre.does(roof, "classify", "ZX-33", category="COMMUNITY")
    cadre.does(roof, "assign", "ZX-36", to="王秀英", measure="补瓦", deadline="2026-09-21")
    roof.handled_at("grid")
    yield 9, 17
    phone.says(roof, "done", "ZX-36", words="补了瓦")
    cadre.does(roof, "feed_back", "ZX-50", words="补了瓦", means="电话")
    yield 9, 26
    world.diary.writes(roof, "时钟", "end", "S4#10")
    assert "未评价销号" in cadre.reads(roof)
    yield 10, 9
    cadre.does(roof, "reopen", "S2", words="下雨又漏")
    assert "正在办" in world.reporter(roof).stands()
    phone.says(roof, "done", "ZX-36", words="换了防水")
    cadre.does(roof, "feed_back", "ZX-50", words="换了防水", means="电话")
    yield 10, 10
    reporter = world.reporter(roof)
    reporter.does(roof, "rate", "ZX-51", stars=3)
    yield 10, 11
    reporter.does(roof, "rate", "ZX-51", stars=4, words="这回好了")  # changed within the window
    yield 10, 30
    assert "reopen" not in cadre.may_do(roof)


def a_slope_put_off_at_the_end(world: World) -> Steps:
    """Still put off when the quarter ends: in the count of what is not solved, and shown apart."""
    cadre, official, assessor = world.person("cadre"), world.person("official"), world.person("assessor")
    yield 11, 2
    slope = cadre.takes_in("屋后山坡掉石头", "ZX-03", kind="hazard", detail="hazard.slope")
    cadre.does(slope, "register", "ZX-30")
    cadre.does(slope, "classify", "ZX-33", category="GOVERNMENT")
    cadre.does(slope, "escalate", "ZX-37", reason="没有经费", words="要做挡墙")
    official.does(slope, "assign", "ZX-42", to="李镇长")
    slope.handled_at("township")
    official.does(slope, "start", "S2")
    yield 11, 4
    official.does(slope, "ask", "S2b", request="暂缓", until="2026-12-01", words="等专项资金")
    assessor.does(slope, "approve", "S2b", until="2026-12-01", words="同意")
    slope.first_due = dt.date(2026, 11, 23)  # 15 working days


def a_barking_dog_overdue_at_the_end(world: World) -> Steps:
    """Still in hand when the quarter ends, its date over, and nothing said for a week."""
    cadre, phone = world.person("cadre"), world.phone("worker")
    yield 11, 9
    dog = cadre.takes_in("狗整夜叫", "ZX-02", channel="phone", kind="order", detail="order.animals")
    cadre.does(dog, "register", "ZX-30")
    cadre.does(dog, "classify", "ZX-33", category="GRID")
    cadre.does(dog, "assign", "ZX-36", to="王秀英", measure="上门劝", deadline="2026-11-13")
    dog.handled_at("grid")
    yield 11, 11
    phone.says(dog, "progress", "ZX-15", words="主人不在家")
    for day in (16, 18, 20):
        yield 11, day
        phone.says(dog, "same", "METRICS-C5", words=None)


def two_dates_after_the_end(world: World) -> Steps:
    """In hand when the quarter ends: one due on the next working day, one the day after that."""
    cadre = world.person("cadre")
    yield 11, 18
    for text, deadline in (("绿篱挡住路口", "2026-11-24"), ("公告栏玻璃碎了", "2026-11-25")):
        matter = cadre.takes_in(text, "ZX-03", kind="facility")
        cadre.does(matter, "register", "ZX-30")
        cadre.does(matter, "classify", "ZX-33", category="COMMUNITY")
        cadre.does(matter, "assign", "ZX-36", to="王秀英", measure="上门处理", deadline=deadline)
        matter.handled_at("grid")


def a_new_matter_at_the_end(world: World) -> Steps:
    """Scanned on the last morning, and on nobody's list but the registrar's."""
    yield 11, 23, 8
    reporter = world.resident()
    reporter.reports("垃圾桶满了", "ZX-01", world.person("cadre"), kind="环境卫生")
    assert "已收到" in reporter.stands()


CLOSING = (
    a_lift_that_stays_bad,
    a_leak_that_comes_back,
    a_slope_put_off_at_the_end,
    a_barking_dog_overdue_at_the_end,
    two_dates_after_the_end,
    a_new_matter_at_the_end,
)
