"""Every table of a report is the one that was reckoned by hand; none of them ranks, and none names anybody unasked."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.records import Answer, CoverageState, Role, Standing
from jobs.report import Codes, Covered, Dated, Pair, Period
from review import tables
from review.tables import FEW, HEADS, SEEN_AS, UNSTATED, Shown
from tests.review.gathered import CONTEST, FIRST, HANDLES, LAST, REVIEWERS, SECRET, gathered, group, known, pair

PERIOD = Period(first=FIRST, last=LAST, zone=ZoneInfo("Asia/Jakarta"))
AS_THEY_ARE = Shown(
    accounts={1: "a1", 2: "a2", 3: "a3", 4: "a4"}, reviewers={name: name for name in REVIEWERS}, named=True
)


STANDS = ("open", "second", "conflict", "solicitation", "not", "unsure")


def rows(frame: pd.DataFrame) -> list[tuple[object, ...]]:
    """Give the cells of a frame; what is not known is None."""
    known_cells = frame.astype(object).where(frame.notna(), None)
    return [tuple(row) for row in known_cells.itertuples(index=False, name=None)]


def test_account_days_are_counted_by_day_and_sight_also_where_there_was_none() -> None:
    frame = tables.coverage_by_time(gathered().covered, PERIOD)

    assert list(frame.columns) == ["from", "seen_whole", "seen_in_part", "hidden", "not_looked"]
    assert rows(frame) == [
        (date(2031, 5, 1), 3, 1, 0, 0),
        (date(2031, 5, 2), 0, 0, 0, 0),
        (date(2031, 5, 3), 0, 0, 0, 0),
        (date(2031, 5, 4), 0, 0, 0, 0),
        (date(2031, 5, 5), 0, 0, 0, 0),
        (date(2031, 5, 6), 0, 0, 1, 3),
    ]


def test_the_days_of_an_account_are_counted_by_direction() -> None:
    told = gathered()

    frame = tables.coverage_by_account(told.covered, told.known, AS_THEY_ARE)

    assert rows(frame) == [
        ("a1", "warga", "likes", 1, 1, 0, 0),
        ("a1", "warga", "posts", 1, 0, 0, 1),
        ("a2", "warga", "likes", 0, 0, 1, 1),
        ("a2", "warga", "posts", 1, 0, 0, 1),
    ]
    assert rows(tables.coverage_by_platform(told.covered, told.known)) == [
        ("warga", "likes", 1, 1, 1, 1),
        ("warga", "posts", 2, 0, 0, 2),
    ]


def test_every_state_of_coverage_is_told() -> None:
    assert set(SEEN_AS) == set(CoverageState)


def test_matches_are_counted_by_day_and_those_without_a_time_besides() -> None:
    frame = tables.matches_by_time(gathered().dated, CONTEST.id, PERIOD)

    assert rows(frame) == [
        (date(2031, 5, 1), 5, 4, 1),
        (date(2031, 5, 2), 0, 0, 0),
        (date(2031, 5, 3), 0, 0, 0),
        (date(2031, 5, 4), 5, 5, 0),
        (date(2031, 5, 5), 0, 0, 0),
        (date(2031, 5, 6), 0, 0, 0),
    ]
    assert tables.matches_by_time(gathered().dated, "another", PERIOD)["matches"].sum() == 0


def test_a_long_period_is_told_by_weeks_from_their_mondays() -> None:
    long = Period(first=date(2031, 5, 1), last=date(2031, 7, 31), zone=PERIOD.zone)  # 1 May 2031 is a Thursday
    dated = Dated(
        days=Counter(
            {
                (CONTEST.id, date(2031, 5, 4), True): 1,  # Sunday of the first, short week
                (CONTEST.id, date(2031, 5, 5), True): 2,  # Monday
                (CONTEST.id, date(2031, 5, 11), False): 3,  # its Sunday
                (CONTEST.id, date(2031, 7, 31), True): 4,
            }
        )
    )

    frame = tables.matches_by_time(dated, CONTEST.id, long)

    assert rows(frame)[:3] == [(date(2031, 5, 1), 1, 1, 0), (date(2031, 5, 5), 5, 2, 3), (date(2031, 5, 12), 0, 0, 0)]
    assert rows(frame)[-1] == (date(2031, 7, 28), 4, 4, 0)
    assert len(frame) == 14


@given(st.dates(date(2029, 1, 1), date(2031, 1, 1)), st.integers(0, 400))
def test_every_day_of_a_period_is_told_under_one_of_its_buckets(first: date, length: int) -> None:
    period = Period(first=first, last=first + timedelta(days=length), zone=PERIOD.zone)

    every = {tables.bucket(first + timedelta(days=number), period) for number in range(length + 1)}

    assert sorted(every) == tables.buckets(period)
    assert min(every) == first


def test_units_stand_in_the_order_of_their_names_with_their_answers() -> None:
    told = gathered()

    frame = tables.matches_by_unit(told.matches, tables.units_of(told.known, pooled=False))

    assert list(frame.columns) == ["unit", "accounts", "matches", *STANDS]
    assert rows(frame) == [
        ("Kecamatan Akar", 1, 1, 0, 0, 0, 0, 1, 0),
        ("Kecamatan Bunga", 1, 5, 3, 0, 0, 2, 0, 0),
        (UNSTATED, 1, 4, 0, 0, 0, 0, 0, 4),
    ]


def test_a_match_on_which_two_differ_is_not_told_as_answered() -> None:
    between = [
        group(1, 2, standing=Standing.CONFLICT, answer=Answer.NOT),
        group(1, 3, standing=Standing.SECOND, answer=Answer.SOLICITATION),
    ]

    frame = tables.matches_by_unit(between, {1: "Kecamatan Bunga"})

    assert rows(frame) == [("Kecamatan Bunga", 1, 5, 0, 3, 2, 0, 0, 0)]


def test_units_of_few_accounts_are_told_together_outside_the_supervising_office() -> None:
    large = {number: replace(known(1, "Kecamatan Bunga"), account_id=number) for number in range(10, 15)}
    small = {1: known(1, "Kecamatan Akar"), 3: known(3, None, Role.ASN), 4: known(4, "Tim", Role.CAMPAIGN)}

    units = tables.units_of({**large, **small}, pooled=True)

    assert {units[number] for number in range(10, 15)} == {"Kecamatan Bunga"}
    assert (units[1], units[3]) == (FEW, FEW)
    assert 4 not in units  # a campaign has no unit
    frame = tables.matches_by_unit([group(1, 2), group(3, 1), group(10, 5)], units)
    assert rows(frame) == [("Kecamatan Bunga", 5, 5, 5, 0, 0, 0, 0, 0), (FEW, 2, 3, 3, 0, 0, 0, 0, 0)]


def test_kinds_are_crossed_with_acts() -> None:
    frame = tables.matches_by_kind(gathered().matches)

    assert list(frame.columns) == ["kind", "posted", "liked", "reposted", "quoted", "commented", "total"]
    assert rows(frame) == [("explicit_call", 2, 3, 0, 0, 0, 5), ("anti_call", 0, 5, 0, 0, 0, 5)]


def test_accounts_are_crossed_with_candidates_and_directions() -> None:
    told = gathered()

    frame = tables.accounts_by_candidate(told.matches, list(tables.aims(told.contests)), AS_THEY_ARE)

    assert list(frame.columns) == [
        "account", "rekaan-2031/wira/for", "rekaan-2031/wira/against", "rekaan-2031/nobody",
    ]  # fmt: skip
    assert rows(frame) == [("a1", 5, 0, 0), ("a2", 0, 1, 0), ("a3", 0, 0, 4)]


def test_a_candidate_whom_the_settings_have_forgotten_still_has_a_column() -> None:
    told = gathered(matches=(group(1, 2, contest="dulu-2026", target="lama", direction=None),))

    frame = tables.accounts_by_candidate(told.matches, list(tables.aims(told.contests)), AS_THEY_ARE)

    assert rows(frame) == [("a1", 2)]
    assert frame.columns[1] == "dulu-2026/lama/unknown"


def test_rows_stand_in_the_order_of_codes_whatever_the_counts_are() -> None:
    matches = [group(1, 1), group(2, 9), group(3, 5)]

    frame = tables.accounts_by_candidate(matches, list(tables.aims([CONTEST])), AS_THEY_ARE)

    assert [row[0] for row in rows(frame)] == ["a1", "a2", "a3"]


def test_answers_are_counted_with_their_reasons() -> None:
    assert rows(tables.decisions(gathered().decided)) == [
        ("solicitation", "explicit_call", 3),
        ("not", None, 1),
        ("not", "retired", 2),
    ]


def test_agreement_is_what_a_pencil_says() -> None:
    """Of 25 the same 17 times: raw 0.68; by chance (8·7 + 12·18 + 5·0) / 625 = 0.4352; kappa 0.2448 / 0.5648."""
    frame = tables.agreements(gathered().decided.pairs, AS_THEY_ARE)

    (row,) = frame.to_dict("records")
    assert (row["one"], row["other"], row["both"]) == (*REVIEWERS, 25)
    assert row["raw"] == pytest.approx(0.68)
    assert row["kappa"] == pytest.approx(0.2448 / 0.5648)
    assert row["raw_low"] == pytest.approx(0.4841, abs=1e-3)  # Wilson, 17 of 25
    assert row["raw_high"] == pytest.approx(0.8279, abs=1e-3)
    assert row["kappa_low"] <= row["kappa"] <= row["kappa_high"]


def test_two_who_always_say_no_agree_and_have_no_kappa() -> None:
    frame = tables.agreements([pair(Answer.NOT, Answer.NOT, 12)], AS_THEY_ARE)

    assert rows(frame)[0][:4] == (*REVIEWERS, 12, 1.0)
    assert rows(frame)[0][6:] == (None, None, None)


def test_each_two_reviewers_are_compared_for_themselves() -> None:
    pairs = [
        Pair(one="a", other="c", says=Answer.NOT, other_says=Answer.NOT, count=2),
        Pair(one="a", other="b", says=Answer.NOT, other_says=Answer.SOLICITATION, count=3),
    ]

    frame = tables.agreements(pairs, Shown(accounts={}, reviewers={name: name for name in "abc"}, named=True))

    assert [row[:4] for row in rows(frame)] == [("a", "b", 3, 0.0), ("a", "c", 2, 1.0)]


def test_figures_of_the_model_are_shares_and_unknown_ones_are_left_out() -> None:
    told = gathered()
    assert told.model is not None

    assert rows(tables.quality(told.model)) == [
        ("rekaan-2031", "prevalence", 0.5, 0.4, 0.6),
        ("rekaan-2031", "precision", 0.5, 0.4, 0.6),
    ]
    assert rows(tables.drift(told.model)) == [("rekaan-2031", 0.02, 8, 0.25)]


def test_what_was_not_seen_is_told_without_what_the_platform_said_of_somebody() -> None:
    told = gathered()
    coded = Shown.of(told, SECRET, named=False)

    assert rows(tables.unseen(told, coded)) == [(coded.accounts[2], "warga", "likes", "blocked", None, LAST)]
    assert rows(tables.unseen(told, AS_THEY_ARE))[0][4] == "did:rahasia → did:lain"
    assert rows(tables.walls(told)) == [("warga", "likes", "login_wall", 1)]
    assert rows(tables.waiting(told)) == [("warga", "likes", "login_wall", "open_page", 2)]


def test_nothing_makes_tables_without_rows() -> None:
    empty = gathered(known={}, covered=Covered(), matches=())

    assert rows(tables.coverage_by_account(empty.covered, {}, AS_THEY_ARE)) == []
    assert rows(tables.matches_by_unit([], {})) == []
    assert rows(tables.matches_by_kind([])) == []
    assert rows(tables.accounts_by_candidate([], [], AS_THEY_ARE)) == []
    assert rows(tables.agreements([], AS_THEY_ARE)) == []


def test_codes_stay_the_same_tell_everybody_apart_and_depend_on_the_secret() -> None:
    names = [f"account {number}" for number in range(5_000)]

    codes = Codes.of(SECRET, names)

    assert len({codes[name] for name in names}) == len(names)
    assert all(len(codes[name]) >= 6 for name in names)
    alone = Codes.of(SECRET, names[:1])[names[0]]
    assert codes[names[0]].startswith(alone)
    assert Codes.of(b"8" * 32, names[:1])[names[0]] != alone


def test_an_account_goes_by_its_code_unless_somebody_said_why_not() -> None:
    told = gathered()

    coded, named = (Shown.of(told, SECRET, named=which) for which in (False, True))

    assert named.accounts == HANDLES
    assert not set(HANDLES.values()) & set(coded.accounts.values())
    assert not set(REVIEWERS) & set(coded.reviewers.values())
    assert coded.accounts == Shown.of(told, SECRET, named=False).accounts


def test_every_head_is_used_once() -> None:
    assert len(set(HEADS.values())) == len(HEADS)
