"""From matches to the rows of a review file. No row ever names a person: it shows an account and an office."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from core.records import Action
from core.settings import Contest
from jobs.tools import Tools
from review.columns import ReviewRow
from review.csvfile import write_csv
from review.reasons import Language
from storage import answering, watching
from storage.answering import ReviewItem


def export(tools: Tools, path: Path, *, language: Language | None = None, everything: bool = False) -> int:
    """Write the matches that wait for an answer, most probable first; say how many."""
    review = tools.settings.review
    path.parent.mkdir(parents=True, exist_ok=True)
    with tools.database.read() as session:
        units = {one.account.id: one.entry.unit for one in watching.watchlist(session)}
        items = answering.review_items(session, everything=everything)
        shown = rows(items, units, {contest.id: contest for contest in tools.settings.contests})
        return write_csv(shown, path, language=language or review.language, delimiter=review.csv_delimiter)


def rows(
    items: Iterable[ReviewItem], units: Mapping[int, str | None], contests: Mapping[str, Contest]
) -> Iterator[ReviewRow]:
    """Turn matches into rows."""
    for item in items:
        contest = contests.get(item.contest)
        yield ReviewRow(
            match=item.match_id,
            account=item.handle,
            action=Action(item.action),
            acted_at=item.acted_at,
            captured_at=item.first_seen_at,
            zone=contest.timezone if contest else "Asia/Jakarta",
            text=item.text,
            post_id=item.post_uri,
            district=units.get(item.account_id),
            keywords=keywords(item),
            link=item.post_url,
            evidence=item.screenshot,
            score=item.probability,
            answer=item.answer,
        )


def keywords(item: ReviewItem) -> tuple[str, ...]:
    """List the words that the score rests on, each once, in their order of weight."""
    words = (str(reason["word"]).strip() for reason in item.reasons if reason["weight"] > 0)
    return tuple(dict.fromkeys(word for word in words if word))
