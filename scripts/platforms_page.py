"""Writes the tables of docs/platforms.md and docs/id/platform.md: `python -m scripts.platforms_page`."""

from pathlib import Path
from typing import Literal

import language
from core.platforms import Instagram, Platforms
from core.records import Mode
from language import say
from scraper.platforms.overview import DIRECTIONS, Overview, overview

DOCS = Path(__file__).parents[1] / "docs"
PAGES: dict[Literal["en", "id"], Path] = {"en": DOCS / "platforms.md", "id": DOCS / "id" / "platform.md"}
BEGIN = "<!-- python -m scripts.platforms_page -->"
END = "<!-- / -->"
WITH_ACCOUNT = Platforms(instagram=Instagram(account_id="1"))
"""As an office has it that set everything up: its own account for Instagram's API."""


def table(chosen: Literal["en", "id"]) -> str:
    """Write what every platform shows in which mode, and what has to be said beside it."""
    language.choose(chosen)
    found = overview(WITH_ACCOUNT)
    columns = [say("platform"), *(say(one) for one in DIRECTIONS), say("key")]
    lines = [f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}"]
    lines += [f"| {one.platform} | {' | '.join(_cells(one))} |" for one in found]
    lines += ["", *(f"- {one.platform}: {say(remark)}." for one in found for remark in one.remarks)]
    return "\n".join(lines)


def _cells(one: Overview) -> list[str]:
    closed = one.needs_permission
    cells = [
        ", ".join(f"{mode}\\*" if closed and mode is Mode.AUTO else mode for mode in one.modes.get(direction, ()))
        for direction in DIRECTIONS
    ]
    return [cell or "–" for cell in cells] + [f"`{one.variable}`" if one.variable else "–"]


def page(chosen: Literal["en", "id"]) -> str:
    """Give a page with its table as it must be now."""
    before, rest = PAGES[chosen].read_text(encoding="utf-8").split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{table(chosen)}\n{END}{after}"


if __name__ == "__main__":
    for name, path in PAGES.items():
        path.write_text(page(name), encoding="utf-8", newline="\n")
