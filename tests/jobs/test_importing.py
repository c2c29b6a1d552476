"""Recordings of the closed platforms, in the shapes of the committed cases, become rows of watched accounts."""

import json
from base64 import b64encode
from pathlib import Path

import pytest

from core.errors import RefusedError
from core.records import AccountRef, Post, PostRef, Role
from jobs.tools import Tools
from jobs.watchlist import People
from storage import collecting, watching
from tests.jobs.bringing import CAMPAIGN, acts, bring, case, everything_kept, office
from tests.jobs.office import entry, hands, rows, states, watch
from tests.scraper.brought import SECRET, har, line, mhtml, ndjson, warc_bytes, zipped
from tests.scraper.brought import entry as asked

INSTAGRAM = "https://www.instagram.com"
POST = f"{INSTAGRAM}/p/DYflVZABgH5/"
NUMBER = "3900000000000000505"
UNWATCHED = (b"siti.invented", b"budi_invented", b"61000000003", b"61000000004")


def likers_har(path: Path) -> Path:
    form = {"variables": json.dumps({"id": NUMBER}), "fb_api_req_friendly_name": "PolarisPostLikers"}
    return har(
        path,
        asked(f"{INSTAGRAM}/graphql/query", case("instagram", "likers_graphql.json"), form=form),
        asked("https://cdn.example/picture.jpg", b"\xff\xd8", media="image/jpeg"),
        asked("https://news.example/api", "{}"),
    )


def test_a_har_of_a_likers_dialog_shows_the_watched_account_and_counts_the_others(tmp_path: Path, empty: Path) -> None:
    tools = office(tmp_path, empty, ("instagram", "kelmawar"))

    (done,) = bring(tools, likers_har(tmp_path / "rekaman.har"), custodian="Panwas Contoh")

    assert acts(tools) == [("kelmawar", "liked", POST)]
    assert done.findings is not None
    assert done.findings.people_not_watched > 0
    assert done.skipped == {"other_kind": 1, "not_ours": 1}
    (original,) = rows(tools, "originals")
    assert (original.name, original.kind, original.custodian) == ("rekaman.har", "har", "Panwas Contoh")
    (capture,) = rows(tools, "captures")
    assert (capture.mode, capture.original_id, capture.capability) == ("import", original.id, "likers")
    kept = everything_kept(tools)
    assert SECRET.encode() not in kept
    assert [word for word in UNWATCHED if word in kept] == []


def test_the_same_file_again_changes_nothing(tmp_path: Path, empty: Path) -> None:
    tools = office(tmp_path, empty, ("instagram", "kelmawar"))
    file = likers_har(tmp_path / "rekaman.har")
    bring(tools, file)
    before = {name: len(rows(tools, name)) for name in ("crawl_runs", "captures", "visits", "originals", "posts")}

    (again,) = bring(tools, file)

    assert again.stored is not None
    assert (again.stored.known, again.stored.posts, again.stored.interactions) == (True, 0, 0)
    assert {name: len(rows(tools, name)) for name in before} == before


def test_the_same_file_tells_more_once_somebody_else_is_watched(tmp_path: Path, empty: Path) -> None:
    tools = office(tmp_path, empty)
    file = likers_har(tmp_path / "rekaman.har")
    bring(tools, file)
    assert acts(tools) == []
    watch(tools, entry("kelmawar", platform="instagram"))

    (again,) = bring(tools, file)

    assert acts(tools) == [("kelmawar", "liked", POST)]
    assert again.stored is not None
    assert again.stored.known
    assert len(rows(tools, "originals")) == 1


def users(*numbers: int) -> list[dict[str, str]]:
    return [{"pk": str(61_000_000_000 + n), "username": "kelmawar" if n == 1 else f"warga.{n}"} for n in numbers]


def pages_of_a_dialog(path: Path, *pages: list[dict[str, str]], claimed: int) -> Path:
    url = f"{INSTAGRAM}/api/v1/media/{NUMBER}/likers/"
    answers = [{"users": page, "user_count": claimed, "status": "ok"} for page in pages]
    return har(path, *(asked(f"{url}?max_id={n}", answer) for n, answer in enumerate(answers)))


