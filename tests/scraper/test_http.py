"""Plain requests against a small server that is as bad as real ones can be."""

import asyncio
import gzip
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from core.config import load
from core.errors import FetchError, RefusedError, TilikError
from core.records import Capability, Capture
from core.settings import Crawl, Settings
from scraper.adapter import PageRequest, Target
from scraper.fetch import http
from scraper.fetch.fetcher import Fetcher, open_fetcher
from scraper.fetch.guard import Guard
from scraper.fetch.http import Ask, open_http
from scraper.fetch.manners import HostState
from tests.scraper.fetch.test_manners import NOW, FakeClock

AGENT = "tilik/0.1 (+mailto:desk@example.org)"
BOMB = gzip.compress(b"0" * 60_000_000, compresslevel=9)


class Web(ThreadingHTTPServer):
    """The server, with what it was asked and when in the time of the fake clock."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str] = []
        self.agents: set[str] = set()
        self.failures = 0
        self.robots = ""

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    def url(self, path: str) -> str:
        return f"http://{self.place}{path}"


class Handler(BaseHTTPRequestHandler):
    """Answers every path with the trouble that its name says."""

    server: Web

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.server.agents.add(self.headers["user-agent"])
        getattr(self, "_" + self.path[1:].split("/")[0].split(".")[0])()

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _send(self, body: bytes = b"", status: int = 200, *, length: int | None = None, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            self.close_connection = True

    def _page(self) -> None:
        self._send(b"Halo", content_type="text/plain", retry_after="7", x_secret="s", set_cookie="a=b")

    def _robots(self) -> None:
        self._send(self.server.robots.encode())

    def _closed(self) -> None:
        self._send(b"secret")

    def _to(self) -> None:
        self._send(status=302, location=self.path.removeprefix("/to"))

    def _away(self) -> None:
        self._send(status=301, location=self.path.removeprefix("/away/"))

    def _round(self) -> None:
        self._send(status=302, location="/round/and/round")

    def _stumble(self) -> None:
        self.server.failures += 1
        ready = self.server.failures > int(self.path.rsplit("/", 1)[1])
        self._send(b"ready" if ready else b"oops", 200 if ready else 502)

    def _down(self) -> None:
        self._send(b"busy", 503, retry_after="60")

    def _reset(self) -> None:
        self.server.failures += 1
        if self.server.failures > int(self.path.rsplit("/", 1)[1]):
            self._send(b"ready")
        else:
            self.close_connection = True

    def _short(self) -> None:
        self._send(b"half", length=100)
        self.close_connection = True

    def _huge(self) -> None:
        self._send(b"0" * (http.MAX_BYTES + 1))

    def _bomb(self) -> None:
        self._send(BOMB, content_encoding="gzip")

    def _garbage(self) -> None:
        self._send(b"this is no gzip", content_encoding="gzip")

    def _drip(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        try:
            while self.server.failures < 1000:
                self.wfile.write(b"0")
                time.sleep(0.02)
        except OSError:
            self.close_connection = True


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as server, ExitStack() as stack:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        stack.callback(server.shutdown)
        yield server


def get(web: Web, path: str, *, allow: Callable[[str], Awaitable[object]] | None = None) -> tuple[Capture, FakeClock]:
    clock = FakeClock()

    async def once() -> Capture:
        async with open_http(user_agent=AGENT, seconds=5, guard=Guard([web.place]), clock=clock) as client:
            return await client.get(web.url(path), Ask(allow=allow))

    return asyncio.run(once()), clock


def refused(web: Web, path: str) -> tuple[str, FetchError]:
    with pytest.raises(FetchError) as raised:
        get(web, path)
    return raised.value.code, raised.value


def test_an_answer_becomes_a_capture_with_only_the_headers_that_we_need(web: Web) -> None:
    capture, _ = get(web, "/page")

    assert (capture.status, capture.body, capture.media_type) == (200, b"Halo", "text/plain")
    assert capture.captured_at == NOW
    assert set(capture.headers) <= set(http.KEPT_HEADERS)
    assert capture.headers["retry-after"] == "7"
    assert web.agents == {AGENT}


def test_a_redirect_is_followed_and_both_addresses_are_kept(web: Web) -> None:
    capture, _ = get(web, "/to/page")

    assert (capture.url, capture.final_url, capture.body) == (web.url("/to/page"), web.url("/page"), b"Halo")


@pytest.mark.parametrize(
    "target",
    ["http://127.0.0.1:1/x", "http://169.254.169.254/latest/meta-data", "file:///etc/passwd", "http://localhost/x"],
)
def test_a_redirect_into_this_machine_or_its_network_is_not_followed(web: Web, target: str) -> None:
    assert refused(web, f"/away/{target}")[0] == "address_refused"
    assert len(web.asked) == 1


@pytest.mark.parametrize("target", ["http://[", "http://[::1", "http://a b/", "http://a:port/", "http://%00/"])
def test_a_redirect_to_what_is_no_address_is_an_error_of_the_page(web: Web, target: str) -> None:
    assert refused(web, f"/away/{target.replace(' ', '%20')}")[0] in {
        "address_refused",
        "answer_broken",
        "dns",
        "unreachable",
    }


def test_a_redirect_without_end_is_an_error_of_the_page(web: Web) -> None:
    assert refused(web, "/round")[0] == "too_many_redirects"
    assert len(web.asked) == http.MAX_REDIRECTS + 1


def test_every_hop_of_a_redirect_is_asked_for_leave(web: Web) -> None:
    async def allow(url: str) -> None:
        raise RefusedError("robots_refused", url=url)

    with pytest.raises(RefusedError):
        get(web, "/to/page", allow=allow)
    assert web.asked == ["/to/page"]


@pytest.mark.parametrize("trouble", ["stumble", "reset"])
@pytest.mark.parametrize("times", [1, 2])
def test_a_server_that_stumbles_is_asked_again_after_a_while(web: Web, trouble: str, times: int) -> None:
    capture, clock = get(web, f"/{trouble}/{times}")

    assert capture.body == b"ready"
    assert len(web.asked) == times + 1
    assert timedelta(seconds=0.4) < clock.present - NOW < timedelta(seconds=20)


def test_a_server_that_keeps_failing_gives_its_answer_and_one_that_keeps_hanging_up_none(web: Web) -> None:
    capture, _ = get(web, "/stumble/9")

    assert (capture.status, len(web.asked)) == (502, http.TRIES)
    web.failures = 0
    assert refused(web, "/reset/9")[0] == "unreachable"


def test_a_server_that_says_it_is_busy_is_not_pressed(web: Web) -> None:
    capture, clock = get(web, "/down")

    assert (capture.status, capture.headers["retry-after"], len(web.asked)) == (503, "60", 1)
    assert clock.present == NOW


def test_half_an_answer_is_none(web: Web) -> None:
    assert refused(web, "/short")[0] == "unreachable"


@pytest.mark.parametrize("path", ["/huge", "/bomb"])
def test_an_answer_that_is_too_large_packed_or_not_is_given_up(web: Web, path: str) -> None:
    code, error = refused(web, path)

    assert (code, error.fields["limit"]) == ("too_large", http.MAX_BYTES)
    assert len(web.asked) == 1


def test_an_answer_that_cannot_be_unpacked_is_broken(web: Web) -> None:
    assert refused(web, "/garbage")[0] == "answer_broken"


def test_a_server_that_drips_for_ever_is_left(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "LONGEST", 0.3)

    assert refused(web, "/drip")[0] == "too_slow"
    web.failures = 1000


def test_a_server_that_is_not_there_is_unreachable(web: Web) -> None:
    place = web.place
    web.server_close()

    async def once() -> Capture:
        async with open_http(user_agent=AGENT, seconds=1, guard=Guard([place]), clock=FakeClock()) as client:
            return await client.get(f"http://{place}/page")

    with pytest.raises(FetchError, match="unreachable"):
        asyncio.run(once())


def settings_for(web: Web, template: Settings) -> Settings:
    return template.model_copy(update={"crawl": Crawl(seconds_between_requests=10, allow_private=(web.place,))})


@pytest.fixture
def template(request: pytest.FixtureRequest) -> Settings:
    return load(request.config.rootpath / "config.yaml")


def fetched(
    web: Web, template: Settings, *paths: str, state: HostState | None = None
) -> tuple[list[object], Fetcher, FakeClock]:
    clock, told = FakeClock(), list[object]()

    async def all_of_them() -> Fetcher:
        pauses = {web.place: state} if state is not None else {}
        async with open_fetcher(settings_for(web, template), version="0.1", clock=clock, hosts=pauses) as fetch:
            for path in paths:
                request = PageRequest(target=Target(), capability=Capability.POSTS, url=web.url(path), step="page")
                try:
                    told.append((await fetch(request)).status)
                except TilikError as error:
                    told.append(error.code)
            return fetch

    return told, asyncio.run(all_of_them()), clock


def test_a_fetcher_names_itself_asks_robots_first_and_keeps_its_distance(web: Web, template: Settings) -> None:
    told, _, clock = fetched(web, template, "/page", "/page")

    assert told == [200, 200]
    assert web.asked == ["/robots.txt", "/page", "/page"]
    assert clock.present - NOW == timedelta(seconds=20)
    (agent,) = web.agents
    assert agent == f"tilik/0.1 (+mailto:{template.purpose.contact})"


def test_a_page_that_robots_closes_is_not_asked_for_nor_reached_by_a_redirect(web: Web, template: Settings) -> None:
    web.robots = "User-agent: *\nDisallow: /closed\n"

    told, _, _ = fetched(web, template, "/closed", "/to/closed")

    assert told == ["robots_refused", "robots_refused"]
    assert web.asked == ["/robots.txt", "/to/closed"]


def test_every_hop_of_a_redirect_waits_for_the_hosts_turn(web: Web, template: Settings) -> None:
    _, _, clock = fetched(web, template, "/to/to/page")

    assert web.asked == ["/robots.txt", "/to/to/page", "/to/page", "/page"]
    assert clock.present - NOW == timedelta(seconds=30)


def test_a_host_that_is_paused_is_not_asked_not_even_for_its_robots(web: Web, template: Settings) -> None:
    pause = HostState(blocked_until=NOW + timedelta(hours=1), reason="throttled")

    told, _, _ = fetched(web, template, "/page", state=pause)

    assert told == ["host_paused"]
    assert web.asked == []
