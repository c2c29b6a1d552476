"""The record of deeds is kept by the command line too: whatever changes or hands out something leaves its line."""

import asyncio
import getpass
import re
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import typer

from commands.shared import tools as opened
from core.deeds import Did
from core.records import Answer
from jobs import evidence as keeping
from jobs import registry
from review.ids import public_id
from storage import answering, people
from storage.database import connect
from tests.commands.desk import HOUSE, Desk, fill, first_match
from tests.commands.test_evidence import Eyes
from tests.commands.village import Village
from tests.jobs.office import moved
from tests.storage.planted import decision

MATCH = first_match()
PASSWORD = "kuda laut ungu tiga\n"
Words = Callable[[Desk], list[str]]


def plainly(*words: str) -> Words:
    """Type this, whatever the desk."""
    return lambda _: list(words)


def at(*words: str, last: str) -> Words:
    """Type this with a file of the desk at its end."""
    return lambda desk: [*words, str(desk.folder / last)]


def label_file(desk: Desk) -> list[str]:
    return ["label", "import", str(desk.folder / "label.csv")]


def filled_review(desk: Desk) -> list[str]:
    return [
        "review",
        "import",
        str(fill(desk.folder / "tinjau.csv", [{"decision": "not", "reason": "no call"}])),
        "--reviewer",
        "Sari",
    ]


def resolved(desk: Desk) -> list[str]:
    with desk.opened() as database, database.write() as session:
        said = [decision(session, 2, Answer.SOLICITATION), decision(session, 2, Answer.NOT, "r2")]
        answering.save_decisions(session, said, overlap=1)
    return ["review", "resolve", public_id(2), "--answer", "not/news", "--reviewer", "r3"]


def changed_contest(desk: Desk) -> list[str]:
    text = desk.config.read_text(encoding="utf-8")
    desk.config.write_text(text.replace("nicknames: [koko]", "nicknames: [koko, kosong]"), encoding="utf-8")
    return ["classify", "--no-pictures"]


def promoted(desk: Desk) -> list[str]:
    return ["models", "promote", desk.model()]


def rolled_back(desk: Desk) -> list[str]:
    with opened(desk.config) as office:
        active = registry.active(office)
        registry.enter(office, moved(active.model, 0.01), promote=True)
    return ["models", "rollback"]


def with_evidence(desk: Desk) -> list[str]:
    with opened(desk.config) as office:
        asyncio.run(keeping.run(office, Eyes()))
    return ["evidence", "show", MATCH]


STORY: tuple[tuple[str, Did, Words], ...] = (
    ("evidence show", Did.OPEN, with_evidence),
    ("evidence export", Did.EVIDENCE, at("evidence", "export", MATCH, last="bukti.zip")),
    ("schedule run", Did.SEAL, plainly("schedule", "run", "--once")),
    ("crawl run", Did.CRAWL, plainly("crawl", "run")),
    ("classify", Did.CLASSIFY, changed_contest),
    ("why", Did.OPEN, plainly("why", MATCH)),
    ("watchlist import", Did.WATCHLIST, at("watchlist", "import", last="watchlist.csv")),
    ("watchlist export", Did.EXPORT, at("watchlist", "export", last="pantau.csv")),
    ("review export", Did.EXPORT, at("review", "export", "--all", "-o", last="tinjau.csv")),
    ("review import", Did.REVIEW, filled_review),
    ("review resolve", Did.DECIDE, resolved),
    ("review undo", Did.UNDO, plainly("review", "undo", public_id(2), "--reviewer", "r3")),
    ("label import", Did.LABEL, label_file),
    ("retrain", Did.RETRAIN, plainly("retrain")),
    ("models promote", Did.MODEL, promoted),
    ("models rollback", Did.MODEL, rolled_back),
    ("report", Did.REPORT, at("report", "-o", last="laporan.json")),
    ("dataset export", Did.DATASET, at("dataset", "export", "--reason", "Penelitian", "--to", last="data-riset")),
    ("selfcheck", Did.SELFCHECK, at("selfcheck", "-o", last="periksa-diri.html")),
    ("rules sign", Did.SIGN_RULES, plainly("rules", "sign", "pilkada", "--by", "Sari", "--position", "Ahli hukum")),
    ("rules phase", Did.PHASE, plainly("rules", "phase", MATCH, "--set", "before", "--reason", "Dilihat sendiri")),
    ("hold add", Did.HOLD, plainly("hold", "add", MATCH, "--reason", "Perkara")),
    ("hold remove", Did.LIFT_HOLD, plainly("hold", "remove", "1", "--reason", "Selesai")),
    ("subject report", Did.SUBJECT, at("subject", "report", "kel_satu@baik.example", "-o", last="jawaban.html")),
    ("subject correct", Did.CORRECT, plainly("subject", "correct", "kel_satu@baik.example", "--reason", "retired")),
    ("subject undo", Did.UNDO_CORRECTION, plainly("subject", "undo", "kel_satu@baik.example", "--reason", "Keliru")),
    ("people add", Did.ADD_PERSON, plainly("people", "add", "Rukmini")),
    ("people password", Did.PASSWORD, plainly("people", "password", "Rukmini")),
    ("people leave", Did.LEAVE, plainly("people", "leave", "Rukmini")),
    ("audit seal", Did.SEAL, plainly("audit", "seal")),
    ("db backup", Did.BACKUP, at("db", "backup", last="cadangan.db")),
)
"""Every command that can be typed at a desk, in an order in which each finds what it needs."""

