"""Texts that were drawn for people to label: which, how and with what probability."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, func, insert, select

from storage.database import Session
from storage.judged_tables import drawings, draws, labels, scores
from storage.statements import NAMED, chunks
from storage.tables import post_versions, posts


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """What is drawn from: the texts that a model has scored for a contest revision and nobody has labelled."""

    model_id: int
    revision_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """One draw of texts from all that a model had scored for a contest and nobody had labelled."""

    contest: str
    model_id: int
    contest_revision_id: int
    drawn_at: datetime
    seed: int
    pool: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """One text of a drawing. `inclusion` is the probability with which it had to get in; 1 where a rule chose it."""

    post_version_id: int
    strategy: str
    probability: float
    inclusion: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A text that nobody has labelled, with its score."""

    post_version_id: int
    text: str
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnText:
    """A drawn text as a reviewer gets it, and as its answer is read back."""

    draw_id: int
    post_version_id: int
    contest: str
    text: str
    post_uri: str
    post_url: str | None
    posted_at: datetime | None
    seen_at: datetime
    strategy: str
    probability: float
    inclusion: float
    model_id: int
    contest_revision_id: int


def _pool(pool: Pool, *columns: Any) -> Select[Any]:  # noqa: ANN401  (columns of any type)
    labelled = exists().where(labels.c.post_version_id == post_versions.c.id)
    return (
        select(*columns)
        .select_from(scores)
        .join(post_versions, post_versions.c.id == scores.c.post_version_id)
        .where(scores.c.model_id == pool.model_id, scores.c.contest_revision_id == pool.revision_id, ~labelled)
        .where(func.length(post_versions.c.text) > 0)
    )


def pool_size(session: Session, pool: Pool) -> int:
    """Count the texts that a draw chooses from."""
    return int(session.execute(_pool(pool, func.count())).scalar_one())


def nearest(session: Session, pool: Pool, *, to: float) -> Iterator[Waiting]:
    """Stream waiting texts, those first whose probability is nearest to a value (1: the highest first)."""
    columns = (scores.c.post_version_id, post_versions.c.text, scores.c.probability)
    order = (func.abs(scores.c.probability - to), scores.c.post_version_id)
    query = _pool(pool, *columns).order_by(*order)
    rows = session.execute(query.execution_options(stream_results=True, yield_per=500))
    return (Waiting(**row._mapping) for row in rows)  # noqa: SLF001  (its documented name)


def waiting_ids(session: Session, pool: Pool) -> Iterator[int]:
    """Stream the numbers of all waiting texts, in their order."""
    query = _pool(pool, scores.c.post_version_id).order_by(scores.c.post_version_id)
    return session.execute(query.execution_options(stream_results=True, yield_per=10_000)).scalars()


def waiting(session: Session, pool: Pool, ids: Sequence[int]) -> list[Waiting]:
    """Give some waiting texts, in the order of their numbers."""
    columns = (scores.c.post_version_id, post_versions.c.text, scores.c.probability)
    found: list[Waiting] = []
    for part in chunks(sorted(ids), NAMED):
        rows = session.execute(_pool(pool, *columns).where(scores.c.post_version_id.in_(part)))
        found.extend(Waiting(**row._mapping) for row in rows)  # noqa: SLF001
    return sorted(found, key=lambda one: one.post_version_id)


def save_drawing(session: Session, drawing: Drawing, drawn: Sequence[Draw]) -> int:
    """Keep how texts were drawn; return the number of the drawing."""
    values = {name: getattr(drawing, name) for name in Drawing.__slots__}
    number = int(session.execute(insert(drawings).values(**values).returning(drawings.c.id)).scalar_one())
    rows = [{"drawing_id": number, **{name: getattr(one, name) for name in Draw.__slots__}} for one in drawn]
    for part in chunks(rows, 1_000):
        session.execute(insert(draws), part)
    return number


def _drawn() -> Select[Any]:
    return (
        select(
            draws.c.id.label("draw_id"),
            draws.c.post_version_id,
            drawings.c.contest,
            post_versions.c.text,
            posts.c.uri.label("post_uri"),
            posts.c.url.label("post_url"),
            posts.c.posted_at,
            post_versions.c.seen_at,
            draws.c.strategy,
            draws.c.probability,
            draws.c.inclusion,
            drawings.c.model_id,
            drawings.c.contest_revision_id,
        )
        .join(drawings, drawings.c.id == draws.c.drawing_id)
        .join(post_versions, post_versions.c.id == draws.c.post_version_id)
        .join(posts, posts.c.id == post_versions.c.post_id)
    )


def drawing(session: Session, number: int) -> list[DrawnText]:
    """Give the texts of a drawing in the order in which people read them: by chance, so that no order tells a score."""
    rows = session.execute(_drawn().where(draws.c.drawing_id == number).order_by(draws.c.id))
    return [_text(row._mapping) for row in rows]  # noqa: SLF001


def drawn_texts(session: Session, ids: Sequence[int]) -> dict[int, DrawnText]:
    """Give drawn texts by their numbers."""
    found: dict[int, DrawnText] = {}
    for part in chunks(sorted(set(ids)), NAMED):
        rows = session.execute(_drawn().where(draws.c.id.in_(part)))
        found.update((row.draw_id, _text(row._mapping)) for row in rows)  # noqa: SLF001
    return found


def newest_drawing(session: Session, contest: str) -> tuple[int, Drawing] | None:
    """Give the newest drawing of a contest."""
    query = select(drawings).where(drawings.c.contest == contest).order_by(drawings.c.id.desc()).limit(1)
    row = session.execute(query).first()
    return (row.id, Drawing(**{name: getattr(row, name) for name in Drawing.__slots__})) if row else None


def _text(row: Mapping[Any, Any]) -> DrawnText:
    return DrawnText(**{str(name): value for name, value in row.items()})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A text of a drawing on which its labellers agree, with its score and inclusion probability when it was drawn."""

    strategy: str
    probability: float
    inclusion: float
    label: bool


def answered(session: Session, number: int) -> list[Answered]:
    """Give the answers of a drawing: the newest of each labeller, where they agree."""
    query = (
        select(draws.c.id, draws.c.strategy, draws.c.probability, draws.c.inclusion, labels.c.labeller, labels.c.label)
        .join(labels, labels.c.post_version_id == draws.c.post_version_id)
        .where(draws.c.drawing_id == number)
        .order_by(labels.c.id)
    )
    given: dict[int, dict[str, bool]] = {}
    drawn: dict[int, tuple[str, float, float]] = {}
    for row in session.execute(query):
        given.setdefault(row.id, {})[row.labeller] = row.label
        drawn[row.id] = (row.strategy, row.probability, row.inclusion)
    return [
        Answered(strategy=how, probability=chance, inclusion=inclusion, label=next(iter(given[one].values())))
        for one, (how, chance, inclusion) in drawn.items()
        if len(set(given[one].values())) == 1
    ]


def drawn_count(session: Session, number: int) -> int:
    """Count the texts of a drawing."""
    return int(session.execute(select(func.count()).where(draws.c.drawing_id == number)).scalar_one())
