"""The card of a model version: what it learnt from, how well it does, what it is for and what not. Markdown or HTML."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from language import chosen, say
from storage.judging import ModelVersion
from storage.thresholds import Threshold

META = '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
STYLE = (
    "body{font:1rem/1.5 system-ui;max-width:46rem;margin:2rem auto;padding:0 1rem}"
    "td,th{padding:.2rem .8rem .2rem 0;text-align:left}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading with sentences and, where it has rows, a table."""

    title: str
    text: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    rows: Sequence[tuple[str, ...]] = ()


def card(version: ModelVersion, measured: Threshold | None) -> list[Section]:
    """Tell what is known of a model version, in the language of the reader."""
    facts = version.manifest
    return [
        Section(
            title=say("Model {version}", version=version.version),
            text=(
                say("It says how much a text looks like a call to vote. It is no verdict; a human decides."),
                say("Made {when}; scikit-learn {sklearn}; code {code}; seed {seed}; file SHA-256 {sha256}.",
                    when=f"{version.created_at:%Y-%m-%d %H:%M} UTC", sklearn=facts.get("sklearn_version"),
                    code=facts.get("code_version"), seed=facts.get("seed"), sha256=version.sha256),
            ),
        ),
        _data(facts),
        _measured(facts.get("metrics") or {}),
        Section(title=say("The band high"), text=(first_band(measured),)),
        Section(
            title=say("What it is not for"),
            text=(
                say("It does not know who wrote a text, sarcasm that needs the thread, or what a picture shows."),
                say("It is weakest in calls against somebody, in regional languages, and in unlisted slogans."),
                say("It must not decide about a person, and its score says nothing of guilt."),
            ),
        ),
    ]  # fmt: skip


def _data(facts: Mapping[str, Any]) -> Section:
    labels = facts.get("labels") or {}
    kinds = sorted((labels.get("kinds") or {}).items(), key=lambda pair: -pair[1])
    return Section(
        title=say("What it learnt from"),
        text=(
            say("{examples} texts of {groups} groups, {positive} of them calls; {local} are labels of this place.",
                examples=facts.get("examples"), groups=facts.get("groups"), positive=labels.get("positive"),
                local=facts.get("local_labels", 0)),
            say("The shipped texts are invented; no real post trains the base model."),
        ),
        columns=(say("kind"), say("texts")),
        rows=[(say(kind), str(count)) for kind, count in kinds],
    )  # fmt: skip


def _measured(metrics: Mapping[str, Any]) -> Section:
    title = say("Comparison on the frozen test")
    if not metrics:
        return Section(title=title, text=(say("It was the first model here: there was nothing to compare it with."),))
    pairs = (
        (say("recall of explicit calls"), metrics["explicit_recall"]),
        (say("neutral and official texts flagged"), metrics["false_flags"]),
        (say("calibration error"), metrics["ece"]),
        *((say("failed: {check}", check=say(check)), counts) for check, counts in metrics.get("behaviour", {}).items()),
    )
    rows = [(name, *(f"{value:.3g}" for value in before_and_now)) for name, before_and_now in pairs]
    return Section(
        title=title,
        text=(f"PR-AUC {metrics['delta']:+.3f} (≥ {metrics['delta_low']:+.3f})",),
        columns=(say("measure"), say("before"), say("now")),
        rows=rows,
    )


def first_band(measured: Threshold | None) -> str:
    """Say how often the first band is right, as far as that is measured."""
    if measured is None:
        return say("Too few labels to say how often the first band is right; it only says what to read first.")
    share = f"{measured.precision:.0%} ({measured.low:.0%}–{measured.upper:.0%})"
    told = {"high": f"{measured.high:.2f}", "share": share, "count": measured.labels}
    return say("The band high begins at {high}: {share} of {count} labelled texts in it are calls.", **told)


def as_markdown(sections: Sequence[Section]) -> str:
    """Write a card as Markdown."""
    return "\n\n".join(part for number, one in enumerate(sections) for part in _markdown(one, first=not number)) + "\n"


def _markdown(section: Section, *, first: bool) -> list[str]:
    parts = [f"{'#' if first else '##'} {section.title}", *section.text]
    if section.rows:
        lines = [section.columns, ("---",) * len(section.columns), *section.rows]
        parts.append("\n".join("| " + " | ".join(cells) + " |" for cells in lines))
    return parts


def as_html(sections: Sequence[Section]) -> str:
    """Write a card as one HTML page that needs nothing else."""
    body = "".join(_html(one, first=not number) for number, one in enumerate(sections))
    head = f"{META}<title>{escape(sections[0].title)}</title><style>{STYLE}</style>"
    return f'<!doctype html><html lang="{chosen()}"><head>{head}</head><body>{body}</body></html>\n'


def _html(section: Section, *, first: bool) -> str:
    level = "h1" if first else "h2"
    table = ""
    if section.rows:
        head = "".join(f'<th scope="col">{escape(name)}</th>' for name in section.columns)
        rows = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in section.rows)
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    lines = "".join(f"<p>{escape(line)}</p>" for line in section.text)
    return f"<{level}>{escape(section.title)}</{level}>{lines}{table}"
