"""No sequence of what people can do opens a case, or moves one to pleno, without two different people."""

import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from core.cases import BY_TWO, FOLLOWS, CaseState, Known, folded, holds_a_number, plain, same_person
from core.deeds import Duty
from core.errors import TilikError
from core.records import Answer, IdentityStatus
from core.settings import Organisation
from evidence.manifest import Level, Manifest, written
from jobs import cases
from jobs.gate import Shown
from jobs.tools import Tools
from review.ids import CASE, public_id
from storage import answering, evidence, people, reviewing, watching
from storage import cases as kept
from storage.evidence import EvidenceRow
from storage.migrate import upgrade
from tests.jobs.office import NOW, open_office
from tests.storage import planted

SHOWN = Shown(match=public_id, case=lambda number: public_id(number, CASE))
PEOPLE = ("Rukmini", "rukmini", " RUKMINI ", "Budi", "bu di", "Tuti")
"""Three people, two of whom write their names in several ways."""
who = st.sampled_from(PEOPLE)
match = st.sampled_from((1, 2, 3))
known = st.sampled_from((Known.LOGIN, Known.LOGIN, Known.LOGIN, Known.TYPED))
REACHED: list[CaseState] = []
"""Where the cases of all sequences ended up: a machine that never opens one proves nothing."""
MOVE, AGREE = "Perlu ditelusuri", "Setuju"


def prove(tools: Tools, match_id: int) -> None:
    """Keep evidence of a match that holds: a record without files."""
    manifest = Manifest(
        match=match_id,
        level=Level.RECORD,
        platform="warga",
        account="a",
        action="liked",
        acted_at=None,
        record=None,
        post="warga://1",
        text_sha256="0" * 64,
        crawled=None,
        page=None,
        proof=None,
        made_at=NOW,
        tilik="0.1",
        controller="Rekaan",
        files=(),
    )
    name = tools.blobs.keep(written(manifest))
    row = EvidenceRow(match_id=match_id, level=Level.RECORD, url=None, note="no_page", manifest=name, captured_at=NOW)
    with tools.database.write() as session:
        evidence.save(session, [row], who="Asep", at=NOW)


def verify(tools: Tools, identity: IdentityStatus = IdentityStatus.VERIFIED) -> None:
    proven = planted.entry(
        "a", identity=identity, source_date=date(2029, 1, 2), verified_by="Rukmini", verified_on=date(2029, 1, 3)
    )
    with tools.database.write() as session:
        watching.save_watchlist(session, [proven], NOW)


def ready(folder: Path, empty: Path) -> Tools:
    """Open an office with three matches, evidence, and an account that somebody verified; nobody has judged."""
    tools = open_office(folder, empty)
    with tools.database.write() as session:
        ids = planted.three_matches(session)
    for one in ids:
        prove(tools, one)
    verify(tools)
    return tools


def say(tools: Tools, match_id: int, reviewer: str, answer: Answer) -> None:
    with tools.database.write() as session:
        made = replace(planted.decision(session, match_id, answer, reviewer), decided_at=tools.clock.now())
        answering.save_decisions(session, [made], overlap=0.1)


def opening(*matches: int, by: str = "Budi", known: Known = Known.TYPED) -> cases.Opening:
    return cases.Opening(matches=matches, by=by, reason=MOVE, known=known)


def give_logins(tools: Tools) -> None:
    """Give the three people logins; from then on a typed name is nobody's step."""
    with tools.database.write() as session:
        for name in ("Rukmini", "Budi", "Tuti"):
            people.add_person(session, name=name, duty=Duty.REVIEWER, password="hash", now=NOW)


