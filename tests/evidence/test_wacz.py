"""An archive of one page: what stands in it, that others' programs read it, and what is left out."""

import io
import json
import zipfile
from typing import Any

from warcio.archiveiterator import ArchiveIterator

from core.recording import Recording
from evidence import verify
from evidence.wacz import wacz
from evidence.warc import index, key, warc
from tests.evidence.recordings import HTML, POSTER, recording, transfer

URL = "https://warga.example/post/7"


def inside(recorded: Recording) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(wacz(recorded, "tilik/0"))) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def records(archive: bytes) -> list[tuple[str, str, dict[str, str], bytes]]:
    found = []
    for record in ArchiveIterator(io.BytesIO(archive), check_digests="raise"):
        headers = dict(record.http_headers.headers) if record.http_headers else {}
        uri = record.rec_headers.get_header("WARC-Target-URI") or ""
        found.append((record.rec_type, uri, headers, record.content_stream().read()))
    return found


def test_every_answer_stands_in_the_archive_with_its_question_and_right_digests() -> None:
    found = records(inside(recording())["archive/data.warc.gz"])

    assert [kind for kind, *_ in found] == ["warcinfo", "response", "request", "response", "request"]
    assert [(uri, body) for kind, uri, _, body in found if kind == "response"] == [
        (URL, HTML.encode()),
        ("https://warga.example/poster.svg", POSTER),
    ]


def test_the_zip_holds_what_a_replay_program_looks_for_with_a_digest_for_each() -> None:
    files = inside(recording())

    package = json.loads(files["datapackage.json"])
    assert (package["profile"], package["wacz_version"], package["mainPageUrl"]) == ("data-package", "1.1.1", URL)
    assert {one["path"] for one in package["resources"]} | {"datapackage.json", "datapackage-digest.json"} == set(files)
    head, page = map(json.loads, files["pages/pages.jsonl"].splitlines())
    assert head["format"] == "json-pages-1.0"
    assert (page["url"], page["ts"], page["title"]) == (URL, "2029-10-01T03:00:00.250Z", "Kiriman")
    assert list(verify.check_wacz(wacz(recording(), "tilik/0"), "page.wacz")) == []


def test_every_line_of_the_index_leads_to_the_answer_it_names() -> None:
    files = inside(recording())

    lines = files["indexes/index.cdxj"].decode().splitlines()
    assert [line.split(" ")[0] for line in lines] == ["example,warga)/post/7", "example,warga)/poster.svg"]
    for line in lines:
        said: dict[str, Any] = json.loads(line.split(" ", 2)[2])
        start, length = int(said["offset"]), int(said["length"])
        ((kind, uri, _, _),) = records(files["archive/data.warc.gz"][start : start + length])
        assert (kind, uri) == ("response", said["url"])


def test_a_body_is_kept_decoded_and_how_it_came_under_another_name() -> None:
    sent = (("Content-Encoding", "br"), ("Content-Length", "7"), ("Content-Type", "text/html"), ("X-Two", "a\nb"))
    archive, _ = warc(recording(transfers=(transfer(URL, b"twelve bytes", headers=sent),)), "tilik/0")

    headers = records(archive)[1][2]
    assert headers["X-Archive-Orig-Content-Encoding"] == "br"
    assert headers["X-Archive-Orig-Content-Length"] == "7"
    assert (headers["Content-Length"], headers["X-Two"]) == ("12", "a b")


def test_cookies_are_not_kept() -> None:
    asked = {"Cookie": "a=1", "Authorization": "Bearer b", "Accept": "*/*"}
    sent = (("Set-Cookie", "sid=c"), ("Content-Type", "text/html"))
    archive, _ = warc(recording(transfers=(transfer(URL, b"x", headers=sent, asked_headers=asked),)), "tilik/0")

    names = {name.lower() for _, _, headers, _ in records(archive) for name in headers}
    assert names.isdisjoint({"cookie", "authorization", "set-cookie"})


def test_what_was_left_out_is_said_and_what_never_came_is_no_record() -> None:
    big = transfer(f"{URL}/besar.png", failed="too_large")
    lost = transfer(f"{URL}/hilang.png", status=None, failed="unreachable")
    recorded = recording(transfers=(transfer(URL, b"x"), big, lost))

    archive, lines = warc(recorded, "tilik/0")

    cut = {
        record.rec_headers.get_header("WARC-Target-URI"): record.rec_headers.get_header("WARC-Truncated")
        for record in ArchiveIterator(io.BytesIO(archive))
        if record.rec_type == "response"
    }
    assert cut == {URL: None, f"{URL}/besar.png": "length"}
    assert len(lines) == 2
    assert recorded.truncated


def test_a_redirect_is_a_record_of_its_own() -> None:
    moved = transfer("https://warga.example/p/7", status=302, headers=(("Location", URL),))
    archive, lines = warc(recording(transfers=(moved, transfer(URL, b"x"))), "tilik/0")

    assert [line.status for line in lines] == [302, 200]
    assert records(archive)[1][2]["Location"] == URL


def test_an_address_is_sorted_by_its_host_from_the_end() -> None:
    assert key("https://A.Warga.example:8443/Post?b=2&a=1") == "example,warga,a:8443)/post?a=1&b=2"
    assert key("http://127.0.0.1:9/") == "127.0.0.1:9)/"
    assert index([]) == b""
