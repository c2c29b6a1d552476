"""A lock on a file that the system itself lets go when a process dies."""

import os
from pathlib import Path

if os.name == "nt":
    import msvcrt

    def _try(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
else:
    import fcntl

    def _try(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def locked(path: Path) -> int | None:
    """Take the lock and give what holds it until it is closed; None where another process has it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _try(descriptor)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor
