"""tilik audit: the record of what was done, its seals, and whether all of it is still what it was."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from commands.shared import CONFIG, PARTLY, ConfigOption, JsonOption, answer, local, note, said, show, tell, tools
from language import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobs.auditing import Audit
    from jobs.sealing import Pending, Sealed
    from jobs.tools import Tools

app = typer.Typer(no_args_is_help=True, help=say("The record of deeds: list it, seal it, check that it is unchanged."))


@app.command("list")
def list_(
    most: Annotated[int, typer.Option(min=1, max=100_000, help=say("How many lines, the newest first."))] = 50,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show who did what when: logins, opened cards, files that left, runs, changes of anything; and the seal."""
    from storage import people, seals

    with tools(config) as opened, opened.database.read() as session:
        found = people.deeds(session, most=most)
        last = seals.newest(session)
        zone = opened.settings.schedule.timezone
    if as_json:
        answer(found)
        return
    rows = [[local(deed.at, zone), deed.who, say(deed.what), deed.detail] for deed in found]
    show(say("Record of deeds"), [say(column) for column in ("time", "who", "what", "detail")], rows)
    if last is None:
        tell("Not sealed yet. Seal it with: tilik audit seal")
        return
    tell("Seal {number} of {when} covers it up to line {line}.",
         number=last.id, when=local(last.made_at, zone), line=last.line_id)  # fmt: skip
    tell("Key of this installation: {key}", key=_key(last.public_key))


def _key(public: str) -> str:
    from evidence.sealing import fingerprint

    return fingerprint(public) or "–"


@app.command()
def verify(
    head: Annotated[str | None, typer.Option("--head", help=say("The head that was written down before."))] = None,
    key: Annotated[
        list[str] | None,
        typer.Option("--key", help=say("The fingerprint of a key whose seals are believed too; may be repeated.")),
    ] = None,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Check the record, the seals and all evidence, without the internet; each broken link is named."""
    from jobs import auditing

    with tools(config) as opened:
        found = auditing.run(opened, head=head, keys=key or ())
        zone = opened.settings.schedule.timezone
    auditing.require_whole(found)
    if as_json:
        answer(found)
        return
    tell("{lines} lines, none changed. Head: {head}", lines=found.lines, head=found.head)
    _tell_seals(found, zone)


def _tell_seals(found: "Audit", zone: str) -> None:
    if not found.seals:
        tell("Not sealed yet. Seal it with: tilik audit seal")
        return
    tell("{seals} seals, all sound; the last of {when} covers line {line}.",
         seals=found.seals, when=local(found.sealed_at, zone), line=found.sealed_line)  # fmt: skip
    tell("{evidence} pieces of evidence, none changed; {unsealed} not sealed yet.",
         evidence=found.evidence, unsealed=found.unsealed)  # fmt: skip
    tell("{stamps} time stamps of authorities.", stamps=found.stamps)
    for one in found.unchecked:
        note("Seal {seal}: the time stamp of {authority} cannot be checked: its certificate is not in the settings.",
             always=True, seal=one.seal, authority=one.authority)  # fmt: skip
    tell_pending(found.pending)


@app.command()
def seal(
    new_key: Annotated[
        bool, typer.Option("--new-key", help=say("Sign with a new key from now on; the old one keeps its seals."))
    ] = False,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Seal what is new in the record and the evidence, and have the authorities of the settings confirm when."""
    with tools(config) as opened:
        done = sealed(opened, new_key=new_key)
    answer(done) if as_json else tell_sealed(done)
    if done.pending:
        raise typer.Exit(PARTLY)


def sealed(opened: "Tools", *, new_key: bool = False) -> "Sealed":
    """Seal what is new; authorities are asked through the guard, as every other host is."""
    from jobs import sealing as job
    from scraper.fetch.posting import open_posting

    if not opened.settings.seals.authorities:
        return asyncio.run(job.run(opened, new_key=new_key))

    async def run() -> "Sealed":
        async with open_posting(opened.settings, version=opened.version, clock=opened.clock) as ask:
            return await job.run(opened, ask, new_key=new_key)

    return asyncio.run(run())


def tell_sealed(done: "Sealed") -> None:
    """Say to a person what was sealed, and above all what was not."""
    if done.seal is None:
        tell("Nothing is new since seal {last}.", last=done.last or "–")
    else:
        tell("Seal {number}: the record up to line {line}, {evidence} new pieces of evidence.",
             number=done.seal, line=done.line, evidence=done.evidence)  # fmt: skip
    tell("Key of this installation: {key}", key=done.key)
    if not done.authorities:
        note("Signed only: no authority confirms the time. Name some in config.yaml: seals.", always=True)
    elif done.stamped:
        tell("{stamped} time stamps received.", stamped=done.stamped)
    tell_pending(done.pending)


def tell_pending(pending: "Sequence[Pending]") -> None:
    """Say loudly which seals nobody has confirmed."""
    for one in pending:
        note("PENDING: seal {seal} has no time stamp of {authority} ({why}). It is asked for again at the next round.",
             always=True, seal=one.seal, authority=one.authority, why=said(one.note))  # fmt: skip
