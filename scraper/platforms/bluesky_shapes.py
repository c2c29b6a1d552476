"""The parts of AT Protocol answers that we read. Unknown fields are ignored; a missing mandatory one is loud."""

from typing import Any

from pydantic import BaseModel, Field


class Failure(BaseModel):
    """What an XRPC call that failed answers."""

    error: str
    message: str | None = None


class Resolved(BaseModel):
    """com.atproto.identity.resolveHandle."""

    did: str


class Service(BaseModel):
    """One service of a DID document."""

    id: str
    endpoint: Any = Field(alias="serviceEndpoint")


class Document(BaseModel):
    """A DID document."""

    id: str
    also_known_as: tuple[str, ...] = Field(default=(), alias="alsoKnownAs")
    service: tuple[Service, ...] = ()

    @property
    def server(self) -> str | None:
        """The account's own server."""
        found = (s.endpoint for s in self.service if s.id.endswith("#atproto_pds") and isinstance(s.endpoint, str))
        server = next(found, None)
        return server.rstrip("/") if server else None

    @property
    def handle(self) -> str | None:
        """The handle that the account claims."""
        return next((name.removeprefix("at://") for name in self.also_known_as if name.startswith("at://")), None)


class Commit(BaseModel):
    """com.atproto.sync.getLatestCommit."""

    cid: str
    rev: str


class Strong(BaseModel):
    """A reference to one wording of a record."""

    uri: str
    cid: str | None = None


class Value(BaseModel):
    """What a post or a like record holds."""

    text: str | None = None
    created_at: str | None = Field(default=None, alias="createdAt")
    subject: Strong | None = None
    embed: Any = None

    @property
    def quoted(self) -> Strong | None:
        """The post that this post quotes."""
        embed = self.embed if isinstance(self.embed, dict) else {}
        record = embed.get("record")
        if embed.get("$type") == "app.bsky.embed.recordWithMedia" and isinstance(record, dict):
            record = record.get("record")
        if not isinstance(record, dict) or not isinstance(record.get("uri"), str):
            return None
        return Strong(uri=record["uri"], cid=record.get("cid"))

    @property
    def images(self) -> tuple[str, ...]:
        """The names of the pictures that this post shows."""
        refs = [image.get("image") for image in _images(self.embed)]
        links = [ref["ref"].get("$link") for ref in refs if isinstance(ref, dict) and isinstance(ref.get("ref"), dict)]
        return tuple(link for link in links if isinstance(link, str))


def _images(embed: object) -> list[dict[str, Any]]:
    """Find the pictures of a post, or of a post that also quotes another."""
    for place in (embed, embed.get("media") if isinstance(embed, dict) else None):
        images = place.get("images") if isinstance(place, dict) else None
        if isinstance(images, list):
            return [image for image in images if isinstance(image, dict)]
    return []


class Record(BaseModel):
    """One record of a repository."""

    uri: str
    cid: str | None = None
    value: Value

    @property
    def key(self) -> str:
        """The record's key, which grows with time."""
        return self.uri.rsplit("/", 1)[-1]


class Records(BaseModel):
    """com.atproto.repo.listRecords."""

    records: list[Record]
    cursor: str | None = None


class Actor(BaseModel):
    """Somebody, as a view shows them."""

    did: str
    handle: str | None = None


class ViewedPost(BaseModel):
    """A post as the AppView shows it."""

    uri: str
    cid: str | None = None
    author: Actor
    record: Value
    like_count: int | None = Field(default=None, alias="likeCount")
    embed: Any = None

    @property
    def images(self) -> tuple[str, ...]:
        """The addresses of its pictures."""
        shown = [image.get("fullsize") for image in _images(self.embed)]
        return tuple(address for address in shown if isinstance(address, str))


class Reason(BaseModel):
    """Why a post stands in somebody's feed that is not theirs: who passed it on or pinned it, and when."""

    type: str = Field(alias="$type")
    by: Actor | None = None
    uri: str | None = None
    indexed_at: str | None = Field(default=None, alias="indexedAt")


class Fed(BaseModel):
    """One entry of a feed."""

    post: ViewedPost
    reason: Reason | None = None

    @property
    def owner(self) -> Actor:
        """Whose feed this entry can stand in."""
        return self.reason.by if self.reason is not None and self.reason.by is not None else self.post.author


class Feed(BaseModel):
    """app.bsky.feed.getAuthorFeed; `seen` counts what a reduced answer does not hold any more."""

    feed: list[Fed]
    seen: int | None = None


class Posts(BaseModel):
    """app.bsky.feed.getPosts."""

    posts: list[ViewedPost]


class Like(BaseModel):
    """One liker of a post."""

    actor: Actor
    created_at: str | None = Field(default=None, alias="createdAt")


class Likers(BaseModel):
    """app.bsky.feed.getLikes; `seen` counts the people that a reduced answer does not hold any more."""

    likes: list[Like]
    cursor: str | None = None
    seen: int | None = None
