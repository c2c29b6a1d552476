"""Picture → lines of text, read on this machine by a model that comes with the extra `ocr`; nothing is fetched.

The reader works in a process of its own. A picture that brings a decoder down or holds it for ever takes that process
with it, and not a round of work: it is `unreadable` then, and the next picture gets a new process.
"""

import logging
import os
import signal
import sys
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from types import TracebackType
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from classifier.images import shrunk
from core.errors import MissingError
from core.pictures import Line, PictureWords, ReadState, Unreadable, unreadable

READING = 1
"""Counts up when something here changes what is read."""
NEEDED = ("rapidocr", "onnxruntime", "PIL")
SURE = 0.5
"""Lines of less confidence are noise."""
LEANING = np.pi / 6
SECONDS_TO_START, SECONDS_A_PICTURE = 120.0, 120.0
DEATHS = 3
"""So many processes that are lost one after the other say something of this machine, and nothing of the pictures."""


class Reader(Protocol):
    """Reads pictures. `version` changes with everything that may change what is read."""

    @property
    def version(self) -> str:
        """Name the reader."""
        ...

    def read(self, content: bytes) -> PictureWords:
        """Read one picture."""
        ...


def installed() -> str | None:
    """Name the reader that is installed here; None without the extra `ocr`."""
    try:
        if any(find_spec(name) is None for name in NEEDED):
            return None
        return f"rapidocr-{version('rapidocr')}-{READING}"
    except PackageNotFoundError:
        return None


