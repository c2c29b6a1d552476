"""tilik crawl: look at the accounts, and at what could not be seen."""

import asyncio
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from commands import coverage
from commands.browser import unsandboxed
from commands.shared import (
    CONFIG,
    INTERRUPTED,
    PARTLY,
    REFUSED,
    ConfigOption,
    JsonOption,
    Said,
    answer,
    errors,
    local,
    note,
    open_web,
    require_platform,
    said,
    show,
    tell,
    tools,
)
from language import say

if TYPE_CHECKING:
    from jobs import lookagain
    from jobs.coverage import Coverage
    from jobs.crawl import Summary
    from jobs.lookagain import LookedAgain
    from jobs.looks import Look
    from jobs.tools import Tools

app = typer.Typer(no_args_is_help=True, help=say("Collect public posts and likes of the watchlist."))

AccountOption = Annotated[list[str] | None, typer.Option("--account", help=say("Only this account; may be repeated."))]
PlatformOption = Annotated[str | None, typer.Option("--platform", help=say("Only this platform."))]
DueOption = Annotated[bool, typer.Option("--due", help=say("Only accounts whose time has come."))]
GRACE_SECONDS = 10.0
"""How long a page in hand may still take after somebody asked for an end; what it had not stored is asked for again."""
SAY_EVERY = 30.0
"""After so many seconds a crawl says how far it is where no bar can be drawn."""

NOT_SEEN = ("platform", "account", "what", "state", "note")


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
        today = coverage.covered(opened, 1)
    answer(told(summary, today), warnings=warnings(summary)) if as_json else show_summary(summary, today)
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
    """Show what could be seen and what not, day by day and account by account; then how visits ended."""
    from jobs import closing
    from jobs import coverage as job
    from jobs.looks import looks
    from storage import collecting, watching

    with tools(config) as opened, opened.database.read() as session:
        closes = closing.progress(session, opened, looks(watching.watchlist(session, day=opened.today)))
        found = job.recent(session, opened, days)
        visits = job.last_looks(session, since=opened.clock.now() - timedelta(days=days))
        totals = collecting.totals(session)
        paused = [
            row for row in collecting.host_rows(session) if row.blocked_until and row.blocked_until > opened.clock.now()
        ]
    states = Counter(one.state for one in visits)
    unseen = [one for one in visits if not one.complete]
    if as_json:
        told = {"coverage": coverage.told(found), "totals": totals, "states": states, "not_seen": unseen}
        answer({**told, "paused_hosts": paused, "closing": [coverage.told_closing(one) for one in closes]})
        return
    coverage.tell_line(found)
    coverage.show_table(found)
    coverage.show_closing(closes)
    for host in paused:
        why, until = said(host.reason), local(host.blocked_until, opened.settings.schedule.timezone)
        tell("{host} is left alone until {until} ({reason}).", host=host.host, until=until, reason=why)
    tell(
        "{posts} posts, {interactions} interactions stored.", posts=totals["posts"], interactions=totals["interactions"]
    )
    show(say("How visits ended"), [say("state"), say("visits")], [[say(s), n] for s, n in sorted(states.items())])
    if unseen:
        rows = [[v.platform, v.handle, say(v.capability), say(v.state), said(v.note)] for v in unseen]
        show(say("Not seen, or not all of it"), [say(column) for column in NOT_SEEN], rows)


@app.command()
def again(config: ConfigOption = CONFIG, as_json: JsonOption = False) -> None:
    """Look at matched likes again that are a day old: one that was taken back speaks for its account."""
    from jobs import lookagain
    from jobs.lock import only_one
    from jobs.pauses import save

    async def look() -> "lookagain.LookedAgain":
        stop = asyncio.Event()
        with stop_on_signals(stop):
            async with open_web(opened) as web:
                try:
                    return await lookagain.run(opened, web, stop=stop)
                finally:
                    save(opened, web.pace.states)

    with tools(config) as opened, only_one(opened.settings.storage.data / "crawl.lock"):
        done = asyncio.run(look())
    answer(done) if as_json else show_again(done)
    if done.unclear:
        raise typer.Exit(PARTLY)


