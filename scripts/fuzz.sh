#!/usr/bin/env bash
# Lets libFuzzer invent inputs for the code that reads what others send, and checks what must hold for all of them.
# usage: [FUZZ_PROCESSES=N] [FUZZ_SEED=N] scripts/fuzz.sh [TARGET…|all] [SECONDS]     all for 600 seconds each; as many at once as
# there are processors. With a seed the search is the same each time, as far as it comes.
# One line for each target; the corpus, the log and what was found stay in Fuzz/.build/fuzz/TARGET.
set -euo pipefail
cd "$(dirname "$0")/../Fuzz"

log=.build/build.log
mkdir -p .build
swift build -c release >"$log" 2>&1 || { grep -E 'error:' "$log" | sort -u || tail -n 20 "$log"; exit 1; } >&2
fuzz=$(swift build -c release --show-bin-path)/Fuzz

seconds=600
targets=()
for argument in "$@"; do
    case $argument in
    all) ;;
    [0-9]*) seconds=$argument ;;
    *) targets+=("$argument") ;;
    esac
done
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <("$fuzz" list)

# Otherwise swift-backtrace stays behind after a crash and holds the output.
export SWIFT_BACKTRACE=enable=no
[ -z "${FUZZ_SEED:-}" ] || export SWIFT_DETERMINISTIC_HASHING=1
export LSAN_OPTIONS="suppressions=$PWD/../scripts/sanitize-leaks.txt:print_suppressions=0"

# One target; its last line says what came of it.
attack() {
    local fuzz=$1 seconds=$2 target=$3 folder=.build/fuzz/$3 status=0
    mkdir -p "$folder"
    "$fuzz" "$target" "$folder" -max_total_time="$seconds" -seed="${FUZZ_SEED:-0}" >"$folder/log" 2>&1 || status=$?
    local runs coverage
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$folder/log")
    coverage=$(grep -oE ' cov: [0-9]+' "$folder/log" | tail -n 1)
    if [ "$status" = 0 ]; then
        echo "$target: nothing found in ${runs:-?} runs, ${seconds} s,$coverage"
        return
    fi
    echo "$target: FOUND after ${runs:-?} runs: $(grep -E '^does not hold|^SUMMARY|Fatal error' "$folder/log" | head -n 1 | cut -c 1-300)"
    sed -n 's/.*Test unit written to \(.*\)/  again: '"${fuzz//\//\\/} $target"' Fuzz\/\1/p' "$folder/log"
    return 1
}
export -f attack
printf '%s\n' "${targets[@]}" | xargs -P "${FUZZ_PROCESSES:-$(nproc)}" -I{} bash -c 'attack "$@"' attack "$fuzz" "$seconds" {}
