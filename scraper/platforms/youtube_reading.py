"""From answers of the YouTube Data API to our records, and what of them may be kept.

Each reader gives the page and what to ask next, as a step and what it has to know. A walk through uploads goes list,
videos, list, videos: the bookmark moves on only when the videos of a list page are read.
"""

from collections.abc import Callable, Mapping
from urllib.parse import parse_qs, urlsplit

from pydantic import BaseModel, ValidationError

from core.errors import LayoutError
from core.records import AccountRef, Action, Capture, Interaction, Mode, Post, PostRef, VisitState
from scraper.adapter import Keep, Page, PageRequest
from scraper.platforms import youtube_shapes as shapes
from scraper.platforms.answers import moment, parse, refusal, rewritten

PLATFORM = "youtube"
Next = tuple[str, Mapping[str, str]]
Read = tuple[Page, tuple[Next, ...]]

SIZES = ("maxres", "standard", "high", "medium", "default")
REFUSALS = (
    (
        {"quotaExceeded", "dailyLimitExceeded", "rateLimitExceeded", "userRateLimitExceeded"},
        VisitState.THROTTLED,
        "quota",
    ),
    (
        {"keyInvalid", "keyExpired", "accessNotConfigured", "ipRefererBlocked"},
        VisitState.LOGIN_WALL,
        "key_refused",
    ),
    ({"commentsDisabled"}, VisitState.GATED, "comments_disabled"),
    (
        {"channelClosed", "channelSuspended", "channelNotFound", "playlistNotFound", "videoNotFound"},
        VisitState.NOT_FOUND,
        None,
    ),
)
"""Why a call failed, as the API names it, and what that is to us."""


def video_ref(number: str) -> PostRef:
    """Name a video."""
    url = f"https://www.youtube.com/watch?v={number}"
    return PostRef(platform=PLATFORM, uri=url, url=url)


def number_of(post: PostRef) -> str | None:
    """Say which video a post is."""
    return parse_qs(urlsplit(post.uri).query).get("v", [None])[0]


def read(request: PageRequest, capture: Capture) -> Read:
    """Read the answer to one call."""
    if (page := _failed(request, capture)) is not None:
        return page, ()
    steps: Mapping[str, Callable[[PageRequest, Capture], Read]] = {
        "channel": _channel,
        "uploads": _uploads,
        "videos": _videos,
        "content": _content,
        "commented": _commented,
        "threads": _threads,
        "replies": _replies,
    }
    return steps[request.step](request, capture)


def _failed(request: PageRequest, capture: Capture) -> Page | None:
    """Read a call that failed by the reason it gives; by its status where it gives none."""
    if capture.status not in {400, 403, 404}:
        return refusal(capture)
    try:
        error = shapes.Failed.model_validate_json(capture.body).error
    except ValidationError:
        return refusal(capture)  # 400 without a reason is none of our answers, and read as one it is loud
    reasons = {cause.reason for cause in error.errors}
    if "API key not valid" in error.message:
        reasons.add("keyInvalid")
    for known, state, note in REFUSALS:
        if reasons & known:
            gone = request.target.posts if "videoNotFound" in reasons else ()
            return Page(state=state, note=note, gone=gone)
    return refusal(capture) or Page(state=VisitState.FAILED, note=min(reasons, default="bad_request"))


def _channel(request: PageRequest, capture: Capture) -> Read:
    """Read who a channel is, and where its uploads are listed."""
    answer = parse(shapes.Channels, capture)
    if not answer.items:
        if answer.info.total:
            raise _lost(capture, "channels")
        return Page(state=VisitState.NOT_FOUND), ()
    channel = answer.items[0]
    found = AccountRef(platform=PLATFORM, key=channel.id, handle=channel.handle)
    wanted = request.target.account
    if wanted and wanted.key not in (None, found.key):
        note = f"{wanted.key} → {found.key}"
        return Page(state=VisitState.IDENTITY_CHANGED, account=found, note=note), ()
    if channel.details is None:
        if request.target.mode is Mode.API:  # we asked for it
            raise _lost(capture, "contentDetails")
        return Page(state=VisitState.OK, account=found), ()
    if channel.statistics and channel.statistics.videos == 0:
        return Page(state=VisitState.EMPTY, account=found, claimed=0), ()
    told = {"channel": channel.id, "uploads": channel.details.playlists.uploads, "floor": "", "top": "", "next": ""}
    return Page(state=VisitState.OK, account=found), (("uploads", told),)


