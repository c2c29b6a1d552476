"""The schema, as SQLAlchemy Core tables. Times are UTC; what may be unknown may be NULL.

accounts, account_names, subjects, watch_entries      whom we look at, and why
identity_settlements                                  whose account it is, where a handle led to somebody else
contest_revisions, model_versions                     what texts are judged by
posts, post_versions, interactions                    what was seen
post_pictures                                         what posters look like, by their hash
captures, visits, bookmarks, hosts, crawl_runs        how it was seen, and what was not
originals                                             files that people brought: who keeps them, and their hash
evidence                                              what was kept whole of the page that a match rests on
scores, marks, matches, decisions, labels             what came of it
"""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.types import TypeDecorator

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, kept in UTC; SQLite would forget its zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store UTC; a moment without a zone is a mistake of ours."""
        if value is None:
            return None
        if value.tzinfo is None:
            msg = f"a moment without a zone: {value}"
            raise ValueError(msg)
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts only INTEGER PRIMARY KEY up by itself


def _id() -> Column[int]:
    return Column("id", Id, primary_key=True)


def _ref(name: str, target: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, Id, ForeignKey(f"{target}.id"), nullable=nullable)


accounts = Table(
    "accounts",
    metadata,
    _id(),
    Column("platform", String(30), nullable=False),
    Column("key", String(500)),
    Column("handle", String(300), nullable=False),
    Column("url", Text),
    Column("identity_changed_at", UtcDateTime),
    UniqueConstraint("platform", "key"),
    UniqueConstraint("platform", "handle"),
)

account_names = Table(
    "account_names",
    metadata,
    _id(),
    _ref("account_id", "accounts"),
    Column("handle", String(300), nullable=False),
    Column("seen_from", UtcDateTime, nullable=False),
    Column("seen_to", UtcDateTime, nullable=False),
    UniqueConstraint("account_id", "handle"),
)

identity_settlements = Table(
    "identity_settlements",
    metadata,
    _id(),
    _ref("account_id", "accounts"),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("settled_at", UtcDateTime, nullable=False),
    Column("key_before", String(500)),
    Column("key_after", String(500)),
    Column("handle_before", String(300), nullable=False),
    Column("handle_after", String(300), nullable=False),
    Column("reason", Text, nullable=False),
)

subjects = Table(
    "subjects",
    metadata,
    _id(),
    Column("name", Text, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("unit", Text, nullable=False),
    Column("region", String(20), nullable=False),
    UniqueConstraint("kind", "name", "unit", "region"),
)

watch_entries = Table(
    "watch_entries",
    metadata,
    _id(),
    _ref("account_id", "accounts"),
    _ref("subject_id", "subjects"),
    Column("role", String(20), nullable=False),
    Column("source", Text, nullable=False),
    Column("source_date", Date),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("identity", String(20), nullable=False),
    Column("verified_by", Text),
    Column("verified_on", Date),
    Column("contest", String(60)),
    Column("candidate", String(60)),
    Column("added_at", UtcDateTime, nullable=False),
    Column("removed_at", UtcDateTime),
    UniqueConstraint("account_id", "role", "valid_from"),
)

contest_revisions = Table(
    "contest_revisions",
    metadata,
    _id(),
    Column("contest", String(60), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("snapshot", JSON, nullable=False),
    Column("first_used_at", UtcDateTime, nullable=False),
    UniqueConstraint("contest", "digest"),
)

model_versions = Table(
    "model_versions",
    metadata,
    _id(),
    Column("version", String(80), nullable=False, unique=True),
    Column("sha256", String(64), nullable=False),
    Column("manifest", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("promoted_at", UtcDateTime),
    Column("active", Boolean, nullable=False, server_default=false()),
)

thresholds = Table(
    "thresholds",
    metadata,
    _id(),
    _ref("model_id", "model_versions"),
    Column("high", Float, nullable=False),
    Column("precision", Float, nullable=False),
    Column("low", Float, nullable=False),
    Column("upper", Float, nullable=False),
    Column("labels", Integer, nullable=False),
    Column("measured_at", UtcDateTime, nullable=False),
)

crawl_runs = Table(
    "crawl_runs",
    metadata,
    _id(),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("tilik", String(30), nullable=False),
    Column("config_sha256", String(64), nullable=False),
    Column("browser", Text),
    Column("state", String(20), nullable=False),
)

originals = Table(
    "originals",
    metadata,
    _id(),
    _ref("run_id", "crawl_runs"),
    Column("name", Text, nullable=False),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("bytes", BigInteger, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("custodian", Text),
    Column("counts", JSON, nullable=False),
    Column("imported_at", UtcDateTime, nullable=False),
)

captures = Table(
    "captures",
    metadata,
    _id(),
    _ref("run_id", "crawl_runs", nullable=True),
    _ref("original_id", "originals", nullable=True),
    _ref("account_id", "accounts", nullable=True),
    Column("capability", String(20)),
    Column("request", JSON),
    Column("url", Text, nullable=False),
    Column("final_url", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("headers", JSON, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("blob", String(64)),
    Column("captured_at", UtcDateTime, nullable=False),
    Column("mode", String(20), nullable=False),
    Column("permission", Text),
    Column("step", String(40), nullable=False),
    Column("purpose", String(20), nullable=False),
    Index("ix_captures_run_id", "run_id"),
)

posts = Table(
    "posts",
    metadata,
    _id(),
    Column("platform", String(30), nullable=False),
    Column("uri", String(1000), nullable=False),
    Column("url", Text),
    _ref("author_id", "accounts", nullable=True),
    Column("author_hash", String(32)),
    Column("posted_at", UtcDateTime),
    Column("posted_from", UtcDateTime),
    Column("posted_to", UtcDateTime),
    Column("posted_words", Text),
    Column("likes", Integer),
    Column("gone_at", UtcDateTime),
    Column("first_seen_at", UtcDateTime, nullable=False),
    _ref("capture_id", "captures", nullable=True),
    UniqueConstraint("uri", "platform"),
    Index("ix_posts_author_id_posted_at", "author_id", "posted_at"),
)

post_pictures = Table(
    "post_pictures",
    metadata,
    _id(),
    _ref("post_id", "posts"),
    Column("url", Text, nullable=False),
    Column("url_sha256", String(64), nullable=False),
    Column("sha256", String(64)),
    Column("media_type", Text),
    Column("note", String(40)),
    Column("fetched_at", UtcDateTime),
    UniqueConstraint("post_id", "url_sha256"),
)

post_versions = Table(
    "post_versions",
    metadata,
    _id(),
    _ref("post_id", "posts"),
    Column("sha256", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Column("revision", Text),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("edited_at", UtcDateTime),
    _ref("capture_id", "captures", nullable=True),
    UniqueConstraint("post_id", "sha256"),
)

interactions = Table(
    "interactions",
    metadata,
    _id(),
    _ref("account_id", "accounts"),
    Column("action", String(20), nullable=False),
    _ref("post_id", "posts"),
    Column("acted_at", UtcDateTime),
    Column("record_uri", Text),
    Column("post_revision", Text),
    Column("basis", String(20), nullable=False),
    Column("acted_from", UtcDateTime),
    Column("acted_to", UtcDateTime),
    Column("acted_words", Text),
    Column("first_seen_at", UtcDateTime, nullable=False),
    Column("absent_since", UtcDateTime),
    Column("looked_again_at", UtcDateTime),
    _ref("capture_id", "captures", nullable=True),
    UniqueConstraint("account_id", "action", "post_id"),
    Index("ix_interactions_post_id", "post_id"),
)

visits = Table(
    "visits",
    metadata,
    _id(),
    _ref("run_id", "crawl_runs"),
    _ref("account_id", "accounts"),
    _ref("post_id", "posts", nullable=True),
    Column("capability", String(20), nullable=False),
    Column("mode", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    Column("complete", Boolean, nullable=False),
    Column("seen", Integer, nullable=False),
    Column("claimed", Integer),
    Column("requests", Integer, nullable=False),
    Column("note", Text),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime, nullable=False),
    Index("ix_visits_account_id_capability_ended_at", "account_id", "capability", "ended_at"),
    Index("ix_visits_post_id", "post_id"),
)

bookmarks = Table(
    "bookmarks",
    metadata,
    Column("account_id", Id, ForeignKey("accounts.id"), primary_key=True),
    Column("capability", String(20), primary_key=True),
    Column("value", JSON, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)

hosts = Table(
    "hosts",
    metadata,
    Column("host", String(300), primary_key=True),
    Column("next_ok_at", UtcDateTime),
    Column("blocked_until", UtcDateTime),
    Column("reason", String(40)),
    Column("units_day", Date),
    Column("units", Integer, nullable=False, server_default="0"),
)

scores = Table(
    "scores",
    metadata,
    Column("post_version_id", Id, ForeignKey("post_versions.id"), primary_key=True),
    Column("contest_revision_id", Id, ForeignKey("contest_revisions.id"), primary_key=True),
    Column("model_id", Id, ForeignKey("model_versions.id"), primary_key=True),
    Column("probability", Float, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("band", String(20), nullable=False),
    Column("target", String(60)),
    Column("direction", String(20)),
    Column("reasons", JSON, nullable=False),
    Column("scored_at", UtcDateTime, nullable=False),
    CheckConstraint("probability >= 0 AND probability <= 1", name="probability"),
)

marks = Table(
    "marks",
    metadata,
    Column("post_version_id", Id, ForeignKey("post_versions.id"), primary_key=True),
    Column("contest_revision_id", Id, ForeignKey("contest_revisions.id"), primary_key=True),
    Column("mark", String(20), primary_key=True),
    Column("candidate", String(60)),
    Column("words", Text, nullable=False),
    Column("marked_at", UtcDateTime, nullable=False),
)

UNANSWERED = text("answer IS NULL")

matches = Table(
    "matches",
    metadata,
    _id(),
    _ref("interaction_id", "interactions"),
    Column("contest", String(60), nullable=False),
    _ref("post_version_id", "post_versions"),
    _ref("contest_revision_id", "contest_revisions"),
    _ref("model_id", "model_versions"),
    Column("timing", String(20), nullable=False),
    Column("probability", Float, nullable=False),
    Column("band", String(20), nullable=False),
    Column("flagged_at", UtcDateTime, nullable=False),
    Column("answer", String(20)),
    Column("screenshot", String(64)),
    Column("screenshot_note", String(40)),
    UniqueConstraint("interaction_id", "contest"),
    Index(
        "ix_matches_open",
        "probability",
        "id",
        sqlite_where=text("answer IS NULL"),
        postgresql_where=text("answer IS NULL"),
    ),
)

evidence = Table(
    "evidence",
    metadata,
    _id(),
    _ref("match_id", "matches"),
    Column("level", String(20), nullable=False),
    Column("url", Text),
    Column("note", String(40)),
    Column("manifest", String(64), nullable=False),
    Column("captured_at", UtcDateTime, nullable=False),
    Index("ix_evidence_match_id", "match_id"),
)

decisions = Table(
    "decisions",
    metadata,
    _id(),
    _ref("match_id", "matches"),
    Column("answer", String(20), nullable=False),
    Column("reason", String(40)),
    Column("note", Text),
    Column("reviewer", Text, nullable=False),
    Column("decided_at", UtcDateTime, nullable=False),
    _ref("post_version_id", "post_versions"),
    _ref("model_id", "model_versions"),
    Column("probability", Float, nullable=False),
    Column("file_sha256", String(64)),
    Column("row", Integer),
    Index("ix_decisions_match_id", "match_id"),
)

labels = Table(
    "labels",
    metadata,
    _id(),
    _ref("post_version_id", "post_versions", nullable=True),
    Column("text_sha256", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Column("label", Boolean, nullable=False),
    Column("kind", String(20)),
    Column("contest", String(60)),
    Column("labeller", Text, nullable=False),
    Column("labelled_at", UtcDateTime, nullable=False),
    Column("source", String(40), nullable=False),
    UniqueConstraint("text_sha256", "labeller", "labelled_at"),
)

drawings = Table(
    "drawings",
    metadata,
    _id(),
    Column("contest", String(60), nullable=False),
    _ref("model_id", "model_versions"),
    _ref("contest_revision_id", "contest_revisions"),
    Column("drawn_at", UtcDateTime, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("pool", Integer, nullable=False),
)

draws = Table(
    "draws",
    metadata,
    _id(),
    _ref("drawing_id", "drawings"),
    _ref("post_version_id", "post_versions"),
    Column("strategy", String(20), nullable=False),
    Column("probability", Float, nullable=False),
    Column("inclusion", Float, nullable=False),
    UniqueConstraint("drawing_id", "post_version_id"),
    CheckConstraint("inclusion > 0 AND inclusion <= 1", name="inclusion"),
)
