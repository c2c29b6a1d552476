"""Which matches go into a review file, and what is known of each when its answer comes back."""

from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from pydantic_core import from_json
from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    Text,
    and_,
    case,
    cast,
    distinct,
    exists,
    func,
    or_,
    select,
)

from core.records import Band, Standing
from core.sampling import in_second_sample
from storage.database import Session
from storage.judged_tables import decisions, matches, model_versions, picture_scores, scores
from storage.standing import taken_back
from storage.statements import NAMED, chunks
from storage.tables import accounts, interactions, post_versions, posts

_AT_ONCE = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A match as its answer needs it: what was judged, by which model, and how it was shown."""

    match_id: int
    contest: str
    handle: str
    text: str
    post_uri: str
    post_version_id: int
    model_id: int
    probability: float
    picture_text_id: int | None = None


class Shown(NamedTuple):
    """A match as a row of a file shows it. There may be a million: a tuple is made in a tenth of a record's time."""

    match_id: int
    contest: str
    account_id: int
    handle: str
    action: str
    acted_at: datetime | None
    acted_from: datetime | None
    acted_to: datetime | None
    absent_since: datetime | None
    first_seen_at: datetime
    text: str
    post_uri: str
    post_url: str | None
    probability: float
    told: str
    screenshot: str | None
    answer: str | None
    standing: str
    first_opened_at: datetime | None

    @property
    def reasons(self) -> Sequence[Mapping[str, Any]]:
        """Read what makes the score, but only now: a million rows of it read ahead keep Python tidying up."""
        found: Sequence[Mapping[str, Any]] = from_json(self.told)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which matches to hand out: those that wait for an answer and are flagged, or all of them.

    With `overlap` also that share of the matches that one other person than `reviewer` has judged.
    """

    everything: bool = False
    reviewer: str | None = None
    overlap: float = 0.0

    def holds(self) -> ColumnElement[bool]:
        """Say it in SQL, all but the share."""
        if self.everything:
            return matches.c.standing != Standing.WITHDRAWN
        waits = (matches.c.standing == Standing.OPEN) & (matches.c.band != Band.LOW)
        if not self.overlap:
            return waits
        judged_once = matches.c.standing.in_([Standing.SECOND, Standing.DECIDED])
        by_others = ~self._judged(decisions.c.reviewer == self.reviewer)
        return or_(waits, judged_once & by_others & (_judges() == 1))

    def _judged(self, by: ColumnElement[bool]) -> ColumnElement[bool]:
        return exists().where(decisions.c.match_id == matches.c.id, by, ~taken_back())

    def takes(self, match_id: int, standing: str) -> bool:
        """Say whether a match that `holds` is in the share too."""
        return self.everything or standing == Standing.OPEN or in_second_sample(match_id, self.overlap)


def _judges() -> ScalarSelect[int]:
    """Count the people who judge a match now."""
    of_match = decisions.c.match_id == matches.c.id, ~taken_back()
    return select(func.count(distinct(decisions.c.reviewer))).where(*of_match).correlate(matches).scalar_subquery()


def to_review(session: Session, choice: Choice) -> "array[int]":
    """Give the numbers of the chosen matches, most probable first."""
    _take_little_memory(session)
    order = (matches.c.probability.desc(), matches.c.id.desc())
    query = select(matches.c.id, matches.c.standing).where(choice.holds()).order_by(*order)
    found = session.execute(query.execution_options(stream_results=True, yield_per=10_000))
    return array("q", (number for number, standing in found if choice.takes(number, standing)))


def stored(session: Session, choice: Choice) -> Iterator[Shown]:
    """Stream the chosen matches in the order in which they lie in the database: a third of the time, little memory."""
    _take_little_memory(session)
    query = _shown().where(choice.holds()).order_by(matches.c.id).limit(_AT_ONCE)
    last = 0
    while rows := session.execute(query.where(matches.c.id > last)).all():
        for row in rows:
            item = Shown._make(row)
            if choice.takes(item.match_id, item.standing):
                yield item
        last = rows[-1][0]


def _take_little_memory(session: Session) -> None:
    """Let SQLite keep few pages: they would take as much as all else together, and are read once."""
    if session.dialect.name == "sqlite":
        session.exec_driver_sql("PRAGMA cache_size = -8192")


def items(session: Session, match_ids: Iterable[int]) -> Iterator[Shown]:
    """Stream matches in the order in which they are named."""
    query = _shown()
    for part in chunks(match_ids, NAMED):
        rows = session.execute(query.where(matches.c.id.in_(part))).all()
        found = {row[0]: row for row in rows}
        yield from (Shown._make(found[number]) for number in part if number in found)


def _shown() -> Select[Any]:
    same_score = and_(
        scores.c.post_version_id == matches.c.post_version_id,
        scores.c.model_id == matches.c.model_id,
        scores.c.contest_revision_id == matches.c.contest_revision_id,
    )
    in_picture = and_(
        picture_scores.c.picture_text_id == matches.c.picture_text_id,
        picture_scores.c.model_id == matches.c.model_id,
        picture_scores.c.contest_revision_id == matches.c.contest_revision_id,
    )
    return (
        select(
            matches.c.id,
            matches.c.contest,
            interactions.c.account_id,
            accounts.c.handle,
            interactions.c.action,
            interactions.c.acted_at,
            interactions.c.acted_from,
            interactions.c.acted_to,
            interactions.c.absent_since,
            interactions.c.first_seen_at,
            post_versions.c.text,
            posts.c.uri,
            posts.c.url,
            matches.c.probability,
            case(
                (matches.c.picture_text_id.is_(None), cast(scores.c.reasons, Text)),
                else_=cast(picture_scores.c.reasons, Text),
            ),
            matches.c.screenshot,
            matches.c.answer,
            matches.c.standing,
            matches.c.first_opened_at,
        )
        .join(interactions, interactions.c.id == matches.c.interaction_id)
        .join(accounts, accounts.c.id == interactions.c.account_id)
        .join(posts, posts.c.id == interactions.c.post_id)
        .join(post_versions, post_versions.c.id == matches.c.post_version_id)
        .join(scores, same_score)
        .outerjoin(picture_scores, in_picture)
    )


def judged(session: Session, match_ids: Collection[int]) -> Iterator[Judged]:
    """Give what answers on matches are checked against and pinned to."""
    query = (
        select(
            matches.c.id,
            matches.c.contest,
            accounts.c.handle,
            post_versions.c.text,
            posts.c.uri,
            matches.c.post_version_id,
            matches.c.model_id,
            matches.c.probability,
            matches.c.picture_text_id,
        )
        .join(interactions, interactions.c.id == matches.c.interaction_id)
        .join(accounts, accounts.c.id == interactions.c.account_id)
        .join(posts, posts.c.id == interactions.c.post_id)
        .join(post_versions, post_versions.c.id == matches.c.post_version_id)
    )
    for part in chunks(sorted(match_ids), NAMED):
        for row in session.execute(query.where(matches.c.id.in_(part))):
            yield Judged(**dict(zip(Judged.__slots__, row, strict=True)))


def active_model(session: Session) -> str | None:
    """Name the model version in use."""
    return session.scalar(select(model_versions.c.version).where(model_versions.c.active))
