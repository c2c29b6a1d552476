"""An old state: what a report said on a past day it says again, whatever came after, and nothing is changed by it."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from classifier.model import Model
from core.errors import InputError
from core.records import Answer, Role, Standing
from jobs import classify, registry, report
from jobs.asof import office_as_of
from jobs.report import Gathered
from jobs.tools import Tools
from storage import answering, standing
from storage.answering import DecisionRow
from tests.jobs.office import crawl_all, entry, hands, moved, open_office, rows, watch
from tests.jobs.test_classify import CALL, network

FIRST = date(2029, 10, 1)


@pytest.fixture
def office(tmp_path: Path, empty: Path, small_model: Model) -> Tools:
    tools = open_office(tmp_path / "office", empty)
    registry.enter(tools, small_model, promote=True)
    watch(tools, entry("kel.test"), entry("tim.test", Role.CAMPAIGN, contest="sindangwangi-2029"))
    return tools


def decide(tools: Tools, answer: Answer, reviewer: str) -> None:
    (match,) = [row for row in rows(tools, "matches") if row.band != "low"][:1]
    made = DecisionRow(
        match_id=match.id,
        answer=answer,
        reason=None,
        note=None,
        reviewer=reviewer,
        decided_at=tools.clock.now(),
        post_version_id=match.post_version_id,
        model_id=match.model_id,
        probability=match.probability,
        settles=False,
    )
    with tools.database.write() as session:
        answering.save_decisions(session, [made], overlap=tools.settings.review.overlap)


def told(tools: Tools) -> Gathered:
    """Gather a report, but for when it was made."""
    return replace(report.run(tools, first=date(2029, 9, 1), last=FIRST), made_at=hands(tools).now())


def told_as_of(tools: Tools, day: date) -> Gathered:
    with office_as_of(tools, day) as then:
        return replace(report.run(then, first=date(2029, 9, 1), last=FIRST), made_at=hands(tools).now())


def test_a_report_of_a_past_day_says_what_it_said_then(office: Tools, small_model: Model) -> None:
    web, kelurahan, campaign = network()
    crawl_all(office, web)
    classify.run(office)
    decide(office, Answer.SOLICITATION, "satu")
    before = told(office)

    hands(office).pass_by(days=2)
    kelurahan.like(campaign.post(CALL + " Ajak tetangga!"))
    crawl_all(office, web)
    registry.enter(office, moved(small_model, 0.4), promote=True)
    classify.run(office)
    decide(office, Answer.NOT, "dua")
    now, then = told(office), told_as_of(office, FIRST)

    assert (before.matches, before.decided, before.covered) != (now.matches, now.decided, now.covered)
    for name in Gathered.__slots__:
        if name not in {"made_at", "waiting"}:
            assert getattr(then, name) == getattr(before, name), name


def test_looking_back_changes_nothing(office: Tools) -> None:
    crawl_all(office, network()[0])
    classify.run(office)
    hands(office).pass_by(days=2)
    decide(office, Answer.SOLICITATION, "satu")
    names = ("matches", "tallies", "decisions", "posts", "interactions", "visits", "model_versions")
    before = {name: rows(office, name) for name in names}

    told_as_of(office, FIRST)

    assert {name: rows(office, name) for name in names} == before


def test_a_match_that_was_decided_later_was_open_then(office: Tools) -> None:
    crawl_all(office, network()[0])
    classify.run(office)
    hands(office).pass_by(days=2)
    decide(office, Answer.SOLICITATION, "satu")

    with office_as_of(office, FIRST) as then, then.database.read() as session:
        assert {where for where, _, _ in standing.tally(session)} == {Standing.OPEN}
    with office.database.read() as session:
        assert Standing.SECOND in {where for where, _, _ in standing.tally(session)}


def test_a_day_that_has_not_ended_has_no_old_state(office: Tools) -> None:
    with pytest.raises(InputError, match="as_of_too_late"), office_as_of(office, office.today):
        pytest.fail("there is no such state")


def test_before_anything_was_there_nothing_is(office: Tools) -> None:
    crawl_all(office, network()[0])
    classify.run(office)

    found = told_as_of(office, date(2029, 9, 15))

    assert (found.matches, found.walls, found.unread) == ((), (), 0)
    assert not found.decided.latest
