"""诉求: what residents asked for and what was found, with everything that decides how it may move."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import fields

import sqlalchemy as sa
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Mapped, Session, composite, mapped_column

from server.domain.deadline import Pause
from server.domain.demand_states import DemandState, Group, StateKey, group_of
from server.domain.problems import NotFound
from server.domain.scope import Scope
from server.storage.base import Base, Code, Json, Key, Serial
from server.storage.demand_indexes import INDEXES, UNSETTLED
from server.storage.geometry import geometry, gist_index
from server.storage.pauses import Pauses
from server.storage.selection import private_within, within


class Demand(Base):
    """诉求. Keyed by its place in a submission, so that a re-run raises nothing twice; once raised it is never removed."""

    __tablename__ = "demands"

    id: Mapped[Key]
    version: Mapped[int] = mapped_column(default=1)
    number: Mapped[str] = mapped_column(unique=True)
    submission_id: Mapped[int | None] = mapped_column(sa.ForeignKey("submissions.id"))
    position: Mapped[int] = mapped_column(default=0)
    profile_version_id: Mapped[int] = mapped_column(sa.ForeignKey("profile_versions.id"))

    jurisdiction: Mapped[Code]
    """grid_now where it has a grid, else the village or division it was raised in (METRICS D5)."""
    grid_then: Mapped[str | None]
    received_at: Mapped[dt.datetime]
    raised_on: Mapped[dt.date]
    channel: Mapped[str]
    kind: Mapped[str]
    detail: Mapped[str | None]
    words: Mapped[str | None]
    photo: Mapped[str | None]
    photo_after: Mapped[str | None]
    voice: Mapped[str | None]
    urgent: Mapped[bool] = mapped_column(default=False)
    suggested_class: Mapped[str | None]
    found_on_patrol: Mapped[bool] = mapped_column(default=False)
    class_hint: Mapped[str | None]

    point: Mapped[BaseGeometry | None] = mapped_column(geometry("POINT"))
    place_source: Mapped[str | None]
    """How the place is known: here, map, fix, register; None while it is 待定位 or nowhere."""
    place_how: Mapped[str | None]
    address: Mapped[str | None]
    household_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("households.id"))

    reporter_kind: Mapped[str | None]
    reporter_name: Mapped[str | None]
    reporter_phone: Mapped[str | None]
    outer_number: Mapped[str | None]
    first_asked_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    """首问: whoever took it in; it stays on his list until it ends."""
    looker_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    """Who is asked to go and see whether it is as reported 核实, until he has."""
    checker_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    """Who is asked to see whether it was settled 核查, until he has; never the handler."""
    caller_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    """Who is to call a reporter back who was not satisfied 回访, until he has; never the handler."""
    last_step: Mapped[str | None]
    """The newest word from the field, in the codes of the follow-up form (FORMS §6); "same" is one."""
    last_step_at: Mapped[dt.datetime | None]
    dimensions: Mapped[Json] = mapped_column(default=dict, server_default=sa.text("'{}'"))
    """The county's other ways of sorting: the code of a value by the id of its dimension."""
    urged: Mapped[int] = mapped_column(default=0, server_default=sa.text("0"))
    """How often somebody above asked to hurry 催办."""
    urged_at: Mapped[dt.datetime | None]
    supervised_at: Mapped[dt.datetime | None]
    """Since when somebody above watches over it 督办, until `supervised_until`; None once he has let go."""
    supervised_until: Mapped[dt.date | None]
    remind_at: Mapped[dt.datetime | None]
    """When whoever holds it is to be reminded next; None where nothing is left to remind of."""
    measure: Mapped[str | None]
    answer_words: Mapped[str | None]
    how_solved: Mapped[str | None]
    merged_into_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("demands.id"), index=True)

    key: Mapped[str] = mapped_column("state_key")
    since: Mapped[dt.datetime]
    last_event_at: Mapped[dt.datetime]
    class_: Mapped[str | None] = mapped_column("class")
    level: Mapped[str | None]
    highest_level: Mapped[str | None]
    handler_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    due_at: Mapped[dt.datetime | None]
    original_due_at: Mapped[dt.datetime | None]
    step_due_at: Mapped[dt.datetime | None]
    promised_on: Mapped[dt.date | None]
    asked_upward: Mapped[bool] = mapped_column(default=False)
    looked: Mapped[str | None]
    outcome: Mapped[str | None]
    resolved_at: Mapped[dt.datetime | None]
    told_at: Mapped[dt.datetime | None]
    desk: Mapped[str] = mapped_column(default="village", server_default="village")
    unit_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("units.id"), index=True)
    returns: Mapped[int] = mapped_column(default=0, server_default=sa.text("0"))
    sent_down: Mapped[int] = mapped_column(default=0, server_default=sa.text("0"))
    asked: Mapped[str | None]
    asked_until: Mapped[dt.date | None]
    review_on: Mapped[dt.date | None]
    appealed: Mapped[str | None]
    reworks: Mapped[int] = mapped_column(default=0, server_default=sa.text("0"))
    reopened: Mapped[int] = mapped_column(default=0, server_default=sa.text("0"))
    stars: Mapped[int | None]
    clock_from: Mapped[dt.datetime | None]
    clock_allows: Mapped[str | None]
    pauses: Mapped[tuple[Pause, ...]] = mapped_column(Pauses, default=(), server_default=sa.text("'[]'"))
    closed_by: Mapped[str | None]
    screened_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id"))
    asked_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id"))

    state: Mapped[DemandState] = composite(*(field.name for field in fields(DemandState)))

    __table_args__ = (
        sa.UniqueConstraint("submission_id", "position"),
        *INDEXES,
        gist_index("demands", "point"),
    )


