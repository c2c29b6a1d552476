"""A handle that leads to another key stops its account; a person finds out whose it is, and says why."""

from dataclasses import dataclass

from core.deeds import Did
from core.errors import InputError, Problem, similar
from core.records import Account
from jobs import deeds
from jobs.tools import Tools
from storage import watching
from storage.database import Session
from storage.watching import Settlement


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What the person found: the account has the key it had, or another one; perhaps it goes by another name now."""

    keep_key: bool
    new_key: str | None
    new_handle: str | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """The account as it is collected from now on."""

    platform: str
    handle: str
    key: str | None
    key_before: str | None


def settle(tools: Tools, platform: str, handle: str, finding: Finding) -> Settled:
    """Let an account be collected again.

    Where the key is kept and the handle still leads to somebody else, the next visit stops again: then the account
    needs the name by which it goes now.
    """
    if finding.keep_key == (finding.new_key is not None):
        raise InputError("settle_one_way")
    if not finding.reason.strip():
        raise InputError("settle_reason_missing")
    with tools.database.write() as session:
        account = _in_question(session, platform, handle)
        settlement = Settlement(
            key=account.key if finding.keep_key else finding.new_key,
            handle=(finding.new_handle or account.handle).removeprefix("@"),
            reason=finding.reason.strip(),
        )
        _free(session, account, settlement)
        watching.settle(session, account, settlement, tools.clock.now())
        deeds.write(session, tools, Did.WATCHLIST, f"{platform} {settlement.handle}: {settlement.reason}")
    return Settled(platform=platform, handle=settlement.handle, key=settlement.key, key_before=account.key)


def _in_question(session: Session, platform: str, handle: str) -> Account:
    name = handle.removeprefix("@").casefold()
    entries = watching.watchlist(session, platform=platform)
    found = next((one for one in entries if one.account.handle.removeprefix("@").casefold() == name), None)
    if found is None:
        problem = Problem(code="account_unknown", where="HANDLE", value=handle)
        known = [one.account.handle.removeprefix("@") for one in entries]
        raise InputError("account_not_watched", names=handle, meant=similar(name, known), problems=[problem])
    if found.identity_changed_at is None:
        raise InputError("identity_not_in_question", handle=handle)
    return found.account


def _free(session: Session, account: Account, found: Settlement) -> None:
    """Refuse a key or a name that another account of the watchlist has."""
    key_of = watching.holder(session, account.platform, key=found.key) if found.key is not None else None
    name_of = watching.holder(session, account.platform, handle=found.handle)
    if key_of not in (None, account.id) or name_of not in (None, account.id):
        taken = found.key if key_of not in (None, account.id) else found.handle
        raise InputError("settle_taken", name=taken)
