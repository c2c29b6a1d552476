"""How much of what accounts did is public."""

from collections import Counter
from collections.abc import Iterable

from sqlalchemy import func, select

from core.records import Action
from storage.database import Session
from storage.statements import NAMED, chunks
from storage.tables import interactions


def acts(session: Session, account_ids: Iterable[int]) -> Counter[tuple[int, Action]]:
    """Count what these accounts did and did not take back, by act."""
    found: Counter[tuple[int, Action]] = Counter()
    for part in chunks(sorted(account_ids), NAMED):
        alike = interactions.c.account_id, interactions.c.action
        query = select(*alike, func.count().label("number")).group_by(*alike)
        query = query.where(interactions.c.account_id.in_(part), interactions.c.absent_since.is_(None))
        found.update({(row.account_id, Action(row.action)): row.number for row in session.execute(query)})
    return found
