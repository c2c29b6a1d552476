"""The parts of a Threads post that we read, as known from other tools' code (reference platforms 4.6, 5.1)."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field


def _number(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Key = Annotated[str, BeforeValidator(_number)]


class User(BaseModel):
    """Whose a post is; `pk` is missing on some pages."""

    pk: Key | None = None
    username: str


class Caption(BaseModel):
    """The words of a post."""

    text: str


class Candidate(BaseModel):
    """A picture in one size."""

    url: str


class Images(BaseModel):
    """A picture in its sizes, the largest first."""

    candidates: tuple[Candidate, ...] = ()


class Medium(BaseModel):
    """One picture or video of several."""

    images: Images | None = Field(default=None, alias="image_versions2")


class Shared(BaseModel):
    """The post that a post quotes or reposts."""

    quoted: "Post | None" = Field(default=None, alias="quoted_post")
    reposted: "Post | None" = Field(default=None, alias="reposted_post")


class Info(BaseModel):
    """What Threads adds to a post."""

    shared: Shared | None = Field(default=None, alias="share_info")


class Post(BaseModel):
    """A post. `caption` is null where it has no words; where the key is missing, the page does not show them."""

    pk: Key = Field(min_length=1)
    code: str = Field(min_length=1)
    user: User
    caption: Caption | None = None
    taken_at: int | None = None
    like_count: int | None = None
    hidden: bool | None = Field(default=None, alias="like_and_view_counts_disabled")
    info: Info | None = Field(default=None, alias="text_post_app_info")
    images: Images | None = Field(default=None, alias="image_versions2")
    several: tuple[Medium, ...] | None = Field(default=None, alias="carousel_media")
