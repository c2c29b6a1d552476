"""Times in words, un-likes, pictures of posts, files people brought, evidence, requests that can be read again."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "originals",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("custodian", sa.Text(), nullable=True),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["crawl_runs.id"], name=op.f("fk_originals_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_originals")),
        sa.UniqueConstraint("sha256", name=op.f("uq_originals_sha256")),
    )
    op.create_table(
        "identity_settlements",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key_before", sa.String(length=500), nullable=True),
        sa.Column("key_after", sa.String(length=500), nullable=True),
        sa.Column("handle_before", sa.String(length=300), nullable=False),
        sa.Column("handle_after", sa.String(length=300), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_identity_settlements_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_settlements")),
    )
    op.create_table(
        "post_pictures",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("post_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("url_sha256", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("media_type", sa.Text(), nullable=True),
        sa.Column("note", sa.String(length=40), nullable=True),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_post_pictures_post_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post_pictures")),
        sa.UniqueConstraint("post_id", "url_sha256", name=op.f("uq_post_pictures_post_id_url_sha256")),
    )
    op.create_table(
        "evidence",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("match_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("note", sa.String(length=40), nullable=True),
        sa.Column("manifest", sa.String(length=64), nullable=False),
        sa.Column("captured_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["match_id"], ["matches.id"], name=op.f("fk_evidence_match_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    op.create_index("ix_evidence_match_id", "evidence", ["match_id"], unique=False)

    # SQLite adds a column with its foreign key in place; rebuilding the table would drop what refers to it
    number = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    for column, target in (("original_id", "originals"), ("account_id", "accounts")):
        reference = f"CONSTRAINT fk_captures_{column} REFERENCES {target} (id)"
        op.execute(f"ALTER TABLE captures ADD COLUMN {column} {number} {reference}")
    op.add_column("captures", sa.Column("capability", sa.String(length=20), nullable=True))
    op.add_column("captures", sa.Column("request", sa.JSON(), nullable=True))
    op.create_index("ix_captures_run_id", "captures", ["run_id"], unique=False)

    op.add_column("hosts", sa.Column("units_day", sa.Date(), nullable=True))
    op.add_column("hosts", sa.Column("units", sa.Integer(), server_default="0", nullable=False))

    op.add_column("interactions", sa.Column("acted_from", sa.DateTime(timezone=True), nullable=True))
    op.add_column("interactions", sa.Column("acted_to", sa.DateTime(timezone=True), nullable=True))
    op.add_column("interactions", sa.Column("acted_words", sa.Text(), nullable=True))
    op.add_column("interactions", sa.Column("absent_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("interactions", sa.Column("looked_again_at", sa.DateTime(timezone=True), nullable=True))

    op.add_column("posts", sa.Column("posted_from", sa.DateTime(timezone=True), nullable=True))
    op.add_column("posts", sa.Column("posted_to", sa.DateTime(timezone=True), nullable=True))
    op.add_column("posts", sa.Column("posted_words", sa.Text(), nullable=True))
