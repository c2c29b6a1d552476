"""The parts of Instagram's objects that we read. Unknown fields are ignored; a missing mandatory one is loud.

What is dumped with `exclude_unset` is the same object, cut to what we read: a key that was missing stays missing, and
a null stays null (a missing caption is unknown, a null one is no caption).
"""

import re
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field, StringConstraints


def _as_text(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else value


Number = Annotated[str, BeforeValidator(_as_text), StringConstraints(pattern=r"^[0-9]*$", max_length=24)]
"""A number that some answers write as text; empty where a reduced object names nobody."""
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,60}$")]
Count = Annotated[int, Field(strict=True, ge=0)]
Likes = Annotated[int, Field(strict=True, ge=-1)]
"""-1 stands in some answers where the owner hides it."""
Seconds = Annotated[int, Field(strict=True, gt=0, lt=2**33)]


SHORT = re.compile(r"[0-9]{1,16}")


class User(BaseModel):
    """Somebody. `pk` is the stable key; an `id` is the same number, or in Polaris objects a longer one of the API."""

    pk: Number | None = None
    id: Any = None
    username: str | None = None

    @property
    def key(self) -> str | None:
        """The stable key, where the object has it."""
        return self.pk or (str(self.id) if SHORT.fullmatch(str(self.id)) else None)


class Caption(BaseModel):
    """The words under a picture."""

    text: str


class Image(BaseModel):
    """One size of a picture."""

    url: str


class Images(BaseModel):
    """A picture in all its sizes, the largest first."""

    candidates: list[Image] = []


class Slide(BaseModel):
    """One picture of several."""

    image_versions2: Images | None = None


class Media(BaseModel):
    """A post as Polaris pages, API answers and item lists hold it."""

    code: Code
    user: User | None = None
    owner: User | None = None
    caption: Caption | None = None
    taken_at: Seconds | None = None
    like_count: Likes | None = None
    like_and_view_counts_disabled: bool | None = None
    coauthor_producers: list[User] | None = None
    display_uri: str | None = None
    image_versions2: Images | None = None
    carousel_media: list[Slide] | None = None
    top_likers: list[str] | None = None
    facepile_top_likers: list[User] | None = None

    @property
    def author(self) -> User | None:
        """Who published it."""
        return self.user or self.owner

    @property
    def text(self) -> str | None:
        """The caption; empty where the post has none, None where the page does not say."""
        if self.caption is not None:
            return self.caption.text
        return "" if "caption" in self.model_fields_set else None

    @property
    def likes(self) -> int | None:
        """How many liked it, where the owner lets it be seen."""
        hidden = self.like_and_view_counts_disabled or self.like_count == -1
        return None if hidden else self.like_count

    @property
    def pictures(self) -> tuple[str, ...]:
        """The addresses of its pictures, the largest of each."""
        sets = [slide.image_versions2 for slide in self.carousel_media or ()] or [self.image_versions2]
        found = [images.candidates[0].url for images in sets if images and images.candidates]
        return tuple(found) or ((self.display_uri,) if self.display_uri else ())


class ListedMedia(Media):
    """A post in the list of a profile page: author and caption always stand there, time and likes never."""

    user: User
    caption: Caption | None


class ShownMedia(ListedMedia):
    """A post on its own page: its time, its likes and with whom it was published always stand there."""

    taken_at: Seconds
    like_count: Likes | None
    like_and_view_counts_disabled: bool
    coauthor_producers: list[User] | None


class Text(BaseModel):
    """The node of an old caption."""

    text: str


class TextEdge(BaseModel):
    """The edge of an old caption."""

    node: Text


class TextEdges(BaseModel):
    """An old caption: a list of at most one."""

    edges: list[TextEdge]


class Counted(BaseModel):
    """An old count."""

    count: Likes


class Owner(BaseModel):
    """The owner of an old object, whose `id` is the stable key."""

    id: Number
    username: str | None = None


class GraphMedia(BaseModel):
    """A post in the older GraphQL answers."""

    shortcode: Code
    owner: Owner
    edge_media_to_caption: TextEdges
    taken_at_timestamp: Seconds
    edge_media_preview_like: Counted | None = None
    coauthor_producers: list[Owner] | None = None
    display_url: str | None = None

    def media(self) -> Media:
        """Give the same post in today's shape."""
        edges = self.edge_media_to_caption.edges
        likes = self.edge_media_preview_like.count if self.edge_media_preview_like else None
        told: dict[str, Any] = {
            "code": self.shortcode,
            "user": _user(self.owner),
            "caption": {"text": edges[0].node.text} if edges else None,
            "taken_at": self.taken_at_timestamp,
            "coauthor_producers": [_user(one) for one in self.coauthor_producers or ()],
        }
        told |= {"like_count": likes} if likes is not None else {}
        told |= {"display_uri": self.display_url} if self.display_url else {}
        return Media.model_validate(told)


def _user(owner: Owner) -> dict[str, str | None]:
    return {"pk": owner.id, "username": owner.username}


class Node(BaseModel):
    """One place of a timeline."""

    node: ListedMedia


class PageInfo(BaseModel):
    """Whether a list goes on; what a list without this is, nobody knows."""

    has_next_page: bool


class Timeline(BaseModel):
    """The posts of a profile page."""

    edges: list[Node]
    page_info: PageInfo


class Profile(BaseModel):
    """Whose page it is; both names are empty where a reduced page names nobody."""

    pk: Number
    username: str
    is_private: bool


class Liker(BaseModel):
    """Somebody in a list of likers; `id` is the stable key in older answers."""

    pk: Number | None = None
    id: Number | None = None
    username: Annotated[str, StringConstraints(min_length=1)]

    @property
    def key(self) -> str | None:
        """The stable key, where the answer has it."""
        return self.pk or self.id or None


class Likers(BaseModel):
    """A list of likers, or with `seen` what was kept of one."""

    users: list[Liker]
    user_count: Count | None = None
    seen: Count | None = None


class LikerEdge(BaseModel):
    """One place of an older list of likers."""

    node: Liker


class LikerEdges(BaseModel):
    """An older list of likers."""

    count: Count
    edges: list[LikerEdge]


def item(value: dict[str, Any]) -> Media:
    """Read one platform object, whichever of its three kinds it is."""
    kind = value.get("__typename")
    if isinstance(kind, str) and "polaris" not in kind.lower() and kind != "XDTMediaDict":
        return GraphMedia.model_validate(value).media()
    media = Media.model_validate(value)
    if media.author is None:
        raise ValueError("a post without an author")
    return media


def users(media: Media) -> Iterator[User]:
    """Name everybody who published a post: its author, and the accounts it was published with."""
    if media.author is not None:
        yield media.author
    yield from media.coauthor_producers or ()
