"""Whether all candidates of a contest are watched, seen and judged alike; the empty box is one of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import groupby, permutations

import pandas as pd

from classifier.thresholds import wilson
from core.records import Answer, Role, Standing
from core.settings import Candidate, Contest
from jobs.report import Gathered
from language import say
from review.local import number
from review.tables import SEEN_AS, WHOLE

HALF = 0.5
"""Where less than half of the best seen candidate's days were seen, that is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A candidate: campaign accounts, the share of their days seen whole, flags, answers and the share of rejections.

    Shares go from 0 to 1; None where there is nothing to divide by.
    """

    contest: str
    candidate: str
    campaigning: int
    seen: float | None
    flags: int
    solicitation: int
    rejections: int
    rejected: float | None


def sides(gathered: Gathered) -> list[Side]:
    """Count for each candidate of each contest, in the order of the settings."""
    return [_side(gathered, contest, one) for contest in gathered.contests for one in contest.candidates]


def _side(gathered: Gathered, contest: Contest, candidate: Candidate) -> Side:
    own = {
        one.account_id
        for one in gathered.known.values()
        if one.role is Role.CAMPAIGN and (one.contest, one.candidate) == (contest.id, candidate.id)
    }
    looked = [(state, count) for (who, _, state), count in gathered.covered.accounts.items() if who in own]
    days, whole = sum(count for _, count in looked), sum(count for state, count in looked if SEEN_AS[state] == WHOLE)
    every = [one for one in gathered.matches if (one.contest, one.target) == (contest.id, candidate.id)]
    answers = {
        answer: sum(one.count for one in every if one.standing is Standing.DECIDED and one.answer is answer)
        for answer in (Answer.SOLICITATION, Answer.NOT)
    }
    return Side(
        contest=contest.id,
        candidate=candidate.id,
        campaigning=len(own),
        seen=whole / days if days else None,
        flags=sum(one.count for one in every),
        solicitation=answers[Answer.SOLICITATION],
        rejections=answers[Answer.NOT],
        rejected=answers[Answer.NOT] / sum(answers.values()) if any(answers.values()) else None,
    )


def frame(found: Sequence[Side]) -> pd.DataFrame:
    """Make the table."""
    names = [one.name for one in fields(Side)]
    return pd.DataFrame([[getattr(one, name) for name in names] for one in found], columns=names)


def skews(found: Iterable[Side], names: Mapping[str, str]) -> Iterator[str]:
    """Say of each contest in which way its candidates are treated unlike; `names` are those of the candidates."""
    for contest, of_contest in groupby(found, key=lambda one: one.contest):
        these = list(of_contest)
        for line in (*_unwatched(these, names), *_unseen(these, names), *_rejected(these, names)):
            yield f"{contest}: {line}"


def _unwatched(these: Sequence[Side], names: Mapping[str, str]) -> Iterator[str]:
    without = [names[one.candidate] for one in these if not one.campaigning]
    if without and len(without) < len(these):
        yield say("no campaign account is watched of {names}, and of others there are.", names=", ".join(without))


def _unseen(these: Sequence[Side], names: Mapping[str, str]) -> Iterator[str]:
    known = [(one.seen, names[one.candidate]) for one in these if one.seen is not None]
    most, best = max(known, default=(0.0, ""))
    for share, name in known:
        if share < HALF * most:
            yield say("the accounts of {name} were seen on {share} of their days, those of {best} on {most}.",
                      name=name, share=number(share), best=best, most=number(most))  # fmt: skip


def _rejected(these: Sequence[Side], names: Mapping[str, str]) -> Iterator[str]:
    """Compare how often flags are rejected; only what chance does not explain is said (95 % intervals apart)."""
    for one, other in permutations((one for one in these if one.rejected is not None), 2):
        if _interval(one)[0] > _interval(other)[1]:
            yield say("flags about {name} are rejected more often than those about {other}, beyond chance.",
                      name=names[one.candidate], other=names[other.candidate])  # fmt: skip


def _interval(one: Side) -> tuple[float, float]:
    return wilson(one.rejections, one.solicitation + one.rejections)
