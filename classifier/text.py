"""Text as people write it → plain tokens that remember where they stood.

Pure functions under one version: a model is only used with the normalisation that it was trained on. Every token
carries the span of the original text it came from, so that a reason can be shown where the reader sees it.
"""

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from classifier.vocabulary import families, known_words, slang

NORM_VERSION = "2"
MAX_CHARS = 20_000
"""What is read of a text; the longest caption of any platform we know fits, a file of a megabyte does not."""
MAX_WORD = 60
SHORT = 1_000

INVISIBLE = frozenset("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\ufe0e\ufe0f") | {
    chr(code) for code in range(0x1F3FB, 0x1F400)
}
LOOKALIKES = str.maketrans("аеорсухіјѕѵԁɡαορν", "aeopcyxijsvdgaopv")
LEET = str.maketrans("013456789@$", "oieasgtbgas")
NUMBER_WORDS = {
    word: number
    for number, words in enumerate(
        (
            ("satu", "hiji", "siji", "setunggal", "ciek"),
            ("dua", "loro", "kalih", "duo"),
            ("tiga", "tilu", "telu", "tigo"),
            ("empat", "opat", "papat"),
            ("lima", "limo", "gangsal"),
            ("enam", "genep", "nenem"),
        ),
        start=1,
    )
    for word in words
}
EMOJI = {
    "☝": "xfinger", "👆": "xfinger", "✌": "xfinger", "🤟": "xfinger", "🤘": "xfinger",
    "❤": "xheart", "🔥": "xfire", "💪": "xfist", "✊": "xfist", "👊": "xfist", "👍": "xthumb", "👏": "xclap",
    "🙏": "xpray", "🤲": "xpray", "😂": "xlaugh", "🤣": "xlaugh", "😆": "xlaugh", "😅": "xlaugh",
    "😡": "xangry", "😤": "xangry", "🤬": "xangry", "🤮": "xangry", "🗳": "xballot", "📦": "xballot",
    **dict.fromkeys("♥💙💚💛💜🧡🖤🤍🤎💖💗💕💞🥰😍", "xheart"),
}  # fmt: skip
FINGERS = {"☝": 1, "👆": 1, "✌": 2, "🤟": 3, "🤘": 3}
_NUMBERS = "|".join(sorted(NUMBER_WORDS, key=len, reverse=True))


class TokenKind(StrEnum):
    """What a token was in the original text."""

    WORD = "word"
    NUMBER = "number"
    BALLOT = "ballot"
    TAG = "tag"
    PART = "part"  # a word inside the hashtag before it
    MENTION = "mention"
    URL = "url"
    EMOJI = "emoji"
    MARK = "mark"


class Token(NamedTuple):
    """One plain token; `raw` is the joined tag, the handle or the emoji, `value` the ballot number."""

    text: str
    kind: TokenKind
    start: int
    end: int
    raw: str = ""
    value: int | None = None


_TOKEN = re.compile(
    rf"""
    (?P<url>https?://\S+|www\.\S+|<(?:url|email|telp|phone)>|[a-z0-9][a-z0-9-]{{0,60}}\.(?:com|id|net|org)(?:/\S*)?(?!\w))
  | (?P<mail>[a-z0-9][\w.+-]{{0,60}}@[a-z0-9][a-z0-9-]{{0,60}}\.[a-z]{{2,6}})
  | (?P<mention>(?<!\w)@\w[\w.]*)
  | (?P<tag>\#\w+)
  | (?P<keycap>[0-9]\u20e3(?:[0-9]\u20e3)?)
  | (?P<ballot>(?<!\w)(?:no(?:mo[re]|me?r|m?or)?|nmr|nmer|paslon|urut)(?:[ ]?urut)?[\s.:#]{{0,3}}
        (?:0?(?P<digit>[1-9])(?P=digit){{0,400}}|1[0-9]|2[0-4]|(?:{_NUMBERS}))(?![\w]|[.:/]\d))
  | (?P<spaced>(?<!\w)[a-z](?P<gap>[ .*_-])[a-z](?:(?P=gap)[a-z]){{2,30}}(?!\w))
  | (?P<percent>\d+(?:[.,]\d+)?[ ]?%)
  | (?P<figure>\d+(?:[.,:/]\d+)+)
  | (?P<word>[^\W_]+(?:['’@$][^\W_]+)*)
  | (?P<mark>[!?]+)
  | (?P<emoji>[\u203c-\u2bff\U0001f000-\U0001faff])
    """,
    re.VERBOSE,
)
_PIECES = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_LAUGH = re.compile(r"(?:w?(?:[aio]?[wk]){4,}a?|(?:h[aei]){3,}h?|(?:ah|eh){3,}a?|xi(?:xi)+)")
_STRETCH = re.compile(r"(.)\1{2,}")


