"""tilik dataset: what was collected and answered, for research, with pseudonyms."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from commands.report import AsOfOption
from commands.shared import CONFIG, ConfigOption, JsonOption, answer, note, show, tell, tools
from language import say

app = typer.Typer(no_args_is_help=True, help=say("A dataset for research: pseudonyms, weights, methods."))


@app.command()
def export(
    to: Annotated[Path, typer.Option("--to", help=say("The folder to make."))],
    reason: Annotated[str, typer.Option("--reason", help=say("What it is for; it stands in the record."))],
    texts: Annotated[bool, typer.Option("--texts", help=say("With the words of the texts."))] = False,
    salt: Annotated[str, typer.Option("--salt", help=say("Other pseudonyms than in other datasets."))] = "",
    as_of: AsOfOption = None,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Write acts, texts, draws, labels, tables, prevalence, agreement, coverage, codebook and methods into a folder."""
    from core.deeds import Did, Went
    from core.errors import InputError
    from jobs import deeds
    from jobs.asof import office_as_of
    from jobs.dataset import Pseudonyms, Source
    from jobs.exports import Leaving, went_out
    from review import dataset as writing

    why = reason.strip()
    if not why:
        raise InputError("reason_empty")
    with tools(config) as opened:
        day = as_of.date() if isinstance(as_of, datetime) else None
        with office_as_of(opened, day) as then, then.database.read() as session:
            names = Pseudonyms(opened.secret, salt)
            source = Source(then, session, names, with_texts=texts)
            done = writing.write(source, to, reason=why)
        deeds.note(opened, Did.DATASET, f"{to}; {why}")
        members, rows = source.members.numbers, sum(done.rows.values())
        went_out(opened, Leaving(kind=Went.DATASET, path=done.folder, rows=rows, members=members))
    if as_json:
        answer({"folder": done.folder, "rows": done.rows, "texts": texts})
        return
    show(say("Dataset"), [say("file"), say("rows")], [[name, count] for name, count in done.rows.items()])
    tell("Written to {file}.", file=done.folder)
    note("Pseudonyms are no anonymity: read METHODS.md before you hand it on.")
