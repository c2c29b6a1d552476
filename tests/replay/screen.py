"""A screen that nobody looks at (Xvfb), and hands that move a real mouse and press real keys on it (xdotool)."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

HOUSE = Path(__file__).resolve().parents[2]
PROGRAMS = ("Xvfb", "xdotool", "chromium")
PATIENCE = 40.0


def require() -> None:
    """Skip a test where there is no screen to be had; fail where TILIK_ATTENDED=required says that there must be."""
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if not missing:
        return
    told = f"{', '.join(missing)} not installed: apt-get install -y --no-install-recommends chromium xvfb xdotool"
    if os.environ.get("TILIK_ATTENDED") == "required":
        pytest.fail(told)
    pytest.skip(told)


@contextmanager
def screen() -> Iterator[str]:
    """Start a screen, and name it as DISPLAY does."""
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x900x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL) as process:
        os.close(writing)
        with os.fdopen(reading) as told:
            number = told.readline().strip()
        try:
            yield f":{number}"
        finally:
            process.terminate()


def until(done: Callable[[], bool], what: str) -> None:
    """Wait until something is so."""
    end = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < end, f"waited in vain: {what}"
        time.sleep(0.1)


@dataclass(slots=True, kw_only=True)
class Sitting:
    """A person before a running `tilik capture`: a mouse, a keyboard, and the terminal."""

    process: "subprocess.Popen[bytes]"
    display: str

    def hand(self, *words: str) -> str:
        """Move something on the screen."""
        env = os.environ | {"DISPLAY": self.display}
        done = subprocess.run(["xdotool", *words], env=env, capture_output=True, check=False, timeout=20)
        return done.stdout.decode().strip()

    @property
    def window(self) -> str:
        """Find the browser's window: the largest that can be seen."""
        found = self.hand("search", "--onlyvisible", "--class", "chromium").splitlines()
        sizes = {one: self._size(one) for one in found}
        return max(sizes, key=lambda one: sizes[one][0] * sizes[one][1]) if sizes else ""

    def _size(self, window: str) -> tuple[int, int]:
        told = dict(
            line.split("=", 1) for line in self.hand("getwindowgeometry", "--shell", window).splitlines() if "=" in line
        )
        return int(told.get("WIDTH", 0)), int(told.get("HEIGHT", 0))

    def click(self, across: float, down: float) -> bool:
        """Click with the mouse, at shares of the window's width and height; that alone settles nothing."""
        window = self.window
        width, height = self._size(window)
        self.hand("mousemove", "--window", window, str(int(width * across)), str(int(height * down)), "click", "1")
        self.hand("sleep", "0.5")
        return False

    def press(self, keys: str) -> None:
        """Press keys in the window."""
        self.hand("windowfocus", "--sync", self.window)
        self.hand("key", keys)

    def type(self, line: str) -> None:
        """Type a line into the terminal."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n".encode())
        self.process.stdin.flush()

    def ctrl_c(self) -> None:
        """Press Ctrl-C in the terminal: everything that runs in it hears that."""
        os.killpg(self.process.pid, signal.SIGINT)

    def ends(self) -> tuple[int, dict[str, Any], str]:
        """Wait for the command's end; give its code, its answer, and what it told the person."""
        out, err = self.process.communicate(timeout=PATIENCE)
        answer: dict[str, Any] = json.loads(out) if out.strip() else {}
        return self.process.returncode, answer, err.decode()


@contextmanager
def sitting(display: str, config: Path, *words: str) -> Iterator[Sitting]:
    """Start `tilik capture` in a terminal of its own."""
    env = os.environ | {"DISPLAY": display, "TILIK_CONFIG": str(config), "TILIK_LANG": "en", "COLUMNS": "200"}
    env.pop("TILIK_BROWSER", None)
    process = subprocess.Popen(
        [sys.executable, "-m", "cli", "capture", "--json", *words],
        cwd=HOUSE,
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        yield Sitting(process=process, display=display)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
