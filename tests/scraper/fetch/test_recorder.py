"""A real browser records pages of a bad web: all that came is kept, nothing else is asked, every trouble ends."""

import asyncio
import gzip
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from core.clock import SystemClock
from core.errors import FetchError
from core.recording import Recording, Transfer
from core.settings import Crawl
from scraper.fetch.browser import Browser, open_browser
from scraper.fetch.browser.process import Limits
from scraper.fetch.guard import Guard
from tests.scraper.fetch.bad_web import PICTURE, PLAIN, Handler, Web, kill_child

pytestmark = pytest.mark.browser
QUICK = Limits(quiet_seconds=0.3, close_seconds=1.0, grace_seconds=0.5, max_bytes=2_000_000)
RICH = """
<link rel=stylesheet href=/style.css><p id=here>Halo</p><img src=/picture/a.png><img loading=lazy src=/moved.png
style='margin-top:3000px;display:block'><iframe src=/frame></iframe>
<script src=/code.js></script><script>fetch('/packed').then(a => a.text()).then(t => here.textContent += t)</script>
"""


class RichHandler(Handler):
    """Adds what a page with pictures has, and what goes wrong with it."""

    def _rich(self, query: dict[str, str]) -> None:
        self._send(PLAIN.format(title="Kaya", body=RICH), set_cookie="sid=1")

    def _style(self, query: dict[str, str]) -> None:
        self._send("@font-face {font-family: f; src: url(/letters.woff2)} p {font-family: f}", kind="text/css")

    def _letters(self, query: dict[str, str]) -> None:
        self._send(b"no letters", kind="font/woff2")

    def _code(self, query: dict[str, str]) -> None:
        self._send("document.title += '!'", kind="text/javascript")

    def _frame(self, query: dict[str, str]) -> None:
        self._send(PLAIN.format(title="F", body="<img src=/picture/in-frame.png>"))

    def _moved(self, query: dict[str, str]) -> None:
        self._send("", status=302, location="/picture/moved.png")

    def _packed(self, query: dict[str, str]) -> None:
        self._send(gzip.compress(b" dari jauh"), kind="text/plain", content_encoding="gzip")

    def _round(self, query: dict[str, str]) -> None:
        self._send("", status=302, location="/round")

    def _with(self, query: dict[str, str]) -> None:
        """Show a page with one picture at an address of the test's choice."""
        self._send(PLAIN.format(title="Dengan", body=f"<p>Teks</p><img src='{query['img']}'>"))

    def _outer(self, query: dict[str, str]) -> None:
        """Show a page with a frame from another site, in which stands a picture from a third."""
        inner = f"http://localhost:{self.server.server_port}/with?img={query['img']}"
        self._send(PLAIN.format(title="Luar", body=f"<p>Luar</p><iframe src='{inner}'></iframe>"))

    def _heavy(self, query: dict[str, str]) -> None:
        self._send_head(kind=query.get("kind", "image/png"), length=50_000_000)
        self._pour(b"0" * 100_000, times=500)

    def _bomb(self, query: dict[str, str]) -> None:
        packed = gzip.compress(b"0" * 30_000_000)
        self._send(packed, kind=query.get("kind", "image/png"), content_encoding="gzip")

    def _endless(self, query: dict[str, str]) -> None:
        self._send_head(kind=query.get("kind", "image/png"), length=None)
        self._pour(b"<b>endless</b>", times=10_000_000)

    def _dripping(self, query: dict[str, str]) -> None:
        self._send_head(kind=query.get("kind", "image/png"), length=None)
        self.wfile.write(PICTURE[:20])
        self.server.released.wait(20)

    def _dies(self, query: dict[str, str]) -> None:
        self._send_head(kind="image/png", length=5_000)
        self.wfile.write(PICTURE)

    def _half(self, query: dict[str, str]) -> None:
        self._send_head(kind="text/html", length=5_000)
        self.wfile.write(b"<!doctype html><p>Sete")

    def _talkative(self, query: dict[str, str]) -> None:
        body = "<p>x</p><script>alert(1); onbeforeunload = e => e.preventDefault(); confirm('?')</script>"
        self._send(PLAIN.format(title="D", body=body))

    def _growing(self, query: dict[str, str]) -> None:
        script = (
            "setInterval(() => {for (let n = 0; n < 50; n++) document.body.append(document.createElement('p'))}, 5)"
        )
        self._send(PLAIN.format(title="G", body=f"<p>x</p><script>{script}</script>"))

    def _send_head(self, *, kind: str, length: int | None) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def _pour(self, part: bytes, *, times: int) -> None:
        try:
            for _ in range(times):
                self.wfile.write(part)
        except OSError:
            pass  # the browser has had enough


@pytest.fixture
def web() -> Iterator[Web]:
    server = Web()
    handler: type[BaseHTTPRequestHandler] = RichHandler
    server.RequestHandlerClass = handler
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.released.set()
    server.shutdown()
    server.server_close()
    thread.join()


def recorded(web: Web, *paths: str, seconds: float = 6.0) -> list[Any]:
    """Record pages one after the other with one browser; a failure stands in the place of its page."""
    here = (web.place, f"localhost:{web.server_port}")
    crawl = Crawl(timeout_seconds=seconds, workers=2, allow_private=here)

    async def look(browser: Browser, path: str) -> Recording | FetchError:
        try:
            return await browser.record(web.url(path))
        except FetchError as error:
            return error

    async def work() -> list[Recording | FetchError]:
        guard, agent = Guard(crawl.allow_private), "tilik/0 (+mailto:desk@example.org)"
        async with open_browser(crawl, user_agent=agent, clock=SystemClock(), guard=guard, limits=QUICK) as browser:
            return [await look(browser, path) for path in paths]

    return asyncio.run(work())


