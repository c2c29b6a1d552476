"""Which matches come next in the queue: their numbers, chosen by what one index holds, before anything is joined.

Nothing here counts all rows or skips over them: a stretch begins behind the key of the last row of the one before.
There are three ways: along the order, which an index walks; through the matches of some days; and through those of
some accounts on some days. The last two are sorted, and taken where there are few.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from core.records import Action, Answer, Band, Standing
from storage.database import Session
from storage.judged_tables import decisions, matches
from storage.standing import taken_back
from storage.tables import interactions

Order = Literal["clock", "highest", "uncertain", "newest"]
_ROUNDING = 1e-9
FEW_MATCHES = 2_000
"""Up to so many matches between two days it is quicker to sort them than to look for them in the whole queue."""
MANY_MATCHES = 20_000
"""Up to so many matches of the accounts it is quicker to sort them than to look for them in the whole queue."""
FEW_ACCOUNTS = 1_000
"""Up to so many accounts it is worth looking how many matches they have."""
OF_ACCOUNT = "INDEXED BY ix_matches_of_account"
"""SQLite keeps no statistics, and takes any index that begins with the standing for a better one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which matches somebody wants to see; None and empty leave open. Times are aware."""

    standing: Standing = Standing.OPEN
    reviewer: str | None = None
    """With SECOND and CONFLICT: leave out what this person has judged already."""
    answer: Answer | None = None
    low: bool = False
    accounts: frozenset[int] | None = None
    action: Action | None = None
    target: str | None = None
    contest: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    order: Order = "clock"


@dataclass(frozen=True, slots=True)
class Key:
    """Where a match stands in an order; `due_at` counts in the order of the clock only."""

    probability: float
    match_id: int
    due_at: datetime | None = None


def behind(session: Session, wanted: Wanted, after: Key | None, most: int) -> list[int]:
    """Give the numbers of the next matches behind a key, in their order."""
    walk = _Walk.of(session, wanted)
    if wanted.order == "clock":
        found = walk.piece_by_piece(_behind(walk, after), most)
    elif wanted.order == "newest":
        found = walk.find(walk.number < after.match_id if after else None, (walk.number.desc(),), most)
    elif wanted.order == "highest":
        found = walk.find(_below(walk, after) if after else None, walk.downwards, most)
    else:
        found = list(islice(_doubtful(walk, after, most), most))
    return [one.match_id for one in found]


def before(session: Session, wanted: Wanted, key: Key) -> int | None:
    """Give the match that stands just before a key."""
    walk = _Walk.of(session, wanted)
    if wanted.order == "clock":
        found = walk.piece_by_piece(_ahead(walk, key), 1)
    elif wanted.order == "newest":
        found = walk.find(walk.number > key.match_id, (walk.number,), 1)
    elif wanted.order == "highest":
        found = walk.find(_above(walk, key), walk.upwards, 1)
    else:
        far, distance = _far(key), func.abs(walk.value - 0.5)
        nearer = or_(distance < far, and_(distance == far, walk.number > key.match_id))
        sides = (walk.value >= 0.5, (walk.value.desc(), walk.number)), (walk.value < 0.5, walk.upwards)
        found = sorted((one for side, order in sides for one in walk.find(and_(side, nearer), order, 1)), key=_doubt)
    return found[-1].match_id if found else None


Segment = tuple[ColumnElement[bool] | None, tuple[ColumnElement[Any], ...]]
"""A piece of an order that an index walks in one go: what lies in it, and in which order."""


@dataclass(frozen=True, slots=True)
class _Walk:
    """A way through the matches. What is set aside, no index is asked for: that leaves the database one way."""

    session: Session
    wanted: Wanted
    way: Literal["order", "days", "accounts"]

    @classmethod
    def of(cls, session: Session, wanted: Wanted) -> "_Walk":
        """Choose the way by how many matches lie on it."""
        theirs, between = cls(session, wanted, "accounts"), cls(session, wanted, "days")
        if wanted.accounts is not None and len(wanted.accounts) <= FEW_ACCOUNTS and theirs.is_short(MANY_MATCHES):
            return theirs
        if (wanted.since or wanted.until) and between.is_short(FEW_MATCHES):
            return between
        return cls(session, wanted, "order")

    def is_short(self, most: int) -> bool:
        """Say whether fewer matches than so many lie on this way."""
        these = self._select(matches.c.id).where(*self._when())
        if self.way == "accounts":
            these = these.where(self._whose())
        return self.session.execute(select(func.count()).select_from(these.limit(most).subquery())).scalar_one() < most

    def find(self, place: ColumnElement[bool] | None, order: tuple[ColumnElement[Any], ...], most: int) -> list[Key]:
        """Give the first matches of a place, as keys without their clock."""
        query = self._select(matches.c.probability, matches.c.id).where(*self._conditions(), *self._when())
        query = query if place is None else query.where(place)
        return [Key(*row) for row in self.session.execute(query.order_by(*order).limit(most))]

    def piece_by_piece(self, segments: Iterable[Segment], most: int) -> list[Key]:
        """Walk one piece after the other until there is enough."""
        found: list[Key] = []
        for place, order in segments:
            if len(found) < most:
                found += self.find(place, order, most - len(found))
        return found

    @property
    def value(self) -> ColumnElement[Any]:
        return self._kept("order", matches.c.probability)

    @property
    def number(self) -> ColumnElement[Any]:
        return self._kept("order", matches.c.id)

    @property
    def due(self) -> ColumnElement[Any]:
        return self._kept("order", matches.c.due_at)

    @property
    def downwards(self) -> tuple[ColumnElement[Any], ...]:
        return self.value.desc(), self.number.desc()

    @property
    def upwards(self) -> tuple[ColumnElement[Any], ...]:
        return self.value, self.number

    def _kept(self, way: str, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """Give a column on its way, and on any other as something that is reckoned."""
        return column if self.way == way else func.coalesce(column, column)

    def _select(self, *columns: ColumnElement[Any]) -> Select[Any]:
        query = select(*columns).where(matches.c.standing == self.wanted.standing)
        return query.with_hint(matches, OF_ACCOUNT, "sqlite") if self.way == "accounts" else query

    def _whose(self) -> ColumnElement[bool]:
        return self._kept("accounts", matches.c.account_id).in_(self.wanted.accounts or ())

    def _when(self) -> Iterator[ColumnElement[bool]]:
        day = self._kept("days" if self.way == "days" else "accounts", matches.c.happened_at)
        if self.wanted.since is not None:
            yield day >= self.wanted.since
        if self.wanted.until is not None:
            yield day < self.wanted.until

    def _conditions(self) -> Iterator[ColumnElement[bool]]:
        wanted = self.wanted
        if wanted.standing is Standing.OPEN and not wanted.low:
            yield matches.c.band != Band.LOW
        if wanted.accounts is not None:
            yield self._whose()
        for column, value in (
            (matches.c.answer, wanted.answer),
            (self._kept("order", matches.c.target), wanted.target),
            (self._kept("order", matches.c.contest), wanted.contest),
        ):
            if value is not None:
                yield column == value
        if wanted.action is not None:
            act = select(interactions.c.action).where(interactions.c.id == matches.c.interaction_id)
            yield act.scalar_subquery() == wanted.action
        if wanted.reviewer is not None and wanted.standing in (Standing.SECOND, Standing.CONFLICT):
            own = and_(decisions.c.match_id == matches.c.id, decisions.c.reviewer == wanted.reviewer, ~taken_back())
            yield ~select(decisions.c.id).where(own).exists()


def _below(walk: _Walk, key: Key) -> ColumnElement[bool]:
    lower = or_(walk.value < key.probability, and_(walk.value == key.probability, walk.number < key.match_id))
    return and_(walk.value <= key.probability, lower)  # an index finds its place by the first, not by an "or"


def _above(walk: _Walk, key: Key) -> ColumnElement[bool]:
    higher = or_(walk.value > key.probability, and_(walk.value == key.probability, walk.number > key.match_id))
    return and_(walk.value >= key.probability, higher)


def _behind(walk: _Walk, after: Key | None) -> Iterator[Segment]:
    """Go by the clock: what is due first, of one day the most probable first; what has no clock comes last."""
    best = walk.downwards
    if after is None:
        yield walk.due.is_not(None), (walk.due, *best)
        yield walk.due.is_(None), best
    elif after.due_at is None:
        yield and_(walk.due.is_(None), _below(walk, after)), best
    else:
        yield and_(walk.due == after.due_at, _below(walk, after)), best
        yield walk.due > after.due_at, (walk.due, *best)
        yield walk.due.is_(None), best


def _ahead(walk: _Walk, key: Key) -> Iterator[Segment]:
    """Go the same way backwards."""
    if key.due_at is None:
        yield and_(walk.due.is_(None), _above(walk, key)), walk.upwards
        yield walk.due.is_not(None), (walk.due.desc(), *walk.upwards)
    else:
        yield and_(walk.due == key.due_at, _above(walk, key)), walk.upwards
        yield walk.due < key.due_at, (walk.due.desc(), *walk.upwards)


def _doubtful(walk: _Walk, after: Key | None, most: int) -> Iterator[Key]:
    """Walk from one half outwards, in both directions at once."""
    value, number = walk.value, walk.number
    far = _far(after) if after else 0.0
    up, down = value >= max(0.5, 0.5 + far - _ROUNDING), and_(value < 0.5, value <= 0.5 - far + _ROUNDING)
    if after is not None:  # how far a value is from one half is rounded: what the index finds is compared exactly
        distance = func.abs(value - 0.5)
        farther = or_(distance > far, and_(distance == far, number < after.match_id))
        up, down = and_(up, farther), and_(down, farther)
    upper, lower = walk.find(up, (value, number.desc()), most), walk.find(down, walk.downwards, most)
    return merge(upper, lower, key=_doubt)


def _far(key: Key) -> float:
    return abs(key.probability - 0.5)


def _doubt(key: Key) -> tuple[float, int]:
    return _far(key), -key.match_id
