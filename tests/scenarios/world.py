"""A small county in which time passes as a scenario says: the clock goes from midnight to midnight, and what runs by it runs."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from flask import Flask

from server.database import Database
from server.jobs import notifying, schedule
from server.jobs.notifying import Sender
from server.web.parts import Parts
from tests.conftest import Clock
from tests.factories import SHANGHAI, TOWNSHIP, County
from tests.phones import Phone as Client
from tests.scenarios.browsing import Browser, Value
from tests.scenarios.diary import Diary, Matter
from tests.scenarios.people import Evaluator, Member, Person, Phone, Postbox, Reporter

ADDRESS = "https://qinglan.example"


@dataclass
class World:
    """Where a scenario happens."""

    app: Flask
    county: County
    clock: Clock
    diary: Diary = field(init=False)
    postbox: Postbox = field(default_factory=Postbox)
    _people: dict[str, Person] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.diary = Diary(self.clock)

    @property
    def database(self) -> Database:
        """What the scheduler's jobs are given."""
        parts: Parts = self.app.extensions["wangge"]
        return parts.database

    def on(self, month: int, day: int) -> None:
        """Let time pass until nine in the morning of a day."""
        self.until(dt.datetime(2026, month, day, 9, tzinfo=SHANGHAI))

    def until(self, moment: dt.datetime) -> None:
        """Let time pass until a moment, as the scheduler sees it: past each midnight, and now."""
        while self.clock.now.date() < moment.date():
            midnight = dt.datetime.combine(self.clock.now.date(), dt.time(), SHANGHAI) + dt.timedelta(days=1)
            self.clock.now = midnight + dt.timedelta(minutes=1)
            schedule.every_minute(self.database)
        if moment > self.clock.now:
            self.clock.now = moment
            self.a_minute_passes()

    def a_minute_passes(self) -> None:
        """What the scheduler does each minute."""
        schedule.every_minute(self.database)
        notifying.send_due(self.database, Sender(self.postbox, ADDRESS, self.app.config["SECRET_KEY"]))

    def person(self, name: str) -> Person:
        """Somebody of the county's staff, always in the same browser."""
        return self._people.setdefault(name, Person(name, self.browser(), self.clock, self.diary))

    def phone(self, name: str) -> Phone:
        """His phone."""
        return Phone(name, Client(self.app.test_client(), self.county, name), self.clock, self.diary)

    def resident(self) -> Reporter:
        """A resident nobody has heard of."""
        return Reporter(self.browser(), self.diary)

    def reporter(self, matter: Matter) -> Reporter:
        """Whoever reported a matter and left a telephone: he opens the link of the first message he got about it."""
        self.a_minute_passes()
        link = self.postbox.link_to(matter.number, telephone=self.diary.telephone(matter.text))
        return Reporter(self.browser(), self.diary, link)

    def unit(self, name: str, by: Person, rule: str, *, division: str = TOWNSHIP, **entered: Value) -> Member:
        """加一家单位 and give it its link, which one of its members opens."""
        page = by.opens("/units")
        asked: dict[str, Value] = {"kind": "department"}
        page = by.browser.sends(page, "/units", name=name, division=division, **(asked | entered))
        (row,) = page.xpath(f"//tr[td[@data-label='名称'][contains(., '{name}')]]")
        shown = by.browser.sends(row, "/link")
        self.diary.notes(by.name, "add_unit", rule)
        (link,) = shown.xpath("//input[@id='address']/@value")
        return Member(name, self.browser(), self.diary, "/" + link.partition("://")[2].partition("/")[2])

    def evaluator(self, who: str, link: str) -> Evaluator:
        """Whoever was given a link to judge a matter."""
        return Evaluator(who, self.browser(), self.diary, "/" + link.partition("://")[2].partition("/")[2])

    def browser(self) -> Browser:
        """A browser nobody has used."""
        return Browser(self.app.test_client())
