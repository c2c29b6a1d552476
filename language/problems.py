"""The words of every single thing that is wrong in a file, by its code. English; `id.po` translates.

Place, row and column are said before them. In the words stand {value}, {hint} and {column}.
"""

import re
from collections.abc import Mapping

from core.errors import Problem, similar
from language import say

PROBLEMS: Mapping[str, str] = {
    "unknown_key": "this setting is not known.",
    "missing_key": "this setting is missing; add it.",
    "key_twice": "this setting stands here twice; keep one.",
    "looks_like_secret": (
        "this looks like a key or a password; put it into its environment variable or the system's keyring, and have a "
        "new one made if the file was shared."
    ),
    "not_one_of": "“{value}” is not known; choose {hint}.",
    "case_no_match": "no match is named.",
    "case_match_unknown": "there is no such match.",
    "case_organisation": "an agency watches for prevention only ({value}); it opens no case.",
    "case_purpose_ended": "the purpose ended on {value}; who goes on needs a new basis and a new end.",
    "case_one_person": "two different people have to say that it is a call to vote; so far: {value}.",
    "case_not_decided": "the people who judged it do not agree yet ({value}); a third person settles it.",
    "case_withdrawn": "it was withdrawn: the account was wrongly listed or attributed.",
    "case_match_taken": "it stands in case {value} already.",
    "case_not_listed": "the account was not on the watchlist on {value}.",
    "case_campaign_account": "this is a campaign's account; cases are about office holders only.",
    "case_identity_unverified": (
        "nobody has verified whose account it is ({value}); it needs who verified it, and when, on the watchlist."
    ),
    "case_source_undated": "the source of the identity has no date; add source and source_date on the watchlist.",
    "case_identity_changed": "its name leads to another account now; settle that first: tilik watchlist settle",
    "case_evidence_none": "no evidence is held; it is kept by: tilik classify",
    "case_evidence_broken": "the evidence does not verify: {value}.",
    "case_clock_expired": "its time was over after {value}, counted carefully; say why it is opened all the same.",
    "case_several_accounts": "a case is about one account; these are several: {value}.",
    "case_several_contests": "a case belongs to one election; these are several: {value}.",
    "wrong_form": (
        "“{value}” does not have the right form; look at the example in the config.yaml that `tilik init` writes."
    ),
    "not_a_text": "“{value}” must be a text; put it between quotation marks.",
    "empty_text": "this may not be empty.",
    "too_long": "“{value}” is too long; shorten it.",
    "not_yes_or_no": "“{value}” must be true or false.",
    "empty_list": "at least one entry is needed here.",
    "too_small": "{value} is too small; the limit is {hint}.",
    "too_big": "{value} is too large; the limit is {hint}.",
    "not_a_number": "“{value}” is no number.",
    "not_a_date": "“{value}” is no date; write it like 2029-11-28.",
    "wrong_value": "this value does not fit here; look at the example in the config.yaml that `tilik init` writes.",
    "bad_url": "“{value}” is no web address; it must begin with http:// or https://.",
    "dates_reversed": "the last day comes before the first day.",
    "candidate_without_name": "a candidate needs names; for the empty box write empty_box: true.",
    "bad_cron": "“{value}” is neither a number of hours nor a cron expression of five fields, such as 0 6,18 * * *.",
    "cron_never": "“{value}” never comes: there is no such day.",
    "unknown_zone": "“{value}” is no time zone; write Asia/Jakarta, Asia/Makassar or Asia/Jayapura.",
    "number_twice": "two candidates have the same number.",
    "id_twice": "two entries have the same id.",
    "phases_overlap": "one phase begins before the phase above it has ended; correct the dates.",
    "designation_late": "the candidates are designated before voting_day; correct one of the two.",
    "follow_flagged": "following an account is information and nothing else: class information, and nothing further.",
    "rule_not_sayable": "“unknown” and “silent” are said by the program alone; name phases and a class.",
    "rule_twice": "two entries speak of the same act, role and phase ({hint}); make them differ.",
    "addressee_unknown": "an entry names an addressee that the pack does not have ({hint}); add it under addressees.",
    "deadline_follows": "the deadline that this one follows ({hint}) has to stand before it and begin as it does.",
    "queue_deadline": "exactly one deadline needs queue: true, and it begins: first_seen.",
    "holiday_outside": "{hint} does not lie in its year.",
    "voting_day_outside": "voting_day does not lie in the phase voting.",
    "selectors_and_microformats": (
        "microformats: true says that the site marks its posts itself; take html and json out of its pages, or take "
        "microformats out."
    ),
    "page_not_described": (
        "every page of a site needs landmark and html (selectors); where the site marks its posts itself, write "
        "microformats: true instead."
    ),
    "mail_unsealed": "mail to another machine must be sealed: security starttls or tls.",
    "thresholds_reversed": "high must be above review.",
    "account_unknown": "the account {value} is not on the watchlist.",
    "column_missing": "this column is missing; the first row must name it.",
    "watchlist_empty": "the file names no account.",
    "cell_empty": "this cell may not be empty.",
    "source_missing": "say where it is known from that the account belongs to the subject (a letter, a website).",
    "platform_unknown": "the platform “{value}” is not known; known are {hint}.",
    "role_unknown": "the role “{value}” is not known; choose one of {hint}.",
    "identity_unknown": "“{value}” is not known; choose one of {hint}.",
    "verified_by_whom": "a verified identity needs verified_by and verified_on: who checked it, and when.",
    "campaign_without_contest": "a campaign account needs a contest; in config.yaml there is: {hint}.",
    "contest_unknown": "the contest “{value}” is not in config.yaml; there is: {hint}.",
    "candidate_unknown": "the candidate “{value}” is not in this contest; there is: {hint}.",
    "date_unreadable": "“{value}” is no date; write it like 2029-11-28 or 28/11/2029.",
    "row_twice": "{value} stands in row {hint} already; keep one of them.",
    "file_unreadable": "the file cannot be opened: {hint}.",
    "file_empty": "the file is empty.",
    "old_workbook": "this is an old Excel file (.xls), or one with a password; save it as .xlsx without a password.",
    "not_a_workbook": "this is neither a workbook (.xlsx) nor a CSV; save it as one of the two.",
    "workbook_broken": "the workbook is damaged; open it, save it once more as .xlsx, or start from the original file.",
    "unpacks_too_large": "unpacked the workbook is larger than {hint}; save it as CSV, or split it.",
    "formula": "there is a formula (“{value}”) instead of a word; write the answer itself.",
    "row_of_another_wording": (
        "the row shows another wording of the post than the one that is judged now: the file is old. Export it again"
        " and answer this row there."
    ),
    "row_of_another_database": (
        "the row was exported from another database; import it there, or export from this one and answer anew."
    ),
    "answered_before": (
        "the same person has answered {value} otherwise before: {hint}. Repeat with --on-conflict keep (the old answer"
        " counts) or --on-conflict replace (the new one counts)."
    ),
    "file_too_large": "the file is larger than {hint}; split it.",
    "not_a_table": "this is no CSV file (perhaps an Excel file); save it as CSV (UTF-8).",
    "not_text": "the letters cannot be read as {hint}; save the file as CSV (UTF-8).",
    "nul_bytes": "the row holds signs that no text has; the file is damaged. Start from the original file.",
    "broken_quotes": "a quotation mark is not closed here; save the file once more from the spreadsheet program.",
    "line_too_long": "the row is far too long; probably a quotation mark is not closed.",
    "ragged_row": "the row does not have the cells of the header ({hint}); start from the original file.",
    "column_twice": "the column “{value}” is there twice; keep one.",
    "id_missing": "the row has an answer, but no id.",
    "id_unreadable": "“{value}” is no id of a match.",
    "id_unknown": "there is no match {value} in this database.",
    "rows_mixed": (
        "id and content of the row do not belong together: a single column was sorted. Start from the original file."
    ),
    "decision_unknown": "“{value}” is no decision; write one of {hint}.",
    "decision_sorted_alone": (
        "the decisions seem to have been sorted without their rows. Start from the original file, or, if the order is"
        " right, repeat with --i-sorted-this."
    ),
    "reason_unknown": "“{value}” is no reason; write one of {hint}.",
    "reason_contradicts": "the reason “{value}” does not fit the decision; fitting are {hint}.",
    "reason_without_decision": "there is a reason (“{value}”), but no decision; write one of {hint}.",
    "answered_twice": "{value} was answered otherwise in row {hint}; keep one of them.",
    "number_destroyed": (
        "the spreadsheet program has shortened a long number to “{value}”; write it again and format the cell as text."
    ),
    "reviewer_missing": "nobody is named who decided; fill in the column or add --reviewer NAME.",
    "text_empty": "the text is empty.",
    "too_many_cells": "the row has {value} cells, the header only {hint}; put texts between quotation marks.",
    "label_unknown": "“{value}” is no label; write one of {hint}.",
    "label_missing": "a label or a kind is missing; labels are {hint}.",
    "kind_unknown": "“{value}” is no kind; write one of {hint}.",
    "label_contradicts_kind": "the label “{value}” and the kind {hint} contradict each other.",
    "file_not_usable": "{hint}",
    "bad_time": "“{value}” is no time; write it like 2029-11-28 14:05 or 28/11/2029 14.05.",
    "unknown_action": "the action “{value}” is not known; write suka, komentar or bagikan, or leave it empty.",
    "outside_folder": "“{value}” does not lie beside the table; put the picture into the table's folder.",
    "screenshot_missing": "the picture {value} is not beside the table.",
    "post_unknown": "“{value}” is no address of a post on a platform that tilik knows.",
    "evidence_missing_file": "the file is missing (SHA-256 {value}).",
    "evidence_changed": "the file was changed; it should have SHA-256 {value}.",
    "evidence_manifest_unreadable": "the manifest cannot be read.",
    "evidence_manifest_changed": "the manifest was changed; it should have SHA-256 {value}.",
    "record_line": "line {value} was changed, moved or put in, or lines before it are missing.",
    "record_unguarded": "the guard that refuses changes of this table was taken away.",
    "record_moment": "a time in this table is not written as tilik writes it.",
    "record_head_gone": "the head {value} is not in the record any more: lines were cut off, or all was made anew.",
    "seal_unreadable": "what it says cannot be read any more.",
    "seal_order": "it is not the seal that belongs here: its number, its time or the seal before it do not fit.",
    "seal_signature": "its signature is not that of its key over what it says.",
    "seal_key_other": "it was signed with a key that is not this installation's; an old key is named with --key.",
    "seal_head": "the record is not the one that was sealed: line {value} has another digest, or is missing.",
    "seal_root": "the evidence that it covers is not what was sealed.",
    "seal_missing": "the record speaks of this seal, but it is gone or was changed ({value}).",
    "seal_unrecorded": "the record does not speak of this seal ({value}).",
    "stamp_wrong": "the time stamp does not confirm this seal: {value}.",
    "stamp_missing": "the record speaks of an answer of an authority that is gone or was changed ({value}).",
    "stamp_unrecorded": "the record does not speak of this answer of an authority ({value}).",
    "stamp_order": "the answers of authorities do not stand in their order any more.",
    "evidence_row_unlike_record": "the row of this evidence was changed after it was kept.",
    "evidence_unrecorded": "the record does not speak of this evidence: it was put in from outside.",
    "evidence_gone": "this evidence was taken out without a word in the record (manifest {value}).",
    "authority_twice": "two authorities have the same address.",
    "evidence_row_changed": "the database points to the evidence of another match.",
    "archive_unreadable": "the archive cannot be read.",
    "archive_unlisted": "this is in the archive, but the archive does not list it.",
    "datapackage_changed": "the list of the archive was changed.",
    "archive_file_changed": "this file of the archive was changed.",
    "archive_record_changed": "this record of the archive was changed (at byte {value}).",
    "archive_index_wrong": "the index of the archive leads elsewhere ({value}).",
    "original_other": "this is not the file that was imported; that one has SHA-256 {value}.",
    "answer_not_in_original": "no answer in the file has SHA-256 {value}.",
    "labelled_twice": "“{value}” has another label in row {hint}; keep one of them.",
}

