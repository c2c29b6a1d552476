"""Writing files so that nobody ever meets half of one."""

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Literal, TextIO

from core.errors import FullError, InputError, TilikError
from core.unfinished import clear, unfinished_file

PIECE = 1 << 20
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def is_full(error: OSError) -> bool:
    """Say whether the system refused because there is no room."""
    return error.errno in FULL


def not_written(path: Path, error: OSError) -> TilikError:
    """Name what kept a file from being written."""
    cause = error.strerror or str(error)
    if is_full(error):
        return FullError("file_not_written", path=str(path), cause=cause)
    return InputError("file_not_written", path=str(path), cause=cause)


@contextmanager
def complete(path: Path) -> Iterator[TextIO]:
    """Give a text file that gets its name once it is whole and on the disk; only its owner may read it.

    Raises `file_not_written` where the system refuses: FullError for want of room, else InputError.
    """
    with _complete(path, "w") as stream:
        yield stream


@contextmanager
def complete_binary(path: Path) -> Iterator[BinaryIO]:
    """Give a file of bytes in the same way."""
    with _complete(path, "wb") as stream:
        yield stream


@contextmanager
def _complete(path: Path, mode: Literal["w", "wb"]) -> Iterator[Any]:
    as_text: dict[str, Any] = {"encoding": "utf-8", "newline": ""} if mode == "w" else {}
    clear(path.parent)
    try:
        with unfinished_file(path) as (descriptor, temporary):
            with os.fdopen(descriptor, mode, **as_text) as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            temporary.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise not_written(path, error) from error


def write_whole(path: Path, content: bytes) -> None:
    """Write bytes the same way: beside the name first, synced, then renamed. Raises OSError."""
    with unfinished_file(path) as (descriptor, temporary):
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    sync_folder(path.parent)


def digest(path: Path) -> tuple[str, int]:
    """Name a file by its SHA-256, or a folder by all its files in the order of their names; and count its bytes."""
    hashed, size = hashlib.sha256(), 0
    for file in sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]:
        with file.open("rb") as stream:
            while piece := stream.read(PIECE):
                hashed.update(piece)
                size += len(piece)
    return hashed.hexdigest(), size


def sync_folder(folder: Path) -> None:
    """Make a rename in this folder survive a power cut."""
    if os.name == "nt":  # Windows cannot open a folder; its rename is journalled
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
