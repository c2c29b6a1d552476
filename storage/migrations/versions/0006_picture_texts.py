"""Words read in pictures, what a model makes of them, which matches rest on them; matched texts that are alike."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_index("ix_post_pictures_sha256", "post_pictures", ["sha256"], unique=False)
    op.create_table(
        "picture_texts",
        sa.Column("id", number, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("reader", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("note", sa.String(length=40), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(state = 'ok') = (text IS NOT NULL)", name=op.f("ck_picture_texts_text")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_picture_texts")),
        sa.UniqueConstraint("sha256", "reader", name=op.f("uq_picture_texts_sha256_reader")),
    )
    op.create_table(
        "picture_scores",
        sa.Column("picture_text_id", number, nullable=False),
        sa.Column("contest_revision_id", number, nullable=False),
        sa.Column("model_id", number, nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("band", sa.String(length=20), nullable=False),
        sa.Column("target", sa.String(length=60), nullable=True),
        sa.Column("direction", sa.String(length=20), nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("scored_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "probability >= 0 AND probability <= 1", name=op.f("ck_picture_scores_probability")
        ),
        sa.ForeignKeyConstraint(
            ["picture_text_id"], ["picture_texts.id"], name=op.f("fk_picture_scores_picture_text_id")
        ),
        sa.ForeignKeyConstraint(
            ["contest_revision_id"], ["contest_revisions.id"], name=op.f("fk_picture_scores_contest_revision_id")
        ),
        sa.ForeignKeyConstraint(["model_id"], ["model_versions.id"], name=op.f("fk_picture_scores_model_id")),
        sa.PrimaryKeyConstraint(
            "picture_text_id", "contest_revision_id", "model_id", name=op.f("pk_picture_scores")
        ),
    )
    # SQLite adds a column with its foreign key in place; rebuilding the table would drop what refers to it
    kind = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    reference = "CONSTRAINT fk_matches_picture_text_id REFERENCES picture_texts (id)"
    op.execute(f"ALTER TABLE matches ADD COLUMN picture_text_id {kind} {reference}")
    pictured = {"sqlite_where": sa.text("picture_text_id IS NOT NULL")}
    pictured["postgresql_where"] = pictured["sqlite_where"]
    op.create_index("ix_matches_picture_text_id", "matches", ["picture_text_id"], unique=False, **pictured)

    op.create_table(
        "text_clusters",
        sa.Column("post_version_id", number, nullable=False),
        sa.Column("first_id", number, nullable=False),
        sa.ForeignKeyConstraint(
            ["post_version_id"], ["post_versions.id"], name=op.f("fk_text_clusters_post_version_id")
        ),
        sa.ForeignKeyConstraint(["first_id"], ["post_versions.id"], name=op.f("fk_text_clusters_first_id")),
        sa.PrimaryKeyConstraint("post_version_id", name=op.f("pk_text_clusters")),
    )
    op.create_index("ix_text_clusters_first_id", "text_clusters", ["first_id"], unique=False)
    op.create_table(
        "text_bands",
        sa.Column("band", sa.BigInteger(), nullable=False),
        sa.Column("first_id", number, nullable=False),
        sa.ForeignKeyConstraint(["first_id"], ["post_versions.id"], name=op.f("fk_text_bands_first_id")),
        sa.PrimaryKeyConstraint("band", "first_id", name=op.f("pk_text_bands")),
    )
