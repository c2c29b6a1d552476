"""A name that cannot be resolved is a failed look; it never says that anybody is gone."""

from pathlib import Path

import pytest

from tests.faults.office import HOUSE, new_office
from tests.faults.town import HOST, Town, living

STUB = """\
import os, socket, time
def _asked(host, *_, real=socket.getaddrinfo, **__):
    if host in ("127.0.0.1", "::1", "localhost"):
        return real(host, *_, **__)
    kind = os.environ["STUB"]
    if kind == "timeout":
        time.sleep(12)
    if kind == "nothing":
        return []
    codes = {"NXDOMAIN": socket.EAI_NONAME, "SERVFAIL": socket.EAI_AGAIN}
    raise socket.gaierror(codes.get(kind, socket.EAI_FAIL), kind)
socket.getaddrinfo = _asked
"""
"""A resolver that answers as a name server in trouble makes the system's answer."""
LONG = [pytest.param(one, marks=pytest.mark.faults) for one in ("SERVFAIL", "REFUSED", "nothing", "timeout")]


@pytest.mark.parametrize("kind", ["NXDOMAIN", *LONG])
def test_a_name_that_cannot_be_resolved_is_a_failed_look_and_nobody_is_gone(
    tmp_path: Path, empty: Path, kind: str
) -> None:
    (tmp_path / "sitecustomize.py").write_text(STUB, encoding="utf-8")
    with living(Town(pages=1)) as town:
        office = new_office(tmp_path / "kantor", empty, town, accounts=2)
        assert office.run("crawl", "run").code == 0
        before = office.rows("SELECT id, gone_at FROM posts ORDER BY id")
        config = office.config.read_text(encoding="utf-8")
        office.config.write_text(config.replace(f'"{HOST}": "http://{town.address}"', ""), encoding="utf-8")

        ran = office.run("crawl", "run", STUB=kind, PYTHONPATH=f"{tmp_path}:{HOUSE}")

    notes = {note for (note,) in office.rows("SELECT note FROM visits WHERE state = 'failed'")}
    assert (ran.code, ran.data["states"]) == (3, {"failed": 2})
    assert notes in ({"unreachable"}, {"dns"})  # the first where not even robots.txt could be asked for
    assert office.rows("SELECT id, gone_at FROM posts ORDER BY id") == before
    assert office.troubles() == []
