"""Every spelling of a way inside, and what the guard says to it."""

import asyncio
import socket
from collections.abc import Iterable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import FetchError
from scraper.fetch.guard import Guard, Resolve, destination, host_of, is_public

PUBLIC = "93.184.216.34"


def resolving_to(*addresses: str) -> Resolve:
    async def resolve(_host: str, _port: int) -> Iterable[str]:
        return addresses

    return resolve


def why(url: str, *, allow: tuple[str, ...] = (), addresses: tuple[str, ...] = (PUBLIC,)) -> str:
    """Say why an address is refused; "" where it is let through."""
    try:
        asyncio.run(Guard(allow, resolve=resolving_to(*addresses)).check(url))
    except FetchError as error:
        return str(error.fields.get("why", error.code))
    return ""


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/",
        "http://example.org:80/a?b=c#d",
        "https://EXAMPLE.org.:443/",
        "http://93.184.216.34/",
        "https://[2606:4700::6810:84e5]/",
        "https://desa-é.example/",
    ],
)
def test_a_public_web_server_may_be_asked(url: str) -> None:
    assert why(url) == ""


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "017700000001",
        "127.0.0.1.",
        "127。0。0。1",
        "１２７.0.0.1",
        "0.0.0.0",  # noqa: S104  an address to refuse, not to bind
        "0",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::ffff:a9fe:a9fe]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[fe80::1]",
        "[fc00::1]",
        "[ff02::1]",
        "localhost",
        "LOCALHOST.",
        "anything.localhost",
    ],
)
def test_no_spelling_of_a_private_address_gets_through(host: str) -> None:
    assert why(f"http://{host}/") == "private"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://example.org/", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("javascript:alert(1)", "scheme"),
        ("data:text/html,x", "scheme"),
        ("//example.org/", "scheme"),
        ("http://user:secret@example.org/", "credentials"),
        ("http://127.0.0.1@example.org/", "credentials"),
        ("http://example.org\\@127.0.0.1/", "spelling"),
        ("http://exam\tple.org/", "spelling"),
        ("http://example.org /", "spelling"),
        ("http://[::1/", "spelling"),
        ("http://example.org:99999/", "spelling"),
        ("http://", "host"),
        ("http://%31%32%37.0.0.1/", "host"),
        ("http://[fe80::1%25eth0]/", "host"),
        ("http://1.2.3.4.5/", "host"),
        ("http://256.0.0.1/", "host"),
        ("http://127.0.0.09/", "host"),
        ("http://example.0x7f/", "host"),
        ("http://example.org:22/", "port"),
        ("https://example.org:80/", "port"),
        ("http://example.org:8080/", "port"),
    ],
)
def test_other_ways_out_are_refused_with_their_reason(url: str, reason: str) -> None:
    assert why(url) == reason


@pytest.mark.parametrize(
    "addresses", [("127.0.0.1",), (PUBLIC, "10.0.0.1"), ("fe80::1%eth0",), ("::ffff:192.168.0.1",)]
)
def test_a_name_is_refused_when_any_of_its_addresses_is_private(addresses: tuple[str, ...]) -> None:
    assert why("http://rebound.example/", addresses=addresses) == "private"


def test_an_exception_counts_for_its_exact_host_and_port_only() -> None:
    allow = ("127.0.0.1:8000", "localhost:9000", "[::1]:8000")

    assert why("http://127.0.0.1:8000/", allow=allow) == ""
    assert why("http://[::1]:8000/", allow=allow) == ""
    assert why("http://localhost:9000/", allow=allow, addresses=("127.0.0.1",)) == ""
    assert why("http://127.0.0.1:8001/", allow=allow) == "port"
    assert why("http://localhost:8000/", allow=allow) == "port"
    assert why("http://127.0.0.1/", allow=allow) == "private"


def test_a_name_nobody_knows_is_a_failure_of_dns() -> None:
    async def nobody(_host: str, _port: int) -> Iterable[str]:
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    with pytest.raises(FetchError) as failed:
        asyncio.run(Guard(resolve=nobody).check("http://nowhere.example/"))

    assert (failed.value.code, failed.value.fields) == ("dns", {"host": "nowhere.example"})
    assert why("http://empty.example/", addresses=()) == "dns"


def test_a_checked_address_names_the_addresses_to_connect_to() -> None:
    place = asyncio.run(Guard(resolve=resolving_to(PUBLIC)).check("https://Example.org/a"))

    assert (place.scheme, place.host, place.port, place.addresses) == ("https", "example.org", 443, (PUBLIC,))


def test_a_host_is_named_with_its_port_only_where_that_is_unusual() -> None:
    assert host_of("https://Example.org:443/a") == "example.org"
    assert host_of("http://example.org:8080/") == "example.org:8080"
    assert host_of("http://[::1]:8080/") == "[::1]:8080"


@given(st.integers(min_value=0, max_value=2**32 - 1))
def test_all_spellings_of_an_address_are_one(number: int) -> None:
    parts = [number >> shift & 255 for shift in (24, 16, 8, 0)]
    dotted = ".".join(map(str, parts))
    spellings = [
        str(number),
        hex(number),
        ".".join(map(hex, parts)),
        ".".join(f"0{part:o}" for part in parts),
        f"{parts[0]}.{number & 0xFFFFFF}",
        f"[::ffff:{dotted}]",
    ]

    assert {destination(f"http://{spelling}/").host for spelling in spellings} == {dotted}
    assert is_public(f"::ffff:{dotted}") == is_public(dotted)


@given(st.text(max_size=40))
def test_any_text_is_an_address_or_is_refused(text: str) -> None:
    for url in (text, f"http://{text}/"):
        with suppress(FetchError):
            place = destination(url)
            assert place.host.isascii()
            assert destination(f"{place.scheme}://{place.key}/").host == place.host
