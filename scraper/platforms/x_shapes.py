"""The parts of X's answers that we read: web GraphQL as a browser receives it, and the official API v2.

Unknown fields are ignored; a missing mandatory one is loud. Shapes: reference platforms 5.1 and recorded answers.
"""

from typing import Any

from pydantic import BaseModel, Field


class Named(BaseModel):
    """Where a handle stands: in `core` since 2025, in `legacy` before."""

    screen_name: str | None = None
    protected: bool | None = None


class Privacy(BaseModel):
    """Whether only followers see the account."""

    protected: bool = False


class User(BaseModel):
    """An account."""

    rest_id: str
    core: Named | None = None
    legacy: Named | None = None
    privacy: Privacy | None = None

    @property
    def handle(self) -> str | None:
        """The name in its address."""
        return (self.core and self.core.screen_name) or (self.legacy and self.legacy.screen_name) or None

    @property
    def protected(self) -> bool:
        """Whether only followers see it."""
        return bool((self.privacy and self.privacy.protected) or (self.legacy and self.legacy.protected))


class Box(BaseModel):
    """What wraps a post or a user; without `result` the thing itself is gone."""

    result: dict[str, Any] | None = None


class Core(BaseModel):
    """Who wrote a post."""

    user_results: Box = Box()


class Medium(BaseModel):
    """A picture, or the still of a video; `url` is how the text refers to it."""

    media_url_https: str | None = None
    url: str | None = None


class Media(BaseModel):
    """The pictures of a post."""

    media: tuple[Medium, ...] = ()


class Legacy(BaseModel):
    """Most of a post."""

    user_id_str: str
    full_text: str
    created_at: str
    favorite_count: int
    reply_count: int | None = None
    in_reply_to_status_id_str: str | None = None
    in_reply_to_user_id_str: str | None = None
    quoted_status_id_str: str | None = None
    retweeted_status_id_str: str | None = None
    retweeted_status_result: dict[str, Any] | None = None
    entities: Media | None = None
    extended_entities: Media | None = None


class NoteText(BaseModel):
    """A text of more than 280 characters."""

    text: str


class NoteResult(BaseModel):
    """What wraps a long text."""

    result: NoteText


class Note(BaseModel):
    """What wraps a long text, once more."""

    note_tweet_results: NoteResult


class Tweet(BaseModel):
    """A post."""

    rest_id: str
    legacy: Legacy
    core: Core | None = None
    note_tweet: Note | None = None
    quoted_status_result: dict[str, Any] | None = None


class ApiUser(BaseModel):
    """API v2: an account."""

    id: str
    username: str
    protected: bool = False


class ApiProblem(BaseModel):
    """API v2: why something that was asked for is not in the answer."""

    title: str = ""
    type: str = ""
    detail: str = ""
    resource_id: str | None = None
    value: str | None = None


class ApiReference(BaseModel):
    """API v2: another post that a post reposts, quotes or answers."""

    type: str
    id: str


class ApiMetrics(BaseModel):
    """API v2: the counts of a post."""

    like_count: int


class ApiAttachments(BaseModel):
    """API v2: the names of a post's pictures."""

    media_keys: tuple[str, ...] = ()


class ApiTweet(BaseModel):
    """API v2: a post."""

    id: str
    text: str
    author_id: str
    created_at: str
    public_metrics: ApiMetrics
    referenced_tweets: tuple[ApiReference, ...] = ()
    in_reply_to_user_id: str | None = None
    note_tweet: NoteText | None = None
    attachments: ApiAttachments = ApiAttachments()

    def refers(self, kind: str) -> str | None:
        """Give the number of the post that this one reposts, quotes or answers."""
        return next((one.id for one in self.referenced_tweets if one.type == kind), None)


class ApiMedium(BaseModel):
    """API v2: a picture."""

    media_key: str
    url: str | None = None
    preview_image_url: str | None = None


class ApiIncludes(BaseModel):
    """API v2: what the posts refer to."""

    tweets: tuple[ApiTweet, ...] = ()
    media: tuple[ApiMedium, ...] = ()


class ApiMeta(BaseModel):
    """API v2: how much this page holds, and where the next is."""

    result_count: int
    next_token: str | None = None


class ApiAccount(BaseModel):
    """API v2: users/by/username."""

    data: ApiUser | None = None
    errors: tuple[ApiProblem, ...] = ()


class ApiTweets(BaseModel):
    """API v2: users/:id/tweets, tweets?ids=."""

    data: tuple[ApiTweet, ...] | None = None
    includes: ApiIncludes = ApiIncludes()
    errors: tuple[ApiProblem, ...] = ()
    meta: ApiMeta | None = Field(default=None)