def show_again(done: "LookedAgain") -> None:
    """Say what came of looking at matched likes again."""
    tell(
        "Looked at matched likes again: {there} still there, {gone} taken back, {unclear} not to be seen.",
        there=done.there,
        gone=done.gone,
        unclear=done.unclear,
    )
    if done.for_a_person:
        tell("{count} of them only a person can look at.", count=done.for_a_person)


@app.command()
def reparse(
    platform: PlatformOption = None,
    since: Annotated[
        datetime | None, typer.Option("--since", formats=["%Y-%m-%d"], help=say("Only pages since this day."))
    ] = None,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Read kept pages again with today's adapters, and keep what they find now."""
    from zoneinfo import ZoneInfo

    from jobs import reparse as job

    with tools(config) as opened, Progress(console=errors, transient=True, disable=not errors.is_terminal) as bar:
        require_platform(opened, platform)
        task = bar.add_task(say("Reading pages"), total=None)
        begin = since.replace(tzinfo=ZoneInfo(opened.settings.schedule.timezone)) if since else None
        done = job.run(opened, platform=platform, since=begin, progress=lambda count: bar.update(task, advance=count))
    unread = sum(done.unparsed.values())
    if as_json:
        answer({name: getattr(done, name) for name in done.__slots__} | {"loud": done.loud})
    else:
        tell(
            "{read} pages read again: {posts} new posts, {wordings} new wordings, {acts} new interactions.",
            read=done.read,
            posts=done.posts,
            wordings=done.wordings,
            acts=done.interactions,
        )
        for name, count in sorted(done.unparsed.items()):
            tell("{platform}: {count} pages still cannot be read.", platform=name, count=count)
        if done.skipped:
            tell(
                "{count} pages are of platforms that are not set up any more, or their files are missing.",
                count=done.skipped,
            )
    if done.loud:
        note("ALARM: {unread} of {all} kept pages cannot be read. An adapter does not fit; tell the developers.",
             always=True, unread=unread, all=done.read + unread)  # fmt: skip
        raise typer.Exit(PARTLY)


def pick(
    opened: "Tools", *, accounts: list[str] | None = None, platform: str | None = None, due: bool = False
) -> "list[Look]":
    """Choose the accounts to visit."""
    from core.errors import InputError, Problem, similar
    from jobs.due import due as those_due
    from jobs.looks import looks
    from storage import watching

    require_platform(opened, platform)
    with opened.database.read() as session:
        entries = watching.watchlist(session, day=opened.today, platform=platform)
        chosen = looks(entries)
        if accounts:
            wanted = {name.removeprefix("@").casefold() for name in accounts}
            known = {look.account.handle.casefold() for look in chosen}
            unknown = sorted(wanted - known)
            if unknown:
                problems = [Problem(code="account_unknown", where="--account", value=name) for name in unknown]
                meant = [near for name in unknown for near in similar(name, known)[:1]]
                raise InputError("account_not_watched", names=", ".join(unknown), meant=meant, problems=problems)
            chosen = [look for look in chosen if look.account.handle.casefold() in wanted]
        return those_due(session, opened, chosen) if due else chosen


async def crawl(opened: "Tools", chosen: "list[Look]") -> "Summary":
    """Crawl with a progress bar; Ctrl-C finishes the page in hand and stops."""
    from jobs import crawl as job
    from jobs import posters
    from jobs.pauses import save

    stop = asyncio.Event()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    drawn = Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal)
    with stop_on_signals(stop), drawn as bar:
        task = bar.add_task(say("Visiting accounts"), total=len(chosen))
        spoken_at = time.monotonic()

        def progress(look: "Look", _summary: "Summary") -> None:
            nonlocal spoken_at
            bar.update(task, advance=1, description=f"{look.account.platform} {look.account.handle}")
            if not errors.is_terminal and time.monotonic() - spoken_at >= SAY_EVERY:
                spoken_at = time.monotonic()
                note("{done} of {all} accounts visited.", done=int(bar.tasks[0].completed), all=len(chosen))

        async with open_web(opened) as web:
            try:
                summary = await job.run(opened, web, chosen, stop=stop, progress=progress)
                summary.pictures = (await posters.run(opened, web, stop=stop)).fetched
                return summary
            finally:
                save(opened, web.pace.states)


