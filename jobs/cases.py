"""Cases: opened by people on what two of them agreed on, moved by people, and refused with all that is missing.

Nothing here opens or moves a case by itself, and nothing contacts anybody.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

from core.cases import (
    BY_TWO,
    ENDED,
    FIELDS,
    FOLLOWS,
    LONGEST,
    SAID,
    CaseState,
    EntryKind,
    Known,
    holds_a_number,
    plain,
    same_person,
)
from core.deeds import Did
from core.errors import GateError, InputError, Problem
from jobs import gate, stated
from jobs.gate import Shown
from jobs.tools import Tools
from storage import answering, cases, people
from storage.cases import Case, CaseRow, Consent, Entry, Move
from storage.database import Session

SHORTEST_REASON = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Who wants to open a case on which matches, and why; `late_reason` where a deadline has passed."""

    matches: Sequence[int]
    by: str
    reason: str
    late_reason: str | None = None
    known: Known = Known.TYPED


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A case that was opened, and what is to be said beside it."""

    case_id: int
    warnings: Sequence[Problem]


def open_case(tools: Tools, wish: Opening, shown: Shown) -> Opened:
    """Open a case; GateError names all that is missing at once."""
    who, reason = themselves(tools, wish.by, wish.known), _because(wish.reason)
    wanted = sorted(set(wish.matches))
    found = gate.check(tools, wanted, shown)
    late = (wish.late_reason or "").strip() or None
    lacking = [*found.lacking, *(found.late if late is None else ())]
    if lacking or found.whose is None:
        raise GateError("case_refused", count=len(lacking), problems=lacking)
    entry = found.whose.entry
    now = tools.clock.now()
    row = CaseRow(
        contest=found.contest,
        account_id=found.whose.account.id,
        platform=entry.platform,
        handle=entry.handle,
        role=entry.role,
        subject=entry.subject,
        unit=entry.unit,
        region=entry.region,
        source=entry.source,
        source_date=entry.source_date or tools.today,
        verified_by=entry.verified_by,
        verified_on=entry.verified_on,
        reason=reason,
        late_reason=late if found.late else None,
        opened_by=who,
        opened_at=now,
    )
    with tools.database.write() as session:
        _still_so(session, wanted, shown)
        number = cases.save_case(session, row, wanted, known=wish.known)
        opened = f"{shown.case(number)} {' '.join(map(shown.match, wanted))}"
        _note(session, tools, who, Did.CASE_OPEN, f"{opened} {wish.known}")
    return Opened(case_id=number, warnings=found.late)


def _still_so(session: Session, wanted: Sequence[int], shown: Shown) -> None:
    """Ask again in the transaction that opens it: meanwhile somebody may have opened one, or taken an answer back."""
    lacking = [
        problem
        for one in wanted
        for problem in (*gate.taken(session, one, shown), *gate.agreed(session, one, shown.match(one)))
    ]
    if lacking:
        raise GateError("case_refused", count=len(lacking), problems=lacking)


def find(session: Session, case_id: int | None, typed: str) -> Case:
    """Give a case; InputError where there is none."""
    found = cases.find(session, case_id) if case_id else None
    if found is None:
        raise InputError("case_unknown", case=typed)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Who moves a case where, and why."""

    case_id: int
    state: CaseState
    by: str
    reason: str
    known: Known = Known.TYPED
    stated_on: date | None = None


