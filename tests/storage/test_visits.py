"""What was looked at and when: visits, bookmarks, pauses, and what is worth looking at next."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from core.records import Account, Action, Capability, Capture, Mode, VisitState
from storage.collecting import (
    HostRow,
    VisitRow,
    bookmark,
    end_run,
    host_rows,
    mark_gone,
    post_ids,
    save_bookmark,
    save_capture,
    save_hosts,
    save_visit,
    start_run,
    totals,
)
from storage.coverage import last_looks, looks
from storage.database import Session
from storage.lookouts import last_visits, posts_to_ask_likers_of, posts_without_text
from storage.tables import captures, crawl_runs, visits
from tests.storage.planted import LATER, NOW, PLATFORM, like, owners, post, ref, rows, save, watch


def visited(session: Session, account: Account, **changes: Any) -> int:  # noqa: ANN401  (any field)
    fields: dict[str, Any] = {
        "run_id": start_run(session, tilik="0.1", config_sha256="c" * 64, now=NOW),
        "account_id": account.id,
        "post_id": None,
        "capability": Capability.POSTS,
        "mode": Mode.AUTO,
        "state": VisitState.OK,
        "complete": True,
        "seen": 3,
        "claimed": None,
        "requests": 1,
        "note": None,
        "started_at": NOW,
        "ended_at": NOW,
    }
    return save_visit(session, VisitRow(**{**fields, **changes}))


def liked(session: Session, account: Account, **changes: Any) -> None:  # noqa: ANN401  (any field)
    """Note a visit to the likers of the post 1."""
    post_id = post_ids(session, [ref(1)])["warga://1"]
    visited(session, account, capability=Capability.LIKERS, post_id=post_id, **changes)


def asked_next(session: Session, account: Account, since: datetime = NOW, again: datetime = NOW) -> list[str]:
    return [one.uri for _, one in posts_to_ask_likers_of(session, account.id, since=since, again=again)]


def test_a_run_is_opened_and_closed(session: Session) -> None:
    run_id = start_run(session, tilik="0.1", config_sha256="c" * 64, now=NOW)
    assert rows(session, crawl_runs, "state", "ended_at") == [("running", None)]
    end_run(session, run_id, "done", LATER)
    assert rows(session, crawl_runs, "id", "state", "ended_at") == [(run_id, "done", LATER)]


def test_a_capture_keeps_what_was_served_and_long_headers_too(session: Session) -> None:
    kind = "text/html; " + "x" * 5_000
    capture = Capture(
        url="https://w.example/a",
        final_url="https://w.example/b",
        status=200,
        media_type=kind,
        body=b"",
        sha256="a" * 64,
        captured_at=NOW,
        mode=Mode.AUTO,
        headers={"date": "today"},
    )
    save_capture(session, capture, run_id=None, step="posts", blob=None, purpose="crawl")

    assert rows(session, captures, "final_url", "media_type", "headers", "captured_at", "blob") == [
        ("https://w.example/b", kind, {"date": "today"}, NOW, None)
    ]


def test_the_last_visit_of_each_direction_counts(session: Session) -> None:
    (account,) = watch(session, "a")
    visited(session, account)
    visited(session, account, state=VisitState.LOGIN_WALL, ended_at=LATER)
    visited(session, account, capability=Capability.LIKES, state=VisitState.EMPTY)

    assert last_visits(session) == {
        (account.id, Capability.POSTS): (VisitState.LOGIN_WALL, LATER),
        (account.id, Capability.LIKES): (VisitState.EMPTY, NOW),
    }


def test_a_visit_to_one_post_is_no_visit_to_the_account(session: Session) -> None:
    (account,) = watch(session, "a")
    save(session, owners(account), post(1, author="a"))
    liked(session, account)

    assert last_visits(session) == {}


def test_coverage_rests_on_the_looks_between_two_moments(session: Session) -> None:
    (account,) = watch(session, "a")
    visited(session, account, ended_at=NOW)
    visited(session, account, ended_at=LATER, note="half")

    assert [one.note for one in looks(session, since=LATER, until=LATER + timedelta(days=1))] == ["half"]
    assert [one.note for one in looks(session, since=NOW, until=LATER)] == [None]


def test_the_last_look_of_a_person_stands_beside_that_of_the_program(session: Session) -> None:
    (account,) = watch(session, "a")
    visited(session, account, note="first")
    visited(session, account, mode=Mode.IMPORT, note="seen")
    visited(session, account, note="second")
    visited(session, account, note="interrupted")

    assert sorted((one.mode, one.note) for one in last_looks(session)) == [(Mode.AUTO, "second"), (Mode.IMPORT, "seen")]


def test_a_complete_list_of_likers_is_read_again_after_a_while(session: Session) -> None:
    (calon,) = watch(session, "calon")
    save(session, owners(calon), post(1, likes=3))
    liked(session, calon, claimed=3, ended_at=NOW)

    assert asked_next(session, calon, again=NOW) == []
    assert asked_next(session, calon, again=LATER) == ["warga://1"]


def test_a_claim_that_cannot_be_is_kept_as_unknown(session: Session) -> None:
    (account,) = watch(session, "a")
    visited(session, account, claimed=10**30)

    assert rows(session, visits, "claimed", "seen") == [(None, 3)]


def test_a_bookmark_is_the_last_one_of_its_direction(session: Session) -> None:
    (account,) = watch(session, "a")
    assert bookmark(session, account.id, Capability.POSTS) is None
    for cursor in ("1", "2"):
        save_bookmark(session, account.id, Capability.POSTS, {"cursor": cursor}, NOW)
    save_bookmark(session, account.id, Capability.LIKES, {}, NOW)

    assert bookmark(session, account.id, Capability.POSTS) == {"cursor": "2"}
    assert bookmark(session, account.id, Capability.LIKES) == {}


def test_the_pause_of_a_host_is_kept_changed_and_lifted(session: Session) -> None:
    row = HostRow(host="w.example", next_ok_at=NOW, blocked_until=LATER, reason="throttled")
    for one in (row, HostRow(host="w.example", next_ok_at=LATER, blocked_until=None, reason=None)):
        save_hosts(session, [one])
        assert host_rows(session) == [one]


def test_only_posts_that_somebody_liked_and_nobody_read_are_asked_for(session: Session) -> None:
    (account,) = watch(session, "a")
    known = owners(account)
    save(session, known, like("a", 1), like("a", 2), like("a", 3), like("a", 4, action=Action.POSTED))
    save(session, known, post(2), post(5, text=None))
    mark_gone(session, [ref(3)], NOW)

    assert posts_without_text(session, platform=PLATFORM, limit=9) == [ref(1)]
    assert posts_without_text(session, platform="lain", limit=9) == []


def test_the_newest_unread_posts_are_asked_for_first(session: Session) -> None:
    (account,) = watch(session, "a")
    for number in range(3):
        save(session, owners(account), like("a", number))

    assert posts_without_text(session, platform=PLATFORM, limit=2) == [ref(2), ref(1)]


def test_likers_are_asked_of_own_recent_posts_that_are_still_there_newest_first(session: Session) -> None:
    account, other = watch(session, "a", "b")
    old, new = NOW - timedelta(days=1), NOW + timedelta(hours=1)
    mine = [post(name, author="a", posted_at=at) for name, at in (("now", NOW), ("new", new), ("old", old))]
    unknown = [post("some day", author="a", posted_at=None), post("gone", author="a")]
    save(session, owners(account, other), *mine, *unknown, post("other", author="b"))
    mark_gone(session, [ref("gone")], NOW)

    assert asked_next(session, account) == ["warga://new", "warga://now", "warga://some day"]


@pytest.mark.parametrize(
    ("likes", "visit", "again"),
    [
        (None, {}, False),
        (5, {"claimed": 5}, False),
        (6, {"claimed": 5}, True),
        (5, {"claimed": None}, True),
        (5, {"claimed": 5, "complete": False}, True),
    ],
)
def test_likers_are_asked_again_until_all_were_seen(
    session: Session, likes: int | None, visit: dict[str, Any], *, again: bool
) -> None:
    (account,) = watch(session, "a")
    save(session, owners(account), post(1, author="a", likes=likes))
    assert asked_next(session, account) == ["warga://1"]

    liked(session, account, **visit)

    assert bool(asked_next(session, account)) is again


@pytest.mark.parametrize("counted", [True, False])
def test_a_list_whose_length_is_no_count_of_likes_is_not_asked_for_again_because_of_it(
    session: Session, *, counted: bool
) -> None:
    (account,) = watch(session, "a")
    save(session, owners(account), post(1, author="a", likes=500))
    liked(session, account, claimed=12)

    again = posts_to_ask_likers_of(session, account.id, since=NOW, again=NOW, counted=counted)

    assert bool(again) is counted


def test_a_later_incomplete_look_at_likers_is_repeated(session: Session) -> None:
    (account,) = watch(session, "a")
    save(session, owners(account), post(1, author="a", likes=5))
    liked(session, account, claimed=5)
    liked(session, account, claimed=5, complete=False)

    assert asked_next(session, account) == ["warga://1"]


def test_totals_count_what_is_stored(session: Session) -> None:
    (account,) = watch(session, "a")
    acts = like("a", 1), like("a", 2, action=Action.POSTED)
    save(session, owners(account), post(1), post(3), *acts)

    assert totals(session) == {"accounts": 1, "posts": 3, "interactions": 2, "own_posts": 1}
