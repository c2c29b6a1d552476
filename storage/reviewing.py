"""What the review page asks the database: a stretch of the queue, what was said of a match, its neighbours.

Nothing here counts rows or skips over them: a stretch begins behind the key of the last row of the one before, and
every order has an index that walks it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from heapq import merge
from itertools import groupby, islice
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, and_, distinct, func, insert, literal, or_, select

from core.records import Action, Answer, Band, Standing
from storage.answering import DecisionRow
from storage.database import Session
from storage.judged_tables import agreements, decisions, matches, withdrawals
from storage.standing import stand, taken_back
from storage.tables import accounts, interactions, post_versions

Order = Literal["clock", "highest", "uncertain", "newest"]
_ROUNDING = 1e-9
FEW_MATCHES = 2_000
"""Up to so many matches between two days it is quicker to sort them than to look for them in the whole queue."""
MANY_MATCHES = 20_000
"""Up to so many matches of the accounts it is quicker to look through them for those between two days."""
FEW_ACCOUNTS = 400
"""Up to so many accounts it is quicker to walk their own matches than to look for them in the whole queue."""


ONE_BY_ONE = 8
"""Up to so many accounts the clock is walked account by account: no index orders several of them."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A match as a line of the queue."""

    match_id: int
    contest: str
    platform: str
    account_id: int
    handle: str
    action: Action
    acted_at: datetime | None
    first_seen_at: datetime
    text: str
    probability: float
    band: Band
    answer: Answer | None
    captured_at: datetime | None = None
    first_opened_at: datetime | None = None
    due_at: datetime | None = None

    @property
    def key(self) -> Key:
        """Say where it stands."""
        return Key(self.probability, self.match_id, self.due_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A decision with its number, and whether it was taken back."""

    id: int
    row: DecisionRow
    withdrawn_at: datetime | None


def stretch(session: Session, wanted: Wanted, *, after: Key | None = None, most: int = 30) -> list[Line]:
    """Give the next matches behind a key."""
    walk = _Walk.of(session, wanted)
    if wanted.order == "clock":
        return _in_turn(session, walk, _behind(walk, after), most)
    if wanted.order == "newest":
        behind = matches.c.id < after.match_id if after else None
        return _lines(session, walk.query(behind).order_by(walk.number.desc()).limit(most))
    if wanted.order == "highest":
        order = walk.value.desc(), walk.number.desc()
        return _lines(session, walk.query(_below(after)).order_by(*order).limit(most))
    return list(islice(_uncertain(session, walk, after, most), most))


@dataclass(frozen=True, slots=True)
class _Walk:
    """A way through the matches: along the order, or through those of some days or accounts where these are few.

    What is reckoned is no column of an index: that is how the database is told which of two to leave alone.
    """

    wanted: Wanted
    by_days: bool
    by_accounts: bool = False

    @classmethod
    def of(cls, session: Session, wanted: Wanted) -> "_Walk":
        between = list(_between(wanted, matches.c.happened_at))
        if not between:
            return cls(wanted, by_days=False)
        if wanted.accounts is not None and len(wanted.accounts) <= FEW_ACCOUNTS:
            theirs = matches.c.account_id.in_(wanted.accounts)
            if cls._fewer(session, wanted, MANY_MATCHES, theirs):
                return cls(wanted, by_days=False, by_accounts=True)
        return cls(wanted, by_days=cls._fewer(session, wanted, FEW_MATCHES, *between))

    @staticmethod
    def _fewer(session: Session, wanted: Wanted, most: int, *these: ColumnElement[bool]) -> bool:
        some = select(matches.c.id).where(matches.c.standing == wanted.standing, *these).limit(most)
        return session.execute(select(func.count()).select_from(some.subquery())).scalar_one() < most

    @property
    def value(self) -> ColumnElement[Any]:
        return matches.c.probability + 0 if self.by_days or self.by_accounts else matches.c.probability

    @property
    def number(self) -> ColumnElement[Any]:
        return matches.c.id + 0 if self.by_days or self.by_accounts else matches.c.id

    @property
    def due(self) -> ColumnElement[Any]:
        return func.coalesce(matches.c.due_at, matches.c.due_at) if self.by_days else matches.c.due_at

    def query(self, place: ColumnElement[bool] | None) -> Select[Any]:
        day = matches.c.happened_at if self.by_days else func.coalesce(matches.c.happened_at, matches.c.happened_at)
        query = _listed().where(*_conditions(self.wanted), *_between(self.wanted, day))
        return query if place is None else query.where(place)


def _between(wanted: Wanted, day: ColumnElement[Any]) -> Iterator[ColumnElement[bool]]:
    if wanted.since is not None:
        yield day >= wanted.since
    if wanted.until is not None:
        yield day < wanted.until


def _below(after: Key | None) -> ColumnElement[bool] | None:
    if after is None:
        return None
    value = matches.c.probability
    behind = or_(value < after.probability, and_(value == after.probability, matches.c.id < after.match_id))
    return and_(value <= after.probability, behind)  # an index finds its place by the first, not by an "or"


Segment = tuple[ColumnElement[bool] | None, tuple[ColumnElement[Any], ...]]
"""A piece of an order that an index walks in one go: what lies in it, and in which order."""


def _in_turn(
    session: Session, walk: _Walk, segments: Iterable[Segment], most: int, *, backwards: bool = False
) -> list[Line]:
    """Walk one piece after the other until there is enough; of a few accounts the piece of each."""
    found: list[Line] = []
    few = 0 < len(walk.wanted.accounts or ()) <= ONE_BY_ONE and not walk.by_days
    walks = [replace(walk, wanted=one) for one in _by_account(walk.wanted)] if few else [walk]
    for place, order in segments:
        left = most - len(found)
        if left > 0:
            piece = [line for one in walks for line in _lines(session, one.query(place).order_by(*order).limit(left))]
            found += piece if len(walks) == 1 else sorted(piece, key=_by_clock, reverse=backwards)[:left]
    return found


def _by_account(wanted: Wanted) -> Iterator[Wanted]:
    for account in wanted.accounts or ():
        yield replace(wanted, accounts=frozenset({account}))


def _by_clock(line: Line) -> tuple[float, float, int]:
    """Give the key of the order; within a piece either all have a clock or none."""
    return line.due_at.timestamp() if line.due_at else 0, -line.probability, -line.match_id


def _behind(walk: _Walk, after: Key | None) -> Iterator[Segment]:
    """Go by the clock: what is due first, of one day the most probable first; what has no clock comes last."""
    best = walk.value.desc(), walk.number.desc()
    if after is None:
        yield walk.due.is_not(None), (walk.due, *best)
        yield walk.due.is_(None), best
        return
    below = _below(after)
    if below is not None and after.due_at is None:
        yield and_(walk.due.is_(None), below), best
    elif below is not None:
        yield and_(walk.due == after.due_at, below), best
        yield walk.due > after.due_at, (walk.due, *best)
        yield walk.due.is_(None), best


def _ahead(walk: _Walk, key: Key) -> Iterator[Segment]:
    """Go the same way backwards."""
    value, number = walk.value, walk.number
    nearer = or_(value > key.probability, and_(value == key.probability, number > key.match_id))
    nearer = and_(value >= key.probability, nearer)
    if key.due_at is None:
        yield and_(walk.due.is_(None), nearer), (value, number)
        yield walk.due.is_not(None), (walk.due.desc(), value, number)
    else:
        yield and_(walk.due == key.due_at, nearer), (value, number)
        yield walk.due < key.due_at, (walk.due.desc(), value, number)


def _uncertain(session: Session, walk: _Walk, after: Key | None, most: int) -> Iterator[Line]:
    """Walk from one half outwards, in both directions at once."""
    value, number = matches.c.probability, matches.c.id
    far = abs(after.probability - 0.5) if after else 0.0
    up, down = value >= max(0.5, 0.5 + far - _ROUNDING), and_(value < 0.5, value <= 0.5 - far + _ROUNDING)
    if after is not None:  # how far a value is from one half is rounded: what the index finds is compared exactly
        distance = func.abs(value - 0.5)
        behind = or_(distance > far, and_(distance == far, number < after.match_id))
        up, down = and_(up, behind), and_(down, behind)
    above = _lines(session, walk.query(up).order_by(walk.value, walk.number.desc()).limit(most))
    below = _lines(session, walk.query(down).order_by(walk.value.desc(), walk.number.desc()).limit(most))
    return merge(above, below, key=_doubt)


def _doubt(line: Line) -> tuple[float, int]:
    return abs(line.probability - 0.5), -line.match_id


def before(session: Session, wanted: Wanted, key: Key) -> int | None:
    """Give the match that stands just before a key."""
    value, number = matches.c.probability, matches.c.id
    walk = _Walk.of(session, wanted)
    if wanted.order == "clock":
        found = _in_turn(session, walk, _ahead(walk, key), 1, backwards=True)
    elif wanted.order == "newest":
        found = _lines(session, walk.query(number > key.match_id).order_by(number).limit(1))
    elif wanted.order == "highest":
        nearer = or_(value > key.probability, and_(value == key.probability, number > key.match_id))
        nearer = and_(value >= key.probability, nearer)
        found = _lines(session, walk.query(nearer).order_by(value, number).limit(1))
    else:
        far, distance = abs(key.probability - 0.5), func.abs(value - 0.5)
        nearer = or_(distance < far, and_(distance == far, number > key.match_id))
        sides = (value >= 0.5, (value.desc(), number)), (value < 0.5, (value, number))
        queries = (walk.query(and_(side, nearer)).order_by(*order).limit(1) for side, order in sides)
        found = sorted((line for query in queries for line in _lines(session, query)), key=_doubt)
    return found[-1].match_id if found else None


def _listed() -> Select[Any]:
    return (
        select(
            matches.c.id.label("match_id"),
            matches.c.contest,
            accounts.c.platform,
            interactions.c.account_id,
            accounts.c.handle,
            interactions.c.action,
            interactions.c.acted_at,
            interactions.c.first_seen_at,
            func.substr(post_versions.c.text, 1, 160).label("text"),
            matches.c.probability,
            matches.c.band,
            matches.c.answer,
            matches.c.captured_at,
            matches.c.first_opened_at,
            matches.c.due_at,
        )
        .select_from(matches)
        .join(interactions, interactions.c.id == matches.c.interaction_id)
        .join(accounts, accounts.c.id == interactions.c.account_id)
        .join(post_versions, post_versions.c.id == matches.c.post_version_id)
    )


def _whose(wanted: Wanted, count: int) -> ColumnElement[Any]:
    """Name the account so that its own index is used for few; in the order of the clock that of the clock holds it."""
    if wanted.order == "clock":
        return matches.c.account_id if count <= ONE_BY_ONE else matches.c.account_id + 0
    return matches.c.account_id if count <= FEW_ACCOUNTS else interactions.c.account_id


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    yield matches.c.standing == wanted.standing
    if wanted.standing is Standing.OPEN and not wanted.low:
        yield matches.c.band != Band.LOW
    if wanted.reviewer is not None and wanted.standing in (Standing.SECOND, Standing.CONFLICT):
        own = and_(decisions.c.match_id == matches.c.id, decisions.c.reviewer == wanted.reviewer, ~taken_back())
        yield ~select(decisions.c.id).where(own).exists()
    if wanted.accounts is not None:
        yield _whose(wanted, len(wanted.accounts)).in_(wanted.accounts)
    for column, value in (
        (matches.c.answer, wanted.answer),
        (matches.c.target, wanted.target),
        (matches.c.contest, wanted.contest),
        (interactions.c.action, wanted.action),
    ):
        if value is not None:
            yield column == value


def _lines(session: Session, query: Select[Any]) -> list[Line]:
    found = (dict(row._mapping) for row in session.execute(query))  # noqa: SLF001  (its documented name)
    return [
        Line(
            **{
                **row,
                "action": Action(row["action"]),
                "band": Band(row["band"]),
                "answer": Answer(row["answer"]) if row["answer"] else None,
            }
        )
        for row in found
    ]


def key_of(session: Session, match_id: int) -> Key | None:
    """Say where a match stands in every order."""
    query = select(matches.c.probability, matches.c.id, matches.c.due_at).where(matches.c.id == match_id)
    row = session.execute(query).first()
    return Key(row.probability, row.id, row.due_at) if row else None


def standing(session: Session, match_id: int) -> Standing:
    """Say where a match stands; it must exist."""
    return Standing(session.execute(select(matches.c.standing).where(matches.c.id == match_id)).scalar_one())


def _judgements(session: Session, *where: ColumnElement[bool], newest: int | None = None) -> list[Judgement]:
    query = (
        select(decisions, withdrawals.c.withdrawn_at)
        .join(withdrawals, withdrawals.c.decision_id == decisions.c.id, isouter=True)
        .where(*where)
        .order_by(decisions.c.id.desc() if newest else decisions.c.id)
        .limit(newest)
    )
    found = []
    for row in session.execute(query):
        value = dict(row._mapping)  # noqa: SLF001  (its documented name)
        number, withdrawn = value.pop("id"), value.pop("withdrawn_at")
        value["answer"] = Answer(value["answer"])
        found.append(Judgement(id=number, row=DecisionRow(**value), withdrawn_at=withdrawn))
    return found


def history(session: Session, match_id: int) -> list[Judgement]:
    """Give every decision on a match, the oldest first."""
    return _judgements(session, decisions.c.match_id == match_id)


def latest_of(session: Session, reviewer: str, most: int) -> list[Judgement]:
    """Give a reviewer's last decisions that still count, the newest first."""
    return _judgements(session, decisions.c.reviewer == reviewer, ~taken_back(), newest=most)


def withdraw(session: Session, decision_id: int, reviewer: str, *, now: datetime, overlap: float) -> int | None:
    """Take a decision back, and those on near-duplicates that were given with it; say of which match it was.

    None where it is not this reviewer's or was taken back before. Rows of one file are no such group.
    """
    mine = decisions.c.reviewer == reviewer, ~taken_back()
    first = session.execute(select(decisions).where(decisions.c.id == decision_id, *mine)).first()
    if first is None:
        return None
    others = [
        decisions.c.decided_at == first.decided_at,
        decisions.c.answer == first.answer,
        decisions.c.reason.is_not_distinct_from(first.reason),
        decisions.c.match_id != first.match_id,
        decisions.c.file_sha256.is_(None),
        literal(first.file_sha256 is None),
    ]
    group = or_(decisions.c.id == decision_id, and_(*others))
    found = session.execute(select(decisions.c.id, decisions.c.match_id).where(group, *mine)).all()
    rows = [{"decision_id": row.id, "reviewer": reviewer, "withdrawn_at": now} for row in found]
    session.execute(insert(withdrawals), rows)
    stand(session, (row.match_id for row in found), overlap=overlap)
    return int(first.match_id)


def lines_of(session: Session, match_ids: Sequence[int]) -> list[Line]:
    """Give some matches as lines, those that are answered first."""
    query = _listed().where(matches.c.id.in_(match_ids))
    return _lines(session, query.order_by(matches.c.answer.is_(None), matches.c.id))


def open_among(session: Session, match_ids: Sequence[int]) -> list[int]:
    """Pick the matches that nobody has answered."""
    query = select(matches.c.id).where(matches.c.id.in_(match_ids), matches.c.standing == Standing.OPEN)
    return list(session.scalars(query.order_by(matches.c.id)))


def judged_by_several(session: Session) -> Iterator[dict[str, Answer]]:
    """Stream what each reviewer says now of the matches that several judged; settlements are left out."""
    counts = decisions.c.settles.is_(False), ~taken_back()
    several = select(decisions.c.match_id).where(*counts).group_by(decisions.c.match_id)
    several = several.having(func.count(distinct(decisions.c.reviewer)) > 1)
    query = select(decisions.c.match_id, decisions.c.reviewer, decisions.c.answer)
    query = query.where(*counts, decisions.c.match_id.in_(several)).order_by(decisions.c.match_id, decisions.c.id)
    for _, rows in groupby(session.execute(query), key=lambda row: row.match_id):
        yield {row.reviewer: Answer(row.answer) for row in rows}


def save_agreements(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep how far pairs of people agreed at a moment."""
    if rows:
        session.execute(insert(agreements), list(rows))
