"""忠县, 点单和分单: how matters come in by every channel, and what becomes of those that are not taken up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from tests.scenarios.browsing import NotOffered, Refused
from tests.scenarios.stories import Waiting
from tests.scenarios.world import World

Steps = Iterator[Waiting]
ADDRESS = "石桥村1组12号"


def a_dark_lamp_found_on_patrol(world: World) -> Steps:
    """巡查: assigned with person, measure and deadline, reported at the weekly meeting, and nobody to tell."""
    cadre, phone = world.person("cadre"), world.phone("worker")
    lamp = phone.finds("三组路灯不亮", "ZX-10", cadre)
    cadre.does(lamp, "register", "ZX-30")
    cadre.does(lamp, "classify", "ZX-33", category="COMMUNITY")
    missing = cadre.is_refused(lamp, "assign", "ZX-36", to="王秀英", measure="换灯泡", deadline="2026-08-20")
    assert "时限" in missing
    cadre.does(lamp, "assign", "ZX-36", to="王秀英", measure="换灯泡", deadline="2026-08-28")
    lamp.handled_at("grid")
    yield 8, 26
    phone.says(lamp, "progress", "ZX-15", words="灯泡已买")
    yield 8, 27
    phone.says(lamp, "done", "ZX-36", words="换好了", told="nobody")
    cadre.does(lamp, "feed_back", "S2b", words="已换灯泡")
    assert "已了结" in cadre.reads(lamp)


def litter_mended_at_once(world: World) -> Steps:
    """随手做: found and mended on one round, over at once, never rated."""
    yield 8, 25
    cadre, phone = world.person("cadre"), world.phone("worker")
    litter = phone.finds(
        "路边一袋垃圾已带走", "S4#26", cadre, handled="fixed", kind="sanitation", detail="litter"
    )
    litter.class_ = "COMMUNITY"  # what its detail suggests
    litter.handled_at("grid")
    assert "已了结" in cadre.reads(litter)


def an_old_woman_who_wants_meals(world: World) -> Steps:
    """私事 told at the door: first contact in three working days, a word each week, never a date; hidden above the village."""
    cadre, official, phone = world.person("cadre"), world.person("official"), world.phone("worker")
    yield 9, 14
    meals = phone.takes_in("王奶奶想请人送饭", "ZX-04", cadre, matter={"kind": "welfare", "detail": "care"})
    cadre.does(meals, "register", "ZX-30")
    cadre.does(meals, "classify", "ZX-33", category="PRIVATE")
    cadre.does(meals, "assign", "ZX-35", to="王秀英")
    meals.handled_at("grid")
    assert "9月17日" in cadre.reads(meals)
    with pytest.raises(Refused, match="404"):
        official.opens(meals.path)
    yield 9, 17
    phone.says(meals, "progress", "ZX-14", words="联系了食堂")
    assert "9月24日" in cadre.reads(meals)
    yield 9, 24
    phone.says(meals, "progress", "ZX-14", words="先送三天试试")
    yield 10, 1
    phone.says(meals, "progress", "ZX-14", words="节日照送")
    yield 10, 8
    phone.says(meals, "done", "ZX-35", words="食堂每天送", how_solved="volunteer")
    cadre.does(meals, "feed_back", "ZX-50", words="每天中午送到门口", means="上门")
    yield 10, 9
    world.reporter(meals).does(meals, "rate", "ZX-51", stars=4, words="饭软一点更好")


def a_noisy_square(world: World) -> Steps:
    """The hotline of the village: not clear, asked for, supplied; a matter of the grid, five stars."""
    cadre, phone = world.person("cadre"), world.phone("worker")
    yield 8, 27
    noise = cadre.takes_in("广场晚上太吵", "ZX-02", channel="phone", kind="order", detail="order.noise")
    cadre.does(noise, "register", "ZX-30")
    cadre.does(noise, "ask_info", "S2b", words="哪个广场，几点到几点")
    reporter = world.reporter(noise)
    assert "等您补充" in reporter.stands()
    assert "哪个广场，几点到几点" in reporter.reads()
    yield 8, 31
    reporter.does(noise, "supply", "S2b", words="小学门口，晚上十点以后")
    cadre.does(noise, "list", "ZX-32")
    cadre.does(noise, "classify", "ZX-33", category="GRID")
    cadre.does(noise, "assign", "ZX-36", to="王秀英", measure="上门劝说", deadline="2026-09-04")
    noise.handled_at("grid")
    yield 9, 3
    phone.says(noise, "done", "ZX-36", words="说好九点半散")
    cadre.does(noise, "feed_back", "ZX-50", words="九点半散，已约定", means="电话")
    yield 9, 4
    reporter.does(noise, "rate", "ZX-51", stars=5)
    yield 9, 12
    assert "您评价过了" in reporter.reads()


def a_note_without_a_place(world: World) -> Steps:
    """意见箱: what was missing never comes; after five working days it is explained, told, and not rated."""
    cadre = world.person("cadre")
    yield 9, 21
    note = cadre.takes_in(
        "那边的水沟堵了", "S2b", channel="box", kind="sanitation", detail="sanitation.sewage"
    )
    cadre.does(note, "register", "ZX-30")
    cadre.does(note, "ask_info", "S2b", words="请说是哪条沟")
    yield 9, 30  # 22 23 24 28 29 September count: Mid-Autumn does not
    assert "没有等到补充" in cadre.reads(note)
    world.diary.writes(note, "时钟", "explain", "S2b")
    note.class_ = "COMMUNITY"  # what its detail suggests
    cadre.does(note, "feed_back", "XA-31", words="没有补充，先不办；想起来了再说", means="短信")
    yield 10, 8
    assert "不算好评" in world.reporter(note).reads()
    world.diary.writes(note, "时钟", "end", "S4#10")


def a_question_answered_at_the_stand(world: World) -> Steps:
    """征集点: answered on the spot, which is an answer and no promise."""
    cadre = world.person("cadre")
    yield 9, 23
    asked = cadre.takes_in(
        "医保怎么缴",
        "S2b",
        channel="stand",
        kind="errand",
        detail="errand.policy",
        answer="当场答复清楚",
        answer_words="十二月底前手机上缴",
    )
    asked.handled_at("village")
    asked.class_ = "PRIVATE"  # what its detail suggests
    cadre.does(asked, "feed_back", "ZX-50", words="十二月底前手机上缴", means="当面")
    world.reporter(asked).does(asked, "rate", "ZX-51", stars=5)


def a_promise_at_a_courtyard_meeting(world: World) -> Steps:
    """院坝会: a township cadre promises with a date and keeps it, over the holiday; the village tells the reporter."""
    cadre, official = world.person("cadre"), world.person("official")
    yield 9, 28
    bench = official.takes_in(
        "院坝缺板凳",
        "ZX-05",
        channel="meeting",
        kind="facility",
        grid="石桥村第1网格",
        answer="当场答应，限期办",
        promised_on="2026-10-10",
    )
    bench.first_due = dt.date(2026, 10, 10)
    bench.handled_at("township")
    assert "10月10日" in official.reads(bench)
    yield 10, 10  # a Saturday on which people work
    official.does(bench, "say", "LL-01", step="有进展", words="板凳在路上")
    official.does(bench, "say", "LL-01", step="已办好", words="二十条板凳送到")
    cadre.does(bench, "feed_back", "ZX-50", words="板凳送到了", means="当面")
    yield 10, 20
    world.diary.writes(bench, "时钟", "end", "S4#10")
    assert "未评价销号" in cadre.reads(bench)


def a_court_matter_from_the_newspaper(world: World) -> Steps:
    """媒体: not the village's at all; told where to go, which is no refusal."""
    cadre = world.person("cadre")
    yield 9, 8
    debt = cadre.takes_in("包工头欠钱不还", "S2b", channel="media", kind="dispute", detail="dispute.wages")
    debt.class_ = "GOVERNMENT"  # what its detail suggests
    cadre.does(debt, "register", "ZX-30")
    cadre.does(debt, "refer", "S2b", referred_to="诉讼、仲裁", words="到县法院诉讼服务中心，带上欠条")
    reporter = world.reporter(debt)
    assert "请找法定渠道" in reporter.stands()
    assert "到县法院诉讼服务中心" in reporter.reads()
    assert "诉讼、仲裁" in reporter.reads()


