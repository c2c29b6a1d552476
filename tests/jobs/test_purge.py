"""A purge that is broken off at any step goes on from there; what others still need stays; nothing goes by itself."""

import gc
import gzip
import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from core.deeds import Correction, Went
from core.errors import InputError, RefusedError
from core.records import Answer, Role
from core.settings import Purpose, Retention
from jobs import digest, doomed, purge, subject
from jobs.lock import only_one
from jobs.purge import Wishes
from jobs.tools import Tools
from storage import answering, exports, purging
from storage.choosing import ACCOUNTS
from storage.judged_tables import labels, matches, text_bands, text_clusters
from storage.tables import captures, interactions, post_versions, posts
from tests.jobs.office import entry, hands, open_office, rows, watch
from tests.jobs.planting import flag, liked, looked, published
from tests.storage import planted
from tests.storage.faults import PowerCutError, failing_at

SHORT = Retention(
    unflagged_days=10, undecided_days=20, rejected_days=30, withdrawn_days=10, decided_days=400, watchlist_days=50
)
ENDS = date(2029, 12, 31)
AFTER = datetime(2030, 1, 1, tzinfo=UTC)
WISHES = Wishes(by="Ketua", reason="Masa simpan habis", page=lambda facts: str(facts["purge"]), picture=str)
URIS = ("at://a/1", "at://a/2", "at://a/3", "at://a/4")


@pytest.fixture
def office(tmp_path: Path, empty: Path) -> Iterator[Tools]:
    """Let somebody like four posts: two are flagged and decided, one is flagged, one is not."""
    tools = open_office(tmp_path / "kantor", empty, retention=SHORT)
    ends = tools.settings.purpose.model_copy(update={"ends": ENDS})
    settings = tools.settings.model_copy(update={"purpose": Purpose.model_validate(ends.model_dump())})
    tools = open_office(tmp_path / "kantor", empty, retention=SHORT, purpose=settings.purpose)
    watch(tools, entry("kel_satu"), entry("calon", Role.CAMPAIGN, contest="sindangwangi-2029"))
    published(tools, "calon", URIS)
    for uri in URIS:
        liked(tools, "kel_satu", uri)
    for uri in URIS[:3]:
        flag(tools, uri)
    looked(tools, "kel_satu")
    with tools.database.write() as session:
        numbers = list(session.scalars(select(matches.c.id).order_by(matches.c.id)))
        said = ((numbers[0], Answer.SOLICITATION), (numbers[1], Answer.NOT))
        answering.save_decisions(session, [planted.decision(session, one, answer) for one, answer in said])
    _capture(tools)
    yield tools
    tools.database.close()


def _capture(tools: Tools) -> None:
    """Keep one answer that shows the first two posts, and one for each of the others."""
    with tools.database.write() as session:
        acts = list(session.execute(select(interactions.c.id, posts.c.uri).join(posts).order_by(posts.c.uri)))
        for group in (acts[:2], acts[2:3], acts[3:]):
            blob = tools.blobs.put(json.dumps([row.uri for row in group]).encode())
            values = {
                "url": "https://x.example", "final_url": "https://x.example", "status": 200, "media_type": "a/b",
                "headers": {}, "sha256": blob, "blob": blob, "captured_at": tools.clock.now(), "mode": "auto",
                "step": "likes", "purpose": "crawl",
            }  # fmt: skip
            number = session.execute(insert(captures).values(**values).returning(captures.c.id)).scalar_one()
            these = interactions.c.id.in_([row.id for row in group])
            session.execute(update(interactions).where(these).values(capture_id=number))


def at(tools: Tools, days: int) -> None:
    """Let it be so many days after the end of the purpose."""
    hands(tools).present = AFTER + timedelta(days=days)


def left(tools: Tools) -> dict[str, int]:
    names = ("matches", "interactions", "posts", "captures", "accounts")
    return {name: len(rows(tools, name)) for name in names}


def blobs(tools: Tools) -> list[Any]:
    return sorted(json.loads(gzip.decompress(path.read_bytes())) for path in tools.blobs.folder.glob("??/*.gz"))


