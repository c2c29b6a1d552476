"""Where the bands of a model were cut, and on what that rests."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, insert, select, update

from core.records import Band
from storage.database import Session
from storage.judged_tables import picture_scores, scores, thresholds


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """A measured threshold of `high`; precision and its 95 % interval from 0 to 1, `labels` counted in the band."""

    model_id: int
    high: float
    precision: float
    low: float
    upper: float
    labels: int
    measured_at: datetime


def save_threshold(session: Session, threshold: Threshold) -> None:
    """Keep a measurement; the newest of a model counts."""
    session.execute(insert(thresholds).values(**{name: getattr(threshold, name) for name in Threshold.__slots__}))


def threshold(session: Session, model_id: int) -> Threshold | None:
    """Give the newest measurement of a model; None where there never were labels enough."""
    query = select(thresholds).where(thresholds.c.model_id == model_id).order_by(thresholds.c.id.desc()).limit(1)
    row = session.execute(query).first()
    return Threshold(**{name: getattr(row, name) for name in Threshold.__slots__}) if row else None


def cut_again(session: Session, *, model_id: int, high: float, review: float) -> int:
    """Bring the bands of a model's scores to where they are cut now; say how many changed."""
    changed = 0
    for table in (scores, picture_scores):
        chance = table.c.probability
        band = case((chance >= high, Band.HIGH), (chance >= review, Band.REVIEW), else_=Band.LOW)
        stale = (table.c.model_id == model_id) & (table.c.band != band)
        changed += session.execute(update(table).where(stale).values(band=band)).rowcount
    return changed
