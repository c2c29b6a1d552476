"""tilik capture: a person looks, tilik listens."""

import asyncio
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.importing import lists_of, show_unread, unread
from commands.shared import (
    CONFIG,
    INTERRUPTED,
    ConfigOption,
    JsonOption,
    answer,
    errors,
    load_settings,
    note,
    require_platform,
    said,
    show,
    tell,
    tools,
)
from language import say
from language.failures import in_one_line

if TYPE_CHECKING:
    from core.errors import FetchError
    from jobs.capturing import Move, Plan, Summary
    from jobs.queue import ToDo
    from jobs.tools import Tools

UrlArgument = Annotated[
    str | None,
    typer.Argument(metavar="[URL]", help=say("The address to begin with; without one an empty window opens.")),
]
QueueOption = Annotated[bool, typer.Option("--queue", help=say("Open what waits for a person, one after the other."))]
OwnOption = Annotated[
    str | None,
    typer.Option(
        "--own-account", metavar="REASON", help=say("Why an account of your own is needed; you log in by hand.")
    ),
]
PlatformOption = Annotated[str | None, typer.Option("--platform", help=say("Only this platform."))]
SecondsOption = Annotated[float | None, typer.Option("--seconds", min=1, help=say("End by itself after so long."))]
YesOption = Annotated[bool, typer.Option("--yes", help=say("Do not ask whether the risks were read."))]

YES = frozenset({"y", "yes", "ya", "iya"})


def register(program: typer.Typer) -> None:
    """Add the command to the program."""
    program.command("capture")(capture)


