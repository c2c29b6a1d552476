"""A town of invented accounts on an invented network, and a website of plain pages."""

from dataclasses import replace

from core.platforms import Site
from core.records import Capture, Role
from scraper.adapter import PageRequest
from tests.jobs.office import entry
from tests.scraper.atproto import Network, Repo
from tests.scraper.recorded import served

BOARD = Site.model_validate(
    {
        "platform": "papan",
        "base_url": "https://papan.example",
        "render": "http",
        "wall": "form#masuk",
        "posts": {
            "path": "/warga/{handle}",
            "landmark": "table#papan",
            "empty": "td.sepi",
            "html": {"items": "tr", "id": "@id", "url": "a@href", "author": "td.oleh", "text": "td.kata"},
        },
    }
)
WALL = "<html><form id=masuk></form></html>"
STRANGE = "<html><main>Rancangan baru dari @kel_a</main></html>"


def board(handle: str, *texts: str) -> str:
    lines = (
        f"<tr id=w{n}><td class=oleh>@{handle}<td class=kata>{text}<td><a href=/warta/{handle}-{n}>x</a>"
        for n, text in enumerate(texts)
    )
    return f"<html><table id=papan>{''.join(lines)}</table></html>"


class Website:
    """A website as a dict of pages; a page may be a text, a status with headers, or an error."""

    def __init__(self, **pages: "str | tuple[int, dict[str, str]] | Exception") -> None:
        self.pages = pages

    async def __call__(self, request: PageRequest) -> Capture:
        page = self.pages[request.url.rsplit("/", 1)[1]]
        if isinstance(page, Exception):
            raise page
        if isinstance(page, tuple):
            return served(request.url, b"", status=page[0], **page[1])
        return replace(served(request.url, page.encode()), media_type="text/html")


def town() -> Network:
    """Make a campaign with three posts and two kelurahan that like some of them."""
    raka = Repo("did:plc:raka", "raka.example")
    first, second, third = (raka.post(f"Coblos nomor 1, kata {word}") for word in ("ini", "itu", "semua"))
    mawar, melati = Repo("did:plc:mawar", "mawar.example"), Repo("did:plc:melati", "melati.example")
    for uri in (first, second):
        mawar.like(uri)
    mawar.post("Kerja bakti")
    melati.like(third)
    melati.like("at://did:plc:raka/app.bsky.feed.post/terhapus")
    stranger = Repo("did:plc:siti", "siti.example")
    stranger.like(first)
    return Network(raka, mawar, melati, stranger)


TOWN = (
    entry("mawar.example"),
    entry("melati.example", Role.ASN),
    entry("raka.example", Role.CAMPAIGN, contest="sindangwangi-2029", candidate="raka-melati"),
)
