"""All wordings as one stream, those of a post beside each other; a million of them need no more room than one."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from storage.database import Session
from storage.tables import post_versions, posts


@dataclass(frozen=True, slots=True, kw_only=True)
class PostWording:
    """A wording with its post and the post's author: an account's id, or an opaque name of somebody not watched."""

    post_id: int
    text: str
    author_id: int | None
    author: str | None


def stream(session: Session) -> Iterator[PostWording]:
    """Give every wording, post by post."""
    query = (
        select(post_versions.c.post_id, post_versions.c.text, posts.c.author_id, posts.c.author_hash)
        .join(posts, posts.c.id == post_versions.c.post_id)
        .order_by(post_versions.c.post_id, post_versions.c.id)
    )
    for row in session.execute(query.execution_options(stream_results=True, yield_per=1_000)):
        author = row.author_id or row.author_hash
        yield PostWording(
            post_id=row.post_id,
            text=row.text,
            author_id=row.author_id,
            author=None if author is None else str(author),
        )
