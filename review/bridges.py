"""Matches in the forms that other programs read: Label Studio, Argilla, Prodigy, Datasette.

The first three are for answering. They get no score, no order that tells it and nothing ticked, for a suggestion leads
the one who answers; and no account and no address, for such programs often run elsewhere: the id leads back. Datasette
is for looking at everything on this machine, and gets everything.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Literal

from core.deeds import Went
from core.files import complete
from core.records import Answer, Standing
from jobs.exports import Leaving, Members, went_out
from jobs.tools import Tools
from review.ids import public_id
from storage import watching
from storage.bridging import BridgedMatch, bridged

Form = Literal["label-studio", "argilla", "prodigy", "datasette"]
Units = Mapping[int, str | None]
Shape = Callable[[BridgedMatch, Units], dict[str, object]]

QUESTION, FIELD = "answer", "text"
"""The names that a project in Label Studio or Argilla has to give its question and its text."""
BREAKS = {code: f"\\u{code:04x}" for code in (0x85, 0x2028, 0x2029)}
"""Some readers of lines take these for the end of one."""
PRODIGY = {Answer.SOLICITATION: "accept", Answer.NOT: "reject", Answer.UNSURE: "ignore"}


def bridge(tools: Tools, path: Path, form: Form, *, everything: bool = False) -> int:
    """Write the matches that wait, or all of them, in another program's form; say how many. They stream through."""
    members = Members()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tools.database.read() as session, complete(path) as stream:
        units = {one.account.id: one.entry.unit for one in watching.watchlist(session)}
        found = members.noted(bridged(session, everything=everything))
        rows = (SHAPES[form](one, units) for one in found)
        count = 0
        for count, text in enumerate(_texts(rows, lines=form == "prodigy"), start=1):  # noqa: B007  (the last is told)
            stream.write(text)
        stream.write("" if form == "prodigy" else "\n]\n" if count else "[]\n")
    wanted = {"format": form, "everything": everything}
    leaving = Leaving(kind=Went.BRIDGE, path=path, rows=count, wanted=wanted, members=members.numbers)
    went_out(tools, leaving)
    return count


def ending(form: Form) -> str:
    """Say how the name of such a file ends."""
    return ".jsonl" if form == "prodigy" else ".json"


def _texts(rows: Iterator[dict[str, object]], *, lines: bool) -> Iterator[str]:
    for number, row in enumerate(rows):
        text = json.dumps(row, ensure_ascii=False).translate(BREAKS)
        yield f"{text}\n" if lines else f"{',' if number else '['}\n{text}"


def _facts(one: BridgedMatch, units: Units) -> dict[str, object]:
    """Say what somebody has to know to answer, without whom it is about; what is not known is left out."""
    when = one.acted_at.isoformat() if one.acted_at else None
    told = {"id": public_id(one.match_id), "contest": one.contest, "platform": one.platform, "act": str(one.action)}
    more = {"acted_at": when, "unit": units.get(one.account_id)}
    return {**told, **{name: value for name, value in more.items() if value is not None}}


def _answered(one: BridgedMatch) -> Answer | None:
    """Give the answer of people that stands; one that waits for another person is none yet."""
    return one.answer if one.standing is Standing.DECIDED else None


def _label_studio(one: BridgedMatch, units: Units) -> dict[str, object]:
    task: dict[str, object] = {"data": {FIELD: one.text, **_facts(one, units)}}
    answer = _answered(one)
    if answer is not None:
        choice = {"from_name": QUESTION, "to_name": FIELD, "type": "choices", "value": {"choices": [str(answer)]}}
        task["annotations"] = [{"result": [choice]}]
    return task


def _argilla(one: BridgedMatch, units: Units) -> dict[str, object]:
    metadata = _facts(one, units)
    key = metadata.pop("id")
    answer = _answered(one)
    if answer is not None:
        metadata["answered"] = str(answer)
    empty: dict[str, object] = {"suggestions": {}, "responses": {}, "vectors": {}}
    return {"id": key, "fields": {FIELD: one.text}, "metadata": metadata, **empty}


def _prodigy(one: BridgedMatch, units: Units) -> dict[str, object]:
    task: dict[str, object] = {"text": one.text, "label": str(Answer.SOLICITATION), "meta": _facts(one, units)}
    answer = _answered(one)
    return task if answer is None else {**task, "answer": PRODIGY[answer]}


def _datasette(one: BridgedMatch, units: Units) -> dict[str, object]:
    return {
        "id": public_id(one.match_id),
        "contest": one.contest,
        "platform": one.platform,
        "account": one.handle,
        "unit": units.get(one.account_id),
        "act": str(one.action),
        "acted_at": one.acted_at.isoformat() if one.acted_at else None,
        "seen_at": one.seen_at.isoformat(),
        "text": one.text,
        "post": one.post_uri,
        "link": one.post_url,
        "score": round(one.probability, 4),
        "band": str(one.band),
        "kind": str(one.kind),
        "target": one.target,
        "direction": one.direction,
        "timing": one.timing,
        "model": one.model,
        "standing": str(one.standing),
        "answer": str(one.answer) if one.answer else None,
    }


SHAPES: Mapping[Form, Shape] = {
    "label-studio": _label_studio,
    "argilla": _argilla,
    "prodigy": _prodigy,
    "datasette": _datasette,
}
