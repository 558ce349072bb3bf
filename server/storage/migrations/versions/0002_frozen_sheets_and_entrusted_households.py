"""frozen sheets and entrusted households"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from server.storage.base import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "frozen_sheets",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column(
            "village",
            sa.String(length=15).with_variant(sa.String(length=15, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("duty", sa.String(), nullable=False),
        sa.Column("window_kind", sa.String(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("profile_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("frozen_at", UtcDateTime(), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("d", sa.Integer(), nullable=False),
        sa.Column(
            "grids",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "visits",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["profile_versions.id"], name=op.f("fk_frozen_sheets_profile_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_frozen_sheets")),
        sa.UniqueConstraint(
            "village",
            "duty",
            "window_kind",
            "first_day",
            name=op.f("uq_frozen_sheets_village_duty_window_kind_first_day"),
        ),
    )
    op.create_table(
        "entrustments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("given_at", UtcDateTime(), nullable=False),
        sa.Column("given_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_entrustments_account_id")),
        sa.ForeignKeyConstraint(["given_by"], ["accounts.id"], name=op.f("fk_entrustments_given_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entrustments")),
    )
    with op.batch_alter_table("entrustments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entrustments_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_entrustments_last_day"), ["last_day"], unique=False)

    op.create_table(
        "entrusted_households",
        sa.Column("entrustment_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entrustment_id"], ["entrustments.id"], name=op.f("fk_entrusted_households_entrustment_id")
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["households.id"], name=op.f("fk_entrusted_households_household_id")
        ),
        sa.PrimaryKeyConstraint("entrustment_id", "household_id", name=op.f("pk_entrusted_households")),
    )
    with op.batch_alter_table("entrusted_households", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_entrusted_households_household_id"), ["household_id"], unique=False
        )

    with op.batch_alter_table("household_moves", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_household_moves_known_at"), ["known_at"], unique=False)
