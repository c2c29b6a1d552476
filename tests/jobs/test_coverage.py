"""What could be seen: one state for every account, day and direction, and what "no like" rests on."""

from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.platforms import Instagram as InstagramPlace
from core.records import SAW_EVERYTHING, Capability, CoverageState, LikerState, Role, VisitState
from jobs import coverage
from jobs.coverage import BEST_FIRST, OF_STATES, Covered
from jobs.tools import Tools
from scraper.platforms.instagram import Instagram
from storage.coverage import LikerAnswer, liker
from tests.jobs.office import NOW, crawl_all, down, entry, hands, open_office, watch
from tests.jobs.planting import account_of, liked, looked, post_id, published
from tests.jobs.town import TOWN, town

TODAY = date(2029, 10, 1)
RAKA = entry("raka.example", Role.CAMPAIGN, contest="sindangwangi-2029", candidate="raka-melati")


def office(folder: Path, empty: Path) -> Tools:
    tools = open_office(folder, empty)
    watch(tools, entry("mawar.example"))
    return tools


def states(tools: Tools, first: date = TODAY, last: date = TODAY) -> dict[tuple[str, Capability, date], Covered]:
    with tools.database.read() as session:
        found = list(coverage.days(session, tools, first=first, last=last))
    known = {(one.handle, one.direction, one.day): one for one in found}
    assert len(known) == len(found)
    return known


def state(
    tools: Tools, direction: Capability = Capability.POSTS, day: date = TODAY, handle: str = "mawar.example"
) -> Covered:
    return states(tools, day, day)[handle, direction, day]


@pytest.mark.parametrize(
    ("look", "expected"),
    [
        (VisitState.OK, CoverageState.OK),
        (VisitState.UNCHANGED, CoverageState.OK),
        (VisitState.EMPTY, CoverageState.EMPTY),
        (VisitState.GATED, CoverageState.NOT_VISIBLE),
        (VisitState.ROBOTS_REFUSED, CoverageState.NOT_VISIBLE),
        (VisitState.IDENTITY_CHANGED, CoverageState.NOT_VISIBLE),
        (VisitState.LOGIN_WALL, CoverageState.BLOCKED),
        (VisitState.THROTTLED, CoverageState.BLOCKED),
        (VisitState.CHALLENGE, CoverageState.BLOCKED),
        (VisitState.LAYOUT_CHANGED, CoverageState.PARTIAL),
        (VisitState.FAILED, CoverageState.NOT_RUN),
        (VisitState.NOT_FOUND, CoverageState.NOT_VISIBLE),
    ],
)
def test_a_look_gives_its_day_a_state(tmp_path: Path, empty: Path, look: VisitState, expected: CoverageState) -> None:
    tools = office(tmp_path, empty)
    looked(tools, "mawar.example", look, note="kata")

    found = state(tools)

    assert (found.state, found.note) == (expected, "kata")
    assert state(tools, Capability.LIKES).state is CoverageState.NOT_RUN


def test_every_state_of_a_visit_has_its_state_of_coverage(tmp_path: Path, empty: Path) -> None:
    tools = office(tmp_path, empty)

    for look in VisitState:
        looked(tools, "mawar.example", look)
        assert state(tools).state in set(CoverageState)


@pytest.mark.parametrize(("seen", "claimed"), [(3, 5), (3, None)])
def test_less_than_the_platform_counts_or_a_cut_look_is_in_part(
    tmp_path: Path, empty: Path, seen: int, claimed: int | None
) -> None:
    tools = office(tmp_path, empty)
    looked(tools, "mawar.example", complete=False, seen=seen, claimed=claimed)

    found = state(tools)

    assert (found.state, found.seen, found.claimed) == (CoverageState.PARTIAL, seen, claimed)


