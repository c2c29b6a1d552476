"""Rows a second into SQLite with FULL sync: pages of a crawl, the same pages again, and the export of a review file."""

import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from core.records import AccountRef, Action, IdentityStatus, Interaction, Post, PostRef, Role, WatchEntry
from storage import collecting, watching
from storage.collecting import Owners
from storage.database import Database, connect
from storage.migrate import upgrade

PAGES, PAGE = 1_000, 100
NOW = datetime(2024, 11, 1, tzinfo=UTC)
ME = AccountRef(platform="bluesky", key="did:plc:a", handle="a.test")


def page(number: int) -> tuple[list[Post], list[Interaction]]:
    """Make one page of likes with the posts that were liked."""
    refs = [
        PostRef(platform="bluesky", uri=f"at://did:plc:b/app.bsky.feed.post/{number:06}{n:03}") for n in range(PAGE)
    ]
    posts = [Post(ref=ref, author=None, text=f"Kerja bakti {ref.uri[-9:]}", posted_at=NOW) for ref in refs]
    acts = [Interaction(actor=ME, action=Action.LIKED, post=ref, acted_at=NOW) for ref in refs]
    return posts, acts


def run() -> Iterator[str]:
    """Write pages, one transaction each, twice."""
    with tempfile.TemporaryDirectory() as folder:
        database = connect(f"sqlite:///{folder}/bench.db")
        upgrade(database)
        account = _account(database)
        owners = Owners(find=lambda ref: account if ref == ME else None, hide=lambda _: "0" * 32)
        pages = [page(number) for number in range(PAGES)]
        yield "| what | interactions | interactions/s |"
        yield "|---|---|---|"
        for name in ("first time", "again, nothing new"):
            started = time.perf_counter()
            for posts, acts in pages:
                with database.write() as session:
                    collecting.save_posts(session, posts, owners, capture_id=None, now=NOW)
                    collecting.save_interactions(session, acts, owners, capture_id=None, now=NOW)
            yield f"| {name} | {PAGES * PAGE:,} | {PAGES * PAGE / (time.perf_counter() - started):,.0f} |"
        database.close()
        size = Path(folder, "bench.db").stat().st_size
        yield f"{size / (PAGES * PAGE):.0f} bytes an interaction, its post and text included."


def _account(database: Database) -> int:
    entry = WatchEntry(
        platform="bluesky",
        handle="a.test",
        key="did:plc:a",
        role=Role.KELURAHAN,
        subject="Kelurahan A",
        unit=None,
        region="99",
        source="benchmark",
        source_date=None,
        valid_from=date(2024, 1, 1),
        valid_to=None,
        identity=IdentityStatus.UNVERIFIED,
    )
    with database.write() as session:
        watching.save_watchlist(session, [entry], NOW)
        return watching.watchlist(session)[0].account.id
