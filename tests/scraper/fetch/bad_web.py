"""A small web on this machine, as bad as the real one can be."""

import json
import os
import re
import signal
import struct
import threading
import time
import zlib
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

FEED = """<!doctype html><title>Feed</title>
<link rel=icon href="data:,"><div id=list></div>
<script>
const total = {total}, batch = {batch};
let next = 0, busy = false;
async function more() {{
  if (busy || next >= total) return;
  busy = true;
  const answer = await (await fetch(`/api/items?from=${{next}}&count=${{batch}}`)).json();
  for (const item of answer.items) {{
    const row = document.createElement("article");
    row.style.height = "300px";
    const image = `<img src="/picture/${{item.id}}.png" width=10 height=10>`;
    row.innerHTML = `<a href="/post/${{item.id}}">${{item.text}}</a>${{image}}`;
    document.getElementById("list").append(row);
  }}
  next += answer.items.length;
  busy = false;
}}
addEventListener("scroll", () => {{
  if (innerHeight + scrollY > document.documentElement.scrollHeight - 500) more();
}});
more();
</script>"""
PLAIN = "<!doctype html><title>{title}</title><link rel=icon href='data:,'>{body}"


GREEDY = """<a id=a href=/file.zip download></a><script>
const wish = async (name, asked) => {
  let got;
  try { got = await Promise.race([asked(), new Promise(done => setTimeout(done, 1500, "no answer"))]); }
  catch (error) { got = error.name || String(error); }
  document.body.insertAdjacentHTML("beforeend", `<i class=got>${name}=${got}</i>`);
};
const state = name => async () => (await navigator.permissions.query({name})).state;
(async () => {
  await wish("service worker", async () => (await navigator.serviceWorker.register("/beat")) && "registered");
  await wish("geolocation", state("geolocation"));
  await wish("notifications", state("notifications"));
  await wish("camera", state("camera"));
  await wish("microphone", state("microphone"));
  await wish("clipboard", () => navigator.clipboard.readText());
  await wish("place", () => new Promise((yes, no) =>
    navigator.geolocation.getCurrentPosition(yes, error => no("refused " + error.code))));
  await wish("eyes", async () => (await navigator.mediaDevices.getUserMedia({video: true})) && "seen");
  await wish("popup", async () => open("/page") ? "opened" : "none");
  await wish("confirm", async () => confirm("?"));
  await wish("prompt", async () => prompt("?", "x"));
  a.click();
  document.body.insertAdjacentHTML("beforeend", "<p id=here>x");
})();
</script>"""
MARKED = """<!DOCTYPE html><html><body><main class="h-feed"></main><script>
let shown = 0;
function more() {
  for (const last = shown + 4; shown < Math.min(last, 20); shown++) {
    document.querySelector("main").insertAdjacentHTML("beforeend", `<article class="h-entry" style="height:400px">
      <a class="u-url" href="/kabar/n/${shown}"></a><a class="p-author h-card" href="/kabar/kel_honje">Honje</a>
      <div class="e-content">Kabar ${shown}</div></article>`);
  }
}
setTimeout(more, 50);
addEventListener("scroll", () => setTimeout(more, 20));
</script></body></html>"""


def _picture() -> bytes:
    """Make a red PNG of 40 × 40."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + b"\xff\0\0" * 40) * 40
    size = struct.pack(">IIBBBBB", 40, 40, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


PICTURE = _picture()


class Web(ThreadingHTTPServer):
    """The server, with what it was asked for and what it does in the middle of a page."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str] = []
        self.cookies: list[str] = []
        self.agents: set[str] = set()
        self.trouble: Callable[[], None] = lambda: None
        self.released = threading.Event()

    def handle_error(self, *_: object) -> None:
        """A browser that was killed does not wait for its answer."""

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    def url(self, path: str) -> str:
        return f"http://{self.place}{path}"

    def paths(self, beginning: str) -> list[str]:
        return [path for path in self.asked if path.startswith(beginning)]


