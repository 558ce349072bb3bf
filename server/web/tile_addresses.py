"""Addresses of map tiles: signed, so that they need no cookie, and the same for a day, so that browsers keep them.

A map's frame has no origin and sends no cookie. What it may see stands in the address itself: the boundaries, the
divisions, and the day until which it holds. Whoever holds an address sees outlines without a name or a figure.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from flask import url_for
from itsdangerous import BadData, URLSafeSerializer

from server.domain.problems import Forbidden
from server.domain.work_calendar import local_day
from server.figures.outlines import Drawing
from server.web.parts import database, parts

_SALT = "wangge.tiles"
_DAYS = 2
"""Of use for the rest of the day it was signed on and the whole next one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a signed address grants: the tiles of divisions under boundaries, before the day `until`."""

    boundaries: str
    scope: tuple[str, ...]
    until: dt.date


def pattern(drawn: Drawing) -> str:
    """The address of a drawing's tiles, with {z}, {x} and {y} in it."""
    until = local_day(database().clock()) + dt.timedelta(days=_DAYS)
    signed = _signer().dumps([drawn.boundaries, until.toordinal(), *sorted(drawn.scope)])
    first = url_for("tiles.tile", claim=signed, zoom=0, x=0, y=0)
    return first.removesuffix("0/0/0.mvt") + "{z}/{x}/{y}.mvt"


def claim_of(signed: str) -> Claim:
    """Read what was signed. Raises Forbidden("map.address_refused") where we did not, "map.address_expired" later."""
    try:
        boundaries, until, *scope = _signer().loads(signed)
    except BadData:
        raise Forbidden("map.address_refused") from None
    claim = Claim(boundaries=boundaries, scope=tuple(scope), until=dt.date.fromordinal(until))
    if local_day(database().clock()) >= claim.until:
        raise Forbidden("map.address_expired")
    return claim


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(parts().settings.secret_key, salt=_SALT)
