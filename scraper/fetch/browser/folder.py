"""What a browser writes into: a folder that nobody else may read, and of which nothing stays.

A tilik that is killed cannot remove its own. Each one holds a lock in its folder, which the system lets go with the
process: whoever starts next removes the folders that nobody holds.
"""

import os
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from core.locking import locked

PREFIX = "tilik-browser-"
LOCK = "lock"
YOUNG_SECONDS = 60.0
"""A folder without a lock may be one that is just being made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """The folder of one browser, profile and all."""

    path: Path
    lock: int

    def remove(self) -> None:
        """Let it go, with everything in it."""
        os.close(self.lock)
        shutil.rmtree(self.path, ignore_errors=True)


def make() -> Folder:
    """Make a folder (0700), after what killed ones left was removed."""
    sweep(Path(tempfile.gettempdir()))
    path = Path(tempfile.mkdtemp(prefix=PREFIX))
    lock = locked(path / LOCK)
    if lock is None:
        raise FileExistsError(path)  # nobody knows its name yet
    return Folder(path=path, lock=lock)


def sweep(place: Path) -> int:
    """Remove the folders of browsers whose tilik was killed; say how many."""
    left = [one for one in place.glob(f"{PREFIX}*") if _is_ours(one) and not _is_held(one)]
    for folder in left:
        shutil.rmtree(folder, ignore_errors=True)
    return len(left)


def _is_ours(folder: Path) -> bool:
    """Say whether this is a folder of this user, and no link to another place."""
    try:
        owner = folder.lstat().st_uid
    except OSError:
        return False
    return folder.is_dir() and not folder.is_symlink() and (not hasattr(os, "getuid") or owner == os.getuid())


def _is_held(folder: Path) -> bool:
    try:
        if not (folder / LOCK).exists():
            return time.time() - folder.stat().st_mtime < YOUNG_SECONDS
        lock = locked(folder / LOCK)
    except OSError:
        return True
    if lock is not None:
        os.close(lock)
    return lock is None