ELSEWHERE = {
    "init": ("commands/start.py", "Did.MIGRATE"),
    "db migrate": ("commands/db.py", "Did.MIGRATE"),
    "db restore": ("jobs/backup.py", "Did.RESTORE"),
    "purge": ("jobs/purge.py", "Did.PURGE"),
    "case open": ("jobs/cases.py", "Did.CASE_OPEN"),
    "case agree": ("jobs/cases.py", "Did.CASE_AGREE"),
    "case move": ("jobs/cases.py", "Did.CASE_MOVE"),
    "case close": ("jobs/cases.py", "Did.CASE_MOVE"),
    "case fill": ("jobs/cases.py", "Did.CASE_ADD"),
    "case note": ("jobs/cases.py", "Did.CASE_ADD"),
    "case identity": ("jobs/identities.py", "Did.IDENTITY_KEEP"),
    "case export": ("jobs/dossier.py", "Did.CASE_EXPORT"),
    "case show": ("commands/case.py", "Did.OPEN"),
    "import": ("jobs/exchanges.py", "Did.IMPORT"),
    "capture": ("jobs/exchanges.py", "Did.CAPTURE"),
    "pictures read": ("jobs/reading.py", "Did.READ"),
    "watchlist settle": ("jobs/identity.py", "Did.WATCHLIST"),
    "crawl again": ("jobs/lookagain.py", "deeds.start_run"),
    "crawl reparse": ("jobs/reparse.py", "Did.REPARSE"),
    "review serve": ("commands/page.py", "Did.SERVE"),
    "worker run": ("jobs/crawl.py", "deeds.start_run"),
}
"""Commands that need a screen, a server, another database or a special state: where their line is written."""

LEAVE_NOTHING = {
    *("version", "platforms", "doctor", "completion", "config show", "config check", "config path", "config schema"),
    *("db status", "crawl plan", "crawl status", "pictures status", "worker status", "review status", "models status"),
    *("watchlist list", "watchlist check", "marks list", "people list", "audit list", "audit verify", "models list"),
    *("contest check", "evidence verify", "label audit", "label agreement", "review conflicts", "review agreement"),
    *("demo", "score", "evaluate"),  # they work on files of their own, and open no office
    *("digest", "models card"),  # numbers only; that the digest was sent has its own line
    *("browser install", "schedule install", "schedule show", "schedule remove", "schedule run-now"),
    *(
        "case list",
        "case templates",
        "schedule next",
        "rules list",
        "rules show",
        "rules check",
        "rules assess",
        "hold list",
        "exports",
    ),
}
"""Commands that look, count and check, or that touch this machine and nothing that was collected."""


def all_commands() -> set[str]:
    """Name every command of the program."""

    def walk(command: Any, path: list[str]) -> Iterator[str]:  # noqa: ANN401  (typer's own copy of click)
        inner = getattr(command, "commands", {})
        if not inner:
            yield " ".join(path)
        for name, one in inner.items():
            yield from walk(one, [*path, name])

    return set(walk(typer.main.get_command(import_module("cli")._make()), []))


