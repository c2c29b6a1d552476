"""tilik browser: the browser that looks at pages which need JavaScript."""

import asyncio

import typer

from commands.shared import CONFIG, ConfigOption, JsonOption, answer, load_settings, tell
from language import say

app = typer.Typer(no_args_is_help=True, help=say("The browser for pages that need JavaScript."))


def unsandboxed() -> str:
    """Warn of a browser that ran without its sandbox."""
    return say(
        "WARNING: the browser ran without its sandbox, because tilik runs as the administrator (root). "
        "A hostile page could do harm. Run tilik as an ordinary user."
    )


@app.callback()
def _group() -> None:
    """Keep `browser` a group although it has one command."""


@app.command()
def install(config: ConfigOption = CONFIG, as_json: JsonOption = False) -> None:
    """Get a browser: Playwright's own headless shell, else the one of this system."""
    from core.settings import Crawl
    from scraper.fetch import browsers
    from scraper.fetch.browser import find_browser

    crawl = load_settings(config).crawl if config.exists() else Crawl()
    command = browsers.install()
    found = asyncio.run(find_browser(crawl))
    if as_json:
        answer({"command": command, "browser": found.choice.name, "version": found.version})
    else:
        tell("Browser: {name} {version}", name=found.choice.name, version=found.version)
