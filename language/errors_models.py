"""The words of errors about labels and models."""

from collections.abc import Mapping

from language.words import Words

MODELS: Mapping[str, Words] = {
    "no_labels": Words(
        what="There are no labels to learn from.",
        why="The model learns from answers of people.",
        do="Import a filled-in review file (tilik review import FILE) or labels (tilik label import FILE).",
    ),
    "nothing_to_label": Words(
        what="No text of {contest} waits for a label.",
        why="Nothing was scored yet, or everything that was is labelled.",
        do="Collect and score first: tilik crawl run, then tilik classify",
    ),
    "contest_not_listed": Words(
        what="The contest {contest} is not in the settings.",
        why="They know: {known}.",
        do="Take one of these, or add the contest to config.yaml.",
    ),
    "one_class_only": Words(
        what="The {examples} texts all have the same label ({positives} are calls).",
        why="Without both calls and other texts nothing can be compared.",
        do="Add labelled texts of the other kind.",
    ),
    "too_few_positives": Words(
        what="There are only {positives} texts with a call; {needed} are needed.",
        why="From fewer the model would learn by chance.",
        do="Label more texts, then run again: tilik retrain",
    ),
    "too_few_groups": Words(
        what="The labelled texts come from too few authors or contests ({groups}).",
        why="The model could not be tested on texts that it has not seen.",
        do="Label texts of other authors, then run again: tilik retrain",
    ),
    "no_words_in_common": Words(
        what="The {examples} texts have no words in common.",
        why="So there is nothing to learn from them.",
        do="Label more texts, then run again: tilik retrain",
    ),
    "test_too_small": Words(
        what="The test holds {positives} texts with a call; {needed} are needed.",
        why="From fewer nobody can say which model is better.",
        do="Label more texts, then run again: tilik retrain",
    ),
    "no_usable_model": Words(
        what="None of the models can be used: {versions}.",
        why="Their files in {folder} are missing, damaged or of another version of tilik.",
        do="Put that folder back from your backup, or move it away and train anew: tilik retrain",
    ),
    "model_unknown": Words(
        what="There is no model {version}, or several begin so.",
        why="Found: {known}.",
        do="See all with: tilik models list",
    ),
    "nothing_to_roll_back": Words(
        what="There is no earlier model.",
        why="The present one is the only one that was ever in use.",
        do="See: tilik models list",
    ),
    "model_mismatch": Words(
        what="The file of the model {version} holds another model.",
        why="The files in the folder of models were mixed up.",
        do="Take another version: tilik models list, then tilik models promote VERSION",
    ),
    "model_missing": Words(
        what="The model file {path} is not there.",
        why="It was moved or deleted.",
        do="Take another version: tilik models list, then tilik models promote VERSION",
    ),
    "manifest_unreadable": Words(
        what="The description of the model cannot be read: {path}",
        why="The file is damaged.",
        do="Take another version: tilik models list, then tilik models promote VERSION",
    ),
    "model_altered": Words(
        what="The model file {path} is no longer what was stored.",
        why="It was changed or damaged, and is not used.",
        do="Take another version: tilik models list, then tilik models promote VERSION",
    ),
    "model_of_other_version": Words(
        what="The model was made by another version ({field}: {found}; here {expected}).",
        why="Its figures would not be the same here.",
        do="Train it anew: tilik retrain",
    ),
    "model_too_large": Words(
        what="The model file {path} is too large.",
        why="At most {most} bytes are unpacked.",
        do="Take another version: tilik models list, then tilik models promote VERSION",
    ),
    "model_untrusted": Words(
        what="The model file {path} holds parts that a model does not need: {types}.",
        why="They could run a foreign program, so the file is not opened.",
        do="Use only models that this office has trained itself.",
    ),
    "model_unreadable": Words(
        what="The model file {path} cannot be read.",
        why="It is damaged, or another kind of file.",
        do="Take another version: tilik models list, then tilik models promote VERSION",
    ),
    "model_inconsistent": Words(
        what="The parts of the model file {path} do not fit together ({part}).",
        why="It is damaged, or was not made by tilik.",
        do="Take another version: tilik models list, then tilik models promote VERSION",
    ),
    "reader_not_started": Words(
        what="The reader of pictures ({reader}) does not start here: {reason}.",
        why="Its process ended before it was ready; a part of it is missing, or there is too little memory.",
        do="Install it again: python -m pip install --require-hashes -r requirements-ocr.lock. Pictures wait unread.",
    ),
}
