"""Whether the band `high` keeps what its name promises here."""

from storage import judging
from storage.database import Session

MEASURED = "high_is_measured"
"""The fact of a model's manifest: its threshold of `high` was set by the precision on enough local labels."""


def high_is_measured(session: Session) -> bool:
    """Say whether the active model's threshold of `high` was measured on local labels; not before somebody did."""
    active = next((one for one in judging.models(session) if one.active), None)
    return active is not None and active.manifest.get(MEASURED) is True
