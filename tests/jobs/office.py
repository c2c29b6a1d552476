"""An office with a database of its own, a clock that tests move, and a web that is a function."""

import asyncio
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from classifier.model import Model
from core.config import load
from core.errors import FetchError, RefusedError
from core.platforms import Bluesky as AtProtocol
from core.recording import Recording
from core.records import Action, Capture, IdentityStatus, Role, WatchEntry
from core.settings import Settings
from jobs import crawl, pauses
from jobs.crawl import Summary
from jobs.looks import Look, looks
from jobs.tools import Tools
from scraper.adapter import Adapter, PageRequest
from scraper.fetch.guard import host_of
from scraper.fetch.manners import Pace
from scraper.platforms.bluesky import Bluesky
from storage import acts, judged_tables, tables, watching  # noqa: F401  (importing them fills the metadata)
from storage.blobs import Blobs
from storage.database import Database, connect
from storage.schema import metadata
from tests.evidence.recordings import recording
from tests.scraper.atproto import APPVIEW, PLC

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2029, 10, 1, 3, 0, tzinfo=UTC)
Fetch = Callable[[PageRequest], Any]


@dataclass(slots=True)
class Hands:
    """A clock whose hands move when somebody waits, or when a test says so."""

    present: datetime = NOW

    def now(self) -> datetime:
        return self.present

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)
        self.present += timedelta(seconds=seconds)

    def pass_by(self, **span: float) -> None:
        """Let time pass."""
        self.present += timedelta(**span)


@dataclass(slots=True)
class Eyes:
    """A web as the jobs see it: pages by a function, the real pace, robots that close some addresses."""

    fetch: Fetch
    pace: Pace
    closed: Sequence[str] = ()
    pages: Mapping[str, int | Exception | Recording] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def __call__(self, request: PageRequest) -> Capture:
        if any(word in request.url for word in self.closed):
            raise RefusedError("robots_refused", url=request.url, ground="robots:disallowed")
        await self.pace.turn(host_of(request.url))
        self.asked.append(request.url)
        capture: Capture = await self.fetch(request)
        return capture

    def pause(self, url: str, reason: str, *, after: str | None = None) -> None:
        self.pace.pause(host_of(url), reason, after=after)

    async def record(self, url: str) -> Recording:
        self.asked.append(url)
        found = self.pages.get(url, 200)
        if isinstance(found, Exception):
            raise found
        return found if isinstance(found, Recording) else recording(url, status=found)


def settings(**sections: object) -> Settings:
    """Take the settings that ship with tilik, with some sections of a test's own."""
    return load(ROOT / "config.yaml").model_copy(update=sections)


def open_office(folder: Path, empty: Path, *adapters: Adapter, **sections: object) -> Tools:
    """Open an office on a copy of an empty, migrated database."""
    folder.mkdir(exist_ok=True)
    shutil.copyfile(empty, folder / "tilik.db")
    own = settings(**sections)
    own = own.model_copy(
        update={
            "storage": own.storage.model_copy(update={"data": folder / "data"}),
            "review": own.review.model_copy(update={"exports": folder / "exports"}),
        }
    )
    at_protocol = Bluesky(AtProtocol(appview=APPVIEW, plc=PLC))
    return Tools(
        settings=own,
        database=connect(f"sqlite:///{folder / 'tilik.db'}"),
        blobs=Blobs(folder / "data" / "blobs"),
        secret=b"0" * 32,
        models=folder / "data" / "models",
        clock=Hands(),
        adapters={adapter.platform: adapter for adapter in (adapters or (at_protocol,))},
        version="0.1",
        config_sha256="0" * 64,
    )


def entry(handle: str, role: Role = Role.KELURAHAN, *, platform: str = "bluesky", **more: Any) -> WatchEntry:  # noqa: ANN401
    """Make a watch entry of an invented account."""
    known: dict[str, Any] = {
        "subject": f"Kelurahan {handle}",
        "unit": None,
        "region": "99.01.01.1001",
        "source": "Surat camat",
        "source_date": None,
        "valid_from": date(2029, 1, 1),
        "valid_to": None,
        "identity": IdentityStatus.VERIFIED,
    }
    return WatchEntry(platform=platform, handle=handle, role=role, **(known | more))


def watch(tools: Tools, *entries: WatchEntry) -> None:
    """Put accounts on the watchlist."""
    with tools.database.write() as session:
        watching.save_watchlist(session, entries, tools.clock.now())


def all_looks(tools: Tools) -> list[Look]:
    """Look at everybody who is watched today."""
    with tools.database.read() as session:
        return looks(watching.watchlist(session, day=tools.clock.now().date()))


def hands(tools: Tools) -> Hands:
    """Give the clock of this office, to move it."""
    assert isinstance(tools.clock, Hands)
    return tools.clock


def eyes(tools: Tools, fetch: Fetch, **more: Any) -> Eyes:  # noqa: ANN401
    """Open the web with the pauses that were kept."""
    pace = Pace(tools.clock, gap=tools.settings.crawl.seconds_between_requests, hosts=pauses.load(tools))
    return Eyes(fetch, pace, **more)


def crawl_all(
    tools: Tools,
    fetch: Fetch,
    *,
    stop: asyncio.Event | None = None,
    **more: Any,  # noqa: ANN401
) -> tuple[Summary, Eyes]:
    """Crawl everybody as the command does, keeping the pauses."""
    web = eyes(tools, fetch, **more)
    try:
        return asyncio.run(crawl.run(tools, web, all_looks(tools), stop=stop)), web
    finally:
        pauses.save(tools, web.pace.states)


def stored(tools: Tools) -> list[tuple[str, str, Action, str]]:
    """List who did what to which post, in an order of its own."""
    with tools.database.read() as session:
        return sorted(acts.stored(session))


def rows(tools: Tools, table: str) -> list[Any]:
    """Give all rows of a table."""
    with tools.database.read() as session:
        return list(session.execute(select(metadata.tables[table])))


def states(tools: Tools) -> list[tuple[str, str, bool]]:
    """Give direction, state and completeness of every visit, in their order."""
    return [(row.capability, row.state, row.complete) for row in rows(tools, "visits")]


def with_database(tools: Tools, database: Database) -> Tools:
    """Give the same office another database object."""
    return replace(tools, database=database)


def down(*_: object) -> Any:  # noqa: ANN401
    """Be a web in which nothing answers."""
    raise FetchError("unreachable", url="http://127.0.0.1:9")


def handles(chosen: Iterable[Look]) -> list[str]:
    """Name the accounts of looks."""
    return [look.account.handle for look in chosen]


def with_adapters(tools: Tools, *adapters: Adapter) -> Tools:
    """Give the same office other adapters."""
    return replace(tools, adapters={adapter.platform: adapter for adapter in adapters})


def moved(model: Model, by: float) -> Model:
    """Another model: the same one with its plane moved a little."""
    weights = {name: replace(plane, bias=plane.bias + by) for name, plane in model.weights.items()}
    return replace(model, weights=weights)
