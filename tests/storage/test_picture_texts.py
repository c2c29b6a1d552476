"""Readings of pictures by hash and reader; which wait, which count, and which posts they flag. On both databases."""

from datetime import datetime

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from core.pictures import Line, PictureWords, ReadState, Unreadable, unreadable
from storage import judging, picture_scores, picture_texts, pictures
from storage import tables as t
from storage.database import Session
from storage.judged_tables import matches
from storage.picture_texts import count_unread, save_reading, to_read
from storage.thresholds import cut_again
from tests.storage.planted import LATER, NOW, judge, like, owners, post, rows, save, scored, watch

OLD, NEW = "reader-1", "reader-2"
A, B, C = "a" * 64, "b" * 64, "c" * 64
NO_WORDS = PictureWords(state=ReadState.EMPTY)


def words(text: str) -> PictureWords:
    return PictureWords(state=ReadState.OK, lines=(Line(text=text, confidence=0.9),))


def plant(session: Session, *hashes: str, name: str = "x", text: str = "Yuk", now: datetime = NOW) -> None:
    """Plant a post of a watched account whose pictures were fetched."""
    (account,) = watch(session, "kel")
    urls = tuple(f"https://img.example/{name}/{number}" for number in range(len(hashes)))
    shown = post(name, author="kel", text=text, pictures=urls)
    save(session, owners(account), shown, like("kel", name), now=now)
    pictures.save_addresses(session, [shown], owners(account))
    for waiting, sha256 in zip(sorted_by_url(session), hashes, strict=True):
        pictures.save_picture(session, waiting, sha256=sha256, media_type="image/png", now=NOW)


def sorted_by_url(session: Session) -> list[int]:
    found = pictures.to_fetch(session, below_characters=10_000, limit=99)
    return [one.id for one in sorted(found, key=lambda one: one.url)]


def reading_id(session: Session, sha256: str, reader: str = OLD) -> int:
    found = {(row[0], row[1]): row[2] for row in rows(session, t.picture_texts, "sha256", "reader", "id")}
    return int(found[sha256, reader])


def test_pictures_wait_until_this_reader_has_read_them_the_newest_posts_first(session: Session) -> None:
    plant(session, A, B, name="x")
    plant(session, C, name="y", now=LATER)

    assert to_read(session, OLD, below_characters=40) == [C, A, B]
    save_reading(session, C, OLD, words("Coblos"), NOW)
    assert to_read(session, OLD, below_characters=40) == [A, B]
    assert to_read(session, NEW, below_characters=40) == [C, A, B]
    assert [count_unread(session, one, below_characters=40) for one in (OLD, NEW, None)] == [2, 3, 2]


def test_a_picture_of_two_posts_waits_once_and_one_of_a_long_post_not_at_all(session: Session) -> None:
    plant(session, A, name="x")
    plant(session, A, name="y")
    plant(session, B, name="z", text="kata " * 20)

    assert to_read(session, OLD, below_characters=40) == [A]


def test_a_reading_is_kept_once_for_each_reader(session: Session) -> None:
    for text in ("pertama", "kedua"):
        save_reading(session, A, OLD, words(text), NOW)
    save_reading(session, A, NEW, NO_WORDS, NOW)

    assert rows(session, t.picture_texts, "reader", "state", "text", "confidence") == [
        (OLD, "ok", "pertama", 0.9),
        (NEW, "empty", None, None),
    ]


@pytest.mark.parametrize("row", [{"state": "ok", "text": None}, {"state": "empty", "text": ""}])
def test_only_a_picture_with_words_has_a_text(row: dict[str, str | None], session: Session) -> None:
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(insert(t.picture_texts).values(sha256=A, reader=OLD, read_at=NOW, **row))


def test_what_no_database_can_hold_is_marked(session: Session) -> None:
    save_reading(session, A, OLD, words("a\0b"), NOW)

    assert rows(session, t.picture_texts, "text") == [("a\N{REPLACEMENT CHARACTER}b",)]


