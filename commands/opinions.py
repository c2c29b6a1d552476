"""tilik review conflicts, resolve, undo, agreement: what more than one person says of a match."""

from typing import TYPE_CHECKING, Annotated

import typer

from commands.shared import CONFIG, ConfigOption, JsonOption, answer, percent, show, tell, tools
from language import say

if TYPE_CHECKING:
    from jobs.labelling import Pair

MOST = 500

MatchArgument = Annotated[str, typer.Argument(help=say("The id of a match, as in a review file (F-…)."))]
ReviewerOption = Annotated[str, typer.Option("--reviewer", help=say("Who says so."))]


def register(review: typer.Typer) -> None:
    """Add these commands to those of review."""
    for command in (conflicts, resolve, undo, agreement):
        review.command()(command)


def conflicts(config: ConfigOption = CONFIG, as_json: JsonOption = False) -> None:
    """List the matches on which two people differ, each with what they say."""
    from core.records import Standing
    from review.ids import public_id
    from storage import answering, reviewing
    from storage.walking import Wanted

    with tools(config) as opened, opened.database.read() as session:
        lines = reviewing.stretch(session, Wanted(standing=Standing.CONFLICT, low=True), most=MOST)
        given = answering.last_decisions(session, [line.match_id for line in lines])
    handles = {line.match_id: line.handle for line in lines}
    told = [
        {
            "id": public_id(match_id),
            "account": handles[match_id],
            "reviewer": who,
            "answer": row.answer,
            "reason": row.reason,
            "note": row.note,
        }
        for (match_id, who), row in given.items()
    ]
    if as_json:
        answer(told)
        return
    rows = [[*list(one.values())[:3], say(str(one["answer"])), one["reason"], one["note"]] for one in told]
    columns = ["match", "account", "reviewer", "answer", "reason", "note"]
    show(say("Answers that differ"), [say(column) for column in columns], rows)
    tell("{count} matches wait for a third person: tilik review resolve ID --answer … --reviewer …", count=len(lines))


def resolve(
    match: MatchArgument,
    reviewer: ReviewerOption,
    decision: Annotated[
        str, typer.Option("--answer", help=say("solicitation/explicit_call, not/news, unsure/ …, as on the page."))
    ],
    note: Annotated[str, typer.Option(help=say("A note that stays with the answer."))] = "",
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Settle a match on which two people differ; a third person does it."""
    from review.deciding import settle
    from review.ids import read_id

    with tools(config) as opened:
        made = settle(opened, match, read_id(match), decision, reviewer=reviewer, note=note)
    answer({"id": match, "answer": made.answer, "reason": made.reason}) if as_json else tell(
        "{match} is settled: {answer}.", match=match, answer=say(made.answer)
    )


def undo(
    match: MatchArgument,
    reviewer: ReviewerOption,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Take back what somebody decided last on a match; that it was said stays in its history."""
    from review.deciding import take_back
    from review.ids import read_id

    with tools(config) as opened:
        take_back(opened, match, read_id(match), reviewer)
    answer({"id": match, "reviewer": reviewer}) if as_json else tell(
        "{match}: the answer of {reviewer} was taken back.", match=match, reviewer=reviewer
    )


def agreement(config: ConfigOption = CONFIG, as_json: JsonOption = False) -> None:
    """Show how far two people agree on the matches that both judged, and keep it: raw, and beyond chance (kappa)."""
    from jobs import labelling

    with tools(config) as opened:
        pairs = labelling.keep_agreements(opened)
    if as_json:
        answer(pairs)
        return
    show_pairs(say("Agreement on acts"), pairs)


def show_pairs(title: str, pairs: "list[Pair]") -> None:
    """Show how far pairs of people agree."""
    rows = []
    for pair in pairs:
        found = pair.agreement
        low, high = found.raw_interval
        kappa = "–" if found.kappa is None else f"{found.kappa:.2f}"
        between = "–" if found.kappa_interval is None else "–".join(f"{value:.2f}" for value in found.kappa_interval)
        raw = f"{percent(found.raw)} ({percent(low)}–{percent(high)})"
        rows.append([pair.one, pair.other, found.count, raw, kappa, between])
    columns = ["one", "other", "judged by both", "agreement", "kappa", "interval"]
    show(title, [say(column) for column in columns], rows)
    if not pairs:
        tell("No two people have judged the same yet.")
