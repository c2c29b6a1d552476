"""From Instagram's objects to our records; the numbers and codes that name a post."""

from datetime import UTC, datetime

from core.records import AccountRef, Action, ActorBasis, Interaction, Post, PostRef
from scraper.platforms import instagram_shapes as shapes

PLATFORM = "instagram"
HOME = "https://www.instagram.com"
APP = "https://i.instagram.com"
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
SECRET = 28
"""So many letters follow the number in the code of a private account's post."""


def code_of(pk: str) -> str:
    """Write a post's number as the code of its address."""
    number, code = int(pk), ""
    while number:
        number, rest = divmod(number, len(ALPHABET))
        code = ALPHABET[rest] + code
    return code or ALPHABET[0]


def pk_of(code: str) -> str:
    """Read a post's number from the code of its address."""
    number = 0
    for letter in code[:-SECRET] if len(code) > SECRET else code:
        number = number * len(ALPHABET) + ALPHABET.index(letter)
    return str(number)


def post_ref(code: str, base_url: str = HOME) -> PostRef:
    """Name a post by its address at Instagram; `url` is where the settings say that Instagram stands."""
    return PostRef(platform=PLATFORM, uri=f"{HOME}/p/{code}/", url=f"{base_url}/p/{code}/")


def account(user: shapes.User) -> AccountRef | None:
    """Name somebody; None where a reduced object names nobody."""
    if not user.key and not user.username:
        return None
    return AccountRef(platform=PLATFORM, key=user.key, handle=user.username or None)


def post(media: shapes.Media, base_url: str) -> Post:
    """Read a post."""
    return Post(
        ref=post_ref(media.code, base_url),
        author=account(media.author) if media.author else None,
        text=media.text,
        posted_at=_moment(media.taken_at),
        likes=media.likes,
        pictures=media.pictures,
    )


def acts(media: shapes.Media, base_url: str) -> tuple[Interaction, ...]:
    """Say who published a post, and who of those that the viewer follows liked it, where the object tells."""
    ref, when = post_ref(media.code, base_url), _moment(media.taken_at)
    publishers = [who for user in shapes.users(media) if (who := account(user)) is not None]
    posted = [
        Interaction(actor=who, action=Action.POSTED, post=ref, acted_at=when, basis=basis(who)) for who in publishers
    ]
    liked = [
        Interaction(actor=who, action=Action.LIKED, post=ref, acted_at=None, basis=ActorBasis.HANDLE)
        for who in top_likers(media)
    ]
    return (*dict.fromkeys(posted), *liked)


def top_likers(media: shapes.Media) -> tuple[AccountRef, ...]:
    """Name the few likers that stand in a post itself: followed by whoever looked, never a whole list."""
    named = [AccountRef(platform=PLATFORM, handle=name) for name in media.top_likers or () if name]
    shown = [who for user in media.facepile_top_likers or () if (who := account(user)) is not None and who.handle]
    by_handle = {(who.handle or "").casefold(): who for who in (*named, *shown)}
    return tuple(by_handle.values())


def liked(liker: shapes.Liker, ref: PostRef) -> Interaction:
    """Read one place of a list of likers; the list tells no time."""
    who = AccountRef(platform=PLATFORM, key=liker.key, handle=liker.username)
    return Interaction(actor=who, action=Action.LIKED, post=ref, acted_at=None, basis=basis(who))


def basis(who: AccountRef) -> ActorBasis:
    """Say how sure it is who acted."""
    return ActorBasis.ID if who.key else ActorBasis.HANDLE


def _moment(seconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None
