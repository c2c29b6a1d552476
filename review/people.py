"""Who may work with tilik: names and passwords, from the terminal or the page, and what each duty allows."""

from collections.abc import Mapping
from datetime import timedelta

from core.deeds import Did, Duty
from core.errors import GateError, InputError, similar
from jobs import deeds
from jobs.tools import Tools
from review.page.passwords import fits, hashed
from storage import people
from storage.database import Session
from storage.people import Person

LONGEST_NAME = 60
MAY: Mapping[str, frozenset[Duty]] = {
    "judge": frozenset({Duty.REVIEWER, Duty.ADMIN}),
    "read": frozenset(Duty),
    "run": frozenset({Duty.OPERATOR, Duty.ADMIN}),
    "manage": frozenset({Duty.ADMIN}),
}
"""What each duty may do beyond reading."""
WINDOW = timedelta(minutes=15)
TRIES, TRIES_OF_ALL = 5, 50
"""How many wrong passwords a name, and all together, may type within the window; on the page and at the terminal."""


def add_person(tools: Tools, name: str, duty: Duty, password: str) -> int:
    """Add a person. Raises InputError where the name is empty, too long or taken, or the password will not do."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise InputError("person_name", longest=LONGEST_NAME)
    kept = hashed(password, name=name)
    with tools.database.write() as session:
        if people.find(session, name) is not None:
            raise InputError("person_taken", name=name)
        number = people.add_person(session, name=name, duty=duty, password=kept, now=tools.clock.now())
        deeds.write(session, tools, Did.ADD_PERSON, f"{name} ({duty})")
        return number


def prove(tools: Tools, name: str, password: str) -> Person:
    """Give the person whose password this is. GateError where it is not, or where a name has to wait after too many.

    A wrong one stands in the record of deeds, and is counted there, wherever it was typed.
    """
    now, shown = tools.clock.now(), name.strip().casefold()
    with tools.database.read() as session:
        person = people.find(session, name)
        own = people.count_since(session, Did.LOGIN_FAILED, now - WINDOW, who=shown)
        of_all = people.count_since(session, Did.LOGIN_FAILED, now - WINDOW)
    if own >= TRIES or of_all >= TRIES_OF_ALL:
        raise GateError("login_wait")
    known = person.password if person is not None and person.ended_at is None else None
    if not fits(known, password) or person is None:
        with tools.database.write() as session:
            people.record(session, who=shown, what=Did.LOGIN_FAILED, detail=None, at=now)
        raise GateError("login_wrong")
    return person


def change_password(tools: Tools, name: str, password: str) -> None:
    """Give somebody another password. Raises InputError where nobody has this name, or the password will not do."""
    kept = hashed(password, name=name)
    with tools.database.write() as session:
        people.set_password(session, known(session, name).id, kept)
        deeds.write(session, tools, Did.PASSWORD, name)


def let_leave(tools: Tools, name: str) -> None:
    """End somebody's access. Raises InputError where nobody has this name."""
    with tools.database.write() as session:
        people.end_person(session, known(session, name).id, tools.clock.now())
        deeds.write(session, tools, Did.LEAVE, name)


def known(session: Session, name: str) -> Person:
    """Find somebody by name. Raises InputError where nobody has it."""
    person = people.find(session, name)
    if person is None:
        raise InputError(
            "person_unknown", name=name, meant=similar(name, [one.name for one in people.everybody(session)])
        )
    return person
