"""Storage at size: rows a second while a database grows, bytes a row, the queue of a region, and an upgrade of it all.

`ROWS=5000000 DATABASES="sqlite postgres"` choose; without them it is a quick look. CPU seconds are this process's
(SQLite works in it) and, for PostgreSQL, those of the server's process that serves it.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sqlalchemy import case, func, insert, literal, literal_column, select, text

from benchmarks import storage_upgrade
from benchmarks.storage_world import BATCH, DAYS, NOW, OF_A_VISIT, Batch, World, settle
from core.records import Action, Band
from storage import collecting, reviewing
from storage.collecting import INTERACTIONS
from storage.database import Database, Session, connect
from storage.judged_tables import contest_revisions, matches, model_versions
from storage.migrate import upgrade
from storage.statements import save
from storage.tables import interactions, post_versions, posts
from storage.walking import Wanted
from tests.storage.postgres import programs, serving

STAGES = (100_000, 1_000_000, 5_000_000)
ALONE = 50_000
AGAIN = 100_000
PAGES, PAGE = 200, 100
LOOKS = 200
OF_A_REGENCY = 20
EIGHT_DAYS_LATER = {
    "sqlite": "(interactions.acted_at / 86400000000 + 8) * 86400000000",
    "postgresql": "date_trunc('day', interactions.acted_at) + interval '8 days'",
}
OPTIONS = "-c shared_buffers=512MB -c max_wal_size=4GB"
GROWTH = (
    "| database | acts stored | acts/s | rows/s | rows/CPU s | acts alone, rows/s | per CPU s | pages of 100, rows/s |"
    " per CPU s | again, acts/s | new rows | bytes an act | bytes a match |"
)
QUERIES = (
    "| database | acts stored | matches | village, week: p50 ms | p95 | worst | CPU p95 |"
    " kabupaten, week: p50 ms | p95 | worst | CPU p95 |"
)


@dataclass(slots=True)
class Clock:
    """Wall and CPU seconds of what is measured, and how many rows it made."""

    backend: int | None
    rows: int = 0
    wall: float = 0.0
    cpu: float = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Count what happens meanwhile."""
        wall, cpu = time.perf_counter(), self._cpu()
        yield
        self.wall += time.perf_counter() - wall
        self.cpu += self._cpu() - cpu

    def _cpu(self) -> float:
        if self.backend is None:
            return time.process_time()
        nanoseconds = Path(f"/proc/{self.backend}/schedstat").read_text(encoding="utf-8").split()[0]
        return time.process_time() + int(nanoseconds) / 1e9

    @property
    def speed(self) -> str:
        """Give rows a second, and a CPU second."""
        return f"{self.rows / self.wall:,.0f} | {self.rows / self.cpu:,.0f}"


