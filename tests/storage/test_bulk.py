"""Both ways of writing make the same rows as if each post and act had come alone, one after the other."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from core.records import Action, Band, Interaction, Kind, Post, Reason, Score
from storage import absence, bulk, collecting, judging
from storage.collecting import Owners, Saved
from storage.database import Database, Session
from storage.judged_tables import scores
from storage.statements import CHUNK
from storage.tables import accounts, interactions, post_versions, posts
from tests.storage.faults import PowerCutError, failing_at
from tests.storage.planted import NOW, judge, like, owners, post, ref, rows, save, watch

WATCHED = ("kelurahan", "lurah")
EVERYBODY = (*WATCHED, "warga biasa")
POST_FIELDS = ("author", "posted_at", "likes", "gone_at", "first_seen_at")
ACT_FIELDS = ("acted_at", "record_uri", "first_seen_at", "absent_since")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What is shown at a moment, and what is looked for in vain."""

    now: datetime
    posts: tuple[Post, ...]
    acts: tuple[Interaction, ...]
    gone: tuple[str, ...]
    absent: tuple[tuple[str, Action, str], ...]


@dataclass(slots=True)
class Model:
    """The rules of storing as a person would keep them with cards in boxes."""

    posts: dict[str, dict[str, Any]] = field(default_factory=dict)
    wordings: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    acts: dict[tuple[str, Action, str], dict[str, Any]] = field(default_factory=dict)

    def show(self, shown: Shown) -> Saved:
        """Keep what is shown, one after the other; say how much of it is new."""
        now, before = shown.now, set(self.posts)
        for one in shown.posts:
            self._post(one, now, known=one.ref.uri in before)
        new, acts = len(self.posts.keys() - before), len(self.acts)
        seen_before = set(self.acts)
        for act in shown.acts:
            self._act(act, now, seen_before)
        for uri in shown.gone:
            if uri in self.posts and self.posts[uri]["gone_at"] is None:
                self.posts[uri]["gone_at"] = now
        for key in shown.absent:
            if key in self.acts and self.acts[key]["absent_since"] is None:
                self.acts[key]["absent_since"] = now
        return Saved(posts=new, interactions=len(self.acts) - acts)

    def _post(self, one: Post, now: datetime, *, known: bool) -> None:
        card = self.posts.setdefault(one.ref.uri, {**dict.fromkeys(POST_FIELDS), "first_seen_at": now})
        author = one.author.handle if one.author else None
        card["author"] = card["author"] or author
        card["posted_at"] = card["posted_at"] or one.posted_at
        card["likes"] = card["likes"] if one.likes is None else one.likes
        if known and card["gone_at"] is not None and card["gone_at"] < now:
            card["gone_at"] = None
        if one.text is not None:
            wording = self.wordings.setdefault((one.ref.uri, one.text), {"revision": None, "seen_at": now})
            wording["revision"] = wording["revision"] or one.revision

    def _act(self, act: Interaction, now: datetime, seen_before: set[tuple[str, Action, str]]) -> None:
        actor = act.actor.handle or ""
        if actor not in WATCHED:
            return
        self.posts.setdefault(act.post.uri, {**dict.fromkeys(POST_FIELDS), "first_seen_at": now})
        key = actor, act.action, act.post.uri
        card = self.acts.setdefault(key, {**dict.fromkeys(ACT_FIELDS), "first_seen_at": now})
        card["acted_at"] = card["acted_at"] or act.acted_at
        card["record_uri"] = card["record_uri"] or act.record_uri
        if key in seen_before and card["absent_since"] is not None and card["absent_since"] < now:
            card["absent_since"] = None


NAMES = st.integers(0, 4)
ACTS = st.sampled_from([Action.LIKED, Action.REPOSTED])


def _shown_post(name: int, text_: str | None, likes: int | None, *, told: bool) -> Post:
    author = WATCHED[0] if name == 0 else "calon"
    revision = f"revision of {text_}" if told and text_ else None
    moment = NOW - timedelta(days=name) if told else None
    return post(name, author=author if told else None, text=text_, likes=likes, posted_at=moment, revision=revision)


def _shown_act(actor: str, name: int, action: Action, *, told: bool) -> Interaction:
    record = f"warga://{actor}/{action}/{name}" if told else None
    return like(actor, name, action=action, acted_at=NOW if told else None, record_uri=record)


SHOWN_POST = st.builds(
    _shown_post,
    NAMES,
    st.sampled_from([None, "Halo", "Pilih nomor 1!"]),
    st.none() | st.integers(0, 3),
    told=st.booleans(),
)
SHOWN_ACT = st.builds(_shown_act, st.sampled_from(EVERYBODY), NAMES, ACTS, told=st.booleans())
SHOWN = st.builds(
    Shown,
    now=st.integers(0, 3).map(lambda day: NOW + timedelta(days=day)),
    posts=st.lists(SHOWN_POST, max_size=6).map(tuple),
    acts=st.lists(SHOWN_ACT, max_size=8).map(tuple),
    gone=st.lists(NAMES.map("warga://{}".format), max_size=2).map(tuple),
    absent=st.lists(st.tuples(st.sampled_from(WATCHED), ACTS, NAMES.map("warga://{}".format)), max_size=2).map(tuple),
)


