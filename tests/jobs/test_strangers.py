"""Whoever is not watched leaves no trace after a crawl, however many there are and whatever goes wrong on the way."""

import logging
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.records import Capture, Role
from scraper.adapter import PageRequest
from tests.jobs.bringing import CAMPAIGN, everything_kept
from tests.jobs.office import crawl_all, entry, open_office, stored, watch
from tests.scraper.atproto import Answer, Network, Repo

MARK = "wargaz"
CALLS = (
    "resolveHandle",
    "getLatestCommit",
    "listRecords?repo=did%3Aplc%3Araka",
    "app.bsky.feed.like",
    "app.bsky.feed.post",
    "getPosts",
    "getLikes",
    "plc.example",
)
SLIPS = ("whole", "html", "renamed", "wrapped", 429, 500, 403)
"""What an answer may be: as it should, another page that shows people, the same with another form, or a no."""


class Crowd(Network):
    """A network whose every answer shows people, and which may slip at one call."""

    def __init__(self, *repos: Repo, call: str, slip: str | int) -> None:
        super().__init__(*repos)
        self.call, self.slip = call, slip
        if isinstance(slip, int):
            self.broken = {call: (slip, {})}

    async def __call__(self, request: PageRequest) -> Capture:
        capture = await super().__call__(request)
        if self.call not in request.url or isinstance(self.slip, int):
            return capture
        people = " ".join(f"{repo.handle} Nama {repo.handle}" for repo in self.repos.values())
        changed = {
            "whole": capture.body,
            "html": f"<html><title>{people}</title>{people}</html>".encode(),
            "renamed": capture.body.replace(b"likes", b"suka").replace(b"records", b"catatan"),
            "wrapped": b'{"isi": ' + capture.body + b"}",
        }[self.slip]
        return replace(capture, body=changed)

    def _likes(self, host: str, query: dict[str, list[str]]) -> Answer:
        status, told = super()._likes(host, query)
        assert isinstance(told, dict)
        likes = [{**like, "actor": _with_picture(like["actor"])} for like in told["likes"]]
        return status, {**told, "likes": likes}


def _with_picture(actor: dict[str, Any]) -> dict[str, Any]:
    name = actor["handle"]
    return {**actor, "displayName": f"Nama {name}", "avatar": f"https://cdn.example/{name}.jpg"}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    crowd=st.lists(st.integers(10**6, 10**7 - 1), min_size=1, max_size=30, unique=True),
    call=st.sampled_from(CALLS),
    slip=st.sampled_from(SLIPS),
)
def test_after_any_crawl_nobody_who_is_not_watched_is_anywhere(
    tmp_path: Path, empty: Path, caplog: pytest.LogCaptureFixture, crowd: list[int], call: str, slip: str | int
) -> None:
    raka, mawar = Repo("did:plc:raka", "raka.example"), Repo("did:plc:mawar", "mawar.example")
    posts = [raka.post("Coblos nomor 1"), mawar.post("Kerja bakti")]
    mawar.like(posts[0])
    strangers = [Repo(f"did:plc:{MARK}{n}", f"{MARK}{n}.example") for n in crowd]
    for one in strangers:
        for uri in posts:
            one.like(uri)
    with TemporaryDirectory(dir=tmp_path) as name, caplog.at_level(logging.DEBUG):
        tools = open_office(Path(name) / "kantor", empty)
        watch(tools, entry("mawar.example"), entry("raka.example", Role.CAMPAIGN, **CAMPAIGN))

        crawl_all(tools, Crowd(raka, mawar, *strangers, call=call, slip=slip))

        assert slip != "whole" or len(stored(tools)) == 3
        assert MARK.encode() not in everything_kept(tools)
        assert MARK not in caplog.text
