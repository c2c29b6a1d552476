"""The words of errors around cases and dossiers."""

from collections.abc import Mapping

from language.words import Words

CASES: Mapping[str, Words] = {
    "case_refused": Words(
        what="No case is opened: {count} things are missing.",
        why=(
            "A case needs two people who agree, a verified account, evidence that holds, and a purpose that has not"
            " ended."
        ),
        do="Each thing that is missing is listed below. Put it right, then try again.",
    ),
    "case_holds_no_more": Words(
        what="{case} stays where it is: {count} things that it rests on do not hold any more.",
        why="Before a case goes on, answers, identity and evidence are looked at once more.",
        do="Each one is listed below. Put it right, or stop the case: tilik case close {case}",
    ),
    "dossier_refused": Words(
        what="No dossier of {case} is written: {count} things do not hold.",
        why="Nothing leaves the house that rests on broken evidence, a withdrawn answer or an unproven identity.",
        do="Each one is listed below. Put it right, then try again.",
    ),
    "case_unproven": Words(
        what="This step needs a login: {who} is only a typed name.",
        why="People have logins here. Where they have, no step of a case is taken under a name that nobody proved.",
        do="Take it on the page (tilik review serve), or at a terminal with your own password.",
    ),
    "password_not_asked": Words(
        what="The password of {who} cannot be asked for here.",
        why="People have logins here, and a step of a case is theirs only with their password, typed at a terminal.",
        do="Take this step on the page: tilik review serve",
    ),
    "case_duty": Words(
        what="The duty of {who} does not allow this.",
        why="Who runs the machine judges nobody: cases are for reviewers and admins.",
        do="Let a reviewer do it: tilik people list",
    ),
    "login_wrong": Words(
        what="Name or password is wrong.",
        why="Every wrong password stands in the record of deeds, and after some of them a name has to wait.",
        do="Try again; an admin gives a new one: tilik people password NAME",
    ),
    "login_wait": Words(
        what="Too many wrong passwords: this name has to wait.",
        why="So nobody tries passwords, on the page or at the terminal.",
        do="Wait a quarter of an hour, then try again.",
    ),
    "case_unknown": Words(
        what="There is no case {case}.",
        why="Ids of cases begin with C- and end with a check symbol.",
        do="See which ones there are: tilik case list",
    ),
    "case_waits": Words(
        what="{case} waits for a second person: {who} wants to move it to {state}.",
        why="As long as that is open, it is not moved otherwise.",
        do="Let another person answer: tilik case agree {case} --by … (or --decline)",
    ),
    "case_way": Words(
        what="{case} cannot go from {here} to {state}.",
        why="The steps follow each other as in Bawaslu's practice; from {here} it goes to: {ways}.",
        do="Choose one of these.",
    ),
    "case_nothing_waits": Words(
        what="Nothing in {case} waits for a second person.",
        why="Either nobody has moved it there, or somebody has answered already.",
        do="Look at it: tilik case show {case}",
    ),
    "case_same_person": Words(
        what="{who} cannot be the second person in {case}.",
        why="They proposed this move themselves; two different people have to want it.",
        do="Let somebody else agree.",
    ),
    "case_nobody": Words(
        what="It is missing who does this.",
        why="Every step of a case has a name.",
        do="Write it: --by NAME",
    ),
    "case_without_reason": Words(
        what="The reason is missing, or it is too short to say anything.",
        why="Whoever reads the case later has to understand why it was moved.",
        do="Write it in a sentence: --reason “…”",
    ),
    "case_entry_unknown": Words(
        what="{case} has no entry number {entry}.",
        why="It was never there, or it was taken back already.",
        do="See the numbers: tilik case show {case}",
    ),
    "case_entry_empty": Words(
        what="The text is missing.",
        why="An empty entry says nothing.",
        do="Write what is to be kept.",
    ),
    "case_field_unknown": Words(
        what="The forms have no field {field}.",
        why="They know: {known}.",
        do="Write one of these.",
    ),
    "case_field_form": Words(
        what="“{field}” is no FIELD=VALUE.",
        why="Each field is written with its value, joined by an equals sign.",
        do="Write it as in: pengawas_nama=“Siti Rekaan”",
    ),
    "case_relief_unknown": Words(
        what="The kind of fact is missing or not known: {relief}.",
        why="These can be said: {known}. That a like is gone or a post was edited is read from the database.",
        do="Write one of these: --fact …",
    ),
    "case_witness_unnamed": Words(
        what="The witness's name is missing.",
        why="A witness is somebody whom one can ask.",
        do="Write it: --name “…” --address “…”",
    ),
    "case_reply_undated": Words(
        what="A reply needs its date and its source.",
        why="Who reads the dossier must be able to find the letter or the minutes again.",
        do="Write both: --date 2029-11-28 --source “letter no. …”",
    ),
    "case_date_ahead": Words(
        what="{day} has not come yet.",
        why="Only what has happened can be kept.",
        do="Correct the date.",
    ),
    "case_day_early": Words(
        what="{day} is before anything that {case} is about: its first act was done on {first} at the earliest.",
        why="A step of a case cannot have been taken before what it is about happened.",
        do="Correct the day: --on …",
    ),
    "case_day_form": Words(
        what="“{day}” is no day.",
        why="A day that is not understood would be counted from wrongly.",
        do="Write it as year-month-day: 2024-11-20",
    ),
    "case_number_in_text": Words(
        what="This text seems to hold a NIP or NIK.",
        why="These numbers are kept encrypted only, and stand in no text that others may read.",
        do="Leave it out here and keep it with: tilik case identity",
    ),
    "identity_form": Words(
        what="This is no {kind}: it has {digits} digits.",
        why="A number with a missing digit would name somebody else.",
        do="Type it again. It is not shown here.",
    ),
    "identity_which": Words(
        what="It is not said which number is to be kept.",
        why="The number itself is asked for; it never stands on the command line.",
        do="Add --nip or --nik.",
    ),
    "identity_of_institution": Words(
        what="{case} is about an institution.",
        why="Its account is nobody's own; the person responsible for it has to be asked first.",
        do="Put the person on the watchlist with a verified source, if it comes to that.",
    ),
    "identity_key_unreadable": Words(
        what="The key of the identity table cannot be used: {file}: {reason}",
        why="Without it NIP and NIK stay closed; nobody else can open them either.",
        do="Put the file back from your backup, or set TILIK_IDENTITY_PASSPHRASE as it was.",
    ),
    "identity_not_opened": Words(
        what="NIP and NIK were closed with another key ({key}); the one here is {now}.",
        why="The key file or the passphrase is not the one with which they were kept.",
        do="Put that key back, or keep the numbers again: tilik case identity",
    ),
    "template_field": Words(
        what="The template {file} asks for a field that is not there: {reason}.",
        why="A form with an empty place where a field should be is worse than none.",
        do="Correct the name; docs/en/cases.md lists all fields.",
    ),
    "template_broken": Words(
        what="The template {file} cannot be filled in: {reason}",
        why="It is no DOCX file, or a loop or bracket in it is not closed.",
        do="Begin again from ours: tilik case templates --to FOLDER",
    ),
    "template_forbidden": Words(
        what="The template {file} wants more than a form may: {reason}",
        why="A template may show fields and repeat rows. It runs no program, reads no file and fetches nothing.",
        do="Take it out, or begin again from ours: tilik case templates --to FOLDER",
    ),
    "part_too_small": Words(
        what="The parts would be too small.",
        why="A part holds at least {least} megabytes.",
        do="Write a larger number: --part-size 20",
    ),
}
