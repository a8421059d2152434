#!/usr/bin/env bash
# Checks the model of the queue's protocol with spin, two searches at a time: what holds must hold, what is broken on purpose must be found.
# usage: scripts/model.sh [--full]     --full adds searches with more faults at once, up to 9 million states
set -euo pipefail
cd "$(dirname "$0")/.."
model=$PWD/docs/internals/queue-protocol/queue.pml

# Of the faults that are on unless said otherwise.
no_server="-DSERVER_CRASHES=0" no_worker="-DWORKER_CRASHES=0" no_renewal="-DRENEWALS=0" no_others="-DLOST_ACKS=0 -DFAILURES=0"
searches=(
    "holds|crashes of server and worker|$no_renewal $no_others"
    "holds|crashes of the server, heartbeats|$no_worker $no_others"
    "holds|answers of commits lost, attempts fail|$no_server"
    "ends|no run goes on for ever: server crashes|$no_worker $no_renewal $no_others"
    "ends|no run goes on for ever: other faults|$no_server"
    "holds|failover that loses any last commits|-DASYNC_FAILOVER $no_worker $no_renewal $no_others"
    "holds|jobs without serial key|-DFREE_JOBS $no_worker $no_renewal $no_others"
    "holds|hanging, postponed, given back|-DPOSTPONED=1 -DSTALLS=1 $no_server $no_worker $no_renewal $no_others"
    "holds|cancelled, retried, paused by operators|-DCANCELS=1 -DRETRIES=1 -DPAUSES=1 $no_server $no_worker $no_renewal $no_others"
    "holds|workers with two slots|-DSLOTS=2 -DMAX_ATTEMPTS=1 $no_worker $no_renewal $no_others"
    "holds|claims whose snapshot is old|-DOLD_SNAPSHOTS $no_server"
    "broken|finish does not compare the attempt|-DNO_FENCE"
    "broken|a claim does not raise the attempt|-DNO_RAISE"
    "broken|work and finish in two transactions|-DFINISH_APART"
    "broken|work is kept when finish finds no row|-DIGNORE_LEASE_LOST"
    "broken|no unique index of serial keys|-DNO_SERIAL_INDEX -DOLD_SNAPSHOTS $no_server $no_worker $no_renewal $no_others"
    "broken|ended leases are not claimed|-DNO_EXPIRED"
    "broken|no look from the beginning|-DNO_RESCAN"
    "broken|the end of a job puts nobody back|-DNO_UNPARK"
    "broken|parked without holding the running job|-DPARK_UNLOCKED $no_server $no_worker $no_renewal $no_others"
    "broken|giving up ignores the status|-DNO_STATUS"
    "broken|no upkeep|-DNO_UPKEEP"
    "broken|slots kept by job and attempt|-DLEDGER_BY_ATTEMPT -DSLOTS=2 -DMAX_ATTEMPTS=1 $no_worker $no_renewal $no_others"
    "broken|one holder of each attempt (see the page)|-DONE_HOLDER"
)
if [ "${1:-}" = --full ]; then
    searches+=(
        "holds|crashes and heartbeats together|$no_others"
        "ends|no run goes on for ever: both|$no_others"
        "holds|every fault at once|"
    )
fi

# Prints one line of the table; fails if the answer is not the expected one.
search() {
    local expected name flags folder compile=(-DSAFETY) run=() answer=holds seconds
    IFS='|' read -r expected name flags <<<"$1"
    folder=$(mktemp -d)
    # shellcheck disable=SC2064
    trap "rm -rf '$folder'" EXIT
    cd "$folder"
    if [ "$expected" = ends ]; then compile=(-DNP) run=(-l); fi
    # shellcheck disable=SC2086
    spin -a $flags "$model" >spin.log 2>&1 || { cat spin.log; exit 1; }
    gcc -w -O1 "${compile[@]}" -DCOLLAPSE -DMEMLIM=2000 -o pan pan.c
    # Processor time: what else the machine does says nothing about the model.
    TIMEFORMAT=%U
    seconds=$({ time ./pan "${run[@]}" -m1000000 >pan.log 2>&1 || true; } 2>&1)
    # A search that ran out of memory or depth has shown nothing.
    if grep -qE 'max search depth too small|reached -DMEMLIM|out of memory' pan.log; then answer=unfinished; fi
    grep -q 'errors: ' pan.log || answer=unfinished
    if grep -qE 'errors: [1-9]' pan.log; then answer=broken; fi
    printf '%-45s %-10s %10s states %8s s\n' "$name" "$answer" \
        "$(sed -nE 's/^ *([0-9]+) states, stored.*/\1/p' pan.log | head -n 1)" "$seconds"
    if [ "$answer" != "${expected/ends/holds}" ]; then
        echo "model: '$name' should be '$expected'; spin says:" >&2
        head -n 3 pan.log >&2
        exit 1
    fi
}
export -f search
export model

printf '%s\0' "${searches[@]}" | xargs -0 -n 1 -P 2 bash -euo pipefail -c 'search "$1"' search
echo "model: ${#searches[@]} searches as expected, $SECONDS s"
