"""Whether the band `high` keeps what its name promises here."""

from storage import judging
from storage.database import Session
from storage.thresholds import threshold


def high_is_measured(session: Session) -> bool:
    """Say whether enough labels of this place show how often `high` is right; not before somebody gave them."""
    active = next((one for one in judging.models(session) if one.active), None)
    return active is not None and threshold(session, active.id) is not None
