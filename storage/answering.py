"""What people said: decisions about acts, labels about texts. Both are only ever added to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, case, insert, select

from core.records import Answer, Band, Kind, Standing
from storage.clocks import opened
from storage.collecting import text_digest
from storage.database import Session
from storage.judged_tables import decisions, labels, matches, picture_scores, scores, withdrawals
from storage.standing import stand, taken_back, tally
from storage.statements import NAMED, chunks
from storage.tables import accounts, interactions, picture_texts, post_versions, posts


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewItem:
    """A match with what a person needs to judge it.

    `picture_text_id` and `picture_text` stand where it rests on words that were read in a picture: kind, target,
    direction and reasons are those of that picture then. `text` is always the post's own.
    """

    match_id: int
    contest: str
    platform: str
    account_id: int
    handle: str
    action: str
    acted_at: datetime | None
    first_seen_at: datetime
    text: str
    post_uri: str
    post_url: str | None
    probability: float
    band: Band
    timing: str
    kind: Kind
    target: str | None
    direction: str | None
    reasons: Sequence[Mapping[str, Any]]
    screenshot: str | None
    screenshot_note: str | None
    answer: Answer | None
    post_version_id: int
    model_id: int
    acted_from: datetime | None
    acted_to: datetime | None
    absent_since: datetime | None
    looked_again_at: datetime | None
    picture_text_id: int | None = None
    picture_text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRow:
    """A person's answer on an act, pinned to what they judged."""

    match_id: int
    answer: Answer
    reason: str | None
    note: str | None
    reviewer: str
    decided_at: datetime
    post_version_id: int
    model_id: int
    probability: float
    file_sha256: str | None = None
    row: int | None = None
    settles: bool = False
    """A third person's answer where two differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelRow:
    """A person's answer on a text."""

    text: str
    label: bool
    kind: Kind | None
    contest: str | None
    labeller: str
    labelled_at: datetime
    source: str
    post_version_id: int | None = None


def _items() -> Select[Any]:
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
    judged = [
        case((matches.c.picture_text_id.is_(None), scores.c[name]), else_=picture_scores.c[name]).label(name)
        for name in ("kind", "target", "direction", "reasons")
    ]
    return (
        select(
            matches.c.id.label("match_id"),
            matches.c.contest,
            accounts.c.platform,
            interactions.c.account_id,
            accounts.c.handle,
            interactions.c.action,
            interactions.c.acted_at,
            interactions.c.first_seen_at,
            interactions.c.acted_from,
            interactions.c.acted_to,
            interactions.c.absent_since,
            interactions.c.looked_again_at,
            post_versions.c.text,
            posts.c.uri.label("post_uri"),
            posts.c.url.label("post_url"),
            matches.c.probability,
            matches.c.band,
            matches.c.timing,
            *judged,
            matches.c.screenshot,
            matches.c.screenshot_note,
            matches.c.answer,
            matches.c.post_version_id,
            matches.c.model_id,
            matches.c.picture_text_id,
            picture_texts.c.text.label("picture_text"),
        )
        .select_from(matches)
        .join(interactions, interactions.c.id == matches.c.interaction_id)
        .join(accounts, accounts.c.id == interactions.c.account_id)
        .join(posts, posts.c.id == interactions.c.post_id)
        .join(post_versions, post_versions.c.id == matches.c.post_version_id)
        .join(scores, same_score)
        .outerjoin(picture_texts, picture_texts.c.id == matches.c.picture_text_id)
        .outerjoin(picture_scores, in_picture)
    )


def _item(row: Any) -> ReviewItem:  # noqa: ANN401  (a row has no narrower type)
    value = dict(row._mapping)  # noqa: SLF001  (its documented name)
    value["band"], value["kind"] = Band(value["band"]), Kind(value["kind"])
    value["answer"] = Answer(value["answer"]) if value["answer"] else None
    return ReviewItem(**value)


def review_item(session: Session, match_id: int) -> ReviewItem | None:
    """Give one match."""
    row = session.execute(_items().where(matches.c.id == match_id)).one_or_none()
    return _item(row) if row is not None else None


def items_by_id(session: Session, match_ids: Sequence[int]) -> dict[int, ReviewItem]:
    """Give many matches."""
    found: dict[int, ReviewItem] = {}
    for part in chunks(sorted(set(match_ids)), NAMED):
        rows = session.execute(_items().where(matches.c.id.in_(part)))
        found.update((row.match_id, _item(row)) for row in rows)
    return found


