"""忠县, 派单和办理: returned, sent up and down, given to units, asked for more time, put off, and checked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from tests.scenarios.stories import Waiting
from tests.scenarios.world import World

Steps = Iterator[Waiting]


def a_quarrel_that_comes_back_twice(world: World) -> Steps:
    """退单: the first comes back to the desk, the second is for somebody above it; unrated, and not counted as good."""
    cadre, official, worker = world.person("cadre"), world.person("official"), world.person("worker")
    yield 9, 1
    fence = cadre.takes_in("两家争篱笆", "ZX-03", kind="dispute", detail="dispute.neighbour")
    cadre.does(fence, "register", "ZX-30")
    cadre.does(fence, "classify", "ZX-33", category="GRID")
    cadre.does(fence, "assign", "ZX-36", to="王秀英", measure="调解", deadline="2026-09-11")
    worker.does(fence, "return_order", "S4#24", reason="类别分错了", words="这是土地权属，不是邻里纠纷")
    assert "类别分错了" in cadre.reads(fence)
    cadre.does(fence, "assign", "S2b", to="赵支书", measure="查界址再调解", deadline="2026-09-14")
    fence.handled_at("village")
    yield 9, 2
    cadre.does(fence, "return_order", "S4#24", reason="不归我们办", words="界址归镇自然资源所定")
    assert "assign" not in cadre.may_do(fence)
    official.does(fence, "assign", "S2b", to="赵支书", measure="请自然资源所到场", deadline="2026-09-11")
    yield 9, 11
    cadre.does(fence, "say", "ZX-36", step="已办好", words="界址定了，两家签字")
    cadre.does(fence, "feed_back", "ZX-50", words="界址定了", means="当面")
    yield 9, 20
    world.diary.writes(fence, "时钟", "end", "S4#10")
    assert "不算好评" in world.reporter(fence).reads()


def two_who_tell_of_one_leak(world: World) -> Steps:
    """并单、拆单: two reporters of one leak hear the same answer; a third was another matter after all."""
    cadre, phone = world.person("cadre"), world.phone("worker")
    yield 9, 3
    first = world.resident()
    leak = first.reports("二组水管漏水", "ZX-01", cadre, kind="公共设施", phone="13911110001")
    again = cadre.takes_in("二组水管在喷水", "ZX-02", channel="phone", kind="utility")
    other = cadre.takes_in("一组水管也漏", "ZX-02", channel="phone", kind="utility")
    for each in (leak, again, other):
        cadre.does(each, "register", "ZX-30")
    cadre.does(again, "merge", "S2b", number=leak.number)
    cadre.does(other, "merge", "S2b", number=leak.number)
    again.merged_into = leak
    assert "同一件事" in world.reporter(again).reads()
    yield 9, 4
    cadre.does(other, "split", "S2b")
    for each, place in ((leak, "二组"), (other, "一组")):
        cadre.does(each, "classify", "ZX-33", category="COMMUNITY")
        cadre.does(each, "assign", "ZX-36", to="王秀英", measure=f"换{place}水管", deadline="2026-09-10")
        each.handled_at("grid")
    yield 9, 8
    for each in (leak, other):
        phone.says(each, "done", "ZX-36", words="换好了")
        cadre.does(each, "feed_back", "ZX-50", words="水管换好了", means="电话")
    assert "水管换好了" in world.reporter(again).reads()
    first.does(leak, "rate", "ZX-51", stars=5)
    world.reporter(other).does(other, "rate", "ZX-51", stars=4)


def a_road_for_the_alliance(world: World) -> Steps:
    """大事: the village cannot, the township gives it to a member of the alliance, by its link; over the holiday.

    More time stands beside the first date; two stars bring it back; somebody else rings; done again, five stars.
    """
    cadre, official, assessor = world.person("cadre"), world.person("official"), world.person("assessor")
    yield 9, 24
    bureau = world.unit("县交通局", official, "ZX-41", alliance="乡村振兴帮扶集团")
    road = cadre.takes_in(
        "村口大路塌了一段",
        "ZX-01",
        channel="upper",
        kind="road",
        detail="road.surface",
        outer_number="YK-2026-1",
    )
    cadre.does(road, "register", "ZX-30")
    cadre.does(road, "classify", "ZX-33", category="GOVERNMENT")
    cadre.does(road, "escalate", "ZX-37", reason="没有经费", words="村里填过两次，又塌")
    yield 9, 28
    official.does(road, "assign", "ZX-43", to="县交通局")
    road.handled_at("township")
    road.first_due = dt.date(2026, 10, 23)  # 15 working days: 1 to 7 October off, the 10th worked
    assert "10月23日" in official.reads(road)
    yield 9, 29
    bureau.does(road, "accept", "S4#24")
    yield 10, 16
    bureau.does(road, "say", "ZX-43", step="progress", words="路基已挖开")
    bureau.does(road, "ask", "S2b", request="延期", until="2026-11-06", words="连下九天雨，水稳层铺不了")
    assert "approve" not in official.may_do(road)
    assessor.does(road, "approve", "S2b", until="2026-11-06", words="同意延到十一月六日")
    shown = official.reads(road)
    assert "11月6日" in shown
    assert "10月23日" in shown
    yield 11, 5
    bureau.does(road, "say", "ZX-43", step="done", words="修通了")
    cadre.does(road, "feed_back", "ZX-50", words="路修通了", means="电话")
    yield 11, 6
    reporter = world.reporter(road)
    reporter.does(road, "rate", "ZX-51", stars=2, words="边上还是软的")
    assert "按您的意见重办" in reporter.stands()
    assert "边上还是软的" not in bureau.reads(road)  # who handled it reads ratings only after the window
    yield 11, 9
    official.does(road, "call_back", "XA-26", words="已到现场看过，路肩没压实，补压")
    assert "路肩没压实" in reporter.reads()
    yield 11, 12
    bureau.does(road, "say", "XA-26", step="done", words="路肩补压好了")
    cadre.does(road, "feed_back", "ZX-50", words="路肩补压好了", means="电话")
    yield 11, 13
    reporter.does(road, "rate", "ZX-51", stars=5)
    yield 11, 21
    assert "您评价过了" in reporter.reads()


def a_hotline_order_before_the_holiday(world: World) -> Steps:
    """12345: five working days from dispatch, 30 September 16:00 to 13 October 24:00 (METRICS X)."""
    cadre, phone = world.person("cadre"), world.phone("worker")
    yield 9, 30, 15
    bridge = cadre.takes_in(
        "桥栏杆断了",
        "XA-27",
        channel="hotline",
        kind="road",
        detail="road.guardrail",
        outer_number="12345-77",
    )
    cadre.does(bridge, "register", "ZX-30")
    cadre.does(bridge, "classify", "S4#11", category="GOVERNMENT")
    yield 9, 30, 16
    too_late = cadre.is_refused(bridge, "assign", "XA-28", to="王秀英", deadline="2026-10-14")
    assert "10月13日" in too_late
    cadre.does(bridge, "assign", "XA-28", to="王秀英")
    bridge.handled_at("grid")
    bridge.first_due = dt.date(2026, 10, 13)
    assert "10月13日" in cadre.reads(bridge)
    yield 10, 13
    phone.says(bridge, "done", "XA-28", words="焊好了")
    cadre.does(bridge, "feed_back", "ZX-50", words="栏杆焊好了", means="电话")
    cadre.does(bridge, "rate", "S4#10", stars=4, words="电话里说还行")
    yield 10, 22


def a_bus_stop_that_waits_for_money(world: World) -> Steps:
    """暂缓 with the county's word, looked at again on its day; then 解释说明, told by the village."""
    cadre, official, assessor = world.person("cadre"), world.person("official"), world.person("assessor")
    yield 8, 26
    stop = cadre.takes_in("公交要通到四组", "XA-16", channel="delegate", kind="road", detail="road.surface")
    cadre.does(stop, "register", "ZX-30")
    cadre.does(stop, "classify", "ZX-33", category="GOVERNMENT")
    cadre.does(stop, "escalate", "ZX-37", reason="要几个部门一起", words="线路归县里定")
    yield 8, 27
    official.does(stop, "assign", "ZX-42", to="李镇长")
    stop.handled_at("township")
    stop.first_due = dt.date(2026, 9, 17)  # 15 working days
    official.does(stop, "start", "S2")
    official.does(stop, "ask", "S2b", request="暂缓", until="2026-09-18", words="等新车到")
    assert "approve" not in official.may_do(stop)
    assessor.does(stop, "approve", "S2b", until="2026-09-18", words="同意，九月十八日再看")
    reporter = world.reporter(stop)
    assert "暂时办不了" in reporter.stands()
    yield 9, 21
    assert "暂缓到期" in official.reads(stop)
    official.does(stop, "ask", "S2b", request="解释说明", words="车型过不了四组的桥，按公路桥限载规定不能通")
    assessor.does(stop, "approve", "XA-31", words="同意解释说明")
    cadre.does(stop, "feed_back", "ZX-50", words="桥限载，公交通不了；桥修好后再报", means="当面")
    assert "桥限载" in reporter.reads()
    yield 9, 30
    world.diary.writes(stop, "时钟", "end", "S4#10")


