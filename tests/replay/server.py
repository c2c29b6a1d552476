"""Servers on this machine that play Instagram, Facebook, TikTok and Threads, and remember every request."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from tests.replay.cases import CLOSED, SCENES, Answer


class Replay(ThreadingHTTPServer):
    """One platform at a port of its own. `asked` holds each request as "METHOD path?query", in their order."""

    daemon_threads = True

    def __init__(self, platform: str, *, port: int = 0, robots: str = CLOSED, loud: bool = False) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.platform = platform
        self.robots = robots
        self.loud = loud
        self.scenes: dict[str, Answer] = dict(SCENES[platform])
        self.beside: dict[str, bytes] = {}
        """Whole answers by path that a test adds, as HTML."""
        self.headers: Mapping[str, str] = {}
        self.asked: list[str] = []
        self.agents: set[str] = set()
        self.cookies: list[str] = []

    @property
    def place(self) -> str:
        """The server as `host:port`, as it stands in the settings."""
        return f"127.0.0.1:{self.server_port}"

    @property
    def url(self) -> str:
        """The address that takes the place of the platform's own."""
        return f"http://{self.place}"

    @property
    def pages(self) -> list[str]:
        """What was asked for besides robots.txt."""
        return [one for one in self.asked if not one.endswith(("/robots.txt", "/favicon.ico"))]

    def handle_error(self, *_: object) -> None:
        """A browser that was closed does not wait for its answer."""


class _Handler(BaseHTTPRequestHandler):
    server: Replay
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.asked.append(f"{self.command} {self.path}")
        self.server.cookies.append(self.headers.get("Cookie", ""))
        self.server.agents.add(self.headers.get("User-Agent", ""))
        path = urlsplit(self.path).path
        if path == "/robots.txt":
            self._send(200, self.server.robots.encode(), "text/plain")
        elif path in self.server.beside:
            self._send(200, self.server.beside[path], "text/html; charset=utf-8")
        elif (answer := self.server.scenes.get(path)) is None:
            self._send(404, b"<!doctype html><title>404</title>", "text/html")
        elif answer.leads_to is not None:
            self._send(302, b"", "text/html", Location=answer.leads_to)
        else:
            self._send(200, answer.body(self.server.platform), answer.media_type)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.do_GET()

    def _send(self, status: int, body: bytes, media_type: str, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": media_type, **self.server.headers, **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (as there)
        if self.server.loud:
            super().log_message(format, *args)


@contextmanager
def playing(platform: str, **wishes: str) -> Iterator[Replay]:
    """Let a platform answer on a port of its own."""
    server = Replay(platform, **wishes)  # type: ignore[arg-type]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
