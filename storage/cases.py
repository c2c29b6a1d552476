"""Cases in the database: opened, moved, agreed to, added to. Nothing is ever changed or taken away here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, Table, func, insert, select

from core.cases import CaseState, EntryKind, Known
from core.records import Role
from storage.case_tables import case_consents, case_entries, case_matches, case_moves, cases
from storage.database import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """A case as it was opened: whose account, in which role, by which source; who opened it and why."""

    contest: str
    account_id: int
    platform: str
    handle: str
    role: Role
    subject: str
    unit: str | None
    region: str
    source: str
    source_date: date
    verified_by: str | None
    verified_on: date | None
    reason: str
    late_reason: str | None
    opened_by: str
    opened_at: datetime
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What a second person says of a move."""

    who: str
    agrees: bool
    reason: str | None
    said_at: datetime
    known: Known = Known.TYPED


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Somebody moved a case; what is done by two holds once a second person agreed.

    `moved_at` is when it was entered here; `stated_on` the day on which it happened, where the office states one.
    """

    case_id: int
    state: CaseState
    by_two: bool
    who: str
    reason: str
    moved_at: datetime
    stated_on: date | None = None
    known: Known = Known.TYPED
    id: int = 0
    consent: Consent | None = None

    @property
    def holds(self) -> bool:
        """Say whether the case went there."""
        return not self.by_two or (self.consent is not None and self.consent.agrees)

    @property
    def waits(self) -> bool:
        """Say whether a second person is awaited."""
        return self.by_two and self.consent is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What somebody added: `name` is a field, a relief or a witness's name; `dated` and `source` where it came from."""

    case_id: int
    kind: EntryKind
    text: str
    who: str
    added_at: datetime
    name: str | None = None
    source: str | None = None
    dated: date | None = None
    address: str | None = None
    takes_back: int | None = None
    known: Known = Known.TYPED
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case with all that happened to it, the oldest first. What was taken back is not among the entries."""

    row: CaseRow
    matches: Sequence[int]
    moves: Sequence[Move]
    entries: Sequence[Entry] = field(default=())

    @property
    def state(self) -> CaseState:
        """Say where it stands."""
        return next(move.state for move in reversed(self.moves) if move.holds)

    @property
    def waiting(self) -> Move | None:
        """Give the move to which a second person has not said anything yet."""
        return next((move for move in reversed(self.moves) if move.waits), None)

    def of(self, kind: EntryKind) -> list[Entry]:
        """Give the entries of one kind."""
        return [one for one in self.entries if one.kind is kind]

    @property
    def filled(self) -> Mapping[str, str]:
        """Give the fields of the forms, each as it was filled in last."""
        return {one.name: one.text for one in self.of(EntryKind.FIELD) if one.name}


def save_case(session: Session, row: CaseRow, match_ids: Sequence[int], *, known: Known = Known.TYPED) -> int:
    """Keep a new case with the matches it rests on; it begins as first information. Say its number."""
    number = _add(session, cases, row, leave=("id",))
    session.execute(insert(case_matches), [{"case_id": number, "match_id": one} for one in match_ids])
    first = Move(
        case_id=number,
        state=CaseState.INFORMATION,
        by_two=False,
        who=row.opened_by,
        reason=row.reason,
        moved_at=row.opened_at,
        known=known,
    )
    save_move(session, first)
    return number


def save_move(session: Session, move: Move) -> int:
    """Keep a move; say its number."""
    return _add(session, case_moves, move, leave=("id", "consent"))


def save_consent(session: Session, move_id: int, consent: Consent) -> None:
    """Keep what a second person says of a move; once only."""
    values = {one.name: getattr(consent, one.name) for one in fields(consent)}
    session.execute(insert(case_consents).values(move_id=move_id, **values))


def save_entry(session: Session, entry: Entry) -> int:
    """Keep something that was added; say its number."""
    return _add(session, case_entries, entry, leave=("id",))


def _add(session: Session, table: Table, row: Any, *, leave: Sequence[str]) -> int:  # noqa: ANN401  (one of three)
    values = {one.name: getattr(row, one.name) for one in fields(row) if one.name not in leave}
    return int(session.execute(insert(table).values(**values).returning(table.c.id)).scalar_one())


def find(session: Session, case_id: int) -> Case | None:
    """Give a case with all that belongs to it."""
    row = session.execute(select(cases).where(cases.c.id == case_id)).one_or_none()
    return _case(session, _row(row)) if row is not None else None


def every(session: Session) -> list[Case]:
    """Give all cases, the newest first; without entries."""
    rows = session.execute(select(cases).order_by(cases.c.id.desc())).all()
    return [_case(session, _row(row), entries=False) for row in rows]


def with_match(session: Session, match_id: int) -> list[Case]:
    """Give the cases that rest on a match, the oldest first; without entries."""
    query = select(cases).join(case_matches, case_matches.c.case_id == cases.c.id)
    rows = session.execute(query.where(case_matches.c.match_id == match_id).order_by(cases.c.id)).all()
    return [_case(session, _row(row), entries=False) for row in rows]


def count(session: Session) -> int:
    """Say how many cases there are."""
    return int(session.execute(select(func.count()).select_from(cases)).scalar_one())


def _row(row: Any) -> CaseRow:  # noqa: ANN401  (a row has no narrower type)
    value = dict(row._mapping)  # noqa: SLF001  (its documented name)
    return CaseRow(**{**value, "role": Role(value["role"])})


def _case(session: Session, row: CaseRow, *, entries: bool = True) -> Case:
    these = select(case_matches.c.match_id).where(case_matches.c.case_id == row.id).order_by(case_matches.c.match_id)
    return Case(
        row=row,
        matches=tuple(session.scalars(these)),
        moves=tuple(_moves(session, row.id)),
        entries=tuple(_entries(session, row.id)) if entries else (),
    )


def _moves(session: Session, case_id: int) -> list[Move]:
    said = case_consents.c
    query: Select[Any] = (
        select(
            case_moves,
            *(said.who.label("second"), said.agrees, said.reason.label("because"), said.said_at),
            said.known.label("second_known"),
        )
        .join(case_consents, said.move_id == case_moves.c.id, isouter=True)
        .where(case_moves.c.case_id == case_id)
        .order_by(case_moves.c.id)
    )
    found = []
    for row in session.execute(query):
        consent = None
        if row.second is not None:
            consent = Consent(
                who=row.second,
                agrees=row.agrees,
                reason=row.because,
                said_at=row.said_at,
                known=Known(row.second_known),
            )
        left = {"consent", "state", "known"}
        told = {one.name: getattr(row, one.name) for one in fields(Move) if one.name not in left}
        found.append(Move(**told, state=CaseState(row.state), known=Known(row.known), consent=consent))
    return found


def _entries(session: Session, case_id: int) -> list[Entry]:
    query = select(case_entries).where(case_entries.c.case_id == case_id).order_by(case_entries.c.id)
    rows = [dict(row._mapping) for row in session.execute(query)]  # noqa: SLF001  (its documented name)
    gone = {row["takes_back"] for row in rows} | {row["id"] for row in rows if row["takes_back"] is not None}
    return [
        Entry(**{**row, "kind": EntryKind(row["kind"]), "known": Known(row["known"])})
        for row in rows
        if row["id"] not in gone
    ]
