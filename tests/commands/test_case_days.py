"""How many days are left for the handling of a case: in the list, on the page, in the digest, and in the dossier."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from core.clock import SystemClock
from jobs import dossier as gathering
from jobs.dossier import Asked
from language import speaking
from review.dossier.fields import fields_of
from review.dossier.making import SHOWN
from storage.vault import Vault
from tests.commands.court import FIRST, SECOND, open_case, ready
from tests.commands.desk import Desk
from tests.commands.test_case import ASN, matches_of, move
from tests.commands.test_evidence import opened
from tests.review.page.house import SECOND as VISITOR
from tests.review.page.house import open_house

AGREE = ("case", "agree", "C-0000012", "--by", SECOND)


@pytest.fixture
def office(prepared: Path, tmp_path: Path, dead_port: int, cache: Path) -> Desk:  # noqa: ARG001  (a cache is there)
    """Bring a case to a finding, today."""
    desk = Desk(folder=Path(shutil.copytree(prepared, tmp_path / "kantor")), dead=dead_port)
    ready(desk)
    assert open_case(desk, *matches_of(desk, ASN)).code == 0
    assert move(desk, "penelusuran").code == 0
    for state in ("pleno", "temuan"):
        assert move(desk, state).code == 0
        assert desk.run("case", "list", "--json").data[0]["handling"] == []
        assert desk.run(*AGREE).code == 0
    return desk


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
    assert "1 due within" in office.run("digest").out
    assert list(office.run("digest", "--json").data["handling"].values()) == [{"over": 0, "soon": 1}]
    with opened(office) as found, speaking("id"):
        asked = Asked(case_id=1, by=FIRST, vault=Vault(folder=office.folder / "data"))
        told = fields_of(gathering.gather(found, asked, SHOWN))["perkara"]["tenggat"]
    assert told.startswith("penanganan sejak diregistrasi (temuan")
    assert "sisa 2 hari" in told

    real = SystemClock.now
    monkeypatch.setattr(SystemClock, "now", lambda clock: real(clock) + timedelta(days=4))

    assert "over since 2 days" in words(office.run("case", "show", "C-0000012").out)
    assert list(office.run("digest", "--json").data["handling"].values()) == [{"over": 1, "soon": 0}]
    with open_house(office) as house:
        visitor = house.visitor(VISITOR)
        for address in ("/perkara", "/perkara/C-0000012"):
            assert "over since 2 days, counted carefully" in words(visitor.get(address).text), address
        assert "(only a typed name)" in visitor.get("/perkara/C-0000012").text
