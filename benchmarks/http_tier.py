"""CPU seconds a request of the HTTP tier, as shipped: robots, guard, pace, reading, reducing and the database on."""

import asyncio
import hashlib
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import httpx

from benchmarks.site import running
from core.clock import SystemClock
from core.records import IdentityStatus, Role, WatchEntry
from core.settings import Settings
from jobs import crawl
from jobs.looks import Look, looks
from jobs.tools import Tools
from scraper.fetch.fetcher import open_fetcher
from scraper.platforms import adapters
from storage import watching
from storage.blobs import Blobs
from storage.database import connect
from storage.migrate import upgrade

ACCOUNTS = 40


def settings(address: str, folder: Path) -> Settings:
    """Describe a crawl of the benchmark's server without any gap."""
    host = address.removeprefix("http://")
    return Settings.model_validate(
        {
            "purpose": {
                "controller": "Benchmark",
                "organisation": "research",
                "basis": "-",
                "contact": "bench@example.org",
                "ends": date.max,
            },
            "storage": {"url": f"sqlite:///{folder}/bench.db", "data": folder / "data"},
            "contests": [
                {
                    "id": "bench",
                    "name": "Bench",
                    "region": "99",
                    "voting_day": "2029-11-28",
                    "candidates": [{"id": "a", "names": ["Raka Wirasaba"]}],
                }
            ],
            "crawl": {"seconds_between_requests": 0, "allow_private": [host]},
            "platforms": {"bluesky": {"appview": None, "resolver": address, "plc": address}},
        }
    )


def entry(number: int) -> WatchEntry:
    """Watch one account of the benchmark's server."""
    return WatchEntry(
        platform="bluesky",
        handle=f"kel{number}.test",
        role=Role.KELURAHAN,
        subject=f"Kelurahan {number}",
        unit=None,
        region="99",
        source="benchmark",
        source_date=None,
        valid_from=date(2024, 1, 1),
        valid_to=None,
        identity=IdentityStatus.UNVERIFIED,
    )


def run() -> Iterator[str]:
    """Crawl everything, crawl it again, and fetch the same addresses with bare httpx."""
    with running() as address, tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        chosen = settings(address, place)
        database = connect(chosen.storage.url)
        upgrade(database)
        tools = Tools(
            settings=chosen,
            database=database,
            blobs=Blobs(place / "blobs"),
            secret=b"bench",
            models=place / "models",
            clock=SystemClock(),
            adapters=adapters(chosen.platforms),
            version="bench",
            config_sha256=hashlib.sha256(b"bench").hexdigest(),
        )
        with database.write() as session:
            watching.save_watchlist(session, [entry(number) for number in range(ACCOUNTS)], tools.clock.now())
            watched = looks(watching.watchlist(session))
        yield "| what | requests | rows | CPU s a request | requests/s |"
        yield "|---|---|---|---|---|"
        for name in ("tilik, first crawl", "tilik, nothing new"):
            cpu, wall = time.process_time(), time.perf_counter()
            done = asyncio.run(_crawl(tools, watched))
            cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
            rows = done.posts + done.interactions
            yield f"| {name} | {done.requests} | {rows} | {cpu / done.requests:.4f} | {done.requests / wall:.0f} |"
        database.close()
        yield asyncio.run(_bare(address))


async def _crawl(tools: Tools, watched: list[Look]) -> crawl.Summary:
    async with open_fetcher(tools.settings, version="bench", clock=tools.clock) as web:
        return await crawl.run(tools, web, watched)


async def _bare(address: str) -> str:
    """Fetch pages of records and parse nothing: the floor of any crawler on httpx."""
    count = ACCOUNTS * 10
    async with httpx.AsyncClient(trust_env=False) as client:
        cpu, wall = time.process_time(), time.perf_counter()
        for number in range(count):
            query = f"repo=did:plc:kel{number}&collection=app.bsky.feed.post&limit=100"
            (await client.get(f"{address}/xrpc/com.atproto.repo.listRecords?{query}")).raise_for_status()
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return f"| bare httpx, nothing read or kept | {count} | 0 | {cpu / count:.4f} | {count / wall:.0f} |"
