"""Which hosts are to be left alone, kept between runs."""

from collections.abc import Mapping

from jobs.tools import Tools
from scraper.fetch.manners import HostState
from storage import collecting


def load(tools: Tools) -> dict[str, HostState]:
    """Read the pauses that earlier runs were asked for."""
    with tools.database.read() as session:
        rows = collecting.host_rows(session)
    return {
        row.host: HostState(next_ok_at=row.next_ok_at, blocked_until=row.blocked_until, reason=row.reason)
        for row in rows
    }


def save(tools: Tools, hosts: Mapping[str, HostState]) -> None:
    """Keep them for the next run."""
    rows = [
        collecting.HostRow(
            host=host, next_ok_at=state.next_ok_at, blocked_until=state.blocked_until, reason=state.reason
        )
        for host, state in hosts.items()
    ]
    with tools.database.write() as session:
        collecting.save_hosts(session, rows)
