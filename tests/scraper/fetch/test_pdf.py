"""A page of our own is printed: whole, without scripts, without asking anybody; a machine without a browser says so."""

import asyncio
import http.server
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import MissingError
from core.settings import Crawl
from scraper.fetch.browser.pdf import print_page

LOOK = Crawl()
PAGE = "<!doctype html><html lang=id><title>Laporan</title><body><h1>Laporan</h1>{body}</body></html>"


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """Listen on this machine, and note who asks."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (its own name)
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.browser
def test_a_page_becomes_sheets_of_paper() -> None:
    rows = "".join(f"<p>Baris {number}</p>" for number in range(200))

    content = asyncio.run(print_page(PAGE.format(body=rows), LOOK))

    assert content.startswith(b"%PDF-")
    assert content.rstrip().endswith(b"%%EOF")
    assert len(re.findall(rb"/Type\s*/Page\b", content)) > 2
    assert b"/StructTreeRoot" in content  # tagged: a reader can read it aloud


@pytest.mark.browser
def test_nobody_is_asked_and_no_script_runs(listener: tuple[str, list[str]]) -> None:
    address, asked = listener
    body = (
        f"<img src='{address}/a.png'><link rel=stylesheet href='{address}/a.css'><iframe src='{address}/f'></iframe>"
        f"<meta http-equiv=refresh content='0;{address}/r'><script>location = '{address}/s'</script>"
    )

    content = asyncio.run(print_page(PAGE.format(body=body), LOOK))

    assert content.startswith(b"%PDF-")
    assert asked == []


def test_a_machine_without_a_browser_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TILIK_BROWSER", str(tmp_path / "none"))

    with pytest.raises(MissingError, match="browser_path"):
        asyncio.run(print_page(PAGE, LOOK))
