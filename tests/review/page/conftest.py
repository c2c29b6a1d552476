"""The office of the command line's tests, with its page open."""

from collections.abc import Iterator

import pytest

from tests.commands.conftest import _surroundings, cache, dead_port, desk, prepared  # noqa: F401  (fixtures)
from tests.commands.desk import Desk
from tests.review.page.house import House, open_house


@pytest.fixture(autouse=True)
def _with_browser(_surroundings: None, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811  (a fixture of theirs)
    """Give the browser back that the tests of the command line take away."""
    monkeypatch.delenv("TILIK_BROWSER")


@pytest.fixture
def house(desk: Desk) -> Iterator[House]:  # noqa: F811  (a fixture takes another by its name)
    with open_house(desk) as opened:
        yield opened
