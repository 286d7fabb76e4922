#!/usr/bin/env bash
# What takes too long for every change: full sweeps. Prints what each covered; `tests/long.txt` is the last output.
#
#   bash tests/long.sh            every section
#   bash tests/long.sh SECTION…   only these
#
# FLAT and CASES set smaller numbers than 1000000 and 100000; the section flat wants 20 GB of disk below TMPDIR and a
# machine that does nothing else for an hour or more.
#
# MUTANTS_SHARD=0/30 lets the section mutants try every thirtieth mutant of the core only, MUTANTS=core or MUTANTS=flow one half.
#
# Needs what `tests/run.sh` needs; TEST_POSTGRES_URL names a PostgreSQL.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export CARGO_TERM_COLOR=never

sections=("$@")
wanted() { [ "${#sections[@]}" = 0 ] || [[ " ${sections[*]} " == *" $1 "* ]]; }

# section: faults
# Kills and failing system calls at every N-th write of a push, a checkpoint and an upload, on both databases.
if wanted faults; then
    printf '== faults\n'
    cargo build --locked -q -p palm
    SWEEP=full cargo test --locked -q -p tests --test acceptance -- --nocapture --test-threads=2 write_faults |
        grep -E '^(sweep: |test result: )|(sweep: .*)' | sed -E 's/^.*(sweep: )/\1/'
fi

# section: kotlin
# The client that openapi-generator makes for Kotlin: compiled, and every kind of call to a server on both databases. Wants
# Java and Debian's libgoogle-gson-java; the rest comes from npm and PyPI.
if wanted kotlin; then
    printf '== kotlin\n'
    cargo build --locked -q -p palm
    at=tests/clients/kotlin
    npm ci --prefix $at --no-audit --no-fund --silent
    [ -d $at/.venv ] || python3 -m venv $at/.venv
    $at/.venv/bin/pip install --quiet --requirement $at/requirements.txt
    rm -rf $at/generated $at/built
    $at/.venv/bin/openapi-generator-cli generate -g kotlin -i api-spec/openapi.json -o $at/generated \
        --schema-mappings=RecordedValue=com.google.gson.JsonElement \
        --additional-properties=library=jvm-okhttp4,serializationLibrary=gson,packageName=palm.client,enumUnknownDefaultCase=true,omitGradleWrapper=true \
        >/dev/null 2>&1
    libraries=$PWD/$at/node_modules/allure-commandline/dist/plugins/jira-plugin/lib
    classes=$(printf '%s:' "$libraries"/okhttp-jvm-*.jar "$libraries"/okio-jvm-*.jar)/usr/share/java/gson.jar
    # Warnings of generated code are not ours to mend; types and nulls are errors always.
    bash $at/node_modules/kotlin-compiler/bin/kotlinc -nowarn -jvm-target 17 -cp "$classes" -d $at/built/client.jar \
        $at/generated/src/main/kotlin $at/src
    standard=$PWD/$at/node_modules/kotlin-compiler/lib/kotlin-stdlib.jar
    KOTLIN_CLIENT="$PWD/$at/built/client.jar:$standard:$classes" \
        cargo test --locked -q -p tests --test acceptance -- a_kotlin_client | grep -E '^test result: '
fi

# Exactly this version: the names of mutants in tests/mutants.txt are its own.
cargo_mutants() {
    local root=$PWD/target/mutants/tool
    if ! "$root/bin/cargo-mutants" mutants --version 2>/dev/null | grep -qx 'cargo-mutants 27\.1\.0'; then
        cargo install --locked --quiet --force --root "$root" --version 27.1.0 cargo-mutants >&2
    fi
    "$root/bin/cargo-mutants" mutants --colors never "$@"
}

# section: mutants
# Small faults, put in one at a time: those of the core are tried by its own tests, a fixed sample of about a hundred of the flows
# by the acceptance tests. At least 90 % of those that compile are noticed; those that are not stand in tests/mutants.txt.
if wanted mutants; then
    printf '== mutants\n'
    at=$PWD/target/mutants
    mkdir -p "$at"
    if [ "${MUTANTS:-core}" = core ]; then
        core=(--package sync-core --all-features)
        cargo_mutants "${core[@]}" --list --json >"$at/core.json"
        # 2: some are missed, 3: some never end; the judge says which of them may.
        status=0
        CARGO_PROFILE_DEV_DEBUG=0 CARGO_PROFILE_TEST_DEBUG=0 cargo_mutants "${core[@]}" --shard "${MUTANTS_SHARD:-0/1}" \
            --sharding round-robin --timeout 300 --build-timeout 600 --output "$at" >"$at/core.log" 2>&1 || status=$?
        case $status in 0 | 2 | 3) ;; *) tail -n 20 "$at/core.log" && exit "$status" ;; esac
        python3 tests/mutants/judge.py tests/mutants.txt "$at/core.json" "$at/mutants.out/outcomes.json" sync-core/
    fi
    if [ "${MUTANTS:-flow}" = flow ]; then
        flow=(--package server --file 'server/src/flow/**')
        cargo_mutants "${flow[@]}" --list --json >"$at/flow.json"
        cargo_mutants "${flow[@]}" --list --json --shard 0/22 --sharding round-robin >"$at/sample.json"
        CARGO_PROFILE_DEV_DEBUG=0 python3 tests/mutants/sample.py "$at/sample.json" "$at/flow" >"$at/flow.log"
        python3 tests/mutants/judge.py tests/mutants.txt "$at/flow.json" "$at/flow/outcomes.json" server/src/flow/
    fi
fi

# measured COMMAND…: shows it, how busy the machine was and how long it took.
measured() {
    local start=$SECONDS
    printf '\n$ %s\n\n' "$*"
    "$@" 2>/dev/null
    printf '\n%d s; %d cores, load average now %s\n' "$((SECONDS - start))" "$(nproc)" "$(cut -d' ' -f1-3 /proc/loadavg)"
}

load() {
    cargo build --locked -q --release -p palm -p tests
    measured cargo run --locked -q --release -p tests --bin load -- "$@"
}

# section: flat
# What a change costs when the database holds ten thousand, a hundred thousand, a million.
if wanted flat; then
    printf '== flat\n'
    load --parts flat --flat "${FLAT:-1000000}"
fi

# section: reads
# Lists, one case and searches among a thousand, ten thousand and a hundred thousand cases.
if wanted reads; then
    printf '== reads\n'
    load --parts reads --cases "${CASES:-100000}"
fi

# section: attack
# What one phone can make the server do: at most a second of a core and 64 MiB for a request, 512 MiB for the process.
if wanted attack; then
    printf '== attack\n'
    cargo build --locked -q --release -p palm -p tests
    measured cargo run --locked -q --release -p tests --bin attack
    measured cargo run --locked -q --release -p tests --bin attack -- --postgres
fi

# section: core
# What the parts of the core cost alone.
if wanted core; then
    printf '== core\n'
    measured cargo bench --locked -q -p tests --bench core
fi
