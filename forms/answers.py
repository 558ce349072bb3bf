"""What the text of an answer means (OPENROSA §5.5).

Everything here was typed or sent by somebody: a broken value gives None or nothing, and never an exception.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime

_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:T.*)?", re.ASCII)
_MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}(?::?\d{2})?)", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Fix:
    """A position: degrees WGS-84; altitude and accuracy in metres, None when not given or not believable."""

    lon: float
    lat: float
    altitude: float | None
    accuracy: float | None


def geopoint(text: str | None) -> Fix | None:
    """Read "lat lon altitude accuracy"; the last two may be missing, as they are for a tap on the map."""
    numbers = [_number(word) for word in (text or "").split()]
    if not 2 <= len(numbers) <= 4:
        return None
    lat, lon, altitude, accuracy = [*numbers, None, None][:4]
    if lat is None or lon is None or abs(lat) > 90 or abs(lon) > 180:
        return None
    return Fix(lon, lat, altitude, accuracy if accuracy is not None and accuracy >= 0 else None)


def geotrace(text: str | None) -> tuple[Fix, ...]:
    """Read the points of a line or ring, in order. A broken point is left out: the rest is still evidence."""
    return tuple(fix for point in (text or "").split(";") if (fix := geopoint(point)) is not None)


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


def _number(word: str) -> float | None:
    return float(word) if _NUMBER.fullmatch(word) else None
