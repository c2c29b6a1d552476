"""Plain requests connect to the addresses that the guard found, and to no others.

The names stay where they belong, in TLS and in the Host header; connections are kept and shared as before, so this
costs a look into a dictionary for each new connection. A proxy would copy every byte once more.
"""

from collections.abc import Iterable

import httpx
from httpcore import (
    SOCKET_OPTION,
    AsyncConnectionPool,
    AsyncNetworkBackend,
    AsyncNetworkStream,
    ConnectError,
    ConnectTimeout,
)

from core.errors import FetchError
from scraper.fetch.guard import Reach

PATIENCE = 3.0
"""Seconds for an address while the server has others: some networks have IPv6 in name only."""


class Pinned(AsyncNetworkBackend):
    """Opens connections in the place of the client's own way to do so, which would look names up once more."""

    def __init__(self, guard: Reach, own: AsyncNetworkBackend) -> None:
        self._guard = guard
        self._own = own

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  (the client's own interface)
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> AsyncNetworkStream:
        """Connect to the first address of a server that answers."""
        *others, last = await self._guard.reach(host, port)
        for address in others:
            try:
                patience = min(timeout or PATIENCE, PATIENCE)
                return await self._own.connect_tcp(address, port, patience, local_address, socket_options)
            except (ConnectError, ConnectTimeout):
                continue
        return await self._own.connect_tcp(last, port, timeout, local_address, socket_options)

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109  (the client's own interface)
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> AsyncNetworkStream:
        """Refuse: nothing on the web is a file of this machine."""
        del timeout, socket_options
        raise FetchError("address_refused", url=path, why="scheme")

    async def sleep(self, seconds: float) -> None:
        """Wait, as the client does between two tries."""
        await self._own.sleep(seconds)


def pinned(guard: Reach, transport: httpx.AsyncHTTPTransport) -> httpx.AsyncHTTPTransport:
    """Have a transport connect only where the guard says. An httpx that cannot be told so raises."""
    pool = transport._pool  # noqa: SLF001  (httpx lets nobody else choose addresses; the tests hold it to this)
    if not isinstance(pool, AsyncConnectionPool):
        raise TypeError(type(pool).__name__)
    pool._network_backend = Pinned(guard, pool._network_backend)  # noqa: SLF001
    return transport
