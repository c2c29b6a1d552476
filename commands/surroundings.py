"""Checks of `tilik doctor` on what surrounds the program: clock, console, timer, folders, and the people."""

import os
import stat
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from commands.check import Check, failed
from core.errors import ModelError, TilikError
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


def people(settings: Settings) -> Iterator[Check]:
    """Say who can open the page, and whether the model in use can be read; both stand in the database."""
    from storage import judging
    from storage.database import connect
    from storage.people import everybody

    database = connect(settings.storage.url)
    try:
        with database.read() as session:
            working = [one for one in everybody(session) if one.ended_at is None]
            models = sorted(
                (one for one in judging.models(session) if one.promoted_at),
                key=lambda one: (one.active, one.promoted_at),
                reverse=True,
            )
    except TilikError as error:
        yield failed("people", error)
        return
    finally:
        database.close()
    yield _people(len(working))
    yield _model(settings, [one.version for one in models])


def _model(settings: Settings, versions: Sequence[str]) -> Check:
    """Try the models that were in use, the present one first, as scoring would."""
    from classifier.store import load

    if not versions:
        return Check(name="model", state="ok", found=say("the base model is made at its first use"))
    folder, lost = settings.storage.data / "models", list[str]()
    for version in versions:
        try:
            load(folder / version)
        except ModelError:
            lost.append(version)
            continue
        if not lost:
            return Check(name="model", state="ok", found=version)
        found = say("{version} is used instead of {lost}", version=version, lost=", ".join(lost))
        return Check(name="model", state="warn", found=found, remedy=say("Put data/models back from your backup."))
    return failed("model", ModelError("no_usable_model", versions=", ".join(lost), folder=folder))


def _people(count: int) -> Check:
    name = "people"
    if not count:
        remedy = say("tilik people add NAME, or open the page: its first start asks for a name.")
        return Check(name=name, state="warn", found=say("nobody can open the page yet"), remedy=remedy)
    return Check(name=name, state="ok", found=say("{count} can open the page", count=count))
