"""预备好的文件 services: a file is ordered in a moment, made apart, taken away by whoever ordered it, and goes."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace

from pydantic import TypeAdapter

from server.domain.people import Actor
from server.domain.permissions import Permission
from server.domain.problems import Conflict, Forbidden
from server.figures.exports.order import Order, Wanted, number
from server.services import actors, exports
from server.storage import ordered_files as storage
from server.storage.files import StoredFile
from server.storage.ordered_files import FileState, OrderedFile
from server.storage.posts import Account
from server.work import Reading, Work

KEPT = dt.timedelta(days=3)
SILENCE = dt.timedelta(minutes=5)
"""After this a worker that said nothing is taken for dead: between two words lie some thousand records, or the saving."""
MOST_UNFINISHED = 3
"""Files one account may wait for at once: the others wait behind them."""
MOST_ATTEMPTS = 3
BROKEN = "ordered_file.broken"
"""Why a file failed that no other code speaks of."""

_WANTED = TypeAdapter(Wanted)


def order(work: Work, wanted: Wanted, *, reason: str | None) -> OrderedFile:
    """预订文件: settle an export, record who takes it and why, and let it be made.

    Raises as exports.begin() does, Conflict("ordered_file.too_many") while enough others of the account are waited for.
    """
    account_id = work.actor.id
    if account_id is None:
        raise Forbidden("actor.not_permitted")
    prepared = exports.begin(work, wanted, reason=reason)
    if storage.unfinished_of(work.session, account_id, now=work.now) >= MOST_UNFINISHED:
        raise Conflict("ordered_file.too_many", most=MOST_UNFINISHED)
    row = OrderedFile(
        id=uuid.uuid4(),
        account_id=account_id,
        form_id=wanted.form_id,
        name=prepared.file_name,
        wanted=_WANTED.dump_python(wanted, mode="json"),
        divisions=sorted(prepared.scope.codes),
        ordered_at=work.now,
        goes_at=work.now + KEPT,
        state=FileState.WAITING,
        rows_in_all=number(work, prepared),
        rows_done=0,
        attempts=0,
    )
    work.session.add(row)
    return row


def own(reading: Reading, file_id: uuid.UUID) -> OrderedFile:
    """One of the reader's own files, while he may still export every division that is in it.

    Its records are not judged a second time. Raises NotFound("ordered_file.unknown"), Forbidden("actor.not_permitted").
    """
    row = storage.get(reading.session, file_id, account_id=reading.actor.id, now=reading.now)
    for code in row.divisions:
        reading.actor.require(Permission.EXPORT_SUBMISSIONS, at=code)
    return row


def claim(work: Work) -> OrderedFile | None:
    """The next file to make, now the caller's own to make; None where there is none.

    One that a worker was given too often without a word of its end has failed.
    """
    while row := storage.next_to_make(work.session, now=work.now, silent_since=work.now - SILENCE):
        row.claim = uuid.uuid4()
        row.heard_at = work.now
        row.rows_done = 0
        if row.attempts < MOST_ATTEMPTS:
            row.state = FileState.MAKING
            row.attempts += 1
            work.session.flush()
            return row
        row.state, row.trouble = FileState.FAILED, BROKEN
        work.session.flush()
    return None


def orderer(reading: Reading, row: OrderedFile) -> Actor:
    """Whoever ordered the file, with the posts of today."""
    account = reading.session.get_one(Account, row.account_id)
    return actors.of_account(reading.session, account, now=reading.now)


def settled(reading: Reading, row: OrderedFile) -> Order:
    """What is to be written: what its orderer may export now of what was there when he ordered it.

    Raises Forbidden and NotFound as exports.begin() does.
    """
    wanted = _WANTED.validate_python(row.wanted)
    reading.actor.require(Permission.EXPORT_SUBMISSIONS, at=wanted.area)
    return exports.settle(replace(reading, now=row.ordered_at), wanted)


def progress(work: Work, row: OrderedFile, *, rows_done: int) -> bool:
    """Say how far a claimed file is; False where the claim is lost."""
    return storage.change(work.session, row, rows_done=rows_done, heard_at=work.now)


def give_back(work: Work, row: OrderedFile) -> None:
    """Leave a claimed file to whoever comes next: that its worker was stopped is no failed attempt."""
    storage.change(
        work.session, row, state=FileState.WAITING, claim=None, rows_done=0, attempts=row.attempts - 1
    )


def fail(work: Work, row: OrderedFile, *, trouble: str) -> None:
    """Say why a claimed file cannot be made."""
    storage.change(work.session, row, state=FileState.FAILED, trouble=trouble)


def finish(work: Work, row: OrderedFile, stored: StoredFile) -> bool:
    """A claimed file is whole and kept from now on for KEPT; False where the claim is lost."""
    return storage.change(
        work.session,
        row,
        state=FileState.READY,
        sha256=stored.sha256,
        size=stored.size,
        goes_at=work.now + KEPT,
    )
