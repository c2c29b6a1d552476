"""tilik purge, tilik hold, tilik exports: what goes by the retention of the settings, what stays, and what went out."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from commands.shared import CONFIG, ConfigOption, JsonOption, answer, local, show, tell, tools
from language import say

if TYPE_CHECKING:
    from jobs.purge import Proposal
    from jobs.tools import Tools

app = typer.Typer(no_args_is_help=True, help=say("Legal holds: what no purge may take."))
ReasonOption = Annotated[str | None, typer.Option("--reason", help=say("Why; it is kept."))]


def register(main: typer.Typer) -> None:
    """Add the commands that stand alone."""
    main.command()(purge)
    main.command()(exports)


def purge(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=say("Show what would go and what still holds it, change nothing."))
    ] = False,
    reason: ReasonOption = None,
    yes: Annotated[bool, typer.Option("--yes", help=say("Do not ask."))] = False,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Remove what the retention of the settings lets go: rows, files, logs; with a certificate. It asks first."""
    from core.errors import InputError
    from jobs import purge as job
    from review.certificate import page

    with tools(config) as opened:
        proposal = job.propose(opened, _picture)
        if dry_run:
            answer(job.told(proposal)) if as_json else _tell(opened, proposal)
            return
        if not (reason or "").strip():
            raise InputError("purge_without_reason")
        if not as_json:
            _tell(opened, proposal)
        _confirm(yes=yes)
        wishes = job.Wishes(by=opened.who, reason=(reason or "").strip(), page=page, picture=_picture)
        done = job.run(opened, wishes)
    if as_json:
        answer(done)
        return
    if done.resumed:
        tell("A purge that was broken off was brought to its end. Run the command again for what is due since.")
    tell("Certificate: {file} (SHA-256 {sha256})", file=done.files[1], sha256=done.sha256)


def _picture(match_id: int) -> str:
    from review.ids import public_id

    return f"{public_id(match_id)}.png"


def _confirm(*, yes: bool) -> None:
    from core.errors import InputError

    if yes:
        return
    if not sys.stdin.isatty():
        raise InputError("purge_unconfirmed")
    if not typer.confirm(say("Remove all of this for good?")):
        raise InputError("purge_unconfirmed")


def _tell(opened: "Tools", proposal: "Proposal") -> None:
    from review.certificate import CLASSES, FILES

    zone = opened.settings.schedule.timezone
    rows = [
        [say(CLASSES[name]), part.count, *(local(age, zone) if age else None for age in (part.oldest, part.newest))]
        for name, part in proposal.parts.items()
    ]
    tell("The purpose ends on {day}.", day=proposal.ends)
    show(say("What would go"), [say(column) for column in ("what", "rows", "oldest", "newest")], rows)
    for kind, count in proposal.files.items():
        tell("  {name}: {count}", name=say(FILES[kind]), count=count)
    tell("{bytes} bytes of files. Legal holds: {holds}.", bytes=proposal.bytes, holds=proposal.holds)
    for one in proposal.elsewhere:
        tell("Still holds it: {file} ({kind}). A purge does not reach it.", file=one.file, kind=say(one.kind))


def exports(config: ConfigOption = CONFIG, as_json: JsonOption = False) -> None:
    """List the files that went out: review files, reports with names, packages of evidence, backups."""
    from storage import exports as stored

    with tools(config) as opened, opened.database.read() as session:
        found = list(stored.every(session))
        zone = opened.settings.schedule.timezone
    if as_json:
        names = [name for name in stored.ExportRow.__slots__ if name != "members"]
        answer([{name: getattr(one, name) for name in names} for one in found])
        return
    rows = [
        [one.id, say(one.kind), one.file, one.rows, one.written_by, local(one.written_at, zone), one.sha256[:12]]
        for one in found
    ]
    columns = ("number", "kind", "file", "rows", "who", "written")
    show(say("Files that went out"), [*(say(column) for column in columns), "SHA-256"], rows)


@app.command("add")
def hold_add(
    what: Annotated[str, typer.Argument(help=say("A match (F-…), a contest's id, or a handle (PLATFORM:HANDLE)."))],
    reason: ReasonOption = None,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Keep a match, an account or a contest out of every purge, with a reason."""
    from jobs import holds
    from review.ids import read_id

    with tools(config) as opened:
        number = holds.hold(opened, what, read_id(what), by=opened.who, reason=(reason or "").strip())
    answer({"hold": number}) if as_json else tell("Held: {what}, number {number}.", what=what, number=number)


@app.command("list")
def hold_list(config: ConfigOption = CONFIG, as_json: JsonOption = False) -> None:
    """List what is held, by whom and why, and what was let go again."""
    from review.ids import public_id
    from storage import holding

    with tools(config) as opened, opened.database.read() as session:
        found = holding.every_hold(session)
        zone = opened.settings.schedule.timezone
    if as_json:
        answer(found)
        return
    rows = [
        [
            one.id,
            say(one.kind),
            one.contest or (public_id(one.number or 0) if one.kind == "match" else one.number),
            one.reason,
            one.held_by,
            local(one.held_at, zone),
            local(one.lifted_at, zone) if one.lifted_at else None,
        ]
        for one in found
    ]
    columns = ("number", "what", "of", "reason", "who", "since", "lifted")
    show(say("Legal holds"), [say(column) for column in columns], rows)


@app.command("remove")
def hold_remove(
    number: Annotated[int, typer.Argument(help=say("The number of a hold, as tilik hold list shows it."))],
    reason: ReasonOption = None,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Lift a hold, with a reason; who held it and why stays on record."""
    from jobs import holds

    with tools(config) as opened:
        holds.lift(opened, number, by=opened.who, reason=(reason or "").strip())
    answer({"hold": number, "lifted": True}) if as_json else tell("Lifted: number {number}.", number=number)
