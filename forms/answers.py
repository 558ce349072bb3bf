"""What the text of an answer means (OPENROSA §5.5).

Everything here was typed or sent by somebody: a broken value gives None or nothing, and never an exception.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import NamedTuple

_NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
_NUMBER_IF_SOUND = rf"\s+(?:({_NUMBER})|[^\s;]+)"
# One search over a whole track costs a third of taking it apart point by point.
_POINTS = re.compile(
    rf"(?<![^;])\s*({_NUMBER})\s+({_NUMBER})(?:{_NUMBER_IF_SOUND}(?:{_NUMBER_IF_SOUND})?)?\s*(?![^;])"
)
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:T.*)?", re.ASCII)
_MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}(?::?\d{2})?)", re.ASCII
)


class Fix(NamedTuple):
    """A position: degrees WGS-84; altitude and accuracy in metres, None when not given or not believable."""

    lon: float
    lat: float
    altitude: float | None
    accuracy: float | None


def geopoint(text: str | None) -> Fix | None:
    """Read "lat lon altitude accuracy"; the last two may be missing, as they are for a tap on the map."""
    said = _POINTS.fullmatch(text or "")
    return None if said is None else _fix(*said.groups(default=""))


def geotrace(text: str | None) -> tuple[Fix, ...]:
    """Read the points of a line or ring, in order. A broken point is left out: the rest is still evidence."""
    return tuple(fix for said in _POINTS.findall(text or "") if (fix := _fix(*said)) is not None)


def _fix(lat_said: str, lon_said: str, altitude: str, accuracy: str) -> Fix | None:
    """A position from its numbers, "" for what was not said; None where it lies on no map."""
    lat, lon = float(lat_said), float(lon_said)
    if abs(lat) > 90 or abs(lon) > 180:
        return None
    metres = float(accuracy) if accuracy else -1.0
    return Fix(lon, lat, float(altitude) if altitude else None, metres if metres >= 0 else None)


def moment(text: str | None) -> datetime | None:
    """Read a dateTime with its zone ("+08:00", "+08" or "Z") as aware UTC; without a zone it is None."""
    if not _MOMENT.fullmatch(said := (text or "").strip()):
        return None
    try:
        return datetime.fromisoformat(said).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def day(text: str | None) -> date | None:
    """Read a date as the phone's calendar showed it; Collect writes `today()` as a dateTime (OPENROSA §12)."""
    if not (said := _DAY.fullmatch((text or "").strip())):
        return None
    try:
        return date.fromisoformat(said[1])
    except ValueError:
        return None


def choices_of(text: str | None) -> tuple[str, ...]:
    """Read the chosen names of a select-multiple, in order, each once."""
    return tuple(dict.fromkeys((text or "").split()))
