"""Very many matters at once: taken in on a phone, carried through by the buttons and forms of the office, told, and over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tests.demands import intake
from tests.instances import instance
from tests.scenarios.people import Person
from tests.scenarios.world import World


@dataclass
class Crowd:
    """A village's people, hard at work: what a form would send is sent without looking at each page first."""

    world: World

    def lives_through(self, wanted: Mapping[str, int]) -> None:
        """So many matters of each class, from 点单 to 反馈."""
        cadre, worker = self.world.person("cadre"), self.world.person("worker")
        classes = [class_ for class_, number in wanted.items() for _ in range(number)]
        for number, _ in enumerate(classes):
            self._is_told(number)
        cadre.opens("/inbox")
        for case, class_ in zip(self._raised(cadre), classes, strict=True):
            self._is_carried_through(case, class_, cadre, worker)

    def _is_told(self, number: int) -> None:
        answers = intake(
            self.world.clock.now,
            channel="visit",
            matter={"words": f"第{number}件"},
            location={"place_how": "here", "address": None},
            reporter={"reporter_phone": f"139{number:08d}"},
        )
        assert self.world.phone("worker").client.send(instance("demand_intake", answers)) == 201

    def _raised(self, cadre: Person) -> Iterator[str]:
        """The pages of all matters that wait to be registered, slice after slice."""
        cases: list[str] = []
        path = "/inbox?tab=to_register&whose=all"
        while path:
            page = cadre.opens(path)
            cases += page.xpath("//td[@data-label='什么事']/a/@href")
            path = next(iter(page.xpath("//a[@rel='next']/@href")), "")
        return iter(cases)

    def _is_carried_through(self, case: str, class_: str, cadre: Person, worker: Person) -> None:
        self._posts(cadre, case, "register")
        self._posts(cadre, case, "classify", category=class_)
        if class_ == "COMMUNITY":
            self._posts(cadre, case, "offer")
            self._posts(worker, case, "claim")
        else:
            deadline = {} if class_ == "PRIVATE" else {"deadline": "2026-09-04"}
            self._posts(cadre, case, "assign", to=self._worker, **deadline)
        self._posts(worker, case, "say", step="done", words="办好了", how_solved="self")
        self._posts(worker, case, "feed_back", words="办好了", means="in_person")

    @property
    def _worker(self) -> str:
        return f"person:{self.world.county.accounts['worker']}"

    def _posts(self, person: Person, case: str, act: str, **entered: str) -> None:
        person.signs_in()
        client = person.browser.client
        answer = client.post(f"{case}/acts/{act}", data=entered)
        assert answer.status_code == 303, (act, answer.status_code)
        # What a page would have said is kept in the session until one does.
        with client.session_transaction() as kept:
            kept.pop("_flashes", None)
