"""诉求: what the map, the ledger and their files are asked: the filter bar as a query, and the query as a filter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Literal

from server.domain.demand_clock import AGE_BANDS
from server.domain.demand_states import Group
from server.domain.mechanism import LEVEL_WORDS, Canonical, HandlingLevel
from server.figures.case_words import CLASSES, channels, kinds
from server.storage.case_filter import UNRESOLVED_GROUPS, CaseFilter, OnMap, Timing
from server.web.parsing import Submitted
from server.web.staff.maps import area_filter, select
from server.work import Reading

UNRESOLVED, WITH_ANSWERED, ALL = "unresolved", "with_answered", "all"
GROUPS: Mapping[str, tuple[Group, ...]] = {
    UNRESOLVED: UNRESOLVED_GROUPS,
    WITH_ANSWERED: (*UNRESOLVED_GROUPS, Group.TO_REPORT_BACK),
    ALL: (),
    **{group.value: (group,) for group in Group},
}
GROUP_WORDS = {
    UNRESOLVED: "未解决",
    WITH_ANSWERED: "未解决和待回复",
    ALL: "全部",
    **{group.value: group.label for group in Group},
}
_TIMINGS = {
    "": "全部",
    Timing.OVERDUE.value: "超期",
    Timing.DUE_TODAY.value: "今天到期",
    Timing.DUE_SOON.value: "将到期",
    Timing.STALLED.value: "停滞",
}
_BANDS = {"": "全部"} | {str(number): band.label for number, band in enumerate(AGE_BANDS)}
_ON_MAP = {OnMap.NO_PLACE: "无具体地点", OnMap.NOT_CLASSIFIED: "还没分类，不上图"}


class CaseQuery(Submitted):
    """What a list is asked; see storage/case_filter.py for what each means."""

    group: str = UNRESOLVED
    category: Canonical | None = None
    kind: str | None = None
    channel: str | None = None
    age_band: Literal["0", "1", "2", "3", "4"] | None = None
    timing: Timing | None = None
    level: HandlingLevel | None = None
    received_from: dt.date | None = None
    received_to: dt.date | None = None
    area: str | None = None
    on_map: OnMap | None = None
    urgent: bool = False
    asked_upward: bool = False
    number: str | None = None
    own: bool = False

    def filter(self, reading: Reading) -> CaseFilter:
        """The same as the figures take it."""
        return CaseFilter(
            groups=GROUPS.get(self.group, UNRESOLVED_GROUPS),
            class_=self.category,
            kind=self.kind,
            channel=self.channel,
            age_band=None if self.age_band is None else int(self.age_band),
            timing=self.timing,
            level=self.level,
            received_from=self.received_from,
            received_to=self.received_to,
            area=self.area,
            on_map=self.on_map,
            urgent=self.urgent,
            asked_upward=self.asked_upward,
            number=self.number,
            own=reading.actor.id if self.own else None,
        )


def filter_fields(reading: Reading, wanted: CaseQuery) -> list[dict[str, Any]]:
    """The filter bar's fields, those asked most first."""
    any_of = {"": "全部"}
    found = [
        area_filter(reading, wanted.area),
        select("group", "状态", GROUP_WORDS, wanted.group),
        select("category", "类别", any_of | dict(CLASSES), wanted.category or ""),
        select("kind", "哪方面", any_of | dict(kinds()), wanted.kind or ""),
        select("channel", "渠道", any_of | dict(channels()), wanted.channel or ""),
        select("age_band", "件龄", _BANDS, wanted.age_band or ""),
        select("timing", "时限", _TIMINGS, wanted.timing or ""),
        select("level", "哪一级在办", any_of | dict(LEVEL_WORDS), wanted.level or ""),
        {"name": "received_from", "label": "收到从", "kind": "date", "value": wanted.received_from},
        {"name": "received_to", "label": "到", "kind": "date", "value": wanted.received_to},
        select("own", "经手", any_of | {"yes": "我首问和我在办的"}, "yes" if wanted.own else ""),
        {"name": "number", "label": "编号", "kind": "search", "value": wanted.number},
    ]
    if wanted.on_map in _ON_MAP:
        found.append(select("on_map", "上图", any_of | _ON_MAP, wanted.on_map or ""))
    return found
