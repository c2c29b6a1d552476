"""The tables of a report, made with pandas from what was gathered.

Rows stand in the order of names, codes or days: no table ranks persons. A frame holds codes, the same in every
language; its columns say how people read them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from classifier.agreement import agreement
from core.records import Action, Answer, CoverageState, Kind, Role, Standing
from core.settings import Candidate, Contest
from jobs.modelstatus import ModelStatus
from jobs.report import Codes, Covered, Dated, Decided, Gathered, Pair, Period
from language import say
from language.names import NAMES
from storage.reporting import Known, MatchGroup

DAILY = 62
"""A longer period is told by weeks, each by its Monday."""
FEWEST_ACCOUNTS = 5
"""A unit of fewer accounts would give away whose matches these are."""
FEW, UNSTATED = "few_accounts", "not_stated"
NOBODY, UNKNOWN = "nobody", "unknown"

WHOLE, PART, HIDDEN, UNLOOKED = "seen_whole", "seen_in_part", "hidden", "not_looked"
SEEN_AS: Mapping[CoverageState, str] = {
    CoverageState.OK: WHOLE,
    CoverageState.EMPTY: WHOLE,
    CoverageState.PARTIAL: PART,
    CoverageState.NOT_VISIBLE: HIDDEN,
    CoverageState.BLOCKED: HIDDEN,
    CoverageState.GONE: HIDDEN,
    CoverageState.NOT_RUN: UNLOOKED,
}
SIGHTS = (WHOLE, PART, HIDDEN, UNLOOKED)
MEASURES = ("prevalence", "precision", "recall")
STANDINGS = (Standing.OPEN, Standing.SECOND, Standing.CONFLICT, *Answer)
"""Where a match stands, and once it is decided, with which answer."""

HEADS: Mapping[str, str] = {
    WHOLE: "seen whole",
    PART: "only in part",
    HIDDEN: "could not be seen",
    UNLOOKED: "nobody looked",
    Standing.OPEN: "waits for an answer",
    Standing.SECOND: "waits for a second person",
    Standing.CONFLICT: "two people differ",
    Answer.SOLICITATION: "answered: solicitation",
    Answer.NOT: "answered: no solicitation",
    Answer.UNSURE: "answered: unsure",
    "account": "account",
    "platform": "platform",
    "direction": "what",
    "from": "from the day",
    "matches": "matches",
    "time_told": "by the time of the act",
    "time_unknown": "time not told, by the day seen",
    "unit": "unit",
    "accounts": "accounts",
    "kind": "kind of text",
    "total": "all acts",
    "answer": "answer",
    "reason": "reason",
    "one": "one reviewer",
    "other": "the other",
    "both": "answered by both",
    "raw": "same answer",
    "raw_low": "same answer, at least (95 %)",
    "raw_high": "same answer, at most (95 %)",
    "kappa": "Cohen's kappa",
    "kappa_low": "kappa, at least (95 %)",
    "kappa_high": "kappa, at most (95 %)",
    "contest": "contest",
    "phase": "phase",
    "to": "to the day",
    "measure": "measure",
    "value": "value",
    "low": "at least (95 %)",
    "high": "at most (95 %)",
    "psi": "how far the scores moved (PSI)",
    "hashtags": "hashtags",
    "unlisted": "of these not listed",
    "state": "state",
    "note": "note",
    "day": "best day",
    "looks": "looks",
    "why": "why",
    "step": "next step",
    "candidate": "candidate",
    "campaigning": "campaign accounts",
    "seen": "of their days seen whole",
    "flags": "flags",
    "rejections": "of the flags, answered no",
    "rejected": "rejected",
    "pages": "pages",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its code, its head, how its codes are put into words, and whether its numbers are shares of one."""

    code: str
    head: str
    words: Callable[[str], str] = str
    share: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table; `frame` has a column for each of `columns`."""

    code: str
    title: str
    columns: tuple[Column, ...]
    frame: pd.DataFrame

    @property
    def rows(self) -> list[list[object]]:
        """Give the cells as Python knows them; what is not known is None."""
        known = self.frame.astype(object).where(self.frame.notna(), None)
        return [list(row) for row in known.itertuples(index=False, name=None)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What accounts and reviewers are called in this report."""

    accounts: Mapping[int, str]
    reviewers: Mapping[str, str]
    named: bool = False

    @classmethod
    def of(cls, gathered: Gathered, secret: bytes, *, named: bool) -> "Shown":
        """Call everybody by a code, or, where somebody said why, by the handle and the name."""
        reviewers = {name for pair in gathered.decided.pairs for name in (pair.one, pair.other)}
        if named:
            handles = {number: one.handle for number, one in gathered.known.items()}
            return cls(accounts=handles, reviewers={name: name for name in reviewers}, named=True)
        codes = Codes.of(secret, (f"account {number}" for number in gathered.known))
        of_people = Codes.of(secret, (f"reviewer {name}" for name in reviewers))
        return cls(
            accounts={number: codes[f"account {number}"] for number in gathered.known},
            reviewers={name: of_people[f"reviewer {name}"] for name in reviewers},
        )

    def account_words(self, name: str) -> str:
        """Put the name of an account into words."""
        return name if self.named else say("Account {code}", code=name)

    def reviewer_words(self, name: str) -> str:
        """Put the name of a reviewer into words."""
        return name if self.named else say("Reviewer {code}", code=name)


