"""What somebody with the database's password can do: take the guards of the record away, and change it."""

from collections.abc import Sequence

from sqlalchemy import text

from storage.database import Session
from storage.seals import GUARDED


def unguard(session: Session, tables: Sequence[str] = GUARDED) -> None:
    """Drop the triggers that refuse changes."""
    sqlite = session.dialect.name == "sqlite"
    for table in tables:
        kinds = ("no_update", "no_delete") if sqlite else ("only_added_to", "only_purged")
        for name in (f"{table}_{kind}" for kind in kinds):
            session.execute(text(f"DROP TRIGGER IF EXISTS {name}" + ("" if sqlite else f" ON {table}")))
