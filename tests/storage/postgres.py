"""A PostgreSQL of the tests' own: on loopback, in a folder of its own, gone afterwards."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

NOBODY = 65534
WITHOUT_SYNC = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"


def programs() -> Path | None:
    """Find the folder of PostgreSQL's programs: Debian keeps them off the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name), reverse=True)
    on_path = shutil.which("initdb")
    folders = [*found, *([Path(on_path).parent] if on_path else [])]
    return next((folder for folder in folders if (folder / "initdb").exists() and (folder / "pg_ctl").exists()), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running PostgreSQL: the address of its databases up to their name."""

    address: str
    program: Path
    data: Path

    def restart(self) -> None:
        """Let it fall down, cutting everybody off, and come up again."""
        _run(self.program, "restart", "-w", "-D", self.data, "-m", "immediate", "-l", self.data.parent / "log")


@contextmanager
def cluster(bin_folder: Path, *, connections: int = 20) -> Iterator[str]:
    """Run a server; give the address of its databases up to their name."""
    with serving(bin_folder, connections=connections) as server:
        yield server.address


@contextmanager
def serving(bin_folder: Path, *, connections: int = 20, options: str = WITHOUT_SYNC) -> Iterator[Server]:
    """Run a server that can be restarted. PostgreSQL refuses to be run by root."""
    with tempfile.TemporaryDirectory(prefix="tilik-postgres-") as name:
        folder, port = Path(name), _free_port()
        if os.geteuid() == 0:
            os.chown(folder, NOBODY, NOBODY)
        data, log = folder / "data", folder / "log"
        _run(bin_folder / "initdb", "-D", data, "-U", "tilik", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        told = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= {options}"
        told += f" -c max_connections={connections}"
        _run(bin_folder / "pg_ctl", "start", "-w", "-D", data, "-l", log, "-o", told)
        try:
            yield Server(address=f"postgresql://tilik@127.0.0.1:{port}/", program=bin_folder / "pg_ctl", data=data)
        finally:
            _run(bin_folder / "pg_ctl", "stop", "-w", "-D", data, "-m", "immediate")


def _run(*command: object) -> None:
    nobody, quiet = (NOBODY if os.geteuid() == 0 else None), subprocess.DEVNULL
    done = subprocess.run(
        [str(word) for word in command],
        user=nobody,
        group=nobody,
        extra_groups=[] if nobody else None,
        cwd="/",
        stdin=quiet,
        stdout=quiet,
        stderr=subprocess.PIPE,
        check=False,
    )
    if done.returncode:
        message = f"{command[0]} failed: {done.stderr.decode(errors='replace')[-1000:]}"
        raise RuntimeError(message)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
