"""Telling the story of a demand in tests: what phones send about it, and what the office does."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient

from server.database import Database
from server.domain.demand_states import StateKey
from server.domain.people import SYSTEM, Actor
from server.services import actors
from server.services.demands import closing, dispatch, handling, triage
from server.storage import demands as storage
from server.storage.demands import Demand, DemandNote
from server.storage.patrols import Finding
from server.storage.posts import Account
from server.storage.submissions import Submission
from server.work import Reading, Work
from tests.conftest import Clock
from tests.factories import GRID, NOW, County
from tests.instances import body, instance, patrol

HERE = "30.005 108.005 0 8"


def finding(kind: str = "facility", detail: str | None = "lamp", **more: Any) -> dict[str, Any]:
    """A round of the patrol's repeat; `more` are questions of either group."""
    extra = {name: more.pop(name) for name in list(more) if name not in _WHAT}
    what = {"kind": kind, "detail": detail, "words": "路灯不亮", "handled": "report", "fix": HERE}
    return {"what": what | more, "more": {"source": "seen"} | extra}


_WHAT = {"kind", "detail", "photo", "words", "handled", "photo_after", "urgency", "fix"}


def intake(start: dt.datetime = NOW, *, channel: str = "walkin", **more: Any) -> dict[str, Any]:
    """The answers of a demand taken in at a desk; `more` replaces whole groups' answers by their names."""
    answers: dict[str, Any] = {
        "start": start.isoformat(timespec="milliseconds"),
        "today": start.date().isoformat(),
        "fix_start": HERE,
        "session": {"channel": channel},
        "matter": {"kind": "facility", "detail": "lamp", "words": "路灯不亮", "urgency": "normal"},
        "location": {"place_how": "address", "address": "石桥村1组12号"},
        "reporter": {
            "reporter_kind": "named",
            "reporter_name": "张三",
            "reporter_phone": "13900000000",
        },
        "reply": {"answer": "later"},
    }
    return {
        name: value | more.get(name, {}) if isinstance(value, dict) else more.get(name, value)
        for name, value in answers.items()
    }


def follow_up(case_id: object, step: str, start: dt.datetime = NOW, **progress: Any) -> dict[str, Any]:
    """The answers of a word on a case."""
    return {
        "start": start.isoformat(timespec="milliseconds"),
        "today": start.date().isoformat(),
        "which": {"find_by": "list", "case_list": str(case_id)},
        "case_id": str(case_id),
        "progress": {"step": step, "words": "看过了"} | progress,
    }


@dataclass
class Story:
    """A county in which demands are raised and handled; the clock goes by whole days."""

    client: FlaskClient
    county: County
    database: Database
    clock: Clock

    def pass_days(self, days: float) -> None:
        """Let time pass."""
        self.clock.now += dt.timedelta(days=days)

    def send(
        self,
        form_id: str,
        answers: Mapping[str, Any],
        *,
        by: str = "worker",
        files: Mapping[str, bytes] | None = None,
        **identity: Any,
    ) -> int:
        """Send a record from somebody's phone; the HTTP status."""
        xml = instance(form_id, answers, **identity)
        response = self.client.post(f"{self.county.phone(by)}/submission", data=body(xml, files))
        return response.status_code

    def patrol(self, *findings: Mapping[str, Any], by: str = "worker", grid: str = GRID, **more: Any) -> int:
        """A patrol now, with findings."""
        found: dict[str, Any] = {"result": "found", "finding": list(findings)} if findings else {}
        return self.send("patrol", patrol(grid, self.clock.now, **found), by=by, **more)

    def hand_over(self, demand: Demand) -> None:
        """The village takes a matter in, as far as it has not, and gives it to the grid's worker."""
        is_new = self.demand(demand.id).key == StateKey.SUBMITTED
        with self.office() as work:
            if is_new:
                triage.register(work, demand.id)
            triage.list_(work, demand.id)
            triage.classify(work, demand.id, "COMMUNITY")
            dispatch.assign(
                work,
                demand.id,
                handler_id=self.county.accounts["worker"],
                measure="换灯",
                deadline=self.clock.now.date() + dt.timedelta(days=3),
            )

    def settle(self, demand: Demand) -> None:
        """The worker says it is done, the village answers."""
        with self.office("worker") as work:
            handling.say(work, demand.id, handling.Word(step="done", words="换好了"))
        with self.office() as work:
            closing.feed_back(work, demand.id, words="灯换好了，请看一看。")

    def say(self, demand: Demand, step: str, *, by: str = "worker", **progress: Any) -> Demand:
        """A word from the phone, and the demand after it."""
        assert (
            self.send("case_followup", follow_up(demand.id, step, self.clock.now, **progress), by=by) == 201
        )
        return self.demand(demand.id)

    def actor(self, name: str) -> Actor:
        """Somebody signed in."""
        with self.database.read(SYSTEM) as reading:
            account = reading.session.get_one(Account, self.county.accounts[name])
            return actors.of_account(reading.session, account, now=reading.now)

    @contextmanager
    def office(self, name: str = "cadre") -> Iterator[Work]:
        """A change by somebody at a desk."""
        with self.database.transaction(self.actor(name)) as work:
            yield work

    @contextmanager
    def reading(self, name: str = "cadre") -> Iterator[Reading]:
        """A look by somebody."""
        with self.database.read(self.actor(name)) as reading:
            yield reading

    def demands(self) -> list[Demand]:
        """Every demand, oldest first."""
        with self.database.read(SYSTEM) as reading:
            return list(
                reading.session.scalars(sa.select(Demand).order_by(Demand.received_at, Demand.number))
            )

    def only_demand(self) -> Demand:
        """The one demand there is."""
        (demand,) = self.demands()
        return demand

    def demand(self, demand_id: uuid.UUID) -> Demand:
        """A demand as it stands."""
        with self.database.read(SYSTEM) as reading:
            return reading.session.get_one(Demand, demand_id)

    def notes(self, demand: Demand) -> list[DemandNote]:
        """What was written about a demand."""
        with self.database.read(SYSTEM) as reading:
            return list(storage.notes(reading.session, demand.id))

    def findings(self) -> list[Finding]:
        """Every finding."""
        with self.database.read(SYSTEM) as reading:
            return list(reading.session.scalars(sa.select(Finding).order_by(Finding.submission_id)))

    def failures(self) -> list[str]:
        """Why submissions have no rows."""
        with self.database.read(SYSTEM) as reading:
            found = reading.session.scalars(sa.select(Submission.projection_error)).all()
        return [each for each in found if each is not None]
