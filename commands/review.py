"""tilik review: hand matches to people, and take their answers back."""

import re
from pathlib import Path
from typing import Annotated, Literal

import typer

from commands import coverage
from commands.shared import CONFIG, ConfigOption, JsonOption, answer, note, show, tell, tools
from language import say

Form = Literal["label-studio", "argilla", "prodigy", "datasette"]
FormOption = Annotated[
    Form | None,
    typer.Option("--format", help=say("Write for another program instead, as JSON; see docs/en/report.md.")),
]

app = typer.Typer(no_args_is_help=True, help=say("Hand matches to people, and take their answers back."))


@app.command()
def export(
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help=say("The file to write: a workbook if it ends in .xlsx, else CSV.")),
    ] = None,
    lang: Annotated[
        Literal["id", "en"] | None, typer.Option("--language", help=say("Language of the file: id or en."))
    ] = None,
    form: FormOption = None,
    everything: Annotated[bool, typer.Option("--all", help=say("Also answered and low matches."))] = False,
    order: Annotated[
        Literal["score", "learn"],
        typer.Option(help=say("score: acts, most probable first; learn: texts from which the model learns most.")),
    ] = "score",
    count: Annotated[int, typer.Option(min=10, max=10_000, help=say("How many texts to draw (learn)."))] = 100,
    contest: Annotated[str | None, typer.Option(help=say("Of which contest to draw texts (learn)."))] = None,
    reviewer: Annotated[str | None, typer.Option(help=say("Who will answer; the name stands in every row."))] = None,
    blind: Annotated[
        bool, typer.Option("--blind", help=say("Show no score and no order that tells it, only lexicon marks."))
    ] = False,
    overlap: Annotated[
        str | None,
        typer.Option(metavar="10%", help=say("Share of the answered matches that the reviewer gets too, unseen.")),
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help=say("At most so many matches."))] = None,
    thumbnails: Annotated[
        bool, typer.Option("--thumbnails", help=say("Show the evidence pictures in the rows (.xlsx, at most 500)."))
    ] = False,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Write the matches that wait for an answer, or texts to learn from, to a file for people to fill in."""
    from jobs.coverage import DAYS
    from jobs.schedule import review_file
    from review.outgoing import Wanted
    from review.outgoing import export as write

    if form is not None:
        _export_bridge(output, form, everything=everything, config=config, as_json=as_json)
        return
    if order == "learn":
        _export_texts(output, lang, count=count, contest=contest, config=config, as_json=as_json)
        return
    wanted = Wanted(
        everything=everything,
        reviewer=reviewer,
        blind=blind,
        overlap=_share(overlap, reviewer),
        limit=limit,
        thumbnails=thumbnails,
    )
    with tools(config) as opened:
        path = output or review_file(opened)
        written = write(opened, path, wanted, language=lang)
        found = coverage.covered(opened, DAYS)
    if as_json:
        answer({"coverage": coverage.told(found), "file": path, "matches": written})
        return
    coverage.tell_line(found)
    tell("{count} matches: {file}", count=written, file=path)


def _share(typed: str | None, reviewer: str | None) -> float:
    """Read a share like 10%; what somebody has answered already is left out for them, so we must know whom."""
    if typed is None:
        return 0.0
    found = re.fullmatch(r"\s*(\d{1,3})\s*%?\s*", typed)
    if found is None or int(found[1]) > 100:
        raise typer.BadParameter(say("Write the share like 10%."), param_hint="--overlap")
    if reviewer is None:
        raise typer.BadParameter(say("Add --reviewer NAME: who reviews a second time?"), param_hint="--overlap")
    return int(found[1]) / 100


def _export_texts(
    output: Path | None,
    lang: Literal["id", "en"] | None,
    *,
    count: int,
    contest: str | None,
    config: Path,
    as_json: bool,
) -> None:
    from jobs.learning import STRATEGIES, draw
    from review.outgoing import export_texts

    with tools(config) as opened:
        queue = draw(opened, count=count, contest=contest)
        path = output or opened.settings.review.exports / f"label-{opened.today}.csv"
        written = export_texts(opened, path, queue, language=lang)
    how = {name: sum(one.strategy == name for one in queue.texts) for name in STRATEGIES}
    if as_json:
        answer({"file": path, "texts": written, "contest": queue.contest, "pool": queue.pool, "drawn": how})
        return
    tell("{count} texts of {pool} that nobody has labelled: {file}", count=written, pool=queue.pool, file=path)
    for name, number in how.items():
        tell("  {name}: {number}", name=say(name), number=number)
    tell("Fill in the answers, then: tilik review import {file}", file=path)


def _export_bridge(output: Path | None, form: Form, *, everything: bool, config: Path, as_json: bool) -> None:
    from jobs.coverage import DAYS
    from jobs.schedule import review_file
    from review.bridges import bridge, ending

    with tools(config) as opened:
        path = output or review_file(opened).with_suffix(ending(form))
        count = bridge(opened, path, form, everything=everything)
        found = coverage.covered(opened, DAYS)
    if as_json:
        answer({"coverage": coverage.told(found), "file": path, "matches": count, "format": form})
        return
    coverage.tell_line(found)
    tell("{count} matches: {file}", count=count, file=path)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help=say("A filled-in review file (.xlsx or CSV)."))],
    reviewer: Annotated[str | None, typer.Option(help=say("Who answered, where the file does not say."))] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=say("Show what would change, change nothing."))] = False,
    i_sorted_this: Annotated[
        bool, typer.Option("--i-sorted-this", help=say("The answers really are in this order."))
    ] = False,
    on_conflict: Annotated[
        Literal["hold", "keep", "replace"],
        typer.Option(
            help=say("Where the same person had answered otherwise: hold (refuse), keep the old, or replace it.")
        ),
    ] = "replace",
    errors: Annotated[
        Path | None, typer.Option(help=say("Write the rows that are wrong to this workbook (.xlsx), to be mended."))
    ] = None,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Read decisions back from a workbook or a CSV file: all of it, or nothing where something is wrong."""
    from core.errors import InputError
    from review.errorbook import write_errors
    from review.incoming import take_in

    if errors is not None and errors.suffix.lower() != ".xlsx":
        raise typer.BadParameter(say("The file of wrong rows must end in .xlsx."), param_hint="--errors")
    with tools(config) as opened:
        try:
            done = take_in(
                opened,
                file,
                reviewer=reviewer,
                dry_run=dry_run,
                sorted_on_purpose=i_sorted_this,
                on_conflict=on_conflict,
            )
        except InputError as error:
            if errors is not None and error.code == "review_file":
                wrong = write_errors(file, error.problems, errors, now=opened.clock.now())
                note("{count} wrong rows to mend: {file}", count=wrong, file=errors)
            raise
    if as_json:
        answer({"dry_run": dry_run, **{name: getattr(done, name) for name in done.__slots__}})
        return
    tell("{new} new, {changed} changed, {same} known already, {blank} blank.",
         new=done.new, changed=done.changed, same=done.same, blank=done.blank)  # fmt: skip
    if done.kept:
        tell("{kept} answers differ from older ones of the same person; the older ones count.", kept=done.kept)
    for account, said, text in done.samples:
        tell("  {account}: {said}: {text}", account=account, said=say(said), text=text)
    tell("Nothing was written (dry run)." if dry_run else "{labels} labels for retraining.", labels=done.labels)


@app.command()
def status(config: ConfigOption = CONFIG, as_json: JsonOption = False) -> None:
    """Show how many matches wait, and what was decided; side marks are counted apart."""
    from jobs import marking
    from jobs.bands import high_is_measured
    from language.bands import waiting_words
    from storage import answering

    with tools(config) as opened, opened.database.read() as session:
        counts = answering.review_counts(session)
        marked = len(marking.listed(session, opened))
        measured = high_is_measured(session)
    if as_json:
        answer({**counts, "marked_incumbent": marked})
        return
    rows = [[waiting_words(name, high_is_measured=measured), count] for name, count in counts.items()]
    show(say("Review"), [say("state"), say("matches")], rows)
    if marked:
        tell("Besides, no matches: {count} posts of the incumbent's programme. See: tilik marks list", count=marked)
