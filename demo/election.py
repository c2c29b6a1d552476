"""The planted election of Kecamatan Sindangwening: who is there, what they wrote, and who liked it. All invented."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from core.records import Kind, Role

HERE = Path(__file__).parent
VOTING_DAY = date(2026, 6, 24)
ZONE = ZoneInfo("Asia/Jakarta")
MASTODON_HOST = "pendopo.example"
SNOWFLAKE_BITS = 16


class Network(StrEnum):
    """Where an account lives."""

    WARGA = "warga"  # a JavaScript site
    PENDOPO = "pendopo"  # a Mastodon-compatible server
    PAGUYUBAN = "paguyuban"  # the same software as warga, for members only

    @property
    def platform(self) -> str:
        """Name it as the watchlist does."""
        return "mastodon" if self is Network.PENDOPO else self.value


class Quirk(StrEnum):
    """Why an account cannot be read like the others."""

    WALL = "wall"  # its pages want a login
    ROBOTS = "robots"  # robots.txt asks to leave its likes alone
    CHANGED = "changed"  # its profile has a new layout
    EMPTY = "empty"  # it never posted and never liked
    MISSING = "missing"  # it does not exist


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One account. `role` is None for people whom nobody watches."""

    network: Network
    handle: str
    name: str
    role: Role | None
    unit: str | None
    candidate: str | None
    quirk: Quirk | None

    @property
    def watched_as(self) -> str:
        """Give the handle as the watchlist writes it."""
        return f"{self.handle}@{MASTODON_HOST}" if self.network is Network.PENDOPO else self.handle


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """One post with its true kind."""

    number: int
    author: Member
    at: datetime
    kind: Kind
    lang: str
    text: str

    @property
    def status_id(self) -> str:
        """Give its id on a Mastodon server: the time in milliseconds, then a sequence."""
        return str((int(self.at.timestamp() * 1000) << SNOWFLAKE_BITS) + self.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Like:
    """Somebody liked a post."""

    member: Member
    post: Writing


@dataclass(frozen=True, slots=True, kw_only=True)
class Election:
    """Everything that was planted."""

    members: Mapping[str, Member]
    posts: tuple[Writing, ...]
    likes: tuple[Like, ...]

    def member(self, network: Network, handle: str) -> Member | None:
        """Find the account that exists under this handle."""
        found = self.members.get(handle)
        return found if found and found.network is network and found.quirk is not Quirk.MISSING else None

    def post(self, network: Network, number: int) -> Writing | None:
        """Find a post by its number."""
        return next((post for post in self.posts if post.number == number and post.author.network is network), None)

    def posts_of(self, member: Member) -> list[Writing]:
        """List what a member wrote, newest first."""
        return [post for post in reversed(self.posts) if post.author == member]

    def liked_by(self, member: Member) -> list[Writing]:
        """List what a member liked, newest first."""
        return [like.post for like in reversed(self.likes) if like.member == member]

    def likers_of(self, post: Writing) -> list[Member]:
        """List who liked a post."""
        return [like.member for like in self.likes if like.post == post]


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where the networks are served."""

    warga: str
    pendopo: str
    paguyuban: str

    def uri(self, post: Writing) -> str:
        """Give the identity of a post: its address on a site, its ActivityPub `uri` on a Mastodon server."""
        match post.author.network:
            case Network.WARGA:
                return f"{self.warga}/post/{post.number}"
            case Network.PAGUYUBAN:
                return f"{self.paguyuban}/post/{post.number}"
            case Network.PENDOPO:
                return f"https://{MASTODON_HOST}/users/{post.author.handle}/statuses/{post.status_id}"


@cache
def planted() -> Election:
    """Load the election that ships with the package."""
    members = {row["handle"]: _member(row) for row in _rows("accounts.csv")}
    posts = {row["id"]: _writing(row, members) for row in _rows("posts.csv")}
    likes = tuple(Like(member=members[row["account"]], post=posts[row["post"]]) for row in _rows("likes.csv"))
    return Election(members=members, posts=tuple(posts.values()), likes=likes)


def _rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def _member(row: Mapping[str, str]) -> Member:
    return Member(
        network=Network(row["network"]),
        handle=row["handle"],
        name=row["name"],
        role=None if row["role"] == "bystander" else Role(row["role"]),
        unit=row["unit"] or None,
        candidate=row["candidate"] or None,
        quirk=Quirk(row["quirk"]) if row["quirk"] else None,
    )


def _writing(row: Mapping[str, str], members: Mapping[str, Member]) -> Writing:
    day = VOTING_DAY - timedelta(days=int(row["days_before"]))
    return Writing(
        number=int(row["id"]),
        author=members[row["author"]],
        at=datetime.combine(day, time.fromisoformat(row["clock"]), ZONE),
        kind=Kind(row["kind"]),
        lang=row["lang"],
        text=row["text"],
    )
