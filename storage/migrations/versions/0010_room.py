"""Less room: SQLite's moments of the large tables as numbers, digests of wordings as bytes; no index over strangers' posts."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MOMENTS = {
    "posts": ("posted_at", "posted_from", "posted_to", "gone_at", "first_seen_at"),
    "post_versions": ("seen_at", "edited_at"),
    "interactions": ("acted_at", "acted_from", "acted_to", "first_seen_at", "absent_since", "looked_again_at"),
    "matches": ("flagged_at", "happened_at"),
}
# What SQLite kept is 'YYYY-MM-DD HH:MM:SS.ffffff' in UTC. Days and seconds are counted apart from the fraction, which
# would be rounded in a float.
NUMBER = """
CASE WHEN typeof({0}) = 'text' THEN
  CAST(strftime('%s', substr({0}, 1, 19)) AS INTEGER) * 1000000 + CAST(substr({0} || '000000', 21, 6) AS INTEGER)
ELSE {0} END
"""
TIMED = ("ix_matches_ranked", "ix_matches_happened_at", "ix_matches_of_account", "ix_matches_flagged_at")
# They hold moments; 0014 makes them anew, with all others.


def upgrade() -> None:
    for name in TIMED:  # databases that came to 0005 before it left them to 0014 have them
        op.drop_index(name, "matches", if_exists=True)
    op.drop_index("ix_posts_author_id_posted_at", "posts")
    if op.get_bind().dialect.name == "sqlite":
        _write_numbers()
    watched = sa.text("author_id IS NOT NULL")
    op.create_index(
        "ix_posts_author_id_posted_at",
        "posts",
        ["author_id", "posted_at"],
        unique=False,
        sqlite_where=watched,
        postgresql_where=watched,
    )


def _write_numbers() -> None:
    """In place: SQLite asks a column for no type. A new table would need as much room again, in the file and its log."""
    op.get_bind().connection.driver_connection.create_function("tilik_bytes", 1, bytes.fromhex, deterministic=True)
    for table, columns in MOMENTS.items():
        changes = [f"{column} = {NUMBER.format(column)}" for column in columns]
        if table == "post_versions":
            changes.append("sha256 = CASE WHEN typeof(sha256) = 'text' THEN tilik_bytes(sha256) ELSE sha256 END")
        op.execute(sa.text(f"UPDATE {table} SET {', '.join(changes)}"))
