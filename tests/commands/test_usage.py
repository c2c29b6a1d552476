"""A mistyped command line: what is wrong, in both languages and for programs, and what was probably meant."""

import json
import os
import re
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from language.errors import ERRORS
from tests.commands.desk import HOUSE, Desk, lines_of, process, typed

MISTAKES = {
    "command_unknown": ("clasify",),
    "option_unknown": ("classify", "--no-pictres"),
    "option_needs_value": ("crawl", "run", "--config"),
    "option_takes_no_value": ("schedule", "run", "--once=1"),
    "option_missing": ("watchlist", "settle", "kel_satu", "--platform", "mastodon"),
    "argument_missing": ("why",),
    "argument_unexpected": ("classify", "semuanya"),
    "value_not_known": ("review", "export", "--order", "scor"),
    "value_not_a_number": ("crawl", "status", "--days", "tujuh"),
    "value_out_of_range": ("crawl", "status", "--days", "0"),
    "value_not_a_date": ("crawl", "reparse", "--since", "kemarin"),
}


@pytest.mark.parametrize("code", sorted(MISTAKES))
def test_a_program_gets_the_mistake_as_json_with_the_exit_code_2(code: str) -> None:
    *words, last = MISTAKES[code]

    ran = typed(*words, *([last, "--json"] if code != "option_needs_value" else ["--json", last]))

    assert ran.code == 2
    assert ran.err == ""
    assert ran.answer["ok"] is False
    assert ran.answer["error"]["code"] == code
    assert ran.answer["error"]["doc"] == f"docs/en/errors.md#{code}"


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("code", sorted(MISTAKES))
def test_a_person_gets_three_lines_with_the_code_in_either_language(code: str, language: str) -> None:
    ran = typed("--lang", language, *MISTAKES[code])

    what, why, do = lines_of(ran.err)
    assert (ran.code, ran.out) == (2, "")
    assert what.endswith(f" [{code}]")
    assert ": " in why
    assert "--help" in do
    assert ("Lihat" in do) is (language == "id")


def test_indonesian_needs_no_option_where_the_settings_speak_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TILIK_LANG")
    desk.set_up(language="id")

    assert "Maksud Anda classify?" in desk.run("clasify").err
    assert "Did you mean classify?" in desk.run("--lang", "en", "clasify").err


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (("clasify",), ["classify"]),
        (("crawl", "statsu"), ["status"]),
        (("classify", "--no-pictres"), ["--no-pictures", "--pictures"]),
        (("review", "export", "--order", "scor"), ["score"]),
        (("crawl", "run", "--platform", "mastodn"), ["mastodon"]),
        (("crawl", "reparse", "--platform", "instagrm"), ["instagram"]),
        (("crawl", "run", "--account", "kel_sat@baik.example"), ["kel_satu@baik.example"]),
        (("schedule", "show", "--system", "crn"), ["cron"]),
        (("review", "export", "--order", "learn", "--contest", "rekaan-2032"), ["rekaan-2031"]),
    ],
)
def test_what_was_probably_meant_is_offered(words: tuple[str, ...], meant: list[str], desk: Desk) -> None:
    assert desk.run(*words, "--json").answer["error"]["meant"] == meant


def test_a_mistyped_model_version_is_answered_with_the_one_that_is_near(desk: Desk) -> None:
    known = desk.model()
    typo = known[:-1] + ("0" if known[-1] != "0" else "1")

    error = desk.run("models", "promote", typo, "--json").answer["error"]

    assert (error["code"], error["meant"]) == ("model_unknown", [known])
    assert known in error["hint"]


def test_nothing_is_offered_where_nothing_is_near() -> None:
    assert typed("xyzzy", "--json").answer["error"]["meant"] == []


def test_a_platform_that_nobody_knows_is_not_one_on_which_nothing_was_found(desk: Desk) -> None:
    ran = desk.run("crawl", "run", "--platform", "friendster", "--json")

    assert (ran.code, ran.answer["error"]["code"]) == (4, "platform_not_known")


