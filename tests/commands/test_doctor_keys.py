"""What `tilik doctor` says of the keys of official APIs: whether they are there, never which they are."""

import pytest

import scraper.platforms
from commands import checks
from core.platforms import Platforms
from scraper.adapter import Adapter
from tests.jobs.office import settings
from tests.jobs.test_keys import SECRET, VARIABLE, Kotak


@pytest.mark.parametrize(
    ("value", "state", "words"),
    [
        (SECRET, "ok", "is set"),
        ("two words", "warn", "no usable key"),
        ("", "ok", "is not set"),
        (None, "ok", "is not set"),
    ],
)
def test_a_key_is_present_or_absent_and_never_shown(
    value: str | None, state: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def only_kotak(_: Platforms) -> dict[str, Adapter]:
        return {"kotak": Kotak("api.example")}

    monkeypatch.setattr(scraper.platforms, "adapters", only_kotak)
    monkeypatch.delenv(VARIABLE, raising=False)
    if value is not None:
        monkeypatch.setenv(VARIABLE, value)

    (check,) = checks._keys(settings())  # noqa: SLF001  the other checks need a browser and a database

    assert check.state == state
    assert VARIABLE in check.found
    assert words in check.found
    assert SECRET not in repr(check)
