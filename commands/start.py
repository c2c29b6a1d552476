"""tilik init, doctor, demo, version: the first minutes."""

from importlib import resources
from pathlib import Path
from typing import Annotated

import typer

from commands.shared import CONFIG, MISSING, ConfigOption, JsonOption, answer, print_json, show, tell, version
from language import say

WATCHLIST = (
    "platform;handle;role;subject;unit;region;source;source_date;valid_from;valid_to;identity;"
    "verified_by;verified_on;contest;candidate\r\n"
)


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.command()(init)
    app.command()(demo)
    app.command()(doctor)
    app.command("version")(show_version)


def init(
    folder: Annotated[Path, typer.Argument(help=say("The folder to set up."))] = Path(),
    as_json: JsonOption = False,
) -> None:
    """Set up a folder: commented settings, an empty watchlist, a database."""
    from core import config
    from core.errors import InputError
    from storage.database import connect
    from storage.migrate import upgrade

    settings, watchlist = folder / "config.yaml", folder / "watchlist.csv"
    if settings.exists():
        raise InputError("already_set_up", file=settings)
    folder.mkdir(parents=True, exist_ok=True)
    settings.write_bytes(template().read_bytes())
    if not watchlist.exists():
        watchlist.write_text(WATCHLIST, encoding="utf-8-sig", newline="")
    database = connect(config.load(settings).storage.url)
    upgrade(database)
    database.close()
    if as_json:
        answer({"config": settings, "watchlist": watchlist})
        return
    tell("Set up in {folder}.", folder=folder.resolve())
    tell("1. Say in config.yaml who watches, on what basis, until when, and which contest.")
    tell("2. Fill in watchlist.csv and run: tilik watchlist import watchlist.csv")
    tell("3. Collect, judge and hand out: tilik crawl run, tilik classify, tilik review export")


def template() -> Path:
    """Find the commented settings that came with the package."""
    return Path(str(resources.files("core"))).parent / "config.yaml"


def demo(
    keep: Annotated[Path | None, typer.Option("--keep", help=say("Leave everything in this folder."))] = None,
    as_json: JsonOption = False,
) -> None:
    """Show the main job on a simulated social network, without the internet."""
    from commands.demo import run

    result = run(keep, quiet=as_json)
    if as_json:
        print_json(result)


def doctor(config: ConfigOption = CONFIG, as_json: JsonOption = False) -> None:
    """Check what this machine needs: settings, database, browser, model, disk, permissions."""
    from commands.checks import checks

    found = checks(config)
    if as_json:
        answer(found)
    else:
        marks = {"ok": say("ok"), "warn": say("look"), "fail": say("MISSING")}
        rows = [[marks[one.state], one.name, one.found, one.remedy] for one in found]
        show(say("Check-up"), ["", say("what"), say("found"), say("what to do")], rows)
    if any(one.state == "fail" for one in found):
        raise typer.Exit(MISSING)


def show_version(as_json: JsonOption = False) -> None:
    """Show the version."""
    answer({"version": version()}) if as_json else tell("tilik {version}", version=version())