def column(code: str, *, words: Callable[[str], str] = str, share: bool = False) -> Column:
    """Make a column with the head that belongs to its code."""
    return Column(code=code, head=say(HEADS[code]), words=words, share=share)


def bucket(day: date, period: Period) -> date:
    """Say under which day a day is told: itself, or the Monday of its week where the period is long."""
    if (period.last - period.first).days < DAILY:
        return day
    return max(day - timedelta(days=day.weekday()), period.first)


def buckets(period: Period) -> list[date]:
    """List the days under which a period is told."""
    every = (period.first + timedelta(days=number) for number in range((period.last - period.first).days + 1))
    return sorted({bucket(day, period) for day in every})


def coverage_by_time(covered: Covered, period: Period) -> pd.DataFrame:
    """Count account-days by bucket and how much was seen."""
    rows = [(bucket(day, period), SEEN_AS[state], count) for (day, state), count in covered.days.items()]
    return _crossed(rows, ("from", buckets(period)), SIGHTS)


def coverage_by_account(covered: Covered, known: Mapping[int, Known], shown: Shown) -> pd.DataFrame:
    """Count the days of each account and direction by how much was seen."""
    rows = [
        (shown.accounts[number], known[number].platform, str(direction), SEEN_AS[state], count)
        for (number, direction, state), count in covered.accounts.items()
    ]
    return _counted(rows, ("account", "platform", "direction"), SIGHTS)


def coverage_by_platform(covered: Covered, known: Mapping[int, Known]) -> pd.DataFrame:
    """Count account-days by platform, direction and how much was seen."""
    rows = [
        (known[number].platform, str(direction), SEEN_AS[state], count)
        for (number, direction, state), count in covered.accounts.items()
    ]
    return _counted(rows, ("platform", "direction"), SIGHTS)


def matches_by_time(dated: Dated, contest: str, period: Period) -> pd.DataFrame:
    """Count the matches of a contest by bucket: those whose time the platform tells, and those that it hides."""
    rows = [(bucket(day, period), told, count) for (of, day, told), count in dated.days.items() if of == contest]
    frame = pd.DataFrame(rows, columns=["from", "told", "count"])
    every = pd.Index(buckets(period), name="from")
    is_told = frame["told"].astype(bool)
    told, hidden = (
        frame[which].groupby("from")["count"].sum().reindex(every, fill_value=0) for which in (is_told, ~is_told)
    )
    table = pd.DataFrame({"matches": told + hidden, "time_told": told, "time_unknown": hidden})
    return table.astype(int).reset_index()


