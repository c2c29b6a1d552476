"""What people said is only ever added to, and the newest counts."""

from dataclasses import replace

import pytest

from core.records import Answer, Band, Kind
from storage.acts import flagged, stored
from storage.answering import (
    LabelRow,
    authors_of_labels,
    current_labels,
    items_by_id,
    last_decisions,
    review_counts,
    review_item,
    review_items,
    save_decisions,
    save_labels,
)
from storage.collecting import text_digest
from storage.database import Session
from storage.judged_tables import decisions, labels
from storage.tables import posts
from tests.storage.planted import LATER, NOW, PLATFORM, decision, rows, three_matches


@pytest.fixture
def match_ids(session: Session) -> list[int]:
    return three_matches(session)


def label(text: str, labeller: str = "r1", *, says: bool = True, **changes: object) -> LabelRow:
    kind = Kind.EXPLICIT_CALL
    row = LabelRow(text=text, label=says, kind=kind, contest=None, labeller=labeller, labelled_at=NOW, source="review")
    return replace(row, **changes)  # type: ignore[arg-type]


def test_what_waits_is_shown_most_probable_first(session: Session, match_ids: list[int]) -> None:
    high, review, low = match_ids

    assert [item.match_id for item in review_items(session)] == [high, review]
    assert [item.match_id for item in review_items(session, everything=True)] == [high, review, low]
    assert review_counts(session) == {
        "waiting_high": 1,
        "waiting_review": 1,
        "waiting_low": 1,
        "second": 0,
        "conflict": 0,
        "solicitation": 0,
        "not": 0,
        "unsure": 0,
    }


def test_an_item_holds_what_a_person_needs(session: Session, match_ids: list[int]) -> None:
    item = review_item(session, match_ids[0])

    assert item is not None
    assert (item.platform, item.handle, item.action, item.text) == (PLATFORM, "a", "liked", "text 0")
    assert (item.band, item.kind, item.answer, item.first_seen_at) == (Band.HIGH, Kind.EXPLICIT_CALL, None, NOW)
    assert items_by_id(session, [*match_ids, 10**6])[match_ids[0]] == item
    assert review_item(session, 10**6) is None


def test_decisions_are_added_and_the_newest_shows(session: Session, match_ids: list[int]) -> None:
    for answer in (Answer.NOT, Answer.UNSURE, Answer.SOLICITATION):
        save_decisions(session, [decision(session, match_ids[0], answer)])
    other = decision(session, match_ids[0], Answer.NOT, reviewer="r2")
    save_decisions(session, [other])

    assert [answer for _, answer in sorted(rows(session, decisions, "id", "answer"))] == [
        *(Answer.NOT, Answer.UNSURE, Answer.SOLICITATION, Answer.NOT)
    ]
    last = last_decisions(session, match_ids)
    assert {who: one.answer for (_, who), one in last.items()} == {
        "r1": Answer.SOLICITATION,
        "r2": Answer.NOT,
    }
    assert last[match_ids[0], "r2"] == other
    assert [item.match_id for item in review_items(session)] == [match_ids[1]]
    assert review_counts(session)["conflict"] == 1


def test_a_label_that_says_nothing_new_is_not_added(session: Session) -> None:
    assert save_labels(session, [label("a"), label("b")]) == 2
    assert save_labels(session, [label("a", labelled_at=LATER), label("c")]) == 1
    assert save_labels(session, [label("a", says=False, labelled_at=LATER)]) == 1

    assert rows(session, labels, "text", "label") == [("a", False), ("a", True), ("b", True), ("c", True)]
    assert current_labels(session)[text_digest("a")]["r1"].label is False


def test_two_acts_that_rest_on_one_text_make_one_label(session: Session) -> None:
    assert save_labels(session, [label("a"), label("a", says=False), label("a", "r2")]) == 2

    given = current_labels(session)[text_digest("a")]
    assert {labeller: one.label for labeller, one in given.items()} == {"r1": False, "r2": True}


def test_a_labelled_text_names_its_author_only_opaquely(session: Session, match_ids: list[int]) -> None:
    item = review_item(session, match_ids[0])
    assert item is not None
    save_labels(session, [label(item.text, post_version_id=item.post_version_id), label("from nowhere")])

    assert authors_of_labels(session) == {item.post_version_id: "hidden calon"}
    assert rows(session, posts, "author_id") == [(None,)] * 3


def test_acts_are_listed_with_those_that_are_flagged(session: Session, match_ids: list[int]) -> None:
    assert list(stored(session)) == [(PLATFORM, "a", "liked", f"warga://{number}") for number in range(len(match_ids))]
    assert list(flagged(session)) == list(stored(session))[:2]
