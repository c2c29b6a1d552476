"""All that people may read is there in English and in Indonesian, with the same fields, and nothing is left over.

The tests find the sentences and codes of the program by themselves; what fails names what has to be added, and where.
"""

import ast
import string
from collections import defaultdict
from collections.abc import Collection, Mapping
from enum import StrEnum
from pathlib import Path
from typing import get_args

import pytest
from babel.messages.pofile import read_po

import core.deeds
import core.records
from classifier.behaviour import CHECKS
from classifier.features import RULES
from classifier.forms import Code
from classifier.lexicon import HitKind
from classifier.target import NUMBER_SHARED, Direction
from core import cases
from core.config import load
from core.errors import ConfigError
from core.pictures import Unreadable
from evidence.manifest import Level
from jobs.capturing import OWN_ACCOUNT
from jobs.coverage import NOTES as OF_COVERAGE
from jobs.digest import DATES
from jobs.importing import WARNINGS
from jobs.learning import STRATEGIES
from language import CATALOGUE, indonesian
from language.contests import REMARKS as OF_CONTESTS
from language.errors import ERRORS, PROBLEMS
from language.names import NAMES
from language.problems import GUESSED
from language.reasons import REASONS
from review.page.work import COMMANDS
from scraper.bounds import CODES as OF_BOUNDS
from scraper.captures import entries
from scraper.fetch.guard import REFUSED
from scraper.platforms.notes import NOTES as OF_ADAPTERS
from scraper.platforms.overview import API_NEEDS_SETTING, LIKERS_ARE, REMARKS
from storage.queue import JobState
from tests.language.code import sources, words
from tests.language.codes import ERRORS as KINDS_OF_ERRORS
from tests.language.codes import codes_of, made, unseen
from tests.language.sentences import sentences, spoken, untranslated_help

UNSAID = (core.records.Mode, core.records.ActorBasis)
"""What stays in the database and in JSON."""

ENUMS = tuple(
    kind
    for kind in (*vars(core.records).values(), *vars(core.deeds).values())
    if isinstance(kind, type) and issubclass(kind, StrEnum) and kind not in (StrEnum, *UNSAID)
)
MEMBERS = {str(member): f"{kind.__module__}.{kind.__name__}" for kind in ENUMS for member in kind}
MEMBERS |= {str(member): "storage.queue.JobState" for member in JobState}
OF_PAGES = {"private", "login_needed", "likers_hidden", "no_data"}
OF_APIS = {"api_limit", "api_not_allowed", "key_refused", "not_professional"}
NOTES = codes_of("FetchError", "RefusedError") | {"page_limit", "interrupted"} | OF_PAGES | OF_APIS
NOTES |= OF_ADAPTERS | OF_COVERAGE | set(OF_BOUNDS)
"""What a visit keeps as its note."""

PEOPLE_ACCUSED = ("pelanggar", "bersalah", "terbukti melanggar", "offender", "guilty", "violation", "violator")


def _english() -> dict[str, str]:
    """Every English text, with where it comes from."""
    of_errors = {text: f"ERRORS[{code!r}]" for code, said in ERRORS.items() for text in (said.what, said.why, said.do)}
    of_codes = {NAMES.get(code, code): place for code, place in {**_codes_said(), **MEMBERS}.items()}
    return {
        **sentences(),
        **of_codes,
        **{text: f"ERRORS {place}" for text, place in of_errors.items()},
        **{text: f"PROBLEMS[{code!r}]" for code, text in PROBLEMS.items()},
        **{text: f"REASONS[{code!r}]" for code, text in REASONS.items()},
        **{text: f"REMARKS[{code!r}]" for code, text in OF_CONTESTS.items()},
    }


def _codes_said() -> dict[str, str]:
    return {code: place for place, codes in _said_by().items() for code in codes}


