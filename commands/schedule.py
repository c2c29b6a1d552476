"""tilik schedule: do what is due, without anybody having to remember."""

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands import turns
from commands.shared import (
    CONFIG,
    INTERRUPTED,
    PARTLY,
    ConfigOption,
    JsonOption,
    Said,
    answer,
    load_settings,
    note,
    open_web,
    tell,
    tools,
)
from language import say
from language.failures import in_one_line

if TYPE_CHECKING:
    from classifier.reading import Reader
    from jobs.evidence import Eyes
    from jobs.importing import Done
    from jobs.schedule import Export, Round
    from jobs.sealing import Sealed
    from jobs.timers import Plan, Timer
    from jobs.tools import Tools

app = typer.Typer(no_args_is_help=True, help=say("Do what is due: crawl, classify, export."))
app.command("next")(turns.next_)
NAME = "tilik"

SystemOption = Annotated[str, typer.Option("--system", help=say("systemd, cron, windows or auto."))]


@app.command()
def run(
    once: Annotated[bool, typer.Option("--once", help=say("One round, then end."))] = False,
    log_file: Annotated[Path | None, typer.Option("--log-file", help=say("Write what happens to this file."))] = None,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Keep running and do what is due (crawl, classify, export); with --once, one round."""
    from commands.pictures import open_reader
    from core.errors import RefusedError

    _log_to(log_file)
    with tools(config) as opened:
        if not once:
            asyncio.run(_forever(opened))
            raise typer.Exit(INTERRUPTED)
        try:
            with open_reader() as reader:
                done = asyncio.run(_once(opened, reader))
        except RefusedError as error:
            if error.code != "already_running":
                raise
            note("Another crawl is running; this one steps aside.")
            answer(_told(None)) if as_json else _show(None)
            return  # the other one seals, and writes the digest
        sealed, worried = _seal(opened)
        _digest(opened)
    answer({**_told(done), "sealed": sealed}) if as_json else _show(done)
    if done is not None and done.crawled.interrupted:
        raise typer.Exit(INTERRUPTED)
    if (done is not None and done.crawled.canaries) or worried:
        raise typer.Exit(PARTLY)


async def _once(opened: "Tools", reader: "Reader | None") -> "Round | None":
    """Do one round; whoever asks for an end gets it after the page in hand."""
    from commands.crawl import stop_on_signals
    from jobs import schedule as job

    stop = asyncio.Event()
    with stop_on_signals(stop):
        return await job.run(opened, lambda: _eyes(opened), _exporter(opened), stop=stop, reader=reader)


async def _forever(opened: "Tools") -> None:
    from commands.crawl import stop_on_signals
    from commands.pictures import open_reader
    from jobs import schedule as job
    from jobs.sealing import is_due

    stop = asyncio.Event()
    note("Waiting for what is due; Ctrl-C ends.")

    async def tick() -> None:
        with open_reader() as reader:  # its memory is given back between rounds
            done = await job.one_tick(opened, lambda: _eyes(opened), _exporter(opened), stop=stop, reader=reader)
            if done is not None or is_due(opened):
                await asyncio.to_thread(_seal, opened)
            if done is not None:
                _digest(opened)

    with stop_on_signals(stop):
        await tick()
        await job.run_until(stop, tick)


def _seal(opened: "Tools") -> "tuple[Sealed | None, bool]":
    """Seal what the round brought, and say whether a person has to look; what is not sealed is never passed over."""
    from commands.audit import sealed, tell_pending
    from core.errors import TilikError

    try:
        done = sealed(opened)
    except TilikError as error:
        logging.getLogger("tilik.schedule").warning("NOT SEALED %s", error.code)
        note("NOT SEALED: {why}", always=True, why=in_one_line(error))
        return None, error.code != "seal_packages"  # who never installed them was told by `doctor`
    tell_pending(done.pending)
    return done, bool(done.pending)


def _digest(opened: "Tools") -> None:
    """Write the digest of the day, and send it once; mail that fails is said, and stops nothing."""
    from core.errors import MissingError
    from jobs import digest as job
    from review import digest as words

    found = job.gather(opened)
    words.write(opened, found)
    if f"{opened.local_now:%H:%M}" < opened.settings.schedule.at:  # the round of the day is still to come
        return
    try:
        words.send_once(opened, found)
    except MissingError as error:
        note("{why}", why=in_one_line(error))


@asynccontextmanager
async def _eyes(opened: "Tools") -> "AsyncIterator[Eyes]":
    from jobs.pauses import save

    async with open_web(opened) as eyes:
        try:
            yield eyes
        finally:
            save(opened, eyes.pace.states)


def _exporter(opened: "Tools") -> "Export":
    from review.outgoing import export

    return lambda path: export(opened, path)


def _log_to(path: Path | None) -> None:
    Said.logged |= path is not None
    target = logging.FileHandler(path, encoding="utf-8") if path else logging.StreamHandler()
    logging.basicConfig(handlers=[target], level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    for name in ("apscheduler", "httpx", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _told(done: "Round | None") -> dict[str, object]:
    from commands.crawl import told

    if done is None:
        return {"due": False}
    parts: dict[str, object] = {
        "read": done.read,
        "classified": done.classified,
        "evidence": done.kept,
        "exported": done.exported,
        "file": done.file,
    }
    parts |= {"looked_again": done.looked_again, "imported": [_brought(one) for one in done.brought]}
    return {"due": True, "crawl": told(done.crawled, done.covered), **parts}


def _brought(one: "Done") -> dict[str, object]:
    new = one.stored.interactions if one.stored else 0
    return {"file": one.path.name, "new_interactions": new, "error": one.error.code if one.error else None}


def _show(done: "Round | None") -> None:
    from commands.crawl import show_again, show_summary
    from commands.pictures import tell_read

    if done is None:
        tell("Nothing is due.")
        return
    show_summary(done.crawled, done.covered)
    if any((done.looked_again.there, done.looked_again.gone, done.looked_again.unclear)):
        show_again(done.looked_again)
    for one in done.brought:
        name = one.path.name if not Said.logged else f"SHA-256 {(one.sha256 or '')[:12]}"
        if one.error is None:
            tell("{name}: imported.", name=name)
        else:
            note("{name}: {why}", name=name, why=one.error.code if Said.logged else in_one_line(one.error))
    tell_read(done.read)
    tell("{new} new matches; {count} wait in {file}", new=done.classified.matches, count=done.exported, file=done.file)


@app.command()
def install(system: SystemOption = "auto", config: ConfigOption = CONFIG, as_json: JsonOption = False) -> None:
    """Have the system start a round every hour; it looks at those whose time has come."""
    from jobs.timers import run_program

    plan, timer = _plan(config), _timer(system, config)
    warnings = timer.install(plan, run_program)
    if as_json:
        answer({"name": plan.name, "at": plan.at, "directory": plan.directory}, warnings=warnings)
        return
    at = f"{plan.at:%M}"
    tell("Every hour at minute {at} in {folder}; log: {log}", at=at, folder=plan.directory, log=plan.log)
    for warning in warnings:
        note(warning)


@app.command()
def show(system: SystemOption = "auto", config: ConfigOption = CONFIG, as_json: JsonOption = False) -> None:
    """Show what was installed."""
    from jobs.timers import run_program

    text = _timer(system, config).show(NAME, run_program)
    answer({"installed": text}) if as_json else tell("{text}", text=text or say("Nothing is installed."))


@app.command()
def remove(system: SystemOption = "auto", config: ConfigOption = CONFIG, as_json: JsonOption = False) -> None:
    """Take the rounds off the system."""
    from jobs.timers import run_program

    gone = _timer(system, config).remove(NAME, run_program)
    answer({"removed": gone}) if as_json else tell("Removed." if gone else "Nothing is installed.")


@app.command("run-now")
def run_now(system: SystemOption = "auto", config: ConfigOption = CONFIG, as_json: JsonOption = False) -> None:
    """Start the installed round now."""
    from jobs.timers import run_program

    _timer(system, config).run_now(NAME, run_program)
    answer({"started": True}) if as_json else tell("Started.")


def _timer(system: str, config: Path) -> "Timer":
    from core.errors import InputError, similar
    from jobs import timers

    folder = config.resolve().parent
    if system == "auto":
        return timers.detect(folder)
    made: dict[str, Timer] = {
        "systemd": timers.SystemdTimer(),
        "cron": timers.CronTimer(),
        "windows": timers.WindowsTimer(folder=folder),
    }
    if system not in made:
        raise InputError("system_unknown", system=system, known=", ".join(made), meant=similar(system, made))
    return made[system]


def _plan(config: Path) -> "Plan":
    from jobs.timers import Plan

    settings = load_settings(config)
    program = Path(sys.argv[0]).resolve()
    installed = program.suffix != ".py" and os.access(program, os.X_OK)
    start = (str(program),) if installed else (sys.executable, "-m", "cli")
    log = settings.storage.data / "schedule.log"
    log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    log.touch(mode=0o600)
    words = ("schedule", "run", "--once", "--config", str(config.resolve()), "--log-file", str(log))
    return Plan(
        name=NAME,
        at=time.fromisoformat(settings.schedule.at),
        executable=Path(start[0]),
        arguments=(*start[1:], *words),
        directory=config.resolve().parent,
        log=log,
    )
