"""tilik marks: posts that people study although they are no match."""

from pathlib import Path
from typing import Annotated

import typer

from commands.shared import CONFIG, ConfigOption, JsonOption, answer, local, show, tell, tools
from language import say

app = typer.Typer(no_args_is_help=True, help=say("Side marks: posts to study that are no match."))
SHOWN = 80


@app.callback()
def _group() -> None:
    """Keep `marks` a group although it has one command."""


@app.command("list")
def list_(
    output: Annotated[Path | None, typer.Option("--output", "-o", help=say("The CSV file to write."))] = None,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """List what offices and civil servants posted of the incumbent's programme without a campaign cue."""
    from jobs import marking
    from review.marked import write_marks

    with tools(config) as opened, opened.database.read() as session:
        found = marking.listed(session, opened)
        zones = {contest.id: contest.timezone for contest in opened.settings.contests}
        review = opened.settings.review
    if output is not None:
        write_marks(found, output, zones=zones, language=review.language, delimiter=review.csv_delimiter)
    if as_json:
        answer(found if output is None else {"file": output, "marks": len(found)})
        return
    if output is not None:
        tell("{count} marks: {file}", count=len(found), file=output)
        return
    rows = [
        [one.account, local(one.posted_at, zones[one.contest]), one.candidate, one.words, one.text[:SHOWN]]
        for one in found
    ]
    names = [say("account"), say("time"), say("candidate"), say("programme"), say("text")]
    show(say("The incumbent's programme, without a campaign cue"), names, rows)
    tell("A mark is no match and says nothing of a person; a human judges it.")
