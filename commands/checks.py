"""What `tilik doctor` looks at. Each check says ok, warn or fail, what it found, and what to do."""

import asyncio
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from commands import private_checks, rule_checks, sealing, surroundings
from commands.check import Check, failed
from commands.shared import load_settings
from core.errors import TilikError
from core.records import Mode
from core.settings import Settings
from core.vault import with_secrets
from language import say

LITTLE_SPACE = 1_000_000_000
SOON_DAYS = 14
"""How long before its end a permission is pointed out."""


def checks(config: Path) -> list[Check]:
    """Look at everything; what cannot be looked at without settings is left out."""
    try:
        settings = load_settings(config)
    except TilikError as error:
        from language.failures import in_one_line

        remedy = "tilik init" if error.code == "config_missing" else "tilik config check"
        return [
            Check(name="settings", state="fail", found=in_one_line(error), remedy=remedy),
            _browser(None),
            surroundings.console(surroundings.encoding_of_console()),
        ]
    return [Check(name="settings", state="ok", found=str(config)), *_with(config, settings)]


def _with(config: Path, settings: Settings) -> Iterator[Check]:
    yield _purpose(settings)
    yield from rule_checks.checks(settings)
    database = _database(settings)
    yield database
    if database.state == "ok":
        yield from surroundings.people(settings)
        yield from sealing.checks(settings)
        yield private_checks.retention(settings)
    yield _browser(settings)
    yield _reader()
    yield _disk(settings)
    yield from surroundings.folders(settings)
    yield from private_checks.private(config, settings)
    yield surroundings.clock(settings, datetime.now(UTC))
    yield surroundings.schedule(config)
    yield surroundings.console(surroundings.encoding_of_console())
    yield from _permissions(settings)
    yield from _keys(settings)


def _purpose(settings: Settings) -> Check:
    ended = settings.purpose.ends < _today(settings)
    found = f"{settings.purpose.controller}, {settings.purpose.ends}"
    remedy = say("The end date has passed: nothing is collected any more.") if ended else ""
    return Check(name="purpose", state="fail" if ended else "ok", found=found, remedy=remedy)


def _today(settings: Settings) -> date:
    return datetime.now(ZoneInfo(settings.schedule.timezone)).date()


def _database(settings: Settings) -> Check:
    from storage.database import connect, is_there
    from storage.migrate import newest, version

    if not is_there(settings.storage.url):
        return Check(name="database", state="fail", found=say("none"), remedy="tilik db migrate")
    try:
        database = connect(settings.storage.url)
        found = version(database)
        database.close()
    except TilikError as error:
        return failed("database", error)
    if found != newest():
        return Check(name="database", state="fail", found=found or say("none"), remedy="tilik db migrate")
    return Check(name="database", state="ok", found=found)


def _browser(settings: Settings | None) -> Check:
    from core.settings import Crawl
    from scraper.fetch.browser import find_browser

    try:
        found = asyncio.run(find_browser(settings.crawl if settings else Crawl()))
    except TilikError as error:
        return failed("browser", error)
    told = f"{found.choice.name} {found.version}{f', {found.built}' if found.built else ''}"
    if found.is_old(datetime.now(UTC).date()):
        remedy = say("Renew it: browsers older than 45 days have holes that are known to everybody.")
        return Check(name="browser", state="warn", found=told, remedy=remedy)
    if not found.sandboxed:
        found_so = say("{browser}, without its sandbox", browser=told)
        remedy = say("Run tilik as an ordinary user: the administrator (root) has no sandbox.")
        return Check(name="browser", state="warn", found=found_so, remedy=remedy)
    return Check(name="browser", state="ok", found=told)


def _reader() -> Check:
    """Say whether words in pictures can be read here; without a reader they wait, and nothing is lost."""
    from classifier import reading
    from commands.pictures import how

    name = "words in pictures"
    found = reading.installed()
    if found is None:
        return Check(name=name, state="ok", found=say("no reader: pictures wait unread"), remedy=how())
    try:
        with reading.ReaderProcess(found, reading.RapidReader) as reader:
            reader.start()
    except TilikError as error:
        return failed("words in pictures", error)
    return Check(name=name, state="ok", found=found)


def _disk(settings: Settings) -> Check:
    folder = settings.storage.data if settings.storage.data.exists() else Path.cwd()
    free = shutil.disk_usage(folder).free
    little = free < LITTLE_SPACE
    remedy = say("Make room: crawling needs at least 1 GB.") if little else ""
    return Check(name="disk", state="fail" if little else "ok", found=f"{free / 1e9:.1f} GB", remedy=remedy)


def _permissions(settings: Settings) -> Iterator[Check]:
    """Say of each written permission until when it is valid and what it lifts: the refusal of one host's robots.txt."""
    today = _today(settings)
    for one in settings.permissions:
        left = (one.valid_until - today).days
        lifts = _lifted(settings, one.host)
        found = f"{one.host}: {one.basis}; {one.granted_by}; {one.valid_until}. {lifts}"
        remedy = ""
        if left < 0:
            remedy = say("Expired: the host is refused again.")
        elif left <= SOON_DAYS:
            remedy = say(
                "It ends in {days} days; then the host is refused again. Ask for a new one in time.", days=left
            )
        yield Check(name="permission", state="warn" if remedy else "ok", found=found, remedy=remedy)


def _lifted(settings: Settings, host: str) -> str:
    """Say what of a platform a permission opens; delays and stop rules stay."""
    from scraper.fetch.guard import destination
    from scraper.platforms import adapters

    for platform, adapter in adapters(settings.platforms).items():
        if adapter.closed_url is None:
            continue
        place = destination(adapter.closed_url)
        if host.lower() in {place.host, place.key}:
            opened = [say(one) for one, modes in adapter.capabilities.items() if Mode.AUTO in modes]
            if opened:
                return say("Opens: {platform} ({what})", platform=platform, what=", ".join(opened))
            return say("Opens nothing: {platform} is not crawled at all", platform=platform)
    return say("Lifts the refusal of this host's robots.txt")


def _keys(settings: Settings) -> Iterator[Check]:
    """Say for each official API whether this machine has its key, never which."""
    from scraper.fetch.keys import key_of
    from scraper.platforms import adapters

    try:
        environ = with_secrets(os.environ)
    except TilikError as error:
        yield failed("key", error)
        return
    for platform, adapter in adapters(settings.platforms).items():
        if adapter.credential is None:
            continue
        variable = adapter.credential.variable
        if key_of(adapter, environ) is not None:
            yield Check(
                name="key", state="ok", found=say("{platform}: {variable} is set", **_named(platform, variable))
            )
        elif environ.get(variable, "").strip():
            found = say("{platform}: {variable} holds no usable key", **_named(platform, variable))
            yield Check(name="key", state="warn", found=found, remedy=say("Set it again, without spaces."))
        else:
            found = say("{platform}: {variable} is not set; its API is not asked", **_named(platform, variable))
            yield Check(name="key", state="ok", found=found)


def _named(platform: str, variable: str) -> dict[str, str]:
    return {"platform": platform, "variable": variable}
