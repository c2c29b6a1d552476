"""From matches to the rows of a review file. No row ever names a person: it shows an account and an office."""

import secrets
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from core.deeds import Went
from core.errors import InputError
from core.files import write_whole
from core.records import Action, Answer
from core.sampling import place_by_chance
from core.settings import Contest
from core.unfinished import clear
from jobs.clocks import Countdown
from jobs.exports import Leaving, Members, went_out
from jobs.tools import Tools
from review.columns import ReviewRow
from review.csvfile import Order, write_csv
from review.ids import TEXT, public_id
from review.reasons import Language
from review.workbook import MOST_PICTURES, MOST_ROWS, Facts, write_xlsx
from storage import handing_out, watching
from storage.database import Session
from storage.drawing import DrawnText
from storage.handing_out import Choice, Shown

if TYPE_CHECKING:
    from jobs.learning import Queue  # loads all that learns, which an export of matches never needs

PICTURES = "bukti"
OTHER_BOOKS = frozenset({".xls", ".xlsm", ".xlsb", ".ods"})
Picture = Callable[[Shown], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which matches a file shall hold, and what it may show of them.

    `overlap` is the share of answered matches that `reviewer` gets too. A `blind` file shows nothing of what the
    machine makes of a match but the marks of the lexicon, and no order that would tell it.
    """

    everything: bool = False
    reviewer: str | None = None
    blind: bool = False
    overlap: float = 0.0
    limit: int | None = None
    thumbnails: bool = False


WAITING = Wanted()


def export(tools: Tools, path: Path, wanted: Wanted = WAITING, *, language: Language | None = None) -> int:
    """Write matches to a file, CSV or by its ending a workbook, and remember that it went out; say how many.

    Raises InputError where the file cannot be what is asked for, and then leaves what was there before.
    """
    members = Members()
    written = _export(tools, path, wanted, language=language, members=members)
    asked = {name: value for name, value in asdict(wanted).items() if value not in (None, False, 0.0)}
    leaving = Leaving(kind=Went.REVIEW_FILE, path=path, rows=written, wanted=asked, members=members.numbers)
    went_out(tools, leaving)
    return written


def _export(tools: Tools, path: Path, wanted: Wanted, *, language: Language | None, members: Members) -> int:
    choice = Choice(everything=wanted.everything, reviewer=wanted.reviewer, overlap=wanted.overlap)
    picture = _pictures(tools, path.parent / PICTURES)
    with tools.database.read() as session:
        units = {one.account.id: one.entry.unit for one in watching.watchlist(session)}
        contests = {contest.id: contest for contest in tools.settings.contests}
        as_rows = partial(
            rows, units=units, contests=contests, picture=picture, wanted=wanted, countdown=Countdown(tools)
        )
        form = Form(language=language, model=handing_out.active_model(session), thumbnails=wanted.thumbnails)
        if wanted.limit is None and not wanted.thumbnails and not _is_workbook(path):
            shown = as_rows(members.noted(handing_out.stored(session, choice)))
            return write(tools, path, shown, form=replace(form, order=_order(wanted)))
        chosen = _chosen(session, choice, wanted)
        if wanted.thumbnails and (not _is_workbook(path) or len(chosen) > MOST_PICTURES):
            raise InputError("thumbnails_not_possible", most=MOST_PICTURES, count=len(chosen))
        if _is_workbook(path) and len(chosen) > MOST_ROWS:
            raise InputError("workbook_too_large", most=MOST_ROWS)
        shown = as_rows(members.noted(handing_out.items(session, chosen)))
        return write(tools, path, shown, form=form)


def _chosen(session: Session, choice: Choice, wanted: Wanted) -> Sequence[int]:
    found: Sequence[int] = handing_out.to_review(session, choice)
    found = found if wanted.limit is None else found[: wanted.limit]
    return sorted(found, key=lambda match: place_by_chance(match, wanted.reviewer)) if wanted.blind else found


def _order(wanted: Wanted) -> Order:
    """Give the key of each row of a file: by chance in a blind one, else the most probable first."""
    if wanted.blind:
        return lambda row: place_by_chance(row.match, wanted.reviewer)
    return lambda row: f"{1 - (row.score or 0):.15f}{10**12 - row.match:013}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How a file is written: in which language (None: that of the settings), what it says of itself, in which order."""

    language: Language | None = None
    model: str | None = None
    thumbnails: bool = False
    order: Order | None = None


def write(tools: Tools, path: Path, shown: Iterable[ReviewRow], *, form: Form) -> int:
    """Write rows in the format that the ending of the file names: a workbook, else CSV."""
    review = tools.settings.review
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    language = form.language or review.language
    if _is_workbook(path):
        facts = Facts(batch=secrets.token_hex(4), exported_at=tools.clock.now(), model_version=form.model)
        return write_xlsx(shown, path, language=language, facts=facts, thumbnails=form.thumbnails)
    if path.suffix.lower() in OTHER_BOOKS:
        raise InputError("format_unknown", path=path, ending=path.suffix)
    return write_csv(shown, path, language=language, delimiter=review.csv_delimiter, order=form.order)


def _is_workbook(path: Path) -> bool:
    return path.suffix.lower() == ".xlsx"


def export_texts(tools: Tools, path: Path, queue: "Queue", *, language: Language | None = None) -> int:
    """Write drawn texts for people to label; no score, no account and no order says what the machine makes of them."""
    zones = {contest.id: contest.timezone for contest in tools.settings.contests}
    shown = (text_row(one, zones.get(one.contest, "Asia/Jakarta")) for one in queue.texts)
    written = write(tools, path, shown, form=Form(language=language))
    members = array("q", (one.post_version_id for one in queue.texts))
    went_out(tools, Leaving(kind=Went.TEXTS, path=path, rows=written, members=members))
    return written


def text_row(one: DrawnText, zone: str) -> ReviewRow:
    """Show a drawn text: what was written, when and where, and nothing that a machine or an account says of it."""
    return ReviewRow(
        of=TEXT,
        match=one.draw_id,
        account="",
        action=None,
        acted_at=one.posted_at,
        captured_at=one.seen_at,
        zone=zone,
        text=one.text,
        post_id=one.post_uri,
        link=one.post_url,
    )


def _pictures(tools: Tools, folder: Path) -> Picture:
    """Lay the picture of each match beside the review file, under the id that stands in it."""
    clear(folder)

    def lay(item: Shown) -> str | None:
        if item.screenshot is None:
            return None
        file = folder / f"{public_id(item.match_id)}.png"
        if not file.exists():
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_whole(file, tools.blobs.get(item.screenshot))
        return f"{folder.name}/{file.name}"

    return lay


def rows(
    items: Iterable[Shown],
    units: Mapping[int, str | None],
    contests: Mapping[str, Contest],
    *,
    picture: Picture,
    wanted: Wanted = WAITING,
    countdown: Countdown | None = None,
) -> Iterator[ReviewRow]:
    """Turn matches into rows; `picture` says where the picture of a match lies.

    A file for one reviewer, or a blind one, never shows what somebody else has answered.
    """
    shows_answers = wanted.reviewer is None and not wanted.blind
    for item in items:
        contest = contests.get(item.contest)
        due = countdown(item.contest, item.first_opened_at or item.first_seen_at) if countdown else None
        yield ReviewRow(
            match=item.match_id,
            account=item.handle,
            action=Action(item.action),
            acted_at=item.acted_at,
            acted_from=item.acted_from,
            acted_to=item.acted_to,
            absent_since=item.absent_since,
            due=due[0] if due else None,
            days_left=due[1] if due else None,
            captured_at=item.first_seen_at,
            zone=contest.timezone if contest else "Asia/Jakarta",
            text=item.text,
            post_id=item.post_uri,
            district=units.get(item.account_id),
            keywords=lexicon_marks(item) if wanted.blind else keywords(item),
            link=item.post_url,
            evidence=picture(item),
            score=None if wanted.blind else item.probability,
            answer=Answer(item.answer) if item.answer and shows_answers else None,
            reviewer=wanted.reviewer,
        )


def keywords(item: Shown) -> tuple[str, ...]:
    """List the words that the score rests on, each once, in their order of weight."""
    words = [str(reason["word"]).strip() for reason in item.reasons if reason["weight"] > 0]
    return tuple(dict.fromkeys(filter(None, words)))


def lexicon_marks(item: Shown) -> tuple[str, ...]:
    """List the names, numbers and tags of the contest that the text holds, in no order of weight."""
    marks = (str(reason["word"]).strip() for reason in item.reasons if str(reason["code"]).startswith("lexicon."))
    return tuple(sorted({mark for mark in marks if mark}))
