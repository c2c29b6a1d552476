"""What texts are judged by, and what came of it: contest revisions, model versions, scores, matches."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, exists, func, select, update

from core.records import Action, Band, Reason, Role, Score, Timing
from storage.database import Session
from storage.judged_tables import contest_revisions, matches, model_versions, picture_scores, scores
from storage.picture_texts import is_current
from storage.statements import add, chunks
from storage.tables import interactions, picture_texts, post_pictures, post_versions, watch_entries


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelVersion:
    """A trained model as the registry knows it; `manifest` holds its data and figures."""

    id: int
    version: str
    sha256: str
    manifest: Mapping[str, Any]
    created_at: datetime
    promoted_at: datetime | None
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """A text to be scored."""

    version_id: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Flagged:
    """What a watched account did with a post of which at least one wording is flagged."""

    interaction_id: int
    account_id: int
    action: Action
    post_id: int
    acted_at: datetime | None
    first_seen_at: datetime
    post_revision: str | None
    acted_from: datetime | None = None
    acted_to: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredWording:
    """One wording of a post with its score; `picture_text_id` where words read in a picture of the post raise it."""

    version_id: int
    revision: str | None
    seen_at: datetime
    edited_at: datetime | None
    probability: float
    band: Band
    picture_text_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchRow:
    """An interaction with a flagged post, as it is kept; `picture_text_id` where it rests on words in a picture."""

    interaction_id: int
    contest: str
    post_version_id: int
    contest_revision_id: int
    model_id: int
    timing: Timing
    probability: float
    band: Band
    flagged_at: datetime
    picture_text_id: int | None = None


def has_contest(session: Session, contest: str, digest: str) -> bool:
    """Say whether a contest was judged by in this form before."""
    this = contest_revisions.c.contest == contest, contest_revisions.c.digest == digest
    return session.scalar(select(contest_revisions.c.id).where(*this)) is not None


def save_contest(session: Session, contest: str, digest: str, snapshot: Mapping[str, Any], now: datetime) -> int:
    """Keep what a contest looked like in the settings; return the revision's id."""
    row = {"contest": contest, "digest": digest, "snapshot": dict(snapshot), "first_used_at": now}
    add(session, contest_revisions, [row], key=["contest", "digest"])
    this = contest_revisions.c.contest == contest, contest_revisions.c.digest == digest
    return int(session.scalars(select(contest_revisions.c.id).where(*this)).one())


def save_model(session: Session, version: str, sha256: str, manifest: Mapping[str, Any], now: datetime) -> int:
    """Enter a model version into the registry; return its id."""
    row = {"version": version, "sha256": sha256, "manifest": dict(manifest), "created_at": now}
    add(session, model_versions, [row], key=["version"])
    return int(session.scalars(select(model_versions.c.id).where(model_versions.c.version == version)).one())


def promote_model(session: Session, model_id: int, now: datetime) -> None:
    """Make one model version the active one."""
    session.execute(update(model_versions).where(model_versions.c.active).values(active=False))
    session.execute(update(model_versions).where(model_versions.c.id == model_id).values(active=True, promoted_at=now))


def models(session: Session) -> list[ModelVersion]:
    """List the model versions, oldest first."""
    rows = session.execute(select(model_versions).order_by(model_versions.c.id))
    return [ModelVersion(**row._mapping) for row in rows]  # noqa: SLF001  (its documented name)


def unscored(session: Session, *, model_id: int, revision_id: int, limit: int) -> list[Wording]:
    """List wordings that this model has not scored for this contest revision."""
    done = exists().where(
        scores.c.post_version_id == post_versions.c.id,
        scores.c.model_id == model_id,
        scores.c.contest_revision_id == revision_id,
    )
    query = select(post_versions.c.id, post_versions.c.text).where(~done).order_by(post_versions.c.id).limit(limit)
    return [Wording(version_id=row.id, text=row.text) for row in session.execute(query)]


def save_scores(
    session: Session, found: Iterable[tuple[int, Score]], *, model_id: int, revision_id: int, now: datetime
) -> None:
    """Save what a model version made of wordings within a contest."""
    key = {"contest_revision_id": revision_id, "model_id": model_id}
    rows = ({"post_version_id": version_id, **key, **score_columns(score, now)} for version_id, score in found)
    add(session, scores, rows, key=["post_version_id", *key])


def score_columns(score: Score, now: datetime) -> dict[str, Any]:
    """Give a score as the columns of a row."""
    return {
        "probability": score.probability,
        "kind": score.kind,
        "band": score.band,
        "target": score.target,
        "direction": score.direction,
        "reasons": [_reason_row(reason) for reason in score.reasons],
        "scored_at": now,
    }


def _reason_row(reason: Reason) -> dict[str, Any]:
    """Write a reason as it is kept: `picture` stands only where it comes from one."""
    row = asdict(reason)
    if reason.picture is None:
        del row["picture"]
    return row


