"""Ways from an allowed page into this machine: the pages that try them, and victims that count who came.

Every way has a victim of its own, so that a connection that never says a word is still known by its port.
"""

import asyncio
import socket
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from html import escape

PUBLIC = "93.184.216.34"
"""What names here pretend to be; nothing is ever sent there."""
ALIAS, REBINDING, MIXED = "alias.test", "rebinding.test", "mixed.test"
NAMES = (ALIAS, REBINDING, MIXED)
OTHER_FAMILY = frozenset({"ipv6", "ipv6_mapped", "ipv6_mapped_hex"})

# Each page may say VICTIM (http://127.0.0.1:port), PLACE (127.0.0.1:port) and PORT.


def _scripted(script: str) -> str:
    return f"<script>{script}</script>"


def _fetching(host: str) -> str:
    return _scripted(f"fetch('http://{host}:PORT/', {{mode: 'no-cors'}}).catch(() => 0)")


def _ice(url: str) -> str:
    return _scripted(
        f"const peer = new RTCPeerConnection({{iceServers: [{{urls: '{url}', username: 'a', credential: 'b'}}]}});"
        "peer.createDataChannel('x'); peer.createOffer().then(one => peer.setLocalDescription(one));"
    )


PAGES: dict[str, str] = {
    "meta_refresh": '<meta http-equiv="refresh" content="0; url=VICTIM/">',
    "location": _scripted("location = 'VICTIM/'"),
    "websocket": _scripted("new WebSocket('ws://PLACE/')"),
    "dns_alias": _fetching(ALIAS),
    "dns_rebinding": _fetching(REBINDING),
    "dns_mixed": _fetching(MIXED),
    "webrtc_stun_udp": _ice("stun:PLACE"),
    "webrtc_turn_udp": _ice("turn:PLACE?transport=udp"),
    "webrtc_turn_tcp": _ice("turn:PLACE?transport=tcp"),
    "webtransport": _scripted("new WebTransport('https://PLACE/').ready.catch(() => 0)"),
    "preconnect": '<link rel="preconnect" href="VICTIM">',
    "prefetch": '<link rel="prefetch" href="VICTIM/">',
    "dns_prefetch": '<link rel="dns-prefetch" href="VICTIM">',
    "preload": '<link rel="preload" as="fetch" href="VICTIM/">',
    "modulepreload": '<link rel="modulepreload" href="VICTIM/a.js">',
    "iframe": '<iframe src="VICTIM/"></iframe>',
    "popup": _scripted("open('VICTIM/')"),
    "form_get": '<form id=f action="VICTIM/"></form>' + _scripted("f.submit()"),
    "form_post": '<form id=f method=post action="VICTIM/"><input name=a></form>' + _scripted("f.submit()"),
    "img": '<img src="VICTIM/a">',
    "script": '<script src="VICTIM/a"></script>',
    "css": '<link rel="stylesheet" href="VICTIM/a">',
    "css_url": "<style>p {background: url(VICTIM/a)} @import 'VICTIM/b';</style><p>a",
    "video": '<video src="VICTIM/a" autoplay></video>',
    "fetch": _scripted("fetch('VICTIM/', {mode: 'no-cors'}).catch(() => 0)"),
    "xhr": _scripted("x = new XMLHttpRequest(); x.open('POST', 'VICTIM/'); x.send('a')"),
    "beacon": _scripted("navigator.sendBeacon('VICTIM/', 'a')"),
    "eventsource": _scripted("new EventSource('VICTIM/')"),
    "worker": _scripted("new Worker(URL.createObjectURL(new Blob([\"fetch('VICTIM/', {mode: 'no-cors'})\"])))"),
    "service_worker": _scripted("navigator.serviceWorker.register('/worker.js?VICTIM')"),
    "object": '<object data="VICTIM/"></object>',
    "embed": '<embed src="VICTIM/">',
    "file": '<iframe src="file:///etc/hostname"></iframe><img src="file://PLACE/a">',
    "ipv6": _fetching("[::1]"),
    "ipv6_mapped": _fetching("[::ffff:127.0.0.1]"),
    "ipv6_mapped_hex": _fetching("[::ffff:7f00:1]"),
    "decimal": _fetching("2130706433"),
    "hexadecimal": _fetching("0x7f000001"),
    "octal": _fetching("0177.0.0.01"),
    "short": _fetching("127.1"),
    "zero": _fetching("0.0.0.0"),  # noqa: S104  (what is asked for, not what is listened on)
    "localhost": _fetching("localhost"),
    "under_localhost": _fetching("a.localhost"),
    "other_loopback": _fetching("127.0.0.2"),
    "img_redirect": '<img src="/to/302?VICTIM/a">',
    "fetch_redirect": _scripted("fetch('/to/307?VICTIM/', {mode: 'no-cors', method: 'POST', body: 'a'})"),
    "ping": '<a id=a href="/none" ping="VICTIM/">a</a>' + _scripted("a.click()"),
}
REDIRECTS = {f"redirect_{status}": status for status in (301, 302, 303, 307, 308)}
BROWSER = (*REDIRECTS, *PAGES)
SPELLED = ("ipv6", "ipv6_mapped", "ipv6_mapped_hex", "decimal", "hexadecimal", "octal", "short", "zero", "localhost")
NEVER_SENDS = frozenset({"dns_prefetch", "file", "preconnect"})
"""What a browser without any guard sends nothing for, either."""


