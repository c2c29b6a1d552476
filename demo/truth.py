"""What was planted, what of it anybody may lawfully see, and how well somebody found it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.records import SOLICITING, Action, Kind, Role
from demo.election import Addresses, Election, Like, Member, Network, Quirk, Writing

Found = tuple[str, str, Action, str]
"""platform, handle as on the watchlist, action, post uri"""


class Unseen(StrEnum):
    """Why something that happened cannot lawfully be seen."""

    WALL = "wall"
    ROBOTS = "robots"
    CHANGED = "changed"
    OWNER_ONLY = "owner_only"  # the platform shows an account's likes to its owner alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing that a watched account did. `unseen` says why no lawful page shows it; None where one does."""

    platform: str
    handle: str
    role: Role
    action: Action
    uri: str
    kind: Kind
    unseen: Unseen | None

    @property
    def found_as(self) -> Found:
        """Give the act as a crawl reports it."""
        return self.platform, self.handle, self.action, self.uri

    @property
    def is_match(self) -> bool:
        """Say whether an official account touched a post that solicits votes."""
        return self.role is not Role.CAMPAIGN and self.kind in SOLICITING


@dataclass(frozen=True, slots=True, kw_only=True)
class TextAnswer:
    """What a careful person answers about a post's text."""

    uri: str
    text: str
    kind: Kind

    @property
    def soliciting(self) -> bool:
        """Say whether the text asks for votes."""
        return self.kind in SOLICITING


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How a crawl compares with what was planted."""

    planted: int
    visible: int
    found: int
    missed: tuple[Act, ...]
    unseen: Mapping[Unseen, int]
    false: tuple[Found, ...]


def acts(election: Election, addresses: Addresses) -> tuple[Act, ...]:
    """List everything the watched accounts did: each post they wrote, each like they gave."""
    posted = [
        _act(post.author, Action.POSTED, post, addresses, _unseen_post(post.author))
        for post in election.posts
        if post.author.role is not None
    ]
    liked = [
        _act(like.member, Action.LIKED, like.post, addresses, _unseen_like(like))
        for like in election.likes
        if like.member.role is not None
    ]
    return (*posted, *liked)


def answers(election: Election, addresses: Addresses) -> tuple[TextAnswer, ...]:
    """Answer for every text: the planted review."""
    return tuple(TextAnswer(uri=addresses.uri(post), text=post.text, kind=post.kind) for post in election.posts)


def score(planted: Iterable[Act], found: Iterable[Found]) -> Tally:
    """Compare what was found with what was planted. Found is counted wherever it was planted, however it was seen."""
    planted, found = tuple(planted), frozenset(found)
    known = {act.found_as for act in planted}
    lost = [act for act in planted if act.found_as not in found]
    return Tally(
        planted=len(planted),
        visible=sum(act.unseen is None for act in planted),
        found=len(known & found),
        missed=tuple(act for act in lost if act.unseen is None),
        unseen=Counter(act.unseen for act in lost if act.unseen is not None),
        false=tuple(sorted(found - known)),
    )


def _act(member: Member, action: Action, post: Writing, addresses: Addresses, unseen: Unseen | None) -> Act:
    if member.role is None:
        raise ValueError(member.handle)
    return Act(
        platform=member.network.platform,
        handle=member.watched_as,
        role=member.role,
        action=action,
        uri=addresses.uri(post),
        kind=post.kind,
        unseen=unseen,
    )


def _unseen_post(author: Member) -> Unseen | None:
    match author.quirk:
        case Quirk.WALL:
            return Unseen.WALL
        case Quirk.CHANGED:
            return Unseen.CHANGED
        case _:
            return None


def _unseen_like(like: Like) -> Unseen | None:
    """Look for the like where it stands: on the liker's page, and under the post if a campaign wrote it."""
    author = like.post.author
    if author.role is Role.CAMPAIGN and _unseen_post(author) is None:
        return None
    if like.member.network is Network.PENDOPO:
        return Unseen.OWNER_ONLY
    return Unseen.ROBOTS if like.member.quirk is Quirk.ROBOTS else _unseen_post(like.member)
