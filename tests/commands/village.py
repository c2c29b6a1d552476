"""A Mastodon server of a few invented accounts, on this machine."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

HOST = "baik.example"
BROKEN = "rusak"
"""What stands in the name of an account whose answers cannot be read."""
PAGES = 3
OPEN, CLOSED = "User-agent: *\nDisallow:\n", "User-agent: *\nDisallow: /\n"


@dataclass(slots=True, kw_only=True)
class Village:
    """What the server answers. Each timeline has PAGES pages of one post; `open_gate` lets timelines out."""

    robots: str = OPEN
    port: int = 0
    asked: list[str] = field(default_factory=list)
    knocked: threading.Event = field(default_factory=threading.Event)
    open_gate: threading.Event = field(default_factory=threading.Event)

    def timelines(self) -> list[str]:
        """List the pages of timelines that were asked for."""
        return [path for path in self.asked if "/statuses" in path]

    def answer(self, path: str) -> tuple[object, str]:
        """Give the answer to an address, and the one that goes on."""
        self.asked.append(path)
        parts = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path.endswith("/lookup"):
            return account(query["acct"]), ""
        self.knocked.set()
        self.open_gate.wait(20)
        name = parts.path.split("/")[4]
        page = int(query.get("max_id", PAGES + 1)) - 1
        older = f"http://127.0.0.1:{self.port}{parts.path}?max_id={page}" if page > 1 else ""
        return [status(name, page)] if page >= 1 else [], older


def account(name: str) -> dict[str, str]:
    address = f"https://{HOST}/users/{name}"
    return {"id": name, "acct": name, "url": address, "uri": address}


def status(name: str, number: int) -> dict[str, object]:
    return {
        "id": str(number),
        "uri": f"https://{HOST}/users/{name}/statuses/{number}",
        "url": f"https://{HOST}/@{name}/{number}",
        "account": account(name),
        "content": f"<p>Gotong royong ke-{number} di balai</p>",
        "created_at": f"2031-05-0{number}T03:00:00.000Z",
        "favourites_count": 0,
        "visibility": "public",
    }


@contextmanager
def living(village: Village) -> Iterator[Village]:
    """Let a village answer on a port of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/robots.txt":
                self._send(village.robots.encode(), "text/plain", "")
                return
            if BROKEN in self.path:
                self._send(b"this is not packed", "application/json", "", packed=True)
                return
            content, older = village.answer(self.path)
            self._send(json.dumps(content).encode(), "application/json", older)

        def _send(self, body: bytes, media_type: str, older: str, *, packed: bool = False) -> None:
            self.send_response(200)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            if packed:
                self.send_header("Content-Encoding", "gzip")
            if older:
                self.send_header("Link", f'<{older}>; rel="next"')
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (as there)
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    village.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield village
    finally:
        village.open_gate.set()
        server.shutdown()
        thread.join()
        server.server_close()
