"""江津「三会」解决「三事」: posted, voted, done, fed back, and judged by those the county names for each class.

Left out, because they are no part of a demand's way or not executed yet: the street's guide catalogue (JJ-05), the
points of the 公益银行 (JJ-06), results on three boards (JJ-23); JJ-25 is the loop as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest

from server import profiles
from tests.scenarios import meeting
from tests.scenarios.browsing import NotOffered, Refused
from tests.scenarios.diary import Matter
from tests.scenarios.people import Person
from tests.scenarios.stories import Waiting, play
from tests.scenarios.world import World

Steps = Iterator[Waiting]
LEFT_OUT = {"JJ-05", "JJ-06", "JJ-23"}
NEIGHBOURS = ("网格长", "调解员", "两位热心居民")


def taken_up(cadre: Person, text: str, category: str, rule: str, **entered: str) -> Matter:
    """A matter that came in, registered and sorted."""
    matter = cadre.takes_in(text, "S2", **entered)
    cadre.does(matter, "register", "S2")
    cadre.does(matter, "classify", rule, category=category)
    return matter


def asked(world: World, cadre: Person, matter: Matter, who: str, rule: str) -> str:
    """The link of an evaluator, as the page of the matter shows it once."""
    page = cadre.opens(matter.path)
    shown = cadre.browser.sends(page, f"/evaluators/{who}")
    (link,) = shown.xpath("//input[@id='address']/@value")
    world.diary.notes(cadre.name, "ask_evaluator", rule)
    return str(link)


def a_family_matter_of_the_grid(world: World) -> Steps:
    """家事: the neighbours meet after three days' notice, vote, and the worker does it; parties and supervisor judge."""
    cadre, phone = world.person("cadre"), world.phone("worker")
    shed = taken_up(
        cadre,
        "楼道里搭的棚子",
        "GRID",
        "JJ-04",
        kind="sanitation",
        detail="sanitation.stairs_clutter",
        grid="石桥村第1网格",
    )
    assert "assign" not in cadre.may_do(shed)
    cadre.does(shed, "put_on_agenda", "JJ-12", meeting="网格邻里会")
    with pytest.raises(Refused):
        meeting.call(cadre, "网格邻里会", "JJ-20", shed, on="2026-08-25", division="石桥村第1网格")
    neighbours = meeting.call(cadre, "网格邻里会", "JJ-12", shed, on="2026-08-28", division="石桥村第1网格")
    neighbours.posts("JJ-20")
    assert "8月28日" in neighbours.is_not_held_yet()
    yield 8, 28
    neighbours.holds("JJ-21", attendance=NEIGHBOURS, minutes="各家说了难处")
    with pytest.raises(Refused, match="赞成的没有超过反对的"):
        neighbours.resolves(shed, "JJ-21", votes_for=2, votes_against=3, outcome="同意办理", words="拆")
    neighbours.resolves(
        shed,
        "JJ-21",
        votes_for=12,
        votes_against=3,
        outcome="同意办理",
        words="一周内自拆",
        to="王秀英",
        deadline="2026-09-04",
    )
    yield 9, 3
    phone.says(shed, "done", "JJ-22", words="棚子拆了")
    cadre.does(shed, "feed_back", "JJ-22", words="棚子拆了，楼道通了", means="当面")
    with pytest.raises(NotOffered):
        world.reporter(shed).does(shed, "rate", "JJ-24", stars=5)
    party = world.evaluator("涉事主体", asked(world, cadre, shed, "party", "JJ-24"))
    supervisor = world.evaluator("民主监督员", asked(world, cadre, shed, "democratic_supervisor", "JJ-24"))
    with pytest.raises(NotOffered):
        asked(world, cadre, shed, "street_congress", "JJ-24")
    assert "张三" not in party.reads()
    party.rates(shed, "JJ-24", stars=4)
    supervisor.rates(shed, "JJ-24", stars=5, words="楼道干净")
    yield 9, 11
    assert "已了结" in cadre.reads(shed)
    with pytest.raises(Refused):
        supervisor.rates(shed, "JJ-24", stars=1)


