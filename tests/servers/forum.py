"""A real Misago forum with invented people: what they wrote, how it is started, and the lines that describe it."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from tests.servers.planted import Planted, Served
from tests.servers.running import answers, free_port, running
from tests.storage.postgres import cluster

HERE = Path(__file__).parent / "forum"
KELURAHAN = ("KelurahanHonje", "KelurahanLame")
CAMPAIGN = "TimPasanganDua"
BYSTANDERS = ("WargaBiasaSatu", "WargaBiasaDua")
EVERYBODY = (*KELURAHAN, CAMPAIGN, *BYSTANDERS)
THREADS, LONG = 28, 22  # more threads than its list shows on a page, and one with more posts than a page
EVERY_HIDDEN = 11
# The visible link to the older threads leads back to the first page (Misago 0.39.6); the one in the head is right.
DESCRIBED = """
platform: warung
base_url: {url}
render: {render}
posts:
  list: {{path: /, landmark: .threads-list, links: a.threads-list-item-title, next: "link[rel=next]"}}
  path: /t/{{slug}}/{{thread}}/
  landmark: .posts-list
  end: footer
  next: link[rel=next]
  html: {{items: li.post, id: "@id", url: a.posted-on@href, author: .media-heading a, text: .post-body, time: time}}
"""
CLOSED = """
post:
  path: /t/{slug}/{thread}/post/{post}/
  landmark: .posts-list
  html: {items: li.post, id: "@id", url: a.posted-on@href, author: .media-heading .item-title, text: .post-body}
likers:
  path: /api/posts/{post}/likes/
  landmark: ol
  html: {items: li, id: "@id", author: a}
likes:
  path: /u/{handle}/likes/
  landmark: ol
  html: {items: li, id: "@id", author: a}
"""
"""What its robots.txt closes: profiles (/u/) and the lists of likers (/api/)."""


def described(url: str, render: str = "http", *, closed: bool = False) -> dict[str, Any]:
    """Give the settings of the platform for a forum at this address, with what robots.txt closes or without."""
    text = DESCRIBED.format(url=url, render=render) + (CLOSED if closed else "")
    return {"sites": [yaml.safe_load(text)]}


def moved(served: Served, url: str) -> Served:
    """Give the same server as it is seen at another address: a forum's posts are known by where they stand."""
    accounts = (
        replace(account, posts=tuple(post.replace(served.url, url) for post in account.posts))
        if account.platform
        else account
        for account in served.accounts
    )
    return replace(served, url=url, accounts=tuple(accounts))


@contextmanager
def forum(python: Path, postgres: Path, folder: Path) -> Iterator[Served]:
    """Run a forum on a PostgreSQL of its own, with everything planted in it."""
    with cluster(postgres) as address:
        where, port = address.rpartition("@")[2].rstrip("/"), free_port()
        own = {
            "PGHOST": where.partition(":")[0],
            "PGPORT": where.partition(":")[2],
            "PGUSER": "tilik",
            "PGDATABASE": "forum",
            "PYTHONPATH": str(HERE),
            "DJANGO_SETTINGS_MODULE": "forum_settings",
            "FORUM_FOLDER": str(folder),
        }
        wanted, planted, log = folder / "wanted.json", folder / "planted.json", folder / "output.log"
        wanted.write_text(json.dumps({"people": EVERYBODY, "threads": _threads()}), encoding="utf-8")
        _run(own, str(postgres / "createdb"), "forum")
        _run(own, str(python), "-m", "django", "migrate")
        _run(own, str(python), str(HERE / "seed.py"), str(wanted), str(planted))
        url = f"http://127.0.0.1:{port}"
        command = [str(python), "-m", "django", "runserver", "--noreload", f"127.0.0.1:{port}"]
        with running(command, cwd=folder, output=log, ready=lambda: answers(f"{url}/robots.txt"), extra=own):
            yield Served(url=url, accounts=_accounts(url, json.loads(planted.read_text(encoding="utf-8"))), log=log)


def _threads() -> list[Any]:
    short = [[_post(thread, place, f"Warta {thread}.{place}") for place in range(3)] for thread in range(THREADS)]
    return [*short, [_post(0, place, f"Kerja bakti pekan ke-{place}") for place in range(LONG)]]


def _post(thread: int, place: int, text: str) -> list[Any]:
    number = thread + place
    who, liker = EVERYBODY[number % len(EVERYBODY)], EVERYBODY[(number + 1) % len(EVERYBODY)]
    words = f"{text}: ayo coblos nomor dua" if who == CAMPAIGN else text
    hidden = place > 0 and number % EVERY_HIDDEN == 0
    return [who, words, hidden, [liker]]


def _accounts(url: str, threads: list[list[dict[str, Any]]]) -> tuple[Planted, ...]:
    shown = [post for posts in threads for post in posts if not post["hidden"]]
    return tuple(
        Planted(
            key=name,
            handle=name,
            posts=tuple(f"{url}{post['path']}" for post in shown if post["by"] == name),
            watched=name not in BYSTANDERS,
            campaign=name == CAMPAIGN,
            platform="warung",
        )
        for name in EVERYBODY
    )


def _run(own: dict[str, str], *command: str) -> None:
    done = subprocess.run(command, env=os.environ | own, capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        message = f"{' '.join(command)} failed: {done.stderr[-2000:]}"
        raise RuntimeError(message)
