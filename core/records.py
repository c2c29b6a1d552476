"""What we know about the outside world, as plain values.

Every record is frozen, keyword-only and complete. Unknown is `None`, never `""` or `0`. Times are aware.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Action(StrEnum):
    """What an account did with a post."""

    POSTED = "posted"
    LIKED = "liked"
    REPOSTED = "reposted"
    QUOTED = "quoted"
    COMMENTED = "commented"


class Role(StrEnum):
    """Why an account is on the watchlist."""

    KELURAHAN = "kelurahan"
    ASN = "asn"
    DESA = "desa"
    CAMPAIGN = "campaign"


class IdentityStatus(StrEnum):
    """Whether somebody proved that the account belongs to the subject."""

    UNVERIFIED = "unverified"
    VERIFIED = "verified"
    EXPIRED = "expired"


class Capability(StrEnum):
    """One direction in which an account or a post can be looked at."""

    POSTS = "posts"  # what the account published
    LIKES = "likes"  # what the account liked
    LIKERS = "likers"  # who liked this post
    CONTENT = "content"  # what a post says that somebody on the watchlist liked


class Mode(StrEnum):
    """Who acts when something is collected (reference: platforms 2.1)."""

    AUTO = "auto"
    API = "api"
    ATTENDED = "attended"
    IMPORT = "import"


class VisitState(StrEnum):
    """How one look at one target ended. Only `ok`, `unchanged` and `empty` mean that we saw everything asked for."""

    OK = "ok"
    UNCHANGED = "unchanged"
    EMPTY = "empty"
    NOT_FOUND = "not_found"
    GATED = "gated"
    LOGIN_WALL = "login_wall"
    THROTTLED = "throttled"
    CHALLENGE = "challenge"
    ROBOTS_REFUSED = "robots_refused"
    LAYOUT_CHANGED = "layout_changed"
    IDENTITY_CHANGED = "identity_changed"
    FAILED = "failed"


SAW_EVERYTHING = frozenset({VisitState.OK, VisitState.UNCHANGED, VisitState.EMPTY})


class CoverageState(StrEnum):
    """What can be said of one account on one day in one direction (reference: platforms 2.5)."""

    OK = "ok"
    EMPTY = "empty"
    PARTIAL = "partial"
    NOT_VISIBLE = "not_visible"  # no allowed mode shows it, or it is shown to some people only
    BLOCKED = "blocked"  # they said no: a wall, too many requests, a challenge
    GONE = "gone"
    NOT_RUN = "not_run"  # nobody looked


class LikerState(StrEnum):
    """What can be said of one account and the likers of one post."""

    SEEN = "seen"
    NO_LONGER = "no_longer"  # seen once, and missing in a complete list since
    NOT_IN_LIST = "not_in_list"  # in no list, and one of them was complete
    LIST_PARTIAL = "list_partial"
    NOT_LOOKED_BEFORE = "not_looked_before"  # lists were read only before this account was on the watchlist
    NOBODY_LOOKED = "nobody_looked"


class Hindrance(StrEnum):
    """Why the program cannot look by itself, so that a person has to."""

    NO_AUTOMATIC_MODE = "no_automatic_mode"
    KEY_MISSING = "key_missing"
    PERMISSION_MISSING = "permission_missing"
    PERMISSION_EXPIRED = "permission_expired"
    ROBOTS_REFUSED = "robots_refused"
    LOGIN_WALL = "login_wall"
    CHALLENGE = "challenge"
    GATED = "gated"
    LAYOUT_CHANGED = "layout_changed"
    IDENTITY_CHANGED = "identity_changed"


class NextStep(StrEnum):
    """What a person can do where the program cannot look by itself."""

    OPEN_PAGE = "open_page"
    OPEN_LIKERS_DIALOG = "open_likers_dialog"
    OPEN_COMMENTS = "open_comments"
    OPEN_REPOSTS = "open_reposts"
    ASK_OWNER_EXPORT = "ask_owner_export"
    ASK_PERMISSION = "ask_permission"
    MEND_ADAPTER = "mend_adapter"
    SETTLE_IDENTITY = "settle_identity"


class Alarm(StrEnum):
    """Why a platform's pages are suspected to be read wrongly."""

    YIELD_FELL = "yield_fell"
    LAYOUT_ERRORS = "layout_errors"


class ActorBasis(StrEnum):
    """How sure it is that this account did it."""

    ID = "id"  # the platform's stable key
    HANDLE = "handle"
    NAME = "name"
    SEEN = "seen"  # a person says that they saw it


class Timing(StrEnum):
    """Whether the scored text is the one that stood there when the act was done."""

    KNOWN = "known"
    UNKNOWN = "unknown"
    LATER = "later"


