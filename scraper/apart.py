"""A process of its own in which foreign bytes are taken to pieces, so that the worst of them cost that process alone.

It may use so much CPU time and so much memory for each piece of work, writes no file and calls nobody; when it asks for
more it dies, and what it was given has a name for that. Windows knows no such limits: there time alone ends it.
"""

import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from types import TracebackType
from typing import Self, cast
from zoneinfo import ZoneInfo

from core.errors import InputError, LayoutError, TilikError
from core.records import Capture
from scraper import bounds
from scraper.adapter import Adapter, Page, PageRequest
from scraper.captures.entries import Content

if sys.platform != "win32":
    import resource

CPU_SECONDS = 10
MEMORY = 1024**3
WALL_SECONDS = 30.0
"""Where the machine is busy, ten seconds of work take longer."""
WALL_WITHOUT_LIMITS = 15.0
START_SECONDS = 60.0
LAST_WORDS = 1.0
MISTAKE, FULL = 1, 9
"""How the process ends by itself: by an error that nobody expected, for want of memory."""
MEGABYTE = 1024**2
JSON = frozenset({b"{", b"["})
HOME = frozenset({"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "urllib.Request", "subprocess.Popen"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What one piece of work may cost."""

    cpu: int = CPU_SECONDS
    memory: int = MEMORY
    wall: float = WALL_SECONDS if sys.platform != "win32" else WALL_WITHOUT_LIMITS


def budget_of(size: int) -> Budget:
    """Give a file of this size its budget: a record of a whole day is large, and nothing is wrong with it."""
    more = size // MEGABYTE
    plain = Budget()
    return Budget(cpu=plain.cpu + more // 2, memory=plain.memory + 12 * size, wall=plain.wall + more)


class Apart:
    """The process; it starts with the first piece of work, and again after it died."""

    def __init__(self, budget: Budget | None = None) -> None:
        self._budget = budget or Budget()
        self._running: tuple[SpawnProcess, Connection] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._end()

    def open_file(self, path: Path, *, otherwise: datetime, zone: ZoneInfo, url: str | None = None) -> Content:
        """Open a file that somebody brought. InputError like `files.open_file`, and `import_too_costly`.

        JSON of a few pages is opened where we are: it can do nothing but be long.
        """
        from scraper.captures.files import open_file  # noqa: PLC0415  (a crawl needs no formats of files)

        try:
            size = path.stat().st_size
            with path.open("rb") as stream:
                plain = size <= bounds.LIGHT_BYTES and stream.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in JSON
        except OSError:
            size, plain = 0, True  # whoever opens it says what is wrong with it
        if plain:
            return open_file(path, otherwise=otherwise, zone=zone, url=url)
        try:
            content = self._ask(budget_of(size), "open_file", path, otherwise=otherwise, zone=zone, url=url)
        except EOFError as error:
            raise InputError("import_too_costly", problems=(), path=path.name) from error
        return cast("Content", content)

    def read(self, adapter: Adapter, request: PageRequest, capture: Capture) -> Page:
        """Read a page. LayoutError like `reader.read`, and those of `bounds`."""
        try:
            page = self._ask(self._budget, "read", adapter, request, capture)
        except EOFError as error:
            raise LayoutError("page_too_costly", url=capture.url) from error
        return cast("Page", page)

    def _ask(self, budget: Budget, work: str, *given: object, **more: object) -> object:
        """Have one piece of work done; EOFError where it cost too much, RuntimeError for a mistake of ours."""
        line = self._start()
        answer: object = None
        with suppress(EOFError, OSError):
            line.send((budget, work, given, more))
            answer = line.recv() if line.poll(budget.wall) else None
        if answer is None:
            if self._end() == MISTAKE:
                raise RuntimeError(f"{work}: see above")
            raise EOFError(work)
        if isinstance(answer, TilikError):
            raise answer
        return answer

    def _start(self) -> Connection:
        if self._running is None:
            spawn = get_context("spawn")
            ours, theirs = spawn.Pipe()
            process = spawn.Process(target=_serve, args=(theirs,), daemon=True)
            process.start()
            theirs.close()
            self._running = process, ours
            if not ours.poll(START_SECONDS):
                self._end()
                raise TimeoutError("the process for foreign bytes does not start")
            ours.recv()
        return self._running[1]

    def _end(self) -> int | None:
        """End the process, and say with what it had ended by itself."""
        if self._running is None:
            return None
        process, line = self._running
        self._running = None
        line.close()
        process.join(LAST_WORDS)
        code = process.exitcode
        process.kill()
        process.join()
        process.close()
        return code


def _serve(line: Connection) -> None:
    """Do what is asked until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started it ends it
    from scraper import reader  # noqa: PLC0415  (it leads here)
    from scraper.captures.files import open_file  # noqa: PLC0415  (a crawl needs no formats of files)

    known: dict[str, Callable[..., object]] = {"open_file": open_file, "read": reader.read_measured}
    sys.addaudithook(_stay_at_home)
    line.send(None)
    while True:
        try:
            budget, work, given, more = line.recv()
        except EOFError:
            return
        limit(budget)
        answer: object
        try:
            answer = known[work](*given, **more)
        except TilikError as error:
            answer = error
        except MemoryError:
            os._exit(FULL)  # there is no room to say more
        line.send(answer)


def limit(budget: Budget) -> None:
    """Let this process have so much from now on, and no more."""
    if sys.platform == "win32":
        return
    spent = resource.getrusage(resource.RUSAGE_SELF)
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    seconds = int(spent.ru_utime + spent.ru_stime) + 1 + budget.cpu
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, most))
    with suppress(ValueError, OSError):  # macOS keeps no promise of this kind
        resource.setrlimit(resource.RLIMIT_AS, (budget.memory, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _stay_at_home(event: str, _: tuple[object, ...]) -> None:
    """Keep the process off the network, and from starting others: what it reads may want to."""
    if event in HOME:
        raise PermissionError(event)
