"""An office in tests: demands taken in at a desk, and the people and units of more levels than the small county has."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from server import profiles
from server.database import Database
from server.domain.events import Event
from server.domain.people import SYSTEM, Actor, ActorKind
from server.domain.roles import Function
from server.domain.scope import Scope
from server.domain.work_calendar import local_day
from server.services import actors, meetings
from server.services import profiles as mechanism
from server.services import units as unit_services
from server.services.demands import closing, dispatch, handling, triage
from server.services.demands.dispatch import Order
from server.services.demands.handling import Word
from server.services.demands.intake import Raised, Reporter, raise_demand
from server.storage import events
from server.storage import meetings as meeting_storage
from server.storage.demands import Demand
from server.storage.events import EventRow
from server.storage.posts import Account, PostRow
from server.storage.units import Unit
from server.work import Reading, Work
from tests.conftest import Clock
from tests.factories import COUNTY, GRID, START, TOWNSHIP, VILLAGE, County

NAMED = Reporter(kind="named", name="张三", phone="13900000000")


@dataclass
class Office:
    """A county's offices; the clock goes by whole days."""

    county: County
    database: Database
    clock: Clock

    def pass_days(self, days: float) -> None:
        """Let time pass."""
        self.clock.now += dt.timedelta(days=days)

    def follow(self, county: str) -> None:
        """Let the mechanism of one of the shipped counties hold here from now on."""
        with self.database.transaction(SYSTEM) as work:
            mechanism.install(work, profiles.source(county), jurisdiction=COUNTY, effective_from=START)

    def post(self, name: str, function: Function, jurisdiction: str) -> None:
        """Give somebody a post."""
        with self.database.transaction(SYSTEM) as work:
            work.session.add(
                PostRow(
                    account_id=self.county.accounts[name],
                    function=function.value,
                    jurisdiction=jurisdiction,
                    valid_from=START,
                )
            )

    def unit(self, name: str = "县水务局", *, division: str = COUNTY, kind: str = "department") -> Unit:
        """A unit that may be given matters."""
        with self.as_("admin") as work:
            return unit_services.add(work, name=name, kind=kind, division=division)

    def actor(self, name: str) -> Actor:
        """Somebody signed in."""
        with self.database.read(SYSTEM) as reading:
            account = reading.session.get_one(Account, self.county.accounts[name])
            return actors.of_account(reading.session, account, now=reading.now)

    @contextmanager
    def as_(self, who: str | Actor) -> Iterator[Work]:
        """A change by somebody."""
        with self.database.transaction(self.actor(who) if isinstance(who, str) else who) as work:
            yield work

    @contextmanager
    def reading(self, who: str | Actor = SYSTEM) -> Iterator[Reading]:
        """A look by somebody."""
        with self.database.read(self.actor(who) if isinstance(who, str) else who) as reading:
            yield reading

    def take_in(self, *, by: str = "cadre", **said: Any) -> uuid.UUID:
        """点单 at a desk: a dark lamp, unless something else is `said`."""
        stated: dict[str, Any] = {
            "raised_on": local_day(self.clock.now),
            "received_at": self.clock.now,
            "channel": "walkin",
            "kind": "facility",
            "detail": "lamp",
            "words": "路灯不亮",
            "division": VILLAGE,
            "grid": GRID,
            "reporter": NAMED,
        }
        with self.as_(by) as work:
            return raise_demand(work, Raised(**(stated | said))).id

    def classified(self, class_: str = "COMMUNITY", **said: Any) -> uuid.UUID:
        """A demand that waits to be given to somebody."""
        key = self.take_in(**said)
        with self.as_("cadre") as work:
            triage.register(work, key)
            triage.classify(work, key, class_)  # type: ignore[arg-type]
        return key

    def assigned(self, *, to: str = "worker", class_: str = "COMMUNITY", **said: Any) -> uuid.UUID:
        """A demand in somebody's hands."""
        key = self.classified(class_, **said)
        with self.as_("cadre") as work:
            dispatch.assign(
                work,
                key,
                self.county.accounts[to],
                measure="换灯",
                deadline=local_day(self.clock.now) + dt.timedelta(days=3),
            )
        return key

    def told(self, *, to: str = "worker") -> uuid.UUID:
        """A demand whose reporter has been told that it is done."""
        key = self.assigned(to=to)
        with self.as_(to) as work:
            handling.say(work, key, Word(step="done", words="好了"))
        with self.as_("cadre") as work:
            closing.feed_back(work, key, words="修好了")
        return key

    def told_together(self) -> tuple[uuid.UUID, uuid.UUID]:
        """A demand whose result was told, and a report that was merged into it before."""
        leading, following = self.assigned(), self.take_in(words="路灯还是不亮")
        with self.as_("cadre") as work:
            triage.merge(work, following, master_id=leading)
        with self.as_("worker") as work:
            handling.say(work, leading, Word(step="done", words="好了"))
        with self.as_("cadre") as work:
            closing.feed_back(work, leading, words="修好了")
        return leading, following

    def told_after_meeting(self) -> uuid.UUID:
        """A demand a meeting of the village resolved to have done, and whose reporter has been told that it is."""
        key = self.classified()
        on = local_day(self.clock.now) + dt.timedelta(days=5)
        with self.as_("cadre") as work:
            meeting = meetings.call(
                work, "community", jurisdiction=VILLAGE, on=on, place="院坝", demands=[key]
            )
            meetings.post_agenda(work, meeting.id)
        self.pass_days(5)
        with self.as_("cadre") as work:
            meetings.hold(work, meeting.id, attendance=["居民代表"], minutes="议定换灯")
            (item,) = meeting_storage.items(work.session, meeting.id)
            task = Order(self.county.accounts["worker"], None, (), "换灯", on + dt.timedelta(days=5))
            meetings.resolve(
                work, item.id, votes_for=5, votes_against=0, outcome="assign", words="换", task=task
            )
        with self.as_("worker") as work:
            handling.say(work, key, Word(step="done", words="好了"))
        with self.as_("cadre") as work:
            closing.feed_back(work, key, words="修好了")
        return key

    def copies(self, key: uuid.UUID, number: int) -> list[uuid.UUID]:
        """As many demands again that stand where one stands, without its events."""
        with self.database.transaction(SYSTEM) as work:
            demand = work.session.get_one(Demand, key)
            values = {
                each.columns[0].name: getattr(demand, each.key) for each in sa.inspect(Demand).column_attrs
            }
            rows = [values | {"id": uuid.uuid4(), "number": f"{demand.number}-{n}"} for n in range(number)]
            table = sa.inspect(Demand).local_table
            work.session.connection().execute(sa.insert(table), rows)  # type: ignore[arg-type]
        return [row["id"] for row in rows]

    def demand(self, key: uuid.UUID) -> Demand:
        """A demand as it stands."""
        with self.reading() as reading:
            return reading.session.get_one(Demand, key)

    def events(self, key: uuid.UUID) -> list[EventRow]:
        """What happened to a demand, oldest first."""
        with self.reading() as reading:
            return list(events.of_subject(reading.session, "demand", key))

    def events_of(self, key: uuid.UUID, kind: type[Event]) -> list[EventRow]:
        """What happened to a demand of one kind."""
        return [row for row in self.events(key) if row.kind == kind.kind]


def reporter_of(demand: Demand) -> Actor:
    """Whoever raised it, through his own page."""
    scope = Scope.of([demand.jurisdiction], private=[demand.jurisdiction])
    return Actor(kind=ActorKind.RESIDENT, id=None, name="反映人", role=None, scope=scope, demand_id=demand.id)


__all__ = ["COUNTY", "GRID", "NAMED", "TOWNSHIP", "VILLAGE", "Office", "reporter_of"]
