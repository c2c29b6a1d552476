"""What each system's scheduler is told."""

import shlex
import shutil
import subprocess
from collections.abc import Sequence
from datetime import time, timedelta
from pathlib import Path, PurePosixPath, PureWindowsPath
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ConfigError, MissingError
from jobs.timers import (
    CronTimer,
    Plan,
    Ran,
    SystemdTimer,
    Timer,
    WindowsTimer,
    cron_line,
    run_program,
    systemd_units,
    task_xml,
    with_line,
    without_line,
)

NAMESPACE = {"t": "http://schemas.microsoft.com/windows/2004/02/mit/task"}


def plan(folder: str = "/srv/Pengawas Désa 100%", *, name: str = "crawl") -> Plan:
    return Plan(
        name=name,
        at=time(2, 5),
        executable=PurePosixPath(f"{folder}/bin/tilik"),
        arguments=("schedule", "run", "--once", "--log-file", f"{folder}/log $HOME 'a' \"b\".txt"),
        directory=PurePosixPath(folder),
        log=PurePosixPath(f"{folder}/tilik.log"),
    )


def windows_plan() -> Plan:
    folder = PureWindowsPath("C:\\Program Files\\Tilik & Désa")
    return Plan(
        name="crawl",
        at=time(2, 5),
        executable=folder / "tilik.exe",
        arguments=("schedule", "run", "--once", "--log-file", str(folder / "tilik.log")),
        directory=folder,
        log=folder / "tilik.log",
        limit=timedelta(hours=6),
    )


class Machine:
    """Answers like a machine with a crontab, user units and tasks, and remembers what it was told."""

    def __init__(self, crontab: bytes | None = None) -> None:
        self.crontab = crontab
        self.tasks: set[str] = set()
        self.told: list[tuple[str, ...]] = []

    def run(self, words: Sequence[str], given: bytes | None) -> Ran:
        self.told.append(tuple(words))
        match list(words):
            case ["crontab", "-l"]:
                return (
                    Ran(code=1, error=b"no crontab for warga")
                    if self.crontab is None
                    else Ran(code=0, out=self.crontab)
                )
            case ["crontab", "-"]:
                self.crontab = given
            case ["schtasks", "/Create", "/TN", task, *_]:
                self.tasks.add(task)
            case ["schtasks", "/Query", "/TN", task, *_] if task not in self.tasks:
                return Ran(code=1, error=b"ERROR: not found")
            case ["schtasks", "/Delete", "/TN", task, *_]:
                self.tasks.remove(task)
        return Ran(code=0, out=b"ok")


@pytest.fixture(params=["systemd", "cron", "windows"])
def timer(request: pytest.FixtureRequest, tmp_path: Path) -> Timer:
    timers: dict[str, Timer] = {
        "systemd": SystemdTimer(units=tmp_path / "units"),
        "cron": CronTimer(),
        "windows": WindowsTimer(folder=tmp_path),
    }
    return timers[request.param]


def test_a_plan_can_be_installed_twice_shown_started_and_removed_once(timer: Timer) -> None:
    machine = Machine()

    timer.install(plan(), machine.run)
    timer.install(plan(), machine.run)

    assert timer.show("crawl", machine.run)
    timer.run_now("crawl", machine.run)
    assert timer.remove("crawl", machine.run)
    assert timer.show("crawl", machine.run) is None
    assert not timer.remove("crawl", machine.run)


def test_what_is_not_installed_cannot_be_started(timer: Timer) -> None:
    with pytest.raises(MissingError, match="timer_not_installed"):
        timer.run_now("crawl", Machine().run)


def test_a_system_that_refuses_is_not_reported_as_installed(timer: Timer) -> None:
    def refuse(_words: Sequence[str], _given: bytes | None) -> Ran:
        return Ran(code=1, error=b"you are not allowed to use this program")

    with pytest.raises(MissingError, match="timer_refused") as caught:
        timer.install(plan(), refuse)

    assert "not allowed" in str(caught.value.fields["said"])


def test_removing_leaves_no_file_behind(tmp_path: Path) -> None:
    machine = Machine()
    for timer in (SystemdTimer(units=tmp_path), WindowsTimer(folder=tmp_path)):
        timer.install(plan(), machine.run)
        assert list(tmp_path.iterdir())
        timer.remove("crawl", machine.run)
        assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": "Crawl; rm"}, "timer_name"),
        ({"directory": PurePosixPath("here")}, "timer_path_relative"),
        ({"arguments": ("run", "a\nb")}, "timer_line_break"),
    ],
)
def test_a_plan_that_no_system_could_hold_is_refused(change: dict[str, object], code: str) -> None:
    good = plan()
    fields = {name: getattr(good, name) for name in ("name", "at", "executable", "arguments", "directory", "log")}

    with pytest.raises(ConfigError, match=code):
        Plan(**{**fields, **change})


# systemd


def test_the_systemd_timer_makes_up_for_missed_days() -> None:
    timer = systemd_units(plan())["tilik-crawl.timer"]

    assert "OnCalendar=*-*-* *:05:00\n" in timer
    assert "Persistent=true\n" in timer


