"""Who works with tilik, where they are logged in, and what is remembered of what they did."""

from datetime import timedelta

from core.records import Did, Duty
from storage import people
from storage.database import Session
from tests.storage.planted import LATER, NOW

SOON = NOW + timedelta(hours=1)


def somebody(session: Session, name: str = "Sari") -> int:
    return people.add_person(session, name=name, duty=Duty.REVIEWER, password="hash", now=NOW)


def test_a_person_is_found_by_name_whatever_its_case(session: Session) -> None:
    number = somebody(session)

    found = people.find(session, " sari ")

    assert found is not None
    assert (found.id, found.duty) == (number, Duty.REVIEWER)
    assert people.find(session, "budi") is None


def test_a_login_counts_until_its_time_is_over_it_is_closed_or_the_person_leaves(session: Session) -> None:
    number = somebody(session)
    for token in ("a", "b", "c"):
        people.open_login(session, number, token, now=NOW, ends=SOON)

    assert people.logged_in(session, "a", NOW) is not None
    assert people.logged_in(session, "a", SOON) is None
    people.close_login(session, "a")
    assert people.logged_in(session, "a", NOW) is None
    people.end_person(session, number, LATER)
    assert people.logged_in(session, "b", NOW) is None


def test_a_new_password_ends_every_login(session: Session) -> None:
    number = somebody(session)
    people.open_login(session, number, "a", now=NOW, ends=SOON)

    people.set_password(session, number, "other")

    assert people.logged_in(session, "a", NOW) is None


def test_deeds_are_listed_newest_first_and_counted(session: Session) -> None:
    for moment in (NOW, LATER):
        people.record(session, who="Sari", what=Did.LOGIN_FAILED, detail=None, at=moment)
    people.record(session, who="Budi", what=Did.EXPORT, detail="a.csv", at=LATER)

    assert [deed.what for deed in people.deeds(session)] == [Did.EXPORT, Did.LOGIN_FAILED, Did.LOGIN_FAILED]
    assert people.count_since(session, Did.LOGIN_FAILED, LATER) == 1
    assert people.count_since(session, Did.LOGIN_FAILED, NOW, who="Sari") == 2
    assert [deed.detail for deed in people.deeds(session, what=[Did.EXPORT])] == ["a.csv"]
