"""发通知: a message is claimed once, and what became of it is written down. Nothing here knows a gateway."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal, cast

from server.domain import notification
from server.domain.events.notifications import SentAgain
from server.domain.notification import MOST_A_DAY, What
from server.domain.permissions import Permission
from server.domain.problems import Conflict
from server.domain.work_calendar import SHANGHAI, local_day
from server.storage import notifications as storage
from server.storage.demands import Demand
from server.storage.notifications import Delivery
from server.storage.posts import Account
from server.storage.units import Unit
from server.work import Work

Outcome = Literal["sent", "logged", "failed", "unknown", "unreachable"]
"""What a gateway made of a message; "unreachable" is tried again, "unknown" never by itself."""

LOST_AFTER = dt.timedelta(minutes=5)
"""A worker that has held a message so long is gone: no gateway is waited for longer than half a minute."""

_PAUSES = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 60, 240))
"""How long an unreachable gateway is left alone after each try; after the last the message has failed."""
_MAY_GO_AGAIN = ("failed", "unknown")


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """A claimed message on its way to a gateway. `key` is the same for every try.

    `number` is that of the demand it is about, None for a digest; `is_reporter` says that it goes to a resident.
    """

    delivery_id: int
    key: uuid.UUID
    what: What
    words: str
    telephone: str
    is_reporter: bool
    number: str | None
    demand_id: uuid.UUID | None


def give_up_lost(work: Work) -> int:
    """Mark what a lost worker held as unknown: it may have left, so it is shown and not sent again by itself."""
    lost = storage.held_since(work.session, work.now - LOST_AFTER)
    for row in lost:
        _settle(row, "unknown", at=work.now, trouble="worker_lost")
    return len(lost)


def gather(work: Work) -> int:
    """汇总: let everybody's waiting reminders and overflow be said in one message; how many digests were made."""
    made = 0
    waiting = storage.for_digests(work.session, now=work.now)
    for _recipient, group in groupby(waiting, key=lambda row: row.recipient):
        made += _gathered(work, list(group))
    return made


def _gathered(work: Work, rows: Sequence[Delivery]) -> bool:
    first = rows[0]
    if len(rows) == 1:
        first.for_digest = False
        return False
    digest = Delivery(
        recipient=first.recipient,
        account_id=first.account_id,
        unit_id=first.unit_id,
        demand_id=first.demand_id if _is_reporters(first) else None,
        jurisdiction=first.jurisdiction,
        what="digest",
        words=notification.digest_words(cast(What, row.what) for row in rows),
        send_from=work.now,
        made_at=work.now,
    )
    work.session.add(digest)
    work.session.flush()
    for row in rows:
        row.state, row.digest_id, row.settled_at = "gathered", digest.id, work.now
    return True


def _is_reporters(row: Delivery) -> bool:
    return row.account_id is None and row.unit_id is None


def claim(work: Work) -> Parcel | None:
    """Take the next message that may leave; the caller commits before he sends it. None where nothing is left.

    What would be the thirteenth of a day is put off to the next morning's digest; what has no telephone number any
    more has failed.
    """
    while (row := storage.next_due(work.session, now=work.now)) is not None:
        telephone = _telephone(work, row)
        if row.for_digest or _has_had_enough(work, row):
            row.for_digest, row.send_from = True, notification.next_morning(work.now)
        elif telephone is None:
            _settle(row, "failed", at=work.now, trouble="no_address")
        else:
            row.state, row.claimed_at = "sending", work.now
            row.tries += 1
            return _parcel(work, row, telephone)
        work.session.flush()
    return None


def _has_had_enough(work: Work, row: Delivery) -> bool:
    midnight = dt.datetime.combine(local_day(work.now), dt.time(), tzinfo=SHANGHAI)
    return row.what != "digest" and storage.sent_to(work.session, row.recipient, since=midnight) >= MOST_A_DAY


def _telephone(work: Work, row: Delivery) -> str | None:
    """The number as it is now; it is handed to the gateway and written nowhere."""
    if row.account_id is not None:
        return work.session.get_one(Account, row.account_id).telephone
    if row.unit_id is not None:
        return work.session.get_one(Unit, row.unit_id).contact_phone
    return None if row.demand_id is None else work.session.get_one(Demand, row.demand_id).reporter_phone


def _parcel(work: Work, row: Delivery, telephone: str) -> Parcel:
    demand = None if row.demand_id is None else work.session.get_one(Demand, row.demand_id)
    return Parcel(
        delivery_id=row.id,
        key=row.key,
        what=cast(What, row.what),
        words=row.words,
        telephone=telephone,
        is_reporter=_is_reporters(row),
        number=None if demand is None else demand.number,
        demand_id=row.demand_id,
    )


def settle(
    work: Work, delivery_id: int, outcome: Outcome, *, gateway: str, trouble: str | None = None
) -> None:
    """Write down what a gateway made of a claimed message; an unreachable one is tried later, in the end it failed."""
    row = work.session.get_one(Delivery, delivery_id, with_for_update=True)
    row.gateway = gateway
    if outcome == "unreachable":
        if row.tries <= len(_PAUSES):
            row.state, row.claimed_at, row.trouble = "waiting", None, trouble
            row.send_from = work.now + _PAUSES[row.tries - 1]
            return
        outcome = "failed"
    _settle(row, outcome, at=work.now, trouble=trouble)


def _settle(row: Delivery, state: str, *, at: dt.datetime, trouble: str | None) -> None:
    row.state, row.settled_at, row.trouble = state, at, trouble


def send_again(work: Work, delivery_id: int) -> Delivery:
    """再发一次, decided by a person: under the same key, so that a receiver that got it already knows it.

    Raises NotFound("notification.unknown"), Forbidden, Conflict("notification.is_settled") for what was sent or waits.
    """
    row = storage.get(work.session, delivery_id, scope=work.actor.scope)
    work.actor.require(Permission.REPORT_BACK, at=row.jurisdiction)
    if row.state not in _MAY_GO_AGAIN:
        raise Conflict("notification.is_settled")
    row.state, row.send_from, row.tries = "waiting", work.now, 0
    row.settled_at = row.claimed_at = row.trouble = None
    work.record(SentAgain(subject_id=row.id, jurisdiction=row.jurisdiction, what=row.what))
    return row
