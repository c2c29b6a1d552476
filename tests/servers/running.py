"""Servers as processes of their own: started, waited for, stopped."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

READY_WITHIN = 240.0


@contextmanager
def running(
    command: list[str], *, cwd: Path, output: Path, ready: Callable[[], bool], extra: Mapping[str, str] | None = None
) -> Iterator[None]:
    """Keep a server running until the block ends; fail with its own words if it does not come up."""
    own = (
        os.environ | dict(extra or {}) | {"TMPDIR": str(output.parent)}
    )  # what the server leaves behind goes with the folder of the test
    with (
        output.open("wb") as words,
        subprocess.Popen(command, cwd=cwd, env=own, stdout=words, stderr=words) as server,
    ):
        try:
            deadline = time.monotonic() + READY_WITHIN
            while not ready():
                if server.poll() is not None or time.monotonic() > deadline:
                    pytest.fail(f"{command[0]} did not start:\n{output.read_text(errors='replace')[-3000:]}")
                time.sleep(0.1)
            yield
        finally:
            server.send_signal(signal.SIGTERM)
            try:
                server.wait(timeout=15)
            except subprocess.TimeoutExpired:
                server.kill()


def says(output: Path, word: str) -> bool:
    """Say whether a server has written this word."""
    return word in output.read_text(encoding="utf-8", errors="replace").split()


def answers(url: str) -> bool:
    """Say whether something good is served there."""
    try:
        return httpx.get(url, timeout=2).is_success
    except httpx.TransportError:
        return False


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
