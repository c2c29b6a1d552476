"""CPU seconds of a process and everything it started, also of what was killed before it could be counted (Linux)."""

import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile

TICK = os.sysconf("SC_CLK_TCK")
EVERY = 0.05
PSS_EVERY = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a command cost with everything it started. `memory` are its samples: MB, and what `progress` said then."""

    printed: str
    cpu: float
    wall: float
    memory: list[tuple[float, int]] = field(default_factory=list)

    @property
    def peak(self) -> float:
        """The most memory that it held at once, in MB (PSS: shared pages counted once)."""
        return max((megabytes for megabytes, _ in self.memory), default=0.0)


def cost(
    command: Sequence[str],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    progress: Callable[[], int] = lambda: 0,
    fine: Sequence[int] = (0,),
) -> Cost:
    """Run a command and sample its tree; an exit status that is not `fine` ends the benchmark."""
    began, used, memory, next_look = time.perf_counter(), dict[int, float](), list[tuple[float, int]](), 0.0
    with TemporaryFile("w+", encoding="utf-8") as out:  # nobody reads a pipe meanwhile, and a full one blocks
        process = subprocess.Popen(command, stdout=out, cwd=cwd, env=env)
        while process.poll() is None:
            tree = _tree(process.pid)
            used |= tree
            if time.perf_counter() >= next_look:
                next_look = time.perf_counter() + PSS_EVERY
                memory.append((sum(map(_pss, tree)), progress()))
            time.sleep(EVERY)
        wall = time.perf_counter() - began
        out.seek(0)
        printed = out.read().strip()
    if process.returncode not in fine:
        raise SystemExit(f"{command}: exit {process.returncode}: {printed[-500:]}")
    return Cost(printed=printed, cpu=sum(used.values()), wall=wall, memory=memory)


def _pss(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:  # it ended while we looked
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def measured(command: Sequence[str]) -> tuple[str, float]:
    """Run a command; give what it printed and the CPU seconds of its whole tree, sampled while it ran."""
    spent = cost(command)
    return spent.printed, spent.cpu


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
