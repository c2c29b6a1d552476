"""The first config.yaml of a folder: the commented template, with the answers of whoever sets it up."""

import json
import re
import tempfile
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from pathlib import Path

import typer

from commands.shared import note
from core.errors import ConfigError, InputError
from language import say

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
PHASE = re.compile(r"^ +- \{name: .*$", re.MULTILINE)
ID = re.compile(r"^  - id: .*$", re.MULTILINE)
LONGEST_ID = 60
FIRST_YEAR = 1900
FORMS = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y")
PLACES = {
    "controller": r"^  controller: ",
    "organisation": r"^  organisation: ",
    "basis": r"^  basis: ",
    "contact": r"^  contact: ",
    "ends": r"^  ends: ",
    "contest": r"^    name: ",
    "region": r"^    region: ",
    "voting_day": r"^    voting_day: ",
    "designation": r"^    designation: ",
    "language": r"^  language: ",
}
"""Where the template says it; the rest of such a line is the value, and a comment."""

DATES = frozenset({"ends", "voting_day", "designation"})
OPTIONAL = frozenset({"designation"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What is known already; None leaves what stands in the template."""

    controller: str | None = None
    organisation: str | None = None
    basis: str | None = None
    contact: str | None = None
    ends: str | None = None
    contest: str | None = None
    region: str | None = None
    voting_day: str | None = None
    designation: str | None = None
    """Empty: nobody knows it yet."""
    language: str | None = None

    @property
    def given(self) -> bool:
        """Whether anything was answered at all."""
        return any(getattr(self, one.name) is not None for one in fields(self))


def asked(template: str, answers: Answers) -> Answers:
    """Ask a person for what no option said, one question at a time, each again until it can be used."""
    checked(filled(template, answers))
    note("Six questions; Enter keeps what stands in brackets. Everything can be changed in config.yaml later.")
    questions = {
        "controller": say("Which office or organisation watches?"),
        "ends": say("Until which day may it collect? Afterwards tilik collects nothing more"),
        "contest": say("What is the election called?"),
        "region": say("Code of its region (Kemendagri, such as 32.07), or nasional"),
        "voting_day": say("When is voting day?"),
        "designation": say("When were the candidates designated? Empty: not known yet; both phases are shown then"),
    }
    for name, question in questions.items():
        while getattr(answers, name) is None:
            stands = "" if name in OPTIONAL else _stands(template, name)
            said = str(typer.prompt(question, default=stands, show_default=bool(stands), err=True))
            tried = replace(answers, **{name: said})
            try:
                checked(filled(template, tried))
            except InputError as error:
                _refuse(error)
            else:
                answers = tried
    return answers


def _refuse(error: InputError) -> None:
    from language.problems import in_words

    for problem in error.problems:
        note("{text}", text=in_words(problem))


def filled(template: str, answers: Answers) -> str:
    """Put the answers into the template; its comments stay, and the phases move with voting day."""
    text = template
    for name in PLACES:
        said = getattr(answers, name)
        if said is not None and (said.strip() or name not in OPTIONAL):
            text = _put(text, name, _written(said, as_day=name in DATES))
    before, now = _as_day(_stands(template, "voting_day")), _as_day(_stands(text, "voting_day"))
    if before is not None and now is not None:
        days = now - before
        text = PHASE.sub(lambda line: DAY.sub(lambda one: str(date.fromisoformat(one[0]) + days), line[0]), text)
    if answers.contest is not None:
        text = ID.sub(f"  - id: {_id(answers.contest, now)}", text, count=1)
    return text


def _written(said: str, *, as_day: bool) -> str:
    """Write an answer as YAML reads it."""
    day = _as_day(said) if as_day else None
    return str(day) if day else json.dumps(said, ensure_ascii=False)


def _line(name: str) -> re.Pattern[str]:
    return re.compile(rf'({PLACES[name]})("[^"]*"|[^\s#]+)', re.MULTILINE)


def _put(text: str, name: str, value: str) -> str:
    return _line(name).sub(lambda found: found[1] + value, text, count=1)


def _stands(text: str, name: str) -> str:
    found = _line(name).search(text)
    return found[2].strip('"') if found else ""


def _as_day(said: str) -> date | None:
    for form in FORMS:
        try:
            day = datetime.strptime(said.strip(), form).date()  # noqa: DTZ007  (a day has no zone)
        except ValueError:
            continue
        return day if day.year >= FIRST_YEAR else None
    return None


def _id(contest: str, day: date | None) -> str:
    """Make an id of a name: small letters, digits and dashes, with the year where the name has none."""
    words = re.sub(r"[^a-z0-9]+", "-", contest.casefold()).strip("-") or "contest"
    year = f"-{day.year}" if day is not None and str(day.year) not in words else ""
    return f"{words[: LONGEST_ID - len(year)].strip('-')}{year}"


def checked(text: str) -> None:
    """Load the settings from a place of their own. Raises InputError where an answer does not fit."""
    from core.config import load

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "config.yaml"
        file.write_text(text, encoding="utf-8")
        try:
            load(file)
        except ConfigError as error:
            problems = [replace(one, where=file.name) for one in error.problems]
            raise InputError("answers_do_not_fit", count=len(problems), problems=problems) from error
