"""Turns from the book of all machines: waited for, taken anew after sleep, counted from when a request left."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest

from core.errors import RefusedError
from scraper.fetch.manners import HostState, Pace, Spend

NOW = datetime(2029, 10, 1, 3, 0, tzinfo=UTC)
HOST = "baik.example"


@dataclass(slots=True)
class Hands:
    """A clock whose hands move when somebody waits, or when a test says so."""

    present: datetime = NOW

    def now(self) -> datetime:
        return self.present

    async def sleep(self, seconds: float) -> None:
        self.present += timedelta(seconds=seconds)

    def pass_by(self, seconds: float) -> None:
        self.present += timedelta(seconds=seconds)


@dataclass(slots=True)
class Notebook:
    """A book that answers as a test says, and remembers what it was told."""

    answers: list[float] = field(default_factory=list)
    taken: int = 0
    spent: int = 0
    late: list[float] = field(default_factory=list)
    pause_of: HostState | None = None

    def take(self, host: str, *, gap: float, spend: Spend | None, day: date) -> float:
        if self.pause_of is not None:
            raise RefusedError("host_paused", host=host, until=self.pause_of.blocked_until, reason=self.pause_of.reason)
        wait = self.answers.pop(0) if self.answers else 0.0
        self.taken += not wait
        self.spent += spend.units if spend is not None and not wait else 0
        return wait

    def went(self, host: str, *, gap: float) -> None:
        self.late.append(gap)

    def pause(self, host: str, wait: timedelta, reason: str) -> None:
        self.pause_of = HostState(blocked_until=NOW + wait, reason=reason)

    def paused(self, host: str) -> HostState | None:
        return self.pause_of


def walk(steps: Callable[[Pace, Hands], Awaitable[None]], book: Notebook, *, gap: float = 2.0) -> Hands:
    clock = Hands()
    asyncio.run(_run(steps, Pace(clock, gap=gap, book=book), clock))
    return clock


async def _run(steps: Callable[[Pace, Hands], Awaitable[None]], pace: Pace, clock: Hands) -> None:
    await steps(pace, clock)


def test_who_is_told_to_wait_asks_again() -> None:
    async def steps(pace: Pace, _clock: Hands) -> None:
        await pace.turn(HOST)

    book = Notebook(answers=[1.5, 0.5])

    assert walk(steps, book).now() == NOW + timedelta(seconds=2)
    assert book.taken == 1


def test_a_request_that_left_at_once_is_not_noted_again() -> None:
    async def steps(pace: Pace, _clock: Hands) -> None:
        await pace.turn(HOST)
        await pace.leaving(HOST)
        await pace.left(HOST)

    book = Notebook()
    walk(steps, book)

    assert (book.taken, book.late) == (1, [])


def test_the_gap_counts_from_when_a_slow_request_left() -> None:
    async def steps(pace: Pace, clock: Hands) -> None:
        await pace.turn(HOST)
        clock.pass_by(0.3)
        await pace.left(HOST)

    book = Notebook()
    walk(steps, book)

    assert book.late == [2.0]


def test_a_machine_that_slept_takes_another_turn_before_its_request_leaves_and_pays_once() -> None:
    async def steps(pace: Pace, clock: Hands) -> None:
        await pace.turn(HOST, spend=Spend(units=5, daily=100))
        clock.pass_by(60)
        await pace.leaving(HOST)

    book = Notebook()
    walk(steps, book)

    assert (book.taken, book.spent) == (2, 5)


def test_a_pause_is_written_into_the_book_and_kept_by_nobody_else() -> None:
    async def steps(pace: Pace, _clock: Hands) -> None:
        pace.pause(HOST, "login_wall")
        assert pace.states == {}
        with pytest.raises(RefusedError):
            await pace.turn(HOST)

    book = Notebook()
    walk(steps, book)

    assert book.pause_of == HostState(blocked_until=NOW + timedelta(hours=24), reason="login_wall")