def by_path(web: Web, recording: Recording) -> dict[str, Transfer]:
    return {one.url.removeprefix(web.url("")): one for one in recording.transfers}


def test_everything_that_a_page_asks_for_is_kept_with_its_answer(web: Web) -> None:
    (page,) = recorded(web, "/rich")

    kept = by_path(web, page)
    assert set(kept) == set(web.asked)
    assert {"/rich", "/style.css", "/letters.woff2", "/code.js", "/packed", "/picture/a.png", "/frame"} <= set(kept)
    assert {"/picture/in-frame.png", "/moved.png", "/picture/moved.png"} <= set(kept)
    assert kept["/picture/a.png"].body == PICTURE
    assert kept["/moved.png"].status == 302
    assert kept["/packed"].body == b" dari jauh"
    assert ("content-encoding", "gzip") in [(name.lower(), value) for name, value in kept["/packed"].headers]
    assert (page.status, page.title, page.truncated) == (200, "Kaya!", False)
    assert "Halo dari jauh" in page.html.decode()
    assert page.png.startswith(PICTURE[:8])
    assert page.captured_at <= kept["/rich"].at <= page.ended_at


def test_every_page_is_visited_as_if_nothing_had_been_seen_before(web: Web) -> None:
    first, second = recorded(web, "/rich", "/rich")

    assert set(by_path(web, first)) == set(by_path(web, second))
    assert web.asked.count("/picture/a.png") == 2
    assert set(web.cookies[: len(first.transfers)]) <= {"", "sid=1"}
    assert web.cookies[[n for n, path in enumerate(web.asked) if path == "/rich"][1]] == ""


def test_no_picture_of_a_page_reaches_into_this_network(web: Web) -> None:
    other = Web()
    threading.Thread(target=other.serve_forever, daemon=True).start()

    (page,) = recorded(web, f"/with?img={other.url('/picture/inside.png')}")

    assert other.asked == []
    assert [one.failed for one in page.transfers] == [None, "address_refused"]
    other.shutdown()
    other.server_close()


def test_a_frame_from_another_site_is_recorded_and_guarded_too(web: Web) -> None:
    other = Web()
    threading.Thread(target=other.serve_forever, daemon=True).start()

    kept, refused = recorded(web, "/outer?img=/picture/inner.png", f"/outer?img={other.url('/picture/inner.png')}")

    assert [one.status for one in kept.transfers] == [200, 200, 200]
    assert kept.transfers[-1].body == PICTURE
    assert [one.failed for one in refused.transfers] == [None, None, "address_refused"]
    assert other.asked == []
    other.shutdown()
    other.server_close()


@pytest.mark.parametrize(
    ("trouble", "failed"),
    [
        ("/heavy.png", "too_large"),
        ("/bomb.png", "too_large"),
        ("/endless.png", "too_large"),
        ("/dripping.png", "timeout"),
        ("/dies.png", "answer_broken"),
        ("/round", "unreachable"),
    ],
)
def test_a_bad_picture_costs_the_page_its_picture_and_is_named(web: Web, trouble: str, failed: str) -> None:
    page, after = recorded(web, f"/with?img={trouble}", "/page")

    assert isinstance(page, Recording), page
    assert b"Teks" in page.html
    assert {one.failed for one in page.transfers} == {None, failed}  # the browser may ask for it once more
    assert page.truncated is (failed == "too_large")
    assert b"Here" in after.html


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/heavy.html?kind=text/html", "too_large"),
        ("/bomb.html?kind=text/html", "too_large"),
        ("/endless.html?kind=text/html", "too_large"),
        ("/dripping.html?kind=text/html", "timeout"),
        ("/half", "answer_broken"),
        ("/round", "page_keeps_moving"),
        ("/file", "not_a_page"),
        ("/loop", "timeout"),
    ],
)
def test_a_bad_page_ends_with_its_code_and_the_next_one_works(web: Web, path: str, code: str) -> None:
    failure, after = recorded(web, path, "/page", seconds=4.0)

    assert isinstance(failure, FetchError), failure
    assert failure.code == code
    assert b"Here" in after.html


@pytest.mark.parametrize("path", ["/talkative", "/growing", "/polling", "/popups", "/wall"])
def test_a_page_that_talks_grows_or_never_rests_is_recorded_all_the_same(web: Web, path: str) -> None:
    page, after = recorded(web, path, "/page")

    assert isinstance(page, Recording), page
    assert page.status == (429 if path == "/wall" else 200)
    assert page.transfers[0].url == web.url(path)
    assert b"Here" in after.html


@pytest.mark.parametrize(
    ("trouble", "code"),
    [(lambda: kill_child("--type=renderer"), "page_crashed"), (lambda: kill_child("run-driver"), "browser_lost")],
)
def test_a_browser_that_falls_over_while_it_records_fails_one_page_only(
    web: Web, trouble: Callable[[], None], code: str
) -> None:
    web.trouble = trouble

    failure, after = recorded(web, "/with?img=/trouble.png", "/page")

    assert isinstance(failure, FetchError), failure
    assert failure.code == code
    assert b"Here" in after.html
