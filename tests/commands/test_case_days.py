"""How many days are left for the handling of a case: in the list, on the page, in the digest, and in the dossier."""

import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from core.clock import SystemClock
from jobs import dossier as gathering
from jobs.dossier import Asked
from language import speaking
from review.dossier import paper
from review.dossier.fields import fields_of
from review.dossier.making import SHOWN
from storage import tables
from storage.vault import Vault
from tests.commands.court import FIRST, SECOND, open_case
from tests.commands.desk import Desk
from tests.commands.test_case import ASN, matches_of, move
from tests.commands.test_evidence import opened
from tests.review.page.house import FIRST as OTHER
from tests.review.page.house import SECOND as VISITOR
from tests.review.page.house import open_house

AGREE = ("case", "agree", "C-0000012", "--by", SECOND)


@pytest.fixture
def plenary(standing: Path, tmp_path: Path, dead_port: int) -> Desk:
    """Bring a case to pleno."""
    desk = Desk(folder=Path(shutil.copytree(standing, tmp_path / "kantor")), dead=dead_port)
    assert open_case(desk, *matches_of(desk, ASN)).code == 0
    assert move(desk, "penelusuran").code == 0
    assert move(desk, "pleno").code == 0
    assert desk.run(*AGREE).code == 0
    return desk


@pytest.fixture
def office(plenary: Desk) -> Desk:
    """Bring it to a finding, today."""
    assert move(plenary, "temuan").code == 0
    assert plenary.run("case", "list", "--json").data[0]["handling"] == []
    assert plenary.run(*AGREE).code == 0
    return plenary


def words(text: str) -> str:
    return " ".join(text.split())