VOICE = "voice"
"""Among the details of a note, the name of the recording sent with it."""


class DemandNote(Base):
    """What somebody wrote or sent about a demand: the words of the timeline, apart from the events for their keeping."""

    __tablename__ = "demand_notes"

    id: Mapped[Serial]
    demand_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("demands.id"), index=True)
    submission_id: Mapped[int | None] = mapped_column(sa.ForeignKey("submissions.id"), unique=True)
    at: Mapped[dt.datetime]
    account_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id"))
    step: Mapped[str]
    words: Mapped[str | None]
    photo: Mapped[str | None]
    details: Mapped[Json] = mapped_column(default=dict)


def unsettled() -> sa.TextClause:
    """A condition for demands not settled 未解决, in the words of the index over them."""
    return sa.text(UNSETTLED)


def held_as() -> sa.ColumnElement[str]:
    """The class a demand is held to be: its own, until then what its detail suggests, "" where nothing does."""
    return sa.func.coalesce(Demand.class_, Demand.suggested_class, "")


def readable(scope: Scope) -> sa.ColumnElement[bool]:
    """A condition for demands a reader may see: in his divisions, and PRIVATE ones only where that is his to see."""
    shown = sa.or_(held_as() != "PRIVATE", private_within(Demand.jurisdiction, scope))
    return sa.and_(within(Demand.jurisdiction, scope), shown)


def can_be_told(demand: Demand) -> bool:
    """Say whether somebody can be told the result: on his page, by telephone, or at the door where it was raised on a visit."""
    if demand.channel == "online":
        return True
    if demand.reporter_kind in (None, "anonymous"):
        return False
    return bool(demand.reporter_phone) or (demand.channel == "visit" and demand.household_id is not None)


def own_of(account_id: uuid.UUID) -> sa.ColumnElement[bool]:
    """A condition for demands somebody took in or handles: they are on his list wherever they lie (FORMS §5)."""
    return sa.or_(Demand.first_asked_id == account_id, Demand.handler_id == account_id)