@pytest.mark.parametrize(
    ("pages", "claimed", "seen", "complete"),
    [
        ([users(1, 2, 3), users(3, 4)], 4, 4, True),
        ([users(1, 2, 3), users(2, 3)], 4, 3, False),
    ],
    ids=["all of it", "people who came twice"],
)
def test_the_pages_of_one_dialog_add_up_by_different_people(
    tmp_path: Path, empty: Path, *, pages: list[list[dict[str, str]]], claimed: int, seen: int, complete: bool
) -> None:
    tools = office(tmp_path, empty, ("instagram", "kelmawar"), campaign=("instagram", "paslon.contoh"))
    plant_post_of(tools, "paslon.contoh")

    bring(tools, pages_of_a_dialog(tmp_path / "a.har", *pages, claimed=claimed))

    (visit,) = rows(tools, "visits")
    assert (visit.capability, visit.mode, visit.seen, visit.claimed) == ("likers", "import", seen, claimed)
    assert visit.complete is complete


def plant_post_of(tools: Tools, handle: str) -> None:
    post = Post(
        ref=PostRef(platform="instagram", uri=POST, url=POST),
        author=AccountRef(platform="instagram", handle=handle),
        text="Halo",
        posted_at=None,
    )
    with tools.database.write() as session:
        owners = People.of(watching.watchlist(session)).owners(tools.secret)
        collecting.save_posts(session, [post], owners, capture_id=None, now=tools.clock.now())


def test_reactions_at_facebook_are_read_from_a_recording(tmp_path: Path, empty: Path) -> None:
    expected = json.loads(case("facebook", "likers.expected.json"))
    watched = expected["page"]["interactions"][0]["actor"]
    tools = office(tmp_path, empty)
    watch(tools, entry(watched["handle"] or "siapa", platform="facebook", key=watched["key"]))
    post = expected["request"]["posts"][0]
    target = b64encode(f"feedback:{post.rsplit('/', 1)[1]}".encode())
    form = {
        "variables": json.dumps({"feedbackTargetID": target.decode()}),
        "fb_api_req_friendly_name": "CometUFIReactionsDialogQuery",
    }
    answer = asked("https://www.facebook.com/api/graphql/", case("facebook", "likers.json"), form=form)

    bring(tools, har(tmp_path / "fb.har", answer))

    assert [(action, uri) for _, action, uri in acts(tools)] == [("liked", post)]


ITEMS = [
    ("tiktok.com", "tiktok", "item_video.json"),
    ("twitter.com", "x", "item.json"),
    ("threads.net", "threads", "item.json"),
    ("instagram.com", "instagram", "item_list.json"),
]


@pytest.mark.parametrize("passed_on", [False, True], ids=["plain", "4CAT"])
@pytest.mark.parametrize(("module", "platform", "name"), ITEMS)
def test_objects_that_zeeschuimer_kept_become_posts_of_watched_accounts(
    tmp_path: Path, empty: Path, *, module: str, platform: str, name: str, passed_on: bool
) -> None:
    shown = json.loads(case(platform, f"{name.removesuffix('.json')}.expected.json"))["page"]["posts"][0]
    tools = office(tmp_path, empty, (platform, shown["author"]["handle"]))
    own = line(module, json.loads(case(platform, name)), passed_on=passed_on)
    foreign = line("gab.com", {"id": 1}, passed_on=passed_on)

    (done,) = bring(tools, ndjson(tmp_path / "z.ndjson", own, foreign))

    assert shown["ref"]["uri"] in [row.uri for row in rows(tools, "posts")]
    assert dict(done.skipped) == {"other_platform": 1}
    assert ("posts", "ok", False) in states(tools)
    assert SECRET.encode() not in everything_kept(tools)


def test_an_object_of_somebody_who_is_not_watched_is_only_counted(tmp_path: Path, empty: Path) -> None:
    tools = office(tmp_path, empty, ("tiktok", "orang.lain"))

    (done,) = bring(
        tools, ndjson(tmp_path / "z.ndjson", line("tiktok.com", json.loads(case("tiktok", "item_video.json"))))
    )

    assert rows(tools, "posts") == []
    assert done.findings is not None
    assert [kept for _, kept in done.findings.posts] == [False]