def test_each_class_goes_when_its_own_days_are_over(office: Tools) -> None:
    steps = []
    for days in (9, 11, 21, 31, 401):
        at(office, days)
        purge.run(office, WISHES)
        steps.append((left(office)["matches"], left(office)["interactions"], left(office)["accounts"]))

    assert steps == [(3, 4, 2), (3, 3, 2), (2, 2, 2), (1, 1, 2), (0, 0, 0)]
    assert [row.state for row in rows(office, "purges")] == ["done"] * 5


def test_an_answer_that_shows_something_that_stays_stays_and_goes_with_the_last(office: Tools) -> None:
    at(office, 31)
    purge.run(office, WISHES)
    assert blobs(office) == [["at://a/1", "at://a/2"]]

    at(office, 401)
    purge.run(office, WISHES)
    assert blobs(office) == []


def test_a_file_that_two_rows_share_stays_while_one_of_them_does(office: Tools) -> None:
    with office.database.write() as session:
        first, last = session.scalars(select(captures.c.blob).order_by(captures.c.id)).all()[::2]
        session.execute(update(captures).where(captures.c.blob == last).values(blob=first))

    at(office, 31)
    purge.run(office, WISHES)

    assert ["at://a/1", "at://a/2"] in blobs(office)


def test_a_decision_that_came_late_counts_from_then(office: Tools) -> None:
    at(office, 25)
    with office.database.write() as session:
        number = session.scalars(select(matches.c.id).where(matches.c.answer == Answer.NOT)).one()
        later = planted.decision(session, number, Answer.NOT, "Ketua", decided_at=office.clock.now())
        answering.save_decisions(session, [later])

    at(office, 50)
    purge.run(office, WISHES)
    assert left(office)["matches"] == 2
    at(office, 56)
    purge.run(office, WISHES)
    assert left(office)["matches"] == 1


def test_what_is_withdrawn_goes_by_its_own_days(office: Tools) -> None:
    subject.correct(office, "kel_satu", Correction.WRONG_PERSON, since=None, note=None, by="Ketua")

    at(office, 11)
    purge.run(office, WISHES)

    assert left(office)["matches"] == left(office)["interactions"] == 0


def test_near_duplicates_lose_the_first_of_their_kind_and_are_placed_again(office: Tools) -> None:
    with office.database.write() as session:
        first, second = session.scalars(
            select(matches.c.post_version_id).where(matches.c.answer.is_not(None)).order_by(matches.c.answer)
        ).all()
        session.execute(insert(text_clusters), [{"post_version_id": one, "first_id": first} for one in (first, second)])
        session.execute(insert(text_bands), [{"band": 1, "first_id": first}])

    at(office, 31)
    purge.run(office, WISHES)

    assert [rows(office, name) for name in ("text_clusters", "text_bands")] == [[], []]


def test_a_label_goes_with_its_text_unless_the_text_stays(office: Tools) -> None:
    with office.database.write() as session:
        text, number = session.execute(
            select(post_versions.c.text, post_versions.c.id).order_by(post_versions.c.id.desc())
        ).first() or ("", 0)
        row = answering.LabelRow(text="Hanya di sini", label=True, kind=None, contest=None, labeller="r",
                                 labelled_at=office.clock.now(), source="import", post_version_id=number)  # fmt: skip
        answering.save_labels(session, [row])
        assert text

    at(office, 11)
    purge.run(office, WISHES)

    with office.database.read() as session:
        assert session.scalar(select(func.count()).select_from(labels)) == 0


def test_a_purge_that_is_broken_off_at_any_statement_ends_the_same(office: Tools) -> None:
    at(office, 31)
    statements, done = 0, False
    gc.freeze()
    while not done:
        statements += 3
        with suppress(PowerCutError), failing_at(office.database, statements):
            purge.run(office, WISHES)
            done = True
        gc.collect()  # no cursor that holds a table outlives a power cut
    gc.unfreeze()

    assert left(office) == {"matches": 1, "interactions": 1, "posts": 1, "captures": 1, "accounts": 2}
    assert blobs(office) == [["at://a/1", "at://a/2"]]
    assert [row.state for row in rows(office, "purges")] == ["done"]
    assert rows(office, "purge_files") == []


