"""Mastodon servers of invented accounts for many workers to visit: one process of its own, a port a server.

`python -m tests.jobs.crowd SERVERS POSTS LATENCY LOG` prints its ports as JSON and writes a line for every request: the
server's number, when it came in (seconds), and its address.
"""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TextIO
from urllib.parse import parse_qs, urlsplit

HOUSE = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """The running servers, and where they write what they are asked."""

    ports: tuple[int, ...]
    log: Path

    def requests(self) -> list[tuple[int, float, str]]:
        """List what was asked so far: server, moment, address."""
        lines = [line.split(" ", 2) for line in self.log.read_text(encoding="ascii").splitlines()]
        return [(int(server), float(moment), path) for server, moment, path in lines]

    def gaps(self) -> list[float]:
        """Give the time between each two requests to one server that follow each other."""
        moments: dict[int, list[float]] = {}
        for server, moment, _ in self.requests():
            moments.setdefault(server, []).append(moment)
        return [later - earlier for one in moments.values() for earlier, later in pairwise(sorted(one))]


@contextmanager
def crowd(log: Path, *, servers: int, posts: int = 3, latency: float = 0.02) -> Iterator[Crowd]:
    """Run the servers until the block ends."""
    words = [sys.executable, "-m", "tests.jobs.crowd", str(servers), str(posts), str(latency), str(log)]
    with subprocess.Popen(words, cwd=HOUSE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield Crowd(ports=tuple(json.loads(process.stdout.readline())), log=log)
        finally:
            process.kill()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Server:
    number: int
    posts: int
    latency: float
    log: TextIO

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection, request after request."""
        with suppress(ConnectionError):  # a worker that was killed
            await self._answers(reader, writer)
        writer.close()

    async def _answers(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            self.log.write(f"{self.number} {time.monotonic():.6f} {line.split()[1].decode()}\n")
            self.log.flush()
            while (await reader.readline()).strip():
                pass
            await asyncio.sleep(self.latency)
            status, body = self.answer(line.split()[1].decode())
            head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            writer.write(head.encode() + body)
            await writer.drain()

    def answer(self, address: str) -> tuple[str, bytes]:
        parts = urlsplit(address)
        if parts.path == "/robots.txt":
            return "404 Not Found", b""
        if parts.path.endswith("/lookup"):
            return "200 OK", json.dumps(self._account(parse_qs(parts.query)["acct"][0])).encode()
        name = parts.path.split("/")[4]
        shown = [] if "max_id" in parts.query else [self._status(name, number) for number in range(self.posts, 0, -1)]
        return "200 OK", json.dumps(shown).encode()

    def _account(self, name: str) -> dict[str, str]:
        address = f"https://s{self.number}.example/users/{name}"
        return {"id": name, "acct": name, "url": address, "uri": address}

    def _status(self, name: str, number: int) -> dict[str, object]:
        return {
            "id": str(number),
            "uri": f"https://s{self.number}.example/users/{name}/statuses/{number}",
            "url": f"https://s{self.number}.example/@{name}/{number}",
            "account": self._account(name),
            "content": f"<p>Gotong royong ke-{number} di balai</p>",
            "created_at": f"2031-05-0{number}T03:00:00.000Z",
            "favourites_count": 0,
            "visibility": "public",
        }


async def _main(servers: int, posts: int, latency: float, log: Path) -> None:
    with suppress(OSError):
        os.nice(-10)  # it is the clock of these tests: on a busy machine it must not come late itself
    with log.open("w", encoding="ascii") as file:
        running = [
            await asyncio.start_server(_Server(number=n, posts=posts, latency=latency, log=file).serve, "127.0.0.1", 0)
            for n in range(servers)
        ]
        sys.stdout.write(json.dumps([one.sockets[0].getsockname()[1] for one in running]) + "\n")
        sys.stdout.flush()
        await asyncio.gather(*(one.serve_forever() for one in running))


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), Path(sys.argv[4])))
