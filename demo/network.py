"""Serves the planted election on loopback and remembers who asked for what."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from string import Template
from threading import Lock, Thread
from urllib.parse import parse_qsl, unquote, urlsplit

from demo.election import HERE, VOTING_DAY, Addresses, Election, Network, planted
from demo.mastodon import Mastodon
from demo.reply import Answers, Reply, as_json
from demo.warga import Warga

LOOPBACK = "127.0.0.1"
WATCHLIST = HERE / "watchlist.csv"
IDLE_SECONDS = 5
LIMIT_HEADERS = {"X-RateLimit-Limit": "300", "X-RateLimit-Remaining": "299"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One request that came in. `target` is the path with its query."""

    network: Network
    method: str
    target: str
    agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """The running networks: where they are, what is planted in them, and what was asked."""

    addresses: Addresses
    election: Election
    _log: list[Seen] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def note(self, seen: Seen) -> None:
        """Remember a request."""
        with self._lock:
            self._log.append(seen)

    def requests(self, network: Network | None = None) -> tuple[Seen, ...]:
        """List the requests so far, of one network or of all."""
        with self._lock:
            return tuple(seen for seen in self._log if network in (None, seen.network))

    def count(self, network: Network, prefix: str) -> int:
        """Count the requests whose address begins so."""
        return sum(seen.target.startswith(prefix) for seen in self.requests(network))


@contextmanager
def running(election: Election | None = None) -> Iterator[Served]:
    """Serve an election on free ports until the block ends."""
    election = election or planted()
    servers = {network: _Server((LOOPBACK, 0), _Handler) for network in Network}
    bases = {network: f"http://{LOOPBACK}:{server.server_address[1]}" for network, server in servers.items()}
    addresses = Addresses(
        warga=bases[Network.WARGA], pendopo=bases[Network.PENDOPO], paguyuban=bases[Network.PAGUYUBAN]
    )
    served = Served(addresses=addresses, election=election)
    answers: dict[Network, Answers] = {
        Network.WARGA: Warga(election=election),
        Network.PENDOPO: Mastodon(election=election, base_url=addresses.pendopo),
        Network.PAGUYUBAN: Warga(election=election, network=Network.PAGUYUBAN),
    }
    with ExitStack() as stack:
        for network, server in servers.items():
            server.network, server.answers, server.served = network, answers[network], served
            stack.callback(_stop, server, _start(server))
        yield served


def settings_text(addresses: Addresses) -> str:
    """Fill the demo's config.yaml with the addresses of this run."""
    every = (addresses.warga, addresses.pendopo, addresses.paguyuban)
    template = Template((HERE / "config.yaml").read_text(encoding="utf-8"))
    return template.substitute(
        warga=addresses.warga,
        pendopo=addresses.pendopo,
        paguyuban=addresses.paguyuban,
        hosts=json.dumps([urlsplit(address).netloc for address in every]),
        voting_day=VOTING_DAY.isoformat(),
    )


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    network: Network
    answers: Answers
    served: Served


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    wbufsize = -1  # head and body leave together: apart, the second would wait for an acknowledgement
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        self._note()
        address = urlsplit(self.path)
        self._send(self.server.answers.answer(unquote(address.path), dict(parse_qsl(address.query))))

    def do_POST(self) -> None:
        """Let nobody in: this network has no passwords."""
        self._note()
        self.close_connection = True
        self._send(as_json({"galat": "ditolak"}, status=403))

    def log_message(self, *_: object) -> None:
        """Keep quiet: `Served` remembers."""

    def _note(self) -> None:
        agent = self.headers.get("User-Agent", "")
        self.server.served.note(Seen(network=self.server.network, method=self.command, target=self.path, agent=agent))

    def _send(self, reply: Reply) -> None:
        extra = LIMIT_HEADERS if self.server.network is Network.PENDOPO else {}
        self.send_response(reply.status)
        for name, value in {**extra, **reply.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Type", reply.media_type)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)


def _start(server: _Server) -> Thread:
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    return thread


def _stop(server: _Server, thread: Thread) -> None:
    server.shutdown()
    server.server_close()
    thread.join()