def last_decisions(session: Session, match_ids: Sequence[int]) -> dict[tuple[int, str], DecisionRow]:
    """Give what each reviewer decides now on each of these matches; what was taken back is left out."""
    found: dict[tuple[int, str], DecisionRow] = {}
    for part in chunks(sorted(set(match_ids)), NAMED):
        query = select(decisions).where(decisions.c.match_id.in_(part), ~taken_back())
        for row in session.execute(query.order_by(decisions.c.id)):
            value = dict(row._mapping)  # noqa: SLF001  (its documented name)
            del value["id"]
            value["answer"] = Answer(value["answer"])
            found[row.match_id, row.reviewer] = DecisionRow(**value)
    return found


def save_decisions(session: Session, rows: Sequence[DecisionRow], *, overlap: float = 0) -> None:
    """Add decisions, and say where their matches stand now; `overlap` is the share that two people judge."""
    for part in chunks([{name: getattr(row, name) for name in DecisionRow.__slots__} for row in rows], 1_000):
        session.execute(insert(decisions), part)
        opened(session, {row["match_id"]: row["decided_at"] for row in reversed(part)})
    stand(session, (row.match_id for row in rows), overlap=overlap)


def new_labels(session: Session, rows: Sequence[LabelRow]) -> list[LabelRow]:
    """Pick the labels that their labeller has not given already; of two on one text the last."""
    given = current_labels(session)
    last = {(text_digest(row.text), row.labeller): row for row in rows}
    return [
        row
        for (digest, labeller), row in last.items()
        if (known := given.get(digest, {}).get(labeller)) is None or (known.label, known.kind) != (row.label, row.kind)
    ]


def save_labels(session: Session, rows: Sequence[LabelRow]) -> int:
    """Add labels that their labeller has not given already; say how many."""
    values = [
        {"text_sha256": text_digest(row.text), **{name: getattr(row, name) for name in LabelRow.__slots__}}
        for row in new_labels(session, rows)
    ]
    for part in chunks(values, 1_000):
        session.execute(insert(labels), part)
    return len(values)


def current_labels(session: Session) -> dict[str, dict[str, LabelRow]]:
    """Give the newest label of each labeller for each text: {text digest: {labeller: label}}."""
    found: dict[str, dict[str, LabelRow]] = {}
    gone = _taken_back(session)
    for row in session.execute(select(labels).order_by(labels.c.id)):
        if (row.labeller, row.labelled_at, row.post_version_id) in gone:
            continue
        value = dict(row._mapping)  # noqa: SLF001  (its documented name)
        digest = value.pop("text_sha256")
        del value["id"]
        value["kind"] = Kind(value["kind"]) if value["kind"] else None
        found.setdefault(digest, {})[row.labeller] = LabelRow(**value)
    return found


def _taken_back(session: Session) -> set[tuple[str, datetime, int]]:
    """Name the labels that count no more, by who gave them, when, and on which wording.

    Their decisions were taken back, or the match that they were about is withdrawn.
    """
    query = select(decisions.c.reviewer, decisions.c.decided_at, decisions.c.post_version_id)
    found = {tuple(row) for row in session.execute(query.join(withdrawals))}
    withdrawn = query.join(matches, matches.c.id == decisions.c.match_id)
    found |= {tuple(row) for row in session.execute(withdrawn.where(matches.c.standing == Standing.WITHDRAWN))}
    return found


def review_counts(session: Session) -> dict[str, int]:
    """Count matches: those that wait by band (waiting_high, …), for a second person, in conflict, and by answer."""
    counts = {f"waiting_{band}": 0 for band in Band}
    counts |= {str(Standing.SECOND): 0, str(Standing.CONFLICT): 0} | {str(answer): 0 for answer in Answer}
    for (standing, band, answer), number in tally(session).items():
        if standing is Standing.OPEN:
            counts[f"waiting_{band}"] += number
        else:
            counts[str(answer if standing is Standing.DECIDED else standing)] += number
    return counts


def authors_of_labels(session: Session) -> dict[int, str]:
    """Say who wrote each labelled wording, as an opaque name: {wording id: name}. Unknown authors are left out."""
    query = (
        select(labels.c.post_version_id, posts.c.author_id, posts.c.author_hash)
        .join(post_versions, post_versions.c.id == labels.c.post_version_id)
        .join(posts, posts.c.id == post_versions.c.post_id)
    )
    named = ((row.post_version_id, row.author_id or row.author_hash) for row in session.execute(query))
    return {version_id: str(author) for version_id, author in named if author is not None}
