"""The words of errors about what is kept of people: purges, holds, corrections, copies with a passphrase."""

from collections.abc import Mapping

from language.words import Words

PRIVACY: Mapping[str, Words] = {
    "purge_without_reason": Words(
        what="Nothing was removed: the reason is missing.",
        why="Why data were removed stands in the certificate and in the record of deeds.",
        do="Look first: tilik purge --dry-run; then say why: tilik purge --reason “…”",
    ),
    "purge_unconfirmed": Words(
        what="Nothing was removed.",
        why="A purge cannot be undone, and nobody confirmed it.",
        do="Run it in a terminal and answer yes, or add --yes.",
    ),
    "file_not_removed": Words(
        what="{file} could not be removed: {reason}",
        why="The system refuses; the rows are gone already, and the file is noted.",
        do="Close the program that has it open, then run tilik purge again: it goes on from here.",
    ),
    "hold_without_reason": Words(
        what="The reason is missing.",
        why="Why something is held, or let go, is kept with it.",
        do="Add --reason “…”, for example the number of the procedure.",
    ),
    "hold_unknown": Words(
        what="There is no hold {number} that still holds.",
        why="It was never made, or it was lifted before.",
        do="See which there are: tilik hold list",
    ),
    "account_ambiguous": Words(
        what="{name} is the name of several accounts: {names}.",
        why="Different platforms have accounts of the same name.",
        do="Write the platform before it, as in instagram:NAME.",
    ),
    "account_not_held": Words(
        what="No account {name} is stored.",
        why="It is not on the watchlist and never was, or it was removed.",
        do="Check the spelling: tilik watchlist list",
    ),
    "correction_in_future": Words(
        what="Nothing was corrected: {since} has not come yet.",
        why="Matches are withdrawn for acts that were done; what comes later is not collected any more anyway.",
        do="Give the day from which on the person was wrongly listed, or leave out --since.",
    ),
    "correction_twice": Words(
        what="The matches of {name} are withdrawn already.",
        why="One correction holds at a time, so that it is clear which.",
        do="See it: tilik subject report {name}; end it first if it was wrong: tilik subject undo {name}",
    ),
    "correction_none": Words(
        what="Nothing is withdrawn of {name}.",
        why="No correction of this account holds now.",
        do="See what is known of it: tilik subject report {name}",
    ),
    "correction_undo_reason": Words(
        what="The reason is missing.",
        why="Why a correction was a mistake is kept with it.",
        do="Add --reason “…”",
    ),
}
