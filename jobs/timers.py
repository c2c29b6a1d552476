"""Lets the system start the rounds: systemd, cron or the Windows Task Scheduler.

Each timer makes the text that its system wants and hands it over through `run`, which tests replace. The time of a
plan is the machine's own local time.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time, timedelta
from pathlib import Path, PurePath
from typing import Protocol, TypeAlias
from xml.etree import ElementTree as ET

from core.errors import ConfigError, MissingError

MARK = "# tilik:"
"""Stands before the plan's name at the end of our crontab line."""

_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_BREAK = re.compile(r"[\x00-\x1f\x7f]")
_Tree: TypeAlias = "Mapping[str, str | _Tree]"
_TASK = "http://schemas.microsoft.com/windows/2004/02/mit/task"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be started every hour, at the minute of `at`: a start that finds nothing due ends at once.

    The paths are absolute. What the program prints is added to `log`; only Windows cannot do that, so a log file of
    the program's own belongs into `arguments`.
    """

    name: str
    at: time
    executable: PurePath
    arguments: tuple[str, ...]
    directory: PurePath
    log: PurePath
    limit: timedelta = timedelta(hours=12)

    def __post_init__(self) -> None:
        """Refuse what no system could be told safely."""
        if not _NAME.fullmatch(self.name):
            raise ConfigError("timer_name", value=self.name)
        for path in (self.executable, self.directory, self.log):
            if not path.is_absolute():
                raise ConfigError("timer_path_relative", value=str(path))
        for word in (str(self.executable), str(self.directory), str(self.log), *self.arguments):
            if _BREAK.search(word):
                raise ConfigError("timer_line_break", value=word)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a program ended and what it said."""

    code: int
    out: bytes = b""
    error: bytes = b""


Run = Callable[[Sequence[str], bytes | None], Ran]
"""Runs a program with these words and this input."""


class Timer(Protocol):
    """One system's way to start a program every hour."""

    def install(self, plan: Plan, run: Run) -> tuple[str, ...]:
        """Install or replace a plan; say by code what this system cannot promise."""
        ...

    def show(self, name: str, run: Run) -> str | None:
        """Give what is installed under this name as the system tells it; None if nothing is."""
        ...

    def remove(self, name: str, run: Run) -> bool:
        """Remove a plan; False if there was none."""
        ...

    def run_now(self, name: str, run: Run) -> None:
        """Start an installed plan at once."""
        ...


def run_program(words: Sequence[str], given: bytes | None) -> Ran:
    """Run a program of the system to its end."""
    try:
        done = subprocess.run(words, input=given, capture_output=True, check=False)  # noqa: S603  (no shell)
    except OSError as error:
        raise MissingError("timer_program_missing", program=words[0]) from error
    return Ran(code=done.returncode, out=done.stdout, error=done.stderr)


def detect(folder: Path, run: Run = run_program) -> Timer:
    """Choose this machine's timer; `folder` is where Windows' task file is kept."""
    if sys.platform == "win32":
        return WindowsTimer(folder=folder)
    if shutil.which("systemctl") and run(["systemctl", "--user", "show-environment"], None).code == 0:
        return SystemdTimer()
    if shutil.which("crontab"):
        return CronTimer()
    raise MissingError("no_scheduler")


def _told(run: Run, *words: str, given: bytes | None = None) -> Ran:
    """Run a program that must succeed."""
    done = run(words, given)
    if done.code:
        said = (done.error or done.out).decode(errors="replace").strip()
        raise MissingError("timer_refused", command=" ".join(words), said=said)
    return done


def _need(shown: str | None, name: str) -> str:
    if shown is None:
        raise MissingError("timer_not_installed", name=name)
    return shown


