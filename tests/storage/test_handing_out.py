"""Which matches a file holds, and for whom."""

from dataclasses import replace

import pytest

from core.records import Answer, Band
from core.sampling import in_second_sample
from storage.answering import DecisionRow, save_decisions
from storage.database import Session
from storage.handing_out import Choice, active_model, items, judged, stored, to_review
from storage.judged_tables import decisions, matches
from storage.judging import promote_model, save_matches
from storage.reviewing import withdraw
from storage.tables import interactions, post_versions
from tests.storage.planted import NOW, judge, like, owners, post, rows, save, watch

COUNT = 200


@pytest.fixture
def match_ids(session: Session) -> list[int]:
    """Plant matches, each more probable than the one before."""
    (account,) = watch(session, "a")
    for number in range(COUNT):
        save(session, owners(account), post(number, text=f"text {number}"), like("a", number))
    versions = sorted(number for (number,) in rows(session, post_versions, "id"))
    chances = [0.5 + number / 1000 for number in range(COUNT)]
    match = judge(session, dict(zip(versions, chances, strict=True)))
    acts = sorted(number for (number,) in rows(session, interactions, "id"))
    found = [
        replace(match, interaction_id=act, post_version_id=version, probability=chance, band=Band.REVIEW)
        for act, version, chance in zip(acts, versions, chances, strict=True)
    ]
    save_matches(session, "pilkada", found)
    return sorted(number for (number,) in rows(session, matches, "id"))


def decide(session: Session, match_ids: list[int], reviewer: str, answer: Answer = Answer.NOT) -> None:
    found = [
        DecisionRow(
            match_id=one.match_id,
            answer=answer,
            reason=None,
            note=None,
            reviewer=reviewer,
            decided_at=NOW,
            post_version_id=one.post_version_id,
            model_id=one.model_id,
            probability=one.probability,
            file_sha256=None,
            row=None,
        )
        for one in judged(session, match_ids)
    ]
    save_decisions(session, found)


def test_the_second_reviewer_gets_a_share_of_what_the_first_has_answered(
    session: Session, match_ids: list[int]
) -> None:
    answered = match_ids[:150]
    decide(session, answered, "Ani")

    choice = Choice(reviewer="Budi", overlap=0.2)
    second = set(to_review(session, choice))

    sample = {match for match in answered if in_second_sample(match, 0.2)}
    assert 15 < len(sample) < 50
    assert second == sample | set(match_ids[150:])
    assert [item.match_id for item in stored(session, choice)] == sorted(second)
    assert set(to_review(session, Choice(reviewer="Budi"))) == set(match_ids[150:])


def test_nobody_is_asked_again_what_they_have_answered(session: Session, match_ids: list[int]) -> None:
    decide(session, match_ids[:100], "Ani")
    decide(session, match_ids[50:150], "Budi")

    assert set(to_review(session, Choice(reviewer="Budi", overlap=1.0))) == {*match_ids[:50], *match_ids[150:]}


def test_nobody_is_asked_for_a_third_opinion_and_a_conflict_is_left_to_the_page(
    session: Session, match_ids: list[int]
) -> None:
    decide(session, match_ids, "Ani")
    decide(session, match_ids[:50], "Budi")
    decide(session, match_ids[50:60], "Budi", Answer.SOLICITATION)

    assert set(to_review(session, Choice(reviewer="Cici", overlap=1.0))) == set(match_ids[60:])


def test_what_was_taken_back_waits_again(session: Session, match_ids: list[int]) -> None:
    decide(session, match_ids[:2], "Ani")
    ((first,), _) = sorted(rows(session, decisions, "id"))

    withdraw(session, first, "Ani", now=NOW, overlap=0)

    assert match_ids[0] in to_review(session, Choice())
    assert match_ids[0] in to_review(session, Choice(reviewer="Ani", overlap=1.0))


def test_matches_come_in_the_order_that_was_asked_for(session: Session, match_ids: list[int]) -> None:
    assert list(to_review(session, Choice())) == match_ids[::-1]
    assert [one.match_id for one in items(session, match_ids[::-7])] == match_ids[::-7]


def test_what_an_answer_is_pinned_to_is_what_was_judged(session: Session, match_ids: list[int]) -> None:
    (one,) = judged(session, match_ids[3:4])
    (item,) = items(session, match_ids[3:4])

    names = ("match_id", "contest", "handle", "text", "post_uri", "probability")
    assert [getattr(one, name) for name in names] == [getattr(item, name) for name in names]


def test_the_model_in_use_is_named(session: Session, match_ids: list[int]) -> None:
    assert active_model(session) is None
    (one,) = judged(session, match_ids[:1])

    promote_model(session, one.model_id, NOW)

    assert active_model(session) == "m1"
