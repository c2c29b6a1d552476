"""tilik init, doctor, demo, version: the first minutes."""

import os
import sys
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

import typer

import language
from commands.shared import CONFIG, MISSING, ConfigOption, JsonOption, answer, person, print_json, show, tell, version
from language import say

WATCHLIST = (
    "platform;handle;role;subject;unit;region;source;source_date;valid_from;valid_to;identity;"
    "verified_by;verified_on;contest;candidate\r\n"
)
ControllerOption = Annotated[str | None, typer.Option("--controller", help=say("The office that watches."))]
OrganisationOption = Annotated[
    Literal["bawaslu", "ngo", "research", "agency"] | None, typer.Option("--organisation", help=say("What it is."))
]
BasisOption = Annotated[str | None, typer.Option("--basis", help=say("Its legal basis or mandate."))]
ContactOption = Annotated[str | None, typer.Option("--contact", help=say("Stands in every request that is sent."))]
EndsOption = Annotated[str | None, typer.Option("--ends", help=say("The last day on which anything is collected."))]
ContestOption = Annotated[str | None, typer.Option("--contest", help=say("What the election is called."))]
RegionOption = Annotated[str | None, typer.Option("--region", help=say("Code of its region, such as 32.07."))]
VotingDayOption = Annotated[str | None, typer.Option("--voting-day", help=say("Voting day, such as 2029-11-28."))]
DesignationOption = Annotated[
    str | None, typer.Option("--designation", help=say("Day on which the candidates were designated, where known."))
]
ExampleOption = Annotated[bool, typer.Option("--example", help=say("Ask nothing; keep the invented example."))]
YesOption = Annotated[bool, typer.Option("--yes", help=say("Ask nothing; keep what no option says."))]


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.command()(init)
    app.command()(demo)
    app.command()(doctor)
    app.command("version")(show_version)


def init(
    folder: Annotated[Path, typer.Argument(help=say("The folder to set up."))] = Path(),
    controller: ControllerOption = None,
    organisation: OrganisationOption = None,
    basis: BasisOption = None,
    contact: ContactOption = None,
    ends: EndsOption = None,
    contest: ContestOption = None,
    region: RegionOption = None,
    voting_day: VotingDayOption = None,
    designation: DesignationOption = None,
    example: ExampleOption = False,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Set up a folder: commented settings, an empty watchlist, a database. Asks six things where somebody answers."""
    from commands.first_settings import Answers, asked, checked, filled

    answers = Answers(
        controller=controller,
        organisation=organisation,
        basis=basis,
        contact=contact,
        ends=ends,
        contest=contest,
        region=region,
        voting_day=voting_day,
        designation=designation,
        language=language.chosen() if any(word.partition("=")[0] == "--lang" for word in sys.argv) else None,
    )
    text = _template_for(folder)
    if not (example or yes or as_json) and sys.stdin.isatty() and sys.stderr.isatty():
        answers = asked(text, answers)
    text = filled(text, answers)
    checked(text)
    made = _set_up(folder, text)
    if as_json:
        answer(made)
        return
    tell("Set up in {folder}.", folder=folder.resolve())
    if answers.given:
        tell("1. Read config.yaml once: what you were not asked is an example there, the candidates above all.")
    else:
        tell("1. Say in config.yaml who watches, on what basis, until when, and which contest.")
    tell("2. Fill in watchlist.csv and run: tilik watchlist import watchlist.csv")
    tell("3. Collect, judge and hand out: tilik crawl run, tilik classify, tilik review export")


def _template_for(folder: Path) -> str:
    from core.errors import InputError

    if (folder / "config.yaml").exists():
        raise InputError("already_set_up", file=folder / "config.yaml")
    return template().read_text(encoding="utf-8")


def _set_up(folder: Path, text: str) -> dict[str, Path]:
    """Write the settings and an empty watchlist, and make the database."""
    from core import config
    from core.deeds import Did
    from storage.database import connect
    from storage.migrate import upgrade
    from storage.people import record

    settings, watchlist = folder / "config.yaml", folder / "watchlist.csv"
    folder.mkdir(parents=True, exist_ok=True)
    settings.write_text(text, encoding="utf-8", newline="\n")
    if not watchlist.exists():
        watchlist.write_text(WATCHLIST, encoding="utf-8-sig", newline="")
    database = connect(config.load(settings, os.environ).storage.url)
    _, schema = upgrade(database)
    with database.write() as session:
        record(session, who=person(), what=Did.MIGRATE, detail=f"– → {schema}", at=datetime.now(UTC))
    database.close()
    return {"config": settings, "watchlist": watchlist}


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
    from commands.check import titles
    from commands.checks import checks

    found = checks(config)
    if as_json:
        answer(found)
    else:
        marks = {"ok": say("ok"), "warn": say("look"), "fail": say("MISSING")}
        names = titles()
        rows = [[marks[one.state], names[one.name], one.found, one.remedy] for one in found]
        show(say("Check-up"), ["", say("what"), say("found"), say("what to do")], rows)
    if any(one.state == "fail" for one in found):
        raise typer.Exit(MISSING)


def show_version(as_json: JsonOption = False) -> None:
    """Show the version."""
    answer({"version": version()}) if as_json else tell("tilik {version}", version=version())