def a_school_gate_given_to_the_wrong_one(world: World) -> Steps:
    """收回、转派: recalled before it was taken up, then passed on; more time refused; late, urged and supervised."""
    cadre, official, phone = world.person("cadre"), world.person("official"), world.phone("worker")
    yield 10, 12
    gate = cadre.takes_in("校门口车乱停", "ZX-03", kind="road", detail="road.parking")
    cadre.does(gate, "register", "ZX-30")
    cadre.does(gate, "classify", "ZX-33", category="GRID")
    cadre.does(gate, "assign", "ZX-36", to="赵支书", measure="劝导", deadline="2026-10-16")
    cadre.does(gate, "recall", "S2b", words="该是村里的小事，重新分")
    cadre.does(gate, "classify", "S2b", category="COMMUNITY", words="不止一个网格")
    cadre.does(gate, "assign", "ZX-36", to="赵支书", measure="划线", deadline="2026-10-20")
    gate.handled_at("village")
    yield 10, 13
    cadre.does(gate, "transfer", "S2b", to="王秀英", measure="划线", deadline="2026-10-20")
    yield 10, 16
    cadre.minutes(gate, "ZX-15", "周末不划，周一催漆")
    assert "周末不划，周一催漆" in cadre.reads(gate)
    yield 10, 19
    phone.says(gate, "progress", "ZX-15", words="漆没到", ask_until="2026-10-30")
    official.does(gate, "deny", "S2b", words="先用锥桶隔开，不延")
    yield 10, 21
    official.does(gate, "urge", "ZX-18", words="家长又打电话来了")
    official.does(gate, "supervise", "XA-06", until="2026-10-26", words="周一前划好")
    yield 10, 22
    phone.says(gate, "done", "ZX-36", words="划好了")
    cadre.does(gate, "ask_to_check", "CK-03", person="李镇长")
    official.does(gate, "check", "S4#20", step="没有办")
    yield 10, 24
    phone.says(gate, "done", "ZX-36", words="这次全划好了")
    official.does(gate, "check", "S4#20", step="已经办好")
    cadre.does(gate, "feed_back", "ZX-50", words="停车线划好了", means="电话")
    yield 11, 2
    world.diary.writes(gate, "时钟", "end", "S4#10")


