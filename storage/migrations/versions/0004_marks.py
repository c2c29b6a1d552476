"""Side marks beside the score: what people study although it is no match."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "marks",
        sa.Column("post_version_id", number, nullable=False),
        sa.Column("contest_revision_id", number, nullable=False),
        sa.Column("mark", sa.String(length=20), nullable=False),
        sa.Column("candidate", sa.String(length=60), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["post_version_id"], ["post_versions.id"], name=op.f("fk_marks_post_version_id")),
        sa.ForeignKeyConstraint(
            ["contest_revision_id"], ["contest_revisions.id"], name=op.f("fk_marks_contest_revision_id")
        ),
        sa.PrimaryKeyConstraint("post_version_id", "contest_revision_id", "mark", name=op.f("pk_marks")),
    )
