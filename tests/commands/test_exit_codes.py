"""Every exit code, one by one, and what is said with it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from classifier.evaluate import Gate
from jobs.retrain import Retrained
from tests.commands.desk import HOUSE, Desk, command, fill, lines_of, typed
from tests.commands.village import Village

BROKEN = "mastodon;rusak@baik.example;asn;Pegawai Tiga;;99.01;Surat camat;2020-01-01;"
BROKEN_BUG = (
    "import sys, cli, commands.start as s; s.version = lambda: 1 / 0; sys.argv = ['tilik', 'version']; cli.main()"
)
unix = pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT to one process")


def test_0_is_a_command_that_did_everything(desk: Desk, village: Village) -> None:
    assert desk.run("crawl", "run").code == 0
    assert village.timelines()


@pytest.mark.parametrize(
    "words", [("mengintip",), ("classify", "--no-such-option"), ("why",), ("--lang", "su", "version")]
)
def test_2_is_a_command_line_that_is_wrong(words: tuple[str, ...]) -> None:
    ran = typed(*words)

    assert (ran.code, ran.out) == (2, "")
    assert "Usage:" in ran.err


@pytest.mark.usefixtures("village")
def test_3_is_a_crawl_in_which_one_account_failed_beside_good_ones(desk: Desk) -> None:
    desk.watch(BROKEN)

    ran = desk.run("crawl", "run", "--json")

    assert ran.code == 3
    assert ran.data["states"] == {"ok": 2, "failed": 1}
    assert ran.data["new_posts"] == 6
    assert [(one["handle"], one["note"]) for one in ran.data["not_seen"]] == [("rusak@baik.example", "answer_broken")]


@pytest.mark.usefixtures("village")
def test_3_is_also_a_crawl_in_which_all_accounts_failed(desk: Desk) -> None:
    desk.watch(BROKEN)

    ran = desk.run("crawl", "run", "--account", "@rusak@baik.example", "--json")

    assert (ran.code, ran.data["states"]) == (3, {"failed": 1})


def test_3_and_not_5_is_a_network_that_is_down(desk: Desk) -> None:
    desk.set_up(good=desk.dead)

    ran = desk.run("crawl", "run", "--json")

    assert (ran.code, ran.data["states"]) == (3, {"failed": 2})


def wrong_config(desk: Desk) -> tuple[str, ...]:
    text = desk.config.read_text(encoding="utf-8")
    desk.config.write_text(text.replace("language: en", "language: de").replace("workers: 1", "workers: 99"), "utf-8")
    return ("classify", "--no-pictures")


def wrong_watchlist(desk: Desk) -> tuple[str, ...]:
    good = "mastodon;baru@baik.example;asn;Pegawai Baru;;99.01;Surat camat;2020-01-01;"
    bad = "orkut;lain@baik.example;lurah;Pegawai Lain;;99.01;Surat camat;31/31/2030;"
    file = desk.file("salah.csv", "platform;handle;role;subject;unit;region;source;valid_from;contest", good, bad)
    return ("watchlist", "import", str(file))


def wrong_labels(desk: Desk) -> tuple[str, ...]:
    return ("label", "import", str(desk.file("salah.csv", "text,label,kind", "Satu,ajakan,", "Dua,mungkin,aneh")))


def wrong_review(desk: Desk) -> tuple[str, ...]:
    answers = [
        {"decision": "solicitation", "reviewer": "Ani"},
        {"decision": "barangkali", "reviewer": "Ani"},
        {"decision": "not", "reason": "entahlah", "reviewer": "Ani"},
    ]
    return ("review", "import", str(fill(desk.export(), answers)))


WRONG = {
    wrong_config: [
        ("config.yaml", "row 18", "column crawl.workers", "99 is too large", "the limit is 8"),
        ("config.yaml", "row 23", "column review.language", "“de”", "choose 'id' or 'en'"),
    ],
    wrong_watchlist: [
        ("salah.csv", "row 3", "column platform", "“orkut”", "known are"),
        ("salah.csv", "row 3", "column role", "“lurah”", "choose one of kelurahan"),
        ("salah.csv", "row 3", "column valid_from", "“31/31/2030”", "write it like"),
    ],
    wrong_labels: [
        ("salah.csv", "row 3", "column label", "“mungkin”", "write one of ajakan"),
        ("salah.csv", "row 3", "column kind", "“aneh”", "write one of explicit_call"),
    ],
    wrong_review: [
        ("isi-tinjau.csv", "row 3", "column decision", "“barangkali”", "write one of solicitation"),
        ("isi-tinjau.csv", "row 4", "column reason", "“entahlah”", "write one of no call"),
    ],
}


@pytest.mark.parametrize("make", WRONG, ids=lambda make: make.__name__)
def test_4_is_a_wrong_file_each_mistake_named_and_nothing_written(make: object, desk: Desk) -> None:
    assert callable(make)
    words = make(desk)
    before = desk.rows()

    told = desk.run(*words)
    for_programs = desk.run(*words, "--json")

    problems = for_programs.answer["error"]["problems"]
    assert (told.code, for_programs.code, told.out) == (4, 4, "")
    assert len(problems) == len(WRONG[make])
    for line, parts in zip(problems, WRONG[make], strict=True):
        assert [part for part in parts if part not in line] == []
        assert f"  {line}" in told.err.splitlines()
    assert desk.rows() == before


def test_4_is_a_folder_without_settings(tmp_path: Path) -> None:
    ran = typed("crawl", "status", "--config", str(tmp_path / "config.yaml"))

    assert (ran.code, len(lines_of(ran.err))) == (4, 3)


@pytest.mark.usefixtures("closed_village")
def test_5_is_a_crawl_that_was_only_refused_and_stored_nothing(desk: Desk, closed_village: Village) -> None:
    before = desk.rows()

    ran = desk.run("crawl", "run", "--json")

    after = desk.rows()
    assert (ran.code, ran.data["states"]) == (5, {"robots_refused": 2})
    assert closed_village.asked == []
    assert {name for name in before if before[name] != after[name]} <= {"crawl_runs", "visits", "hosts", "audit"}


def test_6_is_a_finding_that_was_asked_for(desk: Desk) -> None:
    asked = desk.run("watchlist", "check", "--fail-on", "unverified", "--json")

    assert (asked.code, len(asked.data["unverified"])) == (6, 2)
    assert desk.run("watchlist", "check", "--fail-on", "ended").code == 0
    assert desk.run("watchlist", "check").code == 0


def test_6_is_also_a_model_whose_texts_have_changed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def moved(*_: object, **__: object) -> tuple[list[float], list[float]]:
        return [0.05] * 500, [0.95] * 500

    calm = desk.run("models", "status", "--fail-on", "drift")
    monkeypatch.setattr("storage.judging.chances", moved)

    assert calm.code == 0
    assert desk.run("models", "status").code == 0
    assert desk.run("models", "status", "--fail-on", "drift").code == 6


def test_6_is_also_a_new_model_that_did_not_pass_the_gate(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(
        passed=False, reasons=("pr_auc",), delta=-0.2, delta_low=-0.3, explicit_recall=(0.9, 0.5),
        false_flags=(0.0, 0.1), ece=(0.02, 0.09), behaviour={},
    )  # fmt: skip
    done = Retrained(version="baru", replaced="lama", learnt=60, tested=20, disputed=0, promoted=False, gate=gate)
    monkeypatch.setattr("jobs.retrain.run", lambda *_, **__: done)  # a real one takes a minute: test_models.py

    assert desk.run("retrain", "--fail-on", "gate").code == 6
    assert desk.run("retrain", "--fail-on", "gate", "--json").data["promoted"] is False
    assert desk.run("retrain").code == 0


def test_7_is_a_database_without_its_schema(desk: Desk) -> None:
    ran = desk.run("crawl", "status", "--config", str(desk.folder / "lain.yaml"))

    assert ran.code == 7
    assert "Run: tilik db migrate" in ran.err


def test_7_is_a_machine_without_a_browser(desk: Desk) -> None:
    ran = desk.run("doctor", "--json")

    browser = next(check for check in ran.data if check["name"] == "browser")
    assert (ran.code, browser["state"]) == (7, "fail")
    assert browser["remedy"]


def test_7_is_an_installation_without_a_usable_model(desk: Desk) -> None:
    (desk.folder / "data" / "models" / desk.model() / "model.skops").write_bytes(b"rusak")

    ran = desk.run("classify", "--no-pictures", "--json")

    assert (ran.code, ran.answer["error"]["code"]) == (7, "no_usable_model")


@unix
def test_130_is_an_interrupted_crawl_which_the_next_one_continues(desk: Desk, village: Village) -> None:
    with interrupted(desk, village) as crawl:
        assert crawl.stderr is not None
        assert b"Finishing the page in hand" in crawl.stderr.readline()
        village.open_gate.set()
        out, err = crawl.communicate(timeout=20)
    stored = desk.run("db", "status", "--json").data["rows"]["own_posts"]
    village.asked.clear()

    again = desk.run("crawl", "run", "--json")

    assert (crawl.returncode, err, stored) == (130, b"", 1)
    assert b'"interrupted": true' in out
    assert "max_id=3" in village.timelines()[0]
    assert (again.code, again.data["interrupted"]) == (0, False)
    assert desk.run("db", "status", "--json").data["rows"]["own_posts"] == 6


@unix
def test_130_is_also_a_second_ctrl_c_which_waits_for_nothing(desk: Desk, village: Village) -> None:
    with interrupted(desk, village) as crawl:
        assert crawl.stderr is not None
        crawl.stderr.readline()
        started = time.monotonic()
        crawl.send_signal(signal.SIGINT)
        _, err = crawl.communicate(timeout=20)

    village.open_gate.set()
    assert (crawl.returncode, err) == (130, b"")
    assert time.monotonic() - started < 5
    assert desk.run("crawl", "run").code == 0


def interrupted(desk: Desk, village: Village) -> "subprocess.Popen[bytes]":
    """Start a crawl of a server that does not answer yet, and press Ctrl-C."""
    village.open_gate.clear()
    words = command("crawl", "run", "--json", "--config", str(desk.config))
    crawl = subprocess.Popen(words, cwd=HOUSE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert village.knocked.wait(20)
    crawl.send_signal(signal.SIGINT)
    return crawl


def test_what_a_person_can_mend_is_three_lines_without_a_traceback(desk: Desk) -> None:
    ran = desk.run("models", "rollback")

    assert ran.code == 4
    assert len(lines_of(ran.err)) == 3
    assert "Traceback" not in ran.err


def test_1_is_a_mistake_of_ours_with_its_traceback() -> None:
    ran = subprocess.run([sys.executable, "-c", BROKEN_BUG], cwd=HOUSE, capture_output=True, text=True, check=False)

    assert (ran.returncode, ran.stdout) == (1, "")
    assert "Traceback" in ran.stderr
    assert "ZeroDivisionError" in ran.stderr


def test_1_is_told_to_programs_too() -> None:
    program = BROKEN_BUG.replace("'version']", "'version', '--json']")

    ran = subprocess.run([sys.executable, "-c", program], cwd=HOUSE, capture_output=True, text=True, check=False)

    assert ran.returncode == 1
    assert json.loads(ran.stdout)["error"]["code"] == "bug"
    assert "ZeroDivisionError" in ran.stderr


def test_130_is_told_to_programs_too(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def press(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("jobs.modelstatus.run", press)

    told, silent = desk.run("models", "status", "--json"), desk.run("models", "status")

    assert (told.code, told.answer["error"]["code"]) == (130, "stopped")
    assert (silent.code, silent.out, silent.err) == (130, "", "")


def test_4_is_a_demo_into_a_folder_that_is_in_use(desk: Desk) -> None:
    before = desk.config.read_bytes()

    ran = desk.run("demo", "--keep", str(desk.folder))

    assert ran.code == 4
    assert desk.config.read_bytes() == before
