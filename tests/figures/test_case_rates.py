"""The rates of demands recounted by hand over random demands, in plain Python."""

from __future__ import annotations

import datetime as dt
import random
import re
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from server.database import Database
from server.domain.demand_states import StateKey
from server.domain.events.demands import DemandMoved
from server.domain.obligation import window_of
from server.figures.case_rates import CaseRates, case_rates, readable_rows
from server.services.demands.intake import Raised, Reporter, raise_demand
from server.storage.demands import Demand
from server.storage.events import EventRow
from server.storage.ratings import Rating
from server.work import Work
from tests.conftest import Clock
from tests.demands import Story
from tests.factories import GRID, NOW, OTHER_GRID, OTHER_VILLAGE, PASSWORD, VACANT_GRID, VILLAGE, County

DAY = dt.timedelta(days=1)
OCTOBER = window_of("month", NOW.date())
END_OF_10 = dt.datetime(2026, 10, 11, tzinfo=NOW.tzinfo)
END_OF_19 = dt.datetime(2026, 10, 20, tzinfo=NOW.tzinfo)
END_OF_30_SEPTEMBER = dt.datetime(2026, 10, 1, tzinfo=NOW.tzinfo)
DUES = (None, END_OF_30_SEPTEMBER, END_OF_10, END_OF_19, NOW, NOW + DAY)
RESOLVED = (NOW - 25 * DAY, END_OF_10, END_OF_10 + DAY, NOW - 4 * DAY, NOW - DAY, NOW - DAY / 8)
ENDED = {"rated", "auto_closed", "closed", "withdrawn", "referred"}
TO_REPORT_BACK = {"done", "verified", "explained", "answered", "rejected", "fed_back"}
LEVELS = ("grid", "village", "township", "county")
Rule = Callable[[Demand], bool]
STATES = [key for key in StateKey if key is not StateKey.DRAFT]


@pytest.fixture
def story(client: FlaskClient, county: County, database: Database, clock: Clock) -> Story:
    story = Story(client, county, database, clock)
    rng = random.Random(6)
    with story.office("official") as work:
        for _ in range(200):
            demand = raise_demand(work, raised(rng))
            key = rng.choice(STATES)
            settled = key.value in ENDED | TO_REPORT_BACK
            demand.state = replace(
                demand.state,
                key=key,
                since=rng.choice(RESOLVED),
                class_=rng.choice((None, "PRIVATE", "GRID", "COMMUNITY", "GOVERNMENT")),
                highest_level=rng.choice((None, *LEVELS)),  # type: ignore[arg-type]
                original_due_at=rng.choice(DUES),
                due_at=rng.choice(DUES),
                outcome=rng.choice((None, "done", "fixed", "answered", "explained")) if settled else None,
                resolved_at=rng.choice((None, *RESOLVED)) if settled else None,
                told_at=rng.choice((None, NOW - 30 * DAY, NOW - DAY, NOW - DAY)) if settled else None,
                returns=rng.choice((0, 1, 2)),
            )
            judge(work, demand, rng)
            send_round(work, demand, rng)
    return story


def judge(work: Work, demand: Demand, rng: random.Random) -> None:
    """Some are rated: since they were told or before, by the reporter, by staff for him, or by somebody else."""
    for who in rng.choice(((), ("reporter",), ("reporter", "democratic_supervisor"))):
        given_at = NOW - rng.choice((0.5, 0.5, 20)) * DAY
        work.session.add(
            Rating(
                demand_id=demand.id,
                round=1,
                who=who,
                stars=rng.randint(1, 5),
                given_at=given_at,
                window_until=given_at + 7 * DAY,
                by_proxy=rng.random() < 0.3,
            )
        )


def send_round(work: Work, demand: Demand, rng: random.Random) -> None:
    """Some were dispatched and came back, this month or the month before."""
    for action in rng.choice(((), ("assign",), ("assign", "return_order", "transfer", "return_order"))):
        at = NOW - rng.choice((2, 25)) * DAY
        act = DemandMoved(
            subject_id=demand.id,
            jurisdiction=demand.jurisdiction,
            action=action,
            from_key="",
            to_key="",
            acted_at=at,
        )
        replace(work, now=at).record(act)


def raised(rng: random.Random) -> Raised:
    received = NOW - rng.random() * 45 * DAY
    kind, detail = rng.choice((("facility", "lamp"), ("dispute", "family"), ("other", None)))
    named = Reporter(kind="named", phone="13900000000")
    reporter = rng.choice((None, Reporter(kind="anonymous"), named, named))
    village, grids = rng.choice(((VILLAGE, (GRID, VACANT_GRID, None)), (OTHER_VILLAGE, (OTHER_GRID, None))))
    return Raised(
        raised_on=received.astimezone(NOW.tzinfo).date(),
        received_at=received,
        channel="walkin",
        kind=kind,
        detail=detail,
        words="一件事",
        division=village,
        grid=rng.choice(grids),
        place=None,
        reporter=reporter,
    )