@contextmanager
def stop_on_signals(stop: asyncio.Event) -> Iterator[None]:
    """Let Ctrl-C and SIGTERM ask for an end after the page in hand; a second one, or GRACE_SECONDS, end at once."""
    if os.name == "nt":  # Ctrl-C stops at once, and a page is one transaction
        yield
        return
    loop, asked = asyncio.get_running_loop(), 0

    def end() -> None:  # by the loop and not in the midst of a task, whose exception nobody would fetch
        signal.setitimer(signal.ITIMER_REAL, 0)
        raise KeyboardInterrupt

    def ask(*_: object) -> None:
        nonlocal asked
        asked += 1
        if asked == 1:
            signal.setitimer(signal.ITIMER_REAL, GRACE_SECONDS)
            loop.call_soon_threadsafe(stop.set)
            note("Finishing the page in hand. Press Ctrl-C again to stop at once.")
        elif asked == 2:
            signal.setitimer(signal.ITIMER_REAL, 1.0)
            loop.call_soon_threadsafe(end)
        else:  # the loop is busy with something that does not wait
            raise KeyboardInterrupt

    before = {name: signal.signal(name, ask) for name in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)}
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for name, handler in before.items():
            signal.signal(name, handler)


def told(summary: "Summary", today: "Coverage") -> dict[str, object]:
    """Say what came of a crawl, for programs: first what could be seen."""
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
        "coverage": coverage.told(today),
        "run": summary.run_id,
        "accounts": summary.accounts,
        "requests": summary.requests,
        "new_posts": summary.posts,
        "new_interactions": summary.interactions,
        "new_pictures": summary.pictures,
        "states": summary.states,
        "not_seen": summary.not_seen,
        "for_a_person": people,
        "canaries": summary.canaries,
        "interrupted": summary.interrupted,
        "not_let_out": summary.way.refused,
    }


def warnings(summary: "Summary") -> list[str]:
    """Say what of a run must be heard beside its result."""
    browser = summary.way.browser
    return [unsandboxed()] if browser is not None and not browser.sandboxed else []


def show_summary(summary: "Summary", today: "Coverage") -> None:
    """Say what came of a crawl, to a person: first how much could be seen, then what was found."""
    coverage.sound(summary.canaries)
    coverage.tell_line(today)
    tell(
        "{accounts} accounts visited with {requests} requests: {posts} new posts, {acts} new interactions.",
        accounts=summary.accounts,
        requests=summary.requests,
        posts=summary.posts,
        acts=summary.interactions,
    )
    states = [[say(state), count] for state, count in sorted(summary.states.items())]
    show(say("How visits ended"), [say("state"), say("visits")], states)
    for warning in warnings(summary):
        note("{why}", always=True, why=warning)
    for why, count in sorted(summary.way.refused.items()):
        tell("{count} requests were not let out: {why}.", count=count, why=say(why))
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
    """List the looks that did not show everything, in words; in a log how many there are of each kind."""
    if Said.logged:
        kinds = Counter((one.platform, one.capability, one.state, one.note) for one in summary.not_seen)
        return [
            [platform, str(count), say(capability), say(state), said(why)]
            for (platform, capability, state, why), count in sorted(kinds.items(), key=str)
        ]
    return [
        [one.platform, one.handle or "–", say(one.capability), say(one.state), said(one.note)]
        for one in summary.not_seen
    ]
