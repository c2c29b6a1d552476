"""How it was known who took a step of a case, or added to it; the day of a step as the office states it. Cases are
only ever added to, also in the database; a purge alone takes rows of them away.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

GUARDED = ("cases", "case_matches", "case_moves", "case_consents", "case_entries", "identities")
KNOWN = ("case_moves", "case_consents", "case_entries", "identities")
PURGING = "EXISTS (SELECT 1 FROM purges WHERE state = 'taking')"


def upgrade() -> None:
    for table in KNOWN:  # of what was before, nothing proves more than a name
        op.add_column(table, sa.Column("known", sa.String(length=10), nullable=False, server_default="typed"))
    op.add_column("case_moves", sa.Column("stated_on", sa.Date(), nullable=True))
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgres()


def _guard_sqlite() -> None:
    for table in GUARDED:
        for deed, when in (("UPDATE", ""), ("DELETE", f"WHEN NOT {PURGING} ")):
            op.execute(
                f"CREATE TRIGGER {table}_no_{deed.lower()} BEFORE {deed} ON {table} {when}"
                f"BEGIN SELECT RAISE(ABORT, '{table} is only ever added to'); END"
            )


def _guard_postgres() -> None:
    op.execute(
        "CREATE FUNCTION tilik_only_purged() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN IF {PURGING} THEN RETURN NULL; END IF; "
        "RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is only ever added to', ERRCODE = 'restrict_violation'; "
        "END $$"
    )
    for table in GUARDED:
        op.execute(
            f"CREATE TRIGGER {table}_only_added_to BEFORE UPDATE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION tilik_only_added_to()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_only_purged BEFORE DELETE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION tilik_only_purged()"
        )
