"""From posts of Threads to our records.

A post is known by its code alone: its address (`/t/CODE`, which Threads completes) holds no handle. The key of an
account is its number (`pk`); where a page has only the handle there is no key, and the act says so.
"""

from datetime import UTC, datetime

from core.records import AccountRef, Action, ActorBasis, Interaction, Post, PostRef
from scraper.platforms import threads_shapes as shapes

PLATFORM = "threads"
HOME = "https://www.threads.com"


def post_ref(code: str) -> PostRef:
    """Name a post by its code."""
    url = f"{HOME}/t/{code}"
    return PostRef(platform=PLATFORM, uri=url, url=url)


def account(user: shapes.User) -> AccountRef | None:
    """Name an account; None where a reduced answer does not say who it was."""
    if not user.pk and not user.username:
        return None
    return AccountRef(platform=PLATFORM, key=user.pk or None, handle=user.username or None)


def post(shown: shapes.Post) -> Post:
    """Read a post."""
    return Post(
        ref=post_ref(shown.code),
        author=account(shown.user),
        text=_words(shown),
        posted_at=_when(shown.taken_at),
        likes=None if shown.hidden else shown.like_count,
        pictures=_pictures(shown),
    )


def _words(shown: shapes.Post) -> str | None:
    if shown.caption is not None:
        return shown.caption.text
    return "" if "caption" in shown.model_fields_set else None


def _pictures(shown: shapes.Post) -> tuple[str, ...]:
    each = [one.images for one in shown.several] if shown.several else [shown.images]
    return tuple(images.candidates[0].url for images in each if images and images.candidates)


def _when(seconds: int | None) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds and seconds > 0 else None
    except (ValueError, OverflowError, OSError):
        return None


def shared(shown: shapes.Post) -> shapes.Shared:
    """Say what a post quotes or reposts."""
    return (shown.info and shown.info.shared) or shapes.Shared()


def posts(shown: shapes.Post) -> tuple[Post, ...]:
    """Read a post and the one that it quotes; a repost is only the post that it reposts."""
    inner = shared(shown)
    if inner.reposted is not None:
        return (post(inner.reposted),)
    return (post(shown), *((post(inner.quoted),) if inner.quoted else ()))


def acts(shown: shapes.Post) -> tuple[Interaction, ...]:
    """Read what the author did: posted, reposted, quoted."""
    actor = account(shown.user)
    if actor is None:
        return ()
    inner = shared(shown)
    if inner.reposted is not None:
        return (_act(shown, actor, Action.REPOSTED, inner.reposted),)
    quoted = (_act(shown, actor, Action.QUOTED, inner.quoted),) if inner.quoted else ()
    return (_act(shown, actor, Action.POSTED, shown), *quoted)


def _act(shown: shapes.Post, actor: AccountRef, action: Action, on: shapes.Post) -> Interaction:
    return Interaction(
        actor=actor,
        action=action,
        post=post_ref(on.code),
        acted_at=_when(shown.taken_at),
        record_uri=post_ref(shown.code).uri,
        basis=ActorBasis.ID if actor.key else ActorBasis.HANDLE,
    )