class Handler(BaseHTTPRequestHandler):
    """Answers every path with the trouble that its name says."""

    server: Web

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.server.asked.append(self.path)
        self.server.cookies.append(self.headers.get("cookie", ""))
        self.server.agents.add(self.headers["user-agent"])
        answer = getattr(self, "_" + re.split(r"[/.]", parts.path)[1], self._missing)
        answer(query)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _send(self, body: str | bytes, *, kind: str = "text/html", status: int = 200, **headers: str) -> None:
        data = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(data)

    def _page(self, query: dict[str, str]) -> None:
        page = PLAIN.format(title="Page", body="<p id=here>Here</p>")
        self._send(page, x_ratelimit_remaining="7", x_secret="s", set_cookie="seen=yes")

    def _pictures(self, query: dict[str, str]) -> None:
        rows = "".join(f"<p style='height:900px'><img loading=lazy src=/picture/{n}.png></p>" for n in range(4))
        self._send(PLAIN.format(title="Pictures", body=f"<img src=/picture/first.png width=200>{rows}"))

    def _feed(self, query: dict[str, str]) -> None:
        self._send(FEED.format(total=query.get("total", "1000000"), batch=query.get("batch", "12")))

    def _kabar(self, query: dict[str, str]) -> None:
        self._send(MARKED)

    def _api(self, query: dict[str, str]) -> None:
        first, count = int(query["from"]), int(query["count"])
        time.sleep(0.01)
        items = [
            {"id": number, "text": f"Kiriman {number}", "pad": "x" * 5_000} for number in range(first, first + count)
        ]
        self._send(json.dumps({"items": items}), kind="application/json")

    def _picture(self, query: dict[str, str]) -> None:
        self._send(PICTURE, kind="image/png")

    def _wall(self, query: dict[str, str]) -> None:
        self._send(PLAIN.format(title="Masuk", body="<form id=login>Masuk dulu</form>"), status=429, retry_after="120")

    def _away(self, query: dict[str, str]) -> None:
        self._send("", status=302, location=query["to"])

    def _script(self, query: dict[str, str]) -> None:
        self._send(PLAIN.format(title="", body=f"<script>location.replace({json.dumps(query['to'])})</script>"))

    def _loop(self, query: dict[str, str]) -> None:
        self._send(
            PLAIN.format(title="Loop", body="<p id=here>x</p><script>setTimeout(() => {for (;;);}, 50)</script>")
        )

    def _huge(self, query: dict[str, str]) -> None:
        self._send(PLAIN.format(title="Huge", body="<b></b>" * int(query["nodes"])))

    def _fat(self, query: dict[str, str]) -> None:
        self._send(PLAIN.format(title="Fat", body="<p id=here>x</p><pre>" + "kata " * (int(query["mb"]) * 200_000)))

    def _hog(self, query: dict[str, str]) -> None:
        script = "const all = []; for (;;) all.push(new Array(1000000).fill(all.length + 0.5));"
        self._send(
            PLAIN.format(title="Hog", body=f"<p id=here>x</p><script>setTimeout(() => {{{script}}}, 50)</script>")
        )

    def _alerts(self, query: dict[str, str]) -> None:
        self._send(PLAIN.format(title="A", body="<p id=here>x</p><script>for (;;) alert(1)</script>"))

    def _downloads(self, query: dict[str, str]) -> None:
        script = "setInterval(() => { a.click(); }, 10); a.click(); onbeforeunload = () => 'stay';"
        body = f"<p id=here>x</p><a id=a href=/file.zip download>a</a><script>{script}</script>"
        self._send(PLAIN.format(title="D", body=body))

    def _round(self, query: dict[str, str]) -> None:
        page = FEED.format(total="1000000", batch="12")
        self._send(page.replace("?from=${next}", "?from=${next % 36}"))

    def _working(self, query: dict[str, str]) -> None:
        work = "new Worker(URL.createObjectURL(new Blob([`setInterval(() => fetch('${origin}/beat'), 20)`])))"
        self._send(PLAIN.format(title="W", body=f"<p id=here>x</p><script>{work}</script>"))

    def _polling(self, query: dict[str, str]) -> None:
        beat = "setInterval(() => fetch('/beat').then(() => { document.querySelector('p').id = 'here'; }), 20)"
        self._send(PLAIN.format(title="P", body=f"<p>x</p><script>{beat}</script>"))

    def _beat(self, query: dict[str, str]) -> None:
        self._send("{}", kind="application/json")

    def _popups(self, query: dict[str, str]) -> None:
        script = "alert(1); open('/page'); navigator.sendBeacon('/beacon'); confirm('?')"
        self._send(PLAIN.format(title="P", body=f"<script>{script}</script><p id=here>x</p>"))

    def _greedy(self, query: dict[str, str]) -> None:
        self._send(PLAIN.format(title="G", body=GREEDY))

    def _file(self, query: dict[str, str]) -> None:
        self._send(b"0" * 100, kind="application/zip", content_disposition="attachment; filename=a.zip")

    def _troubled(self, query: dict[str, str]) -> None:
        self._send(PLAIN.format(title="T", body="<p id=here>x</p><script>fetch('/trouble')</script>"))

    def _trouble(self, query: dict[str, str]) -> None:
        self.server.trouble()
        self.server.released.wait(20)
        self._send("{}", kind="application/json")

    def _missing(self, query: dict[str, str]) -> None:
        self._send(PLAIN.format(title="404", body="<p id=gone>Tidak ada</p>"), status=404)


def children(pid: int) -> dict[int, str]:
    """Name the living descendants of a process with their command lines (Linux), Python's own tracker left out."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[0] != "Z":
            parents[int(folder.name)] = int(fields[1])
    below = {pid}
    for _ in range(8):
        below |= {child for child, parent in parents.items() if parent in below}
    commands = {child: _command(child) for child in below - {pid}}
    return {child: command for child, command in commands.items() if "resource_tracker" not in command}


def kill_child(word: str) -> None:
    """Kill those of our own descendants whose command line has a word."""
    for child, command in children(os.getpid()).items():
        if word in command:
            os.kill(child, signal.SIGKILL)


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""
