"""Parts of a mechanism that are each well-formed, and contradict one another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import get_args

from server.domain.mechanism.closing import Evaluators
from server.domain.mechanism.meeting import Meeting
from server.domain.mechanism.part import LEVEL_WORDS, Canonical, HandlingLevel
from server.domain.mechanism.profile import HOTLINE, MechanismProfile
from server.domain.problems import Invalid

_ORDER: Sequence[HandlingLevel] = get_args(HandlingLevel)
_FIRST_DESK: HandlingLevel = "village"
"""Where every demand lies first."""


def check_whole(profile: MechanismProfile) -> None:
    """Raise Invalid("profile.contradiction") with key and reason unless the parts fit one another."""
    _check_names(profile)
    _check_levels(profile)
    _check_classes(profile)
    _check_dispatch(profile)
    _check_meetings(profile)
    _check_agenda(profile)
    _check_rating(profile)
    _check_allowances(profile)
    _check_cadences(profile)
    _check_tags(profile)


def contradiction(key: str, reason: str) -> Invalid:
    """A refusal that names the key at fault and says in Chinese why."""
    return Invalid("profile.contradiction", key=key, reason=reason)


def _check_names(profile: MechanismProfile) -> None:
    named: dict[str, Iterable[str]] = {
        "classes": (own.label for own in profile.classes),
        "channels": (each.code for each in profile.channels),
        "screen_reasons": (each.code for each in profile.screen_reasons),
        "referral_reasons": (each.code for each in profile.referral_reasons),
        "dimensions": (each.id for each in profile.dimensions),
        "menu": (each.code for each in profile.menu),
        "routing": (each.canonical for each in profile.routing),
        "meetings": (each.id for each in profile.meetings),
        "party_organisations": (each.level for each in profile.party_organisations),
        "cadences": (cadence.id for cadence in profile.cadences),
        "care_tags": (tag.code for tag in profile.care_tags),
        "tiers": (tier.id for tier in profile.tiers),
    }
    for key, names in named.items():
        _refuse_repeats(key, names)
    for place, dimension in enumerate(profile.dimensions):
        _refuse_repeats(f"dimensions.{place}.values", (value.code for value in dimension.values))


def _check_levels(profile: MechanismProfile) -> None:
    _refuse_disorder("levels", profile.levels)
    if _FIRST_DESK not in profile.levels:
        raise contradiction("levels", "诉求先到村（社区），levels 中要有 village")
    _refuse_disorder("escalation.chain", profile.escalation.chain)
    for level in profile.escalation.chain:
        _require_level(profile, level, key="escalation.chain", what="上报的一级")
    above = profile.escalation.alliance_at
    if above is not None and above not in profile.escalation.chain:
        raise contradiction(
            "escalation.alliance_at", f"{LEVEL_WORDS[above]}不在 escalation.chain 中，派不了单"
        )
    for alliance in profile.alliances:
        _require_level(profile, alliance.attached, key="alliances", what=f"“{alliance.label}”依托的层级")


def _check_classes(profile: MechanismProfile) -> None:
    covered = Counter(canonical for own in profile.classes for canonical in own.canonical)
    for canonical in get_args(Canonical):
        if covered[canonical] != 1:
            raise contradiction("classes", f"{canonical} 必须且只能归入一个类别")
    for own in profile.classes:
        _require_level(profile, own.owner, key="classes", what=f"“{own.label}”的负责层级")
        if "PRIVATE" in own.canonical and len(own.canonical) > 1:
            raise contradiction("classes", f"“{own.label}”把一家一户的事与公共事务混为一类")
    for route in profile.routing:
        _require_level(profile, route.to, key="routing", what=f"{route.canonical} 的去向")


def _check_dispatch(profile: MechanismProfile) -> None:
    dispatch = profile.dispatch
    if "assign" not in dispatch.modes:
        raise contradiction("dispatch.modes", "没有 assign（指派），没人认领的事就没有人办")
    if ("claim" in dispatch.modes) != bool(dispatch.claim_classes):
        raise contradiction(
            "dispatch.claim_classes", "modes 中有 claim（认领）时才写、且必须写哪些类别可以认领"
        )
    if "PRIVATE" in dispatch.claim_classes:
        raise contradiction("dispatch.claim_classes", "一家一户的私事不能发布出去让人认领")


def _check_meetings(profile: MechanismProfile) -> None:
    desks = _desks(profile)
    for place, meeting in enumerate(profile.meetings):
        key = f"meetings.{place}"
        _require_level(profile, meeting.level, key=f"{key}.level", what=f"“{meeting.label}”的层级")
        if "PRIVATE" in meeting.canonical:
            raise contradiction(f"{key}.canonical", f"“{meeting.label}”不能议一家一户的私事")
        if meeting.level not in desks:
            raise contradiction(
                f"{key}.level", f"诉求到不了{LEVEL_WORDS[meeting.level]}，“{meeting.label}”议不到"
            )
        _check_failing(profile, meeting, key=f"{key}.fails_to")


def _desks(profile: MechanismProfile) -> frozenset[HandlingLevel]:
    """The levels a matter may come to: the first desk, which prepares the grid's meetings, and what lies above it."""
    reached: set[HandlingLevel] = {"grid", _FIRST_DESK}
    above = profile.level_above(_FIRST_DESK)
    while above is not None:
        reached.add(above)
        above = profile.level_above(above)
    return frozenset(reached | {each.fails_to for each in profile.meetings if each.fails_to is not None})


