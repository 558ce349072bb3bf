"""Edits, in the order they should come and in every other (OPENROSA §5.3), and what the office may do with a record."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from server.database import Database
from server.domain.people import SYSTEM, Actor
from server.domain.problems import Conflict, Forbidden
from server.domain.review import Verdict
from server.services import actors, submissions
from server.storage.events import EventRow
from server.storage.forms import FormVersion
from server.storage.patrols import Finding, Patrol
from server.storage.posts import Account
from server.storage.submissions import Attachment, Submission, get, unprojected
from tests.factories import GRID, NOW, County
from tests.instances import VERSION, instance, patrol
from tests.phones import Phone, message_of, rows

AN_HOUR_AGO = NOW - dt.timedelta(hours=1)


def number() -> str:
    return f"uuid:{uuid.uuid4()}"


def found(kind: str, **more: object) -> dict[str, object]:
    return {"what": {"kind": kind, "handled": "watch", **more}, "more": {"source": "seen"}}


def record(own: str, *, replaces: str | None = None, version: str = VERSION, **more: object) -> bytes:
    answers = patrol(GRID, AN_HOUR_AGO, **more)  # type: ignore[arg-type]
    return instance("patrol", answers, instance_id=own, deprecated_id=replaces, version=version)


def states(database: Database) -> list[str]:
    return [row.state for row in rows(database, Submission)]


def test_an_edit_updates_the_rows_of_its_original(phone: Phone, database: Database) -> None:
    a, b = number(), number()
    assert phone.send(record(a, result="found", finding=[found("road"), found("fire")])) == 201
    assert phone.send(record(b, replaces=a, result="found", finding=[found("hazard")])) == 201
    assert states(database) == ["superseded", "received"]
    assert [row.root_instance_id for row in rows(database, Submission)] == [a, a]
    assert len(rows(database, Patrol)) == 1
    kinds = {row.position: (row.kind, row.removed_at is None) for row in rows(database, Finding)}
    assert kinds == {0: ("hazard", True), 1: ("fire", False)}


def test_an_edit_before_its_original_waits_and_is_applied_when_it_comes(
    phone: Phone, database: Database
) -> None:
    a, b = number(), number()
    response = phone.post(record(b, replaces=a, result="found", finding=[found("hazard")]))
    assert response.status_code == 202
    assert states(database) == ["held"]
    assert rows(database, Patrol) == []
    assert phone.send(record(a)) == 201
    assert states(database) == ["received", "superseded"]
    (row,) = rows(database, Patrol)
    assert row.result == "found"
    assert row.roles == ["grid_worker"]


@pytest.mark.parametrize("order", ["abc", "cba", "bca", "acb", "cab", "bac"])
def test_a_chain_of_edits_ends_at_the_last_in_whatever_order_it_comes(
    phone: Phone, database: Database, order: str
) -> None:
    a, b, c = number(), number(), number()
    chain = {
        "a": record(a),
        "b": record(b, replaces=a, result="found", finding=[found("road")]),
        "c": record(c, replaces=b, result="found", finding=[found("fire")]),
    }
    for name in order:
        assert phone.send(chain[name]) in (201, 202)
    current = {row.instance_id: row.state for row in rows(database, Submission)}
    assert current == {a: "superseded", b: "superseded", c: "received"}
    assert len(rows(database, Patrol)) == 1
    assert [row.kind for row in rows(database, Finding)] == ["fire"]


def test_a_second_edit_of_the_same_version_is_409(phone: Phone, database: Database) -> None:
    a = number()
    assert phone.send(record(a)) == 201
    assert phone.send(record(number(), replaces=a)) == 201
    late = phone.post(record(number(), replaces=a, result="found"))
    assert (late.status_code, message_of(late)) == (409, "这份记录已经有更新的修改，请在手机上更新后再改。")


def test_the_original_again_after_its_edit_is_still_a_repeat(phone: Phone, database: Database) -> None:
    a = number()
    original = record(a)
    assert phone.send(original) == 201
    assert phone.send(record(number(), replaces=a, result="found", finding=[found("road")])) == 201
    assert phone.send(original, {"late.jpg": b"photo"}) == 201
    assert rows(database, Patrol)[0].result == "found"


def test_a_photo_an_edit_still_names_is_carried_over(phone: Phone, database: Database) -> None:
    a, b = number(), number()
    photo = {"result": "found", "finding": [found("road", photo="1.jpg")]}
    assert phone.send(record(a, **photo), {"1.jpg": b"photo", "audit.csv": b"x"}) == 201
    assert phone.send(record(b, replaces=a, **photo)) == 201
    edit = rows(database, Submission)[1]
    assert [file.name for file in rows(database, Attachment) if file.submission_id == edit.id] == ["1.jpg"]


def village(database: Database, county: County, name: str = "cadre") -> Actor:
    with database.read(SYSTEM) as reading:
        account = reading.session.get_one(Account, county.accounts[name])
        return actors.of_account(reading.session, account, now=reading.now)


def test_the_village_rejects_a_record_with_a_reason_and_it_stops_counting(
    phone: Phone, county: County, database: Database
) -> None:
    assert phone.send(record(number(), result="found", finding=[found("road")])) == 201
    (stored,) = rows(database, Submission)
    with database.transaction(village(database, county)) as work:
        submissions.verdict(work, stored.id, verdict=Verdict.REJECTED, comment="人不在现场")
    (stored,) = rows(database, Submission)
    assert (stored.state, stored.rejected_reason) == ("rejected", "人不在现场")
    assert rows(database, Patrol)[0].removed_at is not None
    assert rows(database, Finding)[0].removed_at is not None
    assert rows(database, EventRow)[-1].kind == "submission.rejected"
    with database.transaction(village(database, county)) as work, pytest.raises(Conflict):
        submissions.verdict(work, stored.id, verdict=Verdict.REJECTED, comment="again")


def test_a_rejected_record_that_is_corrected_counts_again(
    phone: Phone, county: County, database: Database
) -> None:
    a = number()
    assert phone.send(record(a)) == 201
    with database.transaction(village(database, county)) as work:
        submissions.verdict(
            work, rows(database, Submission)[0].id, verdict=Verdict.REJECTED, comment="网格选错"
        )
    assert phone.send(record(number(), replaces=a)) == 201
    assert states(database) == ["superseded", "received"]
    assert rows(database, Patrol)[0].removed_at is None


def test_nobody_rejects_what_lies_elsewhere_or_is_not_his_to_judge(
    phone: Phone, county: County, database: Database
) -> None:
    assert phone.send(record(number())) == 201
    (stored,) = rows(database, Submission)
    with database.transaction(village(database, county, "assessor")) as work, pytest.raises(Forbidden):
        submissions.verdict(work, stored.id, verdict=Verdict.REJECTED, comment="x")


def publish_again(database: Database, version: str) -> None:
    with database.transaction(SYSTEM) as work:
        source = work.session.query(FormVersion).filter_by(form_id="patrol").one()
        work.session.add(
            FormVersion(
                form_id="patrol",
                version=version,
                source=source.source,
                xml=source.xml,
                md5="0" * 32,
                published_at=source.published_at,
            )
        )


def test_a_record_leaves_quarantine_once_its_version_is_published(phone: Phone, database: Database) -> None:
    assert phone.send(record(number(), version="2026999999")) == 202
    with database.transaction(SYSTEM) as work:
        (waiting,) = unprojected(work.session, scope=SYSTEM.scope)
        assert submissions.reproject(work, waiting) == "submission.version_unknown"
    assert states(database) == ["quarantined"]
    publish_again(database, "2026999999")
    with database.transaction(SYSTEM) as work:
        (waiting,) = unprojected(work.session, scope=SYSTEM.scope)
        assert submissions.reproject(work, waiting) is None
    assert states(database) == ["received"]
    assert rows(database, Patrol)[0].roles == ["grid_worker"]


def test_an_edit_in_quarantine_takes_its_place_when_it_leaves(phone: Phone, database: Database) -> None:
    a, b = number(), number()
    assert phone.send(record(a)) == 201
    assert phone.send(record(b, replaces=a, version="2026999999", result="found")) == 202
    publish_again(database, "2026999999")
    with database.transaction(SYSTEM) as work:
        (waiting,) = unprojected(work.session, scope=SYSTEM.scope)
        assert submissions.reproject(work, waiting) is None
    assert states(database) == ["superseded", "received"]
    assert len(rows(database, Patrol)) == 1


def test_rows_are_made_again_once_and_nothing_is_doubled(phone: Phone, database: Database) -> None:
    assert phone.send(record(number(), result="found", finding=[found("road")])) == 201
    for _ in range(2):
        with database.transaction(SYSTEM) as work:
            stored = get(work.session, rows(database, Submission)[0].id, scope=SYSTEM.scope)
            assert submissions.reproject(work, stored) is None
    assert len(rows(database, Patrol)) == len(rows(database, Finding)) == 1


def test_a_replaced_version_is_never_projected_again(phone: Phone, database: Database) -> None:
    a = number()
    assert phone.send(record(a)) == 201
    assert phone.send(record(number(), replaces=a)) == 201
    with database.transaction(SYSTEM) as work:
        stored = get(work.session, rows(database, Submission)[0].id, scope=SYSTEM.scope)
        with pytest.raises(Conflict):
            submissions.reproject(work, stored)


def test_an_edit_that_missed_its_original_is_settled_later(phone: Phone, database: Database) -> None:
    a, b = number(), number()
    assert phone.send(record(a)) == 201
    assert phone.send(record(b, replaces=a, result="found", finding=[found("road")])) == 201
    with database.transaction(
        SYSTEM
    ) as work:  # as two transactions on PostgreSQL at the same moment leave it
        for row in work.session.query(Submission):
            row.state = "received" if row.instance_id == a else "held"
    with database.transaction(SYSTEM) as work:
        assert submissions.settle_held(work) == 1
        assert submissions.settle_held(work) == 0
    assert states(database) == ["superseded", "received"]
