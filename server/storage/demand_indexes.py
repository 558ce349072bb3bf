"""The indexes of the demands: which question each of them answers."""

from __future__ import annotations

import sqlalchemy as sa

from server.domain.demand_states import UNRESOLVED, StateKey


def _partial(name: str, *columns: str, where: str) -> sa.Index:
    """An index over the rows that `where` holds for."""
    return sa.Index(name, *columns, postgresql_where=sa.text(where), sqlite_where=sa.text(where))


# In so many words, because an index over some rows only serves the questions that repeat its condition.
AT_THE_TOP = "desk IN ('county', 'city')"
ASKED = "asked IS NOT NULL"
APPEALED = "appealed = 'open'"
# Said by what it is not, because SQLite would look what it is up in an index on states.
UNSETTLED = f"state_key NOT IN ({', '.join(repr(key.value) for key in sorted({*StateKey} - UNRESOLVED))})"
"""A condition for demands not settled 未解决."""

INDEXES = (
    # Whether it is PRIVATE, and whether a map could show it, is asked of every row that is counted.
    sa.Index(
        "ix_demands_jurisdiction_state_key",
        *("jurisdiction", "state_key", "class", "suggested_class", "place_source", "found_on_patrol"),
    ),
    sa.Index("ix_demands_outer_number", "channel", "outer_number"),
    sa.Index("ix_demands_received_at_number", "received_at", "number"),  # The ledger walks them by it.
    # The inbox of a county counts and walks its tabs, and finds the few demands that lie with the county itself.
    sa.Index(
        "ix_demands_state_key_due_at",
        *("state_key", "due_at", "number", "jurisdiction", "class", "suggested_class"),
    ),
    sa.Index("ix_demands_state_key_received_at", "state_key", "received_at", "number"),
    sa.Index("ix_demands_handler_id_state_key", "handler_id", "state_key"),
    # Cards, lists, maps and the weekly sheet count, order and place what is not settled from it alone.
    _partial(
        "ix_demands_unsettled",
        *("jurisdiction", "state_key", "class", "suggested_class", "due_at", "number", "received_at"),
        *("last_event_at", "asked", "asked_upward", "place_source", "found_on_patrol", "urgent"),
        *("kind", "channel", "level", "handler_id", "point"),
        where=UNSETTLED,
    ),
    # A whole county is counted, and those longest over in it are walked to, from one with less beside.
    _partial(
        "ix_demands_unsettled_due_at",
        *("due_at", "received_at", "number", "state_key", "jurisdiction", "class", "suggested_class"),
        *("last_event_at", "asked_upward", "place_source", "found_on_patrol"),
        where=UNSETTLED,
    ),
    _partial("ix_demands_review_on", "review_on", where="review_on IS NOT NULL"),
    # 多人反映 asks some weeks of what has a place where it lies, and looks up only what lies together.
    _partial(
        "ix_demands_raised_on",
        *(
            "raised_on",
            "jurisdiction",
            "state_key",
            "class",
            "suggested_class",
            "place_source",
            "found_on_patrol",
        ),
        *("kind", "number", "point"),
        where="point IS NOT NULL",
    ),
    _partial("ix_demands_desk", "desk", "state_key", where=AT_THE_TOP),
    _partial("ix_demands_asked", "desk", where=ASKED),
    _partial("ix_demands_appealed", "desk", where=APPEALED),
    # For what the clock brings about: the sweeps read a range of one state, never the table.
    sa.Index("ix_demands_state_key_step_due_at", "state_key", "step_due_at"),
    _partial("ix_demands_supervised_until", "supervised_until", where="supervised_at IS NOT NULL"),
    _partial("ix_demands_remind_at", "remind_at", where="remind_at IS NOT NULL"),
)
