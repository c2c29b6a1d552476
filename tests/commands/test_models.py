"""The machine learns from people's labels, and people keep the upper hand."""

import csv

import pytest

from classifier.corpus import corpus_examples
from tests.commands.desk import CALLS, NEUTRAL, Desk, fill

pytestmark = pytest.mark.usefixtures("quarter_corpus")


@pytest.fixture
def learnt(desk: Desk) -> tuple[str, str]:
    """Import labels and retrain, without putting the new model to use; name the old and the new model."""
    old = desk.model()
    known = [one for one in corpus_examples() if one.group.startswith("w5")]
    calls, others = [e for e in known if e.label][:36], [e for e in known if not e.label][:36]
    file = desk.folder / "banyak.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(["text", "label", "labeller"])
        table.writerows([f"{one.text} (setempat)", int(one.label), "peninjau"] for one in (*calls, *others))
    assert desk.run("label", "import", str(file)).code == 0
    return old, desk.run("retrain", "--no-promote", "--json").data["version"]


def test_labels_are_read_checked_and_counted_once(desk: Desk) -> None:
    file = str(desk.folder / "label.csv")
    before = desk.rows()

    dry = desk.run("label", "import", file, "--dry-run", "--json").data
    assert desk.rows() == before
    found = [desk.run("label", "import", file, "--json").data["added"] for _ in range(2)]

    assert (dry["read"], dry["added"]) == (3, 0)
    assert found == [3, 0]


def test_retraining_needs_labels(desk: Desk) -> None:
    ran = desk.run("retrain", "--json")

    assert (ran.code, ran.answer["error"]["code"]) == (4, "no_labels")


def test_a_model_is_put_to_use_scores_everything_anew_and_is_rolled_back(desk: Desk, learnt: tuple[str, str]) -> None:
    old, new = learnt
    assert desk.model() == old

    promoted = desk.run("models", "promote", new[:12], "--json").data["version"]
    scored = [desk.run("classify", "--no-pictures", "--json").data["classified"] for _ in range(2)]

    assert promoted == desk.model() == new != old
    assert [(one["model"], one["scored"]) for one in scored] == [(new, len(CALLS) + len(NEUTRAL)), (new, 0)]
    assert desk.run("models", "rollback", "--json").data["version"] == desk.model() == old


def test_a_broken_model_is_told_and_the_last_good_one_goes_on(desk: Desk, learnt: tuple[str, str]) -> None:
    old, new = learnt
    desk.run("models", "promote", new)
    (desk.folder / "data" / "models" / new / "model.skops").write_bytes(b"rusak")

    ran = desk.run("classify", "--no-pictures", "--json")

    assert ran.code == 0
    assert ran.data["classified"]["model"] == old
    assert ran.data["classified"]["broken"] == [new]
    assert new in ran.err
    assert desk.run("models", "promote", new).code == 7


def test_an_unknown_model_is_answered_with_the_known_ones(desk: Desk) -> None:
    ran = desk.run("models", "promote", "tidak-ada")

    assert ran.code == 4
    assert "tidak-ada" in ran.err


def test_a_model_has_a_card_for_people_as_markdown_and_as_a_page(desk: Desk, learnt: tuple[str, str]) -> None:
    old, new = learnt
    page = desk.folder / "kartu.html"

    said = desk.run("models", "card").out
    written = desk.run("models", "card", new, "-o", str(page), "--json")

    assert said.startswith(f"# Model {old}\n")
    assert "| explicit call |" in said
    assert "no verdict" in said
    assert written.data["version"] == new
    text = page.read_text(encoding="utf-8")
    assert text.startswith("<!doctype html>")
    assert "recall of explicit calls" in text
    assert "src=" not in text
    assert "href=" not in text


def test_the_status_of_a_model_says_what_it_does_not_know(desk: Desk) -> None:
    said, told = desk.run("models", "status").out, desk.run("models", "status", "--json").data

    assert "too few to speak of all texts" in said
    assert told["measured"] is None
    assert [one["estimates"] for one in told["contests"]] == [None]


def test_labels_are_looked_at_again_and_compared(desk: Desk, learnt: tuple[str, str]) -> None:
    assert learnt

    audit, pairs = desk.run("label", "audit", "--json"), desk.run("label", "agreement")

    assert audit.code == 0
    assert all(abs(one["label"] - one["probability"]) >= 0.75 for one in audit.data)
    assert "No two people have judged the same yet." in pairs.out


def test_texts_are_drawn_filled_in_and_read_back(desk: Desk) -> None:
    desk.run("classify", "--no-pictures")
    file = desk.folder / "label-baru.csv"

    drawn = desk.run("review", "export", "--order", "learn", "--count", "10", "-o", str(file), "--json").data

    assert drawn["texts"] == drawn["pool"] == len(CALLS) + len(NEUTRAL)
    assert sum(drawn["drawn"].values()) == drawn["texts"]
    answers = [{"decision": "not", "reviewer": "Rina"}] * drawn["texts"]
    filled = fill(file, answers)
    assert desk.run("review", "import", str(filled), "--json").data["texts"] == drawn["texts"]
    assert desk.run("review", "export", "--order", "learn", "--json").answer["error"]["code"] == "nothing_to_label"
