"""tilik case: what people open on matches, move, add to, and hand over. The machine opens nothing."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from commands import case_papers
from commands.case_papers import DAY, ByOption, CaseArgument, number_of
from commands.proving import proven
from commands.shared import CONFIG, ConfigOption, JsonOption, answer, local, note, said, show, tell, tools
from core.cases import CaseState
from language import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobs.handling import Handling
    from storage.cases import Case

app = typer.Typer(
    no_args_is_help=True, help=say("Cases: what people open on matches that two of them agree on, and hand over.")
)
ReasonOption = Annotated[str, typer.Option("--reason", help=say("Why; it stays with the case."))]


@app.command("open")
def open_case(
    matches: Annotated[list[str], typer.Argument(metavar="MATCH…", help=say("The ids of matches of one account."))],
    by: ByOption,
    reason: ReasonOption,
    late_reason: Annotated[
        str | None, typer.Option("--late-reason", help=say("Why a case is opened although a deadline has passed."))
    ] = None,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Open a case on matches that two different people judged alike; each refusal names all that is missing."""
    from jobs import cases
    from language.failures import problem_line
    from review.dossier.making import SHOWN

    numbers = _matches(matches)
    with tools(config) as opened:
        who, known = proven(opened, by)
        wish = cases.Opening(matches=numbers, by=who, reason=reason, late_reason=late_reason, known=known)
        done = cases.open_case(opened, wish, SHOWN)
    name = SHOWN.case(done.case_id)
    warnings = [problem_line(one) for one in done.warnings]
    if as_json:
        answer({"case": name, "state": CaseState.INFORMATION}, warnings=warnings)
        return
    tell("Case {case} is open: {state}.", case=name, state=say(CaseState.INFORMATION))
    for one in warnings:
        note("{remark}", remark=one, always=True)


def _matches(typed: list[str]) -> list[int]:
    from core.errors import InputError
    from review.ids import read_id

    found = []
    for one in typed:
        number = read_id(one)
        if number is None:
            raise InputError("match_unknown", match=one)
        found.append(number)
    return found


@app.command("list")
def list_cases(config: ConfigOption = CONFIG, as_json: JsonOption = False) -> None:
    """List the cases: where each stands, what waits for a second person, how many days are left for its handling."""
    from jobs.handling import Handlings
    from review.dossier.making import SHOWN
    from review.ruling import first_words
    from storage import cases

    with tools(config) as opened, opened.database.read() as session:
        found, handlings = cases.every(session), Handlings(opened)
        zone = opened.settings.schedule.timezone
    told = [_line(one, SHOWN.case(one.row.id), handlings(one)) for one in found]
    if as_json:
        answer(told)
        return
    columns = ("case", "state", "waits for", "handling", "subject", "role", "account", "opened")
    rows = [
        [SHOWN.case(one.row.id), say(one.state), said(one.waiting.state) if one.waiting else None,
         first_words(handlings(one)), one.row.subject,
         say(one.row.role), f"{one.row.platform} {one.row.handle}", local(one.row.opened_at, zone)]
        for one in found
    ]  # fmt: skip
    show(say("Cases"), [say(column) for column in columns], rows)


def _line(case: "Case", name: str, handling: "Sequence[Handling]") -> dict[str, object]:
    from review.ruling import handling_told

    row = case.row
    return {
        "case": name,
        "state": case.state,
        "waits_for": case.waiting.state if case.waiting else None,
        "subject": row.subject,
        "role": row.role,
        "platform": row.platform,
        "handle": row.handle,
        "contest": row.contest,
        "opened_at": row.opened_at,
        "opened_by": row.opened_by,
        "matches": list(case.matches),
        "handling": handling_told(handling),
    }


@app.command("show")
def show_case(case: CaseArgument, config: ConfigOption = CONFIG, as_json: JsonOption = False) -> None:
    """Show a case: its moves, who agreed, what was added, and which numbers are kept (never the numbers)."""
    from core.deeds import Did
    from jobs import cases, identities
    from jobs.handling import Handlings
    from review.dossier.making import SHOWN
    from review.named import named
    from review.ruling import counted_lines, handling_lines
    from storage import people

    with tools(config) as opened, opened.database.write() as session:
        number = number_of(case)
        found = cases.find(session, number, case)
        kept = identities.held(session, number)
        handlings = Handlings(opened)
        zone, name = opened.settings.schedule.timezone, SHOWN.case(number)
        people.record(session, who=opened.who, what=Did.OPEN, detail=name, at=opened.clock.now())
    if as_json:
        moves = [{**_slots(move), "holds": move.holds} for move in found.moves]
        entries = [_slots(one) for one in found.entries]
        told = {**_line(found, name, handlings(found)), "matches": [SHOWN.match(one) for one in found.matches]}
        answer({**told, "moves": moves, "entries": entries, "numbers": kept})
        return
    _tell_case(found, name, zone)
    runs = handlings(found)
    for line in (*handling_lines(runs), *counted_lines(runs)):
        tell("{text}", text=line)
    if handlings.broken:
        tell("The office's rules cannot be read, so no deadline is shown. See: tilik rules check")
    for one in kept:
        tell("{kind} is kept encrypted since {when} by {who}.", kind=one.kind.upper(), when=one.at[:10],
             who=named(one.who, one.known))  # fmt: skip


