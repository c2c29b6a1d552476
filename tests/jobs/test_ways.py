"""How a run went out stands with the run: its browser, its sandbox, and what the guard did not let out."""

import json
from pathlib import Path

from commands.crawl import warnings
from jobs.crawl import Summary
from jobs.ways import NO_WAY, since, way_of, written
from scraper.fetch.browsers import Choice, Found
from scraper.fetch.fetcher import Way
from storage import collecting
from tests.jobs.office import open_office, rows


def went(*, sandboxed: bool, **refused: int) -> Way:
    found = Found(choice=Choice(name="chromium"), version="156.0.1", sandboxed=sandboxed)
    return Way(browser=found, refused=refused)


def test_a_run_keeps_with_which_browser_and_how_it_went_out(tmp_path: Path, empty: Path) -> None:
    tools = open_office(tmp_path, empty)
    now = tools.clock.now()
    way = went(sandboxed=False, to_private=3)
    with tools.database.write() as session:
        run_id = collecting.start_run(session, tilik="0.1", config_sha256="0" * 64, now=now)
        collecting.end_run(session, run_id, "done", now, browser=written(way))

    (run,) = rows(tools, "crawl_runs")

    assert json.loads(run.browser) == {
        "name": "chromium",
        "version": "156.0.1",
        "sandbox": False,
        "refused": {"to_private": 3},
    }


def test_of_a_shared_way_out_each_run_tells_its_own_part() -> None:
    before, now = went(sandboxed=True, to_private=3, to_port=1), went(sandboxed=True, to_private=5, to_port=1)

    assert since(before, now).refused == {"to_private": 2}
    assert written(since(NO_WAY, NO_WAY)) is None
    assert way_of(object()) == NO_WAY


def test_a_browser_without_its_sandbox_is_warned_of() -> None:
    (warning,) = warnings(Summary(way=went(sandboxed=False)))

    assert "sandbox" in warning
    assert warnings(Summary(way=went(sandboxed=True))) == warnings(Summary()) == []