def test_a_dialog_in_a_warc_and_in_a_wacz_is_found_by_its_question(tmp_path: Path, empty: Path) -> None:
    form = f"variables=%7B%22id%22%3A%22{NUMBER}%22%7D&fb_dtsg={SECRET}"
    body = case("instagram", "likers_graphql.json").encode()
    packed = warc_bytes((f"{INSTAGRAM}/graphql/query", body, form, "application/json"))
    files = {"archive/data.warc.gz": packed, "datapackage.json": b"{}"}
    warc, wacz = tmp_path / "tanpa-nama", zipped(tmp_path / "b", files)
    warc.write_bytes(packed)
    for number, file in enumerate((warc, wacz)):
        (tmp_path / str(number)).mkdir()
        tools = office(tmp_path / str(number), empty, ("instagram", "kelmawar"))

        (done,) = bring(tools, file)

        assert done.kind == ("warc", "wacz")[number]
        assert acts(tools) == [("kelmawar", "liked", POST)]
        assert SECRET.encode() not in everything_kept(tools)


def test_a_saved_page_that_does_not_tell_its_address_is_read_at_the_one_that_is_said(
    tmp_path: Path, empty: Path
) -> None:
    shown = json.loads(case("tiktok", "video.expected.json"))
    url, post = shown["request"]["url"], shown["page"]["posts"][0]
    saved = tmp_path / "halaman.html"
    saved.write_text(case("tiktok", "video.html"), encoding="utf-8")
    tools = office(tmp_path, empty, ("tiktok", post["author"]["handle"]))

    (alone,) = bring(tools, saved)
    (told,) = bring(tools, saved, url=url)

    assert alone.error is not None
    assert alone.error.code == "import_without_address"
    assert told.error is None
    assert [row.uri for row in rows(tools, "posts")] == [post["ref"]["uri"]]


@pytest.mark.parametrize(
    ("bomb", "code"),
    [
        (b"<div>" * 1_000_000, "import_too_deep"),
        (b"<p>desa</p>" * 330_000, "import_too_full"),
        (b"a" * 50_000_000, "import_too_large"),
    ],
    ids=["deep", "wide", "large"],
)
def test_a_page_with_a_bomb_in_it_leaves_nothing_of_its_file(
    tmp_path: Path, empty: Path, bomb: bytes, code: str
) -> None:
    shown = json.loads(case("tiktok", "video.expected.json"))
    url, post = shown["request"]["url"], shown["page"]["posts"][0]
    body = case("tiktok", "video.html").encode()
    saved = tmp_path / "halaman.html"
    saved.write_bytes(body.replace(b"</body>", bomb + b"</body>"))
    good = har(tmp_path / "baik.har", asked(url, body.decode(), media="text/html"))
    bad = har(
        tmp_path / "jahat.har", *[asked(url, one.decode(), media="text/html") for one in (body, saved.read_bytes())]
    )
    tools = office(tmp_path, empty, ("tiktok", post["author"]["handle"]))

    hurt = [*bring(tools, saved, url=url), *bring(tools, bad)]

    assert [one.error.code for one in hurt if one.error is not None] == [code, code]
    assert (rows(tools, "posts"), rows(tools, "captures"), rows(tools, "originals")) == ([], [], [])
    assert [one.error for one in bring(tools, good)] == [None]


def test_saved_pages_are_read_as_the_page_that_they_were(tmp_path: Path, empty: Path) -> None:
    shown = json.loads(case("tiktok", "video.expected.json"))
    page, url = case("tiktok", "video.html"), shown["request"]["url"]
    post = shown["page"]["posts"][0]
    saved = tmp_path / "halaman.html"
    saved.write_text(f"<!-- saved from url=({len(url):04}){url} -->\n{page}", encoding="utf-8")
    for number, file in enumerate((saved, mhtml(tmp_path / "halaman.mhtml", url, page))):
        (tmp_path / str(number)).mkdir()
        tools = office(tmp_path / str(number), empty, ("tiktok", post["author"]["handle"]))

        (done,) = bring(tools, file)

        assert done.kind == ("html", "mhtml")[number]
        assert [row.uri for row in rows(tools, "posts")] == [post["ref"]["uri"]]


