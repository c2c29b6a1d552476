"""Deeds that are killed in the middle, again and again: `python -m tests.faults.deeds DEED FOLDER ROUNDS`.

Each round is a process of its own (a fork, so that it costs no start), killed with SIGKILL after a random part of the
time that the deed takes. Then the survivor looks at what is left, and does the deed to its end. Prints one JSON object.
"""

import csv
import hashlib
import json
import os
import random
import shutil
import signal
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from alembic import command
from openpyxl import load_workbook

from classifier.base import base_examples
from classifier.model import Model, train
from core.records import Kind
from jobs import registry
from jobs.tools import Tools
from review.csvfile import write_csv
from review.workbook import Facts, write_xlsx
from storage.blobs import Blobs
from storage.database import connect
from storage.migrate import _config, backup, newest, upgrade, version
from storage.tables import hosts
from tests.jobs.bringing import acts, bring, office
from tests.jobs.office import hands, moved, open_office, rows
from tests.jobs.test_importing import likers_har
from tests.review.sheets import ACTED, row

ROWS = [row(match) for match in range(1, 1500)]
MOST = 1.15
"""Up to which part of its usual time a deed is killed: some are let through to the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What is done, what must hold after a blow, and what must hold once it was done to its end.

    `fresh` puts everything back; each function gets the folder of the round.
    """

    fresh: Callable[[Path], None]
    do: Callable[[Path], None]
    troubles: Callable[[Path], list[str]]


def _sum_belies(path: Path) -> list[str]:
    beside = path.with_name(f"{path.name}.sha256")
    if not (path.exists() and beside.exists()):
        return []
    told = beside.read_text(encoding="utf-8").split()[0]
    return [] if told == hashlib.sha256(path.read_bytes()).hexdigest() else ["the sum is of another file"]


def _an_old_export(folder: Path) -> None:
    write_csv(ROWS[:3], folder / "tinjau.csv", language="id")
    write_xlsx(ROWS[:3], folder / "tinjau.xlsx", language="id", facts=FACTS)


FACTS = Facts(batch="a1b2c3d4", exported_at=ACTED, model_version=None)


def _csv_troubles(folder: Path) -> list[str]:
    path = folder / "tinjau.csv"
    with path.open(encoding="utf-8-sig", newline="") as stream:
        count = len(list(csv.reader(stream, delimiter=";"))) - 1
    return [*([] if count in {3, len(ROWS)} else [f"{count} rows"]), *_sum_belies(path)]


def _xlsx_troubles(folder: Path) -> list[str]:
    path = folder / "tinjau.xlsx"
    book = load_workbook(path, read_only=True)
    count = sum(1 for _ in book.worksheets[0].iter_rows()) - 1
    book.close()
    return [*([] if count in {3, 200} else [f"{count} rows"]), *_sum_belies(path)]


def _blobs(folder: Path) -> None:
    blobs, chance = Blobs(folder / "blobs"), random.Random()  # another content in every round
    for _ in range(12):
        blobs.put(chance.randbytes(60_000))
        blobs.keep(chance.randbytes(60_000))


def _blob_troubles(folder: Path) -> list[str]:
    blobs = Blobs(folder / "blobs")
    names = {path.name.removesuffix(".gz") for path in (folder / "blobs").glob("??/*") if path.name[0] != "."}
    return [name for name in names if hashlib.sha256(blobs.get(name)).hexdigest() != name]


def _old_database(folder: Path) -> None:
    if not (keeps := folder.parent / "old.db").exists():
        _plant_old(keeps)
    for leftover in folder.glob("tilik.db*"):
        leftover.unlink()
    shutil.copyfile(keeps, folder / "tilik.db")


def _plant_old(path: Path) -> None:
    database = connect(f"sqlite:///{path}")
    with database.write() as session:
        command.upgrade(_config(session), "0001")
        session.execute(hosts.insert(), [{"host": f"server{number}.example"} for number in range(2_000)])
    database.close()
    with closing(sqlite3.connect(path)) as plain:
        plain.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _migrate(folder: Path) -> None:
    database = connect(f"sqlite:///{folder / 'tilik.db'}")
    upgrade(database)
    database.close()