def _uploads(request: PageRequest, capture: Capture) -> Read:
    """Read a page of uploads: videos after the last visit's newest; on the first page all, for their counts."""
    answer = parse(shapes.Entries, capture)
    first, floor = not request.carry["next"], request.carry["floor"]
    if not answer.items:
        if answer.info.total and first:
            raise _lost(capture, "items")
        return Page(state=VisitState.EMPTY if first and not floor else VisitState.UNCHANGED, seen=0), ()
    times = [one.published for one in answer.items]
    new = [one for one in answer.items if one.published > floor]
    more = answer.next if len(new) == len(answer.items) else None
    asked = answer.items if first else new
    top = request.carry["top"] or max(times)
    told = {"top": top, "next": more or "", "videos": ",".join(one.snippet.resource.video for one in asked)}
    if not asked:
        return Page(state=VisitState.UNCHANGED, seen=len(times), bookmark=_mark(request, top, "")), ()
    return Page(state=VisitState.OK), (("videos", told),)


def _mark(request: PageRequest, top: str, more: str) -> dict[str, str]:
    """Say where the next visit goes on: in the middle of the list, else at its newest."""
    known = {"channel": request.carry["channel"], "uploads": request.carry["uploads"]}
    if more:
        return known | {"floor": request.carry["floor"], "top": top, "next": more}
    return known | {"floor": max(top, request.carry["floor"])}


def _videos(request: PageRequest, capture: Capture) -> Read:
    """Read the videos of one page of the list."""
    videos = _shown_videos(request, capture).items
    more = request.carry["next"]
    page = Page(
        state=VisitState.OK if videos else VisitState.UNCHANGED,
        posts=tuple(map(post, videos)),
        interactions=tuple(map(_posted, videos)),
        bookmark=_mark(request, request.carry["top"], more),
        seen=len(videos),
    )
    return page, ((("uploads", {"next": more}),) if more else ())


def _shown_videos(request: PageRequest, capture: Capture) -> shapes.Videos:
    """Open an answer with videos; we always ask for the counts."""
    answer = parse(shapes.Videos, capture)
    if request.target.mode is Mode.API and any(video.statistics is None for video in answer.items):
        raise _lost(capture, "statistics")
    return answer


def _content(request: PageRequest, capture: Capture) -> Read:
    """Read the words of single videos; those that the answer leaves out are gone, or private."""
    videos = _shown_videos(request, capture).items
    gone = _missing(request, videos)
    state = VisitState.OK if videos else VisitState.NOT_FOUND
    return Page(state=state, posts=tuple(map(post, videos)), gone=gone, seen=len(request.target.posts)), ()


def _missing(request: PageRequest, videos: tuple[shapes.Video, ...]) -> tuple[PostRef, ...]:
    there = {video.id for video in videos}
    return tuple(post for post in request.target.posts if number_of(post) not in there)


def _commented(request: PageRequest, capture: Capture) -> Read:
    """Read how many comments a video has, before asking for them."""
    answer = _shown_videos(request, capture)
    if not answer.items:
        if answer.info.total:
            raise _lost(capture, "items")
        return Page(state=VisitState.NOT_FOUND, gone=request.target.posts), ()
    video = answer.items[0]
    if video.id != request.carry["video"]:
        raise _lost(capture, "another video")
    claimed = video.statistics.comments if video.statistics else None
    if claimed is None:
        return Page(state=VisitState.GATED, posts=(post(video),), note="comments_disabled"), ()
    if claimed == 0:
        return Page(state=VisitState.EMPTY, posts=(post(video),), claimed=0), ()
    return Page(state=VisitState.OK, posts=(post(video),), claimed=claimed), (("threads", {}),)


def _threads(request: PageRequest, capture: Capture) -> Read:
    """Read who commented; answers that the page does not hold are asked for, comment by comment."""
    answer = parse(shapes.Threads, capture)
    if not answer.items and answer.info.total and answer.seen is None:
        raise _lost(capture, "items")
    longer = _longer(answer)
    comments = [one for thread in answer.items for one in _shown(thread, longer)]
    seen = _seen(answer, len(comments))
    then: list[Next] = [("replies", {"comment": thread}) for thread in longer]
    then += [("threads", {"token": answer.next})] if answer.next else []
    return Page(state=_listed(seen, request), interactions=_acts(request, comments), seen=seen), tuple(then)


def _seen(answer: shapes.Threads | shapes.Comments, here: int) -> int:
    """Count comments, also those that a reduced answer does not hold any more."""
    return answer.seen if answer.seen is not None else here


def _longer(answer: shapes.Threads) -> tuple[str, ...]:
    """Name the comments that have more answers than the page holds."""
    if answer.longer is not None:
        return answer.longer
    return tuple(one.id for one in answer.items if one.snippet.replies > len(one.replies.comments))


def _shown(thread: shapes.Thread, longer: tuple[str, ...]) -> tuple[shapes.Comment, ...]:
    return (thread.snippet.top, *(() if thread.id in longer else thread.replies.comments))


