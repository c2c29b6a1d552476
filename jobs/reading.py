"""Read the pictures of posts with few words that the reader of this machine has not read, within the budget of a run.

A picture that was not read waits; it is never taken for one without text.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from classifier.reading import Reader
from core.deeds import Did
from core.errors import MissingError, StorageError
from core.pictures import ReadState
from jobs import deeds
from jobs.tools import Tools
from storage import picture_texts

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What came of it: pictures with words, without any, unreadable ones, lost files; and how many wait now.

    `reader` is None where this machine has none. `failed` is the code of what kept it from starting.
    """

    reader: str | None
    words: int = 0
    empty: int = 0
    unreadable: int = 0
    missing: int = 0
    waiting: int = 0
    failed: str | None = None


def run(tools: Tools, reader: Reader | None, progress: Progress | None = None, *, most: int | None = None) -> Read:
    """Read what waits, the newest posts first, at most the budget of a run; each is kept as soon as it is read."""
    if reader is None:
        return Read(reader=None, waiting=unread(tools, None))
    found: Counter[ReadState] = Counter()
    lost: list[str] = []
    failed = None
    try:
        for state in islice(_readings(tools, reader, lost), tools.settings.pictures.per_run if most is None else most):
            found[state] += 1
            if progress is not None:
                progress(found.total())
    except MissingError as error:  # no reader starts here: what is left waits for one that does
        failed = error.code
    if found:
        deeds.note(tools, Did.READ, f"{reader.version}; {found.total()}")
    return Read(
        reader=reader.version,
        words=found[ReadState.OK],
        empty=found[ReadState.EMPTY],
        unreadable=found[ReadState.UNREADABLE],
        missing=len(lost),
        waiting=unread(tools, reader),
        failed=failed,
    )


def unread(tools: Tools, reader: Reader | None) -> int:
    """Count the pictures that wait for this reader; without one, those that nobody has read."""
    below = tools.settings.pictures.below_characters
    with tools.database.read() as session:
        return picture_texts.count_unread(session, reader.version if reader else None, below_characters=below)


def readings(tools: Tools) -> Mapping[str, int]:
    """Count the pictures that were read by how the reading ended: ok, empty, unreadable."""
    with tools.database.read() as session:
        return picture_texts.states(session)


def _readings(tools: Tools, reader: Reader, lost: list[str]) -> Iterator[ReadState]:
    """Read one picture after the other; of a file that is gone or changed nothing is said, and it costs no budget."""
    with tools.database.read() as session:
        waiting = picture_texts.to_read(
            session, reader.version, below_characters=tools.settings.pictures.below_characters
        )
    for sha256 in waiting:
        try:
            content = tools.blobs.get(sha256)
        except StorageError:
            lost.append(sha256)
            continue
        words = reader.read(content)
        with tools.database.write() as session:
            picture_texts.save_reading(session, sha256, reader.version, words, tools.clock.now())
        yield words.state
