"""The people of a scenario: at a desk, with a phone, with a link, and residents. Each does only what his page offers."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from lxml import html

from server.jobs.gateways import Letter, Result
from tests.conftest import Clock
from tests.demands import finding, follow_up, intake
from tests.factories import GRID, PASSWORD
from tests.instances import instance, patrol
from tests.pages import words
from tests.phones import Phone as Client
from tests.scenarios.browsing import Browser, NotOffered, Refused, Value, forms_of
from tests.scenarios.diary import Diary, Matter

_SAID = {
    **dict.fromkeys(("done", "已办好"), "finish"),
    **dict.fromkeys(("progress", "same", "有进展", "进展同昨日"), "progress"),
    **dict.fromkeys(("true", "not_true"), "look"),
}
"""The act that a step stands for, by its code on a phone or its words at a desk."""


@dataclass
class Postbox:
    """短信: a way out for notifications that keeps every letter; `letters` in the order they were sent."""

    name: str = "postbox"
    letters: list[Letter] = field(default_factory=list)

    def send(self, letter: Letter) -> Result:
        """Keep it."""
        self.letters.append(letter)
        return Result("sent")

    def link_to(self, number: str, *, telephone: str) -> str:
        """The link in a message to a telephone about the matter of a number."""
        for letter in self.letters:
            parcel = letter.parcel
            if parcel.is_reporter and parcel.telephone == telephone and parcel.number == number:
                assert letter.link is not None
                return urlsplit(letter.link).path
        raise NotOffered(f"{telephone} has had no message about {number}")


@dataclass
class Person:
    """Somebody of the staff at a desk, signed in through the form, anew each day."""

    name: str
    browser: Browser
    clock: Clock
    diary: Diary
    signed_in_on: dt.date | None = None

    def opens(self, path: str) -> html.HtmlElement:
        """A page, as he sees it."""
        self.signs_in()
        return self.browser.opens(path)

    def reads_page(self, path: str) -> str:
        """A page as text."""
        return words(self.opens(path))

    def signs_in(self) -> None:
        """Sign in through the form, unless he has today."""
        if self.signed_in_on != self.clock.now.date():
            page = self.browser.opens("/sign-in")
            self.browser.sends(page, "/sign-in", username=self.name, password=PASSWORD)
            self.signed_in_on = self.clock.now.date()

    def does(self, matter: Matter, act: str, rule: str, /, **entered: Value) -> html.HtmlElement:
        """Send the form of an act on the page of a matter; `rule` is what says that it is done so."""
        page = self.opens(matter.path)
        after = self.browser.sends(page, f"/acts/{act}", **entered)
        said = _SAID.get(str(entered.get("step", "")), act)
        self.diary.writes(matter, self.name, said, rule, **entered)
        return after

    def is_refused(self, matter: Matter, act: str, rule: str, /, **entered: Value) -> str:
        """Send a form that is not to be accepted; what the page says."""
        page = self.opens(matter.path)
        try:
            self.browser.sends(page, f"/acts/{act}", **entered)
        except Refused as refusal:
            self.diary.writes(matter, self.name, f"{act} (refused)", rule)
            return str(refusal)
        raise AssertionError(f"{act} was accepted")

    def may_do(self, matter: Matter) -> set[str]:
        """The acts on the page of a matter."""
        return forms_of(self.opens(matter.path))

    def reads(self, matter: Matter) -> str:
        """The page of a matter, as text."""
        return words(self.opens(matter.path))

    def claims(self, matter: Matter, rule: str, /) -> None:
        """认领 from the board of what is offered."""
        self.browser.sends(self.opens("/claims"), f"{matter.path}/acts/claim")
        self.diary.writes(matter, self.name, "claim", rule)

    def minutes(self, matter: Matter, rule: str, /, text: str) -> None:
        """周例会: write down what was agreed about a matter on the sheet of the week."""
        field_name = f"agreed-{matter.path.rpartition('/')[2]}"
        self.browser.sends(self.opens("/weekly"), "/weekly", **{field_name: text})
        self.diary.writes(matter, self.name, "minute", rule)

    def appoints(self, name: str, function: str, place: str, rule: str, /) -> None:
        """任岗: somebody has a function in a place from today on."""
        (link,) = self.opens("/people").xpath(f"//a[normalize-space()='{name}']/@href")
        self.browser.sends(self.opens(link), "/posts", function=function, place=place)
        self.diary.notes(self.name, "appoint", rule)

    def finds(self, text: str) -> Matter:
        """The one matter of the ledger that holds a text."""
        found = self.opens(f"/ledger?text={text}").xpath("//tbody//a[starts-with(@href, '/cases/')]")
        if len(found) != 1:
            raise NotOffered(f"{len(found)} matters hold {text}")
        return self.diary.matter(found[0].get("href"), number=words(found[0]), text=text)

    def takes_in(self, text: str, rule: str, /, **entered: Value) -> Matter:
        """登记诉求 at the desk, with a telephone unless it is anonymous."""
        page = self.opens("/cases/new")
        asked: dict[str, Value] = {"channel": "walkin", "kind": "facility"}
        if entered.get("reporter_kind") != "不留姓名":
            asked |= {"reporter_name": "张三", "reporter_phone": self.diary.telephone(text)}
        self.browser.sends(page, "/cases/new", words=text, **(asked | entered))
        matter = self.finds(text)
        self.diary.writes(matter, self.name, "take_in", rule, **(asked | entered))
        return matter


@dataclass
class Phone:
    """Somebody's phone: it sends real records under its key, and knows only what its lists say."""

    name: str
    client: Client
    clock: Clock
    diary: Diary

    def walks(self, rule: str, *findings: Mapping[str, Any], grid: str = GRID) -> None:
        """巡查 now, with what was found."""
        found = {"result": "found", "finding": list(findings)} if findings else {}
        self._send("patrol", patrol(grid, self.clock.now, **found))
        self.diary.notes(self.name, "patrol", rule)

    def finds(self, text: str, rule: str, desk: Person, /, *, handled: str = "report", **what: Any) -> Matter:
        """A patrol that finds something; the matter as the desk finds it in its ledger."""
        self.walks(rule, finding(words=text, handled=handled, **what))
        found = desk.finds(text)
        self.diary.writes(found, self.name, "take_in", rule, reporter_kind="不留姓名")
        if handled == "fixed":
            self.diary.writes(found, self.name, "mend", rule)
        return found

    def takes_in(
        self, text: str, rule: str, desk: Person, /, *, channel: str = "visit", **more: Any
    ) -> Matter:
        """点单 on the phone; the matter as the desk finds it in its ledger."""
        matter = {"words": text} | more.pop("matter", {})
        reporter = {"reporter_phone": self.diary.telephone(text)} | more.pop("reporter", {})
        answers = intake(self.clock.now, channel=channel, matter=matter, reporter=reporter, **more)
        self._send("demand_intake", answers)
        found = desk.finds(text)
        self.diary.writes(found, self.name, "take_in", rule, **reporter)
        return found

    def says(self, matter: Matter, step: str, rule: str, /, **progress: Any) -> None:
        """办理反馈 on a case of the phone's list."""
        case = matter.path.rpartition("/")[2]
        if case not in self.cases():
            raise NotOffered(f"{matter.number} is not on the phone of {self.name}")
        self._send("case_followup", follow_up(case, step, self.clock.now, **progress))
        self.diary.writes(matter, self.name, _SAID.get(step, step), rule, **progress)

    def cases(self) -> dict[str, dict[str, str]]:
        """The rows of the phone's list of cases, by case."""
        answer = self.client.get("forms/case_followup/attachments/open_cases.csv")
        assert answer.status_code == 200, answer.text
        return {row["name"]: row for row in csv.DictReader(io.StringIO(answer.text))}

    def _send(self, form: str, answers: Mapping[str, Any]) -> None:
        assert self.client.send(instance(form, answers)) == 201


