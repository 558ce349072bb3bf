"""居民自己反映: somebody who scanned the code of a grid says what is the matter, and later what he thinks of the answer."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from server.domain.jurisdiction import Level, ancestor_at
from server.domain.people import Actor, ActorKind
from server.domain.problems import Invalid, TooMany
from server.domain.scope import Scope
from server.domain.work_calendar import local_day
from server.services import demand_files
from server.services.demand_files import Received
from server.services.demands.addresses import BY_ADDRESS, addressed
from server.services.demands.intake import Raised, Reporter, raise_demand
from server.services.demands.words import legible
from server.storage import grids
from server.storage import resident_reports as storage
from server.storage.base import insert_once
from server.storage.demands import Demand
from server.storage.resident_reports import ResidentReport, ResidentTrial, Trial
from server.work import Reading, Work

CHANNEL = "online"
MOST_WORDS = 2000
"""Characters of what a resident writes."""

_NAME = "反映人"
_MOST_TRIALS: dict[Trial, tuple[int, dt.timedelta]] = {
    # A whole neighbourhood may share one address of its mobile network.
    "report": (30, dt.timedelta(hours=1)),
    "code": (10, dt.timedelta(minutes=15)),
}
_LONGEST_WINDOW = max(window for _, window in _MOST_TRIALS.values())


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a resident sent: `page` is the sheet it was written on, `kind` a code of the intake form, `grid` 15 digits."""

    page: uuid.UUID
    grid: str
    kind: str
    words: str | None = None
    address: str | None = None
    phone: str | None = None
    photo: Received | None = None
    voice: Received | None = None

    @property
    def key(self) -> uuid.UUID:
        """The same for the same words on the same page: a second press, not a second matter written after going back."""
        files = [file.stored.sha256 for file in (self.photo, self.voice) if file is not None]
        written = [self.kind, self.words or "", self.address or "", self.phone or "", *files]
        return uuid.uuid5(self.page, "\x1f".join(written))


def stranger() -> Actor:
    """Whoever has a grid's page open: he may raise something and see nothing."""
    return Actor(kind=ActorKind.RESIDENT, id=None, name=_NAME, role=None, scope=Scope.nothing())


def reporter_of(demand: Demand) -> Actor:
    """反映人: whoever showed the code of a demand; he acts on this one alone."""
    place = demand.jurisdiction
    return Actor(
        kind=ActorKind.RESIDENT,
        id=None,
        name=_NAME,
        role=None,
        scope=Scope.of([place], private=[place]),
        demand_id=demand.id,
    )


def report(work: Work, sent: Report) -> Demand:
    """点单 by the resident himself. The same page sent twice finds the demand it raised.

    A grid redrawn since its poster was hung stands for its village. Raises NotFound("grid.unknown"),
    NotFound("profile.none"), Invalid("resident.nothing_said").
    """
    if not (legible(sent.words) or sent.photo or sent.voice):
        raise Invalid("resident.nothing_said")
    grid = grids.get(work.session, sent.grid, scope=Scope.everything())
    row = ResidentReport(key=sent.key, demand_id=None)
    if insert_once(work.session, row, unique=("key",)) is None:  # of two at one moment the second waits here
        return work.session.get_one(Demand, storage.demand_of(work.session, sent.key))
    demand = raise_demand(work, addressed(work, _raised(work, sent, grid.code)))
    storage.keep_demand(work.session, sent.key, demand.id)
    for file in (sent.photo, sent.voice):
        if file is not None:
            demand_files.keep(work, demand.id, file)
    return demand


def _raised(work: Work, sent: Report, grid: str) -> Raised:
    address = " ".join(legible(sent.address).split())
    return Raised(
        raised_on=local_day(work.now),
        received_at=work.now,
        channel=CHANNEL,
        kind=sent.kind,
        words=legible(sent.words) or None,
        photo=None if sent.photo is None else demand_files.name_for(sent.photo),
        voice=None if sent.voice is None else demand_files.name_for(sent.voice),
        division=ancestor_at(grid, Level.VILLAGE),
        grid=grid,
        place_how=BY_ADDRESS if address else "nowhere",
        address=address or None,
        reporter=Reporter(kind="named" if sent.phone else "anonymous", phone=sent.phone),
    )


def check_trials(reading: Reading, address: str, *, what: Trial) -> None:
    """Raise TooMany("resident.too_many_tries", minutes=…) where a network address has tried too often."""
    most, window = _MOST_TRIALS[what]
    if storage.trials(reading.session, address, what=what, since=reading.now - window) >= most:
        raise TooMany("resident.too_many_tries", minutes=int(window.total_seconds() // 60))


def note_trial(work: Work, address: str, *, what: Trial) -> None:
    """Remember a try; what counts no more is forgotten."""
    storage.forget_trials(work.session, before=work.now - _LONGEST_WINDOW)
    work.session.add(ResidentTrial(at=work.now, address=address, what=what))
