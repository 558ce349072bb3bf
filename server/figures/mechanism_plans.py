"""尚未执行: the lines of what a county's plan says and this version only shows."""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.mechanism import MechanismProfile
from server.domain.mechanism.unexecuted import Ranking
from server.figures import mechanism_words as words
from server.figures.mechanism_rows import Row, item
from server.figures.mechanism_words import level, listed

_SWITCHED = {True: "县里已打开", False: "默认关"}


def unexecuted(profile: MechanismProfile) -> Iterator[Row]:
    """Everything of the plan that is read and checked, and that nothing is done with yet."""
    yield from _organised(profile)
    yield from _habits(profile)
    yield from _posted_and_offered(profile)
    yield from _incentives(profile)
    yield from _targets(profile)
    yield from _staffed(profile)


def _organised(profile: MechanismProfile) -> Iterator[Row]:
    """Who is named and takes no part in an order's way: orders go to desks, people and units."""
    for place, own in enumerate(profile.party_organisations):
        where = f"party_organisations.{place}"
        yield Row(f"party {own.level}", (f"{words.RUNGS[own.level]}的党组织", own.label), (where,))
    if profile.escalation.alliance_at is not None:
        value = f"{level(profile.escalation.alliance_at)}（现在各级都可以派给联合体的单位）"
        yield item("escalation.alliance_at", "哪一级向联合体派单", value)
    if "city" in profile.escalation.chain:
        yield item("escalation.chain", "市一级办理", "县里没有市的办件台；报到市的，等市里开了账号才有人接")
    if profile.rating.instrument != "stars":
        value = f"{words.INSTRUMENTS[profile.rating.instrument]}（现在一律打星）"
        yield item("rating.instrument", "评价方式", value)


def _habits(profile: MechanismProfile) -> Iterator[Row]:
    for place, routine in enumerate(profile.routines):
        name = f"{routine.who}：{routine.what}"
        yield _planned(f"routines.{place}", "工作制度", name, words.RHYTHMS[routine.every])
    for place, posting in enumerate(profile.posting):
        where = f"{listed(posting.where)}，{words.RHYTHMS[posting.every]}"
        yield _planned(f"posting.{place}", "公示", posting.what, where)


def _posted_and_offered(profile: MechanismProfile) -> Iterator[Row]:
    if profile.public.publish:
        yield _planned("public.publish", "公示", "每件办理结果", "方案要公示")
    if profile.menu:
        yield _planned("menu", "服务", "服务菜单", listed(each.label for each in profile.menu))


def _incentives(profile: MechanismProfile) -> Iterator[Row]:
    if profile.points is not None:
        points = profile.points
        each = f"每完成 1 单记 {points.per_order}" if points.per_order else None
        earned = listed(part for part in (each, points.honour) if part)
        yield _planned("points", "积分", points.label, f"{_SWITCHED[points.enabled]}；{earned}")
    if profile.ranking is not None:
        yield _ranked(profile.ranking)


def _ranked(ranking: Ranking) -> Row:
    named = f"{words.RHYTHMS[ranking.every]}后 {ranking.last} 名"
    value = f"{_SWITCHED[ranking.enabled]}；{named}，连续 {ranking.in_a_row} 次的{ranking.then}"
    return _planned("ranking", "通报", words.RANKED[ranking.unit], value)


def _targets(profile: MechanismProfile) -> Iterator[Row]:
    for place, review in enumerate(profile.annual):
        yield _planned(f"annual.{place}", "年度考核", review.who, review.before)
    for place, kpi in enumerate(profile.kpis):
        target = f"{kpi.target}（不由诉求算出）" if kpi.external else kpi.target
        yield _planned(f"kpis.{place}", "指标", kpi.label, target)
    if profile.emergency is not None:
        planned = "方案有" if profile.emergency.planned else "方案没有"
        yield _planned("emergency", "应急", profile.emergency.label, planned)
    if profile.burden_guard is not None:
        yield _planned("burden_guard", "减负", profile.burden_guard.label, "方案有")


def _staffed(profile: MechanismProfile) -> Iterator[Row]:
    if profile.grid_staffing is not None:
        yield item("grid_staffing", "网格人员配备", profile.grid_staffing)


def _planned(place: str, kind: str, name: str, value: str) -> Row:
    return Row(f"{kind} {name}", (f"{kind}：{name}", value), (place,))
