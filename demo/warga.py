"""The network "warga": pages that a browser fills from a public API, eight items at a time."""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import quote

from core.records import Role
from demo.election import Election, Member, Network, Quirk, Writing
from demo.reply import Query, Reply, as_json

PAGES = Path(__file__).parent / "pages"
PER_ANSWER = 8
PICTURE_SIDE = 320
ASSETS = {"warga.css": "text/css", "warga.js": "text/javascript", "baru.js": "text/javascript"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Warga:
    """Answers for one site: the open one, or the one for members only."""

    election: Election
    network: Network = Network.WARGA

    def answer(self, path: str, query: Query) -> Reply:
        """Answer one request."""
        if path == "/robots.txt":
            return self._robots()
        if path.startswith("/api/"):
            return self._api(path.removeprefix("/api/"), query)
        if path.startswith("/@"):
            return self._profile(path.removeprefix("/@"))
        if path.startswith("/post/"):
            return self._post(path.removeprefix("/post/"))
        return _asset(path) or (_page("beranda") if path == "/" else _missing())

    def _robots(self) -> Reply:
        closed = [m for m in self.election.members.values() if m.quirk is Quirk.ROBOTS and m.network is self.network]
        lines = ["User-agent: *", "Disallow: /pesan/", *(f"Disallow: /@{member.handle}/suka" for member in closed)]
        return Reply(body="\n".join([*lines, ""]).encode(), media_type="text/plain")

    def _profile(self, rest: str) -> Reply:
        handle, _, section = rest.partition("/")
        member = self.election.member(self.network, handle)
        if member is None or section not in ("", "suka"):
            return _missing()
        if member.quirk is Quirk.WALL:
            return _page("masuk")
        source = "likes" if section else "posts"
        page = "baru" if member.quirk is Quirk.CHANGED else "profil"
        empty = "Belum menyukai apa pun." if section else "Belum ada kiriman."
        return _page(page, handle=handle, name=member.name, source=f"/api/{source}?handle={quote(handle)}", empty=empty)

    def _post(self, number: str) -> Reply:
        post = self._found(number)
        if post is None:
            return _missing()
        if post.author.quirk is Quirk.WALL:
            return _page("masuk")
        return _page(
            "kiriman",
            number=str(post.number),
            handle=post.author.handle,
            name=post.author.name,
            text=post.text,
            time=post.at.isoformat(),
            likes=str(len(self.election.likers_of(post))),
            gambar=_picture(post) or "",
        )

    def _api(self, name: str, query: Query) -> Reply:
        if name == "likers":
            return self._likers(query)
        member = self.election.member(self.network, query.get("handle", ""))
        if member is None or member.quirk is Quirk.WALL or name not in ("posts", "likes"):
            return _no()
        posts = self.election.liked_by(member) if name == "likes" else self.election.posts_of(member)
        if member.quirk is Quirk.CHANGED:
            return as_json({"hasil": [{"kode": f"k{p.number}", "oleh": p.author.name, "teks": p.text} for p in posts]})
        return _list("kiriman", [self._item(post) for post in posts], query)

    def _likers(self, query: Query) -> Reply:
        post = self._found(query.get("post", ""))
        if post is None or post.author.quirk is Quirk.WALL:
            return _no()
        return _list("penyuka", [_person(liker) for liker in self.election.likers_of(post)], query)

    def _found(self, number: str) -> Writing | None:
        return self.election.post(self.network, int(number)) if number.isdecimal() else None

    def _item(self, post: Writing) -> dict[str, object]:
        return {
            "id": str(post.number),
            "alamat": f"/post/{post.number}",
            "penulis": _person(post.author),
            "isi": post.text,
            "waktu": post.at.isoformat(),
            "suka": len(self.election.likers_of(post)),
            "gambar": _picture(post),
        }


def _picture(post: Writing) -> str | None:
    """Name the poster of a campaign's post, where it has one."""
    poster = post.author.role is Role.CAMPAIGN and post.number % 3 == 0
    return f"/gambar/{post.number}.png" if poster else None


def _person(member: Member) -> dict[str, object]:
    return {"handle": member.handle, "nama": member.name, "foto": f"/foto/{member.handle}.svg"}


def _list(name: str, items: Sequence[object], query: Query) -> Reply:
    cursor = query.get("cursor", "0")
    start = int(cursor) if cursor.isdecimal() else 0
    end = start + PER_ANSWER
    onward = str(end) if end < len(items) else None
    return as_json({"data": {name: items[start:end], "jumlah": len(items)}, "lanjut": onward})


def _no() -> Reply:
    return as_json({"galat": "tidak ada"}, status=404)


def _missing() -> Reply:
    return _page("tidak-ada", status=404)


def _page(page: str, *, status: int = 200, **words: str) -> Reply:
    """Fill a page of `pages/`; every word is escaped."""
    template = Template((PAGES / f"{page}.html").read_text(encoding="utf-8"))
    return Reply(body=template.substitute({k: escape(word) for k, word in words.items()}).encode(), status=status)


def _asset(path: str) -> Reply | None:
    """Serve styles, scripts and pictures: what a careful crawler leaves alone."""
    folder, _, name = path.removeprefix("/").partition("/")
    if folder == "aset" and name in ASSETS:
        return Reply(body=(PAGES / name).read_bytes(), media_type=f"{ASSETS[name]}; charset=utf-8")
    if folder == "foto":
        return Reply(body=_portrait(name.removesuffix(".svg")), media_type="image/svg+xml")
    if folder == "gambar":
        return Reply(body=_poster(zlib.crc32(name.encode())), media_type="image/png")
    return None


def _portrait(handle: str) -> bytes:
    hue = zlib.crc32(handle.encode()) % 360
    letter = escape(handle.removeprefix("kel_")[:1].upper())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48"><rect width="48" height="48" '
        f'fill="hsl({hue} 45% 45%)"/><text x="24" y="32" font-size="24" fill="#fff" text-anchor="middle">{letter}'
        "</text></svg>"
    ).encode()


def _poster(seed: int) -> bytes:
    """Draw a PNG of two colours."""
    top, bottom = (seed & 0xFFFFFF).to_bytes(3, "big"), (seed >> 8 & 0xFFFFFF).to_bytes(3, "big")
    half = PICTURE_SIDE // 2
    pixels = (b"\0" + top * PICTURE_SIDE) * half + (b"\0" + bottom * PICTURE_SIDE) * half
    header = struct.pack(">2I5B", PICTURE_SIDE, PICTURE_SIDE, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(pixels)), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body
