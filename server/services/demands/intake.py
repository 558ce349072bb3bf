"""点单: raising a demand, from whatever form or desk it comes."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any, Literal, cast

from shapely import Point

from forms import catalogue
from server.domain.demand import take_in
from server.domain.demand_acts import Action
from server.domain.demand_replay import kept, recorded
from server.domain.events.demands import DemandTakenIn
from server.domain.jurisdiction import Level, ancestor_at
from server.domain.mechanism import Canonical
from server.domain.problems import NotFound
from server.domain.reminder import first_at
from server.domain.work_calendar import local_day
from server.services.demands.acts import facts_of, perform
from server.services.ground import ground
from server.storage import demands as storage
from server.storage import profiles
from server.storage.demand_numbers import next_number
from server.storage.demands import Demand
from server.storage.profiles import ProfileVersion
from server.work import Work

PlaceSource = Literal["here", "map", "fix", "register"]
Answer = Literal["later", "answered", "promised", "fixed"]
PATROL = "patrol"


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the matter is, in degrees WGS-84, and how that is known.

    `here`: the worker said it is where he stands; `map`: tapped; `fix`: the position of a finding; `register`: the
    point of the household whose address was named. The position of a record is never one (FORMS rule 4).
    """

    lon: float
    lat: float
    source: PlaceSource


@dataclass(frozen=True, kw_only=True)
class Reporter:
    """反映人: "named", "anonymous" or "proxy" (the contact is of whoever speaks for another)."""

    kind: str
    name: str | None = None
    phone: str | None = None


@dataclass(frozen=True, kw_only=True)
class Raised:
    """A demand as it was raised.

    `submission_id` is the first version of the submission it came with (None: the office's desk) and `position` its
    place there. `raised_on` is the day of the record (METRICS D1), `received_at` the first receipt, from which its
    age counts (C2). `grid` is the grid somebody chose, `division` the record's own, for want of anything narrower.
    `reporter` is None where staff found it themselves. `household_id` is the household that raised it on a visit, or
    whose address is the place. What was said on the spot: `answer` with `answer_words`, `promised_on` or
    `photo_after`.
    `suggested_class` overrides what the detail suggests. Files are named as in the submission's attachments.
    """

    raised_on: dt.date
    received_at: dt.datetime
    channel: str
    kind: str
    division: str
    submission_id: int | None = None
    position: int = 0
    detail: str | None = None
    words: str | None = None
    photo: str | None = None
    photo_after: str | None = None
    voice: str | None = None
    urgent: bool = False
    grid: str | None = None
    place: Place | None = None
    place_how: str | None = None
    address: str | None = None
    household_id: uuid.UUID | None = None
    reporter: Reporter | None = None
    outer_number: str | None = None
    class_hint: str | None = None
    suggested_class: Canonical | None = None
    answer: Answer = "later"
    answer_words: str | None = None
    promised_on: dt.date | None = None


def raise_demand(work: Work, raised: Raised) -> Demand:
    """点单: take a demand in, in the name of the actor of `work`, with what was answered on the spot.

    The same submission again finds its demand: what was said is corrected, what was done since stays.
    Raises NotFound("profile.none") where no mechanism is in force, Forbidden where the actor may take nothing in.
    """
    known = _known(work, raised)
    if known is not None:
        _correct(work, known, raised)
        return known
    demand = _take_in(work, raised)
    _answer_on_the_spot(work, demand, raised)
    return demand


def suggested_class(kind: str, detail: str | None) -> Canonical | None:
    """The class the catalogue suggests for a detail (FORMS §7); None without one."""
    found = [each for each in catalogue.details() if (each.kind, each.name) == (kind, detail)]
    return cast(Canonical, found[0].suggested_class) if found else None


def _known(work: Work, raised: Raised) -> Demand | None:
    if raised.submission_id is None:
        return None
    return storage.of_submission(work.session, raised.submission_id, position=raised.position)


