"""Whoever is not watched leaves no trace; owners' exports and observations; files that cannot be used."""

import json
import logging
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import InputError
from core.records import ActorBasis
from core.settings import Imports
from jobs import importing
from jobs.tools import Tools
from tests.jobs.bringing import acts, bring, everything_kept, office
from tests.jobs.office import rows, states
from tests.scraper.brought import entry as asked
from tests.scraper.brought import har, line, ndjson, table, zipped

INSTAGRAM = "https://www.instagram.com"
POST = f"{INSTAGRAM}/p/DYflVZABgH5/"
NUMBER = "3900000000000000505"
WATCHED = "kelmawar"
MARK = "wargaz"
NAMES = st.lists(st.integers(min_value=10**6, max_value=10**7 - 1), min_size=1, max_size=12, unique=True)


def person(number: int) -> dict[str, Any]:
    """Invent somebody whose every trait can be found again."""
    return {
        "pk": f"99{number}77",
        "username": f"{MARK}{number}",
        "full_name": f"{MARK} Nama {number}",
        "profile_pic_url": f"https://cdn.example/{MARK}{number}.jpg",
        "is_verified": False,
    }


def recording_of(folder: Path, numbers: list[int]) -> list[Path]:
    """Record a list of likers, a timeline of somebody, and single objects of them, as files of three forms."""
    watched = {"pk": "61000000001", "username": WATCHED, "full_name": "Kelurahan Mawar"}
    people = [person(n) for n in numbers]
    form = {"variables": json.dumps({"id": NUMBER})}
    users = {"users": [*people, watched], "user_count": len(people) + 5}
    likers = {"data": {"xdt_api__v1__likes__media_id__likers": users}}
    posts = [
        {
            "id": f"{n}_99{n}77",
            "pk": str(n),
            "code": f"C{n}",
            "user": who,
            "caption": {"text": f"Dari {MARK}{n}"},
            "taken_at": 1885364100,
            "like_count": 3,
            "media_type": 1,
            "image_versions2": {"candidates": [{"url": f"https://cdn.example/{MARK}{n}-foto.jpg"}]},
        }
        for n, who in zip(numbers, people, strict=True)
    ]
    tiktok = {
        "id": "7400000000000000001",
        "desc": f"Halo {MARK}",
        "createTime": 1885364100,
        "author": {"id": "99177", "uniqueId": f"{MARK}.tiktok", "nickname": f"{MARK} Nama"},
        "stats": {"diggCount": 1, "commentCount": 0, "playCount": 1, "shareCount": 0},
    }
    one = har(
        folder / "a.har",
        asked(f"{INSTAGRAM}/graphql/query", likers, form=form),
        asked(f"{INSTAGRAM}/api/v1/feed/user/99/", {"items": posts, "status": "ok"}),
        asked(f"{INSTAGRAM}/graphql/query", {"data": {"halo": people}}, form=form),
        asked(f"{INSTAGRAM}/{people[0]['username']}/", f"<html>{people[0]['full_name']}</html>", media="text/html"),
    )
    two = ndjson(folder / "b", *(line("instagram.com", post) for post in posts), line("tiktok.com", tiktok))
    head = ["Tautan kiriman", "Akun terlihat", "Dilihat pada", "Saksi"]
    seen = " ".join([f"@{WATCHED}", *(who["username"] for who in people)])
    three = table(folder / "c.csv", [head, [POST, seen, "2029-09-30 15:15", "Sari Contoh"]])
    return [one, two, three]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(numbers=NAMES)
def test_after_any_import_nobody_who_is_not_watched_is_anywhere(
    tmp_path: Path, empty: Path, caplog: pytest.LogCaptureFixture, numbers: list[int]
) -> None:
    with TemporaryDirectory(dir=tmp_path) as name, caplog.at_level(logging.DEBUG):
        folder = Path(name)
        tools = office(folder, empty, ("instagram", WATCHED), campaign=("instagram", "paslon.contoh"))

        done = bring(tools, *recording_of(folder, numbers))

        assert [one.error for one in done] == [None, None, None]
        assert acts(tools) == [(WATCHED, "liked", POST)]
        kept = everything_kept(tools)
        assert MARK.encode() not in kept
        assert [n for n in numbers if f"99{n}77".encode() in kept] == []
        assert MARK not in caplog.text


def test_an_observation_is_seen_by_a_person_and_names_its_witness(tmp_path: Path, empty: Path) -> None:
    tools = office(tmp_path, empty, ("instagram", WATCHED))
    (tmp_path / "layar.png").write_bytes(b"tangkapan")
    head = ["Post URL", "Handles seen", "Seen at", "Witness", "Screenshot file"]
    row = [f"{POST}?igsh=abc", f"{WATCHED} siapa.lain", "2029-09-30 15:15", "Sari Contoh", "layar.png"]

    (done,) = bring(tools, table(tmp_path / "amatan.csv", [head, row]), custodian="Panwas Contoh")

    (act,) = rows(tools, "interactions")
    assert (act.basis, act.acted_at) == (ActorBasis.SEEN, None)
    assert done.findings is not None
    assert done.findings.people_not_watched == 1
    (capture,) = rows(tools, "captures")
    assert capture.request["carry"]["witness"] == "Sari Contoh"
    assert capture.request["carry"]["screenshot"] == "layar.png"
    assert sorted((row.kind, row.name) for row in rows(tools, "originals")) == [
        ("observations", "amatan.csv"),
        ("screenshot", "layar.png"),
    ]
    assert b"siapa.lain" not in everything_kept(tools)
    assert b"tangkapan" not in everything_kept(tools)


