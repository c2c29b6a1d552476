"""A small AT Protocol server on loopback, in a process of its own, so that its work is not counted as ours."""

import json
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

PAGE = 100
LIKE = "app.bsky.feed.like"


def records(did: str, collection: str, first: int, count: int) -> list[dict[str, Any]]:
    """Make a page of records of an account, newest first."""
    made = []
    for number in range(first, first - min(PAGE, count), -1):
        value: dict[str, Any]
        if collection == LIKE:
            value = {"subject": {"uri": f"at://did:plc:other/app.bsky.feed.post/{number:013}", "cid": f"c{number}"}}
        else:
            value = {"text": f"Kerja bakti warga RT {number}, ayo datang dan bawa alat masing-masing."}
        value["createdAt"] = "2024-11-01T01:00:00Z"
        made.append({"uri": f"at://{did}/{collection}/{number:013}", "cid": f"c{number}", "value": value})
    return made


class Handler(BaseHTTPRequestHandler):
    """Answers the calls of a visit."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    total = 500

    def do_GET(self) -> None:
        """Answer one call."""
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        here = f"http://{self.headers['host']}"
        name = parts.path.rsplit("/", 1)[-1]
        if name == "robots.txt":
            answer: Any = None
        elif name == "com.atproto.identity.resolveHandle":
            answer = {"did": f"did:plc:{query['handle'].split('.')[0]}"}
        elif name == "com.atproto.sync.getLatestCommit":
            answer = {"cid": "bafy", "rev": "3k"}
        elif name == "com.atproto.repo.listRecords":
            left = int(query.get("cursor", self.total + 1)) - 1
            page = records(query["repo"], query["collection"], left, left)
            answer = {"records": page} | ({"cursor": f"{left - len(page) + 1}"} if page else {})
        elif name == "com.atproto.repo.getRecord":
            answer = records(query["repo"], query["collection"], int(query["rkey"]), 1)[0]
        else:
            service = {"id": "#atproto_pds", "serviceEndpoint": here}
            answer = {"id": name, "alsoKnownAs": [f"at://{name[8:]}.test"], "service": [service]}
        body = b"" if answer is None else json.dumps(answer).encode()
        self.send_response(404 if answer is None else 200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Stay silent."""


def _serve(pipe: Any) -> None:  # noqa: ANN401  (a connection has no public type)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    pipe.send(server.server_address[1])
    server.serve_forever()


@contextmanager
def running() -> Iterator[str]:
    """Serve until the block ends; give the address."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        process.terminate()
        process.join()
