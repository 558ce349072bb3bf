"""查一查: what a record gives occasion to ask, which harmless causes it may have, and what can be answered (METRICS Q).

A question removes nothing from a figure, is never counted against anybody and never punished.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

LAST_DAYS = 3
AT_THE_END_PERCENT = 40
"""Q1: so large a share of a window's visits in its last days."""
FEWEST_VISITS = 5
"""Below so many visits a share says nothing: our own bound, as METRICS D has it for percentages."""
BY_PHONE_PERCENT = 50
"""Q5."""
ALIKE_RECORDS = 5
"""Q4, and Q3's positions without any jitter."""
SET_APART_TIMES = 2
SET_APART_CASES = 5
"""Q6: twice the county's share, and at least so many."""
BURST_RATINGS = 5
BURST = dt.timedelta(minutes=10)
"""Q8: so many ratings one after another; our own bounds. From which device they come is kept nowhere."""


class Kind(StrEnum):
    """What is asked about, in the order of METRICS Q."""

    AT_THE_END = "at_the_end"
    ONE_SPOT = "one_spot"
    ACCURACY_ZERO = "accuracy_zero"
    NO_JITTER = "no_jitter"
    SAME_TRACK = "same_track"
    TELEPORT = "teleport"
    SAME_WORDS = "same_words"
    SAME_PHOTO = "same_photo"
    BY_PHONE = "by_phone"
    SET_APART = "set_apart"
    MANY_EXITS = "many_exits"
    RATING_BURST = "rating_burst"

    @property
    def label(self) -> str:
        """The question as users read it."""
        return _LABELS[self]

    @property
    def causes(self) -> str:
        """What may be behind it without anybody having done anything wrong."""
        return _CAUSES[self]


_LABELS = {
    Kind.AT_THE_END: "走访集中在最后几天",
    Kind.ONE_SPOT: "几户的走访记在同一处",
    Kind.ACCURACY_ZERO: "定位精度为零",
    Kind.NO_JITTER: "几次定位分毫不差",
    Kind.SAME_TRACK: "两次巡查的轨迹一模一样",
    Kind.TELEPORT: "两次记录隔得太远太快",
    Kind.SAME_WORDS: "几份记录的话一样",
    Kind.SAME_PHOTO: "几份记录的照片一样",
    Kind.BY_PHONE: "电话走访过半",
    Kind.SET_APART: "私事、剔除或暂缓偏多",
    Kind.MANY_EXITS: "移出偏多",
    Kind.RATING_BURST: "几件的评价一起来",
}

_CAUSES = {
    Kind.AT_THE_END: "农忙、下雨、会议把走访推到了月底；没有网络，记录补传得晚。",
    Kind.ONE_SPOT: "几户在一起见的面（院坝会、村委会、赶场），或回来以后才补记；名册上的位置也可能不准。",
    Kind.ACCURACY_ZERO: "在地图上点的位置，或手机开了模拟定位、省电，没有报精度。",
    Kind.NO_JITTER: "手机一直用同一次定位没有刷新，或在同一个地方集中填写。",
    Kind.SAME_TRACK: "同一条轨迹重复提交，或两个人一起走、用了同一份。",
    Kind.TELEPORT: "坐车，两个人用同一个账号，手机时钟不准，或定位漂移。",
    Kind.SAME_WORDS: "同一件事反复出现，常用语，或输入法的联想。",
    Kind.SAME_PHOTO: "一张照片拍到了几件事，或重新提交时带上了原来的照片。",
    Kind.BY_PHONE: "外出务工的多，天气、疫情上不了门，或本人愿意电话联系。",
    Kind.SET_APART: "有一类事集中来了，例如私人纠纷、需要等资金的工程。",
    Kind.MANY_EXITS: "搬迁、撤并、名册清理，或上一期没有更新。",
    Kind.RATING_BURST: "院坝会上大家一起评，一条提醒同时发到了几家，或一家人反映了几件。",
}


class Answer(StrEnum):
    """The three answers; several may be given one after another."""

    EXPLAINED = "explained"
    CHECKED = "checked"
    NO_QUESTION = "no_question"

    @property
    def label(self) -> str:
        """The answer as users read it."""
        return {"explained": "说明", "checked": "已核对", "no_question": "不是问题"}[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One thing to ask. `account_id`: whose records it is about; None where it is about a place.

    `seen` is what was seen, in words. `mark` tells it from others of its kind in the same place and month, and
    stays the same while further records join it. `submissions` are the records it rests on.
    """

    kind: Kind
    jurisdiction: str
    month: dt.date
    seen: str
    mark: str = ""
    account_id: UUID | None = None
    submissions: tuple[int, ...] = ()

    @property
    def key(self) -> str:
        """What an answer is stored under: 32 hexadecimal digits."""
        parts = (self.kind.value, self.jurisdiction, self.month.isoformat(), str(self.account_id), self.mark)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def largest_burst(instants: Iterable[dt.datetime]) -> int:
    """How many of some instants lie within `BURST` of the first of them, at the most; 0 of none (METRICS Q8)."""
    ordered = sorted(instants)
    most = first = 0
    for position, instant in enumerate(ordered):
        while instant - ordered[first] > BURST:
            first += 1
        most = max(most, position - first + 1)
    return most
