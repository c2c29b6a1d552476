"""Captures of which a body was kept, in their order, for reading them again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from core.records import Capability, Capture, Mode
from storage.database import Session
from storage.tables import accounts, captures, interactions, post_versions, posts

READ = ("crawl", "import", "attended")
"""The purposes of captures from which posts and acts are read."""
PART = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCapture:
    """What was kept of a page; `capture` has no body yet, `blob` names it. `request` is what was asked."""

    id: int
    capture: Capture
    blob: str
    step: str
    capability: Capability
    request: Mapping[str, Any]
    platform: str | None
    key: str | None
    handle: str | None


def kept(session: Session, *, since: datetime | None = None) -> Iterator[list[KeptCapture]]:
    """Give the captures whose pages can be read again, in parts, oldest first."""
    query = (
        select(captures, accounts.c.platform, accounts.c.key, accounts.c.handle)
        .outerjoin(accounts, accounts.c.id == captures.c.account_id)
        .where(captures.c.blob.is_not(None), captures.c.capability.is_not(None), captures.c.purpose.in_(READ))
        .order_by(captures.c.id)
    )
    if since is not None:
        query = query.where(captures.c.captured_at >= since)
    last = 0
    while part := [_kept(row) for row in session.execute(query.where(captures.c.id > last).limit(PART))]:
        yield part
        last = part[-1].id


def _kept(row: Any) -> KeptCapture:  # noqa: ANN401  (a row has no narrower type)
    request = row.request or {}
    return KeptCapture(
        id=row.id,
        capture=Capture(
            url=row.url,
            final_url=row.final_url,
            status=row.status,
            media_type=row.media_type,
            body=b"",
            sha256=row.sha256,
            captured_at=row.captured_at,
            mode=Mode(row.mode),
            headers=row.headers,
            permission=row.permission,
            ended=request.get("ended"),
        ),
        blob=row.blob,
        step=row.step,
        capability=Capability(row.capability),
        request=request,
        platform=row.platform or request.get("platform"),
        key=row.key,
        handle=row.handle,
    )


def sizes(session: Session) -> tuple[int, int, int]:
    """Count posts, wordings and interactions."""
    counts = (session.scalar(select(func.count()).select_from(table)) for table in (posts, post_versions, interactions))
    first, second, third = (count or 0 for count in counts)
    return first, second, third
