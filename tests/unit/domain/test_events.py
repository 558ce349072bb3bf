import dataclasses
import datetime as dt
import json
from uuid import UUID

from server.domain.events import EVENT_BY_KIND, Event
from server.domain.events.demands import DemandMoved
from server.domain.events.people import HouseholdsEntrusted
from server.domain.events.submissions import SubmissionReceived
from server.domain.submission import Arrival

GRID = "500233100001001"


def test_every_kind_names_one_event() -> None:
    assert len(EVENT_BY_KIND) == len(Event.__subclasses__())
    assert all(kind.count(".") == 1 and event.__doc__ for kind, event in EVENT_BY_KIND.items())


def test_no_event_has_a_field_for_a_name_or_a_telephone() -> None:
    fields = {field.name for event in EVENT_BY_KIND.values() for field in dataclasses.fields(event)}
    assert not fields & {"name", "phone", "telephone", "words", "note", "address"}


def test_the_subject_is_the_first_word_of_the_kind() -> None:
    event = SubmissionReceived(
        subject_id=7, jurisdiction=GRID, form_id="patrol", form_version="2026112101", arrival=Arrival.NEW
    )
    assert (event.kind, event.subject) == ("submission.received", "submission")
    assert event.details() == {"form_id": "patrol", "form_version": "2026112101", "arrival": "new"}


def test_details_are_ready_for_json() -> None:
    due = dt.datetime(2026, 10, 13, 16, tzinfo=dt.UTC)
    moved = DemandMoved(
        subject_id=UUID(int=1),
        jurisdiction=GRID,
        action="assign",
        from_key="classified",
        to_key="assigned",
        acted_at=due,
        facts={"channel": "visit", "stars": 2},
        due_at=due,
    )
    details = json.loads(json.dumps(moved.details()))
    assert details["due_at"] == details["acted_at"] == "2026-10-13T16:00:00+00:00"
    assert details["facts"] == {"channel": "visit", "stars": 2}
    given = HouseholdsEntrusted(
        subject_id=UUID(int=1),
        jurisdiction=GRID,
        account_id=UUID(int=2),
        first_day=dt.date(2026, 10, 8),
        last_day=dt.date(2026, 10, 15),
        households=(UUID(int=3),),
    )
    assert given.details()["households"] == [str(UUID(int=3))]
    assert given.details()["first_day"] == "2026-10-08"
