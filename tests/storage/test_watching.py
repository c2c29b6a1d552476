"""Whom we look at: entries come, change and go; an account is its key, not its handle."""

from dataclasses import replace
from datetime import date

import pytest

from core.records import AccountRef, IdentityStatus, Role
from storage.database import Session
from storage.tables import account_names, accounts, subjects, watch_entries
from storage.watching import Imported, remove, save_identity, save_watchlist, watchlist
from tests.storage.planted import LATER, NOW, PLATFORM, entry, rows, watch


def proven(key: str, handle: str | None = None) -> AccountRef:
    return AccountRef(platform=PLATFORM, key=key, handle=handle)


def test_an_import_says_what_is_new_what_changed_and_what_is_the_same(session: Session) -> None:
    first = [entry("a"), entry("b"), entry("c")]

    assert save_watchlist(session, first, NOW) == Imported(added=3, changed=0, same=0)
    assert save_watchlist(session, first, LATER) == Imported(added=0, changed=0, same=3)
    changed = [entry("a"), entry("b", source="another list"), entry("d")]
    assert save_watchlist(session, changed, LATER) == Imported(added=1, changed=1, same=1)
    assert [one.entry.source for one in watchlist(session) if one.entry.handle == "b"] == ["another list"]


def test_an_entry_comes_back_as_it_was_given(session: Session) -> None:
    given = entry(
        "lurah",
        role=Role.ASN,
        subject="Lurah (contoh)",
        unit="Kecamatan Contoh",
        source_date=date(2028, 5, 1),
        valid_to=date(2029, 12, 31),
        identity=IdentityStatus.VERIFIED,
        verified_by="pengawas",
        verified_on=date(2029, 1, 2),
        contest="pilkada",
        candidate="satu",
    )
    save_watchlist(session, [given], NOW)

    assert [one.entry for one in watchlist(session)] == [given]


def test_one_account_may_be_watched_for_two_reasons(session: Session) -> None:
    save_watchlist(session, [entry("a"), entry("a", role=Role.CAMPAIGN)], NOW)

    assert len(watchlist(session)) == 2
    assert rows(session, accounts, "handle") == [("a",)]


def test_entries_of_one_institution_share_its_subject(session: Session) -> None:
    save_watchlist(session, [entry("a", subject="Kelurahan X"), entry("b", subject="Kelurahan X")], NOW)

    assert rows(session, subjects, "kind", "name") == [("institution", "Kelurahan X")]


@pytest.mark.parametrize(
    ("day", "due"),
    [(date(2028, 12, 31), []), (date(2029, 1, 1), ["a"]), (date(2029, 6, 30), ["a", "b"]), (date(2029, 7, 1), ["b"])],
)
def test_an_entry_counts_from_its_first_to_its_last_day(session: Session, day: date, due: list[str]) -> None:
    save_watchlist(session, [entry("a", valid_to=date(2029, 6, 30)), entry("b", valid_from=date(2029, 6, 30))], NOW)

    assert [one.entry.handle for one in watchlist(session, day=day)] == due


def test_the_watchlist_of_one_platform(session: Session) -> None:
    save_watchlist(session, [entry("a"), entry("b", platform="lain")], NOW)

    assert [one.entry.handle for one in watchlist(session, platform="lain")] == ["b"]


def test_what_was_removed_is_not_looked_at_until_it_is_added_again(session: Session) -> None:
    kept, gone = watch(session, "a", "b")

    assert remove(session, [gone.id], LATER) == 1
    assert remove(session, [gone.id], LATER) == 0
    assert [one.account for one in watchlist(session)] == [kept]
    assert (LATER,) in rows(session, watch_entries, "removed_at")
    assert save_watchlist(session, [entry("b")], LATER) == Imported(added=1, changed=0, same=0)
    assert [one.account for one in watchlist(session)] == [kept, gone]


def test_the_first_key_that_is_proven_is_kept(session: Session) -> None:
    (account,) = watch(session, "a")

    assert save_identity(session, account, proven("k1"), NOW)
    assert rows(session, accounts, "key", "identity_changed_at") == [("k1", None)]


def test_the_same_key_again_notes_the_handle_it_has_now(session: Session) -> None:
    (account,) = watch(session, "a")
    save_identity(session, account, proven("k1", "a"), NOW)

    assert save_identity(session, replace(account, key="k1"), proven("k1", "a.baru"), LATER)
    names = rows(session, account_names, "handle", "seen_from", "seen_to")
    assert names == [("a", NOW, NOW), ("a.baru", LATER, LATER)]


def test_a_handle_that_now_belongs_to_another_key_changes_nothing_but_is_noted(session: Session) -> None:
    (account,) = watch(session, "a")
    save_identity(session, account, proven("k1", "a"), NOW)
    names = rows(session, account_names, "handle", "seen_to")

    for _ in range(2):
        assert not save_identity(session, replace(account, key="k1"), proven("k2", "a"), LATER)

    assert rows(session, accounts, "key", "identity_changed_at") == [("k1", LATER)]
    assert rows(session, account_names, "handle", "seen_to") == names


def test_a_key_that_another_account_has_is_not_taken_from_it(session: Session) -> None:
    first, second = watch(session, "a", "b")
    save_identity(session, first, proven("k1"), NOW)

    assert not save_identity(session, second, proven("k1"), LATER)
    assert rows(session, accounts, "handle", "key", "identity_changed_at") == [("a", "k1", None), ("b", None, LATER)]


def test_the_same_key_on_another_platform_is_another_account(session: Session) -> None:
    save_watchlist(session, [entry("a"), entry("b", platform="lain")], NOW)
    by_handle = {one.account.handle: one.account for one in watchlist(session)}

    assert save_identity(session, by_handle["a"], proven("1"), NOW)
    assert save_identity(session, by_handle["b"], AccountRef(platform="lain", key="1"), NOW)