def what_the_law_forbids(world: World) -> Steps:
    """违反法律法规, and nobody asks again: closed when the time for it is over."""
    cadre = world.person("cadre")
    yield 9, 1
    wish = cadre.takes_in("想在河道里建房", "ZX-03", kind="order", detail="order.building")
    wish.class_ = "GOVERNMENT"  # what its detail suggests
    cadre.does(wish, "register", "ZX-30")
    cadre.does(wish, "reject", "ZX-31", reason="违反法律法规", words="河道里不能建房")
    cadre.does(wish, "feed_back", "S4#21", words="河道里不能建房", means="当面")
    reporter = world.reporter(wish)
    assert "不予受理" in reporter.stands()
    assert "违反法律法规" in reporter.reads()
    assert "剔除" not in reporter.reads()
    yield 9, 10
    world.diary.writes(wish, "时钟", "end", "S4#21")
    assert "申诉期已过" in cadre.reads(wish)
    with pytest.raises(NotOffered):
        reporter.does(wish, "appeal", "S4#21", words="再看看")


def what_is_not_so(world: World) -> Steps:
    """现场核实不属实: looked at before it is refused."""
    cadre, phone = world.person("cadre"), world.phone("worker")
    yield 9, 2
    manhole = cadre.takes_in("三组井盖没了", "ZX-03", detail="facility.manhole", address=ADDRESS)
    manhole.class_ = "GOVERNMENT"  # what its detail suggests
    cadre.does(manhole, "register", "ZX-30")
    cadre.does(manhole, "ask_to_look", "S2b", person="王秀英")
    yield 9, 3
    phone.says(manhole, "not_true", "CK-03", words="井盖在")
    cadre.does(manhole, "reject", "ZX-31", reason="现场核实不属实", words="去看过，井盖在")
    cadre.does(manhole, "feed_back", "S4#21", words="去看过，井盖在", means="电话")
    yield 9, 12
    world.diary.writes(manhole, "时钟", "end", "S4#21")


