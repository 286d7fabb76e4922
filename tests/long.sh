#!/usr/bin/env bash
# What takes too long for every change: full sweeps. Prints what each covered; `tests/long.txt` is the last output.
#
#   bash tests/long.sh            every section
#   bash tests/long.sh SECTION…   only these
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
    cargo build --locked -q -p server --bin palm
    SWEEP=full cargo test --locked -q -p tests --test acceptance -- --nocapture --test-threads=2 write_faults |
        grep -E '^(sweep: |test result: )|(sweep: .*)' | sed -E 's/^.*(sweep: )/\1/'
fi
