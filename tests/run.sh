#!/usr/bin/env bash
# Runs every test on SQLite and on PostgreSQL, the console in a browser on both, and the demo with its sabotages.
#
#   bash tests/run.sh            everything
#   bash tests/run.sh WORD …     only `cargo test --workspace -- WORD …`, still on both databases
#
# Starts a PostgreSQL of its own in a temporary directory and stops it at the end, so nothing that is installed
# or running is touched. Where programs are absent (PostgreSQL, strace, faketime, Chromium, a Chinese font, Node.js, Python): installs
# them as root, otherwise prints the commands and exits 3. Tests that kill and fail system calls need leave to trace.
# Set TEST_POSTGRES_URL to use a server that is there. With CI=true nothing may be skipped.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export CARGO_TERM_COLOR=never
unset PALM_DATABASE_URL PALM_BIN
work=$(mktemp -d "${TMPDIR:-/tmp}/palm-tests.XXXXXX")
cluster=""
passed=0
failed=0
times=()
databases=()
words="$*"
chromium=${CHROMIUM:-/usr/bin/chromium}

finish() {
    local status=$?
    trap - EXIT INT TERM
    local name
    for name in "${databases[@]}"; do
        [ -n "$cluster" ] || "$programs/psql" -qX "$TEST_POSTGRES_URL" -c "DROP DATABASE $name WITH (FORCE)" || true
    done
    [ -z "$cluster" ] || as_owner "$programs/pg_ctl" -D "$cluster" -m immediate stop >/dev/null 2>&1 || true
    rm -rf "$work"
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT TERM

# Runs a command as the owner of the cluster: PostgreSQL refuses root.
as_owner() {
    if [ "$(id -u)" = 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi
}

# step NAME COMMAND…: runs it, remembers how long it took and how it ended.
step() {
    local name=$1 start=$SECONDS status=0
    shift
    printf '\n== %s\n' "$name"
    "$@" || status=$?
    times+=("$(printf '%5d s  %s%s' "$((SECONDS - start))" "$name" "$([ "$status" = 0 ] || echo "  FAILED")")")
    return "$status"
}

missing_packages() {
    command -v cc >/dev/null && pkg-config --exists openssl 2>/dev/null || printf 'build-essential\npkg-config\nlibssl-dev\n'
    command -v strace >/dev/null || printf 'strace\n'
    command -v faketime >/dev/null || printf 'faketime\n'
    find_programs || printf 'postgresql\n'
    # The commands of the book are run.
    command -v curl >/dev/null || printf 'curl\n'
    command -v openssl >/dev/null || printf 'openssl\n'
    # Clients of others upload evidence.
    command -v node >/dev/null || printf 'nodejs\n'
    command -v npm >/dev/null || printf 'npm\n'
    python3 -c 'import ensurepip' 2>/dev/null || printf 'python3-venv\n'
    # The generator of clients.
    command -v java >/dev/null || printf 'default-jre-headless\n'
    # A run of a few words drives no browser.
    [ -z "$words" ] || return 0
    [ -x "$chromium" ] || printf 'chromium\n'
    { command -v fc-list >/dev/null && [ -n "$(fc-list :lang=zh-cn)" ]; } || printf 'fontconfig\nfonts-noto-cjk\n'
}

# Where initdb and pg_ctl are; Debian keeps them out of the PATH.
find_programs() {
    local found
    for found in "$(dirname "$(command -v initdb || echo /none/initdb)")" /usr/lib/postgresql/*/bin; do
        if [ -x "$found/initdb" ] && [ -x "$found/pg_ctl" ] && [ -x "$found/psql" ]; then programs=$found; fi
    done
    [ -n "${programs:-}" ]
}

install_what_is_needed() {
    local packages
    mapfile -t packages < <(missing_packages)
    [ "${#packages[@]}" -gt 0 ] || return 0
    if [ "$(id -u)" != 0 ]; then
        printf 'These packages are needed:\n  sudo apt-get update\n  sudo apt-get install -y %s\n' "${packages[*]}" >&2
        exit 3
    fi
    # Without the cluster that Debian would create and start by itself.
    mkdir -p /etc/postgresql-common
    [ -e /etc/postgresql-common/createcluster.conf ] ||
        echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.conf
    apt-get update -qq || return 1
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null || return 1
    find_programs
}

start_postgres() {
    find_programs || return 1
    cluster="$work/postgres"
    mkdir "$cluster" || return 1
    if [ "$(id -u)" = 0 ]; then
        chmod 711 "$work"
        chown postgres "$cluster"
    fi
    as_owner "$programs/initdb" -D "$cluster" -U palm -A trust -E UTF8 --no-locale >/dev/null || return 1
    local port
    # A port that another process takes in between is found out by pg_ctl: the next one is tried.
    for port in $(shuf -i 20000-32000 -n 20); do
        if as_owner "$programs/pg_ctl" -D "$cluster" -l "$cluster/server.log" -w -t 60 -o \
            "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=300" \
            start >/dev/null 2>&1; then
            export TEST_POSTGRES_URL="postgres://palm@127.0.0.1:$port/postgres"
            "$programs/postgres" --version
            return
        fi
    done
    cat "$cluster/server.log" >&2
    return 1
}

# Runs a test command, shows it, and adds up what it says of itself.
run_tests() {
    local log="$work/tests.log" status=0 what number
    "$@" 2>&1 | tee -a "$work/all.log" | tee "$log" || status=$?
    # A test program that does not build, or dies, says nothing of itself.
    if [ "$status" != 0 ] && ! grep -q '^test result: FAILED' "$log"; then failed=$((failed + 1)); fi
    while read -r what number; do
        case $what in
        passed) passed=$((passed + number)) ;;
        failed) failed=$((failed + number)) ;;
        ignored)
            if [ "$number" != 0 ] && [ "${CI:-}" = true ]; then
                echo "$number tests were skipped, which is a failure where CI=true"
                failed=$((failed + number))
                status=1
            fi
            ;;
        esac
    done < <(sed -nE 's/^test result: .* ([0-9]+) passed; ([0-9]+) failed; ([0-9]+) ignored.*/passed \1\nfailed \2\nignored \3/p' "$log")
    return "$status"
}

# claim NAME COMMAND…: one check that is no cargo test.
claim() {
    local name=$1
    shift
    if step "$name" "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
}

# The demo must hold.
demo_holds() {
    timeout 300 "$palm" demo --once --dir "$(mktemp -d "$work/demo.XXXXXX")" "$@"
}

# The demo must notice: one that does not proves nothing.
demo_notices() {
    local status=0
    timeout 300 "$palm" demo --once --dir "$(mktemp -d "$work/demo.XXXXXX")" "$@" >"$work/sabotage.log" 2>&1 || status=$?
    tail -n 5 "$work/sabotage.log"
    [ "$status" = 1 ] || { echo "expected exit 1, got $status" >&2; return 1; }
}

# The packages that the lock file in a directory names by their digests; fetched again where others are there.
fetch_node() {
    local at=$1
    cmp -s "$at/package-lock.json" "$at/node_modules/.fetched" && return
    npm ci --prefix "$at" --no-audit --no-fund || return 1
    cp "$at/package-lock.json" "$at/node_modules/.fetched"
}

# Clients of others that upload evidence, as their lock files name them.
fetch_tus_clients() {
    fetch_node tests/tus && fetch_python tests/tus
}

# Linters of others find nothing in the API document.
lint_document() {
    local at=tests/openapi
    fetch_node $at || return 1
    $at/node_modules/.bin/redocly lint --config $at/redocly.yaml api-spec/openapi.json &&
        $at/node_modules/.bin/spectral lint --ruleset $at/spectral.yaml --fail-severity hint api-spec/openapi.json
}

# Clients made from the API document by generators of others, compiled strictly.
make_clients() {
    local at=tests/clients/typescript
    fetch_node $at && fetch_python $at || return 1
    rm -rf $at/generated $at/built
    node $at/generate.mjs api-spec/openapi.json $at/generated/paths.ts &&
        $at/.venv/bin/openapi-generator-cli generate -g typescript-fetch -i api-spec/openapi.json -o $at/generated/fetch \
            --additional-properties=modelPropertyNaming=original,paramNaming=original,importFileExtension=.js \
            >"$work/generator.log" 2>&1 || { tail -n 20 "$work/generator.log"; return 1; }
    $at/node_modules/.bin/tsc -p $at
}

# The packages that `requirements.txt` in a directory names, in an environment beside it.
fetch_python() {
    local at=$1
    cmp -s "$at/requirements.txt" "$at/.venv/fetched" && return
    python3 -m venv "$at/.venv" && "$at/.venv/bin/pip" install --quiet --requirement "$at/requirements.txt" || return 1
    cp "$at/requirements.txt" "$at/.venv/fetched"
}

# The second implementation of the encoding reads every vector.
read_vectors() {
    local at=tests/reader
    fetch_python $at && $at/.venv/bin/python $at/check.py
}

# Drives the console, and adds up the subjects that it counts. It waits for conditions; the limit is a last resort.
drive_browser() {
    local log="$work/browser.log" status=0 good="" bad=""
    timeout 900 env PALM="$palm" CHROMIUM="$chromium" "$@" node tests/browser/run.mjs 2>&1 | tee "$log" || status=$?
    read -r good bad < <(sed -nE 's/^browser: ([0-9]+) passed, ([0-9]+) failed$/\1 \2/p' "$log") || true
    passed=$((passed + ${good:-0}))
    failed=$((failed + ${bad:-0}))
    # One that dies says nothing of itself, and one that did nothing passed nothing.
    if [ "${good:-0}" = 0 ] || { [ "$status" != 0 ] && [ "${bad:-0}" = 0 ]; }; then failed=$((failed + 1)); fi
    [ "$status" = 0 ] && [ "${good:-0}" -gt 0 ]
}

run_browser() {
    local county
    claim "what drives the browser" fetch_node tests/browser
    step "console in a browser on SQLite" drive_browser || true
    fresh_database county
    county=$database_url
    fresh_database empty
    step "console in a browser on PostgreSQL" drive_browser BRIEF=1 PALM_DATABASE_URL="$county" \
        PALM_FIRST_DATABASE_URL="$database_url" || true
}

# Makes a database for the demo and names it. A server that was there before keeps none of them.
fresh_database() {
    local name="palm_demo_$1_$$"
    "$programs/psql" -qX "$TEST_POSTGRES_URL" -c "CREATE DATABASE $name"
    databases+=("$name")
    database_url="${TEST_POSTGRES_URL%/*}/$name"
}

run_demo() {
    local sabotage
    claim "demo on SQLite" demo_holds
    fresh_database held
    claim "demo on PostgreSQL" demo_holds --database-url "$database_url"
    for sabotage in lost-change double-change swapped-value lost-photo; do
        claim "demo with $sabotage on SQLite" demo_notices --sabotage "$sabotage"
        fresh_database "${sabotage//-/_}"
        claim "demo with $sabotage on PostgreSQL" demo_notices --sabotage "$sabotage" --database-url "$database_url"
    done
}

summary() {
    printf '\n== times\n'
    printf '%s\n' "${times[@]}"
    printf '\n== tests per database\n'
    local database
    for database in sqlite postgres; do
        printf '%-9s %s\n' "$database" "$(grep -cE "^test (.*::)?$database(::.*)? \.\.\. ok" "$work/all.log" || true)"
    done
    printf '\n%d passed, %d failed\n' "$passed" "$failed"
    [ "$failed" = 0 ]
}

step "what is needed" install_what_is_needed
if [ -z "${TEST_POSTGRES_URL:-}" ]; then step "PostgreSQL" start_postgres; else find_programs; fi
# For the commands of the book: psql, pg_dump, pg_restore.
PATH="$PATH:$programs"
touch "$work/all.log"
# With the tests, whose dependencies turn on features of others: built alone, the program and all below it is built once more.
step "build palm and the tests" cargo build --locked --workspace --all-targets
palm=$(cargo metadata --format-version 1 --no-deps --locked |
    sed -nE 's/.*"target_directory":"([^"]*)".*/\1/p')/debug/palm
claim "tus clients of others" fetch_tus_clients
claim "readers of tokens, proofs and credentials by others" fetch_python tests/standards
claim "linters of the API document" lint_document
claim "clients made from the API document" make_clients
if [ "$#" -gt 0 ]; then
    step "cargo test" run_tests cargo test --workspace --locked --no-fail-fast -- "$@" || true
else
    step "cargo test" run_tests cargo test --workspace --locked --no-fail-fast || true
    # In the workspace run the core has its feature `device`, which the server asks for. Here it is as a host
    # without a store builds it.
    step "cargo test of the core alone" run_tests cargo test -p sync-core --locked --no-fail-fast || true
    claim "the encoding as another program reads it" read_vectors
    claim "the judge of mutants" python3 -m unittest discover -q -s tests/mutants
    run_browser
    run_demo
fi
summary
