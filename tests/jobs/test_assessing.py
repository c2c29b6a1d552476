"""What rules say of matches: six right answers for one like, by the pack alone, and nothing old is ever rewritten."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from core.deeds import Did
from core.errors import InputError
from core.records import Answer, Role, Span
from core.rules import RuleClass, Side
from core.settings import Rules
from jobs import assessing, clocks
from jobs.clocks import Countdown
from jobs.rulebooks import SHIPPED, shelf
from jobs.tools import Tools
from review.ids import public_id
from storage import judging, people, rules, watching
from storage.answering import save_decisions
from storage.clocks import opened
from storage.judged_tables import matches
from storage.standing import arrange
from storage.tables import interactions, post_versions
from tests.jobs.office import hands, open_office, settings
from tests.storage import planted

CONTEST = "sindangwangi-2029"
DESIGNATION = date(2029, 9, 22)
BEFORE, AFTER = datetime(2029, 9, 21, 16, 59, tzinfo=UTC), datetime(2029, 9, 21, 17, 0, tzinfo=UTC)
"""A minute before local midnight of the designation, and that midnight, in Asia/Jakarta."""
STRADDLES = Span(earliest=BEFORE, latest=AFTER + timedelta(hours=1), words="kemarin")
ROLES = {"pegawai": Role.ASN, "kades": Role.DESA, "kelurahan": Role.KELURAHAN}


@pytest.fixture
def office(tmp_path: Path, empty: Path) -> Iterator[Tools]:
    contest = settings().contests[0].model_copy(update={"designation": DESIGNATION})
    folder = tmp_path / "rules"
    folder.mkdir()
    found = open_office(tmp_path / "kantor", empty, contests=(contest,), rules=Rules(folder=folder))
    hands(found).present = planted.NOW
    yield found
    found.database.close()


def like(tools: Tools, handle: str, name: object, **told: Any) -> int:  # noqa: ANN401  (any field of an act)
    """Plant the match of one like of an account in its role; give its number."""
    with tools.database.write() as session:
        watching.save_watchlist(session, [planted.entry(handle, role=ROLES[handle])], planted.NOW)
        account = next(one.account for one in watching.watchlist(session) if one.account.handle == handle)
        shown = planted.post(name, text=f"teks {name}", posted_at=told.pop("posted_at", BEFORE - timedelta(days=9)))
        planted.save(session, planted.owners(account), shown, planted.like(handle, name, **told))
        act_id = max(session.scalars(select(interactions.c.id)))
        version_id = max(session.scalars(select(post_versions.c.id)))
        row = planted.judge(session, {version_id: 0.9}, contest=CONTEST)
        judging.save_matches(session, CONTEST, [replace(row, interaction_id=act_id, post_version_id=version_id)])
        arrange(session)
        return int(max(session.scalars(select(matches.c.id))))


def told(tools: Tools, match_id: int) -> list[tuple[Side, RuleClass, str | None]]:
    with tools.database.read() as session:
        found = assessing.rulings(session, match_id)
        return [(one.row.phase, one.row.rule_class, one.row.addressee) for one in found]


def test_one_like_before_and_after_designation_by_three_roles_has_six_right_answers(office: Tools) -> None:
    found = {}
    for handle in ROLES:
        for moment in (BEFORE, AFTER):
            match_id = like(office, handle, f"{handle} {moment}", acted_at=moment)
            assert assessing.run(office) == 1
            found[handle, moment] = told(office, match_id)

    assert found == {
        ("pegawai", BEFORE): [(Side.BEFORE, RuleClass.ETHICS, "bkn")],
        ("pegawai", AFTER): [(Side.AFTER, RuleClass.DISCIPLINE, "bkn")],
        ("kades", BEFORE): [(Side.BEFORE, RuleClass.STUDY, "bupati")],
        ("kades", AFTER): [(Side.AFTER, RuleClass.VILLAGE, "bupati")],
        ("kelurahan", BEFORE): [(Side.BEFORE, RuleClass.STUDY, "responsible")],
        ("kelurahan", AFTER): [(Side.AFTER, RuleClass.STUDY, "responsible")],
    }
    assert assessing.run(office) == 0


def test_an_act_whose_time_lies_over_the_border_has_both_readings_the_milder_first(office: Tools) -> None:
    across = like(office, "pegawai", "a", acted_span=STRADDLES)
    untold = like(office, "pegawai", "b")
    later_post = like(office, "pegawai", "c", posted_at=AFTER)
    assessing.run(office)

    both = [(Side.BEFORE, RuleClass.ETHICS, "bkn"), (Side.AFTER, RuleClass.DISCIPLINE, "bkn")]
    assert told(office, across) == told(office, untold) == both
    assert told(office, later_post) == both[1:]  # nobody likes a post before it is there


def test_somebody_with_two_roles_is_told_both(office: Tools) -> None:
    match_id = like(office, "kades", "a", acted_at=AFTER)
    with office.database.write() as session:
        watching.save_watchlist(session, [planted.entry("kades", role=Role.ASN)], planted.NOW)
    assessing.run(office)

    assert {one[2] for one in told(office, match_id)} == {"bkn", "bupati"}


def test_somebody_who_left_the_watchlist_gets_no_class_of_anybody_else(office: Tools) -> None:
    match_id = like(office, "kades", "a", acted_at=AFTER)
    with office.database.write() as session:
        watching.remove(session, [1], planted.NOW)
    assessing.run(office)

    assert told(office, match_id) == [(Side.AFTER, RuleClass.SILENT, None)]


def own(tools: Tools, old: str, new: str, *, name: str = "pilkada.yaml") -> Path:
    """Let the office have a pack of its own, in which something reads otherwise."""
    text = (SHIPPED / name).read_text(encoding="utf-8")
    assert old in text
    path = tools.settings.rules.folder / name
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def test_a_changed_pack_never_rewrites_what_was_said_before(office: Tools) -> None:
    old = like(office, "pegawai", "a", acted_at=AFTER)
    assessing.run(office)
    own(office, 'version: "2026.1"', 'version: "2026.2"')
    own_pack = office.settings.rules.folder / "pilkada.yaml"
    own_pack.write_text(own_pack.read_text().replace("class: discipline", "class: study"))
    new = like(office, "pegawai", "b", acted_at=AFTER)
    assessing.run(office)

    def versions(match_id: int) -> list[tuple[str, RuleClass]]:
        with office.database.read() as session:
            return [(one.version, one.row.rule_class) for one in assessing.rulings(session, match_id)]

    assert versions(old) == [("2026.1", RuleClass.DISCIPLINE)]
    assert versions(new) == [("2026.2", RuleClass.STUDY)]
    with office.database.read() as session:
        (one,) = assessing.rulings(session, old)
        assert one.entry is not None
        assert one.entry.rule_class is RuleClass.DISCIPLINE  # in the words that it had then

    hands(office).pass_by(hours=1)
    assessing.again(office, public_id(old), old)
    assert versions(old) == [("2026.2", RuleClass.STUDY)]
    with office.database.read() as session:
        assert len(rules.assessments_of(session, old)) == 2


def test_a_person_sets_the_phase_with_a_reason_that_stays(office: Tools) -> None:
    match_id = like(office, "pegawai", "a")
    assessing.run(office)
    hands(office).pass_by(minutes=1)

    assessing.set_phase(
        office, public_id(match_id), match_id, phase=Side.BEFORE, reason="Dilihat 1 September", who="Ani"
    )

    assert told(office, match_id) == [(Side.BEFORE, RuleClass.ETHICS, "bkn")]
    with office.database.read() as session:
        (deed,) = people.deeds(session, what=[Did.PHASE])
        everything = assessing.told(session, office, match_id)
    assert (deed.who, "Dilihat 1 September" in (deed.detail or "")) == ("Ani", True)
    assert everything.phase is not None
    with pytest.raises(InputError) as caught:
        assessing.set_phase(office, "x", match_id, phase=Side.AFTER, reason=" ", who="Ani")
    assert caught.value.code == "phase_reason_missing"


def test_a_signature_is_of_this_very_file(office: Tools) -> None:
    match_id = like(office, "pegawai", "a", acted_at=AFTER)
    assessing.run(office)
    found = next(one for one in shelf(office.settings.rules.folder).volumes if one.rules.id == "pilkada")

    def signed() -> list[bool]:
        with office.database.read() as session:
            return [one.signed for one in assessing.rulings(session, match_id)]

    assert signed() == [False]
    assessing.sign(office, found, name="Sari Rekaan", position="Ahli hukum rekaan", day=date(2029, 10, 1))
    assert signed() == [True]
    own(office, 'version: "2026.1"', 'version: "2026.2"')
    hands(office).pass_by(hours=1)
    assessing.again(office, public_id(match_id), match_id)
    assert signed() == [False]
    with pytest.raises(InputError):
        assessing.sign(office, found, name=" ", position="x", day=date(2029, 10, 1))
    with office.database.read() as session:
        (deed,) = people.deeds(session, what=[Did.SIGN_RULES])
        assert [one.signed for one in assessing.applied(session)] == [True, False]
    assert found.sha256 in (deed.detail or "")


def test_an_overlay_of_the_place_is_laid_over_the_pack_and_named(office: Tools) -> None:
    contest = office.settings.contests[0]
    books = shelf(office.settings.rules.folder)

    here = books.book(contest.model_copy(update={"region": "35.05.02"}), DESIGNATION)
    elsewhere = books.book(contest, DESIGNATION)
    general = books.book(contest.model_copy(update={"regime": "pemilu"}), DESIGNATION)

    assert here is not None
    assert elsewhere is not None
    assert general is not None
    assert (here.name, elsewhere.name, general.name) == ("pilkada+pilkada-blitar", "pilkada", "pemilu")
    assert here.sha256 not in {one.sha256 for one in here.volumes}
    assert elsewhere.sha256 == elsewhere.volumes[0].sha256
    assert books.book(contest, date(2020, 1, 1)) is None


def test_a_broken_file_of_the_office_is_said_and_breaks_nothing_else(office: Tools) -> None:
    match_id = like(office, "pegawai", "a", acted_at=AFTER)
    assessing.run(office)
    own(office, "class: ethics", "class: berat")

    with office.database.read() as session:
        found = assessing.told(session, office, match_id)

    assert found.broken is not None
    assert found.broken.code == "rules_invalid"
    assert found.clock is None
    assert len(found.rulings) == 1
    assert Countdown(office)(CONTEST, AFTER) is None
    with pytest.raises(InputError):
        assessing.run(office)


def test_an_overlay_without_its_base_is_refused(office: Tools) -> None:
    own(office, "base: pilkada", "base: pilkada-lain", name="blitar.yaml")

    with pytest.raises(InputError) as caught:
        shelf(office.settings.rules.folder)

    assert caught.value.code == "rules_without_base"


def test_the_clock_runs_from_the_first_human_sight_and_warns_from_capture(office: Tools) -> None:
    match_id = like(office, "pegawai", "a", acted_at=AFTER)  # captured on 1 October, 15.00 WIB
    assessing.run(office)
    sight = planted.NOW + timedelta(days=2)
    hands(office).present = sight

    def clock() -> clocks.Clock:
        with office.database.read() as session:
            found = assessing.told(session, office, match_id).clock
        assert found is not None
        return found

    unopened = clock()
    with office.database.write() as session:
        opened(session, {match_id: sight})
    running = clock()

    assert (unopened.opened, unopened.last_day, unopened.left) == (False, date(2029, 10, 7), 4)
    assert [one.deadline.id for one in unopened.running] == ["captured"]
    assert (running.opened, running.last_day, running.left, running.urgency) == (True, date(2029, 10, 9), 6, "later")
    assert [(one.deadline.id, one.left) for one in running.running] == [("found", 6), ("captured", 4)]
    assert Countdown(office)(CONTEST, sight) == (date(2029, 10, 9), 6)
    hands(office).pass_by(days=7)
    assert (clock().left, clock().urgency) == (-1, "over")


def test_a_general_election_counts_working_days_beside_and_says_when_a_year_has_no_list(office: Tools) -> None:
    contest = office.settings.contests[0].model_copy(update={"regime": "pemilu"})
    office.settings.__dict__["contests"] = (contest,)
    match_id = like(office, "pegawai", "a", acted_at=AFTER)
    with office.database.write() as session:
        opened(session, {match_id: planted.NOW})
    assessing.run(office)

    with office.database.read() as session:
        found = assessing.told(session, office, match_id).clock

    assert found is not None
    working = next(one for one in found.running if one.deadline.id == "reported")
    assert (working.last_day, working.missing) == (date(2029, 10, 9), [2029])
    assert found.last_day == date(2029, 10, 7)


def test_what_is_due_is_counted_and_confirmed_ones_with_it(office: Tools) -> None:
    waiting, agreed = like(office, "pegawai", "a", acted_at=AFTER), like(office, "pegawai", "b", acted_at=AFTER)
    with office.database.write() as session:
        save_decisions(session, [planted.decision(session, agreed, Answer.SOLICITATION)])
    assessing.run(office)
    hands(office).pass_by(days=5)

    with office.database.read() as session:
        soon = clocks.due(session, office, office.settings.contests[0])
    hands(office).pass_by(days=5)
    with office.database.read() as session:
        over = clocks.due(session, office, office.settings.contests[0])

    assert (soon.soon, soon.confirmed_soon, soon.over) == (1, 1, 0)
    assert (over.over, over.confirmed_over, over.soon) == (1, 1, 0)
    assert waiting != agreed


def test_a_contest_that_left_the_settings_is_said(office: Tools) -> None:
    match_id = like(office, "pegawai", "a", acted_at=AFTER)
    assessing.run(office)
    office.settings.__dict__["contests"] = ()

    with office.database.read() as session:
        found = assessing.told(session, office, match_id)
    with pytest.raises(InputError) as caught:
        assessing.again(office, public_id(match_id), match_id)

    assert (len(found.rulings), found.clock) == (1, None)
    assert caught.value.code == "match_without_contest"
    with pytest.raises(InputError) as unknown:
        assessing.again(office, "F-0000000", None)
    assert unknown.value.code == "match_unknown"
