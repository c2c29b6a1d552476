"""What the database knows of the acts of a case beyond what reviewers see: captures, later wordings, what is gone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from storage.database import Session
from storage.judged_tables import matches
from storage.tables import accounts, captures, interactions, originals, post_versions, posts


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """A wording of a post: when it was seen first, and when the platform says it was edited."""

    id: int
    text: str
    seen_at: datetime
    edited_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One act with where it was seen. `key` is the account's stable number, None where no page proved it."""

    match_id: int
    key: str | None
    basis: str
    acted_words: str | None
    posted_at: datetime | None
    post_gone_at: datetime | None
    captured_at: datetime | None
    captured_url: str | None
    captured_sha256: str | None
    mode: str | None
    permission: str | None
    original: str | None
    custodian: str | None
    wordings: Sequence[Wording] = ()


def acts(session: Session, match_ids: Sequence[int]) -> dict[int, Act]:
    """Give the acts of some matches."""
    query = (
        select(
            matches.c.id.label("match_id"),
            accounts.c.key,
            interactions.c.basis,
            interactions.c.acted_words,
            posts.c.posted_at,
            posts.c.gone_at.label("post_gone_at"),
            captures.c.captured_at,
            captures.c.final_url.label("captured_url"),
            captures.c.sha256.label("captured_sha256"),
            captures.c.mode,
            captures.c.permission,
            originals.c.name.label("original"),
            originals.c.custodian,
            posts.c.id.label("post_id"),
        )
        .select_from(matches)
        .join(interactions, interactions.c.id == matches.c.interaction_id)
        .join(accounts, accounts.c.id == interactions.c.account_id)
        .join(posts, posts.c.id == interactions.c.post_id)
        .outerjoin(captures, captures.c.id == interactions.c.capture_id)
        .outerjoin(originals, originals.c.id == captures.c.original_id)
        .where(matches.c.id.in_(match_ids))
    )
    found = {}
    for row in session.execute(query):
        value = dict(row._mapping)  # noqa: SLF001  (its documented name)
        wordings = _wordings(session, value.pop("post_id"))
        found[row.match_id] = Act(**value, wordings=wordings)
    return found


def _wordings(session: Session, post_id: int) -> tuple[Wording, ...]:
    columns = [post_versions.c[name] for name in ("id", "text", "seen_at", "edited_at")]
    query = select(*columns).where(post_versions.c.post_id == post_id).order_by(post_versions.c.id)
    return tuple(Wording(**row._mapping) for row in session.execute(query))  # noqa: SLF001  (its documented name)