@lru_cache(maxsize=8192)
def _fold_char(char: str) -> str:
    if char in INVISIBLE:
        return ""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", char)).lower()
    return "".join(c for c in plain if not unicodedata.combining(c)).translate(LOOKALIKES)


def _fold(text: str) -> tuple[str, list[int]]:
    """Write a text in plain lower case, and say for every character which original one it came from."""
    if text.isascii():
        return text.lower(), list(range(len(text)))
    pieces: list[str] = []
    origins: list[int] = []
    for index, char in enumerate(text):
        plain = char.lower() if char < "\x80" else _fold_char(char)
        pieces.append(plain)
        origins.extend([index] * len(plain))
    return "".join(pieces), origins


@lru_cache(maxsize=65536)
def plain_words(raw: str) -> tuple[str, ...]:
    """Undo chat spelling of one word: own slang list, digits for letters, stretched letters, laughter."""
    if raw in slang():
        return slang()[raw]
    if raw.isdigit():
        return (raw,)
    if any(c.isdigit() or c in "@$" for c in raw):
        return _undigit(raw)
    word = raw.replace("’", "'")
    if _LAUGH.fullmatch(word):
        return ("wkwk",)
    if _STRETCH.search(word):
        short = _STRETCH.sub(r"\1", word)
        return slang().get(short, (short,))
    return (word,)


def _undigit(raw: str) -> tuple[str, ...]:
    """Read a word with digits in it: doubled (anak2), leet (c0bl0s) or number (gas02)."""
    if raw.endswith("2") and raw[:-1].isalpha():
        return plain_words(raw[:-1])
    letters = _STRETCH.sub(r"\1", raw.translate(LEET))
    guess = slang().get(letters, (letters,))
    if all(word in known_words() for word in guess):
        return guess
    if re.search(r"[a-z][0-9@$]+[a-z]", raw):
        return (letters.replace("2", ""),)
    return tuple(word for part in re.findall(r"[0-9]+|[^\d@$]+", raw) for word in _part(part)) or ("xnum",)


def _part(part: str) -> tuple[str, ...]:
    return (part,) if part.isdigit() else plain_words(part)


@lru_cache(maxsize=16384)
def tag_words(tag: str) -> tuple[str, ...]:
    """Split a hashtag (without #) at capitals and digits, or at words that campaigns use."""
    pieces = [piece for part in tag.split("_") for piece in _PIECES.findall(part)]
    if not pieces:
        return (tag.lower(),)
    return tuple(word for piece in pieces for part in _split(piece) for word in plain_words(part))


@lru_cache(maxsize=1)
def _tag_vocabulary() -> tuple[str, ...]:
    names = ("anti_tag", "promo_tag", "contest_tag", "vote", "cheer")
    words = {word for name in names for word in families()[name].words if len(word) > 3 and word.isalpha()}
    return tuple(sorted(words, key=lambda word: (-len(word), word)))


def _split(piece: str) -> list[str]:
    """Take a piece of a hashtag apart; one that is set like a name only if nothing unknown is left over."""
    parts = _peel(piece.lower())
    like_a_name = piece[0].isupper() and not piece.isupper()
    return parts if not like_a_name or all(part in _tag_vocabulary() for part in parts) else [piece.lower()]


def _peel(piece: str) -> list[str]:
    """Take known words off both ends of a joined tag: menangbersamaarif → menang, bersama, arif."""
    head: list[str] = []
    tail: list[str] = []
    while len(piece) > 6:
        first = next((w for w in _tag_vocabulary() if piece.startswith(w) and len(piece) > len(w) + 1), None)
        last = None if first else next((w for w in _tag_vocabulary() if piece.endswith(w) and piece != w), None)
        if first:
            head.append(first)
            piece = piece[len(first) :]
        elif last:
            tail.insert(0, last)
            piece = piece[: -len(last)]
        else:
            break
    return [*head, piece, *tail]


def tokens(text: str) -> tuple[Token, ...]:
    """Read a text into plain tokens, each with its span in the original."""
    return _tokens_kept(text) if len(text) <= SHORT else _tokens(text[:MAX_CHARS])


@lru_cache(maxsize=8192)
def _tokens_kept(text: str) -> tuple[Token, ...]:
    """Keep the tokens of a text for a while: it is read with the lexicon of one contest after the other."""
    return _tokens(text)


