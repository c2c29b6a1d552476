"""Runs the tests of every fault in the table, and says row by row what came of it: `python -m tests.faults`.

`--nightly` kills ten times as often. Writes `dist/faults.json`.
"""

import json
import os
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from scripts.reliability_page import Row, rows

REPORT = Path("dist/faults.json")
NIGHTLY = "200"


class Outcomes:
    """A plugin that remembers how every test ended."""

    def __init__(self) -> None:
        self.of: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note the worst of set-up, call and tear-down."""
        if report.when == "call" or report.outcome != "passed":
            self.of[report.nodeid] = "failed" if self.of.get(report.nodeid) == "failed" else report.outcome


def belongs(nodeid: str, row: Row) -> bool:
    """Say whether a test is one of a row: named itself, by its file, or with its parameters."""
    return any(nodeid == test or nodeid.startswith((f"{test}::", f"{test}[")) for test in row.tests)


def main(arguments: list[str]) -> int:
    """Run them all; the exit code is pytest's."""
    if "--nightly" in arguments:
        arguments.remove("--nightly")
        os.environ["TILIK_FAULT_ROUNDS"] = NIGHTLY
    outcomes, began = Outcomes(), time.monotonic()
    tests = sorted({test for row in rows() for test in row.tests if not test.startswith("tests/servers")})
    code = int(pytest.main(["-q", "-m", "not servers", *arguments, *tests], plugins=[outcomes]))
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for nodeid, outcome in outcomes.of.items():
        for row in rows():
            found[row.number][outcome] += belongs(nodeid, row)
    sys.stdout.write("\n")
    for row in rows():
        told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(found[row.number].items()) if count)
        sys.stdout.write(f"{row.number:>3}  {row.fault['en']:<60} {told or 'not run here'}\n")
    REPORT.parent.mkdir(exist_ok=True)
    seconds = round(time.monotonic() - began)
    REPORT.write_text(json.dumps({"seconds": seconds, "code": code, "rows": found}, indent=1), encoding="utf-8")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
