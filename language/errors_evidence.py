"""The words of errors around evidence."""

from collections.abc import Mapping

from language.words import Words

EVIDENCE: Mapping[str, Words] = {
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
