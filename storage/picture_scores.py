"""What models make of the words in pictures, and which matches rest on them. The words of the post score apart."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select, update

from core.pictures import ReadState
from core.records import Band, Score
from storage.database import Session
from storage.judged_tables import matches, picture_scores
from storage.judging import pictured_posts, score_columns
from storage.picture_texts import is_current
from storage.statements import NAMED, add, chunks
from storage.tables import picture_texts


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPicture:
    """Words of a picture that are to be scored."""

    text_id: int
    sha256: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictured:
    """The picture of a post whose words solicit most."""

    text_id: int
    probability: float


def unscored(session: Session, *, model_id: int, revision_id: int, limit: int) -> list[ReadPicture]:
    """List readings that this model has not scored for this contest revision."""
    done = exists().where(
        picture_scores.c.picture_text_id == picture_texts.c.id,
        picture_scores.c.model_id == model_id,
        picture_scores.c.contest_revision_id == revision_id,
    )
    query = (
        select(picture_texts.c.id, picture_texts.c.sha256, picture_texts.c.text)
        .where(picture_texts.c.state == ReadState.OK, is_current(), ~done)
        .order_by(picture_texts.c.id)
        .limit(limit)
    )
    return [ReadPicture(text_id=row.id, sha256=row.sha256, text=row.text) for row in session.execute(query)]


def save(
    session: Session, found: Iterable[tuple[int, Score]], *, model_id: int, revision_id: int, now: datetime
) -> None:
    """Save what a model version made of the words of pictures within a contest."""
    key = {"contest_revision_id": revision_id, "model_id": model_id}
    rows = ({"picture_text_id": text_id, **key, **score_columns(score, now)} for text_id, score in found)
    add(session, picture_scores, rows, key=["picture_text_id", *key])


def strongest(session: Session, post_ids: Iterable[int], *, model_id: int, revision_id: int) -> dict[int, Pictured]:
    """Give for each post the flagged picture whose words solicit most; posts without one are left out."""
    found: dict[int, Pictured] = {}
    flagged = pictured_posts(model_id=model_id, revision_id=revision_id)
    for part in chunks(sorted(set(post_ids)), NAMED):
        query = (
            flagged.add_columns(picture_texts.c.id, picture_scores.c.probability)
            .where(flagged.selected_columns.post_id.in_(part))
            .order_by(picture_scores.c.probability, picture_texts.c.id.desc())
        )
        for row in session.execute(query):  # the last of a post is its strongest
            found[row.post_id] = Pictured(text_id=row.id, probability=row.probability)
    return found


def flagged_in(
    session: Session, text_ids: Iterable[int], *, model_id: int, revision_ids: Sequence[int]
) -> dict[int, tuple[str, frozenset[int]]]:
    """Give the words of pictures, and within which of these contest revisions each is flagged."""
    found: dict[int, tuple[str, frozenset[int]]] = {}
    for part in chunks(sorted(set(text_ids)), NAMED):
        query = (
            select(picture_texts.c.id, picture_texts.c.text, picture_scores.c.contest_revision_id)
            .join(picture_scores, picture_scores.c.picture_text_id == picture_texts.c.id)
            .where(picture_texts.c.id.in_(part), picture_scores.c.model_id == model_id)
            .where(picture_scores.c.contest_revision_id.in_(revision_ids), picture_scores.c.band != Band.LOW)
        )
        for row in session.execute(query):
            _, known = found.get(row.id, ("", frozenset()))
            found[row.id] = row.text, known | {row.contest_revision_id}
    return found


def lower(session: Session, contest: str, *, still: Collection[int]) -> int:
    """Rank matches low that rest on a picture and are flagged no more; `still` are the acts that are."""
    these = matches.c.contest == contest, matches.c.picture_text_id.is_not(None), matches.c.band != Band.LOW
    query = select(matches.c.id, matches.c.interaction_id).where(*these)
    gone = [row.id for row in session.execute(query) if row.interaction_id not in still]
    for part in chunks(gone, NAMED):
        session.execute(update(matches).where(matches.c.id.in_(part)).values(band=Band.LOW))
    return len(gone)
