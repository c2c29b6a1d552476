"""The schema of the people who work with tilik: who they are, where they are logged in, and what they did."""

from sqlalchemy import Column, Index, String, Table, Text, UniqueConstraint

from storage.schema import UtcDateTime, id_column, metadata, reference

people = Table(
    "people",
    metadata,
    id_column(),
    Column("name", String(60), nullable=False),
    Column("duty", String(20), nullable=False),
    Column("password", Text, nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    UniqueConstraint("name"),
)

logins = Table(
    "logins",
    metadata,
    id_column(),
    Column("token_sha256", String(64), nullable=False),
    reference("person_id", "people"),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    UniqueConstraint("token_sha256"),
)

audit = Table(
    "audit",
    metadata,
    id_column(),
    Column("who", String(60), nullable=False),
    Column("what", String(40), nullable=False),
    Column("detail", Text),
    Column("at", UtcDateTime, nullable=False),
    Column("digest", String(64), nullable=False),
    Index("ix_audit_what", "what", "who", "at"),
)
