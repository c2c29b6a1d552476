"""Who is looked at: the accounts of the watchlist, each once, with what it stands on the list for."""

from collections.abc import Iterable
from dataclasses import dataclass

from core.records import Account, Capability, Role
from storage.watching import Watched

OF_ACCOUNTS = (Capability.POSTS, Capability.LIKES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """An account with the roles that it has today, and the contests in which it campaigns.

    One whose handle leads to somebody else waits for a person.
    """

    account: Account
    roles: frozenset[Role]
    campaigns: frozenset[str] = frozenset()
    identity_changed: bool = False


def looks(entries: Iterable[Watched]) -> list[Look]:
    """Gather the entries of each account; nobody looks at one while a correction holds."""
    roles: dict[int, set[Role]] = {}
    campaigns: dict[int, set[str]] = {}
    accounts: dict[int, Watched] = {}
    for watched in (one for one in entries if one.corrected is None):
        accounts[watched.account.id] = watched
        roles.setdefault(watched.account.id, set()).add(watched.entry.role)
        if watched.entry.role is Role.CAMPAIGN and watched.entry.contest:
            campaigns.setdefault(watched.account.id, set()).add(watched.entry.contest)
    return [
        Look(
            account=watched.account,
            roles=frozenset(roles[key]),
            campaigns=frozenset(campaigns.get(key, ())),
            identity_changed=watched.identity_changed_at is not None,
        )
        for key, watched in accounts.items()
    ]
