"""What somebody in the field says reaches the office, and the answer comes back once."""

from __future__ import annotations

import datetime as dt

import pytest

from server.database import Database
from server.domain.people import SYSTEM, Actor
from server.domain.problems import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from server.domain.scope import Scope
from server.services import actors, suggestions
from server.storage import suggestions as storage
from server.storage.events import EventRow
from server.storage.posts import Account
from server.storage.selection import Page
from server.storage.suggestions import Suggestion
from tests.conftest import Clock
from tests.factories import COUNTY, NOW, TOWNSHIP, VILLAGE, County
from tests.phones import rows


def actor(database: Database, county: County, name: str) -> Actor:
    with database.read(SYSTEM) as reading:
        account = reading.session.get_one(Account, county.accounts[name])
        return actors.of_account(reading.session, account, now=reading.now)


def say(
    database: Database, county: County, words: str, *, name: str = "worker", about: str | None = None
) -> int:
    with database.transaction(actor(database, county, name)) as work:
        return suggestions.make(work, words=words, about=about).id


def reply(
    database: Database, county: County, number: int, words: str = "会改。", *, name: str = "official"
) -> None:
    with database.transaction(actor(database, county, name)) as work:
        suggestions.answer(work, number, words=words)


def seen_by(database: Database, county: County, name: str, *, waiting_only: bool = True) -> list[str]:
    who = actor(database, county, name)
    with database.read(who) as reading:
        found = storage.listing(reading.session, scope=who.scope, page=Page(), waiting_only=waiting_only)
    assert found.total == len(found.rows)
    return [row.made.words for row in found.rows]


def test_a_suggestion_belongs_to_the_home_of_whoever_made_it(database: Database, county: County) -> None:
    say(database, county, "字太小\n看不清", about="patrol")
    (row,) = rows(database, Suggestion)
    assert (row.jurisdiction, row.words, row.about) == (VILLAGE, "字太小\n看不清", "patrol")
    assert (row.account_id, row.made_at) == (county.accounts["worker"], NOW)
    assert [event.kind for event in rows(database, EventRow)][-1] == "suggestion.made"


def test_the_same_words_sent_again_are_one_until_they_are_answered(
    database: Database, county: County
) -> None:
    first = say(database, county, "字太小")
    assert say(database, county, " 字太小 ") == first
    assert say(database, county, "字太小", about="patrol") != first
    assert say(database, county, "字太小", name="cadre") != first
    reply(database, county, first)
    assert say(database, county, "字太小") != first


def test_control_characters_are_left_out(database: Database, county: County) -> None:
    say(database, county, "a\x00b\x08c\nd", about="x\x00" * 300)
    (row,) = rows(database, Suggestion)
    assert (row.words, len(row.about or "")) == ("abc\nd", 200)


@pytest.mark.parametrize("words", ["", " \n ", "\x00", "长" * 1001])
def test_no_words_and_endless_words_are_refused(database: Database, county: County, words: str) -> None:
    with pytest.raises(Invalid, match=r"suggestion\.no_words"):
        say(database, county, words)
    number = say(database, county, "长" * 1000)
    with pytest.raises(Invalid, match=r"suggestion\.no_answer"):
        reply(database, county, number, words)


def test_the_office_sees_what_comes_from_its_divisions(database: Database, county: County) -> None:
    say(database, county, "这里", name="worker")
    say(database, county, "那里", name="other_worker")
    assert seen_by(database, county, "cadre") == ["这里"]
    assert seen_by(database, county, "other_cadre") == ["那里"]
    for name in ("official", "assessor", "admin"):
        assert seen_by(database, county, name) == ["那里", "这里"]
    with database.read(SYSTEM) as reading:
        counts = [
            storage.waiting(reading.session, scope=Scope.of([code])) for code in (VILLAGE, TOWNSHIP, COUNTY)
        ]
    assert counts == [1, 2, 2]


def test_an_answer_is_given_once_and_leaves_the_list_of_those_waiting(
    database: Database, county: County, clock: Clock
) -> None:
    number = say(database, county, "字太小")
    clock.now += dt.timedelta(hours=1)
    reply(database, county, number, " 请打开大字。 ", name="cadre")
    (row,) = rows(database, Suggestion)
    assert (row.answer, row.answered_by, row.answered_at) == (
        "请打开大字。",
        county.accounts["cadre"],
        clock.now,
    )
    assert [event.kind for event in rows(database, EventRow)][-1] == "suggestion.answered"
    with pytest.raises(Conflict, match=r"suggestion\.answered"):
        reply(database, county, number)
    assert seen_by(database, county, "official") == []
    assert seen_by(database, county, "official", waiting_only=False) == ["字太小"]


def test_nobody_answers_for_another_place_or_himself(database: Database, county: County) -> None:
    from_village, from_cadre = say(database, county, "甲"), say(database, county, "乙", name="cadre")
    with pytest.raises(NotFound):
        reply(database, county, from_village, name="other_cadre")
    with pytest.raises(NotFound):
        reply(database, county, 99_999)
    with pytest.raises(Forbidden, match=r"suggestion\.your_own"):
        reply(database, county, from_cadre, name="cadre")
    with pytest.raises((Forbidden, NotFound)):
        reply(database, county, from_village, name="worker")
    reply(database, county, from_cadre)


def test_the_answers_somebody_got_come_newest_first_and_no_more_than_asked(
    database: Database, county: County, clock: Clock
) -> None:
    numbers = [say(database, county, f"第{number}条") for number in range(4)]
    for number in reversed(numbers[:3]):
        clock.now += dt.timedelta(minutes=1)
        reply(database, county, number)
    with database.read(SYSTEM) as reading:
        got = storage.answered_to(reading.session, county.accounts["worker"], limit=2)
        none = storage.answered_to(reading.session, county.accounts["cadre"], limit=2)
    assert [row.words for row in got] == ["第0条", "第1条"]
    assert list(none) == []


def test_the_system_and_the_county_make_no_suggestions(database: Database, county: County) -> None:
    with database.transaction(SYSTEM) as work, pytest.raises(Unauthenticated):
        suggestions.make(work, words="x")
    with pytest.raises(Forbidden):
        say(database, county, "x", name="admin")
