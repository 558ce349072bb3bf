"""收到的记录: a page of the list, with what each record says first, for whoever may read that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from forms.wording import Line
from server.domain.permissions import Permission
from server.domain.review import Standing
from server.domain.scope import Scope
from server.figures import likely_same
from server.figures.received import standing_of
from server.figures.record_lines import RecordForms
from server.figures.staffing import names_of
from server.storage import record_list
from server.storage.record_list import Found, RecordFilter
from server.storage.selection import Page
from server.storage.submissions import Attachment, Submission
from server.work import Reading

_FIRST = 3
_A_FEW_WORDS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordLine:
    """A record in the list; `says` and `photo` only where it `is_readable` for who asks."""

    submission: Submission
    sender: str
    standing: Standing
    is_readable: bool
    says: str
    photo: Attachment | None
    photos: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPage:
    """A page of the list. `total` records in all, or `more` than these; not `searched_all` where answers of older ones were not read."""

    rows: Sequence[RecordLine]
    total: int
    more: bool
    searched_all: bool
    page: Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What is asked about the answers of records: that a text stands in them, that another record says the same (可能重复).

    Only for somebody who sees names: of what he finds he may read the answers.
    """

    text: str | None = None
    twice: bool = False


def record_page(
    reading: Reading, wanted: RecordFilter, *, scope: Scope, page: Page, said: Said | None = None
) -> RecordPage:
    """A page of the wanted records within `scope`, which is a part of the reader's own; of the newest of them those `said`."""
    forms = RecordForms(reading)
    found = record_list.find(reading.session, wanted, scope=scope)
    searched_all = said is None or not found.more
    if said is not None:
        found = _looked_through(reading, forms, found, said)
    shown = record_list.rows(reading.session, found.ids[page.offset : page.offset + page.size])
    return RecordPage(
        rows=_lines(reading, forms, shown),
        total=len(found.ids),
        more=found.more,
        searched_all=searched_all,
        page=page,
    )


def _looked_through(reading: Reading, forms: RecordForms, found: Found, said: Said) -> Found:
    """Those of the found of which what is asked holds."""
    rows = record_list.rows(reading.session, found.ids)
    readable = _readable(reading, rows)
    rows = [row for row in rows if row.id in readable]
    if said.twice:
        same = likely_same.among(reading, forms, rows)
        rows = [row for row in rows if row.id in same]
    holding = {row.id for row in rows} if said.text is None else _saying(forms, rows, said.text)
    return Found([key for key in found.ids if key in holding], more=False)


def _saying(forms: RecordForms, rows: Sequence[Submission], text: str) -> set[int]:
    """The ids of those in which a text stands, however it is written in Latin letters."""
    return {key for key, told in forms.lines_of(rows).items() if _hold(told, text.casefold())}


def _hold(lines: Sequence[Line], text: str) -> bool:
    return any(line.answer is not None and text in line.answer.casefold() for line in lines)


def _lines(reading: Reading, forms: RecordForms, rows: Sequence[Submission]) -> list[RecordLine]:
    session = reading.session
    readable = _readable(reading, rows)
    names = names_of(session, (row.account_id for row in rows if row.account_id is not None))
    photos = _photos(reading, readable)
    lines = forms.lines_of([row for row in rows if row.id in readable])
    return [
        RecordLine(
            submission=row,
            sender=names.get(row.account_id, "") if row.account_id else "",
            standing=standing_of(row),
            is_readable=row.id in readable,
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
