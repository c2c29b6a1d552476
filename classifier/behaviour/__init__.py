"""What every model must do, whatever it learnt: short checks on invented texts, each with a reason that people see."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from importlib.resources import files

from classifier.lexicon import Lexicon
from classifier.model import Model
from core.records import Band
from core.settings import Candidate, Classifier, Contest

CHECKS = ("name_swap", "neutral", "negation", "obfuscation", "language")
SAME = 0.02
"""How far apart the scores of one text with two names may lie."""
CLOSE = 0.35
"""How much less a call may score when it is written to hide, or in Sundanese or Javanese."""


def failures(model: Model) -> dict[str, int]:
    """Count by check what a model does wrong.

    name_swap: another candidate's name changes nothing. neutral: a neutral call to vote or an office's notice is never
    put first. negation: a text that denies or forbids a call scores below the call. obfuscation, language: a call that
    is written to hide, or in Sundanese or Javanese, is flagged as the plain one is.
    """
    pairs = _pairs()
    found = dict.fromkeys(CHECKS, 0)
    for check, plain, changed in pairs:
        before, after = _chances(model, [plain]), _chances(model, [changed], swapped=check == "name_swap")
        found[check] += _fails(check, before[0], after[0])
    scores = model.score_all(neutral_texts(), _contest("Wirajaya Kusumah", "Dewanto Prasaja"), Classifier())
    found["neutral"] = sum(score.band is Band.HIGH for score in scores)
    return found


def _fails(check: str, before: float, after: float) -> bool:
    match check:
        case "name_swap":
            return abs(before - after) > SAME
        case "negation":
            return after >= before
        case _:
            return after < before - CLOSE


def _chances(model: Model, texts: Sequence[str], *, swapped: bool = False) -> list[float]:
    names = ("Sulastri Kusumah", "Hanggoro Prasaja") if swapped else ("Wirajaya Kusumah", "Dewanto Prasaja")
    return [score.probability for score in model.score_all(texts, _contest(*names), Classifier())]


@cache
def _contest(*names: str) -> Lexicon:
    candidates = tuple(Candidate(id=f"c{n}", number=n, names=(name,)) for n, name in enumerate(names, start=1))
    contest = Contest(
        id="karangsari", name="Karangsari", region="nasional", voting_day=date(2029, 11, 28), candidates=candidates
    )
    return Lexicon(contest)


@cache
def neutral_texts() -> tuple[str, ...]:
    """Give the neutral calls and official notices that ship with tilik; no model learns from them."""
    return tuple(row["text"] for row in _rows("neutral.csv"))


@cache
def _pairs() -> tuple[tuple[str, str, str], ...]:
    return tuple((row["check"], row["plain"], row["changed"]) for row in _rows("pairs.csv"))


def _rows(name: str) -> Iterable[dict[str, str]]:
    return csv.DictReader(io.StringIO((files("classifier.behaviour") / name).read_text(encoding="utf-8")))
