"""What a purge takes is gone from every byte of the folder; what it may not take stays; and the record still holds."""

import gzip
import io
import json
import shutil
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from core.clock import SystemClock
from core.pictures import Line, PictureWords, ReadState
from core.records import Answer
from review.ids import public_id
from storage import answering
from storage.blobs import Blobs
from storage.judged_tables import evidence, matches
from storage.picture_texts import save_reading
from storage.tables import captures, interactions, post_versions
from tests.commands.desk import CALLS, MOMENT, NEUTRAL, Desk
from tests.storage import planted

LATER = datetime(2125, 1, 1, tzinfo=UTC)
"""Long after everything is due: the purpose of the desk ends in 2099."""
TEXTS = (*CALLS, *NEUTRAL)
HANDLES = ("kel_satu@baik.example", "asn_dua@baik.example")
ON_POSTER = "Tulisan gambar rekaan kuprit"
OWN = {"watchlist.csv", "label.csv", "config.yaml", "lain.yaml"}
"""What the office brought itself."""


def in_the_future(monkeypatch: pytest.MonkeyPatch, moment: datetime = LATER) -> None:
    monkeypatch.setattr(SystemClock, "now", lambda _: moment)


def bytes_of(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Give every byte that lies in a folder, also what is packed."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name not in OWN:
            yield from _unpacked(path.relative_to(folder).as_posix(), path.read_bytes())


def _unpacked(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    yield name, content
    if content[:2] == b"\x1f\x8b":
        yield from _unpacked(f"{name}!", gzip.decompress(content))
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for inner in archive.namelist():
                yield from _unpacked(f"{name}!{inner}", archive.read(inner))


def hits(folder: Path, *words: str) -> list[tuple[str, str]]:
    """Say where some of these words still stand: as they are, and as JSON writes them."""
    return [(name, word) for name, content in bytes_of(folder) for word in words if word.encode() in content]


def fill(desk: Desk) -> None:
    """Let the office do all that leaves traces: captures, pictures, decisions, labels, models, files, logs."""
    blobs = Blobs(desk.folder / "data" / "blobs")
    with desk.opened() as database, database.write() as session:
        for row in session.execute(select(post_versions.c.id, post_versions.c.post_id, post_versions.c.text)).all():
            blob = blobs.put(json.dumps({"content": row.text, "by": HANDLES[0]}).encode())
            values = {
                "url": f"https://luar.example/{HANDLES[0]}", "final_url": "https://luar.example", "status": 200,
                "media_type": "application/json", "headers": {}, "sha256": blob, "blob": blob, "captured_at": MOMENT,
                "mode": "auto", "step": "posts", "purpose": "crawl",
            }  # fmt: skip
            number = session.execute(captures.insert().values(**values).returning(captures.c.id)).scalar_one()
            session.execute(
                interactions.update().where(interactions.c.post_id == row.post_id).values(capture_id=number)
            )
        numbers = list(session.scalars(select(matches.c.id).order_by(matches.c.id)))
        said = [Answer.SOLICITATION, Answer.NOT, Answer.UNSURE]
        rows = [planted.decision(session, one, said[place % 3]) for place, one in enumerate(numbers)]
        answering.save_decisions(session, rows)
    assert desk.run("label", "import", str(desk.folder / "label.csv")).code == 0
    assert desk.run("classify").code == 0
    desk.export(name="exports/tinjau.csv")
    desk.export("--all", name="exports/tinjau.xlsx")
    assert desk.run("review", "export", "--format", "datasette", "--all", "-o", str(desk.folder / "d.json")).code == 0
    learn = ("review", "export", "--order", "learn", "--count", "10", "-o", str(desk.folder / "l.csv"))
    assert desk.run(*learn).code == 0
    named = ("report", "--names", "--reason", "Perkara rekaan", "-o", str(desk.folder / "laporan.html"))
    assert desk.run(*named).code == 0
    (desk.folder / "data" / "logs").mkdir()
    (desk.folder / "data" / "logs" / "lama.log").write_text(f"{HANDLES[0]}: {TEXTS[0]}", encoding="utf-8")


@pytest.fixture(scope="module")
def full(prepared: Path, tmp_path_factory: pytest.TempPathFactory, dead_port: int) -> Path:
    """Fill an office once; every test gets a copy of it, in the place where it was filled: files know their paths."""
    folder = tmp_path_factory.mktemp("penuh") / "kantor"
    shutil.copytree(prepared, folder)
    fill(Desk(folder=folder, dead=dead_port))
    return folder


@pytest.fixture
def filled(full: Path, tmp_path: Path, dead_port: int) -> Iterator[Desk]:
    shutil.copytree(full, tmp_path / "asli")
    yield Desk(folder=full, dead=dead_port)
    shutil.rmtree(full)
    shutil.move(tmp_path / "asli", full)


def purge(desk: Desk, *words: str) -> Any:  # noqa: ANN401  (what the command tells)
    return desk.run("purge", "--reason", "Masa simpan habis", "--yes", "--json", *words).data


def test_nothing_goes_before_the_purpose_has_ended(filled: Desk) -> None:
    before = filled.rows()

    proposal = filled.run("purge", "--dry-run", "--json").data

    assert sum(part["count"] for part in proposal["classes"].values()) == 0
    assert filled.rows() == before


def test_a_dry_run_says_what_would_go_and_changes_nothing(filled: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    before, files = filled.rows(), sorted(filled.folder.rglob("*"))
    in_the_future(monkeypatch)

    proposal = filled.run("purge", "--dry-run", "--json").data

    counts = {name: part["count"] for name, part in proposal["classes"].items()}
    assert counts["acts"] == counts["posts"] == counts["wordings"] == len(TEXTS)
    assert sum(counts[name] for name in ("unflagged", "undecided", "rejected", "decided")) == len(before["matches"])
    assert proposal["files"]["export"] == 5
    assert proposal["files"]["blob"] > 0 < proposal["bytes"]
    assert filled.rows() == before
    assert sorted(filled.folder.rglob("*")) == files


def test_after_a_purge_no_text_and_no_handle_stands_in_any_byte(filled: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    words = (*TEXTS, *HANDLES, *(json.dumps(text)[1:-1] for text in TEXTS), "Pegawai Dua", "Kelurahan Satu")
    found = {word for _, word in hits(filled.folder, *words)}
    assert found >= {*TEXTS, *HANDLES}
    in_the_future(monkeypatch)

    done = purge(filled)

    assert hits(filled.folder, *words) == []
    assert filled.rows()["accounts"] == []
    certificate = json.loads(Path(done["files"][0]).read_bytes())
    assert certificate["classes"]["wordings"]["count"] == len(TEXTS)
    assert certificate["record"]["whole"]
    assert filled.run("audit", "verify", "--json").data["broken"] == []
    (deed,) = [one for one in filled.run("audit", "list", "--json").data if one["what"] == "did_purge"]
    assert deed["detail"] == f"{done['number']} {done['sha256']}"


def test_what_a_hold_keeps_survives_with_all_that_it_needs(filled: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with filled.opened() as database, database.read() as session:
        one = session.execute(select(matches.c.id, matches.c.interaction_id).order_by(matches.c.id)).first()
    assert one is not None
    name = public_id(one.id)
    assert filled.run("hold", "add", name, "--reason", "Perkara berjalan").code == 0
    in_the_future(monkeypatch)

    purge(filled)

    with filled.opened() as database, database.read() as session:
        assert list(session.scalars(select(matches.c.id))) == [one.id]
        blob = session.scalar(select(captures.c.blob))
        assert session.scalar(select(func.count()).select_from(evidence).where(evidence.c.match_id == one.id))
    assert blob is not None
    assert Blobs(filled.folder / "data" / "blobs").get(blob)
    assert filled.run("evidence", "verify", name).code == 0
    hold = filled.run("hold", "list", "--json").data[0]
    assert filled.run("hold", "remove", str(hold["id"]), "--reason", "Perkara selesai").code == 0
    purge(filled)
    assert filled.rows()["matches"] == []


def test_a_held_contest_and_a_held_account_keep_their_matches(filled: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert filled.run("hold", "add", HANDLES[0], "--reason", "Perkara berjalan").code == 0
    in_the_future(monkeypatch)

    purge(filled)

    assert {row[2] for row in filled.rows()["accounts"]} | {row[3] for row in filled.rows()["accounts"]} >= {HANDLES[0]}
    assert len(filled.rows()["interactions"]) == 3
    assert hits(filled.folder, HANDLES[1]) == []


@pytest.mark.parametrize(
    ("words", "code"),
    [(("--yes",), "purge_without_reason"), (("--reason", "Habis"), "purge_unconfirmed")],
)
def test_a_purge_needs_a_reason_and_a_yes(desk: Desk, words: tuple[str, ...], code: str) -> None:
    ran = desk.run("purge", *words, "--json")

    assert (ran.code, ran.answer["error"]["code"]) == (4, code)


def test_a_backup_is_named_as_still_holding_it(filled: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = filled.folder / "salinan.db"
    assert filled.run("db", "backup", str(copy)).code == 0
    in_the_future(monkeypatch)

    told = filled.run("purge", "--dry-run", "--json").data["elsewhere"]

    assert [(one["kind"], one["file"]) for one in told] == [("backup_file", str(copy))]
    purge(filled)
    assert copy.exists()


def test_the_words_of_pictures_go_with_their_posts(filled: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with filled.opened() as database, database.write() as session:
        words = PictureWords(state=ReadState.OK, lines=(Line(text=ON_POSTER, confidence=0.9),))
        save_reading(session, "a" * 64, "r", words, MOMENT)
    in_the_future(monkeypatch)

    purge(filled)

    assert hits(filled.folder, ON_POSTER) == []


def test_the_file_of_the_database_holds_no_free_page_afterwards(filled: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    in_the_future(monkeypatch)

    purge(filled)

    with closing(sqlite3.connect(filled.folder / "tilik.db")) as database:
        assert database.execute("PRAGMA freelist_count").fetchone() == (0,)
    log = filled.folder / "tilik.db-wal"
    assert not log.exists() or log.stat().st_size == 0
