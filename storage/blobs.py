"""Files named by the SHA-256 of what they hold: written once, whole or not at all."""

import gzip
import hashlib
import os
import secrets
import zlib
from pathlib import Path

from core.errors import FullError, StorageError
from core.files import is_full, sync_folder, write_whole


class Blobs:
    """A folder of content-addressed files, compressed; `put` returns only when the file will survive a power cut."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, content: bytes) -> str:
        """Keep these bytes; return their SHA-256. StorageError where the disk refuses, FullError where it is full."""
        name = hashlib.sha256(content).hexdigest()
        path = self.path(name)
        if not _is_fresh(path):
            self._write(path, gzip.compress(content, compresslevel=6, mtime=0), name)
        return name

    def keep(self, content: bytes) -> str:
        """Keep these bytes as they are: every byte of the file is then a byte of its SHA-256. For evidence."""
        name = hashlib.sha256(content).hexdigest()
        path = self.plain_path(name)
        if not _is_fresh(path) or path.read_bytes() != content:
            self._write(path, content, name)
        return name

    def _write(self, path: Path, content: bytes, name: str) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_whole(path, content)
            sync_folder(self.folder)
        except OSError as error:
            reason = error.strerror or error
            if is_full(error):
                raise FullError("blob_not_written", blob=name, reason=reason) from error
            raise StorageError("blob_not_written", blob=name, reason=reason) from error

    def get(self, name: str) -> bytes:
        """Give back the bytes of this SHA-256; StorageError where they are missing or changed."""
        try:
            plain = self.plain_path(name)
            content = plain.read_bytes() if plain.exists() else gzip.decompress(self.path(name).read_bytes())
        except FileNotFoundError as error:
            raise StorageError("blob_missing", blob=name, reason=error.strerror) from error
        except (OSError, EOFError, zlib.error) as error:
            raise StorageError("blob_changed", blob=name) from error
        if hashlib.sha256(content).hexdigest() != name:
            raise StorageError("blob_changed", blob=name)
        return content

    def path(self, name: str) -> Path:
        """Say where the file of this SHA-256 lies."""
        return self.folder / name[:2] / f"{name}.gz"

    def plain_path(self, name: str) -> Path:
        """Say where the file of this SHA-256 lies if it was kept as it is."""
        return self.folder / name[:2] / name


def _is_fresh(path: Path) -> bool:
    """Say whether a file is there, and let it look new: what nothing points to yet is swept only when it is old."""
    try:
        os.utime(path)
    except OSError:  # not there, or somebody else's
        return path.exists()
    return True


def secret(folder: Path) -> bytes:
    """Give this installation's secret, made at its first use: names hashed with it mean nothing elsewhere."""
    path = folder / "secret.key"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(path, secrets.token_bytes(32))
    return path.read_bytes()
