"""评单: what reporters and evaluators thought of how a demand was handled, round by round."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.domain.scope import Scope
from server.storage.base import Base, Serial
from server.storage.demands import Demand
from server.storage.selection import within

_AT_ONCE = 500


class Rating(Base):
    """One rating: one for each demand, round and `who` (reporter, or an evaluator of the profile).

    A round is one handling with its answer: 1 at first, 2 after it was handled again.
    """

    __tablename__ = "ratings"

    id: Mapped[Serial]
    demand_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("demands.id"))
    round: Mapped[int]
    who: Mapped[str]
    stars: Mapped[int]
    words: Mapped[str | None]
    given_at: Mapped[dt.datetime]
    changed_at: Mapped[dt.datetime | None]
    window_until: Mapped[dt.datetime]
    """Until then it may be changed, and whoever handled the demand does not see it."""
    by_proxy: Mapped[bool] = mapped_column(default=False)
    """代评: entered by staff for the reporter; it counts in no figure (METRICS C9)."""
    proxy_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id"))
    handler_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id"))
    unit_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("units.id"))
    """Whose work was judged: the handler, or the unit."""

    __table_args__ = (sa.UniqueConstraint("demand_id", "round", "who"),)


def of_demand(session: Session, demand_id: uuid.UUID) -> Sequence[Rating]:
    """Every rating of a demand, oldest first; the caller has read the demand within his scope."""
    return session.scalars(sa.select(Rating).where(Rating.demand_id == demand_id).order_by(Rating.id)).all()


def newest_of(session: Session, demand_id: uuid.UUID, *, who: str) -> Rating | None:
    """What `who` has said last; None while he has said nothing."""
    query = sa.select(Rating).where(Rating.demand_id == demand_id, Rating.who == who)
    return session.scalars(query.order_by(Rating.round.desc()).limit(1)).first()


def of_demands(session: Session, demand_ids: Collection[uuid.UUID], *, who: str) -> Sequence[Rating]:
    """What `who` has said of these demands, oldest first; the caller has read them within his scope."""
    found: list[Rating] = []
    wanted = sorted(demand_ids)
    for first in range(0, len(wanted), _AT_ONCE):
        some = wanted[first : first + _AT_ONCE]
        query = sa.select(Rating).where(Rating.demand_id.in_(some), Rating.who == who)
        found += session.scalars(query.order_by(Rating.id))
    return found


def given(
    session: Session,
    *,
    scope: Scope,
    who: str,
    since: dt.datetime,
    before: dt.datetime,
    settled_at: dt.datetime,
) -> Sequence[tuple[str, dt.datetime]]:
    """(jurisdiction, given_at) of what `who` said himself from `since` to `before`, not to be changed at `settled_at`."""
    query = (
        sa.select(Demand.jurisdiction, Rating.given_at)
        .join(Demand, Demand.id == Rating.demand_id)
        .where(
            within(Demand.jurisdiction, scope),
            Rating.given_at >= since,
            Rating.given_at < before,
            Rating.window_until <= settled_at,
            Rating.who == who,
            Rating.by_proxy.is_(False),
        )
    )
    return [(place, instant) for place, instant in session.execute(query.order_by(Rating.id))]
