"""A real Misago forum, described in ten lines: every public post of the watched is found, nothing closed is asked."""

import re
from pathlib import Path

import pytest

from tests.servers.fault_proxy import proxying
from tests.servers.forum import BYSTANDERS, DESCRIBED, described, moved
from tests.servers.planted import Planted, Served
from tests.servers.watching import start_watching

pytestmark = [pytest.mark.servers, pytest.mark.full]
CLOSED = re.compile(r"/(api|activation|avatar|banned|forgotten-password|login|options|p|private-threads|search|u)/")
REFUSED = {0, 3}


def watched(served: Served) -> list[Planted]:
    return [account for account in served.accounts if account.watched]


def test_ten_lines_describe_it() -> None:
    assert len(DESCRIBED.strip().splitlines()) <= 10


@pytest.mark.parametrize("render", ["http", "browser"])
def test_every_public_post_of_the_watched_is_found_and_nothing_closed_is_asked_for(
    forum: Served, tmp_path: Path, render: str
) -> None:
    with proxying(forum.url) as proxy:
        seen = moved(forum, proxy.before(forum.url))
        watch = start_watching(tmp_path / "watch", seen, described(seen.url, render))
        crawled = watch.crawl()
        asked = [one.path for one in proxy.log]

    assert watch.acts("posted") == {(account.key, uri) for account in watched(seen) for uri in account.posts}
    assert crawled.states == {"ok"}
    assert [path for path in asked if CLOSED.match(path)] == []
    pages = [path for path in asked if path.startswith(("/t/", "/?")) or path == "/"]
    assert len(pages) == len(set(pages))


def test_texts_and_times_are_as_they_were_written(forum: Served, tmp_path: Path) -> None:
    watch = start_watching(tmp_path / "watch", forum, described(forum.url))
    watch.crawl()

    rows = watch.rows("SELECT text, posted_at FROM post_versions JOIN posts ON posts.id = post_id")

    assert all(re.match(r"(Warta \d+\.\d|Kerja bakti pekan ke-\d+)", text) for text, _ in rows)
    assert all(at for _, at in rows)


def test_no_byte_of_a_bystander_is_kept(forum: Served, tmp_path: Path) -> None:
    watch = start_watching(tmp_path / "watch", forum, described(forum.url))
    watch.crawl()

    kept = dict(watch.stored())

    assert [(name, file) for name in BYSTANDERS for file, content in kept.items() if name.encode() in content] == []


def test_profiles_and_likers_that_robots_txt_closes_are_refused_unasked(forum: Served, tmp_path: Path) -> None:
    with proxying(forum.url) as proxy:
        seen = moved(forum, proxy.before(forum.url))
        watch = start_watching(tmp_path / "watch", seen, described(seen.url, closed=True))
        watch.crawl(ends=REFUSED)
        asked = [one.path for one in proxy.log]

    states = watch.rows("SELECT DISTINCT capability, state, complete FROM visits")
    assert {("likes", "robots_refused", 0), ("likers", "robots_refused", 0), ("posts", "ok", 1)} == set(states)
    assert [path for path in asked if CLOSED.match(path)] == []
