"""The planted election: what is in it, what its networks serve, and what may be seen of it."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.robotparser import RobotFileParser

import httpx
import pytest
import yaml

from core.records import SOLICITING, Action, Role
from core.settings import Settings
from demo import truth
from demo.election import Network, Quirk, planted
from demo.network import WATCHLIST, Served, running, settings_text
from demo.truth import Found, Unseen

CORPUS = Path(__file__).parents[2] / "classifier" / "corpus"


def rows(path: Path, delimiter: str) -> list[dict[str, str]]:
    text = io.StringIO(path.read_bytes().decode(), newline="")
    return list(csv.DictReader(text, delimiter=delimiter))


WATCH = rows(WATCHLIST, ";")


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with running() as networks:
        yield networks


@pytest.fixture(scope="module")
def web() -> Iterator[httpx.Client]:
    with httpx.Client(headers={"User-Agent": "tilik-test"}, trust_env=False) as client:
        yield client


def normalised(text: str) -> str:
    return re.sub(r"[\W_]+", " ", text.casefold()).strip()


def every_page(web: httpx.Client, url: str, name: str) -> list[dict[str, Any]]:
    """Follow an endless list of warga to its end."""
    items: list[dict[str, Any]] = []
    cursor = "0"
    while True:
        answer = web.get(f"{url}&cursor={cursor}").json()
        items += answer["data"][name]
        cursor = answer["lanjut"]
        if cursor is None:
            assert len(items) == answer["data"]["jumlah"]
            return items


def every_link(web: httpx.Client, url: str) -> list[dict[str, Any]]:
    """Follow a Mastodon list by its Link header to its end."""
    items: list[dict[str, Any]] = []
    onward: str | None = url
    while onward:
        answer = web.get(onward)
        items += answer.json()
        onward = answer.links.get("next", {}).get("url")
    return items


def test_the_election_has_the_size_of_a_kecamatan() -> None:
    election = planted()
    roles = Counter(member.role for member in election.members.values())

    assert roles[Role.KELURAHAN] == 12
    assert roles[Role.ASN] == 29
    assert roles[Role.CAMPAIGN] == 6
    assert {m.candidate for m in election.members.values() if m.candidate} == {"elneng", "obarrus", "ligu"}
    assert 580 <= len(election.posts) + len(election.likes) <= 640
    assert {post.lang for post in election.posts} == {"id", "su", "jv"}
    assert {post.kind for post in election.posts} >= SOLICITING


def test_every_text_is_written_once_and_stands_in_no_training_file() -> None:
    texts = [normalised(post.text) for post in planted().posts]
    trained = {normalised(row["text"]) for path in CORPUS.glob("*.csv") for row in rows(path, ",")}

    assert len(set(texts)) == len(texts)
    assert len(trained) > 3000
    assert not trained.intersection(texts)


def test_likes_stay_within_a_network_and_nobody_likes_a_post_twice() -> None:
    likes = planted().likes

    assert len({(like.member.handle, like.post.number) for like in likes}) == len(likes)
    assert all(like.member.network is like.post.author.network for like in likes)
    assert not [like for like in likes if like.member.quirk in (Quirk.EMPTY, Quirk.MISSING)]


def test_the_watchlist_names_exactly_the_accounts_that_are_watched() -> None:
    listed = {(row["platform"], row["handle"], row["role"], row["candidate"] or None) for row in WATCH}

    assert listed == {
        (member.network.platform, member.watched_as, str(member.role), member.candidate)
        for member in planted().members.values()
        if member.role
    }


def test_the_demo_settings_load_and_describe_the_networks(served: Served) -> None:
    settings = Settings.model_validate(yaml.safe_load(settings_text(served.addresses)))

    (contest,) = settings.contests
    assert {site.base_url for site in settings.platforms.sites} == {served.addresses.warga, served.addresses.paguyuban}
    assert settings.platforms.mastodon.servers == {"pendopo.example": served.addresses.pendopo}
    assert {row["candidate"] for row in WATCH if row["candidate"]} == {one.id for one in contest.candidates}
    assert {row["handle"] for row in WATCH if row["candidate"]} == {
        h for one in contest.candidates for h in one.handles
    }


def test_an_endless_profile_gives_all_posts_newest_first(served: Served, web: httpx.Client) -> None:
    member = served.election.members["kel_ciwuluhdatar"]

    items = every_page(web, f"{served.addresses.warga}/api/posts?handle={member.handle}", "kiriman")

    assert [item["isi"] for item in items] == [post.text for post in served.election.posts_of(member)]
    assert len(items) == 18
    assert items[0]["waktu"] > items[-1]["waktu"]


def test_a_profile_page_escapes_names_and_asks_for_pictures_styles_and_a_script(
    served: Served, web: httpx.Client
) -> None:
    page = web.get(f"{served.addresses.warga}/@nining.laksa").text
    parts = re.findall(r'(?:src|href)="(/(?:aset|foto)/[^"]+)"', page)

    assert {web.get(served.addresses.warga + part).status_code for part in parts} == {200}
    assert web.get(f"{served.addresses.warga}/gambar/1.png").content.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("path", "status", "sign"),
    [
        ("/@kel_rancamerak", 200, 'id="akar"'),
        ("/@usep.terahwangi", 404, 'class="tidak-ada"'),
        ("/@kel_neglawening", 404, 'class="tidak-ada"'),
        ("/post/9", 404, 'class="tidak-ada"'),
        ("/@kel_ciwuluhdatar", 200, 'class="linimasa"'),
    ],
)
def test_pages_are_served_as_planted(served: Served, web: httpx.Client, path: str, status: int, sign: str) -> None:
    answer = web.get(served.addresses.warga + path)

    assert answer.status_code == status
    assert sign in answer.text


def test_the_closed_network_shows_a_login_form_and_lets_nobody_in(served: Served, web: httpx.Client) -> None:
    base = served.addresses.paguyuban
    post = next(p for p in served.election.posts if p.author.network is Network.PAGUYUBAN)

    assert 'id="masuk"' in web.get(f"{base}/@kel_tegalhonje").text
    assert 'id="masuk"' in web.get(served.addresses.uri(post)).text
    assert web.get(f"{base}/api/posts?handle=kel_tegalhonje").status_code == 404
    assert web.get(f"{base}/api/likers?post={post.number}").status_code == 404
    assert web.post(f"{base}/masuk", data={"akun": "x"}).status_code == 403
    assert served.count(Network.PAGUYUBAN, "/masuk") == 1


def test_requests_are_remembered_with_their_agent(served: Served, web: httpx.Client) -> None:
    web.get(f"{served.addresses.warga}/@kel_cigarunggang?dari=tes")

    seen = served.requests(Network.WARGA)[-1]
    assert (seen.method, seen.target, seen.agent) == ("GET", "/@kel_cigarunggang?dari=tes", "tilik-test")


def test_mastodon_statuses_page_by_id_in_both_directions(served: Served, web: httpx.Client) -> None:
    api = f"{served.addresses.pendopo}/api/v1/accounts"
    account = web.get(f"{api}/lookup?acct=relawan_obarrus@pendopo.example").json()

    listed = every_link(web, f"{api}/{account['id']}/statuses?limit=3")
    newer = web.get(f"{api}/{account['id']}/statuses?limit=2&min_id={listed[-1]['id']}").json()
    latest = web.get(f"{api}/{account['id']}/statuses?limit=2&since_id={listed[-1]['id']}").json()

    assert len(listed) == account["statuses_count"] == 7
    assert [int(one["id"]) for one in listed] == sorted((int(one["id"]) for one in listed), reverse=True)
    assert newer == listed[4:6]
    assert latest == listed[:2]


def test_mastodon_favourites_page_by_link_only(served: Served, web: httpx.Client) -> None:
    posts = [post for post in served.election.posts if post.author.network is Network.PENDOPO]
    post = max(posts, key=lambda one: len(served.election.likers_of(one)))
    api = f"{served.addresses.pendopo}/api/v1/statuses/{post.status_id}"

    likers = every_link(web, f"{api}/favourited_by?limit=2")
    status = web.get(api).json()

    assert sorted(one["acct"] for one in likers) == sorted(m.handle for m in served.election.likers_of(post))
    assert status["favourites_count"] == len(likers) > 2
    assert status["uri"] == served.addresses.uri(post)
    assert post.author.name in web.get(status["url"].replace("https://pendopo.example", served.addresses.pendopo)).text


@pytest.mark.parametrize("path", ["/api/v1/accounts/lookup?acct=tak_ada", "/api/v1/statuses/1", "/api/v1/accounts/1"])
def test_mastodon_says_what_is_not_there(served: Served, web: httpx.Client, path: str) -> None:
    answer = web.get(served.addresses.pendopo + path)

    assert (answer.status_code, answer.json()) == (404, {"error": "Record not found"})


def lawful_crawl(served: Served, web: httpx.Client) -> Iterator[Found]:
    """Look at everything the public APIs show, as robots.txt allows: another way to the truth than `truth` takes."""
    places = served.addresses
    robots = RobotFileParser()
    robots.parse(web.get(f"{places.warga}/robots.txt").text.splitlines())
    watched = {row["handle"] for row in WATCH}
    campaign_posts: list[str] = []
    for row in (row for row in WATCH if row["platform"] == "warga"):
        for source, action in (("posts", Action.POSTED), ("likes", Action.LIKED)):
            page = f"{places.warga}/@{row['handle']}" + ("/suka" if source == "likes" else "")
            if not robots.can_fetch("tilik", page) or 'class="linimasa"' not in web.get(page).text:
                continue
            for item in every_page(web, f"{places.warga}/api/{source}?handle={row['handle']}", "kiriman"):
                yield "warga", row["handle"], action, places.warga + item["alamat"]
                campaign_posts += [item["id"]] if row["role"] == "campaign" else []
    for number in campaign_posts:
        for liker in every_page(web, f"{places.warga}/api/likers?post={number}", "penyuka"):
            if liker["handle"] in watched:
                yield "warga", liker["handle"], Action.LIKED, f"{places.warga}/post/{number}"
    yield from _lawful_mastodon(f"{places.pendopo}/api/v1", web, watched)


def _lawful_mastodon(api: str, web: httpx.Client, watched: set[str]) -> Iterator[Found]:
    for row in (row for row in WATCH if row["platform"] == "mastodon"):
        account = web.get(f"{api}/accounts/lookup?acct={row['handle']}").json()
        for status in every_link(web, f"{api}/accounts/{account['id']}/statuses"):
            yield "mastodon", row["handle"], Action.POSTED, status["uri"]
            likers = every_link(web, f"{api}/statuses/{status['id']}/favourited_by") if row["candidate"] else []
            for liker in likers:
                if (handle := f"{liker['acct']}@pendopo.example") in watched:
                    yield "mastodon", handle, Action.LIKED, status["uri"]


def test_a_lawful_crawl_of_the_apis_finds_exactly_what_the_truth_calls_visible(
    served: Served, web: httpx.Client
) -> None:
    acts = truth.acts(served.election, served.addresses)

    tally = truth.score(acts, lawful_crawl(served, web))

    assert tally.missed == ()
    assert tally.false == ()
    assert tally.found == tally.visible < tally.planted
    assert tally.unseen == Counter(act.unseen for act in acts if act.unseen)
    assert set(tally.unseen) == set(Unseen)


def test_the_score_tells_missed_from_unseen_from_false(served: Served) -> None:
    acts = truth.acts(served.election, served.addresses)
    visible = next(act for act in acts if act.unseen is None)
    hidden = next(act for act in acts if act.unseen is Unseen.OWNER_ONLY)
    stray: Found = ("warga", "kel_ciwuluhdatar", Action.LIKED, "http://127.0.0.1/post/0")

    tally = truth.score([visible, hidden, replace(visible, uri="lain")], [visible.found_as, stray])

    assert (tally.planted, tally.visible, tally.found) == (3, 2, 1)
    assert [act.uri for act in tally.missed] == ["lain"]
    assert tally.unseen == {Unseen.OWNER_ONLY: 1}
    assert tally.false == (stray,)


def test_there_are_matches_of_both_kinds_in_every_network(served: Served) -> None:
    matches = [act for act in truth.acts(served.election, served.addresses) if act.is_match]

    assert {(act.platform, act.action) for act in matches if act.unseen is None} == {
        (platform, action) for platform in ("warga", "mastodon") for action in (Action.POSTED, Action.LIKED)
    }
    assert {act.role for act in matches} == {Role.KELURAHAN, Role.ASN}
    soliciting = {answer.uri for answer in truth.answers(served.election, served.addresses) if answer.soliciting}
    assert {act.uri for act in matches} <= soliciting
