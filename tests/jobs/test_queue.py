"""What waits for a person: derived from the watchlist and the last looks, settled by a person's look."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest

from core.platforms import Instagram as InstagramPlace
from core.platforms import Mastodon as MastodonPlace
from core.records import (
    AccountRef,
    Capability,
    Hindrance,
    Mode,
    NextStep,
    Role,
    VisitState,
)
from core.settings import Permission
from jobs.queue import EXPORT_EVERY, ToDo, waiting
from jobs.tools import Tools
from scraper.adapter import Adapter
from scraper.platforms import adapters
from scraper.platforms.instagram import Instagram
from scraper.platforms.mastodon import Mastodon
from tests.jobs import planting
from tests.jobs.office import NOW, entry, hands, open_office, settings, watch
from tests.jobs.planting import looked

INSTAGRAM = Instagram(InstagramPlace())
KELURAHAN = entry("kel_mawar", platform="instagram")
CAMPAIGN = entry(
    "raka.melati", Role.CAMPAIGN, platform="instagram", contest="sindangwangi-2029", candidate="raka-melati"
)


def office(folder: Path, empty: Path, *chosen: Adapter, **sections: object) -> Tools:
    return open_office(folder, empty, *(chosen or (INSTAGRAM,)), **sections)


def queue(tools: Tools) -> list[ToDo]:
    with tools.database.read() as session:
        return waiting(session, tools)


def steps(tools: Tools) -> list[tuple[str, Capability, Hindrance, NextStep]]:
    return [(one.handle, one.direction, one.why, one.step) for one in queue(tools)]


def published(tools: Tools, handle: str, *codes: str) -> list[str]:
    """Plant posts of an account, the oldest first."""
    uris = [f"https://www.instagram.com/p/{code}/" for code in codes]
    for number, uri in enumerate(uris):
        planting.published(tools, handle, [uri], NOW - timedelta(days=len(uris) - number))
    return uris


def test_a_closed_platform_without_permission_waits_for_a_person_who_opens_the_page(
    tmp_path: Path, empty: Path
) -> None:
    tools = office(tmp_path, empty)
    watch(tools, KELURAHAN)

    (posts, likes) = queue(tools)

    assert (posts.direction, posts.why, posts.step) == (
        Capability.POSTS,
        Hindrance.PERMISSION_MISSING,
        NextStep.OPEN_PAGE,
    )
    assert posts.url == "https://www.instagram.com/kel_mawar/"
    assert (likes.direction, likes.why, likes.step) == (
        Capability.LIKES,
        Hindrance.NO_AUTOMATIC_MODE,
        NextStep.ASK_OWNER_EXPORT,
    )
    assert posts.last_looked_at is None


@pytest.mark.parametrize(
    ("until", "why"), [(date(2029, 9, 30), Hindrance.PERMISSION_EXPIRED), (date(2029, 10, 1), None)]
)
def test_a_permission_lets_the_program_look_until_it_ends(
    tmp_path: Path, empty: Path, until: date, why: Hindrance | None
) -> None:
    permission = Permission(host="www.instagram.com", basis="Surat 7", granted_by="Pemilik", valid_until=until)
    tools = office(tmp_path, empty, permissions=(permission,))
    watch(tools, KELURAHAN)

    found = [one.why for one in queue(tools) if one.direction is Capability.POSTS]

    assert found == ([why] if why else [])


def test_the_newest_campaign_posts_wait_for_somebody_who_opens_their_likers(tmp_path: Path, empty: Path) -> None:
    tools = office(tmp_path, empty)
    watch(tools, CAMPAIGN)
    uris = published(tools, "raka.melati", *(f"POST{number}" for number in range(12)))

    likers = [one for one in queue(tools) if one.step is NextStep.OPEN_LIKERS_DIALOG]

    assert [one.url for one in likers] == list(reversed(uris))[:10]
    assert {one.why for one in likers} == {Hindrance.NO_AUTOMATIC_MODE}


@pytest.mark.parametrize(
    ("platform", "post", "step"),
    [
        ("instagram", "https://www.instagram.com/p/POST/", NextStep.OPEN_LIKERS_DIALOG),
        ("tiktok", "https://www.tiktok.com/@_/video/7690000000000000003", NextStep.OPEN_COMMENTS),
        ("x", "https://x.com/i/status/1890000000000000001", NextStep.OPEN_REPOSTS),
    ],
)
def test_a_person_is_asked_to_open_the_list_that_a_platform_has(
    tmp_path: Path, empty: Path, platform: str, post: str, step: NextStep
) -> None:
    adapter = adapters(settings().platforms)[platform]
    tools = office(tmp_path, empty, adapter)
    campaign = {"contest": "sindangwangi-2029", "candidate": "raka-melati"}
    watch(tools, entry("raka.melati", Role.CAMPAIGN, platform=platform, **campaign))
    planting.published(tools, "raka.melati", [post], NOW)

    assert [one.step for one in queue(tools) if one.direction is Capability.LIKERS] == [step]


def test_a_persons_look_settles_a_page_until_the_account_is_due_again(tmp_path: Path, empty: Path) -> None:
    tools = office(tmp_path, empty)
    watch(tools, CAMPAIGN)
    (uri,) = published(tools, "raka.melati", "POST")
    for direction, mode, post in (
        (Capability.POSTS, Mode.ATTENDED, None),
        (Capability.LIKES, Mode.IMPORT, None),
        (Capability.LIKERS, Mode.IMPORT, uri),
    ):
        looked(tools, "raka.melati", direction=direction, mode=mode, post=post)

    at_once = steps(tools)
    hands(tools).pass_by(days=2)
    later = {step for *_, step in steps(tools)}
    hands(tools).pass_by(days=EXPORT_EVERY.days)
    much_later = {step for *_, step in steps(tools)}

    assert at_once == []
    assert later == {NextStep.OPEN_PAGE, NextStep.OPEN_LIKERS_DIALOG}
    assert much_later == later | {NextStep.ASK_OWNER_EXPORT}
    assert all(one.last_looked_at == NOW for one in queue(tools))


def test_a_persons_look_that_met_a_wall_settles_nothing(tmp_path: Path, empty: Path) -> None:
    tools = office(tmp_path, empty)
    watch(tools, KELURAHAN)
    looked(tools, "kel_mawar", VisitState.LOGIN_WALL, mode=Mode.ATTENDED)

    assert Capability.POSTS in {one.direction for one in queue(tools)}


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (VisitState.ROBOTS_REFUSED, (Hindrance.ROBOTS_REFUSED, NextStep.OPEN_PAGE)),
        (VisitState.LOGIN_WALL, (Hindrance.LOGIN_WALL, NextStep.OPEN_PAGE)),
        (VisitState.LAYOUT_CHANGED, (Hindrance.LAYOUT_CHANGED, NextStep.MEND_ADAPTER)),
        (VisitState.OK, None),
        (VisitState.FAILED, None),
        (VisitState.THROTTLED, None),
    ],
)
def test_what_stopped_the_program_becomes_a_task(
    tmp_path: Path, empty: Path, state: VisitState, expected: tuple[Hindrance, NextStep] | None
) -> None:
    tools = office(tmp_path, empty, Mastodon(MastodonPlace()))
    watch(tools, entry("kel@baik.example", platform="mastodon"))
    looked(tools, "kel@baik.example", state)

    found = [(one.why, one.step) for one in queue(tools) if one.direction is Capability.POSTS]

    assert found == ([expected] if expected else [])


class ProgramsOnly(Mastodon):
    """A platform of which nothing that a person sees can be taken in."""

    capabilities: Mapping[Capability, frozenset[Mode]] = {Capability.POSTS: frozenset({Mode.AUTO})}


def test_where_no_person_can_help_whoever_decides_is_asked(tmp_path: Path, empty: Path) -> None:
    tools = office(tmp_path, empty, ProgramsOnly(MastodonPlace()))
    watch(tools, entry("kel@baik.example", platform="mastodon"))
    looked(tools, "kel@baik.example", VisitState.ROBOTS_REFUSED)

    assert [(one.why, one.step) for one in queue(tools)] == [(Hindrance.ROBOTS_REFUSED, NextStep.ASK_PERMISSION)]


def test_what_can_be_opened_comes_first_and_what_nobody_ever_saw_before_the_rest(tmp_path: Path, empty: Path) -> None:
    tools = office(tmp_path, empty)
    watch(tools, entry("kel_lama", platform="instagram"), entry("kel_baru", platform="instagram"), CAMPAIGN)
    published(tools, "raka.melati", "POST")
    looked(tools, "kel_baru", mode=Mode.ATTENDED)
    hands(tools).pass_by(days=5)

    found = queue(tools)

    order: Sequence[NextStep] = [one.step for one in found]
    assert order == sorted(order, key=tuple(NextStep).index)
    assert [one.handle for one in found if one.step is NextStep.OPEN_PAGE] == ["kel_lama", "raka.melati", "kel_baru"]


def test_every_adapter_names_the_page_of_an_account_that_it_finds_again() -> None:
    handles = {"mastodon": "kelmawar@baik.example", "bluesky": "mawar.example"}

    for platform, adapter in adapters(settings().platforms).items():
        account = AccountRef(platform=platform, handle=handles.get(platform, "kelmawar"))
        page = adapter.page_of(account)
        assert page is not None, platform
        found = adapter.locate(page)
        assert isinstance(found, AccountRef), platform
        assert (found.handle or "").removeprefix("@") == account.handle, platform
