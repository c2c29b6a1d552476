"""The servers themselves: what they hold is what the fixtures say, and they behave as the adapters expect."""

from typing import Any

import httpx
import pytest

from tests.servers.mastodon import BYSTANDERS, CAMPAIGN
from tests.servers.planted import Planted, Served

pytestmark = pytest.mark.servers

POSTS, LIKES = "app.bsky.feed.post", "app.bsky.feed.like"


def test_the_pds_serves_every_planted_post_and_like_without_a_login(pds: Served) -> None:
    first = pds.accounts[0]

    posts = [record["uri"] for record in _records(pds, first, POSTS)]
    likes = [record["value"]["subject"]["uri"] for record in _records(pds, first, LIKES)]

    assert sorted(posts) == sorted(first.posts)
    assert sorted(likes) == sorted(first.likes)
    assert len(set(likes)) == len(likes)


def test_handle_key_and_server_lead_from_one_to_the_next(pds: Served) -> None:
    account = pds.accounts[-1]

    resolved = _xrpc(pds, "com.atproto.identity.resolveHandle", handle=account.handle)
    document = httpx.get(f"{pds.plc}/{account.key}").json()

    assert resolved == {"did": account.key}
    assert document["alsoKnownAs"] == [f"at://{account.handle}"]
    assert document["service"][0]["serviceEndpoint"] == pds.url


def test_every_request_to_pds_and_plc_is_in_the_log(pds: Served) -> None:
    before = len(pds.requests())

    httpx.get(f"{pds.url}/robots.txt")
    httpx.get(f"{pds.plc}/robots.txt")

    assert pds.requests()[before:] == ["pds GET /robots.txt", "plc GET /robots.txt"]


def test_mastodon_shows_the_likers_of_a_post_to_anybody(mastodon_mock: Served) -> None:
    campaign = next(account for account in mastodon_mock.accounts if account.campaign)
    post = campaign.posts[1]

    status = post.rpartition("/")[2]
    likers = httpx.get(f"{mastodon_mock.url}/api/v1/statuses/{status}/favourited_by").json()

    assert campaign.handle == f"{CAMPAIGN}@{mastodon_mock.host}"
    assert {liker["uri"] for liker in likers} == {who.key for who in mastodon_mock.accounts if post in who.likes}
    assert {liker["acct"] for liker in likers} & set(BYSTANDERS)


def test_mastodon_pages_a_long_list_of_posts_by_its_link_header(mastodon_mock: Served) -> None:
    prolific = max(mastodon_mock.accounts, key=lambda account: len(account.posts))
    number = httpx.get(f"{mastodon_mock.url}/api/v1/accounts/lookup?acct={prolific.handle.partition('@')[0]}").json()

    first = httpx.get(f"{mastodon_mock.url}/api/v1/accounts/{number['id']}/statuses?limit=40")
    rest = httpx.get(first.links["next"]["url"])

    assert [post["uri"] for post in first.json() + rest.json()] == list(reversed(prolific.posts))
    assert "next" not in rest.links


def _records(pds: Served, account: Planted, collection: str) -> list[Any]:
    found: list[Any] = []
    cursor = ""
    while True:
        page = _xrpc(
            pds, "com.atproto.repo.listRecords", repo=account.key, collection=collection, limit="100", cursor=cursor
        )
        found += page["records"]
        cursor = page.get("cursor", "")
        if not cursor:
            return found


def _xrpc(pds: Served, method: str, **query: str) -> dict[str, Any]:
    answer = httpx.get(f"{pds.url}/xrpc/{method}", params={key: value for key, value in query.items() if value})
    content: dict[str, Any] = answer.raise_for_status().json()
    return content
