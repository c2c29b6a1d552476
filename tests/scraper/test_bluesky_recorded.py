"""What real servers of the AT Protocol answered is read right. Skips where the recordings are absent."""

import json
from pathlib import Path
from typing import Any

import pytest

from core.platforms import Bluesky as Where
from core.records import Capability, VisitState
from scraper.adapter import PageRequest, Target
from scraper.platforms.bluesky import Bluesky
from tests.scraper.atproto import APPVIEW, PLC
from tests.scraper.recorded import FIXTURES, read_or_none, served

ADAPTER = Bluesky(Where(appview=APPVIEW, plc=PLC))
RECORDED = FIXTURES / "bluesky"


def fixture(name: str) -> Any:  # noqa: ANN401
    path: Path = RECORDED / name
    if not path.exists():
        pytest.skip(f"no recorded answers of real servers at {RECORDED}")
    return json.loads(path.read_text(encoding="utf-8"))


def asked(capability: Capability, step: str, **carry: str) -> PageRequest:
    return PageRequest(target=Target(), capability=capability, url="https://recorded.example", step=step, carry=carry)


def read(request: PageRequest, body: object, status: int = 200) -> Any:  # noqa: ANN401
    return ADAPTER.read(request, served(request.url, body, status=status))


def test_what_a_real_personal_data_server_answered_can_be_read() -> None:
    answers: dict[str, Any] = {
        name: (found[0], found[-1]) if isinstance(found, list) else found
        for name, found in fixture("local_pds_recorded.json").items()
    }
    did = answers["didDoc"]["id"]
    carry = {"did": did, "pds": "http://pds", "floor": "", "top": "", "cursor": "", "pass": "1", "head": "1"}

    likes = read(asked(Capability.LIKES, "records", **carry), answers["likes"][1])
    posts = read(asked(Capability.POSTS, "records", **carry), answers["posts"][1])
    record = read(asked(Capability.CONTENT, "record", uri="at://x"), answers["record"][1])
    document = read(asked(Capability.LIKES, "document", did=did), answers["didDoc"])
    missing = read(asked(Capability.LIKES, "commit", known="no"), answers["unknown"][1], status=400)

    assert [act.post.uri for act in likes.interactions] == [post.ref.uri for post in posts.posts]
    assert record.posts[0].text == posts.posts[0].text
    assert document.account.handle == "kelurahan.test"
    assert missing.state is VisitState.NOT_FOUND


def test_what_a_real_appview_answered_can_be_read() -> None:
    for answer in fixture("local_appview_recorded.json"):
        carry = {"uri": answer["json"].get("uri", ""), "claimed": "3"}
        if "getLikes" in answer["url"] and answer["status"] == 200:
            page = read(asked(Capability.LIKERS, "likers", **carry), answer["json"])
            assert page.seen == len(answer["json"]["likes"])
        elif "getPosts" in answer["url"]:
            page = read(asked(Capability.CONTENT, "posts"), answer["json"], status=answer["status"])
            assert page.seen == len(answer["json"]["posts"])
        elif answer["status"] == 400:
            page = read(asked(Capability.LIKERS, "likers", **carry), answer["json"], status=400)
            assert page.state in {VisitState.NOT_FOUND, VisitState.FAILED}


@pytest.mark.parametrize("name", ["marshalx_like_record.json", "marshalx_post_record.json"])
def test_real_records_can_be_read(name: str) -> None:
    record = fixture(name)
    capability = Capability.LIKES if "like" in name else Capability.POSTS
    did = record["uri"].split("/")[2]
    carry = {"did": did, "pds": "http://pds", "floor": "", "top": "", "cursor": "", "pass": "1", "head": "1"}

    page = read(asked(capability, "records", **carry), {"records": [record]})

    assert [act.record_uri for act in page.interactions] == [record["uri"]]


def test_a_real_did_document_and_a_resolved_handle_can_be_read() -> None:
    whole = fixture("marshalx_did_doc.json")

    document = read(asked(Capability.LIKES, "document", did=whole["did"]), whole["didDoc"])
    resolved = read(asked(Capability.LIKES, "resolve"), fixture("marshalx_resolve_handle.json"))

    assert (document.account.key, document.account.handle) == (whole["did"], whole["handle"])
    assert resolved.following[0].url.startswith(f"{PLC}/did:plc:")


def test_a_real_thread_is_no_page_that_we_ask_for_and_is_loud() -> None:
    thread = served("https://recorded.example", fixture("marshalx_thread_view_post_with_embed_media.json"))

    assert read_or_none(ADAPTER, asked(Capability.CONTENT, "posts"), thread) is None