def test_an_observation_of_no_known_post_makes_the_table_unusable(tmp_path: Path, empty: Path) -> None:
    tools = office(tmp_path, empty, ("instagram", WATCHED))
    head = ["Post URL", "Handles seen", "Seen at", "Witness"]
    good = [POST, WATCHED, "2029-09-30 15:15", "Sari Contoh"]
    bad = ["https://forum.example/1", *good[1:]]

    (done,) = bring(tools, table(tmp_path / "amatan.csv", [head, good, bad]))

    assert isinstance(done.error, InputError)
    assert [(p.code, p.row) for p in done.error.problems] == [("post_unknown", 3)]
    assert rows(tools, "interactions") == []


LIKED_AT = 1885450500
EXPORT = [
    {"timestamp": LIKED_AT, "label_values": [{"label": "Tautan", "value": POST}, {"label": "Nama", "value": "x.y"}]},
    {"timestamp": LIKED_AT, "label_values": [{"label": "Nama", "value": "tanpa tautan"}]},
]


def test_an_owners_export_tells_likes_with_their_times(tmp_path: Path, empty: Path) -> None:
    tools = office(tmp_path, empty, ("instagram", WATCHED))
    file = tmp_path / "liked_posts.json"
    file.write_text(json.dumps(EXPORT), encoding="utf-8")

    (done,) = bring(tools, file, owner=f"@{WATCHED}")

    (act,) = rows(tools, "interactions")
    assert int(act.acted_at.timestamp()) == LIKED_AT
    assert dict(done.skipped) == {"no_address": 1}
    assert states(tools) == [("likes", "ok", False)]


def test_an_export_without_its_owner_is_not_used_and_a_dry_run_shows_it(tmp_path: Path, empty: Path) -> None:
    tools = office(tmp_path, empty, ("instagram", WATCHED))
    file = tmp_path / "liked_posts.json"
    file.write_text(json.dumps(EXPORT), encoding="utf-8")

    (refused,) = bring(tools, file)
    (shown,) = bring(tools, file, dry_run=True)

    assert refused.error is not None
    assert refused.error.code == "import_owner_missing"
    assert rows(tools, "originals") == []
    assert shown.warnings == ("owner_unknown",)
    assert shown.findings is not None
    assert [post.ref.uri for post, _ in shown.findings.posts] == [POST]


def test_an_export_of_somebody_who_is_not_watched_keeps_no_like(tmp_path: Path, empty: Path) -> None:
    tools = office(tmp_path, empty, ("x", "orang.lain"))
    likes = b'window.YTD.like.part0 = [{"like": {"tweetId": "77", "fullText": "Rahasia wargaz"}}]'
    account = b'window.YTD.account.part0 = [{"account": {"username": "wargaz"}}]'

    bring(tools, zipped(tmp_path / "x.zip", {"data/like.js": likes, "data/account.js": account}))

    assert acts(tools) == []
    assert b"wargaz" not in everything_kept(tools)


def test_one_bad_file_of_a_folder_leaves_the_others_alone(tmp_path: Path, empty: Path) -> None:
    tools = office(tmp_path, empty, ("instagram", WATCHED))
    folder = tmp_path / "masuk"
    folder.mkdir()
    recording_of(folder, [1_234_567])
    (folder / "rusak").write_bytes(b'{"log": {"entries": [')
    (folder / ".tersembunyi").write_bytes(b"x")

    done = bring(tools, folder)

    assert [(one.path.name, one.error.code if one.error else None) for one in done] == [
        ("a.har", None),
        ("b", None),
        ("c.csv", None),
        ("rusak", "import_truncated"),
    ]
    assert len(acts(tools)) == 1


def test_the_watched_folder_gives_each_file_once_and_moves_none(tmp_path: Path, empty: Path) -> None:
    folder = tmp_path / "masuk"
    folder.mkdir()
    tools = office(tmp_path, empty, ("instagram", WATCHED))
    recording_of(folder, [1_234_567])
    (folder / "rusak").write_bytes(b"{")
    before = sorted(folder.iterdir())
    tools = with_folder(tools, folder)

    first = list(importing.of_folder(tools))
    again = list(importing.of_folder(tools))

    assert [one.path.name for one in first] == ["a.har", "b", "c.csv", "rusak"]
    assert [one.path.name for one in again] == ["rusak"]
    assert sorted(folder.iterdir()) == before


def with_folder(tools: Tools, folder: Path) -> Tools:
    return replace(tools, settings=tools.settings.model_copy(update={"imports": Imports(folder=folder)}))
