"""What models make of wordings, and which acts become matches."""

from dataclasses import replace

from core.records import Band, Role
from storage.database import Session
from storage.judged_tables import contest_revisions, matches, model_versions, scores
from storage.judging import (
    MatchRow,
    flagged_acts,
    lower_unflagged,
    models,
    promote_model,
    save_contest,
    save_matches,
    save_model,
    save_picture,
    save_scores,
    scored_wordings,
    unscored,
)
from storage.tables import interactions, post_versions
from storage.watching import save_watchlist, watchlist
from tests.storage.planted import LATER, NOW, entry, judge, like, owners, post, ref, rows, save, scored, watch


def flagged_like(session: Session, *, probability: float = 0.9, url: str | None = None) -> MatchRow:
    """Plant a like of a scored post; give the match that it is."""
    (account,) = watch(session, "a")
    save(session, owners(account), post(1, ref=replace(ref(1), url=url)), like("a", 1))
    ((version_id,),) = rows(session, post_versions, "id")
    ((interaction_id,),) = rows(session, interactions, "id")
    match = judge(session, {version_id: probability})
    return replace(match, interaction_id=interaction_id, post_version_id=version_id, probability=probability)


def test_a_contest_revision_is_kept_once(session: Session) -> None:
    first = save_contest(session, "pilkada", "d" * 64, {"name": "A"}, NOW)

    assert save_contest(session, "pilkada", "d" * 64, {"name": "A"}, LATER) == first
    assert save_contest(session, "pilkada", "e" * 64, {"name": "B"}, LATER) != first
    assert rows(session, contest_revisions, "snapshot") == [({"name": "A"},), ({"name": "B"},)]


def test_one_model_at_most_is_active(session: Session) -> None:
    assert models(session) == []
    ids = [save_model(session, version, "0" * 64, {"f1": 0.9}, NOW) for version in ("m1", "m2")]
    for model_id in (*ids, ids[0]):
        promote_model(session, model_id, LATER)
        assert [model.id for model in models(session) if model.active] == [model_id]
    assert save_model(session, "m1", "f" * 64, {}, LATER) == ids[0]
    assert rows(session, model_versions, "version", "sha256") == [("m1", "0" * 64), ("m2", "0" * 64)]


def test_every_wording_is_scored_once_by_each_model(session: Session) -> None:
    save(session, owners(), post(1, text="a"), post(2, text="b"))
    match = judge(session, {})
    these = {"model_id": match.model_id, "revision_id": match.contest_revision_id}

    assert [wording.text for wording in unscored(session, limit=9, **these)] == ["a", "b"]
    found = [(wording.version_id, scored(0.9)) for wording in unscored(session, limit=1, **these)]
    save_scores(session, found, now=NOW, **these)
    save_scores(session, [(version_id, scored(0.1)) for version_id, _ in found], now=LATER, **these)

    assert [wording.text for wording in unscored(session, limit=9, **these)] == ["b"]
    assert rows(session, scores, "probability", "scored_at") == [(0.9, NOW)]
    assert len(unscored(session, limit=9, model_id=save_model(session, "m2", "", {}, NOW), revision_id=1)) == 2


def test_only_acts_of_officials_with_flagged_posts_are_listed(session: Session) -> None:
    (account,) = watch(session, "a")
    save_watchlist(session, [entry("tim", role=Role.CAMPAIGN)], NOW)
    campaign = next(one.account for one in watchlist(session) if one.account.handle == "tim")
    acts_of_both = [like(who, number) for who in ("a", "tim") for number in (1, 2)]
    save(session, owners(account, campaign), post(1), post(2, text="b"), *acts_of_both)
    (first, _), (second, _) = sorted(rows(session, post_versions, "id", "text"))
    match = judge(session, {first: 0.9, second: 0.1})

    acts = flagged_acts(session, model_id=match.model_id, revision_id=match.contest_revision_id)

    assert [(act.account_id, act.post_id) for act in acts] == [(account.id, first)]


def test_the_scored_wordings_of_a_post_come_oldest_first(session: Session) -> None:
    save(session, owners(), post(1, text="a"))
    save(session, owners(), post(1, text="b", edited_at=LATER), now=LATER)
    ((post_id,), _) = rows(session, post_versions, "post_id")
    ids = [version_id for (version_id,) in sorted(rows(session, post_versions, "id"))]
    match = judge(session, dict(zip(ids, (0.1, 0.9), strict=True)))

    found = scored_wordings(session, [post_id], model_id=match.model_id, revision_id=match.contest_revision_id)

    assert [(one.version_id, one.band, one.edited_at) for one in found[post_id]] == [
        (ids[0], Band.LOW, None),
        (ids[1], Band.HIGH, LATER),
    ]


def test_an_act_is_one_match_in_a_contest_whatever_the_model(session: Session) -> None:
    match = flagged_like(session)
    newer = judge(session, {match.post_version_id: 0.5}, model="m2")
    again = replace(match, model_id=newer.model_id, probability=0.5, band=Band.REVIEW, flagged_at=LATER)

    assert save_matches(session, "pilkada", [match]) == 1
    assert save_matches(session, "pilkada", [match, again]) == 0
    assert rows(session, matches, "model_id", "probability", "band", "flagged_at") == [
        (newer.model_id, 0.5, Band.REVIEW, NOW)
    ]
    assert save_matches(session, "pemilu", [replace(match, contest="pemilu")]) == 1


def test_what_the_new_model_flags_no_more_stays_and_is_ranked_low(session: Session) -> None:
    match = flagged_like(session)
    save_matches(session, "pilkada", [match])
    newer = judge(session, {match.post_version_id: 0.1}, model="m2")
    these = {"model_id": newer.model_id, "revision_id": newer.contest_revision_id}

    assert lower_unflagged(session, "pemilu", **these) == 0
    assert lower_unflagged(session, "pilkada", **these) == 1
    assert lower_unflagged(session, "pilkada", **these) == 0
    assert rows(session, matches, "model_id", "probability", "band") == [(newer.model_id, 0.1, Band.LOW)]


def test_what_the_new_model_still_flags_or_has_not_scored_is_not_lowered(session: Session) -> None:
    match = flagged_like(session)
    save_matches(session, "pilkada", [match])
    for model, found in (("m2", {match.post_version_id: 0.9}), ("m3", dict[int, float]())):
        newer = judge(session, found, model=model)
        assert not lower_unflagged(session, "pilkada", model_id=newer.model_id, revision_id=newer.contest_revision_id)
    assert rows(session, matches, "probability", "band") == [(0.9, Band.HIGH)]


def test_a_match_has_its_picture_or_the_reason_why_it_has_none(session: Session) -> None:
    save_matches(session, "pilkada", [flagged_like(session, url="https://w.example/1")])

    save_picture(session, 1, blob=None, note="login_wall")

    assert rows(session, matches, "screenshot", "screenshot_note") == [(None, "login_wall")]
