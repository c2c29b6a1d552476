"""Writes the tables of docs/en/platforms.md and docs/id/platforms.md: `python -m scripts.platforms_page`."""

import language
from core.platforms import Instagram, Platforms
from core.records import Mode
from language import say
from scraper.platforms.overview import DIRECTIONS, Overview, overview
from scripts.paper import LANGUAGES, Chosen, place, write

PAGE = "platforms.md"
BEGIN = "<!-- python -m scripts.platforms_page -->"
END = "<!-- / -->"
WITH_ACCOUNT = Platforms(instagram=Instagram(account_id="1"))
"""As an office has it that set everything up: its own account for Instagram's API."""


def table(chosen: Chosen) -> str:
    """Write what every platform shows in which mode, and what has to be said beside it."""
    with language.speaking(chosen):
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


def page(chosen: Chosen) -> str:
    """Give a page with its table as it must be now."""
    before, rest = place(chosen, PAGE).read_text(encoding="utf-8").split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{table(chosen)}\n{END}{after}"


if __name__ == "__main__":
    for one in LANGUAGES:
        write(place(one, PAGE), page(one))
