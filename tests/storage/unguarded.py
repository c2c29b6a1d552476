"""What somebody with the database's password can do: take the guards of the record away, and change it."""

from sqlalchemy import text

from storage.database import Session
from storage.seals import GUARDED


def unguard(session: Session) -> None:
    """Drop the triggers that refuse changes."""
    sqlite = session.dialect.name == "sqlite"
    for table in GUARDED:
        names = [f"{table}_no_update", f"{table}_no_delete"] if sqlite else [f"{table}_only_added_to"]
        for name in names:
            session.execute(text(f"DROP TRIGGER IF EXISTS {name}" + ("" if sqlite else f" ON {table}")))
