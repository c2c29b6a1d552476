#!/usr/bin/env bash
# Everything that `make demo` and `make test` need, on a fresh Debian 12 as root or on a machine that has it already.
set -euo pipefail
cd "$(dirname "$0")/.."
readonly python=${PYTHON:-python3}

say() { printf 'setup: %s\n' "$*" >&2; }

python_is_ready() {
    "$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

has_browser() {
    command -v chromium-headless-shell chrome-headless-shell chromium chromium-browser google-chrome-stable \
        google-chrome microsoft-edge >/dev/null 2>&1 || [ -n "${TILIK_BROWSER:-}" ]
}

has_libatomic() {
    ! command -v /sbin/ldconfig >/dev/null || /sbin/ldconfig -p | grep libatomic.so.1 >/dev/null
}

install_packages() {
    local missing=()
    python_is_ready || missing+=(python3 python3-venv)
    if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
        has_browser || missing+=(chromium-headless-shell)
        has_libatomic || missing+=(libatomic1)  # Playwright's driver needs it
        # the tests run on PostgreSQL too; they start a cluster of their own and leave the system's alone
        [ -n "$(compgen -G '/usr/lib/postgresql/*/bin/initdb')" ] || missing+=(postgresql)
    fi
    [ ${#missing[@]} -eq 0 ] && return
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        say "please install: ${missing[*]}"
        exit 1
    fi
    say "installing ${missing[*]}"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

install_packages
python_is_ready || { say "$python is not Python 3.11 or newer with venv; name another one: make PYTHON=python3.12"; exit 1; }
say "virtual environment and locked dependencies"
[ -x .venv/bin/python ] || "$python" -m venv .venv
.venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
.venv/bin/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
has_browser || .venv/bin/tilik browser install
