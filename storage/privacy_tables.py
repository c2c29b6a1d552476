"""The schema of what people may rely on: withdrawn matches, holds, files that went out, and what was purged.

corrections                   accounts that were wrongly listed or attributed: their matches are withdrawn
holds                         what no purge may take, and why
exports                       every file that tilik wrote of matches or of everything: what was in it, who has it
purges, purge_files           what was taken away, by which rule; files that a purge still has to remove
tombstones                    keyed hashes of what was there: whoever asks can be told, and nobody can be found by them
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from storage.schema import Id, Moment, UtcDateTime, id_column, metadata, reference

corrections = Table(
    "corrections",
    metadata,
    id_column(),
    reference("account_id", "accounts"),
    Column("reason", String(40), nullable=False),
    Column("since", Date),
    Column("begins_at", Moment),
    Column("note", Text),
    Column("corrected_by", Text, nullable=False),
    Column("corrected_at", UtcDateTime, nullable=False),
    Column("undone_by", Text),
    Column("undone_at", UtcDateTime),
    Column("undone_reason", Text),
    Index("ix_corrections_account_id", "account_id"),
)

holds = Table(
    "holds",
    metadata,
    id_column(),
    Column("kind", String(20), nullable=False),
    Column("number", BigInteger),
    Column("contest", String(60)),
    Column("reason", Text, nullable=False),
    Column("held_by", Text, nullable=False),
    Column("held_at", UtcDateTime, nullable=False),
    Column("lifted_by", Text),
    Column("lifted_at", UtcDateTime),
    Column("lifted_reason", Text),
)

exports = Table(
    "exports",
    metadata,
    id_column(),
    Column("kind", String(20), nullable=False),
    Column("file", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("wanted", JSON, nullable=False),
    Column("members", LargeBinary),
    Column("written_by", Text, nullable=False),
    Column("written_at", UtcDateTime, nullable=False),
    Column("gone_at", UtcDateTime),
)

purges = Table(
    "purges",
    metadata,
    id_column(),
    Column("state", String(20), nullable=False),
    Column("begun_at", UtcDateTime, nullable=False),
    Column("begun_by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("policy", JSON, nullable=False),
    Column("counts", JSON, nullable=False),
    Column("certificate", String(64)),
    Column("ended_at", UtcDateTime),
)

purge_files = Table(
    "purge_files",
    metadata,
    id_column(),
    reference("purge_id", "purges"),
    Column("kind", String(20), nullable=False),
    Column("path", Text, nullable=False),
)

tombstones = Table(
    "tombstones",
    metadata,
    Column("kind", String(20), primary_key=True),
    Column("digest", String(32), primary_key=True),
    Column("purge_id", Id, ForeignKey("purges.id"), nullable=False),
)
