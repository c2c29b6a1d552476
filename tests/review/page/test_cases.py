"""The case room in a real browser: from a planted like to a dossier, with two people and everything refused without."""

import asyncio
import json
import subprocess
import sys
import zipfile
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from core.cases import Known
from jobs import identities
from storage import cases
from tests.commands.court import NIP, keep_evidence, verify_accounts
from tests.commands.desk import Desk
from tests.commands.test_case_days import of_old
from tests.review.page.house import FIRST, RUNNER, SECOND, House, log_in, open_house, steady, window
from tests.review.page.test_browser import _axe, watched

pytestmark = pytest.mark.browser
MATCH = "F-0000024"


async def _answer_yes(page: Any, house: House) -> None:  # noqa: ANN401
    """Say on the card that it is a call to vote."""
    await page.goto(f"{house.address}/kartu/{MATCH}")
    await page.wait_for_selector("button[value='solicitation/explicit_call']")
    await steady()
    await page.click("button[value='solicitation/explicit_call']")
    await page.wait_for_function(f"() => document.querySelector('[data-card]')?.dataset.card !== '{MATCH}'")


def test_two_people_go_from_a_like_to_a_dossier_without_a_terminal(desk: Desk, tmp_path: Path) -> None:
    keep_evidence(desk)
    verify_accounts(desk)
    of_old(desk)
    complaints: list[str] = []
    with open_house(desk) as house:
        found = asyncio.run(_whole(house, complaints))
        with house.tools.database.read() as session:
            case = cases.find(session, 1)
            numbers = identities.held(session, 1)

    assert case is not None
    assert (case.state, case.row.opened_by) == ("pleno", FIRST)
    assert case.moves[-1].consent is not None
    assert case.moves[-1].consent.who == SECOND
    assert [one.stated_on for one in case.moves[1:]] == [found["day"], found["day"]]
    assert {*(one.known for one in case.entries), *(one.known for one in numbers)} == {Known.LOGIN}
    assert found["axe"] == {}
    assert [one for one in complaints if "409" not in one and "400" not in one] == []
    with zipfile.ZipFile(BytesIO(found["C-0000012.zip"])) as packed:
        packed.extractall(tmp_path / "buka")
        listed = json.loads(packed.read("daftar-berkas.json"))
    assert {one["name"] for one in listed["files"]} >= {"C-0000012.pdf", "C-0000012-form-a.docx", "periksa.py"}
    checked = subprocess.run([sys.executable, "-I", str(tmp_path / "buka" / "periksa.py")], check=False)
    assert checked.returncode == 0
    assert NIP.encode() not in b"".join(path.read_bytes() for path in desk.folder.glob("tilik.db*"))


async def _whole(house: House, complaints: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {"axe": {}}
    async with window() as context:
        await watched(context, complaints, house)
        first = await log_in(context, house, FIRST)
        await _answer_yes(first, house)
        await first.goto(f"{house.address}/kartu/{MATCH}")
        await first.click("#perkara")
        assert FIRST in await first.inner_text(".problem")
        found["axe"] |= await _seen(first, "missing")
        async with window() as other_context:
            second = await log_in(other_context, house, SECOND)
            await _answer_yes(second, house)
            await _open_and_move(first, house, found)
            await second.goto(f"{house.address}/perkara/C-0000012")
            await second.click("button[value=setuju]")
            await second.wait_for_selector("h1:has-text('pleno')")
        await _hand_over(first, house, found)
    return {**found, "axe": {where: what for where, what in found["axe"].items() if what}}


async def _seen(page: Any, where: str) -> dict[str, list[str]]:  # noqa: ANN401
    return {where: await _axe(page)}


async def _open_and_move(page: Any, house: House, found: dict[str, Any]) -> None:  # noqa: ANN401
    """Open the case by keyboard, move it on, and meet what one person alone cannot do."""
    await page.goto(f"{house.address}/perkara/baru?cocok={MATCH}")
    found["axe"] |= await _seen(page, "new")
    await page.focus("[name=alasan]")
    await page.keyboard.type("Disepakati dua orang")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("h1:has-text('informasi awal')")
    day = f"{house.tools.today - timedelta(days=1)}"
    for state in ("penelusuran", "pleno"):
        await page.fill("[name=alasan]", "Perlu ditelusuri lebih lanjut")
        await page.fill("[name=hari]", day)
        await page.click(f"button[value={state}]")
        await page.wait_for_load_state()
    found["day"] = house.tools.today - timedelta(days=1)
    assert "as the office states." in await page.inner_text("form[action$='/jawab']")
    await page.click("button[value=setuju]")
    assert FIRST in await page.inner_text(".problem")
    await page.goto(f"{house.address}/perkara/C-0000012")
    assert "penelusuran" in await page.inner_text("h1")


async def _hand_over(page: Any, house: House, found: dict[str, Any]) -> None:  # noqa: ANN401
    await page.goto(f"{house.address}/perkara/C-0000012")
    await page.click("summary:has-text('NIP')")
    await page.fill("[name=nip]", NIP)
    await page.click("form[action$='/nomor'] button")
    await page.wait_for_load_state()
    await page.click("summary >> nth=0")
    await page.select_option("[name=jenis]", "reply")
    await page.fill("[name=isi]", "Saya tidak sengaja menyukainya.")
    await page.fill("[name=tanggal]", "2026-01-05")
    await page.fill("[name=sumber]", "Berita acara klarifikasi 3")
    await page.click("form[action$='/tambah'] button")
    await page.wait_for_selector("li:has-text('Berita acara klarifikasi 3')")
    assert NIP not in await page.content()
    found["axe"] |= await _seen(page, "room")
    await page.click("form[action$='/berkas'] button")
    await page.wait_for_selector("#jadi", timeout=90_000)
    found["axe"] |= await _seen(page, "made")
    await page.set_viewport_size({"width": 360, "height": 740})
    for summary in await page.query_selector_all("summary"):
        await summary.click()
    assert await page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth") <= 0
    found["axe"] |= await _seen(page, "all of it on a phone")
    for link in await page.query_selector_all("#jadi + ul a"):
        name, address = await link.inner_text(), await link.get_attribute("href")
        answer = await page.context.request.get(f"{house.address}{address}")
        assert answer.ok, name
        found[name] = await answer.body()
    await page.goto(f"{house.address}/perkara")
    found["axe"] |= await _seen(page, "list")


def test_an_operator_opens_no_case_and_takes_no_dossier(desk: Desk) -> None:
    with open_house(desk) as house:
        visitor = house.visitor(RUNNER)

        assert visitor.post("/perkara/buka", cocok=MATCH, alasan="Coba saja").status_code == 403
        assert visitor.get("/perkara/C-0000012/berkas/C-0000012-x/C-0000012.zip").status_code == 404
        assert visitor.get("/perkara/C-0000012/berkas/..%2F..%2F/tilik.db").status_code == 404


def test_a_case_that_one_person_wants_is_refused_with_all_that_is_missing(desk: Desk) -> None:
    with open_house(desk) as house:
        visitor = house.visitor(FIRST)
        answer = visitor.post("/perkara/buka", cocok=MATCH, alasan="Saya yakin sendiri")

        assert answer.status_code == 409
        for words in ("two different people", "nobody has verified", "has no date", "no evidence is held"):
            assert words in answer.text