def _write(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
        Path(temporary).replace(path)
    finally:
        Path(temporary).unlink(missing_ok=True)


# systemd


def _user_units() -> Path:
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "systemd" / "user"


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemdTimer:
    """A pair of user units, service and timer."""

    units: Path = field(default_factory=_user_units)

    def install(self, plan: Plan, run: Run) -> tuple[str, ...]:
        """Install or replace the units; without lingering they rest while the user is logged out."""
        for name, text in systemd_units(plan).items():
            _write(self.units / name, text.encode())
        _told(run, "systemctl", "--user", "daemon-reload")
        _told(run, "systemctl", "--user", "enable", _unit(plan.name, "timer"))
        _told(run, "systemctl", "--user", "restart", _unit(plan.name, "timer"))
        lingers = shutil.which("loginctl") is not None and run(["loginctl", "enable-linger"], None).code == 0
        return () if lingers else ("timer_only_while_logged_in",)

    def show(self, name: str, run: Run) -> str | None:
        """Give both unit files and when the timer is due."""
        files = [self.units / _unit(name, kind) for kind in ("timer", "service")]
        if not all(file.exists() for file in files):
            return None
        due = run(["systemctl", "--user", "list-timers", "--all", "--no-pager", _unit(name, "timer")], None)
        return "\n".join([*(file.read_text(encoding="utf-8") for file in files), due.out.decode(errors="replace")])

    def remove(self, name: str, run: Run) -> bool:
        """Stop the timer and delete both units."""
        files = [self.units / _unit(name, kind) for kind in ("timer", "service")]
        if not any(file.exists() for file in files):
            return False
        _told(run, "systemctl", "--user", "disable", "--now", _unit(name, "timer"))
        for file in files:
            file.unlink(missing_ok=True)
        _told(run, "systemctl", "--user", "daemon-reload")
        return True

    def run_now(self, name: str, run: Run) -> None:
        """Start the service without waiting for its end."""
        _need(self.show(name, run), name)
        _told(run, "systemctl", "--user", "start", "--no-block", _unit(name, "service"))


def _unit(name: str, kind: str) -> str:
    return f"tilik-{name}.{kind}"


def systemd_units(plan: Plan) -> dict[str, str]:
    """Write the two unit files of a plan, by file name."""
    command = " ".join([_quoted(str(plan.executable)), *(_quoted(word).replace("$", "$$") for word in plan.arguments)])
    service = f"""\
[Unit]
Description=tilik: {plan.name}

[Service]
Type=oneshot
WorkingDirectory={_unit_path(plan.directory)}
ExecStart={command}
StandardOutput=append:{_unit_path(plan.log)}
StandardError=inherit
TimeoutStartSec={int(plan.limit.total_seconds())}
"""
    timer = f"""\
[Unit]
Description=tilik: {plan.name}, every hour

[Timer]
OnCalendar=*-*-* *:{plan.at:%M}:00
Persistent=true

[Install]
WantedBy=timers.target
"""
    return {_unit(plan.name, "service"): service, _unit(plan.name, "timer"): timer}


def _quoted(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'


def _unit_path(path: PurePath) -> str:
    """Write a path that stands alone: there systemd knows no quotes, only specifiers."""
    return str(path).replace("%", "%%")


# cron


@dataclass(frozen=True, slots=True, kw_only=True)
class CronTimer:
    """One line of the user's crontab, known by the mark at its end."""

    def install(self, plan: Plan, run: Run) -> tuple[str, ...]:
        """Add or replace our line; cron does not make up for an hour in which the machine was off."""
        _save_crontab(with_line(_crontab(run), plan), run)
        return ("timer_skips_while_off",)

    def show(self, name: str, run: Run) -> str | None:
        """Give our line."""
        return next((line for line in _crontab(run).split("\n") if _is_ours(line, name)), None)

    def remove(self, name: str, run: Run) -> bool:
        """Take our line out."""
        before = _crontab(run)
        after = without_line(before, name)
        if after == before:
            return False
        _save_crontab(after, run)
        return True

    def run_now(self, name: str, run: Run) -> None:
        """Run what our line says, as cron would."""
        line = _need(self.show(name, run), name)
        command = line.split(" ", 5)[5].replace("\\%", "%")
        _told(run, "/bin/sh", "-c", command)


def cron_line(plan: Plan) -> str:
    """Write the crontab line of a plan; cron itself takes a bare % for the end of the line."""
    program = shlex.join([str(plan.executable), *plan.arguments])
    command = f"cd {shlex.quote(str(plan.directory))} && {program} >>{shlex.quote(str(plan.log))} 2>&1"
    return f"{plan.at.minute} * * * * {command} {MARK}{plan.name}".replace("%", "\\%")


def with_line(crontab: str, plan: Plan) -> str:
    """Put a plan's line at the end of a crontab, instead of its old one."""
    kept = without_line(crontab, plan.name)
    if kept and not kept.endswith("\n"):
        kept += "\n"
    return f"{kept}{cron_line(plan)}\n"


def without_line(crontab: str, name: str) -> str:
    """Take a plan's line out of a crontab; every other line stays as it is."""
    lines = re.split(r"(?<=\n)", crontab)
    return "".join(line for line in lines if not _is_ours(line.removesuffix("\n"), name))


def _is_ours(line: str, name: str) -> bool:
    return re.fullmatch(rf"\d+ (\d+|\*) \* \* \* .* {MARK}{re.escape(name)}", line) is not None


def _crontab(run: Run) -> str:
    """Read the crontab; one that could not be read is not taken for an empty one, or it would be overwritten."""
    done = run(["crontab", "-l"], None)
    said = done.error.lower()
    if done.code and not (b"no crontab" in said or b"no such file" in said):
        raise MissingError("timer_refused", command="crontab -l", said=done.error.decode(errors="replace").strip())
    return "" if done.code else done.out.decode("utf-8", "surrogateescape")


def _save_crontab(text: str, run: Run) -> None:
    _told(run, "crontab", "-", given=text.encode("utf-8", "surrogateescape"))


# Windows


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowsTimer:
    """A task of the Task Scheduler, made from a task file that stays in `folder`."""

    folder: Path

    def install(self, plan: Plan, run: Run) -> tuple[str, ...]:
        """Create or replace the task; it runs while its user is logged on, for it keeps no password."""
        file = self._file(plan.name)
        _write(file, task_xml(plan))
        _told(run, "schtasks", "/Create", "/TN", _task(plan.name), "/XML", str(file), "/F")
        return ("timer_only_while_logged_in",)

    def show(self, name: str, run: Run) -> str | None:
        """Give the task as the scheduler lists it."""
        done = run(["schtasks", "/Query", "/TN", _task(name), "/V", "/FO", "LIST"], None)
        return None if done.code else done.out.decode(errors="replace")

    def remove(self, name: str, run: Run) -> bool:
        """Delete the task and its file."""
        if self.show(name, run) is None:
            return False
        _told(run, "schtasks", "/Delete", "/TN", _task(name), "/F")
        self._file(name).unlink(missing_ok=True)
        return True

    def run_now(self, name: str, run: Run) -> None:
        """Start the task without waiting for its end."""
        _need(self.show(name, run), name)
        _told(run, "schtasks", "/Run", "/TN", _task(name))

    def _file(self, name: str) -> Path:
        return self.folder / f"tilik-{name}.xml"


def _task(name: str) -> str:
    return f"\\tilik\\{name}"


def task_xml(plan: Plan) -> bytes:
    """Write the task file of a plan, in UTF-16 as schtasks wants it."""
    ET.register_namespace("", _TASK)
    task = ET.Element(f"{{{_TASK}}}Task", version="1.2")
    _put(task, {"RegistrationInfo": {"Description": f"tilik: {plan.name}", "URI": _task(plan.name)}})
    day: _Tree = {
        "Repetition": {"Interval": "PT1H", "Duration": "P1D", "StopAtDurationEnd": "false"},
        "StartBoundary": f"2024-01-01T{plan.at:%H:%M}:00",
        "Enabled": "true",
        "ScheduleByDay": {"DaysInterval": "1"},
    }
    _put(task, {"Triggers": {"CalendarTrigger": day}})
    _put(task, {"Principals": {"Principal": {"LogonType": "InteractiveToken", "RunLevel": "LeastPrivilege"}}})
    settings = {
        "MultipleInstancesPolicy": "IgnoreNew",
        "DisallowStartIfOnBatteries": "false",
        "StopIfGoingOnBatteries": "false",
        "StartWhenAvailable": "true",
        "RunOnlyIfNetworkAvailable": "false",
        "ExecutionTimeLimit": f"PT{int(plan.limit.total_seconds())}S",
        "Enabled": "true",
    }
    _put(task, {"Settings": settings})
    command = {
        "Command": str(plan.executable),
        "Arguments": subprocess.list2cmdline(plan.arguments),
        "WorkingDirectory": str(plan.directory),
    }
    _put(task, {"Actions": {"Exec": command}})
    ET.indent(task)
    written = ET.tostring(task, encoding="unicode").replace("\n", "\r\n")
    return f'<?xml version="1.0" encoding="UTF-16"?>\r\n{written}\r\n'.encode("utf-16")


def _put(parent: ET.Element, tree: _Tree) -> None:
    for name, inside in tree.items():
        child = ET.SubElement(parent, f"{{{_TASK}}}{name}")
        if isinstance(inside, str):
            child.text = inside
        else:
            _put(child, inside)
