"""What a small invented office has gathered, so that every table of its report can be reckoned by hand."""

from collections import Counter
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from classifier.drift import Tags
from classifier.estimates import Estimate, Estimates
from core.records import (
    Action,
    Answer,
    Capability,
    CoverageState,
    Hindrance,
    Kind,
    NextStep,
    Role,
    Standing,
    VisitState,
)
from core.settings import Candidate, Contest, Phase, PhaseName
from jobs.coverage import Unseen
from jobs.modelstatus import ContestStatus, ModelStatus
from jobs.report import Covered, Dated, Decided, Gathered, Pair, Period
from storage.reporting import Known, MatchGroup, WallGroup
from storage.thresholds import Threshold

SECRET = b"7" * 32
FIRST, LAST = date(2031, 5, 1), date(2031, 5, 6)
NOW = datetime(2031, 5, 6, 9, 30, tzinfo=UTC)
CONTEST = Contest(
    id="rekaan-2031",
    name="Pemilihan rekaan",
    region="99.01",
    voting_day=date(2031, 6, 25),
    phases=(
        Phase(name=PhaseName.REGISTRATION, starts=date(2031, 4, 1), ends=date(2031, 5, 2)),
        Phase(name=PhaseName.CAMPAIGN, starts=date(2031, 5, 3), ends=date(2031, 6, 21)),
    ),
    candidates=(
        Candidate(id="wira", number=1, names=("Wira Kencanawungu",)),
        Candidate(id="kosong", empty_box=True),
    ),
)
HANDLES = {1: "kelurahan.mawar", 2: "kelurahan.kenanga", 3: "pegawai.tulip", 4: "wira.resmi"}
REVIEWERS = ("Anggota Melati", "Anggota Seruni")


def known(number: int, unit: str | None, role: Role = Role.KELURAHAN) -> Known:
    return Known(account_id=number, platform="warga", handle=HANDLES[number], role=role, unit=unit)


def group(account: int, count: int, **changes: Any) -> MatchGroup:  # noqa: ANN401  (any field)
    fields: dict[str, Any] = {
        "contest": CONTEST.id,
        "account_id": account,
        "action": Action.LIKED,
        "kind": Kind.EXPLICIT_CALL,
        "target": "wira",
        "direction": "for",
        "standing": Standing.OPEN,
        "answer": None,
        "count": count,
    }
    if changes.get("answer") is not None:
        fields["standing"] = Standing.DECIDED
    return MatchGroup(**{**fields, **changes})


def pair(says: Answer, other_says: Answer, count: int) -> Pair:
    return Pair(one=REVIEWERS[0], other=REVIEWERS[1], says=says, other_says=other_says, count=count)


def covered() -> Covered:
    """On the first day three looks saw all, one in part; on the second one was kept out and one was not run."""
    ok, part, no, never = CoverageState.OK, CoverageState.PARTIAL, CoverageState.BLOCKED, CoverageState.NOT_RUN
    posts, likes = Capability.POSTS, Capability.LIKES
    by_account = {
        (1, posts, ok): 1,
        (1, posts, never): 1,
        (1, likes, CoverageState.EMPTY): 1,
        (1, likes, part): 1,
        (2, posts, ok): 1,
        (2, posts, never): 1,
        (2, likes, no): 1,
        (2, likes, never): 1,
    }
    first = {(FIRST, ok): 2, (FIRST, CoverageState.EMPTY): 1, (FIRST, part): 1}
    return Covered(
        days=Counter({**first, (LAST, no): 1, (LAST, never): 3}),
        accounts=Counter(by_account),
        unseen={
            (2, likes): Unseen(
                platform="warga", handle=HANDLES[2], direction=likes, state=no, note="did:rahasia → did:lain", day=LAST
            )
        },
    )


def model() -> ModelStatus:
    half = Estimate(value=0.5, low=0.4, high=0.6)
    told = Estimates(answered=50, by_chance=30, prevalence=half, precision=half, recall=None)
    return ModelStatus(
        version="m1",
        high=0.8,
        review=0.35,
        measured=Threshold(model_id=1, high=0.8, precision=0.95, low=0.9, upper=0.98, labels=60, measured_at=NOW),
        contests=(
            ContestStatus(
                contest=CONTEST.id, drawn=60, estimates=told, stability=0.02, hashtags=Tags(seen=8, unknown=2)
            ),
        ),
    )


def gathered(**changes: Any) -> Gathered:  # noqa: ANN401  (any field)
    fields: dict[str, Any] = {
        "controller": "Panitia Pengawas Rekaan",
        "pooled": False,
        "made_at": NOW,
        "version": "0.1",
        "period": Period(first=FIRST, last=LAST, zone=ZoneInfo("Asia/Jakarta")),
        "contests": (CONTEST,),
        "known": {
            1: known(1, "Kecamatan Bunga"),
            2: known(2, "Kecamatan Akar"),
            3: known(3, None, Role.ASN),
            4: known(4, None, Role.CAMPAIGN),
        },
        "covered": covered(),
        "matches": (
            group(1, 3),
            group(1, 2, action=Action.POSTED, answer=Answer.SOLICITATION),
            group(2, 1, kind=Kind.ANTI_CALL, direction="against", answer=Answer.NOT),
            group(3, 4, kind=Kind.ANTI_CALL, target=None, direction=None, answer=Answer.UNSURE),
        ),
        "dated": Dated(
            days=Counter(
                {
                    (CONTEST.id, date(2031, 5, 1), True): 4,
                    (CONTEST.id, date(2031, 5, 1), False): 1,
                    (CONTEST.id, date(2031, 5, 4), True): 5,
                }
            ),
            before=7,
            after=2,
        ),
        "decided": Decided(
            latest=Counter(
                {(Answer.NOT, "retired"): 2, (Answer.SOLICITATION, "explicit_call"): 3, (Answer.NOT, None): 1}
            ),
            pairs=[
                pair(Answer.SOLICITATION, Answer.SOLICITATION, 6),
                pair(Answer.SOLICITATION, Answer.NOT, 2),
                pair(Answer.NOT, Answer.SOLICITATION, 1),
                pair(Answer.NOT, Answer.NOT, 11),
                pair(Answer.UNSURE, Answer.NOT, 5),
            ],
        ),
        "model": model(),
        "walls": (WallGroup(platform="warga", direction=Capability.LIKES, state=VisitState.LOGIN_WALL, count=1),),
        "waiting": {("warga", Capability.LIKES, Hindrance.LOGIN_WALL, NextStep.OPEN_PAGE): 2},
        "unread": 5,
    }
    return Gathered(**{**fields, **changes})


def nothing() -> Gathered:
    """What an office has gathered that began today."""
    return gathered(
        contests=(CONTEST.model_copy(update={"phases": ()}),),
        known={},
        covered=Covered(),
        matches=(),
        dated=Dated(),
        decided=Decided(),
        model=None,
        walls=(),
        waiting={},
        unread=0,
    )
