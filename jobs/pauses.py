"""Which hosts are to be left alone, kept between runs."""

from collections.abc import Mapping

from jobs.tools import Tools
from scraper.fetch.manners import HostState
from storage import collecting


def load(tools: Tools) -> dict[str, HostState]:
    """Read the pauses that earlier runs were asked for."""
    with tools.database.read() as session:
        rows = collecting.host_rows(session)
    return {row.host: HostState(**{name: getattr(row, name) for name in HostState.__slots__}) for row in rows}


def save(tools: Tools, hosts: Mapping[str, HostState]) -> None:
    """Keep them for the next run."""
    rows = [
        collecting.HostRow(host=host, **{name: getattr(state, name) for name in HostState.__slots__})
        for host, state in hosts.items()
    ]
    with tools.database.write() as session:
        collecting.save_hosts(session, rows)
