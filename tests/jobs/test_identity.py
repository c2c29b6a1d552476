"""A name that leads to somebody else stops its account in every direction, until a person has settled it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.errors import InputError
from core.records import Action, Role, VisitState
from jobs.identity import Finding, settle
from jobs.queue import waiting
from jobs.tools import Tools
from tests.jobs.office import crawl_all, entry, hands, open_office, rows, states, stored, watch
from tests.jobs.town import TOWN, town
from tests.scraper.atproto import Network, Repo

KEPT = Finding(keep_key=True, new_key=None, new_handle=None, reason="Surat kelurahan 12")


def taken_over(folder: Path, empty: Path) -> tuple[Tools, Network]:
    """Let Raka's name lead to somebody else, and notice it."""
    tools = open_office(folder, empty)
    watch(tools, *TOWN)
    network = town()
    crawl_all(tools, network)
    other = Repo("did:plc:lain", "raka.example")
    other.post("Jual motor")
    network.repos[other.did], network.handles["raka.example"] = other, other.did
    network.repos["did:plc:raka"].post("Coblos lagi")
    hands(tools).pass_by(days=1)
    crawl_all(tools, network)
    return tools, network


def asked_of_raka(asked: list[str]) -> list[str]:
    return [url for url in asked if "raka" in url or "lain" in url]


def test_until_it_is_settled_nobody_is_asked_and_nothing_is_kept_in_any_direction(tmp_path: Path, empty: Path) -> None:
    tools, network = taken_over(tmp_path, empty)
    before = stored(tools)
    network.repos["did:plc:raka"].like("at://did:plc:siti/app.bsky.feed.post/3l00000000001")
    hands(tools).pass_by(days=1)

    summary, web = crawl_all(tools, network)

    assert asked_of_raka([url for url in web.asked if "getPosts" not in url]) == []
    assert stored(tools) == before
    assert summary.states[VisitState.IDENTITY_CHANGED] == 2
    assert [one for one in states(tools)[-6:] if one[1] == "identity_changed"] == [
        ("posts", "identity_changed", False),
        ("likes", "identity_changed", False),
    ]


def test_acts_of_the_account_in_lists_of_others_are_not_kept_either(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty)
    watch(tools, *TOWN)
    network = town()
    crawl_all(tools, network)
    other = Repo("did:plc:lain", "mawar.example")
    network.repos[other.did], network.handles["mawar.example"] = other, other.did
    network.repos["did:plc:mawar"].post("Kabar")
    hands(tools).pass_by(days=1)
    crawl_all(tools, network)
    before = stored(tools)
    third = next(
        uri for _, handle, act, uri in before if handle == "melati.example" and act is Action.LIKED and "raka" in uri
    )
    network.repos["did:plc:mawar"].like(third)
    other.like(third)
    hands(tools).pass_by(days=1)

    crawl_all(tools, network)

    assert stored(tools) == before


def test_it_waits_in_the_queue(tmp_path: Path, empty: Path) -> None:
    tools, _ = taken_over(tmp_path, empty)

    with tools.database.read() as session:
        (one,) = [todo for todo in waiting(session, tools) if todo.handle == "raka.example"]

    assert (one.why, one.step) == ("identity_changed", "settle_identity")


def test_kept_under_its_key_it_goes_on_where_it_was_under_the_name_that_it_has_now(tmp_path: Path, empty: Path) -> None:
    tools, network = taken_over(tmp_path, empty)
    network.handles["raka-baru.example"] = "did:plc:raka"
    network.repos["did:plc:raka"].handle = "raka-baru.example"

    done = settle(tools, "bluesky", "@Raka.example", replace(KEPT, new_handle="raka-baru.example"))
    crawl_all(tools, network)

    assert (done.handle, done.key) == ("raka-baru.example", "did:plc:raka")
    own = [uri for _, handle, act, uri in stored(tools) if handle == "raka-baru.example" and act is Action.POSTED]
    assert len(own) == 4
    (row,) = rows(tools, "identity_settlements")
    assert (row.key_before, row.key_after, row.handle_after) == ("did:plc:raka", "did:plc:raka", "raka-baru.example")
    assert (row.reason, row.settled_at >= row.changed_at) == ("Surat kelurahan 12", True)


def test_kept_under_its_key_while_the_name_still_leads_elsewhere_it_stops_again(tmp_path: Path, empty: Path) -> None:
    tools, network = taken_over(tmp_path, empty)
    settle(tools, "bluesky", "raka.example", KEPT)
    network.repos["did:plc:raka"].post("Coblos dan lagi")

    summary, _ = crawl_all(tools, network)

    assert summary.states[VisitState.IDENTITY_CHANGED] == 2


def test_under_a_new_key_it_is_read_from_its_beginning(tmp_path: Path, empty: Path) -> None:
    tools, network = taken_over(tmp_path, empty)

    settle(tools, "bluesky", "raka.example", replace(KEPT, keep_key=False, new_key="did:plc:lain"))
    summary, _ = crawl_all(tools, network)

    assert VisitState.IDENTITY_CHANGED not in summary.states
    assert any("did:plc:lain" in uri for _, handle, _, uri in stored(tools) if handle == "raka.example")
    assert {row.key for row in rows(tools, "accounts")} == {"did:plc:mawar", "did:plc:melati", "did:plc:lain"}


@pytest.mark.parametrize(
    ("handle", "changes", "code"),
    [
        ("raka.example", {"keep_key": False}, "settle_one_way"),
        ("raka.example", {"new_key": "did:plc:lain"}, "settle_one_way"),
        ("raka.example", {"reason": "  "}, "settle_reason_missing"),
        ("raka.example", {"keep_key": False, "new_key": "did:plc:mawar"}, "settle_taken"),
        ("raka.example", {"new_handle": "mawar.example"}, "settle_taken"),
        ("mawar.example", {}, "identity_not_in_question"),
        ("tidak.example", {}, "account_not_watched"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    tmp_path: Path, empty: Path, handle: str, changes: dict[str, Any], code: str
) -> None:
    tools, _ = taken_over(tmp_path, empty)
    before = rows(tools, "accounts")

    with pytest.raises(InputError) as caught:
        settle(tools, "bluesky", handle, replace(KEPT, **changes))

    assert caught.value.code == code
    assert (rows(tools, "accounts"), rows(tools, "identity_settlements")) == (before, [])


def test_an_account_of_another_role_is_no_exception(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty)
    watch(tools, entry("mawar.example", Role.ASN))
    network = Network(Repo("did:plc:mawar", "mawar.example"))
    crawl_all(tools, network)
    network.handles["mawar.example"] = "did:plc:lain"
    network.repos["did:plc:mawar"].post("Kabar")

    for _ in range(2):
        summary, _ = crawl_all(tools, network)
        assert summary.states == {VisitState.IDENTITY_CHANGED: 2}
