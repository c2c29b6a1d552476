"""Who is watched today: found by key or handle, and what can be collected of them before the first crawl."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b

from core.records import Account, AccountRef, Capability, Mode, Role
from storage.collecting import Owners
from storage.watching import Watched

DIRECTIONS = (Capability.POSTS, Capability.LIKES, Capability.LIKERS)


@dataclass(slots=True)
class People:
    """The watched accounts by every name they are known by. Keys are learned while crawling."""

    by_key: dict[tuple[str, str], Account] = field(default_factory=dict)
    by_handle: dict[tuple[str, str], Account] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: Iterable[Watched]) -> "People":
        """Index the accounts of a watchlist, but for the corrected and those whose handle leads elsewhere."""
        people = cls()
        for watched in entries:
            if watched.identity_changed_at is None and watched.corrected is None:
                people.learn(watched.account)
        return people

    def learn(self, account: Account) -> None:
        """Note an account, or the key that was just proven for it."""
        self.by_handle[account.platform, _plain(account.handle)] = account
        if account.key is not None:
            self.by_key[account.platform, account.key] = account

    def forget(self, account: Account) -> None:
        """Let nothing be this account's any more, by no name."""
        for names in (self.by_key, self.by_handle):
            for name in [name for name, known in names.items() if known.id == account.id]:
                del names[name]

    def find(self, ref: AccountRef) -> Account | None:
        """Find a watched account; a key that is known decides, a handle only where no other key contradicts."""
        if ref.key is not None and (ref.platform, ref.key) in self.by_key:
            return self.by_key[ref.platform, ref.key]
        if ref.handle is None:
            return None
        account = self.by_handle.get((ref.platform, _plain(ref.handle)))
        if account is None or None in (account.key, ref.key) or account.key == ref.key:
            return account
        return None  # the handle now belongs to somebody else

    def owners(self, secret: bytes) -> Owners:
        """Say whose rows are whose; anybody else becomes a keyed hash."""
        return Owners(find=self._id_of, hide=_hider(secret))

    def _id_of(self, ref: AccountRef) -> int | None:
        account = self.find(ref)
        return account.id if account else None


def _plain(handle: str) -> str:
    return handle.removeprefix("@").casefold()


def _hider(secret: bytes) -> Callable[[AccountRef], str]:
    def hide(ref: AccountRef) -> str:
        name = f"{ref.platform}\0{ref.key or _plain(ref.handle or '')}"
        return blake2b(name.encode(), key=secret, digest_size=16).hexdigest()

    return hide


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """For how many accounts a direction can be collected, by the best mode there is; `nobody` where none exists."""

    direction: Capability
    automatic: int
    by_key: int
    by_person: int
    nobody: int


def reach(entries: Iterable[Watched], known: Mapping[str, Mapping[Capability, frozenset[Mode]]]) -> tuple[Reach, ...]:
    """Say for how many accounts each direction can be collected automatically, by key, or only by a person."""
    watched = list(entries)
    return tuple(_reach(direction, watched, known) for direction in DIRECTIONS)


def _reach(
    direction: Capability, watched: Iterable[Watched], known: Mapping[str, Mapping[Capability, frozenset[Mode]]]
) -> Reach:
    counts: Counter[str] = Counter()
    for one in watched:
        concerns = direction is not Capability.LIKERS or one.entry.role is Role.CAMPAIGN
        if concerns:
            counts[best_mode(known.get(one.account.platform, {}).get(direction, frozenset()))] += 1
    return Reach(
        direction=direction,
        automatic=counts["automatic"],
        by_key=counts["by_key"],
        by_person=counts["by_person"],
        nobody=counts["nobody"],
    )


def best_mode(modes: frozenset[Mode]) -> str:
    """Name the least laborious of these modes."""
    if Mode.AUTO in modes:
        return "automatic"
    if Mode.API in modes:
        return "by_key"
    return "by_person" if modes else "nobody"
