"""Where the key of this installation lies that signs seals: a file that only its owner may read."""

from pathlib import Path

from core.errors import StorageError
from core.files import write_whole

NAME = "seal.key"


def read(folder: Path) -> bytes | None:
    """Give the key's file; None where there is none. StorageError where it cannot be read."""
    try:
        return (folder / NAME).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StorageError("seal_key_unreadable", file=folder / NAME, reason=error.strerror or error) from error


def write(folder: Path, pem: bytes) -> None:
    """Keep a new key (0600); one that was there before gets another name, for its seals."""
    path = folder / NAME
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if path.exists():
            number = sum(1 for _ in folder.glob(f"{NAME}.*")) + 1
            path.rename(folder / f"{NAME}.{number}")
        write_whole(path, pem)
    except OSError as error:
        raise StorageError("seal_key_not_written", file=path, reason=error.strerror or error) from error
