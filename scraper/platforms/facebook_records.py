"""From Facebook's objects to our records; the addresses that name a post."""

import re
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

from core.records import AccountRef, Action, Interaction, Post, PostRef
from scraper.platforms import facebook_shapes as shapes

PLATFORM = "facebook"
HOME = "https://www.facebook.com"
LIGHT = "https://web.facebook.com"
NUMBER = re.compile(r"[0-9]{1,24}")
NAME = re.compile(r"[A-Za-z0-9.]{2,80}")
PEOPLE = re.compile(r"/(?:people|p)/[^/]+[/-]([0-9]{5,24})/?")
POSTS = re.compile(r"/(?:[^/]+/(?:posts|videos)(?:/[^/]+)?|reel|watch/live)/(?:[^/]*-)?([A-Za-z0-9]{8,100})/?")
NOT_NAMES = frozenset(
    {"ajax", "api", "business", "dialog", "events", "friends", "groups", "hashtag", "help", "login", "marketplace"}
    | {"messages", "notifications", "pages", "people", "permalink.php", "photo", "photo.php", "plugins", "policies"}
    | {"privacy", "profile.php", "public", "recover", "reel", "reg", "search", "settings", "sharer", "stories"}
    | {"story.php", "watch", "checkpoint", "home.php", "p", "share", "tr", "gaming", "legal", "about"}
)


def post_ref(post_id: str, url: str | None = None) -> PostRef:
    """Name a post by its number alone, which lists of reactions hold too; `url` is its permalink."""
    uri = f"{HOME}/{post_id}"
    return PostRef(platform=PLATFORM, uri=uri, url=url or uri)


def located(url: str) -> AccountRef | PostRef | None:
    """Say what an address shows: a post, an account, or neither.

    A post whose address has no number (`pfbid…`) keeps that address as its name: only its page tells the number.
    """
    parts = urlsplit(url)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    if (found := POSTS.fullmatch(parts.path)) is not None:
        return post_ref(found[1]) if NUMBER.fullmatch(found[1]) else PostRef(platform=PLATFORM, uri=url, url=url)
    if (told := query.get("story_fbid") or query.get("fbid") or query.get("v")) is not None:
        return post_ref(told, url) if NUMBER.fullmatch(told) else PostRef(platform=PLATFORM, uri=url, url=url)
    return _account(parts.path, query)


def _account(path: str, query: dict[str, str]) -> AccountRef | None:
    number = PEOPLE.fullmatch(path)
    if number is not None:
        return AccountRef(platform=PLATFORM, key=number[1], handle=number[1])
    if path.rstrip("/") == "/profile.php" and NUMBER.fullmatch(query.get("id", "")):
        return AccountRef(platform=PLATFORM, key=query["id"], handle=query["id"])
    name = path.strip("/")
    if not NAME.fullmatch(name) or name.lower() in NOT_NAMES:
        return None
    return AccountRef(platform=PLATFORM, key=name if NUMBER.fullmatch(name) else None, handle=name)


def named(number: str, profile_url: str | None) -> AccountRef:
    """Name somebody by number, and by the name in the profile's address where it has one."""
    shown = located(profile_url) if profile_url else None
    handle = shown.handle if isinstance(shown, AccountRef) and shown.key is None else None
    return AccountRef(platform=PLATFORM, key=number, handle=handle)


def author(story: shapes.Story, owner: AccountRef | None = None) -> AccountRef | None:
    """Name who published a story: the owner of the page where it is theirs; None where a reduced one names nobody."""
    if owner is not None and story.actor.id == owner.key:
        return owner
    return named(story.actor.id, story.actor.url) if story.actor.id else None


def post(story: shapes.Story, owner: AccountRef | None = None) -> Post:
    """Read a post."""
    return Post(
        ref=_ref(story, owner),
        author=author(story, owner),
        text=story.message.text if story.message else "",
        posted_at=_moment(story),
        likes=story.reactions,
        pictures=story.pictures,
    )


def posted(story: shapes.Story, owner: AccountRef | None = None) -> tuple[Interaction, ...]:
    """Read publishing a post as an act."""
    who = author(story, owner)
    if who is None:
        return ()
    ref = _ref(story, owner)
    return (Interaction(actor=who, action=Action.POSTED, post=ref, acted_at=_moment(story)),)


def _ref(story: shapes.Story, owner: AccountRef | None) -> PostRef:
    """Name a story; the name in the permalink of anybody but the page's owner is nobody's business."""
    is_theirs = owner is not None and story.actor.id == owner.key
    return post_ref(story.post_id, story.url if is_theirs else None)


def reacted(one: shapes.Reaction, post_id: str) -> Interaction:
    """Read a reaction as a like, whichever face it has: the face stays in what is kept of the answer."""
    return Interaction(actor=reactor(one.node), action=Action.LIKED, post=post_ref(post_id), acted_at=None)


def reactor(person: shapes.Person) -> AccountRef:
    """Name somebody who reacted."""
    return named(person.id, person.profile_url)


def _moment(story: shapes.Story) -> datetime:
    return datetime.fromtimestamp(story.creation_time, UTC)
