#!/usr/bin/env bash
# Builds and runs all tests; shows what failed, was skipped or was not run, and ends with the one line of totals. On a terminal a line
# says how far it is.
# usage: scripts/test.sh [ARGUMENTS OF swift test…]
set -euo pipefail
cd "$(dirname "$0")/.."

log=.build/build.log
mkdir -p .build
swift build --build-tests 2>&1 | tee "$log" | scripts/progress.py build ||
    { grep -E '^(/|error).*: ' "$log" | sort -u | grep . || tail -n 20 "$log"; exit 1; }

# The oracle that other tests compare with is tested first.
(cd Tests/Oracle && PYTHONPYCACHEPREFIX=../../.build/pycache python3 -m unittest -q test_oracle) >"$log" 2>&1 ||
    { cat "$log"; exit 1; }

# The same with what judges benchmarks.
(cd Benchmarks && PYTHONPYCACHEPREFIX=../.build/pycache python3 -m unittest -q test_baseline test_chart) >"$log" 2>&1 || { cat "$log"; exit 1; }

# What deploys the binary is tried with it, unless certain tests are wanted.
if [ $# -eq 0 ]; then
    CATALOG="$(swift build --show-bin-path)/catalog" PYTHONPYCACHEPREFIX=.build/pycache \
        .venv/bin/python -m unittest discover -q -s scripts/deployment >"$log" 2>&1 || { cat "$log"; exit 1; }
fi

# What passed is only counted, and the whole output kept. XCTest, which we do not use, would add a line that says 0 tests.
output=.build/test.log
# Many tests start servers and processes of their own: on a small machine all at once would only wait for each other.
export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH="${SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH:-8}"
if ! swift test --skip-build --disable-xctest "$@" 2>&1 | tee "$output" | scripts/progress.py test; then
    # A crash leaves no line of totals.
    grep -qE '^(✔|✘) Test run with' "$output" || tail -n 40 "$output"
    echo "all output: $output" >&2
    exit 1
fi
