"""Legal holds: what somebody must be able to rely on later stays, whatever the retention says."""

from core.deeds import Did, HoldKind
from core.errors import InputError, similar
from core.records import Account
from jobs.tools import Tools
from storage import evidence, holding, people, watching
from storage.database import Session
from storage.holding import Hold


def hold(tools: Tools, what: str, match_id: int | None, *, by: str, reason: str) -> int:
    """Hold a match (by its number), a contest (by its id) or an account; say under which number."""
    if not reason:
        raise InputError("hold_without_reason")
    now = tools.clock.now()
    with tools.database.write() as session:
        kind, number, contest = _meant(session, tools, what, match_id)
        one = Hold(kind=kind, number=number, contest=contest, reason=reason, held_by=by, held_at=now)
        found = holding.add_hold(session, one)
        detail = f"{found} {kind} {contest or number}"
        people.record(session, who=by, what=Did.HOLD, detail=detail, at=now)
    return found


def _meant(session: Session, tools: Tools, what: str, match_id: int | None) -> tuple[HoldKind, int | None, str | None]:
    if match_id is not None:
        if not evidence.known(session, match_id):
            raise InputError("match_unknown", match=what)
        return HoldKind.MATCH, match_id, None
    contests = [one.id for one in tools.settings.contests]
    if what in contests:
        return HoldKind.CONTEST, None, what
    return HoldKind.ACCOUNT, account_meant(session, what, others=contests).id, None


def lift(tools: Tools, number: int, *, by: str, reason: str) -> None:
    """Let a hold go."""
    if not reason:
        raise InputError("hold_without_reason")
    now = tools.clock.now()
    with tools.database.write() as session:
        if not holding.lift(session, number, by=by, at=now, reason=reason):
            raise InputError("hold_unknown", number=number)
        people.record(session, who=by, what=Did.LIFT_HOLD, detail=str(number), at=now)


def account_meant(session: Session, what: str, *, others: list[str] | None = None) -> Account:
    """Find the account that somebody means: HANDLE, @HANDLE, PLATFORM:HANDLE or its address.

    InputError where nobody is stored under that name, or several are.
    """
    found = accounts_meant(session, what)
    if len(found) > 1:
        names = ", ".join(sorted(f"{one.platform}:{one.handle}" for one in found))
        raise InputError("account_ambiguous", name=what, names=names)
    if not found:
        known = [one.handle for one in watching.every_account(session)] + (others or [])
        raise InputError("account_not_held", name=what, meant=similar(what, known))
    return found[0]


def accounts_meant(session: Session, what: str) -> list[Account]:
    """Find the accounts that somebody may mean; handles that they had before count too."""
    platform, name = named(what)
    return watching.accounts_called(session, name, platform=platform)


def named(what: str) -> tuple[str | None, str]:
    """Split PLATFORM:HANDLE; of an address the last part of its path is the name."""
    told = what.strip()
    if "://" in told:
        return None, told.rstrip("/").rsplit("/", 1)[-1].removeprefix("@").casefold()
    platform, mark, name = told.partition(":")
    if mark and platform.isalpha() and name and not told.startswith("did:"):
        return platform.casefold(), name.removeprefix("@").casefold()
    return None, told.removeprefix("@").casefold()
