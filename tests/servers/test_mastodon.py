"""Crawling mastodon-mock in both directions: what an account posted, and who of the watched liked a campaign post."""

import pytest

from tests.servers.mastodon import BYSTANDERS
from tests.servers.planted import Planted, Served
from tests.servers.watching import Crawled, Watch, start_watching

pytestmark = pytest.mark.servers

Twice = tuple[Watch, Crawled, Crawled]


@pytest.fixture(scope="session")
def looked(mastodon_mock: Served, tmp_path_factory: pytest.TempPathFactory) -> Twice:
    """Crawl the planted server, and crawl it again."""
    mastodon = {"servers": {mastodon_mock.host: mastodon_mock.url}}
    watch = start_watching(tmp_path_factory.mktemp("mastodon") / "watch", mastodon_mock, {"mastodon": mastodon})
    return watch, watch.crawl(), watch.crawl()


def test_every_post_of_a_watched_account_is_stored_across_pages(mastodon_mock: Served, looked: Twice) -> None:
    watch, *_ = looked

    assert watch.acts("posted") == {(who.key, uri) for who in _watched(mastodon_mock) for uri in who.posts}


def test_every_watched_account_is_stored_with_its_key(mastodon_mock: Served, looked: Twice) -> None:
    watch, *_ = looked

    stored = watch.rows("SELECT key, handle FROM accounts")

    assert set(stored) == {(who.key, who.handle) for who in _watched(mastodon_mock)}


def test_likers_of_campaign_posts_are_stored_where_they_are_watched(mastodon_mock: Served, looked: Twice) -> None:
    watch, *_ = looked

    assert watch.acts("liked") == {(who.key, uri) for who in _watched(mastodon_mock) for uri in who.likes}


def test_no_byte_of_a_bystander_is_kept(mastodon_mock: Served, looked: Twice) -> None:
    watch, *_ = looked
    kept = dict(watch.stored())

    found = [(name, file) for name in BYSTANDERS for file, content in kept.items() if name.encode() in content]

    assert any(mastodon_mock.accounts[0].key.encode() in content for content in kept.values())
    assert found == []


def test_a_second_crawl_adds_nothing(looked: Twice) -> None:
    _, first, second = looked

    assert second.rows == first.rows


def _watched(server: Served) -> list[Planted]:
    return [account for account in server.accounts if account.watched]
