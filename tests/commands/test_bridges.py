"""tilik review export --format: files in the shapes that other programs have published, and no more than they need.

The shapes are written down here as their makers document them (read in November 2026):

- Label Studio: labelstud.io/guide/task_format and /guide/predictions: a list of tasks, each with `data`, and with
  `annotations` where it was answered; a choice is `from_name`, `to_name`, `type: choices`, `value.choices`.
- Argilla 2: `Record.from_dict` and `Dataset.records.from_json` in argilla-io/argilla,
  argilla/src/argilla/records/_resource.py and _io/_json.py: a list of records with `id`, `fields`, `metadata`,
  `suggestions` (by question), `responses` (by question, lists), `vectors`.
- Prodigy: prodi.gy/docs/api-interfaces (text, classification): one task a line with `text`, `label`, perhaps `meta`;
  answered ones have `answer`, one of accept, reject, ignore.
- Datasette: sqlite-utils.datasette.io/en/stable/cli.html, `sqlite-utils insert`: a list of flat objects.
"""

import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from review.ids import read_id
from tests.commands.desk import CALLS, Desk, fill
from tests.commands.test_review import ANSWERS

HANDLES = ("kel_satu@baik.example", "asn_dua@baik.example")
ANSWERING = ("label-studio", "argilla", "prodigy")
FORMS = (*ANSWERING, "datasette")


@pytest.fixture
def reviewed(desk: Desk) -> Desk:
    filled = fill(desk.export(), ANSWERS)
    assert desk.run("review", "import", str(filled)).code == 0
    return desk


def written(desk: Desk, form: str, *words: str) -> str:
    path = desk.folder / "jembatan.json"
    ran = desk.run("review", "export", "--format", form, "-o", str(path), *words, "--json")
    assert ran.code == 0, ran
    return path.read_text(encoding="utf-8")


def rows(desk: Desk, form: str, *words: str) -> list[dict[str, Any]]:
    """Read a file as its program does."""
    text = written(desk, form, *words)
    loaded: list[dict[str, Any]] = (
        [json.loads(line) for line in text.splitlines()] if form == "prodigy" else json.loads(text)
    )
    return loaded