def flagged_acts(session: Session, *, model_id: int, revision_id: int) -> list[Flagged]:
    """List what watched accounts other than campaigns did with posts of which a wording or a picture is flagged."""
    flagged = (
        select(post_versions.c.post_id)
        .join(scores, scores.c.post_version_id == post_versions.c.id)
        .where(scores.c.model_id == model_id, scores.c.contest_revision_id == revision_id, scores.c.band != Band.LOW)
    )
    on_duty = exists().where(
        watch_entries.c.account_id == interactions.c.account_id, watch_entries.c.role != Role.CAMPAIGN
    )
    either = flagged.union(pictured_posts(model_id=model_id, revision_id=revision_id))
    query = select(interactions).where(interactions.c.post_id.in_(either), on_duty)
    return [
        Flagged(
            interaction_id=row.id,
            account_id=row.account_id,
            action=Action(row.action),
            post_id=row.post_id,
            acted_at=row.acted_at,
            first_seen_at=row.first_seen_at,
            post_revision=row.post_revision,
            acted_from=row.acted_from,
            acted_to=row.acted_to,
        )
        for row in session.execute(query)
    ]


def pictured_posts(*, model_id: int, revision_id: int) -> Select[tuple[int]]:
    """Choose the posts that have a picture whose words are flagged, and a wording that a match can be tied to."""
    return (
        select(post_pictures.c.post_id)
        .join(picture_texts, picture_texts.c.sha256 == post_pictures.c.sha256)
        .join(picture_scores, picture_scores.c.picture_text_id == picture_texts.c.id)
        .where(picture_scores.c.model_id == model_id, picture_scores.c.contest_revision_id == revision_id)
        .where(picture_scores.c.band != Band.LOW, is_current())
        .where(exists().where(post_versions.c.post_id == post_pictures.c.post_id))
    )


def scored_wordings(
    session: Session, post_ids: Sequence[int], *, model_id: int, revision_id: int
) -> dict[int, list[ScoredWording]]:
    """Give the scored wordings of posts, oldest first."""
    found: dict[int, list[ScoredWording]] = {}
    for part in chunks(sorted(set(post_ids)), 500):
        query = (
            select(post_versions, scores.c.probability, scores.c.band)
            .join(scores, scores.c.post_version_id == post_versions.c.id)
            .where(post_versions.c.post_id.in_(part))
            .where(scores.c.model_id == model_id, scores.c.contest_revision_id == revision_id)
            .order_by(post_versions.c.seen_at, post_versions.c.id)  # one read again later may have been seen earlier
        )
        for row in session.execute(query):
            wording = ScoredWording(
                version_id=row.id,
                revision=row.revision,
                seen_at=row.seen_at,
                edited_at=row.edited_at,
                probability=row.probability,
                band=Band(row.band),
            )
            found.setdefault(row.post_id, []).append(wording)
    return found


def save_matches(session: Session, contest: str, found: Sequence[MatchRow]) -> int:
    """Save matches, one per interaction and contest whatever the model; say how many are new.

    A match that the present model does not flag any more stays, ranked `low`: people may already have opened it.
    """
    before = _count(session, contest)
    rows = [{name: getattr(match, name) for name in MatchRow.__slots__} for match in found]
    judged = ["post_version_id", "contest_revision_id", "model_id", "timing", "probability", "band"]
    judged.append("picture_text_id")
    add(session, matches, rows, key=["interaction_id", "contest"], update=judged)
    return _count(session, contest) - before


def _count(session: Session, contest: str) -> int:
    return session.scalar(select(func.count()).select_from(matches).where(matches.c.contest == contest)) or 0


def lower_unflagged(session: Session, contest: str, *, model_id: int, revision_id: int) -> int:
    """Rank matches `low` that the present model and contest revision flag no more; say how many."""
    now_low = (
        select(scores.c.probability)
        .join(post_versions, post_versions.c.id == scores.c.post_version_id)
        .where(
            scores.c.post_version_id == matches.c.post_version_id,
            scores.c.model_id == model_id,
            scores.c.contest_revision_id == revision_id,
            scores.c.band == Band.LOW,
        )
    )
    stale = and_(
        matches.c.contest == contest,
        (matches.c.model_id != model_id) | (matches.c.contest_revision_id != revision_id),
        matches.c.picture_text_id.is_(None),  # what rests on a picture is lowered by what the picture says
        now_low.exists(),
    )
    values = {
        "band": Band.LOW,
        "probability": now_low.scalar_subquery(),
        "model_id": model_id,
        "contest_revision_id": revision_id,
    }
    return session.execute(update(matches).where(stale).values(**values)).rowcount


def chances(session: Session, contest: str, *, model_id: int, since: datetime) -> tuple[list[float], list[float]]:
    """Give the probabilities of wordings that were first seen before a moment, and since then."""
    query = (
        select(scores.c.probability, post_versions.c.seen_at)
        .join(post_versions, post_versions.c.id == scores.c.post_version_id)
        .join(contest_revisions, contest_revisions.c.id == scores.c.contest_revision_id)
        .where(scores.c.model_id == model_id, contest_revisions.c.contest == contest)
    )
    before: list[float] = []
    now: list[float] = []
    for row in session.execute(query.execution_options(stream_results=True, yield_per=10_000)):
        (now if row.seen_at >= since else before).append(row.probability)
    return before, now


def newest_texts(session: Session, *, limit: int) -> list[str]:
    """Give the wordings that were seen last."""
    return list(session.scalars(select(post_versions.c.text).order_by(post_versions.c.id.desc()).limit(limit)))


def save_picture(session: Session, match_id: int, *, blob: str | None, note: str | None) -> None:
    """Note the screenshot of a match, or why there is none."""
    session.execute(update(matches).where(matches.c.id == match_id).values(screenshot=blob, screenshot_note=note))
