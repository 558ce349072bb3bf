"""The only definition of due, done, overdue and never visited: for the phone's list, maps, tables and printed sheets.

A county's profile becomes `Duty`s; storage gives `DutyGrid`s, `Unit`s and records; out come figures with the rows
behind them. Everything is judged at one aware instant `as_of` (METRICS D2).
"""

from server.domain.obligation.compliance import GridVisits, MovedOut, compliance
from server.domain.obligation.duty import Duty, DutyGrid, Id, WorkdayCalendar
from server.domain.obligation.figure import (
    Figure,
    Sum,
    map_percentage,
    percentage,
    summed,
    total,
    vacancy_note,
)
from server.domain.obligation.pace import LOOKS, Look, Pace, coverage_level, pace_of, share_elapsed
from server.domain.obligation.patrol_days import Exemption, PatrolDays, patrol_days
from server.domain.obligation.records import Patrol, Session, Visit, accepted, day_of_record
from server.domain.obligation.roster import (
    Away,
    CareTag,
    Exit,
    Stay,
    Unit,
    membership,
    needs_township,
    tier_of,
)
from server.domain.obligation.rounds import due_state, in_visiting_order, most_urgent
from server.domain.obligation.sessions import GridWeek, need_visits, session_window, sessions_held
from server.domain.obligation.visits import DueState, Standing, VisitIndex, counts, next_due
from server.domain.obligation.windows import (
    Window,
    WindowKind,
    first_owed_window,
    freeze_instant,
    next_window,
    window_of,
)

__all__ = [
    "LOOKS",
    "Away",
    "CareTag",
    "DueState",
    "Duty",
    "DutyGrid",
    "Exemption",
    "Exit",
    "Figure",
    "GridVisits",
    "GridWeek",
    "Id",
    "Look",
    "MovedOut",
    "Pace",
    "Patrol",
    "PatrolDays",
    "Session",
    "Standing",
    "Stay",
    "Sum",
    "Unit",
    "Visit",
    "VisitIndex",
    "Window",
    "WindowKind",
    "WorkdayCalendar",
    "accepted",
    "compliance",
    "counts",
    "coverage_level",
    "day_of_record",
    "due_state",
    "first_owed_window",
    "freeze_instant",
    "in_visiting_order",
    "map_percentage",
    "membership",
    "most_urgent",
    "need_visits",
    "needs_township",
    "next_due",
    "next_window",
    "pace_of",
    "patrol_days",
    "percentage",
    "session_window",
    "sessions_held",
    "share_elapsed",
    "summed",
    "tier_of",
    "total",
    "vacancy_note",
    "window_of",
]
