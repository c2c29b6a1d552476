"""How long a full database of the first schema takes to become one of the present schema, and on how much disk."""

import os
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from storage.database import Database, connect
from storage.migrate import upgrade
from tests.storage.older import plant

EVERY = 0.1
HEAD = (
    "| database | interactions | from → to | seconds | CPU s here | MB before | MB at most | MB after | most / before |"
)


@dataclass(slots=True)
class Watched:
    """The bytes that a folder took, and files of this process that have no name any more."""

    folder: Path
    most: int = 0

    def look(self) -> int:
        """Count once."""
        now = sum(_size(file) for file in self.folder.rglob("*")) + sum(map(_nameless, Path("/proc/self/fd").iterdir()))
        self.most = max(self.most, now)
        return now


def _size(file: Path) -> int:
    try:
        told = file.lstat()
    except OSError:  # it went while we looked
        return 0
    return told.st_size if stat.S_ISREG(told.st_mode) else 0


def _nameless(descriptor: Path) -> int:
    """Count what SQLite sorts on the disk: such a file is deleted as soon as it is open."""
    try:
        told = os.fstat(int(descriptor.name))
    except OSError:
        return 0
    return told.st_size if stat.S_ISREG(told.st_mode) and not told.st_nlink else 0


@contextmanager
def watched(folder: Path) -> Iterator[Watched]:
    """Look at the disk all the while."""
    disk, done = Watched(folder), threading.Event()

    def look() -> None:
        while not done.wait(EVERY):
            disk.look()

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield disk
    finally:
        done.set()
        thread.join()


def _settled(database: Database) -> None:
    """Let PostgreSQL have done with rows what it does within minutes: nobody upgrades a second after the last row."""
    if database.engine.dialect.name == "postgresql":
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as session:
            session.execute(text("VACUUM (ANALYZE)"))
            session.execute(text("CHECKPOINT"))


def upgraded(url: str, folder: Path, count: int) -> str:
    """Plant and upgrade; give a line of the table."""
    database = connect(url)
    plant(database, count)
    _settled(database)
    database.close()  # SQLite folds its log into the file
    database = connect(url)
    with watched(folder) as disk:
        before = disk.look()
        disk.most = 0
        started, began = time.perf_counter(), time.process_time()
        versions = upgrade(database)
        seconds, cpu = time.perf_counter() - started, time.process_time() - began
    name = database.engine.dialect.name
    database.close()
    after = disk.look()
    megabytes = " | ".join(f"{size / 1e6:,.0f}" for size in (before, disk.most, after))
    told = f"{versions[0]} → {versions[1]} | {seconds:.0f} | {cpu:.0f} | {megabytes} | {disk.most / before:.2f}"
    return f"| {name} | {count:,} | {told} |"
