"""The words of errors about rules and phases."""

from collections.abc import Mapping

from language.words import Words

RULES: Mapping[str, Words] = {
    "rules_invalid": Words(
        what="{file} has mistakes: {count}.",
        why="Each one is listed below with its line. Rules are only used when all of them are in order.",
        do="Correct them, then run: tilik rules check",
    ),
    "rules_without_base": Words(
        what="{file} changes what its base does not have (base {base}, entries {entries}).",
        why="An overlay changes entries of a pack by their ids.",
        do="Look at the ids: tilik rules show {base}",
    ),
    "rules_unknown": Words(
        what="There is no rule pack {pack}.",
        why="There are: {known}.",
        do="See: tilik rules list",
    ),
    "signature_incomplete": Words(
        what="The name or the position is missing.",
        why="Only a named person can vouch for rules.",
        do="Say both: --by “…” --position “…”",
    ),
    "phase_reason_missing": Words(
        what="The reason is missing.",
        why="Why the phase of an act is another one than computed is kept with it.",
        do="Write what you know, and from where: --reason “…”",
    ),
    "match_without_contest": Words(
        what="The contest of {match} ({contest}) is not in the settings.",
        why="Its dates and its region say which rules hold.",
        do="Add the contest to config.yaml again.",
    ),
}
