#!/usr/bin/env bash
# Lets libFuzzer invent files and compares what the CSV reader makes of them with the plain parser of the tests.
# usage: scripts/fuzz.sh [SECONDS]
set -euo pipefail
cd "$(dirname "$0")/../Fuzz"

swift build >&2
mkdir -p .build/corpus
# Otherwise swift-backtrace stays behind after a crash and holds the output.
export SWIFT_BACKTRACE=enable=no
exec .build/debug/FuzzCSV .build/corpus -max_len=400 -max_total_time="${1:-600}" -print_final_stats=1
