"""Who gets in, what they may do, and what every answer says to a browser."""

import socket
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import text

from core.deeds import Did, Duty
from storage import people
from tests.commands.desk import Desk
from tests.review.page.house import ADMIN, FIRST, PASSWORD, RUNNER, House, open_house

ROOMS = ("/", "/antrean", "/dasbor", "/kotak-masuk", "/perlu-dilihat", "/jalankan", "/daftar-pantau", "/kesehatan",
         "/label", "/model", "/orang", "/catatan", "/perkara", "/perkara/baru?cocok=F-0000012")  # fmt: skip


@pytest.mark.parametrize("room", [*ROOMS, "/kartu/F-0000012", "/gambar/F-0000012.png"])
def test_nobody_sees_a_room_without_logging_in(house: House, room: str) -> None:
    answer = house.visitor().get(room)

    assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/masuk")


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_opens_and_forbids_what_is_not_ours(house: House, room: str) -> None:
    answer = house.visitor(FIRST).get(room)

    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert "<script>" not in answer.text
    assert " onclick" not in answer.text
    assert " style=" not in answer.text


def test_a_name_that_leads_here_is_not_answered(house: House) -> None:
    answer = house.visitor(FIRST).get("/", headers={"host": "jahat.example"})

    assert answer.status_code == 421


def test_a_form_of_another_page_is_refused(house: House) -> None:
    visitor = house.visitor(FIRST)

    for origin in ("http://jahat.example", "null", ""):
        answer = visitor.client.post("/keluar", data={"kata": visitor.word()}, headers={"origin": origin})
        assert answer.status_code == 403


def test_a_form_without_the_word_of_its_login_is_refused(house: House) -> None:
    one, other = house.visitor(FIRST), house.visitor(ADMIN)

    assert one.post("/putuskan/F-0000012", kata=other.word(), putusan="not/").status_code == 403
    assert one.post("/putuskan/F-0000012", kata="", putusan="not/").status_code == 403


def test_what_is_too_large_or_does_not_say_how_large_it_is_is_not_read(house: House) -> None:
    visitor = house.visitor(FIRST)
    for length in (str(700 * 1024 * 1024), "-1", "banyak"):
        with socket.create_connection(("127.0.0.1", int(house.address.rpartition(":")[2]))) as raw:
            host = house.address.partition("//")[2]
            cookie = f"tilik={visitor.client.cookies['tilik']}"
            head = f"POST /batal HTTP/1.1\r\nHost: {host}\r\nOrigin: {house.address}\r\nCookie: {cookie}\r\n"
            raw.sendall(f"{head}Content-Length: {length}\r\n\r\n".encode())
            assert raw.recv(20).split()[1] in {b"413", b"400"}


def test_the_cookie_is_closed_to_scripts_and_to_other_sites(house: House) -> None:
    answer = house.visitor().post("/masuk", nama=FIRST, sandi=PASSWORD)

    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


def test_wrong_passwords_make_a_name_wait_and_say_nothing_of_who_exists(house: House) -> None:
    visitor = house.visitor()
    for name in (FIRST, "Tiada"):
        wrong = [visitor.post("/masuk", nama=name, sandi="salah semua salah") for _ in range(5)]
        assert [one.status_code for one in wrong] == [403] * 5
        assert visitor.post("/masuk", nama=name, sandi=PASSWORD).status_code == 429


def test_a_login_leads_only_to_our_own_pages(house: House) -> None:
    for onwards in ("//jahat.example", "https://jahat.example", "/\\jahat.example"):
        answer = house.visitor().post(f"/masuk?ke={onwards}", nama=FIRST, sandi=PASSWORD)
        assert answer.headers["location"] == "/"


def test_who_logs_out_or_has_left_is_out(house: House) -> None:
    visitor, other = house.visitor(FIRST), house.visitor(RUNNER)
    cookie = visitor.client.cookies["tilik"]
    visitor.post("/keluar")
    again = httpx.get(f"{house.address}/antrean", cookies={"tilik": cookie})
    assert again.status_code == 303

    house.visitor(ADMIN).post("/orang/ubah", nama=RUNNER, apa="berhenti")
    assert other.get("/antrean").status_code == 303
    assert house.visitor().post("/masuk", nama=RUNNER, sandi=PASSWORD).status_code == 403


