"""From the records of an AT Protocol repository to ours."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from core.errors import LayoutError
from core.records import AccountRef, Action, Interaction, Post, PostRef
from scraper.platforms import bluesky_shapes as shapes
from scraper.platforms.answers import moment

PLATFORM = "bluesky"
POSTS = "app.bsky.feed.post"
LIKES = "app.bsky.feed.like"
DIGITS = "234567abcdefghijklmnopqrstuvwxyz"
"""The digits of record keys that tell the time, in their order."""
APART = timedelta(days=1)
TIME_CLAIMED = "time_claimed"
"""Note of a page with a record whose own time and the time of its key differ by more than a day."""


def account(did: str, handle: str | None = None) -> AccountRef:
    """Name an account by its key, else by its handle."""
    if did.startswith("did:"):
        return AccountRef(platform=PLATFORM, key=did, handle=handle)
    return AccountRef(platform=PLATFORM, handle=did)


def parts(uri: str) -> tuple[str, str, str]:
    """Take an AT-URI apart: repository, collection, record key."""
    repo, _, rest = uri.removeprefix("at://").partition("/")
    collection, _, key = rest.partition("/")
    return repo, collection, key


def web(uri: str) -> str:
    """Say where a person can look at a post."""
    repo, _, key = parts(uri)
    return f"https://bsky.app/profile/{repo}/post/{key}"


def post_ref(uri: str) -> PostRef:
    """Name a post by its AT-URI."""
    return PostRef(platform=PLATFORM, uri=uri, url=web(uri))


def like(actor: AccountRef, record: shapes.Record) -> Interaction | None:
    """Read a like record; None where it is not a post that is liked."""
    subject = record.value.subject
    if subject is None:
        raise LayoutError("layout_changed", url=record.uri, reason="a like without a subject")
    if parts(subject.uri)[1] != POSTS:
        return None  # a liked feed or list is no post
    return Interaction(
        actor=actor,
        action=Action.LIKED,
        post=post_ref(subject.uri),
        acted_at=moment(record.value.created_at),
        post_revision=subject.cid,
        record_uri=record.uri,
    )


def keyed_at(key: str) -> datetime | None:
    """Read the time from a record's key, which the server made; None where the key tells none."""
    if len(key) != 13 or not set(key) <= set(DIGITS):
        return None
    number = 0
    for digit in key:
        number = number << 5 | DIGITS.index(digit)
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=number >> 10)
    except OverflowError:
        return None


def doubtful(found: list[shapes.Record]) -> str | None:
    """Give the note for records that claim another time than their key's."""
    for record in found:
        claimed, keyed = moment(record.value.created_at), keyed_at(record.key)
        if claimed is not None and keyed is not None and abs(claimed - keyed) > APART:
            return TIME_CLAIMED
    return None


def own_post(author: AccountRef, record: shapes.Record, pds: str | None = None) -> Post:
    """Read a post record of this author's repository; its pictures lie on the author's server."""
    if record.value.text is None:
        raise LayoutError("layout_changed", url=record.uri, reason="a post without text")
    return Post(
        ref=post_ref(record.uri),
        author=author,
        text=record.value.text,
        posted_at=moment(record.value.created_at),
        revision=record.cid,
        pictures=tuple(_blob(pds, parts(record.uri)[0], cid) for cid in record.value.images) if pds else (),
    )


def _blob(pds: str, did: str, cid: str) -> str:
    return f"{pds}/xrpc/com.atproto.sync.getBlob?{urlencode({'did': did, 'cid': cid})}"


def viewed_post(post: shapes.ViewedPost) -> Post:
    """Read a post as the AppView shows it."""
    record = shapes.Record(uri=post.uri, cid=post.cid, value=post.record)
    own = own_post(account(post.author.did, post.author.handle), record)
    return replace(own, likes=post.like_count, pictures=post.images)


def posted(actor: AccountRef, post: Post) -> Interaction:
    """Read publishing a post as an act."""
    return Interaction(
        actor=actor,
        action=Action.POSTED,
        post=post.ref,
        acted_at=post.posted_at,
        post_revision=post.revision,
        record_uri=post.ref.uri,
    )


def quoted_act(actor: AccountRef, record: shapes.Record) -> Interaction | None:
    """Read a post that quotes another as an act."""
    quoted = record.value.quoted
    if quoted is None or parts(quoted.uri)[1] != POSTS:
        return None
    return Interaction(
        actor=actor,
        action=Action.QUOTED,
        post=post_ref(quoted.uri),
        acted_at=moment(record.value.created_at),
        post_revision=quoted.cid,
        record_uri=record.uri,
    )


def fed(owner: AccountRef, item: shapes.Fed) -> Interaction:
    """Read one entry of an account's feed as what the account did: a post of its own, or one it passed on."""
    post = viewed_post(item.post)
    if item.reason is None or item.reason.by is None:  # a pinned post is their own
        return posted(owner, post)
    return Interaction(
        actor=owner,
        action=Action.REPOSTED,
        post=post.ref,
        acted_at=moment(item.reason.indexed_at),
        post_revision=post.revision,
        record_uri=item.reason.uri,
    )
