"""Likes that come, go and return, seen in whole and in part: absent is only what a whole view did not show."""

from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import delete

from core.platforms import Bluesky as Where
from core.records import Action, Role
from jobs.tools import Tools
from scraper.platforms.bluesky import Bluesky
from storage import tables
from tests.jobs.office import crawl_all, entry, hands, open_office, rows, watch
from tests.scraper.atproto import APPVIEW, LIKES, PLC, POSTS, Answer, Network, Repo

MAWAR, RAKA = "did:plc:mawar", "did:plc:raka"


class Town(Network):
    """A network that can show lists of likers without anybody in them although it counts some."""

    cut = False

    def _likes(self, host: str, query: dict[str, list[str]]) -> Answer:
        if self.cut:
            return 200, {"uri": query["uri"][0], "likes": []}
        return super()._likes(host, query)


class Likes(RuleBasedStateMachine):
    """A kelurahan that likes and takes back, a campaign, and looks that see all, a part, or nothing."""

    folder: Path
    empty: Path
    numbers = count()

    def __init__(self) -> None:
        super().__init__()
        self.passed = False
        self.tools = open_office(self.folder / f"office{next(self.numbers)}", self.empty)
        campaign = entry("raka.example", Role.CAMPAIGN, contest="sindangwangi-2029")
        watch(self.tools, entry("mawar.example"), campaign)
        raka = Repo(RAKA, "raka.example")
        self.posts = [raka.post(f"Coblos nomor {number}") for number in range(2)]
        self.town = Town(Repo(MAWAR, "mawar.example"), raka, Repo("did:plc:siti", "siti.example"))
        self.known: dict[str, bool] = {}

    def live(self) -> dict[str, str]:
        return {one["subject"]["uri"]: key for key, one in self.town.repos[MAWAR].records[LIKES].items()}

    @rule(number=st.integers(0, 1))
    def like(self, number: int) -> None:
        if self.posts[number] not in self.live():
            self.town.repos[MAWAR].like(self.posts[number])

    @rule(number=st.integers(0, 1))
    def take_back(self, number: int) -> None:
        repo, key = self.town.repos[MAWAR], self.live().get(self.posts[number])
        if key is not None:
            del repo.records[LIKES][key]
            repo.revision += 1

    @rule(number=st.integers(0, 1))
    def a_stranger_likes(self, number: int) -> None:
        self.town.repos["did:plc:siti"].like(self.posts[number])

    @rule(from_the_top=st.booleans(), likes_down=st.booleans(), likers=st.sampled_from(["whole", "cut", "down"]))
    def crawl(self, from_the_top: bool, likes_down: bool, likers: str) -> None:  # noqa: FBT001
        hands(self.tools).pass_by(days=1)
        if from_the_top:
            with self.tools.database.write() as session:
                session.execute(delete(tables.bookmarks))
        self.town.cut = likers == "cut"
        self.town.broken = {"getLikes": (503, {})} if likers == "down" else {}
        if likes_down:
            self.town.broken[f"collection={LIKES}"] = (503, {})
        crawl_all(self.tools, self.town)
        self.expect(from_the_top=from_the_top, likes_down=likes_down, likers=likers)

    def expect(self, *, from_the_top: bool, likes_down: bool, likers: str) -> None:
        live = self.live()
        for uri in self.posts:
            nobody = not self.town._likers_of(uri)  # noqa: SLF001  (the truth)
            list_whole = likers == "whole" or (likers == "cut" and nobody)
            all_likes = not likes_down and (from_the_top or not self.passed)
            if uri in live and (not likes_down or likers == "whole"):
                self.known[uri] = True
            elif uri not in live and uri in self.known and (list_whole or all_likes):
                self.known[uri] = False
        self.passed = self.passed or not likes_down

    @precondition(lambda self: self.known)
    @rule()
    def crawl_nothing(self) -> None:
        """An office without a network learns nothing."""
        hands(self.tools).pass_by(days=1)
        self.town.broken = {"https://": (503, {})}
        crawl_all(self.tools, self.town)

    @invariant()
    def what_is_absent_was_missing_in_a_whole_view(self) -> None:
        uris = {row.id: row.uri for row in rows(self.tools, "posts")}
        liked = [row for row in rows(self.tools, "interactions") if row.action == Action.LIKED]
        assert {uris[row.post_id]: row.absent_since is None for row in liked} == self.known

    def teardown(self) -> None:
        self.tools.database.close()


def test_a_like_is_absent_only_after_a_whole_view_and_until_it_is_seen_again(
    tmp_path_factory: pytest.TempPathFactory, empty: Path
) -> None:
    Likes.folder, Likes.empty = tmp_path_factory.mktemp("offices"), empty

    run_state_machine_as_test(Likes, settings=settings(max_examples=30, stateful_step_count=15, deadline=None))


class OfComments(Bluesky):
    """A platform that shows who commented where it does not show who liked."""

    @property
    def likers_are(self) -> Action:
        return Action.COMMENTED


@pytest.mark.parametrize(("platform", "taken_back"), [(Bluesky, True), (OfComments, False)])
def test_a_list_of_who_commented_never_says_that_a_like_was_taken_back(
    tmp_path: Path, empty: Path, platform: type[Bluesky], *, taken_back: bool
) -> None:
    tools = open_office(tmp_path, empty, platform(Where(appview=APPVIEW, plc=PLC)))
    watch(tools, entry("mawar.example"), entry("raka.example", Role.CAMPAIGN, contest="sindangwangi-2029"))
    mawar, raka = Repo(MAWAR, "mawar.example"), Repo(RAKA, "raka.example")
    mawar.like(raka.post("Coblos nomor 1"))
    network = Network(mawar, raka)
    crawl_all(tools, network)
    mawar.records[LIKES].clear()
    mawar.revision += 1
    hands(tools).pass_by(days=2)

    crawl_all(tools, network)

    (like,) = [row for row in rows(tools, "interactions") if row.action == Action.LIKED]
    assert (like.absent_since is not None) is taken_back


def test_a_post_that_a_whole_list_does_not_show_is_gone_until_it_is_there_again(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty)
    watch(tools, entry("mawar.example"))
    mawar = Repo(MAWAR, "mawar.example")
    uri = mawar.post("Kerja bakti")
    network = Network(mawar)
    crawl_all(tools, network)
    record = mawar.records[POSTS].pop(uri.rsplit("/", 1)[1])
    mawar.post("Posyandu")

    crawl_all(tools, network)
    incremental = [row.gone_at for row in rows(tools, "posts")]
    _forget(tools)
    crawl_all(tools, network)
    whole = [row.gone_at is not None for row in rows(tools, "posts")]
    mawar.records[POSTS][uri.rsplit("/", 1)[1]] = record
    mawar.revision += 1
    _forget(tools)
    hands(tools).pass_by(hours=1)
    crawl_all(tools, network)

    assert incremental == [None, None]
    assert whole == [True, False]
    assert [row.gone_at for row in rows(tools, "posts")] == [None, None]


def _forget(tools: Tools) -> None:
    with tools.database.write() as session:
        session.execute(delete(tables.bookmarks))