def in_october(moment: dt.datetime | None) -> bool:
    return moment is not None and moment.astimezone(NOW.tzinfo).strftime("%Y-%m") == "2026-10"


def held_as(demand: Demand) -> str | None:
    return demand.class_ or demand.suggested_class


def was_due(demand: Demand) -> bool:
    due = demand.original_due_at
    return due in (END_OF_10, END_OF_19) and held_as(demand) != "PRIVATE"


def on_time(demand: Demand) -> bool:
    resolved, due = demand.resolved_at, demand.original_due_at
    return was_due(demand) and resolved is not None and due is not None and resolved <= due


def in_cohort(demand: Demand) -> bool:
    over_as_rejected = demand.key == "closed" and demand.outcome is None
    return (
        in_october(demand.received_at)
        and demand.key not in ("withdrawn", "referred")
        and not over_as_rejected
    )


def owed_a_word(demand: Demand) -> bool:
    since = (demand.resolved_at or demand.since).astimezone(NOW.tzinfo).date()
    waited = since < dt.date(2026, 10, 19)  # the 19th is a Monday: its next working day is not over
    to_be_told = demand.key in ENDED or (demand.key in TO_REPORT_BACK and waited)
    return in_october(demand.received_at) and demand.reporter_kind == "named" and to_be_told


def met_its_later_date(demand: Demand) -> bool:
    return (
        demand.resolved_at is not None and demand.due_at is not None and demand.resolved_at <= demand.due_at
    )


def handled_within(level: str) -> Rule:
    return lambda demand: demand.highest_level in LEVELS[: LEVELS.index(level) + 1]


def resolved_in_october(class_: str | None) -> Rule:
    return lambda demand: in_october(demand.resolved_at) and held_as(demand) == class_


RULES: dict[str, tuple[Rule, Rule]] = {
    "C6": (on_time, was_due),
    "C6-extended": (met_its_later_date, lambda demand: was_due(demand) and not on_time(demand)),
    "C7": (
        lambda demand: demand.resolved_at is not None and demand.outcome in ("done", "fixed", "answered"),
        in_cohort,
    ),
    "C7-explained": (lambda demand: demand.outcome == "explained", in_cohort),
    "C7-suspended": (lambda demand: demand.key == "suspended", in_cohort),
    "C7-projectised": (lambda demand: demand.key == "projectised", in_cohort),
    "C8": (lambda demand: demand.told_at is not None, owed_a_word),
    **{
        f"C11-{class_ or 'NONE'}-{level}": (handled_within(level), resolved_in_october(class_))
        for class_ in ("PRIVATE", "GRID", "COMMUNITY", "GOVERNMENT", None)
        for level in ("grid", "village", "township")
    },
}
APART: dict[str, Rule] = {
    "private": lambda demand: held_as(demand) == "PRIVATE",
    "rejected": lambda demand: (
        demand.key == "rejected" or (demand.key == "closed" and demand.outcome is None)
    ),
    "suspended": lambda demand: demand.key == "suspended",
}


def masters(story: Story, area: str) -> list[Demand]:
    return [row for row in story.demands() if row.key != "merged" and row.jurisdiction.startswith(area)]


def rates(story: Story, name: str, area: str | None = None) -> CaseRates:
    with story.reading(name) as reading:
        return case_rates(reading, OCTOBER, area=area)


@pytest.mark.parametrize(
    ("name", "area", "prefix"),
    [
        ("official", None, ""),
        ("official", VILLAGE, VILLAGE),
        ("cadre", None, VILLAGE),
        ("official", GRID, GRID),
    ],
)
def test_every_rate_is_what_a_naive_count_finds(
    story: Story, name: str, area: str | None, prefix: str
) -> None:
    found = rates(story, name, area)
    everything = masters(story, prefix)
    for key, (in_n, in_d) in RULES.items():
        d = {row.id for row in everything if in_d(row)}
        n = {row.id for row in everything if row.id in d and in_n(row)}
        figure = found.figures[key]
        assert {row.id for row in figure.rows_d} == d, key
        assert {row.id for row in figure.rows_n} == n, key
        assert {row.id for row in figure.rows_left} == d - n, key
        assert len(figure.rows_d) == len(d)


