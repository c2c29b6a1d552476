"""Side marks beside the score: posts that people study although they are no match. A mark is never one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, func, select, update

from core.records import Band, Role
from storage.database import Session
from storage.judged_tables import contest_revisions, marks, matches, scores
from storage.statements import NAMED, add, chunks
from storage.tables import accounts, post_versions, posts, watch_entries

INCUMBENT = "incumbent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """A wording of a watched account's own post, with when it was posted (or seen) and one term of its role."""

    version_id: int
    moment: datetime
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkRow:
    """A mark as it is kept: `words` are those of the post that it rests on."""

    post_version_id: int
    contest_revision_id: int
    candidate: str | None
    words: str
    marked_at: datetime
    mark: str = INCUMBENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A marked post as people see it."""

    contest: str
    mark: str
    platform: str
    account: str
    posted_at: datetime | None
    candidate: str | None
    words: str
    text: str
    url: str | None
    post: str


def own_wordings(session: Session, version_ids: Iterable[int]) -> list[Own]:
    """List which of these wordings stand in posts of accounts that are watched in another role than a campaign's."""
    found: list[Own] = []
    for part in chunks(sorted(version_ids), NAMED):
        query = (
            select(
                post_versions.c.id,
                func.coalesce(posts.c.posted_at, posts.c.first_seen_at).label("moment"),
                watch_entries.c.valid_from,
                watch_entries.c.valid_to,
            )
            .join(posts, posts.c.id == post_versions.c.post_id)
            .join(watch_entries, watch_entries.c.account_id == posts.c.author_id)
            .where(post_versions.c.id.in_(part), watch_entries.c.role != Role.CAMPAIGN)
            .where(watch_entries.c.removed_at.is_(None))
        )
        for row in session.execute(query):
            term = {"valid_from": row.valid_from, "valid_to": row.valid_to}
            found.append(Own(version_id=row.id, moment=row.moment, **term))
    return found


def save_marks(session: Session, rows: Sequence[MarkRow]) -> None:
    """Keep marks, once each."""
    values = ({name: getattr(row, name) for name in MarkRow.__slots__} for row in rows)
    add(session, marks, values, key=["post_version_id", "contest_revision_id", "mark"])


def marked_wordings(session: Session, revision_id: int, version_ids: Iterable[int]) -> set[int]:
    """Say which of these wordings are marked."""
    found: set[int] = set()
    for part in chunks(sorted(set(version_ids)), NAMED):
        query = select(marks.c.post_version_id)
        query = query.where(marks.c.post_version_id.in_(part), marks.c.contest_revision_id == revision_id)
        found.update(session.scalars(query))
    return found


def lower_marked(session: Session, contest: str, revision_id: int) -> int:
    """Rank unanswered matches low whose wording is marked now: they were made before the settings named a programme."""
    marked = select(marks.c.post_version_id).where(marks.c.contest_revision_id == revision_id)
    own_words = matches.c.picture_text_id.is_(None)  # a mark says nothing of what a picture says
    these = matches.c.contest == contest, matches.c.answer.is_(None), matches.c.band != Band.LOW, own_words
    change = update(matches).where(*these, matches.c.post_version_id.in_(marked))
    return session.execute(change.values(band=Band.LOW)).rowcount


def marked_posts(session: Session, revisions: Mapping[str, str]) -> list[Marked]:
    """List what is marked within these contest revisions ({contest: digest}), the newest post first."""
    now = [
        and_(contest_revisions.c.contest == contest, contest_revisions.c.digest == digest)
        for contest, digest in revisions.items()
    ]
    ids = [row for one in now for row in session.scalars(select(contest_revisions.c.id).where(one))]
    query = (
        select(
            contest_revisions.c.contest,
            marks.c.mark,
            accounts.c.platform,
            accounts.c.handle.label("account"),
            posts.c.posted_at,
            marks.c.candidate,
            marks.c.words,
            post_versions.c.text,
            posts.c.url,
            posts.c.uri.label("post"),
        )
        .select_from(marks)
        .join(contest_revisions, contest_revisions.c.id == marks.c.contest_revision_id)
        .join(post_versions, post_versions.c.id == marks.c.post_version_id)
        .join(posts, posts.c.id == post_versions.c.post_id)
        .join(accounts, accounts.c.id == posts.c.author_id)
        .where(marks.c.contest_revision_id.in_(ids))
        .order_by(posts.c.posted_at.desc(), post_versions.c.id.desc())
    )
    return [Marked(**row._mapping) for row in session.execute(query)]  # noqa: SLF001  (its documented name)


def flagged_in(
    session: Session, version_ids: Iterable[int], *, model_id: int, revision_ids: Sequence[int]
) -> dict[int, tuple[str, frozenset[int]]]:
    """Give the text of wordings, and within which of these contest revisions each is flagged."""
    found: dict[int, tuple[str, frozenset[int]]] = {}
    for part in chunks(sorted(set(version_ids)), NAMED):
        query = (
            select(post_versions.c.id, post_versions.c.text, scores.c.contest_revision_id)
            .join(scores, scores.c.post_version_id == post_versions.c.id)
            .where(post_versions.c.id.in_(part), scores.c.model_id == model_id)
            .where(scores.c.contest_revision_id.in_(revision_ids), scores.c.band != Band.LOW)
        )
        for row in session.execute(query):
            _, known = found.get(row.id, ("", frozenset()))
            found[row.id] = row.text, known | {row.contest_revision_id}
    return found