def move(tools: Tools, step: Step, shown: Shown) -> Case:
    """Move a case, or propose a move that a second person has to agree to.

    Before a case goes on to other people's desks, all that it was opened with has to hold still.
    """
    who, reason = themselves(tools, step.by, step.known), _because(step.reason)
    name = shown.case(step.case_id)
    with tools.database.read() as session:
        case = find(session, step.case_id, name)
        _may_be_on(session, tools, case, step.stated_on, name)
    _may_go(case, step.state, name)
    if step.state in BY_TWO:
        _holds_still(tools, case, shown)
    with tools.database.write() as session:
        case = find(session, step.case_id, name)
        _may_go(case, step.state, name)
        made = Move(
            case_id=step.case_id,
            state=step.state,
            by_two=step.state in BY_TWO,
            who=who,
            reason=reason,
            moved_at=tools.clock.now(),
            stated_on=step.stated_on,
            known=step.known,
        )
        cases.save_move(session, made)
        detail = (name, step.state, "?" if made.by_two else None, step.stated_on, step.known)
        _note(session, tools, who, Did.CASE_MOVE, " ".join(str(one) for one in detail if one is not None))
        return find(session, step.case_id, name)


def _may_be_on(session: Session, tools: Tools, case: Case, day: date | None, name: str) -> None:
    """Refuse a day on which the step cannot have happened."""
    zone = zone_of(tools, case.row.contest)
    stated.check(day, stated.window(session, case, zone=zone, now=tools.clock.now()), name)


def _may_go(case: Case, state: CaseState, name: str) -> None:
    if case.waiting is not None:
        raise InputError("case_waits", case=name, state=case.waiting.state, who=case.waiting.who)
    if state not in FOLLOWS[case.state]:
        ways = ", ".join(one for one in CaseState if one in FOLLOWS[case.state]) or "–"
        raise InputError("case_way", case=name, here=case.state, state=state, ways=ways)