def _check_failing(profile: MechanismProfile, meeting: Meeting, *, key: str) -> None:
    if meeting.fails_to is None:
        return
    _require_level(profile, meeting.fails_to, key=key, what=f"“{meeting.label}”议不成的去向")
    if _ORDER.index(meeting.fails_to) <= _ORDER.index(meeting.level):
        raise contradiction(key, f"“{meeting.label}”议不成应交更高一级")


def _check_agenda(profile: MechanismProfile) -> None:
    met = {canonical for meeting in profile.meetings for canonical in meeting.canonical}
    for place, own in enumerate(profile.classes):
        if own.on_agenda and not met.issuperset(own.canonical):
            raise contradiction(f"classes.{place}.on_agenda", f"“{own.label}”要上会，却没有议它的会")


def _check_rating(profile: MechanismProfile) -> None:
    judged = Counter(canonical for each in profile.rating.evaluators for canonical in each.canonical)
    for canonical, times in judged.items():
        if times > 1:
            raise contradiction("rating.evaluators", f"{canonical} 写了 {times} 次评价主体")
    for place, each in enumerate(profile.rating.evaluators):
        _refuse_repeats(f"rating.evaluators.{place}.who", each.who)
        _refuse_exposure(place, each)
    if profile.low_rating.threshold >= profile.rating.stars:
        raise contradiction("low_rating.threshold", "满分也算低分，办不完")


def _refuse_exposure(place: int, evaluators: Evaluators) -> None:
    if "PRIVATE" in evaluators.canonical and set(evaluators.who) - {"reporter"}:
        raise contradiction(f"rating.evaluators.{place}.who", "一家一户的私事只能由反映人自己评")


def _check_allowances(profile: MechanismProfile) -> None:
    if HOTLINE in profile.channel_allowances:
        raise contradiction("channel_allowances", "12345 的时限写在 deadlines.hotline")
    own = {channel.code for channel in profile.channels}
    for channel in profile.channel_allowances:
        if channel not in own:
            raise contradiction(f"channel_allowances.{channel}", "channels 中没有这个渠道")


def _check_cadences(profile: MechanismProfile) -> None:
    for cadence in profile.cadences:
        if cadence.what == "session" and cadence.channel is None:
            raise contradiction("cadences", f"“{cadence.label}”按场次计，要写明 channel")
        if (cadence.window == "month_day") != (cadence.on_day is not None):
            raise contradiction("cadences", f"“{cadence.label}”按每月固定日计时才写、且必须写 on_day")


def _check_tags(profile: MechanismProfile) -> None:
    tiers = {tier.id for tier in profile.tiers}
    for tag in profile.care_tags:
        if tag.tier not in tiers:
            raise contradiction("care_tags", f"“{tag.label}”的档次 {tag.tier} 不在 tiers 中")


def _require_level(profile: MechanismProfile, level: HandlingLevel, *, key: str, what: str) -> None:
    if level not in profile.levels:
        raise contradiction(key, f"{what} {level} 不在 levels 中")


def _refuse_disorder(key: str, levels: Sequence[HandlingLevel]) -> None:
    _refuse_repeats(key, levels)
    if list(levels) != sorted(levels, key=_ORDER.index):
        raise contradiction(key, "层级要从低到高写")


def _refuse_repeats(key: str, names: Iterable[str]) -> None:
    for name, times in Counter(names).items():
        if times > 1:
            raise contradiction(key, f"“{name}”写了 {times} 次")
