"""`tilik capture` as a person uses it: a real window, a real mouse, and what is kept and not kept of it."""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest

from jobs.lock import only_one
from tests.replay import screen
from tests.replay.office import Office
from tests.replay.person import POST, PROFILE, SECRETS, lively
from tests.replay.screen import Sitting, sitting, until
from tests.replay.server import Replay, playing

pytestmark = pytest.mark.browser
LIST, GO_ON = (0.3, 0.35), (0.3, 0.7)
"""Where on the window the buttons of `person` are, whatever bars a browser shows above the page."""
STRANGERS = (b"budi_invented", b"siti.invented", b"Nama Budi", b"Nama siti")
LIKERS = "GET /api/v1/media/3900000000000000505/likers/"


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    screen.require()
    with screen.screen() as name:
        yield name


@pytest.fixture
def server() -> Iterator[Replay]:
    with playing("instagram") as playing_server:
        lively(playing_server)
        yield playing_server


@pytest.fixture
def office(tmp_path: Path, server: Replay) -> Office:
    return Office.open(tmp_path / "kantor", server, "kelmawar")


def asked_for(server: Replay, beginning: str) -> bool:
    return any(one.startswith(beginning) for one in server.asked)


def open_the_list(person: Sitting, server: Replay) -> None:
    """Look at the post for a while, then click where it says who liked it."""
    until(lambda: asked_for(server, f"GET {POST}") and bool(person.window), "the page")
    person.hand("sleep", "3")
    until(lambda: person.click(*LIST) or asked_for(server, LIKERS), "the list")


def test_a_person_opens_the_list_of_who_liked_a_post_and_it_comes_in(
    display: str, server: Replay, office: Office
) -> None:
    with sitting(display, office.folder / "config.yaml", f"{server.url}{POST}") as person:
        open_the_list(person, server)
        person.hand("sleep", "2")
        person.type("q")
        code, answer, err = person.ends()

    data = answer["data"]
    assert code == 0, err
    assert "tilik clicks and types nothing" in err
    (likers,) = [one for one in data["lists"] if one["direction"] == "likers"]
    assert (likers["seen"], likers["claimed"], likers["complete"]) == (3, 5, False)
    assert data["people_not_watched"] == 2
    assert data["new_posts"] == 1
    assert data["pictures"] == 1
    liked = office.rows(
        "select a.handle, i.action from interactions i join accounts a on a.id = i.account_id where action = 'liked'"
    )
    assert liked == [("kelmawar", "liked")]
    assert office.rows("select distinct mode from visits") == [("attended",)]
    assert office.rows("select kind from originals") == [("attended",)]


def test_nothing_of_the_person_and_of_strangers_is_kept_and_the_profile_is_gone(
    display: str, server: Replay, office: Office
) -> None:
    with sitting(display, office.folder / "config.yaml", f"{server.url}{POST}") as person:
        open_the_list(person, server)
        person.hand("sleep", "1")
        person.type("q")
        code, _, err = person.ends()

    kept = office.everything_kept()
    assert code == 0, err
    assert b"kelmawar" in kept
    assert [name for name, secret in SECRETS.items() if secret.encode() in kept] == []
    assert [stranger for stranger in STRANGERS if stranger in kept] == []
    assert b"17841400000000777" not in kept
    assert list((office.folder / "data" / "profiles").iterdir()) == []


def test_a_window_that_is_closed_in_the_middle_keeps_what_was_seen(
    display: str, server: Replay, office: Office
) -> None:
    with sitting(display, office.folder / "config.yaml", f"{server.url}{POST}") as person:
        open_the_list(person, server)
        person.hand("sleep", "1")
        person.press("ctrl+w")
        code, answer, err = person.ends()

    assert code == 0, err
    assert answer["data"]["ended"] == "closed"
    assert answer["data"]["interactions"] == 2
    assert answer["data"]["new_posts"] == 1


def test_ctrl_c_keeps_what_was_seen(display: str, server: Replay, office: Office) -> None:
    with sitting(display, office.folder / "config.yaml", f"{server.url}{POST}") as person:
        until(lambda: asked_for(server, f"GET {POST}") and bool(person.window), "the page")
        person.hand("sleep", "2")
        person.ctrl_c()
        code, answer, err = person.ends()

    assert code == 130, err
    assert answer["data"]["ended"] == "stopped"
    assert answer["data"]["new_posts"] == 1
    assert list((office.folder / "data" / "profiles").iterdir()) == []


def test_the_queue_is_walked_with_enter_and_what_is_skipped_is_not_kept(
    display: str, server: Replay, tmp_path: Path
) -> None:
    office = Office.open(tmp_path / "kantor", server, "kelmawar", "kel_hilang", "kel_tutup")
    with sitting(display, office.folder / "config.yaml", "--queue") as person:
        until(lambda: len(server.pages) == 1, "the first page")
        person.hand("sleep", "2")
        person.type("")
        until(lambda: len(server.pages) == 2, "the second page")
        person.hand("sleep", "1")
        person.type("s")
        until(lambda: len(server.pages) == 3, "the third page")
        person.hand("sleep", "1")
        person.type("q")
        code, answer, err = person.ends()

    data = answer["data"]
    assert code == 0, err
    assert "permission" in err
    assert (data["opened"], data["skipped"], data["left"]) == (3, 1, 0)
    opened = [one.removeprefix("GET ").strip("/") for one in server.pages]
    looked = {row[0] for row in office.rows("select a.handle from visits v join accounts a on a.id = v.account_id")}
    assert looked == {opened[0], opened[2]}
    assert not asked_for(server, "GET /robots.txt")  # a person looks; nothing was asked by the machine


