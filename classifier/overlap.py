"""Contests of the same days: whose numbers they share, and in which of them a text may be a match.

On one ballot day people vote for a governor and for a regent, and both papers have a number 1.
"""

from collections.abc import Collection, Sequence
from datetime import date

from classifier.features import Reading
from classifier.lexicon import HitKind
from classifier.target import AIMED
from core.settings import Contest


def overlapping(contest: Contest, contests: Sequence[Contest]) -> tuple[Contest, ...]:
    """Give the other contests whose days meet those of this one."""
    first, last = _days(contest)
    meets = ((one, _days(one)) for one in contests if one.id != contest.id)
    return tuple(one for one, (begins, ends) in meets if begins <= last and first <= ends)


def shared_numbers(contest: Contest, contests: Sequence[Contest]) -> frozenset[int]:
    """Give the ballot numbers that candidates of an overlapping contest have too."""
    elsewhere = {c.number for other in overlapping(contest, contests) for c in other.candidates}
    return frozenset(c.number for c in contest.candidates if c.number is not None and c.number in elsewhere)


def names_somebody(reading: Reading, shared: Collection[int]) -> bool:
    """Say whether a text names a candidate of the contest that it was read with; a shared number names nobody."""
    return any(
        hit.candidate is not None
        and hit.kind in AIMED
        and not (hit.kind is HitKind.NUMBER and (reading.found[hit.first].value or 0) in shared)
        for hit in reading.hits
    )


def matching(flagged: Sequence[tuple[str, bool]]) -> tuple[str, ...]:
    """Choose the contests in which a flagged text is a match.

    `flagged` are the overlapping contests in which it is flagged, in the order of the settings, each with whether the
    text names a candidate of it. It counts where it names somebody; a text that names nobody counts once, in the
    first of them: one act must not look like two, and none may be lost.
    """
    named = tuple(contest for contest, names in flagged if names)
    return named or tuple(contest for contest, _ in flagged[:1])


def _days(contest: Contest) -> tuple[date, date]:
    """Give the first and last day of a contest; one without phases has its voting day only."""
    first = min((phase.starts for phase in contest.phases), default=contest.voting_day)
    last = max((phase.ends for phase in contest.phases), default=contest.voting_day)
    return min(first, contest.voting_day), max(last, contest.voting_day)
