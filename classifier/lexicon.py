"""What a contest is made of, found in tokens: names, numbers, taglines, hashtags, handles, parties, the empty box.

Every hit knows its candidate and its place in the original text. `mask` puts one word in the place of each, so that
a model which learnt in one contest reads another: it never sees who the candidates are.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from classifier.text import Token, TokenKind, tokens
from classifier.vocabulary import families
from core.settings import Candidate, Contest

LEXICON_VERSION = "2"
SHORTEST_IN_TAG = 4
SHORTEST_IN_WORD = 5
MOST_KNOWN = 100_000


class HitKind(StrEnum):
    """What of a candidate stands in a text; each masks as one word."""

    NAME = "name"
    BOX = "box"
    NUMBER = "number"
    SLOGAN = "slogan"
    TAG = "tag"
    ANTI_TAG = "anti_tag"
    HANDLE = "handle"
    PARTY = "party"
    SIGN = "sign"  # finger or emoji: never a target by itself
    PIECE = "piece"  # a name inside a hashtag: the tag is the target


MASKS = {
    HitKind.NAME: "xcand",
    HitKind.BOX: "xbox",
    HitKind.NUMBER: "xno",
    HitKind.SLOGAN: "xslogan",
    HitKind.TAG: "xtagcand",
    HitKind.ANTI_TAG: "xtaganti",
    HitKind.HANDLE: "xcandhandle",
    HitKind.PARTY: "xparty",
    HitKind.PIECE: "xcand",
}
IDENTITIES = frozenset({HitKind.NAME, HitKind.BOX, HitKind.PARTY, HitKind.HANDLE, HitKind.NUMBER, HitKind.PIECE})
"""What is masked everywhere; slogans and tags keep their words in the second view of a text."""
NEVER_ALONE = frozenset({HitKind.PARTY, HitKind.SIGN, HitKind.PIECE})
"""What does not show that a text is about the contest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """Something of the contest at tokens[first:last]; `candidate` is None where nobody in particular is meant."""

    kind: HitKind
    candidate: str | None
    first: int
    last: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    words: tuple[str, ...]
    kind: HitKind
    candidate: str | None
    weak: bool = False


