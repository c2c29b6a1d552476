"""Writes docs/en/database.md and docs/id/database.md from the schema: `python -m scripts.database_page`.

What a table is for is said in `scripts/words/tables.csv`; its columns are the schema's.
"""

from collections.abc import Iterator
from types import ModuleType

from sqlalchemy import Column, Table

from scripts.paper import LANGUAGES, WRITTEN_BY, Chosen, meaning, place, table, write
from storage import case_tables, judged_tables, people_tables, privacy_tables, rule_tables, seal_tables, tables

PAGE = "database.md"
HEAD: dict[Chosen, str] = {
    "en": f"""# Database

[Bahasa Indonesia](../id/database.md)

{WRITTEN_BY["en"].format(name="database_page")}

One schema for SQLite and PostgreSQL. Times are UTC; what may be unknown may be empty. Decisions, withdrawals and
labels are only ever added: what was answered once can be withdrawn, and stays. The record of deeds, seals and cases
refuse every change by triggers; rows of cases go with a purge only. `tilik db status` shows the revision, `tilik db
migrate` brings the schema up to date, `tilik db backup` copies it. Read as much as you like with any tool, on a copy;
write with tilik only.

In SQLite a `moment` is the number of microseconds since 1970 (`datetime(first_seen_at / 1000000, 'unixepoch')`), a
`utcdatetime` a text in UTC, a `digest` 32 bytes (`hex(sha256)`). PostgreSQL has `timestamptz` and letters.
""",
    "id": f"""# Basis data

[English](../en/database.md)

{WRITTEN_BY["id"].format(name="database_page")}

Satu skema untuk SQLite dan PostgreSQL. Waktu dicatat dalam UTC; yang mungkin tidak diketahui boleh kosong. Keputusan,
penarikan, dan label hanya pernah ditambah: jawaban yang pernah diberikan dapat ditarik, dan tetap tersimpan. Catatan
perbuatan, segel, dan perkara menolak setiap perubahan lewat trigger; baris perkara hanya hilang lewat penghapusan.
`tilik db status` menunjukkan revisinya, `tilik db migrate` memperbarui skemanya, `tilik db backup` menyalinnya.
Bacalah dengan alat apa pun, pada salinannya; menulislah hanya dengan tilik.

Dalam SQLite `moment` adalah jumlah mikrodetik sejak 1970 (`datetime(first_seen_at / 1000000, 'unixepoch')`),
`utcdatetime` teks dalam UTC, `digest` 32 bita (`hex(sha256)`). PostgreSQL memakai `timestamptz` dan huruf.
""",
}
MODULES: tuple[tuple[ModuleType, dict[Chosen, str]], ...] = (
    (tables, {"en": "What is collected", "id": "Yang dikumpulkan"}),
    (judged_tables, {"en": "What comes of it", "id": "Yang dihasilkan darinya"}),
    (rule_tables, {"en": "What rules say of it", "id": "Yang dikatakan ketentuan tentangnya"}),
    (case_tables, {"en": "The cases that people open", "id": "Perkara yang dibuka orang"}),
    (privacy_tables, {"en": "What people may rely on", "id": "Yang dapat diandalkan orang"}),
    (people_tables, {"en": "The people who work with tilik", "id": "Orang yang bekerja dengan tilik"}),
    (seal_tables, {"en": "Seals of what was done and kept", "id": "Segel atas kegiatan dan bukti"}),
)
COLUMNS: dict[Chosen, tuple[str, ...]] = {
    "en": ("column", "type", "may be empty", "points to"),
    "id": ("kolom", "jenis", "boleh kosong", "menunjuk ke"),
}
YES: dict[Chosen, str] = {"en": "yes", "id": "ya"}
KEY: dict[Chosen, str] = {"en": "key", "id": "kunci"}


def page(chosen: Chosen) -> str:
    """Write every table with its columns, by the module that defines it."""
    lines = [HEAD[chosen]]
    for module, title in MODULES:
        lines += [f"## {title[chosen]} (`storage/{module.__name__.rpartition('.')[2]}.py`)", ""]
        for one in vars(module).values():
            if isinstance(one, Table):
                lines += _table(one, chosen)
    return "\n".join(lines)


def names() -> list[str]:
    """Name the tables of the page."""
    return [one.name for module, _ in MODULES for one in vars(module).values() if isinstance(one, Table)]


def _table(one: Table, chosen: Chosen) -> Iterator[str]:
    yield from (f"### {one.name}", "", meaning("tables", one.name, chosen), "")
    yield from (*table(COLUMNS[chosen], (_row(column, chosen) for column in one.columns)), "")


def _row(column: Column[object], chosen: Chosen) -> tuple[str, ...]:
    kind = type(column.type).__name__.lower()
    goal = ", ".join(f"`{key.column.table.name}`" for key in column.foreign_keys)
    mark = f" ({KEY[chosen]})" if column.primary_key else ""
    return f"`{column.name}`{mark}", kind, YES[chosen] if column.nullable else "", goal


if __name__ == "__main__":
    for language in LANGUAGES:
        write(place(language, PAGE), page(language))
