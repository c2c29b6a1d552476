"""The real servers, started on free ports of 127.0.0.1 and stopped at the end: `make test-servers`."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.servers.mastodon import config, plant
from tests.servers.planted import Planted, Seed, Served

ROOT = Path(__file__).resolve().parents[2]
SERVERS = ROOT / ".servers"
START = Path(__file__).parent / "atproto" / "start.mjs"
READY_WITHIN = 240.0
SEEDS = {"small": Seed(accounts=5, posts=20, likes=15), "full": Seed(accounts=50, posts=200, likes=500)}


@pytest.fixture(scope="session")
def servers() -> Path:
    """Give the folder of the installed servers; say loudly where they are missing."""
    if (SERVERS / "stamp").exists():
        return SERVERS
    message = "the real servers are not installed: run `make test-servers`"
    if os.environ.get("TILIK_SERVERS") == "required":
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session", params=list(SEEDS.values()), ids=list(SEEDS))
def pds(request: pytest.FixtureRequest, servers: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Run the reference PDS and PLC, with invented accounts, posts and likes planted in them."""
    with _atproto(servers, tmp_path_factory.mktemp("pds"), request.param) as served:
        yield served


@pytest.fixture(scope="session")
def small_pds(servers: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Run another PDS, with few accounts: what is spoilt before it does not disturb the other tests."""
    with _atproto(servers, tmp_path_factory.mktemp("small-pds"), SEEDS["small"]) as served:
        yield served


@contextmanager
def _atproto(servers: Path, folder: Path, seed: Seed) -> Iterator[Served]:
    state, log, output = folder / "state.json", folder / "requests.log", folder / "output.log"
    command = [
        *(str(servers / "node"), str(START), "--state", str(state), "--log", str(log)),
        *("--plc-port", str(_free_port()), "--pds-port", str(_free_port())),
        *("--accounts", str(seed.accounts), "--posts", str(seed.posts), "--likes", str(seed.likes)),
    ]
    with _running(command, cwd=servers / "atproto", output=output, ready=lambda: _says(output, "READY")):
        told = json.loads(state.read_text(encoding="utf-8"))
        accounts = tuple(
            Planted(key=one["did"], handle=one["handle"], posts=tuple(one["posts"]), likes=tuple(one["likes"]))
            for one in told["accounts"]
        )
        yield Served(url=told["pds"], plc=told["plc"], accounts=accounts, log=log)


@pytest.fixture(scope="session")
def mastodon_mock(servers: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Run mastodon-mock, with posts and favourites planted through its API."""
    folder = tmp_path_factory.mktemp("mastodon")
    log, port = folder / "output.log", _free_port()
    url = f"http://127.0.0.1:{port}"
    settings = folder / "mock.toml"
    settings.write_text(config(f"127.0.0.1:{port}"), encoding="utf-8")
    command = [
        *(str(servers / "venv" / "bin" / "mastodon_mock"), "serve", "--config", str(settings)),
        *("--host", "127.0.0.1", "--port", str(port), "--in-memory"),
    ]
    with _running(command, cwd=folder, output=log, ready=lambda: _answers(f"{url}/health")):
        yield Served(url=url, accounts=plant(url), log=log)


@contextmanager
def _running(command: list[str], *, cwd: Path, output: Path, ready: Callable[[], bool]) -> Iterator[None]:
    """Keep a server running until the block ends; fail with its own words if it does not come up."""
    own = os.environ | {"TMPDIR": str(output.parent)}  # what the server leaves behind goes with the folder of the test
    with (
        output.open("wb") as words,
        subprocess.Popen(command, cwd=cwd, env=own, stdout=words, stderr=words) as server,
    ):
        try:
            deadline = time.monotonic() + READY_WITHIN
            while not ready():
                if server.poll() is not None or time.monotonic() > deadline:
                    pytest.fail(f"{command[0]} did not start:\n{output.read_text(errors='replace')[-3000:]}")
                time.sleep(0.1)
            yield
        finally:
            server.send_signal(signal.SIGTERM)
            try:
                server.wait(timeout=15)
            except subprocess.TimeoutExpired:
                server.kill()


def _says(output: Path, word: str) -> bool:
    return word in output.read_text(encoding="utf-8", errors="replace").split()


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2).is_success
    except httpx.TransportError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
