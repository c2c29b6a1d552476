"""Rule packs as they were applied, what they say of matches, and the clock of each match."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# SQLite keeps the moments of matches as microseconds, those of decisions as 'YYYY-MM-DD HH:MM:SS.ffffff' in UTC.
NUMBER = """
CAST(strftime('%s', substr({0}, 1, 19)) AS INTEGER) * 1000000 + CAST(substr({0} || '000000', 21, 6) AS INTEGER)
"""
CLOCKS = ("captured_at", "first_opened_at", "confirmed_at", "due_at")


def upgrade() -> None:
    _tables()
    for name in CLOCKS:
        op.add_column("matches", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    _clocks()


def _clocks() -> None:
    """Take from what is known when a match was captured, and who answered first."""
    seen = "(SELECT first_seen_at FROM interactions WHERE interactions.id = matches.interaction_id)"
    op.execute(f"UPDATE matches SET captured_at = {seen}")
    told = NUMBER.format("decided_at") if op.get_bind().dialect.name == "sqlite" else "decided_at"
    first, last = (f"(SELECT {of}({told}) FROM decisions WHERE match_id = matches.id)" for of in ("min", "max"))
    op.execute(f"UPDATE matches SET first_opened_at = {first} WHERE id IN (SELECT match_id FROM decisions)")
    yes = "standing = 'decided' AND answer = 'solicitation'"
    op.execute(f"UPDATE matches SET confirmed_at = {last} WHERE {yes}")


def _tables() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "rule_packs",
        sa.Column("id", number, nullable=False),
        sa.Column("pack", sa.String(length=80), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("first_used_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_packs")),
        sa.UniqueConstraint("sha256", name=op.f("uq_rule_packs_sha256")),
    )
    op.create_table(
        "rule_signatures",
        sa.Column("id", number, nullable=False),
        sa.Column("pack", sa.String(length=80), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_signatures")),
        sa.UniqueConstraint("sha256", "name", name=op.f("uq_rule_signatures_sha256_name")),
    )
    op.create_table(
        "assessments",
        sa.Column("id", number, nullable=False),
        sa.Column("match_id", number, nullable=False),
        sa.Column("rule_pack_id", number, nullable=False),
        sa.Column("entry", sa.String(length=80), nullable=True),
        sa.Column("rule_class", sa.String(length=20), nullable=False),
        sa.Column("addressee", sa.String(length=80), nullable=True),
        sa.Column("phase", sa.String(length=20), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=True),
        sa.Column("assessed_at", moment, nullable=False),
        sa.ForeignKeyConstraint(["match_id"], ["matches.id"], name=op.f("fk_assessments_match_id")),
        sa.ForeignKeyConstraint(["rule_pack_id"], ["rule_packs.id"], name=op.f("fk_assessments_rule_pack_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessments")),
    )
    op.create_index("ix_assessments_match_id", "assessments", ["match_id", "id"])
    op.create_table(
        "phase_overrides",
        sa.Column("id", number, nullable=False),
        sa.Column("match_id", number, nullable=False),
        sa.Column("phase", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("set_at", moment, nullable=False),
        sa.ForeignKeyConstraint(["match_id"], ["matches.id"], name=op.f("fk_phase_overrides_match_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phase_overrides")),
    )
    op.create_index("ix_phase_overrides_match_id", "phase_overrides", ["match_id"])
