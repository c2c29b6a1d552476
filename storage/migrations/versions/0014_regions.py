"""The queue of some accounts on some days is found in one index, and sorted there; no index for their clocks alone."""

from alembic import op

revision = "0014"
down_revision = "0012"
branch_labels = None
depends_on = None

RANKED = ["standing", "probability", "id", "band", "happened_at", "account_id"]
OF_ACCOUNT = ["account_id", "standing", "happened_at", "due_at", "probability", "band"]


def upgrade() -> None:
    # Databases that came here before 0010 and 0011 left these to us have them.
    for name in ("ix_matches_ranked", "ix_matches_of_account", "ix_matches_due_of_account"):
        op.drop_index(name, "matches", if_exists=True)
    op.create_index("ix_matches_ranked", "matches", RANKED)
    op.create_index("ix_matches_of_account", "matches", OF_ACCOUNT, postgresql_include=["id"])
