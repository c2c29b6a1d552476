"""Rows by the thousand, behind one protocol: upserts everywhere, COPY where PostgreSQL gets many at once.

What a batch says of one row is put together before it is written, and rows go in the order of their key: neighbours
lie together in the index (a large table takes half the time), and two writers wait for each other in one order only.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from typing import Any, Protocol, TypeVar

from pydantic_core import to_json
from sqlalchemy import (
    Column,
    ColumnElement,
    FromClause,
    Table,
    Text,
    any_,
    cast,
    column,
    func,
    literal,
    literal_column,
    or_,
    select,
    table,
    text,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError

from storage.database import Session

Row = Mapping[str, Any]
Columns = tuple[str, ...]
T = TypeVar("T")

MANY = 1_000
"""From so many rows on a copy into a stage is quicker than upserts one by one (benchmarks/README.md)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where rows go, by what a row is known, and what a later sight of it changes."""

    table: Table
    key: Columns
    update: Columns = ()  # the last word stands
    latest: Columns = ()  # the last known word stands
    fill: Columns = ()  # the first known word stands


class BulkWriter(Protocol):
    """Writes rows of one shape, each once however often it comes; what tells nothing new writes nothing."""

    def write(self, session: Session, target: Target, rows: Sequence[Row]) -> None:
        """Add rows, or complete those that are there."""
        ...


def writer(session: Session) -> BulkWriter:
    """Choose the way that is quickest on this database."""
    return COPIES if session.dialect.name == "postgresql" else UPSERTS


def put_together(target: Target, rows: Iterable[Row]) -> list[Row]:
    """Make one row of what a batch says of the same, as if it came one after the other; sort by the key."""
    key_of = itemgetter(*target.key)
    found: dict[Any, Row] = {}
    for row in rows:
        key = key_of(row)
        found[key] = _told(target, found[key], row) if key in found else row
    return [found[key] for key in sorted(found)]


def _told(target: Target, before: Row, row: Row) -> Row:
    changed = {name: row[name] for name in target.update}
    changed |= {name: row[name] for name in target.latest if row[name] is not None}
    changed |= {name: row[name] for name in target.fill if before[name] is None}
    return {**before, **changed}


def listed(session: Session, columns: Sequence[Column[Any]], rows: Sequence[Sequence[Any]]) -> FromClause:
    """Make a table of numbers and words, so that one statement can look them all up."""
    rows_told = to_json(rows).decode()
    if session.dialect.name == "sqlite":
        each = func.json_each(rows_told).table_valued("value")
        told: list[ColumnElement[Any]] = [func.json_extract(each.c.value, f"$[{at}]") for at in range(len(columns))]
    else:
        value = func.jsonb_array_elements(cast(literal(rows_told, Text), JSONB)).column_valued("value")
        told = [cast(value.op("->>")(literal_column(str(at))), one.type) for at, one in enumerate(columns)]
    return select(*(found.label(one.name) for found, one in zip(told, columns, strict=True))).subquery("listed")


def one_of(session: Session, words: Column[str], values: Sequence[str]) -> ColumnElement[bool]:
    """Say that a column has one of many values; PostgreSQL takes them as one, so that it plans the statement once."""
    if session.dialect.name == "sqlite":
        return words.in_(values)  # its JSON would end a word at a zero
    told = func.jsonb_array_elements_text(cast(literal(to_json(values).decode(), Text), JSONB)).column_valued("value")
    return words == any_(func.array(select(told).scalar_subquery()))


class Upserts:
    """One statement, executed for many rows: what both databases can."""

    def write(self, session: Session, target: Target, rows: Sequence[Row]) -> None:
        """Add rows, or complete those that are there."""
        whole = put_together(target, rows)
        if not whole:
            return
        statement, names = _upsert(session.dialect.name, target, tuple(whole[0]))
        if isinstance(statement, str):
            session.exec_driver_sql(statement, list(_values(session, target.table, names, whole)))
        else:
            session.execute(statement, whole)


class Copies:
    """COPY into a stage, and from there in one statement; few rows are quicker without."""

    def write(self, session: Session, target: Target, rows: Sequence[Row]) -> None:
        """Add rows, or complete those that are there."""
        if len(rows) < MANY:
            UPSERTS.write(session, target, rows)
            return
        whole = put_together(target, rows)
        names = tuple(whole[0])
        session.execute(text(_make_stage(target.table)))
        _copy(session, target.table, names, whole)
        session.execute(_from_stage(target, names))
        session.execute(text(f"TRUNCATE {_stage(target.table)}"))


UPSERTS, COPIES = Upserts(), Copies()


def _stage(goal: Table) -> str:
    return f"stage_{goal.name}"


def _make_stage(goal: Table) -> str:
    names = ", ".join(f'"{one.name}"' for one in goal.c if one.name != "id")
    made = f"CREATE TEMP TABLE IF NOT EXISTS {_stage(goal)} ON COMMIT DELETE ROWS"
    return f"{made} AS SELECT {names} FROM {goal.name} WITH NO DATA"  # noqa: S608  (names of our own schema)


def _copy(session: Session, goal: Table, names: Columns, rows: Sequence[Row]) -> None:
    import psycopg  # noqa: PLC0415  (only where PostgreSQL is)

    driver: psycopg.Connection = session.connection.driver_connection  # type: ignore[assignment]
    named = ", ".join(f'"{name}"' for name in names)
    try:
        with driver.cursor() as cursor, cursor.copy(f"COPY {_stage(goal)} ({named}) FROM STDIN") as copy:
            for values in _values(session, goal, names, rows):
                copy.write_row(values)
    except psycopg.Error as error:
        raise DBAPIError.instance("COPY", None, error, psycopg.Error, dialect=session.dialect) from error


def _values(session: Session, goal: Table, names: Columns, rows: Sequence[Row]) -> Iterable[Sequence[Any]]:
    """Give rows as the driver takes them, made column by column: row by row SQLAlchemy takes three times as long."""
    columns = []
    for name in names:
        bound = goal.c[name].type.dialect_impl(session.dialect).bind_processor(session.dialect)
        values = map(itemgetter(name), rows)
        columns.append(values if bound is None else map(bound, values))
    return zip(*columns, strict=True)


@cache
def _upsert(dialect: str, target: Target, names: Columns) -> tuple[Any, Columns]:
    """Write a statement once: to put it together costs more than to run it, and there are few different ones.

    SQLite's is written out, with the order in which it takes its values.
    """
    statement = _resolve(_insert(dialect)(target.table), target)
    if dialect != "sqlite":
        return statement, names
    written = statement.compile(dialect=sqlite.dialect(), column_keys=list(names))
    return str(written), tuple(written.positiontup or ())


@cache
def _from_stage(target: Target, names: Columns) -> Any:  # noqa: ANN401  (as below)
    stage = table(_stage(target.table), *(column(name) for name in names))
    statement = _insert("postgresql")(target.table).from_select(list(names), select(*stage.c))
    return _resolve(statement, target)


def _resolve(statement: Any, target: Target) -> Any:  # noqa: ANN401  (two classes that share no name)
    """Say what becomes of a row that is there already."""
    new, old = statement.excluded, target.table.c
    changed = {name: new[name] for name in target.update}
    changed |= {name: func.coalesce(new[name], old[name]) for name in target.latest}
    changed |= {name: func.coalesce(old[name], new[name]) for name in target.fill}
    if not changed:
        return statement.on_conflict_do_nothing(index_elements=list(target.key))
    tells_more = None
    if target.latest or target.fill:
        tells_more = or_(*(old[name].is_distinct_from(value) for name, value in changed.items()))
    return statement.on_conflict_do_update(index_elements=list(target.key), set_=changed, where=tells_more)


def _insert(dialect: str) -> Any:  # noqa: ANN401  (two classes that share no name)
    """Give the insert of this database; SQLite does without PostgreSQL's drivers."""
    if dialect == "sqlite":
        return sqlite.insert
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415

    return postgresql.insert
