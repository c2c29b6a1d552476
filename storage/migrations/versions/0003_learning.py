"""Thresholds measured on labels of the place, and texts drawn for people to label."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "thresholds",
        sa.Column("id", number, nullable=False),
        sa.Column("model_id", number, nullable=False),
        sa.Column("high", sa.Float(), nullable=False),
        sa.Column("precision", sa.Float(), nullable=False),
        sa.Column("low", sa.Float(), nullable=False),
        sa.Column("upper", sa.Float(), nullable=False),
        sa.Column("labels", sa.Integer(), nullable=False),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["model_id"], ["model_versions.id"], name=op.f("fk_thresholds_model_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thresholds")),
    )
    op.create_table(
        "drawings",
        sa.Column("id", number, nullable=False),
        sa.Column("contest", sa.String(length=60), nullable=False),
        sa.Column("model_id", number, nullable=False),
        sa.Column("contest_revision_id", number, nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("pool", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["model_id"], ["model_versions.id"], name=op.f("fk_drawings_model_id")),
        sa.ForeignKeyConstraint(
            ["contest_revision_id"], ["contest_revisions.id"], name=op.f("fk_drawings_contest_revision_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drawings")),
    )
    op.create_table(
        "draws",
        sa.Column("id", number, nullable=False),
        sa.Column("drawing_id", number, nullable=False),
        sa.Column("post_version_id", number, nullable=False),
        sa.Column("strategy", sa.String(length=20), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("inclusion", sa.Float(), nullable=False),
        sa.CheckConstraint("inclusion > 0 AND inclusion <= 1", name=op.f("ck_draws_inclusion")),
        sa.ForeignKeyConstraint(["drawing_id"], ["drawings.id"], name=op.f("fk_draws_drawing_id")),
        sa.ForeignKeyConstraint(["post_version_id"], ["post_versions.id"], name=op.f("fk_draws_post_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draws")),
        sa.UniqueConstraint("drawing_id", "post_version_id", name=op.f("uq_draws_drawing_id_post_version_id")),
    )
