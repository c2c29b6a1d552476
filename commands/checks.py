"""What `tilik doctor` looks at. Each check says ok, warn or fail, what it found, and what to do."""

import asyncio
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from commands.shared import load_settings
from core.errors import TilikError
from core.settings import Settings
from language import say

LITTLE_SPACE = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at."""

    name: str
    state: Literal["ok", "warn", "fail"]
    found: str
    remedy: str = ""


def checks(config: Path) -> list[Check]:
    """Look at everything; what cannot be looked at without settings is left out."""
    try:
        settings = load_settings(config)
    except TilikError as error:
        from commands.failure import in_one_line

        return [
            Check(name=say("settings"), state="fail", found=in_one_line(error), remedy="tilik init"),
            _browser(None),
        ]
    return [Check(name=say("settings"), state="ok", found=str(config)), *_with(settings)]


def _failed(name: str, error: TilikError) -> Check:
    from commands.failure import in_one_line, remedy

    return Check(name=say(name), state="fail", found=in_one_line(error), remedy=remedy(error))


def _with(settings: Settings) -> Iterator[Check]:
    yield _purpose(settings)
    yield _database(settings)
    yield _browser(settings)
    yield _model(settings)
    yield _disk(settings)
    yield from _permissions(settings)


def _purpose(settings: Settings) -> Check:
    ended = settings.purpose.ends < _today(settings)
    found = f"{settings.purpose.controller}, {settings.purpose.ends}"
    remedy = say("The end date has passed: nothing is collected any more.") if ended else ""
    return Check(name=say("purpose"), state="fail" if ended else "ok", found=found, remedy=remedy)


def _today(settings: Settings) -> date:
    return datetime.now(ZoneInfo(settings.schedule.timezone)).date()


def _database(settings: Settings) -> Check:
    from storage.database import connect, is_there
    from storage.migrate import newest, version

    if not is_there(settings.storage.url):
        return Check(name=say("database"), state="fail", found=say("none"), remedy="tilik db migrate")
    try:
        database = connect(settings.storage.url)
        found = version(database)
        database.close()
    except TilikError as error:
        return _failed("database", error)
    if found != newest():
        return Check(name=say("database"), state="fail", found=found or say("none"), remedy="tilik db migrate")
    return Check(name=say("database"), state="ok", found=found)


def _browser(settings: Settings | None) -> Check:
    from core.settings import Crawl
    from scraper.fetch.browser import find_browser

    try:
        found = asyncio.run(find_browser(settings.crawl if settings else Crawl()))
    except TilikError as error:
        return _failed("browser", error)
    return Check(name=say("browser"), state="ok", found=f"{found.choice.name} {found.version}")


def _model(settings: Settings) -> Check:
    folder = settings.storage.data / "models"
    if not folder.exists():
        return Check(name=say("model"), state="ok", found=say("the base model is made at its first use"))
    return Check(
        name=say("model"),
        state="ok",
        found=say("{count} on disk", count=sum(1 for _ in folder.glob("*/manifest.json"))),
    )


def _disk(settings: Settings) -> Check:
    folder = settings.storage.data if settings.storage.data.exists() else Path.cwd()
    free = shutil.disk_usage(folder).free
    little = free < LITTLE_SPACE
    remedy = say("Make room: crawling needs at least 1 GB.") if little else ""
    return Check(name=say("disk"), state="fail" if little else "ok", found=f"{free / 1e9:.1f} GB", remedy=remedy)


def _permissions(settings: Settings) -> Iterator[Check]:
    today = _today(settings)
    for one in settings.permissions:
        ended = one.valid_until < today
        found = f"{one.host}: {one.basis}; {one.granted_by}; {one.valid_until}"
        remedy = say("Expired: the host is refused again.") if ended else ""
        yield Check(name=say("permission"), state="warn" if ended else "ok", found=found, remedy=remedy)
