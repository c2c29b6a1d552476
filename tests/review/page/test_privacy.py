"""On the page a corrected account says so, what is withdrawn is in no view, and what is due for removal is said."""

import pytest

from core.deeds import Correction
from jobs import subject
from review.ids import public_id
from storage import correcting
from tests.review.page.house import ADMIN, House

HANDLE = "kel_satu@baik.example"


def test_a_corrected_account_says_so_and_its_matches_are_in_no_view(house: House) -> None:
    done = subject.correct(house.tools, HANDLE, Correction.RETIRED, since=None, note=None, by=ADMIN)
    person = house.visitor(ADMIN)

    assert "matches withdrawn: no longer in office" in person.get("/daftar-pantau").text
    names = {public_id(one) for one in done.matches}
    for view in ("terbuka", "kedua", "konflik", "selesai"):
        shown = person.get(f"/antrean?tampilan={view}").text
        assert not [name for name in names if name in shown]
    with house.tools.database.read() as session:
        assert correcting.withdrawn(session, sorted(done.matches)) == set(done.matches)


def test_what_is_due_for_removal_is_said_on_the_health_page(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    person = house.visitor(ADMIN)
    assert "due for removal" not in person.get("/kesehatan").text

    monkeypatch.setattr("jobs.purge.is_due", lambda *_: True)

    assert "due for removal" in person.get("/kesehatan").text
