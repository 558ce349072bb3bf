"""诉求编号: the public number of a demand, `<county 6><yymmdd><serial 6>`, without anything personal in it."""

from __future__ import annotations

import datetime as dt
import re

from server.domain.jurisdiction import Level, validate
from server.domain.problems import Invalid

LAST_SERIAL = 999_999

_WRITTEN = re.compile(r"(?P<county>[0-9]{6})(?P<day>[0-9]{6})(?P<serial>[0-9]{6})", re.ASCII)


def format_number(county: str, day: dt.date, serial: int) -> str:
    """Return the number of the `serial`-th demand (from 1) a county took in on `day` (Shanghai calendar).

    Raises Invalid("demand.number_malformed") for a serial out of range, Invalid("jurisdiction.…") for the county.
    """
    if not 1 <= serial <= LAST_SERIAL:
        raise Invalid("demand.number_malformed", serial=serial)
    return f"{validate(county, Level.COUNTY)}{day:%y%m%d}{serial:06d}"


def parse_number(text: str) -> tuple[str, dt.date, int]:
    """Return county, day and serial of a public number as somebody typed it, spaces and hyphens ignored.

    Raises Invalid("demand.number_malformed").
    """
    written = _WRITTEN.fullmatch(re.sub(r"[\s-]", "", text))
    if written is None or int(written["serial"]) == 0:
        raise Invalid("demand.number_malformed", number=text)
    try:
        day = dt.datetime.strptime(written["day"], "%y%m%d").replace(tzinfo=dt.UTC).date()
    except ValueError:
        raise Invalid("demand.number_malformed", number=text) from None
    return written["county"], day, int(written["serial"])
