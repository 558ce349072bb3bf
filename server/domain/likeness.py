"""可能重复: two records that look like one, told twice. It is a suggestion: nothing is ever merged by itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

NEAR = dt.timedelta(minutes=30)
"""Whoever fills a form a second time because the first seemed lost does so within half an hour."""

LEFT_OUT_TYPES = frozenset({"binary", "geopoint", "geotrace", "geoshape", "date", "time", "dateTime"})
"""Answers of these types differ between two tellings of the same thing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """A record as it is held against another: `begun_at` by the phone (aware), `answers` by the question's path.

    `answers` are those a person chose or wrote: what the phone notes by itself, pictures and positions are left out.
    """

    form_id: str
    account_id: object
    jurisdiction: str
    begun_at: dt.datetime
    answers: Mapping[str, str]


def alike(one: Telling, other: Telling) -> bool:
    """Say whether two records look like the same thing told twice: same form, sender and place, soon after, same answers."""
    return (
        one.form_id == other.form_id
        and one.account_id == other.account_id
        and one.jurisdiction == other.jurisdiction
        and abs(one.begun_at - other.begun_at) <= NEAR
        and dict(one.answers) == dict(other.answers)
    )
