"""What people raise in 青岚县: the stock of matters, in their own words, with the class each usually has (FORMS §7)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from server.demo.gazetteer import Area
from server.demo.geography import Place
from server.domain.mechanism import Canonical

Form = Literal["patrol", "visit", "intake", "online"]
Fate = Literal[
    "handled", "late", "overdue", "stalled", "cannot", "looked", "waiting", "untouched", "need_info", "rejected",
    "referred", "returned", "suspended", "explained", "merged",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Matter:
    """A kind of matter: where it occurs (None: anywhere), its usual class, how often, what is said about it."""

    kind: str
    detail: str
    klass: Canonical
    area: Area | None
    share: float
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """A matter raised by somebody on a day: through which form and channel, where, by whom, and what becomes of it.

    `answer` is `handled` of the patrol or `answer` of the other forms. `place` is where the matter is, None where it
    has no place. `key` is empty until the day's acts are numbered; `fault` names the planted fault it belongs to.
    An `example` stops at a step, named here, until somebody has looked at the county; `merged` matters follow the
    first of their fault.
    """

    day: dt.date
    form: Form
    channel: str
    grid: str
    matter: Matter
    words: str
    answer: str
    fate: Fate
    urgency: str = "normal"
    place: Place | None = None
    household: UUID | None = None
    reporter_kind: str = ""
    reporter_name: str = ""
    reporter_phone: str = ""
    fault: str = ""
    example: str = ""
    key: str = ""


def _m(code: str, klass: Canonical, area: Area | None, share: float, *said: str) -> Matter:
    kind, _, detail = code.partition(".")
    return Matter(kind, detail, klass, area, share, said)


STOCK: tuple[Matter, ...] = (
    _m(
        "sanitation.litter",
        "COMMUNITY",
        None,
        9,
        "垃圾桶满了两天没人清",
        "路口堆了一大堆建筑垃圾",
        "院坝边的垃圾堆发臭",
    ),
    _m("sanitation.sewage", "COMMUNITY", None, 5, "下水道堵了，污水漫到路上", "沟里水发黑，有味道"),
    _m("sanitation.straw", "COMMUNITY", "rural", 4, "有人在田里烧秸秆，烟很大", "田坎边有烧过的火堆没灭完"),
    _m("sanitation.toilet", "COMMUNITY", None, 2, "公厕没有水，冲不了"),
    _m("sanitation.stairs_clutter", "GRID", "urban", 4, "二楼楼道堆满纸箱", "楼梯口放着旧沙发挡路"),
    _m("facility.lamp", "COMMUNITY", None, 4, "路灯不亮，晚上看不清", "桥头的灯坏了一个星期"),
    _m("facility.manhole", "GOVERNMENT", "urban", 2, "井盖松动，车一过就响", "井盖缺了一角"),
    _m("facility.fitness", "COMMUNITY", None, 2, "健身器材的踏板断了"),
    _m("facility.lift", "COMMUNITY", "urban", 2, "电梯这周停了三回"),
    _m("facility.broadcast", "COMMUNITY", "rural", 2, "村里的广播不响了", "公示栏玻璃碎了"),
    _m("road.surface", "GOVERNMENT", None, 5, "路面坑大，摩托车摔过人", "下雨后路边塌了一块"),
    _m("road.village_road", "COMMUNITY", "rural", 5, "组里的便道长草，走不了人", "下雨天便道全是泥"),
    _m("road.parking", "COMMUNITY", "urban", 5, "车停在消防通道上", "路口两边停车，公交过不去"),
    _m("road.guardrail", "GOVERNMENT", None, 3, "急弯处护栏撞坏了", "落石警示牌倒了"),
    _m("fire.ebike", "GRID", "urban", 5, "电动车推进楼道充电", "从三楼拉线下来充电"),
    _m("fire.blocked_exit", "GRID", "urban", 3, "消防通道口堆了货"),
    _m("fire.wiring", "GRID", None, 4, "堂屋电线老化，插板发烫", "电线绑在竹竿上"),
    _m("fire.wildfire", "COMMUNITY", "rural", 3, "有人在林边烧草木灰"),
    _m("fire.gas", "GRID", None, 2, "煤炉放在卧室，没有通风"),
    _m("hazard.house", "GOVERNMENT", None, 3, "土墙开裂，雨天漏水", "后檐掉瓦"),
    _m("hazard.slope", "GOVERNMENT", "rural", 3, "屋后坡上有新裂缝", "坡上落了两块石头下来"),
    _m("hazard.water", "COMMUNITY", None, 3, "山坪塘边没有栏杆，有孩子去玩水", "河边警示牌看不清"),
    _m("hazard.falling", "COMMUNITY", "urban", 2, "外墙瓷砖往下掉"),
    _m("hazard.flood", "COMMUNITY", None, 3, "排水沟被落叶堵死", "一下雨院坝就积水"),
    _m("order.stall", "COMMUNITY", "urban", 4, "早市占了半边路"),
    _m("order.building", "GOVERNMENT", None, 2, "有人把公地围起来种菜"),
    _m("order.noise", "GRID", None, 3, "夜里唱歌到十一点", "楼上装修中午不停"),
    _m("order.animals", "GRID", None, 3, "狗没有拴，追人", "鸡圈挨着邻居窗户"),
    _m("dispute.family", "PRIVATE", None, 2, "两个儿子为照看老人的事说不拢"),
    _m("dispute.neighbour", "GRID", None, 4, "楼上漏水，两家说不到一起", "宅基地边界有争执"),
    _m("dispute.land", "COMMUNITY", "rural", 2, "两家为一块坡地争起来"),
    _m("dispute.wages", "GOVERNMENT", None, 2, "在工地干了两个月，工钱没拿齐"),
    _m("dispute.owners", "COMMUNITY", "urban", 2, "业主对公共收益账目有意见"),
    _m("utility.water_supply", "GOVERNMENT", None, 4, "水压小，三楼以上没水", "自来水发黄"),
    _m("utility.power", "GOVERNMENT", None, 3, "电压低，饭都煮不熟", "这个月停了四次电"),
    _m("utility.network", "GOVERNMENT", None, 2, "手机没信号，要走到垭口才打得通"),
    _m("property.service", "COMMUNITY", "urban", 3, "物业费涨了没有说明"),
    _m("welfare.aid", "GOVERNMENT", None, 4, "想问低保怎么申请", "残疾补贴这个月没到账"),
    _m("welfare.medical", "GOVERNMENT", None, 3, "外地看病的费用怎么报"),
    _m("welfare.care", "PRIVATE", None, 3, "老人想有人帮忙送中饭", "想找人陪着去医院"),
    _m("school_job.school", "GOVERNMENT", None, 2, "孩子转学要哪些材料", "校车不到我们组"),
    _m("school_job.job", "PRIVATE", None, 3, "想在家附近找份活干"),
    _m("farming.irrigation", "COMMUNITY", "rural", 3, "水渠断了，田里没水"),
    _m("farming.sale", "PRIVATE", "rural", 3, "柑橘卖不出去，想找销路"),
    _m("farming.pest", "GOVERNMENT", "rural", 2, "果树叶子发黄，怕是病虫害"),
    _m("errand.form", "PRIVATE", None, 4, "不会用手机认证，请人帮忙", "请帮忙代办老年证"),
    _m("errand.policy", "PRIVATE", None, 3, "想问高龄补贴几时发"),
    _m("other.", "COMMUNITY", None, 2, "想请村里再开一次院坝会", "希望早上广播声音小一点"),
)

_BY_CODE = {(matter.kind, matter.detail): matter for matter in STOCK}


def matter_of(kind: str, detail: str) -> Matter:
    """A kind of matter by its codes."""
    return _BY_CODE[kind, detail]


ON_PATROL = frozenset({"sanitation", "facility", "road", "fire", "hazard", "order", "dispute", "other"})
"""The kinds a patrol can find; the other forms know all kinds."""

ANSWER_WORDS = ("已说清办理条件和要带的材料", "已告知办理地点和电话", "已当面解释政策，本人听懂了")
MEASURE_WORDS = {
    "PRIVATE": "联系本人，和志愿者一起帮着办",
    "GRID": "上门劝导，当事双方一起商量",
    "COMMUNITY": "到现场看，安排人整改，办好后拍照",
    "GOVERNMENT": "先到现场核对情况，做好记录并持续跟进",
}
