"""What the record of deeds is told of runs: who started what, with which version, settings and permissions."""

from core.deeds import Did
from jobs.tools import Tools
from storage import collecting, people
from storage.database import Session


def note(tools: Tools, what: Did, detail: str | None = None) -> None:
    """Write a deed of whoever works with these tools, in a transaction of its own."""
    with tools.database.write() as session:
        write(session, tools, what, detail)


def write(session: Session, tools: Tools, what: Did, detail: str | None = None) -> None:
    """Write a deed in the transaction that does it: both are kept or neither is."""
    people.record(session, who=tools.who, what=what, detail=detail, at=tools.clock.now())


def start_run(session: Session, tools: Tools, what: Did = Did.CRAWL) -> int:
    """Open a run and tell the record: its number, version and settings; and that they changed, where they did."""
    before = collecting.last_settings(session)
    now, digest = tools.clock.now(), tools.config_sha256
    number = collecting.start_run(session, tilik=tools.version, config_sha256=digest, now=now)
    if before is not None and before != digest:
        write(session, tools, Did.SETTINGS, f"{before} → {digest}")
    write(session, tools, what, f"{number}; tilik {tools.version}; settings {digest}")
    return number


def end_run(session: Session, tools: Tools, run_id: int, state: str, *, browser: str | None = None) -> None:
    """Close a run and tell the record which written permissions it used; `browser` says how it went out."""
    collecting.end_run(session, run_id, state, tools.clock.now(), browser=browser)
    for ground, count in collecting.permissions_used(session, run_id):
        write(session, tools, Did.PERMISSION, f"{run_id}; {count} × {ground}")
