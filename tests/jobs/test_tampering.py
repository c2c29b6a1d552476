"""A thousand tamperings with the record, the seals, the evidence and its files: a thousand are found."""

import asyncio
import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from core.deeds import Did
from core.errors import EvidenceError
from core.settings import Authority as Named
from core.settings import Seals
from jobs import auditing, deeds, sealing
from jobs import evidence as keeping
from jobs.tools import Tools
from scraper.fetch.posting import open_posting
from storage.database import Database
from tests.commands.conftest import cache, dead_port, prepared  # noqa: F401  (fixtures)
from tests.commands.test_evidence import Eyes
from tests.evidence.authority import Authority, answering, made
from tests.jobs.tampering import DEEDS, Place, restored, shape

SEED = 20291128


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with answering(made(tmp_path_factory.mktemp("waktu") / "satu", "Waktu Satu")) as running:
        yield running


@pytest.fixture(scope="module")
def office(prepared: Path, authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tools]:  # noqa: F811
    """Keep evidence and seal three times, with deeds between and after; one answer of the authority is missing."""
    from commands.shared import tools as opened  # noqa: PLC0415

    folder = Path(shutil.copytree(prepared, tmp_path_factory.mktemp("kantor") / "siap"))
    with opened(folder / "config.yaml") as found:
        named = Seals(authorities=(Named(url=authority.url, certificate=authority.certificate),))
        crawl = found.settings.crawl.model_copy(update={"allow_private": (f"127.0.0.1:{authority.port}",)})
        tools = replace(found, settings=found.settings.model_copy(update={"seals": named, "crawl": crawl}))
        for number, mood in enumerate(("good", "down", "good")):
            authority.mood = mood
            asyncio.run(keeping.run(tools, Eyes(), most=2))
            deeds.note(tools, Did.OPEN, f"F-{number}")
            asyncio.run(_seal(tools))
        deeds.note(tools, Did.EXPORT, "tinjau.csv")
        yield tools


async def _seal(tools: Tools) -> None:
    async with open_posting(tools.settings, version="0", clock=tools.clock) as ask:
        await sealing.run(tools, ask)


def in_memory(source: sqlite3.Connection) -> sqlite3.Connection:
    """Copy a database into memory, without what guards it: whoever tampers takes that away first."""
    copy = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    source.backup(copy)
    copy.execute("PRAGMA foreign_keys = OFF")
    for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        copy.execute(f"DROP TRIGGER {name}")
    return copy


def database_of(copy: sqlite3.Connection) -> Database:
    return Database(create_engine("sqlite://", creator=lambda: copy, poolclass=StaticPool))


def found_in(tools: Tools, head: str) -> bool:
    """Say whether a check finds more than the missing guards."""
    try:
        found = auditing.run(tools, head=head)
    except EvidenceError:
        return True
    return bool({one.code for one in found.broken} - {"record_unguarded"})


def tampered(office: Tools, count: int, *, seed: int = SEED) -> tuple[int, list[str]]:
    """Tamper so many times; say how many were tried, and which were not found."""
    chance = random.Random(seed)  # noqa: S311  (a repeatable choice)
    path = str(office.database.engine.url.database)
    head = auditing.run(office).head
    missed, tried = list[str](), 0
    with closing(sqlite3.connect(path)) as source:
        while tried < count:
            with closing(in_memory(source)) as copy, restored(office.blobs.folder):
                place = Place(rows=copy, blobs=office.blobs.folder, chance=chance)
                before, deed = shape(place), chance.choice(DEEDS)
                with suppress(sqlite3.IntegrityError):  # what the database itself forbids
                    deed(place)
                if shape(place) == before:
                    continue
                tried += 1
                if not found_in(replace(office, database=database_of(copy)), head):
                    missed.append(deed.__name__)
    return tried, missed


def test_an_untouched_copy_is_whole_but_for_its_guards(office: Tools) -> None:
    with (
        closing(sqlite3.connect(str(office.database.engine.url.database))) as source,
        closing(in_memory(source)) as copy,
    ):
        found = auditing.run(replace(office, database=database_of(copy)))

    assert auditing.run(office).broken == ()
    assert {one.code for one in found.broken} == {"record_unguarded"}
    assert (found.seals, found.stamps, found.unsealed) == (3, 3, 0)


def test_two_hundred_of_two_hundred_tamperings_are_found(office: Tools) -> None:
    assert tampered(office, 200) == (200, [])


@pytest.mark.faults
def test_a_thousand_of_a_thousand_tamperings_are_found(office: Tools) -> None:
    assert tampered(office, 1_000, seed=SEED + 1) == (1_000, [])
