"""The schema of cases: what people open on matches, how they move it, and what they add. Only ever added to.

cases, case_matches           whom it is about, as the watchlist said it when it was opened; the matches it rests on
case_moves, case_consents     where somebody moved it and why, on which day as the office states; what a second person
                              says of that; how each was known
case_entries                  notes, witnesses, replies, what speaks for the person, fields of the forms
identities                    NIP and NIK, encrypted; nothing else of this schema may hold them
"""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, LargeBinary, String, Table, Text, UniqueConstraint

from storage.schema import Id, UtcDateTime, id_column, metadata, reference

cases = Table(
    "cases",
    metadata,
    id_column(),
    Column("contest", String(60), nullable=False),
    reference("account_id", "accounts"),
    Column("platform", String(30), nullable=False),
    Column("handle", String(300), nullable=False),
    Column("role", String(20), nullable=False),
    Column("subject", Text, nullable=False),
    Column("unit", Text),
    Column("region", String(20), nullable=False),
    Column("source", Text, nullable=False),
    Column("source_date", Date, nullable=False),
    Column("verified_by", Text),
    Column("verified_on", Date),
    Column("reason", Text, nullable=False),
    Column("late_reason", Text),
    Column("opened_by", Text, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
)

case_matches = Table(
    "case_matches",
    metadata,
    Column("case_id", Id, ForeignKey("cases.id"), primary_key=True),
    Column("match_id", Id, ForeignKey("matches.id"), primary_key=True),
    Index("ix_case_matches_match_id", "match_id"),
)

case_moves = Table(
    "case_moves",
    metadata,
    id_column(),
    reference("case_id", "cases"),
    Column("state", String(20), nullable=False),
    Column("by_two", Boolean, nullable=False),
    Column("who", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("moved_at", UtcDateTime, nullable=False),
    Column("known", String(10), nullable=False, server_default="typed"),
    Column("stated_on", Date),
    Index("ix_case_moves_case_id", "case_id"),
)

case_consents = Table(
    "case_consents",
    metadata,
    id_column(),
    reference("move_id", "case_moves"),
    Column("who", Text, nullable=False),
    Column("agrees", Boolean, nullable=False),
    Column("reason", Text),
    Column("said_at", UtcDateTime, nullable=False),
    Column("known", String(10), nullable=False, server_default="typed"),
    UniqueConstraint("move_id"),
)

case_entries = Table(
    "case_entries",
    metadata,
    id_column(),
    reference("case_id", "cases"),
    Column("kind", String(20), nullable=False),
    Column("name", Text),
    Column("text", Text, nullable=False),
    Column("source", Text),
    Column("dated", Date),
    Column("address", Text),
    Column("who", Text, nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
    reference("takes_back", "case_entries", nullable=True),
    Column("known", String(10), nullable=False, server_default="typed"),
    Index("ix_case_entries_case_id", "case_id"),
)

identities = Table(
    "identities",
    metadata,
    id_column(),
    reference("case_id", "cases"),
    Column("kind", String(20), nullable=False),
    Column("key", String(16), nullable=False),
    Column("nonce", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("who", Text, nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
    Column("known", String(10), nullable=False, server_default="typed"),
    Index("ix_identities_case_id", "case_id"),
)
