"""The shape of a rule pack: what an act may come under, for whom and when, by which instrument, and who decides.

It is data, not code. The packs that ship lie in `rules/`, an office keeps its own beside its settings; all are checked
as the settings are.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from enum import StrEnum
from functools import cached_property
from itertools import product
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from core.fields import Count, Section, Switch, Text, wrong
from core.records import Action, Role
from core.settings import PhaseName

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=80)]
Region = Annotated[str, Field(pattern=r"^\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?$|^nasional$")]
Regime = Literal["pilkada", "pemilu"]
NATIONAL = "nasional"
Day = date  # a field of the name `date` hides the type


class Act(StrEnum):
    """What a rule may speak of: what accounts do with posts, and two things that are only ever information."""

    POSTED = Action.POSTED
    LIKED = Action.LIKED
    REPOSTED = Action.REPOSTED
    QUOTED = Action.QUOTED
    COMMENTED = Action.COMMENTED
    FOLLOWED = "followed"
    ATTENDED = "attended"


class Side(StrEnum):
    """On which side of the designation of candidates an act lies."""

    BEFORE = "before"
    AFTER = "after"
    UNKNOWN = "unknown"


class RuleClass(StrEnum):
    """What an act may come under; `silent` is said by the program alone, where a pack has no entry."""

    ETHICS = "ethics"
    DISCIPLINE = "discipline"
    VILLAGE = "village"
    CRIMINAL = "criminal"
    INFORMATION = "information"
    STUDY = "study"
    NEVER = "never"
    SILENT = "silent"


Case = tuple[str, Role, Side, PhaseName | None]
Sureness = Literal["text", "press", "mem", "guess"]
"""Whether the wording itself was read, press copies of it, nothing (from memory), or it is a proposal of ours."""


class Words(Section):
    """A text of a pack in both languages."""

    id: Text
    en: Text


class Citation(Section):
    """Where a rule stands, who was read for it, and how sure that is."""

    instrument: Text
    article: Text | None = None
    source: Text
    sure: Sureness


class Signature(Section):
    """Who vouches for the legal content of a pack."""

    name: Text
    position: Text
    date: Day


class Further(Section):
    """Another route that an act may open beside the first."""

    rule_class: RuleClass = Field(alias="class")
    addressee: Name
    basis: tuple[Citation, ...] = Field(min_length=1)
    note: Words


class Entry(Further):
    """What some acts of some roles may come under in some phases. No stage named: all of them."""

    id: Name
    acts: tuple[Act, ...] = Field(min_length=1)
    roles: tuple[Role, ...] = Field(min_length=1)
    phases: tuple[Side, ...] = Field(min_length=1)
    stages: tuple[PhaseName, ...] = ()
    further: tuple[Further, ...] = ()

    @model_validator(mode="after")
    def _informs_only(self) -> Self:
        """To follow is information, never a flag: no pack may say otherwise."""
        harmless = {RuleClass.INFORMATION, RuleClass.NEVER}
        if Act.FOLLOWED in self.acts and (self.rule_class not in harmless or self.further):
            raise wrong("follow_flagged", "following is information")
        if self.rule_class is RuleClass.SILENT or Side.UNKNOWN in self.phases:
            raise wrong("rule_not_sayable", "only the program says so")
        return self

    @property
    def cases(self) -> Iterator[Case]:
        """Name everything that this entry speaks of."""
        stages: tuple[PhaseName | None, ...] = self.stages or (None, *PhaseName)
        return product(self.acts, self.roles, self.phases, stages)


Begins = Literal["first_seen", "captured", "confirmed", "plenary", "registered"]


class Deadline(Section):
    """A span that the law gives, and from what it runs. The one for the queue is what people see first.

    One that `follows` another lengthens it: it begins on the day after the last of that one.
    """

    id: Name
    words: Words
    days: Count
    count: Literal["calendar", "working"]
    begins: Begins
    first_day_counts: Switch
    follows: Name | None = None
    queue: Switch = False
    basis: Citation


class _Dated(Section):
    """What pack and overlay share: a name, a version, where and when it holds, who vouches for it."""

    id: Name
    title: Words
    version: Annotated[Text, Field(max_length=40)]
    jurisdiction: Region
    valid_from: date
    valid_to: date | None = None
    verified_by: Signature | None = None

    @model_validator(mode="after")
    def _begins_before_it_ends(self) -> Self:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise wrong("dates_reversed", "the last day comes before the first")
        return self

    def holds(self, region: str, day: date) -> bool:
        """Say whether it holds in a region on a day."""
        here = self.jurisdiction in {NATIONAL, region} or region.startswith(f"{self.jurisdiction}.")
        return here and self.valid_from <= day <= (self.valid_to or date.max)

    @property
    def narrowness(self) -> int:
        """Say how special it is: the whole country is the least."""
        return 0 if self.jurisdiction == NATIONAL else len(self.jurisdiction)


class Pack(_Dated):
    """The rules of one regime."""

    regime: Regime
    addressees: dict[Name, Words]
    deadlines: tuple[Deadline, ...] = Field(min_length=1)
    entries: tuple[Entry, ...] = Field(min_length=1)

    @field_validator("deadlines")
    @classmethod
    def _one_leads(cls, deadlines: tuple[Deadline, ...]) -> tuple[Deadline, ...]:
        leading = [one for one in deadlines if one.queue]
        if len(leading) != 1 or leading[0].begins != "first_seen":
            raise wrong("queue_deadline", "exactly one deadline leads the queue")
        if len({one.id for one in deadlines}) != len(deadlines):
            raise wrong("id_twice", "two deadlines share an id")
        before = dict[Name | None, Begins]()
        for one in deadlines:
            if one.follows is not None and before.get(one.follows) != one.begins:
                raise wrong("deadline_follows", "{value}", value=one.follows)
            before[one.id] = one.begins
        return deadlines

    @model_validator(mode="after")
    def _is_clear(self) -> Self:
        if len({one.id for one in self.entries}) != len(self.entries):
            raise wrong("id_twice", "two entries share an id")
        said = dict[Case, str]()
        for entry in self.entries:
            for case in entry.cases:
                if said.setdefault(case, entry.id) != entry.id:
                    raise wrong("rule_twice", "{value}", value=f"{said[case]}, {entry.id}")
        named = {route.addressee for entry in self.entries for route in (entry, *entry.further)}
        if unknown := sorted(named - self.addressees.keys()):
            raise wrong("addressee_unknown", "{value}", value=", ".join(unknown))
        return self

    @property
    def leading(self) -> Deadline:
        """Give the deadline that orders the queue."""
        return next(one for one in self.deadlines if one.queue)

    def before(self, deadline: Deadline) -> Deadline | None:
        """Give the deadline that one lengthens."""
        return next((one for one in self.deadlines if one.id == deadline.follows), None)

    def entry_for(self, act: str, role: Role, side: Side, stage: PhaseName | None) -> Entry | None:
        """Find what the pack says of an act; None where it says nothing."""
        return self._by_case.get((act, role, side, stage))

    @cached_property
    def _by_case(self) -> dict[Case, Entry]:
        return {case: entry for entry in self.entries for case in entry.cases}

    def entry(self, name: str | None) -> Entry | None:
        """Find an entry by its id."""
        return next((one for one in self.entries if one.id == name), None)


class Change(Section):
    """What an overlay says of an entry of its base; what is left out stays."""

    entry: Name
    rule_class: RuleClass | None = Field(default=None, alias="class")
    addressee: Name | None = None
    basis: tuple[Citation, ...] = ()
    note: Words | None = None


class Overlay(_Dated):
    """What a region reads differently from a base."""

    base: Name
    addressees: dict[Name, Words] = Field(default_factory=dict)
    changes: tuple[Change, ...] = Field(min_length=1)

    def over(self, pack: Pack) -> Pack:
        """Lay it over its base. Raises ValidationError where the result is no pack."""
        told = pack.model_dump(by_alias=True)
        entries = {entry["id"]: entry for entry in told["entries"]}
        for change in self.changes:
            given = change.model_dump(by_alias=True, exclude={"entry"})
            entries[change.entry] |= {name: value for name, value in given.items() if value}
        told["addressees"] |= self.model_dump()["addressees"]
        return Pack.model_validate(told)

    def misses(self, pack: Pack) -> list[str]:
        """Name the entries that it changes and its base does not have."""
        return [one.entry for one in self.changes if pack.entry(one.entry) is None]


class Fixed(Section):
    """A holiday with a date of its own."""

    day: Annotated[str, Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")]
    name: Text


class Holiday(Section):
    """A holiday of one year."""

    date: Day
    name: Text


class Year(Section):
    """The holidays and cuti bersama of a year, as its joint decree says."""

    year: Annotated[int, Field(ge=2000, le=2200, strict=True)]
    source: Text
    days: tuple[Holiday, ...]

    @field_validator("days")
    @classmethod
    def _lie_in_it(cls, days: tuple[Holiday, ...], info: object) -> tuple[Holiday, ...]:
        year = getattr(info, "data", {}).get("year")
        if outside := [one.date for one in days if one.date.year != year]:
            raise wrong("holiday_outside", "{value}", value=outside[0])
        return days


class Holidays(Section):
    """The days on which nobody works, besides Saturday and Sunday."""

    fixed: tuple[Fixed, ...] = ()
    years: tuple[Year, ...] = ()


def best(packs: Iterable[Pack], regime: str, region: str, day: date) -> Pack | None:
    """Choose the pack that holds in a region on a day: the narrowest, of several the newest."""
    holding = (one for one in packs if one.regime == regime and one.holds(region, day))
    return max(holding, key=lambda one: (one.narrowness, one.valid_from), default=None)
