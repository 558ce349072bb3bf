"""Seeding the demo: the county is founded once, its story told up to now, and what is missing is added at every start."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import UUID

from server.database import Database
from server.demo import unit_links
from server.demo.acts import SHANGHAI, moment
from server.demo.county import DEFAULT_PROFILE, County, invent_county
from server.demo.founding import carries_phone, found, founded_at
from server.demo.retelling import REFUSALS, Teller
from server.demo.story import Act, day_story
from server.demo.upkeep import UpkeepAct, upkeep_on
from server.domain.people import SYSTEM
from server.domain.work_calendar import local_day
from server.jobs.back_checking import draw_due
from server.jobs.freezing import freeze_due
from server.jobs.sweeping import sweep
from server.jobs.watching import watch
from server.services.accounts import new_key
from server.storage import jurisdictions
from server.work import Work

MOST_DAYS_ADDED = 14
"""A demo left alone for longer keeps a gap: nobody waits for a year of it."""

Progress = Callable[[int, int], None]
"""Called with the days told and the days to tell."""


class NotTheDemo(Exception):
    """The database holds a county that the demo did not make."""


class AnotherMechanism(Exception):
    """The demo was made under another mechanism than the one asked for; `made_under` names it."""

    def __init__(self, made_under: str) -> None:
        super().__init__(made_under)
        self.made_under = made_under


@dataclass(frozen=True)
class DemoState:
    """What a demo must remember: the day it was invented on and its mechanism, the keys of its phones, how far it is told.

    `unit_links` are the links given to units so far, by the unit's name.
    """

    seeded_on: dt.date
    told_until: dt.datetime | None
    keys: dict[UUID, str]
    profile: str = DEFAULT_PROFILE
    unit_links: dict[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> DemoState | None:
        """The state kept in a file; None before the first seeding."""
        if not path.exists():
            return None
        kept = json.loads(path.read_text(encoding="utf-8"))
        told = kept["told_until"]
        return cls(
            seeded_on=dt.date.fromisoformat(kept["seeded_on"]),
            profile=kept.get("profile", DEFAULT_PROFILE),
            told_until=None if told is None else dt.datetime.fromisoformat(told),
            keys={UUID(account): key for account, key in kept["keys"].items()},
            unit_links=kept.get("unit_links", {}),
        )

    def save(self, path: Path) -> None:
        """Keep the state; the file is readable by its owner only, because of the keys and links."""
        kept = {
            "seeded_on": self.seeded_on.isoformat(),
            "profile": self.profile,
            "told_until": None if self.told_until is None else self.told_until.isoformat(),
            "keys": {str(account): key for account, key in self.keys.items()},
            "unit_links": self.unit_links,
        }
        fresh = path.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps(kept, indent=1), encoding="utf-8")
        fresh.replace(path)


@dataclass(frozen=True)
class Seeded:
    """The demo as it stands: its county, its state, and how many acts of the story it did not admit."""

    county: County
    state: DemoState
    left_out: int


def seed(
    database: Database, path: Path, *, profile: str | None = None, progress: Progress | None = None
) -> Seeded:
    """Make the demo county, or add what has happened since it was last started; `path` keeps its state.

    `profile` is the shipped mechanism it works by: with None the one it has, a new demo our default. One transaction a
    day: stopped in the middle, it goes on from there. Raises NotTheDemo, AnotherMechanism.
    """
    now = database.clock().astimezone(SHANGHAI)
    state = DemoState.load(path)
    if state is None:
        _check_empty(database)
        county = invent_county(now.date(), profile or DEFAULT_PROFILE)
        keys = {member.key: new_key() for member in county.staff if carries_phone(member)}
        state = DemoState(now.date(), None, keys, county.profile)
        state.save(path)
    if profile not in (None, state.profile):
        raise AnotherMechanism(state.profile)
    county = invent_county(state.seeded_on, state.profile)
    _found_once(database, county, state)
    teller, left_out = Teller(county, state.keys), 0
    days = _days(county, since=state.told_until, until=now)
    for number, day in enumerate(days, start=1):
        acts = _acts(county, day, since=state.told_until, until=now)
        left_out += _tell(database, teller, acts)
        state = replace(state, told_until=min(now, moment(day, 24.0)))
        freeze_due(database, now=state.told_until)
        _sweep_past(database, day, until=now)
        state.save(path)
        if progress is not None:
            progress(number, len(days))
    state = replace(state, unit_links=unit_links.opened(database, state.unit_links))
    state.save(path)
    return Seeded(county, state, left_out)


def _check_empty(database: Database) -> None:
    with database.read(SYSTEM) as reading:
        if jurisdictions.county(reading.session) is not None:
            raise NotTheDemo


def _found_once(database: Database, county: County, state: DemoState) -> None:
    with database.transaction(SYSTEM) as work:
        if jurisdictions.county(work.session) is None:
            founding = replace(work, now=founded_at(county).astimezone(dt.UTC))
            found(founding, county, keys=state.keys)


def _sweep_past(database: Database, day: dt.date, *, until: dt.datetime) -> None:
    """到期处理, 查热点 and 抽查 at the end of a day that is over, so that it does not matter how often the demo was topped up."""
    night = moment(day, 24.0).astimezone(dt.UTC)
    if night <= until:
        sweep(database, now=night)
        watch(database, now=night)
        draw_due(database, now=night)


def _tell(database: Database, teller: Teller, acts: Sequence[Act | UpkeepAct]) -> int:
    """Tell a day's acts in one transaction; the number left out.

    Where one is refused the day is told again with each act on its own, which takes longer and is seldom needed.
    """
    try:
        with database.transaction(SYSTEM) as work:
            for act in acts:
                teller.tell(work, act)
    except REFUSALS:
        with database.transaction(SYSTEM) as work:
            return sum(not _is_admitted(work, teller, act) for act in acts)
    return 0


def _is_admitted(work: Work, teller: Teller, act: Act | UpkeepAct) -> bool:
    try:
        with work.savepoint():
            teller.tell(work, act)
    except REFUSALS:
        return False
    return True


def _days(county: County, *, since: dt.datetime | None, until: dt.datetime) -> list[dt.date]:
    """The days to tell, today included as far as it has come; of a long absence only the last ones."""
    first = county.first_day
    if since is not None:
        first = max(local_day(since), local_day(until) - dt.timedelta(days=MOST_DAYS_ADDED))
    return [first + dt.timedelta(days=n) for n in range((local_day(until) - first).days + 1)]


def _acts(
    county: County, day: dt.date, *, since: dt.datetime | None, until: dt.datetime
) -> list[Act | UpkeepAct]:
    """What reached the server on a day, after what has been told already and not later than now."""
    acts = [*upkeep_on(county, day), *day_story(county, day)]
    return [act for act in acts if act.at <= until and (since is None or act.at > since)]
