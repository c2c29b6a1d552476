#!/usr/bin/env bash
# Pins every dependency with its hashes, for all systems at once and without naming where packages come from.
set -euo pipefail
cd "$(dirname "$0")/.."
pin=(uv pip compile --quiet --universal --python-version 3.11 --generate-hashes
    --no-emit-index-url --no-emit-find-links --no-header --no-annotate)
ours=("${pin[@]}" pyproject.toml --extra postgres --extra page --extra seal --extra dossier)
"${ours[@]}" -o requirements.lock
"${ours[@]}" --extra ocr -c requirements.lock -o requirements-ocr.lock
"${ours[@]}" --group dev -c requirements.lock -o requirements-dev.lock
"${ours[@]}" --group dev --group servers -c requirements-dev.lock -o requirements-servers.lock
"${pin[@]}" --group supply -o requirements-supply.lock
"${pin[@]}" benchmarks/requirements-peers.in -o benchmarks/requirements-peers.lock
"${pin[@]}" tests/servers/forum/requirements.in -o tests/servers/forum/requirements.lock
