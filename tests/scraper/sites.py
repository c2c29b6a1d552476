"""Configured sites as their recorded cases have them: the descriptions, the pages, who is watched."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from core.platforms import Site
from core.records import AccountRef, Answered, Capability, Capture, PostRef
from scraper.adapter import Adapter, Page, PageRequest, Target
from scraper.platforms.site import SiteAdapter
from tests.scraper.recorded import served

CASES = Path(__file__).parent / "captures" / "site"
SITES = {site["platform"]: site for site in yaml.safe_load((CASES / "sites.yaml").read_text(encoding="utf-8"))}


def adapter_of(platform: str, **changes: object) -> SiteAdapter:
    return SiteAdapter(Site.model_validate({**SITES[platform], **changes}))


def expected(case: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((CASES / f"{case}.expected.json").read_text(encoding="utf-8"))
    return loaded


def request_of(case: str) -> tuple[Adapter, PageRequest]:
    asked = expected(case)["request"]
    adapter = adapter_of(asked["platform"])
    post = asked.get("post")
    target = Target(
        account=AccountRef(platform=adapter.platform, handle=asked["account"]) if "account" in asked else None,
        posts=(PostRef(platform=adapter.platform, uri=post, url=post),) if post else (),
        bookmark=asked.get("bookmark"),
    )
    (request,) = adapter.plan(target, Capability(asked["capability"]))
    return adapter, request


def capture_of(case: str, url: str = "http://warga.example/") -> Capture:
    answers = CASES / f"{case}.answers.json"
    recorded = json.loads(answers.read_text(encoding="utf-8")) if answers.exists() else []
    return captured(
        (CASES / f"{case}.html").read_bytes(),
        *(Answered(url=a["url"], status=a["status"], body=json.dumps(a["body"]).encode()) for a in recorded),
        url=url,
        status=expected(case)["request"].get("status", 200),
    )


def captured(body: bytes, *answers: Answered, url: str = "http://warga.example/", status: int = 200) -> Capture:
    return replace(served(url, body, status=status), media_type="text/html", answers=answers)


def watched(account: AccountRef) -> bool:
    return (account.handle or "").casefold().startswith("kel_")


def without_answers_of_strangers(request: PageRequest, page: Page) -> Page:
    """Leave out what people wrote below the post that was asked for, unless they are watched."""
    if request.capability is not Capability.CONTENT:
        return page
    wanted = {ref.uri for ref in request.target.posts}
    kept = (post for post in page.posts if post.ref.uri in wanted or (post.author and watched(post.author)))
    return replace(page, posts=tuple(kept))


def without_strangers(page: Page, keep: Callable[[AccountRef], bool] = watched) -> Page:
    return replace(
        page,
        posts=tuple(replace(p, author=p.author if p.author and keep(p.author) else None) for p in page.posts),
        interactions=tuple(act for act in page.interactions if keep(act.actor)),
    )
