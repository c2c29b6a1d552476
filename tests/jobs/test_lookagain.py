"""A matched like is looked at again after a day: there, taken back, or unclear; never concluded from a part."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.platforms import Bluesky as AtProtocol
from core.platforms import Mastodon as MastodonPlace
from core.records import Capture, Role
from jobs import lookagain
from jobs.lookagain import LookedAgain
from jobs.tools import Tools
from scraper.adapter import PageRequest
from scraper.platforms.bluesky import Bluesky
from scraper.platforms.mastodon import Mastodon
from tests.jobs.office import NOW, crawl_all, entry, eyes, hands, open_office, rows, watch, with_adapters
from tests.jobs.planting import flag, liked, published
from tests.jobs.town import TOWN, town
from tests.scraper.atproto import LIKES, POSTS, Network
from tests.scraper.recorded import served

CALL = f"at://did:plc:raka/{POSTS}/3l00000000001"


def again(tools: Tools, fetch: Any) -> tuple[LookedAgain, list[str]]:  # noqa: ANN401  (any web)
    web = eyes(tools, fetch)
    return asyncio.run(lookagain.run(tools, web)), web.asked


def matched(tools: Tools) -> Network:
    """Crawl a town in which Mawar likes a call, and flag that like."""
    watch(tools, *TOWN)
    network = town()
    crawl_all(tools, network)
    flag(tools, CALL)
    return network


def absent(tools: Tools) -> list[bool]:
    found = [row for row in rows(tools, "interactions") if row.looked_again_at is not None]
    return [row.absent_since is not None for row in found]


def test_a_like_is_left_alone_for_a_day_and_then_asked_for_by_its_own_address(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty)
    network = matched(tools)

    hands(tools).pass_by(hours=20)
    too_early, asked_early = again(tools, network)
    hands(tools).pass_by(hours=5)
    done, asked = again(tools, network)
    once_more, _ = again(tools, network)

    assert (too_early, asked_early) == (LookedAgain(), [])
    assert done == LookedAgain(there=1)
    assert len(asked) == 1
    assert "com.atproto.repo.getRecord" in asked[0]
    assert absent(tools) == [False]
    assert once_more == LookedAgain()


def test_a_like_that_was_taken_back_is_absent_since_then(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty)
    network = matched(tools)
    network.repos["did:plc:mawar"].records[LIKES].clear()
    hands(tools).pass_by(days=2)

    done, _ = again(tools, network)

    assert done == LookedAgain(gone=1)
    (row,) = [row for row in rows(tools, "interactions") if row.absent_since is not None]
    assert row.absent_since == row.looked_again_at
    assert row.absent_since >= NOW + timedelta(days=2)


def test_a_record_that_is_about_another_post_now_is_that_like_no_more(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty)
    network = matched(tools)
    for record in network.repos["did:plc:mawar"].records[LIKES].values():
        record["subject"] = {"uri": f"at://did:plc:raka/{POSTS}/lain", "cid": "bafyreilain"}
    hands(tools).pass_by(days=2)

    assert again(tools, network)[0] == LookedAgain(gone=1)


@pytest.mark.parametrize("answer", [(503, {}), (429, {}), (403, {}), (200, {})])
def test_an_answer_that_says_nothing_leaves_it_open_for_the_next_time(
    tmp_path: Path, empty: Path, answer: tuple[int, dict[str, str]]
) -> None:
    tools = open_office(tmp_path, empty)
    network = matched(tools)
    network.broken["getRecord"] = answer
    hands(tools).pass_by(days=2)

    unclear, _ = again(tools, network)
    network.broken.clear()
    hands(tools).pass_by(days=3)
    clear, _ = again(tools, network)

    assert unclear == LookedAgain(unclear=1)
    assert clear == LookedAgain(there=1)


def test_an_account_that_is_gone_has_not_taken_its_like_back(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty)
    network = matched(tools)
    del network.repos["did:plc:mawar"]
    network.broken["getRecord"] = (400, {})
    hands(tools).pass_by(days=2)

    assert again(tools, network)[0] == LookedAgain(unclear=1)
    assert [row for row in rows(tools, "interactions") if row.absent_since] == []


HOST = "baik.example"
STATUS = f"https://{HOST}/users/raka/statuses/7"


def fediverse(*likers: str, claimed: int) -> Any:  # noqa: ANN401  (a web)
    def account(name: str) -> dict[str, str]:
        return {"id": name, "acct": name, "url": f"https://{HOST}/@{name}", "uri": f"https://{HOST}/users/{name}"}

    status = {
        "id": "7",
        "uri": STATUS,
        "url": f"https://{HOST}/@raka/7",
        "account": account("raka"),
        "content": "<p>Coblos nomor 1</p>",
        "created_at": "2029-09-30T00:00:00.000Z",
        "favourites_count": claimed,
        "visibility": "public",
    }

    async def fetch(request: PageRequest) -> Capture:
        content = [account(name) for name in likers] if "favourited_by" in request.url else status
        return served(request.url, content)

    return fetch


def federated(folder: Path, empty: Path) -> Tools:
    tools = open_office(folder, empty, Mastodon(MastodonPlace()))
    campaign = entry(f"raka@{HOST}", Role.CAMPAIGN, platform="mastodon", contest="sindangwangi-2029")
    watch(tools, entry(f"mawar@{HOST}", platform="mastodon"), campaign)
    published(tools, f"raka@{HOST}", [STATUS])
    liked(tools, f"mawar@{HOST}", STATUS)
    flag(tools, STATUS)
    hands(tools).pass_by(days=2)
    return tools


@pytest.mark.parametrize(
    ("likers", "claimed", "expected"),
    [
        (("mawar", "lain"), 2, LookedAgain(there=1)),
        (("mawar",), 9, LookedAgain(there=1)),
        (("lain",), 1, LookedAgain(gone=1)),
        ((), 0, LookedAgain(gone=1)),
        (("lain",), 9, LookedAgain(unclear=1)),
    ],
)
def test_elsewhere_the_whole_list_of_likers_says_it_and_a_part_does_not(
    tmp_path: Path, empty: Path, likers: tuple[str, ...], claimed: int, expected: LookedAgain
) -> None:
    tools = federated(tmp_path, empty)

    done, asked = again(tools, fediverse(*likers, claimed=claimed))

    assert done == expected
    assert len(asked) == 2
    assert {row.account_id for row in rows(tools, "interactions")} == {1}


def test_with_a_post_that_is_gone_nothing_is_said_of_its_likers_and_nobody_asks_again(
    tmp_path: Path, empty: Path
) -> None:
    tools = federated(tmp_path, empty)

    async def gone(request: PageRequest) -> Capture:
        return served(request.url, {"error": "Record not found"}, status=404)

    done, _ = again(tools, gone)
    later, asked = again(tools, gone)

    assert done == LookedAgain(unclear=1)
    assert (later, asked) == (LookedAgain(), [])
    assert absent(tools) == [False]
    assert rows(tools, "posts")[0].gone_at is not None


def test_what_only_a_person_can_see_waits_for_one(tmp_path: Path, empty: Path) -> None:
    tools = federated(tmp_path, empty)
    closed = with_adapters(tools, Bluesky(AtProtocol()))

    done, asked = again(closed, fediverse(claimed=0))

    assert (done, asked) == (LookedAgain(for_a_person=1), [])


def test_an_account_whose_name_leads_to_somebody_else_is_not_asked_for(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty)
    network = matched(tools)
    network.handles["mawar.example"] = "did:plc:siti"
    network.repos["did:plc:mawar"].post("Kabar")
    hands(tools).pass_by(days=2)
    crawl_all(tools, network)

    assert again(tools, network) == (LookedAgain(), [])