def test_what_is_left_and_what_is_over_is_said_everywhere(office: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    (line,) = office.run("case", "list", "--json").data
    assert [(one["id"], one["from"], one["days_left"]) for one in line["handling"]] == [
        ("handled", "temuan", 2),
        ("handled-longer", "temuan", 4),
    ]
    assert "2 days left" in words(office.run("case", "list").out)
    shown = words(office.run("case", "show", "C-0000012").out)
    assert "handling from registration (finding (temuan, B.2)): until" in shown
    assert "pasal 134 [wording read" in shown
    assert "registered: counted from its entry here, " in shown
    assert "2 days left (from its entry)" in words(office.run("case", "list").out)
    assert "1 of these are counted from their entry" in office.run("digest").out
    assert "1 due within" in office.run("digest").out
    assert list(office.run("digest", "--json").data["handling"].values()) == [{"over": 0, "soon": 1, "unstated": 1}]
    with opened(office) as found, speaking("id"):
        asked = Asked(case_id=1, by=FIRST, vault=Vault(folder=office.folder / "data"))
        told = fields_of(gathering.gather(found, asked, SHOWN))["perkara"]["tenggat"]
    assert told.startswith("penanganan sejak diregistrasi (temuan")
    assert "sisa 2 hari" in told
    assert "registrasi: dihitung sejak dicatat di sini, " in told

    real = SystemClock.now
    monkeypatch.setattr(SystemClock, "now", lambda clock: real(clock) + timedelta(days=4))

    assert "over since 2 days" in words(office.run("case", "show", "C-0000012").out)
    assert list(office.run("digest", "--json").data["handling"].values()) == [{"over": 1, "soon": 0, "unstated": 1}]
    with open_house(office) as house:
        visitor = house.visitor(VISITOR)
        for address in ("/perkara", "/perkara/C-0000012"):
            assert "over since 2 days, counted carefully" in words(visitor.get(address).text), address
        assert "(only a typed name)" in visitor.get("/perkara/C-0000012").text


MOVE = ("case", "move", "C-0000012", "temuan", "--by", FIRST, "--reason", "Diregistrasi", "--json")


def of_old(desk: Desk) -> None:
    """Let the acts be old: the posts were written in 2020, in this clock's past."""
    with opened(desk) as found, found.database.write() as session:
        long_ago = datetime(2020, 1, 2, 3, tzinfo=UTC)
        session.execute(update(tables.posts).values(posted_at=long_ago))
        session.execute(update(tables.interactions).values(acted_at=long_ago, first_seen_at=long_ago))


def today(desk: Desk) -> date:
    with opened(desk) as found:
        return found.today


def test_the_day_on_which_the_office_registered_is_counted_from_and_said_to_be_its_word(plenary: Desk) -> None:
    of_old(plenary)
    now = today(plenary)
    day = now - timedelta(days=3)
    assert plenary.run(*MOVE, "--on", str(day)).code == 0
    assert plenary.run(*AGREE).code == 0

    (line,) = plenary.run("case", "list", "--json").data
    found = [(one["days_left"], one["stated_on"], one["entered_by"], one["known"]) for one in line["handling"]]
    assert found == [(-1, str(day), FIRST, "typed"), (1, str(day), FIRST, "typed")]
    assert "counted carefully (from" in words(plenary.run("case", "list").out)
    shown = words(plenary.run("case", "show", "C-0000012").out)
    assert f"by {FIRST} (only a typed name). The day is what the office states" in shown
    assert plenary.run("case", "show", "C-0000012", "--json").data["moves"][-1]["stated_on"] == str(day)
    assert list(plenary.run("digest", "--json").data["handling"].values()) == [{"over": 1, "soon": 0, "unstated": 0}]
    assert "counted from their entry" not in plenary.run("digest").out
    deeds = [one["detail"] for one in plenary.run("audit", "list", "--json").data]
    assert f"C-0000012 temuan ? {day} typed" in deeds
    with opened(plenary) as office, speaking("id"):
        asked = Asked(case_id=1, by=FIRST, vault=Vault(folder=plenary.folder / "data"))
        made = fields_of(gathering.gather(office, asked, SHOWN))
    said = f"registrasi: {paper.day(day)}, dicatat {paper.day(now)} oleh {FIRST} (hanya nama yang diketik)"
    assert said in made["perkara"]["tenggat"]
    assert f"registrasi: {paper.day(day)}, menurut pernyataan kantor" in made["riwayat"][-1]["waktu"]
    assert any("bila kantor menyatakannya" in one for one in made["tak_terbukti"])


@pytest.mark.parametrize(("days", "code"), [(1, "case_date_ahead"), (-20_000, "case_day_early")])
def test_a_day_that_cannot_be_is_refused_and_nothing_is_kept(plenary: Desk, days: int, code: str) -> None:
    of_old(plenary)
    before = plenary.rows()["case_moves"]

    ran = plenary.run(*MOVE, "--on", str(today(plenary) + timedelta(days=days)))

    assert (ran.code, ran.answer["error"]["code"]) == (4, code)
    assert plenary.run(*MOVE, "--on", "20-11-2024").code == 2
    assert plenary.rows()["case_moves"] == before


def test_on_the_page_a_day_is_taken_shown_to_the_second_person_and_refused_where_it_cannot_be(plenary: Desk) -> None:
    of_old(plenary)
    day = today(plenary) - timedelta(days=1)
    room = "/perkara/C-0000012"
    with open_house(plenary) as house:
        first, second = house.visitor(VISITOR), house.visitor(OTHER)
        for wrong in (str(day + timedelta(days=2)), "20/11/2024", "1970-01-01"):
            step = {"keadaan": "temuan", "alasan": "Diregistrasi", "hari": wrong}
            assert first.post(f"{room}/pindah", **step).status_code == 400, wrong
        step = {"keadaan": "temuan", "alasan": "Diregistrasi", "hari": str(day)}
        assert first.post(f"{room}/pindah", **step).status_code == 303
        waits = words(second.get(room).text)
        assert f"registered: {day.day} {day:%B %Y}, as the office states." in waits
        assert second.post(f"{room}/jawab", jawaban="setuju").status_code == 303

        told = words(second.get(room).text)
        assert f"registered: {day.day} {day:%B %Y}, entered " in told
        assert f"by {VISITOR}. The day is what the office states" in told
        assert "1 days left (from" in words(first.get("/perkara").text)
