"""Taking rows away: in the order in which they point to each other, all of them in one transaction, or none.

What stays of a row is a keyed hash (a tombstone): the office can say that it was here, and nobody learns what it was.
"""

import sqlite3
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    Text,
    cast,
    delete,
    func,
    insert,
    not_,
    or_,
    select,
    text,
    update,
)

from core.deeds import Did, Went
from core.errors import StorageError
from storage.case_tables import case_consents, case_entries, case_matches, case_moves, cases, identities
from storage.choosing import (
    ACCOUNTS,
    ACTS,
    CAPTURES,
    LABELS,
    MATCHES,
    ORIGINALS,
    PEOPLE,
    PICTURES,
    POSTS,
    WORDINGS,
    gone,
)
from storage.database import Database, Session, shown
from storage.evidence import release_words
from storage.holding import account_held
from storage.judged_tables import (
    decisions,
    draws,
    evidence,
    labels,
    marks,
    matches,
    picture_scores,
    scores,
    text_bands,
    text_clusters,
    withdrawals,
)
from storage.people import record
from storage.people_tables import logins, people
from storage.privacy_tables import corrections, exports, purge_files, purges, tombstones
from storage.rule_tables import assessments, phase_overrides
from storage.standing import arrange
from storage.statements import add
from storage.tables import (
    account_names,
    accounts,
    bookmarks,
    captures,
    identity_settlements,
    interactions,
    originals,
    picture_texts,
    post_pictures,
    post_versions,
    posts,
    subjects,
    visits,
    watch_entries,
)

