"""Secrets come from the environment; from the system's keyring only where somebody asks for it."""

import sys
from types import ModuleType

import pytest

from core.errors import MissingError
from core.vault import with_secrets

ASKED = {"TILIK_KEYRING": "1"}


class KeyringError(Exception):
    """What the package raises."""


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Give a keyring of the test's own."""
    secrets: dict[str, str] = {}
    keyring, errors = ModuleType("keyring"), ModuleType("keyring.errors")

    def get_password(service: str, name: str) -> str | None:
        if "locked" in secrets:
            raise KeyringError(service)
        return secrets.get(name)

    vars(keyring)["get_password"], vars(errors)["KeyringError"] = get_password, KeyringError
    monkeypatch.setitem(sys.modules, "keyring", keyring)
    monkeypatch.setitem(sys.modules, "keyring.errors", errors)
    return secrets


def test_nobody_asks_the_keyring_unless_told_to(kept: dict[str, str]) -> None:
    kept["TILIK_X_TOKEN"] = "rahasia"

    assert with_secrets({}) == {}


def test_what_lies_in_the_keyring_is_added_and_a_variable_goes_before_it(kept: dict[str, str]) -> None:
    kept |= {"TILIK_X_TOKEN": "rahasia", "TILIK_YOUTUBE_KEY": "lama"}

    found = with_secrets(ASKED | {"TILIK_YOUTUBE_KEY": "baru"})

    assert found == ASKED | {"TILIK_X_TOKEN": "rahasia", "TILIK_YOUTUBE_KEY": "baru"}


def test_a_keyring_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)

    with pytest.raises(MissingError) as caught:
        with_secrets(ASKED)
    assert caught.value.code == "keyring_missing"


def test_a_locked_keyring_is_named(kept: dict[str, str]) -> None:
    kept["locked"] = "yes"

    with pytest.raises(MissingError) as caught:
        with_secrets(ASKED)
    assert caught.value.code == "keyring_unreadable"