@pytest.mark.parametrize(
    ("name", "address", "allowed"),
    [
        (RUNNER, "/putuskan/F-0000012", False),
        (RUNNER, "/jalankan/mulai", True),
        (FIRST, "/jalankan/mulai", False),
        (FIRST, "/orang/ubah", False),
        (FIRST, "/model/ubah", False),
        (FIRST, "/kotak-masuk/simpan", False),
        (FIRST, "/batal", True),
    ],
)
def test_each_duty_may_do_its_own(house: House, name: str, address: str, allowed: bool) -> None:  # noqa: FBT001
    answer = house.visitor(name).post(address)

    assert (answer.status_code != 403) == allowed


def test_there_is_no_password_before_somebody_chooses_one(desk: Desk) -> None:
    with open_house(desk, people=False) as empty:
        visitor, key = empty.visitor(), empty.app.state.start_key
        assert visitor.post("/masuk", nama="admin", sandi="admin").status_code == 403
        assert visitor.get("/mulai?kunci=salah").headers["location"] == "/masuk"
        assert visitor.post(f"/mulai?kunci={key}", nama="Ketua", sandi="pendek").status_code == 400

        assert visitor.post(f"/mulai?kunci={key}", nama="Ketua", sandi=PASSWORD).status_code == 303
        assert visitor.get("/orang").status_code == 200
        assert empty.visitor().get(f"/mulai?kunci={key}").headers["location"] == "/masuk"
        with empty.tools.database.read() as session:
            (first,) = people.everybody(session)
    assert first.duty is Duty.ADMIN
    assert first.password.startswith("$argon2id$")


def test_the_record_says_who_opened_what_and_who_failed(house: House) -> None:
    house.visitor().post("/masuk", nama=FIRST, sandi="salah semua salah")
    visitor = house.visitor(FIRST)
    visitor.get("/kartu/F-0000012")
    visitor.post("/ekspor")

    with house.tools.database.read() as session:
        done = [(deed.who, deed.what) for deed in people.deeds(session)]
        seconds = people.count_since(session, Did.LOGIN, house.tools.clock.now() - timedelta(minutes=5))

    assert {(FIRST, Did.EXPORT), (FIRST, Did.OPEN), (FIRST, Did.LOGIN)} <= set(done)
    assert (FIRST.casefold(), Did.LOGIN_FAILED) in done
    assert seconds == 1


def test_an_admin_adds_people_and_nobody_changes_their_own_duty(house: House) -> None:
    admin = house.visitor(ADMIN)

    added = admin.post("/orang/ubah", apa="tambah", nama="Wulan", tugas="operator", sandi=PASSWORD)
    taken = admin.post("/orang/ubah", apa="tambah", nama="wulan", tugas="operator", sandi=PASSWORD)
    own = admin.post("/orang/ubah", apa="tugas", nama=ADMIN, nilai="operator")

    assert (added.status_code, taken.status_code, own.status_code) == (303, 400, 400)
    assert house.visitor("Wulan").get("/").status_code == 200


def test_a_mistake_of_ours_tells_no_browser_what_it_was(house: House, caplog: pytest.LogCaptureFixture) -> None:
    visitor = house.visitor(FIRST)
    house.app.state.listed = "not what it should be"

    answer = visitor.get("/antrean")

    assert answer.status_code == 500
    assert "Traceback" not in answer.text
    assert "not what" not in answer.text
    assert "TypeError" in caplog.text


def test_a_database_that_fails_is_named_and_nothing_is_shown_as_empty(house: House) -> None:
    visitor = house.visitor(FIRST)
    with house.tools.database.write() as session:
        session.execute(text("DROP TABLE tallies"))

    answer = visitor.get("/antrean")

    assert answer.status_code == 503
    assert 'role="alert"' in answer.text
