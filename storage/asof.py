"""An old state of the database: every question is asked as on a past day, and nothing is changed.

Temporary views of one connection stand before the tables of the same name and leave out what came later. The tables
that hold only the newest state of something, matches and tallies, are rebuilt from what was appended until then.

What was overwritten since is not brought back: counts of likes, the words of the watchlist, moved thresholds.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Column, bindparam, func, select, text, update

from storage.database import Database, Session, connect
from storage.judged_tables import contest_revisions, decisions, matches, picture_scores, scores
from storage.privacy_tables import corrections
from storage.schema import Moment, UtcDateTime, metadata
from storage.standing import arrange_tallies, stand
from storage.statements import NAMED, chunks

MOMENT = "asof_moment"
FORMS = {"long": UtcDateTime(), "short": Moment()}
BORN: Mapping[str, str] = {
    "assessments": "assessed_at",
    "phase_overrides": "set_at",
    "rule_packs": "first_used_at",
    "rule_signatures": "recorded_at",
    "account_names": "seen_from",
    "agreements": "measured_at",
    "captures": "captured_at",
    "contest_revisions": "first_used_at",
    "corrections": "corrected_at",
    "crawl_runs": "started_at",
    "decisions": "decided_at",
    "drawings": "drawn_at",
    "evidence": "captured_at",
    "identity_settlements": "settled_at",
    "interactions": "first_seen_at",
    "labels": "labelled_at",
    "marks": "marked_at",
    "model_versions": "created_at",
    "originals": "imported_at",
    "picture_scores": "scored_at",
    "picture_texts": "read_at",
    "post_versions": "seen_at",
    "posts": "first_seen_at",
    "scores": "scored_at",
    "thresholds": "measured_at",
    "visits": "ended_at",
    "watch_entries": "added_at",
    "withdrawals": "withdrawn_at",
}
"""Since when a row is there: its column in each table that has one."""
ENDED: Mapping[str, frozenset[str]] = {
    "accounts": frozenset({"identity_changed_at"}),
    "corrections": frozenset({"undone_at"}),
    "crawl_runs": frozenset({"ended_at"}),
    "interactions": frozenset({"absent_since", "looked_again_at"}),
    "model_versions": frozenset({"promoted_at"}),
    "post_pictures": frozenset({"fetched_at"}),
    "posts": frozenset({"gone_at"}),
    "watch_entries": frozenset({"removed_at"}),
}
"""What may have been noted later on a row that was there already."""
IN_USE = "(SELECT id FROM {schema}model_versions WHERE promoted_at <= {now} ORDER BY promoted_at DESC LIMIT 1)"


class AsOf(Database):
    """A database as it was: whoever reads gets the connection before which the views stand."""

    def __init__(self, there: Database, session: Session) -> None:
        super().__init__(there.engine)
        self._session = session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Look."""
        with self._named_errors():
            yield self._session


@contextmanager
def as_of(database: Database, moment: datetime, *, overlap: float) -> Iterator[AsOf]:
    """Open the database as it was at a moment. `overlap` is the share of matches that two people judge."""
    apart = connect(database.engine.url.render_as_string(hide_password=False))
    try:
        with apart.read() as session, session.begin():
            _wind_back(session, moment, overlap=overlap)
            yield AsOf(apart, session)
    finally:
        apart.close()


