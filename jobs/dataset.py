"""A dataset for research: people by keyed pseudonyms, days by their weeks, places as five accounts share them.

Pseudonymised is not anonymous: who knows a public like may find its row again.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from core.records import Role
from core.settings import Contest
from jobs import registry
from jobs.exports import Members
from jobs.modelstatus import ModelStatus
from jobs.modelstatus import run as model_status
from jobs.report import Gathered
from jobs.report import run as gather
from jobs.tools import Tools
from storage import dataset
from storage.database import Session
from storage.dataset import Watched

FEWEST = 5
"""Nothing is told of a place, or of a cell of a table, that fewer accounts share."""
Row = Mapping[str, object]


@dataclass(frozen=True)
class Pseudonyms:
    """Names that lead back to nobody without the key of this installation; another `salt` gives other names."""

    secret: bytes
    salt: str

    def of(self, what: str, number: object) -> str:
        """Name something: the same each time, 64 bits of a keyed BLAKE2."""
        key = hashlib.blake2b(self.salt.encode(), key=self.secret[:64], digest_size=32).digest()
        return hashlib.blake2b(f"{what} {number}".encode(), key=key, digest_size=8).hexdigest()


@dataclass(frozen=True)
class Source:
    """Where the rows come from: an open database, and what is needed to tell nothing of anybody."""

    tools: Tools
    session: Session
    names: Pseudonyms
    with_texts: bool = False
    members: Members = field(default_factory=Members)
    """The matches among the acts that were told."""

    @cached_property
    def watched(self) -> Mapping[int, Watched]:
        """The accounts of the watchlist."""
        return dataset.watched(self.session)

    @cached_property
    def places(self) -> Mapping[int, str]:
        """The place of each account that at least five share: kecamatan, else kabupaten, else none."""
        return places(self.watched)

    @cached_property
    def gathered(self) -> Gathered:
        """What a report tells: coverage, agreement, the model."""
        return gather(self.tools)

    @cached_property
    def model(self) -> ModelStatus:
        """What drawn labels show of all texts."""
        return model_status(self.tools)

    def accounts(self) -> Iterator[Row]:
        """Tell of each account its role, platform and place, and how its days were seen."""
        seen: Counter[tuple[int, str]] = Counter()
        for (number, _, state), count in self.gathered.covered.accounts.items():
            seen[number, state] += count
        for number, one in sorted(self.watched.items()):
            states = {f"days_{state}": seen[number, state] for state in STATES}
            place = {"role": one.role, "platform": one.platform, "place": self.places.get(number, "")}
            yield {"account": self.names.of("account", number), **place, **states}

    def acts(self) -> Iterator[Row]:
        """Tell of each act who did what in which week, what the machine made of it, and what people said."""
        reasons = dataset.reasons(self.session)
        for row in dataset.acts(self.session):
            day = self._day(row.happened_at)
            one = self.watched.get(row.account_id)
            if row.match_id:
                self.members.numbers.append(row.match_id)
            yield {
                "act": self.names.of("act", f"{row.account_id} {row.action} {row.post_id}"),
                "account": self.names.of("account", row.account_id),
                "role": one.role if one else None,
                "place": self.places.get(row.account_id, ""),
                "platform": row.platform,
                "action": row.action,
                "week": week(day),
                "time_told": row.time_told,
                "phase": self._phase(row.contest, day),
                "contest": row.contest,
                "text": self.names.of("text", row.text_id) if row.text_id else None,
                "probability": _rounded(row.probability),
                **{name: getattr(row, name) for name in ("band", "kind", "target", "direction", "standing", "answer")},
                "reason": reasons.get(row.match_id) if row.match_id else None,
            }

    def texts(self) -> Iterator[Row]:
        """Tell of each text how the model in use scored it; its words only where somebody said why."""
        version = registry.active(self.tools).version
        found = dataset.texts(self.session, model_id=version.id, revisions=dataset.revisions(self.session))
        for row in found:
            author = self.watched.get(row.author_id) if row.author_id else None
            words = {"words": row.text} if self.with_texts else {}
            yield {
                "text": self.names.of("text", row.text_id),
                "contest": row.contest,
                "author": author.role if author else "other",
                "length": len(row.text),
                "probability": _rounded(row.probability),
                "band": row.band,
                "kind": row.kind,
                **words,
            }

    def draws(self) -> Iterator[Row]:
        """Tell of each drawn text with what probability it had to get in."""
        for row in dataset.drawn(self.session):
            yield {
                "drawing": row.drawing_id,
                "contest": row.contest,
                "week": week(self._day(row.drawn_at)),
                "pool": row.pool,
                "text": self.names.of("text", row.text_id),
                "strategy": row.strategy,
                "probability": _rounded(row.probability),
                "inclusion": row.inclusion,
            }

    def labels(self) -> Iterator[Row]:
        """Tell what people said of texts."""
        for row in dataset.given_labels(self.session):
            yield {
                "text": self.names.of("text", row.text_id),
                "labeller": self.names.of("labeller", row.labeller),
                "week": week(self._day(row.labelled_at)),
                "label": row.label,
                "kind": row.kind,
                "source": row.source,
            }

    def _day(self, moment: datetime) -> date:
        return moment.astimezone(ZoneInfo(self.tools.settings.schedule.timezone)).date()

    def _phase(self, contest: str | None, day: date) -> str | None:
        found = contest_of(self.tools, contest).phase_on(day)
        return str(found) if found else None


STATES = ("ok", "empty", "partial", "not_visible", "blocked", "gone", "not_run")


def contest_of(tools: Tools, name: str | None) -> Contest:
    """Find a contest of the settings; the first one where none is meant or it is there no more."""
    known = {contest.id: contest for contest in tools.settings.contests}
    return known.get(name or "", tools.settings.contests[0])


def week(day: date) -> date:
    """Name a week by its Monday."""
    return day - timedelta(days=day.weekday())


def places(watched: Mapping[int, Watched]) -> dict[int, str]:
    """Say for which place each account stands, as exactly as at least five accounts share it."""
    official = {number: one.region for number, one in watched.items() if one.role is not Role.CAMPAIGN}
    found: dict[int, str] = {}
    for length in (5, 8):  # kabupaten, then kecamatan, in the codes of the ministry
        sizes = Counter(region[:length] for region in official.values() if len(region) >= length)
        found |= {number: region[:length] for number, region in official.items() if sizes[region[:length]] >= FEWEST}
    return found


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
