"""发通知: each minute what may leave is claimed, sent and settled, one message at a time."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import structlog
from huey import Huey, crontab

from server.database import Database
from server.domain import resident_code
from server.domain.people import SYSTEM
from server.jobs.gateways import Gateway, Letter, gateway
from server.services import deliveries
from server.services.deliveries import Parcel
from server.settings import Settings
from server.work import Work

_MOST_AT_ONCE = 500
_SLOW = ("unreachable", "unknown")
"""After these the others wait a minute: the one worker thread must not hang on a gateway that does not answer."""

_log = structlog.get_logger()


@dataclass(frozen=True)
class Sender:
    """What sending needs: the way out, the deployment's own address (None: messages carry no link) and its secret."""

    gateway: Gateway
    base_url: str | None
    secret: str

    def letter(self, parcel: Parcel) -> Letter:
        """A parcel with the link it is opened by: a resident's with his code, a colleague's to the case."""
        code = None
        if parcel.is_reporter and parcel.number is not None:
            code = resident_code.code_of(parcel.number, secret=self.secret)
        return Letter(parcel, self._link(parcel, code), code)

    def _link(self, parcel: Parcel, code: str | None) -> str | None:
        if self.base_url is None:
            return None
        root = self.base_url.rstrip("/")
        if code is not None:
            return f"{root}/r/t/{parcel.number}/{code}"
        return f"{root}/cases/{parcel.demand_id}" if parcel.demand_id is not None else f"{root}/"


def send_due(database: Database, sender: Sender, *, now: dt.datetime | None = None) -> int:
    """Send what may leave at `now`, the present by default; how many messages were handed to the gateway.

    A message is claimed in a transaction of its own before it is sent, so that two workers never send the same, and a
    worker that dies leaves at most one of which nobody knows.
    """
    with database.transaction(SYSTEM) as work:
        moment = _at(work, now)
        deliveries.give_up_lost(moment)
        deliveries.gather(moment)
    handed = 0
    while handed < _MOST_AT_ONCE and (parcel := _claim(database, now)) is not None:
        result = sender.gateway.send(sender.letter(parcel))
        with database.transaction(SYSTEM) as work:
            deliveries.settle(
                _at(work, now),
                parcel.delivery_id,
                result.outcome,
                gateway=sender.gateway.name,
                trouble=result.trouble,
            )
        handed += 1
        if result.outcome in _SLOW:
            break
    if handed:
        _log.info("notifications_sent", handed=handed, gateway=sender.gateway.name)
    return handed


def _claim(database: Database, now: dt.datetime | None) -> Parcel | None:
    with database.transaction(SYSTEM) as work:
        return deliveries.claim(_at(work, now))


def _at(work: Work, now: dt.datetime | None) -> Work:
    return work if now is None else replace(work, now=now)


def register(jobs: Huey, database: Database, settings: Settings) -> None:
    """Let the queue's clock send every minute."""
    sender = Sender(gateway(settings, clock=database.clock), settings.base_url, settings.secret_key)
    jobs.periodic_task(crontab(), name="notify_every_minute")(lambda: send_due(database, sender))
