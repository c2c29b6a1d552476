"""What the review page asks the database: a stretch of the queue as lines, what was said of a match, its neighbours."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, distinct, func, insert, literal, or_, select

from core.records import Action, Answer, Band, Standing
from storage import walking
from storage.answering import DecisionRow
from storage.database import Session
from storage.judged_tables import agreements, decisions, matches, withdrawals
from storage.standing import stand, taken_back
from storage.tables import accounts, interactions, post_versions
from storage.walking import Key, Wanted


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
    ids = walking.behind(session, wanted, after, most)
    lines = {line.match_id: line for line in _lines(session, _listed().where(matches.c.id.in_(ids)))} if ids else {}
    return [lines[number] for number in ids if number in lines]  # one may have gone meanwhile


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
