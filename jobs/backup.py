"""One sealed file of everything that an office has: database, evidence, settings, models, keys; and back again.

Inside is a list of what follows (name, bytes, SHA-256), then the files one after the other. What comes back is checked
whole, to the last byte and the last line of the record of deeds, before anything is put in its place.
"""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from core.deeds import Did, Went
from core.errors import EvidenceError, InputError, Problem, StorageError
from core.files import PIECE, complete_binary, digest
from core.unfinished import unfinished_folder
from jobs import deeds
from jobs.exports import Leaving, went_out
from jobs.tools import Tools
from storage import people, sealed
from storage.database import Database, connect
from storage.migrate import backup as copy_database
from storage.migrate import newest, version
from storage.migrate import restore as restore_database

DATABASE, SETTINGS, DATA = "database", "config.yaml", "data"
LEFT_OUT = frozenset({"logs", "inbox", "profiles"})
LONGEST_LIST = 256 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A file inside: its name there, its size and hash."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What came back: files, bytes, and how far the record of deeds is whole; `settings` is where those were put."""

    files: int
    bytes: int
    lines: int
    head: str
    settings: Path | None


def seal(tools: Tools, config: Path, target: Path, passphrase: str) -> Path:
    """Write everything into one new sealed file, and remember that it is somewhere."""
    if target.exists():
        raise InputError("backup_exists", file=target)
    data = tools.settings.storage.data
    _folder(target)
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    with unfinished_folder(data, "tilik-backup") as folder:  # open text stays where open text is
        copied = copy_database(tools.database, folder / DATABASE)
        files = [(DATABASE, copied), (SETTINGS, config), *_below(data)]
        listed = [Entry(name=name, bytes=size, sha256=sha) for name, path in files for sha, size in [digest(path)]]
        index = json.dumps([[one.name, one.bytes, one.sha256] for one in listed]).encode()
        length = 8 + len(index) + sum(one.bytes for one in listed)
        content = _content(index, [path for _, path in files], listed)
        with complete_binary(target) as stream:
            sealed.seal(stream, content, length, passphrase)
    note(tools, target, files=len(listed))
    return target


def note(tools: Tools, target: Path, *, files: int = 1) -> None:
    """Remember a copy that was made: a purge names it, and the record of deeds says who has it."""
    if version(tools.database) != newest():  # an older schema has no place for it
        return
    went_out(tools, Leaving(kind=Went.BACKUP, path=target, rows=files))
    deeds.note(tools, Did.BACKUP, f"{target.name} {digest(target)[0]}")


