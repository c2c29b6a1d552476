"""tilik demo: the main job from end to end, on a simulated network whose truth is known."""

import asyncio
import csv
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commands.shared import open_web, percent, show, tell, tools
from core.records import Answer, Kind
from language import say

if TYPE_CHECKING:
    from demo.network import Served
    from demo.truth import Act, Tally, TextAnswer
    from jobs.crawl import Summary
    from jobs.retrain import Retrained
    from jobs.tools import Tools

REASON = {
    Kind.ELECTION_INFO: "neutral_call",
    Kind.NEWS: "news",
    **{kind: str(kind) for kind in (Kind.EXPLICIT_CALL, Kind.IMPLICIT_CALL, Kind.ANTI_CALL)},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What one run of the demo came to."""

    tally: "Tally"
    summary: "Summary"
    precision: float | None
    recall: float | None
    exported: int
    reviewed: int
    retrained: "Retrained"
    seconds: float


def run(keep: Path | None, *, quiet: bool) -> dict[str, object]:
    """Run the demo in a folder that stays (`keep`) or goes; say what came of it, as `--json` prints it."""
    from core.errors import InputError
    from demo.network import running

    if keep is not None and (keep / "config.yaml").exists():
        raise InputError("already_set_up", file=keep / "config.yaml")
    with ExitStack() as stack:
        folder = keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tilik-demo-")))
        served = stack.enter_context(running())
        started = time.monotonic()
        shown = _main_job(folder, served, started)
    if not quiet:
        _tell(shown, keep)
    return _told(shown)


def _main_job(folder: Path, served: "Served", started: float) -> Shown:
    """Crawl, classify, export, review, retrain, re-score: what an office does, in one go."""
    from demo import truth
    from jobs import classify, retrain
    from review.incoming import take_in
    from review.outgoing import export
    from storage import acts

    planted = truth.acts(served.election, served.addresses)
    with tools(_set_up(folder, served)) as opened:
        summary = asyncio.run(_look(opened))
        with opened.database.read() as session:
            tally = truth.score(planted, acts.stored(session))
            precision, recall = _fit(planted, set(acts.flagged(session)))
        file = opened.settings.review.exports / "tinjau.csv"
        exported = export(opened, file)
        answered = _answer(file, truth.answers(served.election, served.addresses))
        done = take_in(opened, answered, reviewer="peninjau-demo")
        retrained = retrain.run(opened)
        classify.run(opened)
        export(opened, opened.settings.review.exports / "tinjau-ulang.csv")
    return Shown(
        tally=tally,
        summary=summary,
        precision=precision,
        recall=recall,
        exported=exported,
        reviewed=done.new,
        retrained=retrained,
        seconds=time.monotonic() - started,
    )


def _set_up(folder: Path, served: "Served") -> Path:
    """Write settings and watchlist as a person would, and make the database."""
    from demo.network import WATCHLIST, settings_text
    from jobs import watchfile
    from scraper.platforms import capabilities
    from storage import watching
    from storage.migrate import upgrade

    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "config.yaml"
    config.write_text(settings_text(served.addresses), encoding="utf-8")
    (folder / "watchlist.csv").write_bytes(WATCHLIST.read_bytes())
    with tools(config, any_schema=True) as opened:
        upgrade(opened.database)
        known = capabilities(opened.settings.platforms)
        entries = watchfile.read(folder / "watchlist.csv", platforms=known, contests=opened.settings.contests)
        with opened.database.write() as session:
            watching.save_watchlist(session, entries, opened.clock.now())
    return config


async def _look(opened: "Tools") -> "Summary":
    """Crawl everything, score it, and keep what the matches rest on."""
    from commands.crawl import crawl, pick
    from jobs import classify, evidence

    summary = await crawl(opened, pick(opened))
    classify.run(opened)
    async with open_web(opened) as eyes:
        await evidence.run(opened, eyes)
    return summary


def _fit(planted: "tuple[Act, ...]", flagged: set[Any]) -> tuple[float | None, float | None]:
    """Measure the flags against the truth, over what was publicly visible."""
    true = {act.found_as for act in planted if act.is_match and act.unseen is None}
    hits = len(true & flagged)
    return (hits / len(flagged) if flagged else None), (hits / len(true) if true else None)


def _answer(file: Path, answers: "tuple[TextAnswer, ...]") -> Path:
    """Fill in two of every three rows of a review file, as a careful reviewer would."""
    known = {answer.uri: answer for answer in answers}
    with file.open(encoding="utf-8-sig", newline="") as source:
        header, *rows = list(csv.reader(source, delimiter=";"))
    place: Mapping[str, int] = {name: number for number, name in enumerate(header)}
    for row in (row for number, row in enumerate(rows) if number % 3 != 2):
        answer = known[row[place["id_unggahan"]]]
        said = Answer.SOLICITATION if answer.soliciting else Answer.NOT
        row[place["keputusan"]], row[place["alasan"]] = said.value, REASON.get(answer.kind, "no_call")
    filled = file.with_name("tinjau-diisi.csv")
    with filled.open("w", encoding="utf-8-sig", newline="") as target:
        csv.writer(target, delimiter=";").writerows([header, *rows])
    return filled


def _told(shown: Shown) -> dict[str, object]:
    from core.records import VisitState

    return {
        "planted": shown.tally.visible,
        "found": shown.tally.found,
        "missed": len(shown.tally.missed),
        "false": len(shown.tally.false),
        "walls": shown.summary.states[VisitState.LOGIN_WALL],
        "not_seen": {str(state): count for state, count in sorted(shown.summary.states.items()) if state not in SEEN},
        "lawfully_unseen": {str(why): count for why, count in shown.tally.unseen.items()},
        "flags": {"precision": shown.precision, "recall": shown.recall},
        "exported": shown.exported,
        "reviewed": shown.reviewed,
        "promoted": shown.retrained.promoted,
        "seconds": round(shown.seconds, 1),
    }


SEEN = frozenset({"ok", "unchanged", "empty"})


def _tell(shown: Shown, keep: Path | None) -> None:
    """Say it to a person: found, flagged, reviewed, and what was lawfully not seen."""
    from commands.crawl import NOT_SEEN, not_seen_rows

    tally = shown.tally
    tell("Planted and publicly visible: {count} interactions.", count=tally.visible)
    counts = {"found": tally.found, "missed": len(tally.missed), "false": len(tally.false)}
    tell("Found {found}, missed {missed}, false {false}.", **counts)
    tell(
        "Flags (before any review): precision {precision}, recall {recall}.",
        precision=percent(shown.precision),
        recall=percent(shown.recall),
    )
    tell(
        "{exported} matches written for review, {reviewed} answers taken in.",
        exported=shown.exported,
        reviewed=shown.reviewed,
    )
    made = shown.retrained
    if made.promoted:
        tell("Retrained: model {version} replaces {replaced}.", version=made.version, replaced=made.replaced)
    else:
        tell(
            "Retrained: model {version} was not better; {replaced} stays.", version=made.version, replaced=made.replaced
        )
    show(say("Lawfully not seen"), [say(column) for column in NOT_SEEN], not_seen_rows(shown.summary))
    tell("Done in {seconds} s.", seconds=round(shown.seconds))
    if keep is not None:
        tell("Everything is in {folder}: settings, database, review files, captures.", folder=keep.resolve())
