"""What every command needs: its options, a way to say things, and the opened tools of a job."""

import getpass
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from enum import Enum
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

import language
from language import say

if TYPE_CHECKING:
    from core.settings import Settings
    from jobs.tools import Tools
    from scraper.fetch.fetcher import Fetcher

ConfigOption = Annotated[
    Path, typer.Option("--config", "-c", envvar="TILIK_CONFIG", help=say("The settings file."), show_default=True)
]
JsonOption = Annotated[bool, typer.Option("--json", help=say("Print one JSON object for programs."))]
CONFIG = Path("config.yaml")

PARTLY, REFUSED, FOUND, MISSING, INTERRUPTED = 3, 5, 6, 7, 130

errors = Console(stderr=True)


class Screen(Console):
    """Shows things on standard output; a pipe that nobody reads any more is left to `cli`, which ends quietly."""

    colourless: ClassVar[bool] = False

    def __init__(self, *, soft_wrap: bool = False) -> None:
        """Open it; `cli` says whether colours are wanted."""
        super().__init__(soft_wrap=soft_wrap, no_color=self.colourless or None)

    def on_broken_pipe(self) -> None:
        """Say so: rich would call it an error and end with 1."""
        raise BrokenPipeError


class Said:
    """Whether this run has given programs their one object, and whether what it says goes into a log."""

    answered: ClassVar[bool] = False
    logged: ClassVar[bool] = False


def version() -> str:
    """Say which version of tilik this is."""
    try:
        return metadata("tilik")["Version"]
    except PackageNotFoundError:  # running from a checkout that was never installed
        return "0+checkout"


def plain(value: object) -> object:
    """Turn our values into what JSON knows."""
    if is_dataclass(value) and not isinstance(value, type):
        return {name: plain(inner) for name, inner in asdict(value).items()}
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(inner) for inner in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, Path) else value


def answer(data: object, *, warnings: Sequence[str] = ()) -> None:
    """Print the one JSON object of a command."""
    print_json({"ok": True, "data": plain(data), "warnings": list(warnings), "error": None})


def print_json(value: object) -> None:
    """Print JSON on one line of standard output."""
    Said.answered = True
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")


def tell(message: str, /, **fields: object) -> None:
    """Say something to a person, on standard output."""
    Screen(soft_wrap=True).print(say(message, **{name: escape(str(value)) for name, value in fields.items()}))


def note(message: str, /, *, always: bool = False, **fields: object) -> None:
    """Say something beside the result, on standard error; with --quiet only what must be heard."""
    console = Console(stderr=True, no_color=errors.no_color) if always else errors
    console.print(say(message, **{name: escape(str(value)) for name, value in fields.items()}), soft_wrap=True)


def show(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Show a table."""
    table = Table(title=title, title_justify="left", show_edge=False, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*("–" if cell is None else escape(str(cell)) for cell in row))
    Screen().print(table)


def load_settings(path: Path) -> "Settings":
    """Read the settings, and speak their language unless another was asked for."""
    from core import config

    settings = config.load(path, os.environ)
    if not any(word.partition("=")[0] == "--lang" for word in sys.argv):
        language.choose(settings.review.language)
    return settings


@contextmanager
def tools(path: Path, *, any_schema: bool = False) -> Iterator["Tools"]:
    """Open what jobs work with; the database must have the present schema unless told otherwise."""
    from core.clock import SystemClock
    from core.config import fingerprint
    from core.vault import with_secrets
    from jobs.tools import Tools
    from scraper.fetch.keys import keys_of
    from scraper.platforms import adapters
    from storage.blobs import Blobs, secret
    from storage.database import connect
    from storage.migrate import require_current

    settings = load_settings(path)
    database = connect(settings.storage.url)
    try:
        if not any_schema:
            require_current(database)
        known = adapters(settings.platforms)
        yield Tools(
            settings=settings,
            database=database,
            blobs=Blobs(settings.storage.data / "blobs"),
            secret=secret(settings.storage.data),
            models=settings.storage.data / "models",
            clock=SystemClock(),
            adapters=known,
            version=version(),
            config_sha256=fingerprint(path, os.environ),
            keyed=frozenset(keys_of(known.values(), with_secrets(os.environ))),
            who=person(),
        )
    finally:
        database.close()


def person() -> str:
    """Name who sits here, as the system does; some containers know nobody."""
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):
        return "-"


def left(opened: "Tools", path: Path, what: object) -> None:
    """Tell the record of deeds which file was written for people to take along, by its name and SHA-256."""
    from core.deeds import Did
    from core.files import digest
    from jobs import deeds

    deeds.note(opened, Did.EXPORT, f"{path.name} {digest(path)[0]}; {what}")


def open_web(opened: "Tools") -> "AbstractAsyncContextManager[Fetcher]":
    """Open what touches the web: with the pauses that earlier runs were asked for, and this machine's keys."""
    from core.vault import with_secrets
    from jobs.pauses import book, load
    from scraper.fetch.fetcher import open_fetcher
    from scraper.fetch.keys import keys_of

    return open_fetcher(
        opened.settings,
        version=opened.version,
        clock=opened.clock,
        hosts=load(opened),
        keys=keys_of(opened.adapters.values(), with_secrets(os.environ)),
        book=book(opened),
    )


def require_platform(opened: "Tools", platform: str | None) -> None:
    """Refuse a platform that nobody knows: it would look like one on which nothing was found."""
    from core.errors import InputError, similar

    if platform is not None and platform not in opened.adapters:
        known = sorted(opened.adapters)
        raise InputError(
            "platform_not_known", platform=platform, known=", ".join(known), meant=similar(platform, known)
        )


def percent(value: float | None) -> str:
    """Show a share."""
    return "–" if value is None else f"{value:.0%}"


def said(word: str | None) -> str:
    """Put a word that may be missing into words."""
    return say(word) if word else "–"


def local(moment: datetime | None, zone: str) -> str:
    """Show a moment as people there read it."""
    return say("time unknown") if moment is None else f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H.%M %Z}"


def between(moment: datetime | None, span: tuple[datetime | None, datetime | None], zone: str) -> str:
    """Show a moment, or between which two it lies where only that is known."""
    first, last = span
    if moment is not None or first is None or last is None:
        return local(moment, zone)
    return say("between {first} and {last}", first=local(first, zone), last=local(last, zone))
