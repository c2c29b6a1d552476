"""The schema of seals: what was signed when, and what authorities of time said of it. Both are only ever added to."""

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, String, Table, Text

from storage.schema import Id, UtcDateTime, id_column, metadata, reference

seals = Table(
    "seals",
    metadata,
    id_column(),
    Column("line_id", Id, nullable=False),
    Column("statement", Text, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("public_key", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
)

seal_stamps = Table(
    "seal_stamps",
    metadata,
    id_column(),
    reference("seal_id", "seals"),
    Column("authority", Text, nullable=False),
    Column("token", LargeBinary),
    Column("note", String(40)),
    Column("asked_at", UtcDateTime, nullable=False),
    CheckConstraint("(token IS NULL) = (note IS NOT NULL)", name="token"),
    Index("ix_seal_stamps_seal_id", "seal_id"),
)
