"""People, what they did; where matches stand, decisions that are taken back, tallies."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PLACE = """
UPDATE matches SET
  happened_at = (SELECT coalesce(acted_at, first_seen_at) FROM interactions WHERE interactions.id = matches.interaction_id),
  account_id = (SELECT account_id FROM interactions WHERE interactions.id = matches.interaction_id),
  target = (SELECT target FROM scores WHERE scores.post_version_id = matches.post_version_id
    AND scores.model_id = matches.model_id AND scores.contest_revision_id = matches.contest_revision_id),
  standing = CASE
    WHEN answer IS NULL THEN 'open'
    WHEN (SELECT count(DISTINCT d.answer) FROM decisions d WHERE d.match_id = matches.id
      AND d.id = (SELECT max(e.id) FROM decisions e WHERE e.match_id = d.match_id AND e.reviewer = d.reviewer)) > 1
      THEN 'conflict'
    ELSE 'decided' END
"""
COUNT = """
INSERT INTO tallies (standing, band, answer, number)
SELECT standing, band, coalesce(answer, ''), count(*) FROM matches GROUP BY standing, band, coalesce(answer, '')
"""


def upgrade() -> None:
    op.create_table(
        "people",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("duty", sa.String(length=20), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("name", name=op.f("uq_people_name")),
    )
    op.create_table(
        "logins",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_logins_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_logins")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_logins_token_sha256")),
    )
    op.create_table(
        "audit",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("who", sa.String(length=60), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_what", "audit", ["what", "who", "at"])
    op.create_table(
        "withdrawals",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("decision_id", NUMBER, nullable=False),
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name=op.f("fk_withdrawals_decision_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_withdrawals")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_withdrawals_decision_id")),
    )
    op.create_table(
        "tallies",
        sa.Column("standing", sa.String(length=20), nullable=False),
        sa.Column("band", sa.String(length=20), nullable=False),
        sa.Column("answer", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("standing", "band", "answer", name=op.f("pk_tallies")),
    )
    op.create_table(
        "agreements",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("one", sa.Text(), nullable=False),
        sa.Column("other", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("raw", sa.Float(), nullable=False),
        sa.Column("kappa", sa.Float(), nullable=True),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreements")),
    )
    op.drop_index("ix_matches_open", "matches")
    # SQLite adds a column with its foreign key in place; rebuilding the table would drop what refers to it
    number = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    op.add_column("matches", sa.Column("standing", sa.String(length=20), nullable=False, server_default="open"))
    reference = "CONSTRAINT fk_matches_account_id REFERENCES accounts (id)"
    op.execute(f"ALTER TABLE matches ADD COLUMN account_id {number} {reference}")
    op.add_column("matches", sa.Column("happened_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("matches", sa.Column("target", sa.String(length=60), nullable=True))
    op.add_column("decisions", sa.Column("settles", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("ix_decisions_reviewer", "decisions", ["reviewer", "id"])
    op.execute(PLACE)
    op.execute(COUNT)
    # the indexes of matches come with 0014: whatever fills a column before would write into each of them
