"""Who may work with tilik: names and first passwords, from the terminal or the page."""

from core.deeds import Did, Duty
from core.errors import InputError, similar
from jobs import deeds
from jobs.tools import Tools
from review.page.passwords import hashed
from storage import people
from storage.database import Session
from storage.people import Person

LONGEST_NAME = 60


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
