"""The shape of config.yaml: checked once, then trusted, frozen and passed down.

Every field is explained where people read it: in the commented `config.yaml` that ships with the package.
"""

from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from core.records import Role


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, allow_inf_nan=False)


def _wrong(code: str, message: str, **fields: object) -> PydanticCustomError:
    """Make a problem with a stable code; `core.config` turns it into a line of the file."""
    return PydanticCustomError(code, message, {key: str(value) for key, value in fields.items()})  # type: ignore[arg-type,unused-ignore]


MOST = 1_000_000  # seconds, pages or days: far beyond every use, and nothing overflows

Text = Annotated[str, Field(min_length=1)]
Switch = Annotated[bool, Field(strict=True)]
Count = Annotated[int, Field(gt=0, le=MOST, strict=True)]
Unit = Annotated[float, Field(ge=0, le=1, strict=True)]
Hours = Annotated[float, Field(gt=0, le=24 * 31, strict=True)]
Amount = Annotated[float, Field(gt=0, le=MOST, strict=True)]
Pause = Annotated[float, Field(ge=0, le=MOST, strict=True)]


def _with_scheme(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise _wrong("bad_url", "not an http(s) address")
    return url.rstrip("/")


BaseUrl = Annotated[str, AfterValidator(_with_scheme)]


def _zone_exists(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise _wrong("unknown_zone", "unknown time zone {value}", value=name) from error
    return name


Zone = Annotated[str, AfterValidator(_zone_exists)]


class Organisation(StrEnum):
    """Who runs this installation; defaults of privacy follow from it."""

    BAWASLU = "bawaslu"
    NGO = "ngo"
    RESEARCH = "research"
    AGENCY = "agency"


class Purpose(_Section):
    """Who watches, on what basis, and until when."""

    controller: Text
    organisation: Organisation
    basis: Text
    contact: Text
    ends: date


class Storage(_Section):
    """Where rows and files are kept. Paths are relative to the file that holds them."""

    url: Text = "sqlite:///tilik.db"
    data: Path = Path("data")


class PhaseName(StrEnum):
    """The stages of an election that change how often we look."""

    PREPARATION = "preparation"
    REGISTRATION = "registration"
    CAMPAIGN = "campaign"
    QUIET = "quiet"
    VOTING = "voting"
    AFTER = "after"


class Phase(_Section):
    """One stage, first and last day included."""

    name: PhaseName
    starts: date
    ends: date

    @model_validator(mode="after")
    def _starts_before_it_ends(self) -> Self:
        if self.starts > self.ends:
            raise _wrong("dates_reversed", "starts {starts}, after it ends {ends}", starts=self.starts, ends=self.ends)
        return self


class Candidate(_Section):
    """A pair, or the empty box of a race with one pair."""

    id: Text
    number: Count | None = None
    empty_box: Switch = False
    names: tuple[Text, ...] = ()
    nicknames: tuple[Text, ...] = ()
    taglines: tuple[Text, ...] = ()
    hashtags: tuple[Text, ...] = ()
    handles: tuple[Text, ...] = ()
    parties: tuple[Text, ...] = ()
    emoji: tuple[Text, ...] = ()
    incumbent: Switch = False

    @model_validator(mode="after")
    def _has_a_name(self) -> Self:
        if not self.empty_box and not self.names:
            raise _wrong("candidate_without_name", "a candidate needs names, or empty_box: true")
        return self


class Contest(_Section):
    """An election that is being watched."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)]
    name: Text
    region: Annotated[str, Field(pattern=r"^\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?$|^nasional$")]
    timezone: Zone = "Asia/Jakarta"
    regime: Literal["pilkada", "pemilu"] = "pilkada"
    phases: tuple[Phase, ...] = ()
    voting_day: date
    candidates: tuple[Candidate, ...] = Field(min_length=1)

    @field_validator("phases")
    @classmethod
    def _follow_each_other(cls, phases: tuple[Phase, ...]) -> tuple[Phase, ...]:
        for earlier, later in pairwise(phases):
            if later.starts <= earlier.ends:
                raise _wrong(
                    "phases_overlap", "{later} begins before {earlier} ends", later=later.name, earlier=earlier.name
                )
        return phases

    @field_validator("voting_day")
    @classmethod
    def _is_in_its_phase(cls, day: date, info: ValidationInfo) -> date:
        for phase in info.data.get("phases", ()):
            if phase.name is PhaseName.VOTING and not phase.starts <= day <= phase.ends:
                raise _wrong("voting_day_outside", "voting_day is not in the phase voting")
        return day

    @field_validator("candidates")
    @classmethod
    def _differ(cls, candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
        numbers = [one.number for one in candidates if one.number is not None]
        if len(set(numbers)) != len(numbers):
            raise _wrong("number_twice", "two candidates share a number")
        if len({one.id for one in candidates}) != len(candidates):
            raise _wrong("id_twice", "two candidates share an id")
        return candidates

    def phase_on(self, day: date) -> PhaseName | None:
        """Name the phase of a local day; None where no phase is given."""
        return next((phase.name for phase in self.phases if phase.starts <= day <= phase.ends), None)


class Permission(_Section):
    """A written permission to visit a host whose robots.txt says no. It lifts that refusal and nothing else."""

    host: Text
    basis: Text
    granted_by: Text
    valid_until: date


class Crawl(_Section):
    """How politely and how far we look."""

    seconds_between_requests: Pause = 2.0
    workers: Annotated[int, Field(ge=1, le=8, strict=True)] = 2
    pages_per_visit: Count = 200
    timeout_seconds: Amount = 30.0
    visit_minutes: Amount = 10.0
    likers_days: Count = 60
    refused_hours: Amount = 24.0
    allow_private: tuple[Text, ...] = ()
    browser: Path | None = None
    allow_root_unsandboxed: Switch = False


class Bluesky(_Section):
    """Where AT Protocol answers come from.

    `appview: null` asks the accounts' own servers only; `resolver` turns handles into keys where another server does.
    """

    appview: BaseUrl | None = "https://public.api.bsky.app"
    resolver: BaseUrl | None = None
    plc: BaseUrl = "https://plc.directory"


class Mastodon(_Section):
    """Mastodon-compatible servers; `servers` gives the address of those that are not at https://HOST."""

    servers: dict[str, BaseUrl] = Field(default_factory=dict)


class Instagram(_Section):
    """Where Instagram and its official API stand; `account_id` is the office's own professional account there."""

    base_url: BaseUrl = "https://www.instagram.com"
    api_url: BaseUrl = "https://graph.facebook.com/v26.0"
    account_id: Text | None = None


class Facebook(_Section):
    """Where Facebook and its official API stand."""

    base_url: BaseUrl = "https://www.facebook.com"
    api_url: BaseUrl = "https://graph.facebook.com/v26.0"


class TikTok(_Section):
    """Where TikTok stands."""

    base_url: BaseUrl = "https://www.tiktok.com"


class Threads(_Section):
    """Where Threads stands."""

    base_url: BaseUrl = "https://www.threads.com"


class X(_Section):
    """Where X and its official API stand."""

    base_url: BaseUrl = "https://x.com"
    api_url: BaseUrl = "https://api.x.com/2"


class YouTube(_Section):
    """Where YouTube and its official API stand; `daily_units` is the allowance of the key."""

    base_url: BaseUrl = "https://www.youtube.com"
    api_url: BaseUrl = "https://www.googleapis.com/youtube/v3"
    daily_units: Count = 10_000


class Scroll(_Section):
    """When an endless page has been scrolled far enough."""

    max_items: Count = 200
    max_scrolls: Count = 40
    seconds: Amount = 45.0


class SiteJson(_Section):
    """The JSON answers of a site's pages: where they come from, and the dotted path of each field."""

    answers: Text
    items: Text
    id: Text = "id"
    url: Text | None = None
    author: Text = "author"
    text: Text = "text"
    time: Text = "time"
    likes: Text | None = None
    claimed: Text | None = None


class SiteHtml(_Section):
    """The same fields in the page itself, as CSS selectors inside an item; `@name` at the end takes an attribute."""

    items: Text
    id: Text
    url: Text | None = None
    author: Text
    text: Text | None = None
    time: Text | None = None
    likes: Text | None = None
    claimed: Text | None = None
    pictures: Text | None = None


class SiteList(_Section):
    """The page of a site that leads to the pages with posts: where it stands, and which of its links lead there."""

    path: Text
    landmark: Text
    links: Text
    empty: Text | None = None
    next: Text | None = None


class SitePage(_Section):
    """One kind of page of a site: its address, its landmarks, and how to read it.

    `path` may hold {handle} or {post}. `landmark` is what this page always has (with microformats: their marks, unless
    another is named); `empty` is what it shows when there is nothing; `end` is what stands after the last item, so that
    nobody waits for more; `wall`, `missing` what it shows instead of the page.
    """

    path: Text
    landmark: Text | None = None
    empty: Text | None = None
    end: Text | None = None
    list_page: SiteList | None = Field(default=None, alias="list")
    json_answers: SiteJson | None = Field(default=None, alias="json")
    html: SiteHtml | None = None
    next: Text | None = None


class Site(_Section):
    """Any other public site: its pages described by CSS selectors, or marked by the site itself with microformats."""

    platform: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$", max_length=30)]
    base_url: BaseUrl
    render: Literal["http", "browser"] = "browser"
    microformats: Switch = False
    time_zone: Zone = "Asia/Jakarta"
    wall: Text | None = None
    challenge: Text | None = None
    missing: Text | None = None
    scroll: Scroll = Scroll()
    posts: SitePage | None = None
    likes: SitePage | None = None
    likers: SitePage | None = None
    post: SitePage | None = None

    @property
    def pages(self) -> dict[str, SitePage]:
        """The pages that are described, by name."""
        named = {"posts": self.posts, "likes": self.likes, "likers": self.likers, "post": self.post}
        return {name: page for name, page in named.items() if page is not None}

    @model_validator(mode="after")
    def _is_read_in_one_way(self) -> Self:
        for name, page in self.pages.items():
            if self.microformats and (page.html or page.json_answers):
                raise _wrong("selectors_and_microformats", "{name} has selectors beside microformats", name=name)
            if not self.microformats and not (page.html and page.landmark):
                raise _wrong("page_not_described", "{name} needs html and landmark, or microformats: true", name=name)
        return self


class Platforms(_Section):
    """What is particular to a platform."""

    bluesky: Bluesky = Bluesky()
    mastodon: Mastodon = Mastodon()
    instagram: Instagram = Instagram()
    facebook: Facebook = Facebook()
    tiktok: TikTok = TikTok()
    threads: Threads = Threads()
    x: X = X()
    youtube: YouTube = YouTube()
    sites: tuple[Site, ...] = ()


class Imports(_Section):
    """What people bring: the folder that the schedule looks into, and who keeps the originals."""

    folder: Path | None = None
    custodian: Text | None = None


class Evidence(_Section):
    """Of which matches the public page is kept whole: of the flagged ones, of all, of none."""

    keep: Literal["flagged", "all", "none"] = "flagged"


class Pictures(_Section):
    """Which images of watched and campaign posts are fetched: of posts with few words, within a budget a run."""

    per_run: Annotated[int, Field(ge=0, le=MOST, strict=True)] = 200
    max_bytes: Count = 1_000_000
    below_characters: Count = 40


class Classifier(_Section):
    """Where the reading order is cut."""

    high: Unit = 0.80
    review: Unit = 0.35

    @model_validator(mode="after")
    def _high_is_above_review(self) -> Self:
        if self.high <= self.review:
            raise _wrong("thresholds_reversed", "high must be above review")
        return self


class Review(_Section):
    """What people get to see."""

    language: Literal["id", "en"] = "id"
    csv_delimiter: Literal["auto", ";", ",", "tab"] = "auto"
    exports: Path = Path("exports")


DEFAULT_CADENCE: dict[Role, Hours] = {Role.KELURAHAN: 24, Role.ASN: 24, Role.DESA: 24, Role.CAMPAIGN: 12}


class Schedule(_Section):
    """How often each role is due, in hours; a phase may ask for a quicker pace."""

    cadence_hours: dict[Role, Hours] = Field(default_factory=lambda: dict(DEFAULT_CADENCE))
    phase_hours: dict[PhaseName, Hours] = Field(default_factory=dict)
    at: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "02:00"
    timezone: Zone = "Asia/Jakarta"

    def every(self, role: Role, phase: PhaseName | None) -> timedelta:
        """Say how long an account of this role may stay unvisited in this phase."""
        hours = self.cadence_hours.get(role, DEFAULT_CADENCE[role])
        if phase is not None:
            hours = min(hours, self.phase_hours.get(phase, hours))
        return timedelta(hours=hours)


class Retention(_Section):
    """How long rows are kept after the purpose ends, in days."""

    unflagged_days: Count = 180
    decided_days: Count = 1825


class Settings(_Section):
    """The whole of config.yaml."""

    purpose: Purpose
    storage: Storage = Storage()
    contests: tuple[Contest, ...] = Field(min_length=1)
    crawl: Crawl = Crawl()
    permissions: tuple[Permission, ...] = ()
    platforms: Platforms = Platforms()
    imports: Imports = Imports()
    evidence: Evidence = Evidence()
    pictures: Pictures = Pictures()
    classifier: Classifier = Classifier()
    review: Review = Review()
    schedule: Schedule = Schedule()
    retention: Retention = Retention()

    @field_validator("contests")
    @classmethod
    def _contests_differ(cls, contests: tuple[Contest, ...]) -> tuple[Contest, ...]:
        if len({contest.id for contest in contests}) != len(contests):
            raise _wrong("id_twice", "two contests share an id")
        return contests
