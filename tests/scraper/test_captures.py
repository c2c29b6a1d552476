"""Files as people bring them: recognised by what is in them; damaged ones are named and not used at all."""

import gzip
import json
import random
import zipfile
import zlib
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from core.errors import InputError
from core.records import Exchange
from scraper.captures.entries import Content, Item, Liked, Observed
from scraper.captures.files import open_file
from tests.scraper.brought import SECRET, entry, har, line, mhtml, ndjson, table, warc_bytes, zipped

OTHERWISE = datetime(2029, 10, 1, tzinfo=UTC)
URL = "https://www.instagram.com/api/v1/media/39/likers/"
PAGE = "<!doctype html><html><head><title>x</title></head><body>halo</body></html>"


def read(path: Path) -> Content:
    return open_file(path, otherwise=OTHERWISE, zone=ZoneInfo("Asia/Jakarta"))


def written(folder: Path, content: bytes) -> Path:
    path = folder / "berkas"
    path.write_bytes(content)
    return path


def exchanges(content: Content) -> list[Exchange]:
    return [one for one in content.entries if isinstance(one, Exchange)]


def test_a_har_gives_questions_and_answers_without_secrets(tmp_path: Path) -> None:
    path = har(tmp_path / "tanpa-akhiran", entry(URL, {"users": []}, form={"variables": "{}"}))

    (seen,) = exchanges(read(path))

    assert (seen.url, seen.method, seen.asked, seen.status) == (URL, "POST", "variables=%7B%7D", 200)
    assert seen.at == datetime(2029, 9, 30, 8, 15, tzinfo=UTC)
    assert SECRET not in repr(seen)


def test_entries_of_a_har_that_cannot_be_read_are_counted_by_their_cause(tmp_path: Path) -> None:
    fine = entry(URL, "{}", base64_body=True)
    wrong = entry(URL, "{}", base64_body=True)
    wrong["response"]["content"]["text"] = "%%%"
    packed = entry(URL, gzip.compress(b'{"a": 1}'), base64_body=True)
    empty, aborted = entry(URL, ""), entry(URL, "{}", status=0)

    content = read(har(tmp_path / "a", fine, wrong, packed, empty, aborted, {"request": 5}))

    assert content.skipped == {"bad_base64": 1, "no_body": 1, "no_answer": 1, "broken_entry": 1}
    assert [one.body for one in exchanges(content)] == [b"{}", b'{"a": 1}']


def test_a_question_in_single_parameters_is_read_too(tmp_path: Path) -> None:
    asked = entry(URL, "{}", form={})
    asked["request"]["postData"] = {"params": [{"name": "variables", "value": "{}"}, {"name": "lsd", "value": SECRET}]}

    (seen,) = exchanges(read(har(tmp_path / "a", asked)))

    assert seen.asked == "variables=%7B%7D"


@pytest.mark.parametrize("packed", [True, False], ids=["gzip", "plain"])
def test_a_warc_gives_the_question_of_every_answer(tmp_path: Path, *, packed: bool) -> None:
    first, second = b'{"n": 1}', b'{"n": 2}'
    body = warc_bytes(
        (URL, first, f"variables=1&fb_dtsg={SECRET}", "application/json"),
        (URL, second, "variables=2", "application/json"),
        (URL, b"\x89PNG", None, "image/png"),
        packed=packed,
    )

    content = read(written(tmp_path, body))

    assert [(one.asked, one.body) for one in exchanges(content)] == [("variables=1", first), ("variables=2", second)]
    assert content.skipped == {"other_kind": 1}
    assert SECRET not in repr(content)


