"""审核 and 可能重复: what stands of a record, and when two look like one."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from server.domain.likeness import NEAR, Telling, alike
from server.domain.review import Standing, Verdict

BEGUN = dt.datetime(2026, 10, 20, 1, 0, tzinfo=dt.UTC)
TELLING = Telling(
    form_id="patrol",
    account_id="worker",
    jurisdiction="509901101001001",
    begun_at=BEGUN,
    answers={"/data/result 1": "今日无异常"},
)


@pytest.mark.parametrize(
    ("verdict", "stands"),
    [
        (Verdict.APPROVED, Standing.APPROVED),
        (Verdict.HAS_ISSUES, Standing.RETURNED),
        (Verdict.REJECTED, Standing.REJECTED),
    ],
)
def test_a_verdict_says_what_stands(verdict: Verdict, stands: Standing) -> None:
    assert verdict.standing is stands


def test_only_praise_needs_no_words() -> None:
    assert [verdict for verdict in Verdict if not verdict.needs_words] == [Verdict.APPROVED]


def test_the_same_answers_half_an_hour_apart_are_likely_one_record() -> None:
    assert alike(TELLING, replace(TELLING, begun_at=BEGUN + NEAR))
    assert alike(replace(TELLING, begun_at=BEGUN + NEAR), TELLING)


@pytest.mark.parametrize(
    "other",
    [
        replace(TELLING, begun_at=BEGUN + NEAR + dt.timedelta(seconds=1)),
        replace(TELLING, form_id="household_visit"),
        replace(TELLING, account_id="another"),
        replace(TELLING, jurisdiction="509901101001002"),
        replace(TELLING, answers={"/data/result 1": "有发现"}),
        replace(TELLING, answers={**TELLING.answers, "/data/words 1": "路灯坏了"}),
    ],
)
def test_whatever_differs_makes_two_records_of_them(other: Telling) -> None:
    assert not alike(TELLING, other)
