"""tilik label: what people say of texts, from files, and what their answers say of each other."""

from pathlib import Path
from typing import Annotated

import typer

from commands.opinions import show_pairs
from commands.shared import CONFIG, ConfigOption, JsonOption, answer, percent, show, tell, tools
from language import say

app = typer.Typer(no_args_is_help=True, help=say("Labels: what people say of texts."))


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help=say("A CSV file with the columns text and label or kind."))],
    labeller: Annotated[str, typer.Option(help=say("Who labelled, where the file does not say."))] = "file",
    dry_run: Annotated[bool, typer.Option("--dry-run", help=say("Check the file, change nothing."))] = False,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Add labelled texts from a file."""
    from classifier.labels import read_labels
    from core.deeds import Did
    from jobs import deeds
    from storage import answering

    found = read_labels(file)
    with tools(config) as opened:
        rows = [
            answering.LabelRow(
                text=row.text,
                label=row.label,
                kind=row.kind,
                contest=row.contest,
                labeller=row.labeller or labeller,
                labelled_at=opened.clock.now(),
                source="import",
            )
            for row in found
        ]
        added = 0
        if not dry_run:
            with opened.database.write() as session:
                added = answering.save_labels(session, rows)
                deeds.write(session, opened, Did.LABEL, f"{file.name}; +{added}")
    if as_json:
        answer({"read": len(rows), "added": added, "dry_run": dry_run})
    else:
        tell("{read} labels read, {added} new.", read=len(rows), added=added)


@app.command()
def audit(config: ConfigOption = CONFIG, as_json: JsonOption = False) -> None:
    """List labels that look like slips: models that did not learn them expect the contrary."""
    from jobs import labelling

    with tools(config) as opened:
        found = labelling.audit(opened)
    if as_json:
        answer(found)
        return
    rows = [
        [
            say("call") if one.label else say("no call"),
            percent(one.probability),
            ", ".join(one.labellers),
            one.text[:100],
        ]
        for one in found
    ]
    show(say("Labels to look at again"), [say(c) for c in ("label", "machine", "labeller", "text")], rows)
    tell("{count} labels. Nothing was changed; an answer given again replaces the first.", count=len(found))


@app.command()
def agreement(config: ConfigOption = CONFIG, as_json: JsonOption = False) -> None:
    """Show how far two people agree on the texts that both labelled: raw, and beyond chance (Cohen's kappa)."""
    from jobs import labelling

    with tools(config) as opened:
        pairs = labelling.agreements(opened)
    if as_json:
        answer(pairs)
        return
    show_pairs(say("Agreement on texts"), pairs)
