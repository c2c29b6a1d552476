"""Whether there is room for a crawl: one that begins on a full disk ends in the middle of its first page."""

import shutil
from pathlib import Path

from core.errors import StorageError
from core.settings import Storage

MEGABYTE = 1_000_000


def require(storage: Storage) -> None:
    """Refuse to begin where too little is free; StorageError `disk_nearly_full`."""
    folder = _nearest(storage.data)
    free = shutil.disk_usage(folder).free // MEGABYTE
    if free < storage.least_free_mb:
        raise StorageError("disk_nearly_full", folder=folder, free=free, least=storage.least_free_mb)


def _nearest(folder: Path) -> Path:
    """Give the folder, or the first above it that is there already."""
    return next(one for one in (folder, *folder.absolute().parents) if one.is_dir())
