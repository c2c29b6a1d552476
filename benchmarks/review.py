"""The review page with a million matches: server time of queue and card, and from key to next card in Chromium."""

import asyncio
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import uvicorn
from playwright.async_api import async_playwright
from sqlalchemy import insert, text

from benchmarks.review_files import HOUSE, NOW, opened, seed
from core.deadlines import midnight
from core.deeds import Duty
from core.records import Capability, Mode, VisitState
from core.settings import Crawl
from jobs import assessing
from review.ids import public_id
from review.page.app import make
from review.people import add_person
from scraper.fetch.browser import find_browser
from storage.judged_tables import text_clusters
from storage.standing import arrange
from storage.statements import chunks
from storage.tables import accounts, crawl_runs, subjects, visits, watch_entries

MATCHES = int(os.environ.get("MATCHES", "1000000"))
ACCOUNTS, UNITS, DAYS = 2_000, 27, 7
REQUESTS, KEYS = 300, 60
SPREAD = 60
"""Over so many days the matches were captured."""
MONTH = "/antrean?dari=2024-06-01&sampai=2024-06-30"
PORT, NAME, PASSWORD = 8791, "Bangku Uji", "empat kata tanpa arti"


def run() -> Iterator[str]:
    """Seed, open the page in a process of its own, and use it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        started = time.perf_counter()
        seed(folder, MATCHES)
        spread(folder)
        size = (folder / "bench.db").stat().st_size / 1e6
        seconds = time.perf_counter() - started
        yield f"{MATCHES:,} matches of {ACCOUNTS:,} accounts: {size:,.0f} MB, seeded in {seconds:.0f} s."
        words = [sys.executable, "-m", "benchmarks.review", name]
        with subprocess.Popen(words, cwd=HOUSE) as server:
            try:
                yield "| what | times | median ms | p95 ms | worst ms |"
                yield "|---|---|---|---|---|"
                yield from _asked()
                yield _row("key to next card, in Chromium", asyncio.run(_pressed()))
            finally:
                server.terminate()


def spread(folder: Path) -> None:
    """Give the matches to many accounts of many units, with looks of a week, near-duplicates and a first person."""
    tools = opened(folder)
    now = datetime.now(UTC)
    with tools.database.write() as session:
        numbers = range(2, ACCOUNTS + 1)
        session.execute(insert(accounts), [_account(n, now) for n in numbers])
        session.execute(insert(subjects), [_subject(n) for n in numbers] + [_subject(1)])
        session.execute(insert(watch_entries), [_entry(n, now) for n in range(1, ACCOUNTS + 1)])
        begun: dict[str, object] = {"started_at": now, "tilik": "0", "config_sha256": "0", "state": "done"}
        session.execute(insert(crawl_runs), [begun])
        looks = (_look(n, day, now) for n in range(1, ACCOUNTS + 1) for day in range(DAYS))
        for part in chunks(looks, 5_000):
            session.execute(insert(visits), part)
        session.execute(text(f"UPDATE interactions SET account_id = id * 7919 % {ACCOUNTS} + 1"))  # noqa: S608
        session.execute(text("UPDATE scores SET target = CASE post_version_id % 3 WHEN 0 THEN 'satu' ELSE 'dua' END"))
        doubled = (number for number in range(1, MATCHES + 1) if number % 5 < 2)
        alike = ({"post_version_id": number, "first_id": max(number - number % 10, 1)} for number in doubled)
        for some in chunks(alike, 10_000):
            session.execute(insert(text_clusters), some)
        arrange(session)
        captured = (
            f"{int(NOW.timestamp())} * 1000000 - (id % {SPREAD}) * {86_400 * 1_000_000}"  # as SQLite keeps moments
        )
        contest = {"contest": tools.settings.contests[0].id}
        session.execute(text(f"UPDATE matches SET captured_at = {captured}, contest = :contest"), contest)  # noqa: S608
    assessing.run(tools)
    add_person(tools, NAME, Duty.ADMIN, PASSWORD)
    tools.database.close()


def _account(number: int, now: datetime) -> dict[str, object]:
    return {"id": number, "platform": "bluesky", "key": f"k{number}", "handle": f"kel.{number}", "first_seen_at": now}


def _subject(number: int) -> dict[str, object]:
    unit = f"Kecamatan {number % UNITS}"
    return {"id": number, "name": f"Kelurahan {number}", "kind": "institution", "unit": unit, "region": "99.01"}


def _entry(number: int, now: datetime) -> dict[str, object]:
    return {
        "account_id": number,
        "subject_id": number,
        "role": "kelurahan",
        "source": "bangku uji",
        "valid_from": date(2020, 1, 1),
        "identity": "unverified",
        "added_at": now - timedelta(days=90),
    }


def _look(number: int, day: int, now: datetime) -> dict[str, object]:
    at = now - timedelta(days=day)
    return {
        "run_id": 1,
        "account_id": number,
        "capability": Capability.LIKES,
        "mode": Mode.AUTO,
        "state": VisitState.OK,
        "complete": True,
        "seen": 20,
        "requests": 1,
        "started_at": at,
        "ended_at": at,
    }


def _asked() -> Iterator[str]:
    chance = random.Random(2)  # noqa: S311  (the same addresses each time)
    with httpx.Client(base_url=f"http://127.0.0.1:{PORT}", headers={"origin": f"http://127.0.0.1:{PORT}"}) as client:
        _wait(client)
        client.post("/masuk", data={"nama": NAME, "sandi": PASSWORD})
        kinds: dict[str, Callable[[], str]] = {
            "queue, first page": lambda: "/antrean",
            "queue, any page": lambda: f"/antrean?setelah={_place(chance)}",
            "queue, highest first": lambda: f"/antrean?urut=tertinggi&setelah={_place(chance)}",
            "queue, least certain first": lambda: f"/antrean?urut=ragu&setelah={chance.random()}:1",
            "queue, newest first": lambda: f"/antrean?urut=terbaru&setelah=0:{chance.randint(1, MATCHES)}",
            "queue, one unit": lambda: f"/antrean?kecamatan=Kecamatan+{chance.randrange(UNITS)}",
            "queue, one account": lambda: f"/antrean?akun=kel.{chance.randint(2, ACCOUNTS)}",
            "queue, one candidate": lambda: f"/antrean?calon={chance.choice(['satu', 'dua'])}",
            "queue, one day": lambda: f"/antrean?dari={(day := _day(chance))}&sampai={day}",
            "queue, a month of a unit": lambda: f"{MONTH}&kecamatan=Kecamatan+{chance.randrange(UNITS)}",
            "card": lambda: f"/kartu/{public_id(chance.randint(1, MATCHES))}",
        }
        for what, address in kinds.items():
            yield _row(what, [_timed(client, address()) for _ in range(REQUESTS)])


def _place(chance: random.Random) -> str:
    """Name a place in the middle of the queue: of some day, some score."""
    due = midnight(NOW.date() + timedelta(days=7 - chance.randrange(SPREAD)), "Asia/Jakarta")
    return f"{0.5 + chance.random() / 2}:{chance.randint(1, MATCHES)}:{int(due.timestamp())}"


def _day(chance: random.Random) -> str:
    return str(date(2023, 11, 20) + timedelta(days=chance.randrange(340)))


def _timed(client: httpx.Client, address: str) -> float:
    started = time.perf_counter()
    client.get(address).raise_for_status()
    return (time.perf_counter() - started) * 1_000


def _wait(client: httpx.Client) -> None:
    for _ in range(200):
        try:
            client.get("/masuk")
        except httpx.ConnectError:
            time.sleep(0.1)
        else:
            return


async def _pressed() -> list[float]:
    path = (await find_browser(Crawl())).choice.executable
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=path, chromium_sandbox=False)
        page = await browser.new_page()
        await page.goto(f"http://127.0.0.1:{PORT}/masuk?ke=/antrean")
        await page.fill("[name=nama]", NAME)
        await page.fill("[name=sandi]", PASSWORD)
        await page.press("[name=sandi]", "Enter")
        await page.click("[data-first]")
        await page.wait_for_selector("[data-card]")
        await page.evaluate(
            "() => { window.times = []; let at = 0;"
            "document.addEventListener('keydown', () => { at = performance.now() }, true);"
            "document.addEventListener('htmx:after:swap', () => requestAnimationFrame(() => {"
            "window.times.push(performance.now() - at) })) }"
        )
        for number in range(KEYS):
            await page.wait_for_timeout(400)
            await page.keyboard.press("3")
            await page.wait_for_function("count => window.times.length > count", arg=number)
        times: list[float] = await page.evaluate("() => window.times")
        await browser.close()
    return times


def _row(what: str, times: Sequence[float]) -> str:
    ordered = sorted(times)
    p95 = ordered[int(len(ordered) * 0.95)]
    return f"| {what} | {len(times)} | {statistics.median(times):.0f} | {p95:.0f} | {ordered[-1]:.0f} |"


if __name__ == "__main__":
    tools = opened(Path(sys.argv[1]))
    app = make(tools, config=HOUSE / "config.yaml", port=PORT)
    uvicorn.run(app, port=PORT, log_level="warning", lifespan="off", access_log=False)
