#!/usr/bin/env bash
# Builds and runs the tests under ThreadSanitizer, and under AddressSanitizer with its search for leaks, each in a build folder
# of its own; shows every report once and ends with one line of totals for each.
# usage: scripts/sanitize.sh [thread|address] [ARGUMENTS OF swift test…]
# SANITIZE_MINUTES bounds one run of the tests (60).
set -euo pipefail
cd "$(dirname "$0")/.."

kinds=(thread address)
case "${1:-}" in thread | address) kinds=("$1") && shift ;; esac

export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH="${SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH:-4}"
# After a report Swift's backtracer would stay behind and hold the pipe.
export SWIFT_BACKTRACE=enable=no

# Runs the tests in a build folder, with every process's reports in files of their own.
sanitize() {
    local kind=$1 scratch=$2 options=$3
    shift 3
    local reports=$PWD/$scratch/reports output=$scratch/test.log status=0
    rm -rf "$reports" && mkdir -p "$reports"
    swift build --build-tests --sanitize="$kind" --scratch-path "$scratch" >"$scratch/build.log" 2>&1 ||
        { grep -E 'error:' "$scratch/build.log" | sort -u || tail -n 20 "$scratch/build.log"; return 1; }
    # XCTest, which we do not use, leaks 368 bytes of its own.
    env "$options:log_path=$reports/report" timeout --kill-after=30 "${SANITIZE_MINUTES:-60}m" \
        swift test --skip-build --sanitize="$kind" --scratch-path "$scratch" --disable-xctest "$@" >"$output" 2>&1 || status=$?
    grep -E '^✘' "$output" || true
    local count
    count=$(cat "$reports"/* 2>/dev/null | grep -cE '(WARNING: ThreadSanitizer|ERROR: (Address|Leak)Sanitizer)' || true)
    cat "$reports"/* 2>/dev/null | grep -hE '^SUMMARY: ' | sort | uniq -c | sort -rn || true
    local total
    total=$(grep -E '^(✔|✘) Test run with' "$output" | tail -n 1 || true)
    [ "$status" = 124 ] && total="not finished after ${SANITIZE_MINUTES:-60} minutes"
    echo "$kind: $count reports; ${total:-the tests did not run: $output}"
    [ "$count" = 0 ] && [ "$status" = 0 ]
}

failed=0
for kind in "${kinds[@]}"; do
    case $kind in
    thread) sanitize thread .build-tsan "TSAN_OPTIONS=suppressions=$PWD/scripts/sanitize-thread.txt" "$@" || failed=1 ;;
    address) sanitize address .build-asan "ASAN_OPTIONS=detect_leaks=1" "$@" || failed=1 ;;
    esac
done
exit "$failed"