def forget_words() -> None:
    """Let go of the words and texts that are kept to be read quickly: full stores take 33 MB."""
    for kept in (plain_words, tag_words, _tokens_kept):
        kept.cache_clear()


def _tokens(text: str) -> tuple[Token, ...]:
    folded, origins = _fold(text)
    found: list[Token] = []
    for match in _TOKEN.finditer(folded):
        group, plain = str(match.lastgroup), match.group()
        start, end = origins[match.start()], origins[match.end() - 1] + 1
        if group in _SIMPLE:
            found.append(Token(*_SIMPLE[group], start, end, plain))
        elif group == "word":
            found.extend(_word(plain, start, end))
        elif group == "tag":
            found.extend(_tag(plain, text[start:end], start, end))
        else:
            found.append(_READERS[group](plain, start, end))
    return tuple(_with_ballots(found))


_SIMPLE = {
    "url": ("xurl", TokenKind.URL),
    "mail": ("xurl", TokenKind.URL),
    "mention": ("xuser", TokenKind.MENTION),
    "percent": ("xpercent", TokenKind.NUMBER),
    "figure": ("xfigure", TokenKind.NUMBER),
}


def _word(plain: str, start: int, end: int) -> list[Token]:
    words = plain_words(plain[:MAX_WORD])
    return [
        _number(word, start, end) if word.isdecimal() else Token(word, TokenKind.WORD, start, end) for word in words
    ]


def _number(digits: str, start: int, end: int) -> Token:
    """Read bare digits: 01 to 09 may be a ballot number, 2024 is a year."""
    if re.fullmatch(r"(?:19|20)[0-9]{2}", digits):
        return Token("xyear", TokenKind.NUMBER, start, end, digits)
    if re.fullmatch(r"0?[1-9]", digits):
        return Token("xnum", TokenKind.NUMBER, start, end, digits, int(digits))
    return Token("xnum", TokenKind.NUMBER, start, end, digits)


def _tag(plain: str, original: str, start: int, end: int) -> list[Token]:
    """Keep the joined tag, and beside it the words inside; all of them point to the whole tag."""
    parts = [
        _number(word, start, end) if word.isdecimal() else Token(word, TokenKind.PART, start, end)
        for word in tag_words((original if len(original) == len(plain) else plain)[1:MAX_WORD])
    ]
    return [Token("xtag", TokenKind.TAG, start, end, plain[1:]), *parts]


def _ballot(plain: str, start: int, end: int) -> Token:
    last = re.findall(r"[1-9]\d*|[a-z]+", plain)[-1]
    digits = int(last[0] if len(last) > 2 else last) if last.isdecimal() else NUMBER_WORDS.get(last, 0)
    return Token("xno", TokenKind.BALLOT, start, end, plain, digits)


def _keycap(plain: str, start: int, end: int) -> Token:
    digits = int("".join(c for c in plain if c.isdecimal()))
    return Token("xkeycap", TokenKind.BALLOT, start, end, plain, digits)


def _spaced(plain: str, start: int, end: int) -> Token:
    joined = plain[::2]
    return Token(" ".join(slang().get(joined, (joined,))).replace(" ", ""), TokenKind.WORD, start, end)


def _emoji(plain: str, start: int, end: int) -> Token:
    return Token(EMOJI.get(plain, "xemoji"), TokenKind.EMOJI, start, end, plain, FINGERS.get(plain))


def _mark(plain: str, start: int, end: int) -> Token:
    return Token("xquestion" if "?" in plain else "xexclaim", TokenKind.MARK, start, end, plain)


_READERS = {"ballot": _ballot, "keycap": _keycap, "spaced": _spaced, "emoji": _emoji, "mark": _mark}


def _with_ballots(found: list[Token]) -> list[Token]:
    """Turn bare numbers into ballot numbers where their neighbours say so: 02, or a digit after a vote word."""
    vote = families()["vote"].words | families()["support"].words
    counted = families()["counted"].words
    for index, token in enumerate(found):
        if token.text != "xnum" or token.value is None:
            continue
        before = found[index - 1].text if index else ""
        after = found[index + 1].text if index + 1 < len(found) else ""
        if after == "jari":
            found[index] = token._replace(text="xfinger", kind=TokenKind.EMOJI)
        elif before not in counted and (token.raw.startswith("0") or before in vote):
            found[index] = token._replace(text="xno", kind=TokenKind.BALLOT)
    return found
