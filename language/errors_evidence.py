"""The words of errors around evidence."""

from collections.abc import Mapping

from language.words import Words

EVIDENCE: Mapping[str, Words] = {
    "audit_broken": Words(
        what="The record, its seals or the evidence are not what they were: {count} links do not hold.",
        why="Something was changed, taken out or put in after it was written. Each broken link is listed below.",
        do="Keep the database and data/blobs as they are, and compare them with the last backup.",
    ),
    "audit_unreadable": Words(
        what="The record, its seals or the evidence hold what tilik never wrote: {reason}",
        why="A row was changed so that it cannot even be read.",
        do="Keep the database as it is, and compare it with the last backup.",
    ),
    "seal_packages": Words(
        what="Nothing can be sealed or checked here: {module} is not installed.",
        why="Keys, signatures and time stamps need the packages of the extra `seal`.",
        do="Install them: pip install 'tilik[seal]'",
    ),
    "seal_key_missing": Words(
        what="The key that signed the last seals is gone: {file}",
        why="A new one is not made by itself, so that nobody takes its seals for those of this installation ({key}).",
        do="Put it back from your backup, or begin with a new one: tilik audit seal --new-key",
    ),
    "seal_key_broken": Words(
        what="The key for seals cannot be used: {reason}",
        why="data/seal.key holds no P-384 key any more.",
        do="Put it back from your backup, or begin with a new one: tilik audit seal --new-key",
    ),
    "seal_key_unreadable": Words(
        what="The key for seals cannot be read: {file}: {reason}",
        why="Only the user who made it may read it.",
        do="Start tilik as that user, or give the file back to them.",
    ),
    "seal_key_not_written": Words(
        what="The key for seals cannot be written: {file}: {reason}",
        why="The folder of the data is full, or must not be written.",
        do="Make room, or correct storage.data in config.yaml; then again: tilik audit seal",
    ),
    "evidence_broken": Words(
        what="The evidence of {match} is not whole: {count} links of its chain do not hold.",
        why="A file was changed, moved or deleted after it was kept. Each one is listed below.",
        do="Do not use it. Put the folder data/blobs back from your backup, then check again.",
    ),
    "evidence_none": Words(
        what="No evidence of {match} is held.",
        why="Its page was not visited yet, or evidence.keep in config.yaml leaves it out.",
        do="Run: tilik classify",
    ),
    "evidence_no_original": Words(
        what="The act of {match} was not found in a file that somebody brought.",
        why="It was collected from the open web, so there is no file to compare with.",
        do="Check what was kept of it, without --original: tilik evidence verify {match}",
    ),
    "original_unreadable": Words(
        what="{file} cannot be opened: {reason}",
        why="The file is not there, or you may not read it.",
        do="Name the file that was imported.",
    ),
    "target_exists": Words(
        what="{path} is there already.",
        why="A package is never written over something.",
        do="Name a new folder, or a new file that ends in .zip.",
    ),
}