@pytest.mark.parametrize(("name", "prefix"), [("official", ""), ("cadre", VILLAGE)])
def test_ratings_are_those_given_by_the_reporter_since_he_was_told(
    story: Story, name: str, prefix: str
) -> None:
    found = rates(story, name)
    asked = [
        row for row in masters(story, prefix) if in_october(row.told_at) and row.reporter_kind == "named"
    ]
    stars: dict[object, int] = {}
    proxies = set()
    with story.reading() as reading:
        for row in reading.session.scalars(sa.select(Rating).where(Rating.who == "reporter")):
            if row.given_at < NOW - DAY:
                continue  # before the answer of yesterday
            if row.by_proxy:
                proxies.add(row.demand_id)
            else:
                stars[row.demand_id] = row.stars
    rated = {row.id for row in asked if row.id in stars}
    content = {key for key in rated if stars[key] >= 4}
    low = {key for key in rated if stars[key] <= 2}
    expected = {
        "C9": (rated, {row.id for row in asked}),
        "C9-satisfied": (content, rated),
        "C9-satisfied-asked": (content, {row.id for row in asked}),
        "C9-low": (low, rated),
        "C9-proxy": ({row.id for row in asked if row.id in proxies}, {row.id for row in asked}),
    }
    for key, (n, d) in expected.items():
        assert {row.id for row in found.figures[key].rows_n} == n, key
        assert {row.id for row in found.figures[key].rows_d} == d, key


@pytest.mark.parametrize(("name", "prefix"), [("official", ""), ("cadre", VILLAGE)])
def test_every_return_and_every_dispatch_of_the_month_counts(story: Story, name: str, prefix: str) -> None:
    found = rates(story, name)
    counted: Counter[str] = Counter()
    came_back = set()
    with story.reading() as reading:
        for event in reading.session.scalars(sa.select(EventRow).where(EventRow.kind == "demand.moved")):
            if in_october(event.at) and (event.jurisdiction or "").startswith(prefix):
                counted[event.details["action"]] += 1
                if event.details["action"] == "return_order":
                    came_back.add(uuid.UUID(event.subject_id))
    often = {row.id for row in story.demands() if row.id in came_back and row.returns >= 2}
    assert found.figures["C10"].n == counted["return_order"] > 0
    assert found.figures["C10"].d == counted["assign"] + counted["transfer"]
    assert {row.id for row in found.figures["C10-twice"].rows_d} == came_back
    assert {row.id for row in found.figures["C10-twice"].rows_n} == often


def test_the_random_demands_leave_no_rate_empty(story: Story) -> None:
    found = rates(story, "official")
    assert [key for key, figure in found.figures.items() if figure.d == 0] == []
    assert all(
        found.figures[key].n for key in ("C6", "C6-extended", "C7", "C7-explained", "C8", "C9", "C9-low")
    )
    assert all(found.figures[key].n for key in ("C9-satisfied", "C9-proxy", "C10", "C10-twice"))


def test_shares_stand_by_village_beside_those_of_the_county(story: Story) -> None:
    received = [row for row in masters(story, "") if in_october(row.received_at)]
    seen_by_cadre = rates(story, "cadre")
    assert set(seen_by_cadre.villages) == {VILLAGE}
    for what, rule in APART.items():
        assert seen_by_cadre.county[what] == (sum(map(rule, received)), len(received))
        own = [row for row in received if row.jurisdiction.startswith(VILLAGE)]
        figure = seen_by_cadre.figures[f"C12-{what}-{VILLAGE}"]
        assert (figure.n, figure.d) == (sum(map(rule, own)), len(own))


def test_private_matters_are_counted_for_everybody_and_listed_for_the_village_alone(story: Story) -> None:
    for name, sees in (("official", False), ("cadre", True)):
        with story.reading(name) as reading:
            figure = case_rates(reading, OCTOBER, area=VILLAGE).figures["C7"]
            listed = readable_rows(reading, figure.rows_d)
        private = [row for row in figure.rows_d if held_as(row) == "PRIVATE"]
        assert private
        assert len(listed) == figure.d - (0 if sees else len(private))


def test_every_number_of_the_page_opens_as_many_rows_as_it_says(story: Story, client: FlaskClient) -> None:
    client.post("/sign-in", data={"username": "cadre", "password": PASSWORD})
    page = client.get("/cases/figures?month=2026-10").text
    links = re.findall(r'href="(/cases/figures/rows[^"]+)">(?:\D*)(\d+)</a>', page)
    assert len(links) > 20
    for address, number in links:
        rows = client.get(address.replace("&amp;", "&")).text
        assert f"共列出 {number} 件" in rows, address


def test_an_unknown_figure_or_month_is_refused(story: Story, client: FlaskClient) -> None:
    client.post("/sign-in", data={"username": "cadre", "password": PASSWORD})
    assert client.get("/cases/figures/rows?figure=C99").status_code == 404
    assert client.get("/cases/figures?month=2026-13").status_code == 400
    assert client.get("/cases/figures?month=9999-12").status_code == 400
