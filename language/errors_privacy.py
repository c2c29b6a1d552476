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
    "passphrase_missing": Words(
        what="There is no passphrase.",
        why="A copy is sealed and opened with one; here nobody can be asked for it.",
        do="Put it into the environment variable {variable}, or run the command in a terminal.",
    ),
    "passphrase_short": Words(
        what="The passphrase is too short.",
        why="Whoever has the file can try passphrases as long as they like.",
        do="Take at least {shortest} characters: some words that do not belong together.",
    ),
    "backup_passphrase": Words(
        what="{file} does not open with this passphrase.",
        why="It is another passphrase, or the beginning of the file was changed.",
        do="Type it again; look for capital letters and blanks. Nothing was written.",
    ),
    "backup_cut": Words(
        what="{file} is not whole: {missing} bytes are missing.",
        why="It was cut off while it was copied, or the disk was full.",
        do="Copy it again from where it came. Nothing was written.",
    ),
    "backup_changed": Words(
        what="{file} was changed, at piece {piece}.",
        why="A byte is another one, a piece stands in another place, or something was added.",
        do="Take another copy. Nothing was written.",
    ),
    "backup_of_other_version": Words(
        what="{file} is of another version of tilik ({version}).",
        why="This tilik does not know that form of a sealed copy.",
        do="Open it with the tilik that wrote it, or with a newer one.",
    ),
    "backup_unreadable": Words(
        what="{file} cannot be read: {reason}",
        why="It is not there, or you may not read it.",
        do="Check its name, and who owns it.",
    ),
    "backup_moved": Words(
        what="No copy was written: {file} changed meanwhile.",
        why="A copy must be of one moment.",
        do="Wait until the crawl has ended, then try again.",
    ),
    "keyring_missing": Words(
        what="The system's keyring cannot be asked.",
        why="{variable} says that secrets lie there, and the package keyring is not installed.",
        do="Install it (pip install keyring), or take {variable} away and set the variables themselves.",
    ),
    "keyring_unreadable": Words(
        what="The system's keyring does not open: {reason}",
        why="It is locked, or nobody is logged in who could open it.",
        do="Open it, or set the variables themselves.",
    ),
    "seal_missing": Words(
        what="A sealed copy needs the package {module}.",
        why="It is in the extra “seal”, and not installed here.",
        do="Install it: pip install 'tilik[seal]'",
    ),
}
