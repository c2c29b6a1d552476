"""From matches to the rows of a review file. No row ever names a person: it shows an account and an office."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from core.files import write_whole
from core.records import Action
from core.settings import Contest
from jobs.learning import Queue
from jobs.tools import Tools
from review.columns import ReviewRow
from review.csvfile import write_csv
from review.ids import TEXT, public_id
from review.reasons import Language
from storage import answering, watching
from storage.answering import ReviewItem
from storage.drawing import DrawnText

PICTURES = "bukti"
Picture = Callable[[ReviewItem], str | None]


def export(tools: Tools, path: Path, *, language: Language | None = None, everything: bool = False) -> int:
    """Write the matches that wait for an answer, most probable first; say how many."""
    review = tools.settings.review
    path.parent.mkdir(parents=True, exist_ok=True)
    with tools.database.read() as session:
        units = {one.account.id: one.entry.unit for one in watching.watchlist(session)}
        items = answering.review_items(session, everything=everything)
        contests = {contest.id: contest for contest in tools.settings.contests}
        shown = rows(items, units, contests, picture=_pictures(tools, path.parent / PICTURES))
        return write_csv(shown, path, language=language or review.language, delimiter=review.csv_delimiter)


def export_texts(tools: Tools, path: Path, queue: Queue, *, language: Language | None = None) -> int:
    """Write drawn texts for people to label; no score, no account and no order says what the machine makes of them."""
    review = tools.settings.review
    path.parent.mkdir(parents=True, exist_ok=True)
    zones = {contest.id: contest.timezone for contest in tools.settings.contests}
    shown = (text_row(one, zones.get(one.contest, "Asia/Jakarta")) for one in queue.texts)
    return write_csv(shown, path, language=language or review.language, delimiter=review.csv_delimiter)


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

    def lay(item: ReviewItem) -> str | None:
        if item.screenshot is None:
            return None
        file = folder / f"{public_id(item.match_id)}.png"
        if not file.exists():
            folder.mkdir(parents=True, exist_ok=True)
            write_whole(file, tools.blobs.get(item.screenshot))
        return f"{folder.name}/{file.name}"

    return lay


def rows(
    items: Iterable[ReviewItem],
    units: Mapping[int, str | None],
    contests: Mapping[str, Contest],
    *,
    picture: Picture,
) -> Iterator[ReviewRow]:
    """Turn matches into rows; `picture` says where the picture of a match lies."""
    for item in items:
        contest = contests.get(item.contest)
        yield ReviewRow(
            match=item.match_id,
            account=item.handle,
            action=Action(item.action),
            acted_at=item.acted_at,
            acted_from=item.acted_from,
            acted_to=item.acted_to,
            absent_since=item.absent_since,
            captured_at=item.first_seen_at,
            zone=contest.timezone if contest else "Asia/Jakarta",
            text=item.text,
            post_id=item.post_uri,
            district=units.get(item.account_id),
            keywords=keywords(item),
            link=item.post_url,
            evidence=picture(item),
            score=item.probability,
            answer=item.answer,
        )


def keywords(item: ReviewItem) -> tuple[str, ...]:
    """List the words that the score rests on, each once, in their order of weight."""
    words = (str(reason["word"]).strip() for reason in item.reasons if reason["weight"] > 0)
    return tuple(dict.fromkeys(word for word in words if word))
