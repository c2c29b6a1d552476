"""Whole visits to accounts of the AT Protocol: paging, coming back, being interrupted, moving, handles that move."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from core.platforms import Bluesky as Where
from core.records import AccountRef, Action, Capability, Mode, PostRef, VisitState
from scraper.adapter import Target
from scraper.platforms import bluesky
from scraper.platforms.bluesky import Bluesky
from tests.scraper.atproto import APPVIEW, LIKES, PLC, POSTS, Network, Repo
from tests.scraper.recorded import served
from tests.scraper.walking import Store, gather, look

ADAPTER = Bluesky(Where(appview=APPVIEW, plc=PLC))
ALONE = Bluesky(Where(appview=None, plc=PLC))


def kelurahan(likes: int = 0) -> Repo:
    repo = Repo("did:plc:kelmawar", "kelmawar.example")
    for number in range(likes):
        repo.like(f"at://did:plc:raka/{POSTS}/{number}")
    return repo


def unknown(repo: Repo) -> Store:
    return Store(AccountRef(platform="bluesky", handle=repo.handle))


def uris(repo: Repo, collection: str = LIKES) -> set[str]:
    return {f"at://{repo.did}/{collection}/{key}" for key in repo.records[collection]}


def test_a_first_visit_reads_every_like_page_by_page() -> None:
    repo = kelurahan(likes=250)
    network, store = Network(repo), unknown(repo)

    tally = look(ADAPTER, store, Capability.LIKES, network)

    assert set(store.acts) == uris(repo)
    assert (tally.state, tally.complete, tally.seen) == (VisitState.OK, True, 250)
    assert [url.split("/")[-1].split("?")[0] for url in network.asked] == [
        "com.atproto.identity.resolveHandle",
        repo.did,
        "com.atproto.sync.getLatestCommit",
        *["com.atproto.repo.listRecords"] * 4,  # the third page names a cursor too; only an empty page is the end
    ]
    assert store.account.key == repo.did


def test_an_account_with_nothing_new_costs_one_request() -> None:
    repo = kelurahan(likes=3)
    network, store = Network(repo), unknown(repo)
    look(ADAPTER, store, Capability.LIKES, network)
    network.asked.clear()

    tally = look(ADAPTER, store, Capability.LIKES, network)

    assert (tally.state, tally.complete, len(network.asked)) == (VisitState.UNCHANGED, True, 1)


def test_new_likes_cost_one_page_and_the_proof_that_the_handle_is_still_theirs() -> None:
    repo = kelurahan(likes=250)
    network, store = Network(repo), unknown(repo)
    look(ADAPTER, store, Capability.LIKES, network)
    network.asked.clear()
    new = {repo.like(f"at://did:plc:raka/{POSTS}/baru{n}") for n in range(2)}
    store.acts.clear()

    tally = look(ADAPTER, store, Capability.LIKES, network)

    assert set(store.acts) == new
    assert len(network.asked) == 4  # commit, handle, document, one page
    assert tally.state is VisitState.OK


def test_an_account_that_only_posted_has_unchanged_likes() -> None:
    repo = kelurahan(likes=2)
    network, store = Network(repo), unknown(repo)
    look(ADAPTER, store, Capability.LIKES, network)
    repo.post("Kerja bakti")

    assert look(ADAPTER, store, Capability.LIKES, network).state is VisitState.UNCHANGED


def test_an_account_without_likes_is_empty_and_its_first_like_is_found_later() -> None:
    repo = kelurahan()
    network, store = Network(repo), unknown(repo)

    assert look(ADAPTER, store, Capability.LIKES, network).state is VisitState.EMPTY
    like = repo.like(f"at://did:plc:raka/{POSTS}/1")
    assert look(ADAPTER, store, Capability.LIKES, network).state is VisitState.OK
    assert set(store.acts) == {like}


@pytest.mark.parametrize("pages", range(1, 7))
def test_a_visit_that_was_interrupted_goes_on_where_it_stopped(pages: int) -> None:
    repo = kelurahan(likes=350)
    network, store = Network(repo), unknown(repo)
    look(ADAPTER, store, Capability.LIKES, network, pages=pages)
    repo.like(f"at://did:plc:raka/{POSTS}/meanwhile")
    network.asked.clear()

    look(ADAPTER, store, Capability.LIKES, network)

    assert store.acts == dict.fromkeys(uris(repo), 1)  # all of them, and no page of the first visit again
    assert look(ADAPTER, store, Capability.LIKES, network).state is VisitState.UNCHANGED


def test_likes_that_come_in_while_we_page_are_read_by_the_next_visit() -> None:
    repo = kelurahan(likes=250)
    network, store = Network(repo), unknown(repo)
    network.meanwhile = lambda: repo.like(f"at://did:plc:raka/{POSTS}/meanwhile{repo.revision}")

    look(ADAPTER, store, Capability.LIKES, network)
    network.meanwhile = lambda: None
    look(ADAPTER, store, Capability.LIKES, network)

    assert store.acts == dict.fromkeys(uris(repo), 1)


def test_the_page_limit_is_said_and_the_rest_waits_for_the_next_visit() -> None:
    repo = kelurahan(likes=350)
    network, store = Network(repo), unknown(repo)

    tally = look(ADAPTER, store, Capability.LIKES, network, most=4)

    assert (tally.complete, tally.note, len(store.acts)) == (False, "page_limit", 100)
    look(ADAPTER, store, Capability.LIKES, network)
    assert store.acts == dict.fromkeys(uris(repo), 1)


class Coming(RuleBasedStateMachine):
    """Likes come in at any time, visits stop after any page: in the end all are stored."""

    def __init__(self) -> None:
        super().__init__()
        self.page = bluesky.PAGE
        bluesky.PAGE = 2
        self.repo = kelurahan()
        self.network = Network(self.repo)
        self.store = unknown(self.repo)

    @rule(count=st.integers(1, 7))
    def like(self, count: int) -> None:
        for _ in range(count):
            self.repo.like(f"at://did:plc:raka/{POSTS}/{self.repo.revision}")

    @rule()
    def unlike_the_newest(self) -> None:
        if self.repo.records[LIKES]:
            uri = f"at://{self.repo.did}/{LIKES}/{max(self.repo.records[LIKES])}"
            self.repo.records[LIKES].pop(uri.rpartition("/")[2])
            self.repo.revision += 1

    @rule(pages=st.integers(1, 8), busy=st.booleans())
    def interrupted_visit(self, pages: int, busy: bool) -> None:  # noqa: FBT001
        if busy:
            self.network.meanwhile = lambda: self.like(1)
        look(ADAPTER, self.store, Capability.LIKES, self.network, pages=pages)
        self.network.meanwhile = lambda: None

    @rule(most=st.integers(1, 8))
    def limited_visit(self, most: int) -> None:
        look(ADAPTER, self.store, Capability.LIKES, self.network, most=most)

    @invariant()
    def nothing_was_read_that_nobody_wrote(self) -> None:
        assert all(uri.startswith(f"at://{self.repo.did}/{LIKES}/") for uri in self.store.acts)

    def teardown(self) -> None:
        try:
            tally = look(ADAPTER, self.store, Capability.LIKES, self.network)
            assert tally.complete
            assert uris(self.repo) <= set(self.store.acts)
            self.network.asked.clear()
            assert look(ADAPTER, self.store, Capability.LIKES, self.network).state in {
                VisitState.UNCHANGED,
                VisitState.EMPTY,
            }
        finally:
            bluesky.PAGE = self.page


TestComing = Coming.TestCase
TestComing.settings = settings(max_examples=60, stateful_step_count=12, deadline=None)


def test_a_handle_that_leads_to_another_account_collects_nothing() -> None:
    repo = kelurahan(likes=2)
    network, store = Network(repo), unknown(repo)
    look(ADAPTER, store, Capability.LIKES, network)
    other = Repo("did:plc:orang-lain", repo.handle)
    other.like(f"at://did:plc:raka/{POSTS}/1")
    network.repos[other.did], network.handles[repo.handle] = other, other.did
    repo.handle = "kelmawar-lama.example"
    repo.like(f"at://did:plc:raka/{POSTS}/2")
    before = dict(store.acts)

    tally = look(ADAPTER, store, Capability.LIKES, network)

    assert tally.state is VisitState.IDENTITY_CHANGED
    assert store.acts == before


def test_an_account_that_took_another_handle_is_followed_by_its_key() -> None:
    repo = kelurahan(likes=1)
    network, store = Network(repo), unknown(repo)
    look(ADAPTER, store, Capability.LIKES, network)
    del network.handles[repo.handle]
    repo.handle = "kelurahan-mawar.example"
    network.handles[repo.handle] = repo.did
    like = repo.like(f"at://did:plc:raka/{POSTS}/2")

    tally = look(ADAPTER, store, Capability.LIKES, network)

    assert (tally.state, store.account.handle) == (VisitState.OK, "kelurahan-mawar.example")
    assert like in store.acts


def test_an_account_that_moved_to_another_server_is_found_there() -> None:
    repo = kelurahan(likes=3)
    network, store = Network(repo), unknown(repo)
    look(ADAPTER, store, Capability.LIKES, network)
    repo.pds = "https://pds-baru.example"
    like = repo.like(f"at://did:plc:raka/{POSTS}/baru")
    store.acts.clear()

    tally = look(ADAPTER, store, Capability.LIKES, network)

    assert (tally.state, set(store.acts)) == (VisitState.OK, {like})
    assert store.bookmark is not None
    assert store.bookmark["pds"] == "https://pds-baru.example"


def test_an_account_that_is_gone_is_not_found() -> None:
    repo = kelurahan(likes=3)
    network, store = Network(repo), unknown(repo)
    look(ADAPTER, store, Capability.LIKES, network)
    del network.repos[repo.did]

    assert look(ADAPTER, store, Capability.LIKES, network).state is VisitState.NOT_FOUND
    assert look(ADAPTER, Store(AccountRef(platform="bluesky", handle="tak.ada")), Capability.LIKES, network).state is (
        VisitState.NOT_FOUND
    )


def likers_of(network: Network, uri: str) -> tuple[VisitState, bool, int]:
    account, post = AccountRef(platform="bluesky", handle="raka.example"), PostRef(platform="bluesky", uri=uri)
    tally, acts = gather(ADAPTER, Target(account=account, posts=(post,)), Capability.LIKERS, network)
    return tally.state, tally.complete, len({act.actor.key for act in acts})


def test_the_likers_of_a_campaign_post_are_read_to_the_empty_page() -> None:
    raka = Repo("did:plc:raka", "raka.example")
    uri = raka.post("Coblos nomor 1")
    fans = [Repo(f"did:plc:warga{n}", f"warga{n}.example") for n in range(150)]
    for fan in fans:
        fan.like(uri)
    network = Network(raka, *fans)

    assert likers_of(network, uri) == (VisitState.OK, True, 150)
    assert sum("getLikes" in url for url in network.asked) == 3


def test_a_post_that_the_server_does_not_know_is_not_a_post_without_likers() -> None:
    raka = Repo("did:plc:raka", "raka.example")
    unliked = raka.post("Coblos nomor 1")
    network = Network(raka)

    assert likers_of(network, unliked) == (VisitState.OK, True, 0)
    assert likers_of(network, f"at://{raka.did}/{POSTS}/takada") == (VisitState.NOT_FOUND, False, 0)


def test_quotes_are_posts_and_acts() -> None:
    repo = kelurahan()
    quoted = {"uri": f"at://did:plc:raka/{POSTS}/1", "cid": "bafyreiwording"}
    repo.post("Nah, ini", embed={"$type": "app.bsky.embed.record", "record": quoted})
    repo.post("Kerja bakti")

    _, acts = gather(ADAPTER, Target(account=unknown(repo).account), Capability.POSTS, Network(repo))

    assert sorted(act.action for act in acts) == [Action.POSTED, Action.POSTED, Action.QUOTED]


def test_without_an_appview_handles_and_texts_come_from_the_accounts_own_servers() -> None:
    raka = Repo("did:plc:raka", "raka.example")
    uri = raka.post("Coblos nomor 1")
    named = AccountRef(platform="bluesky", handle="raka.example")

    (identity,) = ALONE.plan(Target(account=named), Capability.POSTS)
    (document,) = ALONE.plan(Target(posts=(PostRef(platform="bluesky", uri=uri),)), Capability.CONTENT)

    assert identity.url == "https://raka.example/.well-known/atproto-did"
    assert ALONE.read(identity, served(identity.url, b"did:plc:raka\n")).following[0].url == f"{PLC}/did:plc:raka"
    (record,) = ALONE.read(document, served(document.url, Network(raka).answer(document.url)[1])).following
    assert ALONE.read(record, served(record.url, Network(raka).answer(record.url)[1])).posts[0].text == "Coblos nomor 1"
    assert Mode.AUTO not in ALONE.capabilities[Capability.LIKERS]


def test_texts_are_asked_for_twenty_five_at_a_time_and_only_of_posts() -> None:
    refs = [PostRef(platform="bluesky", uri=f"at://did:plc:raka/{POSTS}/{n}") for n in range(60)]
    feed = PostRef(platform="bluesky", uri="at://did:plc:raka/app.bsky.feed.generator/kucing")

    planned = list(ADAPTER.plan(Target(posts=(feed, *refs)), Capability.CONTENT))

    assert [len(request.target.posts) for request in planned] == [25, 25, 10]


def test_addresses_are_told_apart() -> None:
    post = "https://bsky.app/profile/raka.example/post/3labc"

    assert ADAPTER.locate("https://bsky.app/profile/raka.example") == AccountRef(
        platform="bluesky", handle="raka.example"
    )
    assert ADAPTER.locate("https://bsky.app/profile/did:plc:raka/") == AccountRef(
        platform="bluesky", key="did:plc:raka"
    )
    assert ADAPTER.locate(post) == PostRef(platform="bluesky", uri=f"at://raka.example/{POSTS}/3labc", url=post)
    assert ADAPTER.locate("https://example.org/@raka") is None
