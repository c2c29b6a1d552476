"""The words of the errors of files that people bring."""

from collections.abc import Mapping

from language.words import Words

FILES: Mapping[str, Words] = {
    "import_nothing": Words(
        what="There is no file to import.",
        why="The folder is empty, or holds hidden files only.",
        do="Name a file or another folder: tilik import FILE",
    ),
    "import_all_failed": Words(
        what="None of these files could be used: {count}.",
        why="The cause of each is given below; nothing was imported.",
        do="See which files tilik reads: tilik import --help",
    ),
    "import_missing": Words(
        what="There is no file {path}.",
        why="Its name is mistyped, or it lies in another folder.",
        do="Check the name and try again.",
    ),
    "import_unreadable": Words(
        what="{path} cannot be opened: {reason}",
        why="You may not read it, or the disk has faults.",
        do="Ask for permission to read it, or copy it once more.",
    ),
    "import_empty": Words(
        what="{path} is empty.",
        why="Nothing was recorded, or the copy was broken off.",
        do="Record or copy it once more.",
    ),
    "import_unknown": Words(
        what="{path} is no file that tilik can read.",
        why="It is none of: HAR, Zeeschuimer NDJSON, WARC, WACZ, saved page, data export, table of observations.",
        do="Save it in one of these forms; docs/en/imports.md shows how.",
    ),
    "import_truncated": Words(
        what="{path} is broken or ends in the middle ({reason}); nothing of it was imported.",
        why="The recording or the copy was not finished.",
        do="Save or copy it once more and try again.",
    ),
    "import_malformed": Words(
        what="{path} does not have the form that it should have ({reason}); nothing of it was imported.",
        why="Another program changed it, or made it differently.",
        do="Save it once more with the program that made it.",
    ),
    "import_too_deep": Words(
        what="{path} is nested too deeply; nothing of it was imported.",
        why="No program of which we know writes such files; it may be made to do harm.",
        do="Ask where it comes from.",
    ),
    "import_too_full": Words(
        what="{path} holds a page of more parts than any real page has; nothing of it was imported.",
        why="No program of which we know writes such files; it may be made to do harm.",
        do="Ask where it comes from.",
    ),
    "import_too_costly": Words(
        what="Reading {path} was broken off; nothing of it was imported.",
        why="It asked for more time or memory than any real file does; it may be made to do harm.",
        do="Ask where it comes from; a large recording may be brought in several parts.",
    ),
    "import_too_large": Words(
        what="{path} is too large.",
        why="At most {most} are read.",
        do="Record less at a time, without pictures and videos.",
    ),
    "import_bomb": Words(
        what="{path} would unpack to {size} or more; nothing of it was imported.",
        why="It unpacks to more than a hundred times its size, or more than 1 GB; it may be made to do harm.",
        do="Ask where it comes from.",
    ),
    "import_unsafe_name": Words(
        what="{path} holds a file that wants to lie outside its folder: {name}",
        why="It may be made to do harm; nothing of it was imported.",
        do="Ask where it comes from.",
    ),
    "import_without_address": Words(
        what="{path} does not say which page it is.",
        why="The saved page has no address in it, so nobody can say whose it is.",
        do="Say it: tilik import FILE --url ADDRESS. Or save the page once more from the browser, as MHTML.",
    ),
    "import_owner_missing": Words(
        what="{path} does not say whose data export it is.",
        why="An export of {platform} tells what was liked, but not always by whom.",
        do="Say so: tilik import FILE --owner NAME",
    ),
    "observations_invalid": Words(
        what="{path} has mistakes: {count}; nothing was imported.",
        why="Each one is listed below with its row and column.",
        do="Correct them and run again: tilik import FILE",
    ),
}