def test_a_mistyped_platform_in_a_watchlist_is_asked_about(desk: Desk) -> None:
    ran = desk.watch("mastodn;kel_tiga@baik.example;asn;Pegawai Tiga;;99.01;Surat camat;2020-01-01;")

    assert any("Did you mean mastodon?" in line for line in ran.answer["error"]["problems"])


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_mistyped_setting_is_asked_about(language: str, desk: Desk) -> None:
    desk.config.write_text(desk.config.read_text("utf-8").replace("workers:", "workrs:"), encoding="utf-8")

    told = desk.run("--lang", language, "config", "check").err

    assert ("Did you mean workers?" if language == "en" else "Maksud Anda workers?") in told


def test_a_group_alone_shows_its_help() -> None:
    ran = typed("crawl")

    assert (ran.code, ran.out) == (2, "")
    assert "reparse" in ran.err


@pytest.mark.parametrize(
    "words",
    [
        ("--json", "version"),
        ("version", "--json"),
        ("--quiet", "version", "--json"),
        ("version", "--lang", "id", "--json"),
    ],
)
def test_options_of_every_command_may_stand_before_it_or_behind_it(words: tuple[str, ...]) -> None:
    assert "version" in typed(*words).data


@given(
    st.lists(st.sampled_from(["crawl", "run", "--json", "--quiet", "--lang", "id", "--config", "a.yaml", "--", "-c"]))
)
def test_putting_options_in_order_loses_no_word(words: list[str]) -> None:
    ordered = import_module("cli")._in_order(words)  # noqa: SLF001

    end = words.index("--") if "--" in words else len(words)
    assert sorted(ordered) == sorted(words)
    assert ordered[len(ordered) - len(words[end:]) :] == words[end:]


def test_the_settings_may_be_named_before_the_command(desk: Desk) -> None:
    ran = typed("--config", str(desk.config), "--json", "watchlist", "list")

    assert len(ran.data) == 2


def test_every_error_has_three_lines_to_say() -> None:
    unsaid = {code for code, said in ERRORS.items() if not (said.what and said.why and said.do)}
    broken = {code for code, said in ERRORS.items() if "\n" in said.what + said.why + said.do}

    assert unsaid == set()
    assert broken == set()


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_code_has_its_place_in_the_documents(language: str) -> None:
    page = (HOUSE / "docs" / language / "errors.md").read_text(encoding="utf-8")

    assert [code for code in ERRORS if f"\n### {code}\n" not in page] == []


def test_quiet_keeps_the_result_and_leaves_the_remarks_out(desk: Desk) -> None:
    words = ("report", "-o", str(desk.folder / "laporan.html"), "--names", "--reason", "Sidang rekaan 7")

    loud, quiet = desk.run(*words), desk.run(*words, "--quiet")

    assert loud.code == quiet.code
    assert (loud.err != "", quiet.err) == (True, "")
    assert quiet.out


@pytest.mark.parametrize("how", ["option", "variable"])
def test_nothing_is_coloured_where_nobody_wants_colours(how: str, desk: Desk) -> None:
    words = ("doctor", "--config", str(desk.config), *(["--no-color"] if how == "option" else []))
    wishes = {"FORCE_COLOR": "1"} | ({"NO_COLOR": "1"} if how == "variable" else {})

    ran = process(*words, **wishes)

    assert b"\x1b" in ran.stdout  # a title may lean
    assert re.search(rb"\x1b\[[\d;]*\b([39][0-7]|[34]8)\b", ran.stdout) is None


def test_a_reader_that_does_not_exist_is_no_usage_error(tmp_path: Path) -> None:
    ran = typed("config", "check", "--config", str(tmp_path / "tidak ada.yaml"), "--json")

    assert (ran.code, ran.answer["error"]["code"]) == (4, "config_missing")
    assert json.loads(ran.out)["error"]["doc"].endswith("#config_missing")
    assert os.fspath(tmp_path) in ran.answer["error"]["message"]
