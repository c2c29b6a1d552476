"""Where people have logins, a step of a case is taken with one's own password, typed at a terminal, or on the page."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.cases import By, EntryKind, Number
from core.deeds import Did, Duty
from core.errors import GateError
from jobs import cases, identities
from jobs import dossier as gathering
from jobs.dossier import Asked
from language import speaking
from review.dossier.fields import fields_of
from review.dossier.making import SHOWN
from review.page.passwords import hashed
from review.people import TRIES
from storage import people
from storage.cases import Entry
from storage.vault import Vault
from tests.commands.court import FIRST, NIP, SECOND, open_case, ready
from tests.commands.desk import HOUSE, Desk, command
from tests.commands.papers import plain, words_of
from tests.commands.test_case import ASN, matches_of, move, typed_number
from tests.commands.test_evidence import opened
from tests.storage.planted import NOW

if sys.platform != "win32":
    import pty
    import termios

PASSWORD = "kuda laut ungu tiga"
AGREE = ("case", "agree", "C-0000012", "--json")


@pytest.fixture(scope="module")
def standing(prepared: Path, tmp_path_factory: pytest.TempPathFactory, dead_port: int, cache: Path) -> Path:
    """Prepare an office once in which a case waits for its second person, opened by typed names."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TILIK_LANG", "en")
        patch.setenv("XDG_CACHE_HOME", str(cache))
        folder = Path(shutil.copytree(prepared, tmp_path_factory.mktemp("masuk") / "kantor"))
        desk = Desk(folder=folder, dead=dead_port)
        ready(desk)
        assert open_case(desk, *matches_of(desk, ASN)).code == 0
        for state in ("penelusuran", "pleno"):
            assert move(desk, state).code == 0
    return folder


@pytest.fixture
def typed_names(standing: Path, tmp_path: Path, dead_port: int) -> Desk:
    return Desk(folder=Path(shutil.copytree(standing, tmp_path / "kantor")), dead=dead_port)


@pytest.fixture
def office(typed_names: Desk) -> Desk:
    """Give everybody a login."""
    with typed_names.opened() as database, database.write() as session:
        for name, duty in ((FIRST, Duty.REVIEWER), (SECOND, Duty.REVIEWER), ("Joko", Duty.OPERATOR)):
            kept = hashed(PASSWORD, name=name)
            people.add_person(session, name=name, duty=duty, password=kept, now=NOW)
    return typed_names


