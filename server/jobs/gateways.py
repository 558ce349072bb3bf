"""通知的出口: the log, a webhook, or what Apprise speaks (企业微信, 钉钉, mail, SMS gateways).

A gateway is given a message and says what became of it. It is the only one that learns a telephone number.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import structlog

from server.services.deliveries import Outcome, Parcel
from server.settings import Settings

CONNECT_SECONDS, ANSWER_SECONDS = 5.0, 15.0
TELEPHONE = "{phone}"
"""Stands in an Apprise address where the number belongs."""

_OTHER_FROM, _BROKEN_FROM = 300, 500

_log = structlog.get_logger()


@dataclass(frozen=True)
class Letter:
    """A message as it leaves: the parcel, with its link where the deployment has an address of its own."""

    parcel: Parcel
    link: str | None
    code: str | None
    """A resident's code, where he needs it: without a link he types it."""

    @property
    def text(self) -> str:
        """What is read on a telephone."""
        way = self.link or (f"查询码{self.code}" if self.code else "")
        return f"{self.parcel.words}{way}"


@dataclass(frozen=True)
class Result:
    """What became of a letter; `trouble` is a code for the office's page."""

    outcome: Outcome
    trouble: str | None = None


class Gateway(Protocol):
    """A way out; `name` stands on the office's page."""

    name: str

    def send(self, letter: Letter) -> Result:
        """Send it, once. Raises nothing: what is not known is said to be unknown."""
        ...


class LogGateway:
    """The default: nothing is sent; that there was something to send stands in the log, without number or words."""

    name = "log"

    def send(self, letter: Letter) -> Result:
        """Say so in the log."""
        _log.info("notification", delivery=letter.parcel.delivery_id, what=letter.parcel.what)
        return Result("logged")


class WebhookGateway:
    """A POST of JSON to one address, signed, with the key by which the receiver knows a repeat.

    `X-Wangge-Signature` is the HMAC-SHA256 (hex) of the moment in `X-Wangge-Timestamp`, a full stop, and the body.
    """

    name = "webhook"

    def __init__(self, address: str, *, secret: str, clock: Callable[[], dt.datetime]) -> None:
        self._address, self._secret, self._clock = address, secret, clock

    def send(self, letter: Letter) -> Result:
        """2xx is sent; a connection that was never made is tried again; an answer that never came is unknown."""
        import requests  # half a second that no other command has to wait for

        body = self._body(letter)
        try:
            answer = requests.post(
                self._address,
                data=body,
                headers=self._headers(letter, body),
                timeout=(CONNECT_SECONDS, ANSWER_SECONDS),
                allow_redirects=False,
            )
        except (requests.exceptions.ConnectTimeout, requests.exceptions.SSLError):
            return Result("unreachable", "unreachable")
        except requests.exceptions.ConnectionError as error:
            if _was_never_made(error):
                return Result("unreachable", "unreachable")
            return Result("unknown", "no_answer")
        except requests.exceptions.RequestException:
            return Result("unknown", "no_answer")
        return _read(answer.status_code)

    def _body(self, letter: Letter) -> bytes:
        parcel = letter.parcel
        said = {
            "key": str(parcel.key),
            "what": parcel.what,
            "to": {"telephone": parcel.telephone, "is_resident": parcel.is_reporter},
            "number": parcel.number,
            "words": parcel.words,
            "link": letter.link,
            "code": letter.code,
        }
        return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()

    def _headers(self, letter: Letter, body: bytes) -> dict[str, str]:
        moment = str(int(self._clock().timestamp()))
        signed = hmac.new(self._secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()
        return {
            "Content-Type": "application/json; charset=utf-8",
            "Idempotency-Key": str(letter.parcel.key),
            "X-Wangge-Timestamp": moment,
            "X-Wangge-Signature": f"sha256={signed}",
        }


def _was_never_made(error: Exception) -> bool:
    """Say whether a connection failed before anything could have been sent over it."""
    from urllib3.exceptions import NewConnectionError

    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, NewConnectionError)


def _read(status: int) -> Result:
    if status < _OTHER_FROM:
        return Result("sent")
    if status < _BROKEN_FROM:
        return Result("failed", f"refused_{status}")
    return Result("unreachable", f"broken_{status}")


class AppriseGateway:
    """Every service Apprise speaks, by addresses with {phone} where the number belongs; residents and staff apart.

    It does not tell a refusal from a silence, so nothing is tried a second time by itself.
    """

    name = "apprise"

    def __init__(self, *, residents: str | None, staff: str | None) -> None:
        self._residents, self._staff = residents, staff
        # It writes addresses, and with them numbers, into its own log.
        logging.getLogger("apprise").addFilter(lambda _record: False)

    def send(self, letter: Letter) -> Result:
        """Hand it to the service of residents or of staff."""
        import apprise

        template = self._residents if letter.parcel.is_reporter else self._staff
        if template is None:
            return Result("logged", "no_gateway")
        service = apprise.Apprise()
        if not service.add(template.replace(TELEPHONE, letter.parcel.telephone)):
            return Result("failed", "address_refused")
        return Result("sent") if service.notify(body=letter.text) else Result("unknown", "no_answer")


def gateway(settings: Settings, *, clock: Callable[[], dt.datetime]) -> Gateway:
    """The gateway the deployment has set up; the log where it has none."""
    if settings.notify_webhook:
        return WebhookGateway(
            settings.notify_webhook, secret=settings.notify_webhook_secret or "", clock=clock
        )
    if settings.notify_residents or settings.notify_staff:
        return AppriseGateway(residents=settings.notify_residents, staff=settings.notify_staff)
    return LogGateway()
