"""A real AppView: who liked a campaign post and what liked posts say come from it, whole, and nobody else is kept."""

from dataclasses import dataclass

import pytest

from tests.servers.planted import Planted, Served
from tests.servers.watching import Crawled, Watch, start_watching

pytestmark = [pytest.mark.servers, pytest.mark.full]

LONG_AGO = {"likers_days": 36_500}
"""What is planted was written years ago."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """An installation that crawled the network once."""

    watch: Watch
    crawled: Crawled


@pytest.fixture(scope="session")
def looked(appview: Served, tmp_path_factory: pytest.TempPathFactory) -> Looked:
    platforms = {"bluesky": {"appview": appview.appview, "plc": appview.plc}}
    watch = start_watching(tmp_path_factory.mktemp("appview-watch") / "watch", appview, platforms, crawl=LONG_AGO)
    return Looked(watch=watch, crawled=watch.crawl())


def watched(appview: Served) -> list[Planted]:
    return [account for account in appview.accounts if account.watched]


def test_both_directions_hold_what_was_planted(appview: Served, looked: Looked) -> None:
    assert looked.watch.acts("posted") == {(who.key, uri) for who in watched(appview) for uri in who.posts}
    assert looked.watch.acts("liked") == {(who.key, uri) for who in watched(appview) for uri in who.likes}
    assert looked.crawled.states <= {"ok", "empty", "unchanged"}


def test_every_liker_of_every_campaign_post_was_counted(appview: Served, looked: Looked) -> None:
    campaign = next(account for account in appview.accounts if account.campaign)
    likers = {post: sum(post in who.likes for who in appview.accounts) for post in campaign.posts}

    seen = looked.watch.rows(
        "SELECT posts.uri, seen, claimed, complete FROM visits JOIN posts ON posts.id = post_id"
        " WHERE capability = 'likers'"
    )

    assert {(post, number, number, 1) for post, number in likers.items()} == set(seen)
    assert sum(likers.values()) > 0


def test_the_watched_among_the_likers_are_found_by_the_appview_alone(appview: Served, looked: Looked) -> None:
    campaign = next(account for account in appview.accounts if account.campaign)
    asked = [line for line in looked.crawled.seen if line.startswith("appview GET /xrpc/app.bsky.feed.getLikes")]

    assert len({line.partition("uri=")[2].partition("&")[0] for line in asked}) == len(campaign.posts)


def test_texts_of_liked_posts_come_from_the_appview(appview: Served, looked: Looked) -> None:
    read = looked.watch.rows("SELECT DISTINCT uri FROM posts JOIN post_versions ON post_id = posts.id WHERE text <> ''")

    assert {uri for (uri,) in read} >= {uri for who in watched(appview) for uri in who.likes}
    assert any("app.bsky.feed.getPosts" in line for line in looked.crawled.seen)
    assert not any("getRecord" in line for line in looked.crawled.seen)


def test_nobody_else_is_stored(appview: Served, looked: Looked) -> None:
    stored = {key for (key,) in looked.watch.rows("SELECT key FROM accounts")}

    assert stored == {who.key for who in watched(appview)}
