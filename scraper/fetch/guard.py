"""Where a request may go: public web servers, and nowhere inside this machine or its network.

`Guard.check` is asked before every request and again for where a redirect led; `Guard.reach` by whoever opens the
connection, and only what it answers is connected to: `pinned.py` for plain requests, `egress.py` for browsers. A name
is looked up once, all its addresses must be public, and they are kept for a minute: what was checked is what is asked.
"""

import asyncio
import ipaddress
import re
import socket
import time
import unicodedata
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from core.errors import FetchError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Awaitable[Iterable[str]]]

PORTS = {"http": 80, "https": 443}
RESOLVE_SECONDS = 10.0
PINNED_SECONDS = 60.0
"""How long the addresses of a name hold: as long as in a browser of its own."""
MOST_PINNED = 4_096
REFUSED = frozenset({"to_private", "to_port", "to_scheme", "to_spelling", "to_credentials", "to_host"})
"""As what the guard counts what it did not let out."""
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
NUMBER = re.compile(r"0[xX][0-9a-fA-F]*|[0-9]+", re.ASCII)
HOST_NAME = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """The server behind an address; `host` is spelled in one way only, `addresses` are what it resolved to."""

    scheme: str
    host: str
    port: int
    addresses: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The server as `host:port`, as it stands in `allow_private`."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def destination(url: str) -> Destination:
    """Read an address the way a browser would, or refuse it: FetchError `address_refused` with its `why`."""
    if "\\" in url or any(ord(character) <= 32 or ord(character) == 127 for character in url):
        raise _refused(url, "spelling")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _refused(url, "spelling") from error
    if parts.scheme not in PORTS:
        raise _refused(url, "scheme")
    if "@" in parts.netloc:
        raise _refused(url, "credentials")
    host = _host(parts.hostname or "")
    if host is None:
        raise _refused(url, "host")
    return Destination(scheme=parts.scheme, host=host, port=PORTS[parts.scheme] if port is None else port)


def host_of(url: str) -> str:
    """Name the host whose pace and robots.txt count, with its port where that is not the usual one."""
    place = destination(url)
    return place.host if place.port == PORTS[place.scheme] else place.key


def is_public(address: str) -> bool:
    """Say whether an address, or the IPv4 address inside it, is one of the public internet."""
    value: Address = ipaddress.ip_address(address.partition("%")[0])
    inner = _inner(value)
    if inner is not None:
        return is_public(str(inner))
    return value.is_global and not (value.is_multicast or value.is_reserved or value.is_unspecified)