@settings(
    max_examples=24,
    stateful_step_count=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
    database=None,
)
class Court(RuleBasedStateMachine):
    """People answer, take back, open, move, agree and stop in any order; everything that may be refused may fail."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        place = Path(self.folder.name)
        self.tools = open_office(place / "kantor", _empty())
        with self.tools.database.write() as session:
            planted.three_matches(session)
        for one in (1, 2, 3):
            prove(self.tools, one)
        verify(self.tools)
        self.yes: dict[int, dict[str, Answer]] = {1: {}, 2: {}, 3: {}}
        self.opened: dict[int, bool] = {}
        self.logins = False

    def teardown(self) -> None:
        with self.tools.database.read() as session:
            REACHED.extend(one.state for one in kept.every(session))
        self.tools.database.close()
        self.folder.cleanup()

    @rule(match_id=match, reviewer=who, answer=st.sampled_from(Answer))
    def judge(self, match_id: int, reviewer: str, answer: Answer) -> None:
        say(self.tools, match_id, reviewer, answer)
        self.yes[match_id][reviewer] = answer

    @rule(match_id=match)
    def agree(self, match_id: int) -> None:
        """Let two say yes: by chance alone few cases would ever be opened."""
        for reviewer in ("Rukmini", "Budi"):
            self.judge(match_id=match_id, reviewer=reviewer, answer=Answer.SOLICITATION)

    @rule(match_id=match, reviewer=who)
    def take_back(self, match_id: int, reviewer: str) -> None:
        with self.tools.database.write() as session:
            history = reviewing.history(session, match_id)
            mine = [one for one in history if one.row.reviewer == reviewer and one.withdrawn_at is None]
            for one in mine:
                reviewing.withdraw(session, one.id, reviewer, now=self.tools.clock.now(), overlap=0.1)
        self.yes[match_id].pop(reviewer, None)

    @rule(identity=st.sampled_from((*[IdentityStatus.VERIFIED] * 4, *IdentityStatus)))
    def verify(self, identity: IdentityStatus) -> None:
        verify(self.tools, identity)
        self.verified = identity is IdentityStatus.VERIFIED

    verified = True

    @rule(matches=st.lists(match, min_size=0, max_size=3, unique=True), by=who, known=known)
    def open(self, matches: list[int], by: str, known: Known) -> None:
        try:
            done = cases.open_case(self.tools, opening(*matches, by=by, known=self.how(known)), SHOWN)
        except TilikError:
            return
        self.steps_are_proven(known)
        agreed = all(self._people(one) >= 2 for one in matches)
        self.opened[done.case_id] = agreed and bool(matches) and self.verified

    def _people(self, match_id: int) -> int:
        said = self.yes[match_id].items()
        return len({folded(name) for name, answer in said if answer is Answer.SOLICITATION})

    def how(self, known: Known) -> Known:
        """Where nobody has a login, nobody can be known by one."""
        return known if self.logins else Known.TYPED

    def steps_are_proven(self, known: Known) -> None:
        assert not (self.logins and known is Known.TYPED)

    @rule(number=st.integers(1, 3), state=st.sampled_from(CaseState), by=who, known=known)
    def move(self, number: int, state: CaseState, by: str, known: Known) -> None:
        step = cases.Step(case_id=number, state=state, by=by, reason=MOVE, known=self.how(known))
        try:
            cases.move(self.tools, step, SHOWN)
        except TilikError:
            return
        self.steps_are_proven(known)

    @rule(by=who, first=st.booleans(), known=known)
    def go_on(self, by: str, first: bool, known: Known) -> None:  # noqa: FBT001
        """Take the step that follows, as people mostly do."""
        with self.tools.database.read() as session:
            every = kept.every(session)
        for one in every[:1]:
            ways = sorted(FOLLOWS[one.state] - {CaseState.STOPPED})
            if ways:
                self.move(number=one.row.id, state=ways[0 if first else -1], by=by, known=known)

    @rule(by=who, known=known)
    def join_in(self, by: str, known: Known) -> None:
        """Agree to whatever waits, as whoever sits there."""
        with self.tools.database.read() as session:
            waiting = [one.row.id for one in kept.every(session) if one.waiting is not None]
        for number in waiting[:1]:
            self.answer(number=number, by=by, agrees=True, known=known)

    @initialize(begun=st.integers(0, 3), logins=st.booleans())
    def begin(self, begun: int, logins: bool) -> None:  # noqa: FBT001  (a strategy's)
        """Begin with nothing, a case, one on its way to pleno, or one that is there; with logins or without."""
        if logins:
            give_logins(self.tools)
        self.logins = logins
        if begun:
            self.agree(match_id=1)
            self.open(matches=[1], by="Budi", known=Known.LOGIN)
        if begun > 1:
            self.move(number=1, state=CaseState.INQUIRY, by="Budi", known=Known.LOGIN)
            self.move(number=1, state=CaseState.PLENARY, by="Budi", known=Known.LOGIN)
        if begun > 2:
            self.answer(number=1, by="Tuti", agrees=True, known=Known.LOGIN)

    @rule(number=st.integers(1, 2), by=who, agrees=st.booleans(), known=known)
    def answer(self, number: int, by: str, agrees: bool, known: Known) -> None:  # noqa: FBT001  (a strategy's)
        said = cases.Answer(case_id=number, by=by, agrees=agrees, reason=AGREE, known=self.how(known))
        try:
            cases.consent(self.tools, said, SHOWN)
        except TilikError:
            return
        self.steps_are_proven(known)

    @rule(number=st.integers(1, 3), known=known)
    def stop(self, number: int, known: Known) -> None:
        step = cases.Step(case_id=number, state=CaseState.STOPPED, by="Tuti", reason=MOVE, known=self.how(known))
        try:
            cases.stop(self.tools, step, SHOWN)
        except TilikError:
            return
        self.steps_are_proven(known)

    @invariant()
    def two_people_stand_behind_every_case_and_every_step_of_weight(self) -> None:
        with self.tools.database.read() as session:
            every = kept.every(session)
        assert {one.row.id: True for one in every} == self.opened
        for one in every:
            here = CaseState.INFORMATION
            assert one.moves[0].known is self.how(Known.LOGIN)
            for step in one.moves[1:]:
                if not step.holds:
                    continue
                assert step.state in FOLLOWS[here]
                here = step.state
                if step.state in BY_TWO:
                    assert step.consent is not None
                    assert not same_person(step.consent.who, step.who)
                    assert step.consent.known is step.known is self.how(Known.LOGIN)
            assert one.state is here
        live = [number for one in every if one.state is not CaseState.STOPPED for number in one.matches]
        assert len(live) == len(set(live))


_made: list[Path] = []


def _empty() -> Path:
    """Make an empty, migrated database once."""
    if not _made:
        from storage.database import connect  # noqa: PLC0415

        path = Path(tempfile.mkdtemp()) / "tilik.db"
        database = connect(f"sqlite:///{path}")
        upgrade(database)
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        database.close()
        _made.append(path)
    return _made[0]


TestCourt = Court.TestCase


@pytest.mark.parametrize("by", ["Budi", "Orang lain"])
def test_where_people_have_logins_a_typed_name_opens_nothing(tmp_path: Path, empty: Path, by: str) -> None:
    tools = ready(tmp_path / "kantor", empty)
    for reviewer in ("Rukmini", "Budi"):
        say(tools, 1, reviewer, Answer.SOLICITATION)
    give_logins(tools)
    with pytest.raises(TilikError) as caught:
        cases.open_case(tools, opening(1, by=by), SHOWN)
    assert caught.value.code == "case_unproven"

    assert cases.open_case(tools, opening(1, by="budi", known=Known.LOGIN), SHOWN).case_id == 1
    with tools.database.read() as session:
        assert [(one.who, one.known) for one in cases.find(session, 1, "C").moves] == [("Budi", Known.LOGIN)]


def test_who_has_left_takes_no_step_any_more(tmp_path: Path, empty: Path) -> None:
    tools = ready(tmp_path / "kantor", empty)
    for reviewer in ("Rukmini", "Budi"):
        say(tools, 1, reviewer, Answer.SOLICITATION)
    give_logins(tools)
    with tools.database.write() as session:
        people.end_person(session, 2, NOW)

    with pytest.raises(TilikError) as caught:
        cases.open_case(tools, opening(1, by="Budi", known=Known.LOGIN), SHOWN)

    assert caught.value.code == "case_unproven"


def test_the_sequences_did_open_cases_and_bring_some_to_pleno() -> None:
    assert len(REACHED) > 5
    assert set(REACHED) & BY_TWO


def test_two_people_open_a_case_and_one_does_not(tmp_path: Path, empty: Path) -> None:
    tools = ready(tmp_path / "kantor", empty)
    say(tools, 1, "Rukmini", Answer.SOLICITATION)
    with pytest.raises(TilikError) as caught:
        cases.open_case(tools, opening(1), SHOWN)
    assert [one.code for one in caught.value.problems] == ["case_one_person"]

    say(tools, 1, "Budi", Answer.SOLICITATION)

    assert cases.open_case(tools, opening(1), SHOWN).case_id == 1


def test_everything_that_is_missing_is_named_at_once(tmp_path: Path, empty: Path) -> None:
    purpose = open_office(tmp_path / "lain", empty).settings.purpose
    ended = purpose.model_copy(update={"organisation": Organisation.AGENCY, "ends": date(2029, 9, 1)})
    tools = open_office(tmp_path / "kantor", empty, purpose=ended)
    with tools.database.write() as session:
        planted.three_matches(session)
    say(tools, 1, "Rukmini", Answer.SOLICITATION)
    say(tools, 1, "Budi", Answer.NOT)

    with pytest.raises(TilikError) as caught:
        cases.open_case(tools, opening(1, 99), SHOWN)

    assert {one.code for one in caught.value.problems} == {
        "case_organisation",
        "case_purpose_ended",
        "case_one_person",
        "case_not_decided",
        "case_identity_unverified",
        "case_source_undated",
        "case_evidence_none",
        "case_match_unknown",
    }


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("NIP 198501012010011001", True),
        ("nip: 19850101 201001 1 001.", True),
        ("NIK 3207010101010001", True),
        ("https://x.example/status/1985010120100110", False),
        ("telepon 081234567890", False),
        ("nomor 12345678901234567890", False),
        ("2029-10-01 08:00", False),
    ],
)
def test_a_number_of_the_state_in_a_text_is_seen(text: str, holds: bool) -> None:  # noqa: FBT001
    assert holds_a_number(text) is holds


def test_what_no_document_can_hold_is_taken_out() -> None:
    assert plain("a\x00b\x0bc\ud800\nd\t") == "abc\nd\t"