@dataclass
class Reporter:
    """A resident: he scans a poster, or has the link of a message; there he does what his page offers."""

    browser: Browser
    diary: Diary
    address: str = ""

    def reports(self, text: str, rule: str, desk: Person, /, *, grid: str = GRID, **entered: Value) -> Matter:
        """我要反映 on the page of a grid; the matter as the desk finds it in its ledger."""
        page = self.browser.opens(f"/r/g/{grid}")
        self.browser.sends(page, "", words=text, **entered)
        self.address = self.browser.landed
        found = desk.finds(text)
        assert found.number == self.address.split("/")[3]
        self.diary.writes(found, "居民", "take_in", rule)
        return found

    def does(self, matter: Matter, act: str, rule: str, /, **entered: Value) -> html.HtmlElement:
        """Send a form of the page of his matter, and say yes where he is asked whether it is to be done again."""
        after = self.browser.sends(self.looks(), f"/{act}", **entered)
        if after.xpath("//input[@name='confirmed']"):
            after = self.browser.sends(after, f"/{act}")
        self.diary.writes(matter, "居民", act, rule, **entered)
        return after

    def looks(self) -> html.HtmlElement:
        """The page of his matter."""
        return self.browser.opens(self.address)

    def reads(self) -> str:
        """The same as text."""
        return words(self.looks())

    def stands(self) -> str:
        """Where it stands, in the page's words."""
        return words(self.looks().find(".//section[@class='stands']"))


@dataclass
class Member:
    """Somebody of a unit, with its link on his phone and nothing else."""

    name: str
    browser: Browser
    diary: Diary
    link: str

    def does(self, matter: Matter, act: str, rule: str, /, **entered: Value) -> html.HtmlElement:
        """Send a form of the order's page."""
        page = self._order(matter)
        after = self.browser.sends(page, f"/{act}", **entered)
        self.diary.writes(matter, self.name, _SAID.get(str(entered.get("step", "")), act), rule, **entered)
        return after

    def reads(self, matter: Matter) -> str:
        """The order's page as text."""
        return words(self._order(matter))

    def orders(self) -> str:
        """The list of the unit's orders as text."""
        return words(self.browser.opens(self.link))

    def _order(self, matter: Matter) -> html.HtmlElement:
        page = self.browser.opens(self.link)
        key = matter.path.rpartition("/")[2]
        links = page.xpath(f"//a[contains(@href, '{key}')]/@href")
        if not links:
            raise NotOffered(f"{matter.number} is not among the orders of {self.name}")
        return self.browser.opens(links[0])


@dataclass
class Evaluator:
    """Whom a county's mechanism names to judge matters of a class, with his link."""

    who: str
    browser: Browser
    diary: Diary
    link: str

    def reads(self) -> str:
        """What he is shown, as text."""
        return words(self.browser.opens(self.link))

    def rates(self, matter: Matter, rule: str, /, **entered: Value) -> str:
        """评价; what the page says then."""
        page = self.browser.opens(self.link)
        after = self.browser.sends(page, "", **entered)
        if after.xpath("//input[@name='confirmed']"):
            after = self.browser.sends(after, "")  # a rating that sends the matter back is asked about once
        self.diary.writes(matter, self.who, "rate", rule, **entered)
        return words(after)
