"""A crawl on disks that fill up: `python -m tests.faults.cramped SCENE FOLDER`, run by `unshare`, with own mounts.

Each scene mounts small disks, lets tilik fill them at many different steps, makes room and lets it go on. Prints what
came of it as one JSON object: for every step the exit code, the error, and the troubles that were found.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from storage.database import connect
from storage.migrate import upgrade
from tests.faults.office import Office, Ran, new_office
from tests.faults.town import Town, living

KIB = 1024
FREE = (0, 8, 24, 48, 80, 120, 160, 240, 320, 450, 600, 800)
"""How many KiB are left, scene after scene: the disk is full at the first write, or at a later one."""
UNCHECKED = {"storage": {"least_free_mb": 0}}


def mount(folder: Path, kib: int) -> None:
    """Put a small disk there."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kib}k", "tmpfs", str(folder)], check=True)


def unmount(folder: Path) -> None:
    subprocess.run(["umount", str(folder)], check=True)


def fill(folder: Path, *, leave: int) -> Path:
    """Fill a disk up to so many KiB."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 4 * KIB)
        except OSError:
            pass
    size = ballast.stat().st_size
    with ballast.open("rb+") as file:
        file.truncate(max(size - leave * KIB, 0))
    return ballast


def empty(folder: Path) -> Path:
    path = folder / "empty.db"
    database = connect(f"sqlite:///{path}")
    upgrade(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


def told(ran: Ran) -> dict[str, object]:
    """Say how a command ended; what is no answer of ours is shown."""
    bug = ran.err[-600:] if "Traceback" in ran.err else None
    return {"code": ran.code, "error": ran.error, "bug": bug, "seconds": round(ran.seconds, 1)}


def once(folder: Path, town: Town) -> list[dict[str, object]]:
    """Fill the disk with everything on it, at one step only."""
    return database_and_files(folder, town, FREE[5:6])


def database_and_files(folder: Path, town: Town, free: tuple[int, ...] = FREE) -> list[dict[str, object]]:
    """Fill the disk with everything on it."""
    new, steps = empty(folder), []
    for leave in free:
        disk = folder / "penuh"
        mount(disk, 6_000)
        office = new_office(disk / "kantor", new, town, told=UNCHECKED)
        town.asked.clear()
        steps.append(_starved(office, fill(disk, leave=leave), leave))
        unmount(disk)
    return steps


def files_only(folder: Path, town: Town) -> list[dict[str, object]]:
    """Fill the disk of the captures; the database has another one."""
    new, steps = empty(folder), []
    for leave in (0, 8, 24, 48):
        office = new_office(folder / f"kantor{leave}", new, town, told=UNCHECKED)
        disk = office.folder / "data" / "blobs"
        mount(disk, 3_000)
        town.asked.clear()
        steps.append(_starved(office, fill(disk, leave=leave), leave))
        unmount(disk)
    return steps


def _starved(office: Office, ballast: Path, leave: int) -> dict[str, object]:
    first = told(office.run("crawl", "run", "--due"))
    ballast.unlink()  # SQLite cannot even be asked where it has no room for its index of the log
    before = office.troubles()
    again = told(office.run("crawl", "run", "--due"))
    after = [*office.troubles(), *([] if office.whole else ["not whole"])]
    return {"leave": leave, "first": first, "before": before, "again": again, "after": after}


def preflight(folder: Path, town: Town) -> list[dict[str, object]]:
    """Begin where less is free than the settings want."""
    disk = folder / "penuh"
    mount(disk, 6_000)
    office = new_office(disk / "kantor", empty(folder), town)
    first = told(office.run("crawl", "run"))
    found: dict[str, object] = {
        "first": first,
        "asked": len(town.asked),
        "runs": len(office.rows("SELECT 1 FROM crawl_runs")),
    }
    unmount(disk)
    return [found]


def log_and_tmp(folder: Path, town: Town) -> list[dict[str, object]]:
    """Fill the disk of the log, and that of temporary files."""
    disk = folder / "penuh"
    mount(disk, 500)
    fill(disk, leave=0)
    office = new_office(folder / "kantor", empty(folder), town)
    crawl = told(office.run("crawl", "run", TMPDIR=str(disk)))
    book = office.folder / "tinjau.xlsx"
    export = told(office.run("review", "export", "-o", str(book), TMPDIR=str(disk)))
    log = told(office.run("schedule", "run", "--once", "--log-file", str(disk / "log")))
    left = sorted(path.name for path in office.folder.iterdir() if "tinjau" in path.name)
    unmount(disk)
    return [{"crawl": crawl, "export": export, "log": log, "left": left, "after": office.troubles()}]


SCENES: dict[str, Callable[[Path, Town], list[dict[str, object]]]] = {
    "once": once,
    "all": database_and_files,
    "blobs": files_only,
    "preflight": preflight,
    "log": log_and_tmp,
}

if __name__ == "__main__":
    with living(Town(pages=4, posts=3)) as running:
        sys.stdout.write(json.dumps(SCENES[sys.argv[1]](Path(sys.argv[2]), running)) + "\n")
