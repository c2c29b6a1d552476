"""tilik evidence, as it is typed: what is held, a package to give away, and a check that one changed byte fails."""

import asyncio
import hashlib
import json
import random
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from commands.shared import tools
from core.errors import EvidenceError
from core.recording import Recording
from core.records import Capture
from jobs import evidence as job
from jobs import verifying
from jobs.tools import Tools
from scraper.adapter import PageRequest
from storage import collecting, judged_tables, tables
from tests.commands.desk import Desk, first_match
from tests.evidence.recordings import recording
from tests.scraper.recorded import served

MATCH = first_match()
BODY = '{"data": {"penyuka": ["kel_satu", "asn_dua"]}}'


class Eyes:
    """Records every page as if it were there; proves nothing."""

    async def __call__(self, request: PageRequest) -> Capture:
        raise AssertionError(request.url)

    async def record(self, url: str) -> Recording:
        return recording(url)

    def pause(self, url: str, reason: str, *, after: str | None = None) -> None:
        raise AssertionError(url)


@contextmanager
def opened(desk: Desk) -> Iterator[Tools]:
    with tools(desk.config) as found:
        yield found


@pytest.fixture
def kept(desk: Desk) -> Desk:
    """Keep the evidence of every match of the desk."""
    with opened(desk) as office:
        assert asyncio.run(job.run(office, Eyes())).pages
    return desk


def files_of(desk: Desk) -> list[Path]:
    """List the files that the evidence of the first match rests on, its manifest first."""
    with opened(desk) as office:
        (held,) = verifying.held(office, 1)
        assert held.manifest is not None
        names = [held.row.manifest, *(one["sha256"] for one in held.manifest["files"])]
        return [office.blobs.plain_path(name) for name in names]


def test_what_is_held_is_shown_with_when_by_whom_and_on_what_ground(kept: Desk) -> None:
    said = kept.run("evidence", "show", MATCH).out

    for word in (MATCH, "public page", "Panitia Pengawas Rekaan", "robots:allowed", "156.0", "page.wacz", "SHA-256"):
        assert word in said


def test_when_the_crawl_saw_it_is_told_by_the_clock_of_the_office(desk: Desk) -> None:
    seen = replace(served("https://baik.example/suka", b"{}"), captured_at=datetime(2029, 10, 1, 3, 5, tzinfo=UTC))
    with opened(desk) as office:
        with office.database.write() as session:
            number = collecting.save_capture(session, seen, run_id=None, step="likes", blob=None, purpose="crawl")
            session.execute(tables.interactions.update().values(capture_id=number))
        asyncio.run(job.run(office, Eyes()))

    said = desk.run("evidence", "show", MATCH).out

    assert f"The crawl was given SHA-256 {seen.sha256} at 2029-10-01 10.05 WIB" in said


def test_what_is_held_is_told_to_programs_with_the_whole_manifest(kept: Desk) -> None:
    (held,) = kept.run("evidence", "show", MATCH, "--json").data["evidence"]

    assert (held["level"], held["match_id"], held["note"]) == ("page", 1, None)
    assert [one["name"] for one in held["held"]["files"]][:3] == ["page.wacz", "page.png", "page.html"]


def test_a_page_that_was_not_kept_is_shown_with_its_reason(desk: Desk) -> None:
    assert desk.run("classify").code == 0  # nobody answers for its pages' robots.txt

    said = desk.run("evidence", "show", MATCH).out

    assert "record" in said
    assert "refused by robots.txt" in said


def test_before_anything_is_held_it_says_how_to_get_it(desk: Desk) -> None:
    assert "tilik classify" in desk.run("evidence", "show", MATCH).out
    assert desk.run("evidence", "verify", MATCH, "--json").answer["error"]["code"] == "evidence_none"


@pytest.mark.parametrize("command", ["show", "verify", "export"])
@pytest.mark.parametrize("match", ["F-000000", "nothing", "F-0000ZZZ"])
def test_a_match_that_is_not_there_is_named(kept: Desk, command: str, match: str) -> None:
    target = (str(kept.folder / "keluar"),) if command == "export" else ()

    ran = kept.run("evidence", command, match, *target, "--json")

    assert ran.code == 4
    assert ran.answer["error"]["code"] in {"match_unknown", "evidence_none"}


def test_whole_evidence_passes(kept: Desk) -> None:
    ran = kept.run("evidence", "verify", MATCH, "--json")

    assert ran.code == 0
    assert ran.data["whole"] is True


def test_a_thousand_changed_bytes_are_a_thousand_found(kept: Desk) -> None:
    chance, files, found = random.Random(7), files_of(kept), 0  # noqa: S311  (a repeatable choice)
    with opened(kept) as office:
        for _ in range(1_000):
            path = chance.choice(files)
            content = path.read_bytes()
            changed = bytearray(content)
            changed[chance.randrange(len(content))] ^= chance.randrange(1, 256)
            path.write_bytes(changed)
            try:
                verifying.check(office, MATCH, 1)
            except EvidenceError:
                found += 1
            path.write_bytes(content)
        assert verifying.check(office, MATCH, 1)

    assert found == 1_000


