"""What is being written, beside its name: locked while its process lives, cleared by the next one after a kill."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

if os.name != "nt":
    import fcntl

ENDING = ".tilik-tmp"
"""Nothing else of anybody's ends like this, so that whatever ends so and is locked by nobody was left by a kill."""


@contextmanager
def unfinished_file(path: Path) -> Iterator[tuple[int, Path]]:
    """Give an open file beside a name, for whoever closes it and gives it that name; else it is gone again. OSError."""
    descriptor, temporary = _file(path)
    holding = None
    try:
        holding = _held(descriptor)
        yield descriptor, temporary
    finally:
        temporary.unlink(missing_ok=True)
        if holding is not None:
            os.close(holding)


def _file(path: Path) -> tuple[int, Path]:
    """Make a file and lock it; another process that clears up may have been faster, then it is made again."""
    while True:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=ENDING, dir=path.parent)
        temporary = Path(name)
        _lock(descriptor)
        if os.name == "nt" or _is_still(descriptor, temporary):
            return descriptor, temporary
        os.close(descriptor)


@contextmanager
def unfinished_folder(parent: Path, name: str) -> Iterator[Path]:
    """Give an empty folder for what is being made; it goes with all that was not moved out. OSError."""
    clear(parent)
    while True:
        folder = Path(tempfile.mkdtemp(prefix=f".{name}.", suffix=ENDING, dir=parent))
        descriptor = _opened(folder)
        if descriptor is None or _is_still(descriptor, folder):
            break
        os.close(descriptor)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if descriptor is not None:
            os.close(descriptor)


def clear(folder: Path) -> None:
    """Remove what a killed process left unfinished in a folder; what another one is writing is left to it."""
    with suppress(OSError):  # what cannot be removed is in nobody's way
        for path in sorted(folder.glob(f".*{ENDING}")):
            with suppress(OSError):
                _clear(path)


def _clear(path: Path) -> None:
    if path.is_symlink():
        return
    if os.name == "nt":  # Windows refuses to remove what is open; a folder may be in use without anything open in it
        if path.is_file():
            path.unlink()
        return
    if path.stat().st_uid != os.geteuid():
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    finally:
        os.close(descriptor)


def _opened(folder: Path) -> int | None:
    """Open a folder and lock it, where a system can."""
    if os.name == "nt":
        return None
    descriptor = os.open(folder, os.O_RDONLY)
    _lock(descriptor)
    return descriptor


def _lock(descriptor: int) -> None:
    """Hold a lock until the last descriptor of this file is closed; a file system without locks holds none."""
    if os.name != "nt":
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)


def _held(descriptor: int) -> int | None:
    """Hold the lock beyond the closing of a file: until it has its name. On Windows only a closed file gets a name."""
    return None if os.name == "nt" else os.dup(descriptor)


def _is_still(descriptor: int, path: Path) -> bool:
    """Say whether what was opened has its name yet."""
    try:
        there = path.stat()
    except FileNotFoundError:
        return False
    mine = os.fstat(descriptor)
    return (there.st_dev, there.st_ino) == (mine.st_dev, mine.st_ino)
