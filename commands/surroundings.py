"""Checks of `tilik doctor` on what surrounds the program: clock, console, timer, folders, and the people."""

import os
import stat
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from commands.check import Check, failed
from core.errors import TilikError
from core.settings import Settings
from language import say

RELEASED = datetime(2026, 11, 1, tzinfo=UTC)
"""No right clock shows a time before this."""

OTHERS = stat.S_IRWXG | stat.S_IRWXO


def clock(settings: Settings, now: datetime) -> Check:
    """Compare the clock with what it cannot be, and this machine's time zone with that of the schedule."""
    name, zone = "clock", settings.schedule.timezone
    here = now.astimezone()
    found = say("{time} here, {there} in {zone}", time=f"{here:%Y-%m-%d %H:%M %Z}",
                there=f"{now.astimezone(ZoneInfo(zone)):%H:%M %Z}", zone=zone)  # fmt: skip
    if now < RELEASED:
        remedy = say("The clock is wrong, and its time stands on every capture. Set it, and let the system keep it.")
        return Check(name=name, state="fail", found=found, remedy=remedy)
    if here.utcoffset() != now.astimezone(ZoneInfo(zone)).utcoffset():
        remedy = say("The daily start goes by this machine's time, not by that of the schedule.")
        return Check(name=name, state="warn", found=found, remedy=remedy)
    return Check(name=name, state="ok", found=found)


def console(encoding: str | None) -> Check:
    """Say whether the console shows every letter; None where the output goes into a file or a pipe."""
    name = "console"
    if encoding is None:
        return Check(name=name, state="ok", found=say("no console; UTF-8 is written"))
    if encoding.lower().replace("-", "").removeprefix("cp") in {"utf8", "65001"}:
        return Check(name=name, state="ok", found=encoding)
    remedy = say("Letters that it lacks are shown as “?”. On Windows: chcp 65001, or use Windows Terminal.")
    return Check(name=name, state="warn", found=encoding, remedy=remedy)


def encoding_of_console() -> str | None:
    """Ask the system what the console understands; what Python writes is another matter."""
    try:
        return os.device_encoding(sys.__stdout__.fileno()) if sys.__stdout__ is not None else None
    except (OSError, ValueError):  # there is none
        return None


def schedule(config: Path) -> Check:
    """Say whether this machine starts the daily round by itself."""
    from commands.schedule import NAME
    from jobs.timers import detect, run_program

    name = "schedule"
    try:
        shown = detect(config.resolve().parent).show(NAME, run_program)
    except TilikError as error:
        found = failed("schedule", error)
        return Check(name=name, state="warn", found=found.found, remedy=found.remedy)
    if not shown:
        return Check(name=name, state="warn", found=say("no daily start"), remedy="tilik schedule install")
    return Check(name=name, state="ok", found=say("a daily start is installed"))


def folders(settings: Settings) -> Iterator[Check]:
    """Say whether captures can be written, and whether others on this machine can read them."""
    name, folder = "captures", settings.storage.data / "blobs"
    nearest = next(one for one in (folder, *folder.parents) if one.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        remedy = say("You may not write there: ask whoever owns the folder, or correct storage.data in config.yaml.")
        yield Check(name=name, state="fail", found=str(nearest), remedy=remedy)
    elif os.name != "nt" and folder.exists() and folder.stat().st_mode & OTHERS:
        found = say("{folder} can be read by others on this machine", folder=folder)
        yield Check(name=name, state="warn", found=found, remedy=f"chmod 700 '{folder}'")
    else:
        yield Check(name=name, state="ok", found=str(folder))


def people(config: Path) -> Iterator[Check]:
    """Say who can open the page, and whether the model in use can be read; both stand in the database."""
    from commands.shared import tools
    from jobs import registry
    from storage import judging
    from storage.people import everybody

    try:
        with tools(config) as opened:
            with opened.database.read() as session:
                working = [one for one in everybody(session) if one.ended_at is None]
                models = judging.models(session)
            yield _people(len(working))
            name = "model"
            if not models:
                yield Check(name=name, state="ok", found=say("the base model is made at its first use"))
                return
            found = registry.active(opened)
            lost = ", ".join(found.broken)
            remedy = say("Put data/models back from your backup.") if lost else ""
            said = say("{version} is used instead of {lost}", version=found.version.version, lost=lost)
            yield Check(
                name=name, state="warn" if lost else "ok", found=said if lost else found.version.version, remedy=remedy
            )
    except TilikError as error:
        yield failed("model", error)


def _people(count: int) -> Check:
    name = "people"
    if not count:
        remedy = say("tilik people add NAME, or open the page: its first start asks for a name.")
        return Check(name=name, state="warn", found=say("nobody can open the page yet"), remedy=remedy)
    return Check(name=name, state="ok", found=say("{count} can open the page", count=count))