def what_harms_others(world: World) -> Steps:
    """侵犯他人正当利益: he asks the level above, which upholds the refusal; then it is over."""
    cadre, official = world.person("cadre"), world.person("official")
    yield 9, 7
    wall = cadre.takes_in("要拆邻居的墙", "ZX-03", kind="dispute", detail="dispute.neighbour")
    wall.class_ = "GRID"  # what its detail suggests
    cadre.does(wall, "register", "ZX-30")
    cadre.does(wall, "reject", "ZX-31", reason="侵犯他人正当利益", words="墙是邻居家的")
    cadre.does(wall, "feed_back", "S4#21", words="墙是邻居家的", means="电话")
    reporter = world.reporter(wall)
    yield 9, 9
    reporter.does(wall, "appeal", "S4#21", words="墙占了我家的路")
    assert "decide_appeal" not in cadre.may_do(wall)
    official.does(wall, "decide_appeal", "S2b", upheld="维持不予受理", words="界址图上墙在他家")
    assert "界址图上墙在他家" in reporter.reads()
    assert "请上一级再看" not in reporter.reads()


def what_looked_unreasonable(world: World) -> Steps:
    """不合情理, said the village; the township lets it in, and it is done."""
    cadre, official, phone = world.person("cadre"), world.person("official"), world.phone("worker")
    yield 9, 14
    seat = cadre.takes_in("候车点要加遮雨棚", "ZX-03", kind="facility")
    cadre.does(seat, "register", "ZX-30")
    cadre.does(seat, "reject", "ZX-31", reason="不合情理", words="候车点没几个人")
    reporter = world.reporter(seat)
    reporter.does(seat, "appeal", "S4#21", words="学生天天在那里等车")
    yield 9, 15
    official.does(seat, "decide_appeal", "S2b", upheld="应当受理", words="学生确实天天等车")
    assert "已登记" in reporter.stands()
    cadre.does(seat, "classify", "ZX-33", category="COMMUNITY")
    cadre.does(seat, "assign", "ZX-36", to="王秀英", measure="搭棚", deadline="2026-09-22")
    seat.handled_at("grid")
    yield 9, 20  # a Sunday on which people work
    phone.says(seat, "done", "ZX-36", words="棚搭好了")
    cadre.does(seat, "feed_back", "ZX-50", words="棚搭好了", means="电话")
    yield 9, 21
    reporter.does(seat, "rate", "ZX-51", stars=5)


def what_cannot_be_understood(world: World) -> Steps:
    """无法联系且内容不全: anonymous, nobody can be told, over at once."""
    cadre = world.person("cadre")
    yield 9, 16
    scrap = cadre.takes_in("有问题", "S2b", channel="box", kind="sanitation", reporter_kind="不留姓名")
    cadre.does(scrap, "register", "ZX-30")
    cadre.does(scrap, "reject", "ZX-31", reason="无法联系且内容不全", words="看不出说的什么")
    cadre.does(scrap, "feed_back", "S4#21", words="看不出说的什么")
    yield 9, 25
    world.diary.writes(scrap, "时钟", "end", "S4#21")


def entered_twice(world: World) -> Steps:
    """登记错了: taken back the same day, by a second person; the day after by nobody of the staff."""
    cadre, official = world.person("cadre"), world.person("official")
    yield 9, 9
    twice = cadre.takes_in("井盖响，录了两次", "ZX-02", channel="phone", detail="facility.manhole")
    twice.class_ = "GOVERNMENT"  # what its detail suggests
    assert "withdraw" not in cadre.may_do(twice)
    official.does(twice, "withdraw", "S2b", words="同一个电话录了两次")
    late = cadre.takes_in("井盖响，第三次", "ZX-02", channel="phone", detail="facility.manhole")
    late.class_ = "GOVERNMENT"  # what its detail suggests
    yield 9, 10
    assert "当天" in official.is_refused(late, "withdraw", "S2b", words="又录一次")
    world.reporter(late).does(late, "withdraw", "S2b", words="不用办了")
    assert "已撤回" in world.reporter(late).stands()


INTAKE = (
    a_dark_lamp_found_on_patrol,
    litter_mended_at_once,
    an_old_woman_who_wants_meals,
    a_noisy_square,
    a_note_without_a_place,
    a_question_answered_at_the_stand,
    a_promise_at_a_courtyard_meeting,
    a_court_matter_from_the_newspaper,
    what_the_law_forbids,
    what_is_not_so,
    what_harms_others,
    what_looked_unreasonable,
    what_cannot_be_understood,
    entered_twice,
)
