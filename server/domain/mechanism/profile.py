"""机制方案: what one county's data file says, and what the engine and the pages ask of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Protocol

from pydantic import Field

from server.domain.deadline import Allowance
from server.domain.mechanism.closing import (
    Appeal,
    Evaluator,
    Feedback,
    LowRating,
    Public,
    Rating,
    Reopening,
)
from server.domain.mechanism.deadlines import Deadlines
from server.domain.mechanism.dispatch import Approvals, Dispatch, Escalation, Limit, Suspension
from server.domain.mechanism.duties import (
    Cadence,
    CareTag,
    Coverage,
    HotspotRule,
    LocalCalendar,
    PhoneLists,
    Tier,
)
from server.domain.mechanism.intake import Channel, OnSpot, Screening, Withdrawal
from server.domain.mechanism.matter import DemandClass, Dimension, Routing
from server.domain.mechanism.meeting import Meeting
from server.domain.mechanism.organisation import Alliance, GridStandard, PartyOrganisation
from server.domain.mechanism.part import Allowed, Canonical, ChannelCode, Choice, HandlingLevel, Label, Part
from server.domain.mechanism.unexecuted import (
    BurdenGuard,
    Emergency,
    Kpi,
    Points,
    Posting,
    Ranking,
    Review,
    Routine,
)
from server.domain.obligation.duty import Duty, PatrolDayRule
from server.domain.work_calendar import WorkCalendar

HOTLINE = "hotline"
_BY_REPORTER: tuple[Evaluator, ...] = ("reporter",)


class Named(Protocol):
    """A state or an act: its key, and what the product calls it."""

    @property
    def value(self) -> str:
        """The key."""

    @property
    def label(self) -> str:
        """The product's word."""


