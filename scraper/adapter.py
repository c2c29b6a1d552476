"""What an adapter is: it names pages and reads them; it never fetches and never looks at a clock."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from core.records import AccountRef, Action, Capability, Capture, Exchange, Interaction, Mode, Post, PostRef, VisitState

Keep = Callable[[AccountRef], bool]
"""Says whether an account is on the watchlist; nobody else is ever stored."""

Bookmark = Mapping[str, str]
"""Where the next visit may go on; each adapter knows its own keys."""


class Tier(StrEnum):
    """What a page needs to be fetched with."""

    HTTP = "http"
    BROWSER = "browser"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a visit looks at, and in which mode: an account, or posts whose likers or texts are wanted."""

    account: AccountRef | None = None
    posts: tuple[PostRef, ...] = ()
    bookmark: Bookmark | None = None
    mode: Mode = Mode.AUTO


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """The key of an official API: where it comes from, and the header that carries it.

    `variable` names the environment variable; `form` is the header's value, with the key in the place of {key}. A key
    never stands in an address, a capture or the database, and is sent to `host` only.
    """

    variable: str
    header: str
    host: str
    form: str = "{key}"
    daily: int | None = None
    """Requests (or units) a day that its terms allow, where they say so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """What the browser does with a page: what it waits for, which JSON answers it keeps, how far it scrolls.

    `ready`, `items` and `done` are CSS selectors; `answers` is a part of the addresses of the JSON answers to keep.
    What `done` names stands only where nothing more will come, so that nobody has to wait for it.
    """

    ready: str
    items: str | None = None
    answers: str | None = None
    done: str | None = None
    max_items: int = 200
    max_scrolls: int = 40
    seconds: float = 45.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """One page we want. `step` tells the adapter which of its pages this is; `carry` is what it learned before.

    `shared` marks a page that answers for every direction of an account (its identity, its latest commit): within
    one visit of the account it is fetched once. `for_all` marks a page that is the same for every account of its
    site: within one run it is fetched once.
    """

    target: Target
    capability: Capability
    url: str
    step: str
    tier: Tier = Tier.HTTP
    carry: Mapping[str, str] = field(default_factory=dict)
    rendering: Rendering | None = None
    shared: bool = False
    for_all: bool = False
    accept: str | None = None
    validators: Mapping[str, str] = field(default_factory=dict)
    """Headers of a conditional request (If-None-Match, If-Modified-Since), from what the last answer said."""
    units: int = 1
    """What the request costs of an API's daily allowance."""
    most_bytes: int | None = None
    """More than this is not read, where a page may be large; over HTTP only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What one page told us, and which pages it leads to.

    `account` is the account with its key, once a page has proven it. `seen` counts the entries of a list, watched or
    not, and `claimed` is how many the platform says there are. `gone` are posts that were looked for and are not there
    any more. `bookmark` is where the next visit may go on, valid
    from the moment this page is stored. `partial` says that the list, even read to its end, does not hold everything.
    """

    state: VisitState
    posts: tuple[Post, ...] = ()
    interactions: tuple[Interaction, ...] = ()
    following: tuple[PageRequest, ...] = ()
    account: AccountRef | None = None
    seen: int = 0
    claimed: int | None = None
    gone: tuple[PostRef, ...] = ()
    bookmark: Bookmark | None = None
    note: str | None = None
    partial: bool = False


class Adapter(Protocol):
    """Knowledge of one platform: what can be seen, where, how to read it, what of it may be kept."""

    @property
    def platform(self) -> str:
        """The platform's name on the watchlist."""
        ...

    @property
    def capabilities(self) -> Mapping[Capability, frozenset[Mode]]:
        """The modes in which each direction can be collected; a missing direction cannot be seen at all."""
        ...

    @property
    def closed_url(self) -> str | None:
        """The site that is known to refuse unattended visits: nothing is asked of it without a written permission."""
        return None

    @property
    def credential(self) -> Credential | None:
        """The key of its official API; None where it has none, or where none is needed."""
        return None

    @property
    def likers_are(self) -> Action:
        """What those did whom the direction `likers` shows: liked, or what stands in its place where likes are secret.

        A list of who commented says nothing about who liked.
        """
        return Action.LIKED

    @property
    def whole_lists(self) -> frozenset[Capability]:
        """The directions whose list, read from its top to its end, holds everything there is: what lacks is gone.

        Without this only a list that says how long it is can prove that something is not in it.
        """
        return frozenset()

    def locate(self, url: str) -> AccountRef | PostRef | None:
        """Say what an address of this platform shows."""
        ...

    def page_of(self, account: AccountRef) -> str | None:
        """Name the page where a person looks at an account; None where we know of none."""
        return None

    def plan(self, target: Target, capability: Capability) -> Iterator[PageRequest]:
        """Name the first pages of a visit, from its bookmark on."""
        ...

    def read(self, request: PageRequest, capture: Capture) -> Page:
        """Read a page; raise LayoutError if it is neither one we know nor an explicit "nothing here"."""
        ...

    def reduce(self, request: PageRequest, capture: Capture, keep: Keep) -> Capture:
        """Cut an answer to what may be stored; what is left can be read again."""
        ...

    def recognise(self, exchange: Exchange) -> PageRequest | None:
        """Say which of our pages somebody's own browser received; None where it is none of them.

        The request names what the answer belongs to (the post of a list of likers stands only in the question). Its
        target's mode is for the caller to set.
        """
        return None

    def unsettled(self, post: PostRef) -> tuple[str, str] | None:
        """Say how the URI begins and ends of a post of which an answer told no more than its number.

        None for a post that has its own name, which is every post of most platforms.
        """
        return None

    def again(self, record_uri: str, bookmark: Bookmark | None) -> PageRequest | None:
        """Name the page that says whether a record is still there, by its own address, where the platform has one.

        Read, it is `not_found` with the note `record_not_there`, or shows the act.
        """
        return None

    def proof(self, record_uri: str, bookmark: Bookmark | None) -> PageRequest | None:
        """Name the page that proves a record by its author's signature, where the platform has one."""
        return None