def _wind_back(session: Session, moment: datetime, *, overlap: float) -> None:
    schema = _schema(session)
    columns = ", ".join(f"{name} {kind.compile(session.dialect)}" for name, kind in FORMS.items())
    session.execute(text(f"CREATE TEMPORARY TABLE {MOMENT} ({columns})"))
    given = [bindparam(name, moment, type_=kind) for name, kind in FORMS.items()]
    names = ", ".join(f":{name}" for name in FORMS)
    session.execute(text(f"INSERT INTO {MOMENT} VALUES ({names})").bindparams(*given))  # noqa: S608  (names of ours)
    for name in metadata.tables:
        if name in BORN or name in ENDED:
            session.execute(text(f"CREATE TEMPORARY VIEW {name} AS {_view(name, schema)}"))
    since = f"flagged_at <= {_now(matches.c.flagged_at)}"
    session.execute(text(f"CREATE TEMPORARY TABLE matches AS SELECT * FROM {schema}matches WHERE {since}"))  # noqa: S608
    for name in ("first_opened_at", "confirmed_at"):
        later = f"{name} > {_now(matches.c[name])}"
        session.execute(text(f"UPDATE matches SET {name} = NULL WHERE {later}"))  # noqa: S608  (names of ours)
    session.execute(text("CREATE INDEX ix_asof_matches ON matches (id)" if schema != "main." else _INDEX))
    session.execute(text(f"CREATE TEMPORARY TABLE tallies AS SELECT * FROM {schema}tallies LIMIT 0"))  # noqa: S608
    _score_again(session)
    session.execute(update(matches).values(standing="open", answer=None))
    judged = session.scalars(select(decisions.c.match_id).distinct()).all()
    corrected = session.scalars(select(matches.c.id).where(matches.c.account_id.in_(select(corrections.c.account_id))))
    stand(session, {*judged, *corrected.all()}, overlap=overlap)
    arrange_tallies(session)


_INDEX = "CREATE INDEX temp.ix_asof_matches ON matches (id)"


def _schema(session: Session) -> str:
    """Name the place of the real tables."""
    if session.dialect.name == "sqlite":
        return "main."
    return f'"{session.scalar(select(func.current_schema()))}".'


def _view(name: str, schema: str) -> str:
    """Write what shows a table without what came later."""
    table, columns = metadata.tables[name], []
    for column in table.columns:
        shown = f'"{column.name}"'
        if column.name in ENDED.get(name, frozenset()):
            shown = f"CASE WHEN {shown} <= {_now(column)} THEN {shown} END AS {shown}"
        elif name == "model_versions" and column.name == "active":
            shown = f"(id = {IN_USE.format(schema=schema, now=_now(table.c.promoted_at))}) AS active"
        columns.append(shown)
    where = f" WHERE {BORN[name]} <= {_now(table.c[BORN[name]])}" if name in BORN else ""
    return f"SELECT {', '.join(columns)} FROM {schema}{name}{where}"  # noqa: S608  (all of it names of ours)


def _now(column: Column[Any]) -> str:
    """Give the moment in the form in which a column is kept."""
    form = "short" if isinstance(column.type, Moment) else "long"
    return f"(SELECT {form} FROM {MOMENT})"  # noqa: S608  (names of ours)


def _score_again(session: Session) -> None:
    """Give matches that were scored anew later the last score from before."""
    for kind, whose in ((scores, "post_version_id"), (picture_scores, "picture_text_id")):
        text_id = matches.c[whose]
        rests = (
            matches.c.picture_text_id.is_not(None) if kind is picture_scores else matches.c.picture_text_id.is_(None)
        )
        same = kind.c[whose] == text_id
        present = select(kind.c.scored_at).where(
            same, kind.c.model_id == matches.c.model_id, kind.c.contest_revision_id == matches.c.contest_revision_id
        )
        later = session.scalars(select(matches.c.id).where(rests, ~present.exists())).all()
        for part in chunks(later, NAMED):
            query = (
                select(matches.c.id, *(kind.c[name] for name in SCORED))
                .join(kind, same)
                .join(contest_revisions, contest_revisions.c.id == kind.c.contest_revision_id)
                .where(matches.c.id.in_(part), contest_revisions.c.contest == matches.c.contest)
                .order_by(kind.c.scored_at, kind.c.model_id)
            )
            found = {row.id: {name: getattr(row, name) for name in SCORED} for row in session.execute(query)}
            changed = [{"match": match, **values} for match, values in found.items()]
            if changed:
                now = update(matches).where(matches.c.id == bindparam("match"))
                session.execute(now.values({name: bindparam(name) for name in SCORED}), changed)


SCORED = ("model_id", "contest_revision_id", "probability", "band", "target")
