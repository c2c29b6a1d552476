"""Seals: what was signed, what authorities of time answered, and the lines of the record that speak of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Text, func, insert, literal, select, text, type_coerce

from core.deeds import Did
from storage.database import Session
from storage.judged_tables import evidence
from storage.people import record
from storage.people_tables import audit
from storage.seal_tables import seal_stamps, seals

OWN = (Did.SEAL, Did.STAMP, Did.KEY)
"""The lines that sealing itself writes: they alone are no reason for another seal."""
GUARDED = ("audit", "seals", "seal_stamps")
"""The tables that refuse every change of a row."""
ONLY_PURGED = ("cases", "case_matches", "case_moves", "case_consents", "case_entries", "identities")
"""The tables that refuse every change of a row, and let nothing but a purge take one away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealRow:
    """One seal; `line_id` is the last line of the record that it covers, the statement says all of it."""

    id: int
    line_id: int
    statement: str
    signature: bytes
    public_key: str
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StampRow:
    """One answer of an authority of time on a seal: a token, or why there is none. Its number comes when it is kept."""

    seal_id: int
    authority: str
    token: bytes | None
    note: str | None
    asked_at: datetime
    id: int = 0


def every(session: Session) -> list[SealRow]:
    """Give all seals in their order."""
    rows = session.execute(select(seals).order_by(seals.c.id))
    return [SealRow(**row._mapping) for row in rows]  # noqa: SLF001  (its documented name)


def newest(session: Session) -> SealRow | None:
    """Give the last seal."""
    row = session.execute(select(seals).order_by(seals.c.id.desc()).limit(1)).first()
    return None if row is None else SealRow(**row._mapping)  # noqa: SLF001  (its documented name)


def before(session: Session, number: int) -> SealRow | None:
    """Give the seal before one."""
    row = session.execute(select(seals).where(seals.c.id == number - 1)).first()
    return None if row is None else SealRow(**row._mapping)  # noqa: SLF001  (its documented name)


def covering(session: Session, line_id: int) -> SealRow | None:
    """Give the first seal that covers a line of the record."""
    query = select(seals).where(seals.c.line_id >= line_id).order_by(seals.c.id).limit(1)
    row = session.execute(query).first()
    return None if row is None else SealRow(**row._mapping)  # noqa: SLF001  (its documented name)


def stamps(session: Session, seal_ids: Sequence[int] | None = None) -> list[StampRow]:
    """Give the answers of authorities in the order in which they came: on some seals, or on all."""
    query = select(*(seal_stamps.c[name] for name in StampRow.__slots__)).order_by(seal_stamps.c.id)
    if seal_ids is not None:
        query = query.where(seal_stamps.c.seal_id.in_(seal_ids))
    return [StampRow(**row._mapping) for row in session.execute(query)]  # noqa: SLF001  (its documented name)


def save(session: Session, row: SealRow, *, who: str, digest: str) -> None:
    """Keep a seal and say so in the record; `digest` is the SHA-256 of its statement."""
    session.execute(insert(seals).values(**{name: getattr(row, name) for name in SealRow.__slots__}))
    record(session, who=who, what=Did.SEAL, detail=f"{row.id} {digest}", at=row.made_at)


def save_stamp(session: Session, row: StampRow, *, who: str, mark: str) -> None:
    """Keep what an authority answered and say so in the record; `mark` is the token's SHA-256, or the note."""
    values = {name: getattr(row, name) for name in StampRow.__slots__ if name != "id"}
    number = session.execute(insert(seal_stamps).values(**values).returning(seal_stamps.c.id)).scalar_one()
    record(session, who=who, what=Did.STAMP, detail=stamp_words(replace(row, id=number), mark), at=row.asked_at)


def stamp_words(row: StampRow, mark: str) -> str:
    """Say in the record which answer was added."""
    return f"{row.seal_id} {row.id} {row.authority} {mark}"


def count_after(session: Session, line_id: int) -> int:
    """Count the lines behind one of the record, those of sealing itself left out."""
    query = select(func.count()).select_from(audit).where(audit.c.id > line_id, audit.c.what.not_in(OWN))
    return int(session.execute(query).scalar_one())


def kept_line(session: Session, number: int) -> int | None:
    """Find the line of the record that says that a piece of evidence was kept."""
    query = select(func.min(audit.c.id)).where(audit.c.what == Did.KEEP, audit.c.detail.startswith(f"{number} "))
    found: int | None = session.execute(query).scalar()
    return found


def kept_between(session: Session, after: int, upto: int) -> list[tuple[int, str | None, str]]:
    """List the lines between two of the record that say that evidence was kept: number, detail, digest."""
    query = select(audit.c.id, audit.c.detail, audit.c.digest).order_by(audit.c.id)
    query = query.where(audit.c.what == Did.KEEP, audit.c.id > after, audit.c.id <= upto)
    return [(row.id, row.detail, row.digest) for row in session.execute(query)]


def unguarded(session: Session) -> list[str]:
    """Name the tables whose guard against changes is gone."""
    every = (*GUARDED, *ONLY_PURGED)
    if session.dialect.name == "sqlite":
        rows = session.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars()
        wanted = {f"{table}_no_{deed}": table for table in every for deed in ("update", "delete")}
    else:
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
        rows = session.execute(text(query)).scalars()
        wanted = {f"{table}_only_added_to": table for table in every}
        wanted |= {f"{table}_only_purged": table for table in ONLY_PURGED}
    return _missing(wanted.items(), set(rows))


MOMENTS = (audit.c.at, seals.c.made_at, seal_stamps.c.asked_at, evidence.c.captured_at)
LENGTH = 26
"""How long the text is in which SQLite keeps a moment; Python would read over what stands behind it."""


def misshapen(session: Session) -> list[str]:
    """Name the tables in which a moment is not written as tilik writes it; PostgreSQL has a type for moments."""
    if session.dialect.name != "sqlite":
        return []
    found = ((one.table.name, func.length(type_coerce(one, Text)) != LENGTH) for one in MOMENTS)
    return [name for name, wrong in found if session.execute(select(literal(1)).where(wrong).limit(1)).first()]


def _missing(wanted: Iterable[tuple[str, str]], there: set[str]) -> list[str]:
    return list(dict.fromkeys(table for name, table in wanted if name not in there))