def test_what_was_there_and_is_not_found_is_gone(tmp_path: Path, empty: Path) -> None:
    tools = office(tmp_path, empty)
    looked(tools, "mawar.example")
    hands(tools).pass_by(days=1)
    looked(tools, "mawar.example", VisitState.NOT_FOUND)

    assert state(tools, day=TODAY).state is CoverageState.OK
    assert state(tools, day=TODAY + timedelta(days=1)).state is CoverageState.GONE


def test_a_day_is_the_local_one_of_the_office(tmp_path: Path, empty: Path) -> None:
    tools = office(tmp_path, empty)
    hands(tools).present = NOW.replace(hour=17, minute=0)  # midnight in Jakarta
    looked(tools, "mawar.example")

    assert state(tools, day=TODAY).state is CoverageState.NOT_RUN
    assert state(tools, day=TODAY + timedelta(days=1)).state is CoverageState.OK


def test_what_only_a_person_can_look_at_is_not_visible_until_one_does(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty, Instagram(InstagramPlace()))
    watch(tools, entry("kel_mawar", platform="instagram"))

    before = state(tools, handle="kel_mawar")
    looked(tools, "kel_mawar")

    assert (before.state, before.note) == (CoverageState.NOT_VISIBLE, "no_automatic_mode")
    assert state(tools, handle="kel_mawar").state is CoverageState.OK


def test_days_before_an_account_was_listed_say_so_and_days_before_its_role_are_none(
    tmp_path: Path, empty: Path
) -> None:
    tools = open_office(tmp_path, empty)
    watch(tools, entry("mawar.example", valid_from=date(2029, 9, 30)))

    found = states(tools, date(2029, 9, 28), TODAY)

    assert {one.day for one in found.values()} == {date(2029, 9, 30), TODAY}
    earlier = found["mawar.example", Capability.POSTS, date(2029, 9, 30)]
    assert (earlier.state, earlier.note) == (CoverageState.NOT_RUN, "not_listed")


@settings(max_examples=25)
@given(looks=st.lists(st.tuples(st.sampled_from(sorted(OF_STATES)), st.booleans()), max_size=6))
def test_the_best_look_of_a_day_wins_whatever_came_before_and_after(
    tmp_path_factory: pytest.TempPathFactory, empty: Path, looks: list[tuple[VisitState, bool]]
) -> None:
    tools = office(tmp_path_factory.mktemp("office"), empty)
    for look, complete in looks:
        looked(tools, "mawar.example", look, complete=complete)

    found = state(tools).state
    tools.database.close()

    cut = CoverageState.PARTIAL
    each = [OF_STATES[look] if complete or look not in SAW_EVERYTHING else cut for look, complete in looks]
    assert found is min(each, key=BEST_FIRST.index, default=CoverageState.NOT_RUN)


def test_likers_are_seen_where_every_list_of_the_day_was(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty)
    watch(tools, RAKA)
    published(tools, "raka.example", ["at://a", "at://b"])
    likers: dict[str, Any] = {"direction": Capability.LIKERS, "handle": "raka.example"}

    assert state(tools, **likers).state is CoverageState.NOT_RUN
    looked(tools, "raka.example", direction=Capability.LIKERS, post="at://a")
    assert state(tools, **likers).state is CoverageState.OK
    looked(tools, "raka.example", VisitState.THROTTLED, direction=Capability.LIKERS, post="at://b")
    assert state(tools, **likers).state is CoverageState.PARTIAL
    looked(tools, "raka.example", VisitState.EMPTY, direction=Capability.LIKERS, post="at://b")
    assert state(tools, **likers).state is CoverageState.OK


def test_a_campaign_without_new_posts_has_no_likers_to_see(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty)
    watch(tools, RAKA)
    published(tools, "raka.example", ["at://a"], posted_at=NOW - timedelta(days=200))
    looked(tools, "raka.example")

    assert state(tools, Capability.LIKERS, handle="raka.example").state is CoverageState.EMPTY


