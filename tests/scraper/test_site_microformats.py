"""A configured site that marks its posts itself: the lines that describe it, damage, and what may be kept."""

from dataclasses import replace
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from core.errors import LayoutError
from core.platforms import Site
from core.records import Capability, VisitState
from scraper.adapter import Adapter, PageRequest
from scraper.platforms.site import SiteAdapter
from tests.scraper import recorded
from tests.scraper.sites import SITES, adapter_of, capture_of, request_of, watched
from tests.scraper.test_mastodon_pages import damaged

CASES = ("entries", "entries_classic", "entries_empty", "entry", "entry_likers")
"""Every case of a site that says `microformats: true`."""
SELECTORS = {"items": "li", "id": "@id", "url": "a@href", "author": "b"}


@pytest.mark.parametrize("case", CASES)
def test_damage_in_any_place_of_a_marked_page_is_never_read_as_nothing_there(case: str) -> None:
    adapter, request = request_of(case)
    capture = capture_of(case, request.url)
    whole = adapter.read(request, capture)

    for damage, body in damaged(capture.body):
        told = recorded.read_or_none(adapter, request, replace(capture, body=body))
        if told is None or case == "entries_empty":
            assert told is None or told.state is VisitState.EMPTY, damage
            continue
        assert told.state is not VisitState.EMPTY, damage
        if "class h-entry" in damage:
            assert len(told.posts) >= len(whole.posts), damage


@pytest.mark.parametrize("case", CASES)
def test_nothing_of_anybody_else_is_kept_of_a_marked_page(case: str) -> None:
    adapter, request = request_of(case)

    kept = adapter.reduce(request, capture_of(case, request.url), watched).body.decode()

    assert [name for name in ("Budi", "budi", "Kampanye Raka") if name in kept] == []


def test_a_page_without_its_marks_is_a_changed_layout() -> None:
    adapter, request = request_of("entries")
    capture = capture_of("entries", request.url)

    with pytest.raises(LayoutError) as raised:
        adapter.read(request, replace(capture, body=capture.body.replace(b"h-entry", b"x").replace(b"h-feed", b"y")))

    assert raised.value.fields["missing"] == "an entry around content"


def test_a_browser_waits_for_marked_entries_or_a_word_that_there_are_none() -> None:
    rendered = adapter_of("warta", render="browser")
    requests = [
        request for capability in (Capability.POSTS, Capability.CONTENT) for request in _plan(rendered, capability)
    ]

    assert [one.rendering.ready for one in requests if one.rendering] == [
        ".h-entry, .hentry, .h-cite, p.kosong",
        ".h-feed, .hfeed, .h-entry, .hentry",
    ]


def _plan(adapter: Adapter, capability: Capability) -> list[PageRequest]:
    _, asked = request_of("entries" if capability is Capability.POSTS else "entry")
    return list(adapter.plan(asked.target, capability))


def described(**changes: object) -> dict[str, Any]:
    return {**SITES["warta"], **changes}


@pytest.mark.parametrize(
    ("site", "code"),
    [
        (described(posts={"path": "/{handle}", "html": SELECTORS}), "selectors_and_microformats"),
        (
            described(posts={"path": "/{handle}", "json": {"answers": "/api", "items": "."}}),
            "selectors_and_microformats",
        ),
        (described(microformats=False), "page_not_described"),
        (described(microformats=False, posts={"path": "/{handle}", "html": SELECTORS}), "page_not_described"),
        (described(microformats="ya"), "bool_type"),
    ],
)
def test_a_site_is_read_by_selectors_or_by_microformats(site: dict[str, Any], code: str) -> None:
    with pytest.raises(ValidationError) as raised:
        Site.model_validate(site)

    assert [one["type"] for one in raised.value.errors()] == [code]


def test_a_selector_in_such_a_site_is_checked_as_everywhere() -> None:
    assert SiteAdapter(Site.model_validate(described())).capabilities.keys() == {
        *(Capability.POSTS, Capability.LIKERS, Capability.CONTENT)
    }


@pytest.mark.parametrize("page", ["en/sites.md", "id/sites.md"])
def test_the_ten_lines_of_the_documents_describe_a_site(page: str) -> None:
    text = (recorded.CAPTURES.parents[2] / "docs" / page).read_text(encoding="utf-8")
    blocks = [block.split("```")[0] for block in text.split("```yaml\n")[1:]]
    (example,) = [block for block in blocks if "microformats: true" in block]

    (site,) = yaml.safe_load(example)

    assert len(example.strip().splitlines()) <= 10
    adapter, (_, request) = SiteAdapter(Site.model_validate(site)), request_of("entries")
    told = adapter.read(request, capture_of("entries", request.url))
    assert [post.text for post in told.posts][1] == "Besok kerja bakti."
