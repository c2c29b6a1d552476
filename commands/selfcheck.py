"""tilik selfcheck: what the public sees of an agency's own accounts, with advice; no case comes of it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.shared import CONFIG, ConfigOption, JsonOption, answer, note, show, tell, tools
from language import say

if TYPE_CHECKING:
    from jobs.selfcheck import Own


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(selfcheck)


def selfcheck(
    output: Annotated[Path | None, typer.Option("--output", "-o", help=say("Write it as an HTML file too."))] = None,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show what the public can see of the own accounts, what of it would be marked, and what can be done."""
    from array import array

    from core.deeds import Did, Went
    from jobs import deeds
    from jobs import selfcheck as job
    from jobs.exports import Leaving, went_out
    from jobs.looks import OF_ACCOUNTS
    from review.report_files import save
    from review.selfcheck import page

    with tools(config) as opened:
        found = job.run(opened)
        if output is not None:
            save(output, page(opened, found).encode())
            deeds.note(opened, Did.SELFCHECK, str(output))
            members = array("q", (match for one in found for match in one.matches))
            went_out(opened, Leaving(kind=Went.SELFCHECK, path=output, rows=len(members), members=members))
    if as_json:
        answer({"accounts": [_told(one) for one in found], "file": output})
        return
    columns = [say("account"), say("platform"), *map(say, OF_ACCOUNTS), say("marked")]
    show(say("Self-check"), columns, [_row(one) for one in found])
    for one in found:
        for act in one.flagged:
            tell("{account}: {act}: {text}", account=one.handle, act=say(act.action), text=act.text[:120])
    note("This is for prevention. What is marked is a machine's indikasi; no case comes of it, and it judges nobody.")
    if output is not None:
        tell("Written to {file}.", file=output)


def _row(one: "Own") -> list[object]:
    from jobs.looks import OF_ACCOUNTS

    looks = [one.looks.get(way) for way in OF_ACCOUNTS]
    states = [say(look.state) if look else say("never") for look in looks]
    return [one.handle, one.platform, *states, len(one.flagged) + one.more]


def _told(one: "Own") -> dict[str, object]:
    from review.selfcheck import advice

    return {
        "platform": one.platform,
        "handle": one.handle,
        "role": one.role,
        "verified": one.verified,
        "seen": {str(way): look.state for way, look in one.looks.items()},
        "acts": one.acts,
        "marked": one.flagged,
        "more": one.more,
        "advice": list(advice(one)),
    }
