"""A real browser opens the report with the network off: readable by everybody, on any screen, and it asks nobody."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from core.settings import Crawl
from jobs.report import Gathered
from review import report_html
from review.report import report
from scraper.fetch.browser.process import Limits, start, stop
from scraper.fetch.guard import Guard
from tests.review.gathered import SECRET, gathered, nothing
from tests.review.test_report_html import poisoned

pytestmark = pytest.mark.browser
LOOK = Crawl()
PHONE, DESK, PAPER = {"width": 360, "height": 740}, {"width": 1280, "height": 900}, {"width": 680, "height": 1009}
Look = Callable[[Page], Any]


def looked(file: Path, look: Look, **context: Any) -> tuple[Any, list[str]]:  # noqa: ANN401  (Playwright's own options)
    """Open a file offline; give what the look at it brings, and every address that was asked for."""

    async def run() -> tuple[Any, list[str]]:
        running = await start(LOOK, Limits(), Guard())
        try:
            opened = await running.browser.new_context(offline=True, **context)
            page = await opened.new_page()
            asked: list[str] = []
            page.on("request", lambda request: asked.append(request.url))
            running.door.begin(await _frame(page), file.as_uri())
            await page.goto(file.as_uri())
            return await look(page), asked
        finally:
            await stop(running, Limits())

    return asyncio.run(run())


async def _frame(page: Page) -> str:
    session = await page.context.new_cdp_session(page)
    tree = await session.send("Page.getFrameTree")
    return str(tree["frameTree"]["frame"]["id"])


@pytest.fixture(params=["id", "en"])
def write(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Path]:
    monkeypatch.setattr("language._chosen", [request.param])

    def written(told: Gathered, **more: Any) -> Path:  # noqa: ANN401  (as `report` takes them)
        file = tmp_path / "laporan.html"
        file.write_text(report_html.page(report(told, SECRET, **more)), encoding="utf-8")
        return file

    return written


async def axe(page: Page) -> list[str]:
    found = await Axe().run(page)
    return [f"{one['id']}: {[node['html'][:80] for node in one['nodes']][:3]}" for one in found.response["violations"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("told", [gathered, nothing])
def test_axe_finds_nothing_and_the_page_asks_for_nothing(
    write: Callable[..., Path], told: Callable[[], Gathered], scheme: str
) -> None:
    file = write(told())

    violations, asked = looked(file, axe, color_scheme=scheme, viewport=DESK)

    assert violations == []
    assert asked == [file.as_uri()]


@pytest.mark.parametrize("screen", [PHONE, DESK])
def test_no_screen_has_to_be_scrolled_sideways(write: Callable[..., Path], screen: dict[str, int]) -> None:
    async def width(page: Page) -> int:
        return int(await page.evaluate("document.documentElement.scrollWidth"))

    found, _ = looked(write(gathered()), width, viewport=screen)

    assert found <= screen["width"]


def test_a_keyboard_reaches_every_table(write: Callable[..., Path]) -> None:
    async def reached(page: Page) -> set[str]:
        names = set()
        for _ in range(60):
            await page.keyboard.press("Tab")
            names.add(await page.evaluate("document.activeElement.getAttribute('aria-label') || ''"))
        return names

    async def wanted(page: Page) -> set[str]:
        return set(
            await page.eval_on_selector_all("[role=region]", "all => all.map(one => one.getAttribute('aria-label'))")
        )

    async def both(page: Page) -> tuple[set[str], set[str]]:
        return await reached(page), await wanted(page)

    (found, regions), _ = looked(write(gathered()), both, viewport=DESK)

    assert regions
    assert regions <= found


def test_what_others_have_written_runs_nothing(write: Callable[..., Path]) -> None:
    async def ran(page: Page) -> list[object]:
        loud: list[object] = []
        page.on("dialog", lambda dialog: loud.append(dialog.message))
        for region in await page.query_selector_all("[tabindex]"):
            await region.focus()
        await page.wait_for_timeout(300)
        return loud

    file = write(poisoned(), names_because="<img src=x onerror=alert(1)>")

    loud, asked = looked(file, ran, viewport=DESK)

    assert loud == []
    assert asked == [file.as_uri()]


def test_on_paper_the_whole_of_every_table_is_there(write: Callable[..., Path]) -> None:
    async def wide(page: Page) -> list[str]:
        await page.emulate_media(media="print")
        script = """all => all.filter(one => one.scrollWidth > one.clientWidth
            || getComputedStyle(one).overflowX !== 'visible').map(one => one.getAttribute('aria-label'))"""
        return list(await page.eval_on_selector_all(".wide", script))

    found, _ = looked(write(gathered()), wide, viewport=PAPER)

    assert found == []
