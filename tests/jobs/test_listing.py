"""A watchlist is taken in whole, and one that watches one side alone needs a reason that stays on record."""

from pathlib import Path

import pytest

from core.deeds import Did
from core.errors import InputError
from core.records import Role, WatchEntry
from jobs.listing import OneSided, one_sided, take_in
from jobs.tools import Tools
from storage import people, watching
from tests.jobs.office import entry, open_office, rows, settings

CONTEST = "sindangwangi-2029"


def campaign(handle: str, candidate: str) -> WatchEntry:
    return entry(handle, Role.CAMPAIGN, contest=CONTEST, candidate=candidate)


RAKA, BOX = campaign("raka.test", "raka-melati"), campaign("koko.test", "kotak-kosong")
KELURAHAN = entry("kel.test")


@pytest.fixture
def office(tmp_path: Path, empty: Path) -> Tools:
    return open_office(tmp_path, empty)


def reasons(tools: Tools) -> list[str | None]:
    with tools.database.read() as session:
        return [deed.detail for deed in people.deeds(session, what=[Did.ONE_SIDED])]


@pytest.mark.parametrize(
    ("entries", "found"),
    [
        ([KELURAHAN], []),
        ([RAKA, BOX], []),
        ([KELURAHAN, RAKA], [OneSided(CONTEST, ("raka-melati",), ("kotak-kosong",))]),
        ([BOX], [OneSided(CONTEST, ("kotak-kosong",), ("raka-melati",))]),
    ],
)
def test_only_a_list_of_some_candidates_is_one_sided_and_the_empty_box_counts(
    entries: list[WatchEntry], found: list[OneSided]
) -> None:
    assert list(one_sided(settings(), entries)) == found


def test_a_one_sided_list_without_a_reason_leaves_nothing(office: Tools) -> None:
    with pytest.raises(InputError, match="watchlist_one_sided") as refused:
        take_in(office, [KELURAHAN, RAKA], name="w.csv")

    assert refused.value.fields["missing"] == "kotak-kosong"
    assert rows(office, "watch_entries") == rows(office, "audit") == []


def test_a_reason_is_asked_for_once_and_stays_on_record(office: Tools) -> None:
    take_in(office, [RAKA], name="w.csv", reason="Kotak kosong tidak punya akun")
    take_in(office, [KELURAHAN, RAKA], name="w.csv")

    assert reasons(office) == [f"{CONTEST}: raka-melati | kotak-kosong; Kotak kosong tidak punya akun"]
    assert len(rows(office, "watch_entries")) == 2


def test_a_reason_for_one_side_is_none_for_the_other(office: Tools) -> None:
    take_in(office, [RAKA], name="w.csv", reason="Kotak kosong tidak punya akun")
    take_in(office, [BOX], name="w.csv")
    with office.database.write() as session:
        raka = [one.account.id for one in watching.watchlist(session) if one.account.handle == "raka.test"]
        watching.remove(session, raka, office.clock.now())

    with pytest.raises(InputError, match="watchlist_one_sided"):
        take_in(office, [KELURAHAN], name="w.csv")


def test_a_blank_reason_is_none(office: Tools) -> None:
    with pytest.raises(InputError, match="watchlist_one_sided"):
        take_in(office, [RAKA], name="w.csv", reason="  ")