Hide = Callable[[str], str]
ROWS_GONE, FILES_GONE, SHRUNK, DONE = "rows", "files", "shrunk", "done"
"""How far a purge has come; each step can be done again."""
TAKING = "taking"
"""The state in which the guards of cases let rows go: within the one transaction that takes them, seen by no other."""
BURIED = frozenset({MATCHES, WORDINGS, ORIGINALS, ACCOUNTS, PEOPLE})
"""Of what a tombstone is kept; of the rest, which is far more, the certificate keeps one digest of a class."""
SOUGHT = (
    *((interactions, "capture_id"), (posts, "capture_id"), (post_versions, "capture_id")),
    *((captures, "original_id"), (captures, "account_id")),
    *((labels, "post_version_id"), (decisions, "post_version_id"), (draws, "post_version_id")),
)
"""What the database looks through for every row that goes: without an index, the whole table each time. Nothing else
needs these, so they are made for the purge and go with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgeRow:
    """A purge: who, when, why, by which rule, what went, and how far it has come."""

    id: int
    state: str
    begun_at: datetime
    begun_by: str
    reason: str
    policy: Mapping[str, Any]
    counts: Mapping[str, Any]
    certificate: str | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Doomed:
    """A file that has to go: a blob by its SHA-256, anything else by its path."""

    kind: str
    path: str
    id: int = 0


def begin(session: Session, *, by: str, reason: str, at: datetime, policy: Mapping[str, Any]) -> int:
    """Note that a purge begins; say its number."""
    row = {"state": ROWS_GONE, "begun_at": at, "begun_by": by, "reason": reason, "policy": policy, "counts": {}}
    return int(session.execute(insert(purges).values(**row).returning(purges.c.id)).scalar_one())


def set_state(session: Session, purge_id: int, state: str, **values: object) -> None:
    """Note how far a purge has come, and what is known of it by now."""
    session.execute(update(purges).where(purges.c.id == purge_id).values(state=state, **values))


def every_purge(session: Session) -> list[PurgeRow]:
    """List all purges, the oldest first."""
    rows = session.execute(select(purges).order_by(purges.c.id))
    return [PurgeRow(**row._mapping) for row in rows]  # noqa: SLF001  (its documented name)


def names_of(session: Session) -> Generator[tuple[str, str], None, None]:
    """Give, class by class, what each row that goes is known by; only hashes of it are kept."""
    act = select(
        accounts.c.platform + "\n" + accounts.c.handle + "\n" + interactions.c.action + "\n" + posts.c.uri
    ).select_from(
        interactions.join(accounts, accounts.c.id == interactions.c.account_id).join(
            posts, posts.c.id == interactions.c.post_id
        )
    )
    kinds: tuple[tuple[str, Select[Any], Table], ...] = (
        (MATCHES, select(matches.c.contest + "\n" + cast(matches.c.id, Text)), matches),
        (ACTS, act, interactions),
        (POSTS, select(posts.c.platform + "\n" + posts.c.uri), posts),
        (WORDINGS, select(post_versions.c.sha256), post_versions),
        (PICTURES, select(picture_texts.c.sha256), picture_texts),
        (LABELS, select(labels.c.text_sha256), labels),
        (CAPTURES, select(captures.c.sha256), captures),
        (ORIGINALS, select(originals.c.sha256), originals),
        (ACCOUNTS, select(accounts.c.platform + "\n" + func.lower(accounts.c.handle)), accounts),
        (PEOPLE, select(people.c.name), people),
    )
    for kind, query, table in kinds:
        these = query.where(table.c.id.in_(gone(kind))).order_by(table.c.id)
        with closing(session.execute(these)) as rows:
            yield from ((kind, str(name)) for name in rows.scalars())


def bury(session: Session, purge_id: int, digests: Iterable[tuple[str, str]]) -> None:
    """Keep tombstones."""
    rows = ({"kind": kind, "digest": digest, "purge_id": purge_id} for kind, digest in digests)
    add(session, tombstones, rows, key=["kind", "digest"])


def buried(session: Session, kind: str, digest: str) -> PurgeRow | None:
    """Say which purge took what has this hash."""
    found = session.scalar(
        select(tombstones.c.purge_id).where(tombstones.c.kind == kind, tombstones.c.digest == digest)
    )
    return next((one for one in every_purge(session) if one.id == found), None)


def blobs_that_go(session: Session) -> tuple[set[str], set[str]]:
    """Give the blobs of what goes, and the manifests of its evidence, which name more of them."""
    of_captures = select(captures.c.blob).where(captures.c.id.in_(gone(CAPTURES)), captures.c.blob.is_not(None))
    pictures = select(matches.c.screenshot).where(matches.c.id.in_(gone(MATCHES)), matches.c.screenshot.is_not(None))
    manifests = select(evidence.c.manifest).where(evidence.c.match_id.in_(gone(MATCHES)))
    return {*session.scalars(of_captures), *session.scalars(pictures)}, set(session.scalars(manifests))


def blobs_that_stay(session: Session) -> tuple[set[str], set[str]]:
    """Give the blobs and the manifests that rows still point to."""
    of_captures = session.scalars(select(captures.c.blob).where(captures.c.blob.is_not(None)))
    pictures = session.scalars(select(matches.c.screenshot).where(matches.c.screenshot.is_not(None)))
    return {*of_captures, *pictures}, set(session.scalars(select(evidence.c.manifest)))


def blobs_that_would_stay(session: Session) -> tuple[set[str], set[str]]:
    """Give the blobs and the manifests that rows would still point to if what was chosen were gone."""
    of_captures = select(captures.c.blob).where(captures.c.blob.is_not(None), captures.c.id.not_in(gone(CAPTURES)))
    there = matches.c.id.not_in(gone(MATCHES))
    pictures = select(matches.c.screenshot).where(matches.c.screenshot.is_not(None), there)
    manifests = select(evidence.c.manifest).where(evidence.c.match_id.not_in(gone(MATCHES)))
    return {*session.scalars(of_captures), *session.scalars(pictures)}, set(session.scalars(manifests))


def members_that_go(session: Session) -> tuple[set[int], set[int]]:
    """Give the numbers of the matches and wordings that go, to find the files that hold them."""
    return set(session.scalars(gone(MATCHES))), set(session.scalars(gone(WORDINGS)))


def release(session: Session, *, by: str, at: datetime) -> None:
    """Tell the record which evidence is let go: it alone says which rows must be there."""
    these = select(evidence.c.id, evidence.c.manifest).where(evidence.c.match_id.in_(gone(MATCHES)))
    for row in session.execute(these.order_by(evidence.c.id)).all():
        record(session, who=by, what=Did.RELEASE, detail=release_words(row.id, row.manifest), at=at)


def take_rows(session: Session, purge_id: int, *, everything_seen: bool, now: datetime) -> None:
    """Delete what was chosen; `everything_seen` says that bookmarks are over too."""
    set_state(session, purge_id, TAKING)
    helping = {f"ix_purge_{table.name}_{column}": (table.name, column) for table, column in SOUGHT}
    for index, (table_name, column) in helping.items():
        session.execute(text(f"CREATE INDEX {index} ON {table_name} ({column})"))
    for table, where in _in_order(everything_seen=everything_seen, now=now):
        session.execute(delete(table).where(where))
        if table is visits:
            lost = captures.c.account_id.in_(gone(ACCOUNTS))
            session.execute(update(captures).where(lost).values(account_id=None))
    set_state(session, purge_id, ROWS_GONE)
    for index in helping:
        session.execute(text(f"DROP INDEX {index}"))
    arrange(session)


def _in_order(*, everything_seen: bool, now: datetime) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    """Say what goes first: whatever points to something goes before it."""
    of_matches = select(decisions.c.id).where(decisions.c.match_id.in_(gone(MATCHES)))
    clusters = text_clusters.c
    yield withdrawals, withdrawals.c.decision_id.in_(of_matches)
    yield decisions, decisions.c.match_id.in_(gone(MATCHES))
    yield evidence, evidence.c.match_id.in_(gone(MATCHES))
    for table in (assessments, phase_overrides):
        yield table, table.c.match_id.in_(gone(MATCHES))
    yield from _of_cases()
    yield matches, matches.c.id.in_(gone(MATCHES))
    yield interactions, interactions.c.id.in_(gone(ACTS))
    yield scores, scores.c.post_version_id.in_(gone(WORDINGS))
    yield marks, marks.c.post_version_id.in_(gone(WORDINGS))
    yield text_clusters, or_(clusters.post_version_id.in_(gone(WORDINGS)), clusters.first_id.in_(gone(WORDINGS)))
    yield text_bands, text_bands.c.first_id.in_(gone(WORDINGS))
    yield draws, draws.c.post_version_id.in_(gone(WORDINGS))
    yield labels, labels.c.id.in_(gone(LABELS))
    yield picture_scores, picture_scores.c.picture_text_id.in_(gone(PICTURES))
    yield picture_texts, picture_texts.c.id.in_(gone(PICTURES))
    yield post_pictures, post_pictures.c.post_id.in_(gone(POSTS))
    yield visits, or_(visits.c.post_id.in_(gone(POSTS)), visits.c.account_id.in_(gone(ACCOUNTS)))
    yield post_versions, post_versions.c.id.in_(gone(WORDINGS))
    yield posts, posts.c.id.in_(gone(POSTS))
    yield captures, captures.c.id.in_(gone(CAPTURES))
    yield originals, originals.c.id.in_(gone(ORIGINALS))
    yield from _of_accounts(everything_seen=everything_seen)
    yield logins, or_(logins.c.person_id.in_(gone(PEOPLE)), logins.c.ends_at <= now)
    yield people, people.c.id.in_(gone(PEOPLE))


def _of_cases() -> Iterator[tuple[Table, ColumnElement[bool]]]:
    """Let go of cases with the last match that they rest on; the numbers of the state's go with them."""
    yield case_matches, case_matches.c.match_id.in_(gone(MATCHES))
    left = select(cases.c.id).where(cases.c.id.not_in(select(case_matches.c.case_id)))
    yield case_consents, case_consents.c.move_id.in_(select(case_moves.c.id).where(case_moves.c.case_id.in_(left)))
    for table in (case_moves, case_entries, identities):
        yield table, table.c.case_id.in_(left)
    yield cases, cases.c.id.in_(left)


