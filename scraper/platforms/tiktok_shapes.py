"""The parts of TikTok's pages and answers that we read. Unknown fields are ignored; a missing mandatory one is loud.

Numbers come as numbers or as text, depending on the page.
"""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field


def _number(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Number = Annotated[str, BeforeValidator(_number), Field(pattern=r"^\d*$")]
"""The number of a video or an account, as text; empty where a reduced answer does not say whose it is."""
Text = Annotated[str, Field(min_length=1)]


class Author(BaseModel):
    """Whose a video is."""

    id: Number
    handle: str = Field(alias="uniqueId")


class Counts(BaseModel):
    """How often a video was liked: exact in `statsV2`, rounded in `stats`."""

    likes: int = Field(alias="diggCount", ge=0)


class Mention(BaseModel):
    """A marked part of a caption, counted in UTF-16 units; a mention names the account's handle."""

    start: int = 0
    end: int = 0
    handle: str | None = Field(default=None, alias="userUniqueId")


class Cover(BaseModel):
    """The still of a video."""

    cover: str | None = None
    origin: str | None = Field(default=None, alias="originCover")


class Addresses(BaseModel):
    """Where a picture stands, on several servers."""

    urls: tuple[str, ...] = Field(default=(), alias="urlList")


class Picture(BaseModel):
    """One picture of a photo post."""

    image: Addresses = Field(default=Addresses(), alias="imageURL")


class Pictures(BaseModel):
    """The pictures of a photo post."""

    images: tuple[Picture, ...] = ()


class Item(BaseModel):
    """A video as pages, the web API and Zeeschuimer hold it. Older pages name the author beside it (`authorId`)."""

    id: Number = Field(min_length=1)
    desc: str
    created: int = Field(alias="createTime")
    author: Author | str
    author_id: Number | None = Field(default=None, alias="authorId")
    exact: Counts | None = Field(default=None, alias="statsV2")
    rounded: Counts | None = Field(default=None, alias="stats")
    marks: tuple[Mention, ...] | None = Field(default=None, alias="textExtra")
    video: Cover | None = None
    photos: Pictures | None = Field(default=None, alias="imagePost")


class Items(BaseModel):
    """/api/post/item_list/."""

    code: int = Field(alias="statusCode")
    items: tuple[Item, ...] = Field(default=(), alias="itemList")
    more: bool = Field(alias="hasMore")


class VideoItem(BaseModel):
    """Where a video page holds its video."""

    item: Item = Field(alias="itemStruct")


class VideoDetail(BaseModel):
    """A video page: `webapp.video-detail`."""

    code: int = Field(alias="statusCode")
    info: VideoItem | None = Field(default=None, alias="itemInfo")


class ProfileUser(BaseModel):
    """Whose a profile page is."""

    id: Number = Field(min_length=1)
    handle: Text = Field(alias="uniqueId")
    private: bool = Field(alias="privateAccount")


class ProfileCounts(BaseModel):
    """How many videos an account has."""

    videos: int | None = Field(default=None, alias="videoCount")


class ProfileInfo(BaseModel):
    """What a profile page says of its account."""

    user: ProfileUser
    exact: ProfileCounts | None = Field(default=None, alias="statsV2")
    rounded: ProfileCounts | None = Field(default=None, alias="stats")


class Profile(BaseModel):
    """A profile page: `webapp.user-detail`."""

    code: int = Field(alias="statusCode")
    info: ProfileInfo | None = Field(default=None, alias="userInfo")


class EmbedUser(BaseModel):
    """Whose a creator embed is; `customErrorCode` says why there is nothing."""

    code: int
    error: int = Field(default=0, alias="customErrorCode")
    id: Number = ""
    handle: str = Field(default="", alias="uniqueId")
    private: bool | None = Field(default=None, alias="privateAccount")


class EmbedVideo(BaseModel):
    """One of the newest videos of a creator embed: no likes, no time."""

    id: Number = Field(min_length=1)
    desc: str
    author: Text = Field(alias="authorUniqueId")
    cover: str | None = Field(default=None, alias="coverUrl")
    origin: str | None = Field(default=None, alias="originCoverUrl")
    private: bool = Field(default=False, alias="privateItem")


class Embed(BaseModel):
    """A creator embed."""

    user: EmbedUser = Field(alias="userInfo")
    videos: tuple[EmbedVideo, ...] | None = Field(default=None, alias="videoList")


class EmbeddedItem(BaseModel):
    """The video of a video embed."""

    id: Number = Field(min_length=1)
    text: str
    likes: int = Field(alias="diggCount", ge=0)
    created: int = Field(alias="createTime")
    covers: tuple[str, ...] = ()


class EmbeddedAuthor(BaseModel):
    """Whose the video of a video embed is."""

    id: Number = Field(default="", alias="userId")
    handle: str = Field(default="", alias="uniqueId")


class EmbeddedVideo(BaseModel):
    """Where a video embed holds its video."""

    item: EmbeddedItem = Field(alias="itemInfos")
    author: EmbeddedAuthor | None = Field(default=None, alias="authorInfos")


class VideoEmbed(BaseModel):
    """A video embed."""

    data: EmbeddedVideo = Field(alias="videoData")


class Person(BaseModel):
    """Who wrote a comment."""

    uid: Number = ""
    handle: str = Field(default="", alias="unique_id")


class Comment(BaseModel):
    """A comment, with the first answers to it."""

    id: Number = Field(alias="cid", min_length=1)
    video: Number = Field(alias="aweme_id", min_length=1)
    text: str
    created: int = Field(alias="create_time")
    user: Person
    replies: "tuple[Comment, ...] | None" = Field(default=None, alias="reply_comment")


class Comments(BaseModel):
    """/api/comment/list/; `seen` counts the people that a reduced answer does not hold any more."""

    code: int = Field(alias="status_code")
    comments: tuple[Comment, ...] | None
    total: int
    seen: int | None = Field(default=None, ge=0)


class ResearchVideo(BaseModel):
    """A video as the Research API tells it."""

    id: Number = Field(min_length=1)
    handle: str = Field(alias="username")
    text: str = Field(alias="video_description")
    created: int = Field(alias="create_time")
    likes: int | None = Field(default=None, alias="like_count")


class ResearchData(BaseModel):
    """What a researcher asked for: videos, or the videos that an account liked."""

    videos: tuple[ResearchVideo, ...] | None = None
    liked: tuple[ResearchVideo, ...] | None = Field(default=None, alias="user_liked_videos")


class Research(BaseModel):
    """An answer of the Research API."""

    data: ResearchData
    error: dict[str, Any] | None = None
