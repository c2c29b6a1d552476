"""The self-check of an agency: what is public of its accounts, what would be marked, advice, and nothing else."""

import re
from pathlib import Path

import pytest

import language
from core.records import Action, Answer, Capability, IdentityStatus, Role, VisitState
from jobs import selfcheck
from jobs.tools import Tools
from review.selfcheck import advice, page
from storage import answering
from storage.answering import DecisionRow
from tests.jobs.conftest import empty  # noqa: F401  (a fixture of the next room)
from tests.jobs.office import entry, open_office, rows, watch
from tests.jobs.planting import flag, liked, looked, published

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def office(tmp_path: Path, empty: Path) -> Tools:  # noqa: F811
    """An office with two accounts of its own and a campaign; one of the two liked a post that is flagged."""
    tools = open_office(tmp_path, empty)
    watch(
        tools, entry("kel-satu.test", unit="Kecamatan Bunga"), entry("kel-dua.test", identity=IdentityStatus.UNVERIFIED)
    )
    watch(tools, entry("tim.test", Role.CAMPAIGN, contest="sindangwangi-2029", candidate="raka-melati"))
    published(tools, "tim.test", ["at://tim/1", "at://tim/2"])
    looked(tools, "kel-satu.test")
    looked(tools, "kel-satu.test", VisitState.LOGIN_WALL, direction=Capability.LIKES)
    liked(tools, "kel-satu.test", "at://tim/1")
    liked(tools, "kel-satu.test", "at://tim/2")
    flag(tools, "at://tim/1")
    return tools


def test_own_accounts_are_shown_in_the_order_of_their_names_and_campaigns_are_not(office: Tools) -> None:
    two, one = selfcheck.run(office)

    assert (two.handle, one.handle) == ("kel-dua.test", "kel-satu.test")
    assert one.acts == {Action.LIKED: 2}
    assert {way: look.state for way, look in one.looks.items()} == {
        Capability.POSTS: VisitState.OK,
        Capability.LIKES: VisitState.LOGIN_WALL,
    }
    assert [(act.action, act.url) for act in one.flagged] == [(Action.LIKED, "at://tim/1")]
    assert (two.flagged, dict(two.looks)) == ([], {})


def test_what_somebody_called_harmless_is_not_marked_any_more(office: Tools) -> None:
    (match,) = rows(office, "matches")
    made = DecisionRow(
        match_id=match.id,
        answer=Answer.NOT,
        reason=None,
        note=None,
        reviewer="satu",
        decided_at=office.clock.now(),
        post_version_id=match.post_version_id,
        model_id=match.model_id,
        probability=match.probability,
        settles=False,
    )
    with office.database.write() as session:
        answering.save_decisions(session, [made], overlap=0)

    assert [one.flagged for one in selfcheck.run(office)] == [[], []]


def test_advice_fits_what_was_seen_and_never_accuses(office: Tools) -> None:
    two, one = selfcheck.run(office)

    language.choose("en")
    likes, unverified = list(advice(one)), list(advice(two))
    everything = page(office, [one, two])

    assert any("taken back" in line for line in likes)
    assert not any("posts once more" in line for line in likes)
    assert any("could not see" in line for line in likes)
    assert any("whose account" in line for line in unverified)
    for chosen in ("id", "en"):
        language.choose(chosen)
        assert not re.search(r"pelanggar|bersalah|guilty|violat", page(office, [one, two]), re.IGNORECASE)
    assert "no case comes of it" in everything


def test_nothing_is_kept_of_a_self_check(office: Tools) -> None:
    before = {name: len(rows(office, name)) for name in ("matches", "decisions", "audit", "labels")}

    page(office, selfcheck.run(office))

    assert {name: len(rows(office, name)) for name in before} == before


def test_what_others_wrote_can_do_nothing(tmp_path: Path, empty: Path) -> None:  # noqa: F811
    tools = open_office(tmp_path, empty)
    watch(tools, entry("kel-satu.test", unit=HOSTILE))

    assert HOSTILE not in page(tools, selfcheck.run(tools))