def keep(session: Session, known: Owners, shown: Shown) -> Saved:
    """Do with the database what the model does with its cards."""
    saved = save(session, known, *shown.posts, *shown.acts, now=shown.now)
    collecting.mark_gone(session, [ref(uri.removeprefix("warga://")) for uri in shown.gone], shown.now)
    for handle, action, uri in shown.absent:
        this = (accounts.c.handle == handle, interactions.c.action == action, posts.c.uri == uri)
        query = select(interactions.c.id).select_from(interactions)
        query = query.join(accounts).join(posts, posts.c.id == interactions.c.post_id).where(*this)
        for number in session.scalars(query).all():
            absence.note_absent(session, number, shown.now)
    return saved


def boxes(session: Session) -> Model:
    """Read the database into cards."""
    found = Model()
    handles = {row.id: row.handle for row in session.execute(select(accounts))}
    uris = {}
    for row in session.execute(select(posts)):
        uris[row.id] = row.uri
        author = handles.get(row.author_id) or (row.author_hash and row.author_hash.removeprefix("hidden "))
        card = {name: getattr(row, name) for name in POST_FIELDS if name != "author"}
        found.posts[row.uri] = {"author": author, **card}
    for row in session.execute(select(post_versions)):
        assert row.sha256 == collecting.text_digest(row.text)
        found.wordings[uris[row.post_id], row.text] = {"revision": row.revision, "seen_at": row.seen_at}
    for row in session.execute(select(interactions)):
        key = handles[row.account_id], Action(row.action), uris[row.post_id]
        found.acts[key] = {name: getattr(row, name) for name in ACT_FIELDS}
    return found


@pytest.fixture(params=["by arrays", "by copies"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let PostgreSQL copy from the first row on, or never; SQLite has one way only."""
    monkeypatch.setattr(bulk, "MANY", 1 if request.param == "by copies" else CHUNK + 1)


@contextmanager
def tried(database: Database) -> Iterator[Session]:
    """Give a transaction of which nothing stays."""
    with database.engine.connect() as session:
        yield session
        session.rollback()


@pytest.mark.usefixtures("way")
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(course=st.lists(SHOWN, max_size=5))
def test_batches_in_any_order_make_the_rows_that_one_after_the_other_makes(
    database: Database, course: list[Shown]
) -> None:
    with database.write() as session:
        known = owners(*watch(session, *WATCHED))
    model = Model()

    with tried(database) as session:
        for shown in course:
            assert keep(session, known, shown) == model.show(shown)
            again = keep(session, known, shown)
            model.show(shown)
            assert again == Saved(posts=0, interactions=0)
        found = boxes(session)

    assert found == model


def _many(count: int) -> tuple[list[Post], list[Interaction]]:
    numbers = range(count)
    return [post(n, text=f"Halo {n}") for n in numbers], [like("kelurahan", n) for n in numbers]


@pytest.mark.usefixtures("way")
def test_a_fault_at_any_step_of_a_large_batch_leaves_nothing_of_it(database: Database) -> None:
    shown, acts = _many(3)
    with database.write() as session:
        known = owners(*watch(session, "kelurahan"))
    failed = 0
    for number in range(1, 40):
        with failing_at(database, number):
            try:
                with database.write() as session:
                    save(session, known, *shown, *acts)
                break
            except PowerCutError:
                failed += 1
        with database.read() as session:
            assert rows(session, posts, "id") == rows(session, interactions, "id") == []
    else:
        pytest.fail("the batch never came through")

    assert failed >= 6
    with database.read() as session:
        assert len(rows(session, posts, "id")) == len(rows(session, interactions, "id")) == 3


def test_what_comes_by_thousands_is_counted_and_kept_once(database: Database) -> None:
    count = CHUNK + 700
    shown, acts = _many(count)
    with database.write() as session:
        known = owners(*watch(session, "kelurahan"))
        assert save(session, known, *shown, *shown, *acts, *acts) == Saved(posts=count, interactions=count)
    with database.write() as session:
        assert save(session, known, *acts, *shown) == Saved(posts=0, interactions=0)
        assert len(rows(session, post_versions, "id")) == count


@pytest.mark.usefixtures("way")
def test_two_writers_of_the_same_rows_in_opposite_order_both_come_through(database: Database) -> None:
    shown, acts = _many(300)
    with database.write() as session:
        known = owners(*watch(session, "kelurahan"))

    def one(order: int) -> None:
        for _ in range(3):
            with database.write() as session:
                save(session, known, *shown[::order], *acts[::order])

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(one, (1, -1)))

    with database.read() as session:
        assert len(rows(session, posts, "id")) == len(rows(session, interactions, "id")) == 300


@pytest.mark.usefixtures("way")
def test_reasons_numbers_and_moments_come_through_both_ways(database: Database) -> None:
    reason = Reason(code="word", word='coblos "1"\t\\N\n', weight=0.25, span=(0, 4))
    score = Score(probability=1 / 3, kind=Kind.NEWS, band=Band.LOW, target=None, direction=None, reasons=(reason,))
    with database.write() as session:
        save(session, owners(), *(post(n) for n in range(3)))
        match = judge(session, {})
        ids = [number for (number,) in rows(session, post_versions, "id")]
        found, revision = ((number, score) for number in ids), match.contest_revision_id
        judging.save_scores(session, found, model_id=match.model_id, revision_id=revision, now=NOW)
        kept = rows(session, scores, "probability", "kind", "target", "scored_at")
        told = session.scalars(select(scores.c.reasons)).all()

    assert kept == [(1 / 3, "news", None, NOW)] * 3
    assert [one[0]["word"] for one in told] == [reason.word] * 3