class Lexicon:
    """The forms of one contest, ready to be looked up. `Lexicon(None)` knows only parties and the empty box."""

    def __init__(self, contest: Contest | None) -> None:
        candidates = contest.candidates if contest else ()
        forms = [form for candidate in candidates for form in _forms(candidate)]
        owners: dict[tuple[str, ...], set[str | None]] = {}
        for form in forms:
            owners.setdefault(form.words, set()).add(form.candidate)
        shared = {words for words, ids in owners.items() if len(ids) > 1}
        self._forms: dict[str, list[_Form]] = {}
        for form in (*(f for f in forms if f.words not in shared or f.kind is HitKind.PARTY), *_common_forms()):
            self._forms.setdefault(form.words[0], []).append(form)
        for same in self._forms.values():
            same.sort(key=lambda form: -len(form.words))
        self._joined = {"".join(f.words): f.candidate for f in forms if _joinable(f) and f.words not in shared}
        self._tags = {tag.lstrip("#").lower(): c.id for c in candidates for tag in c.hashtags}
        self._handles = {handle.lstrip("@").lower(): c.id for c in candidates for handle in c.handles}
        self._numbers = {c.number: c.id for c in candidates if c.number is not None}
        self._signs = {_sign(emoji): c.id for c in candidates for emoji in c.emoji}
        self._found_inside: dict[tuple[str, int], str | None] = {}
        self.knows_candidates = bool(candidates)
        self.digest = _digest(candidates)

    def hits(self, found: Sequence[Token], text: str) -> list[Hit]:
        """Find everything of the contest in a text, from left to right, the longest form first."""
        hits: list[Hit] = []
        weak: list[Hit] = []
        index = 0
        while index < len(found):
            form = self._form_at(found, index)
            if form is not None:
                hit = _hit(found, index, index + len(form.words), form.kind, form.candidate)
                certain = not form.weak or _named(found, index, text)
                (hits if certain else weak).append(hit)
                index = hit.last
            else:
                hits.extend(self._single(found, index))
                index += 1
        if any(hit.kind not in NEVER_ALONE for hit in hits):
            hits.extend(weak)
        return sorted(hits, key=lambda hit: (hit.first, hit.last))

    def _form_at(self, found: Sequence[Token], index: int) -> _Form | None:
        for form in self._forms.get(found[index].text, ()):
            here = found[index : index + len(form.words)]
            if tuple(token.text for token in here) == form.words and (
                form.kind is not HitKind.PARTY or here[0].kind is not TokenKind.PART
            ):
                return form
        return None

    def _single(self, found: Sequence[Token], index: int) -> Iterator[Hit]:
        """Read one token that is no form: a tag, a handle, a number, a sign, a word that names are joined into."""
        token = found[index]
        kind, candidate = HitKind.TAG, None
        if token.kind is TokenKind.TAG:
            candidate = self._tags.get(token.raw) or self._inside(token.raw, SHORTEST_IN_TAG)
            kind = HitKind.ANTI_TAG if is_anti_tag(found, index) else HitKind.TAG
        elif token.kind is TokenKind.MENTION:
            handle = token.raw.lstrip("@").rstrip(".")
            kind, candidate = HitKind.HANDLE, self._handles.get(handle) or self._inside(handle, SHORTEST_IN_WORD)
        elif token.kind is TokenKind.BALLOT:
            kind, candidate = HitKind.NUMBER, self._numbers.get(token.value or 0)
        elif token.kind is TokenKind.EMOJI:
            number = self._numbers.get(token.value or 0)
            kind, candidate = HitKind.SIGN, self._signs.get(token.raw) or number
        elif token.kind is TokenKind.PART:
            kind, candidate = HitKind.PIECE, self._inside(token.text, SHORTEST_IN_WORD)
        elif token.kind is TokenKind.WORD:
            candidate = self._tags.get(token.text) or self._inside(token.text, SHORTEST_IN_WORD)
        if candidate is not None or kind is HitKind.NUMBER:
            yield _hit(found, index, index + 1, kind, candidate)

    def _inside(self, joined: str, shortest: int) -> str | None:
        """Find a candidate's name inside a joined word: only there is the name longer than a coincidence."""
        if len(joined) < shortest:
            return None
        known = self._found_inside.get((joined, shortest), "")
        if known == "":
            names = (name for name in self._joined if len(name) >= shortest and name in joined)
            best = max(names, key=len, default=None)
            known = self._joined[best] if best else None
            if len(self._found_inside) >= MOST_KNOWN:
                self._found_inside.clear()
            self._found_inside[joined, shortest] = known
        return known


def mask(found: Sequence[Token], hits: Iterable[Hit], *, slogans: bool) -> list[Token]:
    """Put one word in the place of each hit; without `slogans`, tags and taglines keep their own words."""
    cover: dict[int, Hit] = {}
    for hit in hits:
        if hit.kind in MASKS and (slogans or hit.kind in IDENTITIES):
            for index in range(hit.first, hit.last):
                cover.setdefault(index, hit)
    masked: list[Token] = []
    index = 0
    while index < len(found):
        over = cover.get(index)
        if over is None:
            masked.append(found[index])
            index += 1
            continue
        word = MASKS[over.kind]
        if masked and masked[-1].text == word == "xcand":  # first name, second name: one candidate
            masked[-1] = masked[-1]._replace(end=over.end)
        else:
            masked.append(Token(word, TokenKind.WORD, over.start, over.end))
        index = max(over.last, index + 1)
    return masked


