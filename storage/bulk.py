"""Rows by the thousand, behind one protocol: upserts on SQLite, on PostgreSQL one statement from arrays or a COPY.

What a batch says of one row is put together before it is written, and rows go in the order of their key: neighbours
lie together in the index (a large table takes half the time), and two writers wait for each other in one order only.
"""

import gc
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import repeat
from operator import itemgetter, ne
from typing import Any, Protocol, TypeVar

from pydantic_core import to_json
from sqlalchemy import (
    JSON,
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
    text,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError

from storage.database import Session

Row = Mapping[str, Any]
Columns = tuple[str, ...]
T = TypeVar("T")

MANY = 2_000
"""From so many rows on a copy into a stage is quicker than arrays (benchmarks/README.md)."""


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

    def write(self, session: Session, target: Target, rows: Sequence[Row]) -> int:
        """Add rows, or complete those that are there; say how many are new, of a table that numbers its rows."""
        ...


def writer(session: Session) -> BulkWriter:
    """Choose the way that is quickest on this database."""
    return COPIES if session.dialect.name == "postgresql" else UPSERTS


@contextmanager
def uncollected() -> Iterator[None]:
    """Make rows by the thousand without Python looking for cycles among them, which takes a third of the time.

    Whoever found the search on turns it on again, so that it is on once the last of several threads is done.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


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
        value = func.jsonb_array_elements(_jsonb(rows_told)).column_valued("value")
        told = [cast(value.op("->>")(literal_column(str(at))), one.type) for at, one in enumerate(columns)]
    return select(*(found.label(one.name) for found, one in zip(told, columns, strict=True))).subquery("listed")


def one_of(session: Session, words: Column[str], values: Sequence[str]) -> ColumnElement[bool]:
    """Say that a column has one of many values; PostgreSQL takes them as one, so that it plans the statement once."""
    if session.dialect.name == "sqlite":
        return words.in_(values)  # its JSON would end a word at a zero
    told = func.jsonb_array_elements_text(_jsonb(to_json(values).decode())).column_valued("value")
    return words == any_(func.array(select(told).scalar_subquery()))


def _jsonb(told: str) -> ColumnElement[Any]:
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415  (SQLite does without PostgreSQL's drivers)

    return cast(literal(told, Text), postgresql.JSONB)


class Upserts:
    """One statement, executed for many rows: what is quickest where the database runs in this process."""

    def write(self, session: Session, target: Target, rows: Sequence[Row]) -> int:
        """Add rows, or complete those that are there; say how many are new, of a table that numbers its rows."""
        whole = put_together(target, rows)
        if not whole:
            return 0
        before = _last(session, target.table)
        statement, names = _upsert(target, tuple(whole[0]))
        columns = [_bound(session, target.table, name, whole) for name in names]
        session.exec_driver_sql(statement, list(zip(*columns, strict=True)))
        return _last(session, target.table) - before  # SQLite counts on from the highest, and nobody else writes


class Copies:
    """One statement for all rows, which lie in a stage, where COPY brought them, or, where they are few, in arrays.

    What is the same in all rows goes once: of an act's columns four differ in the middle, of a post's three.
    """

    def write(self, session: Session, target: Target, rows: Sequence[Row]) -> int:
        """Add rows, or complete those that are there; say how many are new."""
        whole = put_together(target, rows)
        if not whole:
            return 0
        names = tuple(whole[0])
        differing = tuple(name for name in names if _differs(target.table, name, whole))
        told = {name: list(_bound(session, target.table, name, whole)) for name in differing}
        alike = {name: next(iter(_bound(session, target.table, name, whole[:1]))) for name in {*names} - {*differing}}
        if len(whole) < MANY or not told:
            return int(session.execute(_from(target, names, differing, staged=False), alike | told).scalar_one())
        session.execute(text(_make_stage(target.table)))
        _copy(session, target.table, told)
        new = int(session.execute(_from(target, names, differing, staged=True), alike).scalar_one())
        session.execute(text(f"TRUNCATE {_stage(target.table)}"))
        return new


UPSERTS, COPIES = Upserts(), Copies()


def _differs(goal: Table, name: str, rows: Sequence[Row]) -> bool:
    """Say whether rows differ in a column; what is written as JSON may differ though Python calls it equal."""
    values = map(itemgetter(name), rows)
    return isinstance(goal.c[name].type, JSON) or any(map(ne, values, repeat(rows[0][name])))


def _stage(goal: Table) -> str:
    return f"stage_{goal.name}"


def _make_stage(goal: Table) -> str:
    names = ", ".join(f'"{one.name}"' for one in goal.c if one.name != "id")
    made = f"CREATE TEMP TABLE IF NOT EXISTS {_stage(goal)}"
    return f"{made} AS SELECT {names} FROM {goal.name} WITH NO DATA"  # noqa: S608  (names of our own schema)


def _copy(session: Session, goal: Table, told: Mapping[str, Sequence[Any]]) -> None:
    import psycopg  # noqa: PLC0415  (only where PostgreSQL is)

    driver: psycopg.Connection = session.connection.driver_connection  # type: ignore[assignment]
    named = ", ".join(f'"{name}"' for name in told)
    try:
        with driver.cursor() as cursor, cursor.copy(f"COPY {_stage(goal)} ({named}) FROM STDIN") as copy:
            for values in zip(*told.values(), strict=True):
                copy.write_row(values)
    except psycopg.Error as error:
        raise DBAPIError.instance("COPY", None, error, psycopg.Error, dialect=session.dialect) from error


def _bound(session: Session, goal: Table, name: str, rows: Sequence[Row]) -> Iterable[Any]:
    """Give a column as the driver takes it: row by row SQLAlchemy takes three times as long."""
    bound = goal.c[name].type.dialect_impl(session.dialect).bind_processor(session.dialect)
    values = map(itemgetter(name), rows)
    return values if bound is None else map(bound, values)


def _last(session: Session, goal: Table) -> int:
    return int(session.scalar(select(func.max(goal.c.id))) or 0) if "id" in goal.c else 0


@cache
def _upsert(target: Target, names: Columns) -> tuple[str, Columns]:
    """Write SQLite's statement once, with the order in which it takes its values: that costs more than to run it."""
    statement = _resolve(sqlite.insert(target.table), target)
    written = statement.compile(dialect=sqlite.dialect(), column_keys=list(names))
    return str(written), tuple(written.positiontup or ())


@cache
def _from(target: Target, names: Columns, differing: Columns, *, staged: bool) -> Any:  # noqa: ANN401  (as below)
    """Write PostgreSQL's statement once: what differs comes from the stage or from arrays, the rest from one value."""
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415

    kinds = {name: _kind(target.table.c[name]) for name in names}
    told = ", ".join(f'told."{name}"' if name in differing else f"CAST(:{name} AS {kinds[name]})" for name in names)
    arrays = ", ".join(f"CAST(:{name} AS {kinds[name]}[])" for name in differing)
    named = ", ".join(f'"{name}"' for name in differing)
    source = f"{_stage(target.table)} AS told" if staged else f"unnest({arrays}) AS told({named})"
    chosen = text(f"SELECT {told} FROM {source}" if differing else f"SELECT {told}")  # noqa: S608  (our own names)
    insert = postgresql.insert(target.table).from_select(list(names), chosen.columns(*map(column, names)))
    written = _resolve(insert, target).returning(literal_column("xmax = 0").label("new")).cte("written")
    return select(func.count()).select_from(written).where(written.c.new)  # what is updated carries who locked it


def _kind(one: Column[Any]) -> str:
    """Name the type of a column without its length: a cast would cut off silently what is too long for it."""
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415

    return re.sub(r"^VARCHAR\(\d+\)$", "TEXT", one.type.compile(postgresql.dialect()))  # type: ignore[no-untyped-call]


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
