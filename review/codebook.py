"""What each column of a research dataset means."""

import csv
import io
from collections.abc import Iterable, Mapping

from language import say

ACCOUNT = "a pseudonym of the account"
TEXT = "a pseudonym of the text"
WEEK = "the Monday of the week, as yyyy-mm-dd"
CONTEST = "id of the contest in the settings"
BAND = "high, review or low: where the score lies"
KIND = "what the model takes the text for"
SHARED = {
    "account": ACCOUNT,
    "accounts": "how many accounts did it; <5 for fewer than five",
    "act": "a pseudonym of the act",
    "action": "posted, liked, reposted or commented",
    "acts": "how many acts; <5 where fewer than five accounts did them",
    "answer": "what people answered: solicitation, not or unsure; empty: nothing yet",
    "answered": "labels on which the measure rests",
    "author": "role of the author on the watchlist; other: not on it",
    "band": BAND,
    "both": "matches that both answered",
    "by_chance": "of these, on texts drawn by chance",
    "contest": CONTEST,
    "direction": "for or against; empty: not told",
    "drawing": "number of the draw",
    "hidden": "account-days that could not be seen",
    "high": "upper end of the 95 % interval",
    "inclusion": "the probability with which the text had to get in",
    "kappa": "Cohen's kappa",
    "kappa_high": "kappa, upper end of the 95 % interval",
    "kappa_low": "kappa, lower end of the 95 % interval",
    "kind": KIND,
    "label": "1: it solicits votes; 0: it does not",
    "labeller": "a pseudonym of the person",
    "length": "characters of the text",
    "low": "lower end of the 95 % interval",
    "measure": "prevalence, precision or recall of the flags, from 0 to 1",
    "not_looked": "account-days on which nobody looked",
    "one": "a pseudonym of one reviewer",
    "other": "a pseudonym of the other reviewer",
    "phase": "phase of the election on that day",
    "place": "code of the kecamatan or kabupaten that at least five accounts share; empty: none",
    "platform": "the platform",
    "pool": "texts from which was drawn",
    "probability": "the model's calibrated probability, from 0 to 1; of a draw: at that time",
    "raw": "share of equal answers",
    "raw_high": "equal answers, upper end of the 95 % interval",
    "raw_low": "equal answers, lower end of the 95 % interval",
    "reason": "code of the reason that was given",
    "role": "role on the watchlist: kelurahan, asn, desa or campaign",
    "seen_in_part": "account-days that were seen in part",
    "seen_whole": "account-days that were seen whole",
    "source": "where the label comes from",
    "standing": "where the match stands among its reviewers",
    "strategy": "how it was drawn: uncertain, top or random",
    "target": "id of the candidate at whom the text aims; empty: none",
    "text": TEXT,
    "time_told": "1: the platform tells when the act was; 0: the week is that of the sight",
    "value": "the estimate",
    "week": WEEK,
    "words": "the text itself",
}
"""Column → its meaning, the same in every file."""
DAYS = "days on which looks at it came to this state"
ACT_GROUPS = ("acts", "accounts")
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "accounts.csv": (
        *("account", "role", "platform", "place"),
        *(f"days_{name}" for name in ("ok", "empty", "partial", "not_visible", "blocked", "gone", "not_run")),
    ),
    "acts.csv": (
        *("act", "account", "role", "place", "platform", "action", "week", "time_told", "phase", "contest", "text"),
        *("probability", "band", "kind", "target", "direction", "standing", "answer", "reason"),
    ),
    "texts.csv": ("text", "contest", "author", "length", "probability", "band", "kind", "words"),
    "draws.csv": ("drawing", "contest", "week", "pool", "text", "strategy", "probability", "inclusion"),
    "labels.csv": ("text", "labeller", "week", "label", "kind", "source"),
    "table_by_week.csv": ("contest", "week", "phase", *ACT_GROUPS),
    "table_by_place.csv": ("contest", "place", "role", *ACT_GROUPS),
    "table_by_candidate.csv": ("contest", "target", "direction", "role", *ACT_GROUPS),
    "table_by_kind.csv": ("contest", "kind", "action", *ACT_GROUPS),
    "table_by_answer.csv": ("contest", "answer", "reason", *ACT_GROUPS),
    "prevalence.csv": ("contest", "measure", "value", "low", "high", "answered", "by_chance"),
    "agreement.csv": ("one", "other", "both", "raw", "raw_low", "raw_high", "kappa", "kappa_low", "kappa_high"),
    "coverage.csv": ("platform", "direction", "seen_whole", "seen_in_part", "hidden", "not_looked"),
}
"""The columns of every file, in their order."""
SPECIAL = {("coverage.csv", "direction"): "what was looked at: posts, likes or likers"}


def codebook(files: Iterable[str], *, with_words: bool) -> str:
    """Write what each column of these files means, as CSV."""
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow([say("file"), say("column"), say("meaning")])
    for file in files:
        for name in COLUMNS[file]:
            if name != "words" or with_words:
                writer.writerow([file, name, say(meaning(file, name))])
    return target.getvalue()


def meaning(file: str, name: str) -> str:
    """Say what a column means."""
    if name.startswith("days_"):
        return DAYS
    return SPECIAL.get((file, name), SHARED.get(name, ""))