async def resolve(host: str, port: int) -> list[str]:
    """Ask the system for all addresses of a host."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


class Reach(Protocol):
    """Whatever says which addresses may be connected to."""

    async def reach(self, host: str, port: int) -> tuple[str, ...]:
        """Give the addresses of a server; FetchError where it must not be asked or is not found."""
        ...


class Gate(Reach, Protocol):
    """Whatever says where a request may go."""

    async def check(self, url: str) -> object:
        """Let an address through; FetchError where it must not be asked."""
        ...

    async def follow(self, url: str) -> object:
        """Let a page lead us to an address; FetchError or RefusedError where it must not."""
        ...

    async def closes_some(self, url: str) -> bool:
        """Say whether anything is closed where this address stands: if not, no script has to wait for an answer."""
        ...

    async def may_ask(self, url: str) -> bool:
        """Say whether the scripts of a page may ask this of its own host."""
        ...


class Guard:
    """Lets requests through to public servers on the usual ports, and to the exact exceptions of the settings.

    `refused` counts what was not let out, by reason.
    """

    def __init__(
        self,
        allow_private: Iterable[str] = (),
        *,
        resolve: Resolve = resolve,
        pinned_seconds: float = PINNED_SECONDS,
        ports: Iterable[int] = (),
    ) -> None:
        """Close everything but the web; `ports` are more that public servers may have."""
        self.refused: Counter[str] = Counter()
        self._exceptions = frozenset(destination(f"http://{entry}").key for entry in allow_private)
        self._resolve = resolve
        self._pinned_seconds = pinned_seconds
        self._ports = frozenset(ports)
        self._pinned: dict[str, tuple[float, tuple[str, ...]]] = {}

    def is_exception(self, url: str) -> bool:
        """Say whether an address is one of a server of our own, named in the settings."""
        return destination(url).key in self._exceptions

    async def check(self, url: str) -> Destination:
        """Say where this address leads; FetchError `address_refused` or `dns` where it must not or does not."""
        try:
            place = destination(url)
        except FetchError as error:
            raise self._counted(error) from None
        if place.key not in self._exceptions and place.port not in {PORTS[place.scheme], *self._ports}:
            raise self._no(url, "port")
        addresses = await self._addresses(place, url)
        return Destination(scheme=place.scheme, host=place.host, port=place.port, addresses=addresses)

    async def reach(self, host: str, port: int) -> tuple[str, ...]:
        """Give the addresses of a server, for whoever connects to it; FetchError like `check`."""
        url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        try:
            place = destination(url)
        except FetchError as error:
            raise self._counted(error) from None
        if place.key not in self._exceptions and place.port not in {*PORTS.values(), *self._ports}:
            raise self._no(url, "port")
        return await self._addresses(place, url)

    async def follow(self, url: str) -> Destination:
        """Say where a page leads us; whoever knows of robots.txt and turns asks them too."""
        return await self.check(url)

    async def closes_some(self, url: str) -> bool:
        """Say no: whoever knows of robots.txt says more."""
        del url
        return False

    async def may_ask(self, url: str) -> bool:
        """Say yes: whoever knows of robots.txt says more."""
        del url
        return True

    async def _addresses(self, place: Destination, url: str) -> tuple[str, ...]:
        """Look a server up, unless that was done a moment ago; one private address among others is a no."""
        excepted = place.key in self._exceptions
        if not excepted and (place.host == "localhost" or place.host.endswith(".localhost")):
            raise self._no(url, "private")
        until, addresses = self._pinned.get(place.key, (0.0, ()))
        if until > time.monotonic():
            return addresses
        addresses = await self._found(place)
        if not excepted and not all(is_public(address) for address in addresses):
            raise self._no(url, "private")
        if len(self._pinned) >= MOST_PINNED:
            self._pinned.clear()
        self._pinned[place.key] = time.monotonic() + self._pinned_seconds, addresses
        return addresses

    async def _found(self, place: Destination) -> tuple[str, ...]:
        try:
            return (str(ipaddress.ip_address(place.host)),)
        except ValueError:
            pass
        try:
            async with asyncio.timeout(RESOLVE_SECONDS):
                addresses = tuple(dict.fromkeys(await self._resolve(place.host, place.port)))
        except (OSError, UnicodeError, TimeoutError) as error:
            raise FetchError("dns", host=place.host) from error
        if not addresses:
            raise FetchError("dns", host=place.host)
        return addresses

    def _no(self, url: str, why: str) -> FetchError:
        return self._counted(_refused(url, why))

    def _counted(self, error: FetchError) -> FetchError:
        self.refused[f"to_{error.fields['why']}"] += 1
        return error


def _refused(url: str, why: str) -> FetchError:
    return FetchError("address_refused", url=url, why=why)


def _host(name: str) -> str | None:
    """Spell a host in one way; None where it is none."""
    if ":" in name:
        return _ipv6(name)
    try:
        plain = unicodedata.normalize("NFKC", name).encode("idna").decode("ascii").lower().removesuffix(".")
    except UnicodeError:
        return None
    if NUMBER.fullmatch(plain.rpartition(".")[2]):
        return _ipv4(plain)
    return plain if HOST_NAME.fullmatch(plain) else None


def _ipv6(name: str) -> str | None:
    try:
        value = ipaddress.IPv6Address(name)
    except ValueError:
        return None
    return str(value.ipv4_mapped or value) if value.scope_id is None else None


def _ipv4(name: str) -> str | None:
    """Read the spellings that browsers take for an IPv4 address: fewer parts, decimal, octal and hexadecimal."""
    parts = name.split(".")
    numbers = [_number(part) for part in parts]
    if len(parts) > 4 or None in numbers:
        return None
    *first, last = (number for number in numbers if number is not None)
    if any(number > 255 for number in first) or last >= 256 ** (4 - len(first)):
        return None
    return str(ipaddress.IPv4Address(sum(number << 8 * (3 - place) for place, number in enumerate(first)) + last))


def _number(part: str) -> int | None:
    if not NUMBER.fullmatch(part):
        return None
    if part[:2] in {"0x", "0X"}:
        return int(part[2:] or "0", 16)
    try:
        return int(part, 8 if part.startswith("0") else 10)
    except ValueError:
        return None


def _inner(value: Address) -> ipaddress.IPv4Address | None:
    """Find the IPv4 address that an IPv6 one stands for."""
    if isinstance(value, ipaddress.IPv4Address):
        return None
    if value in NAT64:
        return ipaddress.IPv4Address(int(value) & 0xFFFFFFFF)
    return value.ipv4_mapped or value.sixtofour or (value.teredo[1] if value.teredo else None)
