"""What rules say of matches: each is assessed once by the pack that holds, and again only when somebody asks for it.

A pack that changes never changes what was said: every row names the pack by its SHA-256, and the pack is kept.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from core import deadlines
from core.deadlines import Span, side_of, sides
from core.deeds import Did
from core.errors import InputError, TilikError
from core.records import Role
from core.rules import Entry, Pack, RuleClass, Side, Words
from core.settings import Contest
from jobs.clocks import Clock, clock_of, day_of
from jobs.rulebooks import Rulebook, Shelf, Volume, shelf
from jobs.tools import Tools
from storage import clocks, people, rules, watching
from storage.database import Session
from storage.rules import ActRow, AssessmentRow, PackRow, PhaseRow, SignatureRow
from storage.watching import Watched

CHUNK = 2_000
Duty = Mapping[int, Sequence[tuple[date, date, Role]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What a pack said of a match, with the words that it had then, and who vouches for them."""

    row: AssessmentRow
    pack: str
    version: str
    sha256: str
    entry: Entry | None
    addressees: Mapping[str, Words]
    signed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedPack:
    """A pack that was applied here, and whether somebody vouches for every part of it."""

    pack: str
    version: str
    sha256: str
    signed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What rules say of a match now. `broken` is why nothing can be said; `designated` whether the day is known."""

    rulings: Sequence[Ruling] = ()
    clock: Clock | None = None
    phase: PhaseRow | None = None
    designated: bool = True
    broken: TilikError | None = None


def run(tools: Tools) -> int:
    """Assess what no pack has said anything of, chunk by chunk, and wind the clocks; say how many were assessed."""
    books, count = shelf(tools.settings.rules.folder), 0
    with tools.database.read() as session:
        duty = _duty(watching.watchlist(session))
    for contest in tools.settings.contests:
        with tools.database.read() as session:
            last = rules.last_assessed(session, contest.id)
        while True:
            with tools.database.write() as session:
                waiting = rules.acts_behind(session, contest.id, last, limit=CHUNK)
                count += _assess(session, tools, contest, waiting, books=books, duty=duty)
            if not waiting:
                break
            last = waiting[-1].match_id
        with tools.database.write() as session:
            clocks.wind(session, contest.id, day_of(books, contest))
    return count


def again(tools: Tools, shown: str, match_id: int | None) -> list[Ruling]:
    """Assess one match anew, by the pack that holds now; what was said before stays.

    Raises InputError where there is no such match, or its contest is not in the settings.
    """
    run(tools)  # what waits is assessed in its order
    books = shelf(tools.settings.rules.folder)
    with tools.database.write() as session:
        act, contest = _found(session, tools, shown, match_id)
        duty = _duty(watching.watchlist(session, account_id=act.account_id))
        _assess(session, tools, contest, [act], books=books, duty=duty)
        return list(rulings(session, act.match_id))


def set_phase(tools: Tools, shown: str, match_id: int | None, *, phase: Side, reason: str, who: str) -> list[Ruling]:
    """Let a person say on which side of the designation an act lies, and assess it again by that."""
    if not reason.strip():
        raise InputError("phase_reason_missing")
    now = tools.clock.now()
    with tools.database.write() as session:
        act, _ = _found(session, tools, shown, match_id)
        row = PhaseRow(match_id=act.match_id, phase=phase, reason=reason.strip(), who=who, set_at=now)
        rules.set_phase(session, row)
        people.record(session, who=who, what=Did.PHASE, detail=f"{shown}: {phase}; {reason.strip()}", at=now)
    return again(tools, shown, match_id)


def sign(tools: Tools, found: Volume, *, name: str, position: str, day: date) -> SignatureRow:
    """Keep that a named person vouches for the legal content of a file: of exactly this one."""
    now = tools.clock.now()
    row = SignatureRow(
        pack=found.rules.id,
        version=found.rules.version,
        sha256=found.sha256,
        name=name.strip(),
        position=position.strip(),
        signed_on=day,
        recorded_at=now,
    )
    if not row.name or not row.position:
        raise InputError("signature_incomplete")
    with tools.database.write() as session:
        rules.sign(session, row)
        detail = f"{row.name}, {row.position}; {row.pack} {row.version} {row.sha256}; {row.signed_on}"
        people.record(session, who=tools.who, what=Did.SIGN_RULES, detail=detail, at=now)
    return row


def _found(session: Session, tools: Tools, shown: str, match_id: int | None) -> tuple[ActRow, Contest]:
    act = rules.act(session, match_id) if match_id is not None else None
    if act is None:
        raise InputError("match_unknown", match=shown)
    contest = _contest(tools, act.contest)
    if contest is None:
        raise InputError("match_without_contest", match=shown, contest=act.contest)
    return act, contest


def _contest(tools: Tools, name: str) -> Contest | None:
    return next((one for one in tools.settings.contests if one.id == name), None)


def _duty(entries: Iterable[Watched]) -> Duty:
    """Say from when to when each account is watched in which role."""
    found: dict[int, list[tuple[date, date, Role]]] = {}
    for one in entries:
        span = one.entry.valid_from, one.entry.valid_to or date.max, one.entry.role
        found.setdefault(one.account.id, []).append(span)
    return found


def _assess(
    session: Session, tools: Tools, contest: Contest, acts: Sequence[ActRow], *, books: Shelf, duty: Duty
) -> int:
    """Keep what the pack that holds says of these acts; say of how many one holds."""
    now, made, ids, ruled = tools.clock.now(), list[AssessmentRow](), dict[str, int](), 0
    said = rules.phases_set(session, [act.match_id for act in acts])
    for act in acts:
        span = span_of(act)
        book = books.book(contest, span.latest.astimezone(ZoneInfo(contest.timezone)).date())
        if book is None:
            continue
        ruled += 1
        if book.sha256 not in ids:
            ids[book.sha256] = _kept(session, book, now)
        phase = said[act.match_id].phase if act.match_id in said else side_of(span, *_border(contest))
        for side, role, entry in said_of(book.pack, act, contest, phase=phase, duty=duty):
            made.append(
                AssessmentRow(
                    match_id=act.match_id,
                    rule_pack_id=ids[book.sha256],
                    entry=entry.id if entry else None,
                    rule_class=entry.rule_class if entry else RuleClass.SILENT,
                    addressee=entry.addressee if entry else None,
                    phase=side,
                    role=role,
                    assessed_at=now,
                )
            )
    rules.save_assessments(session, made)
    return ruled


def _border(contest: Contest) -> tuple[date | None, str]:
    return contest.designation, contest.timezone


def _kept(session: Session, book: Rulebook, now: datetime) -> int:
    row = PackRow(
        pack=book.name,
        version=book.version,
        sha256=book.sha256,
        parts=book.parts,
        content=book.pack.model_dump(mode="json", by_alias=True),
    )
    return rules.save_pack(session, row, now)


def span_of(act: ActRow) -> Span:
    """Say between which moments an act was done."""
    return deadlines.span(
        act.acted_at,
        (act.acted_from, act.acted_to),
        posted_at=act.posted_at or act.posted_from,
        seen_at=act.first_seen_at,
    )


def said_of(
    pack: Pack, act: ActRow, contest: Contest, *, phase: Side, duty: Duty
) -> Iterator[tuple[Side, Role | None, Entry | None]]:
    """Say what a pack says of an act: for each phase that it may lie in, the milder first, and each role held then."""
    day = span_of(act).latest.astimezone(ZoneInfo(contest.timezone)).date()
    stage = contest.phase_on(day)
    held = duty.get(act.account_id, ())
    then = {role for first, last, role in held if first <= day <= last} or {role for _, _, role in held}
    roles: list[Role | None] = [*sorted(then)] or [None]
    for side in sides(phase):
        for role in roles:
            yield side, role, pack.entry_for(act.action, role, side, stage) if role else None


def rulings(session: Session, match_id: int) -> Iterator[Ruling]:
    """Give what was said last of a match, with the words that the pack had then."""
    every = rules.assessments_of(session, match_id)
    last = [one for one in every if one.assessed_at == every[0].assessed_at]
    packs = rules.packs_by_id(session, [one.rule_pack_id for one in last])
    signed = rules.signatures(session)
    for row in last:
        kept = packs[row.rule_pack_id]
        pack = _words_of(kept.sha256, _Content(kept))
        yield Ruling(
            row=row,
            pack=kept.pack,
            version=kept.version,
            sha256=kept.sha256,
            entry=pack.entry(row.entry),
            addressees=pack.addressees,
            signed=is_signed(kept, signed),
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Content:
    """Carries a pack past the cache, which knows it by its digest."""

    row: PackRow

    def __hash__(self) -> int:
        return hash(self.row.sha256)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Content) and other.row.sha256 == self.row.sha256


@lru_cache(maxsize=64)
def _words_of(_sha256: str, kept: _Content) -> Pack:
    return Pack.model_validate(kept.row.content)


def is_signed(pack: PackRow, signed: Mapping[str, SignatureRow]) -> bool:
    """Say whether somebody vouches for every part of a pack."""
    return all(part["signed"] or part["sha256"] in signed for part in pack.parts)


def applied(session: Session) -> Iterator[AppliedPack]:
    """Name every pack that was applied here, the newest last."""
    signed = rules.signatures(session)
    for one in rules.packs(session):
        yield AppliedPack(pack=one.pack, version=one.version, sha256=one.sha256, signed=is_signed(one, signed))


def told(session: Session, tools: Tools, match_id: int) -> Told:
    """Give everything that rules say of a match; a broken file of the office is said, and breaks nothing else."""
    act = rules.act(session, match_id)
    contest = _contest(tools, act.contest) if act else None
    found = list(rulings(session, match_id))
    phase = rules.phases_set(session, [match_id]).get(match_id)
    if contest is None:
        return Told(rulings=found, phase=phase)
    try:
        clock = clock_of(tools, shelf(tools.settings.rules.folder), contest, clocks.moments(session, match_id))
    except TilikError as error:
        return Told(rulings=found, phase=phase, broken=error)
    return Told(rulings=found, clock=clock, phase=phase, designated=contest.designation is not None)