class RapidReader:
    """rapidocr with the models of its own wheel and its default language: the one for Latin letters does not load."""

    def __init__(self) -> None:
        from rapidocr import RapidOCR  # noqa: PLC0415  (comes with the extra `ocr`)

        logging.getLogger("RapidOCR").disabled = True
        threads = {"EngineConfig.onnxruntime.intra_op_num_threads": max(1, (os.cpu_count() or 2) // 2)}
        self._engine = RapidOCR(params={"Global.log_level": "critical", **threads})

    @property
    def version(self) -> str:
        """Name the reader."""
        return installed() or ""

    def read(self, content: bytes) -> PictureWords:
        """Read one picture, its lines from top to bottom."""
        frame = shrunk(content)
        if isinstance(frame, Unreadable):
            return unreadable(frame)
        found = self._engine(frame.pixels, text_score=0.0)
        lines = in_order(_pieces(found))
        sure = tuple(line for line in lines if line.confidence >= SURE)
        if sure:
            return PictureWords(state=ReadState.OK, lines=sure)
        if lines:
            return unreadable(Unreadable.UNCLEAR)
        return unreadable(Unreadable.MOVING) if frame.moving else PictureWords(state=ReadState.EMPTY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Words that the reader found together; `corners` go round from the top left one, in pixels."""

    text: str
    confidence: float
    corners: NDArray[np.float64]


def _pieces(found: Any) -> list[Piece]:  # noqa: ANN401  (rapidocr is not there without the extra)
    if found.boxes is None:
        return []
    parts = zip(found.txts, found.scores, found.boxes, strict=True)
    named = ((_clean(text), float(score), np.asarray(box, dtype=np.float64)) for text, score, box in parts)
    return [Piece(text=text, confidence=score, corners=box) for text, score, box in named if text]


def _clean(text: str) -> str:
    """Take out what no line of text holds: controls, marks of direction, runs of blanks."""
    seen = (" " if unicodedata.category(letter).startswith(("C", "Z")) else letter for letter in text)
    return " ".join("".join(seen).split())


def in_order(pieces: Sequence[Piece]) -> list[Line]:
    """Put pieces into lines, top to bottom and left to right, along the slope that most of them have."""
    if not pieces:
        return []
    slopes = [np.arctan2(*(one.corners[1] - one.corners[0])[::-1]) for one in pieces]
    slope = float(np.median(slopes))
    slope = slope if abs(slope) <= LEANING else 0.0
    upright = np.array([[np.cos(slope), -np.sin(slope)], [np.sin(slope), np.cos(slope)]])
    placed = [(one, one.corners @ upright) for one in pieces]
    placed.sort(key=lambda pair: float(pair[1][:, 1].mean()))
    rows: list[list[tuple[Piece, NDArray[np.float64]]]] = []
    for pair in placed:
        if rows and _beside(rows[-1][-1][1], pair[1]):
            rows[-1].append(pair)
        else:
            rows.append([pair])
    return [_line([one for one, _ in sorted(row, key=lambda pair: float(pair[1][:, 0].min()))]) for row in rows]


def _beside(one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    """Say whether two pieces stand on one line: their middles are closer than half of the lower one's height."""
    lower = min(float(np.ptp(one[:, 1])), float(np.ptp(other[:, 1])))
    return abs(float(one[:, 1].mean() - other[:, 1].mean())) < lower / 2


def _line(row: Sequence[Piece]) -> Line:
    letters = sum(len(one.text) for one in row)
    sure = sum(one.confidence * len(one.text) for one in row) / letters
    return Line(text=" ".join(one.text for one in row), confidence=round(sure, 4))


class ReaderProcess:
    """A reader in a process of its own, started at the first picture. MissingError where it does not start."""

    def __init__(self, name: str, make: Callable[[], Reader], *, seconds: float = SECONDS_A_PICTURE) -> None:
        self.version = name
        self._make = make
        self._seconds = seconds
        self._running: tuple[SpawnProcess, Connection] | None = None
        self._deaths = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._end()

    def start(self) -> Connection:
        """Have the process ready; where it does not get ready, MissingError says with which exit code it ended."""
        self._running = self._running or self._start()
        return self._running[1]

    def read(self, content: bytes) -> PictureWords:
        """Read one picture; whatever it does to the process is an outcome."""
        line = self.start()
        try:
            line.send(content)
            if not line.poll(self._seconds):
                return self._lost(Unreadable.TOO_SLOW)
            words: PictureWords = line.recv()
        except (EOFError, OSError):
            return self._lost(Unreadable.READER_FAILED)
        self._deaths = 0
        return words

    def _lost(self, note: Unreadable) -> PictureWords:
        self._end()
        self._deaths += 1
        return unreadable(note)

    def _start(self) -> tuple[SpawnProcess, Connection]:
        if self._deaths >= DEATHS:
            raise MissingError("reader_not_started", reader=self.version, reason=f"{self._deaths} x")
        spawn = get_context("spawn")
        ours, theirs = spawn.Pipe()
        process = spawn.Process(target=_serve, args=(theirs, self._make), daemon=True)
        process.start()
        theirs.close()
        self._running = process, ours
        try:
            if ours.poll(SECONDS_TO_START) and ours.recv():
                return process, ours
        except (EOFError, OSError):
            pass
        process.join(1)
        reason = process.exitcode
        self._end()
        raise MissingError("reader_not_started", reader=self.version, reason=reason)

    def _end(self) -> None:
        if self._running is not None:
            process, line = self._running
            self._running = None
            line.close()
            process.kill()
            process.join()
            process.close()


def _serve(line: Connection, make: Callable[[], Reader]) -> None:
    """Read what comes until nobody asks any more; an error ends the process, quietly: its end says enough."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started it ends it
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    sys.addaudithook(_stay_at_home)
    reader = make()
    line.send(reader.version or "-")
    while True:
        try:
            content = line.recv()
        except EOFError:
            return
        line.send(reader.read(content))


def _stay_at_home(event: str, _: tuple[object, ...]) -> None:
    """Keep the reader off the network: its models are here, and it has nothing to say to anybody."""
    if event in {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "urllib.Request"}:
        raise PermissionError(event)


def reader() -> ReaderProcess | None:
    """Give the reader of this machine; None without the extra `ocr`."""
    name = installed()
    return None if name is None else ReaderProcess(name, RapidReader)
