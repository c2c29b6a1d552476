"""Scores and figures of plain CSV files, with the words of a contest and without any."""

import csv
import json
from pathlib import Path

from tests.commands.desk import CALLS, NEUTRAL, Desk, typed


def scores(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def texts(desk: Desk) -> str:
    return str(desk.file("texts.csv", "id,text", *(f'{n},"{text}"' for n, text in enumerate((*CALLS, *NEUTRAL)))))


def test_every_text_gets_its_score_and_the_reasons(desk: Desk) -> None:
    target = desk.folder / "scores.csv"

    ran = typed("score", texts(desk), str(target), "--config", str(desk.config), "--json")

    rows = scores(target)
    assert ran.data["rows"] == len(rows) == len(CALLS) + len(NEUTRAL)
    assert list(rows[0])[:5] == ["id", "probability", "kind", "band", "reasons"]
    assert [(row["target"], row["direction"]) for row in rows[:2]] == [("wira", "for")] * 2
    assert {row["contest"] for row in rows} == {"rekaan-2031"}
    assert [row["band"] == "low" for row in rows] == [False] * len(CALLS) + [True] * len(NEUTRAL)
    assert all(0 <= float(row["probability"]) <= 1 for row in rows)
    assert {"code", "word", "weight"} == set(json.loads(rows[0]["reasons"])[0])


def test_without_settings_nobodys_names_are_known(desk: Desk) -> None:
    source, known, unknown = texts(desk), desk.folder / "known.csv", desk.folder / "unknown.csv"

    assert typed("score", source, str(known), "--config", str(desk.config)).code == 0
    assert typed("score", source, str(unknown)).code == 0

    assert [row["id"] for row in scores(known)] == [row["id"] for row in scores(unknown)]
    assert [row["probability"] for row in scores(known)] != [row["probability"] for row in scores(unknown)]


def test_a_file_that_cannot_be_scored_leaves_no_scores(desk: Desk) -> None:
    source = desk.file("texts.csv", "nomor,kalimat", "1,Halo")

    ran = typed("score", str(source), str(desk.folder / "scores.csv"))

    assert ran.code == 4
    assert "column text" in ran.err
    assert not (desk.folder / "scores.csv").exists()


def test_figures_come_with_their_intervals_and_by_kind(desk: Desk) -> None:
    rows = [f'{n},"{text}",1,explicit_call' for n, text in enumerate(CALLS)]
    rows += [f'n{n},"{text}",0,gov_post' for n, text in enumerate(NEUTRAL)]
    file = desk.file("labelled.csv", "id,text,label,kind", *rows)

    ran = typed("evaluate", str(file), "--config", str(desk.config), "--json")

    assert (ran.data["count"], ran.data["positives"]) == (len(rows), len(CALLS))
    assert set(ran.data["kinds"]) == {"explicit_call", "gov_post"}
    assert all(one["low"] <= one["value"] <= one["high"] for one in ran.data["figures"].values())


def test_figures_can_be_read_by_people_and_need_no_kinds(desk: Desk) -> None:
    file = desk.file("labelled.csv", "id,text,label", f'1,"{CALLS[0]}",1', f'2,"{NEUTRAL[0]}",0')

    ran = typed("evaluate", str(file))

    assert ran.code == 0
    assert "2 texts, 1 of them calls." in ran.out
