"""查一查: a month's questions for whoever they are put to, and what was answered (METRICS Q)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from server.domain.obligation import Window, window_of
from server.domain.permissions import Permission
from server.domain.problems import NotFound
from server.domain.question import Answer, Kind, Question
from server.domain.work_calendar import local_day
from server.figures.personnel import place_names
from server.figures.question_rates import of_demands, of_ratings, of_visits
from server.figures.question_records import of_records
from server.figures.staffing import names_of
from server.storage import questions as storage
from server.work import Reading

MONTHS_SHOWN = 4
_ORDER = {kind: position for position, kind in enumerate(Kind)}


@dataclass(frozen=True, slots=True)
class Given:
    """An answer: who, when (aware), which, and in what words."""

    who: str
    at: dt.datetime
    answer: Answer
    words: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question as it is shown: where, about whose records ("" for a place's), and the answers so far.

    `is_own`: it is about the reader's own records.
    """

    question: Question
    place: str
    who: str
    is_own: bool
    answers: tuple[Given, ...]


def months(today: dt.date) -> list[Window]:
    """The months that can be looked at: the present one and the three before."""
    found = [window_of("month", today)]
    while len(found) < MONTHS_SHOWN:
        found.append(window_of("month", found[-1].first - dt.timedelta(days=1)))
    return found


def questions(reading: Reading, month: Window) -> list[Asked]:
    """Return the questions of a month the reader may see, by place and kind: never by person, never counted.

    The village sees those of its grids; a worker those about his own records. Nobody above is shown them.
    """
    own = reading.actor.id
    mine_alone = not reading.actor.may(Permission.ANSWER_FOR_VILLAGE)
    found = [
        each
        for each in _all(reading, month)
        if not mine_alone or (own is not None and each.account_id == own)
    ]
    return _shown(reading, sorted(found, key=lambda each: (each.jurisdiction, _ORDER[each.kind], each.mark)))


def question(reading: Reading, key: str) -> Question:
    """The question stored answers go under `key`. Raises NotFound("question.unknown") where the reader has none such."""
    for month in months(local_day(reading.now)):
        for asked in questions(reading, month):
            if asked.question.key == key:
                return asked.question
    raise NotFound("question.unknown")


def _all(reading: Reading, month: Window) -> list[Question]:
    scope = reading.actor.scope
    return [
        *of_visits(reading, month),
        *of_records(reading, month, scope=scope),
        *of_demands(reading, month),
        *of_ratings(reading, month),
    ]


def _shown(reading: Reading, found: Sequence[Question]) -> list[Asked]:
    session = reading.session
    given: dict[str, list[storage.QuestionAnswer]] = defaultdict(list)
    for row in storage.answers(session, [each.key for each in found]):
        given[row.question].append(row)
    people: set[UUID] = {each.account_id for each in found if each.account_id is not None}
    names = names_of(session, people | {row.account_id for rows in given.values() for row in rows})
    places = place_names(session, (each.jurisdiction for each in found))
    return [
        Asked(
            question=each,
            place=places[each.jurisdiction],
            who="" if each.account_id is None else names.get(each.account_id, ""),
            is_own=each.account_id is not None and each.account_id == reading.actor.id,
            answers=tuple(
                Given(names.get(row.account_id, ""), row.at, Answer(row.answer), row.words)
                for row in given[each.key]
            ),
        )
        for each in found
    ]
