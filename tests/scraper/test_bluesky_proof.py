"""A record's proof: an archive that is whole is believed, damage anywhere is loud, another record is not there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import LayoutError
from core.platforms import Bluesky as Where
from core.records import VisitState
from scraper import reader
from scraper.adapter import Page, PageRequest
from scraper.platforms.bluesky import Bluesky
from tests.scraper.archives import car, cbor, chunk, keep
from tests.scraper.recorded import served

DID, PDS = "did:plc:kelmawar", "https://pds.example"
LIKE = f"at://{DID}/app.bsky.feed.like/3lbaaaaaaaaaa"
ADAPTER = Bluesky(Where())


def archive(did: str = DID) -> bytes:
    """Write an archive of a repository with two likes, of which it holds the first."""
    blocks: list[bytes] = []
    record = keep(blocks, {"$type": "app.bsky.feed.like", "createdAt": "2029-10-01T00:00:00Z"})
    inner = keep(blocks, {"l": None, "e": [{"p": 0, "k": b"app.bsky.feed.like/3lbaaaaaaaaaa", "v": record, "t": None}]})
    later = {"p": 0, "k": b"app.bsky.feed.like/3lczzzzzzzzzz", "v": record, "t": None}
    top = keep(blocks, {"l": inner, "e": [later]})
    return car(blocks, did, top)


def asked(uri: str = LIKE) -> PageRequest:
    request = ADAPTER.proof(uri, {"did": DID, "pds": PDS})
    assert request is not None
    return request


def read(body: bytes, uri: str = LIKE) -> Page:
    return reader.read(ADAPTER, asked(uri), served(asked(uri).url, body))


def test_the_proof_is_asked_of_the_accounts_own_server() -> None:
    request = asked()

    assert request.url == (
        f"{PDS}/xrpc/com.atproto.sync.getRecord"
        "?did=did%3Aplc%3Akelmawar&collection=app.bsky.feed.like&rkey=3lbaaaaaaaaaa"
    )
    assert request.accept == "application/vnd.ipld.car"


@pytest.mark.parametrize("bookmark", [None, {}, {"did": "did:plc:lain", "pds": PDS}])
def test_without_knowing_the_server_of_this_account_no_proof_is_asked(bookmark: dict[str, str] | None) -> None:
    assert ADAPTER.proof(LIKE, bookmark) is None


def test_a_whole_archive_proves_its_record_and_is_kept_as_it_came() -> None:
    capture = served(asked().url, archive())

    assert ADAPTER.read(asked(), capture).state is VisitState.OK
    assert ADAPTER.reduce(asked(), capture, lambda _: False) is capture


@pytest.mark.parametrize("key", ["3lazzzzzzzzzz", "3lbaaaaaaaaab", "3ldaaaaaaaaaa"])
def test_a_record_that_the_tree_does_not_hold_is_not_there(key: str) -> None:
    assert read(archive(), f"at://{DID}/app.bsky.feed.like/{key}").state is VisitState.NOT_FOUND


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b'{"error":"x"}', b"\xff" * 40, chunk(cbor({"version": 1}))])
def test_what_is_no_archive_is_a_changed_layout(body: bytes) -> None:
    with pytest.raises(LayoutError):
        read(body)


def test_the_archive_of_another_account_is_a_changed_layout() -> None:
    with pytest.raises(LayoutError):
        read(archive("did:plc:lain"))


@given(st.data())
def test_an_archive_with_one_bit_changed_or_cut_short_proves_nothing(data: st.DataObject) -> None:
    whole = archive()
    place, bit = data.draw(st.integers(0, len(whole) - 1)), data.draw(st.integers(0, 7))
    changed = whole[:place] + bytes([whole[place] ^ 1 << bit]) + whole[place + 1 :]

    for body in (changed, whole[:place]):
        with pytest.raises(LayoutError):
            read(body)
