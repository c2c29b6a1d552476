#!/usr/bin/env bash
# Pins every dependency with its hashes, for all systems at once and without naming where packages come from.
set -euo pipefail
cd "$(dirname "$0")/.."
pin=(uv pip compile --quiet --universal --python-version 3.11 --generate-hashes
    --no-emit-index-url --no-emit-find-links --no-header --no-annotate pyproject.toml --extra postgres)
"${pin[@]}" -o requirements.lock
"${pin[@]}" --group dev -c requirements.lock -o requirements-dev.lock
"${pin[@]}" --group dev --group servers -c requirements-dev.lock -o requirements-servers.lock
