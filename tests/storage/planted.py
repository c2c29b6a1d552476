"""Invented accounts, posts and acts, and what the tables say of them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Table, select

from core.records import (
    Account,
    AccountRef,
    Action,
    Answer,
    Band,
    IdentityStatus,
    Interaction,
    Kind,
    Post,
    PostRef,
    Role,
    Score,
    Timing,
    WatchEntry,
)
from storage import collecting, judging, watching
from storage.answering import DecisionRow, review_item
from storage.collecting import Owners
from storage.database import Session
from storage.judged_tables import matches
from storage.judging import MatchRow
from storage.reviewing import stretch
from storage.standing import arrange
from storage.tables import interactions, post_versions
from storage.walking import Wanted

NOW = datetime(2029, 10, 1, 8, tzinfo=UTC)
LATER = datetime(2029, 10, 2, 8, tzinfo=UTC)
PLATFORM = "warga"


def entry(handle: str, **changes: Any) -> WatchEntry:  # noqa: ANN401  (any field)
    fields: dict[str, Any] = {
        "platform": PLATFORM,
        "handle": handle,
        "role": Role.KELURAHAN,
        "subject": f"Kelurahan {handle}",
        "unit": None,
        "region": "99.01",
        "source": "list of invented accounts",
        "source_date": None,
        "valid_from": date(2029, 1, 1),
        "valid_to": None,
        "identity": IdentityStatus.UNVERIFIED,
    }
    return WatchEntry(**{**fields, **changes})


def watch(session: Session, *handles: str) -> list[Account]:
    """Put accounts on the watchlist, and give them."""
    watching.save_watchlist(session, [entry(handle) for handle in handles], NOW)
    found = {watched.account.handle: watched.account for watched in watching.watchlist(session)}
    return [found[handle] for handle in handles]


def owners(*accounts: Account) -> Owners:
    """Know these accounts by their handle, and hide anybody else."""
    ids = {account.handle: account.id for account in accounts}
    return Owners(find=lambda ref: ids.get(ref.handle or ""), hide=lambda ref: f"hidden {ref.handle}")


def ref(name: object) -> PostRef:
    return PostRef(platform=PLATFORM, uri=f"warga://{name}")


def person(handle: str) -> AccountRef:
    return AccountRef(platform=PLATFORM, handle=handle)


def post(name: object, *, author: str | None = "calon", text: str | None = "Halo", **changes: Any) -> Post:  # noqa: ANN401
    fields: dict[str, Any] = {"ref": ref(name), "posted_at": NOW}
    return Post(author=person(author) if author else None, text=text, **{**fields, **changes})


def like(handle: str, name: object, **changes: Any) -> Interaction:  # noqa: ANN401  (any field)
    fields: dict[str, Any] = {"actor": person(handle), "action": Action.LIKED, "post": ref(name), "acted_at": None}
    return Interaction(**{**fields, **changes})


def rows(session: Session, table: Table, *names: str) -> list[tuple[Any, ...]]:
    """Give some columns of a table, sorted as text so that unknown values do not matter."""
    query = select(*(table.c[name] for name in names))
    return sorted((tuple(row) for row in session.execute(query)), key=str)


def scored(probability: float) -> Score:
    band = Band.HIGH if probability >= 0.8 else Band.REVIEW if probability >= 0.35 else Band.LOW
    kind = Kind.EXPLICIT_CALL if probability >= 0.5 else Kind.NEWS
    return Score(probability=probability, kind=kind, band=band, target=None, direction=None, reasons=())


def judge(session: Session, scores: Mapping[int, float], *, model: str = "m1", contest: str = "pilkada") -> MatchRow:
    """Score wordings with a model; give the row that a match of nothing in particular would be."""
    model_id = judging.save_model(session, model, "0" * 64, {}, NOW)
    revision_id = judging.save_contest(session, contest, "d" * 64, {}, NOW)
    found = [(version_id, scored(probability)) for version_id, probability in scores.items()]
    judging.save_scores(session, found, model_id=model_id, revision_id=revision_id, now=NOW)
    return MatchRow(
        interaction_id=0,
        contest=contest,
        post_version_id=0,
        contest_revision_id=revision_id,
        model_id=model_id,
        timing=Timing.UNKNOWN,
        probability=0.9,
        band=Band.HIGH,
        flagged_at=NOW,
    )


def save(session: Session, known: Owners, *found: Post | Interaction, now: datetime = NOW) -> collecting.Saved:
    """Save one page of posts and acts."""
    posts = [one for one in found if isinstance(one, Post)]
    acts = [one for one in found if isinstance(one, Interaction)]
    return collecting.Saved(
        posts=collecting.save_posts(session, posts, known, capture_id=None, now=now),
        interactions=collecting.save_interactions(session, acts, known, capture_id=None, now=now),
    )


def three_matches(session: Session, handle: str = "a") -> list[int]:
    """Plant three matches of one account: high, review and low."""
    (account,) = watch(session, handle)
    for number in range(3):
        save(session, owners(account), post(number, text=f"text {number}"), like(handle, number))
    version_ids = [version_id for (version_id,) in sorted(rows(session, post_versions, "id"))]
    acts = [act_id for (act_id,) in sorted(rows(session, interactions, "id"))]
    chances, bands = [0.9, 0.5, 0.1], [Band.HIGH, Band.REVIEW, Band.LOW]
    match = judge(session, dict(zip(version_ids, chances, strict=True)))
    found = [
        replace(match, interaction_id=act, post_version_id=version, probability=chance, band=band)
        for act, version, chance, band in zip(acts, version_ids, chances, bands, strict=True)
    ]
    judging.save_matches(session, "pilkada", found)
    arrange(session)
    return [match_id for (match_id,) in sorted(rows(session, matches, "id"))]


def decision(session: Session, match_id: int, answer: Answer, reviewer: str = "r1", **changes: Any) -> DecisionRow:  # noqa: ANN401
    """Say what somebody decides of a planted match."""
    item = review_item(session, match_id)
    assert item is not None
    row = DecisionRow(
        match_id=match_id,
        answer=answer,
        reason=None,
        note=None,
        reviewer=reviewer,
        decided_at=NOW,
        post_version_id=item.post_version_id,
        model_id=item.model_id,
        probability=item.probability,
    )
    return replace(row, **changes)


def walk(session: Session, wanted: Wanted, most: int = 1) -> list[int]:
    """Read a queue stretch by stretch."""
    found: list[int] = []
    after = None
    while lines := stretch(session, wanted, after=after, most=most):
        found += [line.match_id for line in lines]
        after = lines[-1].key
    return found
