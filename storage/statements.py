"""Statements that both databases understand."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Table, func, or_
from sqlalchemy.dialects import sqlite

from storage.database import Session

CHUNK = 5_000  # rows a statement: measured to be where more brings nothing
NAMED = 500  # values in one IN list: every SQLite can take that many

T = TypeVar("T")
Row = Mapping[str, Any]
Columns = tuple[str, ...]


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
    statement = _upsert(session.dialect.name, table, tuple(key), tuple(update), tuple(fill))
    for part in chunks(rows, CHUNK):
        session.execute(statement, part)


@cache
def _upsert(dialect: str, table: Table, key: Columns, update: Columns, fill: Columns) -> Any:  # noqa: ANN401  (as below)
    """Write a statement once: to put it together costs more than to run it, and there are few different ones."""
    statement = _insert(dialect)(table)
    if update or fill:
        new, old = statement.excluded, table.c
        changed = {name: new[name] for name in update} | {name: func.coalesce(old[name], new[name]) for name in fill}
        tells_more = or_(*(old[name].is_distinct_from(value) for name, value in changed.items())) if fill else None
        return statement.on_conflict_do_update(index_elements=list(key), set_=changed, where=tells_more)
    return statement.on_conflict_do_nothing(index_elements=list(key))


def _insert(dialect: str) -> Any:  # noqa: ANN401  (two classes that share no name)
    """Give the insert of this database; SQLite does without PostgreSQL's drivers."""
    if dialect == "sqlite":
        return sqlite.insert
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415

    return postgresql.insert
