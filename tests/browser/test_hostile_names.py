"""Names that are programs stay names, on every page and every map."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from shapely import Point

from server.database import Database
from server.domain.people import SYSTEM
from server.services import actors
from server.services.submissions import Upload, prepare, receive
from server.settings import Settings
from server.storage.grids import Grid
from server.storage.jurisdictions import Jurisdiction
from server.storage.posts import Account
from server.work import Reading, Work
from tests.browser.conftest import Visitor
from tests.browser.crawl import walk
from tests.factories import GRID, PASSWORD, County, household, person
from tests.instances import instance, patrol
from tests.instances import visit as visit_answers
from tests.live import answering

pytestmark = pytest.mark.browser

HOSTILE = (
    "{{7*7}}",
    "${7*7}",
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(2)</script>",
    "'\"><svg onload=alert(3)>",
)
NAME = " ".join(HOSTILE)


def poison(database: Database, county: County) -> None:
    """Give everything that has a name a hostile one, and send records full of them."""
    with database.transaction(SYSTEM) as work:
        for table in (Jurisdiction, Grid):
            work.session.execute(sa.update(table).values(name=NAME))
        work.session.execute(sa.update(Account).values(display_name=NAME))
        home = household(work, address=NAME, head=NAME, point=Point(108.005, 30.005))
        grandmother = person(work, home, name=NAME, called=NAME)
    now = dt.datetime.now(dt.UTC)
    finding = {
        "what": {"kind": "facility", "words": NAME, "handled": "report", "fix": "30.006 108.004 0 5"},
        "more": {"source": "told", "reporter_name": NAME, "landmark": NAME},
    }
    records = [
        instance("patrol", patrol(GRID, now, result="found", finding=[finding])),
        instance("household_visit", visit_answers(home.id, now, seen=[grandmother.id])),
    ]
    for xml in records:
        with database.transaction(SYSTEM) as work:
            worker = work.session.get_one(Account, county.accounts["worker"])
            actor = actors.of_account(work.session, worker, now=now)
            prepared = prepare(Reading(work.session, actor, now), Upload(xml))
            assert prepared.failure is None
            receive(Work(work.session, actor, now), prepared)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", ["cadre", "official", "admin"])
def test_a_hostile_name_runs_nowhere(
    name: str,
    database: Database,
    county: County,
    settings: Settings,
    visit: Callable[..., Visitor],
    tmp_path: Path,
) -> None:
    poison(database, county)
    shown = 0
    with answering(settings) as url:
        visitor = visit(url)
        visitor.sign_in(name, PASSWORD)
        for address in walk(visitor):
            texts = [
                frame.evaluate("document.body ? document.body.innerText : ''")
                for frame in visitor.page.frames
            ]
            shown += sum("{{7*7}}" in text for text in texts)
            assert not any("49" in text and "{{7*7}}" not in text for text in texts if "onerror" in text), (
                address
            )
        assert not visitor.faults, "\n".join(visitor.faults)
    assert shown > 0