def test_what_was_looked_at_waits_no_more(display: str, server: Replay, office: Office) -> None:
    with sitting(display, office.folder / "config.yaml", "--queue") as person:
        until(lambda: asked_for(server, f"GET {PROFILE}"), "the profile")
        person.hand("sleep", "2")
        person.type("")
        code, answer, err = person.ends()

    again = office.run("capture", "--queue", "--json")

    assert (code, answer["data"]["left"]) == (0, 0), err
    assert again.code == 0
    assert again.data["opened"] == 0


def test_an_account_of_ones_own_is_recorded_as_such_in_a_profile_kept_apart(
    display: str, server: Replay, office: Office
) -> None:
    reason = "Daftar penyuka hanya tampil setelah masuk"
    words = (f"{server.url}{POST}", "--own-account", reason, "--yes")
    with sitting(display, office.folder / "config.yaml", *words) as person:
        open_the_list(person, server)
        person.hand("sleep", "2")
        person.type("q")
        code, _, err = person.ends()

    assert code == 0, err
    assert "an account of your own" in err
    assert {row[0] for row in office.rows("select note from visits")} == {"own_account"}
    assert all(reason in row[0] for row in office.rows("select request from captures"))
    assert reason in office.rows("select counts from originals")[0][0]
    profiles = office.folder / "data" / "profiles"
    assert [one.name for one in profiles.iterdir()] == ["own"]
    assert profiles.stat().st_mode & 0o077 == 0
    blobs = b"".join(path.read_bytes() for path in (office.folder / "data" / "blobs").rglob("*") if path.is_file())
    rows = (office.folder / "tilik.db").read_bytes()
    assert [name for name, secret in SECRETS.items() if secret.encode() in blobs + rows] == []


def test_a_window_ends_by_itself_after_the_seconds_that_were_given(
    display: str, server: Replay, office: Office
) -> None:
    words = (f"{server.url}{PROFILE}", "--seconds", "4")
    with sitting(display, office.folder / "config.yaml", *words) as person:
        code, answer, err = person.ends()

    assert code == 0, err
    assert answer["data"]["ended"] == "time"
    assert answer["data"]["posts"] == 3


def test_without_a_screen_nothing_is_opened_and_it_is_said(
    server: Replay, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scraper.fetch.browser.window.has_screen", lambda: False)

    ran = office.run("capture", f"{server.url}{POST}", "--json")

    assert (ran.code, ran.answer["error"]["code"]) == (7, "no_screen")
    assert server.asked == []


@pytest.mark.parametrize(
    ("words", "code", "error"),
    [
        (("http://127.0.0.1:9/",), 3, "address_refused"),
        (("file:///etc/passwd",), 3, "address_refused"),
        (("javascript:alert(1)",), 3, "address_refused"),
        (("http://10.0.0.1/", "--seconds", "1"), 3, "address_refused"),
        (("https://contoh.example/", "--queue"), 4, "capture_url_or_queue"),
        (("--queue", "--platform", "friendster"), 4, "platform_not_known"),
        (("--own-account", " "), 4, "capture_without_reason"),
        (("--own-account", "perlu"), 4, "capture_not_confirmed"),
    ],
)
def test_what_must_not_be_opened_is_named_before_any_window_is(
    words: tuple[str, ...], code: int, error: str, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", StringIO("n\n"))

    ran = office.run("capture", *words, "--json")

    assert (ran.code, ran.answer["error"]["code"]) == (code, error)
    assert not (office.folder / "data" / "profiles").exists()


def test_the_warning_before_an_own_account_is_there_in_both_languages(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = []
    for language in ("en", "id"):
        monkeypatch.setattr("sys.stdin", StringIO("tidak\n"))
        told.append(office.run("--lang", language, "capture", "--own-account", "perlu").err)

    assert "may show others your name" in told[0]
    assert "menampilkan nama Anda kepada orang lain" in told[1]


def test_after_the_purpose_has_ended_nobody_looks_through_tilik(office: Office, server: Replay) -> None:
    config = office.folder / "config.yaml"
    config.write_text(config.read_text(encoding="utf-8").replace("2099-12-31", "2020-01-01"), encoding="utf-8")

    ran = office.run("capture", f"{server.url}{POST}", "--json")

    assert (ran.code, ran.answer["error"]["code"]) == (5, "purpose_ended")


def test_two_sessions_at_a_time_are_one_too_many(office: Office, server: Replay) -> None:
    with only_one(office.folder / "data" / "capture.lock"):
        ran = office.run("capture", f"{server.url}{POST}", "--json")

    assert (ran.code, ran.answer["error"]["code"]) == (5, "already_running")


def test_where_nothing_waits_nothing_is_opened(tmp_path: Path, server: Replay) -> None:
    office = Office.open(tmp_path / "kantor", server)

    ran = office.run("capture", "--queue")

    assert (ran.code, "Nothing waits" in ran.out) == (0, True)
