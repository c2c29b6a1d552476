"""The schema of what comes of it: by what texts are judged, the scores, and what people say.

contest_revisions, model_versions, thresholds         what texts are judged by
scores, picture_scores, marks, matches                what the machine makes of them
text_clusters, text_bands                             which matched texts say nearly the same, and how that is found
evidence                                              what was kept whole of the page that a match rests on
decisions, withdrawals, labels                        what people say of acts and texts, and take back
agreements, tallies                                   how far two people agreed; how many matches stand where
drawings, draws                                       which texts were drawn for people, and how
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
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

from core.records import Standing
from storage.schema import Id, Moment, UtcDateTime, id_column, metadata, reference

PICTURED = text("picture_text_id IS NOT NULL")
UNDATED = text("due_at IS NULL")
OF_ACCOUNT = "account_id", "standing", "happened_at", "due_at", "probability", "band"
"""What the queue of some accounts is found and sorted by, without a look at a row; SQLite names the row anyway."""
OPENED = text("first_opened_at IS NOT NULL AND (standing <> 'decided' OR answer = 'solicitation')")

contest_revisions = Table(
    "contest_revisions",
    metadata,
    id_column(),
    Column("contest", String(60), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("snapshot", JSON, nullable=False),
    Column("first_used_at", UtcDateTime, nullable=False),
    UniqueConstraint("contest", "digest"),
)

model_versions = Table(
    "model_versions",
    metadata,
    id_column(),
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
    id_column(),
    reference("model_id", "model_versions"),
    Column("high", Float, nullable=False),
    Column("precision", Float, nullable=False),
    Column("low", Float, nullable=False),
    Column("upper", Float, nullable=False),
    Column("labels", Integer, nullable=False),
    Column("measured_at", UtcDateTime, nullable=False),
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

picture_scores = Table(
    "picture_scores",
    metadata,
    Column("picture_text_id", Id, ForeignKey("picture_texts.id"), primary_key=True),
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

matches = Table(
    "matches",
    metadata,
    id_column(),
    reference("interaction_id", "interactions"),
    Column("contest", String(60), nullable=False),
    reference("post_version_id", "post_versions"),
    reference("contest_revision_id", "contest_revisions"),
    reference("model_id", "model_versions"),
    Column("timing", String(20), nullable=False),
    Column("probability", Float, nullable=False),
    Column("band", String(20), nullable=False),
    Column("flagged_at", Moment, nullable=False),
    Column("answer", String(20)),
    Column("standing", String(20), nullable=False, server_default=Standing.OPEN.value),
    reference("account_id", "accounts", nullable=True),
    Column("target", String(60)),
    Column("happened_at", Moment),
    Column("screenshot", String(64)),
    Column("screenshot_note", String(40)),
    reference("picture_text_id", "picture_texts", nullable=True),
    Column("captured_at", Moment),
    Column("first_opened_at", Moment),
    Column("confirmed_at", Moment),
    Column("due_at", Moment),
    UniqueConstraint("interaction_id", "contest"),
    Index("ix_matches_ranked", "standing", "probability", "id", "band", "happened_at", "account_id"),
    Index("ix_matches_undated", "contest", "captured_at", sqlite_where=UNDATED, postgresql_where=UNDATED),
    Index("ix_matches_opened", "first_opened_at", sqlite_where=OPENED, postgresql_where=OPENED),
    Index("ix_matches_happened_at", "standing", "happened_at"),
    Index("ix_matches_newest", "standing", "id"),
    Index("ix_matches_of_account", *OF_ACCOUNT, postgresql_include=["id"]),
    Index("ix_matches_of_target", "target", "standing", "probability", "id"),
    Index("ix_matches_of_wording", "post_version_id"),
    Index("ix_matches_flagged_at", "flagged_at"),
    Index("ix_matches_picture_text_id", "picture_text_id", sqlite_where=PICTURED, postgresql_where=PICTURED),
)

_OF = matches.c
_DOWNWARDS = _OF.probability.desc(), _OF.id.desc()
Index("ix_matches_due", _OF.standing, _OF.due_at, *_DOWNWARDS, _OF.band, _OF.happened_at, _OF.account_id)
Index("ix_matches_due_of_target", _OF.target, _OF.standing, _OF.due_at, *_DOWNWARDS)

tallies = Table(
    "tallies",
    metadata,
    Column("standing", String(20), primary_key=True),
    Column("band", String(20), primary_key=True),
    Column("answer", String(20), primary_key=True),
    Column("number", Integer, nullable=False),
)

text_clusters = Table(
    "text_clusters",
    metadata,
    Column("post_version_id", Id, ForeignKey("post_versions.id"), primary_key=True),
    reference("first_id", "post_versions"),
    Index("ix_text_clusters_first_id", "first_id"),
)

text_bands = Table(
    "text_bands",
    metadata,
    Column("band", BigInteger, primary_key=True),
    Column("first_id", Id, ForeignKey("post_versions.id"), primary_key=True),
)

evidence = Table(
    "evidence",
    metadata,
    id_column(),
    reference("match_id", "matches"),
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
    id_column(),
    reference("match_id", "matches"),
    Column("answer", String(20), nullable=False),
    Column("reason", String(40)),
    Column("note", Text),
    Column("reviewer", Text, nullable=False),
    Column("decided_at", UtcDateTime, nullable=False),
    reference("post_version_id", "post_versions"),
    reference("model_id", "model_versions"),
    Column("probability", Float, nullable=False),
    Column("settles", Boolean, nullable=False, server_default=false()),
    Column("file_sha256", String(64)),
    Column("row", Integer),
    Index("ix_decisions_match_id", "match_id"),
    Index("ix_decisions_reviewer", "reviewer", "id"),
)

withdrawals = Table(
    "withdrawals",
    metadata,
    id_column(),
    reference("decision_id", "decisions"),
    Column("reviewer", Text, nullable=False),
    Column("withdrawn_at", UtcDateTime, nullable=False),
    UniqueConstraint("decision_id"),
)

agreements = Table(
    "agreements",
    metadata,
    id_column(),
    Column("one", Text, nullable=False),
    Column("other", Text, nullable=False),
    Column("count", Integer, nullable=False),
    Column("raw", Float, nullable=False),
    Column("kappa", Float),
    Column("measured_at", UtcDateTime, nullable=False),
)

labels = Table(
    "labels",
    metadata,
    id_column(),
    reference("post_version_id", "post_versions", nullable=True),
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
    id_column(),
    Column("contest", String(60), nullable=False),
    reference("model_id", "model_versions"),
    reference("contest_revision_id", "contest_revisions"),
    Column("drawn_at", UtcDateTime, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("pool", Integer, nullable=False),
)

draws = Table(
    "draws",
    metadata,
    id_column(),
    reference("drawing_id", "drawings"),
    reference("post_version_id", "post_versions"),
    Column("strategy", String(20), nullable=False),
    Column("probability", Float, nullable=False),
    Column("inclusion", Float, nullable=False),
    UniqueConstraint("drawing_id", "post_version_id"),
    CheckConstraint("inclusion > 0 AND inclusion <= 1", name="inclusion"),
)
