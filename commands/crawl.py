"""tilik crawl: look at the accounts, and at what could not be seen."""

import asyncio
import signal
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from commands.shared import (
    CONFIG,
    INTERRUPTED,
    PARTLY,
    REFUSED,
    ConfigOption,
    JsonOption,
    answer,
    errors,
    local,
    note,
    open_web,
    said,
    show,
    tell,
    tools,
)
from language import say

if TYPE_CHECKING:
    from jobs.crawl import Look, Summary
    from jobs.tools import Tools

app = typer.Typer(no_args_is_help=True, help=say("Collect public posts and likes of the watchlist."))

AccountOption = Annotated[list[str] | None, typer.Option("--account", help=say("Only this account; may be repeated."))]
PlatformOption = Annotated[str | None, typer.Option("--platform", help=say("Only this platform."))]
DueOption = Annotated[bool, typer.Option("--due", help=say("Only accounts whose time has come."))]
NOT_SEEN = ("platform", "account", "what", "state", "note")
NOT_SEEN_SAID = ("capability", "state", "note")


@app.command()
def run(
    account: AccountOption = None,
    platform: PlatformOption = None,
    due: DueOption = False,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Visit the accounts of the watchlist once."""
    from jobs.lock import only_one

    with tools(config) as opened, only_one(opened.settings.storage.data / "crawl.lock"):
        chosen = pick(opened, accounts=account, platform=platform, due=due)
        summary = asyncio.run(crawl(opened, chosen))
    answer(told(summary)) if as_json else show_summary(summary)
    if summary.interrupted:
        raise typer.Exit(INTERRUPTED)
    if summary.only_refused:
        raise typer.Exit(REFUSED)
    if summary.partly:
        raise typer.Exit(PARTLY)


@app.command()
def plan(config: ConfigOption = CONFIG, as_json: JsonOption = False) -> None:
    """Reckon ahead how many requests and hours a crawl of everything would take."""
    from jobs.due import ahead

    with tools(config) as opened:
        found = ahead(opened, pick(opened))
    if as_json:
        answer(found)
        return
    columns = [say("platform"), say("accounts"), say("requests (about)"), say("hours")]
    show(say("A crawl of everything"), columns, [[o.platform, o.accounts, o.requests, o.hours] for o in found])


@app.command()
def status(
    days: Annotated[int, typer.Option("--days", min=1, help=say("How many days back."))] = 7,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show how visits ended, and which accounts could not be seen."""
    from storage import collecting

    with tools(config) as opened, opened.database.read() as session:
        visits = collecting.coverage(session, since=opened.clock.now() - timedelta(days=days))
        totals = collecting.totals(session)
        paused = [
            row for row in collecting.host_rows(session) if row.blocked_until and row.blocked_until > opened.clock.now()
        ]
    latest = {(v["platform"], v["handle"], v["capability"], v["post_id"]): v for v in visits}
    states = Counter(visit["state"] for visit in latest.values())
    unseen = [visit for visit in latest.values() if not visit["complete"]]
    if as_json:
        answer({"totals": totals, "states": states, "not_seen": unseen, "paused_hosts": paused})
        return
    tell(
        "{posts} posts, {interactions} interactions stored.", posts=totals["posts"], interactions=totals["interactions"]
    )
    show(say("How visits ended"), [say("state"), say("visits")], [[say(s), n] for s, n in sorted(states.items())])
    if unseen:
        rows = [[v["platform"], v["handle"], *(said(v[c]) for c in NOT_SEEN_SAID)] for v in unseen]
        show(say("Not seen, or not all of it"), [say(column) for column in NOT_SEEN], rows)
    for host in paused:
        why, until = said(host.reason), local(host.blocked_until, opened.settings.schedule.timezone)
        tell("{host} is left alone until {until} ({reason}).", host=host.host, until=until, reason=why)


def pick(
    opened: "Tools", *, accounts: list[str] | None = None, platform: str | None = None, due: bool = False
) -> "list[Look]":
    """Choose the accounts to visit."""
    from core.errors import InputError, Problem
    from jobs.crawl import looks
    from jobs.due import due as those_due
    from storage import watching

    with opened.database.read() as session:
        entries = watching.watchlist(session, day=opened.today, platform=platform)
        chosen = looks(entries)
        if accounts:
            wanted = {name.removeprefix("@").casefold() for name in accounts}
            unknown = wanted - {look.account.handle.casefold() for look in chosen}
            if unknown:
                problems = [Problem(code="account_unknown", where="--account", value=name) for name in sorted(unknown)]
                raise InputError("account_not_watched", names=", ".join(sorted(unknown)), problems=problems)
            chosen = [look for look in chosen if look.account.handle.casefold() in wanted]
        return those_due(session, opened, chosen) if due else chosen


async def crawl(opened: "Tools", chosen: "list[Look]") -> "Summary":
    """Crawl with a progress bar; Ctrl-C finishes the page in hand and stops."""
    from jobs import crawl as job
    from jobs import posters
    from jobs.pauses import save

    stop = asyncio.Event()
    stop_on_signals(stop)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as bar:
        task = bar.add_task(say("Visiting accounts"), total=len(chosen))

        def progress(look: "Look", _summary: "Summary") -> None:
            bar.update(task, advance=1, description=f"{look.account.platform} {look.account.handle}")

        async with open_web(opened) as web:
            try:
                summary = await job.run(opened, web, chosen, stop=stop, progress=progress)
                summary.pictures = (await posters.run(opened, web, stop=stop)).fetched
                return summary
            finally:
                save(opened, web.pace.states)


def stop_on_signals(stop: asyncio.Event) -> None:
    """Let Ctrl-C and SIGTERM ask for an end after the page in hand; a second one ends at once."""

    def ask() -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        note("Finishing the page in hand. Press Ctrl-C again to stop at once.")

    for name in (signal.SIGINT, signal.SIGTERM):
        try:
            asyncio.get_running_loop().add_signal_handler(name, ask)
        except NotImplementedError:  # Windows: Ctrl-C stops at once, and a page is one transaction
            return


def told(summary: "Summary") -> dict[str, object]:
    """Say what came of a crawl, for programs."""
    people = [
        {
            "platform": platform,
            "direction": direction,
            "accounts": count,
            "why": summary.why_a_person.get((platform, direction)),
        }
        for (platform, direction), count in sorted(summary.for_a_person.items())
    ]
    return {
        "run": summary.run_id,
        "accounts": summary.accounts,
        "requests": summary.requests,
        "new_posts": summary.posts,
        "new_interactions": summary.interactions,
        "new_pictures": summary.pictures,
        "states": summary.states,
        "not_seen": summary.not_seen,
        "for_a_person": people,
        "interrupted": summary.interrupted,
    }


def show_summary(summary: "Summary") -> None:
    """Say what came of a crawl, to a person: first what was found, then what was not seen."""
    tell(
        "{accounts} accounts visited with {requests} requests: {posts} new posts, {acts} new interactions.",
        accounts=summary.accounts,
        requests=summary.requests,
        posts=summary.posts,
        acts=summary.interactions,
    )
    states = [[say(state), count] for state, count in sorted(summary.states.items())]
    show(say("How visits ended"), [say("state"), say("visits")], states)
    if summary.not_seen:
        columns = [say(column) for column in NOT_SEEN]
        show(say("Not seen, or not all of it"), columns, not_seen_rows(summary))
    for (platform, direction), count in sorted(summary.for_a_person.items()):
        tell(
            "{platform}: {what} of {count} accounts only a person can look at: {why}.",
            platform=platform,
            what=say(direction),
            count=count,
            why=said(summary.why_a_person.get((platform, direction))),
        )


def not_seen_rows(summary: "Summary") -> list[list[str]]:
    """List the looks that did not show everything, in words."""
    return [
        [one.platform, one.handle or "–", say(one.capability), say(one.state), said(one.note)]
        for one in summary.not_seen
    ]
