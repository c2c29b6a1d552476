"""What a reader finds is put in order; whatever a picture does to its process is an outcome, and no picture is lost."""

import numpy as np
import pytest

from classifier.reading import DEATHS, Piece, ReaderProcess, in_order
from core.errors import MissingError
from core.pictures import LONGEST_TEXT, Line, PictureWords, ReadState, Unreadable, unreadable
from tests.classifier.readers import CALL_HOME, DIE, HANG, NAME, Parrot, lame


def piece(text: str, x: float, y: float, *, width: float = 100, height: float = 20, lean: float = 0.0) -> Piece:
    """Put words on a picture that leans by so many degrees."""
    turn = np.deg2rad(lean)
    turned = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    corners = np.array([(x, y), (x + width, y), (x + width, y + height), (x, y + height)], dtype=np.float64) @ turned
    return Piece(text=text, confidence=0.9, corners=corners)


def texts(*pieces: Piece) -> list[str]:
    return [line.text for line in in_order(pieces)]


def test_lines_go_from_top_to_bottom_and_their_pieces_from_left_to_right() -> None:
    found = texts(piece("kedua", 150, 103), piece("bawah", 20, 300), piece("baris", 20, 100), piece("atas", 400, 10))

    assert found == ["atas", "baris kedua", "bawah"]


@pytest.mark.parametrize("lean", [-20, -7, 7, 20])
def test_a_leaning_picture_is_read_along_its_lean(lean: float) -> None:
    found = texts(
        piece("nomor", 250, 100, lean=lean),
        piece("Rabu", 20, 160, lean=lean),
        piece("coblos", 20, 100, lean=lean),
        piece("dua", 550, 100, lean=lean),
    )

    assert found == ["coblos nomor dua", "Rabu"]


def test_a_small_word_beside_a_tall_one_on_another_height_is_a_line_of_its_own() -> None:
    assert texts(piece("2", 20, 100, height=200), piece("nomor", 300, 110)) == ["nomor", "2"]


def test_a_picture_without_pieces_has_no_lines() -> None:
    assert in_order([]) == []


def test_the_confidence_of_a_picture_is_that_of_its_letters() -> None:
    words = PictureWords(
        state=ReadState.OK, lines=(Line(text="abcdefghi", confidence=1.0), Line(text="x", confidence=0.5))
    )

    assert (words.text, words.confidence) == ("abcdefghi\nx", 0.95)
    assert PictureWords(state=ReadState.EMPTY).confidence is None


def test_the_words_of_a_picture_have_an_end() -> None:
    line = Line(text="a" * 100, confidence=0.9)

    assert len(PictureWords(state=ReadState.OK, lines=(line,) * 100).text) == LONGEST_TEXT


def test_a_reader_in_its_process_reads_one_picture_after_the_other() -> None:
    with ReaderProcess(NAME, Parrot) as reader:
        assert reader.read(b"Coblos nomor dua").text == "Coblos nomor dua"
        assert reader.read(b"").state is ReadState.EMPTY


def test_a_picture_that_ends_the_process_is_unreadable_and_the_next_one_is_read() -> None:
    with ReaderProcess(NAME, Parrot) as reader:
        assert reader.read(DIE) == unreadable(Unreadable.READER_FAILED)
        assert reader.read(b"Halo").text == "Halo"


def test_a_picture_that_holds_the_process_is_given_up() -> None:
    with ReaderProcess(NAME, Parrot, seconds=0.5) as reader:
        reader.start()
        assert reader.read(HANG) == unreadable(Unreadable.TOO_SLOW)
        assert reader.read(b"Halo").text == "Halo"


def test_the_process_of_a_reader_reaches_no_network() -> None:
    with ReaderProcess(NAME, Parrot) as reader:
        assert reader.read(CALL_HOME) == unreadable(Unreadable.READER_FAILED)


def test_a_reader_that_does_not_get_ready_is_missing() -> None:
    with ReaderProcess(NAME, lame) as reader, pytest.raises(MissingError) as caught:
        reader.read(b"Halo")

    assert (caught.value.code, caught.value.fields["reason"]) == ("reader_not_started", 7)


@pytest.mark.parametrize("content", [DIE, HANG])
def test_a_reader_that_is_lost_again_and_again_says_nothing_of_pictures(content: bytes) -> None:
    with ReaderProcess(NAME, Parrot, seconds=0.3) as reader:
        for _ in range(DEATHS):
            reader.start()
            reader.read(content)
        with pytest.raises(MissingError):
            reader.read(b"Halo")
