"""Which matches wait for their evidence, and what is kept of them."""

from dataclasses import replace

import pytest

from core.records import Band
from storage import evidence
from storage.database import Session
from storage.evidence import EvidenceRow
from storage.judged_tables import matches
from storage.judging import save_matches
from tests.storage.planted import LATER
from tests.storage.test_judging import flagged_like


def row(match_id: int, *, level: str = "page", note: str | None = None) -> EvidenceRow:
    return EvidenceRow(match_id=match_id, level=level, url=None, note=note, manifest="a" * 64, captured_at=LATER)


def test_a_flagged_match_waits_until_something_is_kept_of_it(session: Session) -> None:
    save_matches(session, "pilkada", [flagged_like(session, url="https://w.example/1")])
    (found,) = evidence.waiting(session, 9, everything=False)

    evidence.save(
        session, [row(found.match_id), row(found.match_id, level="record", note="no_page")], who="tes", at=LATER
    )

    assert (found.url, found.account, found.action) == ("https://w.example/1", "a", "liked")
    assert evidence.waiting(session, 9, everything=False) == []
    assert [one.level for one in evidence.of_match(session, found.match_id)] == ["page", "record"]


@pytest.mark.parametrize(("everything", "count"), [(False, 0), (True, 1)])
def test_what_is_ranked_low_waits_only_where_all_is_kept(session: Session, everything: bool, count: int) -> None:  # noqa: FBT001
    save_matches(session, "pilkada", [replace(flagged_like(session), band=Band.LOW)])

    assert len(evidence.waiting(session, 9, everything=everything)) == count


def test_a_match_that_no_file_brought_has_no_original(session: Session) -> None:
    save_matches(session, "pilkada", [flagged_like(session)])
    match_id = session.execute(matches.select()).one().id

    assert evidence.original_of(session, match_id) is None
    assert evidence.known(session, match_id)
    assert not evidence.known(session, match_id + 1)
