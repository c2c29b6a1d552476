"""Where people have logins, a step of a case is taken with one's own password, typed at a terminal, or on the page."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from core.deeds import Did, Duty
from jobs import dossier as gathering
from jobs.dossier import Asked
from language import speaking
from review.dossier.fields import fields_of
from review.dossier.making import SHOWN
from review.page.passwords import hashed
from review.people import TRIES
from storage import people
from storage.vault import Vault
from tests.commands.court import FIRST, SECOND, open_case, ready
from tests.commands.desk import HOUSE, Desk, command
from tests.commands.test_case import ASN, matches_of, move
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


def at_a_terminal(desk: Desk, password: str, *words: str) -> tuple[int, dict[str, Any], bytes]:
    """Type a command where a person sits, and a password once it is asked for; give what came of it, and the screen."""
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
        deadline = time.monotonic() + 60
        while termios.tcgetattr(theirs)[3] & termios.ECHO and running.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)  # what is typed before the screen shows nothing any more is thrown away
        os.write(ours, f"{password}\n".encode())
        out, screen = running.communicate(timeout=60)
    finally:
        running.kill()
        os.close(ours)
        os.close(theirs)
    return running.returncode, json.loads(out), screen


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


@pytest.mark.parametrize(
    "words",
    [
        ("agree", "C-0000012", "--by", SECOND),
        ("agree", "C-0000012", "--by", "Orang lain"),
        ("move", "C-0000012", "penelusuran", "--by", SECOND, "--reason", "Perlu ditelusuri"),
        ("close", "C-0000012", "--by", SECOND, "--reason", "Tidak terpenuhi"),
        ("open", "F-0000012", "--by", SECOND, "--reason", "Disepakati dua orang"),
    ],
)
def test_where_nobody_can_be_asked_no_step_is_taken(office: Desk, words: tuple[str, ...]) -> None:
    before = office.rows()["case_moves"], office.rows()["case_consents"]

    ran = office.run("case", *words, "--json")

    assert (ran.code, ran.answer["error"]["code"]) == (5, "password_not_asked")
    assert "tilik review serve" in ran.answer["error"]["hint"]
    assert (office.rows()["case_moves"], office.rows()["case_consents"]) == before


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