GUESSED = frozenset({"unknown_key", "id_missing", "id_unreadable", "id_unknown"})
"""Where the hint, if there is one, is what was probably meant."""


def guess(code: str, hint: str | None) -> str:
    """Ask whether something else was meant, where we have an idea what."""
    return say("Did you mean {hint}?", hint=hint) if hint and code in GUESSED else ""


CHOSEN = frozenset(
    {
        "not_one_of",
        "platform_unknown",
        "role_unknown",
        "identity_unknown",
        "contest_unknown",
        "candidate_unknown",
        "decision_unknown",
        "reason_unknown",
        "label_unknown",
        "kind_unknown",
    }
)
"""Where the hint is the list of what can be written."""

LISTED = re.compile(r"[^\s,'“”]+(?: (?!or )[^\s,'“”]+)*")


def nearest(problem: Problem) -> str:
    """Ask whether one word of the list was meant, where one is near to what was written."""
    listed = LISTED.findall(problem.hint or "") if problem.code in CHOSEN and problem.value else []
    found = similar(problem.value or "", listed)[:1]
    return say("Did you mean {hint}?", hint=found[0]) if found else ""


def in_words(problem: Problem) -> str:
    """Say what is wrong and what to do, without the place."""
    fields = {"value": problem.value or "", "hint": problem.hint or "", "column": problem.column or ""}
    text = say(PROBLEMS.get(problem.code, problem.code)).format(**fields)
    return f"{text} {guess(problem.code, problem.hint)}{nearest(problem)}".rstrip()
