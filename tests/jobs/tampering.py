"""Somebody who changes a record, its seals, evidence or its files: one thing at a time, chosen by chance."""

import hashlib
import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from evidence import sealing
from storage.people import BEGINNING, chained

TABLES = ("audit", "evidence", "seals", "seal_stamps")
Row = tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A copy of a database in memory, and the folder of its evidence."""

    rows: sqlite3.Connection
    blobs: Path
    chance: random.Random

    def columns(self, table: str) -> list[str]:
        return [row[1] for row in self.rows.execute(f"PRAGMA table_info({table})")]

    def any_id(self, table: str) -> int:
        ids = [row[0] for row in self.rows.execute(f"SELECT id FROM {table} ORDER BY id")]  # noqa: S608
        return int(self.chance.choice(ids))

    def row(self, table: str, number: int) -> Row:
        found: Row = self.rows.execute(f"SELECT * FROM {table} WHERE id = ?", (number,)).fetchone()  # noqa: S608
        return found


def changed(value: object, chance: random.Random) -> object:
    """Give another value of the same kind."""
    if isinstance(value, bytes):
        place = chance.randrange(len(value))
        return bytes([*value[:place], value[place] ^ chance.randrange(1, 256), *value[place + 1 :]])
    if isinstance(value, int):
        return value + chance.choice((1, 7, 1000))
    if value is None:
        return "x"
    text = str(value)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        place = chance.randrange(len(text)) if text else 0
        return (
            text[:place]
            + chance.choice([one for one in "abc019" if text[place : place + 1] != one])
            + text[place + 1 :]
        )
    if chance.random() < 0.2:
        return f"{text} pagi"
    return at.replace(microsecond=(at.microsecond + 1) % 1_000_000).isoformat(" ", timespec="microseconds")


def change(place: Place) -> None:
    """Change one column of one row."""
    table = place.chance.choice(TABLES)
    column = place.chance.choice([name for name in place.columns(table) if name != "id"])
    number = place.any_id(table)
    value = place.rows.execute(f"SELECT {column} FROM {table} WHERE id = ?", (number,)).fetchone()[0]  # noqa: S608
    place.rows.execute(f"UPDATE {table} SET {column} = ? WHERE id = ?", (changed(value, place.chance), number))  # noqa: S608


def renumber(place: Place) -> None:
    """Give one row another number."""
    table = place.chance.choice(TABLES)
    place.rows.execute(f"UPDATE {table} SET id = id + 1000 WHERE id = ?", (place.any_id(table),))  # noqa: S608


def delete(place: Place) -> None:
    """Take one row out."""
    table = place.chance.choice(TABLES)
    place.rows.execute(f"DELETE FROM {table} WHERE id = ?", (place.any_id(table),))  # noqa: S608


def insert(place: Place) -> None:
    """Put a copy of a row in at the end."""
    table = place.chance.choice(TABLES)
    row = place.row(table, place.any_id(table))
    last = place.rows.execute(f"SELECT max(id) FROM {table}").fetchone()[0]  # noqa: S608
    place.rows.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", (last + 1, *row[1:]))  # noqa: S608


def swap(place: Place) -> None:
    """Let two rows change places."""
    table = place.chance.choice(TABLES)
    one = place.any_id(table)
    others = [row[0] for row in place.rows.execute(f"SELECT id FROM {table} WHERE id != ?", (one,))]  # noqa: S608
    other = place.chance.choice(others)
    first, second = place.row(table, one), place.row(table, other)
    names = [name for name in place.columns(table) if name != "id"]
    told = ", ".join(f"{name} = ?" for name in names)
    for number, row in ((one, second), (other, first)):
        place.rows.execute(f"UPDATE {table} SET {told} WHERE id = ?", (*row[1:], number))  # noqa: S608


def cut(place: Place) -> None:
    """Cut the record off at its end, with the seals and answers that it speaks of there."""
    keep = place.any_id("audit") - 1
    place.rows.execute("DELETE FROM audit WHERE id > ?", (keep,))
    place.rows.execute("DELETE FROM seals WHERE line_id > ?", (keep,))
    place.rows.execute("DELETE FROM seal_stamps WHERE seal_id NOT IN (SELECT id FROM seals)")


def rehash(place: Place) -> None:
    """Change one line of the record, and make every digest from there on anew."""
    number = place.any_id("audit")
    place.rows.execute("UPDATE audit SET detail = coalesce(detail, '') || 'x' WHERE id = ?", (number,))
    _chain(place)


def _chain(place: Place) -> None:
    before = BEGINNING
    for number, who, what, detail, at, _ in place.rows.execute("SELECT * FROM audit ORDER BY id").fetchall():
        moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
        before = chained(before, id=number, who=who, what=what, detail=detail, at=moment)
        place.rows.execute("UPDATE audit SET digest = ? WHERE id = ?", (before, number))


def reseal(place: Place) -> None:
    """Change a line, make all digests anew, and sign every seal anew with a key of one's own."""
    rehash(place)
    pem = sealing.new_key()
    public = sealing.public_key(pem)
    for number, line, told in place.rows.execute("SELECT id, line_id, statement FROM seals").fetchall():
        found = sealing.read_statement(told) or {"record": {}}
        head = place.rows.execute("SELECT digest FROM audit WHERE id = ?", (line,)).fetchone()[0]
        new = told.replace(str(found["key"]), sealing.fingerprint(public)).replace(str(found["record"]["digest"]), head)
        row = (new, sealing.sign(pem, new.encode()), public, number)
        place.rows.execute("UPDATE seals SET statement = ?, signature = ?, public_key = ? WHERE id = ?", row)


def spoil(place: Place) -> None:
    """Change one byte of a file, cut it off, put another in its place, or delete it."""
    files = sorted(path for path in place.blobs.rglob("*") if path.is_file())
    path, content = place.chance.choice(files), b""
    content = path.read_bytes()
    how = place.chance.choice(("flip", "cut", "other", "delete"))
    if how == "delete":
        path.unlink()
    elif how == "cut":
        path.write_bytes(content[: place.chance.randrange(len(content))])
    elif how == "other":
        path.write_bytes(place.chance.choice([one for one in files if one != path]).read_bytes())
    else:
        path.write_bytes(changed(content, place.chance))  # type: ignore[arg-type]  # bytes stay bytes


DEEDS: tuple[Callable[[Place], None], ...] = (
    change,
    change,
    renumber,
    delete,
    insert,
    swap,
    cut,
    rehash,
    reseal,
    spoil,
)


@contextmanager
def restored(folder: Path) -> Iterator[None]:
    """Put the files of a folder back afterwards."""
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    try:
        yield
    finally:
        for path, content in before.items():
            now = b""
            with suppress(OSError):
                now = path.read_bytes()
            if now != content:
                path.write_bytes(content)


def shape(place: Place) -> str:
    """Name the state of all of it, so that a deed that changed nothing is not counted."""
    found = hashlib.sha256()
    for table in TABLES:
        found.update(repr(place.rows.execute(f"SELECT * FROM {table} ORDER BY id").fetchall()).encode())  # noqa: S608
    for path in sorted(place.blobs.rglob("*")):
        if path.is_file():
            found.update(path.name.encode() + hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()
