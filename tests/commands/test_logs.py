"""Logs hold codes and numbers: a day's work leaves no name, handle, text or address of a post in any of them."""

import re
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from sqlalchemy.exc import IntegrityError

from core.clock import SystemClock
from review.ids import public_id
from review.page.work import Worker
from storage.tables import accounts
from tests.commands.desk import CALLS, HOUSE, NEUTRAL, Desk, command

WORDS = (*CALLS, *NEUTRAL, "Gotong royong", "kel_satu", "asn_dua", "tutup_saja", "Pegawai Dua", "relawan", "statuses")
"""Texts, handles, names, and what stands in addresses of posts."""


def found(text: str) -> list[str]:
    return [word for word in WORDS if word in text]


def run(desk: Desk, name: str) -> str:
    """Let the page start something, and give the log of it."""
    worker = Worker(desk.config, desk.folder / "data" / "logs", SystemClock())
    work = worker.start(name, who="Sari", language="en")
    assert work is not None
    end = time.monotonic() + 60
    while work.ended_at is None and time.monotonic() < end:
        time.sleep(0.05)
    return work.log.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["crawl", "round"])
@pytest.mark.usefixtures("village")
def test_what_the_page_starts_writes_codes_and_numbers(desk: Desk, name: str) -> None:
    desk.watch("mastodon;tutup_saja@mati.example;asn;Pegawai Dua;Dinas;99.01.01;Surat;2020-01-01;")

    said = run(desk, name)

    assert said.strip()
    assert found(said) == []


@pytest.mark.usefixtures("village")
def test_a_scheduled_round_writes_codes_and_numbers(desk: Desk) -> None:
    desk.watch("mastodon;tutup_saja@mati.example;asn;Pegawai Dua;Dinas;99.01.01;Surat;2020-01-01;")
    log = desk.folder / "data" / "schedule.log"

    words = command("schedule", "run", "--once", "--config", str(desk.config), "--log-file", str(log))
    with log.open("ab") as target:  # as cron and systemd do
        subprocess.run(words, cwd=HOUSE, stdout=target, stderr=target, check=False, timeout=60)

    said = log.read_text(encoding="utf-8")
    assert "accounts visited" in said
    assert found(said) == []


def test_an_error_in_a_log_is_its_code(desk: Desk) -> None:
    desk.config.write_text(desk.config.read_text().replace("voting_day: 2031-06-25", "voting_day: kel_satu"))

    said = run(desk, "classify")

    assert said.strip() == "config_invalid (docs/en/errors.md#config_invalid)"


def test_a_session_on_the_page_writes_nothing_of_anybody(desk: Desk, tmp_path: Path) -> None:
    log, port = tmp_path / "page.log", _free_port()
    words = command("review", "serve", "--port", str(port), "--config", str(desk.config))
    with log.open("wb") as target, subprocess.Popen(words, cwd=HOUSE, stdout=target, stderr=target) as page:
        try:
            _visit(port, log)
        finally:
            page.terminate()

    said = log.read_text(encoding="utf-8")
    assert "/mulai" in said
    assert found(said) == []


def _visit(port: int, log: Path) -> None:
    """Let the first person in, and open a card, the queue of one account, and what does not exist."""
    end, key = time.monotonic() + 30, None
    while key is None and time.monotonic() < end:
        time.sleep(0.1)
        key = re.search(r"kunci=([\w-]+)", log.read_text(encoding="utf-8"))
    assert key is not None
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", follow_redirects=True) as person:
        for path in ("/", f"/antrean/{public_id(1)}", "/antrean?akun=kel_satu@baik.example", "/tidak/ada/asn_dua"):
            person.get(path)


def _free_port() -> int:
    code = "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])"
    return int(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout)


def test_an_error_of_the_database_shows_no_values(desk: Desk) -> None:
    row = {"platform": "mastodon", "handle": "kel_satu@baik.example"}
    with desk.opened() as database, pytest.raises(IntegrityError) as caught, database.write() as session:
        session.execute(accounts.insert().values(**row))

    assert "kel_satu" not in str(caught.value)
