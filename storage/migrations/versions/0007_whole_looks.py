"""Looks that showed everything there is, from the newest post to the first."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("visits", sa.Column("whole", sa.Boolean(), server_default=sa.false(), nullable=False))