def test_a_purge_whose_file_cannot_be_removed_goes_on_later(office: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    at(office, 31)
    monkeypatch.setattr(doomed, "remove", _refuse)
    with pytest.raises(PowerCutError):
        purge.run(office, WISHES)
    assert rows(office, "purge_files")
    assert purge.is_due(office.settings, office.database, office.clock.now())
    monkeypatch.undo()

    done = purge.run(office, WISHES)

    assert done.resumed
    assert rows(office, "purge_files") == []
    assert blobs(office) == [["at://a/1", "at://a/2"]]


def _refuse(*_: object, **__: object) -> int:
    raise PowerCutError


@pytest.mark.parametrize("step", ["shrink", "set_state"])
def test_a_purge_ends_whatever_step_fails_first(office: Tools, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    at(office, 31)
    monkeypatch.setattr(purging, step, _refuse)
    with pytest.raises(PowerCutError):
        purge.run(office, WISHES)
    monkeypatch.undo()

    purge.run(office, WISHES)

    assert left(office)["matches"] == 1
    assert {row.state for row in rows(office, "purges")} == {"done"}


def test_tombstones_are_keyed_and_lead_back_to_nobody(office: Tools) -> None:
    at(office, 401)
    purge.run(office, WISHES)

    told = {row.digest for row in rows(office, "tombstones") if row.kind == ACCOUNTS}
    assert purge.keyed(office.secret, ACCOUNTS, "bluesky\nkel_satu") in told
    assert purge.keyed(b"1" * 32, ACCOUNTS, "bluesky\nkel_satu") not in told
    answered = subject.report(office, "kel_satu", str, by="Ketua")
    assert answered.held == []
    assert answered.purged_at == office.clock.now()


def test_nobody_purges_while_a_crawl_runs(office: Tools) -> None:
    at(office, 31)

    with only_one(office.settings.storage.data / "crawl.lock"), pytest.raises(RefusedError) as caught:
        purge.run(office, WISHES)

    assert caught.value.code == "already_running"
    assert left(office)["matches"] == 3


def test_what_is_due_is_said_and_nothing_goes_by_itself(office: Tools) -> None:
    assert not digest.gather(office).removal_due

    at(office, 31)

    assert digest.gather(office).removal_due
    assert left(office)["matches"] == 3


def test_a_blob_that_a_crash_left_is_swept_when_it_is_old(office: Tools) -> None:
    name = office.blobs.put(b'["lost"]')
    hands(office).present = datetime.now(UTC) + timedelta(days=3_000)

    purge.run(office, WISHES)

    assert not office.blobs.path(name).exists()


def test_review_files_that_hold_what_goes_go_with_it(office: Tools) -> None:
    folder = office.settings.review.exports
    folder.mkdir()
    with office.database.write() as session:
        numbers = list(session.scalars(select(matches.c.id).order_by(matches.c.id)))
    for name, members in (("semua.csv", numbers), ("ajakan.csv", numbers[:1])):
        (folder / name).write_text("isi", encoding="utf-8")
        (folder / f"{name}.sha256").write_text("x", encoding="utf-8")
        row = exports.ExportRow(
            kind=Went.REVIEW_FILE, rows=len(members), wanted={}, sha256="0" * 64, bytes=3, file=str(folder / name),
            members=exports.unpacked(exports.packed(members)), written_by="Rukmini",
            written_at=AFTER + timedelta(days=20),
        )  # fmt: skip
        with office.database.write() as session:
            exports.save(session, row)

    at(office, 31)
    purge.run(office, WISHES)

    assert sorted(path.name for path in folder.iterdir()) == ["ajakan.csv", "ajakan.csv.sha256"]
    with office.database.read() as session:
        assert [row.gone_at is not None for row in exports.every(session)] == [True, False]


def test_a_purge_needs_a_reason(office: Tools) -> None:
    with pytest.raises(InputError) as caught:
        purge.run(office, Wishes(by="Ketua", reason=" ", page=str, picture=str))
    assert caught.value.code == "purge_without_reason"
