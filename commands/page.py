"""tilik review serve, tilik people: the page in which people review, and who may open it."""

import socket
import sys
import webbrowser
from typing import Annotated

import typer

from commands.shared import CONFIG, ConfigOption, JsonOption, answer, note, show, tell, tools
from core.deeds import Duty
from language import say

people = typer.Typer(no_args_is_help=True, help=say("Who may work with the page: add, list, let leave."))

PORT = 8765

NameArgument = Annotated[str, typer.Argument(help=say("The person's name."))]
DutyOption = Annotated[Duty, typer.Option(help=say("operator runs tilik, verifikator judges, admin does both."))]


def register(review: typer.Typer) -> None:
    """Add the page to the commands of review."""
    review.command()(serve)


def serve(
    port: Annotated[int, typer.Option(min=1, max=65_535, help=say("The port of this machine."))] = PORT,
    open_it: Annotated[bool, typer.Option("--open", help=say("Open it in the browser."))] = False,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Open the page in which people review: on this machine only, until Ctrl-C."""
    import uvicorn

    from core.deeds import Did
    from core.errors import MissingError
    from jobs import deeds
    from review.page.app import make
    from storage import people as known

    with tools(config) as opened:
        app = make(opened, config=config, port=port)
        with opened.database.read() as session:
            nobody = not known.everybody(session)
        address = f"http://127.0.0.1:{port}/"
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listening:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listening.bind(("127.0.0.1", port))
            except OSError as error:
                raise MissingError("port_taken", port=port, reason=error.strerror or error) from error
            address += f"mulai?kunci={app.state.start_key}" if nobody else ""
            deeds.note(opened, Did.SERVE, f"127.0.0.1:{port}")
            _tell(address, first=nobody, as_json=as_json)
            if open_it:
                webbrowser.open(address)
            settings = uvicorn.Config(app, log_level="warning", lifespan="off", server_header=False, access_log=False)
            uvicorn.Server(settings).run(sockets=[listening])


def _tell(address: str, *, first: bool, as_json: bool) -> None:
    if as_json:
        answer({"address": address, "first_person": first})
        sys.stdout.flush()  # a program that started us waits for it
        return
    if first:
        tell("Nobody works here yet. This link lets the first person in, once:")
    tell("{address}", address=address)
    note("The page is open on this machine only; Ctrl-C ends it.")


def _password(name: str) -> str:
    """Ask for a password twice where somebody types, else read one line: it never stands in a command."""
    if sys.stdin.isatty():
        return str(typer.prompt(say("Password for {name}", name=name), hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")


@people.command()
def add(
    name: NameArgument,
    duty: DutyOption = Duty.REVIEWER,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Add somebody; the password is asked for, or read from standard input."""
    from review.people import add_person

    with tools(config) as opened:
        number = add_person(opened, name, duty, _password(name))
    answer({"id": number, "name": name, "duty": duty}) if as_json else tell("{name} can log in now.", name=name)


@people.command("list")
def list_(config: ConfigOption = CONFIG, as_json: JsonOption = False) -> None:
    """List who works here."""
    from storage import people as known

    with tools(config) as opened, opened.database.read() as session:
        found = known.everybody(session)
    if as_json:
        answer(
            [{"name": one.name, "duty": one.duty, "added_at": one.added_at, "ended_at": one.ended_at} for one in found]
        )
        return
    rows = [[one.name, say(one.duty), say("has left") if one.ended_at else ""] for one in found]
    show(say("People"), [say(column) for column in ("name", "duty", "state")], rows)


@people.command()
def password(name: NameArgument, config: ConfigOption = CONFIG, as_json: JsonOption = False) -> None:
    """Give somebody a new password; where they are logged in ends."""
    from review.people import change_password

    with tools(config) as opened:
        change_password(opened, name, _password(name))
    answer({"name": name}) if as_json else tell("{name} has a new password.", name=name)


@people.command()
def leave(name: NameArgument, config: ConfigOption = CONFIG, as_json: JsonOption = False) -> None:
    """Let somebody leave: they cannot log in any more, what they decided stays."""
    from review.people import let_leave

    with tools(config) as opened:
        let_leave(opened, name)
    answer({"name": name}) if as_json else tell("{name} has left.", name=name)
