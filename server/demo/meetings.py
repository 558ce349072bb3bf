"""会议: when the villages and townships of a county that meets on matters meet, and what happens then (JJ-20 to JJ-22)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from server.demo.acts import moment
from server.demo.case_acts import MeetingAct
from server.demo.chance import dice
from server.demo.county import County
from server.demo.staff import StaffMember
from server.domain.jurisdiction import Level
from server.domain.mechanism import Canonical, HandlingLevel

_CALLED_BEFORE = dt.timedelta(days=5)
"""Between calling a meeting and holding it: the agenda hangs out for the three days of notice and a day more."""


def kind_at(county: County, class_: Canonical, desk: HandlingLevel) -> str | None:
    """The kind of meeting that settles matters of a class at a desk, None where the county has none.

    A village prepares the meetings of its grids too.
    """
    mechanism = county.mechanism
    grids = mechanism.meeting_for(class_, "grid") if desk == "village" else None
    meeting = grids or mechanism.meeting_for(class_, desk)
    return None if meeting is None else meeting.id


def held_after(county: County, division: str, day: dt.date) -> dt.date:
    """The day of the first weekly meeting of a division for which something put on the agenda on `day` comes in time."""
    on = day + dt.timedelta(days=1) + _CALLED_BEFORE
    while not _is_held(county, division, on):
        on += dt.timedelta(days=1)
    return on


def meetings_on(county: County, day: dt.date) -> Iterator[MeetingAct]:
    """The meetings called on `day`, and those held."""
    for division in county.map.divisions:
        if division.level not in ("village", "township"):
            continue
        for kind, label in _kinds(county, division.level):
            member = _secretary(county, division.code)
            for on in (day, day + _CALLED_BEFORE):
                if _is_held(county, division.code, on):
                    yield _meeting(member, day, kind=kind, label=label, division=division.code, on=on)


def _kinds(county: County, level: str) -> list[tuple[str, str]]:
    levels = ("grid", "village") if level == Level.VILLAGE else (level,)
    return [(each.id, each.label) for each in county.mechanism.meetings if each.level in levels]


def _meeting(
    member: StaffMember, day: dt.date, *, kind: str, label: str, division: str, on: dt.date
) -> MeetingAct:
    held = on == day
    return MeetingAct(
        key=f"meeting/{kind}/{division}/{on}/{'held' if held else 'called'}",
        at=moment(day, 15.5 if held else 9.0),
        author=member.key,
        kind=kind,
        label=label,
        jurisdiction=division,
        step="held" if held else "called",
        on=on,
    )


def _is_held(county: County, division: str, day: dt.date) -> bool:
    """Say whether a division meets on a day: one of Tuesday to Friday, the same every week, if it is worked."""
    return day.weekday() == dice("meets on", division).randint(1, 4) and county.calendar.is_working(day)


def _secretary(county: County, division: str) -> StaffMember:
    if len(division) == Level.VILLAGE.digits:
        return county.secretary(division)
    return county.dispatcher(division)
