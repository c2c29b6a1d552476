"""Which acts become matches, with which wording, and what a new model or contest changes."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from classifier.features import letters_of
from classifier.model import Model
from classifier.text import plain_words
from core.records import Action, Band, Role, Timing
from jobs import classify, registry
from jobs.classify import wording_at
from jobs.tools import Tools
from storage.judging import Flagged, ScoredWording
from tests.jobs.office import crawl_all, entry, moved, open_office, rows, watch
from tests.scraper.atproto import Network, Repo

CALL = "Ayo warga, coblos nomor 1 Kang Raka dan Teh Melati tanggal 28 November!"
WORK = "Kerja bakti membersihkan selokan hari Minggu pukul tujuh pagi."
ACT = datetime(2029, 10, 1, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def office(tmp_path: Path, empty: Path, small_model: Model) -> Tools:
    tools = open_office(tmp_path / "office", empty)
    registry.enter(tools, small_model, promote=True)
    return tools


def network() -> tuple[Network, Repo, Repo]:
    kelurahan, campaign = Repo("did:plc:kel", "kel.test"), Repo("did:plc:tim", "tim.test")
    call, work = campaign.post(CALL), campaign.post(WORK)
    kelurahan.like(call)
    kelurahan.like(work)
    return Network(kelurahan, campaign), kelurahan, campaign


def test_a_like_of_a_call_becomes_a_match_and_a_like_of_anything_else_does_not(office: Tools) -> None:
    watch(office, entry("kel.test"), entry("tim.test", Role.CAMPAIGN, contest="sindangwangi-2029"))
    crawl_all(office, network()[0])

    done = classify.run(office)

    (match,) = rows(office, "matches")
    (version,) = [one for one in rows(office, "post_versions") if one.id == match.post_version_id]
    assert done.matches == 1
    assert version.text == CALL


def test_no_word_of_what_was_scored_stays_in_memory_until_the_next_round(office: Tools) -> None:
    watch(office, entry("kel.test"))
    crawl_all(office, network()[0])

    assert classify.run(office).scored > 0

    assert letters_of.cache_info().currsize == plain_words.cache_info().currsize == 0


def test_what_a_campaign_does_itself_is_never_a_match(office: Tools) -> None:
    watch(office, entry("tim.test", Role.CAMPAIGN, contest="sindangwangi-2029"))
    crawl_all(office, network()[0])

    assert classify.run(office).matches == 0


def test_an_act_before_the_role_began_or_after_it_ended_is_no_match(office: Tools) -> None:
    over = date(2029, 9, 30)
    watch(office, entry("kel.test", valid_from=date(2029, 1, 1), valid_to=None))
    crawl_all(office, network()[0])
    watch(office, entry("kel.test", valid_from=date(2029, 1, 1), valid_to=over))

    assert classify.run(office).matches == 0


def test_scoring_again_scores_nothing_and_matches_stay_one(office: Tools) -> None:
    watch(office, entry("kel.test"))
    crawl_all(office, network()[0])
    first = classify.run(office)

    again = classify.run(office)

    assert (first.matches, again.scored, again.matches) == (1, 0, 0)
    assert len(rows(office, "matches")) == 1


def test_a_changed_contest_scores_everything_anew_and_keeps_the_match(office: Tools) -> None:
    watch(office, entry("kel.test"))
    crawl_all(office, network()[0])
    first = classify.run(office)
    contest = office.settings.contests[0]
    known = contest.candidates[0].model_copy(update={"nicknames": (*contest.candidates[0].nicknames, "Akang")})
    changed = contest.model_copy(update={"candidates": (known, *contest.candidates[1:])})
    settings = office.settings.model_copy(update={"contests": (changed,)})

    again = classify.run(replace(office, settings=settings))

    assert again.scored == first.scored
    assert [row.contest for row in rows(office, "contest_revisions")] == [contest.id] * 2
    assert len(rows(office, "matches")) == 1


def test_a_broken_model_leaves_the_last_good_one_at_work(office: Tools, small_model: Model) -> None:
    newer = moved(small_model, 0.01)
    registry.enter(office, newer, promote=True)
    (office.models / newer.version / "model.skops").write_bytes(b"PK\x03\x04 not a model")

    active = registry.active(office)

    assert (active.version.version, active.broken) == (small_model.version, (newer.version,))


def act(action: Action = Action.LIKED, *, at: datetime | None = ACT, revision: str | None = None) -> Flagged:
    return Flagged(
        interaction_id=1,
        account_id=1,
        action=action,
        post_id=1,
        acted_at=at,
        first_seen_at=ACT,
        post_revision=revision,
    )


def wording(
    number: int, seen: datetime, *, edited: datetime | None = None, revision: str | None = None, chance: float = 0.9
) -> ScoredWording:
    return ScoredWording(
        version_id=number,
        revision=revision,
        seen_at=seen,
        edited_at=edited,
        probability=chance,
        band=Band.HIGH if chance > 0.5 else Band.LOW,
    )


@pytest.mark.parametrize(
    ("done", "wordings", "chosen", "timing"),
    [
        (act(), [wording(1, ACT - HOUR)], 1, Timing.KNOWN),
        (act(), [wording(1, ACT - 2 * HOUR), wording(2, ACT - HOUR)], 2, Timing.KNOWN),
        (act(), [wording(1, ACT - HOUR), wording(2, ACT + HOUR)], 1, Timing.KNOWN),
        (act(), [wording(1, ACT + HOUR)], 1, Timing.UNKNOWN),
        (act(), [wording(1, ACT + 2 * HOUR, edited=ACT + HOUR)], 1, Timing.LATER),
        (act(at=None), [wording(1, ACT)], 1, Timing.UNKNOWN),
        (act(revision="b"), [wording(1, ACT, revision="a"), wording(2, ACT + HOUR, revision="b")], 2, Timing.KNOWN),
        (act(revision="b"), [wording(1, ACT + HOUR, revision="a")], 1, Timing.LATER),
        (act(Action.POSTED), [wording(1, ACT, chance=0.2), wording(2, ACT + HOUR)], 2, Timing.KNOWN),
    ],
)
def test_the_wording_that_counts_is_the_one_that_stood_there_at_the_act(
    done: Flagged, wordings: list[ScoredWording], chosen: int, timing: Timing
) -> None:
    found, when = wording_at(done, wordings)

    assert (found.version_id, when) == (chosen, timing)
