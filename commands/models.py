"""tilik retrain, models: the machine learns from people, and people keep the upper hand."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from commands.shared import CONFIG, FOUND, ConfigOption, JsonOption, answer, percent, show, tell, tools
from language import say

if TYPE_CHECKING:
    from classifier.thresholds import Cut
    from jobs.modelstatus import ContestStatus
    from jobs.retrain import Retrained
    from storage.thresholds import Threshold

app = typer.Typer(no_args_is_help=True, help=say("Model versions: list, promote, roll back."))

VersionArgument = Annotated[str, typer.Argument(help=say("A model version, or its first characters."))]

GateOption = Annotated[
    Literal["gate"] | None,
    typer.Option("--fail-on", help=say("End with 6 where this is found: gate, that is, the new model is worse.")),
]


def register(program: typer.Typer) -> None:
    """Add the command that stands alone."""
    program.command()(retrain)


def retrain(
    promote: Annotated[bool, typer.Option(help=say("Put the new model to use if it is not worse."))] = True,
    fail_on: GateOption = None,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Train on all labels, compare with the model in use, and promote only what is not worse."""
    from core.deeds import Did
    from jobs import deeds
    from jobs import retrain as job

    with tools(config) as opened:
        done = job.run(opened, promote=promote)
        used = "promoted" if done.promoted else "not promoted"
        deeds.note(opened, Did.RETRAIN, f"{done.version}; labels {done.learnt}; {used}")
    answer(done) if as_json else _show_retrained(done)
    if fail_on == "gate" and done.gate is not None and not done.gate.passed:
        raise typer.Exit(FOUND)


def _show_retrained(done: "Retrained") -> None:
    tell("Learnt from {learnt} local labels ({disputed} disputed ones left out); {tested} kept for the test.",
         learnt=done.learnt, disputed=done.disputed, tested=done.tested)  # fmt: skip
    _show_cut(done.cut, done.cut.count if done.cut else 0)
    if done.needed:
        tell("{needed} more distinct calls must be labelled before there is a new model.", needed=done.needed)
        tell("  A file that is likely to hold them: tilik review export --order learn")
        return
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


def _show_cut(cut: "Cut | Threshold | None", count: int) -> None:
    if cut is None:
        tell("Too few labels to say how often the first band is right; it only says what to read first.")
        return
    share = f"{percent(cut.precision)} ({percent(cut.low)}–{percent(cut.upper)})"
    tell("The band high begins at {high}: {share} of {count} labelled texts in it are calls.",
         high=f"{cut.high:.2f}", share=share, count=count)  # fmt: skip


@app.command()
def card(
    version: Annotated[str | None, typer.Argument(help=say("A model version, or its first characters."))] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help=say("A file ending in .md or .html."))] = None,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Tell what a model learnt from, how well it does and what it is not for: the model in use unless named."""
    from core.files import write_whole
    from jobs import registry
    from review.card import as_html, as_markdown, card
    from storage.thresholds import threshold

    with tools(config) as opened:
        chosen = registry.find(opened, version) if version else registry.active(opened).version
        with opened.database.read() as session:
            told = card(chosen, threshold(session, chosen.id))
    text = as_html(told) if output is not None and output.suffix == ".html" else as_markdown(told)
    if output is not None:
        write_whole(output, text.encode())
    if as_json:
        answer({"version": chosen.version, "file": output, "sections": told})
    elif output is None:
        sys.stdout.write(text)
    else:
        tell("The card of model {version}: {file}", version=chosen.version, file=output)


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


FailOnOption = Annotated[
    Literal["drift"] | None,
    typer.Option("--fail-on", help=say("End with 6 where this is found: drift, that is, what is scored has changed.")),
]


@app.command()
def status(fail_on: FailOnOption = None, config: ConfigOption = CONFIG, as_json: JsonOption = False) -> None:
    """Show how often the model in use is right, as far as labels tell, and whether what it scores has changed."""
    from jobs import modelstatus

    with tools(config) as opened:
        found = modelstatus.run(opened)
    if as_json:
        answer(found)
    else:
        tell("Model {version} is in use; flags begin at {review}.", version=found.version, review=f"{found.review:.2f}")
        _show_cut(found.measured, found.measured.labels if found.measured else 0)
        for one in found.contests:
            _show_contest(one)
    if fail_on == "drift" and any(_has_moved(one) for one in found.contests):
        raise typer.Exit(FOUND)


def _has_moved(one: "ContestStatus") -> bool:
    from classifier.drift import ALARMING

    return (one.stability or 0.0) >= ALARMING


def _show_contest(one: "ContestStatus") -> None:
    from classifier.drift import ALARMING, NOTED
    from classifier.estimates import FEWEST_BY_CHANCE

    told = one.estimates
    if told is None or told.prevalence is None:
        by_chance = told.by_chance if told else 0
        tell("{contest}: {count} of {needed} labels on texts drawn by chance; too few to speak of all texts.",
             contest=one.contest, count=by_chance, needed=FEWEST_BY_CHANCE)  # fmt: skip
        tell("  More of them: tilik review export --order learn")
    else:
        named = (
            (say("calls among all texts"), told.prevalence),
            (say("flags that are right"), told.precision),
            (say("calls that are flagged"), told.recall),
        )
        rows = [
            [name, percent(value.value), f"{percent(value.low)}–{percent(value.high)}"]
            for name, value in named
            if value is not None
        ]
        show(one.contest, [say("measure"), say("value"), say("interval")], rows)
    moved = one.stability or 0.0
    word = "a lot has changed" if moved >= ALARMING else "something has changed" if moved >= NOTED else "as before"
    tell("  Scores of the last 30 days: {word} (PSI {value}).", word=say(word), value=f"{moved:.2f}")
    tell(
        "  Hashtags that the settings do not know: {share} of {count}.",
        share=percent(one.hashtags.share),
        count=one.hashtags.seen,
    )


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
