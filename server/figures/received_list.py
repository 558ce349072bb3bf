"""收到的记录: a page of the list, with what each record says first, for whoever may read that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from forms.wording import Line
from server.domain.permissions import Permission
from server.domain.review import Standing
from server.domain.scope import Scope
from server.figures.received import standing_of
from server.figures.record_lines import RecordForms
from server.figures.staffing import names_of
from server.storage import record_list, reviews
from server.storage.record_list import Found, RecordFilter
from server.storage.selection import Page
from server.storage.submissions import Attachment, Submission
from server.work import Reading

_FIRST = 3
_A_FEW_WORDS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordLine:
    """A record in the list; `says` and `photo` only for whoever may read it."""

    submission: Submission
    sender: str
    standing: Standing
    says: str
    photo: Attachment | None
    photos: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPage:
    """A page of the list. `total` records in all, or `more` than these; `searched_all` unless older ones were not looked at."""

    rows: Sequence[RecordLine]
    total: int
    more: bool
    searched_all: bool
    page: Page


def record_page(
    reading: Reading, wanted: RecordFilter, *, scope: Scope, page: Page, text: str | None = None
) -> RecordPage:
    """A page of the wanted records within `scope`, which is a part of the reader's own; `text` stands in what they say.

    Only somebody who sees names can look for a text: what he finds he may read.
    """
    forms = RecordForms(reading)
    found = record_list.find(reading.session, wanted, scope=scope)
    if text is not None:
        found = _saying(reading, forms, found, text)
    shown = record_list.rows(reading.session, found.places[page.offset : page.offset + page.size])
    return RecordPage(
        rows=_lines(reading, forms, shown),
        total=len(found.places),
        more=found.more,
        searched_all=found.searched_all,
        page=page,
    )


def _saying(reading: Reading, forms: RecordForms, found: Found, text: str) -> Found:
    """Those of the found in which a text stands, however it is written in Latin letters."""
    rows = record_list.rows(reading.session, found.places)
    readable = _readable(reading, rows)
    lines = forms.lines_of([row for row in rows if row.id in readable])
    holding = {key for key, told in lines.items() if _hold(told, text.casefold())}
    places = [place for place in found.places if place.id in holding]
    return Found(places, more=False, searched_all=found.searched_all and not found.more)


def _hold(lines: Sequence[Line], text: str) -> bool:
    return any(line.answer is not None and text in line.answer.casefold() for line in lines)


def _lines(reading: Reading, forms: RecordForms, rows: Sequence[Submission]) -> list[RecordLine]:
    session = reading.session
    readable = _readable(reading, rows)
    verdicts = reviews.newest(session, rows)
    names = names_of(session, (row.account_id for row in rows if row.account_id is not None))
    photos = _photos(reading, readable)
    lines = forms.lines_of([row for row in rows if row.id in readable])
    return [
        RecordLine(
            submission=row,
            sender=names.get(row.account_id, "") if row.account_id else "",
            standing=standing_of(row, verdicts.get((row.form_id, row.root_instance_id))),
            says=_first_words(lines.get(row.id, ())),
            photo=next(iter(photos.get(row.id, ())), None),
            photos=len(photos.get(row.id, ())),
        )
        for row in rows
    ]


def _readable(reading: Reading, rows: Sequence[Submission]) -> set[int]:
    """The records whose words the reader may read without giving a reason (METRICS V)."""
    seen = [row for row in rows if reading.actor.may(Permission.SEE_NAMES, at=row.jurisdiction)]
    hidden = record_list.with_hidden_demands(reading.session, seen, scope=reading.actor.scope)
    return {row.id for row in seen} - hidden


def _photos(reading: Reading, ids: set[int]) -> Mapping[int, Sequence[Attachment]]:
    found: dict[int, list[Attachment]] = {}
    for each in record_list.pictures(reading.session, ids):
        found.setdefault(each.submission_id, []).append(each)
    return found


def _first_words(lines: Sequence[Line]) -> str:
    answers = [line.answer for line in lines if line.answer]
    return "；".join(_shortened(answer) for answer in answers[:_FIRST])


def _shortened(words: str) -> str:
    return words if len(words) <= _A_FEW_WORDS else f"{words[:_A_FEW_WORDS]}…"
