"""Posters that the tests draw: invented candidates, several languages, fonts, grounds and leanings."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import cycle
from typing import Any

import numpy as np

from tests.classifier.readers import skip_without_reader

skip_without_reader()

from PIL import Image, ImageDraw, ImageFilter, ImageFont  # noqa: E402

SIDE = 1080
TEXTS = (
    ("COBLOS NOMOR 2", "Wira Kencana & Sari Melur", "Rabu, 27 November 2030"),
    ("Ayo warga, menangkan", "Kang Raka - Teh Melati", "untuk Sindangwangi maju"),
    ("Hayu urang dukung", "nomer hiji, pikeun lembur urang", "Ulah poho tanggal 27"),
    ("Monggo sedulur", "pilih nomer loro, Pakde Sastra", "kanggo desa sing luwih apik"),
    ("Kerja bakti Minggu pagi", "pukul 07.00 di balai warga", "Bawa cangkul dan sapu"),
    ("POSYANDU MELATI", "Imunisasi gratis, 14 Oktober", "Kelurahan Wanasari RW 05"),
    ("Jangan lupa 27-11", "Tetap 2 jari!", "#WargaPilihWira"),
    ("Saatnya Perubahan", "Bersama Raka Wirasaba", "Sekolah gratis, jalan mulus"),
)
FONTS = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSerif.ttf", "DejaVuSerif-BoldItalic.ttf", "default")
GROUNDS = ("plain", "slope", "noise", "photo", "pale", "shadow")
LEANINGS = (0, 0, -7, 0, 5, 0, 12)
KINDS = ("PNG", "JPEG")


@dataclass(frozen=True, kw_only=True)
class Poster:
    """A drawn poster and what stands on it."""

    name: str
    content: bytes
    words: str


def posters(count: int) -> Iterator[Poster]:
    """Draw so many posters, no two alike."""
    turns = zip(cycle(TEXTS), cycle(FONTS), cycle(GROUNDS), cycle(LEANINGS), cycle(KINDS), strict=False)
    for number, (lines, font, ground, lean, kind) in zip(range(count), turns, strict=False):
        image = _drawn(lines, font, ground, np.random.default_rng(number))
        if lean:
            image = image.rotate(lean, expand=True, fillcolor=image.getpixel((3, 3)))
        side = SIDE if number % 3 else SIDE // 2
        name = f"{number} {font} {ground} {lean} {kind} {side}"
        yield Poster(name=name, content=encoded(image.resize((side, side)), kind), words="\n".join(lines))


def encoded(image: Any, kind: str = "PNG", **how: Any) -> bytes:  # noqa: ANN401  (Pillow has no types here)
    """Write an image as a file."""
    target = BytesIO()
    image.save(target, kind, **({"quality": 70} if kind == "JPEG" else {}), **how)
    return target.getvalue()


def lettered(text: str, ink: Any = "black", *, mode: str = "RGB", ground: Any = "white", size: int = 60) -> Any:  # noqa: ANN401
    """Draw one line of text on a plain ground."""
    image = Image.new(mode, (640, 200), ground)
    ImageDraw.Draw(image).text((40, 60), text, font=ImageFont.load_default(size), fill=ink)
    return image


def _drawn(lines: tuple[str, ...], font: str, ground: str, chance: np.random.Generator) -> Any:  # noqa: ANN401
    image, ink = _ground(ground, chance)
    draw = ImageDraw.Draw(image)
    for line, top, size in zip(lines, (180, 420, 720), (84, 56, 46), strict=True):
        letters = _font(font, size)
        wide = draw.textlength(line, font=letters)
        letters = _font(font, int(size * min(1.0, (SIDE - 160) / wide)))
        left = (SIDE - draw.textlength(line, font=letters)) / 2
        if ground == "shadow":
            draw.text((left + 4, top + 4), line, font=letters, fill="#222222")
        draw.text((left, top), line, font=letters, fill=ink)
    return image


def _font(name: str, size: int) -> Any:  # noqa: ANN401
    if name != "default":
        try:
            return ImageFont.truetype(name, size)
        except OSError:  # not on this machine
            pass
    return ImageFont.load_default(size)


def _ground(name: str, chance: np.random.Generator) -> tuple[Any, str]:
    shape = (SIDE, SIDE, 3)
    match name:
        case "slope":
            slope = np.linspace(40, 160, SIDE)[:, None, None] * np.array([0.4, 0.7, 1.0])
            return Image.fromarray(np.broadcast_to(slope, shape).astype(np.uint8)), "white"
        case "noise":
            return Image.fromarray(chance.integers(150, 256, shape, dtype=np.uint8)), "#101060"
        case "photo":
            rough = Image.fromarray(chance.integers(0, 150, (18, 18, 3), dtype=np.uint8))
            return rough.resize((SIDE, SIDE)).filter(ImageFilter.GaussianBlur(6)), "white"
        case "pale":
            return Image.new("RGB", shape[:2], "#c8c8b4"), "#8a8a70"
        case "shadow":
            return Image.new("RGB", shape[:2], "#b02020"), "#ffe070"
    return Image.new("RGB", shape[:2], "#1a5fb4"), "white"