@dataclass(slots=True)
class Bench:
    """One database that grows."""

    database: Database
    world: World = field(init=False)
    growth: list[str] = field(default_factory=list)
    queries: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        upgrade(self.database)
        self.world = settle(self.database)

    @property
    def name(self) -> str:
        """Name the database."""
        return self.database.engine.dialect.name

    def stage(self, until: int) -> None:
        """Grow, then measure everything at this size."""
        grown = self._save(self.world.batches(until - self.world.acts), keep := Latest())
        acts, collected = keep.acts, self._collected()
        alone, pages, again = self._alone(), self._pages(), self._save(keep.batches, Latest())
        assert again.rows == 0  # noqa: S101
        found, per_match = self._matched()
        speeds = f"{acts / grown.wall:,.0f} | {grown.speed} | {alone.speed} | {pages.speed}"
        known = sum(len(batch.acts) for batch in keep.batches) / again.wall
        self.growth.append(
            f"| {self.name} | {until:,} | {speeds} | {known:,.0f} | {again.rows} | {collected:.0f} | {per_match:.0f} |"
        )
        village = self._looks([*self.world.villages()])
        regions = self.world.villages()
        joined = [frozenset().union(*regions[at : at + OF_A_REGENCY]) for at in range(0, len(regions), OF_A_REGENCY)]
        self.queries.append(f"| {self.name} | {until:,} | {found:,} | {village} | {self._looks(joined)} |")

    def _clock(self) -> Clock:
        if self.name == "sqlite":
            return Clock(None)
        with self.database.read() as session:  # the pool has one connection, and gives it again
            return Clock(int(session.scalar(text("SELECT pg_backend_pid()")) or 0))

    def _save(self, batches: Iterable[Batch], keep: "Latest") -> Clock:
        clock, owners = self._clock(), self.world.owners()
        for batch in batches:
            with clock.running(), self.database.write() as session:
                new = collecting.save_posts(session, batch.posts, owners, capture_id=None, now=NOW)
                acts = collecting.save_interactions(session, batch.acts, owners, capture_id=None, now=NOW)
            clock.rows += 2 * new + acts  # each new post has one wording
            keep.note(batch, acts)
        return clock

    def _pages(self) -> Clock:
        """Save page by page, as a crawl does."""
        clock, owners = self._clock(), self.world.owners()
        for batch in self.world.batches(PAGES * PAGE):
            for at in range(0, len(batch.acts), PAGE):
                share = PAGE * len(batch.posts) // len(batch.acts)
                shown = batch.posts[at // PAGE * share : (at // PAGE + 1) * share]
                with clock.running(), self.database.write() as session:
                    new = collecting.save_posts(session, shown, owners, capture_id=None, now=NOW)
                    acts = collecting.save_interactions(
                        session, batch.acts[at : at + PAGE], owners, capture_id=None, now=NOW
                    )
                clock.rows += 2 * new + acts
        return clock

    def _alone(self) -> Clock:
        """Write acts on posts whose number is known: the upsert, without anything around it."""
        clock = self._clock()
        with self.database.read() as session:
            known = session.scalars(select(posts.c.id)).all()
        told = {"acted_from": None, "acted_to": None, "acted_words": None, "record_uri": None, "post_revision": None}
        for start in range(0, ALONE, BATCH):
            chosen = self.world.chance.choices(known, k=BATCH)
            rows = [
                {
                    "account_id": 1 + (start + at) // OF_A_VISIT % len(self.world.ids),
                    "action": Action.REPOSTED,
                    "post_id": number,
                    "acted_at": NOW,
                    **told,
                    "basis": "id",
                    "first_seen_at": NOW,
                    "capture_id": None,
                }
                for at, number in enumerate(chosen)
            ]
            with clock.running(), self.database.write() as session:
                save(session, INTERACTIONS, rows)
            clock.rows += len(rows)
        return clock

    def _collected(self) -> float:
        """Give the bytes of an act, its share of the posts and wordings included."""
        with self.database.read() as session:
            return _bytes(session, ("posts", "post_versions", "interactions")) / _count(session, interactions)

    def _matched(self) -> tuple[int, float]:
        """Make every fifth act a match; say how many matches there are, and the bytes of one."""
        with self.database.write() as session:
            _match(session)
        if self.name != "sqlite":
            with self.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as session:
                session.execute(text("ANALYZE"))  # as the server does by itself within minutes
        with self.database.read() as session:
            found = _count(session, matches)
            return found, _bytes(session, ("matches",)) / max(found, 1)

    def _looks(self, regions: list[frozenset[int]]) -> str:
        """Ask for the first page of a region's queue, a week out of the last months."""
        took, spent, clock = [], [], self._clock()
        for _ in range(LOOKS):
            since = NOW - timedelta(days=self.world.chance.randrange(7, DAYS))
            region = self.world.chance.choice(regions)
            wanted = Wanted(accounts=region, since=since, until=since + timedelta(days=7))
            wall, cpu = clock.wall, clock.cpu
            with self.database.read() as session, clock.running():
                reviewing.stretch(session, wanted)
            took.append((clock.wall - wall) * 1000)
            spent.append((clock.cpu - cpu) * 1000)
        return f"{statistics.median(took):.1f} | {_p95(took):.1f} | {max(took):.0f} | {_p95(spent):.1f}"


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


@dataclass(slots=True)
class Latest:
    """The last batches, to be saved once more, and how many acts there were in all."""

    batches: list[Batch] = field(default_factory=list)
    acts: int = 0

    def note(self, batch: Batch, acts: int) -> None:
        """Keep it, and forget the oldest."""
        self.acts += acts
        self.batches = [*self.batches, batch][-AGAIN // BATCH :]


def _count(session: Session, table: object) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0  # type: ignore[arg-type]


def _bytes(session: Session, tables: tuple[str, ...]) -> int:
    """Count what tables take with their indexes."""
    if session.dialect.name == "sqlite":
        query = "SELECT sum(pgsize) FROM dbstat JOIN sqlite_schema USING (name) WHERE tbl_name = :table"
    else:
        query = "SELECT pg_total_relation_size(CAST(:table AS regclass))"
    return sum(session.scalar(text(query), {"table": table}) or 0 for table in tables)


def _match(session: Session) -> None:
    """Plant a match on every fifth act that has none yet."""
    last = session.scalar(select(func.max(matches.c.interaction_id))) or 0
    if not last:
        told = {"version": "m1", "sha256": "0" * 64, "manifest": {}, "created_at": NOW, "active": True}
        session.execute(insert(model_versions), [told])
        session.execute(
            insert(contest_revisions),
            [{"contest": "pilkada", "digest": "0" * 64, "snapshot": {}, "first_used_at": NOW}],
        )
    act = interactions.c
    chance = act.id * 7919 % 1000 / 1000.0
    columns = {
        "interaction_id": act.id,
        "contest": literal("pilkada"),
        "post_version_id": post_versions.c.id,
        "contest_revision_id": literal(1),
        "model_id": literal(1),
        "timing": literal("known"),
        "probability": chance,
        "band": case((chance < 0.3, Band.LOW.value), (chance < 0.8, Band.REVIEW.value), else_=Band.HIGH.value),
        "flagged_at": literal(NOW, act.first_seen_at.type),
        "account_id": act.account_id,
        "happened_at": act.acted_at,
        "captured_at": act.acted_at,
        "due_at": literal_column(EIGHT_DAYS_LATER[session.dialect.name]),
    }
    fifth = select(*columns.values()).join(post_versions, post_versions.c.post_id == act.post_id)
    chosen = fifth.where(act.id > last, act.id % 5 == 0, act.acted_at.is_not(None))
    session.execute(insert(matches).from_select(list(columns), chosen))


def run() -> Iterator[str]:
    """Grow each database, then upgrade an old one of the same size."""
    most = int(os.environ.get("ROWS", STAGES[0]))
    kinds = os.environ.get("DATABASES", "sqlite postgres").split()
    growth, queries, upgrades = [GROWTH], [QUERIES], [storage_upgrade.HEAD]
    for kind in kinds:
        for told in _each(kind, most):
            growth += told[0]
            queries += told[1]
            upgrades += told[2]
    for table in (growth, queries, upgrades):
        yield table[0]
        yield "|---" * (table[0].count("|") - 1) + "|"
        yield from [*table[1:], ""]


def _each(kind: str, most: int) -> Iterator[tuple[list[str], list[str], list[str]]]:
    if kind == "sqlite":
        with tempfile.TemporaryDirectory(prefix="tilik-bench-") as name:
            growth, queries = _grown(f"sqlite:///{name}/grown.db", most)
        with tempfile.TemporaryDirectory(prefix="tilik-bench-") as name:
            yield growth, queries, [storage_upgrade.upgraded(f"sqlite:///{name}/old.db", Path(name), most)]
        return
    folder = programs()
    if folder is None:
        yield ["| PostgreSQL is not installed here |"], [], []
        return
    with serving(folder, options=OPTIONS) as server:
        growth, queries = _grown(f"{server.address}postgres", most)
    with serving(folder, options=OPTIONS) as server:
        yield growth, queries, [storage_upgrade.upgraded(f"{server.address}postgres", server.data, most)]


def _grown(url: str, most: int) -> tuple[list[str], list[str]]:
    bench = Bench(connect(url))
    for size in sorted({*(stage for stage in STAGES if stage < most), most}):
        bench.stage(size)
        print(bench.growth[-1], bench.queries[-1], sep="\n", file=sys.stderr)  # it takes long
    bench.database.close()
    return bench.growth, bench.queries
