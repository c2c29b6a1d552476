"""Read kept pages again with today's adapters: after one was mended, what it missed then is found now.

Whatever an unchanged adapter reads is there already: then nothing changes. What only the moment knew (counts, what was
gone, bookmarks, how a look ended) is left as it is; people who were not watched then were cut away then.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from core.deeds import Did
from core.errors import LayoutError, StorageError
from core.records import SAW_EVERYTHING, AccountRef, Capture, PostRef
from jobs import deeds, keep
from jobs.tools import Tools
from jobs.watchlist import People
from scraper import reader
from scraper.adapter import Adapter, Page, PageRequest, Target
from storage import collecting, pictures, watching
from storage.collecting import Owners
from storage.database import Session
from storage.kept import KeptCapture, kept, sizes

LOUD_SHARE = 0.05
"""More unreadable pages than this are said loudly."""

Progress = Callable[[int], None]


@dataclass(slots=True, kw_only=True)
class Reparsed:
    """What came of it: pages that were read, that could not be read, that nobody knows any more; rows that are new."""

    read: int = 0
    unparsed: Counter[str] = field(default_factory=Counter)
    skipped: int = 0
    posts: int = 0
    wordings: int = 0
    interactions: int = 0

    @property
    def loud(self) -> bool:
        """Whether so many pages cannot be read that an adapter must be wrong."""
        unread = sum(self.unparsed.values())
        return unread > LOUD_SHARE * (self.read + unread)


def run(
    tools: Tools, *, platform: str | None = None, since: datetime | None = None, progress: Progress | None = None
) -> Reparsed:
    """Read the pages that were kept, of one platform or all, since a moment or ever; a transaction a part."""
    done = Reparsed()
    with tools.database.read() as reading:
        people = People.of(watching.watchlist(reading))
        owners = people.owners(tools.secret)
        for part in kept(reading, since=since):
            with tools.database.write() as session:
                before = sizes(session)
                for one in part:
                    _again(session, tools, owners, one, done, platform)
                posts, wordings, acts = (now - then for now, then in zip(sizes(session), before, strict=True))
            done.posts, done.wordings = done.posts + posts, done.wordings + wordings
            done.interactions += acts
            if progress is not None:
                progress(len(part))
    if done.posts or done.wordings or done.interactions:
        told = f"{platform or '*'}; posts {done.posts}, wordings {done.wordings}, interactions {done.interactions}"
        deeds.note(tools, Did.REPARSE, told)
    return done


def _again(
    session: Session, tools: Tools, owners: Owners, one: KeptCapture, done: Reparsed, platform: str | None
) -> None:
    adapter = _adapter(tools, one)
    if platform is not None and (adapter is None or adapter.platform != platform):
        return
    try:
        body = tools.blobs.get(one.blob)
    except StorageError:
        body = None
    if adapter is None or body is None:
        done.skipped += 1
        return
    page = _page(adapter, one, body)
    if page is None:
        done.unparsed[adapter.platform] += 1
        return
    done.read += 1
    if page.state not in SAW_EVERYTHING:
        return
    at = one.capture.captured_at
    collecting.save_again(session, page.posts, owners, capture_id=one.id, now=at)
    pictures.save_addresses(session, page.posts, owners)
    collecting.save_interactions(session, page.interactions, owners, capture_id=one.id, now=at)


def _adapter(tools: Tools, one: KeptCapture) -> Adapter | None:
    if one.platform is not None:
        return tools.adapters.get(one.platform)
    addresses = [str(post.get("url") or post.get("uri")) for post in one.request.get("posts", ())]
    known = reversed(list(tools.adapters.values()))  # those that live on any host last
    return next((it for it in known if any(it.locate(address) for address in addresses)), None)


def _page(adapter: Adapter, one: KeptCapture, body: bytes) -> Page | None:
    """Read a page as it was kept; None where it is none that we know."""
    asked = one.request
    capture = keep.unpacked(one.capture, body, answers=bool(asked.get("answers")))
    known = asked.get("reduced")
    for reduced in (True, False) if known is None else (bool(known),):  # what people brought does not say
        try:
            return reader.read(adapter, _request(adapter, one, capture), replace(capture, reduced=reduced))
        except LayoutError:
            continue
    return None


def _request(adapter: Adapter, one: KeptCapture, capture: Capture) -> PageRequest:
    asked = one.request
    named = asked.get("account") or ({"key": one.key, "handle": one.handle} if one.platform and one.handle else None)
    target = Target(
        account=AccountRef(platform=adapter.platform, key=named["key"], handle=named["handle"]) if named else None,
        posts=tuple(
            PostRef(platform=adapter.platform, uri=post["uri"], url=post.get("url")) for post in asked.get("posts", ())
        ),
        bookmark=asked.get("bookmark"),
        mode=capture.mode,
    )
    return PageRequest(
        target=target,
        capability=one.capability,
        url=asked.get("url", capture.url),
        step=one.step,
        carry=asked.get("carry", {}),
    )
