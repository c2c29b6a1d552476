"""The words of every error, by its code: what happened, why, what to do. English; `id.po` translates."""

from collections.abc import Mapping

from language.errors_capture import CAPTURE
from language.errors_cases import CASES
from language.errors_evidence import EVIDENCE
from language.errors_imports import FILES
from language.errors_models import MODELS
from language.errors_page import PAGE
from language.errors_privacy import PRIVACY
from language.errors_report import REPORTS
from language.errors_rules import RULES
from language.errors_usage import USAGE
from language.errors_web import WEB
from language.problems import PROBLEMS
from language.words import Words

__all__ = ["ERRORS", "PROBLEMS", "Words"]

ERRORS: Mapping[str, Words] = {
    "config_invalid": Words(
        what="{file} has mistakes: {count}.",
        why="Each one is listed below with its line.",
        do="Correct them, then run: tilik doctor",
    ),
    "config_missing": Words(
        what="There is no settings file {file}.",
        why="tilik looks for config.yaml in the folder in which it is started.",
        do="Go to the right folder, name the file with --config, or make a new one: tilik init",
    ),
    "config_not_yaml": Words(
        what="{file} cannot be read from line {line} on: {reason}.",
        why="Mostly an indent, a colon or a quotation mark is missing there or just above.",
        do="Correct the file, then run: tilik doctor",
    ),
    "config_too_large": Words(
        what="{file} is too large for a settings file.",
        why="At most {limit} bytes are read.",
        do="Check that --config names the right file.",
    ),
    "config_unreadable": Words(
        what="{file} cannot be opened: {reason}",
        why="The file is not text in UTF-8, or you may not read it.",
        do="Save it as UTF-8 text, or ask for permission to read it.",
    ),
    "identity_not_in_question": Words(
        what="Nothing is in question about {handle}.",
        why="An account is settled only where its name was found to lead to another account.",
        do="See which ones wait: tilik capture --queue",
    ),
    "settle_one_way": Words(
        what="Say one of two things: --keep-key, or --new-key KEY.",
        why="Either the account is still the one that it was, or its key is another one now.",
        do="Look at the page yourself, then run the command again with one of them.",
    ),
    "settle_reason_missing": Words(
        what="The reason is missing.",
        why="Why an account goes on under this key is kept with it.",
        do="Write what you found out, and how: --reason “…”",
    ),
    "settle_taken": Words(
        what="{name} belongs to another account of the watchlist already.",
        why="Two accounts of the watchlist never have the same key or name.",
        do="Look at both pages, and take the wrong one off the watchlist.",
    ),
    "already_set_up": Words(
        what="{file} is there already.",
        why="A folder that is set up is not overwritten.",
        do="Work in this folder, or name an empty one: tilik init FOLDER",
    ),
    "watchlist_invalid": Words(
        what="The watchlist {file} has mistakes: {count}; nothing was imported.",
        why="Each one is listed below with its row and column.",
        do="Correct them and run again: tilik watchlist import FILE",
    ),
    "review_file": Words(
        what="{path} has mistakes: {count}; nothing was imported.",
        why="Each one is listed below with its row and column.",
        do="Correct them and run again; --errors WRONG.xlsx writes the wrong rows to a workbook of their own.",
    ),
    "workbook_too_large": Words(
        what="That is more than a workbook can hold; nothing was written.",
        why="At most {most} matches go into one.",
        do="Write a CSV file (-o NAME.csv), or take fewer: --limit 1000",
    ),
    "thumbnails_not_possible": Words(
        what="Pictures in the rows are not possible here ({count} matches); nothing was written.",
        why="Only a workbook (.xlsx) of at most {most} matches shows them.",
        do="Name a file that ends in .xlsx, and take fewer: --limit {most}",
    ),
    "format_unknown": Words(
        what="{path} was not written: files that end in {ending} are not written.",
        why="Review files are workbooks (.xlsx) or CSV.",
        do="Name a file that ends in .xlsx or .csv.",
    ),
    "labels_not_usable": Words(
        what="The label file has mistakes; no label was imported.",
        why="Each one is listed below with its row and column.",
        do="Correct them and run again: tilik label import FILE",
    ),
    "texts_invalid": Words(
        what="{file} has mistakes: {count}; no score was written.",
        why="Each one is listed below with its row and column.",
        do="The file needs the columns id and text. Correct it and try again.",
    ),
    "table_unusable": Words(
        what="{path} cannot be read as a table; nothing was imported.",
        why="The cause is given below.",
        do="Save it in the spreadsheet program as CSV (UTF-8) and try again.",
    ),
    "file_not_written": Words(
        what="{path} could not be written: {cause}",
        why="It is open in the spreadsheet program, the folder is not there, or the disk is full.",
        do="Close it, check the folder and the free space, and try again.",
    ),
    "file_too_large": Words(
        what="{path} is too large.",
        why="At most {most} bytes are read.",
        do="Split it into several files.",
    ),
    "file_unreadable": Words(
        what="{path} cannot be read.",
        why="It is not there, you may not open it, or a quotation mark is not closed.",
        do="Check the name; else save it once more as CSV (UTF-8) in the spreadsheet program.",
    ),
    "encoding_unknown": Words(
        what="The letters of {path} cannot be read.",
        why="The file is in an encoding that we do not know.",
        do="Save it in the spreadsheet program as CSV (UTF-8) and try again.",
    ),
    "account_not_watched": Words(
        what="Not on the watchlist: {names}.",
        why="Only accounts of the watchlist are visited.",
        do="See: tilik watchlist list",
    ),
    "match_unknown": Words(
        what="There is no match {match}.",
        why="The id is mistyped, or belongs to another database.",
        do="Copy the id from a review file, then run: tilik why F-…",
    ),
    "system_unknown": Words(
        what="There is no timer named {system}.",
        why="These are known: {known}.",
        do="Choose one of them, or leave --system out.",
    ),
    "database_url": Words(
        what="{url} is no address of a database: {reason}",
        why="It should look like sqlite:///tilik.db or postgresql://user@host/name.",
        do="Correct storage.url in config.yaml.",
    ),
    "database_driver": Words(
        what="The program part for databases of the kind {url} is missing: {module}.",
        why="It is not installed with tilik by default.",
        do="Run: pip install 'tilik[postgres]'",
    ),
    "as_of_too_late": Words(
        what="{day} has not ended yet: today is {today}.",
        why="An old state is that of the end of a past day.",
        do="Name an earlier day, or leave --as-of out for the present state.",
    ),
    "watchlist_one_sided": Words(
        what="In {contest} only the campaign of {watched} would be watched, not that of {missing}.",
        why="All candidates are watched alike, the empty box too; else this is somebody's instrument.",
        do="Add accounts of the others. If there are none, say why: tilik watchlist import … --one-sided REASON",
    ),
    "folder_not_empty": Words(
        what="There is something in {folder} already.",
        why="Nothing of yours is overwritten.",
        do="Name a new folder.",
    ),
    "reason_empty": Words(
        what="The reason is empty.",
        why="It stands in the record of deeds, and in what is handed on.",
        do="Say in some words what it is for.",
    ),
    "extra_missing": Words(
        what="A part of tilik is not installed: {module}.",
        why="It belongs to “{extra}”, which the smallest installation leaves out.",
        do="Run: pip install 'tilik[{extra}]', or install requirements.lock, which holds everything.",
    ),
    "queue_needs_postgres": Words(
        what="There is no queue on {url}.",
        why="Many machines share one PostgreSQL; on SQLite one process looks at everything.",
        do="Set storage.url to a PostgreSQL, then run: tilik db migrate. For one machine: tilik schedule run",
    ),
    "database_not_migrated": Words(
        what="The database {url} does not have the present schema ({reason}).",
        why="It is new, or was made by an older tilik.",
        do="Run: tilik db migrate",
    ),
    "database_from_the_future": Words(
        what="The database has schema {version}; this tilik knows schemas up to {newest}.",
        why="A newer tilik has worked with it.",
        do="Update tilik on this machine.",
    ),
    "database_broken": Words(
        what="The database {url} is damaged: {reason}",
        why="The file was changed by something else, or the disk has faults.",
        do="Move the file away and put a copy in its place: tilik db restore FILE",
    ),
    "database_locked": Words(
        what="The database {url} is busy: {reason}",
        why="Another program is writing to it.",
        do="Wait a moment, close other tiliks, and try again.",
    ),
    "database_readonly": Words(
        what="The database {url} cannot be written: {reason}",
        why="You may not write to its file or its folder.",
        do="Ask for the right to write, or move the folder to your own files.",
    ),
    "database_unreachable": Words(
        what="The database {url} cannot be opened: {reason}",
        why="Its folder is not there, or the database server does not answer.",
        do="Check storage.url in config.yaml, then run: tilik doctor",
    ),
    "disk_full": Words(
        what="The disk is full: {reason}",
        why="The database {url} cannot grow. What was stored before is safe.",
        do="Make room, then run the command again.",
    ),
    "disk_nearly_full": Words(
        what="Only {free} MB are free where {folder} lies; a crawl needs {least} MB.",
        why="On a full disk it would end in the middle. Nothing was asked for.",
        do="Make room, or lower storage.least_free_mb in config.yaml, then run the command again.",
    ),
    "backup_exists": Words(
        what="{file} is there already.",
        why="A copy never overwrites a file.",
        do="Choose another name: tilik db backup FILE",
    ),
    "backup_missing": Words(
        what="There is no file {file}.",
        why="The name or the folder is wrong.",
        do="Check the name of the copy and try again.",
    ),
    "backup_broken": Words(
        what="{file} is no sound copy of a database.",
        why="It is damaged, or another kind of file.",
        do="Take another copy. Nothing was changed.",
    ),
    "restore_over": Words(
        what="{file} is there already.",
        why="A copy is never put over an existing database.",
        do="Move the present file away first, then run again: tilik db restore FILE",
    ),
    "postgres_program": Words(
        what="The program {program} is not there.",
        why="It belongs to PostgreSQL and makes or reads its copies.",
        do="Install PostgreSQL's client programs and try again.",
    ),
    "postgres_program_failed": Words(
        what="{program} could not do its work: {reason}",
        why="PostgreSQL gave this cause itself.",
        do="Remove it and try again.",
    ),
    "blob_missing": Words(
        what="The capture {blob} cannot be read: {reason}",
        why="Its file was moved or deleted.",
        do="Put the folder data/blobs back from your backup.",
    ),
    "blob_changed": Words(
        what="The capture {blob} is no longer what was stored.",
        why="Its file was changed; it cannot serve as evidence.",
        do="Put the folder data/blobs back from your backup.",
    ),
    "blob_not_written": Words(
        what="The capture {blob} could not be stored: {reason}",
        why="The disk is full, or you may not write to the data folder.",
        do="Make room or ask for the right to write, then run the command again.",
    ),
    "no_scheduler": Words(
        what="No timer was found on this system.",
        why="Neither systemd nor cron is there.",
        do="Start it yourself every day: tilik schedule run --once",
    ),
    "timer_program_missing": Words(
        what="The program {program} is not there.",
        why="The daily start needs it on this system.",
        do="Choose another timer with --system, or start it yourself: tilik schedule run --once",
    ),
    "timer_refused": Words(
        what="The system refused: {said}",
        why="This command failed: {command}",
        do="Ask whoever looks after this machine, or start it yourself: tilik schedule run --once",
    ),
    "timer_not_installed": Words(
        what="No daily start named {name} is installed.",
        why="It was never installed, or was removed.",
        do="Run: tilik schedule install",
    ),
    "timer_name": Words(
        what="{value} cannot be the name of a timer.",
        why="Only small letters, digits and dashes may stand in it.",
        do="Choose another name.",
    ),
    "timer_path_relative": Words(
        what="The path {value} does not begin at the root of the disk.",
        why="The timer starts in another folder and would not find it.",
        do="Give the whole path.",
    ),
    "timer_line_break": Words(
        what="A path or a word of the timer holds a line break: {value}",
        why="The system cannot store it.",
        do="Rename the file or the folder.",
    ),
    "backup_not_written": Words(
        what="The copy {file} could not be written: {reason}",
        why="The disk is full, or you may not write there.",
        do="Make room or choose another place, then run again: tilik db backup FILE",
    ),
    "restore_not_written": Words(
        what="The database {file} could not be put back: {reason}",
        why="The disk is full, or you may not write there.",
        do="Make room, then run again: tilik db restore FILE",
    ),
    **USAGE,
    **FILES,
    **CAPTURE,
    **WEB,
    **MODELS,
    **PRIVACY,
    **RULES,
    **REPORTS,
    **PAGE,
    **EVIDENCE,
    **CASES,
}
