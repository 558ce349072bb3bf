"""评单: stars by the reporter or by the county's evaluators, changeable while the window is open (ZX-51, JJ-24)."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace

from server.domain.deadline import due_at
from server.domain.demand import open_acts
from server.domain.demand_acts import Action
from server.domain.demand_states import StateKey
from server.domain.demand_ways import is_low
from server.domain.events.demands import RatingGiven
from server.domain.people import ActorKind
from server.domain.problems import Conflict, Invalid
from server.domain.scope import Scope
from server.services.demands.acts import perform, profile_of
from server.services.demands.closing import task_given
from server.services.demands.handlers import supervisor_of
from server.services.demands.reach import reached
from server.services.demands.words import legible
from server.storage import demands
from server.storage import ratings as storage
from server.storage.demands import Demand
from server.storage.profiles import calendar_of
from server.storage.ratings import Rating
from server.work import Reading, Work

REPORTER = "reporter"
_TO_BE_RATED = frozenset({StateKey.FED_BACK, StateKey.RATED})


def rate(
    work: Work,
    demand_id: uuid.UUID,
    *,
    stars: int,
    words: str | None = None,
    by_proxy: bool = False,
    seen: int | None = None,
) -> Demand:
    """评单, or change it while the window is open. `by_proxy` marks what staff enter for the reporter: in no figure.

    A low rating starts the loop at once and gives somebody above the call-back to make; more stars afterwards correct
    the rating and stop nothing. Whose report was merged into another was told the same answer, and judges it for
    himself: his stars stand under his own report (METRICS C9), and only low ones move the matter. Raises NotFound, Forbidden, Invalid, Conflict("demand.rating_window_over"),
    Conflict("demand.rated_by_reporter") where staff would write over what the reporter said himself.
    """
    demand = reached(work, demand_id, seen=seen)
    leading = _leading(work, demand)
    who, written = work.actor.evaluates or REPORTER, legible(words)
    known = storage.newest_of(work.session, demand.id, who=who)
    if known is not None and leading.state.key not in _TO_BE_RATED:
        return _correct(work, demand, known, stars=stars, words=written, by_proxy=by_proxy)
    row = _row(work, demand, known, who=who, leading=leading)
    _check(work, row, by_proxy=by_proxy)
    if leading is demand or _moves(work, leading, stars=stars):
        perform(
            _as_reporter_of(work, leading),
            leading,
            Action.RATE,
            stars=stars,
            words=written,
            by_proxy=by_proxy,
            evaluator=work.actor.evaluates,
        )
    _keep(work, demand, row, stars=stars, words=written, by_proxy=by_proxy)
    if is_low(stars, profile_of(work, leading)):
        _ask_to_call_back(work, leading)
    return demand


def _leading(work: Work, demand: Demand) -> Demand:
    """The demand whose answer is judged, locked: its own, or the one it was merged into."""
    if demand.merged_into_id is None:
        return demand
    return demands.get(work.session, demand.merged_into_id, scope=Scope.everything(), to_change=True)


def _moves(work: Work, leading: Demand, *, stars: int) -> bool:
    """Whether the rating of a report merged into another is an act on the matter: low ones are, and what is refused."""
    profile = profile_of(work, leading)
    actor = _as_reporter_of(work, leading).actor
    open_to_him = open_acts(leading.state, actor=actor, place=leading.jurisdiction, profile=profile)
    is_good = not is_low(stars, profile) and stars <= profile.rating.stars
    return not is_good or Action.RATE not in open_to_him


def _as_reporter_of(work: Work, leading: Demand) -> Work:
    """A reporter whose report was merged into another speaks of that one."""
    if work.actor.kind is not ActorKind.RESIDENT:
        return work
    return Work(work.session, replace(work.actor, demand_id=leading.id), work.now)


def window_end(reading: Reading, demand: Demand) -> dt.datetime:
    """When a demand that has been reported back can be rated no more (aware UTC)."""
    profile = profile_of(reading, demand)
    told_at = demand.told_at or reading.now
    return due_at(told_at, profile.rating.window, calendar=calendar_of(profile))


def _row(work: Work, demand: Demand, known: Rating | None, *, who: str, leading: Demand) -> Rating:
    """This round's rating: what was said in it already, else a new one that may be changed until the window ends."""
    round_ = 1 + leading.reworks + leading.reopened
    if known is not None and known.round == round_:
        return known
    return Rating(
        demand_id=demand.id,
        round=round_,
        who=who,
        window_until=window_end(work, leading),
        handler_id=leading.handler_id,
        unit_id=leading.unit_id,
    )


def _correct(work: Work, demand: Demand, row: Rating, *, stars: int, words: str, by_proxy: bool) -> Demand:
    """What was said is changed; what it has started goes on."""
    _check(work, row, by_proxy=by_proxy)
    most = profile_of(work, demand).rating.stars
    if not 1 <= stars <= most:
        raise Invalid("demand.stars_out_of_range", most=most)
    _keep(work, demand, row, stars=stars, words=words, by_proxy=by_proxy)
    demand.version += 1
    work.session.flush()
    return demand


def _check(work: Work, row: Rating, *, by_proxy: bool) -> None:
    if row.id is not None and work.now >= row.window_until:
        raise Conflict("demand.rating_window_over")
    if row.id is not None and by_proxy and not row.by_proxy:
        raise Conflict("demand.rated_by_reporter")


def _keep(work: Work, demand: Demand, row: Rating, *, stars: int, words: str, by_proxy: bool) -> None:
    changed = row.id is not None
    row.stars, row.words, row.by_proxy = stars, words or None, by_proxy
    row.proxy_id = work.actor.id if by_proxy else None
    if changed:
        row.changed_at = work.now
    else:
        row.given_at = work.now
        work.session.add(row)
    work.session.flush()
    work.record(
        RatingGiven(
            subject_id=demand.id,
            jurisdiction=demand.jurisdiction,
            round=row.round,
            who=row.who,
            by_proxy=by_proxy,
            changed=changed,
        )
    )


def _ask_to_call_back(work: Work, demand: Demand) -> None:
    supervisor = supervisor_of(work, demand)
    if supervisor is not None and demand.caller_id is None:
        demand.caller_id = supervisor.id
        task_given(work, demand, "call_back", supervisor.id)