def test_a_saved_page_is_known_by_the_address_in_it(tmp_path: Path) -> None:
    saved = f"<!-- saved from url=(0040)https://www.tiktok.com/@a/video/1 -->\n{PAGE}"
    canonical = PAGE.replace("<title>", '<link rel="canonical" href="https://www.tiktok.com/@a/video/1"><title>')
    shared = PAGE.replace("<title>", '<meta property="og:url" content="https://www.tiktok.com/@a/video/1"><title>')
    linked = PAGE.replace(
        "<title>", '<script type="application/ld+json">{"url": "https://www.tiktok.com/@a/video/1"}</script><title>'
    )
    for text in (saved, canonical, shared, linked):
        (seen,) = exchanges(read(written(tmp_path, text.encode())))
        assert (seen.url, seen.media_type) == ("https://www.tiktok.com/@a/video/1", "text/html")


def test_the_page_of_an_mhtml_is_its_html(tmp_path: Path) -> None:
    (seen,) = exchanges(read(mhtml(tmp_path / "a", f"https://www.tiktok.com/@a?msToken={SECRET}", PAGE)))

    assert seen.url == "https://www.tiktok.com/@a"
    assert b"halo" in seen.body
    assert seen.at == datetime(2029, 9, 30, 8, 15, tzinfo=UTC)


LIKED = "https://www.instagram.com/p/DYflVZABgH5/"
MOJIBAKE = "Kelurahan Mawar ✓".encode().decode("latin-1")
EXPORTS = {
    "instagram, old": (
        {"likes_media_likes": [{"title": MOJIBAKE, "string_list_data": [{"href": LIKED, "timestamp": 1885450500}]}]},
        "instagram_export",
        LIKED,
    ),
    "instagram, English": (
        [{"timestamp": 1885450500, "label_values": [{"label": "URL", "href": LIKED, "value": LIKED}]}],
        "instagram_export",
        LIKED,
    ),
    "instagram, Indonesian": (
        [
            {
                "timestamp": 1885450500,
                "label_values": [{"label": "Nama", "value": MOJIBAKE}, {"label": "Tautan", "value": LIKED}],
            }
        ],
        "instagram_export",
        LIKED,
    ),
    "facebook, new": (
        [
            {
                "timestamp": 1885450500,
                "label_values": [
                    {"label": "Reaksi", "value": "Suka"},
                    {"label": "URL", "value": "https://www.facebook.com/mawar/posts/123"},
                ],
            }
        ],
        "facebook_export",
        "https://www.facebook.com/mawar/posts/123",
    ),
    "facebook, old": (
        {
            "reactions_v2": [
                {"timestamp": 1885450500, "title": "x", "data": [{"reaction": {"reaction": "LIKE", "actor": "A"}}],
                 "attachments": [{"data": [{"external_context": {"url": "https://www.facebook.com/mawar/posts/123"}}]}]}
            ]
        },
        "facebook_export",
        "https://www.facebook.com/mawar/posts/123",
    ),
    **{
        f"tiktok, {name}": (
            {name: {"Like List": {"ItemFavoriteList": [{day: "2029-09-30 08:15:00", link: "https://www.tiktokv.com/share/video/7/"}]}}},
            "tiktok_export",
            "https://www.tiktokv.com/share/video/7/",
        )
        for name, day, link in (
            ("Activity", "Date", "Link"),
            ("Your Activity", "date", "link"),
            ("Likes and Favorites", "Date", "link"),
        )
    },
}  # fmt: skip


@pytest.mark.parametrize("name", EXPORTS)
def test_every_form_of_an_owners_export_is_read_with_its_times(tmp_path: Path, name: str) -> None:
    value, kind, url = EXPORTS[name]

    content = read(written(tmp_path, json.dumps(value).encode()))

    assert content.kind == kind
    assert content.entries == [Liked(url=url, at=datetime(2029, 9, 30, 8, 15, tzinfo=UTC))]


def test_the_archive_of_x_tells_the_posts_and_whose_it_is(tmp_path: Path) -> None:
    likes = b'window.YTD.like.part0 = [{"like": {"tweetId": "77", "fullText": "Halo"}}, {"like": {}}]'
    account = b'window.YTD.account.part0 = [{"account": {"username": "kelmawar", "email": "a@example.org"}}]'

    content = read(zipped(tmp_path / "a", {"data/like.js": likes, "data/account.js": account, "data/dm.js": b"x"}))

    assert (content.kind, content.owner, content.skipped) == ("x_export", "kelmawar", {"no_address": 1})
    assert content.entries == [Liked(url="https://x.com/i/status/77", at=None, text="Halo")]


