"""Statements that both databases understand."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from sqlalchemy import Table

from storage.bulk import Row, Target, uncollected, writer
from storage.database import Session

CHUNK = 5_000  # rows a statement: measured to be where more brings nothing
NAMED = 500  # values in one IN list: every SQLite can take that many

T = TypeVar("T")


def chunks(values: Iterable[T], size: int) -> Iterator[list[T]]:
    """Cut a stream into lists of at most `size`."""
    stream = iter(values)
    while part := list(islice(stream, size)):
        yield part


def add(
    session: Session,
    table: Table,
    rows: Iterable[Row],
    *,
    key: Sequence[str],
    update: Sequence[str] = (),
    fill: Sequence[str] = (),
) -> None:
    """Insert rows, each once however often it comes.

    `update` names the columns that a later sight changes, `fill` those that it completes where they were unknown
    (a sight that tells nothing new then writes nothing: PostgreSQL would grow with every repetition).
    """
    save(session, Target(table=table, key=tuple(key), update=tuple(update), fill=tuple(fill)), rows)


@uncollected()
def save(session: Session, target: Target, rows: Iterable[Row]) -> int:
    """Write rows by the quickest way of this database, so many at once as is worth it; say how many are new."""
    return sum(writer(session).write(session, target, part) for part in chunks(rows, CHUNK))
