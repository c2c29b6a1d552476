"""What an office posts of the incumbent's programme is listed apart; contests of one day do not double an act."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from classifier.model import Model
from core.records import AccountRef, Action, Band, Interaction, Post, PostRef, Role
from core.settings import Contest, Settings
from jobs import classify, marking, registry
from jobs.tools import Tools
from jobs.watchlist import People
from storage import collecting, watching
from storage.marks import Marked
from tests.jobs.office import entry, open_office, rows, settings, watch

POSTED = datetime(2029, 10, 1, 3, tzinfo=UTC)
PROGRAMME = "Penyaluran Kartu Caang tahap dua untuk warga, terima kasih Bupati Raka Wirasaba."
CALL = "Ayo warga, coblos nomor 1 Kang Raka dan Teh Melati tanggal 28 November, menangkan!"
BOTH = "Kartu Caang sudah terbukti, ayo warga coblos nomor 1 Kang Raka dan Teh Melati!"
BARE = "Ayo warga, jangan lupa coblos nomor 1 tanggal 28 November, menangkan nomor 1!"
GOVERNOR = "Ayo warga, coblos nomor 1 Lintang Pamungkasari tanggal 28 November, menangkan!"


def in_office(**changes: object) -> Settings:
    """Make the pair of the shipped settings the one in office."""
    contest = settings().contests[0]
    candidates = (contest.candidates[0].model_copy(update={"incumbent": True}), *contest.candidates[1:])
    return settings(
        contests=(contest.model_copy(update={"candidates": candidates, "programmes": ("Kartu Caang",)} | changes),)
    )


def governors() -> Contest:
    candidates = [
        {"id": "lintang", "number": 1, "names": ["Lintang Pamungkasari"]},
        {"id": "sekti", "number": 2, "names": ["Sekti Jayantaka"]},
    ]
    fields = {"id": "gubernur-2029", "name": "Pilgub", "region": "99", "voting_day": "2029-11-28"}
    return Contest.model_validate({**fields, "candidates": candidates})


@pytest.fixture
def office(tmp_path: Path, empty: Path, small_model: Model) -> Tools:
    tools = open_office(tmp_path / "office", empty)
    registry.enter(tools, small_model, promote=True)
    return tools


def posted(tools: Tools, handle: str, *texts: str) -> None:
    """Plant posts as their author's own acts."""
    author, now = AccountRef(platform="bluesky", handle=handle), tools.clock.now()
    refs = [PostRef(platform="bluesky", uri=f"at://{handle}/{number}") for number in range(len(texts))]
    found = [Post(ref=ref, author=author, text=text, posted_at=POSTED) for ref, text in zip(refs, texts, strict=True)]
    acts = [Interaction(actor=author, action=Action.POSTED, post=ref, acted_at=POSTED) for ref in refs]
    with tools.database.write() as session:
        owners = People.of(watching.watchlist(session)).owners(tools.secret)
        collecting.save_posts(session, found, owners, capture_id=None, now=now)
        collecting.save_interactions(session, acts, owners, capture_id=None, now=now)


def marked(tools: Tools) -> list[Marked]:
    with tools.database.read() as session:
        return marking.listed(session, tools)


def matches(tools: Tools) -> list[str]:
    return sorted(row.contest for row in rows(tools, "matches") if row.band != Band.LOW)


def test_an_office_that_promotes_the_incumbents_programme_is_marked_and_no_match(office: Tools) -> None:
    tools = replace(office, settings=in_office())
    watch(tools, entry("kel.test"))
    posted(tools, "kel.test", PROGRAMME, "Kerja bakti hari Minggu.")

    done = classify.run(tools)

    (found,) = marked(tools)
    assert (done.marked, done.matches) == (1, 0)
    assert (found.account, found.words, found.candidate, found.mark) == (
        "kel.test",
        "Kartu Caang",
        "raka-melati",
        "incumbent",
    )


def test_the_same_programme_with_a_number_goes_by_its_score(office: Tools) -> None:
    tools = replace(office, settings=in_office())
    watch(tools, entry("kel.test"))
    posted(tools, "kel.test", BOTH)

    done = classify.run(tools)

    assert (done.marked, done.matches) == (0, 1)


def test_what_the_model_flags_is_no_match_where_it_is_marked(office: Tools) -> None:
    eager = settings().classifier.model_copy(update={"review": 0.000001, "high": 0.9})
    tools = replace(office, settings=in_office().model_copy(update={"classifier": eager}))
    watch(tools, entry("kel.test"))
    posted(tools, "kel.test", PROGRAMME, CALL)

    done = classify.run(tools)

    assert (done.marked, done.matches) == (1, 1)
    assert len(rows(tools, "scores")) == 2


def test_a_match_that_is_marked_later_is_ranked_low(office: Tools) -> None:
    eager = settings().classifier.model_copy(update={"review": 0.000001, "high": 0.9})
    before = replace(office, settings=settings(classifier=eager))
    watch(office, entry("kel.test"))
    posted(office, "kel.test", PROGRAMME)
    classify.run(before)
    assert matches(office) == ["sindangwangi-2029"]

    done = classify.run(replace(office, settings=in_office().model_copy(update={"classifier": eager})))

    assert (done.marked, done.lowered) == (1, 1)
    assert matches(office) == []


def test_only_those_on_duty_are_marked(office: Tools) -> None:
    tools = replace(office, settings=in_office())
    contest = tools.settings.contests[0].id
    watch(
        tools,
        entry("tim.test", Role.CAMPAIGN, contest=contest),
        entry("pensiun.test", valid_to=date(2029, 9, 30)),
        entry("asn.test", Role.ASN),
    )
    for handle in ("tim.test", "pensiun.test", "asn.test"):
        posted(tools, handle, PROGRAMME)

    classify.run(tools)

    assert [one.account for one in marked(tools)] == ["asn.test"]


def test_a_changed_contest_marks_anew(office: Tools) -> None:
    watch(office, entry("kel.test"))
    posted(office, "kel.test", PROGRAMME)
    classify.run(office)
    tools = replace(office, settings=in_office())
    assert marked(office) == []

    classify.run(tools)

    assert len(marked(tools)) == 1
    assert marked(office) == []


@pytest.mark.parametrize(
    ("text", "contests"),
    [(CALL, ["sindangwangi-2029"]), (GOVERNOR, ["gubernur-2029"]), (BARE, ["sindangwangi-2029"])],
)
def test_an_act_is_a_match_in_the_contest_whose_candidate_it_names(
    office: Tools, text: str, contests: list[str]
) -> None:
    tools = replace(office, settings=settings(contests=(*settings().contests, governors())))
    watch(tools, entry("kel.test"))
    posted(tools, "kel.test", text)

    classify.run(tools)

    assert matches(tools) == contests


def test_a_text_that_names_candidates_of_both_contests_is_a_match_in_both(office: Tools) -> None:
    tools = replace(office, settings=settings(contests=(*settings().contests, governors())))
    watch(tools, entry("kel.test"))
    posted(tools, "kel.test", f"{CALL} {GOVERNOR}")

    classify.run(tools)

    assert matches(tools) == ["gubernur-2029", "sindangwangi-2029"]
