"""Invented accounts that like invented posts: as many as wanted, the same every time."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from core.records import AccountRef, Action, IdentityStatus, Interaction, Post, PostRef, Role, WatchEntry
from storage import watching
from storage.collecting import Owners
from storage.database import Database

ACCOUNTS, OF_A_VILLAGE = 2_000, 4
OF_A_VISIT = 50
"""So many new acts of an account come one after the other."""
POSTS_EACH = 5
"""So many acts come on one post in the middle."""
BATCH = 5_000
DAYS = 90
NOW = datetime(2024, 11, 1, 3, 4, 5, 678901, tzinfo=UTC)
WORDS = (
    *("kerja", "bakti", "minggu", "pagi", "di", "halaman", "kantor", "kelurahan", "bersama", "warga", "dan"),
    *("pemuda", "setempat", "jangan", "lupa", "bawa", "alat"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What an import or some pages bring in one transaction."""

    posts: list[Post]
    acts: list[Interaction]


@dataclass(slots=True)
class World:
    """Accounts by region, and an endless course of what they like: new posts, and any of the older ones."""

    ids: dict[str, int] = field(default_factory=dict)
    chance: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311  (invented data)
    acts: int = 0

    def owners(self) -> Owners:
        """Know the accounts by their key."""
        return Owners(find=lambda ref: self.ids.get(ref.key or ""), hide=lambda ref: "0" * 16 + (ref.key or "")[-16:])

    def villages(self) -> list[frozenset[int]]:
        """Give the accounts of each village."""
        ids = sorted(self.ids.values())
        return [frozenset(ids[at : at + OF_A_VILLAGE]) for at in range(0, len(ids), OF_A_VILLAGE)]

    def batches(self, count: int) -> Iterator[Batch]:
        """Go on by so many acts, account after account."""
        for start in range(self.acts, self.acts + count, BATCH):
            size = min(BATCH, self.acts + count - start)
            first, new = start // POSTS_EACH, size // POSTS_EACH
            chosen = [*range(first, first + new), *(self.chance.randrange(first + new) for _ in range(size - new))]
            self.chance.shuffle(chosen)
            yield Batch(
                posts=[self._post(number) for number in range(first, first + new)],
                acts=[self._act((start + at) // OF_A_VISIT % ACCOUNTS, number) for at, number in enumerate(chosen)],
            )
        self.acts += count

    def _post(self, number: int) -> Post:
        words = " ".join(self.chance.choices(WORDS, k=self.chance.randint(8, 45)))
        author = AccountRef(platform="bluesky", key=f"did:plc:{number % 9_973:024}")
        return Post(ref=_ref(number), author=author, text=f"{words} {number}", posted_at=self._moment())

    def _act(self, account: int, number: int) -> Interaction:
        actor = AccountRef(platform="bluesky", key=_key(account))
        return Interaction(actor=actor, action=Action.LIKED, post=_ref(number), acted_at=self._moment())

    def _moment(self) -> datetime:
        return NOW - timedelta(microseconds=self.chance.randrange(DAYS * 86_400_000_000))


def _key(account: int) -> str:
    return f"did:plc:watched{account:017}"


def _ref(number: int) -> PostRef:
    return PostRef(platform="bluesky", uri=f"at://did:plc:{number % 9_973:024}/app.bsky.feed.post/{number:013}")


def settle(database: Database) -> World:
    """Put the accounts on the watchlist: villages of one office and three civil servants."""
    with database.write() as session:
        for start in range(0, ACCOUNTS, 200):
            watching.save_watchlist(session, [_entry(n) for n in range(start, start + 200)], NOW)
        return World(ids={watched.account.key or "": watched.account.id for watched in watching.watchlist(session)})


def _entry(account: int) -> WatchEntry:
    village = account // OF_A_VILLAGE
    return WatchEntry(
        platform="bluesky",
        handle=f"a{account}.test",
        key=_key(account),
        role=Role.ASN if account % OF_A_VILLAGE else Role.KELURAHAN,
        subject=f"Contoh {account}",
        unit=f"Kelurahan {village}",
        region=f"99.{village // 20:02}.{village:04}",
        source="benchmark",
        source_date=None,
        valid_from=date(2024, 1, 1),
        valid_to=None,
        identity=IdentityStatus.UNVERIFIED,
    )