def test_an_answer_whose_form_has_changed_is_a_look_that_failed_and_no_error(tmp_path: Path, empty: Path) -> None:
    tools = office(tmp_path, empty, campaign=("instagram", "paslon.contoh"))
    plant_post_of(tools, "paslon.contoh")
    form = {"variables": json.dumps({"id": NUMBER})}
    body = {"data": {"xdt_api__v1__likes__media_id__likers": {"orang": [{"nama": "rahasia.sekali"}]}}}

    (done,) = bring(tools, har(tmp_path / "a.har", asked(f"{INSTAGRAM}/graphql/query", body, form=form)))

    assert done.error is None
    assert states(tools) == [("likers", "layout_changed", False)]
    assert b"rahasia.sekali" not in everything_kept(tools)


def test_a_dry_run_writes_nothing(tmp_path: Path, empty: Path) -> None:
    tools = office(tmp_path, empty, ("instagram", "kelmawar"))
    tables = ("crawl_runs", "captures", "visits", "originals", "posts", "interactions")

    (done,) = bring(tools, likers_har(tmp_path / "a.har"), dry_run=True)

    assert done.findings is not None
    assert len(done.findings.acts) == 1
    assert all(rows(tools, name) == [] for name in tables)
    assert list(tools.blobs.folder.rglob("*.gz")) == []


def test_a_campaign_is_watched_by_its_role(tmp_path: Path, empty: Path) -> None:
    tools = office(tmp_path, empty)
    watch(tools, entry("kelmawar", Role.CAMPAIGN, platform="instagram", **CAMPAIGN))

    bring(tools, likers_har(tmp_path / "a.har"))

    assert acts(tools) == [("kelmawar", "liked", POST)]


def test_of_very_many_objects_the_original_alone_is_the_proof(tmp_path: Path, empty: Path) -> None:
    video = json.loads(case("tiktok", "item_video.json"))
    lines = [line("tiktok.com", {**video, "id": str(7400000000000000000 + n)}) for n in range(150)]
    tools = office(tmp_path, empty, ("tiktok", video["author"]["uniqueId"]))

    (done,) = bring(tools, ndjson(tmp_path / "z.ndjson", *lines))

    assert done.stored is not None
    assert (done.stored.posts, done.stored.interactions) == (150, 150)
    (capture,) = rows(tools, "captures")
    assert (capture.sha256, capture.blob) == (done.sha256, None)
    assert {row.capture_id for row in rows(tools, "posts")} == {capture.id}


def test_of_a_page_whose_name_is_somebody_else_s_now_nothing_is_kept(tmp_path: Path, empty: Path) -> None:
    tools = office(tmp_path, empty)
    watch(tools, entry("kelmawar", platform="instagram"))
    with tools.database.write() as session:
        (watched,) = watching.watchlist(session)
        watching.save_identity(session, watched.account, AccountRef(platform="instagram", key="1"), tools.clock.now())
    page = asked(f"{INSTAGRAM}/kelmawar/", case("instagram", "profile.html"), media="text/html")

    bring(tools, har(tmp_path / "a.har", page))

    assert states(tools) == [("posts", "identity_changed", False)]
    assert rows(tools, "posts") == []


def test_a_page_proves_the_key_of_a_watched_account(tmp_path: Path, empty: Path) -> None:
    tools = office(tmp_path, empty, ("instagram", "kelmawar"))
    page = asked(f"{INSTAGRAM}/kelmawar/", case("instagram", "profile.html"), media="text/html")

    bring(tools, har(tmp_path / "a.har", page))

    assert [row.key for row in rows(tools, "accounts")] == ["61000000001"]


def test_addresses_with_letters_that_no_database_holds_do_no_harm(tmp_path: Path, empty: Path) -> None:
    tools = office(tmp_path, empty, ("instagram", "kelmawar"))
    url = f"{INSTAGRAM}/api/v1/media/{NUMBER}/likers/?x=\ud800\0y"
    answer = {"users": users(1, 2), "user_count": 2}

    (done,) = bring(tools, har(tmp_path / "a.har", asked(url, answer)))

    assert done.error is None
    assert acts(tools) == [("kelmawar", "liked", POST)]


def test_nothing_is_kept_once_the_purpose_has_ended(tmp_path: Path, empty: Path) -> None:
    tools = office(tmp_path, empty, ("instagram", "kelmawar"))
    hands(tools).pass_by(days=4000)

    with pytest.raises(RefusedError) as caught:
        bring(tools, likers_har(tmp_path / "a.har"))

    assert caught.value.code == "purpose_ended"
    assert rows(tools, "originals") == []
