"""The lines of the tables a mechanism is shown in: each with what it speaks of and where in the file it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from server.domain.demand_acts import Action
from server.domain.demand_states import StateKey
from server.domain.mechanism import EVALUATOR_WORDS, LEVEL_WORDS, MechanismProfile
from server.figures import case_words
from server.figures import mechanism_words as words
from server.figures.mechanism_words import YES, allowance, level, listed


@dataclass(frozen=True, slots=True)
class Row:
    """`key` tells a line apart from the others of its table, whatever it is called; `places` are keys of the file."""

    key: str
    cells: tuple[str, ...]
    places: tuple[str, ...]


def item(place: str, name: str, value: str) -> Row:
    """A line of a name and a value that stands at one place of the file."""
    return Row(place, (name, value), (place,))


def organisation(profile: MechanismProfile) -> Iterator[Row]:
    """Names, levels and the alliances."""
    yield item("name", "县（区）", profile.name)
    yield item("brand", "机制名称", profile.brand)
    yield item("stages", "环节", listed(profile.stages))
    yield item("registrar", "谁登记", profile.registrar)
    yield item("levels", "办理层级", listed(LEVEL_WORDS[each] for each in profile.levels))
    for place, alliance in enumerate(profile.alliances):
        value = f"依托{level(alliance.attached)}，{words.AREAS[alliance.area]}；{alliance.shape}"
        yield Row(f"alliance {alliance.label}", (alliance.label, value), (f"alliances.{place}",))


def classes(profile: MechanismProfile) -> Iterator[Row]:
    """三事: the county's classes, who owns and judges them, how long they may take."""
    for place, own in enumerate(profile.classes):
        first = own.canonical[0]
        owner = level(own.owner)
        routed = profile.routed_to(first)
        yield Row(
            first,
            (
                own.label,
                words.classes(own.canonical),
                owner if routed == own.owner else f"{owner}，先到{level(routed)}",
                listed(own.handlers),
                f"{allowance(own.allowance)}（首次联系）" if first == "PRIVATE" else allowance(own.allowance),
                listed(words.REQUIRED[each] for each in own.required_on_assign),
                YES[own.on_agenda],
                YES[profile.may_claim(first)],
                listed(EVALUATOR_WORDS[who] for who in profile.evaluators(first)),
            ),
            (f"classes.{place}", *_routes(profile, own.canonical)),
        )


