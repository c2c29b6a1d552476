"""How much looks showed, for noticing when a platform suddenly shows less."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select

from core.records import Capability, Mode, VisitState
from storage.database import Session
from storage.statements import NAMED, chunks
from storage.tables import accounts, visits

SERVED = (VisitState.OK, VisitState.EMPTY, VisitState.UNCHANGED, VisitState.LAYOUT_CHANGED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Yield:
    """What one look at an account showed; `seen` counts the entries on its pages."""

    visit_id: int
    platform: str
    account_id: int
    capability: Capability
    mode: Mode
    state: VisitState
    seen: int


COLUMNS = (
    *(visits.c.id.label("visit_id"), accounts.c.platform, visits.c.account_id, visits.c.capability),
    *(visits.c.mode, visits.c.state, visits.c.seen),
)


def _unattended() -> ColumnElement[bool]:
    return and_(visits.c.mode.in_((Mode.AUTO, Mode.API)), visits.c.state.in_(SERVED))


def _yield(row: object) -> Yield:
    values = {name: getattr(row, name) for name in Yield.__slots__}
    values["capability"], values["mode"] = Capability(values["capability"]), Mode(values["mode"])
    return Yield(**{**values, "state": VisitState(values["state"])})


def of_run(session: Session, run_id: int) -> list[Yield]:
    """List the looks of a run that were served, in their order, those at single posts too."""
    query = select(*COLUMNS).join(accounts, accounts.c.id == visits.c.account_id)
    rows = session.execute(query.where(visits.c.run_id == run_id, _unattended()).order_by(visits.c.id))
    return [_yield(row) for row in rows]


def before(session: Session, account_ids: Collection[int], *, first_id: int, looks: int) -> list[Yield]:
    """List of each account and direction the last looks before a visit that told how much there is, newest first.

    "Nothing new" without a list tells nothing.
    """
    place = func.row_number().over(partition_by=(visits.c.account_id, visits.c.capability), order_by=visits.c.id.desc())
    told = or_(visits.c.state != VisitState.UNCHANGED, visits.c.seen > 0)
    found: list[Yield] = []
    for part in chunks(sorted(account_ids), NAMED):
        inner = (
            select(*COLUMNS, place.label("place"))
            .join(accounts, accounts.c.id == visits.c.account_id)
            .where(visits.c.account_id.in_(part), visits.c.post_id.is_(None), visits.c.id < first_id)
            .where(_unattended(), told)
            .subquery()
        )
        found += [_yield(row) for row in session.execute(select(inner).where(inner.c.place <= looks))]
    return found


def last_states(session: Session, platform: str, *, before_id: int, limit: int) -> list[VisitState]:
    """Give the states of a platform's last served looks before a visit, newest first."""
    query = (
        select(visits.c.state)
        .join(accounts, accounts.c.id == visits.c.account_id)
        .where(accounts.c.platform == platform, visits.c.id < before_id, _unattended())
        .order_by(visits.c.id.desc())
        .limit(limit)
    )
    return [VisitState(state) for state in session.scalars(query)]
