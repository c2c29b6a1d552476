"""The key of an official API: it goes to its own host, over its own pace and allowance, and is found nowhere else."""

import asyncio
import json
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from core.errors import RefusedError
from core.platforms import Platforms
from core.records import AccountRef, Capability, Capture, Mode, Post, PostRef, VisitState
from core.settings import Crawl
from jobs import crawl, pauses
from jobs.crawl import Summary
from jobs.tools import Tools
from scraper.adapter import Adapter, Credential, Keep, Page, PageRequest, Target
from scraper.fetch.fetcher import open_fetcher
from scraper.fetch.keys import VARIABLE as NAMED
from scraper.fetch.keys import Key, key_of, keys_of
from scraper.platforms import adapters
from tests.jobs.office import all_looks, entry, hands, open_office, rows, watch

SECRET = "rahasia/9f27c1+Zx"
VARIABLE = "TILIK_KOTAK_KEY"


class Api(ThreadingHTTPServer):
    """An official API that repeats the key wherever it can, as some do."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, str | None]] = []
        self.leads_to: str | None = None
        self.status = 200

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Api

    def do_GET(self) -> None:
        given = self.headers.get("x-kotak-key")
        self.server.asked.append((self.path, given))
        if self.server.leads_to and self.path.startswith("/v1"):
            self._send(302, b"", location=self.server.leads_to)
            return
        slashes = str(given).replace("/", "\\/")
        body = json.dumps({"text": "Halo", "next": f"http://{self.server.place}/v1?key={given}"})
        self._send(self.server.status, f'{body[:-1]}, "escaped": "{slashes}"}}'.encode(), etag=f'"{given}"')

    def _send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"content-length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Kotak(Adapter):
    """A platform with nothing but an official API."""

    platform = "kotak"
    capabilities: Mapping[Capability, frozenset[Mode]] = {Capability.POSTS: frozenset({Mode.API})}

    def __init__(self, host: str, *, daily: int | None = None) -> None:
        self.host = host
        self.daily = daily

    @property
    def credential(self) -> Credential:
        return Credential(variable=VARIABLE, header="X-Kotak-Key", host=self.host, daily=self.daily)

    def locate(self, url: str) -> None:
        return None

    def plan(self, target: Target, capability: Capability) -> Iterator[PageRequest]:
        assert target.account is not None
        url = f"http://{self.host}/v1/{target.account.handle}"
        yield PageRequest(target=target, capability=capability, url=url, step="posts", units=3)

    def read(self, request: PageRequest, capture: Capture) -> Page:
        if capture.status != 200:
            return Page(state=VisitState.FAILED, note=f"http_{capture.status}")
        assert isinstance(json.loads(capture.body), dict)
        post = PostRef(platform=self.platform, uri=request.url)
        text = capture.body.decode()
        return Page(
            state=VisitState.OK,
            posts=(Post(ref=post, author=request.target.account, text=text, posted_at=None),),
            seen=1,
        )

    def reduce(self, request: PageRequest, capture: Capture, keep: Keep) -> Capture:
        return replace(capture, reduced=True)


@pytest.fixture
def api() -> Iterator[Api]:
    with Api() as server, ExitStack() as stack:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        stack.callback(server.shutdown)
        yield server


Open = Callable[..., Tools]


@pytest.fixture
def office(api: Api, tmp_path: Path, empty: Path) -> Iterator[Open]:
    opened: list[Tools] = []

    def open_it(*, daily: int | None = None, accounts: int = 1) -> Tools:
        settings = Crawl(allow_private=(api.place, f"localhost:{api.server_port}"), seconds_between_requests=4.0)
        tools = open_office(tmp_path / "office", empty, Kotak(api.place, daily=daily), crawl=settings)
        tools = replace(tools, keyed=frozenset({"kotak"}))
        watch(tools, *(entry(f"kel{number}", platform="kotak") for number in range(accounts)))
        opened.append(tools)
        return tools

    yield open_it
    for tools in opened:
        tools.database.close()


def crawled(tools: Tools, environ: Mapping[str, str] | None = None) -> Summary:
    keys = keys_of(tools.adapters.values(), {VARIABLE: SECRET} if environ is None else environ)

    async def once() -> Summary:
        hosts = pauses.load(tools)
        async with open_fetcher(tools.settings, version="0.1", clock=tools.clock, hosts=hosts, keys=keys) as web:
            try:
                return await crawl.run(tools, web, all_looks(tools))
            finally:
                pauses.save(tools, web.pace.states)

    return asyncio.run(once())


def test_a_key_is_sent_without_asking_robots_and_the_answer_says_how_it_was_had(api: Api, office: Open) -> None:
    tools = office()

    summary = crawled(tools)

    assert api.asked == [("/v1/kel0", SECRET)]
    assert summary.states == {VisitState.OK: 1}
    (capture,) = rows(tools, "captures")
    assert (capture.mode, capture.permission) == ("api", f"api:{VARIABLE}")
    assert [visit.mode for visit in rows(tools, "visits")] == ["api"]


def test_a_key_is_found_nowhere_afterwards(
    api: Api, office: Open, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    tools = office(accounts=2)

    crawled(tools)
    tools.database.close()

    spelled = [SECRET, SECRET.replace("/", "%2F"), SECRET.replace("/", "\\/"), "rahasia"]
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".gz")
    blobs = [tools.blobs.get(path.stem) for path in tools.blobs.folder.rglob("*.gz")]
    assert len(api.asked) == 2
    assert len(blobs) >= 1
    assert all(b"[key]" in blob for blob in blobs)
    assert not [word for word in spelled for text in (kept, *blobs) if word.encode() in text]
    assert not [word for word in spelled if word in caplog.text]
    assert "rahasia" not in repr(keys_of(tools.adapters.values(), {VARIABLE: SECRET}))


def test_a_key_never_goes_to_another_host(api: Api, office: Open) -> None:
    api.leads_to = f"http://localhost:{api.server_port}/elsewhere"
    tools = office()

    crawled(tools)

    assert api.asked == [("/v1/kel0", SECRET), ("/robots.txt", None), ("/elsewhere", None)]


def test_a_key_goes_on_with_a_redirect_on_its_own_host(api: Api, office: Open) -> None:
    api.leads_to = "/other"
    tools = office()

    crawled(tools)

    assert api.asked == [("/v1/kel0", SECRET), ("/other", SECRET)]


def test_a_key_is_not_sent_where_everybody_on_the_way_could_read_it() -> None:
    credential = Credential(variable=VARIABLE, header="Authorization", host="api.example", form="Bearer {key}")
    key = Key(credential=credential, secret=SECRET)

    assert key.headers("https://api.example/v1") == {"Authorization": f"Bearer {SECRET}"}
    assert key.headers("http://api.example/v1") == {}
    assert key.headers("https://api.example.evil.example/v1") == {}
    assert key.headers("https://sub.api.example/v1") == {}


@pytest.mark.parametrize("value", ["", "  ", "two words", "line\nbreak", "kunci-é"])
def test_what_cannot_be_a_key_is_none(value: str) -> None:
    assert key_of(Kotak("api.example"), {VARIABLE: value}) is None


def test_without_a_key_the_api_is_never_asked_and_a_person_has_to_look(api: Api, office: Open) -> None:
    tools = replace(office(), keyed=frozenset())

    summary = crawled(tools, {})

    assert api.asked == []
    assert summary.for_a_person["kotak", Capability.POSTS] == 1


def test_a_fetcher_without_the_key_refuses_all_the_same(api: Api, office: Open) -> None:
    tools = office()
    target = Target(account=AccountRef(platform="kotak", handle="kel0"), mode=Mode.API)
    (request,) = tools.adapters["kotak"].plan(target, Capability.POSTS)

    async def once() -> None:
        async with open_fetcher(tools.settings, version="0.1", clock=tools.clock) as web:
            await web(request)

    with pytest.raises(RefusedError, match="key_missing"):
        asyncio.run(once())
    assert api.asked == []


def test_the_daily_allowance_is_kept_over_restarts_and_begins_anew_at_midnight(api: Api, office: Open) -> None:
    tools = office(daily=7, accounts=3)  # 3 units a request: two of them

    first = crawled(tools)
    again = crawled(tools)
    hands(tools).pass_by(hours=24)
    tomorrow = crawled(tools)

    assert first.states == {VisitState.OK: 2, VisitState.THROTTLED: 1}
    assert {one.note for one in first.not_seen} == {"quota_spent"}
    assert again.states == {VisitState.THROTTLED: 3}
    assert (again.requests, tomorrow.states[VisitState.THROTTLED]) == (0, 1)
    assert len(api.asked) == 4


def test_an_api_is_asked_at_the_pace_of_every_host(office: Open) -> None:
    tools = office(accounts=3)
    began = tools.clock.now()

    crawled(tools)

    assert tools.clock.now() - began >= timedelta(seconds=8)


def test_every_key_is_named_so_that_it_is_found_without_loading_its_adapter() -> None:
    credentials = [adapter.credential for adapter in adapters(Platforms()).values()]

    assert all(NAMED.fullmatch(one.variable) for one in credentials if one is not None)


def test_adapters_are_loaded_under_the_name_that_they_give_themselves() -> None:
    known = adapters(Platforms())

    assert {name: adapter.platform for name, adapter in known.items()} == {name: name for name in known}
