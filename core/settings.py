"""The shape of config.yaml: checked once, then trusted, frozen and passed down.

Every field is explained where people read it: in the commented `config.yaml` that ships with the package.
"""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from core.cadence import Cadence, checked
from core.fields import MOST, Amount, Count, Pause, Section, Switch, Text, Unit, Zone, wrong
from core.platforms import Platforms
from core.records import Role


class Organisation(StrEnum):
    """Who runs this installation; defaults of privacy follow from it."""

    BAWASLU = "bawaslu"
    NGO = "ngo"
    RESEARCH = "research"
    AGENCY = "agency"


class Purpose(Section):
    """Who watches, on what basis, and until when."""

    controller: Text
    organisation: Organisation
    basis: Text
    contact: Text
    ends: date


class Storage(Section):
    """Where rows and files are kept. Paths are relative to the file that holds them."""

    url: Text = "sqlite:///tilik.db"
    data: Path = Path("data")
    least_free_mb: Annotated[int, Field(ge=0, le=MOST, strict=True)] = 1000


class PhaseName(StrEnum):
    """The stages of an election that change how often we look."""

    PREPARATION = "preparation"
    REGISTRATION = "registration"
    CAMPAIGN = "campaign"
    QUIET = "quiet"
    VOTING = "voting"
    AFTER = "after"


class Phase(Section):
    """One stage, first and last day included."""

    name: PhaseName
    starts: date
    ends: date

    @model_validator(mode="after")
    def _starts_before_it_ends(self) -> Self:
        if self.starts > self.ends:
            raise wrong("dates_reversed", "starts {starts}, after it ends {ends}", starts=self.starts, ends=self.ends)
        return self


class Candidate(Section):
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
            raise wrong("candidate_without_name", "a candidate needs names, or empty_box: true")
        return self


class Contest(Section):
    """An election that is being watched."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)]
    name: Text
    region: Annotated[str, Field(pattern=r"^\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?$|^nasional$")]
    timezone: Zone = "Asia/Jakarta"
    regime: Literal["pilkada", "pemilu"] = "pilkada"
    phases: tuple[Phase, ...] = ()
    voting_day: date
    designation: date | None = None
    programmes: tuple[Text, ...] = ()
    candidates: tuple[Candidate, ...] = Field(min_length=1)

    @field_validator("phases")
    @classmethod
    def _follow_each_other(cls, phases: tuple[Phase, ...]) -> tuple[Phase, ...]:
        for earlier, later in pairwise(phases):
            if later.starts <= earlier.ends:
                raise wrong(
                    "phases_overlap", "{later} begins before {earlier} ends", later=later.name, earlier=earlier.name
                )
        return phases

    @field_validator("voting_day")
    @classmethod
    def _is_in_its_phase(cls, day: date, info: ValidationInfo) -> date:
        for phase in info.data.get("phases", ()):
            if phase.name is PhaseName.VOTING and not phase.starts <= day <= phase.ends:
                raise wrong("voting_day_outside", "voting_day is not in the phase voting")
        return day

    @field_validator("designation")
    @classmethod
    def _comes_before_voting(cls, day: date | None, info: ValidationInfo) -> date | None:
        voting = info.data.get("voting_day")
        if day is not None and voting is not None and day > voting:
            raise wrong("designation_late", "candidates are designated before voting_day")
        return day

    @field_validator("candidates")
    @classmethod
    def _differ(cls, candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
        numbers = [one.number for one in candidates if one.number is not None]
        if len(set(numbers)) != len(numbers):
            raise wrong("number_twice", "two candidates share a number")
        if len({one.id for one in candidates}) != len(candidates):
            raise wrong("id_twice", "two candidates share an id")
        return candidates

    def phase_on(self, day: date) -> PhaseName | None:
        """Name the phase of a local day; None where no phase is given."""
        return next((phase.name for phase in self.phases if phase.starts <= day <= phase.ends), None)


class Permission(Section):
    """A written permission to visit a host whose robots.txt says no. It lifts that refusal and nothing else."""

    host: Text
    basis: Text
    granted_by: Text
    valid_until: date


class Crawl(Section):
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


class Imports(Section):
    """What people bring: the folder that the schedule looks into, and who keeps the originals."""

    folder: Path | None = None
    custodian: Text | None = None


class Evidence(Section):
    """Of which matches the public page is kept whole: of the flagged ones, of all, of none."""

    keep: Literal["flagged", "all", "none"] = "flagged"


class Authority(Section):
    """Somebody outside who confirms when a seal was there (RFC 3161), and the certificates that we believe."""

    url: Annotated[str, Field(pattern=r"^https?://\S+$")]
    certificate: Path


class Seals(Section):
    """Who confirms the time of seals; without any they are signed only."""

    authorities: tuple[Authority, ...] = ()

    @field_validator("authorities")
    @classmethod
    def _authorities_differ(cls, authorities: tuple[Authority, ...]) -> tuple[Authority, ...]:
        if len({one.url for one in authorities}) != len(authorities):
            raise wrong("authority_twice", "two authorities share an address")
        return authorities


class Pictures(Section):
    """Which images of watched and campaign posts are fetched and read: of posts with few words, so many a run."""

    per_run: Annotated[int, Field(ge=0, le=MOST, strict=True)] = 200
    max_bytes: Count = 1_000_000
    below_characters: Count = 40


class Classifier(Section):
    """Where the reading order is cut."""

    high: Unit = 0.80
    review: Unit = 0.35

    @model_validator(mode="after")
    def _high_is_above_review(self) -> Self:
        if self.high <= self.review:
            raise wrong("thresholds_reversed", "high must be above review")
        return self


class Review(Section):
    """What people get to see."""

    language: Literal["id", "en"] = "id"
    csv_delimiter: Literal["auto", ";", ",", "tab"] = "auto"
    exports: Path = Path("exports")
    overlap: Annotated[float, Field(ge=0, le=1)] = 0.1
    blind: bool = True
    decision_gap_ms: Annotated[int, Field(ge=0, le=5_000)] = 350


DEFAULT_CADENCE: dict[Role, Cadence] = {Role.KELURAHAN: 24.0, Role.ASN: 24.0, Role.DESA: 24.0, Role.CAMPAIGN: 12.0}
ByRole = Annotated[
    dict[Role, Cadence],
    BeforeValidator(lambda told: told if isinstance(told, dict) else dict.fromkeys(Role, checked(told))),
]
"""A cadence for everybody, or one by role."""
HOUR = r"([01]\d|2[0-3]):[0-5]\d"


class Schedule(Section):
    """How often each role is due; a phase adds moments of its own, and never takes any away."""

    cadence: dict[Role, Cadence] = Field(default_factory=lambda: dict(DEFAULT_CADENCE))
    phase_cadence: dict[PhaseName, ByRole] = Field(default_factory=dict)
    at: Annotated[str, Field(pattern=rf"^{HOUR}$")] = "02:00"
    jitter_minutes: Annotated[int, Field(ge=0, le=24 * 60, strict=True)] = 10
    quiet_hours: Annotated[str, Field(pattern=rf"^{HOUR}-{HOUR}$")] | None = None
    complete_days: Annotated[int, Field(ge=0, le=31, strict=True)] = 3
    timezone: Zone = "Asia/Jakarta"

    def cadences(self, role: Role, phases: Iterable[PhaseName]) -> set[Cadence]:
        """Name the cadences that hold for an account of this role while the contests are in these phases."""
        own = {self.cadence.get(role, DEFAULT_CADENCE[role])}
        for phase in phases:
            more = self.phase_cadence.get(phase, {}).get(role)
            own |= {more} if more is not None else set()
        return own


class Rules(Section):
    """The office's own rule packs, overlays and holidays, and from how few days left on a match counts as urgent."""

    folder: Path = Path("rules")
    soon_days: Count = 2