def is_anti_tag(found: Sequence[Token], index: int) -> bool:
    """Say whether a hashtag opens against somebody: #Tolak…, #Ganti…, #2029Tanpa…."""
    words = [t.text for t in found[index + 1 : index + 5] if t.start == found[index].start]
    words = [word for word in words if word != "xyear"]
    return any(word in families()["anti_tag"].words for word in words[:2])


def _hit(found: Sequence[Token], first: int, last: int, kind: HitKind, candidate: str | None) -> Hit:
    start, end = found[first].start, max(token.end for token in found[first:last])
    return Hit(kind=kind, candidate=candidate, first=first, last=last, start=start, end=end)


def _named(found: Sequence[Token], index: int, text: str) -> bool:
    """Say whether an ordinary word is used as a name here: after pak or bu, or with a capital inside a sentence."""
    token = found[index]
    if index and found[index - 1].text in families()["person_title"].words:
        return True
    original = text[token.start : token.end]
    inside = index > 0 and found[index - 1].kind is TokenKind.WORD
    return inside and original[:1].isupper() and not original.isupper() and not text.istitle()


def _words(form: str) -> tuple[str, ...]:
    return tuple(token.text for token in tokens(form) if token.kind in {TokenKind.WORD, TokenKind.BALLOT})


def _plain(forms: Iterable[str]) -> list[tuple[str, ...]]:
    return [words for form in forms if (words := _words(form))]


def _forms(candidate: Candidate) -> Iterator[_Form]:
    """Spell out how people write a candidate: full and short names, joined pairs, taglines, parties."""
    kind = HitKind.BOX if candidate.empty_box else HitKind.NAME
    names, nicknames = _plain(candidate.names), _plain(candidate.nicknames)
    titles = families()["person_title"].words
    parts = [] if candidate.empty_box else [(w,) for name in names for w in name if len(w) > 3 and w not in titles]
    for words in dict.fromkeys([*names, *nicknames, *parts, *_pairs(names)]):
        bare = words[1:] if len(words) == 2 and words[0] in titles else words
        weak = len(bare) == 1 and (len(bare[0]) <= 3 or bare[0] in families()["ordinary"].words)
        for form in dict.fromkeys((words, bare)):
            yield _Form(words=form, kind=kind, candidate=candidate.id, weak=weak and form == bare)
    if candidate.empty_box:
        for phrases in families()["box"].phrases.values():
            yield from (_Form(words=phrase, kind=kind, candidate=candidate.id) for phrase in phrases)
    for words in _plain(candidate.taglines):
        yield _Form(words=words, kind=HitKind.SLOGAN, candidate=candidate.id, weak=len(words) == 1)
    for words in _plain(candidate.parties):
        yield _Form(words=words, kind=HitKind.PARTY, candidate=candidate.id)


def _pairs(names: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Join first and last names of a pair, as tags and flattened posts do: (ayu lestari, bima adi) → ayubima."""
    if len(names) < 2:
        return []
    first, second = names[0], names[1]
    return [(one + two,) for one in (first[0], first[-1]) for two in (second[0], second[-1])]


def _common_forms() -> Iterator[_Form]:
    for word in families()["party"].words:
        yield _Form(words=(word,), kind=HitKind.PARTY, candidate=None)
    for kind, family in ((HitKind.PARTY, "party"), (HitKind.BOX, "box")):
        for phrases in families()[family].phrases.values():
            yield from (_Form(words=phrase, kind=kind, candidate=None) for phrase in phrases)


def _joinable(form: _Form) -> bool:
    joined = "".join(form.words)
    ordinary = joined in families()["ordinary"].words
    return form.kind is HitKind.NAME and len(joined) >= SHORTEST_IN_TAG and not ordinary and joined.isalpha()


def _sign(emoji: str) -> str:
    return re.sub("[\ufe0e\ufe0f\u200d]", "", emoji)[:1]


def _digest(candidates: Sequence[Candidate]) -> str:
    spelled = json.dumps([c.model_dump(mode="json") for c in candidates], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(f"{LEXICON_VERSION}\n{spelled}".encode()).hexdigest()