def get(
    session: Session,
    demand_id: uuid.UUID,
    *,
    scope: Scope,
    reader: uuid.UUID | None = None,
    claims_in: Collection[str] = (),
    to_change: bool = False,
) -> Demand:
    """The demand, if it lies where the reader may look, is the `reader`'s own or is offered in no grid of `claims_in`.

    Locked `to_change`, so that two acts follow one another. Raises NotFound where there is none he may see.
    """
    may_see = readable(scope) if reader is None else sa.or_(readable(scope), own_of(reader))
    if claims_in:
        may_see = sa.or_(may_see, _offered_in(claims_in))
    query = sa.select(Demand).where(Demand.id == demand_id, may_see)
    row = session.scalars(query.with_for_update() if to_change else query).first()
    if row is None:
        raise NotFound("demand.unknown", id=str(demand_id))
    return row


def of_number(session: Session, number: str, *, scope: Scope) -> Demand | None:
    """The demand with this public number, if the reader may see it."""
    return session.scalars(sa.select(Demand).where(Demand.number == number, readable(scope))).first()


def of_submission(session: Session, submission_id: int, *, position: int) -> Demand | None:
    """The demand raised at a place in a submission, for the projector that wrote it."""
    query = sa.select(Demand).where(Demand.submission_id == submission_id, Demand.position == position)
    return session.scalars(query).first()


def offered(session: Session, *, scope: Scope, claims_in: Collection[str]) -> Sequence[Demand]:
    """What waits for somebody to claim it, oldest first, where the reader may look, or in no grid of villages (LL-21)."""
    here = sa.and_(readable(scope), Demand.key == StateKey.OFFERED.value)
    query = sa.select(Demand).where(sa.or_(here, _offered_in(claims_in)))
    return session.scalars(query.order_by(Demand.received_at, Demand.number)).all()


def _offered_in(villages: Collection[str]) -> sa.ColumnElement[bool]:
    offered = sa.and_(Demand.key == StateKey.OFFERED.value, held_as() != "PRIVATE")
    return sa.and_(offered, Demand.jurisdiction.in_(villages))


def notes(session: Session, demand_id: uuid.UUID) -> Sequence[DemandNote]:
    """What was written about a demand, oldest first; the caller has read the demand within his scope."""
    return session.scalars(
        sa.select(DemandNote).where(DemandNote.demand_id == demand_id).order_by(DemandNote.id)
    ).all()


def in_hands_of(session: Session, accounts: Sequence[uuid.UUID]) -> Sequence[Demand]:
    """Demands that any of these accounts handles, is asked to look at or to check, whatever their state.

    They are his wherever they lie, so there is no scope; ended ones are left out.
    """
    in_hand = sa.or_(
        Demand.handler_id.in_(accounts), Demand.looker_id.in_(accounts), Demand.checker_id.in_(accounts)
    )
    going_on = [key.value for key in StateKey if group_of(key) not in (None, Group.ENDED)]
    return session.scalars(sa.select(Demand).where(in_hand, Demand.key.in_(going_on))).all()


def known(session: Session, keys: Sequence[uuid.UUID]) -> Sequence[uuid.UUID]:
    """Which of the keys belong to demands; whether one exists is no secret to a phone that names it."""
    return session.scalars(sa.select(Demand.id).where(Demand.id.in_(keys))).all()


def repeats(session: Session, demand: Demand, *, scope: Scope) -> Sequence[Demand]:
    """Other demands with the same number of the same outer system: likely repeats (FORMS §5)."""
    if demand.outer_number is None:
        return ()
    query = sa.select(Demand).where(
        Demand.channel == demand.channel,
        Demand.outer_number == demand.outer_number,
        Demand.id != demand.id,
        readable(scope),
    )
    return session.scalars(query.order_by(Demand.received_at)).all()


def all_readable(session: Session, *, submission_id: int, scope: Scope) -> bool:
    """Say whether the reader may see every demand raised from a submission: else he may not see its words either."""
    query = sa.select(Demand.id).where(Demand.submission_id == submission_id, sa.not_(readable(scope)))
    return session.scalars(query.limit(1)).first() is None
