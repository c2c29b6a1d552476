"""One crawl at a time on one machine."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import RefusedError
from core.locking import locked


@contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Hold the lock; RefusedError `already_running` while another process has it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = locked(path)
    if descriptor is None:
        raise RefusedError("already_running", file=path)
    try:
        yield
    finally:
        os.close(descriptor)
