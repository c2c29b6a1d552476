"""The words of errors about reports."""

from collections.abc import Mapping

from language.words import Words

REPORTS: Mapping[str, Words] = {
    "report_names_without_reason": Words(
        what="The report is not written with names.",
        why="Naming accounts needs a reason, which is kept in the report and in the log.",
        do="Say why with --reason TEXT, or leave out --names: accounts then go by codes.",
    ),
    "report_period": Words(
        what="The report's first day {first} comes after its last day {last}.",
        why="A period goes from an earlier day to a later one.",
        do="Check --from and --to.",
    ),
    "browser_cannot_print": Words(
        what="The browser could not print the report: {reason}",
        why="It ended, or it took too long.",
        do="Try again; or open the HTML report in any browser and print it there.",
    ),
}