def phases(contests: Iterable[Contest]) -> pd.DataFrame:
    """List the phases of the contests with their days."""
    rows = [(one.name, str(phase.name), phase.starts, phase.ends) for one in contests for phase in one.phases]
    return pd.DataFrame(rows, columns=["contest", "phase", "from", "to"])


def units_of(known: Mapping[int, Known], *, pooled: bool) -> dict[int, str]:
    """Say under which unit each account on duty is told; with `pooled`, units of few accounts are one."""
    units = {number: one.unit or UNSTATED for number, one in known.items() if one.role is not Role.CAMPAIGN}
    sizes = pd.Series(units, dtype=object).value_counts()
    return {number: FEW if pooled and sizes[unit] < FEWEST_ACCOUNTS else unit for number, unit in units.items()}


def matches_by_unit(matches: Sequence[MatchGroup], units: Mapping[int, str]) -> pd.DataFrame:
    """Count accounts, matches and answers by unit."""
    watched = pd.Series(units, dtype=object).value_counts()
    rows = [(units.get(one.account_id, UNSTATED), _standing(one), one.count) for one in matches]
    answered = _counted(rows, ("unit",), STANDINGS).set_index("unit")
    every = sorted({*watched.index, *answered.index})
    table = answered.reindex(every, fill_value=0)
    table.insert(0, "matches", table.sum(axis=1))
    table.insert(0, "accounts", watched.reindex(every, fill_value=0))
    return table.astype(int).rename_axis("unit").reset_index()


def _standing(one: MatchGroup) -> str:
    decided = one.standing is Standing.DECIDED and one.answer is not None
    return str(one.answer if decided else one.standing)


def matches_by_kind(matches: Sequence[MatchGroup]) -> pd.DataFrame:
    """Count matches by the kind of text and the act."""
    kinds = [str(kind) for kind in Kind if any(one.kind is kind for one in matches)]
    rows = [(str(one.kind), str(one.action), one.count) for one in matches]
    table = _crossed(rows, ("kind", kinds), [str(action) for action in Action])
    table["total"] = table[[str(action) for action in Action]].sum(axis=1)
    return table


def aims(contests: Iterable[Contest]) -> dict[str, tuple[Contest, Candidate | None, str | None]]:
    """List at whom texts may aim, in the order of the settings: {code: (contest, candidate, direction)}."""
    found: dict[str, tuple[Contest, Candidate | None, str | None]] = {}
    for contest in contests:
        for candidate in contest.candidates:
            for direction in ("for", "against", None):
                found[aim_of(contest.id, candidate.id, direction)] = (contest, candidate, direction)
        found[aim_of(contest.id, None, None)] = (contest, None, None)
    return found


def aim_of(contest: str, target: str | None, direction: str | None) -> str:
    """Name at whom a text aims, and in which direction as far as that is known."""
    return f"{contest}/{target}/{direction or UNKNOWN}" if target else f"{contest}/{NOBODY}"


def accounts_by_candidate(matches: Sequence[MatchGroup], columns: Sequence[str], shown: Shown) -> pd.DataFrame:
    """Count the matches of each account by the candidate at whom the text aims.

    An account without matches has no row, and an aim of no match no column.
    """
    rows = [
        (shown.accounts[one.account_id], aim_of(one.contest, one.target, one.direction), one.count) for one in matches
    ]
    met = {aim for _, aim, _ in rows}
    beside = sorted(met - set(columns))  # of contests that the settings named once
    return _counted(rows, ("account",), [*(aim for aim in columns if aim in met), *beside])


def decisions(decided: Decided) -> pd.DataFrame:
    """Count the latest answers by reason."""
    order = list(Answer)
    rows = sorted(decided.latest.items(), key=lambda one: (order.index(one[0][0]), one[0][1] or ""))
    told = [(str(answer), reason, count) for (answer, reason), count in rows]
    return pd.DataFrame(told, columns=["answer", "reason", "matches"])


