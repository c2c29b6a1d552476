"""tilik classify, why, score, evaluate: what the machine makes of texts."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress

from commands.shared import (
    CONFIG,
    ConfigOption,
    JsonOption,
    answer,
    between,
    errors,
    load_settings,
    local,
    note,
    open_web,
    percent,
    said,
    show,
    tell,
    tools,
)
from language import say

if TYPE_CHECKING:
    from classifier.many import Judge
    from storage.answering import ReviewItem
    from storage.picture_texts import PictureOfPost

CsvIn = Annotated[Path, typer.Argument(metavar="IN.csv", help=say("Columns: id, text, perhaps contest."))]
LabelledCsv = Annotated[
    Path, typer.Argument(metavar="FILE.csv", help=say("Columns: id, text, label, perhaps kind and contest."))
]
CsvOut = Annotated[Path, typer.Argument(metavar="OUT.csv", help=say("The file to write."))]
ContestOption = Annotated[
    Path | None, typer.Option("--config", "-c", help=say("Settings whose contests name the candidates."))
]


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    for command in (classify, why, score, evaluate):
        app.command()(command)


def classify(
    pictures: Annotated[bool, typer.Option(help=say("Keep the page of each new match as evidence."))] = True,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Score what is new with the active model, and list the matches."""
    from commands.pictures import read_waiting, tell_read
    from jobs import classify as job
    from jobs import evidence
    from jobs.pauses import save

    with tools(config) as opened:
        read = read_waiting(opened)
        with Progress(console=errors, transient=True, disable=not errors.is_terminal) as bar:
            task = bar.add_task(say("Scoring"), total=None)
            done = job.run(opened, lambda count: bar.update(task, completed=count))
        for version in done.broken:
            note("The model {version} cannot be read; an older one is used. See: tilik models list", version=version)

        async def keep() -> evidence.Kept:
            async with open_web(opened) as eyes:
                try:
                    return await evidence.run(opened, eyes)
                finally:
                    save(opened, eyes.pace.states)

        kept = asyncio.run(keep()) if pictures else evidence.Kept()
    if as_json:
        answer({"classified": done, "read": read, "evidence": kept})
        return
    tell_read(read)
    tell("{count} texts scored with model {model}.", count=done.scored, model=done.model)
    tell("{new} new matches; {lowered} are ranked low now.", new=done.matches, lowered=done.lowered)
    if done.rules is not None:
        note("The office's rules cannot be read ({code}): new matches wait for them. See: tilik rules check",
             always=True, code=done.rules)  # fmt: skip
    if done.marked:
        tell("{count} posts of the incumbent's programme were marked; they are no matches. See: tilik marks list",
             count=done.marked)  # fmt: skip
    if pictures:
        told = {"pages": kept.pages, "records": kept.records, "missing": kept.missing}
        tell("Evidence: {pages} pages and {records} records kept; {missing} pages could not be had.", **told)


