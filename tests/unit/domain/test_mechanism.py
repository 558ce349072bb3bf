import tomllib
from typing import get_args

import pytest

from server import profiles
from server.domain.demand_acts import Action
from server.domain.demand_states import StateKey
from server.domain.mechanism import Canonical, MechanismProfile, parse_profile
from server.domain.mechanism.remarks import remarks
from server.domain.problems import Invalid

ZHONGXIAN = profiles.source("zhongxian")
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
        ('owner = "grid"', 'owner = "city"', "profile.contradiction", "classes"),
        ('"village", "township", "county"]', '"township", "county"]', "profile.contradiction", "levels"),
        ('["village", "township"]', '["township", "village"]', "profile.contradiction", "escalation.chain"),
        ('["village", "township"]', '["village", "city"]', "profile.contradiction", "escalation.chain"),
        (
            'alliance_at = "township"',
            'alliance_at = "county"',
            "profile.contradiction",
            "escalation.alliance_at",
        ),
        ('attached = "village"', 'attached = "city"', "profile.contradiction", "alliances"),
        ('modes = ["assign"]', 'modes = ["whistle"]', "profile.contradiction", "dispatch.modes"),
        ('modes = ["assign"]', 'modes = ["fling"]', "profile.bad_value", "dispatch.modes.0"),
        (
            'modes = ["assign"]',
            'modes = ["assign", "claim"]',
            "profile.contradiction",
            "dispatch.claim_classes",
        ),
        ("on_agenda = false", "on_agenda = true", "profile.contradiction", "classes.0.on_agenda"),
        ("threshold = 2", "threshold = 5", "profile.contradiction", "low_rating.threshold"),
        (
            "evaluators = []",
            'evaluators = [{ canonical = ["GRID"], who = ["mayor"] }]',
            "profile.bad_value",
            "rating.evaluators.0.who.0",
        ),
        (
            "evaluators = []",
            'evaluators = [{ canonical = ["PRIVATE"], who = ["public"] }]',
            "profile.contradiction",
            "rating.evaluators.0.who",
        ),
        (
            "evaluators = []",
            'evaluators = [{ canonical = ["GRID", "GRID"], who = ["party"] }]',
            "profile.contradiction",
            "rating.evaluators",
        ),
        (
            "[verbs]",
            '[channel_allowances]\nhotline = "3wd"\n[verbs]',
            "profile.contradiction",
            "channel_allowances",
        ),
        (
            "[verbs]",
            '[[routing]]\ncanonical = "GRID"\nto = "city"\n[verbs]',
            "profile.contradiction",
            "routing",
        ),
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


MEETING = """
[[meetings]]
id = "council"
label = "议事会"
level = "village"
canonical = ["COMMUNITY"]
every = "month"
"""


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('level = "village"', 'level = "county"', "meetings.0.level"),
        ('level = "village"', 'level = "city"', "meetings.0.level"),
        ('["COMMUNITY"]', '["PRIVATE"]', "meetings.0.canonical"),
        ('every = "month"', 'every = "month"\nfails_to = "grid"', "meetings.0.fails_to"),
        ('every = "month"', 'every = "month"\nfails_to = "city"', "meetings.0.fails_to"),
    ],
)
def test_a_meeting_nothing_comes_to_is_refused(old: str, new: str, key: str) -> None:
    parse_profile(ZHONGXIAN + MEETING)
    with pytest.raises(Invalid) as refusal:
        parse_profile(ZHONGXIAN + MEETING.replace(old, new))
    assert (refusal.value.code, refusal.value.details["key"]) == ("profile.contradiction", key)


def county(name: str) -> MechanismProfile:
    return parse_profile(profiles.source(name))


def test_a_matter_goes_up_the_chain_and_is_approved_one_level_above_its_desk() -> None:
    assert (PROFILE.level_above("village"), PROFILE.level_above("township")) == ("township", None)
    assert (PROFILE.approver_of("township"), PROFILE.approver_of("county")) == ("county", "county")
    assert county("xian").level_above("county") == "city"


def test_a_class_goes_where_it_is_routed_else_to_its_owner() -> None:
    longli = county("longli")
    assert longli.class_of("GOVERNMENT").owner == "county"
    assert longli.routed_to("GOVERNMENT") == "village"
    assert PROFILE.routed_to("GOVERNMENT") == "township"


def test_only_the_classes_a_county_names_are_claimed() -> None:
    assert county("longli").may_claim("COMMUNITY")
    assert not county("longli").may_claim("GOVERNMENT")
    assert not PROFILE.may_claim("COMMUNITY")


def test_each_class_has_its_own_meeting_and_judges() -> None:
    jiangjin = county("jiangjin")
    own = {level: jiangjin.meeting_for("COMMUNITY", level) for level in jiangjin.levels}
    assert [meeting and meeting.label for meeting in own.values()] == [
        None,
        "社区评议会",
        "街道联席会",
        "区党建统领基层治理工作联席会",
    ]
    assert jiangjin.evaluators("GRID") == ("party", "democratic_supervisor")
    assert jiangjin.evaluators("PRIVATE") == ("reporter",)
    assert jiangjin.class_of("PRIVATE").label == "私人事务（引导）"


def test_a_county_speaks_its_own_words() -> None:
    assert PROFILE.verb(Action.CLASSIFY) == "分单"
    assert PROFILE.verb(Action.ACCEPT) == Action.ACCEPT.label
    assert PROFILE.state_word(StateKey.LISTED) == "已入需求清单"
    assert PROFILE.state_word(StateKey.DONE) == StateKey.DONE.label


def test_a_channel_may_have_its_own_allowance() -> None:
    text = ZHONGXIAN.replace("[verbs]", '[channel_allowances]\nupper = "10wd"\n\n[verbs]')
    assert str(parse_profile(text).allowance("GRID", channel="upper")) == "10wd"


def test_a_text_of_the_first_version_still_reads_with_our_defaults() -> None:
    """What stands in a database from before is read; each new table then holds our default."""
    kept = ("county", "name", "brand", "stages", "registrar", "levels", "patrol_days", "freeze_day")
    kept += ("classes", "channels", "screen_reasons", "deadlines", "rating", "cadences", "tiers", "care_tags")
    kept += ("hotspot_rule", "coverage", "phone_lists", "calendar")
    old = MechanismProfile.model_validate(
        {key: value for key, value in tomllib.loads(ZHONGXIAN).items() if key in kept}
    )
    assert old.escalation.chain == ("village", "township", "county")
    assert str(old.suspension.review) == "30d"
    assert old.evaluators("GRID") == ("reporter",)


def test_a_remark_stands_behind_each_value() -> None:
    said = remarks(
        'a = 1 # eins\nrows = [\n  { b = "#2" }, # zwei\n]\n[[t]]\nc = 3\n[[t]]\nc = 4 # vier\n[u]\nd = "x"#y'
    )
    assert said == {"a": "eins", "rows.0": "zwei", "t.0.c": "", "t.1.c": "vier", "u.d": "y"}