def _holds_still(tools: Tools, case: Case, shown: Shown) -> None:
    """Refuse what rests on answers, an identity or evidence that do not hold any more."""
    found = gate.check(tools, case.matches, shown, case=case)
    lacking = [one for one in found.lacking if one.code not in gate.OF_OPENING]
    if lacking:
        raise GateError("case_holds_no_more", case=shown.case(case.row.id), count=len(lacking), problems=lacking)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a second person says of the move that waits."""

    case_id: int
    by: str
    agrees: bool
    reason: str | None = None
    known: Known = Known.TYPED


def consent(tools: Tools, said: Answer, shown: Shown) -> Case:
    """Let a second, different person agree to the move that waits, or refuse it; who proposed it may take it back."""
    who, name = themselves(tools, said.by, said.known), shown.case(said.case_id)
    with tools.database.read() as session:
        case = find(session, said.case_id, name)
    if case.waiting is not None and said.agrees:
        _is_another(case, who, name)
        _holds_still(tools, case, shown)
    with tools.database.write() as session:
        case = find(session, said.case_id, name)
        if case.waiting is None:
            raise InputError("case_nothing_waits", case=name)
        if said.agrees:
            _is_another(case, who, name)
        reason = plain(said.reason or "").strip()[:LONGEST] or None
        now = tools.clock.now()
        made = Consent(who=who, agrees=said.agrees, reason=reason, said_at=now, known=said.known)
        cases.save_consent(session, case.waiting.id, made)
        what = Did.CASE_AGREE if said.agrees else Did.CASE_DECLINE
        _note(session, tools, who, what, f"{name} {case.waiting.state} {said.known}")
        return find(session, said.case_id, name)


def _is_another(case: Case, who: str, name: str) -> None:
    """Refuse a second person who is the first."""
    if case.waiting is not None and same_person(case.waiting.who, who):
        raise GateError("case_same_person", case=name, who=who)


def add(tools: Tools, entry: Entry, shown: Shown) -> int:
    """Add something to a case; say its number. InputError where something of it is missing or unknown."""
    clean = replace(
        entry,
        text=plain(entry.text).strip()[:LONGEST],
        name=_short(entry.name),
        source=_short(entry.source),
        address=_short(entry.address),
        who=themselves(tools, entry.who, entry.known),
        added_at=tools.clock.now(),
    )
    name = shown.case(entry.case_id)
    _complete(clean, tools.today)
    if any(holds_a_number(one or "") for one in (clean.text, clean.name, clean.source, clean.address)):
        raise InputError("case_number_in_text")
    with tools.database.write() as session:
        case = find(session, entry.case_id, name)
        if clean.takes_back is not None and clean.takes_back not in {one.id for one in case.entries}:
            raise InputError("case_entry_unknown", case=name, entry=clean.takes_back)
        number = cases.save_entry(session, clean)
        what = "–" if clean.takes_back is not None else clean.name if clean.kind is EntryKind.FIELD else ""
        detail = (name, clean.kind, str(number), what or "", clean.known)
        _note(session, tools, clean.who, Did.CASE_ADD, " ".join(filter(None, detail)))
    return number


def _complete(entry: Entry, today: date) -> None:
    needs_text = entry.kind is not EntryKind.FIELD and not (entry.kind is EntryKind.WITNESS and entry.name)
    if needs_text and not entry.text:
        raise InputError("case_entry_empty")
    if entry.kind is EntryKind.FIELD and entry.name not in FIELDS:
        raise InputError("case_field_unknown", field=entry.name, known=", ".join(FIELDS))
    if entry.kind is EntryKind.EXCULPATORY and entry.name not in SAID:
        raise InputError("case_relief_unknown", relief=entry.name, known=", ".join(SAID))
    if entry.kind is EntryKind.WITNESS and not entry.name:
        raise InputError("case_witness_unnamed")
    if entry.kind is EntryKind.REPLY and (entry.dated is None or not entry.source):
        raise InputError("case_reply_undated")
    if entry.dated is not None and entry.dated > today:
        raise InputError("case_date_ahead", day=entry.dated)


def stop(tools: Tools, step: Step, shown: Shown) -> Case:
    """Close a case as stopped, from wherever it stands and whatever the step says; a move that waits is refused."""
    name = shown.case(step.case_id)
    with tools.database.read() as session:
        case = find(session, step.case_id, name)
        _may_be_on(session, tools, case, step.stated_on, name)
    if case.waiting is not None and case.state not in ENDED:
        no = Answer(case_id=step.case_id, by=step.by, agrees=False, reason=step.reason, known=step.known)
        consent(tools, no, shown)
    return move(tools, replace(step, state=CaseState.STOPPED), shown)


def facts_of(session: Session, case: Case) -> Iterator[answering.ReviewItem]:
    """Give the matches of a case as people judged them."""
    found = answering.items_by_id(session, case.matches)
    yield from (found[one] for one in case.matches if one in found)


def zone_of(tools: Tools, contest: str) -> ZoneInfo:
    """Say in which zone a contest's times are read."""
    zones = {one.id: one.timezone for one in tools.settings.contests}
    return ZoneInfo(zones.get(contest, tools.settings.schedule.timezone))


def _who(name: str) -> str:
    clean = " ".join(plain(name).split())
    if not clean:
        raise InputError("case_nobody")
    return clean[:60]


def themselves(tools: Tools, name: str, known: Known) -> str:
    """Give the name of who takes a step. Where people have logins, a name that somebody typed is nobody's step."""
    who = _who(name)
    with tools.database.read() as session:
        person = people.find(session, who)
        unproven = known is Known.TYPED and people.somebody(session)
    if unproven or (known is Known.LOGIN and (person is None or person.ended_at is not None)):
        raise GateError("case_unproven", who=who)
    return person.name if person is not None and known is Known.LOGIN else who


def _because(reason: str) -> str:
    clean = plain(reason).strip()
    if len(clean) < SHORTEST_REASON:
        raise InputError("case_without_reason")
    return clean[:LONGEST]


def _short(text: str | None) -> str | None:
    return " ".join(plain(text or "").split())[:500] or None


def _note(session: Session, tools: Tools, who: str, what: Did, detail: str) -> None:
    """Write into the record of deeds who did this; no name, no number of the state's, no text stands there."""
    people.record(session, who=who, what=what, detail=detail, at=tools.clock.now())