def _take_in(work: Work, raised: Raised) -> Demand:
    jurisdiction, grid = _lies_in(work, raised)
    version = _profile_at(work, jurisdiction, on=local_day(raised.received_at))
    profile = profiles.parsed(version.text)
    demand = Demand(
        submission_id=raised.submission_id,
        position=raised.position,
        profile_version_id=version.id,
        jurisdiction=jurisdiction,
        grid_then=grid,
        received_at=raised.received_at,
        raised_on=raised.raised_on,
        channel=raised.channel,
        found_on_patrol=raised.channel == PATROL,
        first_asked_id=work.actor.id,
    )
    _state(demand, raised)
    facts = facts_of(demand)
    demand.state = take_in(
        actor=work.actor,
        facts=facts,
        profile=profile,
        calendar=profiles.calendar_of(profile),
        now=raised.received_at,
    )
    demand.remind_at = first_at(demand.state, now=work.now)
    act = recorded(Action.TAKE_IN, actor=work.actor, facts=facts, now=raised.received_at)
    county = ancestor_at(jurisdiction, Level.COUNTY)
    demand.number = next_number(work.session, county, local_day(raised.received_at))
    work.session.add(demand)
    work.session.flush()
    work.record(
        DemandTakenIn(
            subject_id=demand.id,
            jurisdiction=jurisdiction,
            number=demand.number,
            channel=raised.channel,
            demand_kind=raised.kind,
            urgent=raised.urgent,
            acted_at=act.at,
            by_level=act.by_level,
            facts=kept(act.facts),
            submission_id=raised.submission_id,
        )
    )
    return demand


def _lies_in(work: Work, raised: Raised) -> tuple[str, str | None]:
    """(division, grid then): the grid of its place, else the one chosen, else only the record's division (METRICS D5)."""
    index = ground(work).index
    grid = None if raised.place is None else index.code_at(raised.place.lon, raised.place.lat)
    if grid is None and raised.grid is not None and raised.grid in index:
        grid = raised.grid
    return grid or raised.division, grid


def _profile_at(work: Work, jurisdiction: str, *, on: dt.date) -> ProfileVersion:
    version = profiles.in_force(work.session, jurisdiction, on=on)
    if version is None:
        raise NotFound("profile.none", jurisdiction=jurisdiction)
    return version


def _state(demand: Demand, raised: Raised) -> None:
    """Write what was said; nothing here moves the demand."""
    demand.kind, demand.detail, demand.words = raised.kind, raised.detail, raised.words
    demand.photo, demand.photo_after, demand.voice = raised.photo, raised.photo_after, raised.voice
    demand.urgent = raised.urgent
    demand.suggested_class = raised.suggested_class or suggested_class(raised.kind, raised.detail)
    demand.class_hint = raised.class_hint
    place = raised.place
    demand.point = None if place is None else Point(place.lon, place.lat)
    demand.place_source = None if place is None else place.source
    demand.place_how, demand.address = raised.place_how, raised.address
    demand.household_id = raised.household_id
    _state_reporter(demand, raised.reporter)
    demand.outer_number = raised.outer_number
    demand.answer_words = raised.answer_words


def _state_reporter(demand: Demand, reporter: Reporter | None) -> None:
    demand.reporter_kind = None if reporter is None else reporter.kind
    known = reporter is not None and reporter.kind != "anonymous"
    demand.reporter_name = reporter.name if reporter is not None and known else None
    demand.reporter_phone = reporter.phone if reporter is not None and known else None


def _correct(work: Work, demand: Demand, raised: Raised) -> None:
    _state(demand, raised)
    demand.jurisdiction, demand.grid_then = _lies_in(work, raised)
    if work.session.is_modified(demand):
        demand.version += 1
        work.session.flush()


def _answer_on_the_spot(work: Work, demand: Demand, raised: Raised) -> None:
    """现场答复、承诺、办好. An answer without its words, or a promise without its day, was none."""
    if raised.answer == "answered" and raised.answer_words:
        _perform(work, demand, Action.ANSWER, raised, words=raised.answer_words)
    elif raised.answer == "promised" and raised.promised_on is not None:
        _perform(work, demand, Action.PROMISE, raised, promised_on=raised.promised_on)
    elif raised.answer == "fixed":
        _perform(work, demand, Action.FINISH, raised)


def _perform(work: Work, demand: Demand, action: Action, raised: Raised, **stated: Any) -> None:
    perform(work, demand, action, at=raised.received_at, submission_id=raised.submission_id, **stated)
