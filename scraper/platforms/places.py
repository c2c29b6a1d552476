"""What pages of the big platforms have in common: where a person looks at a post, and pages of which nothing stays."""

from dataclasses import replace

from core.records import Capture, PostRef
from scraper.adapter import Keep, Page


def standing_at(page: Page, home: str, base: str) -> Page:
    """Move the addresses of a page's posts from the platform's home to where it stands; `uri` is not touched."""
    if base == home:
        return page

    def moved(ref: PostRef) -> PostRef:
        path = (ref.url or "").removeprefix(home)
        return replace(ref, url=f"{base}{path}") if path != ref.url else ref

    return replace(
        page,
        posts=tuple(replace(post, ref=moved(post.ref)) for post in page.posts),
        interactions=tuple(replace(act, post=moved(act.post)) for act in page.interactions),
        gone=tuple(map(moved, page.gone)),
    )


def watched_at_all(page: Page, keep: Keep) -> bool:
    """Say whether a page is about an account that somebody watches, or about no account at all."""
    return page.account is None or keep(page.account)


def nothing(capture: Capture) -> Capture:
    """Keep of an answer only that it came."""
    return replace(capture, body=b"", reduced=True)
