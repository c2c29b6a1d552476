"""Who takes a step of a case: where people have logins, by their password; else by the name that is typed."""

import sys
from typing import TYPE_CHECKING

import typer

from core.cases import Known
from language import say

if TYPE_CHECKING:
    from jobs.tools import Tools


def proven(opened: "Tools", name: str) -> tuple[str, Known]:
    """Give who it is and how that is known. GateError where it cannot be asked, or the password is not theirs.

    A password is typed by a person: it never stands in a command, in a pipe or in the environment.
    """
    from core.errors import GateError
    from review.people import MAY, prove
    from storage import people

    with opened.database.read() as session:
        if not people.somebody(session):
            return name, Known.TYPED
    if not sys.stdin.isatty():
        raise GateError("password_not_asked", who=name)
    typed = str(typer.prompt(say("Password for {name}", name=name), hide_input=True, err=True))
    person = prove(opened, name, typed)
    if person.duty not in MAY["judge"]:
        raise GateError("case_duty", who=person.name, duty=person.duty)
    return person.name, Known.LOGIN
