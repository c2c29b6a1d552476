"""tilik contest: whether the words of the settings find what people write of the candidates."""

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import typer
from rich.progress import Progress

from commands.shared import CONFIG, ConfigOption, JsonOption, answer, errors, percent, show, tell, tools
from language import say

if TYPE_CHECKING:
    from classifier.forms import Remark
    from classifier.suggest import Coverage, Suggestion
    from core.settings import Candidate, Contest
    from jobs.contests import Checked

app = typer.Typer(no_args_is_help=True, help=say("The contests of the settings: check their names, numbers and tags."))
INDENT = " " * 8
"""How deep the fields of a candidate stand in config.yaml."""


@app.callback()
def _group() -> None:
    """Keep `contest` a group although it has one command."""


@app.command()
def check(config: ConfigOption = CONFIG, as_json: JsonOption = False) -> None:
    """Check the contests on what was crawled: which names and tags occur, and which campaign terms are missing."""
    from jobs import contests

    with tools(config) as opened, Progress(console=errors, transient=True, disable=not errors.is_terminal) as bar:
        task = bar.add_task(say("Reading"), total=None)
        with opened.database.read() as session:
            found = contests.run(session, opened, lambda count: bar.update(task, completed=count))
    if as_json:
        answer([_told(one) for one in found])
        return
    for one in found:
        _show(one)


def _told(found: "Checked") -> dict[str, Any]:
    coverage = found.coverage
    return {
        "contest": found.contest.id,
        "remarks": [{name: getattr(one, name) for name in one.__slots__} for one in found.remarks],
        "wordings": coverage.wordings,
        "of_campaigns": coverage.of_campaigns,
        "hit": coverage.hit,
        "hit_of_campaigns": coverage.hit_of_campaigns,
        "forms": [
            {
                "candidate": one.form.candidate,
                "field": one.form.field,
                "form": one.form.written,
                "wordings": one.wordings,
                "in_campaign": one.in_campaign,
                "ordinary": one.ordinary,
            }
            for one in coverage.forms
        ],
        "suggestions": [{name: getattr(one, name) for name in one.__slots__} for one in coverage.suggestions],
        "yaml": "\n".join(_yaml(found.contest, coverage)),
    }


def _show(found: "Checked") -> None:
    tell("{contest}: {name}", contest=found.contest.id, name=found.contest.name)
    for remark in found.remarks:
        tell("  {reason}", reason=in_words(remark))
    coverage = found.coverage
    if not coverage.wordings:
        tell("  Nothing was crawled yet: only the settings were checked.")
        return
    _show_coverage(coverage)
    if coverage.suggestions:
        tell("These terms stand beside a candidate far more than elsewhere. Paste what is right into {file}:",
             file="config.yaml")  # fmt: skip
        typer.echo("\n".join(_yaml(found.contest, coverage)))
    else:
        tell("  No campaign term seems to be missing.")


def _show_coverage(coverage: "Coverage") -> None:
    tell("  {hit} of {all} texts name a candidate ({share}); of campaign accounts {own} of {campaigns} ({own_share}).",
         hit=coverage.hit, all=coverage.wordings, share=_share(coverage.hit, coverage.wordings),
         own=coverage.hit_of_campaigns, campaigns=coverage.of_campaigns,
         own_share=_share(coverage.hit_of_campaigns, coverage.of_campaigns))  # fmt: skip
    rows = [
        [
            one.form.candidate,
            _fields()[one.form.field],
            one.form.written,
            one.wordings or say("never"),
            _share(one.wordings, coverage.hit),
            _share(one.in_campaign, coverage.of_campaigns),
        ]
        for one in coverage.forms
    ]
    columns = [say("candidate"), say("what"), say("form"), say("texts"), say("of those with a candidate")]
    show(say("How often each form occurs"), [*columns, say("of campaign texts")], rows)


def _fields() -> Mapping[str, str]:
    """Name the fields of a candidate."""
    return {
        "names": say("name"),
        "nicknames": say("nickname"),
        "taglines": say("tagline"),
        "hashtags": say("hashtag"),
        "handles": say("handle"),
        "parties": say("party"),
        "number": say("number"),
        "emoji": say("sign"),
    }


def _share(part: int, whole: int) -> str:
    return percent(part / whole if whole else None)


def in_words(remark: "Remark") -> str:
    """Say a remark to a person."""
    from language.contests import REMARKS

    fields = {"candidate": remark.candidate, "form": remark.form, "other": remark.other}
    return say(REMARKS[remark.code], **fields)


def _yaml(contest: "Contest", coverage: "Coverage") -> Iterator[str]:
    """Write the lines of config.yaml with the new terms in them, ready to replace the old ones."""
    for candidate in contest.candidates:
        new = [one for one in coverage.suggestions if one.candidate == candidate.id]
        if new:
            yield f"      # {contest.id}: {candidate.id}"
        for field in dict.fromkeys(one.field for one in new):
            yield from _field(candidate, field, [one for one in new if one.field == field])


def _field(candidate: "Candidate", field: str, new: "list[Suggestion]") -> Iterator[str]:
    for one in new:
        why = say("{posts} posts of at least {authors} authors beside this candidate, {elsewhere} elsewhere",
                  posts=one.posts, authors=one.authors, elsewhere=one.elsewhere)  # fmt: skip
        yield f"{INDENT}# {one.term}: {why}"
    terms = [*getattr(candidate, field), *(one.term for one in new)]
    yield f"{INDENT}{field}: {json.dumps(terms, ensure_ascii=False)}"