def why(
    match: Annotated[str, typer.Argument(help=say("The id of a match, as in a review file (F-…)."))],
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Explain a match: who did what when, the text, and the words and rules behind its score."""
    from commands.rules import tell_rules
    from core.deeds import Did
    from core.errors import InputError
    from jobs import assessing, deeds
    from jobs.bands import high_is_measured
    from jobs.overlap import aim_of
    from language.bands import band_words
    from review.ids import public_id, read_id
    from review.ruling import clock_told, remarks, spoken
    from storage import answering, picture_texts

    number = read_id(match)
    with tools(config) as opened:
        with opened.database.read() as session:
            item = answering.review_item(session, number) if number is not None else None
            pictures = picture_texts.of_match(session, number) if number is not None else []
            measured = high_is_measured(session)
            ruled = assessing.told(session, opened, number) if item is not None and number is not None else None
        if item is not None:
            deeds.note(opened, Did.OPEN, public_id(item.match_id))
    if item is None or ruled is None:
        raise InputError("match_unknown", match=match)
    remark = aim_of(item.picture_text or item.text, item.contest, opened.settings.contests).remark
    if as_json:
        row = {name: getattr(item, name) for name in item.__slots__}
        told = {"rules": spoken(ruled), "clock": clock_told(ruled.clock), "rule_remarks": list(remarks(ruled))}
        answer({"id": public_id(item.match_id), **row, "remark": remark, "pictures": pictures, **told})
        return
    band = band_words(item.band, high_is_measured=measured)
    _explain(item, pictures, band, remark, zone=opened.settings.schedule.timezone)
    tell_rules(ruled)


def _explain(
    item: "ReviewItem", pictures: "Sequence[PictureOfPost]", band: str, remark: str | None, *, zone: str
) -> None:
    from language.reasons import in_words
    from review.ids import public_id

    when = between(item.acted_at, (item.acted_from, item.acted_to), zone)
    act = {"account": item.handle, "action": say(item.action), "when": when}
    tell("{id}: {account} {action} ({when})", id=public_id(item.match_id), **act)
    if item.absent_since is not None:
        tell("It is no longer there since {when}.", when=local(item.absent_since, zone))
    elif item.looked_again_at is not None:
        tell("It was looked at again: {when}.", when=local(item.looked_again_at, zone))
    tell("{text}", text=item.text)
    for picture in pictures:
        _show_picture(picture)
    judged = {
        "share": percent(min(item.probability, 0.99)),
        "band": band,
        "kind": say(item.kind),
    }
    tell(
        "Indikasi {share}, {band}, {kind}; wording at the time of the act: {timing}.", **judged, timing=say(item.timing)
    )
    tell("Contest {contest}; aims at: {target}, {direction}.",
         contest=item.contest, target=item.target or "–", direction=said(item.direction))  # fmt: skip
    if remark is not None:
        tell("  {reason}", reason=say(remark))
    rows = [[in_words(reason["code"]), reason["word"], f"{reason['weight']:+.2f}"] for reason in item.reasons]
    title = "Why" if item.picture_text_id is None else "Why: words read from the picture, not those of the post"
    show(say(title), [say("rule"), say("word"), say("weight")], rows)
    tell("The machine's score is no verdict; a human decides.")


def _show_picture(picture: "PictureOfPost") -> None:
    """Show what was read in a picture, apart from the post's own text; unread is not without text."""
    name = picture.sha256[:12]
    if picture.state is None:
        tell("Picture {name}: not read yet.", name=name)
    elif picture.text is not None:
        tell("Words read from the picture {name} (sure to {share}):", name=name, share=percent(picture.confidence))
        tell("{text}", text=picture.text)
    elif picture.note is not None:
        tell("Picture {name}: could not be read ({note}).", name=name, note=said(picture.note))
    else:
        tell("Picture {name}: the reader saw no words.", name=name)


def score(source: CsvIn, target: CsvOut, config: ContestOption = None, as_json: JsonOption = False) -> None:
    """Score the texts of a CSV file, without a database."""
    from classifier.many import score_many
    from review.scores import cells, score_file

    judge = _judge(config)
    with Progress(console=errors, transient=True, disable=not errors.is_terminal) as bar:
        task = bar.add_task(say("Scoring"), total=None)
        count = score_file(
            source,
            target,
            lambda asked: score_many(asked, judge, cells),
            progress=lambda done: bar.update(task, completed=done),
        )
    if as_json:
        answer({"rows": count, "file": target})
    else:
        tell("{count} texts scored: {file}", count=count, file=target)


def evaluate(source: LabelledCsv, config: ContestOption = None, as_json: JsonOption = False) -> None:
    """Measure the model on labelled texts that it never saw."""
    from classifier.evaluate import Row, by_source
    from classifier.evaluate import evaluate as measure
    from classifier.labels import read_labels
    from classifier.many import Ask, Scorer

    rows = read_labels(source)
    answers = Scorer(_judge(config)).score([Ask(row.text, row.contest) for row in rows])
    judged = [
        Row(label=row.label, probability=one.score.probability, kind=row.kind, source=row.source)
        for row, one in zip(rows, answers, strict=True)
    ]
    found, sources = measure(judged), by_source(judged)
    if as_json:
        answer({**{name: getattr(found, name) for name in found.__slots__}, "sources": sources})
        return
    tell("{count} texts, {positives} of them calls.", count=found.count, positives=found.positives)
    figures = [[name, f"{one.value:.3f}", f"{one.low:.3f}–{one.high:.3f}"] for name, one in found.figures.items()]
    show(say("Figures with 95 % intervals"), [say("measure"), say("value"), say("interval")], figures)
    kinds = [
        [say(kind), one.count, percent(one.value), f"{percent(one.low)}–{percent(one.high)}"]
        for kind, one in found.kinds.items()
    ]
    if kinds:
        show(say("Flagged, by kind"), [say("kind"), say("texts"), say("flagged"), say("interval")], kinds)
    groups = [
        [name, one.count, one.positives, *(f"{one.figures[figure].value:.3f}" for figure in ("pr_auc", "f1"))]
        for name, one in sources.items()
    ]
    if groups:
        show(say("By source"), [say("source"), say("texts"), say("calls"), "PR-AUC", "F1"], groups)


def _judge(config: Path | None) -> "Judge":
    """Say by what texts outside a database are judged: the model in use there, or where there is none the base model.

    Without settings nobody's names are known.
    """
    from classifier.base import base_folder, cache_folder
    from classifier.many import Judge
    from core.settings import Classifier
    from storage.database import is_there

    if config is None:
        return Judge(model=base_folder(cache_folder()), contests=(), thresholds=Classifier())
    settings = load_settings(config)
    if not is_there(settings.storage.url):
        return Judge(model=base_folder(cache_folder()), contests=settings.contests, thresholds=settings.classifier)
    from jobs import classify, registry

    with tools(config) as opened:
        used = registry.active(opened).version
        cuts = classify.thresholds(opened, used.id)
        return Judge(model=opened.models / used.version, contests=settings.contests, thresholds=cuts)