@pytest.mark.parametrize(
    ("before", "after", "counted"),
    [
        (words("lama"), words("baru"), ("ok", "baru")),
        (words("lama"), NO_WORDS, ("empty", None)),
        (words("lama"), unreadable(Unreadable.BROKEN), ("ok", "lama")),
        (unreadable(Unreadable.BROKEN), words("baru"), ("ok", "baru")),
        (unreadable(Unreadable.BROKEN), unreadable(Unreadable.UNCLEAR), ("unreadable", None)),
    ],
)
def test_the_newest_reading_that_says_something_counts(
    before: PictureWords, after: PictureWords, counted: tuple[str, str | None], session: Session
) -> None:
    plant(session, A)
    template = judge(session, {1: 0.1})
    match = {"interaction_id": 1, "post_version_id": 1, "probability": 0.1, "band": "low", "timing": "known"}
    key = {"contest_revision_id": template.contest_revision_id, "model_id": template.model_id}
    session.execute(insert(matches).values(contest="pilkada", flagged_at=NOW, **match, **key))
    save_reading(session, A, OLD, before, NOW)
    save_reading(session, A, NEW, after, LATER)

    (found,) = picture_texts.of_match(session, 1)

    assert (found.state, found.text) == counted
    assert sum(picture_texts.states(session).values()) == 1


def test_words_of_pictures_are_scored_once_for_each_model_and_contest(session: Session) -> None:
    plant(session, A, B)
    save_reading(session, A, OLD, words("Coblos"), NOW)
    save_reading(session, B, OLD, NO_WORDS, NOW)
    template = judge(session, {})
    key = {"model_id": template.model_id, "revision_id": template.contest_revision_id}

    (waiting,) = picture_scores.unscored(session, **key, limit=9)
    picture_scores.save(session, [(waiting.text_id, scored(0.9))], **key, now=NOW)

    assert (waiting.sha256, waiting.text) == (A, "Coblos")
    assert picture_scores.unscored(session, **key, limit=9) == []
    assert len(picture_scores.unscored(session, model_id=key["model_id"], revision_id=0, limit=9)) == 1


def test_a_flagged_picture_flags_its_posts_and_the_strongest_counts(session: Session) -> None:
    plant(session, A, B, C)
    for sha256 in (A, B, C):
        save_reading(session, sha256, OLD, words(sha256[:3]), NOW)
    template = judge(session, {1: 0.1})
    key = {"model_id": template.model_id, "revision_id": template.contest_revision_id}
    ids = [reading_id(session, sha256) for sha256 in (A, B, C)]
    found = zip(ids, (scored(0.5), scored(0.9), scored(0.1)), strict=True)
    picture_scores.save(session, found, **key, now=NOW)

    strongest = picture_scores.strongest(session, [1], **key)

    assert (strongest[1].text_id, strongest[1].probability) == (ids[1], 0.9)
    assert [act.post_id for act in judging.flagged_acts(session, **key)] == [1]
    flagged = picture_scores.flagged_in(session, ids, model_id=key["model_id"], revision_ids=[key["revision_id"]])
    assert flagged == {
        ids[0]: ("aaa", frozenset({key["revision_id"]})),
        ids[1]: ("bbb", frozenset({key["revision_id"]})),
    }


def test_bands_of_pictures_are_cut_where_those_of_texts_are(session: Session) -> None:
    plant(session, A)
    save_reading(session, A, OLD, words("Coblos"), NOW)
    template = judge(session, {1: 0.5})
    key = {"model_id": template.model_id, "revision_id": template.contest_revision_id}
    picture_scores.save(session, [(reading_id(session, A), scored(0.5))], **key, now=NOW)

    changed = cut_again(session, model_id=template.model_id, high=0.4, review=0.3)

    assert changed == 2
    assert picture_scores.strongest(session, [1], **key)[1].probability == 0.5
    assert cut_again(session, model_id=template.model_id, high=0.9, review=0.8) == 2
    assert picture_scores.strongest(session, [1], **key) == {}
