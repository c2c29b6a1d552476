"""tilik pictures: read the words in the pictures of posts, and say what is read and what waits."""

import sys
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress

from commands.shared import CONFIG, ConfigOption, JsonOption, answer, errors, note, tell, tools
from language import say

if TYPE_CHECKING:
    from classifier.reading import Reader
    from jobs.reading import Read
    from jobs.tools import Tools

app = typer.Typer(no_args_is_help=True, help=say("Words in the pictures of posts with few words."))


def how() -> str:
    """Say what brings the reader; the lock lies beside requirements.lock."""
    command = f"{sys.executable} -m pip install --require-hashes -r requirements-ocr.lock"
    return say("in the folder of tilik: {command}", command=command)


def open_reader() -> "AbstractContextManager[Reader | None]":
    """Open the reader of this machine; None without the extra `ocr`. It starts at the first picture."""
    from classifier import reading

    return reading.reader() or nullcontext()


def read_waiting(opened: "Tools", *, most: int | None = None) -> "Read":
    """Read the pictures that wait, and show on a terminal how many are done."""
    from jobs import reading

    with open_reader() as reader, Progress(console=errors, transient=True, disable=not errors.is_terminal) as bar:
        task = bar.add_task(say("Reading pictures"), total=None)
        return reading.run(opened, reader, lambda count: bar.update(task, completed=count), most=most)


def tell_read(done: "Read") -> None:
    """Say what was read, and what was not: a picture that nobody read is not one without text."""
    if done.reader is not None and done.words + done.empty + done.unreadable + done.missing:
        told = {"words": done.words, "empty": done.empty, "unreadable": done.unreadable}
        tell("Pictures read: {words} with words, {empty} without; {unreadable} could not be read.", **told)
    if done.missing:
        note("{count} pictures are no longer in data/blobs, or were changed there.", count=done.missing)
    if done.failed is not None:
        note("The reader of pictures does not start on this machine. See: tilik doctor")
    if done.waiting:
        tell("{count} pictures wait to be read; none of them counts as one without text.", count=done.waiting)
        if done.reader is None:
            tell("  To read them: {how}", how=how())


@app.command()
def read(
    most: Annotated[int | None, typer.Option("--most", min=1, help=say("At most so many pictures."))] = None,
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Read pictures that wait, as `tilik classify` does before it scores."""
    with tools(config) as opened:
        done = read_waiting(opened, most=most)
    answer(done) if as_json else tell_read(done)


@app.command()
def status(config: ConfigOption = CONFIG, as_json: JsonOption = False) -> None:
    """Say how many pictures were read, and how many wait."""
    from jobs import reading

    with tools(config) as opened, open_reader() as reader:
        waiting = reading.unread(opened, reader)
        found = reading.readings(opened)
    name = reader.version if reader else None
    if as_json:
        answer({"reader": name, "readings": found, "waiting": waiting})
        return
    tell("Reader: {reader}", reader=name or say("none"))
    tell("Pictures read: {words} with words, {empty} without; {unreadable} could not be read.",
         words=found["ok"], empty=found["empty"], unreadable=found["unreadable"])  # fmt: skip
    tell("{count} pictures wait to be read; none of them counts as one without text.", count=waiting)
    if reader is None:
        tell("  To read them: {how}", how=how())