class Mail(Section):
    """Where the daily digest goes; user and password stand in TILIK_SMTP_USER and TILIK_SMTP_PASSWORD, never here."""

    to: tuple[Text, ...] = ()
    sender: Text | None = None
    host: Text = "localhost"
    port: Annotated[int, Field(ge=1, le=65_535, strict=True)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"

    @model_validator(mode="after")
    def _mail_travels_sealed(self) -> Self:
        if self.security == "none" and self.host not in {"localhost", "127.0.0.1", "::1"}:
            raise wrong("mail_unsealed", "mail to another machine must be sealed: security starttls or tls")
        return self


class Retention(Section):
    """How long each kind of data is kept, in days; `tilik purge` carries it out, and nothing goes by itself.

    What was judged counts from the end of the purpose or the last decision, whichever is later; files that went out,
    logs and people who left count from then on; everything else from the end of the purpose.
    """

    unflagged_days: Count = 180
    undecided_days: Count = 365
    rejected_days: Count = 180
    withdrawn_days: Count = 90
    decided_days: Count = 1825
    labels_days: Count = 1825
    models_days: Count = 1825
    originals_days: Count = 1825
    watchlist_days: Count = 180
    exports_days: Count = 180
    logs_days: Count = 90
    people_days: Count = 365


class Settings(Section):
    """The whole of config.yaml."""

    purpose: Purpose
    storage: Storage = Storage()
    contests: tuple[Contest, ...] = Field(min_length=1)
    crawl: Crawl = Crawl()
    permissions: tuple[Permission, ...] = ()
    platforms: Platforms = Platforms()
    imports: Imports = Imports()
    evidence: Evidence = Evidence()
    seals: Seals = Seals()
    pictures: Pictures = Pictures()
    classifier: Classifier = Classifier()
    review: Review = Review()
    schedule: Schedule = Schedule()
    rules: Rules = Rules()
    mail: Mail = Mail()
    retention: Retention = Retention()

    @field_validator("contests")
    @classmethod
    def _contests_differ(cls, contests: tuple[Contest, ...]) -> tuple[Contest, ...]:
        if len({contest.id for contest in contests}) != len(contests):
            raise wrong("id_twice", "two contests share an id")
        return contests
