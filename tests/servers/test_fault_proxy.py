"""The fault proxy itself, before a server of a few lines: each fault is what it is called, and everything is noted."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from tests.servers.fault_proxy import DRIPPING_SECONDS, Fault, FaultProxy, Rule, proxying

TOLD = b'{"kata": "Posyandu dibuka pukul sembilan."}'


class _Plain(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(TOLD)))
        self.end_headers()
        self.wfile.write(TOLD)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    plain = ThreadingHTTPServer(("127.0.0.1", 0), _Plain)
    thread = threading.Thread(target=plain.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{plain.server_address[1]}"
    plain.shutdown()
    plain.server_close()
    thread.join()


@pytest.fixture
def proxy(server: str) -> Iterator[FaultProxy]:
    with proxying(server) as running:
        yield running


def ask(proxy: FaultProxy, server: str, path: str = "/warta") -> httpx.Response:
    return httpx.get(proxy.before(server) + path, timeout=5)


def test_without_a_rule_everything_passes(proxy: FaultProxy, server: str) -> None:
    assert ask(proxy, server).content == TOLD
    assert [(one.path, one.fault) for one in proxy.log] == [("/warta", None)]


@pytest.mark.parametrize(("fault", "status"), [(Fault.TOO_MANY, 429), (Fault.BUSY, 503)])
def test_a_wait_is_told_and_whoever_does_not_wait_is_noted(
    proxy: FaultProxy, server: str, fault: Fault, status: int
) -> None:
    proxy.spoil(Rule(fault=fault, times=1, seconds=1))

    told = ask(proxy, server)
    ask(proxy, server, "/terlalu-cepat")
    time.sleep(1.1)
    ask(proxy, server, "/tepat")

    assert (told.status_code, told.headers["retry-after"]) == (status, "1")
    assert [one.path for one in proxy.too_early()] == ["/terlalu-cepat"]


@pytest.mark.parametrize("fault", [Fault.RESET, Fault.HALF, Fault.LONGER])
def test_an_answer_that_breaks_off_is_an_error_of_the_connection(proxy: FaultProxy, server: str, fault: Fault) -> None:
    proxy.spoil(Rule(fault=fault))

    with pytest.raises(httpx.TransportError):
        ask(proxy, server)


def test_a_stalled_answer_never_ends(proxy: FaultProxy, server: str) -> None:
    proxy.spoil(Rule(fault=Fault.STALL))

    with pytest.raises(httpx.ReadTimeout):
        httpx.get(proxy.before(server), timeout=0.3)


def test_a_length_that_is_too_small_cuts_the_answer(proxy: FaultProxy, server: str) -> None:
    proxy.spoil(Rule(fault=Fault.SHORTER))

    assert ask(proxy, server).content == TOLD[: len(TOLD) // 2]


def test_a_dripping_answer_is_whole_and_slow(proxy: FaultProxy, server: str) -> None:
    proxy.spoil(Rule(fault=Fault.DRIP))

    begun = time.monotonic()

    assert ask(proxy, server).content == TOLD
    assert time.monotonic() - begun > DRIPPING_SECONDS / 2


def test_every_n_th_request_for_a_path_is_spoilt_and_robots_txt_can_be_replaced(proxy: FaultProxy, server: str) -> None:
    proxy.spoil(Rule(fault=Fault.HTML, path="^/warta", every=2), robots="User-agent: *\nDisallow: /p/\n")

    kinds = [ask(proxy, server).headers["content-type"] for _ in range(4)]

    assert kinds == ["application/json", "text/html"] * 2
    assert "Disallow: /p/" in ask(proxy, server, "/robots.txt").text
