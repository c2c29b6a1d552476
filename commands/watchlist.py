"""tilik watchlist: whom we look at."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from commands.shared import CONFIG, FOUND, ConfigOption, JsonOption, answer, left, require_platform, show, tell, tools
from language import say

if TYPE_CHECKING:
    from jobs.tools import Tools
    from jobs.watchlist import Reach
    from storage.watching import Watched

app = typer.Typer(no_args_is_help=True, help=say("Whom we look at: import, list, check, export."))


def reach_of(opened: "Tools", entries: "list[Watched]") -> "tuple[Reach, ...]":
    """Say what can be collected of these accounts, and how."""
    from jobs.watchlist import reach
    from scraper.platforms import capabilities

    return reach(entries, capabilities(opened.settings.platforms))


def show_reach(found: "tuple[Reach, ...]") -> None:
    """Say it to a person."""
    names = {"posts": say("posts"), "likes": say("likes given"), "likers": say("who liked campaign posts")}
    show(
        say("For how many accounts it can be collected"),
        [say("what"), say("automatically"), say("with a key"), say("only by a person"), say("not at all")],
        [[names[one.direction], one.automatic, one.by_key, one.by_person, one.nobody] for one in found],
    )


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help=say("The watchlist, a CSV file."))],
    dry_run: Annotated[bool, typer.Option("--dry-run", help=say("Check the file, change nothing."))] = False,
    reason: Annotated[
        str | None, typer.Option("--one-sided", help=say("Why only some candidates' campaigns are watched."))
    ] = None,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Add the accounts of a file, and say what can be collected of them."""
    from jobs import listing, watchfile
    from scraper.platforms import capabilities
    from storage import watching

    with tools(config) as opened:
        platforms = capabilities(opened.settings.platforms)
        entries = watchfile.read(file, platforms=platforms, contests=opened.settings.contests)
        if dry_run:
            answer({"entries": len(entries)}) if as_json else tell("{count} entries, all valid.", count=len(entries))
            return
        done = listing.take_in(opened, entries, name=file.name, reason=reason)
        with opened.database.read() as session:
            found = reach_of(opened, watching.watchlist(session))
    if as_json:
        answer({"added": done.added, "changed": done.changed, "same": done.same, "reach": found})
        return
    tell("{added} added, {changed} changed, {same} unchanged.", added=done.added, changed=done.changed, same=done.same)
    show_reach(found)


@app.command("list")
def list_(config: ConfigOption = CONFIG, as_json: JsonOption = False) -> None:
    """List the accounts on the watchlist."""
    from storage import watching

    with tools(config) as opened, opened.database.read() as session:
        entries = watching.watchlist(session)
    if as_json:
        answer([watched.entry for watched in entries])
        return
    rows = [
        [e.platform, e.handle, say(e.role), e.unit, e.region, say(e.identity), say(reason) if reason else None]
        for e, reason in ((one.entry, one.corrected) for one in entries)
    ]
    columns = ("platform", "account", "role", "unit", "region", "identity", "withdrawn")
    show(say("Watchlist"), [say(name) for name in columns], rows)


FailOnOption = Annotated[
    Literal["unverified", "ended"] | None,
    typer.Option("--fail-on", help=say("End with 6 where there is one: unverified (an identity) or ended (an entry).")),
]


@app.command()
def check(fail_on: FailOnOption = None, config: ConfigOption = CONFIG, as_json: JsonOption = False) -> None:
    """Say what needs a person: unverified or expired identities, entries past their last day, what cannot be seen."""
    from core.records import IdentityStatus
    from storage import watching

    with tools(config) as opened:
        today = opened.today
        with opened.database.read() as session:
            entries = watching.watchlist(session)
        found = reach_of(opened, entries)
    unverified = [one.entry.handle for one in entries if one.entry.identity is not IdentityStatus.VERIFIED]
    ended = [one.entry.handle for one in entries if one.entry.valid_to and one.entry.valid_to < today]
    if as_json:
        answer({"entries": len(entries), "unverified": unverified, "ended": ended, "reach": found})
    else:
        tell("{count} entries.", count=len(entries))
        tell("{count} without a verified identity: collected, never attributed to a person.", count=len(unverified))
        tell("{count} past their last day.", count=len(ended))
        if unverified:
            tell("Before an identity is verified:")
            for question in (
                say("Does a page of the office itself (its web site, a letter, the front desk) name this account?"),
                say("Is it older than the campaign, and did it post of the office's daily work before?"),
                say("Is the picture more than a campaign frame (twibbon) over a photo, or an official portrait?"),
                say("Are there other accounts with nearly the same name? Which of them does the office know?"),
                say("Is the person in office on the days in question (a decree, not a list from a chat)?"),
                say("Has somebody asked the person or the office, and written down who answered when?"),
            ):
                tell("  [ ] {question}", question=question)
        show_reach(found)
    if fail_on is not None and {"unverified": unverified, "ended": ended}[fail_on]:
        raise typer.Exit(FOUND)


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help=say("The file to write."))],
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Write the watchlist to a file that `import` reads."""
    from jobs import watchfile
    from storage import watching

    with tools(config) as opened:
        with opened.database.read() as session:
            count = watchfile.write(file, (watched.entry for watched in watching.watchlist(session)))
        left(opened, file, count)
    answer({"file": file, "entries": count}) if as_json else tell(
        "{count} entries written to {file}.", count=count, file=file
    )


@app.command()
def settle(
    handle: Annotated[str, typer.Argument(metavar="HANDLE", help=say("The account, by its name on the watchlist."))],
    *,
    platform: Annotated[str, typer.Option("--platform", help=say("Its platform."))],
    reason: Annotated[str, typer.Option("--reason", help=say("What you found out, and how."))],
    keep_key: Annotated[bool, typer.Option("--keep-key", help=say("It is still the account that it was."))] = False,
    new_key: Annotated[str | None, typer.Option("--new-key", help=say("Its key is this one now."))] = None,
    new_handle: Annotated[str | None, typer.Option("--handle", help=say("It goes by this name now."))] = None,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Say whose account it is whose name led to somebody else; until then nothing of it is collected."""
    from jobs import identity

    finding = identity.Finding(keep_key=keep_key, new_key=new_key, new_handle=new_handle, reason=reason)
    with tools(config) as opened:
        require_platform(opened, platform)
        done = identity.settle(opened, platform, handle, finding)
    if as_json:
        answer(done)
        return
    tell("{handle} is collected again, under the key {key}.", handle=done.handle, key=done.key or "–")
