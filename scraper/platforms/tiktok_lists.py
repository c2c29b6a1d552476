"""TikTok's JSON answers as a person's own browser, Zeeschuimer or the Research API gave them; never asked for by us.

The answers of the web API are signed: what a program asks without the signature comes back with HTTP 200 and nothing.
"""

import json
from typing import Any

from core.records import AccountRef, Action, Capture, VisitState
from scraper.adapter import Keep, Page, PageRequest
from scraper.platforms import tiktok_records as records
from scraper.platforms import tiktok_shapes as shapes
from scraper.platforms.answers import parse, rewritten
from scraper.platforms.tiktok_pages import dump, lost, thin, told

COMMENTS = "tiktok-comments"


def read(request: PageRequest, capture: Capture) -> Page:
    """Read one answer."""
    if capture.body.lstrip().startswith(b"{") and _wants_proof(capture):
        return Page(state=VisitState.CHALLENGE)
    steps = {"item-list": _videos, "comments": _comments, "research": _research, "item": _item}
    return steps[request.step](request, capture)


def _wants_proof(capture: Capture) -> bool:
    """Know the answer that opens a CAPTCHA."""
    whole = json.loads(capture.body)
    return isinstance(whole, dict) and whole.get("type") == "verify" and "subtype" in whole


def _videos(request: PageRequest, capture: Capture) -> Page:
    """Read a page of an account's videos."""
    answer = parse(shapes.Items, capture)
    if answer.code:
        return told(answer.code, request)
    if not answer.items and "items" not in answer.model_fields_set:
        raise lost("itemList")
    posts = tuple(map(records.post, answer.items))
    authors = {post.author for post in posts if post.author}
    nothing = VisitState.UNCHANGED if request.carry.get("cursor") else VisitState.EMPTY
    return Page(
        state=VisitState.OK if posts else nothing,
        posts=posts,
        interactions=tuple(act for post in posts for act in records.posted(post)),
        account=next(iter(authors)) if len(authors) == 1 else None,
        seen=len(posts),
    )


def _comments(request: PageRequest, capture: Capture) -> Page:
    """Read who commented on a video; of the comments only that they were made."""
    answer = parse(shapes.Comments, capture)
    if answer.code:
        return told(answer.code, request)
    if not answer.comments and answer.total and not request.carry.get("cursor") and answer.seen is None:
        raise lost("comments")
    seen = _seen(answer)
    nothing = VisitState.UNCHANGED if request.carry.get("cursor") else VisitState.EMPTY
    return Page(
        state=VisitState.OK if seen else nothing,
        interactions=records.comments(answer.comments or ()),
        seen=seen,
        claimed=answer.total,
    )


def _seen(answer: shapes.Comments) -> int:
    """Count comments, also those that a reduced answer does not hold any more."""
    return answer.seen if answer.seen is not None else len(records.flat(answer.comments or ()))


def _research(request: PageRequest, capture: Capture) -> Page:
    """Read videos, or the videos that the account in the question liked; without it nobody is said to have liked."""
    answer = parse(shapes.Research, capture)
    liked = answer.data.liked
    videos = liked if liked is not None else answer.data.videos
    if videos is None:
        raise lost("data.videos")
    posts = tuple(map(records.research_post, videos))
    liker = records.account(None, request.carry.get("username"))
    if liked is None:
        acts = tuple(act for post in posts for act in records.posted(post))
    else:
        acts = tuple(records.act(liker, Action.LIKED, post.ref, None) for post in posts if liker)
    return Page(
        state=VisitState.OK if posts else VisitState.EMPTY,
        posts=posts,
        interactions=acts,
        seen=len(posts),
        note="liker_not_named" if liked and liker is None else None,
    )


def _item(request: PageRequest, capture: Capture) -> Page:
    """Read one video, or one comment, as Zeeschuimer keeps it."""
    if _is_comment(request, capture):
        comment = parse(shapes.Comment, capture)
        return Page(state=VisitState.OK, interactions=records.comments([comment]), seen=1)
    post = records.post(parse(shapes.Item, capture))
    return Page(state=VisitState.OK, posts=(post,), interactions=records.posted(post), seen=1)


def _is_comment(request: PageRequest, capture: Capture) -> bool:
    """Go by the module that kept it, else by its shape."""
    if request.carry.get("module"):
        return request.carry["module"] == COMMENTS
    return b'"aweme_id"' in capture.body and b'"cid"' in capture.body


def reduce(request: PageRequest, capture: Capture, keep: Keep) -> Capture:
    """Keep what we read; of comments only the watched ones, of authors only the watched ones."""
    if request.step == "comments":
        comments = parse(shapes.Comments, capture)
        return rewritten(capture, dump(_watched(comments, _seen(comments), keep)))
    if request.step == "item-list":
        answer = parse(shapes.Items, capture)
        kept = answer.model_copy(update={"items": tuple(thin(item, keep) for item in answer.items)})
        return rewritten(capture, dump(kept))
    if request.step == "research":
        return rewritten(capture, _thin_research(parse(shapes.Research, capture), keep))
    if _is_comment(request, capture):
        return rewritten(capture, dump(_flat(parse(shapes.Comment, capture), keep)))
    return rewritten(capture, dump(thin(parse(shapes.Item, capture), keep)))


def _watched(answer: shapes.Comments, seen: int, keep: Keep) -> shapes.Comments:
    """Keep every watched comment as one of its own: whose comment it answers is nobody's business."""
    every = records.flat(answer.comments or ())
    kept = tuple(one.model_copy(update={"replies": None}) for one in every if _is_kept(one, keep))
    return answer.model_copy(update={"comments": kept, "seen": seen})


def _flat(comment: shapes.Comment, keep: Keep) -> shapes.Comment:
    """Cut one comment; by somebody whom nobody watches, nothing but that there was one."""
    replies = tuple(one for one in comment.replies or () if _is_kept(one, keep)) or None
    change: dict[str, object] = {"replies": replies}
    if not _is_kept(comment, keep):
        change |= {"text": "", "user": shapes.Person(uid="", unique_id="")}
    return comment.model_copy(update=change)


def _is_kept(comment: shapes.Comment, keep: Keep) -> bool:
    who = records.account(comment.user.uid, comment.user.handle)
    return who is not None and keep(who)


def _thin_research(answer: shapes.Research, keep: Keep) -> dict[str, Any]:
    def cut(videos: tuple[shapes.ResearchVideo, ...] | None) -> tuple[shapes.ResearchVideo, ...] | None:
        return videos and tuple(
            one if keep(records.research_post(one).author or _NOBODY) else one.model_copy(update={"handle": ""})
            for one in videos
        )

    kept = {name: cut(getattr(answer.data, name)) for name in answer.data.model_fields_set}
    return dump(answer.model_copy(update={"data": answer.data.model_copy(update=kept), "error": None}))


_NOBODY = AccountRef(platform=records.PLATFORM)
