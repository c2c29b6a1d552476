"""Candidates side by side: who is watched, seen and judged unlike the others is said, and chance is not."""

from collections import Counter

import pytest

from core.records import Answer, Capability, CoverageState, Role
from jobs.report import Covered
from review.evenness import Side, sides, skews
from review.report import report
from storage.reporting import Known
from tests.review.gathered import CONTEST, SECRET, gathered, group, nothing

NAMES = {"wira": "1. Wira", "kosong": "empty box"}
OK, NEVER = CoverageState.OK, CoverageState.NOT_RUN


def campaign(number: int, candidate: str) -> Known:
    return Known(
        account_id=number,
        platform="warga",
        handle=f"tim{number}",
        role=Role.CAMPAIGN,
        unit=None,
        contest=CONTEST.id,
        candidate=candidate,
    )


def said(found: list[Side]) -> list[str]:
    return [line.partition(": ")[2] for line in skews(found, NAMES)]


def test_accounts_days_flags_and_answers_are_counted_by_candidate() -> None:
    posts = Capability.POSTS
    told = gathered(
        known={1: campaign(1, "wira"), 2: campaign(2, "wira"), 3: campaign(3, "kosong")},
        covered=Covered(accounts=Counter({(1, posts, OK): 3, (2, posts, NEVER): 1, (3, posts, OK): 2})),
        matches=(
            group(9, 4),
            group(9, 3, answer=Answer.SOLICITATION),
            group(9, 1, answer=Answer.NOT),
            group(9, 2, target="kosong"),
            group(9, 5, target=None),
        ),
    )

    wira, kosong = sides(told)

    assert wira == Side(
        contest=CONTEST.id,
        candidate="wira",
        campaigning=2,
        seen=0.75,
        flags=8,
        solicitation=3,
        rejections=1,
        rejected=0.25,
    )
    assert (kosong.campaigning, kosong.seen, kosong.flags, kosong.rejected) == (1, 1.0, 2, None)


def two(*rows: tuple[int, float | None, int, int]) -> list[Side]:
    """Make two candidates: accounts, days seen, yes and no."""
    return [
        Side(
            contest=CONTEST.id,
            candidate=name,
            campaigning=accounts,
            seen=seen,
            flags=yes + no,
            solicitation=yes,
            rejections=no,
            rejected=no / (yes + no) if yes + no else None,
        )
        for name, (accounts, seen, yes, no) in zip(NAMES, rows, strict=True)
    ]


def test_a_candidate_of_whom_nobody_is_watched_is_named_and_none_at_all_is_no_skew() -> None:
    assert len(said(two((2, 1.0, 0, 0), (0, None, 0, 0)))) == 1
    assert NAMES["kosong"] in said(two((2, 1.0, 0, 0), (0, None, 0, 0)))[0]
    assert said(two((0, None, 0, 0), (0, None, 0, 0))) == []


@pytest.mark.parametrize(("seen", "alarmed"), [(0.9, False), (0.46, False), (0.4, True), (0.0, True)])
def test_less_than_half_of_the_best_seen_days_is_said(seen: float, *, alarmed: bool) -> None:
    assert bool(said(two((1, 0.9, 0, 0), (1, seen, 0, 0)))) is alarmed


@pytest.mark.parametrize(
    ("one", "other", "alarmed"),
    [((5, 5), (4, 6), False), ((1, 0), (0, 1), False), ((90, 10), (10, 90), True), ((50, 50), (45, 55), False)],
)
def test_only_what_chance_does_not_explain_is_said_of_rejections(
    one: tuple[int, int], other: tuple[int, int], *, alarmed: bool
) -> None:
    assert bool(said(two((1, 1.0, *one), (1, 1.0, *other)))) is alarmed


def test_the_report_tells_it_and_says_what_is_missing_where_nothing_is_there() -> None:
    told = {part.code: part for part in report(gathered(), SECRET).parts}["evenness"]
    empty = {part.code: part for part in report(nothing(), SECRET).parts}["evenness"]

    assert not told.missing
    assert len(told.tables[0].frame) == 2
    assert empty.missing
    assert empty.text