def _routes(profile: MechanismProfile, canonical: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(
        f"routing.{place}" for place, each in enumerate(profile.routing) if each.canonical in canonical
    )


def dispatch(profile: MechanismProfile) -> Iterator[Row]:
    """How matters go up, are given out, come back and are approved."""
    chain = "、".join(LEVEL_WORDS[each] for each in profile.escalation.chain)
    yield item("escalation.chain", "逐级上报", chain)
    yield item("dispatch.modes", "派单方式", listed(words.MODES[each] for each in profile.dispatch.modes))
    yield item("dispatch.claim_classes", "可认领的", words.classes(profile.dispatch.claim_classes))
    yield item("returns.limit", "退单", f"第 {profile.returns.limit + 1} 次退单由裁定人定")
    yield item("send_down.limit", "驳回上报", f"第 {profile.send_down.limit + 1} 次驳回由裁定人定")
    for name, title in (("suspension", "暂缓"), ("explanation", "解释说明"), ("extension", "延期")):
        approval = str(getattr(profile.approvals, name))
        yield item(f"approvals.{name}", title, words.APPROVALS[approval])
    yield item(
        "suspension.review", "暂缓最长", f"{allowance(profile.suspension.review)}后再看一次，并告诉反映人"
    )
    yield item("withdrawal.staff_same_day", "登记错了当天可撤回", YES[profile.withdrawal.staff_same_day])


def meetings(profile: MechanismProfile) -> Iterator[Row]:
    """议事: the bodies that settle matters by talking."""
    for place, meeting in enumerate(profile.meetings):
        yield Row(
            meeting.id,
            (
                meeting.label,
                level(meeting.level),
                words.classes(meeting.canonical),
                words.RHYTHMS[meeting.every],
                allowance(meeting.notice),
                words.RULES[meeting.rule],
                level(meeting.fails_to),
                YES[meeting.minutes],
            ),
            (f"meetings.{place}",),
        )


_STEPS = {
    "acknowledge": "收到后登记",
    "screen": "登记后研判",
    "classify": "研判后分类",
    "accept": "派出后接单",
    "feed_back": "办结后反馈",
    "hotline": "12345 工单从派出到办结",
    "private_word": "私事多久说一次进展",
    "offer": "待认领多久没人接转为指派",
    "need_info": "等反映人补充",
    "call_back": "低分后回访",
}


def deadlines(profile: MechanismProfile) -> Iterator[Row]:
    """时限 of the steps; what a class is allowed stands with the class."""
    for name, title in _STEPS.items():
        yield item(f"deadlines.{name}", title, allowance(getattr(profile.deadlines, name)))


def closing(profile: MechanismProfile) -> Iterator[Row]:
    """反馈、评单、重办、重开、申诉."""
    rating, low = profile.rating, profile.low_rating
    yield item("feedback.by", "谁告诉反映人", words.FEEDBACK[profile.feedback.by])
    yield item("feedback.audiences", "还告诉谁", listed(profile.feedback.audiences))
    yield item("rating.stars", "怎样评", f"打星，共 {rating.stars} 档")
    yield item("rating.window", "告诉后多久内可以评", allowance(rating.window))
    yield item("low_rating.threshold", "低分", f"{low.threshold} 星及以下")
    yield item("low_rating.rounds", "低分重办", f"{low.rounds} 次")
    again = f"销号后{allowance(profile.reopening.within)}内，{profile.reopening.times} 次"
    yield Row("reopening", ("重开", again), ("reopening",))
    yield item("appeal.window", "不予受理后的申诉", f"{allowance(profile.appeal.window)}内一次，由上一级定")
    yield item("public.case_states", "别人凭编号可查进展", YES[profile.public.case_states])


def channels(profile: MechanismProfile) -> Iterator[Row]:
    """渠道 in the form's words and the county's."""
    usual = case_words.channels()
    for place, channel in enumerate(profile.channels):
        own = profile.channel_allowances.get(channel.code)
        if channel.code == "hotline":
            own = profile.deadlines.hotline
        yield Row(
            channel.code,
            (usual.get(channel.code, "居民扫码"), channel.label, "按类别" if own is None else allowance(own)),
            (f"channels.{place}", f"channel_allowances.{channel.code}"),
        )


def screening(profile: MechanismProfile) -> Iterator[Row]:
    """研判: on the spot, refused and why, referred and whereto."""
    yield item("on_spot.answer", "可以现场答复", YES[profile.on_spot.answer])
    yield item("on_spot.promise", "可以现场答应（要说日子）", YES[profile.on_spot.promise])
    yield item("screening.second_person", "不予受理要第二人复核", YES[profile.screening.second_person])
    refused = listed(reason.label for reason in profile.screen_reasons)
    yield item("screen_reasons", "不予受理的理由", refused)
    referred = listed(reason.label for reason in profile.referral_reasons)
    yield item("referral_reasons", "告知法定渠道", referred)


def dimensions(profile: MechanismProfile) -> Iterator[Row]:
    """Other axes a matter is sorted by."""
    for place, axis in enumerate(profile.dimensions):
        options = listed(value.label for value in axis.values)
        yield Row(axis.id, (axis.label, options), (f"dimensions.{place}",))


def cadences(profile: MechanismProfile) -> Iterator[Row]:
    """周期任务: what is owed in each window."""
    for place, cadence in enumerate(profile.cadences):
        on_day = "" if cadence.on_day is None else f"（{cadence.on_day} 日）"
        yield Row(
            cadence.id,
            (
                cadence.label,
                words.DUTIES[cadence.what],
                words.RHYTHMS[cadence.window] + on_day,
                words.roles(cadence.by),
                words.roles(cadence.also),
                words.PHONE[cadence.phone],
            ),
            (f"cadences.{place}",),
        )


def care(profile: MechanismProfile) -> Iterator[Row]:
    """关爱标签 with their tiers."""
    tiers = {tier.id: tier for tier in profile.tiers}
    for place, tag in enumerate(profile.care_tags):
        tier = tiers[tag.tier]
        often = tier.label if tier.interval_days is None else f"{tier.label}（{tier.interval_days} 天）"
        yield Row(tag.code, (tag.label, YES[tag.counts], often), (f"care_tags.{place}",))


def ground(profile: MechanismProfile) -> Iterator[Row]:
    """What the maps, the phones' lists and the calendar go by."""
    rule = profile.hotspot_rule
    yield item("patrol_days", "巡查按", words.PATROL_DAYS[profile.patrol_days])
    yield item("freeze_day", "封账", f"次月 {profile.freeze_day} 日")
    spot = f"{rule.days} 天内 {rule.radius_m:g} 米内同类 {rule.reports} 件"
    yield Row("hotspot_rule", ("多人反映", spot), ("hotspot_rule",))
    near = f"城镇 {profile.coverage.urban_m:g} 米、农村 {profile.coverage.rural_m:g} 米内"
    yield Row("coverage", ("巡查到过", near), ("coverage",))
    for place, norm in enumerate(profile.grid_standard):
        size = f"{norm.least}" if norm.least == norm.most else f"{norm.least}–{norm.most}"
        value = f"{words.AREAS[norm.area]}，{size} {words.HEADS[norm.unit]}"
        yield item(f"grid_standard.{place}", f"网格规模：{norm.kind}", value)
    yield item("phone_lists.telephone", "居民电话下发到手机", YES[profile.phone_lists.telephone])
    yield item("calendar.days_off", "本县另外放假", listed(str(day) for day in profile.calendar.days_off))
    yield item("calendar.workdays", "本县另外上班", listed(str(day) for day in profile.calendar.workdays))


def words_of(profile: MechanismProfile) -> Iterator[Row]:
    """The county's own words for acts and states."""
    for action in Action:
        if action.value in profile.verbs:
            yield item(f"verbs.{action.value}", action.label, profile.verb(action))
    for key in StateKey:
        if key.value in profile.states:
            yield item(f"states.{key.value}", f"“{key.label}”（状态）", profile.state_word(key))
