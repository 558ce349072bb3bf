"""How a demand's page says what it proposes: classes, why one is suggested, what may be one matter, what is asked for."""

from __future__ import annotations

from server.domain.mechanism import Canonical, MechanismProfile
from server.figures.case_readers import may_read, private_readers
from server.figures.case_words import CLASSES, REQUESTS, due_day, suggested, what
from server.figures.merging import Suggestion
from server.storage.demands import Demand
from server.web.i18n import day
from server.work import Reading


def suggestion_words(suggestion: Suggestion) -> str:
    """20261020-003 路灯不亮，相距 42 米，差 3 天."""
    how_far = "同一地址" if suggestion.metres is None else f"相距 {suggestion.metres:.0f} 米"
    days = "同一天" if suggestion.days == 0 else f"差 {suggestion.days} 天"
    return f"{suggestion.demand.number} {what(suggestion.demand)}，{how_far}，{days}"


def classes(profile: MechanismProfile) -> list[tuple[Canonical, str]]:
    """The county's classes with the four words everybody understands."""
    return [
        (canonical, f"{own.label}（{CLASSES[canonical]}）")
        for own in profile.classes
        for canonical in own.canonical
    ]


def suggestion_reason(demand: Demand, profile: MechanismProfile) -> str:
    """The class suggested, with the line of the catalogue as its reason (FORMS §7)."""
    class_ = suggested(demand)
    if class_ is None:
        return ""
    return f"建议：{profile.class_of(class_).label}。理由：「{what(demand)}」一般是{CLASSES[class_]}。"


def class_words(demand: Demand, profile: MechanismProfile) -> str:
    """The county's word for the class of a demand, with the one everybody understands; nothing while it has none."""
    class_ = demand.state.class_
    return dict(classes(profile)).get(class_, CLASSES[class_]) if class_ else ""


def private_warning(reading: Reading, demand: Demand, profile: MechanismProfile) -> str:
    """What whoever classifies a demand is told before it is PRIVATE and out of his sight; nothing where it will not be."""
    words = dict(classes(profile)).get("PRIVATE")
    if words is None or may_read(reading.actor, demand, private=True):
        return ""
    return f"分成「{words}」以后，您就看不到这一件了：{_ONLY_THEY}。{_they(reading, demand)}"


def out_of_sight(reading: Reading, demand: Demand) -> str:
    """What is said of a PRIVATE demand to whoever may not read it any more: why, and who may."""
    return f"{_ONLY_THEY}，您以后看不到它。{_they(reading, demand)}"


def _they(reading: Reading, demand: Demand) -> str:
    readers = private_readers(reading, demand)
    return (
        f"现在能看的是{'、'.join(readers)}。" if readers else "这里现在没有这样的人，请先定登记员或网格员。"
    )


_ONLY_THEY = "一家一户的事，只有当地的登记员、网格员和经办的人能看"


def asked_words(demand: Demand) -> str:
    """What is asked of the level above, in words."""
    if demand.asked is None:
        return ""
    until = "" if demand.asked_until is None else f"到{day(demand.asked_until)}"
    return f"申请{REQUESTS[demand.asked]}{until}，现在的时限是{day(due_day(demand.state)) or '没有'}。"
