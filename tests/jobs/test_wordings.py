"""What a later edit may and may not do to a match, and on which day a role counts."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.model import Model
from core.records import AccountRef, Action, Band, Interaction, Post, PostRef, Role, Timing
from jobs import classify, registry
from jobs.classify import wording_at
from jobs.overlap import Judged
from jobs.tools import Tools
from jobs.watchlist import People
from storage import collecting, watching
from storage.judging import Flagged, ScoredWording
from tests.jobs.office import NOW, entry, hands, open_office, rows, settings, watch

HOUR = timedelta(hours=1)
CALL = "Ayo coblos nomor 1 Raka Wirasaba, menangkan RakaMel!"
NEWS = "Kerja bakti RT 03 Minggu pagi pukul tujuh."
BENCH = Judged(contest=settings().contests[0], revision_id=1, model_id=1)


def like_at(acted_at: datetime | None, revision: str | None = None) -> Flagged:
    return Flagged(
        interaction_id=1,
        account_id=1,
        action=Action.LIKED,
        post_id=1,
        acted_at=acted_at,
        first_seen_at=NOW,
        post_revision=revision,
    )


moments = st.integers(-5, 5).map(lambda hours: NOW + hours * HOUR)


def until(at: datetime) -> st.SearchStrategy[datetime]:
    return st.integers(0, 6).map(lambda hours: at - hours * HOUR)


@st.composite
def histories(draw: st.DrawFn) -> list[ScoredWording]:
    seen = sorted(draw(st.lists(moments, min_size=1, max_size=5)))
    return [
        ScoredWording(
            version_id=number,
            seen_at=at,
            edited_at=draw(st.none() | until(at)),
            revision=draw(st.sampled_from(["a", "b", None])),
            probability=0.5,
            band=draw(st.sampled_from(Band)),
        )
        for number, at in enumerate(seen, start=1)
    ]


@given(histories(), st.none() | moments, st.sampled_from(["a", "b", "c", None]))
def test_an_edit_after_a_like_is_never_flagged_high(
    history: list[ScoredWording], acted_at: datetime | None, revision: str | None
) -> None:
    act = like_at(acted_at, revision)
    match = classify._row(act, history, BENCH, NOW)  # noqa: SLF001

    if match is None:
        assert wording_at(act, history)[0].band is Band.LOW
        return
    chosen = next(one for one in history if one.version_id == match.post_version_id)
    edited_later = chosen.edited_at is not None and chosen.edited_at > (acted_at or NOW)
    assert chosen.band is not Band.LOW
    assert not (match.timing is Timing.LATER and match.band is Band.HIGH)
    assert not (edited_later and match.band is Band.HIGH and chosen.revision != revision)


@pytest.fixture
def tools(tmp_path: Path, empty: Path, small_model: Model) -> Tools:
    office = open_office(tmp_path, empty)
    registry.enter(office, small_model, promote=True)
    return office


def show(tools: Tools, text: str, edited_at: datetime | None = None) -> None:
    """Store the one post of these tests in the wording that it has now."""
    ref, author = PostRef(platform="bluesky", uri="at://raka/1"), AccountRef(platform="bluesky", handle="raka.example")
    _save(
        tools,
        [Post(ref=ref, author=author, text=text, posted_at=datetime(2029, 9, 1, tzinfo=UTC), edited_at=edited_at)],
    )


def like(tools: Tools, who: str, at: datetime) -> None:
    ref, actor = PostRef(platform="bluesky", uri="at://raka/1"), AccountRef(platform="bluesky", handle=who)
    _save(tools, [], [Interaction(actor=actor, action=Action.LIKED, post=ref, acted_at=at)])


def _save(tools: Tools, posts: list[Post], acts: list[Interaction] | None = None) -> None:
    with tools.database.write() as session:
        owners = People.of(watching.watchlist(session)).owners(tools.secret)
        told: dict[str, Any] = {"capture_id": None, "now": tools.clock.now()}
        collecting.save_posts(session, posts, owners, **told)
        collecting.save_interactions(session, acts or [], owners, **told)


def test_a_post_that_was_made_a_call_after_the_like_is_for_review_at_most(tools: Tools) -> None:
    watch(tools, entry("mawar.example"))
    show(tools, NEWS)
    hands(tools).pass_by(hours=1)
    like(tools, "mawar.example", tools.clock.now())
    hands(tools).pass_by(hours=1)
    show(tools, CALL, edited_at=tools.clock.now())

    classify.run(tools)

    (match,) = rows(tools, "matches")
    assert (match.band, match.timing) == ("review", "later")


def test_a_call_that_was_edited_away_before_the_like_is_no_match(tools: Tools) -> None:
    watch(tools, entry("mawar.example"))
    show(tools, CALL)
    hands(tools).pass_by(hours=1)
    show(tools, NEWS, edited_at=tools.clock.now())
    hands(tools).pass_by(hours=1)
    like(tools, "mawar.example", tools.clock.now())

    assert classify.run(tools).matches == 0


@pytest.mark.parametrize(
    ("acted_at", "matches"),
    [
        (datetime(2029, 9, 9, 16, 59, tzinfo=UTC), 0),
        (datetime(2029, 9, 9, 17, 0, tzinfo=UTC), 1),  # midnight in Jakarta: the first day
        (datetime(2029, 9, 20, 16, 59, tzinfo=UTC), 1),
        (datetime(2029, 9, 20, 17, 0, tzinfo=UTC), 0),
    ],
)
def test_a_role_begins_and_ends_at_the_midnight_of_the_contest(tools: Tools, acted_at: datetime, matches: int) -> None:
    watch(tools, entry("asn.example", Role.ASN, valid_from=date(2029, 9, 10), valid_to=date(2029, 9, 20)))
    show(tools, CALL)
    like(tools, "asn.example", acted_at)

    assert classify.run(tools).matches == matches


def test_a_civil_servant_who_also_campaigns_stays_a_civil_servant(tools: Tools) -> None:
    campaign = {"contest": "sindangwangi-2029"}
    watch(tools, entry("asn.example", Role.ASN), entry("asn.example", Role.CAMPAIGN, **campaign))
    show(tools, CALL)
    like(tools, "asn.example", NOW)

    assert classify.run(tools).matches == 1


def like_between(earliest: datetime, latest: datetime) -> Flagged:
    return replace(like_at(None), acted_from=earliest, acted_to=latest)


@given(histories(), moments, st.integers(1, 8))
def test_a_time_in_words_never_accuses_more_than_any_moment_it_can_mean(
    wordings: list[ScoredWording], earliest: datetime, hours: int
) -> None:
    wordings = [replace(one, probability=0.1 * number) for number, one in enumerate(wordings, start=1)]
    found, timing = wording_at(like_between(earliest, earliest + hours * HOUR), wordings)

    for minutes in range(0, hours * 60, 30):
        exact, sure = wording_at(like_at(earliest + timedelta(minutes=minutes)), wordings)
        if sure is Timing.KNOWN:
            assert found.probability <= exact.probability
        assert timing is not Timing.KNOWN or (found, timing) == (exact, sure)


def test_a_time_in_words_that_straddles_an_edit_leaves_the_wording_open() -> None:
    said = [
        ScoredWording(version_id=1, revision=None, seen_at=NOW, edited_at=None, probability=0.9, band=Band.HIGH),
        ScoredWording(
            version_id=2, revision=None, seen_at=NOW + 2 * HOUR, edited_at=NOW + HOUR, probability=0.1, band=Band.LOW
        ),
    ]

    before = wording_at(like_between(NOW, NOW + HOUR), said)
    across = wording_at(like_between(NOW, NOW + 2 * HOUR), said)
    after = wording_at(like_between(NOW + HOUR, NOW + 2 * HOUR), said)

    assert before == (said[0], Timing.KNOWN)
    assert across == (said[1], Timing.UNKNOWN)
    assert after == (said[1], Timing.KNOWN)


@pytest.mark.parametrize(
    ("first", "last", "held"),
    [
        (date(2029, 10, 1), date(2029, 10, 2), True),
        (date(2029, 10, 2), date(2029, 10, 9), False),
        (date(2029, 9, 1), date(2029, 10, 1), False),
    ],
)
def test_a_role_counts_only_if_it_was_held_on_every_day_that_the_words_can_mean(
    first: date,
    last: date,
    held: bool,  # noqa: FBT001
) -> None:
    zone = ZoneInfo(BENCH.contest.timezone)
    midnight = datetime(2029, 10, 1, tzinfo=zone)
    act = like_between(midnight, midnight + timedelta(days=2))

    assert classify._on_duty(act, {1: [(first, last)]}, zone) is held  # noqa: SLF001
