"""Every command speaks JSON: one object on standard output, and nothing else there."""

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import typer

from tests.commands.desk import Desk, first_match, typed
from tests.commands.village import Village

CRONTAB = """\
#!/bin/sh
file="$(dirname "$0")/table"
if [ "$1" = -l ]; then cat "$file" 2>/dev/null || { echo "no crontab for warga" >&2; exit 1; }; else cat >"$file"; fi
"""
EXPORTED = ("review", "export", "-o", "{folder}/t.csv")
LABELLED = ("label", "import", "{folder}/label.csv")
HELD = ("hold", "add", "{match}", "--reason", "perkara")
INSTALLED = ("schedule", "install", "--system", "cron")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A command with its arguments, what is typed before it, and how it ends."""

    words: tuple[str, ...] = ()
    before: tuple[tuple[str, ...], ...] = ()
    code: int = 0


CASES = {
    "init": Case(words=("{folder}/baru",)),
    "doctor": Case(code=7),  # the tests' machine has no browser
    "version": Case(),
    "platforms": Case(),
    "browser install": Case(code=7),
    "watchlist import": Case(words=("{folder}/watchlist.csv",)),
    "watchlist list": Case(),
    "watchlist check": Case(),
    "watchlist export": Case(words=("{folder}/w.csv",)),
    "capture": Case(words=("--seconds", "1"), code=7),  # nor one with a window
    "watchlist settle": Case(
        words=("kel_satu@baik.example", "--platform", "mastodon", "--keep-key", "--reason", "Sudah dicek"), code=4
    ),  # nothing of it is in question
    "crawl run": Case(),
    "crawl plan": Case(),
    "crawl status": Case(before=(("crawl", "run"),)),
    "crawl again": Case(),
    "crawl reparse": Case(before=(("crawl", "run"),)),
    "classify": Case(words=("--no-pictures",)),
    "pictures read": Case(),
    "pictures status": Case(),
    "why": Case(words=("{match}",)),
    "score": Case(words=("{folder}/texts.csv", "{folder}/scores.csv")),
    "evaluate": Case(words=("{folder}/label_ids.csv",)),
    "review export": Case(words=("-o", "{folder}/t.csv")),
    "review import": Case(words=("{folder}/t.csv",), before=(EXPORTED,)),
    "review status": Case(),
    "review conflicts": Case(),
    "review resolve": Case(words=("{match}", "--answer", "not/news", "--reviewer", "r3"), code=4),  # nobody differs
    "review undo": Case(words=("{match}", "--reviewer", "r1"), code=4),  # nobody said anything
    "review agreement": Case(),
    "people list": Case(),
    "audit list": Case(),
    "digest": Case(words=("--send",)),
    "audit seal": Case(),
    "audit verify": Case(),
    "people leave": Case(words=("Siapa",), code=4),  # nobody works here
    "subject report": Case(words=("kel_satu@baik.example",)),
    "subject correct": Case(words=("kel_satu@baik.example", "--reason", "retired")),
    "subject undo": Case(words=("kel_satu@baik.example", "--reason", "keliru"), code=4),  # nothing was corrected
    "purge": Case(words=("--dry-run",)),
    "exports": Case(before=(EXPORTED,)),
    "hold add": Case(words=("{match}", "--reason", "perkara")),
    "hold list": Case(before=(HELD,)),
    "hold remove": Case(words=("1", "--reason", "selesai"), before=(HELD,)),
    "report": Case(words=("-o", "{folder}/laporan.html")),
    "contest check": Case(),
    "rules list": Case(),
    "rules show": Case(words=("pilkada",)),
    "rules check": Case(),
    "rules sign": Case(words=("pilkada", "--by", "Sari Rekaan", "--position", "Ahli hukum rekaan")),
    "rules assess": Case(words=("{match}",)),
    "rules phase": Case(words=("{match}", "--set", "before", "--reason", "Dilihat sebelum penetapan")),
    "marks list": Case(),
    "evidence show": Case(words=("{match}",)),
    "evidence export": Case(words=("{match}", "{folder}/bukti.zip"), before=(("classify",),)),
    "evidence verify": Case(words=("{match}",), before=(("classify",),)),
    "case open": Case(words=("{match}", "--by", "Ani", "--reason", "Coba saja"), code=5),  # nobody has answered
    "case list": Case(),
    "case show": Case(words=("C-0000012",), code=4),  # there is none
    "case move": Case(
        words=("C-0000012", "pleno", "--by", "Ani", "--reason", "Coba saja", "--on", "2024-11-20"), code=4
    ),
    "case agree": Case(words=("C-0000012", "--by", "Ani"), code=4),
    "case note": Case(words=("C-0000012", "Catatan", "--by", "Ani"), code=4),
    "case fill": Case(words=("C-0000012", "nomor_lhp=1", "--by", "Ani"), code=4),
    "case identity": Case(words=("C-0000012", "--by", "Ani"), code=4),
    "case export": Case(words=("C-0000012", "--by", "Ani", "--to", "{folder}/keluar"), code=4),
    "case close": Case(words=("C-0000012", "--by", "Ani", "--reason", "Coba saja"), code=4),
    "case templates": Case(words=("--to", "{folder}/templat")),
    "label import": Case(words=("{folder}/label.csv",)),
    "retrain": Case(before=(LABELLED,)),
    "label audit": Case(before=(LABELLED,)),
    "label agreement": Case(),
    "models list": Case(),
    "models status": Case(),
    "models card": Case(),
    "models promote": Case(words=("{model}",)),
    "models rollback": Case(code=4),  # there is only one
    "schedule run": Case(words=("--once",)),
    "selfcheck": Case(words=("-o", "{folder}/periksa-diri.html")),
    "dataset export": Case(words=("--to", "{folder}/data-riset", "--reason", "Penelitian")),
    "schedule next": Case(),
    "schedule install": Case(words=("--system", "cron")),
    "schedule show": Case(words=("--system", "cron"), before=(INSTALLED,)),
    "schedule remove": Case(words=("--system", "cron"), before=(INSTALLED,)),
    "schedule run-now": Case(words=("--system", "cron"), code=7),  # nothing was installed
    "worker run": Case(code=7),  # SQLite has no queue; tests/jobs/test_worker.py has one
    "worker status": Case(code=7),
    "config show": Case(),
    "config check": Case(),
    "config path": Case(),
    "config schema": Case(),
    "completion": Case(words=("bash",)),
    "db migrate": Case(),
    "db status": Case(),
    "db backup": Case(words=("{folder}/salinan.db",)),
    "db restore": Case(
        words=("{folder}/salinan.db", "--config", "{folder}/lain.yaml"),
        before=(("db", "backup", "{folder}/salinan.db"),),
    ),
}
OWN_OBJECT = {"demo", "import", "people add", "people password", "review serve"}
"""tests/demo, test_importing.py and test_people.py run them."""


def commands() -> dict[str, Any]:
    """Find every command of the program by its path."""
    return dict(_below(typer.main.get_command(import_module("cli")._make()), ""))


def _below(group: Any, path: str) -> Iterator[tuple[str, Any]]:  # noqa: ANN401  (typer has its own copy of click)
    for name, found in group.commands.items():
        if hasattr(found, "commands"):
            yield from _below(found, f"{path}{name} ")
        else:
            yield f"{path}{name}", found


def test_the_table_names_every_command_and_no_other() -> None:
    assert set(CASES) | OWN_OBJECT == set(commands())


@pytest.mark.parametrize("path", sorted(commands()))
def test_every_command_has_a_json_option(path: str) -> None:
    assert "--json" in {word for option in commands()[path].params for word in option.opts}


@pytest.mark.parametrize("path", sorted(commands()))
def test_a_mistyped_command_line_is_json_too_with_every_command(path: str) -> None:
    ran = typed(*path.split(), "--tidak-ada", "--json")

    assert (ran.code, ran.err) == (2, "")
    assert ran.answer["error"]["code"] == "option_unknown"


@pytest.fixture
def _programs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Put an own crontab on the path, and let the browser's installer do nothing."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "crontab"
    program.write_text(CRONTAB, encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr("scraper.fetch.browsers.OWN_SHELL", (sys.executable, "-c", ""))


@pytest.mark.usefixtures("village", "_programs")
@pytest.mark.parametrize("path", sorted(CASES))
def test_with_json_a_command_prints_one_object_and_nothing_else(path: str, desk: Desk) -> None:
    case = CASES[path]
    desk.file("texts.csv", "id,text", "a,Coblos nomor 1", "b,Kerja bakti besok")
    desk.file("label_ids.csv", "id,text,label", "a,Coblos nomor 1,1", "b,Kerja bakti besok,0")
    names = {"folder": desk.folder, "match": first_match(), "model": desk.model()}
    for words in case.before:
        assert desk.run(*(word.format(**names) for word in words)).code == 0

    ran = desk.run(*path.split(), *(word.format(**names) for word in case.words), "--json")

    answer = json.loads(ran.out)
    assert ran.code == case.code, ran
    assert ran.out.count("\n") == 1
    assert set(answer) == {"ok", "data", "warnings", "error"}
    assert answer["ok"] is (answer["error"] is None)
    assert isinstance(answer["warnings"], list)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no cron")
@pytest.mark.usefixtures("_programs")
def test_the_daily_start_is_installed_shown_and_taken_off_again(desk: Desk) -> None:
    cron = ("--system", "cron", "--json")

    installed = desk.run("schedule", "install", *cron)
    shown = desk.run("schedule", "show", *cron).data["installed"]
    removed = [desk.run("schedule", "remove", *cron).data["removed"] for _ in range(2)]

    assert installed.answer["warnings"] == ["timer_skips_while_off"]
    assert "schedule run --once" in shown
    assert str(desk.config) in shown
    assert removed == [True, False]
    assert desk.run("schedule", "show", *cron).data["installed"] is None


def test_an_error_is_told_to_programs_with_its_code_and_what_to_do(desk: Desk) -> None:
    error = desk.run("why", "F-000000", "--json").answer["error"]

    assert error["code"] == "match_unknown"
    assert all(error[name] for name in ("message", "why", "hint"))
    assert error["doc"] == "docs/en/errors.md#match_unknown"
    assert (error["meant"], error["problems"]) == ([], [])


def test_a_crawl_leaves_its_figures_on_standard_output_alone(desk: Desk, village: Village) -> None:
    ran = desk.run("crawl", "run", "--json")

    assert ran.data["states"] == {"ok": 2}
    assert ran.err == ""
    assert len(village.timelines()) > 2


@pytest.mark.usefixtures("_programs")
def test_what_an_installer_prints_does_not_get_into_the_answer(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("scraper.fetch.browsers.OWN_SHELL", (sys.executable, "-c", "print('Downloading 10 %')"))

    desk.run("browser", "install", "--json")

    assert "Downloading" not in capfd.readouterr().out
