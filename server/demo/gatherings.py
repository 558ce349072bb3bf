"""开会 as told to the server: a meeting is called with all that waits for it, held, and settles everything on its agenda."""

from __future__ import annotations

import sqlalchemy as sa

from server.demo.case_acts import MeetingAct
from server.demo.chance import dice
from server.domain.scope import Scope
from server.services import meetings
from server.storage import meetings as storage
from server.storage.meetings import MeetingRow
from server.work import Work

_PLACE = "便民服务中心二楼会议室"
_ATTENDED = ("村（社区）书记", "网格长", "居民代表3人", "相关单位1人")
_SETTLED = "同意按大家商量的办法办，由主办的人牵头，办好后在公开栏公布"


def meet(work: Work, act: MeetingAct) -> None:
    """Call or hold a meeting; without matters there is none."""
    if act.step == "called":
        _call(work, act)
    else:
        _hold(work, act)


def _call(work: Work, act: MeetingAct) -> None:
    waiting = storage.waiting(work.session, act.kind, scope=Scope.of([act.jurisdiction]))
    if waiting:
        called = meetings.call(
            work,
            act.kind,
            jurisdiction=act.jurisdiction,
            on=act.on,
            place=_PLACE,
            demands=[demand.id for _, demand in waiting],
        )
        meetings.post_agenda(work, called.id)


def _hold(work: Work, act: MeetingAct) -> None:
    query = sa.select(MeetingRow).where(
        MeetingRow.kind == act.kind,
        MeetingRow.jurisdiction == act.jurisdiction,
        MeetingRow.held_on == act.on,
        MeetingRow.held_at.is_(None),
    )
    for meeting in work.session.scalars(query):
        meetings.hold(work, meeting.id, attendance=_ATTENDED, minutes=f"{act.label}：逐件讨论，当场表决。")
        for item in storage.items(work.session, meeting.id):
            throw = dice("votes", act.key, item.position)
            meetings.resolve(
                work,
                item.id,
                votes_for=throw.randint(9, 15),
                votes_against=throw.randint(0, 3),
                abstentions=throw.randint(0, 2),
                outcome="assign",
                words=_SETTLED,
            )
