"""Words in pictures: read within a budget, scored apart, never enough for `high`, never taken for the post's own."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from classifier.model import Model
from core.errors import MissingError
from core.pictures import PictureWords
from core.records import AccountRef, Action, Band, Interaction, Post, PostRef, Role, Timing
from core.settings import Contest, Pictures
from jobs import classify, reading, registry, similar
from jobs.classify import Classified
from jobs.reading import Read
from jobs.tools import Tools
from jobs.watchlist import People
from storage import answering, collecting, picture_texts, pictures, watching
from storage.answering import ReviewItem
from tests.classifier.readers import BROKEN, NAME, Parrot
from tests.jobs.office import entry, moved, open_office, rows, settings, watch
from tests.jobs.test_marking import BARE, GOVERNOR, governors, in_office

POSTED = datetime(2029, 10, 1, 3, tzinfo=UTC)
CALL = "Ayo warga, coblos nomor 1 Kang Raka dan Teh Melati tanggal 28 November!"
WORK = "Kerja bakti membersihkan selokan hari Minggu pukul tujuh pagi."
LONG = "Kerja bakti warga RT 3 hari Minggu pukul tujuh, bawa alat masing-masing."


@pytest.fixture
def office(tmp_path: Path, empty: Path, small_model: Model) -> Tools:
    tools = open_office(tmp_path / "office", empty)
    registry.enter(tools, small_model, promote=True)
    watch(tools, entry("kel.test"))
    return tools


def plant(
    tools: Tools,
    *shown: str,
    text: str | None = "Yuk!",
    name: str = "1",
    author: str = "kel.test",
    acts: Sequence[Interaction] | None = None,
) -> None:
    """Plant a post whose pictures were fetched; their bytes are what a parrot reads in them."""
    who, ref, now = AccountRef(platform="bluesky", handle=author), PostRef(platform="bluesky", uri=name), POSTED
    urls = tuple(f"https://img.example/{name}/{at}" for at in range(len(shown)))
    post = Post(ref=ref, author=who, text=text, posted_at=POSTED, pictures=urls)
    posted = [Interaction(actor=who, action=Action.POSTED, post=ref, acted_at=POSTED)]
    with tools.database.write() as session:
        owners = People.of(watching.watchlist(session)).owners(tools.secret)
        collecting.save_posts(session, [post], owners, capture_id=None, now=now)
        collecting.save_interactions(session, posted if acts is None else acts, owners, capture_id=None, now=now)
        pictures.save_addresses(session, [post], owners)
        for waiting in pictures.to_fetch(session, below_characters=10_000, limit=99):
            content = shown[int(waiting.url.rsplit("/", 1)[1])].encode()
            sha256 = tools.blobs.put(content)
            pictures.save_picture(session, waiting.id, sha256=sha256, media_type="image/png", now=now)


def judge(tools: Tools, reader: Parrot | None = None) -> Classified:
    """Read, then score, as `tilik classify` does."""
    reading.run(tools, reader or Parrot())
    return classify.run(tools)


def item(tools: Tools) -> ReviewItem:
    (match,) = rows(tools, "matches")
    with tools.database.read() as session:
        found = answering.review_item(session, match.id)
    assert found is not None
    return found


def test_what_a_poster_says_makes_a_match_for_review_and_the_text_of_the_post_stays(office: Tools) -> None:
    plant(office, CALL)

    done = judge(office)

    found = item(office)
    assert (done.pictures, done.matches, found.band) == (1, 1, Band.REVIEW)
    assert [row.target for row in rows(office, "matches")] == [found.target] == ["raka-melati"]
    assert (found.text, found.picture_text) == ("Yuk!", CALL)
    assert [one.text for one in rows(office, "post_versions")] == ["Yuk!"]


def test_a_reason_from_a_picture_says_so_and_points_into_the_words_of_that_picture(office: Tools) -> None:
    plant(office, CALL)
    judge(office)

    reasons = item(office).reasons

    assert reasons
    for reason in reasons:
        assert reason["span"] is None
        assert reason["picture"]["sha256"] == hashlib.sha256(CALL.encode()).hexdigest()
        first, last = reason["picture"]["span"]
        assert CALL[first:last].startswith(reason["word"])


def test_the_words_of_the_post_keep_their_own_score_and_reasons(office: Tools) -> None:
    plant(office, CALL)
    judge(office)

    (own,), (read,) = rows(office, "scores"), rows(office, "picture_scores")

    assert own.band == Band.LOW
    assert read.band == Band.HIGH
    assert all("picture" not in reason for reason in own.reasons)


def test_a_post_that_calls_in_its_own_words_does_not_rest_on_its_picture(office: Tools) -> None:
    plant(office, CALL, text=CALL)
    below = replace(office, settings=settings(pictures=Pictures(below_characters=10_000)))

    judge(below)

    found = item(office)
    assert (found.band, found.picture_text_id) == (Band.HIGH, None)
    assert [reason["span"] is not None for reason in found.reasons] == [True] * len(found.reasons)


def test_a_picture_read_later_makes_the_match_then(office: Tools) -> None:
    plant(office, CALL)

    before = classify.run(office)
    after = judge(office)

    assert (before.matches, before.pictures) == (0, 0)
    assert (after.matches, after.scored, after.pictures) == (1, 0, 1)


def test_scoring_again_changes_nothing(office: Tools) -> None:
    plant(office, CALL)
    judge(office)
    before = rows(office, "matches")

    again = judge(office)

    assert (again.pictures, again.matches, again.lowered) == (0, 0, 0)
    assert rows(office, "matches") == before


def test_of_several_pictures_the_one_that_calls_counts(office: Tools) -> None:
    plant(office, WORK, CALL, BROKEN.decode())

    judge(office)

    assert item(office).picture_text == CALL


def test_without_a_reader_pictures_wait_and_are_not_without_text(office: Tools) -> None:
    plant(office, CALL, WORK)

    done = reading.run(office, None)

    assert done == Read(reader=None, waiting=2)
    assert rows(office, "picture_texts") == []


def test_each_outcome_is_kept_and_no_picture_is_read_twice(office: Tools) -> None:
    plant(office, CALL, "", BROKEN.decode())
    reader = Parrot()

    first, again = reading.run(office, reader), reading.run(office, reader)

    assert first == Read(reader=NAME, words=1, empty=1, unreadable=1)
    assert again == Read(reader=NAME)
    assert len(reader.asked) == 3
    states = {(row.state, row.text, row.note) for row in rows(office, "picture_texts")}
    assert states == {("ok", CALL, None), ("empty", None, None), ("unreadable", None, "picture_broken")}


def test_the_same_picture_in_two_posts_is_read_once_and_counts_for_both(office: Tools) -> None:
    plant(office, CALL, name="1")
    plant(office, CALL, name="2")
    reader = Parrot()

    done = judge(office, reader)

    assert (len(reader.asked), done.pictures, done.matches) == (1, 1, 2)


def test_pictures_of_posts_with_words_enough_are_not_read(office: Tools) -> None:
    plant(office, CALL, text=LONG)

    assert reading.run(office, Parrot()) == Read(reader=NAME)


def test_the_budget_of_a_run_is_kept_and_the_rest_waits(office: Tools) -> None:
    plant(office, "satu", "dua", "tiga")
    poor = replace(office, settings=settings(pictures=Pictures(per_run=2)))

    assert reading.run(poor, Parrot()) == Read(reader=NAME, words=2, waiting=1)
    assert reading.run(poor, Parrot(), most=9) == Read(reader=NAME, words=1)


def test_a_picture_whose_file_is_gone_is_told_and_keeps_waiting(office: Tools) -> None:
    plant(office, CALL, WORK)
    office.blobs.path(hashlib.sha256(CALL.encode()).hexdigest()).unlink()

    done = reading.run(office, Parrot())

    assert done == Read(reader=NAME, words=1, missing=1, waiting=1)


def test_another_reader_reads_again_and_its_words_count_from_then_on(office: Tools) -> None:
    plant(office, CALL)
    judge(office)

    class Better(Parrot):
        def read(self, content: bytes) -> PictureWords:
            return super().read(WORK.encode())

    done = judge(office, Better("parrot-2"))

    (match,) = rows(office, "matches")
    assert (done.pictures, done.lowered, match.band) == (1, 1, Band.LOW)
    assert judge(office, Better("parrot-2")).lowered == 0


def test_a_later_reader_that_fails_takes_nothing_back(office: Tools) -> None:
    plant(office, CALL)
    judge(office)

    class Worse(Parrot):
        def read(self, content: bytes) -> PictureWords:
            return super().read(BROKEN)

    done = judge(office, Worse("parrot-2"))

    assert (done.lowered, item(office).band) == (0, Band.REVIEW)
    with office.database.read() as session:
        assert picture_texts.states(session) == {"ok": 1, "empty": 0, "unreadable": 0}
        (shown,) = picture_texts.of_match(session, item(office).match_id)
    assert (shown.text, shown.reader) == (CALL, NAME)


def test_a_reader_that_does_not_start_leaves_the_pictures_waiting_and_the_round_goes_on(office: Tools) -> None:
    class Absent(Parrot):
        def read(self, content: bytes) -> PictureWords:
            raise MissingError("reader_not_started", reader=NAME, reason=7)

    plant(office, CALL)

    assert reading.run(office, Absent()) == Read(reader=NAME, waiting=1, failed="reader_not_started")


def test_a_new_model_judges_the_words_of_pictures_anew(office: Tools, small_model: Model) -> None:
    plant(office, CALL)
    judge(office)
    registry.enter(office, moved(small_model, 0.01), promote=True)

    again = classify.run(office)

    assert (again.pictures, again.matches, again.lowered) == (1, 0, 0)
    assert item(office).picture_text == CALL


def test_a_like_of_an_edited_post_does_not_say_which_picture_stood_there(office: Tools) -> None:
    campaign = entry("tim.test", Role.CAMPAIGN, contest=office.settings.contests[0].id)
    watch(office, entry("kel.test"), campaign)
    like = Interaction(
        actor=AccountRef(platform="bluesky", handle="kel.test"),
        action=Action.LIKED,
        post=PostRef(platform="bluesky", uri="1"),
        acted_at=POSTED.replace(day=2),
    )
    plant(office, CALL, text="Yuk!", author="tim.test", acts=[like])
    judge(office)
    assert item(office).timing == Timing.KNOWN

    plant(office, CALL, text="Ayo!", author="tim.test", acts=[])
    judge(office)

    assert item(office).timing == Timing.UNKNOWN


def test_a_post_of_the_incumbents_programme_is_a_match_where_its_picture_calls(office: Tools) -> None:
    tools = replace(office, settings=in_office())
    plant(tools, CALL, text="Kartu Caang tahap dua")

    first, again = judge(tools), judge(tools)

    assert (first.matches, again.lowered) == (1, 0)
    assert item(tools).band == Band.REVIEW


@pytest.mark.parametrize(("words", "contests"), [(GOVERNOR, ["gubernur-2029"]), (BARE, ["sindangwangi-2029"])])
def test_of_contests_on_one_day_the_one_counts_that_the_picture_names(
    words: str, contests: list[str], office: Tools
) -> None:
    both: tuple[Contest, ...] = (settings().contests[0], governors())
    tools = replace(office, settings=settings(contests=both))
    plant(tools, words)

    judge(tools)

    assert [row.contest for row in rows(tools, "matches") if row.band != Band.LOW] == contests


def test_a_post_without_a_known_wording_makes_no_match_but_its_picture_is_read(office: Tools) -> None:
    plant(office, CALL, text=None)

    assert judge(office).matches == 0
    assert [row.state for row in rows(office, "picture_texts")] == ["ok"]


def test_matches_that_rest_on_one_picture_share_its_card(office: Tools) -> None:
    for name, text in (("1", "Yuk!"), ("2", "Siap"), ("3", CALL)):
        plant(office, CALL, name=name, text=text)

    judge(office)

    with office.database.read() as session:
        assert [similar.alike(session, row.id) for row in rows(office, "matches")] == [[2], [1], []]
