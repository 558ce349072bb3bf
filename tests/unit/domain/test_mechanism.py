from pathlib import Path
from typing import get_args

import pytest

import server
from server.domain.mechanism import Canonical, parse_profile
from server.domain.problems import Invalid

ZHONGXIAN = (Path(server.__file__).parent / "profiles" / "zhongxian.toml").read_text("utf-8")
PROFILE = parse_profile(ZHONGXIAN)


def refusal_of(old: str, new: str) -> Invalid:
    assert old in ZHONGXIAN
    with pytest.raises(Invalid) as refusal:
        parse_profile(ZHONGXIAN.replace(old, new, 1))
    return refusal.value


def test_zhongxian_says_what_its_plan_says() -> None:
    assert (PROFILE.county, PROFILE.brand) == ("500233", "四单")
    assert [own.label for own in PROFILE.classes] == ["私事", "小事", "大事"]
    assert PROFILE.class_of("COMMUNITY").required_on_assign == ("person", "measure", "deadline")
    assert [reason.label for reason in PROFILE.screen_reasons[:3]] == [
        "违反法律法规",
        "不合情理",
        "侵犯他人正当利益",
    ]


def test_every_canonical_class_has_one_county_class() -> None:
    assert {canonical: PROFILE.class_of(canonical).label for canonical in get_args(Canonical)} == {
        "PRIVATE": "私事",
        "GRID": "小事",
        "COMMUNITY": "小事",
        "GOVERNMENT": "大事",
    }


def test_the_monthly_visit_is_the_cadres_and_the_grid_workers_work_counts() -> None:
    duties = {duty.id: duty for duty in PROFILE.duties()}
    month = duties["special_month"]
    assert (month.what, month.window, month.phone) == ("visit_person", "month", "away")
    assert (month.by, month.also) == (frozenset({"village_cadre"}), frozenset({"grid_worker"}))
    assert month.tags["alone_elder"] == "monthly"
    assert month.tags["frail_elder"] == "weekly"
    assert "veteran" not in month.tags
    assert month.interval("weekly") == 7
    assert month.interval("monthly") is None


def test_the_patrol_is_the_grid_workers_on_every_calendar_day() -> None:
    patrol = PROFILE.duties()[0]
    assert (patrol.what, patrol.window, patrol.patrol_days) == ("patrol", "day", "calendar")
    assert (patrol.by, patrol.also) == (frozenset({"grid_worker"}), frozenset({"village_cadre"}))


def test_a_hotline_order_has_its_own_allowance_unless_it_is_private() -> None:
    assert str(PROFILE.allowance("GOVERNMENT", channel="hotline")) == "5wd"
    assert str(PROFILE.allowance("GOVERNMENT", channel="patrol")) == "15wd"
    assert str(PROFILE.allowance("GRID", channel="visit")) == "5wd"
    assert str(PROFILE.allowance("PRIVATE", channel="hotline")) == "3wd"


def test_a_county_may_add_days_to_its_calendar() -> None:
    text = ZHONGXIAN.replace("days_off = []", "days_off = [2026-11-20]")
    calendar = parse_profile(text).work_calendar([])
    assert sorted(day.isoformat() for day in calendar.days_off) == ["2026-11-20"]


def test_an_unknown_key_is_refused_by_name() -> None:
    problem = refusal_of('id = "patrol"', 'id = "patrol"\nkilometres = 3')
    assert problem.code == "profile.unknown_key"
    assert problem.details == {"key": "cadences.0.kilometres", "reason": "没有这个配置项，请检查拼写"}


@pytest.mark.parametrize(
    ("old", "new", "code", "key"),
    [
        ('county = "500233"', 'county = "忠县"', "profile.bad_value", "county"),
        ('county = "500233"', "#", "profile.missing_key", "county"),
        ('screen = "1wd"', 'screen = "一天"', "profile.bad_value", "deadlines.screen"),
        ('patrol_days = "calendar"', 'patrol_days = "weekday"', "profile.bad_value", "patrol_days"),
        ('by = ["grid_worker"]', 'by = ["volunteer"]', "profile.bad_value", "cadences.0.by.0"),
        ('county = "500233"', "county = ", "profile.unreadable", None),
        (
            'canonical = ["COMMUNITY", "GRID"]',
            'canonical = ["COMMUNITY"]',
            "profile.contradiction",
            "classes",
        ),
        (
            'canonical = ["GOVERNMENT"]',
            'canonical = ["GOVERNMENT", "GRID"]',
            "profile.contradiction",
            "classes",
        ),
        ('label = "小事"', 'label = "私事"', "profile.contradiction", "classes"),
        ('owner = "township"', 'owner = "city"', "profile.contradiction", "classes"),
        ('id = "special_month"', 'id = "patrol"', "profile.contradiction", "cadences"),
        ('window = "day"', 'window = "month_day"', "profile.contradiction", "cadences"),
        ('window = "day"', 'window = "rolling"', "profile.bad_value", "cadences.0.window"),
        ('channel = "meeting"', "", "profile.contradiction", "cadences"),
        ('tier = "weekly"', 'tier = "daily"', "profile.contradiction", "care_tags"),
    ],
)
def test_a_profile_that_contradicts_itself_is_refused(old: str, new: str, code: str, key: str | None) -> None:
    problem = refusal_of(old, new)
    assert problem.code == code
    assert problem.details.get("key") == key
    assert not str(problem.details["reason"]).isascii()


def test_private_matters_are_never_mixed_with_shared_ones() -> None:
    text = ZHONGXIAN.replace('canonical = ["PRIVATE"]', 'canonical = ["PRIVATE", "GRID"]', 1)
    with pytest.raises(Invalid) as refusal:
        parse_profile(text.replace('canonical = ["COMMUNITY", "GRID"]', 'canonical = ["COMMUNITY"]', 1))
    assert "混为一类" in str(refusal.value.details["reason"])
