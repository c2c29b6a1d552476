"""Which matched wordings say nearly the same: each belongs to the first of its kind, found by bands of its letters."""

from collections.abc import Container, Iterable, Iterator, Mapping

from sqlalchemy import ColumnElement, and_, exists, select

from core.records import Standing
from storage.database import Session
from storage.judged_tables import matches, text_bands, text_clusters
from storage.judging import Wording
from storage.statements import NAMED, add, chunks
from storage.tables import post_versions


def unplaced(session: Session, *, limit: int) -> list[Wording]:
    """List wordings of matches that belong to no cluster yet, the oldest first."""
    matched = exists().where(matches.c.post_version_id == post_versions.c.id)
    placed = exists().where(text_clusters.c.post_version_id == post_versions.c.id)
    query = select(post_versions.c.id, post_versions.c.text).where(matched, ~placed)
    found = session.execute(query.order_by(post_versions.c.id).limit(limit))
    return [Wording(version_id=row.id, text=row.text) for row in found]


def firsts(session: Session, bands: Iterable[int], *, besides: Container[int]) -> Iterator[tuple[int, str]]:
    """Give the texts that stand for a cluster and share one of these bands, besides those that are known already."""
    ids: set[int] = set()
    for part in chunks(sorted(bands), NAMED):
        found = session.scalars(select(text_bands.c.first_id).where(text_bands.c.band.in_(part)).distinct())
        ids.update(one for one in found if one not in besides)
    for part in chunks(sorted(ids), NAMED):
        query = select(post_versions.c.id, post_versions.c.text).where(post_versions.c.id.in_(part))
        for row in session.execute(query.order_by(post_versions.c.id)):
            yield row.id, row.text


def save(session: Session, placed: Mapping[int, int], bands: Mapping[int, Iterable[int]]) -> None:
    """Keep which first each wording belongs to ({wording: first}), and the bands of new firsts."""
    rows = ({"post_version_id": version, "first_id": first} for version, first in placed.items())
    add(session, text_clusters, rows, key=["post_version_id"])
    found = ({"band": band, "first_id": first} for first, some in bands.items() for band in sorted(set(some)))
    add(session, text_bands, found, key=["band", "first_id"])


def alike(session: Session, match_id: int) -> list[int]:
    """List the other matches of the same contest whose words are nearly the same; those of a picture by the picture."""
    this = session.execute(select(matches).where(matches.c.id == match_id)).one_or_none()
    if this is None:
        return []
    if this.picture_text_id is not None:
        same: ColumnElement[bool] = matches.c.picture_text_id == this.picture_text_id
    else:
        mine = select(text_clusters.c.first_id).where(text_clusters.c.post_version_id == this.post_version_id)
        theirs = select(text_clusters.c.post_version_id).where(text_clusters.c.first_id == mine.scalar_subquery())
        same = and_(matches.c.picture_text_id.is_(None), matches.c.post_version_id.in_(theirs))
    others = matches.c.id != match_id, matches.c.standing != Standing.WITHDRAWN
    query = select(matches.c.id).where(same, matches.c.contest == this.contest, *others)
    return list(session.scalars(query.order_by(matches.c.id)))
