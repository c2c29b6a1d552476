"""Seals of an office: what they cover, who confirms them, and that nothing is called sealed that is not."""

import asyncio
import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from core.deeds import Did
from core.errors import EvidenceError, MissingError
from core.settings import Authority as Named
from core.settings import Seals
from evidence import sealing as pure
from jobs import auditing, deeds, sealing
from jobs import evidence as keeping
from jobs.sealing import Sealed
from jobs.tools import Tools
from scraper.fetch.posting import open_posting
from storage import people, seal_key, seals
from tests.commands.conftest import cache, dead_port, desk, prepared  # noqa: F401  (fixtures)
from tests.commands.desk import Desk
from tests.commands.test_evidence import Eyes
from tests.evidence.authority import Authority, answering, made
from tests.storage.unguarded import unguard


@pytest.fixture
def office(desk: Desk) -> Iterator[Tools]:  # noqa: F811  (a fixture takes another by its name)
    from commands.shared import tools as opened  # noqa: PLC0415

    with opened(desk.config) as found:
        asyncio.run(keeping.run(found, Eyes()))
        yield found


@pytest.fixture(scope="module")
def authorities(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Authority]]:
    folder = tmp_path_factory.mktemp("waktu")
    with ExitStack() as stack:
        yield [stack.enter_context(answering(made(folder / name, name))) for name in ("satu", "dua")]


@pytest.fixture
def confirmed(office: Tools, authorities: list[Authority]) -> Tools:
    """Let the settings name both authorities."""
    named = tuple(Named(url=one.url, certificate=one.certificate) for one in authorities)
    for one in authorities:
        one.mood = "good"
    crawl = office.settings.crawl.model_copy(
        update={"allow_private": tuple(f"127.0.0.1:{one.port}" for one in authorities)}
    )
    settings = office.settings.model_copy(update={"seals": Seals(authorities=named), "crawl": crawl})
    return replace(office, settings=settings)


def sealed(tools: Tools, *, new_key: bool = False) -> Sealed:
    async def run() -> Sealed:
        async with open_posting(tools.settings, version="0", clock=tools.clock) as ask:
            return await sealing.run(tools, ask, new_key=new_key)

    return asyncio.run(run())


def test_without_authorities_a_seal_is_signed_only_and_covers_record_and_evidence(office: Tools) -> None:
    done = asyncio.run(sealing.run(office))
    again = asyncio.run(sealing.run(office))

    found = auditing.run(office)
    assert (done.seal, done.evidence, done.authorities, done.pending) == (1, found.evidence, 0, ())
    assert found.evidence > 0
    assert (found.seals, found.unsealed, found.stamps, found.broken) == (1, 0, 0, ())
    assert again.seal is None
    key = office.settings.storage.data / "seal.key"
    assert os.name == "nt" or stat.S_IMODE(key.stat().st_mode) == 0o600


def test_what_comes_later_is_unsealed_until_the_next_seal_and_each_seal_names_the_one_before(office: Tools) -> None:
    asyncio.run(sealing.run(office))
    deeds.note(office, Did.OPEN, "F-1")
    second = asyncio.run(sealing.run(office))

    with office.database.read() as session:
        first, last = seals.every(session)
    said = pure.read_statement(last.statement)
    assert second.seal == 2
    assert said is not None
    assert said["before"] == pure.digest(first.statement.encode())
    assert said["leaves"] == 1


def test_every_authority_confirms_a_seal(confirmed: Tools) -> None:
    done = sealed(confirmed)

    found = auditing.run(confirmed)
    assert (done.stamped, done.pending) == (2, ())
    assert (found.stamps, found.pending, found.unchecked, found.broken) == (2, (), (), ())


@pytest.mark.parametrize(
    ("mood", "why"),
    [
        ("down", "http_503"),
        ("expired", "stamp_untrusted"),
        ("another question", "stamp_nonce"),
        ("nonsense", "stamp_broken"),
        ("refusing", "stamp_refused"),
    ],
)
def test_a_seal_stays_pending_for_an_authority_that_fails_and_is_asked_for_again(
    confirmed: Tools, authorities: list[Authority], mood: str, why: str
) -> None:
    authorities[0].answer(pure.query(b"sebelumnya").content)
    authorities[0].mood = mood

    first = sealed(confirmed)
    between = auditing.run(confirmed)
    authorities[0].mood = "good"
    second = sealed(confirmed)

    (left,) = first.pending
    assert (left.authority, left.note, first.stamped) == (authorities[0].url, why, 1)
    assert [one.authority for one in between.pending] == [authorities[0].url]
    assert (between.stamps, between.broken) == (1, ())
    assert (second.seal, second.stamped, second.pending) == (None, 1, ())
    assert (auditing.run(confirmed).stamps, auditing.run(confirmed).broken) == (2, ())


def test_an_authority_that_is_not_there_at_all_or_not_public_leaves_it_pending(confirmed: Tools) -> None:
    (first, second) = confirmed.settings.seals.authorities
    moved = Seals(authorities=(first.model_copy(update={"url": "http://127.0.0.1:9/tsr"}), second))
    tools = replace(confirmed, settings=confirmed.settings.model_copy(update={"seals": moved}))

    done = sealed(tools)

    assert [(one.authority, one.note) for one in done.pending] == [("http://127.0.0.1:9/tsr", "address_refused")]


