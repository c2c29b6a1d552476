"""Writes the table of docs/en/reliability.md and docs/id/reliability.md: `python -m scripts.reliability_page`.

Rows, tests and results stand in `scripts/words/faults.csv`; `python -m tests.faults` runs the tests of every row.
"""

import csv
from dataclasses import dataclass
from functools import cache

from scripts.paper import LANGUAGES, WORDS, Chosen, place, table, write

PAGE = "reliability.md"
BEGIN = "<!-- python -m scripts.reliability_page -->"
END = "<!-- / -->"
COLUMNS: dict[Chosen, tuple[str, ...]] = {
    "en": ("no.", "what goes wrong", "promise", "tests", "run", "result"),
    "id": ("no.", "yang terjadi", "janji", "pengujian", "jalankan", "hasil"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A fault, what is promised, the tests that see to it, and what they showed."""

    number: str
    fault: dict[Chosen, str]
    promise: dict[Chosen, str]
    tests: tuple[str, ...]
    result: dict[Chosen, str]

    @property
    def files(self) -> list[str]:
        """Name the files of its tests, each once."""
        return list(dict.fromkeys(test.partition("::")[0] for test in self.tests))

    @property
    def targets(self) -> list[str]:
        """Name what runs them."""
        if not self.tests:
            return ["make soak"]
        servers = [test for test in self.tests if test.startswith("tests/servers")]
        return ["make faults", *(["make test-servers"] if servers else [])]


@cache
def rows() -> tuple[Row, ...]:
    """Read the rows."""
    with (WORDS / "faults.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Row(
                number=line["row"],
                fault={"en": line["fault_en"], "id": line["fault_id"]},
                promise={"en": line["promise_en"], "id": line["promise_id"]},
                tests=tuple(line["tests"].split()),
                result={"en": line["result_en"], "id": line["result_id"]},
            )
            for line in csv.DictReader(file, delimiter=";")
        )


def faults(chosen: Chosen) -> str:
    """Write the table."""
    cells = (
        (
            row.number,
            row.fault[chosen],
            row.promise[chosen],
            " ".join(f"`{name.removeprefix('tests/')}`" for name in row.files) or "–",
            " ".join(f"`{target}`" for target in row.targets),
            row.result[chosen],
        )
        for row in rows()
    )
    return "\n".join(table(COLUMNS[chosen], cells))


def page(chosen: Chosen) -> str:
    """Give a page with its table as it must be now."""
    before, rest = place(chosen, PAGE).read_text(encoding="utf-8").split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{faults(chosen)}\n{END}{after}"


if __name__ == "__main__":
    for one in LANGUAGES:
        write(place(one, PAGE), page(one))
