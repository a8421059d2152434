#!/usr/bin/env bash
# Builds and runs all tests; shows what failed, was skipped or was not run, and ends with the one line of totals.
# usage: scripts/test.sh [ARGUMENTS OF swift test…]
set -euo pipefail
cd "$(dirname "$0")/.."

log=.build/build.log
mkdir -p .build
swift build --build-tests >"$log" 2>&1 || { grep -E 'error:|warning:' "$log" || tail -n 20 "$log"; exit 1; }

# The oracle that other tests compare with is tested first.
(cd Tests/Oracle && PYTHONPYCACHEPREFIX=../../.build/pycache python3 -m unittest -q test_oracle) >"$log" 2>&1 ||
    { cat "$log"; exit 1; }

# What passed is only counted. XCTest, which we do not use, would add a line of its own that says 0 tests.
swift test --skip-build --disable-xctest "$@" 2>&1 |
    awk '/^◇/ || /^↳ (Testing Library|Target)/ || /^\[[0-9]+\/[0-9]+\]/ { next }
         /^✔/ && !/^✔ Test run with/ { next }
         { print; fflush() }'
