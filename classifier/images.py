"""Bytes from outside → a small picture that a reader may look at, or the name of what is wrong with them.

Nobody knows who made an image. Only four formats are opened, its size is asked before it is unpacked, and whatever the
decoder stumbles over is an outcome.
"""

import struct
import warnings
import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.pictures import Unreadable

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "AVIF")
LONGEST_SIDE = 800
"""Readers are faster on small pictures, and make fewer mistakes."""
MOST_BYTES = 10_000_000
MOST_PIXELS = 30_000_000
MOST_SIDE = 20_000
MOST_TIMES = 4
"""How many times longer than broad a picture may be before it is made broader."""
WHITE, BLACK = 255.0, 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A picture as blue, green and red bytes; `moving` where it is only the first of several."""

    pixels: NDArray[np.uint8]
    moving: bool


def shrunk(content: bytes) -> Frame | Unreadable:
    """Give a picture upright, on a plain ground and at most 800 pixels long."""
    from PIL import Image  # noqa: PLC0415  (comes with the extra `ocr`)

    if len(content) > MOST_BYTES:
        return Unreadable.TOO_MANY_BYTES
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of what we count ourselves, and of odd palettes
        try:
            with Image.open(BytesIO(content), formats=FORMATS) as image:
                if image.width * image.height > MOST_PIXELS or max(image.size) > MOST_SIDE:
                    return Unreadable.TOO_MANY_PIXELS
                return _frame(image)
        except Image.DecompressionBombError:
            return Unreadable.TOO_MANY_PIXELS
        except Image.UnidentifiedImageError:
            return Unreadable.NO_PICTURE
        except (
            OSError,
            SyntaxError,
            ValueError,
            LookupError,
            TypeError,
            ArithmeticError,
            RuntimeError,
            struct.error,
            zlib.error,
        ):
            return Unreadable.BROKEN  # what Pillow's decoders raise on damaged files


def _frame(image: Any) -> Frame:  # noqa: ANN401  (Pillow is not there without the extra)
    from PIL import Image, ImageOps  # noqa: PLC0415

    moving = bool(getattr(image, "is_animated", False))
    image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a large JPEG is unpacked small
    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith(("I", "F")):  # Pillow would cut what is brighter than 255 off
        upright = Image.fromarray(_stretched(np.asarray(upright, dtype=np.float32)))
    seen_through = "transparency" in upright.info or upright.mode in {"RGBA", "LA", "PA", "RGBa", "La"}
    plain = upright.convert("RGBA" if seen_through else "RGB")
    plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    pixels = np.asarray(plain, dtype=np.float32)
    if seen_through:
        pixels = _on_a_ground(pixels)
    return Frame(pixels=np.ascontiguousarray(_broad(pixels.round().astype(np.uint8)[:, :, ::-1])), moving=moving)


def _broad(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Add to the short side of a strip what stands at its edge: readers blow strips up until they fill the memory."""
    height, width = pixels.shape[:2]
    least = -(-max(height, width) // MOST_TIMES)
    below, right = max(0, least - height), max(0, least - width)
    return np.pad(pixels, ((0, below), (0, right), (0, 0)), mode="edge") if below or right else pixels


def _stretched(greys: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Bring greys of any depth to 256."""
    least = float(greys.min())
    depth = max(float(greys.max()) - least, 1.0)
    return ((greys - least) * (WHITE / depth)).round().astype(np.uint8)


def _on_a_ground(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Lay a picture that one sees through on white, or on black where what it shows is bright itself."""
    seen = pixels[:, :, 3:] / WHITE
    bright = float((pixels[:, :, :3].mean(axis=2, keepdims=True) * seen).sum() / max(float(seen.sum()), 1.0))
    ground = BLACK if bright > WHITE / 2 else WHITE
    laid: NDArray[np.float32] = pixels[:, :, :3] * seen + np.float32(ground) * (1 - seen)
    return laid