def test_a_crawl_covers_its_day_and_an_offline_one_does_not(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty)
    watch(tools, *TOWN)
    crawl_all(tools, town())
    hands(tools).pass_by(days=1)
    crawl_all(tools, down)

    with tools.database.read() as session:
        found = coverage.summary(session, tools, first=TODAY, last=TODAY + timedelta(days=1))
        yesterday = coverage.summary(session, tools, first=TODAY, last=TODAY)

    assert set(yesterday.total) <= {CoverageState.OK, CoverageState.EMPTY}
    assert found.total[CoverageState.NOT_RUN] == 7  # three accounts in two directions, one in three
    assert found.unseen == []
    assert found.counts["bluesky"][Capability.POSTS] == Counter(ok=2, empty=1, not_run=3)


def test_an_account_that_was_never_seen_is_named_with_its_best_day(tmp_path: Path, empty: Path) -> None:
    tools = office(tmp_path, empty)
    looked(tools, "mawar.example", VisitState.LOGIN_WALL)
    hands(tools).pass_by(days=1)
    looked(tools, "mawar.example", VisitState.FAILED)

    with tools.database.read() as session:
        unseen = coverage.recent(session, tools).unseen

    told = {one.direction: (one.state, one.day) for one in unseen}
    assert told[Capability.POSTS] == (CoverageState.BLOCKED, TODAY)
    assert told[Capability.LIKES][0] is CoverageState.NOT_RUN


def asked(tools: Tools, handle: str, uri: str, **how: bool) -> LikerAnswer:
    account = account_of(tools, handle)
    number = post_id(tools, account, uri)
    with tools.database.read() as session:
        return liker(session, account.id, number, **how)


def test_absent_is_never_concluded_from_a_partial_list(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty)
    watch(tools, RAKA, entry("mawar.example"))
    published(tools, "raka.example", ["at://a"])
    likers: dict[str, Any] = {"direction": Capability.LIKERS, "post": "at://a"}

    assert asked(tools, "mawar.example", "at://a").state is LikerState.NOBODY_LOOKED
    looked(tools, "raka.example", VisitState.LOGIN_WALL, **likers)
    assert asked(tools, "mawar.example", "at://a").state is LikerState.NOBODY_LOOKED
    looked(tools, "raka.example", complete=False, seen=40, claimed=100, **likers)
    partial = asked(tools, "mawar.example", "at://a")
    assert (partial.state, partial.seen, partial.claimed) == (LikerState.LIST_PARTIAL, 40, 100)
    hands(tools).pass_by(hours=1)
    looked(tools, "raka.example", seen=100, claimed=100, **likers)
    hands(tools).pass_by(hours=1)
    looked(tools, "raka.example", complete=False, seen=90, claimed=101, **likers)
    whole = asked(tools, "mawar.example", "at://a")
    assert (whole.state, whole.at) == (LikerState.NOT_IN_LIST, NOW + timedelta(hours=1))
    assert asked(tools, "mawar.example", "at://a", named=False).state is LikerState.NOBODY_LOOKED


def test_lists_read_before_an_account_was_listed_say_nothing_of_it(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty)
    watch(tools, RAKA)
    published(tools, "raka.example", ["at://a"])
    looked(tools, "raka.example", direction=Capability.LIKERS, post="at://a")
    hands(tools).pass_by(hours=1)
    watch(tools, entry("mawar.example"))

    assert asked(tools, "mawar.example", "at://a").state is LikerState.NOT_LOOKED_BEFORE
    looked(tools, "raka.example", direction=Capability.LIKERS, post="at://a")
    assert asked(tools, "mawar.example", "at://a").state is LikerState.NOT_IN_LIST


def test_a_like_that_was_seen_is_seen(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty)
    watch(tools, RAKA, entry("mawar.example"))
    published(tools, "raka.example", ["at://a"])
    liked(tools, "mawar.example", "at://a")

    assert asked(tools, "mawar.example", "at://a") == LikerAnswer(state=LikerState.SEEN, at=NOW)
