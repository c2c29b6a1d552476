"""A fault proxy before each real server: whatever befalls an answer, nothing untrue is said and nothing is lost."""

import json
import shutil
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from core.records import VisitState
from tests.servers.fault_proxy import WAITING, Fault, FaultProxy, Rule, proxying
from tests.servers.forum import described, moved
from tests.servers.planted import Planted, Served
from tests.servers.watching import Watch, start_watching

pytestmark = pytest.mark.servers

HURRIED = {"timeout_seconds": 1.0, "workers": 3, "likers_days": 36_500}
DEFINITE = {state.value for state in VisitState}
WHOLE = {"ok", "unchanged", "empty"}
PARTLY = {0, 3, 4, 5}
LISTS = "listRecords|/statuses|getLikes|getPosts|/t/warta-lingkungan-nomor-[01]/"
ROBOTS = "/robots.txt"
MENDS_ROBOTS = {Fault.DRIP, Fault.HTML, Fault.SHORTER}
"""What leaves a robots.txt that can be read; a length that is too small cannot be told from a shorter file."""
Platforms = Callable[[Served], dict[str, Any]]
NOT_FOR_US = "User-agent: *\nAllow: /\nDisallow: {path}\n"


def in_short(*faults: Fault, without: Collection[Fault] = ()) -> list[Any]:
    """Give every fault, and leave all but these to the full run."""
    rest = [fault for fault in Fault if fault not in {*faults, *without}]
    return [*faults, *(pytest.param(fault, marks=pytest.mark.full) for fault in rest)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoilt:
    """A server behind a fault proxy, and an installation that knows its accounts and has never looked."""

    served: Served
    proxy: FaultProxy
    fresh: Path
    forbidden: str

    @property
    def watched(self) -> list[Planted]:
        return [account for account in self.served.accounts if account.watched]

    def installed(self, folder: Path) -> Watch:
        """Give an installation of its own."""
        shutil.copytree(self.fresh, folder)
        return Watch(folder, self.served)


@contextmanager
def behind_proxy(folder: Path, served: Served, platforms: Platforms, forbidden: str) -> Iterator[Spoilt]:
    """Stand before a server and set tilik up to look at it through the proxy."""
    urls = [url for url in (served.url, served.plc, served.appview) if url]
    with proxying(*urls, rewrites_bodies=served.plc is not None) as proxy:
        plc, appview = (proxy.before(url) if url else None for url in (served.plc, served.appview))
        seen = replace(moved(served, proxy.before(served.url)), plc=plc, appview=appview)
        watch = start_watching(folder / "watch", seen, platforms(seen), crawl=HURRIED)
        yield Spoilt(served=seen, proxy=proxy, fresh=watch.folder, forbidden=forbidden)


@pytest.fixture(scope="session")
def spoilt_pds(small_pds: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spoilt]:
    def platforms(seen: Served) -> dict[str, Any]:
        return {"bluesky": {"appview": None, "resolver": seen.url, "plc": seen.plc}}

    folder = tmp_path_factory.mktemp("spoilt-pds")
    with behind_proxy(
        folder, replace(small_pds, accounts=small_pds.accounts[:2]), platforms, "/xrpc/com.atproto.repo.listRecords"
    ) as place:
        yield place


@pytest.fixture(scope="session")
def spoilt_mastodon(mastodon_mock: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spoilt]:
    def platforms(seen: Served) -> dict[str, Any]:
        return {"mastodon": {"servers": {mastodon_mock.host: seen.url}}}

    folder = tmp_path_factory.mktemp("spoilt-mastodon")
    with behind_proxy(folder, mastodon_mock, platforms, "/api/v1/statuses/") as place:
        yield place


@pytest.fixture(scope="session")
def spoilt_appview(appview: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spoilt]:
    def platforms(seen: Served) -> dict[str, Any]:
        return {"bluesky": {"appview": seen.appview, "resolver": seen.url, "plc": seen.plc}}

    folder = tmp_path_factory.mktemp("spoilt-appview")
    with behind_proxy(folder, appview, platforms, "/xrpc/app.bsky.feed.getLikes") as place:
        yield place


@pytest.fixture(scope="session")
def spoilt_forum(forum: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spoilt]:
    two = replace(forum, accounts=forum.accounts[:2])
    folder = tmp_path_factory.mktemp("spoilt-forum")
    with behind_proxy(folder, two, lambda seen: described(seen.url), "/t/") as place:
        yield place


@pytest.fixture(
    params=[
        pytest.param("spoilt_pds", id="pds"),
        pytest.param("spoilt_mastodon", id="mastodon"),
        pytest.param("spoilt_appview", id="appview", marks=pytest.mark.full),
        pytest.param("spoilt_forum", id="forum", marks=pytest.mark.full),
    ]
)
def place(request: pytest.FixtureRequest) -> Spoilt:
    found: Spoilt = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def watch(place: Spoilt, tmp_path: Path) -> Watch:
    """Give an installation that has never looked."""
    return place.installed(tmp_path / "watch")


@pytest.mark.parametrize("fault", in_short(*(fault for fault in Fault if fault not in {Fault.STALL, Fault.LONGER})))
def test_lists_that_come_spoilt_are_no_whole_lists_and_are_read_later(
    place: Spoilt, watch: Watch, fault: Fault
) -> None:
    place.proxy.spoil(Rule(fault=fault, path=LISTS))
    _one_at_a_time(watch, fault)
    watch.crawl(ends=PARTLY)
    assert place.proxy.asked(LISTS)
    _assert_nothing_untrue(place, watch)

    _let_it_pass(place)
    watch.crawl()
    _assert_everything_found(place, watch)


@pytest.mark.parametrize("fault", in_short(Fault.HTML, Fault.BUSY))
def test_what_was_seen_stays_whatever_befalls_the_next_look(place: Spoilt, watch: Watch, fault: Fault) -> None:
    place.proxy.spoil()
    before = watch.crawl()

    place.proxy.spoil(Rule(fault=fault))
    _one_at_a_time(watch, fault)
    after = watch.crawl(ends=PARTLY)

    assert after.rows == before.rows
    assert watch.rows("SELECT count(*) FROM interactions WHERE absent_since IS NOT NULL") == [(0,)]
    _assert_nothing_untrue(place, watch)


@pytest.mark.full
@pytest.mark.parametrize("fault", Fault)
def test_a_fault_now_and_then_costs_nothing_but_time(place: Spoilt, watch: Watch, fault: Fault) -> None:
    place.proxy.spoil(Rule(fault=fault, every=4))
    _one_at_a_time(watch, fault)
    watch.crawl(ends=PARTLY)
    assert any(one.fault for one in place.proxy.log)
    _assert_nothing_untrue(place, watch)

    _let_it_pass(place)
    watch.crawl()
    _assert_everything_found(place, watch)


@pytest.mark.parametrize("fault", sorted(WAITING))
def test_another_run_inside_retry_after_asks_for_nothing(place: Spoilt, watch: Watch, fault: Fault) -> None:
    place.proxy.spoil(Rule(fault=fault, path=LISTS, seconds=60, times=1))
    _one_at_a_time(watch, fault)
    watch.crawl(ends=PARTLY)
    closed = {one.host for one in place.proxy.log if one.seconds}
    asked = len(place.proxy.log)

    watch.crawl(ends=PARTLY)

    assert not [one for one in place.proxy.log[asked:] if one.host in closed]
    _assert_nothing_untrue(place, watch)


@pytest.mark.parametrize("fault", in_short(Fault.TOO_MANY, Fault.BROKEN, Fault.HALF, without=MENDS_ROBOTS))
def test_where_robots_txt_cannot_be_read_nothing_is_asked(place: Spoilt, watch: Watch, fault: Fault) -> None:
    place.proxy.spoil(Rule(fault=fault, path=ROBOTS))
    _one_at_a_time(watch, fault)
    watch.crawl(ends=PARTLY)

    assert {one.path for one in place.proxy.log} == {ROBOTS}
    _assert_nothing_untrue(place, watch)


def test_a_path_that_robots_txt_forbids_is_never_asked(place: Spoilt, watch: Watch) -> None:
    place.proxy.spoil(robots=NOT_FOR_US.format(path=place.forbidden))
    watch.crawl(ends=PARTLY)

    assert place.proxy.asked(ROBOTS)
    assert place.proxy.asked(place.forbidden) == []
    assert ("robots_refused", 0) in watch.rows("SELECT DISTINCT state, complete FROM visits")
    _assert_nothing_untrue(place, watch)


def _one_at_a_time(watch: Watch, fault: Fault) -> None:
    """Leave one worker where a wait is asked for: what others have sent already nobody can take back."""
    if fault in WAITING:
        path = watch.folder / "config.yaml"
        settings = json.loads(path.read_text(encoding="utf-8"))
        settings["crawl"]["workers"] = 1
        path.write_text(json.dumps(settings), encoding="utf-8")


def _assert_nothing_untrue(place: Spoilt, watch: Watch) -> None:
    """Every look has a definite end, says "whole" only of what is whole, and nothing was asked too early."""
    posted, liked = watch.acts("posted"), watch.acts("liked")
    visits = watch.rows(
        "SELECT coalesce(accounts.key, handle), handle, capability, visits.state, complete, posts.uri, visits.ended_at"
        " FROM visits"
        " JOIN accounts ON accounts.id = visits.account_id LEFT JOIN posts ON posts.id = visits.post_id"
        " WHERE run_id = (SELECT max(id) FROM crawl_runs)"
    )
    truth = {account.handle: account for account in place.watched}
    assert watch.rows("SELECT DISTINCT state FROM crawl_runs") == [("done",)]
    assert {(handle, capability) for _, handle, capability, *_ in visits} >= {
        (account.handle, capability) for account in place.watched for capability in _looked_at(place)
    }
    for key, handle, capability, state, complete, post, ended in visits:
        assert state in DEFINITE
        assert ended
        assert not complete or state in WHOLE
        if not complete:
            continue
        who = truth[handle]
        if capability == "posts":
            assert {uri for by, uri in posted if by == key} >= set(who.posts), (handle, capability, state)
        if capability == "likes":
            assert {uri for by, uri in liked if by == key} >= set(who.likes), (handle, capability, state)
        if capability == "likers":
            wanted = {account.key for account in place.watched if post in account.likes}
            assert {by for by, uri in liked if uri == post} >= wanted, (post, state)
    assert posted <= {(account.key, uri) for account in place.watched for uri in account.posts}
    assert liked <= {(account.key, uri) for account in place.watched for uri in account.likes}
    assert place.proxy.too_early() == []


def _assert_everything_found(place: Spoilt, watch: Watch) -> None:
    assert watch.acts("posted") == {(account.key, uri) for account in place.watched for uri in account.posts}
    assert watch.acts("liked") == {(account.key, uri) for account in place.watched for uri in account.likes}
    last = "SELECT DISTINCT complete FROM visits WHERE run_id = (SELECT max(id) FROM crawl_runs)"
    assert watch.rows(last) == [(1,)]


def _looked_at(place: Spoilt) -> tuple[str, ...]:
    return ("posts",) if place.served.plc is None else ("posts", "likes")


def _let_it_pass(place: Spoilt) -> None:
    """Wait until every pause is over, and spoil nothing any more."""
    ends = max((one.told_at + one.seconds for one in place.proxy.log if one.seconds), default=0.0)
    time.sleep(max(0.0, ends - time.monotonic()) + 0.1)
    place.proxy.spoil()
