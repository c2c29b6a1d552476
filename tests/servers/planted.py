"""What the real servers hold: the truth that a crawl is measured against."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """How much is planted: accounts, posts of each, likes of each."""

    accounts: int
    posts: int
    likes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """One invented account: its key, its handle, the URIs of its posts and of the posts it liked."""

    key: str
    handle: str
    posts: tuple[str, ...]
    likes: tuple[str, ...] = ()
    watched: bool = True
    campaign: bool = False
    platform: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A running server with what was planted in it, and the file that grows by one line a request."""

    url: str
    accounts: tuple[Planted, ...]
    log: Path
    plc: str | None = None
    appview: str | None = None

    @property
    def host(self) -> str:
        """Name and port, as the crawl guard names hosts."""
        return self.url.partition("://")[2]

    def requests(self) -> list[str]:
        """List everything asked for until now; readers take the difference of two moments."""
        return self.log.read_text(encoding="utf-8").splitlines()