@dataclass(slots=True)
class Came:
    """What reached the victims, by way."""

    connections: Counter[str] = field(default_factory=Counter)
    requests: Counter[str] = field(default_factory=Counter)
    datagrams: Counter[str] = field(default_factory=Counter)

    def clear(self) -> None:
        """Forget it."""
        for counted in (self.connections, self.requests, self.datagrams):
            counted.clear()

    @property
    def ways(self) -> set[str]:
        """Name the ways on which anything came."""
        return {*self.connections, *self.requests, *self.datagrams}


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, heard: Callable[[], None]) -> None:
        self._heard = heard

    def datagram_received(self, data: bytes, address: object) -> None:
        del data, address
        self._heard()


@dataclass(slots=True, kw_only=True)
class Scene:
    """An allowed site on one port, a victim for each way on others."""

    came: Came
    ports: dict[str, int]
    port: int = 0
    asked: Counter[str] = field(default_factory=Counter)

    @property
    def place(self) -> str:
        """Name the site as it stands in `allow_private`."""
        return f"127.0.0.1:{self.port}"

    def url(self, way: str) -> str:
        """Give the address of the page that tries a way."""
        return f"http://{self.place}/way/{way}"

    def victim(self, way: str, host: str = "127.0.0.1") -> str:
        """Give the address of the victim of a way."""
        return f"http://{host}:{self.ports[way]}"

    def page(self, way: str) -> str:
        """Write the page that tries a way."""
        body = PAGES[way].replace("VICTIM", self.victim(way))
        body = body.replace("PLACE", f"127.0.0.1:{self.ports[way]}").replace("PORT", str(self.ports[way]))
        return f"<!doctype html><title>{escape(way)}</title><body>{body}<p id=here>x"


@asynccontextmanager
async def scene(*more: str) -> AsyncIterator[Scene]:
    """Serve the pages and the victims."""
    async with AsyncExitStack() as stack:
        came = Came()
        ports = {}
        for way in (*BROWSER, *more):
            ports[way] = await _victim(stack, came, way)
        here = Scene(came=came, ports=ports)
        here.port = await _served(stack, lambda request: _site(here, request), lambda: None)
        yield here


async def _victim(stack: AsyncExitStack, came: Came, way: str) -> int:
    def connected() -> None:
        came.connections[way] += 1

    async def answer(request: str) -> tuple[str, str]:
        del request
        came.requests[way] += 1
        return "200 OK", "content-type: text/html\r\naccess-control-allow-origin: *\r\n\r\n<p>victim"

    def datagram() -> None:
        came.datagrams[way] += 1

    port = await _served(stack, answer, connected, host="::1" if way in OTHER_FAMILY else None)
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: _Datagrams(datagram), local_addr=("127.0.0.1", port)
    )
    stack.callback(transport.close)
    return port


async def _served(
    stack: AsyncExitStack,
    answer: Callable[[str], Awaitable[tuple[str, str]]],
    connected: Callable[[], None],
    *,
    host: str | None = None,
) -> int:
    """Serve one port of this machine, for both families where that is asked for; give the port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected()
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            status, rest = await answer(head.split(" ", 2)[1])
            writer.write(f"HTTP/1.1 {status}\r\nconnection: close\r\n{rest}".encode())
            await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError, IndexError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    stack.callback(server.close)
    port = int(server.sockets[0].getsockname()[1])
    others = ["127.0.0.2", *([host] if host else [])]
    for other in others:
        family = socket.AF_INET6 if ":" in other else socket.AF_INET
        stack.callback((await asyncio.start_server(serve, other, port, family=family)).close)
    return port


async def _site(here: Scene, path: str) -> tuple[str, str]:
    here.asked[path] += 1
    way = path.removeprefix("/way/")
    if path.startswith("/to/"):
        status, _, where = path.removeprefix("/to/").partition("?")
        return f"{status} Moved", f"location: {where}\r\ncontent-length: 0\r\n\r\n"
    if path.startswith("/worker.js"):
        victim = path.partition("?")[2]
        return "200 OK", f"content-type: text/javascript\r\n\r\nfetch('{victim}/', {{mode: 'no-cors'}})"
    if way in REDIRECTS:
        return f"{REDIRECTS[way]} Moved", f"location: {here.victim(way)}/\r\ncontent-length: 0\r\n\r\n"
    if way in PAGES:
        return "200 OK", f"content-type: text/html\r\n\r\n{here.page(way)}"
    return "404 Not Found", "content-length: 0\r\n\r\n"


def table(control: Came, guarded: Came, ways: tuple[str, ...]) -> str:
    """Write what came without the guard and with it."""
    lines = [f"{'way':<18} {'without: tcp http udp':<24} with: tcp http udp"]
    for way in ways:
        cells = [f"{c.connections[way]:>4} {c.requests[way]:>4} {c.datagrams[way]:>4}" for c in (control, guarded)]
        lines.append(f"{way:<18} {'':<8} {cells[0]:<16}      {cells[1]}")
    return "\n".join(lines)
