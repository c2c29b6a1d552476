"""Who works with tilik, where they are logged in, and the record of what they opened, exported and changed."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from core.deeds import Did, Duty
from storage.database import Session
from storage.people_tables import audit, logins, people

BEGINNING = "0" * 64
"""What stands before the first line of the record."""
_CHAIN = 0x74696C696B  # a number for the lock that orders the lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who works with tilik. `password` is an argon2id hash, never the password."""

    id: int
    name: str
    duty: Duty
    password: str
    added_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One line of the record: somebody did something."""

    who: str
    what: str
    detail: str | None
    at: datetime


def everybody(session: Session) -> list[Person]:
    """List the people, by name."""
    return [_person(row) for row in session.execute(select(people).order_by(people.c.name))]


def somebody(session: Session) -> bool:
    """Say whether anybody was ever given a login: from then on a typed name proves nothing."""
    return session.execute(select(people.c.id).limit(1)).first() is not None


def find(session: Session, name: str) -> Person | None:
    """Give a person by name, whatever its case; also one who has left."""
    row = session.execute(select(people).where(func.lower(people.c.name) == name.strip().lower())).first()
    return _person(row) if row else None


def add_person(session: Session, *, name: str, duty: Duty, password: str, now: datetime) -> int:
    """Add somebody; the name must be free."""
    values = {"name": name.strip(), "duty": duty, "password": password, "added_at": now}
    return int(session.execute(insert(people).values(**values).returning(people.c.id)).scalar_one())


def set_password(session: Session, person_id: int, password: str) -> None:
    """Give somebody another password (its hash), and end where they are logged in."""
    session.execute(update(people).where(people.c.id == person_id).values(password=password))
    session.execute(delete(logins).where(logins.c.person_id == person_id))


def set_duty(session: Session, person_id: int, duty: Duty) -> None:
    """Give somebody another duty."""
    session.execute(update(people).where(people.c.id == person_id).values(duty=duty))


def end_person(session: Session, person_id: int, now: datetime | None) -> None:
    """Let somebody leave (their decisions stay), or come back where `now` is None."""
    session.execute(update(people).where(people.c.id == person_id).values(ended_at=now))
    session.execute(delete(logins).where(logins.c.person_id == person_id))


def open_login(session: Session, person_id: int, token_sha256: str, *, now: datetime, ends: datetime) -> None:
    """Remember that somebody is logged in, by the digest of their token; forget those whose time is over."""
    session.execute(delete(logins).where(logins.c.ends_at <= now))
    values = {"token_sha256": token_sha256, "person_id": person_id, "opened_at": now, "ends_at": ends}
    session.execute(insert(logins).values(**values))


def logged_in(session: Session, token_sha256: str, now: datetime) -> Person | None:
    """Say whose token this is; None where it is nobody's, too old, or theirs who has left."""
    query = (
        select(people)
        .join(logins, logins.c.person_id == people.c.id)
        .where(logins.c.token_sha256 == token_sha256, logins.c.ends_at > now, people.c.ended_at.is_(None))
    )
    row = session.execute(query).first()
    return _person(row) if row else None


def close_login(session: Session, token_sha256: str) -> None:
    """End a login."""
    session.execute(delete(logins).where(logins.c.token_sha256 == token_sha256))


def record(session: Session, *, who: str, what: Did, detail: str | None, at: datetime) -> None:
    """Write a line of the record of deeds: the one way into it, for whatever was done by whomever.

    Nothing ever changes a line, and each holds the digest of the one before.
    """
    hold(session)
    before = session.execute(select(audit.c.id, audit.c.digest).order_by(audit.c.id.desc()).limit(1)).first()
    number, digest = (before.id + 1, before.digest) if before else (1, BEGINNING)
    line: dict[str, Any] = {"id": number, "who": who[:60], "what": str(what), "detail": detail, "at": at}
    session.execute(insert(audit).values(**line, digest=chained(digest, **line)))


def hold(session: Session) -> None:
    """Keep everybody else from writing lines until this transaction ends; on SQLite a writer is alone anyhow."""
    if session.dialect.name == "postgresql":  # one line after the other, also from several machines
        session.execute(select(func.pg_advisory_xact_lock(_CHAIN)))


def chained(before: str, *, id: int, who: str, what: str, detail: str | None, at: datetime) -> str:  # noqa: A002  (a column)
    """Give the digest of a line: of everything in it and of the digest before it."""
    told = json.dumps([before, id, who, what, detail, at.astimezone(UTC).isoformat(timespec="microseconds")])
    return hashlib.sha256(told.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the record as it stands there, and the digest that its words and the line before it come to."""

    id: int
    who: str
    what: str
    detail: str | None
    at: datetime
    digest: str
    before: str
    follows: bool
    """Whether its number and its digest are those that belong behind the line before it."""


def walk(session: Session, *, after: int = 0, head: str = BEGINNING) -> Iterator[Line]:
    """Follow the record line by line, from behind a line whose digest is known."""
    query = select(audit).where(audit.c.id > after).order_by(audit.c.id)
    with closing(session.execute(query.execution_options(stream_results=True, yield_per=1_000))) as rows:
        for row in rows:
            line: dict[str, Any] = {"id": row.id, "who": row.who, "what": row.what, "detail": row.detail, "at": row.at}
            follows = row.id == after + 1 and row.digest == chained(head, **line)
            yield Line(**line, digest=row.digest, before=head, follows=follows)
            after, head = row.id, row.digest


def line(session: Session, number: int) -> Line | None:
    """Give one line of the record by its number."""
    before = session.execute(select(audit.c.digest).where(audit.c.id == number - 1)).scalar() or BEGINNING
    return next((one for one in walk(session, after=number - 1, head=before) if one.id == number), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """How far the record goes, its last digest, and the first line that does not follow the one before."""

    lines: int
    head: str
    broken_at: int | None


def check_chain(session: Session) -> Chain:
    """Follow the record from its first line to the first that does not fit."""
    lines, head = 0, BEGINNING
    for one in walk(session):
        if not one.follows:
            return Chain(lines=lines, head=head, broken_at=one.id)
        lines, head = lines + 1, one.digest
    return Chain(lines=lines, head=head, broken_at=None)


def deeds(session: Session, *, what: Sequence[Did] = (), most: int = 200) -> list[Deed]:
    """Give the newest lines of the record, of some kinds or of all."""
    query = select(audit).order_by(audit.c.id.desc()).limit(most)
    if what:
        query = query.where(audit.c.what.in_(what))
    return [Deed(who=row.who, what=row.what, detail=row.detail, at=row.at) for row in session.execute(query)]


def count_since(session: Session, what: Did, since: datetime, *, who: str | None = None) -> int:
    """Count the lines of one kind since a moment: somebody's, or everybody's."""
    query = select(func.count()).select_from(audit).where(audit.c.what == what, audit.c.at >= since)
    if who is not None:
        query = query.where(audit.c.who == who[:60])
    return int(session.execute(query).scalar_one())


def _person(row: object) -> Person:
    value = dict(row._mapping)  # type: ignore[attr-defined]  # noqa: SLF001  (its documented name)
    value["duty"] = Duty(value["duty"])
    return Person(**value)
