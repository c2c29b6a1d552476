"""What a request works with: the tools, who is asking, in which language; and the rules of who may do what."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request

from core.records import Did, Duty
from jobs.tools import Tools
from review.reasons import Language
from storage.people import Person, record

COOKIE = "tilik"
MAY: Mapping[str, frozenset[Duty]] = {
    "judge": frozenset({Duty.REVIEWER, Duty.ADMIN}),
    "read": frozenset(Duty),
    "run": frozenset({Duty.OPERATOR, Duty.ADMIN}),
    "manage": frozenset({Duty.ADMIN}),
}
"""What each duty may do beyond reading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who is asking: nobody before they logged in."""

    person: Person | None
    language: Language
    csrf: str

    def may(self, what: str) -> bool:
        """Say whether their duty allows it."""
        return self.person is not None and self.person.duty in MAY[what]


def tools_of(request: Request) -> Tools:
    """Give the tools that the page was started with."""
    found: Tools = request.app.state.tools
    return found


def visitor_of(request: Request) -> Visitor:
    """Say who is asking."""
    found: Visitor = request.scope["visitor"]
    return found


def person_of(request: Request) -> Person:
    """Give the person who is asking; the door lets nobody else in."""
    person = visitor_of(request).person
    if person is None:
        raise RuntimeError("the door let a stranger in")
    return person


def csrf_of(secret: bytes, token: str) -> str:
    """Make the word that each form of a login carries: who does not know the login cannot make it."""
    return hmac.new(secret, b"form\0" + token.encode(), hashlib.sha256).hexdigest()


def digest_of(token: str) -> str:
    """Name a login as the database knows it."""
    return hashlib.sha256(token.encode()).hexdigest()


def note(request: Request, what: Did, detail: str | None = None) -> None:
    """Write into the record of deeds what this person did now."""
    tools = tools_of(request)
    who = visitor_of(request).person
    with tools.database.write() as session:
        record(session, who=who.name if who else "-", what=what, detail=detail, at=tools.clock.now())
