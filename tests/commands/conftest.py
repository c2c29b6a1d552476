"""One folder is set up, filled and classified; every test gets a copy of it."""

import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.desk import LABELS, WATCHLIST, Desk, plant
from tests.commands.village import CLOSED, Village, living


@pytest.fixture(scope="session")
def dead_port() -> int:
    """Find a port of this machine at which nobody answers."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Name the folder in which the base model is kept for commands that have no installation."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def _surroundings(monkeypatch: pytest.MonkeyPatch, cache: Path, tmp_path: Path) -> None:
    """Take this machine's language, browsers and caches out of the tests."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    monkeypatch.setenv("TILIK_LANG", "en")
    monkeypatch.setenv("TILIK_BROWSER", str(tmp_path / "no-browser"))
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory, dead_port: int, cache: Path) -> Path:
    """Set up a folder as a person does, plant posts and likes, and classify them."""
    desk = Desk(folder=tmp_path_factory.mktemp("office") / "siap", dead=dead_port)
    assert desk.run("init", str(desk.folder)).code == 0
    desk.set_up()
    desk.file("label.csv", *LABELS)
    assert desk.run("watchlist", "import", str(desk.file("watchlist.csv", *WATCHLIST))).code == 0
    with desk.opened() as database:
        plant(database)
    assert desk.run("classify", "--no-pictures").code == 0
    shutil.copytree(desk.folder / "data" / "models" / "base", cache / "tilik", dirs_exist_ok=True)
    return desk.folder


@pytest.fixture(scope="session")
def standing(prepared: Path, tmp_path_factory: pytest.TempPathFactory, dead_port: int, cache: Path) -> Path:
    """Prepare an office once in which everything is there that a case needs."""
    from tests.commands.court import ready  # noqa: PLC0415  (pytest has to see that module before anybody imports it)

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TILIK_LANG", "en")
        patch.setenv("XDG_CACHE_HOME", str(cache))
        desk = Desk(
            folder=Path(shutil.copytree(prepared, tmp_path_factory.mktemp("lengkap") / "kantor")), dead=dead_port
        )
        ready(desk)
    return desk.folder


@pytest.fixture
def desk(prepared: Path, tmp_path: Path, dead_port: int) -> Desk:
    """Give a copy of the prepared folder."""
    return Desk(folder=Path(shutil.copytree(prepared, tmp_path / "kantor")), dead=dead_port)


@pytest.fixture
def village(desk: Desk) -> Iterator[Village]:
    """Run a server that answers at once, and let the settings name it."""
    with living(Village()) as running:
        running.open_gate.set()
        desk.set_up(good=running.port)
        yield running


@pytest.fixture
def closed_village(desk: Desk) -> Iterator[Village]:
    """Run a server whose robots.txt wants nobody."""
    with living(Village(robots=CLOSED)) as running:
        desk.set_up(good=running.port)
        yield running
