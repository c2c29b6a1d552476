"""The queue of some accounts on some days lies in one index; PostgreSQL looks once a statement where acts point to."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

DOWNWARDS = sa.text("probability DESC"), sa.text("id DESC")
KEPT: dict[str, list[str | sa.TextClause]] = {
    "ix_matches_happened_at": ["standing", "happened_at"],
    "ix_matches_newest": ["standing", "id"],
    "ix_matches_of_target": ["target", "standing", "probability", "id"],
    "ix_matches_of_wording": ["post_version_id"],
    "ix_matches_flagged_at": ["flagged_at"],
    "ix_matches_due": ["standing", "due_at", *DOWNWARDS, "band", "happened_at", "account_id"],
    "ix_matches_due_of_target": ["target", "standing", "due_at", *DOWNWARDS],
}
RUNNING = "first_opened_at IS NOT NULL AND (standing <> 'decided' OR answer = 'solicitation')"
PARTIAL = {
    "ix_matches_undated": (["contest", "captured_at"], "due_at IS NULL"),
    "ix_matches_opened": (["first_opened_at"], RUNNING),
}
RANKED = ["standing", "probability", "id", "band", "happened_at", "account_id"]
OF_ACCOUNT = ["account_id", "standing", "happened_at", "due_at", "probability", "band"]
PARENTS = {"accounts": "account_id", "posts": "post_id", "captures": "capture_id"}

# What a foreign key promises, kept by statement: the key looks and locks once a row and column, which took two thirds of
# the server's time for an act. An act that points nowhere is refused (the look takes a snapshot of its own, so that a
# delete that has just been committed shows); and whoever deletes what acts may point to waits for all who write acts,
# keeps new ones waiting, and is refused while an act points there.
LOOK = """
CREATE FUNCTION interactions_point_somewhere() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
  IF EXISTS (SELECT FROM written AS w WHERE (SELECT id FROM posts WHERE id = w.post_id) IS NULL)
    OR EXISTS (
      SELECT FROM (SELECT DISTINCT account_id FROM written) AS w
      WHERE (SELECT id FROM accounts WHERE id = w.account_id) IS NULL
    )
    OR EXISTS (
      SELECT FROM (SELECT DISTINCT capture_id FROM written WHERE capture_id IS NOT NULL) AS w
      WHERE (SELECT id FROM captures WHERE id = w.capture_id) IS NULL
    )
  THEN
    RAISE foreign_key_violation USING
      MESSAGE = 'an interaction points to an account, a post or a capture that is not there', TABLE = TG_TABLE_NAME;
  END IF;
  RETURN NULL;
END $$
"""
WAIT = """
CREATE FUNCTION wait_for_interactions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    RAISE foreign_key_violation USING MESSAGE = 'the number of a row stays', TABLE = TG_TABLE_NAME;
  END IF;
  LOCK TABLE interactions IN SHARE MODE;
  RETURN NULL;
END $$
"""
KEEP = """
CREATE FUNCTION keep_for_interactions() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  pointed_to boolean;
BEGIN
  EXECUTE format('SELECT EXISTS (SELECT FROM gone JOIN interactions ON interactions.%I = gone.id)', TG_ARGV[0])
    INTO pointed_to;
  IF pointed_to THEN
    RAISE foreign_key_violation USING MESSAGE = 'an interaction still points there', TABLE = TG_TABLE_NAME;
  END IF;
  RETURN NULL;
END $$
"""


def upgrade() -> None:
    # Databases that came to 0012 before 0005, 0010 and 0011 left the indexes of matches to us have them.
    for name in ("ix_matches_ranked", "ix_matches_of_account", "ix_matches_due_of_account"):
        op.drop_index(name, "matches", if_exists=True)
    for name, columns in KEPT.items():
        op.create_index(name, "matches", columns, if_not_exists=True)
    for name, (some, which) in PARTIAL.items():
        where = {"sqlite_where": sa.text(which), "postgresql_where": sa.text(which)}
        op.create_index(name, "matches", some, if_not_exists=True, **where)
    op.create_index("ix_matches_ranked", "matches", RANKED)
    op.create_index("ix_matches_of_account", "matches", OF_ACCOUNT, postgresql_include=["id"])
    if op.get_bind().dialect.name == "postgresql":
        _keep_keys_by_statement()


def _keep_keys_by_statement() -> None:
    for function in (LOOK, WAIT, KEEP):
        op.execute(function)
    for event in ("INSERT", "UPDATE"):
        op.execute(f"""
            CREATE TRIGGER look_after_{event.lower()} AFTER {event} ON interactions REFERENCING NEW TABLE AS written
            FOR EACH STATEMENT EXECUTE FUNCTION interactions_point_somewhere()
        """)
    for table, column in PARENTS.items():
        op.drop_constraint(f"fk_interactions_{column}", "interactions", type_="foreignkey")
        op.execute(f"""
            CREATE TRIGGER wait_for_interactions BEFORE DELETE OR UPDATE OF id ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION wait_for_interactions()
        """)
        op.execute(f"""
            CREATE TRIGGER keep_for_interactions AFTER DELETE ON {table} REFERENCING OLD TABLE AS gone
            FOR EACH STATEMENT EXECUTE FUNCTION keep_for_interactions('{column}')
        """)