def test_of_every_command_it_is_known_whether_it_leaves_a_line() -> None:
    known = [*(name for name, _, _ in STORY), *ELSEWHERE, *LEAVE_NOTHING]

    assert sorted(known) == sorted(all_commands())


@pytest.mark.usefixtures("village")
def test_every_command_that_changes_or_hands_out_something_leaves_its_line(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = {}
    for name, did, words in STORY:
        typed = words(desk)
        monkeypatch.setattr(sys, "stdin", StringIO(PASSWORD))
        before = count(desk.folder / "tilik.db")
        ran = desk.run(*typed)
        lines = written(desk.folder / "tilik.db", after=before)
        if (did, getpass.getuser()) not in lines and not (did in (Did.DECIDE, Did.UNDO) and (did, "r3") in lines):
            missing[name] = (ran.code, ran.err, lines)

    assert missing == {}


def count(path: Path) -> int:
    return len(written(path))


def written(path: Path, *, after: int = 0) -> list[tuple[str, str]]:
    """Give what was written into the record of a database, and by whom."""
    database = connect(f"sqlite:///{path}")
    try:
        with database.read() as session:
            return [(line.what, line.who) for line in people.walk(session)][after:]
    finally:
        database.close()


def test_the_lines_of_the_other_commands_stand_in_the_program() -> None:
    for file, words in ELSEWHERE.values():
        assert words in (HOUSE / file).read_text(encoding="utf-8"), file


def test_runs_are_opened_and_closed_in_one_place_only() -> None:
    """Whoever starts a run by another way would leave no line."""
    places = {
        path.relative_to(HOUSE).as_posix()
        for room in ("jobs", "commands", "review", "storage")
        for path in (HOUSE / room).rglob("*.py")
        if re.search(r"collecting\.(start|end)_run\(", path.read_text(encoding="utf-8"))
    }

    assert places == {"jobs/deeds.py"}


def test_nobody_else_writes_into_the_record() -> None:
    """`storage.people.record` is the one function through which every deed goes."""
    places = {
        path.relative_to(HOUSE).as_posix()
        for room in ("jobs", "commands", "review", "storage", "evidence")
        for path in (HOUSE / room).rglob("*.py")
        if re.search(r"insert\(audit\)|INTO audit", path.read_text(encoding="utf-8"))
    }

    assert places == {"storage/people.py"}


def test_a_folder_that_is_set_up_a_copy_and_what_is_put_back_have_their_lines(desk: Desk) -> None:
    desk.run("db", "backup", str(desk.folder / "cadangan.db"))
    made = desk.run("db", "migrate", "--config", str(desk.folder / "lain.yaml"))
    again = desk.folder / "lagi.yaml"
    again.write_text(desk.config.read_text(encoding="utf-8").replace("tilik.db", "lagi.db"), encoding="utf-8")
    put = desk.run("db", "restore", str(desk.folder / "cadangan.db"), "--config", str(again))

    assert (made.code, put.code) == (0, 0)
    assert written(desk.folder / "tilik.db")[0][0] == Did.MIGRATE
    assert [what for what, _ in written(desk.folder / "lain.db")] == [Did.MIGRATE]
    assert written(desk.folder / "lagi.db")[-1][0] == Did.RESTORE


def test_changed_settings_are_told_at_the_next_run(desk: Desk, village: Village) -> None:
    desk.run("crawl", "run")
    text = desk.config.read_text(encoding="utf-8")
    desk.config.write_text(text.replace("timeout_seconds: 5", "timeout_seconds: 6"), encoding="utf-8")
    before = count(desk.folder / "tilik.db")

    desk.run("crawl", "run")

    assert village.timelines()
    assert [what for what, _ in written(desk.folder / "tilik.db", after=before)] == [Did.SETTINGS, Did.CRAWL]


def test_a_written_permission_that_a_run_used_is_told_with_it(desk: Desk, closed_village: Village) -> None:
    place = f"127.0.0.1:{closed_village.port}"
    permission = (
        f'permissions: [{{host: "{place}", basis: Surat 7, granted_by: Diskominfo, valid_until: 2099-01-01}}]\n'
    )
    desk.config.write_text(desk.config.read_text(encoding="utf-8") + permission, encoding="utf-8")

    desk.run("crawl", "run")

    with desk.opened() as database, database.read() as session:
        (told,) = people.deeds(session, what=[Did.PERMISSION])
    assert told.detail is not None
    assert "Surat 7" in told.detail
