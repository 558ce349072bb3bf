"""the county's mechanism"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from server.storage.base import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "order_columns",
        sa.Column(
            "county",
            sa.String(length=15).with_variant(sa.String(length=15, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column(
            "columns",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("county", "channel", name=op.f("pk_order_columns")),
    )
    op.create_table(
        "resident_trials",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resident_trials")),
    )
    with op.batch_alter_table("resident_trials", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_resident_trials_address"), ["address"], unique=False)
        batch_op.create_index(batch_op.f("ix_resident_trials_at"), ["at"], unique=False)

    op.create_table(
        "meetings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column(
            "jurisdiction",
            sa.String(length=15).with_variant(sa.String(length=15, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("called_at", UtcDateTime(), nullable=False),
        sa.Column("called_by", sa.Uuid(), nullable=True),
        sa.Column("posted_at", UtcDateTime(), nullable=True),
        sa.Column("held_at", UtcDateTime(), nullable=True),
        sa.Column(
            "attendance",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
        sa.Column("minutes", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["called_by"], ["accounts.id"], name=op.f("fk_meetings_called_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetings")),
    )
    with op.batch_alter_table("meetings", schema=None) as batch_op:
        batch_op.create_index("ix_meetings_jurisdiction_held_on", ["jurisdiction", "held_on"], unique=False)

    op.create_table(
        "order_lists",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "jurisdiction",
            sa.String(length=15).with_variant(sa.String(length=15, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "titles",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "columns",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("taken_at", UtcDateTime(), nullable=False),
        sa.Column("taken_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["taken_by"], ["accounts.id"], name=op.f("fk_order_lists_taken_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_lists")),
    )
    with op.batch_alter_table("order_lists", schema=None) as batch_op:
        batch_op.create_index(
            "ix_order_lists_jurisdiction_taken_at", ["jurisdiction", "taken_at"], unique=False
        )

    op.create_table(
        "saved_filters",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "asked",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_saved_filters_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filters")),
        sa.UniqueConstraint("account_id", "name", name=op.f("uq_saved_filters_account_id_name")),
    )
    op.create_table(
        "deliveries",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("demand_id", sa.Uuid(), nullable=True),
        sa.Column(
            "jurisdiction",
            sa.String(length=15).with_variant(sa.String(length=15, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("send_from", UtcDateTime(), nullable=False),
        sa.Column("for_digest", sa.Boolean(), nullable=False),
        sa.Column("digest_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("claimed_at", UtcDateTime(), nullable=True),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("gateway", sa.String(), nullable=True),
        sa.Column("trouble", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_deliveries_account_id")),
        sa.ForeignKeyConstraint(["demand_id"], ["demands.id"], name=op.f("fk_deliveries_demand_id")),
        sa.ForeignKeyConstraint(["digest_id"], ["deliveries.id"], name=op.f("fk_deliveries_digest_id")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_deliveries_event_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_deliveries_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint(
            "event_id", "recipient", "what", name=op.f("uq_deliveries_event_id_recipient_what")
        ),
        sa.UniqueConstraint("key", name=op.f("uq_deliveries_key")),
    )
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deliveries_demand_id"), ["demand_id"], unique=False)
        batch_op.create_index("ix_deliveries_jurisdiction_made_at", ["jurisdiction", "made_at"], unique=False)
        batch_op.create_index("ix_deliveries_recipient_settled_at", ["recipient", "settled_at"], unique=False)
        batch_op.create_index("ix_deliveries_state_send_from", ["state", "send_from"], unique=False)

    op.create_table(
        "demand_files",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("demand_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("mime", sa.String(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["demand_id"], ["demands.id"], name=op.f("fk_demand_files_demand_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demand_files")),
        sa.UniqueConstraint("demand_id", "name", name=op.f("uq_demand_files_demand_id_name")),
    )
    op.create_table(
        "demand_units",
        sa.Column("demand_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("called_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["demand_id"], ["demands.id"], name=op.f("fk_demand_units_demand_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_demand_units_unit_id")),
        sa.PrimaryKeyConstraint("demand_id", "unit_id", name=op.f("pk_demand_units")),
    )
    with op.batch_alter_table("demand_units", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_demand_units_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("demand_id", sa.Uuid(), nullable=True),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("evaluator", sa.String(), nullable=True),
        sa.Column("given_at", UtcDateTime(), nullable=False),
        sa.Column("given_by", sa.Uuid(), nullable=True),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["demand_id"], ["demands.id"], name=op.f("fk_links_demand_id")),
        sa.ForeignKeyConstraint(["given_by"], ["accounts.id"], name=op.f("fk_links_given_by")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_links_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_links")),
        sa.UniqueConstraint("sha256", name=op.f("uq_links_sha256")),
    )
    with op.batch_alter_table("links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_links_demand_id"), ["demand_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_links_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "meeting_items",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=True),
        sa.Column("demand_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("waiting_since", UtcDateTime(), nullable=False),
        sa.Column("votes_for", sa.Integer(), nullable=True),
        sa.Column("votes_against", sa.Integer(), nullable=True),
        sa.Column("abstentions", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("resolution", sa.String(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["demand_id"], ["demands.id"], name=op.f("fk_meeting_items_demand_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_meeting_items_meeting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_items")),
    )
    with op.batch_alter_table("meeting_items", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_items_demand_id"), ["demand_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meeting_items_meeting_id"), ["meeting_id"], unique=False)

    op.create_table(
        "outer_orders",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("outer_number", sa.String(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column(
            "cells",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("demand_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["demand_id"], ["demands.id"], name=op.f("fk_outer_orders_demand_id")),
        sa.ForeignKeyConstraint(["list_id"], ["order_lists.id"], name=op.f("fk_outer_orders_list_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outer_orders")),
        sa.UniqueConstraint("channel", "outer_number", name=op.f("uq_outer_orders_channel_outer_number")),
    )
    with op.batch_alter_table("outer_orders", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outer_orders_demand_id"), ["demand_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_outer_orders_list_id"), ["list_id"], unique=False)

    op.create_table(
        "ratings",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("demand_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("stars", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(), nullable=True),
        sa.Column("given_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=True),
        sa.Column("window_until", UtcDateTime(), nullable=False),
        sa.Column("by_proxy", sa.Boolean(), nullable=False),
        sa.Column("proxy_id", sa.Uuid(), nullable=True),
        sa.Column("handler_id", sa.Uuid(), nullable=True),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["demand_id"], ["demands.id"], name=op.f("fk_ratings_demand_id")),
        sa.ForeignKeyConstraint(["handler_id"], ["accounts.id"], name=op.f("fk_ratings_handler_id")),
        sa.ForeignKeyConstraint(["proxy_id"], ["accounts.id"], name=op.f("fk_ratings_proxy_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_ratings_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ratings")),
        sa.UniqueConstraint("demand_id", "round", "who", name=op.f("uq_ratings_demand_id_round_who")),
    )
    op.create_table(
        "resident_reports",
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("demand_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["demand_id"], ["demands.id"], name=op.f("fk_resident_reports_demand_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_resident_reports")),
        sa.UniqueConstraint("demand_id", name=op.f("uq_resident_reports_demand_id")),
    )
    with op.batch_alter_table("demands", schema=None) as batch_op:
        batch_op.add_column(sa.Column("caller_id", sa.Uuid(), nullable=True))
        batch_op.add_column(
            sa.Column(
                "dimensions",
                sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
                server_default=sa.text("'{}'"),
                nullable=False,
            )
        )
        batch_op.add_column(sa.Column("urged", sa.Integer(), server_default=sa.text("0"), nullable=False))
        batch_op.add_column(sa.Column("urged_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("supervised_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("supervised_until", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("remind_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("desk", sa.String(), server_default="village", nullable=False))
        batch_op.add_column(sa.Column("unit_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("returns", sa.Integer(), server_default=sa.text("0"), nullable=False))
        batch_op.add_column(sa.Column("sent_down", sa.Integer(), server_default=sa.text("0"), nullable=False))
        batch_op.add_column(sa.Column("asked", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("asked_until", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("review_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("appealed", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("reworks", sa.Integer(), server_default=sa.text("0"), nullable=False))
        batch_op.add_column(sa.Column("reopened", sa.Integer(), server_default=sa.text("0"), nullable=False))
        batch_op.add_column(sa.Column("stars", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("clock_from", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("clock_allows", sa.String(), nullable=True))
        batch_op.add_column(
            sa.Column(
                "pauses",
                sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
                server_default=sa.text("'[]'"),
                nullable=False,
            )
        )
        batch_op.add_column(sa.Column("closed_by", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("screened_by_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("asked_by_id", sa.Uuid(), nullable=True))
        batch_op.drop_index(batch_op.f("ix_demands_jurisdiction_state_key"))
        batch_op.create_index(
            "ix_demands_jurisdiction_state_key",
            ["jurisdiction", "state_key", "class", "suggested_class"],
            unique=False,
        )
        batch_op.create_index(
            "ix_demands_appealed",
            ["desk"],
            unique=False,
            postgresql_where=sa.text("appealed = 'open'"),
            sqlite_where=sa.text("appealed = 'open'"),
        )
        batch_op.create_index(
            "ix_demands_asked",
            ["desk"],
            unique=False,
            postgresql_where=sa.text("asked IS NOT NULL"),
            sqlite_where=sa.text("asked IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_demands_caller_id"), ["caller_id"], unique=False)
        batch_op.create_index(
            "ix_demands_desk",
            ["desk", "state_key"],
            unique=False,
            postgresql_where=sa.text("desk IN ('county', 'city')"),
            sqlite_where=sa.text("desk IN ('county', 'city')"),
        )
        batch_op.create_index("ix_demands_handler_id_state_key", ["handler_id", "state_key"], unique=False)
        batch_op.create_index("ix_demands_received_at_number", ["received_at", "number"], unique=False)
        batch_op.create_index(
            "ix_demands_remind_at",
            ["remind_at"],
            unique=False,
            postgresql_where=sa.text("remind_at IS NOT NULL"),
            sqlite_where=sa.text("remind_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_demands_state_key_due_at",
            ["state_key", "due_at", "number", "jurisdiction", "class", "suggested_class"],
            unique=False,
        )
        batch_op.create_index(
            "ix_demands_state_key_received_at", ["state_key", "received_at", "number"], unique=False
        )
        batch_op.create_index("ix_demands_state_key_step_due_at", ["state_key", "step_due_at"], unique=False)
        batch_op.create_index(
            "ix_demands_supervised_until",
            ["supervised_until"],
            unique=False,
            postgresql_where=sa.text("supervised_at IS NOT NULL"),
            sqlite_where=sa.text("supervised_at IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_demands_unit_id"), ["unit_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_demands_unit_id"), "units", ["unit_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_demands_caller_id"), "accounts", ["caller_id"], ["id"])
        batch_op.create_foreign_key(
            batch_op.f("fk_demands_screened_by_id"), "accounts", ["screened_by_id"], ["id"]
        )
        batch_op.create_foreign_key(batch_op.f("fk_demands_asked_by_id"), "accounts", ["asked_by_id"], ["id"])

    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index(
            "ix_events_demands_moved",
            ["at"],
            unique=False,
            postgresql_where=sa.text("kind = 'demand.moved'"),
            sqlite_where=sa.text("kind = 'demand.moved'"),
        )

    with op.batch_alter_table("units", schema=None) as batch_op:
        batch_op.add_column(sa.Column("alliance", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("contact_name", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("closed_on", sa.Date(), nullable=True))

