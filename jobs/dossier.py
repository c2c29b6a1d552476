"""What a dossier tells, gathered: the case, its acts, who judged them, what could be seen, and the evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from core.cases import By, Known, Number
from core.deeds import Did
from core.errors import GateError
from core.settings import Contest, Purpose
from jobs import assessing, cases, coverage, gate, identities, verifying
from jobs.assessing import Told
from jobs.coverage import Covered
from jobs.gate import Shown
from jobs.handling import Handling, Handlings
from jobs.tools import Tools
from jobs.verifying import Exported, Held
from storage import case_facts, people, reviewing
from storage.answering import ReviewItem
from storage.case_facts import Act
from storage.cases import Case
from storage.reviewing import Judgement
from storage.vault import Vault

MOST_DAYS = 92
"""Coverage is told from so many days before the last act at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class One:
    """One act of a case with all that is known of it."""

    item: ReviewItem
    act: Act
    judgements: Sequence[Judgement]
    held: Sequence[Held]
    told: Told
    """What rules say of it, and what runs."""
    package: Exported
    """Its package, as `tilik evidence export` writes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that a dossier tells."""

    case: Case
    shown: Shown
    purpose: Purpose
    contest: Contest | None
    zone: ZoneInfo
    ones: Sequence[One]
    handling: Sequence[Handling]
    """What runs for the handling of the case."""
    covered: Sequence[Covered]
    made_by: By
    made_at: datetime
    version: str
    numbers: Mapping[Number, str] = field(default_factory=dict, repr=False)

    @property
    def name(self) -> str:
        """Write the case's number as people see it."""
        return self.shown.case(self.case.row.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who wants a dossier of which case, with which vault for the numbers of the state's."""

    case_id: int
    by: str
    vault: Vault
    known: Known = Known.TYPED


def gather(tools: Tools, asked: Asked, shown: Shown) -> Facts:
    """Gather a dossier. GateError names all that does not hold (any more): then nothing leaves the house."""
    name = shown.case(asked.case_id)
    by = By(who=cases.themselves(tools, asked.by, asked.known), known=asked.known)
    with tools.database.read() as session:
        case = cases.find(session, asked.case_id, name)
    found = gate.check(tools, case.matches, shown, case=case)
    if found.lacking:
        raise GateError("dossier_refused", case=name, count=len(found.lacking), problems=found.lacking)
    numbers = identities.use(tools, asked.vault, asked.case_id, by=by, shown=name, why="dossier")
    with tools.database.read() as session:
        acts = case_facts.acts(session, case.matches)
        items = list(cases.facts_of(session, case))
        judged = {one.match_id: reviewing.history(session, one.match_id) for one in items}
        ruled = {one.match_id: assessing.told(session, tools, one.match_id) for one in items}
        contest = next((one for one in tools.settings.contests if one.id == case.row.contest), None)
        days = [gate.day_of(tools, one) for one in items]
        last = case.row.opened_at.astimezone(cases.zone_of(tools, case.row.contest)).date()
        first = max(min(days, default=last), last - timedelta(days=MOST_DAYS))
        seen = coverage.days(session, tools, first=first, last=max(first, last), account_id=case.row.account_id)
        covered = tuple(seen)
    return Facts(
        case=case,
        shown=shown,
        purpose=tools.settings.purpose,
        contest=contest,
        zone=cases.zone_of(tools, case.row.contest),
        ones=tuple(
            One(
                item=item,
                act=acts[item.match_id],
                judgements=judged[item.match_id],
                held=verifying.held(tools, item.match_id),
                told=ruled[item.match_id],
                package=verifying.packed(tools, shown.match(item.match_id), item.match_id),
            )
            for item in items
        ),
        handling=Handlings(tools)(case),
        covered=covered,
        made_by=by,
        made_at=tools.clock.now(),
        version=tools.version,
        numbers=numbers,
    )


def went_out(tools: Tools, facts: Facts, digest: str) -> None:
    """Note in the record of deeds that a dossier was written, by the digest of its list of files."""
    with tools.database.write() as session:
        detail = f"{facts.name} {digest} {facts.made_by.known}"
        people.record(session, who=facts.made_by.who, what=Did.CASE_EXPORT, detail=detail, at=tools.clock.now())
