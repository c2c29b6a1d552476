"""What rule packs said of matches, and what people said of rules and phases. Everything here is only ever added to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, insert, select

from core.records import Role
from core.rules import RuleClass, Side
from storage.database import Session
from storage.judged_tables import matches
from storage.rule_tables import assessments, phase_overrides, rule_packs, rule_signatures
from storage.statements import NAMED, add, chunks
from storage.tables import interactions, posts


@dataclass(frozen=True, slots=True, kw_only=True)
class ActRow:
    """What rules need to know of a match."""

    match_id: int
    contest: str
    account_id: int
    action: str
    acted_at: datetime | None
    acted_from: datetime | None
    acted_to: datetime | None
    first_seen_at: datetime
    posted_at: datetime | None
    posted_from: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentRow:
    """What a pack said of a match, once."""

    match_id: int
    rule_pack_id: int
    entry: str | None
    rule_class: RuleClass
    addressee: str | None
    phase: Side
    role: Role | None
    assessed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PackRow:
    """A pack as it was applied; `parts` are the files it was put together of. A new one has no id yet."""

    pack: str
    version: str
    sha256: str
    parts: Sequence[Mapping[str, Any]]
    content: Mapping[str, Any]
    id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureRow:
    """Somebody vouches for a file of rules."""

    pack: str
    version: str
    sha256: str
    name: str
    position: str
    signed_on: date
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseRow:
    """What a person said of the phase of an act."""

    match_id: int
    phase: Side
    reason: str
    who: str
    set_at: datetime


def save_pack(session: Session, row: PackRow, now: datetime) -> int:
    """Keep a pack as it is applied; return its id."""
    values = {name: getattr(row, name) for name in row.__slots__ if name != "id"}
    add(session, rule_packs, [{**values, "first_used_at": now}], key=["sha256"])
    return int(session.scalars(select(rule_packs.c.id).where(rule_packs.c.sha256 == row.sha256)).one())


def packs(session: Session) -> list[PackRow]:
    """Give all packs as they were applied, the newest last."""
    query = select(*(rule_packs.c[name] for name in PackRow.__slots__)).order_by(rule_packs.c.id)
    return [PackRow(**row._mapping) for row in session.execute(query)]  # noqa: SLF001


def packs_by_id(session: Session, ids: Iterable[int]) -> dict[int, PackRow]:
    """Give packs as they were applied."""
    query = select(*(rule_packs.c[name] for name in PackRow.__slots__)).where(rule_packs.c.id.in_(set(ids)))
    return {row.id: PackRow(**row._mapping) for row in session.execute(query)}  # noqa: SLF001


def sign(session: Session, row: SignatureRow) -> None:
    """Keep that somebody vouches for a file of rules."""
    add(session, rule_signatures, [{name: getattr(row, name) for name in row.__slots__}], key=["sha256", "name"])


def signatures(session: Session) -> dict[str, SignatureRow]:
    """Give the first signature of each file, by its SHA-256."""
    names = SignatureRow.__slots__
    query = select(*(rule_signatures.c[name] for name in names)).order_by(rule_signatures.c.id.desc())
    return {row.sha256: SignatureRow(**row._mapping) for row in session.execute(query)}  # noqa: SLF001


def _acts() -> Select[Any]:
    return (
        select(
            matches.c.id.label("match_id"),
            matches.c.contest,
            interactions.c.account_id,
            interactions.c.action,
            interactions.c.acted_at,
            interactions.c.acted_from,
            interactions.c.acted_to,
            interactions.c.first_seen_at,
            posts.c.posted_at,
            posts.c.posted_from,
        )
        .join(interactions, interactions.c.id == matches.c.interaction_id)
        .join(posts, posts.c.id == interactions.c.post_id)
    )


def last_assessed(session: Session, contest: str) -> int:
    """Give the number of the last match of a contest of which a pack has said anything; they are taken in order."""
    done = select(assessments.c.match_id).join(matches, matches.c.id == assessments.c.match_id)
    query = done.where(matches.c.contest == contest).order_by(assessments.c.match_id.desc()).limit(1)
    return session.scalar(query) or 0


def acts_behind(session: Session, contest: str, after: int, *, limit: int) -> list[ActRow]:
    """Give the next matches of a contest behind a number, in their order."""
    query = _acts().where(matches.c.contest == contest, matches.c.id > after).order_by(matches.c.id).limit(limit)
    return [ActRow(**row._mapping) for row in session.execute(query)]  # noqa: SLF001


def act(session: Session, match_id: int) -> ActRow | None:
    """Give what rules need to know of one match."""
    row = session.execute(_acts().where(matches.c.id == match_id)).first()
    return ActRow(**row._mapping) if row else None  # noqa: SLF001


def save_assessments(session: Session, rows: Iterable[AssessmentRow]) -> None:
    """Add what packs say."""
    for part in chunks(({name: getattr(row, name) for name in row.__slots__} for row in rows), 5_000):
        session.execute(insert(assessments), part)


def assessments_of(session: Session, match_id: int) -> list[AssessmentRow]:
    """Give everything that was ever said of a match, the newest time first, within one time the milder phase first."""
    names = AssessmentRow.__slots__
    query = select(*(assessments.c[name] for name in names)).where(assessments.c.match_id == match_id)
    found = session.execute(query.order_by(assessments.c.assessed_at.desc(), assessments.c.id)).all()
    return [_assessment(dict(row._mapping)) for row in found]  # noqa: SLF001


def _assessment(value: dict[str, Any]) -> AssessmentRow:
    value["rule_class"], value["phase"] = RuleClass(value["rule_class"]), Side(value["phase"])
    value["role"] = Role(value["role"]) if value["role"] else None
    return AssessmentRow(**value)


def set_phase(session: Session, row: PhaseRow) -> None:
    """Keep what a person says of the phase of an act."""
    session.execute(insert(phase_overrides).values(**{name: getattr(row, name) for name in row.__slots__}))


def phases_set(session: Session, match_ids: Sequence[int]) -> dict[int, PhaseRow]:
    """Give what was said last of the phase of each of these matches."""
    found: dict[int, PhaseRow] = {}
    names = PhaseRow.__slots__
    for part in chunks(match_ids, NAMED):
        query = select(*(phase_overrides.c[name] for name in names)).where(phase_overrides.c.match_id.in_(part))
        for row in session.execute(query.order_by(phase_overrides.c.id)):
            found[row.match_id] = PhaseRow(**{**row._mapping, "phase": Side(row.phase)})  # noqa: SLF001
    return found