HEADS = {
    "Indonesian": ["Tautan kiriman", "Akun terlihat", "Dilihat pada", "Saksi", "Tangkapan layar"],
    "English": ["Post URL", "Handles seen", "Seen at", "Witness", "Screenshot file"],
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize(("language", "delimiter"), [("Indonesian", ";"), ("English", ",")])
def test_a_table_of_observations_is_read(tmp_path: Path, language: str, delimiter: str, encoding: str) -> None:
    (tmp_path / "layar.png").write_bytes(b"png")
    row = [LIKED, "@kelmawar orang.lain", "30/09/2029 15.15", "Sari Contoh", "layar.png"]

    content = read(table(tmp_path / "amatan", [HEADS[language], row], delimiter=delimiter, encoding=encoding))

    (seen,) = content.entries
    assert isinstance(seen, Observed)
    assert (seen.handles, seen.witness, seen.row) == (("kelmawar", "orang.lain"), "Sari Contoh", 2)
    assert seen.seen_at.astimezone(UTC) == datetime(2029, 9, 30, 8, 15, tzinfo=UTC)
    assert seen.screenshot == tmp_path / "layar.png"


@pytest.mark.parametrize(
    ("text", "hour"),
    [("2029-09-30 15:15", 8), ("2029-09-30T15:15:00+09:00", 6), ("30-09-2029 15.15 WITA", 7), ("30/09/2029 15:15", 8)],
)
def test_times_are_read_as_people_write_them(tmp_path: Path, text: str, hour: int) -> None:
    (seen,) = read(table(tmp_path / "a", [HEADS["English"], [LIKED, "a", text, "Sari", ""]])).entries

    assert isinstance(seen, Observed)
    assert seen.seen_at.astimezone(UTC) == datetime(2029, 9, 30, hour, 15, tzinfo=UTC)


def test_every_bad_row_is_named_with_its_column(tmp_path: Path) -> None:
    rows = [HEADS["Indonesian"], ["", "", "kemarin", "", "../x.png"], [LIKED, "a", "30/09/2029", "Sari", "tiada.png"]]

    with pytest.raises(InputError) as caught:
        read(table(tmp_path / "a", rows))

    found = {(problem.row, problem.column, problem.code) for problem in caught.value.problems}
    assert found == {
        (2, "Tautan kiriman", "cell_empty"),
        (2, "Akun terlihat", "cell_empty"),
        (2, "Saksi", "cell_empty"),
        (2, "Dilihat pada", "bad_time"),
        (2, "Tangkapan layar", "outside_folder"),
        (3, "Tangkapan layar", "screenshot_missing"),
    }


MHTML_HEAD = b'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="x"\r\n\r\n'


def noise(size: int) -> bytes:
    return random.Random(1).randbytes(size)  # noqa: S311  (the same at every run)


def with_a_wrong_bit(body: bytes) -> bytes:
    return body[:60] + b"\xff\xff" + body[62:]


def deep(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


def bomb_in_a_zip() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.warc", b"0" * 20_000_000)
    return out.getvalue()


def zip_of(name: str) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, b"{}")
    return out.getvalue()


def a_har() -> bytes:
    return json.dumps({"log": {"entries": [entry(URL, "{}")]}}).encode()


def a_warc(*, packed: bool) -> bytes:
    return warc_bytes((URL, b"{}" * 300, None, "application/json"), packed=packed)


DAMAGED: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "import_empty"),
    "blanks": (lambda: b" \n\n ", "import_empty"),
    "5 MB of garbage": (lambda: noise(5_000_000), "import_unknown"),
    "5 MB of letters": (lambda: b"kelurahan " * 500_000, "import_unknown"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(200), "import_unknown"),
    "a PDF": (lambda: b"%PDF-1.7\n%%EOF", "import_unknown"),
    "another table": (lambda: b"nama;umur\r\nSari;30\r\n", "import_unknown"),
    "other JSON": (lambda: b'{"halo": 1}', "import_unknown"),
    "a HAR cut off": (lambda: a_har()[:-40], "import_truncated"),
    "a HAR without entries": (lambda: b'{"log": {"version": "1.2"}}', "import_malformed"),
    "an NDJSON cut off": (
        lambda: json.dumps(line("tiktok.com", {})).encode() + b"\n" + json.dumps(line("tiktok.com", {})).encode()[:50],
        "import_truncated",
    ),
    "a WARC cut off": (lambda: a_warc(packed=False)[:-200], "import_truncated"),
    "a gzip cut off": (lambda: a_warc(packed=True)[:-30], "import_truncated"),
    "a gzip with a wrong bit": (lambda: with_a_wrong_bit(a_warc(packed=True)), "import_truncated"),
    "a gzip bomb": (lambda: gzip.compress(b"WARC/1.0\r\n" + bytes(30_000_000)), "import_bomb"),
    "a gzip of nonsense": (lambda: gzip.compress(noise(2000)), "import_unknown"),
    "a zip cut off": (lambda: zip_of("archive/data.warc")[:-30], "import_truncated"),
    "a zip bomb": (bomb_in_a_zip, "import_bomb"),
    "a zip that climbs out": (lambda: zip_of("archive/../../jahat.warc"), "import_unsafe_name"),
    "a zip with a whole path": (lambda: zip_of("/etc/jahat.warc"), "import_unsafe_name"),
    "a zip of something else": (lambda: zip_of("word/document.xml"), "import_unknown"),
    "an archive of X cut off": (lambda: b'window.YTD.like.part0 = [{"like": {"tweet', "import_truncated"),
    "JSON nested without end": (lambda: b'{"log": ' + deep(100_000) + b"}", "import_too_deep"),
    "a page without its address": (PAGE.encode, "import_without_address"),
    "a page that names other pages only": (
        lambda: PAGE.replace("halo", '<script>{"url": "https://www.tiktok.com/@a/video/1"}</script>').encode(),
        "import_without_address",
    ),
    "a page cut off": (lambda: PAGE.encode()[:40], "import_truncated"),
    "an MHTML cut off": (
        lambda: MHTML_HEAD + b"--x\r\nContent-Type: text/html\r\n\r\n<html>",
        "import_truncated",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGED)
