"""How a mechanism's values are written for people: closed vocabularies, allowances, lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from server.domain.deadline import Allowance, Unit
from server.domain.mechanism import LEVEL_WORDS, Canonical, HandlingLevel
from server.domain.roles import Role
from server.figures.case_words import CLASSES

NOTHING = "—"

_UNITS: Mapping[Unit, str] = {Unit.HOUR: "小时", Unit.DAY: "天", Unit.WORKING_DAY: "个工作日"}

YES: Mapping[bool, str] = {True: "是", False: "否"}
MODES: Mapping[str, str] = {"assign": "指派", "claim": "认领", "whistle": "吹哨报到"}
REQUIRED: Mapping[str, str] = {
    "person": "责任人",
    "measure": "措施",
    "deadline": "时限",
    "support": "配合单位",
}
APPROVALS: Mapping[str, str] = {"level_above": "要上一级同意", "none": "不用上一级同意"}
FEEDBACK: Mapping[str, str] = {"village": "村（社区）", "taker": "接单的人", "unit": "承办单位"}
INSTRUMENTS: Mapping[str, str] = {"stars": "打星", "satisfaction": "满意度测评", "public_comment": "群众评议"}
RULES: Mapping[str, str] = {"simple_majority": "赞成的多于反对的"}
PATROL_DAYS: Mapping[str, str] = {"calendar": "每个日历天", "workday": "每个工作日"}
AREAS: Mapping[str, str] = {"urban": "城镇", "rural": "农村", "all": "城乡"}
RUNGS: Mapping[str, str] = {
    **{str(each): word for each, word in LEVEL_WORDS.items()},
    "courtyard": "院落",
    "building": "楼栋",
    "compound": "小区",
}
HEADS: Mapping[str, str] = {"person": "人", "household": "户"}
DUTIES: Mapping[str, str] = {
    "patrol": "巡查",
    "visit_person": "走访本人",
    "visit_household": "走访住户",
    "need_visit": "入户问需",
    "session": "开场次",
}
PHONE: Mapping[str, str] = {"never": "不算", "away": "外出、住院的算", "always": "算"}
RHYTHMS: Mapping[str, str] = {
    "day": "每天",
    "week": "每周",
    "month": "每月",
    "month_day": "每月固定日",
    "quarter": "每季度",
    "half_year": "每半年",
    "year": "每年",
    "as_needed": "按需",
    "per_meeting": "每次会议",
    "per_item": "每件",
}
RANKED: Mapping[str, str] = {
    "grid": "网格",
    "village": "村（社区）",
    "township": "乡镇（街道）",
    "unit": "单位",
}


def allowance(value: Allowance) -> str:
    """24小时, 3天, 5个工作日."""
    return f"{value.amount}{_UNITS[value.unit]}"


def level(value: HandlingLevel | None) -> str:
    """A level, or a dash for none."""
    return NOTHING if value is None else LEVEL_WORDS[value]


def classes(canonical: Iterable[Canonical]) -> str:
    """The canonical classes in plain words."""
    return listed(CLASSES[each] for each in canonical)


def roles(named: Iterable[Role]) -> str:
    """Kinds of accounts."""
    return listed(role.label for role in named)


def listed(words: Iterable[str]) -> str:
    """Words one after the other, or a dash for none."""
    return "、".join(words) or NOTHING
