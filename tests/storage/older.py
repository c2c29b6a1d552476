"""A database as the first version of tilik left it: rows that every migration has to carry over."""

from alembic import command
from sqlalchemy import text

from storage.database import Database, Session
from storage.migrate import _config

ACCOUNTS = 2_000
FIRST = "0001"
SERIES = "WITH RECURSIVE series(n) AS (SELECT CAST(1 AS bigint) UNION ALL SELECT n + 1 FROM series WHERE n < {count})"
WORDS = "Kerja bakti hari Minggu pagi di halaman kantor kelurahan, bawa alat sendiri; warga RT 3 diharap hadir. "

DIALECTS = {
    "sqlite": {
        "moment": """strftime('%Y-%m-%d %H:%M:%S', 1700000000 + n * 37, 'unixepoch')
            || printf('.%06d', n * 7919 % 1000000)""",
        "digest": "printf('%064x', n)",
        "no": "0",
        "yes": "1",
    },
    "postgresql": {
        "moment": """timestamptz '2023-11-14 22:13:20+00' + n * 37 * interval '1 second'
            + n * 7919 % 1000000 * interval '1 microsecond'""",
        "digest": "lpad(to_hex(n), 64, '0')",
        "no": "false",
        "yes": "true",
    },
}
ROWS = {
    "accounts (platform, key, handle)": ("{accounts}", "'bluesky', 'did:plc:' || n, 'a' || n || '.test'"),
    "crawl_runs (started_at, tilik, config_sha256, state)": ("1", "{moment}, '0', {digest}, 'done'"),
    "captures (run_id, url, final_url, status, media_type, headers, sha256, captured_at, mode, step, purpose)": (
        "{captures}",
        """1, 'https://warga.example/' || n, 'https://warga.example/' || n, 200, 'text/html', '{{}}', {digest},
        {moment}, 'auto', 'likes', 'crawl'""",
    ),
    "posts (platform, uri, author_hash, posted_at, likes, first_seen_at, capture_id)": (
        "{posts}",
        """'bluesky', 'at://did:plc:' || (n % 777) || '/app.bsky.feed.post/' || n, substr({digest}, 33), {moment},
        n % 40, {moment}, 1""",
    ),
    "post_versions (post_id, sha256, text, seen_at, capture_id)": (
        "{posts}",
        "n, {digest}, substr('{words}', CAST(1 + n % 20 AS integer), CAST(40 + n % 170 AS integer)) || n, {moment}, 1",
    ),
    "interactions (account_id, action, post_id, acted_at, basis, first_seen_at, capture_id)": (
        "{count}",
        "1 + (n - 1) / {each}, 'liked', 1 + n % {posts} * 7919 % {posts}, {moment}, 'id', {moment}, 1 + n % {captures}",
    ),
    "model_versions (version, sha256, manifest, created_at, active)": ("1", "'m1', {digest}, '{{}}', {moment}, {yes}"),
    "contest_revisions (contest, digest, snapshot, first_used_at)": ("1", "'pilkada', {digest}, '{{}}', {moment}"),
    "scores (post_version_id, contest_revision_id, model_id, probability, kind, band, reasons, scored_at)": (
        "{posts}",
        "n, 1, 1, 0.5, 'news', 'review', '[]', {moment}",
    ),
    "matches (interaction_id, contest, post_version_id, contest_revision_id, model_id, timing, probability, band,"
    " flagged_at, answer)": (
        "{matches}",
        """n * 5, 'pilkada', 1 + n * 5 % {posts} * 7919 % {posts}, 1, 1, 'known', n * 7919 % 1000 / 1000.0, 'review',
        {moment}, CASE WHEN n % 10 = 0 THEN 'not' END""",
    ),
    "decisions (match_id, answer, reviewer, decided_at, post_version_id, model_id, probability)": (
        "{decisions}",
        "n * 10, 'not', 'r1', {moment}, 1, 1, 0.5",
    ),
}


def plant(database: Database, count: int) -> None:
    """Make a database of the first schema with so many interactions, a fifth as many posts, and as many matches."""
    with database.write() as session:
        command.upgrade(_config(session), FIRST)
        for table, (number, columns) in ROWS.items():
            _fill(session, count, table, number, columns)


def _fill(session: Session, count: int, table: str, number: str, columns: str) -> None:
    sizes = {
        "count": count,
        "each": max(1, -(-count // ACCOUNTS)),
        "accounts": ACCOUNTS,
        "posts": count // 5,
        "captures": max(1, count // 100),
        "matches": count // 5,
        "decisions": count // 50,
        "words": WORDS * 3,
    }
    told = {**sizes, **DIALECTS[session.dialect.name]}
    series = SERIES.format(count=number.format(**told))
    chosen = columns.format(**told)
    statement = f"INSERT INTO {table} {series} SELECT {chosen} FROM series"  # noqa: S608  (words of this file)
    session.execute(text(statement.replace(":", "\\:")))
