"""What is known of a demand, as the lines of its page."""

from __future__ import annotations

from server.domain.demand_states import is_unresolved
from server.domain.mechanism import LEVEL_WORDS, MechanismProfile
from server.figures.case_words import CLASSES, channels, kinds, steps
from server.storage.demands import Demand
from server.web.i18n import day, moment

_PLACE_SOURCES = {
    "here": "登记人所在的位置",
    "map": "在图上点的",
    "fix": "发现时的定位",
    "register": "名册地址",
}


def facts_of(demand: Demand, profile: MechanismProfile) -> list[tuple[str, str]]:
    """The lines that say something; the clock is told apart (figures/case_clock.py)."""
    own_channels: dict[str, str] = {channel.code: channel.label for channel in profile.channels}
    place = _PLACE_SOURCES.get(demand.place_source or "", "")
    said = [
        ("渠道", own_channels.get(demand.channel, channels().get(demand.channel, demand.channel))),
        ("原工单号", demand.outer_number),
        ("哪方面", kinds().get(demand.kind)),
        ("说了什么", demand.words),
        ("地址", demand.address),
        ("位置", place or ("待定位" if demand.place_how == "address" else "没有具体地点")),
        ("收到", moment(demand.received_at)),
        ("类别", _class_words(demand, profile)),
        ("登记人的看法", _hint(demand, profile)),
        *_other_dimensions(demand, profile),
        ("在哪一级", _level_words(demand)),
        ("工作措施", demand.measure),
        ("答应的日子", day(demand.promised_on)),
        ("当场怎么答复的", demand.answer_words),
        ("核实结果", steps().get(demand.looked or "")),
    ]
    return [(label, words) for label, words in said if words]


def _class_words(demand: Demand, profile: MechanismProfile) -> str:
    class_ = demand.state.class_
    return "还没分类" if class_ is None else f"{profile.class_of(class_).label}（{CLASSES[class_]}）"


def _hint(demand: Demand, profile: MechanismProfile) -> str:
    return next((own.label for own in profile.classes if demand.class_hint in own.canonical), "")


def _level_words(demand: Demand) -> str:
    """Where it lies while nobody handles it, and who handles it else."""
    state = demand.state
    if state.level is None:
        return f"{LEVEL_WORDS[state.desk]}手里"
    return f"{LEVEL_WORDS[state.level]}{'在办' if is_unresolved(state.key) else '办的'}"


def _other_dimensions(demand: Demand, profile: MechanismProfile) -> list[tuple[str, str]]:
    """The county's other ways of sorting (LL-16, XA-20)."""
    chosen = demand.dimensions or {}
    return [
        (axis.label, next((value.label for value in axis.values if value.code == chosen.get(axis.id)), ""))
        for axis in profile.dimensions
    ]