def _slots(value: object) -> dict[str, object]:
    from dataclasses import asdict

    return asdict(value)  # type: ignore[call-overload, no-any-return]


def _tell_case(found: "Case", name: str, zone: str) -> None:
    from review.dossier.making import SHOWN
    from review.named import named
    from review.ruling import stated_words

    row = found.row
    tell("{case}: {state}. {subject} ({role}), {platform} {handle}.", case=name, state=say(found.state),
         subject=row.subject, role=say(row.role), platform=row.platform, handle=row.handle)  # fmt: skip
    tell("Rests on: {matches}.", matches=", ".join(map(SHOWN.match, found.matches)))
    rows = [
        [local(move.moved_at, zone), stated_words(move), say(move.state), named(move.who, move.known),
         _second(found, move.id), move.reason]
        for move in found.moves
    ]  # fmt: skip
    columns = ("entered", "happened", "state", "who", "second person", "reason")
    show(say("Moves"), [say(column) for column in columns], rows)
    if found.entries:
        added: list[list[object]] = [
            [one.id, say(one.kind), said(one.name), one.dated, one.source, named(one.who, one.known), one.text]
            for one in found.entries
        ]
        of_added = ("number", "what", "name", "date", "source", "who", "text")
        show(say("Added"), [say(column) for column in of_added], added)


def _second(found: "Case", move_id: int) -> str:
    from review.named import named

    move = next(one for one in found.moves if one.id == move_id)
    if move.consent is not None:
        word = say("agreed") if move.consent.agrees else say("declined")
        return f"{named(move.consent.who, move.consent.known)}: {word}"
    return say("a second person is awaited") if move.waits else "–"


@app.command()
def move(
    case: CaseArgument,
    state: Annotated[CaseState, typer.Argument(help=say("Where it goes."))],
    by: ByOption,
    reason: ReasonOption,
    on: Annotated[
        datetime | None,
        typer.Option("--on", formats=DAY, help=say("On which day it happened in the office, where that was earlier.")),
    ] = None,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Move a case on; to pleno, temuan, laporan or diteruskan it goes once a second, different person agrees."""
    from jobs import cases
    from review.dossier.making import SHOWN

    with tools(config) as opened:
        number = number_of(case)
        who, known = proven(opened, by)
        day = on.date() if on else None
        step = cases.Step(case_id=number, state=state, by=who, reason=reason, known=known, stated_on=day)
        found = cases.move(opened, step, SHOWN)
    _tell_where(found, as_json=as_json)


def _tell_where(found: "Case", *, as_json: bool) -> None:
    from review.dossier.making import SHOWN
    from review.ruling import stated_words

    name, waiting = SHOWN.case(found.row.id), found.waiting
    if as_json:
        answer({"case": name, "state": found.state, "waits_for": waiting.state if waiting else None})
    elif waiting is not None:
        tell(
            "{case} stays at {here} until a second person agrees to {state}: tilik case agree {case} --by …",
            case=name, here=say(found.state), state=say(waiting.state),
        )  # fmt: skip
    else:
        tell("{case}: {state}.", case=name, state=say(found.state))
    last = stated_words(found.moves[-1])
    if last is not None and not as_json:
        tell("{text}", text=last)


@app.command()
def agree(
    case: CaseArgument,
    by: ByOption,
    decline: Annotated[bool, typer.Option("--decline", help=say("Say no instead."))] = False,
    reason: Annotated[str | None, typer.Option("--reason", help=say("Why."))] = None,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Agree to the move that waits, as a second, different person, or decline it."""
    from jobs import cases
    from review.dossier.making import SHOWN

    with tools(config) as opened:
        number = number_of(case)
        who, known = proven(opened, by)
        answered = cases.Answer(case_id=number, by=who, agrees=not decline, reason=reason, known=known)
        found = cases.consent(opened, answered, SHOWN)
    _tell_where(found, as_json=as_json)


@app.command()
def close(
    case: CaseArgument,
    by: ByOption,
    reason: ReasonOption,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Stop a case (dihentikan); what was said in it stays."""
    from jobs import cases
    from review.dossier.making import SHOWN

    with tools(config) as opened:
        number = number_of(case)
        who, known = proven(opened, by)
        step = cases.Step(case_id=number, state=CaseState.STOPPED, by=who, reason=reason, known=known)
        found = cases.stop(opened, step, SHOWN)
    _tell_where(found, as_json=as_json)


case_papers.register(app)