def a_common_matter_voted_up_the_street(world: World) -> Steps:
    """共事 the community cannot settle goes to the street's meeting; the congress's commission is not asked, its own are."""
    cadre, official, phone = world.person("cadre"), world.person("official"), world.phone("worker")
    yield 9, 1
    square = taken_up(
        cadre, "广场要不要围起来", "COMMUNITY", "JJ-03", kind="facility", detail="facility.fitness"
    )
    cadre.does(square, "put_on_agenda", "JJ-11", meeting="社区评议会")
    community = meeting.call(cadre, "社区评议会", "JJ-11", square, on="2026-09-08", division="石桥村")
    community.posts("JJ-20")
    yield 9, 8
    community.holds("JJ-21", attendance=("居委会", "物业", "群众代表"), minutes="两边票数一样")
    community.resolves(
        square, "JJ-11", votes_for=6, votes_against=6, outcome="报上一级", words="议不成，交街道"
    )
    official.does(square, "put_on_agenda", "JJ-10", meeting="街道联席会")
    street = meeting.call(official, "街道联席会", "JJ-10", square, on="2026-09-15", division="云溪镇")
    street.posts("JJ-20")
    yield 9, 15
    street.holds("JJ-21", attendance=("街道", "联建单位", "社区"), minutes="分时段开放")
    street.resolves(square, "JJ-21", votes_for=9, votes_against=1, outcome="同意办理", words="不围，分时段")
    official.does(square, "assign", "JJ-22", to="王秀英", deadline="2026-09-25", measure="立牌、劝导")
    yield 9, 18
    phone.says(square, "done", "JJ-22", words="牌子立了")
    cadre.does(square, "feed_back", "JJ-22", words="分时段开放", means="当面")
    committee = world.evaluator("居务监督委员会", asked(world, cadre, square, "residents_committee", "JJ-24"))
    committee.rates(square, "JJ-24", stars=2, words="没人管时段")
    yield 9, 21
    official.does(square, "call_back", "XA-26", words="加派志愿者值守")
    phone.says(square, "done", "JJ-25", words="志愿者每晚值守")
    cadre.does(square, "feed_back", "JJ-25", words="志愿者每晚值守", means="当面")
    committee = world.evaluator("居务监督委员会", asked(world, cadre, square, "residents_committee", "JJ-24"))
    committee.rates(square, "JJ-24", stars=5)
    yield 9, 30
    assert "已了结" in cadre.reads(square)


def a_public_matter_of_the_street(world: World) -> Steps:
    """公事: escalated, met on by the street, done by a unit of the 联建; the street's congress judges."""
    cadre, official = world.person("cadre"), world.person("official")
    yield 9, 2
    partner = world.unit("江津水务", official, "JJ-10", alliance="联建单位")
    main = taken_up(cadre, "主水管老化", "GOVERNMENT", "JJ-01", kind="utility", detail="utility.water_supply")
    cadre.does(main, "escalate", "JJ-02", reason="要几个部门一起", words="主管归水务")
    official.does(main, "put_on_agenda", "JJ-10", meeting="街道联席会")
    street = meeting.call(official, "街道联席会", "JJ-10", main, on="2026-09-07", division="云溪镇")
    street.posts("JJ-20")
    yield 9, 7
    street.holds("JJ-21", attendance=("街道", "水务", "社区"), minutes="换管")
    street.resolves(
        main,
        "JJ-21",
        votes_for=7,
        votes_against=0,
        outcome="同意办理",
        words="九月底换完",
        to="江津水务",
        deadline="2026-09-30",
    )
    partner.does(main, "accept", "JJ-22")
    yield 9, 24
    partner.does(main, "say", "JJ-22", step="done", words="换完了")
    cadre.does(main, "feed_back", "JJ-22", words="主管换完了", means="电话")
    congress = world.evaluator("街道人大工委", asked(world, cadre, main, "street_congress", "JJ-24"))
    congress.rates(main, "JJ-24", stars=5)
    yield 10, 9
    assert "已了结" in cadre.reads(main)


def a_wish_voted_down(world: World) -> Steps:
    """A vote against is an answer too: explained, with its votes, and told."""
    cadre = world.person("cadre")
    yield 9, 8
    kiosk = taken_up(cadre, "广场边设摊", "COMMUNITY", "JJ-03", kind="order", detail="order.stall")
    community = meeting.call(cadre, "社区评议会", "JJ-11", kiosk, on="2026-09-15", division="石桥村")
    community.posts("JJ-20")
    yield 9, 15
    community.holds("JJ-21", attendance=("居委会", "群众代表"), minutes="太挤")
    community.resolves(
        kiosk, "JJ-21", votes_for=2, votes_against=10, outcome="不办，向反映人解释", words="广场太挤，不设摊"
    )
    cadre.does(kiosk, "feed_back", "JJ-22", words="大家表决不设摊", means="当面")
    assert "大家表决不设摊" in world.reporter(kiosk).reads()
    yield 9, 24
    assert "未评价销号" in cadre.reads(kiosk)


def what_is_one_households_own(world: World) -> Steps:
    """私人事务 stands outside the three affairs: helped with, by no meeting."""
    cadre, phone = world.person("cadre"), world.phone("worker")
    yield 9, 9
    form = taken_up(cadre, "帮填报销表", "PRIVATE", "S4#12", kind="errand", detail="errand.form")
    assert "put_on_agenda" not in cadre.may_do(form)
    cadre.does(form, "assign", "S4#12", to="王秀英")
    yield 9, 10
    phone.says(form, "done", "S4#12", words="一起填好了", how_solved="volunteer")
    cadre.does(form, "feed_back", "S4#12", words="填好了", means="当面")
    world.reporter(form).does(form, "rate", "S4#12", stars=5)
    yield 9, 20
    assert "已了结" in cadre.reads(form)


def test_three_meetings_settle_three_affairs(world: Callable[[str], World]) -> None:
    here = world("jiangjin")
    play(
        here,
        a_family_matter_of_the_grid,
        a_common_matter_voted_up_the_street,
        a_public_matter_of_the_street,
        a_wish_voted_down,
        what_is_one_households_own,
        until=(10, 9, 12),
    )
    rules = set(re.findall(r"JJ-\d\d", profiles.source("jiangjin")))
    assert rules - here.diary.rules == LEFT_OUT & rules
