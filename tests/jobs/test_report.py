"""What a report is gathered from: the period, what could be seen in it, and what decisions come to."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from core.deeds import Did
from core.errors import InputError
from core.platforms import Instagram as InstagramPlace
from core.records import Answer, Capability, CoverageState, Role, VisitState
from core.settings import Phase, PhaseName
from jobs import report
from jobs.report import Pair
from jobs.tools import Tools
from scraper.platforms.instagram import Instagram
from storage import people
from storage.reporting import Said
from tests.jobs.office import NOW, entry, hands, open_office, watch
from tests.jobs.planting import flag, liked, looked, published

TODAY = date(2029, 10, 1)
MAWAR, RAKA = "mawar.example", "raka.example"


@pytest.fixture
def office(tmp_path: Path, empty: Path) -> Tools:
    """An office that watches a kelurahan and a campaign; its contest has the phases that ship with tilik."""
    tools = open_office(tmp_path, empty)
    watch(tools, entry(MAWAR, unit="Kecamatan Bunga"))
    watch(tools, entry(RAKA, Role.CAMPAIGN, contest="sindangwangi-2029", candidate="raka-melati"))
    return tools


def test_a_report_begins_with_the_first_phase_and_ends_today(office: Tools) -> None:
    told = report.run(office)

    assert (told.period.first, told.period.last) == (date(2029, 5, 1), TODAY)
    assert told.period.zone.key == "Asia/Jakarta"


def test_phases_that_have_not_begun_do_not_begin_a_report(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty)
    phases = (Phase(name=PhaseName.CAMPAIGN, starts=date(2029, 11, 1), ends=date(2029, 11, 2)),)
    contest = tools.settings.contests[0].model_copy(update={"phases": phases})
    tools = open_office(tmp_path, empty, contests=(contest,))

    assert report.run(tools).period.first == TODAY


def test_a_report_goes_back_a_year_at_most_unless_it_is_asked_to(office: Tools) -> None:
    looked(office, MAWAR)
    hands(office).pass_by(days=800)

    assert report.run(office).period.first == office.today - timedelta(days=365)
    assert report.run(office, first=date(2028, 1, 1)).period.first == date(2028, 1, 1)


def test_a_period_that_ends_before_it_begins_is_refused(office: Tools) -> None:
    with pytest.raises(InputError, match="report_period"):
        report.run(office, first=date(2029, 10, 2), last=date(2029, 10, 1))


def test_the_days_of_a_report_begin_at_midnight_of_the_office(office: Tools) -> None:
    since, until = report.run(office, first=TODAY, last=TODAY).period.moments

    assert since.astimezone(UTC) == datetime(2029, 9, 30, 17, tzinfo=UTC)
    assert until - since == timedelta(days=1)


def test_what_could_be_seen_is_counted_by_day_and_by_account(office: Tools) -> None:
    looked(office, MAWAR)
    looked(office, MAWAR, VisitState.LOGIN_WALL, direction=Capability.LIKES)

    told = report.run(office, first=TODAY - timedelta(days=1), last=TODAY)

    number = next(number for number, one in told.known.items() if one.handle == MAWAR)
    of_mawar = {
        (direction, state): count for (who, direction, state), count in told.covered.accounts.items() if who == number
    }
    assert of_mawar == {
        (Capability.POSTS, CoverageState.OK): 1,
        (Capability.POSTS, CoverageState.NOT_RUN): 1,
        (Capability.LIKES, CoverageState.BLOCKED): 1,
        (Capability.LIKES, CoverageState.NOT_RUN): 1,
    }
    assert told.covered.days[TODAY, CoverageState.OK] == 1
    assert told.covered.unseen[number, Capability.LIKES].state is CoverageState.BLOCKED
    assert (number, Capability.POSTS) not in told.covered.unseen
    assert [(one.platform, one.state, one.count) for one in told.walls] == [("bluesky", VisitState.LOGIN_WALL, 1)]


def test_a_match_lies_on_its_local_day_inside_before_or_after_the_period(office: Tools) -> None:
    published(office, RAKA, ["at://raka/1"])
    late_at_night = datetime(2029, 9, 30, 17, 30, tzinfo=UTC)  # half past midnight in Jakarta
    hands(office).present = late_at_night
    liked(office, MAWAR, "at://raka/1")
    flag(office, "at://raka/1")
    hands(office).present = NOW

    inside, before, after = (
        report.run(office, first=first, last=last).dated
        for first, last in (
            (TODAY, TODAY),
            (TODAY + timedelta(days=1), TODAY + timedelta(days=2)),
            (date(2029, 9, 1), date(2029, 9, 30)),
        )
    )

    assert inside.days == Counter({("pilkada", TODAY, False): 1})
    assert (inside.before, inside.after) == (0, 0)
    assert (before.days, before.before) == (Counter(), 1)
    assert (after.days, after.after) == (Counter(), 1)


def test_pages_that_wait_for_a_person_are_counted(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty, Instagram(InstagramPlace()))
    watch(tools, entry("kel_mawar", platform="instagram"))

    waiting = report.run(tools).waiting

    assert {(platform, direction) for platform, direction, _, _ in waiting} >= {("instagram", Capability.POSTS)}
    assert set(waiting.values()) == {1}


def test_without_a_model_none_is_made_for_a_report(office: Tools) -> None:
    assert report.run(office).model is None
    assert not office.models.exists()


def said(match: int, reviewer: str, answer: Answer, *, reason: str | None = None, settles: bool = False) -> Said:
    return Said(match_id=match, reviewer=reviewer, answer=answer, reason=reason, settles=settles)


def test_the_last_answer_counts_and_two_people_make_a_pair() -> None:
    found = report.decided(
        [
            said(1, "b", Answer.NOT),
            said(1, "a", Answer.SOLICITATION),
            said(1, "b", Answer.SOLICITATION, reason="explicit_call"),  # b has thought again
            said(2, "a", Answer.NOT, reason="news"),
        ]
    )

    assert found.latest == Counter({(Answer.SOLICITATION, "explicit_call"): 1, (Answer.NOT, "news"): 1})
    assert found.pairs == [Pair(one="a", other="b", says=Answer.SOLICITATION, other_says=Answer.SOLICITATION, count=1)]


def test_the_answer_of_a_third_person_stands_and_makes_no_pair() -> None:
    found = report.decided(
        [
            said(1, "a", Answer.NOT),
            said(1, "b", Answer.SOLICITATION),
            said(1, "c", Answer.NOT, reason="retired", settles=True),
            said(1, "a", Answer.SOLICITATION),  # after it was settled
        ]
    )

    assert found.latest == Counter({(Answer.NOT, "retired"): 1})
    assert [(one.one, one.other) for one in found.pairs] == [("a", "b")]


def test_every_report_is_in_the_record_of_deeds_and_one_with_names_says_why(office: Tools) -> None:
    report.written(office, who="Sari", file="a.html", why_names=None)
    report.written(office, who="Sari", file="b.html", why_names="Sidang pleno")

    with office.database.read() as session:
        deeds = people.deeds(session)
    assert [(one.who, one.what, one.detail) for one in deeds] == [
        ("Sari", Did.REPORT, "b.html; --names: Sidang pleno"),
        ("Sari", Did.REPORT, "a.html"),
    ]
