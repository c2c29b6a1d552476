"""What people are told of pictures: what was read, what waits unread, and which words are a picture's."""

import hashlib

import pytest

from classifier import reading
from classifier.reading import ReaderProcess
from core.records import AccountRef, Action, Interaction, Post, PostRef
from review.ids import public_id
from storage import pictures, watching
from storage.blobs import Blobs
from storage.judged_tables import labels
from tests.classifier.readers import NAME, Parrot, skip_without_reader
from tests.commands.desk import CALLS, MOMENT, Desk, fill, sheet
from tests.storage import planted

WORDS = CALLS[0]
HANDLE = "kel_satu@baik.example"


@pytest.fixture
def nobody_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the extra off this machine."""
    monkeypatch.setattr(reading, "NEEDED", ("no_such_package",))


@pytest.fixture
def parrot(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a reader that takes the bytes of a picture for its words."""
    monkeypatch.setattr(reading, "reader", lambda: ReaderProcess(NAME, Parrot))


@pytest.fixture
def poster(desk: Desk) -> str:
    """Plant a picture whose bytes are words for a parrot; give its SHA-256."""
    return plant_poster(desk, WORDS.encode())


def plant_poster(desk: Desk, content: bytes) -> str:
    """Plant a post of an office: two words beside a picture."""
    who, ref = AccountRef(platform="mastodon", handle=HANDLE), PostRef(platform="mastodon", uri="https://x.example/1")
    post = Post(ref=ref, author=who, text="Siap, Bos!", posted_at=MOMENT, pictures=("https://x.example/1.png",))
    sha256 = Blobs(desk.folder / "data" / "blobs").put(content)
    with desk.opened() as database, database.write() as session:
        known = planted.owners(*(one.account for one in watching.watchlist(session)))
        act = Interaction(actor=who, action=Action.POSTED, post=ref, acted_at=MOMENT)
        planted.save(session, known, post, act, now=MOMENT)
        pictures.save_addresses(session, [post], known)
        (waiting,) = pictures.to_fetch(session, below_characters=40, limit=9)
        pictures.save_picture(session, waiting.id, sha256=sha256, media_type="image/png", now=MOMENT)
    return sha256


def match_of(desk: Desk) -> str:
    """Name the match that rests on the picture: the newest."""
    return public_id(max(row[0] for row in desk.rows()["matches"]))


@pytest.mark.usefixtures("nobody_reads", "poster")
def test_without_a_reader_classify_says_how_many_pictures_wait_and_how_to_read_them(desk: Desk) -> None:
    said = desk.run("classify", "--no-pictures").out

    assert "1 pictures wait to be read; none of them counts as one without text." in said
    assert "requirements-ocr.lock" in said
    assert desk.run("classify", "--no-pictures", "--json").data["read"] == {
        "reader": None,
        "words": 0,
        "empty": 0,
        "unreadable": 0,
        "missing": 0,
        "waiting": 1,
        "failed": None,
    }


@pytest.mark.usefixtures("nobody_reads")
def test_the_doctor_says_how_to_get_a_reader(desk: Desk) -> None:
    (check,) = [one for one in desk.run("doctor", "--json").data if one["name"] == "words in pictures"]

    assert check["state"] == "ok"
    assert "requirements-ocr.lock" in check["remedy"]


@pytest.mark.usefixtures("nobody_reads", "poster")
def test_the_status_tells_unread_from_empty(desk: Desk) -> None:
    found = desk.run("pictures", "status", "--json").data

    assert found == {"reader": None, "readings": {"ok": 0, "empty": 0, "unreadable": 0}, "waiting": 1}
    assert "wait to be read" in desk.run("pictures", "status").out


@pytest.mark.usefixtures("parrot", "poster")
def test_classify_reads_pictures_before_it_scores(desk: Desk) -> None:
    done = desk.run("classify", "--no-pictures", "--json").data

    assert (done["read"]["words"], done["classified"]["pictures"], done["classified"]["matches"]) == (1, 1, 1)
    assert desk.run("pictures", "status", "--json").data["readings"]["ok"] == 1
    assert "1 with words" in desk.run("pictures", "status").out


@pytest.mark.usefixtures("parrot", "poster")
def test_pictures_can_be_read_without_scoring(desk: Desk) -> None:
    assert "1 with words, 0 without; 0 could not be read" in desk.run("pictures", "read", "--most", "5").out
    assert desk.run("pictures", "read").out == ""


@pytest.mark.usefixtures("parrot")
def test_why_shows_the_words_of_a_picture_apart_from_the_text(desk: Desk, poster: str) -> None:
    desk.run("classify", "--no-pictures")

    said, told = desk.run("why", match_of(desk)), desk.run("why", match_of(desk), "--json").data

    assert f"Words read from the picture {poster[:12]} (sure to 90%):\n{WORDS}" in said.out
    assert "Siap, Bos!" in said.out
    assert "words read from the picture, not those of the post" in said.out
    assert (told["text"], told["picture_text"], told["target"], told["band"]) == ("Siap, Bos!", WORDS, "wira", "review")
    assert [one["state"] for one in told["pictures"]] == ["ok"]
    assert {reason["picture"]["sha256"] for reason in told["reasons"]} == {hashlib.sha256(WORDS.encode()).hexdigest()}


@pytest.mark.usefixtures("parrot", "poster")
def test_a_decision_on_words_of_a_picture_teaches_nothing_of_the_text(desk: Desk) -> None:
    desk.run("classify", "--no-pictures")
    file = desk.export()
    answers = [{"decision": "solicitation"} if row["id"] == match_of(desk) else {} for row in sheet(file)]

    ran = desk.run("review", "import", str(fill(file, answers)), "--reviewer", "anggota-1", "--json")

    assert (ran.data["new"], ran.data["labels"]) == (1, 0)
    assert desk.rows()[labels.name] == []


def test_a_drawn_poster_is_read_by_the_real_reader_and_becomes_a_match_for_review(desk: Desk) -> None:
    skip_without_reader()
    from tests.classifier.posters import encoded, lettered  # noqa: PLC0415  (draws with what the extra brings)

    plant_poster(desk, encoded(lettered("Coblos nomor 1 Kang Wira!", size=40)))

    done = desk.run("classify", "--no-pictures", "--json").data

    told = desk.run("why", match_of(desk), "--json").data
    assert (done["read"]["words"], done["classified"]["matches"]) == (1, 1)
    assert (told["picture_text"], told["band"], told["target"]) == ("Coblos nomor 1 Kang Wira!", "review", "wira")
    (check,) = [one for one in desk.run("doctor", "--json").data if one["name"] == "words in pictures"]
    assert (check["state"], check["found"]) == ("ok", reading.installed())
