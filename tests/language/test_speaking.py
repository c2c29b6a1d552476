"""Which language people read, and how a message gets its words."""

import subprocess
import sys

import pytest

import language
from core.records import VisitState
from language import choose, chosen, say
from language.problems import guess
from language.reasons import in_words
from tests.language.code import HOUSE


@pytest.fixture(autouse=True)
def _nobody_chose(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin without a chosen language, on a system that says nothing about its own; end as before."""
    monkeypatch.setattr(language, "_chosen", [])
    for name in ("TILIK_LANG", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("locale.getlocale", lambda: (None, None))


def test_english_is_spoken_where_nothing_is_known() -> None:
    assert chosen() == "en"
    assert say("Watchlist") == "Watchlist"


@pytest.mark.parametrize(
    ("value", "spoken"), [("id", "id"), ("id_ID.UTF-8", "id"), ("ID", "id"), ("en", "en"), ("en_US.UTF-8", "en")]
)
def test_tilik_lang_decides(monkeypatch: pytest.MonkeyPatch, value: str, spoken: str) -> None:
    monkeypatch.setenv("TILIK_LANG", value)

    assert chosen() == spoken


@pytest.mark.parametrize(
    ("name", "spoken"), [("id_ID", "id"), ("Indonesian_Indonesia", "id"), ("en_GB", "en"), ("de_DE", "en")]
)
def test_the_system_decides_where_nobody_else_does(monkeypatch: pytest.MonkeyPatch, name: str, spoken: str) -> None:
    monkeypatch.setattr("locale.getlocale", lambda: (name, "UTF-8"))

    assert chosen() == spoken


def test_lang_is_looked_at_where_the_locale_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "id_ID.UTF-8")

    assert chosen() == "id"


def test_tilik_lang_is_stronger_than_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TILIK_LANG", "en")
    monkeypatch.setattr("locale.getlocale", lambda: ("id_ID", "UTF-8"))

    assert chosen() == "en"


def test_what_was_chosen_last_is_stronger_than_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TILIK_LANG", "en")

    choose("en")
    choose("id")

    assert chosen() == "id"


def test_fields_stand_in_the_words_of_either_language() -> None:
    assert say("{count} entries.", count=3) == "3 entries."
    choose("id")
    assert say("{count} entries.", count=3) == "3 isian."


def test_a_code_is_put_into_words_in_either_language() -> None:
    assert say(VisitState.LOGIN_WALL) == "asks to log in"
    choose("id")
    assert say(VisitState.LOGIN_WALL) == "meminta masuk (login)"


def test_what_nobody_translated_stands_for_itself() -> None:
    choose("id")

    assert say("http_418") == "http_418"
    assert say("") == ""


def test_a_field_that_looks_like_a_field_is_left_alone() -> None:
    choose("id")

    assert say("{text}", text="{count} {0}") == "{count} {0}"


def test_reasons_are_told_in_words_and_unknown_ones_as_they_are() -> None:
    choose("id")

    assert in_words("rule.invitation_vote_target") == "mengajak memilih calon"
    assert in_words("rule.of_tomorrow") == "rule.of_tomorrow"


def test_a_guess_is_asked_only_where_there_is_one() -> None:
    assert guess("unknown_key", "ends") == "Did you mean ends?"
    assert guess("unknown_key", None) == ""
    assert guess("role_unknown", "asn, kelurahan") == ""


def test_english_needs_no_catalogue() -> None:
    program = (
        "import sys, language; language.choose('en'); language.say('login_wall'); "
        "import language.errors, language.reasons; print(sorted(m for m in sys.modules if m.startswith('babel')))"
    )

    done = subprocess.run([sys.executable, "-c", program], cwd=HOUSE, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
