"""A social network in JavaScript on loopback, heavy as real ones are; it counts what it is asked and what it sends.

Profiles of 60 posts, 12 an answer with 20 ms latency; a 0.9 MB bundle that is executed, 3,000 CSS rules, a font, an
18 KB picture a post, an avatar, videos, beacons. What may be cached says so. With `?self=N` a page scrolls itself and
then goes on to the next N profiles: the floor under any crawler.
"""

import json
import multiprocessing
import random
import struct
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

POSTS, BATCH, LATENCY = 60, 12, 0.02
ROUNDS = 120
"""How often a page runs its bundle: so that the floor costs what was measured on the reference's site (0.35–0.38)."""
NOISE = random.Random(7)  # noqa: S311  the same bytes in every run

PAGE = """<!doctype html><html lang=id><head><meta charset=utf-8><title>Profil</title>
<link rel=icon href="data:,"><link rel=stylesheet href=/app.css></head>
<body><header><img src=/avatar.png?of={handle} width=96><h1>@{handle}</h1><b id=count>60</b></header>
<main id=posts data-handle={handle}></main><script src=/app.js></script></body></html>"""

APP = """
const list = document.getElementById("posts"), handle = list.dataset.handle;
const rest = Number(new URLSearchParams(location.search).get("self") ?? -1);
let next = 0, busy = false;
function draw(post) {
  const row = document.createElement("article");
  row.className = "post r" + post.id % 3000;
  row.innerHTML = `<a class=link href="/@${handle}/${post.id}">${post.author}</a><p class=text></p>
    <time datetime="${post.time}">${post.time}</time><span class=likes>${post.likes}</span>
    <img src="/img/${post.id}.png" width=600 height=300>
    ${post.id % 12 ? "" : `<video src="/video/${post.id}.mp4" preload=auto muted width=600></video>`}`;
  row.querySelector(".text").textContent = post.text;
  list.append(row);
}
async function more() {
  if (busy || next === null) return;
  busy = true;
  const answer = await (await fetch(`/api/posts?of=${handle}&from=${next}`)).json();
  answer.posts.forEach(draw);
  next = answer.next;
  navigator.sendBeacon("/beacon?seen=" + answer.posts.length);
  busy = false;
  if (next === null) list.insertAdjacentHTML("afterend", "<p id=end>Sudah semua</p>");
}
addEventListener("scroll", () => {
  if (innerHeight + scrollY > document.documentElement.scrollHeight - 800) more();
}, { passive: true });
if (rest >= 0) (async () => {
  while (next !== null) { await more(); scrollTo(0, document.documentElement.scrollHeight); }
  const number = Number(handle.slice(3)) + 1;
  location.href = rest > 1 ? `/@kel${number}?self=${rest - 1}` : "/done";
})(); else more();
"""


def bundle() -> bytes:
    """Make 0.9 MB of JavaScript that has to be read, compiled and run."""
    parts = [
        f"modules.push(function f{n}(a){{const k='{NOISE.getrandbits(400):0100x}';return (a*{n}+k.length)%97}});"
        for n in range(5_800)
    ]
    return (
        "const modules=[];"
        + "".join(parts)
        + "let sum=0;for(let i=0;i<ROUNDS;i++)for(const m of modules)sum+=m(sum);".replace("ROUNDS", str(ROUNDS))
        + APP
    ).encode()


def sheet() -> bytes:
    """Make 3,000 rules and a font."""
    rules = "".join(f".post.r{n} .text{{padding-left:{n % 9}px;color:#{n % 4096:03x}}}" for n in range(3_000))
    face = "@font-face{font-family:Warga;src:url(/font.woff2)}body{font-family:Warga,sans-serif}.post{height:520px}"
    return (face + rules).encode()


def picture() -> bytes:
    """Make a PNG of 18 KB."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + NOISE.randbytes(80 * 3) for _ in range(75))
    size = struct.pack(">IIBBBBB", 80, 75, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


KEPT = {"Cache-Control": "public, max-age=3600"}
FILES = {
    "app.js": (bundle(), "text/javascript"),
    "app.css": (sheet(), "text/css"),
    "font.woff2": (NOISE.randbytes(24_000), "font/woff2"),
    "avatar.png": (picture(), "image/png"),
}
PICTURE, VIDEO = picture(), NOISE.randbytes(300_000)


def posts(handle: str, first: int) -> dict[str, Any]:
    """Make one answer of a profile's posts."""
    number = int(handle[3:])
    found = [
        {
            "id": number * 1000 + at,
            "author": handle,
            "url": f"/@{handle}/{number * 1000 + at}",
            "text": f"Kerja bakti RT {at} kelurahan {number}: ayo datang dan bawa alat masing-masing, pukul 07.00.",
            "time": f"2024-11-{1 + at % 28:02}T01:00:00Z",
            "likes": at * 3,
        }
        for at in range(first, min(first + BATCH, POSTS))
    ]
    following = first + BATCH
    return {"total": POSTS, "posts": found, "next": following if following < POSTS else None}


class Handler(BaseHTTPRequestHandler):
    """Answers, and counts."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    lock = Lock()
    counts: ClassVar = {"requests": 0, "bytes": 0, "profiles": 0}

    def do_GET(self) -> None:
        """Answer one request."""
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        name = parts.path.strip("/")
        if name == "counts":
            self._send(json.dumps(self.counts).encode(), "application/json", counted=False)
        elif name.startswith("@"):
            self.counts["profiles"] += 1
            self._send(PAGE.format(handle=name[1:]).encode(), "text/html; charset=utf-8")
        elif name == "api/posts":
            time.sleep(LATENCY)
            self._send(json.dumps(posts(query["of"], int(query["from"]))).encode(), "application/json")
        elif name.startswith("img/"):
            self._send(PICTURE, "image/png", kept=True)
        elif name.startswith("video/"):
            self._send(VIDEO, "video/mp4")
        elif name in FILES:
            self._send(*FILES[name], kept=True)
        else:
            self._send(b"", "text/plain", status=200 if name == "done" else 404)

    def do_POST(self) -> None:
        """Take a beacon."""
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self._send(b"", "text/plain")

    def _send(self, body: bytes, kind: str, *, status: int = 200, counted: bool = True, kept: bool = False) -> None:
        if counted:
            with self.lock:
                self.counts["requests"] += 1
                self.counts["bytes"] += len(body)
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **(KEPT if kept else {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Stay silent."""


class Server(ThreadingHTTPServer):
    """A server that does not mind browsers that hang up."""

    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_: object) -> None:
        """Let it pass: a picture that nobody waits for any more is no error."""


def _serve(pipe: Any) -> None:  # noqa: ANN401  (a connection has no public type)
    server = Server(("127.0.0.1", 0), Handler)
    pipe.send(server.server_address[1])
    server.serve_forever()


@contextmanager
def running() -> Iterator[str]:
    """Serve in a process of its own until the block ends; give the address."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        process.terminate()
        process.join()


def counts(address: str) -> dict[str, int]:
    """Say what the server was asked so far."""
    with urlopen(f"{address}/counts", timeout=10) as answer:  # noqa: S310  our own server
        found: dict[str, int] = json.load(answer)
    return found