def _said_by() -> dict[str, set[str]]:
    """Codes that commands say although they are members of no enum."""
    return {
        "notes of visits": NOTES,
        "evidence.manifest.Level": set(Level),
        "jobs.evidence": {"no_page"},
        "jobs.digest": set(DATES),
        "evidence.sealing": _returned_by("evidence/sealing.py", "why_not")
        | _returned_by("evidence/sealing.py", "_why_untrusted"),
        "states of runs": {"running", "done", "interrupted"},
        "storage.collecting.totals": _keys_of("storage/collecting.py", "totals"),
        "storage.answering.review_counts": {f"waiting_{band}" for band in core.records.Band},
        "core.pictures": set(Unreadable),
        "classifier.evaluate.compare": _keys_of("classifier/evaluate.py", "compare"),
        "classifier.behaviour": set(CHECKS),
        "jobs.learning": set(STRATEGIES),
        "scraper.captures.entries": {*entries.KINDS, *entries.LEFT_OUT},
        "jobs.importing": set(WARNINGS),
        "core.cases": {*cases.CaseState, *cases.EntryKind, *cases.Relief},
        "classifier.target": {NUMBER_SHARED, *get_args(Direction)},
        "jobs.capturing": {OWN_ACCOUNT},
        "review.page.work": set(COMMANDS),
        "scraper.fetch.browser.attended": _counted_by("scraper/fetch/browser/attended.py", "_left_out"),
        "scraper.fetch.guard": set(REFUSED),
        "scraper.platforms.overview": {*REMARKS.values(), *LIKERS_ARE.values(), API_NEEDS_SETTING},
        "jobs.timers": _returned_by("jobs/timers.py", "install"),
    }


def _keys_of(file: str, function: str) -> set[str]:
    """Read the keys of the dictionaries that a function makes."""
    source = next(one for one in sources() if one.name == file)
    found = next(n for n in ast.walk(source.tree) if isinstance(n, ast.FunctionDef) and n.name == function)
    keys = (key for node in ast.walk(found) if isinstance(node, ast.Dict) for key in node.keys)
    return {key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)}


def _counted_by(file: str, counter: str) -> set[str]:
    """Read the words under which a counter of a class counts."""
    source = next(one for one in sources() if one.name == file)
    counted = (n for n in ast.walk(source.tree) if isinstance(n, ast.Subscript) and isinstance(n.value, ast.Attribute))
    keys = [n.slice for n in counted if isinstance(n.value, ast.Attribute) and n.value.attr == counter]
    return {key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)}


def _returned_by(file: str, function: str) -> set[str]:
    """Read the texts in the tuples that the functions of this name return."""
    source = next(one for one in sources() if one.name == file)
    functions = [n for n in ast.walk(source.tree) if isinstance(n, ast.FunctionDef) and n.name == function]
    ends = (n.value for one in functions for n in ast.walk(one) if isinstance(n, ast.Return))
    return set().union(*(words(source, end) for end in ends))


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_every_english_text_has_its_indonesian() -> None:
    missing = {text: place for text, place in _english().items() if text and text not in indonesian()}

    assert missing == {}


def test_the_catalogue_holds_nothing_that_nobody_says() -> None:
    left_over = set(indonesian()) - set(_english())

    assert left_over == set()


def test_an_indonesian_text_has_the_fields_of_its_english() -> None:
    differing = {text: said for text, said in indonesian().items() if _fields(text) != _fields(said)}

    assert differing == {}


def test_every_code_can_be_read_off_the_program() -> None:
    assert list(unseen()) == []


def test_every_error_that_is_raised_has_its_words() -> None:
    raised = {one.code: one.where for one in made() if one.of in KINDS_OF_ERRORS}

    assert {code: where for code, where in raised.items() if code not in ERRORS} == {}


def test_every_problem_that_is_found_has_its_words() -> None:
    found = {one.code: one.where for one in made() if one.of == "Problem"}

    assert {code: where for code, where in found.items() if code not in PROBLEMS} == {}


def test_no_words_are_kept_for_errors_that_nobody_raises() -> None:
    assert set(ERRORS) - codes_of(*KINDS_OF_ERRORS) == set()


def test_no_words_are_kept_for_problems_that_nobody_finds() -> None:
    assert set(PROBLEMS) - codes_of("Problem") == set()