def test_the_systemd_service_escapes_percent_dollar_and_quotes() -> None:
    service = systemd_units(plan())["tilik-crawl.service"]

    assert "WorkingDirectory=/srv/Pengawas Désa 100%%\n" in service
    assert 'ExecStart="/srv/Pengawas Désa 100%%/bin/tilik" "schedule" "run" "--once"' in service
    assert 'log $$HOME \'a\' \\"b\\".txt"\n' in service
    assert "StandardOutput=append:/srv/Pengawas Désa 100%%/tilik.log\n" in service


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd on this machine")
def test_systemd_itself_accepts_the_units(tmp_path: Path) -> None:
    folder = tmp_path / "Pengawas Désa 100%"
    program = folder / "bin" / "tilik"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    units = tmp_path / "units"
    units.mkdir()
    for name, text in systemd_units(plan(str(folder))).items():
        (units / name).write_text(text, encoding="utf-8")

    done = subprocess.run(
        ["systemd-analyze", "verify", *map(str, units.iterdir())], capture_output=True, text=True, check=False
    )

    assert "tilik-crawl" not in done.stderr
    if done.returncode and not done.stderr.strip().startswith("tilik"):
        pytest.skip(f"systemd-analyze cannot run here: {done.stderr.strip()}")
    assert done.returncode == 0


# cron

FOREIGN = st.lists(st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"])), max_size=6)


@given(FOREIGN, st.booleans())
def test_a_crontab_keeps_every_foreign_line_as_it_is(lines: list[str], ends: bool) -> None:  # noqa: FBT001
    before = "\n".join(lines) + ("\n" if ends else "")

    installed = with_line(with_line(before, plan()), plan())

    assert installed.count("# tilik:crawl") == before.count("# tilik:crawl") + 1
    assert installed.startswith(before)
    assert without_line(installed, "crawl") in {before, before + "\n"}


def test_other_plans_notes_and_switched_off_lines_are_foreign() -> None:
    foreign = f"MAILTO=x\n#{cron_line(plan())}\n{cron_line(plan(name='crawl-2'))}\n# mine # tilik:crawl\n"

    assert without_line(with_line(foreign, plan()), "crawl") == foreign


def test_bytes_of_a_crontab_that_are_no_utf8_survive() -> None:
    machine = Machine(b"# caf\xe9\r\n")

    CronTimer().install(plan(), machine.run)

    assert machine.crontab is not None
    assert machine.crontab.startswith(b"# caf\xe9\r\n5 * * * * cd ")


def test_a_crontab_that_cannot_be_read_is_never_overwritten() -> None:
    told: list[tuple[str, ...]] = []

    def locked(words: Sequence[str], _given: bytes | None) -> Ran:
        told.append(tuple(words))
        return Ran(code=1, error=b"crontab: disk error")

    with pytest.raises(MissingError):
        CronTimer().install(plan(), locked)
    assert told == [("crontab", "-l")]


def test_the_shell_gets_the_words_of_the_plan_from_its_cron_line() -> None:
    line = cron_line(plan())

    assert "%" not in line.replace("\\%", "")
    command = line.split(" ", 5)[5].replace("\\%", "%")
    words = shlex.split(command, comments=True)
    assert words[:2] == ["cd", "/srv/Pengawas Désa 100%"]
    assert tuple(words[3:9]) == (str(plan().executable), *plan().arguments)


def test_run_now_runs_the_cron_line_in_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "Désa 100% 'x'"
    folder.mkdir()
    program = folder / "tilik"
    program.write_text('#!/bin/sh\npwd\nprintf "%s|" "$@"\n')
    program.chmod(0o755)
    where = Plan(
        name="crawl",
        at=time(0, 0),
        executable=program,
        arguments=("a b", "100%", "$HOME"),
        directory=folder,
        log=folder / "log.txt",
    )
    machine = Machine((cron_line(where) + "\n").encode())

    def run(words: Sequence[str], given: bytes | None) -> Ran:
        return machine.run(words, given) if words[0] == "crontab" else run_program(words, given)

    CronTimer().run_now("crawl", run)

    assert (folder / "log.txt").read_text(encoding="utf-8") == f"{folder}\na b|100%|$HOME|"


# Windows


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("Triggers/CalendarTrigger/StartBoundary", "2024-01-01T02:05:00"),
        ("Triggers/CalendarTrigger/ScheduleByDay/DaysInterval", "1"),
        ("Principals/Principal/RunLevel", "LeastPrivilege"),
        ("Settings/MultipleInstancesPolicy", "IgnoreNew"),
        ("Settings/DisallowStartIfOnBatteries", "false"),
        ("Settings/StopIfGoingOnBatteries", "false"),
        ("Settings/StartWhenAvailable", "true"),
        ("Settings/ExecutionTimeLimit", "PT21600S"),
        ("Actions/Exec/Command", "C:\\Program Files\\Tilik & Désa\\tilik.exe"),
        (
            "Actions/Exec/Arguments",
            'schedule run --once --log-file "C:\\Program Files\\Tilik & Désa\\tilik.log"',
        ),
        ("Actions/Exec/WorkingDirectory", "C:\\Program Files\\Tilik & Désa"),
    ],
)
def test_the_windows_task_says_all_it_must(path: str, value: str) -> None:
    task = ET.fromstring(task_xml(windows_plan()))  # noqa: S314  (our own file)

    assert task.findtext("/".join(f"t:{part}" for part in path.split("/")), namespaces=NAMESPACE) == value


def test_the_windows_task_file_is_marked_utf16() -> None:
    written = task_xml(windows_plan())

    assert written.startswith((b"\xff\xfe", b"\xfe\xff"))
    assert written.decode("utf-16").startswith('<?xml version="1.0" encoding="UTF-16"?>\r\n<Task ')


def test_schtasks_gets_the_task_file(tmp_path: Path) -> None:
    machine = Machine()

    WindowsTimer(folder=tmp_path).install(plan(), machine.run)

    file = tmp_path / "tilik-crawl.xml"
    assert machine.told == [("schtasks", "/Create", "/TN", "\\tilik\\crawl", "/XML", str(file), "/F")]
    assert file.read_bytes() == task_xml(plan())


def test_a_program_that_is_not_there_is_named() -> None:
    with pytest.raises(MissingError, match="timer_program_missing"):
        run_program(["tilik-no-such-program"], None)