def _folder(target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    return target.parent


def _below(data: Path) -> list[tuple[str, Path]]:
    """List the files of the data folder but for logs, uploads and the browser's profile; locks and halves stay out."""
    found = []
    for path in sorted(data.rglob("*")):
        inside = path.relative_to(data)
        half = any(part.startswith(".") for part in inside.parts) or path.suffix in {".lock", ".log", ".part"}
        if path.is_file() and not path.is_symlink() and inside.parts[0] not in LEFT_OUT and not half:
            found.append((f"{DATA}/{inside.as_posix()}", path))
    return found


def _content(index: bytes, paths: Sequence[Path], listed: Sequence[Entry]) -> Iterator[bytes]:
    yield len(index).to_bytes(8, "big") + index
    for path, entry in zip(paths, listed, strict=True):
        hashed = hashlib.sha256()
        with path.open("rb") as stream:
            while piece := stream.read(PIECE):
                hashed.update(piece)
                yield piece
        if hashed.hexdigest() != entry.sha256:
            raise StorageError("backup_moved", file=path)


class Inside:
    """Reads a sealed file from its beginning to its end; the list of its files comes first."""

    def __init__(self, pieces: Iterable[bytes], source: Path) -> None:
        self._pieces, self._waiting, self._source = iter(pieces), bytearray(), source
        size = int.from_bytes(self._take(8), "big")
        if size > LONGEST_LIST:
            raise InputError("backup_broken", file=source)
        self.listed = [Entry(name=name, bytes=count, sha256=sha) for name, count, sha in json.loads(self._take(size))]

    def _take(self, count: int) -> bytes:
        while len(self._waiting) < count:
            piece = next(self._pieces, None)
            if piece is None:
                raise InputError("backup_broken", file=self._source)
            self._waiting += piece
        taken = bytes(self._waiting[:count])
        del self._waiting[:count]
        return taken

    def copy(self, entry: Entry, target: BinaryIO | None) -> None:
        """Go through one file, into a target or into nothing; InputError where it is not what the list says."""
        hashed, left = hashlib.sha256(), entry.bytes
        while left:
            part = self._take(min(left, PIECE))
            hashed.update(part)
            left -= len(part)
            if target is not None:
                target.write(part)
        if hashed.hexdigest() != entry.sha256:
            raise InputError("backup_broken", file=self._source)

    def end(self) -> None:
        """Go to the last byte; InputError where there is more than the list says."""
        if self._waiting or any(self._pieces):
            raise InputError("backup_broken", file=self._source)


def restore(source: Path, passphrase: str, *, url: str, data: Path, config: Path) -> Restored:
    """Check a sealed file whole, then put what is in it where the settings want it; nothing there is overwritten."""
    _check(source, passphrase)
    _free(data)
    _folder(data)
    with unfinished_folder(data.parent, "tilik-restore") as staged:
        listed = _unpack(source, passphrase, staged)
        chain = _whole(staged / DATABASE, url)
        restore_database(url, staged / DATABASE)
        _put_in_place(staged / DATA, data)
        settings = _settings(staged / SETTINGS, config)
    if chain is None:
        with closing(connect(url)) as database:
            chain = _chain(database)
    return Restored(
        files=len(listed), bytes=sum(one.bytes for one in listed), lines=chain.lines, head=chain.head, settings=settings
    )


def settings_in(source: Path, passphrase: str) -> bytes:
    """Give the settings that a sealed file holds, for a machine that has none yet."""
    with tempfile.TemporaryFile() as stream:
        inside = Inside(sealed.unsealed(source, passphrase), source)
        for entry in inside.listed:
            inside.copy(entry, stream if entry.name == SETTINGS else None)
        stream.seek(0)
        return stream.read()


def _check(source: Path, passphrase: str) -> None:
    """Go through it to the last byte, and write nothing."""
    inside = Inside(sealed.unsealed(source, passphrase), source)
    for entry in inside.listed:
        _place(Path(), entry, source)
        inside.copy(entry, None)
    inside.end()


def _place(folder: Path, entry: Entry, source: Path) -> Path:
    """Say where a file goes; a name that leads elsewhere is refused, whoever sealed it."""
    name = PurePosixPath(entry.name)
    inside = name.parts[:1] == (DATA,) and len(name.parts) > 1 and ".." not in name.parts
    if not inside and entry.name not in {DATABASE, SETTINGS}:
        raise InputError("backup_broken", file=source)
    return folder / name


def _unpack(source: Path, passphrase: str, folder: Path) -> list[Entry]:
    inside = Inside(sealed.unsealed(source, passphrase), source)
    for entry in inside.listed:
        path = _place(folder, entry, source)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with complete_binary(path) as stream:
            inside.copy(entry, stream)
    return inside.listed


def _whole(copy: Path, url: str) -> people.Chain | None:
    """Check the record of deeds in a copy; a copy of PostgreSQL can be read only once it is back."""
    if not url.startswith("sqlite"):
        return None
    with closing(connect(f"sqlite:///{copy}")) as database:
        chain = _chain(database)
        with database.read() as session:  # leave one file, without a log beside it
            session.connection.driver_connection.execute("PRAGMA journal_mode = DELETE")  # type: ignore[union-attr]
    return chain


def _chain(database: Database) -> people.Chain:
    with database.read() as session:
        chain = people.check_chain(session)
    if chain.broken_at is not None:
        line = Problem(code="record_line", where="audit", value=str(chain.broken_at))
        raise EvidenceError("audit_broken", count=1, problems=[line])
    return chain


def _free(data: Path) -> None:
    """Refuse where blobs or models are already; the key that any command makes is no reason."""
    for name in ("blobs", "models", "certificates"):
        if (data / name).exists() and any((data / name).iterdir()):
            raise InputError("restore_over", file=data / name)


def _put_in_place(staged: Path, data: Path) -> None:
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    for path in sorted(staged.iterdir()) if staged.exists() else []:
        target = data / path.name
        if target.is_dir():
            shutil.rmtree(target)
        path.replace(target)


def _settings(staged: Path, config: Path) -> Path | None:
    """Lay the settings beside those that are there, where they differ."""
    if config.exists() and config.read_bytes() == staged.read_bytes():
        return None
    target = config.with_name(f"{config.stem}.restored{config.suffix}") if config.exists() else config
    staged.replace(target)
    return target


def note_restored(url: str, file: Path, *, by: str, now: datetime) -> None:
    """Note in the record of deeds that a copy was put back."""
    with closing(connect(url)) as database:
        if version(database) == newest():
            with database.write() as session:
                people.record(session, who=by, what=Did.RESTORE, detail=file.name, at=now)
