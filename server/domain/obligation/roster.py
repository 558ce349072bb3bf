"""名册: who is in a window's denominator, who entered too late for it, and who left (METRICS D4)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from server.domain.obligation.duty import Duty, Id
from server.domain.obligation.windows import Window, entry_counts
from server.domain.work_calendar import local_day

_EXIT_SHARE_PERCENT = 3
_EXITS_AT_LEAST = 3


@dataclass(frozen=True, slots=True)
class Exit:
    """移出: why somebody left, and when a second person confirmed it. A change not yet confirmed is not an exit.

    `reason` is a register change of FORMS §8.
    """

    reason: str
    confirmed_at: dt.datetime

    @property
    def day(self) -> dt.date:
        """The day it takes effect."""
        return local_day(self.confirmed_at)


@dataclass(frozen=True, slots=True)
class Stay:
    """From when a unit was on the register, and how it left. `known_at` None: known since it began."""

    entered_on: dt.date
    exit: Exit | None = None
    known_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class CareTag:
    """A care tag of a person from a day on, and how it ended. `known_at` None: known since it began."""

    code: str
    begun_on: dt.date
    exit: Exit | None = None
    known_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Away:
    """外出: marked away from `since` to `until`, both included; None: still away."""

    since: dt.date
    until: dt.date | None = None
    known_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A person or a household that a visit duty is owed to. `grid` is where it lives at `as_of` (METRICS D5).

    For a household `household` is its own id. `aways` and `in_hospital` of a person include its household's.
    `tier` is one set for this unit alone; the strictest of it and of the tags holds.
    """

    id: Id
    household: Id
    grid: str
    stays: tuple[Stay, ...]
    tags: tuple[CareTag, ...] = ()
    aways: tuple[Away, ...] = ()
    in_hospital: bool = False
    tier: str | None = None

    def is_away(self, day: dt.date, *, as_of: dt.datetime) -> bool:
        """Say whether a call on `day` may stand for a visit: away by a dated mark known at `as_of`, or in hospital."""
        return self.in_hospital or any(
            away.since <= day and (away.until is None or day <= away.until) and _known(away.known_at, as_of)
            for away in self.aways
        )


@dataclass(frozen=True, slots=True)
class Spell:
    """A run of days in which a unit is owed a duty: from `first` until the day of its exit."""

    first: dt.date
    exit: Exit | None

    @property
    def end(self) -> dt.date:
        """The day it ended; the last of all days while it lasts."""
        return dt.date.max if self.exit is None else self.exit.day


@dataclass(frozen=True, slots=True)
class Membership:
    """How a unit stands in one window.

    `counts`: in d, unless it left by `exit` without being done. `late`: entered too late for this window and is
    owed from the next (新增). Both hold for somebody who left and came back late. `first`: its day of entry.
    `newest` is the latest run of days it is owed in, within the window or after it.
    """

    unit: Unit
    first: dt.date
    counts: bool
    late: bool
    exit: Exit | None
    newest: Spell


def spells(unit: Unit, duty: Duty, *, as_of: dt.datetime) -> list[Spell]:
    """Return the runs of days in which `unit` is owed `duty`, as known at `as_of`, oldest first.

    A person is owed while on the register with at least one counting care tag; one person with three tags is one.
    """
    owed = _stays(unit, as_of=as_of)
    if duty.what == "visit_person":
        counting = ((tag.begun_on, tag.exit, tag.known_at) for tag in unit.tags if tag.code in duty.tags)
        tagged = _runs(counting, as_of=as_of)
        owed = [_overlap(stay, tag) for stay in owed for tag in tagged]
    return [spell for spell in owed if spell.first < spell.end]


def membership(unit: Unit, duty: Duty, window: Window, *, as_of: dt.datetime) -> Membership | None:
    """Return how `unit` stands in `window`; None where the window does not concern it."""
    owed = spells(unit, duty, as_of=as_of)
    touching = [spell for spell in owed if spell.first <= window.last and spell.end >= window.first]
    if not touching:
        return None
    last = touching[-1]
    late = not entry_counts(last.first, window) and _within(last, window) is None
    counting = [spell for spell in touching if entry_counts(spell.first, window)]
    if not counting:
        return (
            Membership(unit, last.first, counts=False, late=True, exit=None, newest=owed[-1])
            if late
            else None
        )
    stay = counting[-1]
    return Membership(unit, stay.first, counts=True, late=late, exit=_within(stay, window), newest=owed[-1])


def tier_of(unit: Unit, duty: Duty, *, as_of: dt.datetime) -> str | None:
    """Return the strictest tier among the unit's own and its counting tags in force at `as_of`; None without any."""
    today = local_day(as_of)
    tiers = {
        duty.tags[tag.code]
        for tag in unit.tags
        if tag.code in duty.tags
        and tag.begun_on <= today
        and _known(tag.known_at, as_of)
        and _lasts(tag.exit, as_of)
    }
    if unit.tier is not None:
        tiers.add(unit.tier)
    return min(tiers, key=lambda tier: (duty.strictness(tier), tier), default=None)


def needs_township(*, exits: int, d: int) -> bool:
    """Say whether the exits of a grid in a window are so many that the township confirms them (METRICS D4).

    More than 3 % of d, and at least three.
    """
    return exits >= _EXITS_AT_LEAST and exits * 100 > _EXIT_SHARE_PERCENT * d


def vacant_units(units: Iterable[Unit], *, window: Window, as_of: dt.datetime) -> list[Unit]:
    """Return the households confirmed vacant by the window's end and not lived in again: outside d, but listed."""
    return [unit for unit in units if _is_vacant(unit, window=window, as_of=as_of)]


def _is_vacant(unit: Unit, *, window: Window, as_of: dt.datetime) -> bool:
    begun = [stay for stay in _stays(unit, as_of=as_of) if stay.first <= window.last]
    left = _within(begun[-1], window) if begun else None
    return left is not None and left.reason == "vacant"


def _stays(unit: Unit, *, as_of: dt.datetime) -> list[Spell]:
    return _runs(((stay.entered_on, stay.exit, stay.known_at) for stay in unit.stays), as_of=as_of)


def _known(known_at: dt.datetime | None, as_of: dt.datetime) -> bool:
    return known_at is None or known_at <= as_of


def _lasts(exit_: Exit | None, as_of: dt.datetime) -> bool:
    return exit_ is None or exit_.confirmed_at > as_of


def _within(spell: Spell, window: Window) -> Exit | None:
    return spell.exit if spell.end <= window.last else None


def _runs(
    spans: Iterable[tuple[dt.date, Exit | None, dt.datetime | None]], *, as_of: dt.datetime
) -> list[Spell]:
    """Join spans that touch or overlap into runs; what was not known or not confirmed at `as_of` is left out."""
    today = local_day(as_of)
    known = sorted(
        (
            Spell(first, None if _lasts(exit_, as_of) else exit_)
            for first, exit_, known_at in spans
            if first <= today and _known(known_at, as_of)
        ),
        key=lambda spell: (spell.first, spell.end),
    )
    return _joined(known)


def _joined(ordered: Sequence[Spell]) -> list[Spell]:
    runs: list[Spell] = []
    for spell in ordered:
        if runs and spell.first <= runs[-1].end:
            if spell.end > runs[-1].end:
                runs[-1] = replace(runs[-1], exit=spell.exit)
        else:
            runs.append(spell)
    return runs


def _overlap(stay: Spell, tagged: Spell) -> Spell:
    ends_first = stay if stay.end <= tagged.end else tagged
    return Spell(max(stay.first, tagged.first), ends_first.exit)
