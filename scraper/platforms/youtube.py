"""YouTube by its Data API v3, with the office's own key.

An account's videos: its channel → its list of uploads → the videos with their counts, 50 a call, one unit each;
`search` is never asked. The feeds of youtube.com are closed by robots.txt and are left alone. Nobody sees who liked a
video, so `likers` are here the accounts that commented on it, and every record says `commented`. Of the comments
themselves only the act becomes a record: most are by people nobody watches. Shapes: reference platforms 4.5.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from core.platforms import YouTube as Where
from core.records import AccountRef, Action, Capability, Capture, Exchange, Mode, PostRef
from scraper.adapter import Adapter, Credential, Keep, Page, PageRequest, Target
from scraper.platforms import youtube_reading as reading
from scraper.platforms.places import nothing, watched_at_all
from scraper.platforms.youtube_reading import PLATFORM, video_ref

API = {"www.googleapis.com", "youtube.googleapis.com"}
SITES = {"youtube.com", "m.youtube.com"}
BY_KEY = frozenset({Mode.API, Mode.IMPORT})
A_CALL = 50
COMMENTS = 100
TEXT = {"textFormat": "plainText"}
NUMBER = r"[\w-]{11}"


ABOUT_ONE = {"channel"}
"""The steps whose answer is about one account: where nobody watches it, nothing of it is kept."""


class YouTube(Adapter):
    """Knowledge of YouTube."""

    platform = PLATFORM
    capabilities: Mapping[Capability, frozenset[Mode]] = {
        Capability.POSTS: BY_KEY,
        Capability.CONTENT: BY_KEY,
        Capability.LIKERS: BY_KEY,  # who commented
    }

    def __init__(self, where: Where) -> None:
        self.where = where

    @property
    def likers_are(self) -> Action:
        """Nobody sees who liked a video; who commented on it stands in its place."""
        return Action.COMMENTED

    @property
    def credential(self) -> Credential | None:
        """The key of a Google Cloud project, and the units a day that it may spend."""
        host = urlsplit(self.where.api_url).netloc
        daily = self.where.daily_units
        return Credential(variable="TILIK_YOUTUBE_KEY", header="X-goog-api-key", host=host, daily=daily)

    def locate(self, url: str) -> AccountRef | PostRef | None:
        """Read watch?v=ID, /shorts/ID, /live/ID, youtu.be/ID, /@NAME and /channel/KEY."""
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.").lower()
        if host == "youtu.be":
            found = re.match(rf"/({NUMBER})$", parts.path)
            return video_ref(found[1]) if found else None
        if host not in SITES and parts.netloc != urlsplit(self.where.base_url).netloc:
            return None
        number = parse_qs(parts.query).get("v", [""])[0] if parts.path == "/watch" else ""
        if found := re.match(rf"/(?:shorts|live|embed)/({NUMBER})(?:/|$)", parts.path):
            number = found[1]
        if re.fullmatch(NUMBER, number):
            return video_ref(number)
        if found := re.match(r"/channel/(UC[\w-]{22})(?:/|$)", parts.path):
            return AccountRef(platform=PLATFORM, key=found[1])
        found = re.match(r"/(@[^/]+)(?:/|$)", parts.path)
        return AccountRef(platform=PLATFORM, handle=found[1]) if found else None

    def page_of(self, account: AccountRef) -> str | None:
        """Name the page of an account."""
        handle = (account.handle or "").removeprefix("@")
        return f"{self.where.base_url}/@{quote(handle, safe='')}" if handle else None

    def plan(self, target: Target, capability: Capability) -> Iterator[PageRequest]:
        """Begin at the list of uploads where it is known, else at the channel; ask the API only."""
        if target.mode is not Mode.API:
            return
        start = PageRequest(target=target, capability=capability, url="", step="", accept="application/json")
        if capability is Capability.POSTS and target.account is not None:
            mark = target.bookmark or {}
            if mark.get("uploads"):
                carry = {name: mark.get(name, "") for name in ("channel", "uploads", "floor", "top", "next")}
                yield self._uploads(replace(start, carry=carry))
            else:
                yield self._channel(start, target.account)
        elif capability is Capability.CONTENT:
            for first in range(0, len(target.posts), A_CALL):
                part = target.posts[first : first + A_CALL]
                numbers = [number for post in part if (number := reading.number_of(post))]
                if numbers:
                    yield self._videos(replace(start, target=replace(target, posts=part)), numbers, step="content")
        elif capability is Capability.LIKERS:
            for post in target.posts:
                if number := reading.number_of(post):
                    one = replace(start, target=replace(target, posts=(post,)), carry={"video": number})
                    yield self._videos(one, [number], step="commented")

    def _call(self, request: PageRequest, method: str, step: str, query: Mapping[str, str]) -> PageRequest:
        asked = urlencode({name: value for name, value in query.items() if value})
        return replace(request, url=f"{self.where.api_url}/{method}?{asked}", step=step, units=1)

    def _channel(self, start: PageRequest, account: AccountRef) -> PageRequest:
        """Ask by the key where we know it: a handle may be somebody else's today."""
        key = account.key or (account.handle if re.fullmatch(r"UC[\w-]{22}", account.handle or "") else None)
        whom = {"id": key} if key else {"forHandle": f"@{(account.handle or '').removeprefix('@')}"}
        return self._call(start, "channels", "channel", {"part": "snippet,contentDetails,statistics", **whom})

    def _uploads(self, request: PageRequest) -> PageRequest:
        query = {"part": "snippet,contentDetails", "maxResults": str(A_CALL)}
        query |= {"playlistId": request.carry["uploads"], "pageToken": request.carry["next"]}
        return self._call(request, "playlistItems", "uploads", query)

    def _videos(self, request: PageRequest, numbers: list[str], *, step: str) -> PageRequest:
        return self._call(request, "videos", step, {"part": "snippet,statistics", "id": ",".join(numbers)})

    def _threads(self, request: PageRequest, *, token: str = "") -> PageRequest:
        query = {"part": "snippet,replies", "videoId": request.carry["video"], "maxResults": str(COMMENTS)}
        return self._call(request, "commentThreads", "threads", {**query, "order": "time", **TEXT, "pageToken": token})

    def _replies(self, request: PageRequest, *, token: str = "") -> PageRequest:
        query = {"part": "snippet", "parentId": request.carry["comment"], "maxResults": str(COMMENTS)}
        return self._call(request, "comments", "replies", {**query, **TEXT, "pageToken": token})

    def read(self, request: PageRequest, capture: Capture) -> Page:
        """Read the answer to one call, and name the calls that follow from it."""
        page, then = reading.read(request, capture)
        return replace(page, following=tuple(self._next(request, step, told) for step, told in then))

    def _next(self, request: PageRequest, step: str, told: Mapping[str, str]) -> PageRequest:
        asked = replace(request, carry={**request.carry, **told})
        if step == "uploads":
            return self._uploads(asked)
        if step == "videos":
            return self._videos(asked, asked.carry["videos"].split(","), step="videos")
        if step == "threads":
            return self._threads(asked, token=told.get("token", ""))
        return self._replies(asked, token=told.get("token", ""))

    def reduce(self, request: PageRequest, capture: Capture, keep: Keep) -> Capture:
        """Keep only what we read; of comments only those by watched accounts."""
        if capture.status != 200:
            return capture
        if request.step in ABOUT_ONE and not watched_at_all(self.read(request, capture), keep):
            return nothing(capture)
        return reading.reduce(request, capture, keep)

    def recognise(self, exchange: Exchange) -> PageRequest | None:
        """Know an answer of the Data API by its method."""
        parts = urlsplit(exchange.url)
        if (parts.hostname or "") not in API or not parts.path.startswith("/youtube/v3/"):
            return None
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        start = PageRequest(target=Target(), capability=Capability.POSTS, url=exchange.url, step="")
        method = parts.path.removeprefix("/youtube/v3/").strip("/")
        if method == "channels":
            return replace(start, step="channel")
        if method == "videos" and "id" in asked:
            posts = tuple(map(video_ref, asked["id"].split(",")))
            return replace(start, step="content", target=Target(posts=posts), capability=Capability.CONTENT)
        if method == "commentThreads" and "videoId" in asked:
            target, carry = Target(posts=(video_ref(asked["videoId"]),)), {"video": asked["videoId"]}
            return replace(start, step="threads", target=target, capability=Capability.LIKERS, carry=carry)
        return None
