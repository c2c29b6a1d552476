"""Whose time has come: by role and phase, after a failure sooner, and never where only a person can look."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from core.records import Capability, Mode, Role, VisitState
from core.settings import PhaseName, Schedule
from jobs import schedule
from jobs.due import ahead, due, phases_on, resting, turns, until_rest
from jobs.tools import Tools
from storage import collecting
from tests.jobs.office import (
    NOW,
    all_looks,
    crawl_all,
    entry,
    handles,
    hands,
    open_office,
    rows,
    settings,
    watch,
)
from tests.scraper.atproto import Network, Repo

DAY = timedelta(days=1)


def visited(tools: Tools, handle: str, capability: Capability, state: VisitState = VisitState.OK) -> None:
    (account,) = [look.account for look in all_looks(tools) if look.account.handle == handle]
    now = tools.clock.now()
    with tools.database.write() as session:
        run_id = collecting.start_run(session, tilik="0.1", config_sha256="0", now=now)
        row = collecting.VisitRow(
            run_id=run_id,
            account_id=account.id,
            post_id=None,
            capability=capability,
            mode=Mode.AUTO,
            state=state,
            complete=state is VisitState.OK,
            seen=0,
            claimed=None,
            requests=1,
            note=None,
            started_at=now,
            ended_at=now,
        )
        collecting.save_visit(session, row)


def both(tools: Tools, handle: str, state: VisitState = VisitState.OK) -> None:
    visited(tools, handle, Capability.POSTS, state)
    visited(tools, handle, Capability.LIKES, state)


def at(tools: Tools, clock: time, *, seconds: int = 0) -> None:
    """Let time pass until the clock of the office shows this, give or take some seconds."""
    now = tools.local_now
    then = datetime.combine(now.date(), clock, tzinfo=now.tzinfo)
    then += timedelta(days=1) if then < now else timedelta(0)
    hands(tools).present = (then + timedelta(seconds=seconds)).astimezone(UTC)


def whose_turn(tools: Tools) -> list[str]:
    with tools.database.read() as session:
        return handles(due(session, tools, all_looks(tools)))


def test_an_account_is_due_until_it_was_seen_in_every_direction(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty)
    watch(tools, entry("a.example"))

    assert whose_turn(tools) == ["a.example"]
    visited(tools, "a.example", Capability.POSTS)
    assert whose_turn(tools) == ["a.example"]
    visited(tools, "a.example", Capability.LIKES)
    assert whose_turn(tools) == []


@pytest.mark.parametrize(
    ("role", "moment"),
    [(Role.KELURAHAN, time(2)), (Role.ASN, time(2)), (Role.CAMPAIGN, time(14))],
)
def test_it_is_due_again_at_the_next_moment_of_its_role_and_not_before(
    tmp_path: Path, empty: Path, role: Role, moment: time
) -> None:
    tools = open_office(tmp_path, empty, schedule=Schedule(jitter_minutes=0))
    watch(tools, entry("a.example", role, contest="sindangwangi-2029"))
    both(tools, "a.example")  # at ten in the morning

    at(tools, moment, seconds=-1)
    assert whose_turn(tools) == []
    at(tools, moment)
    assert whose_turn(tools) == ["a.example"]


def test_a_daily_round_that_lasts_finds_everybody_due_at_the_same_hour_of_every_day(
    tmp_path: Path, empty: Path
) -> None:
    tools = open_office(tmp_path, empty)
    watch(tools, entry("a.example"))

    for _ in range(7):
        at(tools, time(2, 15))
        assert whose_turn(tools) == ["a.example"]
        hands(tools).pass_by(hours=3)
        both(tools, "a.example")
        assert whose_turn(tools) == []


def test_a_visit_shortly_before_its_moment_is_the_visit_of_that_moment(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty, schedule=Schedule(jitter_minutes=0))
    watch(tools, entry("a.example"), entry("b.example"))
    at(tools, time(23, 59))
    both(tools, "a.example")
    hands(tools).pass_by(minutes=2)
    both(tools, "b.example")

    at(tools, time(2))

    assert whose_turn(tools) == ["a.example"]


def test_a_cron_expression_says_when_an_account_is_due(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty, schedule=Schedule(cadence={Role.KELURAHAN: "30 6,18 * * *"}, jitter_minutes=0))
    watch(tools, entry("a.example"))
    both(tools, "a.example")

    at(tools, time(18, 29))
    assert whose_turn(tools) == []
    at(tools, time(18, 30))
    assert whose_turn(tools) == ["a.example"]


def test_jitter_spreads_the_accounts_over_its_minutes_each_always_at_the_same_place(
    tmp_path: Path, empty: Path
) -> None:
    tools = open_office(tmp_path, empty, schedule=Schedule(jitter_minutes=60))
    names = [f"{letter}.example" for letter in "abcdefghij"]
    watch(tools, *(entry(name) for name in names))
    for name in names:
        both(tools, name)
    at(tools, time(2))

    counts = []
    for _ in range(7):
        counts.append(len(whose_turn(tools)))
        hands(tools).pass_by(minutes=10)

    assert counts == sorted(counts)
    assert counts[0] == 0
    assert 3 <= counts[3] <= 7
    assert counts[-1] == 10


def test_nobody_is_visited_in_quiet_hours_and_everybody_after_them(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty, schedule=Schedule(quiet_hours="22:00-05:30"))
    watch(tools, entry("a.example"))

    for moment, rests in [(time(21, 59), False), (time(22), True), (time(2), True), (time(5, 30), False)]:
        at(tools, moment)
        assert (schedule.waiting(tools) == []) is rests, moment


@pytest.mark.parametrize(("moment", "left"), [(time(12), 2.0), (time(13, 30), 0.5), (time(15), 0.0)])
def test_quiet_hours_within_a_day_end_the_same_day(tmp_path: Path, empty: Path, moment: time, left: float) -> None:
    tools = open_office(tmp_path, empty, schedule=Schedule(quiet_hours="12:00-14:00"))
    at(tools, moment)

    assert resting(tools) == timedelta(hours=left)
    assert until_rest(tools) == timedelta(hours=(12 - moment.hour - moment.minute / 60) % 24)


def test_in_the_quiet_days_everybody_is_due_sooner(tmp_path: Path, empty: Path) -> None:
    tools = open_office(
        tmp_path,
        empty,
        schedule=Schedule(phase_cadence={PhaseName.QUIET: dict.fromkeys(Role, 6.0)}, jitter_minutes=0, complete_days=0),
    )
    watch(tools, entry("a.example"))
    hands(tools).present = datetime(2029, 11, 25, 3, tzinfo=UTC)  # ten in the morning
    both(tools, "a.example")

    at(tools, time(14))

    assert whose_turn(tools) == ["a.example"]


def test_turns_tell_of_each_role_how_many_are_due_and_when_the_next_is(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty, schedule=Schedule(jitter_minutes=0))
    campaign = {"contest": "sindangwangi-2029", "candidate": "raka-melati"}
    watch(tools, entry("a.example"), entry("b.example"), entry("c.example", Role.CAMPAIGN, **campaign))
    both(tools, "a.example")
    both(tools, "c.example")

    with tools.database.read() as session:
        offices, campaigns = turns(session, tools, all_looks(tools))

    assert (offices.role, offices.accounts, offices.due, offices.next) == (Role.KELURAHAN, 2, 1, tools.clock.now())
    assert (campaigns.role, campaigns.due) == (Role.CAMPAIGN, 0)
    assert campaigns.next == datetime(2029, 10, 1, 7, tzinfo=UTC)


def test_a_failed_visit_is_repeated_after_an_hour_and_a_refused_one_is_not(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty)
    watch(tools, entry("failed.example"), entry("wall.example"), entry("robots.example"))
    both(tools, "failed.example", VisitState.FAILED)
    both(tools, "wall.example", VisitState.LOGIN_WALL)
    both(tools, "robots.example", VisitState.ROBOTS_REFUSED)

    hands(tools).pass_by(minutes=59)
    assert whose_turn(tools) == []
    hands(tools).pass_by(minutes=1)
    assert whose_turn(tools) == ["failed.example"]


def test_those_never_seen_come_first_and_then_those_longest_unseen(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty)
    watch(tools, entry("late.example"), entry("early.example"), entry("never.example"))
    both(tools, "early.example")
    hands(tools).pass_by(hours=1)
    both(tools, "late.example")
    hands(tools).pass_by(days=3)

    assert whose_turn(tools) == ["never.example", "early.example", "late.example"]


def test_an_account_that_only_a_person_can_look_at_is_never_due(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty)
    watch(tools, entry("kel_a", platform="instagram"), entry("a.example"))

    assert whose_turn(tools) == ["a.example"]


def test_a_campaign_that_is_also_an_office_keeps_the_quicker_pace(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty)
    watch(tools, entry("a.example"), entry("a.example", Role.CAMPAIGN, contest="sindangwangi-2029"))
    both(tools, "a.example")

    at(tools, time(14, 10))

    assert whose_turn(tools) == ["a.example"]


def test_the_phase_is_the_one_of_the_contests_own_local_day() -> None:
    own = settings()

    assert phases_on(own, datetime(2029, 11, 24, 16, 59, tzinfo=UTC)) == {PhaseName.CAMPAIGN}
    assert phases_on(own, datetime(2029, 11, 24, 17, 0, tzinfo=UTC)) == {PhaseName.QUIET}  # midnight in Jakarta
    assert phases_on(own, datetime(2031, 1, 1, tzinfo=UTC)) == set()


def test_what_a_crawl_would_ask_is_reckoned_by_platform(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty)
    watch(tools, entry("a.example"), entry("b.example"), entry("kel_a", platform="instagram"))

    (told,) = ahead(tools, all_looks(tools))

    assert (told.platform, told.accounts, told.requests) == ("bluesky", 2, 12)
    assert told.hours == round(12 * tools.settings.crawl.seconds_between_requests / 3600, 2)


def test_an_entry_begins_and_ends_at_the_midnight_of_the_office(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty)
    hands(tools).present = datetime(2029, 9, 30, 16, 59, tzinfo=UTC)

    assert tools.today == NOW.date() - DAY
    hands(tools).pass_by(minutes=1)
    assert tools.today == NOW.date()


def test_an_account_whose_visit_was_cut_short_is_due_at_once(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path / "office", empty, crawl=settings().crawl.model_copy(update={"pages_per_visit": 4}))
    watch(tools, entry("kel.test"))
    kelurahan = Repo("did:plc:kel", "kel.test")
    for number in range(250):
        kelurahan.like(f"at://did:plc:lain/app.bsky.feed.post/3l{number:011d}")

    crawl_all(tools, Network(kelurahan))

    assert [(row.capability, row.note) for row in rows(tools, "visits")][1] == ("likes", "page_limit")
    with tools.database.read() as session:
        assert handles(due(session, tools, all_looks(tools))) == ["kel.test"]
