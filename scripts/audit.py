"""Asks a public list of known weaknesses about every locked package: `make audit`.

Exit code 1 where a weakness is known. Where nobody can be asked (no network, a mirror without the list) it says so
loudly and ends with 0, unless TILIK_AUDIT=required: a check that was not made is never shown as one that passed.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

LOCK = "requirements.lock"
Package = Mapping[str, Any]


def main() -> int:
    """Ask, and say what came of it."""
    words = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes", "-r", LOCK, "-f", "json"]
    done = subprocess.run([*words, "--progress-spinner", "off"], capture_output=True, text=True, check=False)  # noqa: S603  (no shell)
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        packages = []
    for line in told(packages, (done.stderr.strip().splitlines() or ["?"])[-1]):
        print(line)  # noqa: T201
    return verdict(packages, required=os.environ.get("TILIK_AUDIT") == "required")


def told(packages: Sequence[Package], said: str) -> Iterator[str]:
    """Put what came of it into lines; `said` is why nothing did."""
    left = [str(one["skip_reason"]) for one in packages if "skip_reason" in one]
    weak = [(one, flaw) for one in packages for flaw in one.get("vulns", ())]
    for one, flaw in weak:
        yield f"{one['name']} {one['version']}: {flaw['id']}, mended in {', '.join(flaw['fix_versions']) or 'none'}"
    yield f"{len(packages) - len(left)} of {len(packages)} locked packages checked, {len(weak)} known weaknesses."
    if left or not packages:
        yield f"*** NOT AUDITED: {len(left) or 'all'} packages were not checked: {next(iter(left), said)} ***"


def verdict(packages: Sequence[Package], *, required: bool) -> int:
    """Give the exit code: 1 for a weakness, or for a package left out where all are `required`."""
    weak = any(one.get("vulns") for one in packages)
    whole = bool(packages) and all("skip_reason" not in one for one in packages)
    return int(weak or (required and not whole))


if __name__ == "__main__":
    sys.exit(main())
