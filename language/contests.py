"""What is said of a contest's settings, by the codes of `classifier.forms`."""

from collections.abc import Mapping

REMARKS: Mapping[str, str] = {
    "dates_missing": "no phases are given: the stages of the election are unknown, and visits keep one pace",
    "number_missing": "{candidate} has no ballot number",
    "number_shared_with": "number {form} is on the ballot of {other} too: alone it names nobody",
    "form_shared": "“{form}” stands for {candidate} and for {other}: it names neither",
    "form_shared_with": "“{form}” of {candidate} also stands for somebody in {other}",
    "form_one_letter": "“{form}” of {candidate} is one letter: it would be found everywhere",
    "form_empty": "“{form}” of {candidate} holds no word that can be found",
    "form_ordinary": "“{form}” of {candidate} is an ordinary word: it counts only after pak or bu, or with a capital",
    "form_hits_too_much": "“{form}” of {candidate} mostly stands in posts that speak of no election",
}
