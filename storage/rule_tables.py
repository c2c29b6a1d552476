"""The schema of rules: which packs were applied, who signed for them, what they said of matches, what people changed.

rule_packs, rule_signatures     a pack as it was applied, by its SHA-256; who vouches for a file of rules
assessments                     what a pack said of a match: never changed, only added to
phase_overrides                 what a person said of the phase of an act, and why
"""

from sqlalchemy import JSON, Column, Date, Index, String, Table, Text, UniqueConstraint

from storage.schema import UtcDateTime, id_column, metadata, reference

rule_packs = Table(
    "rule_packs",
    metadata,
    id_column(),
    Column("pack", String(80), nullable=False),
    Column("version", String(40), nullable=False),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("parts", JSON, nullable=False),
    Column("content", JSON, nullable=False),
    Column("first_used_at", UtcDateTime, nullable=False),
)

rule_signatures = Table(
    "rule_signatures",
    metadata,
    id_column(),
    Column("pack", String(80), nullable=False),
    Column("version", String(40), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("position", Text, nullable=False),
    Column("signed_on", Date, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    UniqueConstraint("sha256", "name"),
)

assessments = Table(
    "assessments",
    metadata,
    id_column(),
    reference("match_id", "matches"),
    reference("rule_pack_id", "rule_packs"),
    Column("entry", String(80)),
    Column("rule_class", String(20), nullable=False),
    Column("addressee", String(80)),
    Column("phase", String(20), nullable=False),
    Column("role", String(20)),
    Column("assessed_at", UtcDateTime, nullable=False),
    Index("ix_assessments_match_id", "match_id", "id"),
)

phase_overrides = Table(
    "phase_overrides",
    metadata,
    id_column(),
    reference("match_id", "matches"),
    Column("phase", String(20), nullable=False),
    Column("reason", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("set_at", UtcDateTime, nullable=False),
    Index("ix_phase_overrides_match_id", "match_id"),
)
