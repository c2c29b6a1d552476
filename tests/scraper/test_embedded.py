"""JSON in pages: found wherever it stands, in linear time, and never invented."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.platforms import embedded

PAGE = b"""<!DOCTYPE html><html><head><SCRIPT nonce=abc>requireLazy(["x"],function(){run(A,{"a":{"posts":[1,2]}})
;run(A,{"b":{"posts":[3]}});run(A,tidak)});</SCRIPT>
<script type="application/json" data-content-len="14" data-sjs>{"route":"ramai"}</script>
<script id='__DATA__' type='application/json'>{"scope":{"posts":[]}}</script>
<script type="application/json">{broken</script><script type="application/json"></script></head></html>"""


def test_data_scripts_are_given_in_order_and_what_is_not_json_is_left_out() -> None:
    assert embedded.blocks(PAGE) == [{"route": "ramai"}, {"scope": {"posts": []}}]


def test_a_data_script_is_found_by_its_attributes_or_by_a_word_in_it() -> None:
    assert embedded.blocks(PAGE, id="__DATA__") == [{"scope": {"posts": []}}]
    assert embedded.blocks(PAGE, containing="ramai") == [{"route": "ramai"}]
    assert embedded.blocks(PAGE, id="__OTHER__") == []


def test_objects_in_running_scripts_are_found_behind_their_call() -> None:
    assert embedded.literals(PAGE, "run(A,") == [{"a": {"posts": [1, 2]}}, {"b": {"posts": [3]}}]
    assert embedded.literals(PAGE, "run(A,", containing="tidak ada") == []


def test_an_answer_may_hold_several_documents_behind_a_guard() -> None:
    assert embedded.documents('for (;;);{"data":1}\r\n{"label":"x"}\n') == [{"data": 1}, {"label": "x"}]
    assert embedded.documents("") == embedded.documents("<html>") == []
    assert embedded.documents('{"data":1}\n<html>{"x":2}') == [{"data": 1}]


def test_a_key_is_found_at_any_depth_outer_ones_first() -> None:
    value = {"a": [{"k": {"k": 1}}, {"k": None}], "k": 2}

    assert list(embedded.find(value, "k")) == [2, {"k": 1}, 1, None]
    assert [one["code"] for one in embedded.holders([{"code": "a"}, {"code": "b", "pk": 1}], "code", "pk")] == ["b"]


def test_a_path_that_leads_nowhere_is_none() -> None:
    value = {"story": {"actors": [{"id": "1"}]}}

    assert embedded.at(value, "story.actors.0.id") == "1"
    for path in ("story.actors.1.id", "story.x", "story.actors.id", "story.actors.0.id.more"):
        assert embedded.at(value, path) is None


@given(
    st.recursive(st.none() | st.integers() | st.text(), lambda kids: st.lists(kids) | st.dictionaries(st.text(), kids))
)
def test_every_json_that_a_page_can_carry_is_given_back(value: object) -> None:
    text = json.dumps(value).replace("</", "<\\/")

    assert embedded.blocks(f'<script type="application/json">{text}</script>'.encode()) == [value]


@given(st.binary(max_size=300))
def test_any_bytes_are_searched_without_stumbling(page: bytes) -> None:
    embedded.blocks(b'<script type="application/json">' + page)
    embedded.literals(b"<script>run(A," + page, "run(A,")


@pytest.mark.parametrize(
    "part", [b"<script", b"<script>", b"</script", b"run(A,", b"run(A,[[", b'run(A,{"a":', b"<script a='"]
)
def test_a_hostile_page_costs_time_in_proportion(part: bytes) -> None:
    page = b"<script>" + part * (1_000_000 // len(part))
    started = time.process_time()

    embedded.blocks(page)
    embedded.literals(page, "run(A,")

    assert time.process_time() - started < 3.0
