"""Checks of `tilik doctor` on what is kept of people: who can read the files, what is over, where secrets stand."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from commands.check import Check, failed
from core.errors import TilikError
from core.settings import Settings
from language import say

OTHERS = stat.S_IRWXG | stat.S_IRWXO
MOST_NAMED = 3


def private(config: Path, settings: Settings) -> Iterator[Check]:
    """Look at all of it."""
    yield rights(config, settings)
    yield address(settings)


def rights(config: Path, settings: Settings) -> Check:
    """Say which files others on this machine can read."""
    name = "rights"
    if os.name == "nt":
        found = say("not checked on Windows: there the rights of the folder count; keep it below your own user")
        return Check(name=name, state="ok", found=found)
    loose = [path for path in dict.fromkeys(_ours(config, settings)) if path.lstat().st_mode & OTHERS]
    if not loose:
        return Check(name=name, state="ok", found=say("only you can read the files"))
    named = ", ".join(str(path) for path in loose[:MOST_NAMED])
    found = say(
        "{count} files or folders can be read by others on this machine: {names}", count=len(loose), names=named
    )
    words = " ".join(f"'{path}'" for path in _tops(loose))
    return Check(name=name, state="warn", found=found, remedy=f"chmod -R go-rwx {words}")


def _ours(config: Path, settings: Settings) -> Iterator[Path]:
    """Name the files to look at: in the folder of the data what a closed folder does not cover already."""
    yield from (path for path in (config, *_database(settings)) if path.exists())
    for folder in (settings.storage.data, settings.review.exports):
        if folder.is_dir():
            yield folder
            yield from (path for path in folder.iterdir() if not path.is_symlink())
            for inner in ("logs", "models", "certificates", "keys", "bukti"):
                yield from (folder / inner).glob("*")


def _database(settings: Settings) -> Iterator[Path]:
    url = settings.storage.url
    if url.startswith("sqlite:///"):
        path = Path(url.removeprefix("sqlite:///"))
        yield from (path.with_name(path.name + end) for end in ("", "-wal", "-shm"))


def _tops(loose: list[Path]) -> list[Path]:
    """Leave out what lies below another of them."""
    return [path for path in loose if not any(other in path.parents for other in loose)]


def address(settings: Settings) -> Check:
    """Say whether a password stands in the address of the database."""
    from storage.database import shown

    name = "secrets"
    if shown(settings.storage.url) != settings.storage.url:
        found = say("the password of the database stands in the settings")
        remedy = say("Take it out of storage.url; PostgreSQL finds it in ~/.pgpass or PGPASSWORD.")
        return Check(name=name, state="warn", found=found, remedy=remedy)
    return Check(name=name, state="ok", found=say("no secret stands in the settings"))


def retention(settings: Settings) -> Check:
    """Say whether something is kept longer than the settings want, or a purge was broken off."""
    from core.clock import SystemClock
    from jobs.purge import is_due
    from storage.database import connect

    name = "retention"
    database = connect(settings.storage.url)
    try:
        due = is_due(settings, database, SystemClock().now())
    except TilikError as error:
        return failed(name, error)
    finally:
        database.close()
    found = say("data are due for removal") if due else say("nothing is due for removal")
    remedy = "tilik purge --dry-run" if due else ""
    return Check(name=name, state="warn" if due else "ok", found=found, remedy=remedy)