def test_a_file_that_cannot_be_used_is_named_by_its_cause(tmp_path: Path, name: str) -> None:
    content, code = DAMAGED[name]

    with pytest.raises(InputError) as caught:
        read(written(tmp_path, content()))

    assert caught.value.code == code


def test_a_body_that_unpacks_without_end_is_left_out(tmp_path: Path) -> None:
    bomb = gzip.compress(bytes(70_000_000))
    block = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n\r\n" + bomb
    head = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {URL}\r\nContent-Length: {len(block)}\r\n"
    body = head.encode() + b"Content-Type: application/http; msgtype=response\r\n\r\n" + block + b"\r\n\r\n"

    assert read(written(tmp_path, body)).skipped == {"too_large": 1}


def test_a_har_may_be_packed(tmp_path: Path) -> None:
    assert read(written(tmp_path, gzip.compress(a_har()))).kind == "har"


def test_one_line_of_zeeschuimer_is_a_file_too(tmp_path: Path) -> None:
    content = read(ndjson(tmp_path / "a", line("tiktok.com", {"id": "1"})))

    (item,) = content.entries
    assert isinstance(item, Item)
    assert (item.platform, item.module, SECRET in item.url) == ("tiktok", "tiktok.com", False)


def test_a_wrong_base64_in_gzip_is_left_out(tmp_path: Path) -> None:
    broken = entry(URL, "{}", base64_body=True)
    broken["response"]["content"]["text"] = b64encode(b"\x1f\x8b" + zlib.compress(b"x")).decode()

    assert read(har(tmp_path / "a", broken)).skipped == {"bad_encoding": 1}
