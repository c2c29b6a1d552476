"""What was read in pictures: by which reader, how surely, and which pictures nobody has read yet.

A picture without a row here is unread. It is never a picture without text: only a reader can say that.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select

from core.pictures import PictureWords, ReadState
from storage.collecting import storable
from storage.database import Session
from storage.judged_tables import matches
from storage.pictures import few_words
from storage.statements import add
from storage.tables import interactions, picture_texts, post_pictures, posts


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureOfPost:
    """A picture of a post as people are shown it; `state` is None while nobody has read it."""

    sha256: str
    state: ReadState | None
    text: str | None
    confidence: float | None
    note: str | None
    reader: str | None
    read_at: datetime | None


def _unread(reader: str | None, below_characters: int) -> Select[tuple[str]]:
    """Choose pictures of posts with few words that this reader has not read; without a reader, that nobody has."""
    known = picture_texts.c.sha256 == post_pictures.c.sha256
    if reader is not None:
        known = and_(known, picture_texts.c.reader == reader)
    return (
        select(post_pictures.c.sha256)
        .join(posts, posts.c.id == post_pictures.c.post_id)
        .where(post_pictures.c.sha256.is_not(None), ~exists().where(known), few_words(below_characters))
        .group_by(post_pictures.c.sha256)
    )


def to_read(session: Session, reader: str, *, below_characters: int) -> list[str]:
    """List the pictures that wait to be read by this reader, those of the newest posts first; each file once."""
    newest = func.max(posts.c.first_seen_at).desc(), post_pictures.c.sha256
    return list(session.scalars(_unread(reader, below_characters).order_by(*newest)))


def count_unread(session: Session, reader: str | None, *, below_characters: int) -> int:
    """Count the pictures that wait to be read; without a reader, those that nobody has read."""
    waiting = _unread(reader, below_characters).subquery()
    return int(session.scalar(select(func.count()).select_from(waiting)) or 0)


def save_reading(session: Session, sha256: str, reader: str, words: PictureWords, now: datetime) -> None:
    """Keep what a reader made of a picture, once for each reader."""
    row = {
        "sha256": sha256,
        "reader": reader,
        "state": words.state,
        "text": storable(words.text) if words.state is ReadState.OK else None,
        "confidence": words.confidence,
        "note": words.note,
        "read_at": now,
    }
    add(session, picture_texts, [row], key=["sha256", "reader"])


def is_current() -> ColumnElement[bool]:
    """Say whether a reading is the newest that says something; a later one that failed takes nothing back."""
    other = picture_texts.alias()
    newer, failed = other.c.id > picture_texts.c.id, picture_texts.c.state == ReadState.UNREADABLE
    says_more = or_(and_(other.c.state != ReadState.UNREADABLE, or_(newer, failed)), and_(failed, newer))
    return ~exists().where(other.c.sha256 == picture_texts.c.sha256, says_more)


def states(session: Session) -> Mapping[str, int]:
    """Count the readings that count now: ok, empty, unreadable."""
    query = select(picture_texts.c.state, func.count()).where(is_current()).group_by(picture_texts.c.state)
    found = {str(state): 0 for state in ReadState}
    found.update((state, count) for state, count in session.execute(query))
    return found


def of_match(session: Session, match_id: int) -> list[PictureOfPost]:
    """Give the pictures of a match's post with the words that were read in them, unread ones included."""
    reading = and_(picture_texts.c.sha256 == post_pictures.c.sha256, is_current())
    query = (
        select(
            post_pictures.c.sha256,
            picture_texts.c.state,
            picture_texts.c.text,
            picture_texts.c.confidence,
            picture_texts.c.note,
            picture_texts.c.reader,
            picture_texts.c.read_at,
        )
        .select_from(matches)
        .join(interactions, interactions.c.id == matches.c.interaction_id)
        .join(post_pictures, post_pictures.c.post_id == interactions.c.post_id)
        .outerjoin(picture_texts, reading)
        .where(matches.c.id == match_id, post_pictures.c.sha256.is_not(None))
        .order_by(post_pictures.c.id, picture_texts.c.id)
    )
    found = [dict(row._mapping) for row in session.execute(query)]  # noqa: SLF001  (its documented name)
    return [PictureOfPost(**{**one, "state": ReadState(one["state"]) if one["state"] else None}) for one in found]
