"""Statements that both databases understand."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

from storage.database import Session

CHUNK = 5_000  # rows a statement: measured to be where more brings nothing
NAMED = 500  # values in one IN list: every SQLite can take that many

T = TypeVar("T")
Row = Mapping[str, Any]


def chunks(values: Iterable[T], size: int) -> Iterator[list[T]]:
    """Cut a stream into lists of at most `size`."""
    stream = iter(values)
    while part := list(islice(stream, size)):
        yield part


def add(session: Session, table: Table, rows: Iterable[Row], *, key: Sequence[str], update: Sequence[str] = ()) -> None:
    """Insert rows, each once however often it comes; `update` names the columns that a later sight may change."""
    insert = sqlite.insert if session.dialect.name == "sqlite" else postgresql.insert
    statement = insert(table)
    if update:
        changed = {column: getattr(statement.excluded, column) for column in update}
        statement = statement.on_conflict_do_update(index_elements=list(key), set_=changed)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=list(key))
    for part in chunks(rows, CHUNK):
        session.execute(statement, part)