def test_what_pydantic_says_of_settings_has_its_words(tmp_path: Path) -> None:
    mistakes = (
        f"contests: [{{id: {'a' * 61}}}]",
        "crawl: {workers: [1], seconds_between_requests: .nan, timeout_seconds: -.inf, pages_per_visit: 1.5}",
        "crawl: {allow_private: 5, browser: 5, likers_days: many, refused_hours: 0}",
        "crawl: 5",
        "platforms: {mastodon: {servers: {a: 5}}}",
        "purpose: {ends: tomorrow}",
        "purpose: {ends: 2030-12-31T01:02:03}",
    )

    found = set().union(*(_problems_of(tmp_path / "config.yaml", text) for text in mistakes))

    assert found <= set(PROBLEMS)
    assert len(found) >= len(mistakes)


def _problems_of(path: Path, text: str) -> set[str]:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(path)
    return {problem.code for problem in caught.value.problems}


def test_an_error_is_told_with_fields_that_every_place_gives() -> None:
    wanted = {code: _fields(said.what + said.why + said.do) for code, said in ERRORS.items()}

    assert _ungiven(wanted, KINDS_OF_ERRORS) == {}


def test_a_problem_is_told_with_what_every_place_gives() -> None:
    wanted = {code: _fields(text) for code, text in PROBLEMS.items()}

    assert {code: names for code, names in wanted.items() if names - {"value", "hint", "column"}} == {}
    assert _ungiven(wanted, {"Problem"}) == {}


def _ungiven(wanted: Mapping[str, set[str]], kinds: Collection[str]) -> dict[str, set[str]]:
    """Find the fields that stand in words although some place that makes the code does not give them."""
    given: dict[str, list[frozenset[str]]] = defaultdict(list)
    for one in made():
        if one.of in kinds and one.fields is not None:
            given[one.code].append(one.fields)
    lacking = {code: wanted[code] - frozenset.intersection(*found) for code, found in given.items() if code in wanted}
    return {code: names for code, names in lacking.items() if names}


def test_a_guess_is_asked_only_where_the_words_do_not_hold_it() -> None:
    assert {code for code in GUESSED if "hint" in _fields(PROBLEMS[code])} == set()


def test_every_rule_and_word_list_of_the_classifier_has_its_words() -> None:
    hits = (f"lexicon.{kind}" for kind in HitKind if kind is not HitKind.PIECE)  # a piece stands in its tag
    codes = {"word", *(f"rule.{code}" for code in RULES), *hits}

    assert codes == set(REASONS)


def test_every_remark_on_a_contest_has_its_words() -> None:
    assert set(get_args(Code)) == set(OF_CONTESTS)


def test_nothing_that_is_said_is_built_from_pieces() -> None:
    pieces = [source.where(call) for source, call in spoken() if isinstance(call.args[0], ast.JoinedStr | ast.BinOp)]

    assert pieces == []


def test_the_help_of_every_option_is_translated() -> None:
    assert list(untranslated_help()) == []


def test_a_code_and_a_sentence_are_never_the_same_word() -> None:
    literal = {text for text, place in sentences().items() if text in NAMES and NAMES[text] != text}

    assert literal == set()


def test_every_name_belongs_to_a_code_that_is_said() -> None:
    assert set(NAMES) - {*_codes_said(), *MEMBERS} == set()


def test_nobody_is_accused() -> None:
    texts = [*_english(), *indonesian().values()]

    accusing = [text for text in texts if any(word in text.casefold() for word in PEOPLE_ACCUSED)]
    assert accusing == []


def test_the_catalogue_is_sorted_and_says_nothing_twice() -> None:
    with CATALOGUE.open("rb") as file:
        ids = [str(message.id) for message in read_po(file, locale="id") if message.id]
    text = CATALOGUE.read_text(encoding="utf-8")

    assert ids == sorted(ids)
    assert text.count("\nmsgid ") == len(ids) + 1
    assert "#, fuzzy" not in text


def test_the_catalogue_is_read_as_gettext_reads_it() -> None:
    with CATALOGUE.open("rb") as file:
        known = read_po(file, locale="id")

    assert indonesian() == {str(one.id): str(one.string) for one in known if one.id and one.string}
