"""From posts of X, as its web pages or its official API tell them, to our records.

A post is known by its number alone: its address (`/i/status/NUMBER`) holds no handle, which may change. The key of
an account is its number (`rest_id`, `author_id`).
"""

import html
from dataclasses import dataclass
from datetime import datetime

from core.records import AccountRef, Action, ActorBasis, Interaction, Post, PostRef

PLATFORM = "x"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tweet:
    """One post as either source tells it; `reposted`, `quoted` and `replied_to` are numbers of other posts.

    `hollow` is a repost of something that is gone: there is nothing left that we could name.
    """

    id: str
    author: AccountRef | None
    text: str
    posted_at: datetime | None
    likes: int | None = None
    reposted: str | None = None
    hollow: bool = False
    quoted: str | None = None
    replied_to: str | None = None
    replied_account: str | None = None
    pictures: tuple[str, ...] = ()

    @property
    def answers_another(self) -> bool:
        """Whether it is a reply to somebody else; a thread of one's own is no comment."""
        own = self.author is not None and self.replied_account == self.author.key
        return self.replied_to is not None and not own


def account(key: str | None, handle: str | None = None) -> AccountRef | None:
    """Name an account; None where a reduced answer does not say who it was."""
    return AccountRef(platform=PLATFORM, key=key or None, handle=handle) if key or handle else None


def post_ref(number: str) -> PostRef:
    """Name a post by its number."""
    url = f"https://x.com/i/status/{number}"
    return PostRef(platform=PLATFORM, uri=url, url=url)


def words(text: str, media: tuple[str, ...] = ()) -> str:
    """Undo the HTML escapes of a text, and leave out the addresses of its own pictures, which stand at its end."""
    for address in media:
        text = text.rstrip().removesuffix(address)
    return html.unescape(text).strip() if media else html.unescape(text)


def post(tweet: Tweet) -> Post | None:
    """Read a post; None for a repost, which is somebody else's post."""
    if tweet.reposted is not None or tweet.hollow:
        return None
    return Post(
        ref=post_ref(tweet.id),
        author=tweet.author,
        text=tweet.text,
        posted_at=tweet.posted_at,
        likes=tweet.likes,
        pictures=tweet.pictures,
    )


def acts(tweet: Tweet) -> tuple[Interaction, ...]:
    """Read what the author did: posted, reposted, quoted, commented."""
    if tweet.author is None or tweet.hollow:
        return ()
    if tweet.reposted is not None:
        return (_act(tweet, Action.REPOSTED, tweet.reposted),)
    done = [_act(tweet, Action.POSTED, tweet.id)]
    if tweet.quoted is not None:
        done.append(_act(tweet, Action.QUOTED, tweet.quoted))
    return (*done, *comment(tweet))


def comment(tweet: Tweet) -> tuple[Interaction, ...]:
    """Read a reply to somebody else as a comment on their post."""
    if tweet.author is None or tweet.replied_to is None or not tweet.answers_another:
        return ()
    return (_act(tweet, Action.COMMENTED, tweet.replied_to),)


def _act(tweet: Tweet, action: Action, on: str) -> Interaction:
    assert tweet.author is not None  # noqa: S101  (both callers looked)
    return Interaction(
        actor=tweet.author,
        action=action,
        post=post_ref(on),
        acted_at=tweet.posted_at,
        record_uri=post_ref(tweet.id).uri,
        basis=ActorBasis.ID if tweet.author.key else ActorBasis.HANDLE,
    )
