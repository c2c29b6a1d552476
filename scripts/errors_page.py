"""Writes docs/en/errors.md and docs/id/errors.md from the words of the errors: `python -m scripts.errors_page`."""

from collections.abc import Iterator

import language
from language import say
from language.errors import ERRORS, PROBLEMS
from scripts.paper import LANGUAGES, WRITTEN_BY, Chosen, place, table, write

PAGE = "errors.md"
HEAD: dict[Chosen, str] = {
    "en": f"""# Error codes

[Bahasa Indonesia](../id/errors.md)

{WRITTEN_BY["en"].format(name="errors_page")}

When something cannot be done, tilik says three things: what happened, why, and what to do. The first line ends in
the code under which they stand here, such as `[config_missing]`. With `--json` they are `error.message`,
`error.why` and `error.hint`, the code is `error.code`, `error.meant` holds what was probably meant, and `error.doc`
leads here. Words in braces, such as `{{file}}`, are filled in. What the number means with which a command ends
stands in the [README](../../README.md#exit-codes).
""",
    "id": f"""# Kode kesalahan

[English](../en/errors.md)

{WRITTEN_BY["id"].format(name="errors_page")}

Bila sesuatu tidak dapat dikerjakan, tilik mengatakan tiga hal: apa yang terjadi, mengapa, dan apa yang dapat
dilakukan. Baris pertama berakhir dengan kode yang tercantum di sini, misalnya `[config_missing]`. Dengan `--json`
ketiganya menjadi `error.message`, `error.why`, dan `error.hint`; kodenya `error.code`, `error.meant` memuat yang
mungkin dimaksud, dan `error.doc` menunjuk ke sini. Kata dalam kurung kurawal, misalnya `{{file}}`, diisi oleh
program. Arti angka saat perintah berakhir tercantum dalam [README](../../README.id.md#kode-keluar).
""",
}
THREE: dict[Chosen, tuple[str, str, str]] = {
    "en": ("What", "Why", "What to do"),
    "id": ("Apa", "Mengapa", "Yang dapat dilakukan"),
}
SINGLE: dict[Chosen, tuple[str, str, tuple[str, str]]] = {
    "en": (
        "## Single mistakes in a file",
        "They are listed below the error, each with its row and column; with `--json` in `error.problems`.",
        ("code", "what is wrong"),
    ),
    "id": (
        "## Kesalahan satu per satu dalam berkas",
        "Tercantum di bawah kesalahannya dengan baris dan kolom masing-masing; dengan `--json`: `error.problems`.",
        ("kode", "yang salah"),
    ),
}


def page(chosen: Chosen) -> str:
    """Write every code with its words."""
    with language.speaking(chosen):
        return "\n".join([HEAD[chosen], *_errors(chosen), *_problems(chosen), ""])


def _errors(chosen: Chosen) -> Iterator[str]:
    what, why, do = THREE[chosen]
    yield {"en": "## Errors", "id": "## Kesalahan"}[chosen]
    for code, words in sorted(ERRORS.items()):
        yield from ("", f"### {code}", "")
        yield f"- {what}: {say(words.what)}"
        yield f"- {why}: {say(words.why)}"
        yield f"- {do}: {say(words.do)}"


def _problems(chosen: Chosen) -> Iterator[str]:
    title, before, columns = SINGLE[chosen]
    yield from ("", title, "", before, "")
    yield from table(columns, ((f"`{code}`", say(words)) for code, words in sorted(PROBLEMS.items())))


if __name__ == "__main__":
    for one in LANGUAGES:
        write(place(one, PAGE), page(one))
