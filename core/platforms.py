"""The settings of each platform: where it stands, and how any other public site is described."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from core.fields import Amount, BaseUrl, Count, Section, Switch, Text, Zone, wrong


class Bluesky(Section):
    """Where AT Protocol answers come from.

    `appview: null` asks the accounts' own servers only; `resolver` turns handles into keys where another server does.
    """

    appview: BaseUrl | None = "https://public.api.bsky.app"
    resolver: BaseUrl | None = None
    plc: BaseUrl = "https://plc.directory"


class Mastodon(Section):
    """Mastodon-compatible servers; `servers` gives the address of those that are not at https://HOST."""

    servers: dict[str, BaseUrl] = Field(default_factory=dict)


class Instagram(Section):
    """Where Instagram and its official API stand; `account_id` is the office's own professional account there."""

    base_url: BaseUrl = "https://www.instagram.com"
    api_url: BaseUrl = "https://graph.facebook.com/v26.0"
    account_id: Text | None = None


class Facebook(Section):
    """Where Facebook and its official API stand."""

    base_url: BaseUrl = "https://www.facebook.com"
    api_url: BaseUrl = "https://graph.facebook.com/v26.0"


class TikTok(Section):
    """Where TikTok stands."""

    base_url: BaseUrl = "https://www.tiktok.com"


class Threads(Section):
    """Where Threads stands."""

    base_url: BaseUrl = "https://www.threads.com"


class X(Section):
    """Where X and its official API stand."""

    base_url: BaseUrl = "https://x.com"
    api_url: BaseUrl = "https://api.x.com/2"


class YouTube(Section):
    """Where YouTube and its official API stand; `daily_units` is the allowance of the key."""

    base_url: BaseUrl = "https://www.youtube.com"
    api_url: BaseUrl = "https://www.googleapis.com/youtube/v3"
    daily_units: Count = 10_000


class Scroll(Section):
    """When an endless page has been scrolled far enough."""

    max_items: Count = 200
    max_scrolls: Count = 40
    seconds: Amount = 45.0


class SiteJson(Section):
    """The JSON answers of a site's pages: where they come from, and the dotted path of each field."""

    answers: Text
    items: Text
    id: Text = "id"
    url: Text | None = None
    author: Text = "author"
    text: Text = "text"
    time: Text = "time"
    likes: Text | None = None
    claimed: Text | None = None


class SiteHtml(Section):
    """The same fields in the page itself, as CSS selectors inside an item; `@name` at the end takes an attribute."""

    items: Text
    id: Text
    url: Text | None = None
    author: Text
    text: Text | None = None
    time: Text | None = None
    likes: Text | None = None
    claimed: Text | None = None
    pictures: Text | None = None


class SiteList(Section):
    """The page of a site that leads to the pages with posts: where it stands, and which of its links lead there."""

    path: Text
    landmark: Text
    links: Text
    empty: Text | None = None
    next: Text | None = None


class SitePage(Section):
    """One kind of page of a site: its address, its landmarks, and how to read it.

    `path` may hold {handle} or {post}. `landmark` is what this page always has (with microformats: their marks, unless
    another is named); `empty` is what it shows when there is nothing; `end` is what stands after the last item, so that
    nobody waits for more; `wall`, `missing` what it shows instead of the page.
    """

    path: Text
    landmark: Text | None = None
    empty: Text | None = None
    end: Text | None = None
    list_page: SiteList | None = Field(default=None, alias="list")
    json_answers: SiteJson | None = Field(default=None, alias="json")
    html: SiteHtml | None = None
    next: Text | None = None


class Site(Section):
    """Any other public site: its pages described by CSS selectors, or marked by the site itself with microformats."""

    platform: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$", max_length=30)]
    base_url: BaseUrl
    render: Literal["http", "browser"] = "browser"
    microformats: Switch = False
    time_zone: Zone = "Asia/Jakarta"
    wall: Text | None = None
    challenge: Text | None = None
    missing: Text | None = None
    scroll: Scroll = Scroll()
    posts: SitePage | None = None
    likes: SitePage | None = None
    likers: SitePage | None = None
    post: SitePage | None = None

    @property
    def pages(self) -> dict[str, SitePage]:
        """The pages that are described, by name."""
        named = {"posts": self.posts, "likes": self.likes, "likers": self.likers, "post": self.post}
        return {name: page for name, page in named.items() if page is not None}

    @model_validator(mode="after")
    def _is_read_in_one_way(self) -> Self:
        for name, page in self.pages.items():
            if self.microformats and (page.html or page.json_answers):
                raise wrong("selectors_and_microformats", "{name} has selectors beside microformats", name=name)
            if not self.microformats and not (page.html and page.landmark):
                raise wrong("page_not_described", "{name} needs html and landmark, or microformats: true", name=name)
        return self


class Platforms(Section):
    """What is particular to a platform."""

    bluesky: Bluesky = Bluesky()
    mastodon: Mastodon = Mastodon()
    instagram: Instagram = Instagram()
    facebook: Facebook = Facebook()
    tiktok: TikTok = TikTok()
    threads: Threads = Threads()
    x: X = X()
    youtube: YouTube = YouTube()
    sites: tuple[Site, ...] = ()
