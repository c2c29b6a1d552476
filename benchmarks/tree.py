"""CPU seconds of a process and everything it started, also of what was killed before it could be counted (Linux)."""

import os
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
EVERY = 0.05


def measured(command: Sequence[str]) -> tuple[str, float]:
    """Run a command; give what it printed and the CPU seconds of its whole tree, sampled while it ran."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    used: dict[int, float] = {}
    while process.poll() is None:
        used |= _tree(process.pid)
        time.sleep(EVERY)
    if process.returncode:
        raise SystemExit(process.returncode)
    return process.communicate()[0].strip(), sum(used.values())


def _tree(root: int) -> dict[int, float]:
    parents: dict[int, int] = {}
    seconds: dict[int, float] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it ended while we looked
            continue
        pid = int(folder.name)
        parents[pid], seconds[pid] = int(fields[1]), (int(fields[11]) + int(fields[12])) / TICK
    mine = {root}
    while more := {pid for pid, parent in parents.items() if parent in mine} - mine:
        mine |= more
    return {pid: seconds[pid] for pid in mine if pid in seconds}
