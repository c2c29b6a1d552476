"""tilik label, retrain, models: the machine learns from people, and people keep the upper hand."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.shared import CONFIG, ConfigOption, JsonOption, answer, percent, show, tell, tools
from language import say

if TYPE_CHECKING:
    from classifier.thresholds import Cut

app = typer.Typer(no_args_is_help=True, help=say("Model versions: list, promote, roll back."))
labels = typer.Typer(no_args_is_help=True, help=say("Labels: what people say of texts."))

VersionArgument = Annotated[str, typer.Argument(help=say("A model version, or its first characters."))]


def register(program: typer.Typer) -> None:
    """Add the command that stands alone."""
    program.command()(retrain)


@labels.callback()
def _group() -> None:
    """Keep `label` a group although it has one command."""


@labels.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help=say("A CSV file with the columns text and label or kind."))],
    labeller: Annotated[str, typer.Option(help=say("Who labelled, where the file does not say."))] = "file",
    dry_run: Annotated[bool, typer.Option("--dry-run", help=say("Check the file, change nothing."))] = False,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Add labelled texts from a file."""
    from classifier.labels import read_labels
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
    if as_json:
        answer({"read": len(rows), "added": added, "dry_run": dry_run})
    else:
        tell("{read} labels read, {added} new.", read=len(rows), added=added)


def retrain(
    promote: Annotated[bool, typer.Option(help=say("Put the new model to use if it is not worse."))] = True,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Train on all labels, compare with the model in use, and promote only what is not worse."""
    from jobs import retrain as job

    with tools(config) as opened:
        done = job.run(opened, promote=promote)
    if as_json:
        answer(done)
        return
    tell("Learnt from {learnt} local labels ({disputed} disputed ones left out); {tested} kept for the test.",
         learnt=done.learnt, disputed=done.disputed, tested=done.tested)  # fmt: skip
    _show_cut(done.cut)
    if done.gate is None:
        tell("The labels teach nothing new; the model stays {version}.", version=done.version)
        return
    if done.promoted:
        tell("Model {version} is in use now (before: {replaced}).", version=done.version, replaced=done.replaced)
    else:
        tell("Model {version} was not put to use; {replaced} stays.", version=done.version, replaced=done.replaced)
    gate = done.gate
    rows = [
        ["PR-AUC", "", f"{gate.delta:+.3f} (≥ {gate.delta_low:+.3f})"],
        [say("recall of explicit calls"), *(percent(value) for value in gate.explicit_recall)],
        [say("neutral and official texts flagged"), *(percent(value) for value in gate.false_flags)],
        [say("calibration error"), *(f"{value:.3f}" for value in gate.ece)],
        *([say("failed: {check}", check=say(check)), *map(str, counts)] for check, counts in gate.behaviour.items()),
    ]
    show(say("Comparison on the frozen test"), [say("measure"), say("before"), say("now")], rows)
    for reason in gate.reasons:
        tell("  {reason}", reason=say(reason))


def _show_cut(cut: "Cut | None") -> None:
    if cut is None:
        tell("Too few labels to say how often the first band is right; it only says what to read first.")
        return
    share = f"{percent(cut.precision)} ({percent(cut.low)}–{percent(cut.upper)})"
    tell("The band high begins at {high}: {share} of {count} labelled texts in it are calls.",
         high=f"{cut.high:.2f}", share=share, count=cut.count)  # fmt: skip


@app.command("list")
def list_(config: ConfigOption = CONFIG, as_json: JsonOption = False) -> None:
    """List the model versions."""
    from storage import judging

    with tools(config) as opened, opened.database.read() as session:
        known = judging.models(session)
    if as_json:
        answer([{name: getattr(one, name) for name in one.__slots__} for one in known])
        return
    rows = [
        [
            one.version,
            say("in use") if one.active else "",
            f"{one.created_at:%Y-%m-%d %H:%M}",
            one.manifest.get("examples"),
        ]
        for one in known
    ]
    show(say("Models"), [say(column) for column in ("version", "state", "made", "examples")], rows)


@app.command()
def promote(version: VersionArgument, config: ConfigOption = CONFIG, as_json: JsonOption = False) -> None:
    """Put a model version to use."""
    from jobs import registry

    with tools(config) as opened:
        chosen = registry.promote(opened, version)
    answer({"version": chosen.version}) if as_json else tell("Model {version} is in use now.", version=chosen.version)


@app.command()
def rollback(config: ConfigOption = CONFIG, as_json: JsonOption = False) -> None:
    """Go back to the model that was in use before."""
    from jobs import registry

    with tools(config) as opened:
        chosen = registry.rollback(opened)
    answer({"version": chosen.version}) if as_json else tell("Model {version} is in use now.", version=chosen.version)