class Kind(StrEnum):
    """What a text does (label guidelines: reference classifier 2)."""

    EXPLICIT_CALL = "explicit_call"
    IMPLICIT_CALL = "implicit_call"
    ANTI_CALL = "anti_call"
    SUPPORT_ONLY = "support_only"
    ELECTION_INFO = "election_info"
    NEWS = "news"
    CRITICISM = "criticism"
    POLITICAL_TALK = "political_talk"
    QUOTE_DENY = "quote_deny"
    GOV_POST = "gov_post"
    NONPOL_CALL = "nonpol_call"
    NONPOLITICAL = "nonpolitical"


SOLICITING = frozenset({Kind.EXPLICIT_CALL, Kind.IMPLICIT_CALL, Kind.ANTI_CALL})
"""The kinds that are label 1."""


class Band(StrEnum):
    """Where a score puts a post in the reading order; `low` is ranked last, never hidden."""

    HIGH = "high"
    REVIEW = "review"
    LOW = "low"


class Answer(StrEnum):
    """What a reviewer says of an act."""

    SOLICITATION = "solicitation"
    NOT = "not"
    UNSURE = "unsure"


class Standing(StrEnum):
    """Where a match stands among the people who review it."""

    OPEN = "open"
    SECOND = "second"
    CONFLICT = "conflict"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"  # the account was wrongly listed: nobody judges it, and it stands in no figure


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRef:
    """A name for an account: its stable key where the platform told us, else its handle."""

    platform: str
    key: str | None = None
    handle: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A public profile. The key is its identity; a handle is a name that may change."""

    id: int
    platform: str
    key: str | None
    handle: str
    url: str | None = None

    @property
    def ref(self) -> AccountRef:
        """The account without its place in our database."""
        return AccountRef(platform=self.platform, key=self.key, handle=self.handle)


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchEntry:
    """Why and when an account is watched, as one line of the watchlist says it."""

    platform: str
    handle: str
    role: Role
    subject: str
    unit: str | None
    region: str
    source: str
    source_date: date | None
    valid_from: date
    valid_to: date | None
    identity: IdentityStatus
    verified_by: str | None = None
    verified_on: date | None = None
    key: str | None = None
    contest: str | None = None
    candidate: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostRef:
    """A post's identity: its URI. `url` is where a person can look at it."""

    platform: str
    uri: str
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A time that a page told in words ("2 jam lalu"): between two moments, the last not included, and the words."""

    earliest: datetime
    latest: datetime
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A public post as one page showed it; `text` is None where the page did not show it.

    `revision` is the platform's own name for this wording (a content hash), where it has one. `posted_span` stands
    where the page told its time in words; `posted_at` is None then. `pictures` are the addresses of its images.
    """

    ref: PostRef
    author: AccountRef | None
    text: str | None
    posted_at: datetime | None
    revision: str | None = None
    edited_at: datetime | None = None
    likes: int | None = None
    posted_span: Span | None = None
    pictures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """One account did one thing to one post, as the platform showed it.

    `post_revision` is the wording that the act itself names, where the platform records it.
    """

    actor: AccountRef
    action: Action
    post: PostRef
    acted_at: datetime | None
    post_revision: str | None = None
    record_uri: str | None = None
    basis: ActorBasis = ActorBasis.ID
    acted_span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A JSON answer that a page received while a browser showed it."""

    url: str
    status: int
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A question and its answer as somebody's own browser saw them, without cookies, tokens and authorisation.

    `asked` is the body of the question where it had one (a form, or JSON); `at` is when it was asked.
    """

    url: str
    method: str
    asked: str | None
    status: int
    media_type: str
    body: bytes
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """What was served for one request. `sha256` is of the body as it came, also after `body` was reduced.

    `ended` says why a browser stopped scrolling: only `whole` and `no_more` mean that the page had nothing more.
    """

    url: str
    final_url: str
    status: int
    media_type: str
    body: bytes
    sha256: str
    captured_at: datetime
    mode: Mode
    headers: Mapping[str, str] = field(default_factory=dict)
    answers: tuple[Answered, ...] = ()
    permission: str | None = None
    ended: str | None = None
    reduced: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class InPicture:
    """A place in the words that were read in a picture, which its SHA-256 names."""

    sha256: str
    span: tuple[int, int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One cause of a score: `code` names a rule or a word family, `span` the place in the original text.

    A reason that comes from a picture has no place in the post's own text: `picture` says where it stands.
    """

    code: str
    word: str
    weight: float
    span: tuple[int, int] | None = None
    picture: InPicture | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What a model version makes of a text within a contest. `probability` is calibrated, from 0 to 1."""

    probability: float
    kind: Kind
    band: Band
    target: str | None
    direction: str | None
    reasons: tuple[Reason, ...]
