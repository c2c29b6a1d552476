"""The real servers, started on free ports of 127.0.0.1 and stopped at the end: `make test-servers`."""

import functools
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

from tests.servers import forum as misago
from tests.servers.mastodon import config, plant
from tests.servers.planted import Planted, Seed, Served
from tests.servers.running import answers, free_port, running, says
from tests.storage import postgres

ROOT = Path(__file__).resolve().parents[2]
SERVERS = ROOT / ".servers"
START = Path(__file__).parent / "atproto" / "start.mjs"
SEEDS = {"small": Seed(accounts=5, posts=20, likes=15), "full": Seed(accounts=50, posts=200, likes=500)}


@pytest.fixture(scope="session")
def servers() -> Path:
    """Give the folder of the installed servers; say loudly where they are missing."""
    if not (SERVERS / "stamp").exists():
        _missing("the real servers are not installed: run `make test-servers`")
    return SERVERS


@pytest.fixture(scope="session")
def postgres_programs() -> Path:
    """Give the folder of PostgreSQL's programs."""
    return postgres.programs() or _missing("PostgreSQL is not installed: run `make test-servers-full`")


@pytest.fixture(scope="session")
def forum(postgres_programs: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Run a real Misago forum with invented people in it."""
    python = SERVERS / "forum" / "bin" / "python"
    if not python.exists():
        _missing("Misago is not installed: run `make test-servers-full`")
    with misago.forum(python, postgres_programs, tmp_path_factory.mktemp("forum")) as served:
        yield served


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


@pytest.fixture(scope="session")
def appview(servers: Path, postgres_programs: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Run PLC, PDS and the AppView that indexes it; one account campaigns, and two are nobody's business."""
    redis = shutil.which("redis-server") or _missing("Redis is not installed: run `make test-servers-full`")
    folder, port = tmp_path_factory.mktemp("appview"), free_port()
    command = [redis, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    log = folder / "redis.log"
    with (
        postgres.cluster(postgres_programs, connections=100) as address,
        running(command, cwd=folder, output=log, ready=lambda: "Ready to accept" in log.read_text(errors="replace")),
    ):
        stores = {"DB_POSTGRES_URL": f"{address}postgres", "REDIS_HOST": f"127.0.0.1:{port}"}
        with _atproto(servers, folder, SEEDS["small"], stores=stores) as served:
            first, campaign, *rest = served.accounts
            bystanders = (replace(account, watched=False) for account in rest)
            yield replace(served, accounts=(first, replace(campaign, campaign=True), *bystanders))


@contextmanager
def _atproto(servers: Path, folder: Path, seed: Seed, *, stores: Mapping[str, str] | None = None) -> Iterator[Served]:
    """Start the network in this folder, with an AppView where its stores are given."""
    state, log, output = folder / "state.json", folder / "requests.log", folder / "output.log"
    command = [
        *(str(servers / "node"), str(START), "--state", str(state), "--log", str(log)),
        *("--plc-port", str(free_port()), "--pds-port", str(free_port())),
        *("--accounts", str(seed.accounts), "--posts", str(seed.posts), "--likes", str(seed.likes)),
        *(("--appview-port", str(free_port())) if stores else ()),
    ]
    ready = functools.partial(says, output, "READY")
    with running(command, cwd=servers / "atproto", output=output, ready=ready, extra=stores):
        told = json.loads(state.read_text(encoding="utf-8"))
        accounts = tuple(
            Planted(key=one["did"], handle=one["handle"], posts=tuple(one["posts"]), likes=tuple(one["likes"]))
            for one in told["accounts"]
        )
        yield Served(url=told["pds"], plc=told["plc"], appview=told.get("appview"), accounts=accounts, log=log)


@pytest.fixture(scope="session")
def mastodon_mock(servers: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Run mastodon-mock, with posts and favourites planted through its API."""
    folder = tmp_path_factory.mktemp("mastodon")
    log, port = folder / "output.log", free_port()
    url = f"http://127.0.0.1:{port}"
    settings = folder / "mock.toml"
    settings.write_text(config(f"127.0.0.1:{port}"), encoding="utf-8")
    command = [
        *(str(servers / "venv" / "bin" / "mastodon_mock"), "serve", "--config", str(settings)),
        *("--host", "127.0.0.1", "--port", str(port), "--in-memory"),
    ]
    with running(command, cwd=folder, output=log, ready=lambda: answers(f"{url}/health")):
        yield Served(url=url, accounts=plant(url), log=log)


def _missing(message: str) -> NoReturn:
    """Skip and say why; fail where the servers are required."""
    if os.environ.get("TILIK_SERVERS") == "required":
        pytest.fail(message)
    pytest.skip(message)
