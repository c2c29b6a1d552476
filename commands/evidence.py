"""tilik evidence: what a match rests on, to look at, to give away, and to check."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.shared import CONFIG, ConfigOption, JsonOption, answer, local, note, said, show, tell, tools
from language import say

if TYPE_CHECKING:
    from jobs.verifying import Held

app = typer.Typer(no_args_is_help=True, help=say("What a match rests on: show it, give it away, check it."))

MatchArgument = Annotated[str, typer.Argument(help=say("The id of a match, as in a review file (F-…)."))]
TargetArgument = Annotated[
    Path, typer.Argument(metavar="DIR|FILE.zip", help=say("A new folder, or a new file that ends in .zip."))
]
OriginalOption = Annotated[
    Path | None, typer.Option("--original", help=say("The file that a person kept, as it was imported."))
]


@app.command("show")
def show_held(match: MatchArgument, config: ConfigOption = CONFIG, as_json: JsonOption = False) -> None:
    """Say what is held of a match, since when, by whom, and on what ground."""
    from core.deeds import Did
    from jobs import deeds, verifying
    from storage import evidence

    with tools(config) as opened:
        number, public = _number(match)
        held = verifying.held(opened, number)
        with opened.database.read() as session:
            original = evidence.original_of(session, number)
            if not evidence.known(session, number):
                raise _unknown(match)
        deeds.note(opened, Did.OPEN, public)
        zone = opened.settings.schedule.timezone
        controller = opened.settings.purpose.controller
    if as_json:
        rows = [{**{name: getattr(one.row, name) for name in one.row.__slots__}, "held": one.manifest} for one in held]
        answer({"match": public, "evidence": rows, "original": original})
        return
    if not held:
        tell("No evidence of {match} is held yet. It is kept by: tilik classify", match=public)
    for one in held:
        _tell(public, one, zone, controller)
    if original is not None:
        kept = {"name": original.name, "custodian": said(original.custodian), "sha256": original.sha256}
        tell("The act was found in the file {name}, kept by {custodian}, SHA-256 {sha256}.", **kept)


def _tell(public: str, held: "Held", zone: str, controller: str) -> None:
    row, manifest = held.row, held.manifest
    since = local(row.captured_at, zone)
    about = {"match": public, "level": say(row.level), "since": since, "controller": controller}
    tell("{match}: {level}, held since {since} by {controller}.", **about)
    if row.note is not None:
        tell("The public page {url} was not kept: {note}.", url=row.url or "–", note=say(row.note))
    if manifest is None:
        tell(
            "Its manifest {manifest} cannot be read. See: tilik evidence verify {match}",
            manifest=row.manifest,
            match=public,
        )
        return
    page = manifest["page"] or {}
    if "title" in page:
        tell("Page: {title} ({url})", title=page["title"], url=page["final_url"])
        tell("Ground: {ground}. Browser: {browser}. Answers: {answers}, failed: {failed}.", **_figures(page))
    if page.get("truncated"):
        tell("The page had more than is kept; what was left out is named in the manifest.")
    if manifest["crawled"] is not None:
        crawled = manifest["crawled"]
        when = local(datetime.fromisoformat(crawled["captured_at"]), zone)
        tell("The crawl was given SHA-256 {sha256} at {when} ({url}).", when=when, **_of(crawled))
    files = [[one["name"], one["bytes"], one["sha256"]] for one in manifest["files"]]
    if files:
        show(say("Files"), [say("file"), say("bytes"), "SHA-256"], files)
    tell("Manifest: SHA-256 {manifest}", manifest=row.manifest)


def _figures(page: dict[str, object]) -> dict[str, object]:
    failed = page["failed"]
    count = len(failed) if isinstance(failed, list) else 0
    return {"ground": page["ground"], "browser": page["browser"], "answers": page["answers"], "failed": count}


def _of(crawled: dict[str, object]) -> dict[str, object]:
    return {"sha256": crawled["sha256"], "url": crawled["url"]}


@app.command()
def export(
    match: MatchArgument, target: TargetArgument, config: ConfigOption = CONFIG, as_json: JsonOption = False
) -> None:
    """Write a package of a match that anybody can check and replay without tilik."""
    from jobs import verifying

    with tools(config) as opened:
        number, public = _number(match)
        done = verifying.export(opened, public, number, target)
    if as_json:
        answer({"match": public, "target": target, "files": sorted(done.files), "unsealed": done.unsealed})
        return
    tell("{count} files written: {target}", count=len(done.files), target=target)
    if done.unsealed:
        note("NOT SEALED: {count} pieces of evidence in it. First: tilik audit seal", always=True, count=done.unsealed)
    tell("Whoever receives it checks it with: python3 verify.py")


@app.command()
def verify(
    match: MatchArgument,
    original: OriginalOption = None,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Check the evidence of a match byte by byte; exit code 3 where anything was changed."""
    from jobs import verifying

    with tools(config) as opened:
        number, public = _number(match)
        found = verifying.check_original(opened, public, number, original) if original is not None else None
        held = verifying.held(opened, number)
        rows = verifying.check(opened, public, number) if held or found is None else []
    if as_json:
        answer({"match": public, "whole": True, "evidence": rows, "original": found})
        return
    for row in rows:
        tell("Whole: {level}, manifest SHA-256 {manifest}", level=say(row.level), manifest=row.manifest)
    if found is not None:
        tell("{name} is the file that was imported (SHA-256 {sha256}).", name=found.name, sha256=found.sha256)
        if found.entry is not None:
            tell("The answer is its entry {entry}: {url}", entry=found.entry, url=found.url)


def _number(match: str) -> tuple[int, str]:
    """Read the id of a match, and write it as it is written here."""
    from review.ids import public_id, read_id

    number = read_id(match)
    if number is None:
        raise _unknown(match)
    return number, public_id(number)


def _unknown(match: str) -> Exception:
    from core.errors import InputError

    return InputError("match_unknown", match=match)
