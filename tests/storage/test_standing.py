"""Where a match stands: one person decides, a second looks at a sample, a third settles what they see differently."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.records import Answer, Band, Standing
from storage.answering import LabelRow, current_labels, save_decisions, save_labels
from storage.database import Session
from storage.reviewing import history, judged_by_several, latest_of, standing, withdraw
from storage.standing import Said, arrange, standing_of, tally
from tests.storage.planted import LATER, NOW, decision, three_matches

YES, NO, DOUBT = Answer.SOLICITATION, Answer.NOT, Answer.UNSURE


@pytest.fixture
def match_ids(session: Session) -> list[int]:
    return three_matches(session)


def test_one_answer_decides_outside_the_sample_and_waits_for_a_second_inside() -> None:
    said = [Said("r1", YES, settles=False, at=NOW)]

    assert standing_of([], in_sample=True) == (Standing.OPEN, None)
    assert standing_of(said, in_sample=False) == (Standing.DECIDED, YES)
    assert standing_of(said, in_sample=True) == (Standing.SECOND, YES)


def test_a_doubt_always_waits_for_a_second_person() -> None:
    assert standing_of([Said("r1", DOUBT, settles=False, at=NOW)], in_sample=False) == (Standing.SECOND, DOUBT)


def test_two_who_differ_are_in_conflict_until_a_third_settles_it() -> None:
    two = [Said("r1", YES, settles=False, at=NOW), Said("r2", NO, settles=False, at=NOW)]

    assert standing_of(two, in_sample=True)[0] is Standing.CONFLICT
    assert standing_of([*two, Said("r3", YES, settles=True, at=NOW)], in_sample=True) == (Standing.DECIDED, YES)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(list(Answer))), max_size=6))
def test_people_who_agree_are_never_in_conflict_and_people_who_differ_never_decide(
    given_answers: list[tuple[str, Answer]],
) -> None:
    said = [Said(who, answer, settles=False, at=NOW) for who, answer in dict(given_answers).items()]

    found, _ = standing_of(said, in_sample=True)

    assert (found is Standing.CONFLICT) == (len({one.answer for one in said}) > 1)
    assert (found is Standing.OPEN) == (not said)


def test_tallies_follow_each_decision_as_if_counted_anew(session: Session, match_ids: list[int]) -> None:
    save_decisions(session, [decision(session, match_ids[0], YES), decision(session, match_ids[1], NO)], overlap=0)
    save_decisions(session, [decision(session, match_ids[0], NO, "r2")], overlap=0)
    moved = tally(session)

    arrange(session)

    assert moved == tally(session)
    assert moved == {
        (Standing.CONFLICT, Band.HIGH, NO): 1,
        (Standing.DECIDED, Band.REVIEW, NO): 1,
        (Standing.OPEN, Band.LOW, None): 1,
    }


def test_a_decision_that_is_taken_back_opens_its_match_again_and_stays_in_the_history(
    session: Session, match_ids: list[int]
) -> None:
    save_decisions(session, [decision(session, match_ids[0], YES)], overlap=0)
    (last,) = latest_of(session, "r1", 10)

    assert withdraw(session, last.id, "r2", now=LATER, overlap=0) is None
    assert withdraw(session, last.id, "r1", now=LATER, overlap=0) == match_ids[0]
    assert withdraw(session, last.id, "r1", now=LATER, overlap=0) is None

    assert standing(session, match_ids[0]) is Standing.OPEN
    assert [(one.row.answer, one.withdrawn_at) for one in history(session, match_ids[0])] == [(YES, LATER)]
    assert latest_of(session, "r1", 10) == []


def test_taking_back_the_newest_answer_lets_the_one_before_count_again(session: Session, match_ids: list[int]) -> None:
    save_decisions(session, [decision(session, match_ids[0], YES)], overlap=0)
    save_decisions(session, [decision(session, match_ids[0], NO)], overlap=0)

    withdraw(session, latest_of(session, "r1", 1)[0].id, "r1", now=LATER, overlap=0)

    assert tally(session)[Standing.DECIDED, Band.HIGH, YES] == 1


def test_the_label_of_a_decision_goes_with_it(session: Session, match_ids: list[int]) -> None:
    row = decision(session, match_ids[0], YES)
    label = LabelRow(
        text="text 0",
        label=True,
        kind=None,
        contest=None,
        labeller="r1",
        labelled_at=NOW,
        source="review",
        post_version_id=row.post_version_id,
    )
    save_decisions(session, [row], overlap=0)
    save_labels(session, [label])

    withdraw(session, latest_of(session, "r1", 1)[0].id, "r1", now=LATER, overlap=0)

    assert current_labels(session) == {}


def test_only_matches_that_several_judged_tell_of_agreement(session: Session, match_ids: list[int]) -> None:
    first, second, _ = match_ids
    save_decisions(session, [decision(session, first, YES), decision(session, second, NO)], overlap=0)
    save_decisions(session, [decision(session, first, NO, "r2")], overlap=0)
    save_decisions(session, [decision(session, first, YES, "r3", settles=True)], overlap=0)

    assert list(judged_by_several(session)) == [{"r1": YES, "r2": NO}]
