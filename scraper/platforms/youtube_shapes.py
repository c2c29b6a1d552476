"""The parts of YouTube Data API v3 answers that we read.

Unknown fields are ignored; a missing mandatory one is loud.
"""

from pydantic import BaseModel, Field


class PageInfo(BaseModel):
    """How many there are in all."""

    total: int = Field(alias="totalResults", ge=0)


class Playlists(BaseModel):
    """The lists that belong to every channel."""

    uploads: str


class ChannelDetails(BaseModel):
    """Where a channel's videos are listed."""

    playlists: Playlists = Field(alias="relatedPlaylists")


class ChannelNames(BaseModel):
    """What a channel is called; `customUrl` is its handle."""

    custom_url: str | None = Field(default=None, alias="customUrl")


class ChannelCounts(BaseModel):
    """How much a channel has."""

    videos: int | None = Field(default=None, alias="videoCount", ge=0)


class Channel(BaseModel):
    """channels.list: one channel."""

    id: str
    snippet: ChannelNames
    details: ChannelDetails | None = Field(default=None, alias="contentDetails")
    statistics: ChannelCounts | None = None

    @property
    def handle(self) -> str | None:
        """Its handle; older answers give a name without the @, which is no handle."""
        name = self.snippet.custom_url or ""
        return name if name.startswith("@") else None


class Channels(BaseModel):
    """channels.list."""

    info: PageInfo = Field(alias="pageInfo")
    items: tuple[Channel, ...] | None = None


class Resource(BaseModel):
    """What an entry of a list refers to."""

    video: str = Field(alias="videoId")


class EntrySnippet(BaseModel):
    """An entry of a list."""

    published: str = Field(alias="publishedAt")
    resource: Resource = Field(alias="resourceId")


class EntryDetails(BaseModel):
    """When the video itself was published."""

    published: str | None = Field(default=None, alias="videoPublishedAt")


class Entry(BaseModel):
    """playlistItems.list: one video of a list."""

    snippet: EntrySnippet
    details: EntryDetails | None = Field(default=None, alias="contentDetails")

    @property
    def published(self) -> str:
        """When the video was published, else when it was put into the list."""
        return (self.details and self.details.published) or self.snippet.published


class Entries(BaseModel):
    """playlistItems.list."""

    info: PageInfo = Field(alias="pageInfo")
    items: tuple[Entry, ...]
    next: str | None = Field(default=None, alias="nextPageToken")


class Thumbnail(BaseModel):
    """A still of a video."""

    url: str


class VideoSnippet(BaseModel):
    """What a video says; title and description are its words."""

    published: str = Field(alias="publishedAt")
    channel: str = Field(alias="channelId")
    title: str
    description: str
    thumbnails: dict[str, Thumbnail] = Field(default_factory=dict)


class VideoCounts(BaseModel):
    """How a video was received; the owner can hide the likes and close the comments: no key then."""

    likes: int | None = Field(default=None, alias="likeCount", ge=0)
    comments: int | None = Field(default=None, alias="commentCount", ge=0)


class Video(BaseModel):
    """videos.list: one video; an answer that somebody else asked for may lack the counts."""

    id: str
    snippet: VideoSnippet
    statistics: VideoCounts | None = None


class Videos(BaseModel):
    """videos.list."""

    info: PageInfo = Field(alias="pageInfo")
    items: tuple[Video, ...]


class Who(BaseModel):
    """The channel of somebody who commented."""

    value: str


class CommentSnippet(BaseModel):
    """A comment; whose channel is gone has no author any more."""

    author: Who | None = Field(default=None, alias="authorChannelId")
    name: str | None = Field(default=None, alias="authorDisplayName")
    text: str = Field(alias="textDisplay")
    published: str = Field(alias="publishedAt")


class Comment(BaseModel):
    """comments.list: one comment."""

    id: str
    snippet: CommentSnippet


class ThreadSnippet(BaseModel):
    """A comment on a video and how many answers it has."""

    video: str = Field(alias="videoId")
    top: Comment = Field(alias="topLevelComment")
    replies: int = Field(alias="totalReplyCount")


class Replies(BaseModel):
    """The first answers to a comment."""

    comments: tuple[Comment, ...] = ()


class Thread(BaseModel):
    """commentThreads.list: one comment with its first answers."""

    id: str
    snippet: ThreadSnippet
    replies: Replies = Replies()


class Threads(BaseModel):
    """commentThreads.list; `seen` counts the people that a reduced answer does not hold any more."""

    items: tuple[Thread, ...]
    info: PageInfo = Field(alias="pageInfo")
    next: str | None = Field(default=None, alias="nextPageToken")
    seen: int | None = Field(default=None, ge=0)
    longer: tuple[str, ...] | None = None


class Comments(BaseModel):
    """comments.list."""

    items: tuple[Comment, ...]
    next: str | None = Field(default=None, alias="nextPageToken")
    seen: int | None = Field(default=None, ge=0)


class Cause(BaseModel):
    """Why a call failed."""

    reason: str


class Failure(BaseModel):
    """What went wrong."""

    message: str = ""
    errors: tuple[Cause, ...] = ()


class Failed(BaseModel):
    """The answer of a call that failed."""

    error: Failure
