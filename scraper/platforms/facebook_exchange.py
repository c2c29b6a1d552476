"""Which of Facebook's answers somebody's own browser received: told by address, question and the body's own names."""

import re
from urllib.parse import urlsplit

from core.records import AccountRef, Capability, Exchange, PostRef
from scraper.adapter import PageRequest, Target
from scraper.platforms import exchanges, facebook_pages
from scraper.platforms import facebook_records as records
from scraper.platforms import facebook_shapes as shapes

GRAPHQL_PATH = re.compile(r"/(?:api/graphql|graphql)/?")
TARGETS = ("feedbackTargetID", "id", "feedbackID")
REACTORS = b'"reactors"'
FEED = (shapes.TIMELINE.encode(), b'"comet_sections"')


def recognise(exchange: Exchange) -> PageRequest | None:
    """Say which page an answer of Facebook is, and which post a list of reactions belongs to."""
    if exchange.media_type.partition(";")[0].strip().lower() == "text/html" and exchange.method == "GET":
        return _page(exchange)
    if not GRAPHQL_PATH.fullmatch(urlsplit(exchange.url).path):
        return None
    if REACTORS in exchange.body and (post_id := _target(exchange)) is not None and _is_dialog(exchange):
        target = Target(posts=(records.post_ref(post_id),))
        carry = {"post_id": post_id}
        return PageRequest(target=target, capability=Capability.LIKERS, url=exchange.url, step="reactors", carry=carry)
    return _feed(exchange) if all(word in exchange.body for word in FEED) else None


def _target(exchange: Exchange) -> str | None:
    asked = exchanges.variables(exchange)
    found = (shapes.post_of(asked.get(name)) for name in TARGETS)
    return next((post_id for post_id in found if post_id is not None), None)


def _is_dialog(exchange: Exchange) -> bool:
    """Tell the dialog of reactions from posts, which hold the same key with a few names or none."""
    return "Reactions" in exchanges.named(exchange) or shapes.TIMELINE.encode() not in exchange.body


def _page(exchange: Exchange) -> PageRequest | None:
    shown = records.located(exchange.url)
    if shown is not None and not facebook_pages.is_logged_out(exchange.body):
        return _feed(exchange) if all(word in exchange.body for word in FEED) else None
    if isinstance(shown, AccountRef):
        return PageRequest(target=Target(account=shown), capability=Capability.POSTS, url=exchange.url, step="page")
    if isinstance(shown, PostRef):
        return _feed(exchange, shown)
    return None


def _feed(exchange: Exchange, *posts: PostRef) -> PageRequest:
    return PageRequest(target=Target(posts=posts), capability=Capability.POSTS, url=exchange.url, step="feed")
