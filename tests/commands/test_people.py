"""Who may open the page, from the terminal; and the page itself, started and ended as a person does it."""

import json
import os
import signal
import socket
import subprocess
import sys

import httpx
import pytest

from core.records import Answer
from review.ids import public_id
from storage import answering, people, reviewing
from tests.commands.desk import HOUSE, Desk, command
from tests.storage.planted import decision

PASSWORD = "kuda laut ungu tiga"


def typed_with(desk: Desk, given: str, *words: str) -> "subprocess.CompletedProcess[bytes]":
    """Run a command that reads a password from standard input."""
    words = (*words, "--config", str(desk.config))
    return subprocess.run(command(*words), cwd=HOUSE, input=given.encode(), capture_output=True, check=False)


def test_somebody_is_added_gets_a_new_password_and_leaves(desk: Desk) -> None:
    added = typed_with(desk, PASSWORD + "\n", "people", "add", "Rukmini", "--duty", "operator", "--json")
    again = typed_with(desk, PASSWORD + "\n", "people", "add", "rukmini", "--json")
    short = typed_with(desk, "pendek\n", "people", "password", "Rukmini", "--json")
    changed = typed_with(desk, PASSWORD + " lagi\n", "people", "password", "Rukmini", "--json")

    assert [one.returncode for one in (added, again, short, changed)] == [0, 4, 4, 0]
    assert json.loads(again.stdout)["error"]["code"] == "person_taken"
    assert json.loads(short.stdout)["error"]["code"] == "password_short"
    assert PASSWORD.encode() not in added.stdout + added.stderr
    assert desk.run("people", "leave", "Rukmini", "--json").code == 0
    (one,) = desk.run("people", "list", "--json").data
    assert (one["name"], one["duty"]) == ("Rukmini", "operator")
    assert one["ended_at"] is not None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for a child")
def test_the_page_says_where_it_is_lets_the_first_person_in_and_ends_on_ctrl_c(desk: Desk) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ("review", "serve", "--port", str(port), "--config", str(desk.config), "--json")
    with subprocess.Popen(command(*words), cwd=HOUSE, stdout=subprocess.PIPE, env=dict(os.environ)) as running:
        assert running.stdout is not None
        told = json.loads(running.stdout.readline())["data"]
        assert told["first_person"] is True
        for _ in range(100):
            try:
                answer = httpx.get(told["address"])
                break
            except httpx.ConnectError:
                continue
        second = subprocess.run(command(*words), cwd=HOUSE, capture_output=True, check=False)
        running.send_signal(signal.SIGINT)
        running.wait(timeout=30)

    assert answer.status_code == 200
    assert "sandi" in answer.text
    assert second.returncode == 7
    assert json.loads(second.stdout)["error"]["code"] == "port_taken"


def test_a_third_person_settles_and_somebody_takes_back_what_they_said(desk: Desk) -> None:
    match = public_id(1)
    with desk.opened() as database, database.write() as session:
        said = [decision(session, 1, Answer.SOLICITATION), decision(session, 1, Answer.NOT, "r2")]
        answering.save_decisions(session, said, overlap=1)

    assert {one["reviewer"] for one in desk.run("review", "conflicts", "--json").data} == {"r1", "r2"}
    words = ("review", "resolve", match, "--answer", "not/news", "--json", "--reviewer")
    assert desk.run(*words, "r1").answer["error"]["code"] == "not_a_third"
    assert desk.run(*words, "r3").code == 0
    assert desk.run("review", "conflicts", "--json").data == []
    assert desk.run("review", "agreement", "--json").data[0]["agreement"]["raw"] == 0.0
    assert desk.run("review", "undo", match, "--reviewer", "r3").code == 0
    with desk.opened() as database, database.read() as session:
        assert reviewing.standing(session, 1) == "conflict"
        done = [(deed.what, deed.who, deed.detail) for deed in people.deeds(session)][:2]
    assert done == [("did_undo", "r3", match), ("did_decide", "r3", f"{match} not/news (settled)")]
