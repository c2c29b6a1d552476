"""The certificate of a purge, for people: what went, by which rule, who took it away and when, what still holds it."""

from collections.abc import Mapping
from typing import Any

from language import say
from review.local import number
from review.paper import Chapter, Listed, Paper, moment, written


def page(facts: Mapping[str, Any]) -> str:
    """Write it as one HTML page; what it says stands in the JSON file beside it, whose SHA-256 it names."""
    zone = facts["timezone"]
    about = [
        say("Kept at {controller}. Purge number {number}.", controller=facts["controller"], number=facts["purge"]),
        say("Begun {begun}, ended {ended}, by {who}.", begun=moment(facts["begun_at"], zone),
            ended=moment(facts["ended_at"], zone), who=facts["by"]),
        say("Reason: {reason}", reason=facts["reason"]),
    ]  # fmt: skip
    chapters = [_gone(facts, zone), _rule(facts), _stays(facts, zone), _proof(facts)]
    made = say("Made by tilik {version} on {when}.", version=facts["tilik"], when=moment(facts["ended_at"], zone))
    return written(Paper(title=say("Certificate of removal"), about=about, chapters=chapters, made=made))


def _gone(facts: Mapping[str, Any], zone: str) -> Chapter:
    rows = [
        [
            say(CLASSES[name]),
            number(part["count"]),
            moment(part["oldest"], zone),
            moment(part["newest"], zone),
            part.get("digest", "–"),
        ]
        for name, part in facts["classes"].items()
    ]
    heads = [say(head) for head in ("what", "rows", "oldest", "newest", "keyed digest")]
    kinds = facts["files"]["kinds"].items()
    files = [[say(FILES[kind]), number(count)] for kind, count in kinds]
    text = [say("{bytes} bytes of files were removed.", bytes=number(facts["files"]["bytes"]))]
    tables = [
        Listed(title=say("Rows"), heads=heads, rows=rows),
        Listed(title=say("Files"), heads=[say("kind"), say("files")], rows=files),
    ]
    return Chapter(title=say("What was removed"), text=text, tables=tables)


def _rule(facts: Mapping[str, Any]) -> Chapter:
    days = [[say(DAYS[name]), number(value)] for name, value in facts["policy"].items() if name in DAYS]
    text = [say("The purpose ended on {day}.", day=facts["policy"]["ends"])]
    table = Listed(title=say("Kept for"), heads=[say("what"), say("days")], rows=days)
    return Chapter(title=say("By which rule"), text=text, tables=[table])


def _stays(facts: Mapping[str, Any], zone: str) -> Chapter:
    held = [[str(one["hold"]), say(one["kind"]), moment(one["since"], zone)] for one in facts["held"]]
    rows = [[say(one["kind"]), moment(one["written_at"], zone), one["sha256"]] for one in facts["elsewhere"]]
    tables = [
        Listed(title=say("Legal holds"), heads=[say("number"), say("what"), say("since")], rows=held),
        Listed(title=say("Files that went out and are a person's to remove"),
               heads=[say("kind"), say("written"), "SHA-256"], rows=rows),
    ]  # fmt: skip
    text = [say("Backups and files elsewhere are not reached by a purge: whoever has them removes them.")]
    return Chapter(title=say("What stays"), text=text, tables=tables)


def _proof(facts: Mapping[str, Any]) -> Chapter:
    record = facts["record"]
    text = [
        say("What is left of each row is a hash with this installation's own secret: it proves that something was "
            "here, and nobody can read from it what."),
        say("Record of deeds: {lines} lines, head {head}.", lines=number(record["lines"]), head=record["head"]),
        say("This page repeats the JSON file beside it, SHA-256 {sha256}.", sha256=facts["sha256"]),
    ]  # fmt: skip
    return Chapter(title=say("How it can be checked"), text=text)


CLASSES = {
    "unflagged": "matches ranked low",
    "undecided": "matches that nobody decided",
    "rejected": "matches that are no call",
    "withdrawn": "matches that were withdrawn",
    "decided": "matches that are a call",
    "acts": "acts of watched accounts",
    "posts": "posts",
    "wordings": "wordings of posts",
    "pictures": "words read in pictures",
    "labels": "labels of texts",
    "captures": "captures",
    "originals": "names of files that people brought",
    "accounts": "accounts of the watchlist",
    "people": "people who left",
}
"""The classes of a purge, in words."""
FILES = {
    "blob": "captures, pictures and evidence",
    "export": "files that went out",
    "picture": "pictures beside review files",
    "log": "logs",
    "model": "trained models",
    "upload": "uploads that nobody confirmed",
}
DAYS = {f"{name}_days": words for name, words in CLASSES.items()} | {
    "models_days": "trained models",
    "watchlist_days": "accounts of the watchlist",
    "exports_days": "files that went out",
    "logs_days": "logs",
}
