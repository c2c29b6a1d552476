"""Long work that somebody starts from the page: the same commands as in a terminal, in a process of their own."""

import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from core.clock import Clock
from core.logged import VARIABLE

COMMANDS: Mapping[str, Sequence[str]] = {
    "round": ("schedule", "run", "--once"),
    "crawl": ("crawl", "run"),
    "classify": ("classify",),
    "retrain": ("retrain",),
}
"""What may be started, by name; nothing that comes from a browser becomes part of a command."""
SHOWN = 8_000


@dataclass(slots=True)
class Work:
    """One thing that was started: since when, by whom, and how it ended."""

    name: str
    who: str
    started_at: datetime
    log: Path
    ended_at: datetime | None = None
    code: int | None = None

    @property
    def output(self) -> str:
        """Give the end of what it said so far."""
        try:
            return self.log.read_text(encoding="utf-8", errors="replace")[-SHOWN:]
        except OSError:
            return ""


@dataclass(slots=True)
class Worker:
    """Runs one thing at a time."""

    config: Path
    logs: Path
    clock: Clock
    last: Work | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self, name: str, *, who: str, language: str) -> Work | None:
        """Start a piece of work; None where another one still runs."""
        words = [sys.executable, "-m", "cli", "--lang", language, *COMMANDS[name], "--config", str(self.config)]
        with self.lock:
            if self.last is not None and self.last.ended_at is None:
                return None
            self.logs.mkdir(parents=True, exist_ok=True, mode=0o700)
            now = self.clock.now()
            work = self.last = Work(name, who, now, self.logs / f"{now:%Y%m%dT%H%M%S}-{name}.log")
        threading.Thread(target=self._run, args=(work, words), daemon=True).start()
        return work

    def _run(self, work: Work, words: Sequence[str]) -> None:
        env = os.environ | {VARIABLE: "1"}
        try:
            with work.log.open("wb") as log:
                done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=env, check=False)  # noqa: S603
            work.code = done.returncode
        except OSError:
            work.code = 1
        finally:
            work.ended_at = self.clock.now()
