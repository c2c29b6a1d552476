"""The words of errors on the page and about its people."""

from collections.abc import Mapping

from language.words import Words

PAGE: Mapping[str, Words] = {
    "answer_needs_kind": Words(
        what="Which kind of call is it?",
        why="What teaches the machine is the kind: explicit, implicit, or a call to reject.",
        do="Press 1 and then 1, 2 or 3, or use one of the three buttons.",
    ),
    "answer_unknown": Words(
        what="“{answer}” is no answer that can be given here.",
        why="Answer and reason must be those of the card.",
        do="Load the page again and use its buttons.",
    ),
    "mail_not_sent": Words(
        what="The digest could not be sent by {host}:{port}: {reason}",
        why="The mail server was not reached, wants another way to be sealed, or refused name and password.",
        do="Check `mail` in config.yaml, TILIK_SMTP_USER and TILIK_SMTP_PASSWORD; the digest itself was written.",
    ),
    "no_conflict": Words(
        what="Nobody differs about {match}.",
        why="Only a match that two people judged differently is settled by a third.",
        do="See which those are: tilik review conflicts",
    ),
    "not_a_third": Words(
        what="{reviewer} is one of the two who differ about {match}.",
        why="Who judged it already cannot settle it.",
        do="Let somebody else settle it, or take one's own answer back: tilik review undo {match}",
    ),
    "nothing_to_take_back": Words(
        what="{reviewer} says nothing of {match} that could be taken back.",
        why="There is no such match, no answer of this person, or it was taken back before.",
        do="Check id and name, as they stand in the review file.",
    ),
    "password_short": Words(
        what="The password is too short.",
        why="It needs {shortest} characters or more: short ones are guessed.",
        do="Take three or four words that do not belong together.",
    ),
    "password_weak": Words(
        what="This password will not do.",
        why="It is the name itself, or far too long.",
        do="Take three or four words that do not belong together.",
    ),
    "person_is_you": Words(
        what="Nobody changes their own duty.",
        why="The last admin could lock everybody out.",
        do="Ask another admin.",
    ),
    "person_name": Words(
        what="This name will not do.",
        why="It must have 1 to {longest} printable characters.",
        do="Write the name as colleagues know it.",
    ),
    "person_taken": Words(
        what="There is somebody named {name} already.",
        why="Decisions are signed with the name.",
        do="Take another one, perhaps with an initial.",
    ),
    "person_unknown": Words(
        what="Nobody here is named {name}.",
        why="The name must be one of the list.",
        do="See who there is: tilik people list",
    ),
    "port_taken": Words(
        what="Port {port} cannot be used: {reason}",
        why="Another program, or another window of tilik, answers there.",
        do="Close that one, or choose another: tilik review serve --port 8770",
    ),
}
