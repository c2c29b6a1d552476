"""The pictures of the documents are taken from the page itself: `TILIK_PICTURES=1` puts them into docs/."""

import asyncio
import os
import shutil
from pathlib import Path

import pytest

from tests.commands.desk import HOUSE
from tests.review.page.house import FIRST, House, log_in, window

pytestmark = pytest.mark.browser
KEPT = {"id": HOUSE / "docs" / "id" / "card.png", "en": HOUSE / "docs" / "en" / "card.png"}


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_card_can_be_photographed_for_the_documents(house: House, tmp_path: Path, language: str) -> None:
    path = tmp_path / "card.png"

    async def take() -> None:
        async with window(viewport={"width": 1100, "height": 900}, color_scheme="light") as context:
            host = house.address.partition("//")[2].partition(":")[0]
            await context.add_cookies([{"name": "bahasa", "value": language, "domain": host, "path": "/"}])
            page = await log_in(context, house, FIRST)
            await page.goto(f"{house.address}/antrean")
            await page.click("[data-first]")
            await page.wait_for_selector("[data-card]")
            await page.screenshot(path=path)

    asyncio.run(take())

    assert path.stat().st_size > 20_000
    assert KEPT[language].exists()
    if os.environ.get("TILIK_PICTURES"):
        shutil.copy(path, KEPT[language])
