"""封账表: the figures of a window that is frozen, read as they were written, and what came too late for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from server.domain.mechanism import MechanismProfile
from server.domain.obligation import Duty, GridVisits, Window, sheet
from server.domain.scope import Scope
from server.storage import sheets as storage
from server.storage.patrols import Patrol
from server.storage.profiles import ProfileVersion, parsed
from server.storage.selection import within
from server.storage.submissions import Submission
from server.storage.visits import Visit

Row = TypeVar("Row", Visit, Patrol)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """The frozen figures of some villages, by grid, with the mechanism they were judged by."""

    duty: Duty
    profile: MechanismProfile
    frozen_at: dt.datetime
    villages: frozenset[str]
    lines: dict[str, GridVisits]


@dataclass(frozen=True, slots=True, kw_only=True)
class LateRecord(Generic[Row]):
    """封账后补录: a visit or patrol that came, or was corrected, after its window was frozen (METRICS D3)."""

    row: Row
    received_at: dt.datetime
    is_correction: bool


def frozen(session: Session, duty_id: str, window: Window, *, scope: Scope) -> Frozen | None:
    """Return what was frozen of a duty's window within the scope; None where nothing was."""
    rows = storage.of_window(
        session, scope=scope, duty=duty_id, window_kind=window.kind, first_day=window.first
    )
    if not rows:
        return None
    lines: dict[str, GridVisits] = {}
    for row in rows:
        _, duty = _judged_by(session, row)
        grids = [values for values in row.grids if scope.covers(values["grid"])]
        lines |= sheet.read(grids, row.visits, duty=duty)
    profile, duty = _judged_by(session, rows[0])
    return Frozen(
        duty=duty,
        profile=profile,
        frozen_at=max(row.frozen_at for row in rows),
        villages=frozenset(row.village for row in rows),
        lines=lines,
    )


@dataclass(frozen=True, slots=True)
class FrozenValues:
    """What the sheets of some villages hold of a duty of days, weeks or sessions, by grid or village."""

    frozen_at: dt.datetime
    values: dict[str, sheet.Values]


def frozen_values(
    session: Session, duties: Iterable[str], window: Window, *, scope: Scope
) -> FrozenValues | None:
    """Return what was frozen of some duties' window within the scope; None where nothing was."""
    rows = [
        row
        for duty in sorted(duties)
        for row in storage.of_window(
            session, scope=scope, duty=duty, window_kind=window.kind, first_day=window.first
        )
    ]
    if not rows:
        return None
    return FrozenValues(
        max(row.frozen_at for row in rows), {values["grid"]: values for row in rows for values in row.grids}
    )


def late_visits(
    session: Session, window: Window, *, scope: Scope, frozen_at: dt.datetime, as_of: dt.datetime
) -> list[LateRecord[Visit]]:
    """Return the visits that came for a window between its freezing and `as_of`, in the order of arrival."""
    between = (frozen_at, as_of)
    found = _late(session, Visit, window, scope=scope, between=between)
    return [record for record in found if record.row.source != "import"]


def late_patrols(
    session: Session, window: Window, *, scope: Scope, frozen_at: dt.datetime, as_of: dt.datetime
) -> list[LateRecord[Patrol]]:
    """Return the patrols that came for a month between its freezing and `as_of`, in the order of arrival."""
    return _late(session, Patrol, window, scope=scope, between=(frozen_at, as_of))


def _late(
    session: Session,
    table: type[Row],
    window: Window,
    *,
    scope: Scope,
    between: tuple[dt.datetime, dt.datetime],
) -> list[LateRecord[Row]]:
    frozen_at, as_of = between
    here = (
        within(table.grid_then, scope),
        sa.or_(table.removed_at.is_(None), table.removed_at > as_of),
    )
    in_window = table.day.between(window.first, window.last)
    came = sa.select(table, table.received_at.label("came_at")).where(
        *here, in_window, table.received_at > frozen_at, table.received_at <= as_of
    )
    root, edit = aliased(Submission), aliased(Submission)
    corrected = (
        sa.select(table, edit.received_at.label("came_at"))
        .join(root, root.id == table.submission_id)
        .join(edit, sa.and_(edit.form_id == root.form_id, edit.root_instance_id == root.instance_id))
        .where(
            *here,
            sa.or_(in_window, root.day.between(window.first, window.last)),
            edit.deprecated_id.is_not(None),
            edit.state == "received",
            table.received_at <= frozen_at,
            edit.received_at > frozen_at,
            edit.received_at <= as_of,
        )
    )
    found = [
        LateRecord(row=row, received_at=came_at, is_correction=is_correction)
        for query, is_correction in ((came, False), (corrected, True))
        for row, came_at in session.execute(query)
    ]
    return sorted(found, key=lambda record: (record.received_at, record.row.id))


def _judged_by(session: Session, row: storage.FrozenSheet) -> tuple[MechanismProfile, Duty]:
    profile = parsed(session.get_one(ProfileVersion, row.profile_id).text)
    return profile, next(duty for duty in profile.duties() if duty.id == row.duty)
