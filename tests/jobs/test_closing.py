"""Before a quiet period: campaign accounts are read from the newest post to the first, and what is not is said."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.records import Role, VisitState
from core.settings import Schedule
from jobs import closing, crawl, digest
from jobs.closing import Closing
from jobs.due import due
from jobs.tools import Tools
from review.digest import in_words
from tests.jobs.office import all_looks, crawl_all, entry, eyes, handles, hands, open_office, rows, settings, watch
from tests.scraper.atproto import POSTS, Network, Repo

CONTEST = "sindangwangi-2029"
THREE_DAYS_BEFORE = datetime(2029, 11, 22, tzinfo=UTC)  # seven in the morning in Jakarta; quiet begins on the 25th


@pytest.fixture
def office(tmp_path: Path, empty: Path) -> Tools:
    tools = open_office(tmp_path / "office", empty, schedule=Schedule(jitter_minutes=0))
    watch(tools, entry("tim.test", Role.CAMPAIGN, contest=CONTEST, candidate="raka-melati"), entry("kel.test"))
    hands(tools).present = datetime(2029, 11, 21, 3, tzinfo=UTC)
    return tools


def campaign(posts: int) -> tuple[Network, Repo]:
    team = Repo("did:plc:tim", "tim.test")
    for number in range(posts):
        team.post(f"Kunjungan ke pasar hari ke-{number}")
    return Network(team, Repo("did:plc:kel", "kel.test")), team


def progress(tools: Tools) -> list[Closing]:
    with tools.database.read() as session:
        return closing.progress(session, tools, all_looks(tools))


def still_open(tools: Tools) -> list[tuple[str, VisitState | None]]:
    (one,) = progress(tools)
    return [(a.account.handle, a.state) for a in one.open]


def whose_turn(tools: Tools) -> list[str]:
    with tools.database.read() as session:
        return handles(due(session, tools, all_looks(tools)))


def test_three_days_before_the_quiet_period_campaign_accounts_are_due_and_read_from_the_top(office: Tools) -> None:
    web, _ = campaign(120)
    crawl_all(office, web)
    crawl_all(office, web)
    assert [row.whole for row in rows(office, "visits") if row.capability == "posts"] == [True, True, False, False]
    assert progress(office) == []

    hands(office).present = THREE_DAYS_BEFORE
    assert "tim.test" in whose_turn(office)
    assert still_open(office) == [("tim.test", None)]
    crawl_all(office, web)

    assert still_open(office) == []
    whole = [row for row in rows(office, "visits") if row.whole and row.ended_at >= THREE_DAYS_BEFORE]
    assert [(row.capability, row.seen) for row in whole if row.capability == "posts"] == [("posts", 120)]


def test_a_post_that_vanished_unseen_by_an_ordinary_look_is_noticed_when_all_is_read(office: Tools) -> None:
    web, team = campaign(3)
    crawl_all(office, web)
    gone = next(iter(team.records[POSTS]))
    del team.records[POSTS][gone]
    team.revision += 1
    hands(office).present = THREE_DAYS_BEFORE

    crawl_all(office, web)

    assert [row.gone_at is not None for row in rows(office, "posts")].count(True) == 1


def test_what_could_not_be_read_whole_stays_open_and_the_digest_says_so(office: Tools) -> None:
    hands(office).present = THREE_DAYS_BEFORE

    crawl_all(office, Network(Repo("did:plc:kel", "kel.test")))

    assert [handle for handle, _ in still_open(office)] == ["tim.test"]
    told = digest.gather(office)
    assert [(one.contest, one.accounts, one.open) for one in told.closing] == [(CONTEST, 1, 1)]
    assert "1 of 1 campaign accounts are not read whole yet" in in_words(office, told)


def test_an_account_that_only_people_can_see_stays_open_too(office: Tools) -> None:
    watch(office, entry("raka.melati", Role.CAMPAIGN, platform="instagram", contest=CONTEST, candidate="raka-melati"))
    hands(office).present = THREE_DAYS_BEFORE
    web, _ = campaign(1)

    crawl_all(office, web)

    assert still_open(office) == [("raka.melati", None)]


def test_a_long_account_is_read_whole_although_ordinary_visits_end_sooner(tmp_path: Path, empty: Path) -> None:
    few = settings().crawl.model_copy(update={"pages_per_visit": 3})
    tools = open_office(tmp_path / "office", empty, crawl=few)
    watch(tools, entry("tim.test", Role.CAMPAIGN, contest=CONTEST, candidate="raka-melati"))
    hands(tools).present = THREE_DAYS_BEFORE
    web, _ = campaign(400)

    crawl_all(tools, web)

    assert still_open(tools) == []
    assert len(rows(tools, "posts")) == 400


@pytest.mark.parametrize(
    ("moment", "open_"),
    [
        (datetime(2029, 11, 21, 16, 59, tzinfo=UTC), False),
        (datetime(2029, 11, 21, 17, 0, tzinfo=UTC), True),
        (datetime(2029, 11, 24, 16, 59, tzinfo=UTC), True),
        (datetime(2029, 11, 24, 17, 0, tzinfo=UTC), False),
    ],
)
def test_the_days_begin_and_end_at_the_midnights_of_the_contest(moment: datetime, *, open_: bool) -> None:
    assert bool(closing.windows(settings(), moment)) is open_


def test_whoever_campaigns_in_no_contest_that_falls_silent_is_left_to_its_turn(office: Tools) -> None:
    hands(office).present = THREE_DAYS_BEFORE
    web, _ = campaign(1)
    crawl_all(office, web)
    (look,) = [look for look in all_looks(office) if look.account.handle == "kel.test"]

    with office.database.read() as session:
        assert not closing.to_read_whole(session, office, look)
    asyncio.run(crawl.run(office, eyes(office, web), [look]))
    assert [row.whole for row in rows(office, "visits")][-2:] == [False, False]