def _of_accounts(*, everything_seen: bool) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    free = bookmarks.c.account_id.in_(gone(ACCOUNTS))
    yield bookmarks, not_(account_held(bookmarks.c.account_id)) if everything_seen else free
    for table in (corrections, account_names, identity_settlements, watch_entries):
        yield table, table.c.account_id.in_(gone(ACCOUNTS))
    yield accounts, accounts.c.id.in_(gone(ACCOUNTS))
    yield subjects, subjects.c.id.not_in(select(watch_entries.c.subject_id))


def doom(session: Session, purge_id: int, files: Iterable[Doomed]) -> None:
    """Keep which files have to go, so that a purge that is broken off goes on."""
    rows = [{"purge_id": purge_id, "kind": one.kind, "path": one.path} for one in files]
    if rows:
        session.execute(insert(purge_files), rows)


def doomed(session: Session, purge_id: int) -> list[Doomed]:
    """List the files of a purge that still have to go."""
    query = select(purge_files).where(purge_files.c.purge_id == purge_id).order_by(purge_files.c.id)
    return [Doomed(id=row.id, kind=row.kind, path=row.path) for row in session.execute(query)]


def laid_to_rest(session: Session, one: Doomed, at: datetime) -> None:
    """Forget a file that is gone, and note it of the export that it was."""
    session.execute(delete(purge_files).where(purge_files.c.id == one.id))
    if one.kind == "export":
        here = exports.c.file == one.path, exports.c.gone_at.is_(None), exports.c.kind != Went.BACKUP
        session.execute(update(exports).where(*here).values(gone_at=at))


def shrink(database: Database) -> None:
    """Let no byte of a deleted row stay in the database's own files: write them anew, and empty the log beside them.

    On PostgreSQL the log of the server (WAL) and its archive are the server's own: they go by its rules.
    """
    with database.read() as session:
        if session.dialect.name != "sqlite":
            alone = session.execution_options(isolation_level="AUTOCOMMIT")
            for table in (posts, post_versions, interactions, captures, matches, scores, labels, accounts, people):
                alone.execute(text(f"VACUUM (FULL) {table.name}"))
            return
        raw: sqlite3.Connection = session.connection.driver_connection  # type: ignore[assignment]
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        raw.execute("VACUUM")
        busy = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    if busy:
        raise StorageError("database_locked", url=shown(str(database.engine.url)), reason="checkpoint")
