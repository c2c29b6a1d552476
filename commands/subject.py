"""tilik subject: what a person may ask, and how a mistake about them is put right."""

import asyncio
import hashlib
from array import array
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from commands.shared import CONFIG, ConfigOption, JsonOption, answer, local, note, show, tell, tools
from language import say

if TYPE_CHECKING:
    from jobs.subject import Answered
    from jobs.tools import Tools
    from storage.exports import ExportRow

app = typer.Typer(no_args_is_help=True, help=say("People who ask what is held of them, and mistakes about them."))

Format = Literal["html", "pdf"]
HandleArgument = Annotated[
    str, typer.Argument(metavar="HANDLE", help=say("A handle, PLATFORM:HANDLE, or the account's address."))
]
Why = Literal["wrong_person", "not_asn", "not_institution", "retired", "false_account", "listed_by_mistake"]


@app.command()
def report(
    handle: HandleArgument,
    output: Annotated[Path | None, typer.Option("--output", "-o", help=say("The file to write."))] = None,
    kind: Annotated[
        Format | None, typer.Option("--format", help=say("html or pdf; else what the file's name says."))
    ] = None,
    hide_staff: Annotated[
        bool, typer.Option("--hide-staff", help=say("Numbers in the place of the names of the office's people."))
    ] = False,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Write what is held of an account, for whoever asks: what, why, since when, who saw it, where it went."""
    from jobs import subject
    from review.ids import public_id
    from review.subject_paper import told, without_staff

    with tools(config) as opened:
        answered = subject.report(opened, handle, public_id, by=opened.who)
        shown = without_staff(answered) if hide_staff else answered
        written = kind or ("pdf" if output is not None and output.suffix.lower() == ".pdf" else "html")
        path = output or opened.settings.review.exports / _name(opened, handle, written)
        _write(opened, shown, path, written)
    if as_json:
        answer({**told(shown), "file": path})
        return
    if not answered.held:
        tell("Nothing is held of {handle}.", handle=handle)
    tell("{count} accounts, {matches} matches.", count=len(answered.held),
         matches=sum(len(one.matches) for one in answered.held))  # fmt: skip
    tell("Report: {file}", file=path)


def _name(opened: "Tools", handle: str, kind: Format) -> str:
    """Name the file so that a list of files names nobody."""
    code = hashlib.blake2b(handle.casefold().encode(), key=opened.secret[:64], digest_size=4).hexdigest()
    return f"subjek-{code}-{opened.today}.{kind}"


def _write(opened: "Tools", shown: "Answered", path: Path, kind: Format) -> None:
    from core.deeds import Went
    from jobs.exports import Leaving, went_out
    from jobs.printing import printed
    from review.report_files import save
    from review.subject_paper import page

    html = page(opened, shown)
    save(path, asyncio.run(printed(opened, html)) if kind == "pdf" else html.encode())
    members = array("q", (one.match_id for held in shown.held for one in held.matches))
    leaving = Leaving(kind=Went.SUBJECT_REPORT, path=path, rows=len(members), members=members)
    went_out(opened, leaving)


@app.command()
def correct(
    handle: HandleArgument,
    reason: Annotated[Why, typer.Option(help=say("What was wrong."))],
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help=say("Only acts from this day on; without it all of them.")),
    ] = None,
    remark: Annotated[str | None, typer.Option("--note", help=say("What it rests on: a letter, a document."))] = None,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Withdraw the matches of an account everywhere, stop looking at it, and name the files that hold them."""
    from core.deeds import Correction
    from jobs import subject

    with tools(config) as opened:
        day = since.date() if since is not None else None
        done = subject.correct(opened, handle, Correction(reason), since=day, note=remark, by=opened.who)
        zone = opened.settings.schedule.timezone
    _say(done.matches, done.exports, zone, as_json=as_json, withdrawn=True)


@app.command()
def undo(
    handle: HandleArgument,
    reason: Annotated[str | None, typer.Option("--reason", help=say("Why; it is kept."))] = None,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """End a correction that was a mistake: the matches come back as people had left them."""
    from jobs import subject

    with tools(config) as opened:
        done = subject.undo(opened, handle, reason=(reason or "").strip(), by=opened.who)
        zone = opened.settings.schedule.timezone
    _say(done.matches, done.exports, zone, as_json=as_json, withdrawn=False)


def _say(matches: Sequence[int], files: Sequence["ExportRow"], zone: str, *, as_json: bool, withdrawn: bool) -> None:
    from review.ids import public_id
    from review.subject_paper import exports_told

    names = [public_id(one) for one in matches]
    if as_json:
        answer({"withdrawn" if withdrawn else "back": names, "exports": exports_told(files)})
        return
    said = "{count} matches withdrawn." if withdrawn else "{count} matches are back."
    tell(said, count=len(names))
    if files:
        rows = [[say(one.kind), one.file, one.written_by, local(one.written_at, zone)] for one in files]
        show(say("Files that hold them"), [say(column) for column in ("kind", "file", "who", "written")], rows)
        note("Call these files back from whoever has them, or tell them what changed.")