def facts_of(form: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Find what a form tells of a match beside its text."""
    place = {"label-studio": "data", "argilla": "metadata", "prodigy": "meta"}
    return dict(row[place[form]])


def test_label_studio_gets_tasks_and_answers_as_annotations(reviewed: Desk) -> None:
    tasks = rows(reviewed, "label-studio", "--all")

    assert sorted(task["data"]["text"] for task in tasks) == sorted(CALLS)
    for task in tasks:
        assert set(task) <= {"data", "annotations"}
        for annotation in task.get("annotations", ()):
            (result,) = annotation["result"]
            assert set(result) == {"from_name", "to_name", "type", "value"}
            assert (result["from_name"], result["to_name"], result["type"]) == ("answer", "text", "choices")
            assert set(result["value"]["choices"]) <= {"solicitation", "not", "unsure"}
    answers = sorted(
        task["annotations"][0]["result"][0]["value"]["choices"][0] for task in tasks if "annotations" in task
    )
    assert answers == ["not", "solicitation"]  # the doubt waits for a second person


def test_argilla_gets_records(reviewed: Desk) -> None:
    records = rows(reviewed, "argilla", "--all")

    assert sorted(record["fields"]["text"] for record in records) == sorted(CALLS)
    for record in records:
        assert set(record) == {"id", "fields", "metadata", "suggestions", "responses", "vectors"}
        assert isinstance(record["id"], str)
        assert all(isinstance(value, str) for value in record["metadata"].values())
        assert (record["suggestions"], record["responses"], record["vectors"]) == ({}, {}, {})
    assert sorted(record["metadata"].get("answered", "") for record in records) == ["", "", "not", "solicitation"]


def test_prodigy_gets_a_task_a_line(reviewed: Desk) -> None:
    tasks = rows(reviewed, "prodigy", "--all")

    assert sorted(task["text"] for task in tasks) == sorted(CALLS)
    for task in tasks:
        assert set(task) <= {"text", "label", "meta", "answer"}
        assert task["label"] == "solicitation"
        assert task.get("answer", "accept") in {"accept", "reject", "ignore"}
    assert sorted(task.get("answer", "") for task in tasks) == ["", "", "accept", "reject"]


def test_datasette_gets_flat_rows_that_one_table_holds(reviewed: Desk) -> None:
    found = rows(reviewed, "datasette", "--all")

    columns = list(found[0])
    assert all(list(row) == columns for row in found)
    assert all(value is None or isinstance(value, str | int | float) for row in found for value in row.values())
    with sqlite3.connect(":memory:") as database:  # as `sqlite-utils insert ... --pk id` does
        names = ", ".join(f"[{name}]" for name in columns)
        database.execute(f"CREATE TABLE matches ({names}, PRIMARY KEY (id))")
        insert = f"INSERT INTO matches VALUES ({', '.join('?' for _ in columns)})"  # noqa: S608  (only question marks)
        database.executemany(insert, [list(row.values()) for row in found])
        counted = database.execute("SELECT account, count(*) FROM matches GROUP BY account ORDER BY account").fetchall()
    database.close()
    assert counted == [(HANDLES[1], 2), (HANDLES[0], 2)]
    assert {row["answer"] for row in found} == {"solicitation", "not", "unsure", None}


@pytest.mark.parametrize("form", ANSWERING)
def test_who_answers_elsewhere_gets_no_score_and_nobody_s_name(reviewed: Desk, form: str) -> None:
    text = written(reviewed, form, "--all")

    assert [word for word in (*HANDLES, "luar.example", "score", "probability", "prediction") if word in text] == []


@pytest.mark.parametrize("form", FORMS)
def test_the_id_leads_back_to_the_match(desk: Desk, form: str) -> None:
    found = rows(desk, form)

    ids = [row["id"] if "id" in row else facts_of(form, row)["id"] for row in found]
    assert [read_id(one) for one in ids] == [1, 2, 3, 4]  # in the order of their numbers, which tells no score
    assert desk.run("why", ids[0], "--json").code == 0


@pytest.mark.parametrize("form", FORMS)
def test_only_what_waits_is_written_unless_all_is_asked_for(reviewed: Desk, form: str) -> None:
    assert len(rows(reviewed, form)) == 1
    assert len(rows(reviewed, form, "--all")) == len(CALLS)


@pytest.mark.parametrize("form", FORMS)
def test_nothing_makes_an_empty_file_of_the_same_form(desk: Desk, tmp_path: Path, form: str) -> None:
    empty = Desk(folder=tmp_path / "baru", dead=desk.dead)
    assert desk.run("init", str(empty.folder)).code == 0
    empty.set_up()

    assert rows(empty, form) == []


@pytest.mark.parametrize(("form", "ending"), [("label-studio", ".json"), ("prodigy", ".jsonl")])
def test_a_file_that_nobody_named_has_the_ending_of_its_form(desk: Desk, form: str, ending: str) -> None:
    told = desk.run("review", "export", "--format", form, "--json").data

    assert (Path(told["file"]).suffix, told["matches"]) == (ending, len(CALLS))


def test_what_somebody_wrote_cannot_break_out_of_a_row(desk: Desk) -> None:
    hostile = 'Ayo coblos nomor 1 Wira Kencanawungu! \u2028 "]}\n[{"id": 1}, \u0000 </script>'
    with desk.opened() as database, database.write() as session:
        session.exec_driver_sql("UPDATE post_versions SET text = ? WHERE id = 1", (hostile,))

    for form in FORMS:
        found = rows(desk, form)
        texts = [row.get("text") or row.get("data", row.get("fields", {})).get("text") for row in found]
        assert hostile in texts
        assert len(found) == len(CALLS)