def agreements(pairs: Sequence[Pair], shown: Shown) -> pd.DataFrame:
    """Compare each two reviewers on the matches that both answered: raw agreement and Cohen's kappa."""
    names = ["one", "other", "says", "other_says", "count"]
    frame = pd.DataFrame([[getattr(pair, name) for name in names] for pair in pairs], columns=names)
    rows = []
    for (one, other), of_both in frame.groupby(["one", "other"], sort=True):
        each = of_both.loc[of_both.index.repeat(of_both["count"].to_list())]
        found = agreement(list(each["says"]), list(each["other_says"]))
        low, high = found.kappa_interval or (None, None)
        figures = (found.raw, *found.raw_interval, found.kappa, low, high)
        rows.append((shown.reviewers[str(one)], shown.reviewers[str(other)], found.count, *figures))
    figures_of = ["raw", "raw_low", "raw_high", "kappa", "kappa_low", "kappa_high"]
    return pd.DataFrame(rows, columns=["one", "other", "both", *figures_of])


def unseen(gathered: Gathered, shown: Shown) -> pd.DataFrame:
    """List who was never seen in a direction, and how the best day ended.

    What a platform said in its own words may name somebody: without names only the notes that are codes are told.
    """
    rows = [
        (
            shown.accounts[number],
            one.platform,
            str(direction),
            str(one.state),
            one.note if shown.named or one.note in NAMES else None,
            one.day,
        )
        for (number, direction), one in gathered.covered.unseen.items()
    ]
    names = ["account", "platform", "direction", "state", "note", "day"]
    return pd.DataFrame(rows, columns=names).sort_values(names[:3], ignore_index=True)


def walls(gathered: Gathered) -> pd.DataFrame:
    """Count the looks that did not see everything, by platform, direction and how they ended."""
    rows = [(one.platform, str(one.direction), str(one.state), one.count) for one in gathered.walls]
    return pd.DataFrame(rows, columns=["platform", "direction", "state", "looks"])


def waiting(gathered: Gathered) -> pd.DataFrame:
    """Count the pages that wait for a person, by platform, direction, why, and what to do."""
    rows = [(*map(str, what), pages) for what, pages in sorted(gathered.waiting.items())]
    return pd.DataFrame(rows, columns=["platform", "direction", "why", "step", "pages"])


def quality(model: ModelStatus) -> pd.DataFrame:
    """Tell what labels on drawn texts show of all texts: shares with their 95 % intervals, by contest."""
    rows = [
        (one.contest, measure, found.value, found.low, found.high)
        for one in model.contests
        if one.estimates is not None
        for measure in MEASURES
        if (found := getattr(one.estimates, measure)) is not None
    ]
    return pd.DataFrame(rows, columns=["contest", "measure", "value", "low", "high"])


def drift(model: ModelStatus) -> pd.DataFrame:
    """Tell how far the scores have moved, and which share of hashtags nobody has listed, by contest."""
    rows = [(one.contest, one.stability, one.hashtags.seen, one.hashtags.share) for one in model.contests]
    return pd.DataFrame(rows, columns=["contest", "psi", "hashtags", "unlisted"])


def _counted(rows: Sequence[tuple[object, ...]], keys: Sequence[str], values: Sequence[str]) -> pd.DataFrame:
    """Add up rows of keys, a value and a count: a row for each combination of keys, a column for each value."""
    frame = pd.DataFrame(list(rows), columns=[*keys, "value", "count"])
    if frame.empty:
        return pd.DataFrame(columns=[*keys, *values])
    table = frame.pivot_table(index=list(keys), columns="value", values="count", aggfunc="sum", fill_value=0)
    table = table.reindex(columns=list(values), fill_value=0).astype(int).sort_index()
    return table.rename_axis(columns=None).reset_index()


def _crossed(
    rows: Sequence[tuple[object, ...]], down: tuple[str, Sequence[object]], values: Sequence[str]
) -> pd.DataFrame:
    """Add up like `_counted`, with a row for each of the given keys."""
    name, every = down
    table = _counted(rows, (name,), values).set_index(name)
    return table.reindex(pd.Index(every, name=name), fill_value=0).astype(int).reset_index()
