"""Matches that say nearly the same are found by each other, whenever they came; others, and other contests, are not."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from jobs import similar
from jobs.tools import Tools
from storage import judging
from storage.judging import MatchRow
from tests.jobs.office import entry, open_office, rows, watch
from tests.jobs.test_reading import plant
from tests.storage import planted

CALL = "Ayo warga, coblos nomor 1 Kang Raka dan Teh Melati tanggal 28 November, jangan lupa ajak tetangga!"
LIKE_IT = CALL.upper().replace("!", "!!! https://t.example/x")
OTHER = "Dukung dan menangkan pasangan nomor dua, insyaallah desa kita maju bersama mereka"


@pytest.fixture
def office(tmp_path: Path, empty: Path) -> Tools:
    tools = open_office(tmp_path / "office", empty)
    watch(tools, entry("kel.test"))
    return tools


def matched(tools: Tools, texts: Mapping[str, str], contest: str = "pilkada") -> None:
    """Make matches of own posts with these texts, by their names."""
    for name, text in texts.items():
        plant(tools, text=text, name=name)
    with tools.database.write() as session:
        versions = {one.text: one.version_id for one in judging.unscored(session, model_id=0, revision_id=0, limit=999)}
        template = planted.judge(session, {versions[text]: 0.9 for text in texts.values()}, contest=contest)
        acts = {row.post_id: row.id for row in rows(tools, "interactions")}
        posts = {row.id: row.post_id for row in rows(tools, "post_versions")}
        found = [_match(template, acts[posts[versions[text]]], versions[text]) for text in texts.values()]
        judging.save_matches(session, contest, found)


def _match(template: MatchRow, act: int, version: int) -> MatchRow:
    return replace(template, interaction_id=act, post_version_id=version)


def groups(tools: Tools) -> list[list[int]]:
    with tools.database.read() as session:
        return [similar.alike(session, row.id) for row in rows(tools, "matches")]


def test_near_duplicates_find_each_other_and_other_texts_do_not(office: Tools) -> None:
    matched(office, {"1": CALL, "2": OTHER, "3": LIKE_IT})

    assert similar.place_new(office) == 3
    assert groups(office) == [[3], [], [1]]


def test_what_comes_later_joins_the_cluster_that_is_there(office: Tools) -> None:
    matched(office, {"1": CALL, "2": OTHER})
    similar.place_new(office)
    matched(office, {"3": LIKE_IT, "4": OTHER + "!"})

    assert similar.place_new(office) == 2
    assert groups(office) == [[3], [4], [1], [2]]
    assert similar.place_new(office) == 0


def test_texts_without_words_are_like_nothing(office: Tools) -> None:
    matched(office, {"1": "", "2": "https://a.example/1", "3": "@raka"})
    similar.place_new(office)

    assert groups(office) == [[], [], []]


def test_a_match_that_is_not_there_is_like_nothing(office: Tools) -> None:
    with office.database.read() as session:
        assert similar.alike(session, 99) == []


def test_the_same_text_in_another_contest_is_another_card(office: Tools) -> None:
    matched(office, {"1": CALL})
    matched(office, {"1": CALL}, contest="pilgub")
    similar.place_new(office)

    assert groups(office) == [[], []]
