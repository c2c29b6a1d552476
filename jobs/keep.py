"""From one page to rows: what may be kept of it, in one transaction."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from core.records import SAW_EVERYTHING, Account, Answered, Capability, Capture, Post
from jobs.tools import Tools
from jobs.watchlist import People
from scraper.adapter import Adapter, Page, PageRequest
from scraper.crawl import NOT_MODIFIED, Outcome
from storage import collecting, pictures, watching
from storage.database import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a page belongs: the run, the platform, the account that was visited (None for texts of liked posts)."""

    run_id: int
    adapter: Adapter
    account: Account | None


def page(session: Session, tools: Tools, people: People, outcome: Outcome, place: Place) -> collecting.Saved:
    """Save what a page told; say how many rows are new."""
    now, found = tools.clock.now(), outcome.page
    if outcome.capture is not None and outcome.fetched:
        capture_id = _capture(session, tools, people, outcome, place)
    else:
        capture_id = None
    owners, shown = people.owners(tools.secret), _shown(found, outcome.request, people)
    posts = collecting.save_posts(session, shown, owners, capture_id=capture_id, now=now)
    pictures.save_addresses(session, shown, owners)
    acts = collecting.save_interactions(session, found.interactions, owners, capture_id=capture_id, now=now)
    collecting.mark_gone(session, found.gone, now)
    if place.account is not None and found.bookmark is not None:
        collecting.save_bookmark(session, place.account.id, outcome.request.capability, found.bookmark, now)
    return collecting.Saved(posts=posts, interactions=acts)


def _shown(found: Page, request: PageRequest, people: People) -> Sequence[Post]:
    """Give the posts to keep: of a thread the one that was asked for, and what watched accounts wrote around it."""
    wanted = {ref.uri for ref in request.target.posts}
    if request.capability not in {Capability.CONTENT, Capability.LIKERS} or len(found.posts) <= len(wanted):
        return found.posts
    return [post for post in found.posts if post.ref.uri in wanted or (post.author and people.find(post.author))]


def identity(session: Session, people: People, account: Account, outcome: Outcome, now: datetime) -> bool:
    """Note the key that a page proved; False where the handle now leads to somebody else."""
    proven = outcome.page.account
    if proven is None or proven.key is None:
        return True
    if not watching.save_identity(session, account, proven, now):
        people.forget(account)
        return False
    people.learn(replace(account, key=proven.key))
    return True


def _capture(session: Session, tools: Tools, people: People, outcome: Outcome, place: Place) -> int:
    capture, request = outcome.capture, outcome.request
    assert capture is not None  # noqa: S101  (the caller looked)
    kept = None
    if outcome.page.state in SAW_EVERYTHING and capture.status != NOT_MODIFIED:
        kept = place.adapter.reduce(request, capture, lambda ref: people.find(ref) is not None)
    asked = collecting.Asked(
        run_id=place.run_id,
        step=request.step,
        blob=tools.blobs.put(packed(kept)) if kept is not None else None,
        account_id=place.account.id if place.account else None,
        capability=request.capability,
        request=_question(request, kept or capture) | {"platform": place.adapter.platform},
    )
    return collecting.save_asked(session, capture, asked)


def _question(request: PageRequest, kept: Capture) -> dict[str, Any]:
    """Write down what an adapter needs to read this page again, and how the kept body is to be taken."""
    target = request.target
    return {
        "url": request.url,
        "step": request.step,
        "carry": dict(request.carry),
        "posts": [{"uri": ref.uri, "url": ref.url} for ref in target.posts],
        "account": {"key": target.account.key, "handle": target.account.handle} if target.account else None,
        "bookmark": dict(target.bookmark) if target.bookmark is not None else None,
        "answers": bool(kept.answers),
        "reduced": kept.reduced,
        "ended": kept.ended,
    }


def packed(capture: Capture) -> bytes:
    """Put a body, and the JSON answers that came with it, into one file."""
    if not capture.answers:
        return capture.body
    answers = [
        {"url": answer.url, "status": answer.status, "body": answer.body.decode("utf-8", "replace")}
        for answer in capture.answers
    ]
    whole = {"page": capture.body.decode("utf-8", "replace"), "answers": answers}
    return json.dumps(whole, ensure_ascii=False).encode()


def unpacked(capture: Capture, body: bytes, *, answers: bool) -> Capture:
    """Give a capture the body that was kept of it, and the JSON answers that came with it."""
    if not answers:
        return replace(capture, body=body)
    whole = json.loads(body)
    kept = (
        Answered(url=answer["url"], status=answer["status"], body=answer["body"].encode())
        for answer in whole["answers"]
    )
    return replace(capture, body=whole["page"].encode(), answers=tuple(kept))