def at_a_terminal(desk: Desk, password: str, *words: str, then: str = "") -> tuple[int, dict[str, Any], bytes]:
    """Type a command where a person sits, a password once it is asked for, and what is asked for `then`.

    Give what came of it, and the screen.
    """
    ours, theirs = pty.openpty()
    running = subprocess.Popen(
        command(*words, "--config", str(desk.config)),
        cwd=HOUSE,
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        assert running.stderr is not None
        screen = b""
        for number, answer in enumerate(filter(None, (password, then)), start=1):
            while screen.count(b": ") < number and (shown := os.read(running.stderr.fileno(), 4096)):
                screen += shown
            _wait_until_nothing_shows(theirs, running)
            os.write(ours, f"{answer}\n".encode())
        out, rest = running.communicate(timeout=60)
    finally:
        running.kill()
        os.close(ours)
        os.close(theirs)
    return running.returncode, json.loads(out), screen + rest


def _wait_until_nothing_shows(terminal: int, running: "subprocess.Popen[bytes]") -> None:
    """Wait: what is typed before the screen shows nothing any more is thrown away."""
    deadline = time.monotonic() + 60
    while termios.tcgetattr(terminal)[3] & termios.ECHO and running.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such terminals")
def test_the_second_person_types_their_own_password_and_is_recorded_as_logged_in(office: Desk) -> None:
    wrong = at_a_terminal(office, "ikan pari kuning dua", *AGREE, "--by", SECOND)
    first = at_a_terminal(office, PASSWORD, *AGREE, "--by", FIRST)
    operator = at_a_terminal(office, PASSWORD, *AGREE, "--by", "Joko")
    code, told, screen = at_a_terminal(office, PASSWORD, *AGREE, "--by", SECOND.lower())

    codes = [one[1]["error"]["code"] for one in (wrong, first, operator)]
    assert codes == ["login_wrong", "case_same_person", "case_duty"]
    assert (code, told["data"]) == (0, {"case": "C-0000012", "state": "pleno", "waits_for": None})
    assert PASSWORD.encode() not in screen + json.dumps(told).encode()
    *_, last = office.run("case", "show", "C-0000012", "--json").data["moves"]
    assert (last["known"], last["consent"]["known"], last["consent"]["who"]) == ("typed", "login", SECOND)
    deeds = [(one["what"], one["detail"]) for one in office.run("audit", "list", "--json").data]
    assert ("did_case_agree", "C-0000012 pleno login") in deeds
    assert ("did_login_failed", None) in deeds


def of_case(office: Desk) -> list[Any]:
    rows = office.rows()
    return [rows[name] for name in ("case_moves", "case_consents", "case_entries", "identities")]


@pytest.mark.parametrize(
    "words",
    [
        ("agree", "C-0000012", "--by", SECOND),
        ("agree", "C-0000012", "--by", "Orang lain"),
        ("move", "C-0000012", "penelusuran", "--by", SECOND, "--reason", "Perlu ditelusuri"),
        ("close", "C-0000012", "--by", SECOND, "--reason", "Tidak terpenuhi"),
        ("open", "F-0000012", "--by", SECOND, "--reason", "Disepakati dua orang"),
        ("note", "C-0000012", "Catatan", "--by", SECOND),
        ("note", "C-0000012", "Salah", "--take-back", "1", "--by", SECOND),
        ("fill", "C-0000012", "nomor_lhp=1", "--by", SECOND),
        ("identity", "C-0000012", "--nip", "--by", SECOND),
        ("export", "C-0000012", "--to", "keluar", "--by", SECOND),
    ],
)
def test_where_nobody_can_be_asked_no_step_is_taken(office: Desk, words: tuple[str, ...]) -> None:
    before = of_case(office)

    ran = office.run("case", *words, "--json")

    assert (ran.code, ran.answer["error"]["code"]) == (5, "password_not_asked")
    assert "tilik review serve" in ran.answer["error"]["hint"]
    assert of_case(office) == before
    assert "did_identity_use" not in [one["what"] for one in office.run("audit", "list", "--json").data]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such terminals")
def test_wrong_passwords_of_page_and_terminal_are_counted_together(office: Desk) -> None:
    with opened(office) as found, found.database.write() as session:
        for _ in range(TRIES):
            people.record(session, who=SECOND.casefold(), what=Did.LOGIN_FAILED, detail=None,
                          at=found.clock.now())  # fmt: skip

    _, told, _ = at_a_terminal(office, PASSWORD, *AGREE, "--by", SECOND)

    assert told["error"]["code"] == "login_wait"


def test_where_nobody_has_a_login_typed_names_work_and_are_said_to_be_no_more(typed_names: Desk) -> None:
    assert typed_names.run(*AGREE, "--by", SECOND).code == 0

    said = " ".join(typed_names.run("case", "show", "C-0000012").out.split())

    assert said.count("(only a typed") > 1
    with opened(typed_names) as found, speaking("id"):
        asked = Asked(case_id=1, by=FIRST, vault=Vault(folder=typed_names.folder / "data"))
        made = fields_of(gathering.gather(found, asked, SHOWN))
    assert made["perkara"]["dibuka"].endswith(f"{FIRST} (hanya nama yang diketik)")
    assert made["riwayat"][-1]["kedua"].startswith(f"{SECOND} (hanya nama yang diketik): ")
    assert any("hanya diketik" in one for one in made["tak_terbukti"])


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such terminals")
def test_who_notes_fills_and_names_identity_types_their_password_and_stands_as_logged_in(office: Desk) -> None:
    by = ("--by", SECOND.lower(), "--json")
    wrong = at_a_terminal(office, "ikan pari kuning dua", "case", "note", "C-0000012", "Catatan", *by)
    operator = at_a_terminal(office, PASSWORD, "case", "fill", "C-0000012", "nomor_lhp=1", "--by", "Joko", "--json")
    assert [one[1]["error"]["code"] for one in (wrong, operator)] == ["login_wrong", "case_duty"]

    noted = at_a_terminal(office, PASSWORD, "case", "note", "C-0000012", "Catatan", *by)
    filled = at_a_terminal(office, PASSWORD, "case", "fill", "C-0000012", "nomor_lhp=1", "rekomendasi=2", *by)
    kept = at_a_terminal(office, PASSWORD, "case", "identity", "C-0000012", "--nip", *by, then=NIP)

    assert [one[0] for one in (noted, filled, kept)] == [0, 0, 0]
    assert NIP.encode() not in kept[2] + json.dumps(kept[1]).encode()
    told = office.run("case", "show", "C-0000012", "--json").data
    assert {(one["who"], one["known"]) for one in (*told["entries"], *told["numbers"])} == {(SECOND, "login")}
    assert len(told["entries"]) == 3
    deeds = {(one["who"], one["what"], one["detail"]) for one in office.run("audit", "list", "--json").data}
    assert deeds >= {
        (SECOND, "did_case_add", "C-0000012 note 1 login"),
        (SECOND, "did_case_add", "C-0000012 field 2 nomor_lhp login"),
        (SECOND, "did_identity_keep", "C-0000012 nip login"),
    }


@pytest.mark.browser
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such terminals")
def test_who_exports_types_their_password_and_is_named_on_every_sheet(
    office: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TILIK_BROWSER")
    where = ("case", "export", "C-0000012", "--to", str(office.folder / "keluar"), "--json")

    code, told, screen = at_a_terminal(office, PASSWORD, *where, "--by", SECOND.lower())

    assert code == 0, (told, screen)
    deeds = [(one["who"], one["detail"]) for one in office.run("audit", "list", "--json").data
             if one["what"] == "did_case_export"]  # fmt: skip
    assert deeds == [(SECOND, f"C-0000012 {told['data']['digest']} login")]
    printed = next(Path(one) for one in told["data"]["files"] if one.endswith("C-0000012.pdf"))
    assert plain(f"dibuat oleh {SECOND} ·") in words_of(printed.read_bytes())


@pytest.mark.parametrize("what", ["add", "keep", "gather"])
def test_beneath_the_commands_a_typed_name_is_refused_too_where_people_have_logins(office: Desk, what: str) -> None:
    with opened(office) as found:
        vault = Vault(folder=office.folder / "data")
        note = Entry(case_id=1, kind=EntryKind.NOTE, text="Catatan", who=SECOND, added_at=found.clock.now())
        asked = Asked(case_id=1, by=SECOND, vault=vault)
        ways: dict[str, Callable[[], object]] = {
            "add": lambda: cases.add(found, note, SHOWN),
            "keep": lambda: identities.keep(found, vault, 1, {Number.NIP: NIP}, by=By(who=SECOND), shown="C"),
            "gather": lambda: gathering.gather(found, asked, SHOWN),
        }
        with pytest.raises(GateError) as caught:
            ways[what]()
    assert caught.value.code == "case_unproven"


def test_without_logins_what_is_added_is_marked_as_typed_everywhere(
    typed_names: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert typed_names.run("case", "note", "C-0000012", "Catatan", "--by", SECOND).code == 0
    typed_number(monkeypatch, NIP)
    assert typed_names.run("case", "identity", "C-0000012", "--nip", "--by", FIRST).code == 0

    shown = " ".join(typed_names.run("case", "show", "C-0000012").out.split())
    assert f"by {FIRST} (only a typed name)." in shown
    told = typed_names.run("case", "show", "C-0000012", "--json").data
    assert [one["known"] for one in (*told["entries"], *told["numbers"])] == ["typed", "typed"]
    deeds = [one["detail"] for one in typed_names.run("audit", "list", "--json").data]
    assert {"C-0000012 note 1 typed", "C-0000012 nip typed"} <= set(deeds)
    with opened(typed_names) as found, speaking("id"):
        asked = Asked(case_id=1, by=FIRST, vault=Vault(folder=typed_names.folder / "data"))
        made = fields_of(gathering.gather(found, asked, SHOWN))
    assert made["tanda"]["oleh"] == f"{FIRST} (hanya nama yang diketik)"
    assert f", {SECOND} (hanya nama yang diketik): Catatan" in made["catatan"][0]
