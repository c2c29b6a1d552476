"""tilik worker: visits as jobs of a queue in PostgreSQL, on as many machines as there are."""

import asyncio
import logging
import os
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from commands.shared import (
    CONFIG,
    INTERRUPTED,
    ConfigOption,
    JsonOption,
    answer,
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
    from jobs.tools import Tools
    from jobs.worker import Worked

LOST = 75
"""The exit code of a worker whose jobs were given to others while it slept (EX_TEMPFAIL: start it again)."""


class _RunsByDefault(TyperGroup):
    """`tilik worker` without another word runs one."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401  (typer has its own copy of click)
        """Take options for those of `run`."""
        words = [*args] if args and (args[0] in self.commands or args[0] == "--help") else ["run", *args]
        return super().parse_args(ctx, words)


app = typer.Typer(cls=_RunsByDefault, help=say("Many machines: visits as jobs of a queue in PostgreSQL."))

SilentOption = Annotated[
    float,
    typer.Option(
        "--silent-after", min=1, help=say("After so many seconds of silence a worker's jobs are given to others.")
    ),
]


@app.command()
def run(
    concurrency: Annotated[
        int | None, typer.Option("--concurrency", min=1, max=64, help=say("How many visits at a time."))
    ] = None,
    silent_after: SilentOption = 30.0,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Take visits from the queue until somebody ends it; queue what is due, give back what silent workers held."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    with tools(config) as opened:
        _require_queue(opened)
        worked = asyncio.run(_work(opened, concurrency or opened.settings.crawl.workers, silent_after))
    answer({name: getattr(worked, name) for name in worked.__slots__}) if as_json else _show(worked)
    raise typer.Exit(INTERRUPTED)


async def _work(opened: "Tools", concurrency: int, silent_after: float) -> "Worked":
    from commands.crawl import stop_on_signals
    from jobs import worker

    stop = asyncio.Event()
    with stop_on_signals(stop):
        note("Working; Ctrl-C ends after the pages in hand.")
        plan = worker.Plan(concurrency=concurrency, silent_after=silent_after)
        return await worker.run(opened, lambda: open_web(opened), plan, stop=stop, give_up=_give_up)


def _give_up() -> NoReturn:
    os._exit(LOST)


@app.command()
def status(silent_after: SilentOption = 30.0, config: ConfigOption = CONFIG, as_json: JsonOption = False) -> None:
    """Show the queue: jobs, workers, what is stalled or waits longest, and when each host may be asked again."""
    from storage import collecting, queue

    with tools(config) as opened:
        _require_queue(opened)
        with opened.database.write() as session:
            queue.require(session)
            found = queue.figures(session, seconds=silent_after)
            hosts = collecting.host_rows(session)
    if as_json:
        answer(
            {
                "jobs": found.jobs,
                "workers": {"alive": found.workers, "silent": found.silent_workers},
                "stalled": found.stalled,
                "oldest_due": found.oldest_due,
                "hosts": hosts,
            }
        )
        return
    zone = opened.settings.schedule.timezone
    tell("Workers: {alive} alive, {silent} silent.", alive=found.workers, silent=found.silent_workers)
    tell("Jobs that no living worker holds: {count}", count=found.stalled)
    if found.oldest_due is not None:
        tell("The one that waits longest is due since {moment}.", moment=local(found.oldest_due, zone))
    show(say("Jobs"), [say("state"), say("jobs")], [[say(state), n] for state, n in sorted(found.jobs.items())])
    columns = [say("host"), say("next request"), say("left alone until"), say("note")]
    rows = [[h.host, _moment(h.next_ok_at, zone), _moment(h.blocked_until, zone), said(h.reason)] for h in hosts]
    show(say("Hosts"), columns, rows)


def _moment(moment: datetime | None, zone: str) -> str | None:
    return None if moment is None else local(moment, zone)


def _require_queue(opened: "Tools") -> None:
    """Refuse to work where there can be no queue: on SQLite, or without its programs."""
    from core.errors import StorageError
    from storage import queue

    url = opened.database.engine.url
    if url.get_backend_name() != "postgresql":
        raise StorageError("queue_needs_postgres", url=url.get_backend_name())
    if not queue.is_possible(opened.database):
        raise StorageError("database_driver", url=url.drivername, module="procrastinate")


def _show(worked: "Worked") -> None:
    tell(
        "{jobs} accounts visited: {posts} new posts, {acts} new interactions; {again} to be tried again.",
        jobs=worked.jobs,
        posts=worked.posts,
        acts=worked.interactions,
        again=worked.to_be_tried_again,
    )
    states = [[say(state), count] for state, count in sorted(worked.states.items())]
    show(say("How visits ended"), [say("state"), say("visits")], states)