class MechanismProfile(Part):
    """A county's mechanism. Read one with `parse_profile`; each file stands alone, there is no inheritance.

    A table with a default may be left out: what holds then is our default (MECHANISMS S3), or, for lists, that the
    county has none.
    """

    county: Annotated[str, Field(pattern=r"^[0-9]{6}$")]
    name: Label
    brand: Label
    stages: tuple[Label, ...]
    registrar: Label
    levels: Annotated[tuple[HandlingLevel, ...], Field(min_length=1)]
    patrol_days: PatrolDayRule
    freeze_day: Annotated[int, Field(ge=1, le=28)]
    verbs: Mapping[str, Label] = Field(default_factory=dict)
    states: Mapping[str, Label] = Field(default_factory=dict)

    party_organisations: tuple[PartyOrganisation, ...] = ()
    alliances: tuple[Alliance, ...] = ()

    channels: Annotated[tuple[Channel, ...], Field(min_length=1)]
    screening: Screening = Screening()
    screen_reasons: Annotated[tuple[Choice, ...], Field(min_length=1)]
    referral_reasons: tuple[Choice, ...] = ()
    on_spot: OnSpot = OnSpot()
    withdrawal: Withdrawal = Withdrawal()

    classes: Annotated[tuple[DemandClass, ...], Field(min_length=1)]
    dimensions: tuple[Dimension, ...] = ()
    menu: tuple[Choice, ...] = ()
    routing: tuple[Routing, ...] = ()
    escalation: Escalation = Escalation()
    dispatch: Dispatch = Dispatch()
    returns: Limit = Limit()
    send_down: Limit = Limit()
    approvals: Approvals = Approvals()
    suspension: Suspension = Suspension()
    meetings: tuple[Meeting, ...] = ()

    deadlines: Deadlines
    channel_allowances: Mapping[ChannelCode, Allowed] = Field(default_factory=dict)
    feedback: Feedback = Feedback()
    rating: Rating
    low_rating: LowRating = LowRating()
    reopening: Reopening = Reopening()
    appeal: Appeal = Appeal()
    public: Public = Public()

    cadences: Annotated[tuple[Cadence, ...], Field(min_length=1)]
    tiers: Annotated[tuple[Tier, ...], Field(min_length=1)]
    care_tags: tuple[CareTag, ...]
    hotspot_rule: HotspotRule
    coverage: Coverage
    phone_lists: PhoneLists
    calendar: LocalCalendar = LocalCalendar()

    routines: tuple[Routine, ...] = ()
    posting: tuple[Posting, ...] = ()
    points: Points | None = None
    ranking: Ranking | None = None
    annual: tuple[Review, ...] = ()
    kpis: tuple[Kpi, ...] = ()
    emergency: Emergency | None = None
    burden_guard: BurdenGuard | None = None
    grid_standard: tuple[GridStandard, ...] = ()
    grid_staffing: Label | None = None

    def __hash__(self) -> int:
        # Equal profiles have equal names; hashing every part of one on every look-up costs more than it tells.
        return hash((self.county, self.name))

    def state_word(self, state: Named) -> str:
        """Return the county's word for a state of a demand, else the product's."""
        return self.states.get(state.value, state.label)

    def verb(self, action: Named) -> str:
        """Return the county's word for an act, else the product's."""
        return self.verbs.get(action.value, action.label)

    def class_of(self, canonical: Canonical) -> DemandClass:
        """Return the county's class that covers a canonical one; every profile covers all four."""
        return next(own for own in self.classes if canonical in own.canonical)

    def routed_to(self, canonical: Canonical) -> HandlingLevel:
        """Return the level a matter of this class goes to first: its routing, else the level that owns the class."""
        routed = (each.to for each in self.routing if each.canonical == canonical)
        return next(routed, self.class_of(canonical).owner)

    def allowance(self, canonical: Canonical, *, channel: str) -> Allowance:
        """Return how long a matter of this class may take; an order of the hotline has its own (XA-28), so may others.

        For PRIVATE it is the time to the first contact, whatever the channel: it has no date of resolution.
        """
        own = self.class_of(canonical).allowance
        if canonical == "PRIVATE":
            return own
        if channel == HOTLINE:
            return self.deadlines.hotline
        return {str(code): each for code, each in self.channel_allowances.items()}.get(channel, own)

    def level_above(self, level: HandlingLevel) -> HandlingLevel | None:
        """Return the level a matter goes up to from `level` along the chain 上报; None from its top."""
        return _next_above(level, self.escalation.chain, levels=self.levels)

    def approver_of(self, desk: HandlingLevel) -> HandlingLevel:
        """Return the level that agrees to what is asked of a desk 审批: the next level of the county.

        At the highest level it is that level itself, by somebody other than who asks (our default).
        """
        return _next_above(desk, self.levels, levels=self.levels) or desk

    def meeting_for(self, canonical: Canonical, level: HandlingLevel) -> Meeting | None:
        """Return the meeting that settles matters of a class at a level; None where the county has none."""
        held = (each for each in self.meetings if each.level == level and canonical in each.canonical)
        return next(held, None)

    def may_claim(self, canonical: Canonical) -> bool:
        """Say whether matters of a class may be offered to whoever claims them 认领 (LL-21)."""
        return "claim" in self.dispatch.modes and canonical in self.dispatch.claim_classes

    def evaluators(self, canonical: Canonical) -> tuple[Evaluator, ...]:
        """Return who judges a matter of this class when it is done (JJ-24)."""
        named = (each.who for each in self.rating.evaluators if canonical in each.canonical)
        return next(named, _BY_REPORTER)

    def work_calendar(self, holiday_tables: Iterable[str]) -> WorkCalendar:
        """Return the working days of the county, from holiday tables (TOML text each) and its own days."""
        return WorkCalendar.from_toml(
            holiday_tables, local_days_off=self.calendar.days_off, local_workdays=self.calendar.workdays
        )

    def duties(self) -> tuple[Duty, ...]:
        """Return the county's cadences as duties, in the order of the file."""
        tags = {tag.code: tag.tier for tag in self.care_tags if tag.counts}
        tiers = {tier.id: tier.interval_days for tier in self.tiers}
        return tuple(
            Duty(
                id=cadence.id,
                label=cadence.label,
                what=cadence.what,
                window=cadence.window,
                by=frozenset(role.value for role in cadence.by),
                also=frozenset(role.value for role in cadence.also),
                phone=cadence.phone,
                tags=tags,
                tiers=tiers,
                patrol_days=self.patrol_days,
                channel=cadence.channel,
                on_day=cadence.on_day,
            )
            for cadence in self.cadences
        )


def _next_above(
    level: HandlingLevel, rungs: tuple[HandlingLevel, ...], *, levels: tuple[HandlingLevel, ...]
) -> HandlingLevel | None:
    height = levels.index(level)
    return next((rung for rung in rungs if levels.index(rung) > height), None)