def test_a_certificate_that_is_gone_is_said_and_its_stamps_are_called_unchecked(
    confirmed: Tools, tmp_path: Path
) -> None:
    sealed(confirmed)
    (first, second) = confirmed.settings.seals.authorities
    without = Seals(authorities=(first.model_copy(update={"certificate": tmp_path / "tidak-ada.pem"}), second))
    tools = replace(confirmed, settings=confirmed.settings.model_copy(update={"seals": without}))
    deeds.note(tools, Did.OPEN, "F-1")

    done, found = sealed(tools), auditing.run(tools)

    assert [one.note for one in done.pending] == ["stamp_certificate"]
    assert [(one.seal, one.authority) for one in found.unchecked] == [(1, first.url)]


def test_a_key_that_is_gone_is_not_made_anew_unasked(office: Tools) -> None:
    asyncio.run(sealing.run(office))
    old = asyncio.run(sealing.run(office)).key
    (office.settings.storage.data / seal_key.NAME).unlink()

    with pytest.raises(MissingError) as gone:
        asyncio.run(sealing.run(office))
    done = asyncio.run(sealing.run(office, new_key=True))

    assert gone.value.code == "seal_key_missing"
    assert done.key != old
    assert [one.code for one in auditing.run(office).broken] == ["seal_key_other"]
    assert auditing.run(office, keys=[old]).broken == ()


def test_an_old_key_stays_beside_the_new_one(office: Tools) -> None:
    asyncio.run(sealing.run(office))

    asyncio.run(sealing.run(office, new_key=True))

    assert (office.settings.storage.data / "seal.key.1").is_file()


def test_nothing_is_sealed_over_a_record_that_does_not_fit_together(office: Tools) -> None:
    asyncio.run(sealing.run(office))
    deeds.note(office, Did.OPEN, "F-1")
    with office.database.write() as session:
        unguard(session)
        session.execute(text("UPDATE audit SET who = 'lain' WHERE id = (SELECT max(id) FROM audit)"))

    with pytest.raises(EvidenceError) as broken:
        asyncio.run(sealing.run(office))

    assert broken.value.code == "audit_broken"


def test_evidence_from_before_the_record_told_of_any_is_adopted_by_the_first_seal_only(office: Tools) -> None:
    with office.database.write() as session:
        unguard(session)
        session.execute(text("DELETE FROM audit"))
    before = auditing.run(office)

    asyncio.run(sealing.run(office))
    found = auditing.run(office)

    assert [one.code for one in before.broken] == ["record_unguarded"] * 3
    assert before.unsealed == before.evidence
    assert found.unsealed == 0
    assert {one.code for one in found.broken} == {"record_unguarded"}


@pytest.mark.parametrize("table", ["audit", "seals", "seal_stamps"])
@pytest.mark.parametrize("deed", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_the_database_refuses_to_change_what_is_only_added_to(confirmed: Tools, table: str, deed: str) -> None:
    sealed(confirmed)

    with pytest.raises(DatabaseError, match="only ever added to"), confirmed.database.write() as session:
        session.execute(text(deed.format(table)))


def test_evidence_that_was_let_go_with_a_word_in_the_record_breaks_nothing(office: Tools) -> None:
    from storage import evidence  # noqa: PLC0415

    asyncio.run(sealing.run(office))
    with office.database.write() as session:
        number, row = next(iter(evidence.every(session)))
        session.execute(text(f"DELETE FROM evidence WHERE id = {number}"))  # noqa: S608  (a number)
    silent = auditing.run(office)
    with office.database.write() as session:
        deeds.write(session, office, Did.RELEASE, evidence.release_words(number, row.manifest))

    assert [one.code for one in silent.broken] == ["evidence_missing"]
    assert auditing.run(office).broken == ()


def test_every_seal_and_every_answer_has_its_line_in_the_record(confirmed: Tools) -> None:
    sealed(confirmed)

    with confirmed.database.read() as session:
        done = [one.what for one in people.deeds(session, what=[Did.KEY, Did.SEAL, Did.STAMP])]
    assert done == [Did.STAMP, Did.STAMP, Did.SEAL, Did.KEY]


def test_without_its_packages_nothing_is_sealed_and_that_is_said(
    office: Tools,
    desk: Desk,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pure, "NEEDED", ("paket_yang_tidak_ada",))

    with pytest.raises(MissingError) as missing:
        asyncio.run(sealing.run(office))
    ran = desk.run("schedule", "run", "--once", "--json")
    doctor = desk.run("doctor").out

    assert missing.value.code == "seal_packages"
    assert ran.data["sealed"] is None
    assert "NOT SEALED" in ran.err
    assert "tilik[seal]" in doctor


def test_a_round_seals_what_it_brought_and_a_broken_record_is_said_by_its_exit_code(
    office: Tools,
    desk: Desk,  # noqa: F811
) -> None:
    good = desk.run("schedule", "run", "--once", "--json")
    with office.database.write() as session:
        unguard(session)
        session.execute(text("UPDATE audit SET who = 'lain' WHERE id = (SELECT max(id) FROM audit)"))
    bad = desk.run("schedule", "run", "--once", "--json")

    assert good.data["sealed"]["seal"] == 1
    assert (bad.code, bad.data["sealed"]) == (3, None)
    assert "NOT SEALED" in bad.err
