"""Readers for tests: they read a picture's bytes as its words, and do to their process what a hostile picture might."""

import os
import socket
import time

import pytest

from classifier.reading import installed
from core.pictures import Line, PictureWords, ReadState, Unreadable, unreadable

NAME = "parrot-1"
DIE, HANG, CALL_HOME, BROKEN = b"die", b"hang", b"call home", b"broken"


class Parrot:
    """Takes bytes for words: none for an empty picture, and some for what goes wrong."""

    def __init__(self, version: str = NAME) -> None:
        self.version = version
        self.asked: list[bytes] = []

    def read(self, content: bytes) -> PictureWords:
        """Say what the bytes say."""
        self.asked.append(content)
        match content:
            case b"die":
                os._exit(3)
            case b"hang":
                time.sleep(60)
            case b"call home":
                socket.create_connection(("127.0.0.1", 9))
            case b"broken":
                return unreadable(Unreadable.BROKEN)
            case b"":
                return PictureWords(state=ReadState.EMPTY)
        lines = tuple(Line(text=line, confidence=0.9) for line in content.decode().splitlines())
        return PictureWords(state=ReadState.OK, lines=lines)


def lame() -> Parrot:
    """Never get ready."""
    os._exit(7)


def skip_without_reader() -> None:
    """Skip a file of tests, and say how to have them; fail where TILIK_OCR=required asks for them."""
    if installed() is None:
        message = "the reader of pictures is missing: pip install --require-hashes -r requirements-ocr.lock"
        if os.environ.get("TILIK_OCR") == "required":
            pytest.fail(message)
        pytest.skip(message, allow_module_level=True)