def _replies(request: PageRequest, capture: Capture) -> Read:
    answer = parse(shapes.Comments, capture)
    acts, seen = _acts(request, list(answer.items)), _seen(answer, len(answer.items))
    page = Page(state=VisitState.OK, interactions=acts, seen=seen)
    return page, ((("replies", {"token": answer.next}),) if answer.next else ())


def _listed(seen: int, request: PageRequest) -> VisitState:
    if seen:
        return VisitState.OK
    return VisitState.UNCHANGED if request.carry.get("token") else VisitState.EMPTY


def _acts(request: PageRequest, comments: list[shapes.Comment]) -> tuple[Interaction, ...]:
    video = video_ref(request.carry["video"])
    return tuple(
        Interaction(
            actor=actor,
            action=Action.COMMENTED,
            post=video,
            acted_at=moment(comment.snippet.published),
            record_uri=f"{video.uri}&lc={comment.id}",
        )
        for comment in comments
        if (actor := _author(comment)) is not None
    )


def _author(comment: shapes.Comment) -> AccountRef | None:
    """Say who commented; nobody where the channel is gone. Display names are handles since 2023."""
    if comment.snippet.author is None:
        return None
    name = comment.snippet.name or ""
    handle = name if name.startswith("@") else None
    return AccountRef(platform=PLATFORM, key=comment.snippet.author.value, handle=handle)


def post(video: shapes.Video) -> Post:
    """Read a video; its words are its title and its description."""
    snippet = video.snippet
    stills = [snippet.thumbnails[size].url for size in SIZES if size in snippet.thumbnails]
    return Post(
        ref=video_ref(video.id),
        author=AccountRef(platform=PLATFORM, key=snippet.channel) if snippet.channel else None,
        text="\n".join(filter(None, [snippet.title, snippet.description])),
        posted_at=moment(snippet.published),
        likes=video.statistics.likes if video.statistics else None,
        pictures=tuple(stills[:1]),
    )


def _posted(video: shapes.Video) -> Interaction:
    made = post(video)
    actor = AccountRef(platform=PLATFORM, key=video.snippet.channel)
    return Interaction(
        actor=actor, action=Action.POSTED, post=made.ref, acted_at=made.posted_at, record_uri=made.ref.uri
    )


def _lost(capture: Capture, what: str) -> LayoutError:
    return LayoutError("layout_changed", url=capture.url, reason=what)


def reduce(request: PageRequest, capture: Capture, keep: Keep) -> Capture:
    """Keep the fields that we read, of videos of others not whose they are, of comments only the watched ones."""
    if request.step == "threads":
        return rewritten(capture, _dump(_watched_threads(capture, keep)))
    if request.step == "replies":
        comments = parse(shapes.Comments, capture)
        watched = tuple(one for one in comments.items if _is_kept(one, keep))
        seen = _seen(comments, len(comments.items))
        return rewritten(capture, _dump(comments.model_copy(update={"items": watched, "seen": seen})))
    if request.step == "channel":
        return rewritten(capture, _dump(parse(shapes.Channels, capture)))
    if request.step == "uploads":
        return rewritten(capture, _dump(parse(shapes.Entries, capture)))
    videos = parse(shapes.Videos, capture)
    kept = tuple(_of_watched(one, keep) for one in videos.items)
    return rewritten(capture, _dump(videos.model_copy(update={"items": kept})))


def _of_watched(video: shapes.Video, keep: Keep) -> shapes.Video:
    if keep(AccountRef(platform=PLATFORM, key=video.snippet.channel)):
        return video
    return video.model_copy(update={"snippet": video.snippet.model_copy(update={"channel": ""})})


def _is_kept(comment: shapes.Comment, keep: Keep) -> bool:
    author = _author(comment)
    return author is not None and keep(author)


def _watched_threads(capture: Capture, keep: Keep) -> shapes.Threads:
    """Keep every watched comment as one of its own: whose comment it answers is nobody's business."""
    answer = parse(shapes.Threads, capture)
    longer = _longer(answer)
    comments = [(thread, one) for thread in answer.items for one in _shown(thread, longer)]
    items = tuple(
        thread.model_copy(
            update={
                "id": one.id,
                "replies": shapes.Replies(),
                "snippet": thread.snippet.model_copy(update={"top": one, "replies": 0}),
            }
        )
        for thread, one in comments
        if _is_kept(one, keep)
    )
    return answer.model_copy(update={"items": items, "seen": _seen(answer, len(comments)), "longer": longer})


def _dump(shape: BaseModel) -> dict[str, object]:
    return shape.model_dump(mode="json", by_alias=True, exclude_unset=True)
