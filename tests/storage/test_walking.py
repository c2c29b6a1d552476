"""Whatever way the queue is walked, it is the sorted list of what somebody wants, forwards and backwards."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import bindparam, event, select, update

from core.records import Action, Band, Standing
from storage import judging, walking
from storage.database import Session
from storage.judged_tables import matches
from storage.reviewing import key_of
from storage.standing import arrange
from storage.tables import interactions, post_versions
from storage.walking import Order, Wanted, before
from tests.storage.planted import NOW, judge, like, owners, post, rows, save, walk, watch

HANDLES, EACH = ("a", "b", "c"), 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """A match as the model of the queue knows it."""

    match_id: int
    account_id: int
    action: Action
    probability: float
    band: Band
    due_at: datetime | None
    happened_at: datetime
    target: str | None
    standing: Standing


@pytest.fixture
def planted(session: Session) -> list[Planted]:
    """Plant some matches of some accounts."""
    known = watch(session, *HANDLES)
    for at, account in enumerate(known):
        for number in range(at * EACH, (at + 1) * EACH):
            action = Action.LIKED if number % 2 else Action.REPOSTED
            act = like(account.handle, number, action=action)
            save(session, owners(account), post(number, text=f"text {number}"), act)
    versions = {row.post_id: row.id for row in session.execute(select(post_versions.c.post_id, post_versions.c.id))}
    match = judge(session, dict.fromkeys(versions.values(), 0.9))
    acts = session.execute(select(interactions.c.id, interactions.c.post_id))
    found = [replace(match, interaction_id=act, post_version_id=versions[of]) for act, of in acts]
    judging.save_matches(session, "pilkada", found)
    arrange(session)
    query = select(matches.c.id, matches.c.account_id, interactions.c.action).join(interactions)
    return [
        Planted(
            match_id=number,
            account_id=account,
            action=Action(action),
            probability=0.9,
            band=Band.HIGH,
            due_at=None,
            happened_at=NOW,
            target=None,
            standing=Standing.OPEN,
        )
        for number, account, action in session.execute(query.order_by(matches.c.id))
    ]


DAY = st.integers(0, 3).map(lambda number: NOW + timedelta(days=number))
FATE = st.fixed_dictionaries(
    {
        "probability": st.sampled_from([0.1, 0.4, 0.5, 0.6, 0.9]),
        "band": st.sampled_from([Band.HIGH, Band.REVIEW, Band.LOW]),
        "due_at": st.none() | DAY,
        "happened_at": DAY,
        "target": st.sampled_from([None, "satu"]),
        "standing": st.sampled_from([Standing.OPEN, Standing.OPEN, Standing.DECIDED]),
    }
)
ASKED = st.fixed_dictionaries(
    {
        "order": st.sampled_from(["clock", "highest", "uncertain", "newest"]),
        "low": st.booleans(),
        "accounts": st.none() | st.frozensets(st.integers(0, len(HANDLES)), max_size=3),
        "action": st.sampled_from([None, None, Action.LIKED]),
        "target": st.sampled_from([None, None, "satu"]),
        "contest": st.sampled_from([None, "pilkada"]),
        "since": st.none() | DAY,
        "until": st.none() | DAY,
        "standing": st.sampled_from([Standing.OPEN, Standing.DECIDED]),
    }
)
PLACES: dict[Order, Callable[[Planted], Any]] = {
    "clock": lambda one: (one.due_at is None, one.due_at or NOW, -one.probability, -one.match_id),
    "highest": lambda one: (-one.probability, -one.match_id),
    "uncertain": lambda one: (abs(one.probability - 0.5), -one.match_id),
    "newest": lambda one: -one.match_id,
}


def _is_wanted(one: Planted, wanted: Wanted) -> bool:
    return (
        one.standing is wanted.standing
        and (wanted.low or wanted.standing is not Standing.OPEN or one.band is not Band.LOW)
        and (wanted.accounts is None or one.account_id in wanted.accounts)
        and wanted.action in (None, one.action)
        and wanted.target in (None, one.target)
        and (wanted.since is None or one.happened_at >= wanted.since)
        and (wanted.until is None or one.happened_at < wanted.until)
    )


@pytest.fixture(params=["by accounts", "by days", "along the order"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be few enough for the ways before this one."""
    ways = ["MANY_MATCHES", "FEW_MATCHES"]
    for name in ways[: ["by accounts", "by days", "along the order"].index(request.param)]:
        monkeypatch.setattr(walking, name, 0)


@pytest.mark.usefixtures("way")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(
    fates=st.lists(FATE, min_size=len(HANDLES) * EACH, max_size=len(HANDLES) * EACH),
    asked=ASKED,
    most=st.sampled_from([1, 3, 30]),
)
def test_the_queue_is_the_sorted_list_of_what_is_wanted(
    session: Session, planted: list[Planted], fates: list[dict[str, Any]], asked: dict[str, Any], most: int
) -> None:
    now = [replace(one, **fate) for one, fate in zip(planted, fates, strict=True)]
    told = [{"match": one.match_id, **{f"to_{name}": fate[name] for name in fate}}
            for one, fate in zip(planted, fates, strict=True)]  # fmt: skip
    values: dict[str, Any] = {name: bindparam(f"to_{name}") for name in fates[0]}
    session.execute(update(matches).where(matches.c.id == bindparam("match")).values(**values), told)
    ids = sorted({one.account_id for one in planted})
    if asked["accounts"] is not None:
        asked["accounts"] = frozenset([*ids, 10**6][at] for at in asked["accounts"])
    wanted = Wanted(**asked)

    right = sorted((one for one in now if _is_wanted(one, wanted)), key=PLACES[wanted.order])

    assert walk(session, wanted, most) == [one.match_id for one in right]
    back = [before(session, wanted, key) for one in right if (key := key_of(session, one.match_id))]
    assert back == [None, *(one.match_id for one in right)][: len(right)]


def _plans(session: Session, wanted: Wanted) -> str:
    """Say how SQLite finds the first page."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:  # noqa: ANN401
        asked.append((statement, parameters))

    event.listen(session, "before_cursor_execute", note)
    walking.behind(session, wanted, None, 30)
    event.remove(session, "before_cursor_execute", note)
    plans = [session.exec_driver_sql(f"EXPLAIN QUERY PLAN {said}", told).all() for said, told in asked]
    return "\n".join(row[-1] for plan in plans for row in plan)


@pytest.mark.parametrize("order", ["clock", "highest", "uncertain", "newest"])
def test_a_region_on_some_days_is_found_in_one_index_alone(
    session: Session, planted: list[Planted], order: Order
) -> None:
    if session.dialect.name != "sqlite":
        pytest.skip("PostgreSQL plans by its statistics")
    region = frozenset({one.account_id for one in planted})

    plans = _plans(session, Wanted(accounts=region, since=NOW, until=NOW + timedelta(days=7), order=order))

    found = [line for line in plans.splitlines() if "matches" in line]
    way = "SEARCH matches USING COVERING INDEX ix_matches_of_account"
    assert found
    assert found == [f"{way} (account_id=? AND standing=? AND happened_at>? AND happened_at<?)"] * len(found)


def test_the_first_page_of_all_is_walked_along_the_clock(session: Session, planted: list[Planted]) -> None:
    if session.dialect.name != "sqlite":
        pytest.skip("PostgreSQL plans by its statistics")
    assert len(rows(session, matches, "id")) == len(planted)

    plans = _plans(session, Wanted())

    assert "USING COVERING INDEX ix_matches_due" in plans
    assert "TEMP B-TREE" not in plans