def capture(
    url: UrlArgument = None,
    queue: QueueOption = False,
    own_account: OwnOption = None,
    platform: PlatformOption = None,
    seconds: SecondsOption = None,
    yes: YesOption = False,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Open a visible browser that you drive; tilik only listens, and keeps what it shows of the watchlist."""
    from commands.browser import unsandboxed
    from jobs.capturing import Move
    from jobs.lock import only_one
    from scraper.fetch.browsers import is_root

    errors.quiet = False  # this is a conversation
    profile = load_settings(config).storage.data / "profiles" / "own"
    reason = _confirmed(own_account, profile, yes=yes)
    with tools(config) as opened, only_one(opened.settings.storage.data / "capture.lock"):
        plan = _plan(opened, url, queue=queue, own_account=reason, platform=platform, seconds=seconds)
        if plan is None:
            answer(_nothing()) if as_json else tell("Nothing waits for a person.")
            return
        if is_root():
            note("{why}", always=True, why=unsandboxed())
        summary = asyncio.run(_run(opened, plan))
    answer(told(summary)) if as_json else show_summary(summary)
    if summary.ended is Move.STOPPED:
        raise typer.Exit(INTERRUPTED)


def _plan(
    opened: "Tools",
    url: str | None,
    *,
    queue: bool,
    own_account: str | None,
    platform: str | None,
    seconds: float | None,
) -> "Plan | None":
    """Put together what is opened; None where the queue is empty."""
    from core.errors import InputError
    from jobs.capturing import Plan, to_open

    if queue and url is not None:
        raise InputError("capture_url_or_queue")
    require_platform(opened, platform)
    items = to_open(opened, platform) if queue else []
    if queue and not items:
        return None
    return Plan(url=url, items=items, platform=platform, own_account=own_account, seconds=seconds)


def _confirmed(reason: str | None, profile: Path, *, yes: bool) -> str | None:
    """Warn of what an account of one's own exposes; who does not say yes goes no further."""
    from core.errors import InputError

    if reason is None:
        return None
    if not reason.strip():
        raise InputError("capture_without_reason")
    note("You are about to look with an account of your own.")
    note("- The platform knows that it is you, and may show others your name: as a viewer, as a visitor, as active.")
    note("- Its terms may forbid what you do with what you see. Ask your office first; use no private account for it.")
    note("- You log in by hand. tilik reads no password and no cookie; the profile stays in {folder}.", folder=profile)
    note("- Whatever is kept of this session says that it was seen with an account of a person's own, and your reason.")
    if not yes:
        note("Go on? Type y and press Enter.")
        if sys.stdin.readline().strip().casefold() not in YES:
            raise InputError("capture_not_confirmed")
    return reason.strip()


async def _run(opened: "Tools", plan: "Plan") -> "Summary":
    from commands.crawl import stop_on_signals
    from jobs.capturing import run

    stop = asyncio.Event()
    with stop_on_signals(stop):
        return await run(opened, plan, AtTheTerminal(asyncio.get_running_loop()), stop=stop)


class AtTheTerminal:
    """The person before the terminal: what they are told goes to standard error, what they type comes line by line."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._lines: asyncio.Queue[str] = asyncio.Queue()
        self._loop = loop

    def ready(self) -> None:
        """Say that the window is open, and listen to what is typed from now on."""
        note("A browser is open. Look at what you came for; tilik clicks and types nothing. Cookie notices are yours.")
        note("Enter: go on · s and Enter: skip this one · q and Enter: end. Closing the window ends it as well.")
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        try:
            for line in sys.stdin:
                self._loop.call_soon_threadsafe(self._lines.put_nowait, line.strip().casefold())
        except (RuntimeError, OSError, ValueError):  # the session is over, or there is no terminal
            return

    def told(self, item: "ToDo | None", left: int) -> None:
        """Say what is open and what to do there."""
        if item is None:
            return
        note(
            "{platform} {handle}: {what} ({why}). {left} more after this one.",
            platform=item.platform,
            handle=item.handle,
            what=say(item.direction),
            why=say(item.why),
            left=left,
        )
        note("  {url}", url=item.url)
        note("  {step}.", step=say(item.step))
        if item.post is not None:
            note("  Scroll the list to its end: only a whole list says who is not in it.")

    def refused(self, url: str, error: "FetchError") -> None:
        """Say why an address is not opened."""
        note("{url} is not opened: {why}", url=url, why=in_one_line(error))

    async def move(self) -> "Move":
        """Wait for a line; anything but s and q goes on. Who has no terminal ends it by closing the window."""
        from jobs.capturing import Move

        line = await self._lines.get()
        return {"s": Move.SKIP, "q": Move.END}.get(line, Move.NEXT)


def _nothing() -> dict[str, object]:
    from jobs.capturing import Summary

    return told(Summary())


def told(summary: "Summary") -> dict[str, object]:
    """Say what came of a session, for programs: people who are not watched are a number."""
    found = [one.stored.findings for one in summary.looked if one.stored is not None]
    stored = [one.stored for one in summary.looked if one.stored is not None]
    left_out: Counter[str] = Counter()
    for one in summary.looked:
        left_out.update(one.left_out)
    return {
        "opened": summary.opened,
        "skipped": summary.skipped,
        "left": summary.left,
        "ended": summary.ended,
        "heard": sum(one.heard for one in summary.looked),
        "recognised": sum(one.recognised for one in summary.looked),
        "left_out": left_out,
        "unread": unread(found),
        "people_not_watched": sum(one.people_not_watched for one in found),
        "posts": sum(1 for one in found for _, kept in one.posts if kept),
        "interactions": sum(len(one.acts) for one in found),
        "new_posts": sum(one.posts for one in stored),
        "new_interactions": sum(one.interactions for one in stored),
        "pictures": sum(one.pictures for one in summary.looked),
        "lists": lists_of(found),
    }


def show_summary(summary: "Summary") -> None:
    """Say what came of a session, to a person: how much of each list was seen, then what is kept, then what is not."""
    from typing import Any

    data: Any = told(summary)
    if data["lists"]:
        rows = [
            [
                one["platform"],
                say(one["direction"]),
                one["post"] or one["account"],
                f"{one['seen']} / {'?' if one['claimed'] is None else one['claimed']}",
                say(one["state"]),
            ]
            for one in data["lists"]
        ]
        columns = [say(name) for name in ("platform", "what", "of", "seen / claimed", "state")]
        show(say("How much was seen"), columns, rows)
    tell(
        "{posts} posts and {acts} interactions of watched accounts seen; {people} other people are counted only.",
        posts=data["posts"],
        acts=data["interactions"],
        people=data["people_not_watched"],
    )
    show_unread(data["unread"])
    tell("Kept: {posts} new posts, {acts} new interactions.", posts=data["new_posts"], acts=data["new_interactions"])
    tell("{count} pictures of pages were kept, none of a list of people.", count=data["pictures"])
    reasons = ", ".join(f"{count} × {said(reason)}" for reason, count in sorted(data["left_out"].items())) or "–"
    tell(
        "{heard} answers heard, {known} known to us; left out: {reasons}",
        heard=data["heard"],
        known=data["recognised"],
        reasons=reasons,
    )
