"""The schema of what is collected, as SQLAlchemy Core tables. Times are UTC; what may be unknown may be NULL.

accounts, account_names, subjects, watch_entries      whom we look at, and why
identity_settlements                                  whose account it is, where a handle led to somebody else
posts, post_versions, interactions                    what was seen
post_pictures, picture_texts                          what posters look like, by their hash; what was read in them
captures, visits, bookmarks, hosts, crawl_runs        how it was seen, and what was not
originals                                             files that people brought: who keeps them, and their hash

What comes of it stands in `storage.judged_tables`.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from storage.schema import Digest, Id, Moment, UtcDateTime, id_column, metadata, reference

BY_WATCHED = text("author_id IS NOT NULL")

accounts = Table(
    "accounts",
    metadata,
    id_column(),
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
    id_column(),
    reference("account_id", "accounts"),
    Column("handle", String(300), nullable=False),
    Column("seen_from", UtcDateTime, nullable=False),
    Column("seen_to", UtcDateTime, nullable=False),
    UniqueConstraint("account_id", "handle"),
)

identity_settlements = Table(
    "identity_settlements",
    metadata,
    id_column(),
    reference("account_id", "accounts"),
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
    id_column(),
    Column("name", Text, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("unit", Text, nullable=False),
    Column("region", String(20), nullable=False),
    UniqueConstraint("kind", "name", "unit", "region"),
)

watch_entries = Table(
    "watch_entries",
    metadata,
    id_column(),
    reference("account_id", "accounts"),
    reference("subject_id", "subjects"),
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

crawl_runs = Table(
    "crawl_runs",
    metadata,
    id_column(),
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
    id_column(),
    reference("run_id", "crawl_runs"),
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
    id_column(),
    reference("run_id", "crawl_runs", nullable=True),
    reference("original_id", "originals", nullable=True),
    reference("account_id", "accounts", nullable=True),
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
    id_column(),
    Column("platform", String(30), nullable=False),
    Column("uri", String(1000), nullable=False),
    Column("url", Text),
    reference("author_id", "accounts", nullable=True),
    Column("author_hash", String(32)),
    Column("posted_at", Moment),
    Column("posted_from", Moment),
    Column("posted_to", Moment),
    Column("posted_words", Text),
    Column("likes", Integer),
    Column("gone_at", Moment),
    Column("first_seen_at", Moment, nullable=False),
    reference("capture_id", "captures", nullable=True),
    UniqueConstraint("uri", "platform"),
    Index(
        "ix_posts_author_id_posted_at", "author_id", "posted_at", sqlite_where=BY_WATCHED, postgresql_where=BY_WATCHED
    ),
)

post_pictures = Table(
    "post_pictures",
    metadata,
    id_column(),
    reference("post_id", "posts"),
    Column("url", Text, nullable=False),
    Column("url_sha256", String(64), nullable=False),
    Column("sha256", String(64)),
    Column("media_type", Text),
    Column("note", String(40)),
    Column("fetched_at", UtcDateTime),
    UniqueConstraint("post_id", "url_sha256"),
    Index("ix_post_pictures_sha256", "sha256"),
)

picture_texts = Table(
    "picture_texts",
    metadata,
    id_column(),
    Column("sha256", String(64), nullable=False),
    Column("reader", String(80), nullable=False),
    Column("state", String(20), nullable=False),
    Column("text", Text),
    Column("confidence", Float),
    Column("note", String(40)),
    Column("read_at", UtcDateTime, nullable=False),
    UniqueConstraint("sha256", "reader"),
    CheckConstraint("(state = 'ok') = (text IS NOT NULL)", name="text"),
)

post_versions = Table(
    "post_versions",
    metadata,
    id_column(),
    reference("post_id", "posts"),
    Column("sha256", Digest, nullable=False),
    Column("text", Text, nullable=False),
    Column("revision", Text),
    Column("seen_at", Moment, nullable=False),
    Column("edited_at", Moment),
    reference("capture_id", "captures", nullable=True),
    UniqueConstraint("post_id", "sha256"),
)

interactions = Table(  # PostgreSQL keeps its references by triggers that look once a statement (migration 0014)
    "interactions",
    metadata,
    id_column(),
    reference("account_id", "accounts"),
    Column("action", String(20), nullable=False),
    reference("post_id", "posts"),
    Column("acted_at", Moment),
    Column("record_uri", Text),
    Column("post_revision", Text),
    Column("basis", String(20), nullable=False),
    Column("acted_from", Moment),
    Column("acted_to", Moment),
    Column("acted_words", Text),
    Column("first_seen_at", Moment, nullable=False),
    Column("absent_since", Moment),
    Column("looked_again_at", Moment),
    reference("capture_id", "captures", nullable=True),
    UniqueConstraint("account_id", "action", "post_id"),
    Index("ix_interactions_post_id", "post_id"),
)

visits = Table(
    "visits",
    metadata,
    id_column(),
    reference("run_id", "crawl_runs"),
    reference("account_id", "accounts"),
    reference("post_id", "posts", nullable=True),
    Column("capability", String(20), nullable=False),
    Column("mode", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    Column("complete", Boolean, nullable=False),
    Column("whole", Boolean, nullable=False, server_default=false()),
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
