"""A fault at a chosen statement."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

from sqlalchemy import event

from storage.database import Database


class PowerCutError(Exception):
    """What a fault test throws."""


@contextmanager
def failing_at(database: Database, number: int) -> Iterator[None]:
    """Fail just before the nth statement."""
    statements = count(1)

    def cut(*_: Any) -> None:  # noqa: ANN401  (SQLAlchemy's own arguments)
        if next(statements) == number:
            raise PowerCutError

    event.listen(database.engine, "before_cursor_execute", cut)
    try:
        yield
    finally:
        event.remove(database.engine, "before_cursor_execute", cut)
