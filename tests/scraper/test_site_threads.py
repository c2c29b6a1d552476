"""Threads of a forum: several people write on one page, and each post is its own author's."""

from dataclasses import replace

from core.records import AccountRef, Action, Capability, PostRef, VisitState
from scraper.adapter import Target
from tests.scraper.sites import adapter_of, capture_of, expected, request_of, watched

THREAD = "https://forum.example/topik/7"


def test_every_post_of_a_thread_is_its_own_authors() -> None:
    adapter, request = request_of("thread")

    page = adapter.read(request, capture_of("thread"))

    assert [(act.actor.handle, act.action, act.post.uri) for act in page.interactions] == [
        ("raka", Action.POSTED, THREAD),
        ("budi", Action.POSTED, f"{THREAD}#p2"),
        ("kel_honje", Action.POSTED, f"{THREAD}#p3"),
    ]
    assert [post.author.handle for post in page.posts if post.author] == ["raka", "budi", "kel_honje"]


def test_of_a_thread_is_kept_what_was_asked_for_and_what_the_watched_wrote() -> None:
    adapter, request = request_of("thread")

    kept = adapter.reduce(request, capture_of("thread"), watched)

    page = adapter.read(request, kept)
    assert [(post.ref.uri, post.author is None) for post in page.posts] == [(THREAD, True), (f"{THREAD}#p3", False)]
    assert page.seen == 3
    assert b"Rahasia" not in kept.body
    assert b"budi" not in kept.body


def test_the_next_page_of_a_thread_need_not_show_the_post_that_was_asked_for() -> None:
    adapter, request = request_of("thread")
    (second,) = adapter.read(request, capture_of("thread")).following
    body = capture_of("thread").body
    third = body.replace(b"#p1", b"#p4").replace(b'id="p1"', b'id="p4"').replace(b'rel="next"', b"")

    page = adapter.read(second, replace(capture_of("thread"), body=third))

    assert page.state is VisitState.OK
    assert page.following == ()
    assert [post.ref.uri for post in page.posts] == [f"{THREAD}#p{number}" for number in (4, 2, 3)]


def test_a_post_below_another_is_named_alike_in_its_thread_and_in_the_list_of_its_author() -> None:
    adapter = adapter_of("forum")
    target = Target(account=AccountRef(platform="forum", handle="kel_honje"))
    (request,) = adapter.plan(target, Capability.POSTS)
    item = """<li class="pos" id="{place}"><a class="penulis" href="/anggota/kel_honje">k</a>
        <a class="tautan" href="{url}"></a><div class="isi">Setuju</div></li>"""
    items = item.format(place="p3", url="/topik/7#p3") + item.format(place="z9", url="/topik/9#atas")
    body = f'<ol class="kiriman">{items}</ol>'

    page = adapter.read(request, replace(capture_of("thread"), body=body.encode()))

    assert [post.ref.uri for post in page.posts] == [f"{THREAD}#p3", "https://forum.example/topik/9"]


def test_who_liked_a_thread_is_not_taken_for_who_liked_a_post_below_it() -> None:
    adapter = adapter_of("forum")
    posts = tuple(PostRef(platform="forum", uri=uri) for uri in (THREAD, f"{THREAD}#p3"))

    asked = list(adapter.plan(Target(posts=posts), Capability.LIKERS))

    assert [request.target.posts[0].uri for request in asked] == [THREAD]
    assert expected("thread")["page"]["seen"] == 3


def test_the_text_of_a_post_below_another_is_found_on_the_page_of_its_thread() -> None:
    adapter = adapter_of("forum")
    reply = PostRef(platform="forum", uri=f"{THREAD}#p3")
    (request,) = adapter.plan(Target(posts=(reply,)), Capability.CONTENT)

    page = adapter.read(request, capture_of("thread"))

    assert request.url == THREAD
    assert reply.uri in {post.ref.uri for post in page.posts}
