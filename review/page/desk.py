"""What a request works with: the tools, who is asking, in which language; and the rules of who may do what."""

import hashlib
import hmac
from dataclasses import dataclass, replace

from starlette.requests import Request

from core.deeds import Did
from jobs import deeds
from jobs.tools import Tools
from review.people import MAY
from review.reasons import Language
from storage.people import Person

COOKIE = "tilik"


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


def acting(request: Request) -> Tools:
    """Give the tools in the hands of whoever is asking: what is done with them is recorded under their name."""
    return replace(tools_of(request), who=person_of(request).name)


def csrf_of(secret: bytes, token: str) -> str:
    """Make the word that each form of a login carries: who does not know the login cannot make it."""
    return hmac.new(secret, b"form\0" + token.encode(), hashlib.sha256).hexdigest()


def digest_of(token: str) -> str:
    """Name a login as the database knows it."""
    return hashlib.sha256(token.encode()).hexdigest()


def note(request: Request, what: Did, detail: str | None = None) -> None:
    """Write into the record of deeds what this person did now."""
    deeds.note(acting(request), what, detail)
