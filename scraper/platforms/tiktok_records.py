"""From TikTok's videos and comments to our records.

A video is known by its number alone: its address (`/@_/video/NUMBER`, which TikTok completes) holds no handle. The
key of an account is the numeric id of the author; where an answer has only the handle (Research API, old pages) there
is no key, and the act says so. `secUid` is never used as a key.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from core.records import AccountRef, Action, ActorBasis, Interaction, Post, PostRef
from scraper.platforms import tiktok_shapes as shapes

PLATFORM = "tiktok"
HOME = "https://www.tiktok.com"


def video_ref(number: str) -> PostRef:
    """Name a video by its number."""
    url = f"{HOME}/@_/video/{number}"
    return PostRef(platform=PLATFORM, uri=url, url=url)


def number_of(post: PostRef) -> str:
    """Say which video a post is."""
    return post.uri.rstrip("/").rsplit("/", 1)[-1]


def account(key: str | None, handle: str | None = None) -> AccountRef | None:
    """Name an account; None where a reduced answer does not say who it was."""
    return AccountRef(platform=PLATFORM, key=key or None, handle=handle or None) if key or handle else None


def caption(item: shapes.Item) -> str:
    """Write a caption with the handles of those it mentions: the page shows their display names.

    The places of mentions are counted in UTF-16 units, in which an emoji is two.
    """
    units = item.desc.encode("utf-16-le", "surrogatepass")
    for mark in sorted(item.marks or (), key=lambda mark: -mark.start):
        begin, end = mark.start * 2, mark.end * 2
        if mark.handle and 0 <= begin < end <= len(units) and units[begin : begin + 2] == "@".encode("utf-16-le"):
            units = units[:begin] + f"@{mark.handle}".encode("utf-16-le", "surrogatepass") + units[end:]
    return units.decode("utf-16-le", "surrogatepass")


def author(item: shapes.Item) -> AccountRef | None:
    """Say whose a video is."""
    if isinstance(item.author, str):
        return account(item.author_id, item.author)
    return account(item.author.id, item.author.handle)


def post(item: shapes.Item) -> Post:
    """Read a video, with exact likes where the page has them."""
    counts = item.exact or item.rounded
    return Post(
        ref=video_ref(item.id),
        author=author(item),
        text=caption(item),
        posted_at=when(item.created),
        likes=counts.likes if counts else None,
        pictures=_pictures(item),
    )


def _pictures(item: shapes.Item) -> tuple[str, ...]:
    """Give the pictures of a photo post, else the still of the video."""
    photos = [one.image.urls[0] for one in (item.photos.images if item.photos else ()) if one.image.urls]
    still = (item.video.origin or item.video.cover) if item.video else None
    return tuple(photos) or ((still,) if still else ())


def embedded(video: shapes.EmbedVideo, owner: AccountRef) -> Post:
    """Read one video of a creator embed; a caption that may mention somebody is left to the video's own page."""
    still = video.origin or video.cover
    return Post(
        ref=video_ref(video.id),
        author=owner,
        text=None if "@" in video.desc else video.desc,
        posted_at=None,
        pictures=(still,) if still else (),
    )


def embed_post(data: shapes.EmbeddedVideo) -> Post:
    """Read the video of a video embed."""
    who = account(data.author.id, data.author.handle) if data.author else None
    return Post(
        ref=video_ref(data.item.id),
        author=who,
        text=data.item.text,
        posted_at=when(data.item.created),
        likes=data.item.likes,
        pictures=data.item.covers[:1],
    )


def research_post(video: shapes.ResearchVideo) -> Post:
    """Read a video of the Research API, which names its author by handle only."""
    return Post(
        ref=video_ref(video.id),
        author=account(None, video.handle),
        text=video.text,
        posted_at=when(video.created),
        likes=video.likes,
    )


def posted(made: Post) -> tuple[Interaction, ...]:
    """Read publishing a video as an act; none where a reduced answer does not say whose."""
    if made.author is None:
        return ()
    return (act(made.author, Action.POSTED, made.ref, made.posted_at, record=made.ref.uri),)


def comments(found: Iterable[shapes.Comment]) -> tuple[Interaction, ...]:
    """Read who commented, answers to comments included."""
    return tuple(
        act(who, Action.COMMENTED, video_ref(one.video), when(one.created), record=f"tiktok:comment:{one.id}")
        for one in flat(found)
        if (who := account(one.user.uid, one.user.handle)) is not None
    )


def flat(found: Iterable[shapes.Comment]) -> tuple[shapes.Comment, ...]:
    """Put answers beside the comments that they answer."""
    return tuple(one for comment in found for one in (comment, *(comment.replies or ())))


def act(
    actor: AccountRef, action: Action, on: PostRef, at: datetime | None, *, record: str | None = None
) -> Interaction:
    """Name what an account did; how sure we are follows from what named it."""
    basis = ActorBasis.ID if actor.key else ActorBasis.HANDLE
    return Interaction(actor=actor, action=action, post=on, acted_at=at, record_uri=record, basis=basis)


def when(seconds: int) -> datetime | None:
    """Read a Unix time; none before TikTok was there."""
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds > 0 else None
    except (ValueError, OverflowError, OSError):
        return None