def _migration_troubles(folder: Path) -> list[str]:
    database = connect(f"sqlite:///{folder / 'tilik.db'}")
    found, whole = version(database), newest()
    database.close()
    with closing(sqlite3.connect(folder / "tilik.db")) as plain:
        checks = plain.execute("PRAGMA integrity_check").fetchall()
        ((count,),) = plain.execute("SELECT count(*) FROM hosts").fetchall()
        tables = {name for (name,) in plain.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    wrong = [f"schema {found}"] if found not in {"0001", whole} else []
    wrong += ["a table of the new schema in the old one"] if found == "0001" and "logins" in tables else []
    wrong += [f"leftover {name}" for name in tables if name.startswith("_alembic")]
    return [*wrong, *([] if checks == [("ok",)] else ["damaged"]), *([] if count == 2_000 else [f"{count} rows"])]


def _backup(folder: Path) -> None:
    if (folder / "salinan.db").exists():  # a copy is never written over a file
        return
    database = connect(f"sqlite:///{folder / 'tilik.db'}")
    backup(database, folder / "salinan.db")
    database.close()


def _fresh_backup(folder: Path) -> None:
    (folder / "salinan.db").unlink(missing_ok=True)
    _old_database(folder)


def _backup_troubles(folder: Path) -> list[str]:
    if not (folder / "salinan.db").exists():
        return []
    with closing(sqlite3.connect(folder / "salinan.db")) as copy:
        ((count,),) = copy.execute("SELECT count(*) FROM hosts").fetchall()
        whole = copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    return [] if whole and count == 2_000 else ["half a copy"]


def _empty(folder: Path) -> Path:
    path = folder.parent / "empty.db"
    if not path.exists():
        _migrate_new(path)
    return path


def _migrate_new(path: Path) -> None:
    database = connect(f"sqlite:///{path}")
    upgrade(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()


class _Models:
    """The models that an office is given, one after the other."""

    def __init__(self) -> None:
        kinds = {Kind.EXPLICIT_CALL, Kind.GOV_POST, Kind.NONPOLITICAL}
        small: Model = train([one for one in base_examples() if one.kind in kinds][::6], seed=1)
        self.good, self.next = small, moved(small, 0.25)

    def fresh(self, folder: Path) -> None:
        for leftover in folder.glob("tilik.db*"):
            leftover.unlink()
        shutil.rmtree(folder / "data", ignore_errors=True)
        tools = open_office(folder, _empty(folder))
        registry.enter(tools, self.good, promote=True)
        tools.database.close()

    def do(self, folder: Path) -> None:
        tools = _reopened(folder)
        hands(tools).pass_by(minutes=1)
        registry.enter(tools, self.next, promote=True)
        registry.enter(tools, self.next, promote=True)  # a second time: what is in use is not written over
        tools.database.close()

    def troubles(self, folder: Path) -> list[str]:
        tools = _reopened(folder)
        used = registry.active(tools)
        tools.database.close()
        known = {self.good.version, self.next.version}
        wrong = [] if used.version.version in known else [f"in use: {used.version.version}"]
        return wrong + [f"broken: {one}" for one in used.broken]


def _reopened(folder: Path) -> Tools:
    """Open the office of a folder again, as it lies there."""
    aside = folder.parent / "aside"
    tools = open_office(aside, _empty(folder))
    tools.database.close()
    return _moved_to(tools, folder)


def _moved_to(tools: Tools, folder: Path) -> Tools:
    return replace(
        tools,
        database=connect(f"sqlite:///{folder / 'tilik.db'}"),
        models=folder / "data" / "models",
        blobs=Blobs(folder / "data" / "blobs"),
    )


class _Import:
    """A recording of who liked a post, brought by a person."""

    def fresh(self, folder: Path) -> None:
        shutil.rmtree(folder / "kantor", ignore_errors=True)
        tools = office(folder, _empty(folder), ("instagram", "kelmawar"))
        tools.database.close()
        if not (folder / "rekaman.har").exists():
            likers_har(folder / "rekaman.har")

    def _tools(self, folder: Path) -> Tools:
        aside = folder.parent / "samping"
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir()
        tools = office(aside, _empty(folder))
        tools.database.close()
        return _moved_to(tools, folder / "kantor")

    def do(self, folder: Path) -> None:
        tools = self._tools(folder)
        bring(tools, folder / "rekaman.har")
        tools.database.close()

    def troubles(self, folder: Path) -> list[str]:
        tools = self._tools(folder)
        found = (len(rows(tools, "originals")), len(rows(tools, "captures")), len(acts(tools)))
        names = [one.blob for one in rows(tools, "captures") if one.blob]
        for name in names:
            tools.blobs.get(name)
        tools.database.close()
        return [] if found in {(0, 0, 0), (1, 1, 1)} else [f"half a file: {found}"]


def deeds() -> dict[str, Callable[[], Deed]]:
    """Name the deeds; each is made only when it is asked for."""

    def models() -> Deed:
        made = _Models()
        return Deed(fresh=made.fresh, do=made.do, troubles=made.troubles)

    def imports() -> Deed:
        made = _Import()
        return Deed(fresh=made.fresh, do=made.do, troubles=made.troubles)

    return {
        "export": lambda: Deed(
            fresh=_an_old_export,
            do=lambda folder: _done(write_csv(ROWS, folder / "tinjau.csv", language="id")),
            troubles=_csv_troubles,
        ),
        "workbook": lambda: Deed(
            fresh=_an_old_export,
            do=lambda folder: _done(write_xlsx(ROWS[:200], folder / "tinjau.xlsx", language="id", facts=FACTS)),
            troubles=_xlsx_troubles,
        ),
        "blobs": lambda: Deed(fresh=lambda _: None, do=_blobs, troubles=_blob_troubles),
        "migration": lambda: Deed(fresh=_old_database, do=_migrate, troubles=_migration_troubles),
        "backup": lambda: Deed(fresh=_fresh_backup, do=_backup, troubles=_backup_troubles),
        "model": models,
        "import": imports,
    }


def _done(_: object) -> None:
    """Take what a deed returns."""


def in_a_process(work: Callable[[], None], *, dies_after: float | None = None) -> bool:
    """Do something in a process of its own; say whether it was killed before its end."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    if dies_after is not None:
        time.sleep(dies_after)
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    killed = os.WIFSIGNALED(status)
    assert killed or os.WEXITSTATUS(status) == 0, status
    return killed


def main(name: str, folder: Path, count: int) -> dict[str, object]:
    """Kill the deed so often; say what came of it."""
    deed, chance = deeds()[name](), random.Random(f"{name}{count}")
    for each in ("pemanasan", "giliran"):
        (folder / each).mkdir(parents=True)
    deed.fresh(folder / "pemanasan")
    deed.do(folder / "pemanasan")  # what is imported at the first time costs the rounds nothing
    folder = folder / "giliran"
    in_a_process(lambda: deed.fresh(folder))
    began = time.monotonic()
    in_a_process(lambda: deed.do(folder))
    usual = time.monotonic() - began
    killed, troubles = 0, list[str]()
    for _ in range(count):
        in_a_process(lambda: deed.fresh(folder))
        killed += in_a_process(lambda: deed.do(folder), dies_after=chance.uniform(0, MOST * usual))
        troubles += deed.troubles(folder)
        in_a_process(lambda: deed.do(folder))
        troubles += [f"done again: {one}" for one in deed.troubles(folder)]
    return {"deed": name, "rounds": count, "killed": killed, "usual": round(usual, 3), "troubles": troubles}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))) + "\n")
