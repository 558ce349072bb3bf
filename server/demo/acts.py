"""What people send by phone on a day, as pure data: four kinds of record. What is done without a form is in `case_acts`.

Field names and codes are those of the forms (FORMS §3–§6). A demand is named by the key of the act that raised it and
its place in it: `visit/…/1` is the first thing raised on that visit.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from server.demo.chance import key_of
from server.demo.geography import Place

SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Fix:
    """A position as a phone gives it: degrees WGS-84 and accuracy in metres."""

    lon: float
    lat: float
    accuracy: float

    @classmethod
    def at(cls, place: Place, accuracy: float) -> Fix:
        """The fix of a phone at `place`."""
        return cls(place[0], place[1], accuracy)


@dataclass(frozen=True, kw_only=True)
class Record:
    """One record of a phone: its author, when it was begun and finished, where, and when it reaches the server."""

    key: str
    author: UUID
    start: dt.datetime
    end: dt.datetime
    at: dt.datetime
    fix_start: Fix | None

    @property
    def instance_id(self) -> UUID:
        """The UUID of the record's meta/instanceID."""
        return key_of("instance", self.key)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """发现问题: one round of the patrol's repeat; `fix` is where the worker stood."""

    key: str
    kind: str
    detail: str
    words: str
    handled: str
    urgency: str
    fix: Fix | None
    source: str = "seen"
    reporter_name: str = ""
    reporter_phone: str = ""


@dataclass(frozen=True, kw_only=True)
class PatrolAct(Record):
    """每日巡查 (FORMS §3). `track` is in walking order, empty unless the worker chose to keep one."""

    grid: str
    result: str
    findings: tuple[Finding, ...] = ()
    extent: str = "whole"
    cut_reason: str = ""
    outside_reason: str = ""
    companions: tuple[str, ...] = ()
    track: tuple[Fix, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Ask:
    """诉求 raised on a visit: one round of the visit's repeat."""

    key: str
    kind: str
    detail: str
    words: str
    answer: str
    answer_words: str = ""
    promised_on: dt.date | None = None
    anonymous: str = "no"


@dataclass(frozen=True, kw_only=True)
class VisitAct(Record):
    """入户走访 (FORMS §4). `household` is the key chosen from the list, or the new one when `show` is 'new'.

    `seen` holds the keys of persons with a care duty; empty answers are ''.
    """

    household: UUID
    grid: str
    show: str
    outcome: str
    seen: tuple[UUID, ...] = ()
    condition: str = ""
    condition_words: str = ""
    changes: tuple[str, ...] = ()
    change_words: str = ""
    asks: tuple[Ask, ...] = ()
    retry: str = ""
    topics: tuple[str, ...] = ()
    companions: tuple[str, ...] = ()
    door_point: Fix | None = None
    new_address: str = ""
    new_head: str = ""
    new_people: int | None = None


@dataclass(frozen=True, kw_only=True)
class IntakeAct(Record):
    """诉求登记 (FORMS §5). With `tally` 'none' it is a session at which nothing was raised and the rest is empty."""

    village: str
    channel: str
    tally: str = ""
    attendance: int | None = None
    outer_number: str = ""
    kind: str = ""
    detail: str = ""
    words: str = ""
    urgency: str = ""
    place_how: str = ""
    place: Fix | None = None
    address: str = ""
    grid_pick: str = ""
    reporter_kind: str = ""
    reporter_name: str = ""
    reporter_phone: str = ""
    answer: str = ""
    answer_words: str = ""
    promised_on: dt.date | None = None

    @property
    def demand(self) -> str:
        """The key of the demand taken in."""
        return f"{self.key}/1"


@dataclass(frozen=True, kw_only=True)
class FollowUpAct(Record):
    """办理反馈 (FORMS §6) on an earlier demand."""

    demand: str
    task: str
    step: str
    words: str = ""
    how_solved: str = ""
    cannot_reason: str = ""
    tried: str = ""
    told: str = ""
    ask_until: dt.date | None = None


PhoneAct = PatrolAct | VisitAct | IntakeAct | FollowUpAct
"""What a phone sends."""


def moment(day: dt.date, hour: float) -> dt.datetime:
    """That hour (8.5 is half past eight) of that day in Shanghai, aware."""
    midnight = dt.datetime.combine(day, dt.time(), tzinfo=SHANGHAI)
    return midnight + dt.timedelta(seconds=round(hour * 3600))
