"""What the replay servers answer: the committed cases of four platforms by their paths, and names that get walls."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

CAPTURES = Path(__file__).parents[1] / "scraper" / "captures"
CLOSED = """\
# Pengambilan otomatis hanya dengan izin tertulis.
User-agent: Mesinpencari
Disallow: /p/

User-agent: *
Disallow: /
"""
"""As these platforms end their robots.txt (reference: platforms 2.3)."""
CALL = "Ayo coblos nomor 1 Wira Kencanawungu dan Sari Melurasih tanggal 25 Juni!"
INSTAGRAM_TEXT, TIKTOK_TEXT = "Ayo datang ke lapangan #mawar", "Kerja bakti bersama @Raka Sari 🧹"
POSTS = {
    "DYflVZABgBl": "3900000000000000101",
    "DYflVZABgH5": "3900000000000000505",
    "DYflVZABgGU": "3900000000000000404",
}
VIDEOS = ("7610000000000000001", "7690000000000000002", "7690000000000000003")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is served: a case, with words of it replaced, or a way to another path."""

    case: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    leads_to: str | None = None
    media_type: str = "text/html; charset=utf-8"

    def body(self, platform: str) -> bytes:
        """Read the case; all words are replaced at once, so that two may change places."""
        if not self.case:
            return b""
        return _replaced((CAPTURES / platform / self.case).read_text(encoding="utf-8"), self.words).encode()


def _replaced(text: str, words: Mapping[str, str]) -> str:
    for number, old in enumerate(words):
        text = text.replace(old, f"\0{number}\0")
    for number, new in enumerate(words.values()):
        text = text.replace(f"\0{number}\0", new)
    return text


def _instagram() -> dict[str, Answer]:
    known = "DYflVZABgH5"
    posts = {
        f"/p/{code}/": Answer(
            case="post.html", words={known: code, code: known, POSTS[known]: pk, pk: POSTS[known]} if pk else {}
        )
        for code, pk in POSTS.items()
    }
    private = {"kelmawar": "kel_tutup", "61000000001": "61000000002"}
    return posts | {
        "/kelmawar/": Answer(case="profile.html"),
        f"/p/{known}/": Answer(case="post.html", words={INSTAGRAM_TEXT: CALL}),
        "/kel_hilang/": Answer(case="profile_not_found.html"),
        "/kel_dibatasi/": Answer(case="profile_throttled.html"),
        "/kel_dinding/": Answer(case="profile_login_wall.html"),
        "/kel_tutup/": Answer(case="profile_private.html", words=private),
        "/api/v1/media/3900000000000000505/likers/": Answer(case="likers.json", media_type="application/json"),
        "/graphql/query": Answer(case="likers_graphql.json", media_type="application/json"),
    }


def _tiktok() -> dict[str, Answer]:
    def named(case: str, handle: str) -> Answer:
        return Answer(case=case, words={"kelmawar": handle})

    known = "7690000000000000003"
    videos = {f"/@kelmawar/video/{one}": Answer(case="video.html", words={known: one}) for one in VIDEOS}
    return videos | {
        "/embed/@kelmawar": Answer(case="embed.html"),
        "/embed/@kel_tutup": named("embed_private.html", "kel_tutup"),
        "/embed/@kel_hilang": named("embed_banned.html", "kel_hilang"),
        "/embed/@kel_dibatasi": Answer(case="wall_nothing.html"),
        "/embed/@kel_curiga": Answer(case="wall_please_wait.html"),
    }


SCENES: Mapping[str, Mapping[str, Answer]] = {
    "instagram": _instagram(),
    "facebook": {
        "/kelmawar/": Answer(case="page.html"),
        "/kel_dinding/": Answer(case="page_login_wall.html"),
    },
    "tiktok": _tiktok(),
    "threads": {
        "/@kelmawar": Answer(case="profile.html"),
        "/@kel_dinding": Answer(leads_to="/login/?next=%2F%40kel_dinding"),
        "/login/": Answer(case="login_wall.html"),
    },
}
