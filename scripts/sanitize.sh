#!/usr/bin/env bash
# Builds and runs the tests under ThreadSanitizer, and under AddressSanitizer with its search for leaks, each in a build folder
# of its own that all pieces share; shows every report once and ends with one line of totals for each.
# usage: scripts/sanitize.sh [thread|address] [PIECE…|ARGUMENTS OF swift test…]     all pieces below without any
# SANITIZE_MINUTES bounds one piece (20).
set -euo pipefail
cd "$(dirname "$0")/.."

# What is left out is in docs/internals/testing.md, with the reasons.
declare -A pieces=(
    [core]='^(ThreadsTests|PostgresTests|CurlTests|JobsTests)\.'
    [bytes]='^(OpenSSLTests|ZlibTests|DeflateTests|CSVTests|AWSTests|StorageTests)\.'
    [intake]='^(IntakeTests|IngestTests)\.'
    [pipelines]='^(EnrichmentTests|RelayTests)\.'
    [api]='^(APITests|CatalogCLITests)\.'
    [service]='^EndToEndTests\.(APIBadInput|APIStore|UploadContent|EventDoor|Idempotency|WorkerDeath|Kill|ServiceFault)Tests/'
)
order=(core bytes intake pipelines api service)

kinds=(thread address)
case "${1:-}" in thread | address) kinds=("$1") && shift ;; esac

chosen=()
while [ $# -gt 0 ] && [ -n "${pieces[$1]:-}" ]; do chosen+=("$1") && shift; done
if [ $# -gt 0 ]; then
    pieces=() && chosen=(tests)
elif [ ${#chosen[@]} = 0 ]; then
    chosen=("${order[@]}")
fi

export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH="${SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH:-4}"
# After a report Swift's backtracer would stay behind and hold the pipe.
export SWIFT_BACKTRACE=enable=no

build() {
    local kind=$1 scratch=$2
    mkdir -p "$scratch"
    swift build --build-tests --sanitize="$kind" --scratch-path "$scratch" >"$scratch/build.log" 2>&1 ||
        { grep -E 'error:' "$scratch/build.log" | sort -u || tail -n 20 "$scratch/build.log"; return 1; }
}

# Runs one piece; every process's reports, those of the service that tests start too, are in files of their own.
run() {
    local kind=$1 scratch=$2 piece=$3 status=0
    shift 3
    local reports=$PWD/$scratch/reports/$piece output=$scratch/$piece.log
    rm -rf "$reports" && mkdir -p "$reports"
    [ $# -gt 0 ] || set -- --filter "${pieces[$piece]}"
    # XCTest, which we do not use, leaks 368 bytes of its own.
    env TSAN_OPTIONS="suppressions=$PWD/scripts/sanitize-thread.txt:log_path=$reports/report" \
        ASAN_OPTIONS="detect_leaks=1:log_path=$reports/report" LSAN_OPTIONS="suppressions=$PWD/scripts/sanitize-leaks.txt:print_suppressions=0" \
        timeout --kill-after=30 "${SANITIZE_MINUTES:-20}m" \
        swift test --skip-build --sanitize="$kind" --scratch-path "$scratch" --disable-xctest "$@" >"$output" 2>&1 || status=$?
    grep -E '^✘ Test [^r]' "$output" || true
    cat "$reports"/* 2>/dev/null | grep -hE '^SUMMARY: ' | sort | uniq -c | sort -rn || true
    local count total
    count=$(cat "$reports"/* 2>/dev/null | grep -cE '(WARNING: ThreadSanitizer|ERROR: (Address|Leak)Sanitizer)' || true)
    total=$(grep -E '^(✔|✘) Test run with' "$output" | tail -n 1 || true)
    if [ "$status" = 124 ]; then
        total="not finished after ${SANITIZE_MINUTES:-20} minutes"
        # The tests have a process group of their own, and would hold up all that follows.
        pkill -KILL -f "^$PWD/$scratch/" || true
    fi
    echo "$kind, $piece: $count reports; ${total:-the tests did not run: $output}"
    [ "$count" = 0 ] && [ "$status" = 0 ]
}

failed=()
for kind in "${kinds[@]}"; do
    scratch=.build-$([ "$kind" = thread ] && echo tsan || echo asan)
    build "$kind" "$scratch"
    for piece in "${chosen[@]}"; do run "$kind" "$scratch" "$piece" "$@" || failed+=("$kind $piece"); done
done
if [ ${#failed[@]} -gt 0 ]; then
    printf 'sanitize: not clean: %s\n' "${failed[*]}"
    exit 1
fi
echo "sanitize: clean: ${kinds[*]}: ${chosen[*]}"
