"""The page in a real browser: by keys alone, on a phone, with hostile posts, and without anything that axe finds."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from sqlalchemy import select, update

from core.records import Answer, Post, PostRef, Standing
from storage import answering, reviewing, tables
from storage.standing import tally
from tests.commands.desk import MOMENT, Desk
from tests.review.page.house import ADMIN, FIRST, SECOND, THIRD, House, log_in, open_house, steady, window
from tests.review.page.test_door import ROOMS
from tests.storage import planted

pytestmark = pytest.mark.browser
SEEN = "https://www.instagram.com/p/DAcontoh123/"
QUICK = 100
"""Milliseconds between two keys, where forty cards are judged."""
STRICT = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}}
PAYLOADS = (
    "<script>window.pwned=1</script>",
    "<img src=x onerror=window.pwned=1>",
    "<svg onload=window.pwned=1>",
    '"><script>window.pwned=1</script>',
    "'><img src=x onerror='window.pwned=1'>",
    "</textarea><script>window.pwned=1</script>",
    "</title><script>window.pwned=1</script>",
    "javascript:window.pwned=1",
    "{{ 7*7 }}{% raw %}",
    "${window.pwned=1}",
    "<iframe srcdoc='<script>parent.pwned=1</script>'>",
    "<a href='javascript:window.pwned=1' autofocus onfocus=window.pwned=1>x</a>",
    "<body onload=window.pwned=1>",
    "<input autofocus onfocus=window.pwned=1>",
    "<details open ontoggle=window.pwned=1>",
    "<math><mtext><script>window.pwned=1</script></mtext></math>",
    "<style>@import 'http://jahat.example/a.css'</style>",
    "<link rel=stylesheet href=http://jahat.example/a.css>",
    "<meta http-equiv=refresh content='0;url=http://jahat.example'>",
    "<div hx-get='http://jahat.example' hx-trigger='load'></div>",
    "<div hx-on:load='window.pwned=1'></div>",
    "<form action=http://jahat.example><button>x</button></form>",
    "<base href=http://jahat.example>",
    "<object data='javascript:window.pwned=1'>",
    "&lt;script&gt;window.pwned=1&lt;/script&gt;",
)


SHOWN = (
    ("/antrean", "/kartu/F-0000012"),
    ("/antrean", "/kartu/F-0000012", "/daftar-pantau"),
    ("/kartu/F-0000012",),
    ("/antrean", "/kartu/F-0000012", "/daftar-pantau"),
)
"""Where each of them is shown."""


USABLE = """() => [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")]
    .filter(one => one.checkVisibility() && !one.disabled)
    .map((one, place) => one.dataset.place = `${place} ${one.tagName} ${one.name || one.innerText.slice(0, 20)}`)"""
FOCUSED = """() => { const at = document.activeElement, how = getComputedStyle(at);
    return [at.dataset.place ?? null, how.outlineStyle !== "none" || at.matches("input[type=date]")] }"""


async def watched(context: Any, complaints: list[str], house: House) -> None:  # noqa: ANN401
    """Collect what a page must not do: mistakes, refusals of the policy, requests to anybody else."""

    def on_page(page: Any) -> None:  # noqa: ANN401
        page.on("pageerror", lambda error: complaints.append(f"mistake: {error}"))
        page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)

    context.on("page", on_page)
    context.on(
        "request",
        lambda asked: (
            None if asked.url.startswith((house.address, "blob:")) else complaints.append(f"asked {asked.url}")
        ),
    )


async def press(page: Any, *keys: str, looking: int = 400) -> None:  # noqa: ANN401
    """Press keys as a person does who has looked at the card for some milliseconds."""
    for key in keys:
        await steady(looking)
        await page.keyboard.press(key)


async def next_card(page: Any, before: str) -> str:  # noqa: ANN401
    """Wait until another card is there."""
    await page.wait_for_function("before => document.querySelector('[data-card]')?.dataset.card !== before", arg=before)
    return await shown(page)


async def shown(page: Any) -> str:  # noqa: ANN401
    """Name the card that is shown; nothing at the end of the queue."""
    found: str = await page.evaluate("() => document.querySelector('[data-card]')?.dataset.card ?? ''")
    return found


def test_cards_are_decided_by_keys_alone_and_the_last_one_is_taken_back(house: House) -> None:
    complaints: list[str] = []

    async def work() -> list[str]:
        async with window() as context:
            await watched(context, complaints, house)
            page = await log_in(context, house, FIRST)
            await page.goto(f"{house.address}/antrean")
            await page.keyboard.press("j")
            seen = [await _first(page)]
            await press(page, "1", "2")
            seen.append(await next_card(page, seen[-1]))
            await press(page, "2", "h")
            seen.append(await next_card(page, seen[-1]))
            await press(page, "u")
            seen.append(await next_card(page, seen[-1]))
            await press(page, "2", "2")
            seen.append(await next_card(page, seen[-1]))
            assert f"/kartu/{seen[-1]}" in page.url
            return seen

    seen = asyncio.run(work())

    assert seen[3] == seen[1]
    with house.tools.database.read() as session:
        said = [(one.row.answer, one.row.reason) for one in reviewing.latest_of(session, FIRST, 10)]
    assert said == [(Answer.NOT, None), (Answer.SOLICITATION, "implicit_call")]
    assert complaints == []


async def _first(page: Any) -> str:  # noqa: ANN401
    await page.wait_for_selector("[data-card]")
    return await shown(page)


def test_a_held_or_bouncing_key_decides_nothing_that_nobody_saw(house: House) -> None:
    async def work() -> int:
        async with window() as context:
            page = await log_in(context, house, FIRST)
            await page.goto(f"{house.address}/antrean")
            await page.keyboard.press("j")
            await _first(page)
            for _ in range(12):  # at once, and one after the other faster than anybody reads
                await page.keyboard.press("3")
            await page.wait_for_timeout(600)
            await page.evaluate(
                "() => { for (let i = 0; i < 20; i++) document.dispatchEvent("
                "new KeyboardEvent('keydown', {key: '3', repeat: true, bubbles: true})) }"
            )
            await page.wait_for_timeout(600)
            with house.tools.database.read() as session:
                return len(reviewing.latest_of(session, FIRST, 50))

    assert asyncio.run(work()) <= 1


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("size", [(1280, 900), (360, 740)])
def test_axe_finds_nothing_and_nothing_runs_over_the_edge(house: House, language: str, size: tuple[int, int]) -> None:
    complaints: list[str] = []

    async def work() -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        async with window(viewport={"width": size[0], "height": size[1]}) as context:
            await watched(context, complaints, house)
            host = house.address.partition("//")[2].partition(":")[0]
            await context.add_cookies([{"name": "bahasa", "value": language, "domain": host, "path": "/"}])
            page = await context.new_page()
            await page.goto(f"{house.address}/masuk")
            found["/masuk"] = await _axe(page)
            page = await log_in(context, house, ADMIN)
            await page.goto(f"{house.address}/antrean")
            await page.keyboard.press("j")
            card = await _first(page)
            found["open card"] = await _axe(page)
            await press(page, "1", "1")
            await next_card(page, card)
            for room in (*ROOMS, f"/kartu/{card}", "/antrean?tampilan=selesai", "/tiada"):
                await page.goto(f"{house.address}{room}")
                found[room] = await _axe(page)
                wide = await page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")
                assert wide <= 0, f"{room} is {wide} px too wide"
        return {room: problems for room, problems in found.items() if problems}

    assert asyncio.run(work()) == {}
    assert [one for one in complaints if "404" not in one] == []


async def _axe(page: Any) -> list[str]:  # noqa: ANN401
    result = await Axe().run(page, options={**STRICT, "resultTypes": ["violations"]})
    return [f"{one['id']}: {[node['html'][:200] for node in one['nodes']]}" for one in result.response["violations"]]


def test_every_room_can_be_used_by_keyboard_alone(house: House) -> None:
    """The Tab key reaches everything that can be used, one after the other, and shows where it is."""

    async def work() -> dict[str, list[str]]:
        missed: dict[str, list[str]] = {}
        async with window() as context:
            page = await log_in(context, house, ADMIN)
            for room in (*ROOMS, "/kartu/F-0000012"):
                await page.goto(f"{house.address}{room}")
                left = set(await page.evaluate(USABLE))
                for _ in range(3 * len(left) + 20):  # days have three stops, tables one of their own
                    await page.keyboard.press("Tab")
                    at, outlined = await page.evaluate(FOCUSED)
                    assert outlined or at is None, f"{room}: nobody sees that {at} has the focus"
                    left.discard(at)
                if left:
                    missed[room] = sorted(left)
        return missed

    assert asyncio.run(work()) == {}


@pytest.mark.parametrize("part", range(4))
def test_a_hostile_post_runs_nothing_and_asks_nobody(house: House, part: int) -> None:
    """A hundred times: each payload in the text, the account's name, the post's address, and the office's name."""
    complaints: list[str] = []
    with house.tools.database.write() as session:
        ids = list(session.scalars(select(tables.posts.c.id).order_by(tables.posts.c.id)))

    async def work() -> None:
        async with window() as context:
            await watched(context, complaints, house)
            page = await log_in(context, house, FIRST)
            for payload in PAYLOADS:
                _plant(house, ids, part, payload)
                for room in SHOWN[part]:
                    await page.goto(f"{house.address}{room}", wait_until="load")
                    assert await page.evaluate("() => window.pwned") is None, (payload, room)
                    assert page.url.startswith(house.address)

    asyncio.run(work())

    assert [one for one in complaints if "F-0000012.png" not in one] == []


def _plant(house: House, ids: list[int], part: int, payload: str) -> None:
    with house.tools.database.write() as session:
        if part == 0:
            session.execute(update(tables.post_versions).values(text=f"{payload} coblos nomor 1 {payload}"))
        elif part == 1:
            session.execute(update(tables.accounts).where(tables.accounts.c.id == 1).values(handle=payload))
        elif part == 2:
            session.execute(update(tables.posts).where(tables.posts.c.id.in_(ids)).values(url=payload))
        else:
            session.execute(update(tables.subjects).where(tables.subjects.c.id == 1).values(unit=payload))


def test_the_whole_loop_from_three_people_to_a_new_model(desk: Desk) -> None:
    """Twenty cards by keys, one taken back, two judged differently and settled, labels counted, trained again."""
    grown(desk, 20)
    with open_house(desk) as house:
        house.tools.settings.review.__dict__.update(overlap=1.0, decision_gap_ms=QUICK // 2)
        decided = asyncio.run(_twenty(house))
        asyncio.run(_second(house, decided))
        asyncio.run(_third(house))
        with house.tools.database.read() as session:
            counts = tally(session)
            labels = answering.current_labels(session)
        assert sum(number for (standing, _, _), number in counts.items() if standing is Standing.CONFLICT) == 0
        assert len(labels) >= 15
        asyncio.run(_retrain(house))
        with house.tools.database.read() as session:
            assert list(reviewing.judged_by_several(session)) != []


def grown(desk: Desk, count: int) -> None:
    """Plant more calls, so that there are enough cards; score them as the office does."""
    lines = [f"Ayo coblos nomor 1 Kang Wira, kampung {name}, jam {n}!" for n, name in enumerate(NAMES[:count])]
    from tests.commands import desk as of_commands  # noqa: PLC0415

    with pytest.MonkeyPatch.context() as patch, desk.opened() as database:
        patch.setattr(of_commands, "CALLS", (*of_commands.CALLS, *of_commands.NEUTRAL, *lines))
        patch.setattr(of_commands, "NEUTRAL", ())
        of_commands.plant(database)
    assert desk.run("classify", "--no-pictures").code == 0


NAMES = ("Anyar", "Bakung", "Cibiru", "Dadap", "Eurih", "Gintung", "Haur", "Jambu", "Kemuning", "Lengkong", "Melati",
         "Nangka", "Oncom", "Pandan", "Rancage", "Salam", "Tanjung", "Urug", "Waru", "Yasmin")  # fmt: skip


async def _twenty(house: House) -> list[str]:
    async with window() as context:
        page = await log_in(context, house, FIRST)
        await page.goto(f"{house.address}/antrean")
        await page.keyboard.press("j")
        done: list[str] = []
        card = await _first(page)
        while len(done) < 20:
            await press(page, "1", "1", looking=QUICK)
            done.append(card)
            card = await next_card(page, card)
        await press(page, "u")
        await page.wait_for_function(
            "card => document.querySelector('[data-card]')?.dataset.card === card", arg=done[-1]
        )
        await press(page, "1", "1")
        await next_card(page, done[-1])
        return done


async def _second(house: House, decided: list[str]) -> None:
    async with window() as context:
        page = await log_in(context, house, SECOND)
        await page.goto(f"{house.address}/antrean?tampilan=kedua")
        assert FIRST not in await page.inner_text("main")
        await page.keyboard.press("j")
        card = await _first(page)
        for number in range(len(decided)):
            await press(page, *(("2", "h") if number < 2 else ("1", "1")), looking=QUICK)
            card = await next_card(page, card)


async def _third(house: House) -> None:
    async with window() as context:
        page = await log_in(context, house, THIRD)
        await page.goto(f"{house.address}/antrean?tampilan=konflik")
        await page.keyboard.press("j")
        card = await _first(page)
        for _ in range(2):
            assert FIRST in await page.inner_text(".sides")
            await press(page, "1", "1")
            card = await next_card(page, card)


async def _retrain(house: House) -> None:
    async with window() as context:
        page = await log_in(context, house, ADMIN)
        await page.goto(f"{house.address}/model")
        await page.click("button[value=retrain]")
        await page.wait_for_function(
            "() => document.querySelector('#kerja [role=status] strong')?.innerText.match(/Selesai|Done|Gagal|Failed/)",
            timeout=180_000,
        )
        said = await page.inner_text("#kerja")
        assert "Gagal" not in said, said
        await page.goto(f"{house.address}/label")
        assert SECOND in await page.inner_text("main")


def test_a_first_day_goes_from_a_file_to_a_decision_without_a_terminal(desk: Desk, tmp_path: Path) -> None:
    """A post was collected; who liked it, only a person could see. They bring a table of what they saw."""
    assert desk.watch("instagram;kel_tiga;kelurahan;Kelurahan Tiga;Kecamatan Rekaan;99.01.01;Surat;2020-01-01;").data
    with desk.opened() as database, database.write() as session:
        ref = PostRef(platform="instagram", uri=SEEN, url=SEEN)
        text = "Ayo warga, coblos nomor 1 Kang Wira tanggal 25 Juni!"
        planted.save(session, planted.owners(), Post(ref=ref, author=None, text=text, posted_at=MOMENT), now=MOMENT)
    file = tmp_path / "pengamatan.csv"
    row = f"{SEEN},kel_tiga orang.lain,2026-05-02 15:15,Petugas Satu"
    file.write_text(f"Tautan kiriman,Akun terlihat,Dilihat pada,Saksi\n{row}\n", encoding="utf-8")

    with open_house(desk) as house:
        asyncio.run(_first_day(house, file))
        with house.tools.database.read() as session:
            (mine,) = reviewing.latest_of(session, ADMIN, 10)
            item = answering.review_item(session, mine.row.match_id)

    assert item is not None
    assert (item.handle, item.action, item.post_uri) == ("kel_tiga", "liked", SEEN)
    assert (mine.row.answer, mine.row.reason) == (Answer.SOLICITATION, "explicit_call")


async def _first_day(house: House, file: Path) -> None:
    async with window() as context:
        page = await log_in(context, house, ADMIN)
        await page.click("a[href='/kotak-masuk']")
        await page.set_input_files("[name=berkas]", file)
        await page.click("form.drop button")
        await page.wait_for_selector("form[action='/kotak-masuk/simpan']")
        await page.click("form[action='/kotak-masuk/simpan'] button")
        await page.wait_for_selector("button[value=classify]")
        await page.click("button[value=classify]")
        await page.wait_for_function(
            "() => document.querySelector('#kerja [role=status] strong')?.innerText.match(/Selesai|Done|Gagal|Failed/)",
            timeout=120_000,
        )
        assert re.search("Selesai|Done", await page.inner_text("#kerja"))
        await page.click("a[href='/antrean']")
        await page.click("summary")
        await page.fill("[name=akun]", "kel_tiga")
        await page.click(".filters button")
        await page.click("[data-first]")
        await page.wait_for_selector("button[value='solicitation/explicit_call']")
        await steady()
        await page.click("button[value='solicitation/explicit_call']")
        await page.wait_for_function(
            "() => document.querySelector('#isi h1')?.innerText.match(/Tidak ada lagi|any more/)"
        )
