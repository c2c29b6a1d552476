"""What all tables share: the names of constraints, moments in UTC, keys and references."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Dialect, ForeignKey, Integer, MetaData, String
from sqlalchemy.types import TypeDecorator

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        msg = f"a moment without a zone: {value}"
        raise ValueError(msg)
    return value if value.tzinfo is UTC else value.astimezone(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, kept in UTC; SQLite would forget its zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store UTC; a moment without a zone is a mistake of ours."""
        if value is None:
            return None
        value = _utc(value)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        """Read SQLite's text in one step: a file of a million rows has some million moments."""
        if dialect.name != "sqlite":
            return super().result_processor(dialect, coltype) or (lambda value: value)
        return lambda text: None if text is None else datetime.fromisoformat(f"{text}+00:00")

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Moment(UtcDateTime):
    """A moment of which a table holds millions: SQLite keeps it as microseconds since 1970, in 8 bytes in place of 26.

    To be compared with, or copied to, other moments of this type only.
    """

    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any] | None:
        """Store microseconds in SQLite; a moment without a zone is a mistake of ours and raises."""
        if dialect.name != "sqlite":
            return lambda value: None if value is None else _utc(value)
        return lambda value: None if value is None else (value - EPOCH) // MICROSECOND

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        """Read SQLite's microseconds."""
        if dialect.name != "sqlite":
            return super().result_processor(dialect, coltype)
        return lambda number: None if number is None else EPOCH + timedelta(microseconds=number)


class Digest(TypeDecorator[str]):
    """A SHA-256 of which a table holds millions: SQLite keeps its 32 bytes, not their 64 letters."""

    impl = String(64)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[str | None], Any] | None:
        """Store bytes in SQLite."""
        if dialect.name != "sqlite":
            return super().bind_processor(dialect)
        return lambda value: None if value is None else bytes.fromhex(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], str | None] | None:
        """Read letters."""
        if dialect.name != "sqlite":
            return super().result_processor(dialect, coltype)
        return lambda value: None if value is None else value.hex()


Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts only INTEGER PRIMARY KEY up by itself


def id_column() -> Column[int]:
    """Make a primary key that counts up by itself."""
    return Column("id", Id, primary_key=True)


def reference(name: str, target: str, *, nullable: bool = False) -> Column[int]:
    """Make a column that points to the key of another table."""
    return Column(name, Id, ForeignKey(f"{target}.id"), nullable=nullable)
