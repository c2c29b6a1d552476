"""What pages tell becomes rows: once each, whatever the order, and never more than may be kept."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text

from core.records import Action, Interaction, Post, Span
from storage.collecting import Saved, mark_gone, save_again, save_interactions, save_posts, text_digest
from storage.database import Database, Session
from storage.statements import CHUNK
from storage.tables import interactions, post_versions, posts
from tests.storage.faults import PowerCutError, failing_at
from tests.storage.planted import LATER, NOW, like, owners, post, ref, rows, save, watch

Page = list[Post | Interaction]
WORDS = st.sampled_from([None, "Halo", "Halo warga", "Pilih nomor 1!"])


@pytest.mark.parametrize("count", [1, CHUNK + 1])
def test_a_page_saved_twice_is_there_once(session: Session, count: int) -> None:
    (account,) = watch(session, "kelurahan")
    found = [post(number) for number in range(count)]
    acts = [like("kelurahan", number) for number in range(count)]

    assert save(session, owners(account), *found, *acts) == Saved(posts=count, interactions=count)
    assert save(session, owners(account), *found, *acts) == Saved(posts=0, interactions=0)
    for table in (posts, post_versions, interactions):
        assert session.scalar(select(func.count()).select_from(table)) == count


def test_a_page_without_anything_saves_nothing(session: Session) -> None:
    assert save(session, owners()) == Saved(posts=0, interactions=0)


def test_the_same_post_twice_on_one_page_is_one_post_and_its_last_count(session: Session) -> None:
    save(session, owners(), post(1, likes=3), post(1, likes=4))

    assert rows(session, posts, "uri", "likes") == [("warga://1", 4)]


def test_like_counts_follow_the_newest_sight_and_are_not_forgotten(session: Session) -> None:
    for likes in (3, 5, None):
        save(session, owners(), post(1, likes=likes))

    assert rows(session, posts, "likes") == [(5,)]


@pytest.mark.parametrize("claim", [-1, 2**31, 10**40])
def test_a_count_that_cannot_be_is_unknown(session: Session, claim: int) -> None:
    save(session, owners(), post(1, likes=claim))

    assert rows(session, posts, "likes") == [(None,)]


def test_an_edit_becomes_a_version_and_the_old_wording_stays(session: Session) -> None:
    save(session, owners(), post(1, text="Selamat pagi"))
    save(session, owners(), post(1, text="Pilih nomor 1", edited_at=LATER), now=LATER)

    assert rows(session, post_versions, "text", "seen_at", "edited_at") == [
        ("Pilih nomor 1", LATER, LATER),
        ("Selamat pagi", NOW, None),
    ]


def test_the_same_wording_in_another_normal_form_is_no_edit(session: Session) -> None:
    save(session, owners(), post(1, text="caf\u00e9"))
    save(session, owners(), post(1, text="cafe\u0301"))

    assert rows(session, post_versions, "text", "sha256") == [("caf\u00e9", text_digest("caf\u00e9"))]


def test_a_text_that_no_database_can_hold_is_kept_with_marks_in_it(session: Session) -> None:
    save(session, owners(), post(1, text="a\0b\ud800c"))

    assert rows(session, post_versions, "text") == [("a\ufffdb\ufffdc",)]


def test_a_post_known_only_from_a_like_is_completed_when_it_is_read(session: Session) -> None:
    (account,) = watch(session, "kelurahan")
    save(session, owners(account), like("kelurahan", 1))
    assert rows(session, posts, "uri", "author_hash", "posted_at") == [("warga://1", None, None)]

    save(session, owners(account), post(1))

    assert rows(session, posts, "uri", "author_hash", "posted_at") == [("warga://1", "hidden calon", NOW)]
    assert rows(session, post_versions, "text") == [("Halo",)]


def test_what_one_page_knows_is_not_unlearnt_from_another(session: Session) -> None:
    (account,) = watch(session, "kelurahan")
    told = {"acted_at": NOW, "record_uri": "warga://like/1", "post_revision": "abc"}
    save(session, owners(account), post(1, likes=3), like("kelurahan", 1))
    save(session, owners(account), post(1, posted_at=None, author=None), like("kelurahan", 1, **told))
    save(session, owners(account), post(1, posted_at=None, author=None, likes=4), like("kelurahan", 1))

    assert rows(session, posts, "author_hash", "posted_at", "likes") == [("hidden calon", NOW, 4)]
    assert rows(session, interactions, *told) == [tuple(told.values())]


def test_the_platforms_name_of_a_wording_is_kept_whenever_it_is_told(session: Session) -> None:
    for revision in (None, "abc", None):
        save(session, owners(), post(1, revision=revision))

    assert rows(session, post_versions, "revision") == [("abc",)]


def test_a_page_that_tells_nothing_new_writes_nothing(session: Session) -> None:
    (account,) = watch(session, "kelurahan")
    page: Page = [post(1, likes=3), post(2), like("kelurahan", 1)]
    sqlite = session.dialect.name == "sqlite"
    written = text("SELECT total_changes()" if sqlite else "SELECT max(ctid) FROM posts")  # a row's place changes
    save(session, owners(account), *page)
    before = session.scalar(written)

    save(session, owners(account), *page)

    assert session.scalar(written) == before


def test_only_a_watched_author_is_kept_by_name(session: Session) -> None:
    (account,) = watch(session, "kelurahan")
    save(session, owners(account), post(1, author="kelurahan"), post(2, author="warga biasa"), post(3, author=None))

    assert rows(session, posts, "uri", "author_id", "author_hash") == [
        ("warga://1", account.id, None),
        ("warga://2", None, "hidden warga biasa"),
        ("warga://3", None, None),
    ]


def test_what_anybody_else_did_is_not_kept(session: Session) -> None:
    (account,) = watch(session, "kelurahan")
    acts = [like("warga biasa", 1), like("kelurahan", 2)]

    assert save_interactions(session, acts, owners(account), capture_id=None, now=NOW) == 1
    assert rows(session, interactions, "account_id", "action") == [(account.id, Action.LIKED)]
    assert rows(session, posts, "uri") == [("warga://2",)]


def test_different_acts_of_one_account_on_one_post_are_different_rows(session: Session) -> None:
    (account,) = watch(session, "kelurahan")
    acts = [like("kelurahan", 1, action=action) for action in Action]

    assert save_interactions(session, acts, owners(account), capture_id=None, now=NOW) == len(Action)
    assert rows(session, posts, "uri") == [("warga://1",)]


def test_the_first_time_a_post_was_missed_is_kept(session: Session) -> None:
    save(session, owners(), post(1), post(2))
    for now in (NOW, LATER):
        mark_gone(session, [ref(1)], now)

    assert rows(session, posts, "uri", "gone_at") == [("warga://1", NOW), ("warga://2", None)]


@st.composite
def pages(draw: st.DrawFn) -> list[Page]:
    """Draw a small world, and pages that each show a part of what is true in it."""
    likes = {name: draw(st.none() | st.integers(0, 9)) for name in range(4)}
    page: st.SearchStrategy[Page] = st.lists(
        st.one_of(
            st.builds(
                lambda name, text, known: post(
                    name,
                    text=text,
                    author="kelurahan" if name == 0 else "calon",
                    likes=likes[name],
                    posted_at=NOW if known else None,
                ),
                st.sampled_from(sorted(likes)),
                WORDS,
                st.booleans(),
            ),
            st.builds(
                lambda actor, name, action, known: like(actor, name, action=action, acted_at=NOW if known else None),
                st.sampled_from(["kelurahan", "lurah", "warga biasa"]),
                st.sampled_from(sorted(likes)),
                st.sampled_from(Action),
                st.booleans(),
            ),
        ),
        max_size=6,
    )
    return draw(st.lists(page, max_size=4))


def everything(session: Session) -> list[list[tuple[Any, ...]]]:
    texts = select(posts.c.uri, post_versions.c.text).join(post_versions)
    acts = select(interactions.c.account_id, interactions.c.action, posts.c.uri, interactions.c.acted_at).join(posts)
    return [
        rows(session, posts, "uri", "author_id", "author_hash", "posted_at", "likes"),
        *(sorted((tuple(row) for row in session.execute(query)), key=str) for query in (texts, acts)),
    ]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(found=pages(), data=st.data())
def test_pages_in_any_order_and_repetition_make_the_rows_of_each_once(
    database: Database, found: list[Page], data: st.DataObject
) -> None:
    with database.write() as session:
        known = owners(*watch(session, "kelurahan", "lurah"))
    shuffled: list[Page] = data.draw(st.permutations(found * 2))
    results = []
    for order in (found, shuffled):
        with database.engine.connect() as session:
            added = sum(save(session, known, *page).interactions for page in order)
            results.append((added, everything(session)))
            session.rollback()
    assert results[0] == results[1]


@pytest.mark.parametrize("number", range(1, 10))
def test_a_fault_in_the_middle_of_a_page_leaves_nothing_of_it(database: Database, number: int) -> None:
    with database.write() as session:
        known = owners(*watch(session, "kelurahan"))
        save(session, known, post("before"))
    page: Page = [post(1, likes=2), post(2), like("kelurahan", 1), like("kelurahan", 3)]

    with failing_at(database, number), pytest.raises(PowerCutError), database.write() as session:
        save(session, known, *page)

    with database.write() as session:
        assert rows(session, posts, "uri") == [("warga://before",)]
        assert save(session, known, *page) == Saved(posts=2, interactions=2)


def test_a_page_is_dated_with_the_moment_it_was_first_seen(session: Session) -> None:
    (account,) = watch(session, "kelurahan")
    for now in (NOW, NOW + timedelta(days=1)):
        save_posts(session, [post(1)], owners(account), capture_id=None, now=now)
        save_interactions(session, [like("kelurahan", 1)], owners(account), capture_id=None, now=now)

    first: list[tuple[datetime]] = [(NOW,)]
    assert rows(session, posts, "first_seen_at") == rows(session, interactions, "first_seen_at") == first


def test_a_time_in_words_is_kept_with_the_words_of_its_first_sight(session: Session) -> None:
    (calon,) = watch(session, "calon")
    hour = timedelta(hours=1)
    first = Span(earliest=NOW - 3 * hour, latest=NOW - 2 * hour, words="2 jam")
    second = Span(earliest=NOW - 5 * hour, latest=NOW, words="kemarin")
    for span in (first, second):
        save(
            session,
            owners(calon),
            post(1, posted_at=None, posted_span=span),
            like("calon", 1, acted_span=span),
        )

    assert rows(session, posts, "posted_at", "posted_from", "posted_to", "posted_words") == [
        (None, first.earliest, first.latest, "2 jam")
    ]
    assert rows(session, interactions, "acted_from", "acted_to", "acted_words") == [
        (first.earliest, first.latest, "2 jam")
    ]


def test_a_post_that_is_seen_again_is_not_gone_and_one_that_is_only_named_stays_gone(session: Session) -> None:
    (calon,) = watch(session, "calon")
    save(session, owners(calon), post(1), post(2))
    mark_gone(session, [ref(1), ref(2)], NOW)

    save(session, owners(calon), post(1), like("calon", 2), now=LATER)

    assert rows(session, posts, "uri", "gone_at") == [("warga://1", None), ("warga://2", NOW)]


def test_an_old_page_that_is_read_again_brings_no_old_counts_back(session: Session) -> None:
    (calon,) = watch(session, "calon")
    save(session, owners(calon), post(1, likes=9), now=LATER)

    save_again(session, [post(1, likes=3), post(2, likes=4)], owners(calon), capture_id=None, now=NOW)

    assert rows(session, posts, "uri", "likes") == [("warga://1", 9), ("warga://2", 4)]
