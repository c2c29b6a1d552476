"""Marks are kept once beside the score; wordings stream post by post."""

from datetime import date

from core.records import Role
from storage import judging, marks, watching, wordings
from storage.database import Session
from storage.marks import MarkRow
from tests.storage.planted import LATER, NOW, entry, judge, owners, post, save, watch


def contest(session: Session, digest: str = "d" * 64) -> int:
    return judging.save_contest(session, "pilkada", digest, {}, NOW)


def row(version_id: int, revision_id: int, words: str = "Kartu Rekaan") -> MarkRow:
    return MarkRow(
        post_version_id=version_id, contest_revision_id=revision_id, candidate=None, words=words, marked_at=NOW
    )


def test_a_mark_is_kept_once_within_its_contest_revision(session: Session) -> None:
    (office,) = watch(session, "kel")
    save(session, owners(office), post("a", author="kel"))
    (version,) = [one.version_id for one in judging.unscored(session, model_id=0, revision_id=0, limit=9)]
    first, second = contest(session), contest(session, "e" * 64)

    for _ in range(2):
        marks.save_marks(session, [row(version, first)])

    assert marks.marked_wordings(session, first, [version]) == {version}
    assert marks.marked_wordings(session, second, [version]) == set()
    (found,) = marks.marked_posts(session, {"pilkada": "d" * 64})
    assert (found.account, found.words, found.contest, found.mark) == ("kel", "Kartu Rekaan", "pilkada", "incumbent")
    assert marks.marked_posts(session, {"pilkada": "e" * 64}) == []
    assert marks.marked_posts(session, {}) == []


def test_only_posts_of_the_watched_are_their_own_and_campaigns_are_not(session: Session) -> None:
    (office,) = watch(session, "kel")
    campaign = entry("tim", role=Role.CAMPAIGN, contest="pilkada")
    watching.save_watchlist(session, [campaign], NOW)
    accounts = [one.account for one in watching.watchlist(session)]
    save(session, owners(*accounts), *(post(name, author=name, text=name) for name in ("kel", "tim", "warga")))
    ids = {one.text: one.version_id for one in judging.unscored(session, model_id=0, revision_id=0, limit=9)}

    found = marks.own_wordings(session, ids.values())

    assert [one.version_id for one in found] == [ids["kel"]]
    assert (found[0].moment, found[0].valid_from) == (NOW, date(2029, 1, 1))
    assert office.handle == "kel"


def test_it_is_told_within_which_contests_a_wording_is_flagged(session: Session) -> None:
    (office,) = watch(session, "kel")
    save(session, owners(office), post("a", author="kel", text="satu"), post("b", author="kel", text="dua"))
    one, two = [one.version_id for one in judging.unscored(session, model_id=0, revision_id=0, limit=9)]
    first = judge(session, {one: 0.9, two: 0.1})
    second = judge(session, {one: 0.1, two: 0.9}, contest="pilgub")
    revisions = [first.contest_revision_id, second.contest_revision_id]

    found = marks.flagged_in(session, [one, two], model_id=first.model_id, revision_ids=revisions)

    assert found == {one: ("satu", frozenset({revisions[0]})), two: ("dua", frozenset({revisions[1]}))}


def test_the_wordings_of_a_post_follow_each_other(session: Session) -> None:
    (office,) = watch(session, "kel")
    known = owners(office)
    save(session, known, post("a", author="kel", text="satu"), post("b", author="warga", text="dua"))
    save(session, known, post("a", author="kel", text="satu lagi"), now=LATER)

    found = [(one.text, one.author_id == office.id, one.author) for one in wordings.stream(session)]

    assert found == [
        ("satu", True, str(office.id)),
        ("satu lagi", True, str(office.id)),
        ("dua", False, "hidden warga"),
    ]