def a_ditch_sent_back_down(world: World) -> Steps:
    """驳回上报: with its basis, once by the desk above; the village then settles it with its own people."""
    cadre, official = world.person("cadre"), world.person("official")
    yield 10, 8
    ditch = cadre.takes_in("田边水沟要清", "ZX-03", kind="farming", detail="farming.irrigation")
    cadre.does(ditch, "register", "ZX-30")
    cadre.does(ditch, "classify", "ZX-33", category="COMMUNITY")
    cadre.does(ditch, "escalate", "ZX-37", reason="没有经费", words="要挖机")
    official.does(ditch, "send_down", "S2b", words="清淤是村里一事一议的事，镇里借挖机")
    yield 10, 9
    cadre.does(ditch, "assign", "ZX-36", to="赵支书", measure="借挖机清沟", deadline="2026-10-15")
    ditch.handled_at("village")
    yield 10, 15
    cadre.does(ditch, "say", "ZX-36", step="已办好", words="清完了")
    cadre.does(ditch, "feed_back", "ZX-50", words="沟清完了", means="当面")
    yield 10, 16
    world.reporter(ditch).does(ditch, "rate", "ZX-51", stars=3)
    yield 10, 25


def a_culvert_sent_down_twice(world: World) -> Steps:
    """驳回上报 a second time: the two desks cannot agree, so somebody named for it says whose matter it is."""
    cadre, official, arbiter = world.person("cadre"), world.person("official"), world.person("assessor")
    yield 10, 12
    world.person("admin").appoints("考评员", "裁定人", "云溪镇", "S2b")
    culvert = cadre.takes_in("过路涵管塌了半边", "ZX-03", kind="road", detail="road.surface")
    cadre.does(culvert, "register", "ZX-30")
    cadre.does(culvert, "classify", "ZX-33", category="COMMUNITY")
    cadre.does(culvert, "escalate", "ZX-37", reason="没有经费", words="涵管要换")
    official.does(culvert, "send_down", "S2b", words="村道由村里养护")
    yield 10, 13
    cadre.does(culvert, "escalate", "ZX-37", reason="没有经费", words="问过了，养护费今年已用完")
    official.does(culvert, "send_down", "S2b", words="养护费按村包干，镇里不另给")
    assert not {"assign", "classify", "escalate"} & cadre.may_do(culvert)
    yield 10, 14
    arbiter.does(culvert, "assign", "S2b", to="赵支书", measure="镇里出涵管，村里出工", deadline="2026-10-23")
    culvert.handled_at("village")
    yield 10, 22
    cadre.does(culvert, "say", "ZX-36", step="已办好", words="涵管换好了")
    cadre.does(culvert, "feed_back", "ZX-50", words="涵管换好，能过车了", means="电话")
    yield 10, 23
    world.reporter(culvert).does(culvert, "rate", "ZX-51", stars=4)


HANDLING = (
    a_quarrel_that_comes_back_twice,
    two_who_tell_of_one_leak,
    a_road_for_the_alliance,
    a_hotline_order_before_the_holiday,
    a_bus_stop_that_waits_for_money,
    a_school_gate_given_to_the_wrong_one,
    a_ditch_sent_back_down,
    a_culvert_sent_down_twice,
)