def test_the_broken_link_is_named_and_the_exit_code_is_3(kept: Desk) -> None:
    archive = files_of(kept)[1]
    content = bytearray(archive.read_bytes())
    content[200] ^= 1
    archive.write_bytes(content)

    ran, asked = kept.run("evidence", "verify", MATCH), kept.run("evidence", "verify", MATCH, "--json")

    assert (ran.code, asked.code) == (3, 3)
    assert "page.wacz" in ran.err
    assert asked.answer["error"]["code"] == "evidence_broken"
    assert kept.run("evidence", "export", MATCH, str(kept.folder / "keluar")).code == 3
    assert not (kept.folder / "keluar").exists()


@pytest.mark.parametrize("column", ["match_id", "level", "manifest"])
def test_a_row_that_was_changed_is_found(kept: Desk, column: str) -> None:
    with opened(kept) as office, office.database.write() as session:
        other = session.execute(judged_tables.evidence.select().where(judged_tables.evidence.c.match_id == 2)).one()
        value = {"match_id": 1, "level": "record", "manifest": other.manifest}[column]
        changed = 2 if column == "match_id" else 1
        session.execute(
            judged_tables.evidence.update().where(judged_tables.evidence.c.match_id == changed).values({column: value})
        )

    assert kept.run("evidence", "verify", MATCH).code == 3


def test_a_package_is_checked_by_its_own_verifier_without_tilik(kept: Desk) -> None:
    folder, packed = kept.folder / "keluar", kept.folder / "keluar.zip"
    assert kept.run("evidence", "export", MATCH, str(folder)).code == 0
    assert kept.run("evidence", "export", MATCH, str(packed), "--json").code == 0
    with zipfile.ZipFile(packed) as opened_zip:
        opened_zip.extractall(kept.folder / "dari-zip")

    for place in (folder, kept.folder / "dari-zip" / "keluar"):
        command = [sys.executable, "-I", "-S", str(place / "verify.py")]
        assert subprocess.run(command, capture_output=True, check=False).returncode == 0
        assert MATCH in (place / "BACA-INI.txt").read_text(encoding="utf-8")


def test_a_package_is_never_written_over_something(kept: Desk) -> None:
    taken = kept.file("ada.zip", "x")

    ran = kept.run("evidence", "export", MATCH, str(taken), "--json")

    assert (ran.code, ran.answer["error"]["code"]) == (4, "target_exists")
    assert taken.read_text(encoding="utf-8") == "x\n"


def har(desk: Desk, body: str = BODY) -> Path:
    entries = [
        {"request": {"url": f"https://warga.example/{n}"}, "response": {"content": {"text": text}}}
        for n, text in enumerate(("{}", body))
    ]
    return desk.file("rekaman.har", json.dumps({"log": {"entries": [{}, *entries]}}))


def register(desk: Desk, path: Path) -> None:
    """Let the acts of the desk come from a person's file."""
    now = datetime(2031, 5, 3, tzinfo=UTC)
    with opened(desk) as office, office.database.write() as session:
        run: dict[str, Any] = {"started_at": now, "tilik": "0", "config_sha256": "0" * 64, "state": "done"}
        run_id = session.execute(tables.crawl_runs.insert().returning(tables.crawl_runs.c.id), [run]).scalar_one()
        original = {
            "run_id": run_id,
            "name": path.name,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "bytes": path.stat().st_size,
            "kind": "har",
            "custodian": "Sekretariat Rekaan",
            "counts": {},
            "imported_at": now,
        }
        insert = tables.originals.insert().returning(tables.originals.c.id)
        capture = {
            "run_id": run_id,
            "original_id": session.execute(insert, [original]).scalar_one(),
            "url": "https://warga.example/1",
            "final_url": "https://warga.example/1",
            "status": 200,
            "media_type": "application/json",
            "headers": {},
            "sha256": hashlib.sha256(BODY.encode()).hexdigest(),
            "captured_at": now,
            "mode": "import",
            "step": "likers",
            "purpose": "import",
        }
        insert = tables.captures.insert().returning(tables.captures.c.id)
        capture_id = session.execute(insert, [capture]).scalar_one()
        session.execute(tables.interactions.update().values(capture_id=capture_id))


def test_the_file_that_a_person_kept_proves_the_row_and_its_entry_is_named(desk: Desk) -> None:
    path = har(desk)
    register(desk, path)

    ran = desk.run("evidence", "verify", MATCH, "--original", str(path), "--json")

    assert ran.data["original"] == {
        "name": "rekaman.har",
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "entry": 3,
        "url": "https://warga.example/1",
    }
    assert "Sekretariat Rekaan" in desk.run("evidence", "show", MATCH).out


def test_another_file_is_not_the_one_that_was_imported(desk: Desk) -> None:
    path = har(desk)
    register(desk, path)
    path.write_bytes(path.read_bytes().replace(b"kel_satu", b"kel_dua!"))

    ran = desk.run("evidence", "verify", MATCH, "--original", str(path))

    assert ran.code == 3
    assert "rekaman.har" in ran.err


def test_a_registered_file_without_the_answer_proves_nothing(desk: Desk) -> None:
    path = har(desk, body="{}")
    register(desk, path)

    assert desk.run("evidence", "verify", MATCH, "--original", str(path)).code == 3


def test_a_match_that_no_file_brought_has_no_original(kept: Desk) -> None:
    ran = kept.run("evidence", "verify", MATCH, "--original", str(har(kept)), "--json")

    assert (ran.code, ran.answer["error"]["code"]) == (4, "evidence_no_original")
